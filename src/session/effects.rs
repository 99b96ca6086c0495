//! What the session remembers about acts beside the engine's state: exports, roots.

use sha2::{Digest as _, Sha256};

use crate::api::{
    ExportKeyInput, ExportKeyMaterial, ImportKeyInput, ImportKeyMaterial, Key, KeyExportability,
    Request, Response, Timestamp, WrappedKey,
};
use crate::custody::Role;
use crate::custody::ledger::same;
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

    /// In production the person who types a root's fingerprint is another than the one who asks for the import: one
    /// alone would choose the root and vouch for it.
    pub(super) fn typed_by_another(&self, action: &Action, issuer: &str) -> Result<(), Refusal> {
        let Action::Control {
            confirmation: Some(Confirmation::Typed { by, .. }),
            ..
        } = action
        else {
            return Ok(());
        };
        if self.profile != Profile::Production || !same(by, issuer) {
            return Ok(());
        }
        let asks = self.acting().iter().filter(|p| p.role != Role::Witness);
        let others = asks.filter(|p| p.serves_at(self.book.seq()) && !same(&p.name, issuer));
        let others: Vec<&str> = others.map(|p| p.name.as_str()).collect();
        Err(Refusal::Approval(format!(
            "{issuer} typed this root's fingerprint and cannot ask for its import as well: in production these are two \
             people. Nothing was asked of anyone and nothing was imported. Let somebody else ask: {}.",
            others.join(", ")
        )))
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
        above: match &input.key_material {
            ExportKeyMaterial::Tr31KeyBlock(block) => working
                .engine
                .find(&block.wrapping_key_identifier)
                .map(|above| above.key.key_arn.clone()),
            _ => None,
        },
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

#[cfg(test)]
mod tests {
    use super::super::tests::{SAMPLE, answers, practice};
    use super::super::*;

    /// Whoever asked for a root's import typed its fingerprint too, as the "second person", where one stand-by had two places.
    #[test]
    fn who_types_a_roots_fingerprint_in_production_does_not_ask_for_its_import() {
        let (_, mut session) = practice(true);
        let texts = [
            ("fingerprint", "as-shown"),
            ("source", "practice"),
            ("label", "aws-root"),
        ];
        let given = answers(&texts, &[("file", SAMPLE)]);
        let mut action = build::action(&session, "import-key.root-certificate", &given).unwrap();
        if let Action::Control {
            confirmation: Some(confirmation),
            ..
        } = &mut action
            && let Confirmation::AsShown { sha256 } = confirmation
        {
            *confirmation = Confirmation::Typed {
                sha256: sha256.clone(),
                source: "the own login".into(),
                by: "Ana".into(),
            };
        }
        let asked = |action: &Action| Command::Ask {
            action: action.clone(),
            issuer: "Ana".into(),
            origin: None,
            key: KeySource::Held,
        };
        // In practice one plays everybody.
        let Outcome::Asked(pending) = session.perform(asked(&action)).unwrap() else {
            panic!("not asked")
        };
        session.profile = Profile::Production;
        for refused in [
            session.perform(asked(&action)).map(drop).unwrap_err(),
            session.take_approved(&pending.id).map(drop).unwrap_err(),
        ] {
            let told = refused.to_string();
            assert!(told.contains("Ana typed this root's"), "{told}");
            assert!(told.contains("Ada, Ben, Cho"), "{told}");
        }
        session.typed_by_another(&action, "Ada").unwrap();
    }
}
