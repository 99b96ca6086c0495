//! Transitions: what one act did, for the state head and the audit chain.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::api::{ExportKeyMaterial, Request, Response};
use crate::crypto::tr34::KeyToken;
use crate::custody::{Act, Signature, passphrase};
use crate::engine::EngineState;
use crate::pki::Certificate;

use super::action::Action;
use super::error::Refusal;

/// What audit line and journal call a TR-34 token's dialect and its SHA-256.
pub const TOKEN_NOTES: [&str; 2] = ["dialect", "token_sha256"];

/// One transition. `moves` ones raise `seq` and move the state head; the others are recorded only.
pub(crate) struct Transition {
    /// Operation or event name.
    pub(crate) operation: String,
    /// Whether it raises `seq`.
    pub(crate) moves: bool,
    /// People, issuer first.
    pub(crate) who: Vec<String>,
    /// For the leaf.
    pub(crate) request: Value,
    /// For the leaf.
    pub(crate) response: Value,
    /// What the audit line tells: key ids, check values, digests, signatures; never metadata beyond that.
    pub(crate) details: Map<String, Value>,
}

impl Transition {
    /// An operation of the control plane.
    pub(crate) fn act(request: &Request, response: &Response, engine: &EngineState) -> Self {
        let mut details = Map::new();
        if let Some((arn, kcv)) = key_of(request, response, engine) {
            details.insert("key".into(), arn.into());
            details.insert("kcv".into(), kcv.into());
        }
        note_names(&mut details, request);
        note_receiver(&mut details, request, engine);
        note_token(&mut details, response);
        note_key_token(&mut details, request, response);
        note_pair(&mut details, request, response, engine);
        Self {
            operation: request.operation().name().to_owned(),
            moves: true,
            who: Vec::new(),
            request: request.to_json(),
            response: response.to_json(),
            details,
        }
    }

    /// Something that moves the state without an operation (settlement).
    pub(crate) fn moving(operation: &str, request: Value, response: Value) -> Self {
        Self {
            operation: operation.to_owned(),
            moves: true,
            who: Vec::new(),
            request,
            response,
            details: Map::new(),
        }
    }

    /// Something that is recorded only.
    pub(crate) fn note(operation: &str, who: Vec<String>) -> Self {
        Self {
            operation: operation.to_owned(),
            moves: false,
            who,
            request: Value::Null,
            response: Value::Null,
            details: Map::new(),
        }
    }

    /// One more detail for the audit line.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// Why people did it, as they signed it: what is nowhere in the log is found by nobody afterwards.
    pub(crate) fn because_of(self, action: &Action) -> Self {
        let reason = match action {
            Action::Custody(act) => act.reason().filter(|reason| !reason.is_empty()),
            _ => None,
        };
        match reason {
            Some(reason) => self.with("reason", reason),
            None => self,
        }
    }

    /// Who signed, and what.
    pub(crate) fn signed_by(self, act: &Act, signatures: &[Signature], required: u8) -> Self {
        let digest = super::door::hex(&act.digest());
        self.signed_as_part_of(act, &digest, signatures, required)
    }

    /// [`Transition::signed_by`] for one step of many. `digest` is that of the whole act in hexadecimal: the caller
    /// forms it once, because a list of thousands has a step for each of its acts.
    pub(crate) fn signed_as_part_of(
        mut self,
        act: &Act,
        digest: &str,
        signatures: &[Signature],
        required: u8,
    ) -> Self {
        self.who = signatures.iter().map(|s| s.name.clone()).collect();
        self.details.insert("digest".into(), digest.into());
        self.details.insert(
            "approval_id".into(),
            super::door::hex(&act.approval_id).into(),
        );
        self.details.insert("signatures".into(), json!(signatures));
        self.details.insert("required".into(), required.into());
        if let (Some(script), Some(step)) = (&act.script, &act.step) {
            self.details
                .insert("script".into(), super::door::hex(script).into());
            self.details.insert("step".into(), step.clone().into());
        }
        self
    }
}

/// What is written of a refusal; of a vault that cannot be written, nothing can be.
pub(crate) fn refusal_note(what: &str, person: &str, refusal: &Refusal) -> Option<Transition> {
    if matches!(refusal, Refusal::Vault(_)) {
        return None;
    }
    // The log has the control plane's own words.
    let reason = match refusal {
        Refusal::Api(error) => error.to_string(),
        other => other.to_string(),
    };
    let note = Transition::note(what, vec![person.to_owned()]);
    Some(
        note.with("result", "refused")
            .with("reason", passphrase::without_help(&reason)),
    )
}

/// Names and tagged keys of acts that answer with no key. Tag values stay out of the log.
fn note_names(details: &mut Map<String, Value>, request: &Request) {
    let (alias, key) = match request {
        Request::CreateAlias(input) => (Some(&input.alias_name), input.key_arn.as_ref()),
        Request::UpdateAlias(input) => (Some(&input.alias_name), input.key_arn.as_ref()),
        Request::DeleteAlias(input) => (Some(&input.alias_name), None),
        Request::TagResource(input) => (None, Some(&input.resource_arn)),
        Request::UntagResource(input) => (None, Some(&input.resource_arn)),
        _ => (None, None),
    };
    for (name, value) in [("alias", alias), ("key", key)] {
        if let Some(value) = value {
            details.insert(name.to_owned(), value.clone().into());
        }
    }
}

/// For whom a key left, as far as the log says it: the key above it, or the digest of the receiver's public key.
fn note_receiver(details: &mut Map<String, Value>, request: &Request, engine: &EngineState) {
    let Request::ExportKey(input) = request else {
        return;
    };
    if let Some(serial) = super::effects::initial_key_of(input) {
        details.insert("initial_key".into(), serial.into());
    }
    let certificate = match &input.key_material {
        ExportKeyMaterial::Tr31KeyBlock(block) => {
            if let Some(record) = engine.find(&block.wrapping_key_identifier) {
                details.insert("under".into(), record.key.key_arn.clone().into());
            }
            return;
        }
        ExportKeyMaterial::KeyCryptogram(material) => &material.wrapping_key_certificate,
        ExportKeyMaterial::Tr34KeyBlock(block) => &block.wrapping_key_certificate,
    };
    if let Ok(certificate) = Certificate::from_any(certificate.as_bytes()) {
        let spki = super::door::hex(&Sha256::digest(certificate.spki_der()));
        details.insert("receiver_spki".into(), spki.into());
    }
}

/// Tokens that were given, and the fingerprint of the certificate that went with each.
fn note_token(details: &mut Map<String, Value>, response: &Response) {
    let (token, certificate) = match response {
        Response::GetParametersForImport(o) => (&o.import_token, &o.wrapping_key_certificate),
        Response::GetParametersForExport(o) => (&o.export_token, &o.signing_key_certificate),
        _ => return,
    };
    details.insert("token".into(), token.clone().into());
    note_certificate(details, certificate);
}

/// A TR-34 token that came or went.
fn note_key_token(details: &mut Map<String, Value>, request: &Request, response: &Response) {
    let notes = key_token_notes(request, response).into_iter();
    details.extend(notes.map(|(name, text)| (name.to_owned(), text.into())));
}

/// Of a TR-34 token that came or went: its `dialect`, and its `token_sha256`, by which a token that comes twice is
/// known. Nothing where none did.
pub(crate) fn key_token_notes(
    request: &Request,
    response: &Response,
) -> Vec<(&'static str, String)> {
    use crate::api::{ImportKeyMaterial, WrappedKeyMaterialFormat};
    let hex = match (request, response) {
        (Request::ImportKey(input), _) => match &input.key_material {
            ImportKeyMaterial::Tr34KeyBlock(block) => &block.wrapped_key_block,
            _ => return Vec::new(),
        },
        (_, Response::ExportKey(output))
            if output.wrapped_key.wrapped_key_material_format
                == WrappedKeyMaterialFormat::TR34_KEY_BLOCK =>
        {
            &output.wrapped_key.key_material
        }
        _ => return Vec::new(),
    };
    let Ok(bytes) = data_encoding::HEXUPPER.decode(hex.as_bytes()) else {
        return Vec::new();
    };
    let dialect = KeyToken::parse(&bytes).ok();
    let dialect = dialect.map(|token| (TOKEN_NOTES[0], token.form().words().to_owned()));
    let digest = super::door::hex(&Sha256::digest(&bytes));
    dialect
        .into_iter()
        .chain([(TOKEN_NOTES[1], digest)])
        .collect()
}

/// The pair that a certificate or a request is for, and the fingerprint of the certificate.
fn note_pair(
    details: &mut Map<String, Value>,
    request: &Request,
    response: &Response,
    engine: &EngineState,
) {
    let identifier = match request {
        Request::GetPublicKeyCertificate(input) => &input.key_identifier,
        Request::GetCertificateSigningRequest(input) => &input.key_identifier,
        _ => return,
    };
    if let Some(record) = engine.find(identifier) {
        details.insert("key".into(), record.key.key_arn.clone().into());
    }
    if let Response::GetPublicKeyCertificate(output) = response {
        note_certificate(details, &output.key_certificate);
    }
}

fn note_certificate(details: &mut Map<String, Value>, text: &str) {
    if let Ok(certificate) = Certificate::from_any(text.as_bytes()) {
        let sha256 = super::door::hex(&certificate.sha256_fingerprint());
        details.insert("certificate".into(), sha256.into());
    }
}

fn key_of(
    request: &Request,
    response: &Response,
    engine: &EngineState,
) -> Option<(String, String)> {
    if let (Request::ExportKey(input), Response::ExportKey(o)) = (request, response) {
        // An alias may stand for another key tomorrow: the log names the key itself.
        let arn = engine
            .find(&input.export_key_identifier)
            .map_or(&input.export_key_identifier, |record| &record.key.key_arn);
        return Some((arn.clone(), o.wrapped_key.key_check_value.clone()));
    }
    let key = response.key()?;
    Some((key.key_arn.clone(), key.key_check_value.clone()))
}

/// What a bundle shows of an act.
pub(crate) fn evidence(action: &Action, steps: &[Transition]) -> String {
    let transitions: Vec<serde_json::Value> = steps
        .iter()
        .map(|step| {
            serde_json::json!({
                "operation": step.operation, "request": step.request, "response": step.response,
            })
        })
        .collect();
    serde_json::json!({"action": action.to_json(), "transitions": transitions}).to_string()
}
