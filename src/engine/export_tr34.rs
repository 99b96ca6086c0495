//! ExportKey in a TR-34 token for a receiver's certificate, signed with the key of an export token: we are the sender
//! (KDH).

use data_encoding::HEXUPPER;

use crate::{
    api::{
        ApiError, ExportKeyInput, ExportTr34KeyBlock, KeyMaterialType, Profile, Timestamp,
        WrappedKey, WrappedKeyMaterialFormat,
    },
    crypto::{
        rsa_backend::SigningKey,
        strength::WrapPath,
        tr31::{self, Header},
        tr34::{self, Freshness, KeyToSend, Recipient, Sender},
    },
    pki::Certificate,
};

use super::{
    Context, EngineState, certificate, counterparty, export_key,
    export_subject::{self, Subject},
    import_tr34, key_block_headers,
    own_pair::{self, Found, Key, Members},
    refusal,
    tokens::Direction,
};

const UNDONE: &str = "nothing was exported";

const MEMBER: &str = "WrappingKeyCertificate";

/// A judged export.
pub(super) struct Judged<'s> {
    pub(super) subject: Subject<'s>,
    /// The request with the counterparty's profile in it.
    pub(super) request: ExportTr34KeyBlock,
    key: Key<'s>,
    header: Header,
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
    // Existence of all, the state of each, what each is for.
    state.living(&input.export_key_identifier, now)?;
    state.living(identifier, now)?;
    let found = find(state, block, now)?;
    state.usable(&input.export_key_identifier, now)?;
    let authority = state.usable(identifier, now)?;
    found.usable(state, now)?;
    let subject = export_subject::judge(state, input, now)?;
    let vouching = certificate::authority(authority)?;
    let key = found.judged(state, Direction::Export, now, profile)?;
    let issuer = vouching.certificate()?;
    let receiver = certificate::read(MEMBER, &block.wrapping_key_certificate, profile)?;
    certificate::issued(MEMBER, &receiver, &issuer, now)?;
    export_key::may_wrap(MEMBER, subject.record, &receiver, WrapPath::Tr34)?;
    // The key that signs is as strong as the one that wraps: AES_128 asks for RSA_3072 throughout.
    let wrapped = subject.record.key.key_attributes.key_algorithm;
    key.strong_enough(Direction::Export, wrapped, WrapPath::Tr34)?;
    let request = counterparty::defaulted(block, authority)?;
    let header = header(&subject, &request)?;
    let nonce = match &block.random_nonce {
        Some(hex) => Some(import_tr34::nonce(hex)?),
        None => None,
    };
    Ok(Judged {
        subject,
        request,
        key,
        header,
        receiver,
        authority_arn: authority.key.key_arn.clone(),
        nonce,
    })
}

/// The key that signs the token, named by ExportToken or by a pair of this vault.
fn find<'s, 'r>(
    state: &'s EngineState,
    block: &'r ExportTr34KeyBlock,
    now: Timestamp,
) -> Result<Found<'s, 'r>, ApiError> {
    own_pair::find(
        state,
        Direction::Export,
        ("keyMaterial.tr34KeyBlock", KeyMaterialType::TR34_KEY_BLOCK),
        &Members {
            token: block.export_token.as_deref(),
            pair: block.signing_key_identifier.as_deref(),
            certificate: block.signing_key_certificate.as_deref(),
        },
        now,
    )
}

/// What the token says of the key. No key block protection key is here that KP could be the check value of.
fn header(subject: &Subject<'_>, block: &ExportTr34KeyBlock) -> Result<Header, ApiError> {
    let own = subject
        .header(counterparty::token(block.counterparty_profile).header_version)
        .ok_or_else(|| refusal::internal("The key has no key block header of its own"))?;
    let header = key_block_headers::narrowed(own, block.key_block_headers.as_deref())?;
    subject.labelled(&header)?;
    if header.optional("KP").is_some() {
        return Err(ApiError::validation(
            "KeyBlockHeaders.OptionalBlocks: KP is the check value of a wrapping key, and an RSA key has none.",
        ));
    }
    Ok(header)
}

/// Refuses a token in the service's own form that the service would not take: ImportKey reads at most 4096 digits. Long
/// names of issuers and long labels make one, with RSA_4096 on both sides.
fn fits(digits: usize, profile: tr34::Profile) -> Result<(), ApiError> {
    const MOST: usize = 4096;
    if profile.form != tr34::Form::X9_TR34_2012 || digits <= MOST {
        return Ok(());
    }
    Err(ApiError::validation(format!(
        "The token would have {digits} hexadecimal digits, and the service reads at most {MOST}. Nothing was exported. \
         Shorten KeyBlockHeaders.OptionalBlocks, or let one side use RSA_3072; for another receiver name its TokenForm."
    )))
}

/// Writes the token as the service does (X9_TR34_2012), or as the counterparty's profile says: two-pass with a nonce,
/// else one-pass.
pub(super) fn wrap(
    judged: &Judged<'_>,
    now: Timestamp,
    ctx: &mut Context<'_>,
) -> Result<WrappedKey, ApiError> {
    let unwritten =
        |e: tr34::Tr34Error| refusal::internal(&format!("The key could not be wrapped: {e}"));
    let profile = counterparty::token(judged.request.counterparty_profile);
    let sender_id = import_tr34::id(&judged.key.certificate()?)?;
    let recipient_id = import_tr34::id(&judged.receiver)?;
    let signing = judged.key.open(Direction::Export, ctx, UNDONE)?;
    let opened = judged.subject.open(ctx)?;
    tr31::compare_check_value_of_key(&judged.header, &opened.secret)
        .map_err(key_block_headers::disagreeing)?;
    let mut rng = ctx
        .entropy
        .draw("tr34-token")
        .map_err(|e| refusal::no_randomness(&e))?;
    let mut header = judged.header.clone();
    tr31::add_pad_block(&mut header, rng.as_mut())
        .map_err(|e| unwritten(tr34::Tr34Error::Header(e)))?;
    let header = tr34::header_text(&header, &profile).map_err(unwritten)?;
    let freshness = match &judged.nonce {
        Some(nonce) => Freshness::Nonce(nonce.clone()),
        None => Freshness::SigningTime(now),
    };
    let token = tr34::build(
        &profile,
        &Sender {
            id: &sender_id,
            key: &SigningKey::new(&signing),
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
    let key_material = HEXUPPER.encode(&token);
    fits(key_material.len(), profile)?;
    Ok(WrappedKey {
        wrapping_key_arn: judged.authority_arn.clone(),
        wrapped_key_material_format: WrappedKeyMaterialFormat::TR34_KEY_BLOCK,
        key_material,
        key_check_value: opened.check_value,
        key_check_value_algorithm: opened.check_value_by,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_service_would_not_read_is_not_written() {
        let usual = tr34::Profile::default();
        assert!(fits(4096, usual).is_ok());
        let message = fits(4098, usual).unwrap_err().message;
        assert!(message.contains("4098 hexadecimal digits"), "{message}");
        let other = tr34::Profile {
            form: tr34::Form::CMS_2019,
            ..usual
        };
        assert!(fits(4098, other).is_ok());
    }
}
