//! ExportKey in a TR-34 token for a receiver's certificate, signed with the key of an export token: we are the sender
//! (KDH).

use data_encoding::HEXUPPER;

use crate::{
    api::{
        ApiError, ExportKeyInput, ExportTr34KeyBlock, KeyMaterialType, Profile, Timestamp,
        WrappedKey, WrappedKeyMaterialFormat,
    },
    crypto::{
        strength::{self, WrapPath},
        tr31::Version,
        tr34::{self, Freshness, KeyToSend, Recipient, Sender},
    },
    pki::Certificate,
};

use super::{
    Context, EngineState, certificate, export_key,
    export_subject::{self, Subject},
    import_tr34, refusal,
    tokens::{self, Direction, Token},
};

const MEMBER: &str = "WrappingKeyCertificate";

/// A judged export.
pub(super) struct Judged<'s> {
    pub(super) subject: Subject<'s>,
    token: &'s Token,
    receiver: Certificate,
    authority_arn: String,
    nonce: Option<Vec<u8>>,
}

pub(super) fn judge<'s>(
    state: &'s EngineState,
    input: &ExportKeyInput,
    block: &ExportTr34KeyBlock,
    now: Timestamp,
    profile: Profile,
) -> Result<Judged<'s>, ApiError> {
    let identifier = &block.certificate_authority_public_key_identifier;
    // Existence of all, then the state of each.
    state.living(&input.export_key_identifier, now)?;
    state.living(identifier, now)?;
    let token = state.token(
        Direction::Export,
        &block.export_token,
        KeyMaterialType::TR34_KEY_BLOCK,
        now,
    )?;
    state.usable(&input.export_key_identifier, now)?;
    let authority = state.usable(identifier, now)?;
    let subject = export_subject::judge(state, input, now)?;
    let issuer = certificate::authority(authority)?.certificate()?;
    let receiver = certificate::read(MEMBER, &block.wrapping_key_certificate, profile)?;
    certificate::issued(MEMBER, &receiver, &issuer, now)?;
    export_key::may_wrap(MEMBER, subject.record, &receiver, WrapPath::Tr34)?;
    strong_enough(&subject, token)?;
    let nonce = match &block.random_nonce {
        Some(hex) => Some(import_tr34::nonce(hex)?),
        None => None,
    };
    Ok(Judged {
        subject,
        token,
        receiver,
        authority_arn: authority.key.key_arn.clone(),
        nonce,
    })
}

/// The key that signs is as strong as the one that wraps: AES_128 asks for RSA_3072 throughout.
fn strong_enough(subject: &Subject<'_>, token: &Token) -> Result<(), ApiError> {
    let wrapped = subject.record.key.key_attributes.key_algorithm;
    strength::may_wrap(wrapped, token.algorithm, WrapPath::Tr34).map_err(|refusal| {
        ApiError::validation(format!(
            "ExportToken: {} is weaker than {}, which needs {}.",
            token.algorithm.name(),
            wrapped.name(),
            refusal.needs
        ))
    })
}

/// Writes the token as the service does (X9_TR34_2012): two-pass with a nonce, else one-pass.
pub(super) fn wrap(
    judged: &Judged<'_>,
    now: Timestamp,
    ctx: &mut Context<'_>,
) -> Result<WrappedKey, ApiError> {
    let unwritten =
        |e: tr34::Tr34Error| refusal::internal(&format!("The key could not be wrapped: {e}"));
    let profile = tr34::Profile::default();
    let header = judged
        .subject
        .header(Version::D)
        .ok_or_else(|| refusal::internal("The key has no key block header of its own"))?;
    let header = tr34::header_text(&header, &profile).map_err(unwritten)?;
    let sender_id = import_tr34::own_id(judged.token)?;
    let recipient_id = import_tr34::id(&judged.receiver)?;
    let signing = tokens::open(judged.token, Direction::Export, ctx, "nothing was exported")?;
    let opened = judged.subject.open(ctx)?;
    let mut rng = ctx
        .entropy
        .draw("tr34-token")
        .map_err(|e| refusal::no_randomness(&e))?;
    let freshness = match &judged.nonce {
        Some(nonce) => Freshness::Nonce(nonce.clone()),
        None => Freshness::SigningTime(now),
    };
    let token = tr34::build(
        &profile,
        &Sender {
            id: &sender_id,
            pkcs8: &signing,
        },
        &Recipient {
            id: &recipient_id,
            spki_der: judged.receiver.spki_der(),
        },
        &KeyToSend {
            key: &opened.secret,
            header: &header,
            freshness: &freshness,
            crl: None,
            certificate: None,
        },
        rng.as_mut(),
    )
    .map_err(unwritten)?;
    Ok(WrappedKey {
        wrapping_key_arn: judged.authority_arn.clone(),
        wrapped_key_material_format: WrappedKeyMaterialFormat::TR34_KEY_BLOCK,
        key_material: HEXUPPER.encode(&token),
        key_check_value: opened.check_value,
        key_check_value_algorithm: opened.check_value_by,
    })
}
