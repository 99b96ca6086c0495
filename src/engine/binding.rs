//! Unbind and rebind tokens of TR-34 (TR-34-2019, B.11): what a sender (KDH) signs for the receiver (KRD) that is bound
//! to it. The service has no such operation; the key that signs is the one that its ExportKey would sign with.

use data_encoding::HEXUPPER;
use serde::Serialize;

use crate::{
    api::{ApiError, CounterpartyProfile, KeyMaterialType, Profile, Timestamp},
    crypto::{
        rsa_backend::SigningKey,
        tr34::{self, BindingToSend, Sender},
    },
    pki::Certificate,
};

use super::{
    Context, EngineState, certificate, counterparty, import_tr34,
    own_pair::{self, Key, Members},
    refusal,
    tokens::Direction,
};

const UNDONE: &str = "nothing was signed";
const RECEIVER: &str = "Receiver";
const NEW_SENDER: &str = "NewSender";

/// What a sender asks to have signed: the end of a binding, or its passing on to another sender.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BindingRequest {
    /// The receiver's certificate, as the service takes one. It may have ended: devices are let go late, too.
    pub receiver: String,
    /// The sender it is bound to from now on; nothing to unbind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_sender: Option<NewSender>,
    /// The receiver's random number, upper-case hex.
    pub random_nonce: String,
    /// The export token whose pair the receiver knows its sender by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export_token: Option<String>,
    /// A pair of the vault in that token's place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signing_key_identifier: Option<String>,
    /// What that pair is known by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signing_key_certificate: Option<String>,
    /// How the receiver's devices want a token laid out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterparty_profile: Option<CounterpartyProfile>,
}

/// To whom a receiver is handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct NewSender {
    /// Its certificate, as the service takes one.
    pub certificate: String,
    /// The imported root above it; absent where it is this vault's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_authority_public_key_identifier: Option<String>,
}

struct Judged<'s> {
    key: Key<'s>,
    receiver: Certificate,
    new_sender: Option<Certificate>,
    nonce: Vec<u8>,
}

impl EngineState {
    /// Judges everything about a binding token that can be judged without a secret.
    ///
    /// # Errors
    /// The first fault, in the order existence, state, what a key is for, certificates.
    pub fn check_binding(
        &self,
        request: &BindingRequest,
        now: Timestamp,
        profile: Profile,
    ) -> Result<(), ApiError> {
        judge(self, request, now, profile).map(|_| ())
    }

    /// Signs the token: upper-case hex of its DER.
    ///
    /// # Errors
    /// As [`EngineState::check_binding`]; or the signing key is not open.
    pub fn binding_token(
        &self,
        request: &BindingRequest,
        ctx: &Context<'_>,
    ) -> Result<String, ApiError> {
        let judged = judge(self, request, ctx.clock.now(), ctx.profile)?;
        let sender = import_tr34::id(&judged.key.certificate()?)?;
        let receiver = import_tr34::id(&judged.receiver)?;
        let signing = judged.key.open(Direction::Export, ctx, UNDONE)?;
        let token = tr34::build_binding(
            &counterparty::token(request.counterparty_profile).form,
            &Sender {
                id: &sender,
                key: &SigningKey::new(&signing),
            },
            &BindingToSend {
                krd: &receiver,
                new_kdh: judged.new_sender.as_ref().map(Certificate::der),
                nonce: &judged.nonce,
                crl: None,
            },
        )
        .map_err(|e| refusal::internal(&format!("The token could not be signed: {e}")))?;
        Ok(HEXUPPER.encode(&token))
    }
}

fn judge<'s>(
    state: &'s EngineState,
    request: &BindingRequest,
    now: Timestamp,
    profile: Profile,
) -> Result<Judged<'s>, ApiError> {
    let named = Members {
        token: request.export_token.as_deref(),
        pair: request.signing_key_identifier.as_deref(),
        certificate: request.signing_key_certificate.as_deref(),
    };
    let wanted = ("binding", KeyMaterialType::TR34_KEY_BLOCK);
    let found = own_pair::find(state, Direction::Export, wanted, &named, now)?;
    found.usable(state, now)?;
    let key = found.judged(state, Direction::Export, now, profile)?;
    let own = key.certificate()?;
    let receiver = certificate::read(RECEIVER, &request.receiver, profile)?;
    if receiver.spki_der() == own.spki_der() {
        return Err(ApiError::validation(format!(
            "{RECEIVER}: this is the certificate of the sender that signs; a device's own is wanted."
        )));
    }
    let new_sender = match &request.new_sender {
        Some(asked) => Some(new_sender(state, asked, (&own, &receiver), now, profile)?),
        None => None,
    };
    Ok(Judged {
        key,
        receiver,
        new_sender,
        nonce: nonce(&request.random_nonce)?,
    })
}

/// Who takes over: vouched for by a root that is trusted here, able to sign, and neither the present sender nor the
/// device itself.
fn new_sender(
    state: &EngineState,
    asked: &NewSender,
    (own, receiver): (&Certificate, &Certificate),
    now: Timestamp,
    profile: Profile,
) -> Result<Certificate, ApiError> {
    let refused = |why: &str| ApiError::validation(format!("{NEW_SENDER}: {why}"));
    let new = certificate::read(NEW_SENDER, &asked.certificate, profile)?;
    match &asked.certificate_authority_public_key_identifier {
        Some(identifier) => {
            state.living(identifier, now)?;
            let issuer = certificate::authority(state.usable(identifier, now)?)?.certificate()?;
            certificate::issued(NEW_SENDER, &new, &issuer, now)?;
        }
        None if state.gave_out_to_sign(&new, now) => certificate::valid(NEW_SENDER, &new, now)?,
        None => {
            return Err(refused(
                "it is not the certificate of an export token of this vault that is good now. Name the imported root \
                 above it.",
            ));
        }
    }
    certificate::may_sign(NEW_SENDER, &new)?;
    if new.key_algorithm().is_none() {
        return Err(refused(
            "its key is none of RSA_2048, RSA_3072 and RSA_4096.",
        ));
    }
    if new.spki_der() == own.spki_der() {
        return Err(refused("the device is bound to this very sender already."));
    }
    if new.spki_der() == receiver.spki_der() {
        return Err(refused("this is the device's own certificate."));
    }
    Ok(new)
}

impl EngineState {
    /// Whether this is the certificate of an export token that is good now.
    fn gave_out_to_sign(&self, certificate: &Certificate, now: Timestamp) -> bool {
        let mut tokens = self.given_tokens();
        tokens.any(|token| {
            !token.comes_in && token.until > now && token.certificate_der == Some(certificate.der())
        })
    }
}

/// 8 to 16 bytes (TR-34-2019, B.12, and the nonces of the service).
fn nonce(hex: &str) -> Result<Vec<u8>, ApiError> {
    let nonce = import_tr34::nonce(hex)?;
    if (8..=16).contains(&nonce.len()) {
        return Ok(nonce);
    }
    Err(ApiError::validation("RandomNonce must have 8 to 16 bytes."))
}
