//! What the session remembers about acts beside the engine's state: exports, roots.

use sha2::{Digest as _, Sha256};

use crate::api::{
    ExportKeyInput, ExportKeyMaterial, ImportKeyInput, ImportKeyMaterial, Key, KeyExportability,
    Request, Response, Timestamp, WrappedKey,
};
use crate::engine::EngineState;
use crate::pki::Certificate;

use super::action::{Action, Confirmation, ExportNote};
use super::error::Refusal;
use super::exchanged::Way;
use super::state::{ExportRecord, RootRecord, State};
use super::{Profile, Session};

impl Session {
    /// Remembers exports and roots of an executed act.
    pub(crate) fn record_effects(
        &self,
        working: &mut State,
        action: &Action,
        responses: &[Response],
    ) {
        match action {
            Action::Control {
                request,
                confirmation,
                export,
            } => {
                for response in responses {
                    self.record_effect(
                        working,
                        request,
                        response,
                        confirmation.as_ref(),
                        export.as_ref(),
                    );
                }
            }
            Action::List { acts, .. } => {
                for (n, (request, response)) in acts.iter().zip(responses).enumerate() {
                    // `#n` was bound when it ran; the record wants the key it named.
                    let bound = super::list::bound(request, responses.get(..n).unwrap_or_default());
                    self.record_effect(
                        working,
                        bound.as_ref().unwrap_or(request),
                        response,
                        None,
                        None,
                    );
                }
            }
            Action::Backup { .. }
            | Action::Custody(_)
            | Action::Components(_)
            | Action::Tr34(_) => {}
        }
    }

    fn record_effect(
        &self,
        working: &mut State,
        request: &Request,
        response: &Response,
        confirmation: Option<&Confirmation>,
        export: Option<&ExportNote>,
    ) {
        let at = self.now_in(&working.clock).millis();
        super::op_suspect::remember(working, request, response);
        super::exchanged::remember(working, request, response, at);
        super::comparing::came_in(working, response);
        super::came_before::remember(working, request, response, at);
        match (request, response) {
            (Request::ExportKey(input), Response::ExportKey(output)) => {
                let entry = export_record(working, input, &output.wrapped_key, export, at);
                working.exports.extend(entry);
            }
            (Request::ImportKey(input), Response::ImportKey(output)) => {
                working
                    .roots
                    .extend(root_record(input, &output.key.key_arn, confirmation, at));
            }
            _ => {}
        }
    }

    /// Whether material leaves: then the outcome is sealed before it is reported.
    pub(super) fn lets_out(action: &Action) -> bool {
        match action {
            Action::Control { request, .. } => EngineState::needs_secret(request),
            Action::List { acts, .. } => acts.iter().any(EngineState::needs_secret),
            Action::Backup { .. }
            | Action::Custody(_)
            | Action::Components(_)
            | Action::Tr34(_) => true,
        }
    }

    /// Roots: the fingerprint must have been confirmed, in production by typing.
    pub(crate) fn root_rules(
        &self,
        request: &Request,
        confirmation: Option<&Confirmation>,
    ) -> Result<(), Refusal> {
        let Request::ImportKey(input) = request else {
            return Ok(());
        };
        let ImportKeyMaterial::RootCertificatePublicKey(root) = &input.key_material else {
            return Ok(());
        };
        let certificate = Certificate::from_any(root.public_key_certificate.as_bytes())
            .map_err(|e| Refusal::Usage(e.to_string()))?;
        let ours = super::door::hex(&certificate.sha256_fingerprint());
        match confirmation {
            None => Err(Refusal::Approval(
                "The root's fingerprint was not confirmed. Nothing was imported. A second person types it, fetched \
                 over another channel."
                    .into(),
            )),
            Some(Confirmation::AsShown { .. }) if self.profile == Profile::Production => Err(Refusal::Profile(
                "In production a root's fingerprint is typed by a second person, never taken as shown. Nothing was \
                 imported."
                    .into(),
            )),
            Some(Confirmation::AsShown { sha256 } | Confirmation::Typed { sha256, .. }) if *sha256 != ours => {
                Err(Refusal::Custody(super::build::FINGERPRINT_DIFFERS.into()))
            }
            Some(_) => Ok(()),
        }
    }
}

fn export_record(
    working: &State,
    input: &ExportKeyInput,
    wrapped: &WrappedKey,
    export: Option<&ExportNote>,
    at: i64,
) -> Option<ExportRecord> {
    let record = working.engine.find(&input.export_key_identifier)?;
    let (receiver, receiver_spki) = match &input.key_material {
        ExportKeyMaterial::KeyCryptogram(material) => receiver(&material.wrapping_key_certificate),
        ExportKeyMaterial::Tr34KeyBlock(block) => receiver(&block.wrapping_key_certificate),
        // Whoever holds the wrapping key; it has no certificate.
        ExportKeyMaterial::Tr31KeyBlock(block) => {
            let holder = super::sentence::name_of(&block.wrapping_key_identifier, &working.engine);
            (format!("holder of {holder}"), String::new())
        }
    };
    let (attributes, exportable) = as_sent(input, &record.key);
    let way = Way::of(&input.key_material, working);
    Some(ExportRecord {
        kcv: wrapped.key_check_value.clone(),
        kcv_method: wrapped.key_check_value_algorithm.name().to_owned(),
        attributes,
        exportable,
        serial: initial_key_of(input),
        receiver_spki,
        file: export.map(|e| e.file.clone()).unwrap_or_default(),
        valid_until: export.and_then(|e| e.valid_until).map(Timestamp::millis),
        root: way.root,
        token: way.token,
        ..ExportRecord::sent(&record.key, receiver, at)
    })
}

/// The terminal whose initial key leaves in the place of the key that is named, by its key serial number.
pub(super) fn initial_key_of(input: &ExportKeyInput) -> Option<String> {
    let asked = input.export_attributes.as_ref()?;
    let initial = asked.export_dukpt_initial_key.as_ref()?;
    Some(initial.key_serial_number.clone())
}

/// What the receiver is told that it gets: the key's attributes, or less where the block's headers say less; of an
/// initial key no KeyUsage, since the service has no name for B1.
fn as_sent(input: &ExportKeyInput, key: &Key) -> (String, bool) {
    let mut attributes = serde_json::json!(key.key_attributes);
    if initial_key_of(input).is_some()
        && let Some(members) = attributes.as_object_mut()
    {
        members.remove("KeyUsage");
        members.insert(
            "KeyModesOfUse".into(),
            serde_json::json!({"DeriveKey": true}),
        );
    }
    let headers = match &input.key_material {
        ExportKeyMaterial::Tr31KeyBlock(block) => block.key_block_headers.as_deref(),
        ExportKeyMaterial::Tr34KeyBlock(block) => block.key_block_headers.as_deref(),
        ExportKeyMaterial::KeyCryptogram(_) => None,
    };
    let modes = headers.and_then(|headers| headers.key_modes_of_use);
    if let (Some(modes), Some(members)) = (modes, attributes.as_object_mut()) {
        members.insert("KeyModesOfUse".into(), serde_json::json!(modes));
    }
    let kept = headers.and_then(|headers| headers.key_exportability)
        == Some(KeyExportability::NON_EXPORTABLE);
    (attributes.to_string(), key.exportable && !kept)
}

/// Subject and public key of a receiver's certificate.
fn receiver(certificate: &str) -> (String, String) {
    Certificate::from_any(certificate.as_bytes())
        .map(|c| (c.subject(), hash(c.spki_der())))
        .unwrap_or_default()
}

fn root_record(
    input: &ImportKeyInput,
    arn: &str,
    confirmation: Option<&Confirmation>,
    at: i64,
) -> Option<RootRecord> {
    let ImportKeyMaterial::RootCertificatePublicKey(root) = &input.key_material else {
        return None;
    };
    let certificate = Certificate::from_any(root.public_key_certificate.as_bytes()).ok()?;
    let (confirmed, source, by) = match confirmation {
        Some(Confirmation::Typed { source, by, .. }) => ("typed", source.clone(), by.clone()),
        _ => ("as-shown", String::new(), String::new()),
    };
    Some(RootRecord {
        arn: arn.to_owned(),
        sha256: super::door::hex(&certificate.sha256_fingerprint()),
        subject: certificate.subject(),
        confirmed: confirmed.into(),
        source,
        by,
        at,
    })
}

fn hash(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}
