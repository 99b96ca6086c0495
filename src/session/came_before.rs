//! A file that brings a key and was taken in once already: told where it is named and to whoever signs. It is no refusal,
//! since a key that was deleted comes back this way.

use std::collections::BTreeMap;

use data_encoding::HEXUPPER_PERMISSIVE;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::api::{ImportKeyMaterial, KeyState, Request, Response, Timestamp};
use crate::engine::EngineState;
use crate::pki::Certificate;
use crate::text::{say, tr};

use super::action::Action;
use super::state::State;
use super::view::RootStanding;
use super::views::name_of;
use super::{Session, brought, op, op_exchange};

/// A wrapped key that came in, found by the SHA-256 of its block, token or cryptogram.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BlockRecord {
    /// The ARN of the key that it last came in as.
    pub(crate) arn: String,
    /// When.
    pub(crate) at: i64,
}

/// The digest of what wraps the key, whatever file is around it.
fn digest(wrapped: &[u8]) -> String {
    super::door::hex(&Sha256::digest(wrapped))
}

/// What wraps the key in a request; nothing of certificates.
fn wrapped(material: &ImportKeyMaterial) -> Option<Vec<u8>> {
    let bytes = |hex: &str| HEXUPPER_PERMISSIVE.decode(hex.trim().as_bytes()).ok();
    match material {
        ImportKeyMaterial::KeyCryptogram(m) => bytes(&m.wrapped_key_cryptogram),
        ImportKeyMaterial::Tr34KeyBlock(m) => bytes(&m.wrapped_key_block),
        ImportKeyMaterial::Tr31KeyBlock(m) => Some(m.wrapped_key_block.trim().as_bytes().to_vec()),
        _ => None,
    }
}

/// Remembers what one executed operation took in.
pub(super) fn remember(state: &mut State, request: &Request, response: &Response, at: i64) {
    let (Request::ImportKey(input), Response::ImportKey(output)) = (request, response) else {
        return;
    };
    if let Some(wrapped) = wrapped(&input.key_material) {
        let arn = output.key.key_arn.clone();
        state
            .blocks
            .insert(digest(&wrapped), BlockRecord { arn, at });
    }
}

/// That it came in already, when, and as which key.
fn known(
    wrapped: &[u8],
    blocks: &BTreeMap<String, BlockRecord>,
    engine: &EngineState,
) -> Option<String> {
    let came = blocks.get(&digest(wrapped))?;
    let key = engine.find(&came.arn)?;
    let at = super::span::clock(Timestamp::from_millis(came.at));
    let label = name_of(key);
    Some(if key.key.key_state == KeyState::DELETE_COMPLETE {
        say!(
            "this file came in already, {at}, as {label}, which was destroyed since",
            at,
            label
        )
    } else {
        say!(
            "this file came in already, {at}, as {label}: the same key would be here twice",
            at,
            label
        )
    })
}

/// That this very root is here already, since when, and as which.
fn trusted(certificate: &Certificate, state: &State) -> Option<String> {
    let sha256 = super::door::hex(&certificate.sha256_fingerprint());
    let same = state.roots.iter().filter(|root| root.sha256 == sha256);
    // The newest that is here: what was destroyed is trusted no more.
    let mut living = same.rev().filter_map(|root| {
        let record = state.engine.find(&root.arn)?;
        let gone = record.key.key_state == KeyState::DELETE_COMPLETE;
        (!gone).then_some((root, record))
    });
    let (root, record) = living.next()?;
    let at = super::span::clock(Timestamp::from_millis(root.at));
    let label = name_of(record);
    let suspect = state.suspects.contains_key(&record.key.key_arn);
    let standing = RootStanding::of(record.key.key_state, record.key.enabled, suspect);
    Some(match standing {
        RootStanding::Deleting => say!(
            "this certificate is here already, as {label} since {at}, and is being deleted: it can be restored instead",
            label,
            at
        ),
        RootStanding::Disabled => say!(
            "this certificate is here already, as {label} since {at}, and was disabled: imported again it would be believed \
             again. Why was it disabled? If that is over, enable it instead",
            label,
            at
        ),
        RootStanding::Suspect => say!(
            "this certificate is here already, as {label} since {at}, and is SUSPECT: imported again it would be believed \
             again. Look into that first",
            label,
            at
        ),
        RootStanding::Trusted => say!(
            "this certificate is trusted here already, as {label} since {at}: the same root would be here twice",
            label,
            at
        ),
    })
}

/// What whoever signs for a key that comes in reads, where its file came in before.
pub(super) fn warnings(action: &Action, state: &State) -> Vec<(String, String)> {
    let told = action.requests().iter().filter_map(|request| {
        let Request::ImportKey(input) = request else {
            return None;
        };
        let words = match &input.key_material {
            ImportKeyMaterial::RootCertificatePublicKey(root) => {
                let bytes = root.public_key_certificate.as_bytes();
                trusted(&Certificate::from_any(bytes).ok()?, state)?
            }
            material => known(&wrapped(material)?, &state.blocks, &state.engine)?,
        };
        Some((tr("beware").to_owned(), words))
    });
    told.collect()
}

impl Session {
    /// What is known of a file as soon as it is named for this field of an act: that it came in already, and as which
    /// key.
    pub(crate) fn came_before(&self, op: &str, field: &str, bytes: &[u8]) -> Option<String> {
        let profile = self.profile();
        let wrapped = match op {
            _ if field != "file" => None,
            name if name == op::IMPORT_ROOT.name => {
                return trusted(&self.their_root(bytes).ok()?, &self.state);
            }
            name if name == op_exchange::IMPORT_TR31.name => brought::key_block(bytes, profile)
                .ok()
                .map(|block| block.trim().as_bytes().to_vec()),
            name if name == op_exchange::IMPORT_TR34.name => {
                brought::tr34(bytes, profile).ok().map(|file| file.token)
            }
            name if name == op_exchange::IMPORT_RSA_WRAP.name => {
                let request = brought::cryptogram(bytes, profile).ok();
                request.and_then(|input| wrapped(&input.key_material))
            }
            _ => None,
        };
        known(&wrapped?, &self.state.blocks, &self.state.engine)
    }
}

#[cfg(test)]
mod tests {
    use super::super::comparing::tests::{BLOCK, sender};
    use super::super::tests::{act, answers};
    use super::*;
    use crate::session::build;

    /// A second person fetches the fingerprint of a root for nothing, and then two are called so.
    #[test]
    fn a_root_that_is_trusted_already_is_told_at_its_field_and_to_whoever_signs() {
        let (_, mut session) = super::super::tests::practice(true);
        let file =
            include_bytes!("../../ceremonies/samples/get-parameters-for-import-rsa3072.json");
        let name = op::IMPORT_ROOT.name;
        let fields = [
            ("fingerprint", "as-shown"),
            ("source", "here"),
            ("label", "aws-root"),
        ];
        let files = [("file", file.as_slice())];
        let signed = |session: &Session| {
            let action = build::action(session, name, &answers(&fields, &files)).unwrap();
            let (_, details) = super::super::sentence::describe(&action, &session.state);
            let mut words = details.into_iter().map(|(_, words)| words);
            words.find(|words| words.contains("trusted here already"))
        };
        assert_eq!(session.came_before(name, "file", file), None);
        assert_eq!(signed(&session), None);
        act(&mut session, name, &fields, &files).unwrap();
        let words = session.came_before(name, "file", file).unwrap();
        assert!(
            words.starts_with("this certificate is trusted here already, as aws-root since "),
            "{words}"
        );
        assert_eq!(signed(&session), Some(words));
        // One that people put out of use is believed again by a second import: whoever signs that reads so.
        act(
            &mut session,
            op::STOP_KEY_USAGE.name,
            &[("key", "aws-root")],
            &[],
        )
        .unwrap();
        let words = session.came_before(name, "file", file).unwrap();
        assert!(
            words.contains("was disabled") && words.contains("enable it instead"),
            "{words}"
        );
        let action = build::action(&session, name, &answers(&fields, &files)).unwrap();
        let (_, details) = super::super::sentence::describe(&action, &session.state);
        assert!(details.iter().any(|(_, told)| *told == words));
    }

    /// One who takes the same file in a second time reads so where the file is named, and whoever signs does too.
    #[test]
    fn a_file_that_came_in_already_is_told_at_its_field_and_to_whoever_signs() {
        let (_, mut session, file) = sender();
        let op = op_exchange::IMPORT_TR31.name;
        let at_field = |session: &Session| session.came_before(op, "file", &file);
        let signed = |session: &Session| {
            let given = answers(&[("wrap", "zone"), ("label", "again")], &[("file", &file)]);
            let action = build::action(session, op, &given).unwrap();
            let (_, details) = super::super::sentence::describe(&action, &session.state);
            details
                .iter()
                .any(|(_, words)| words.contains("came in already"))
        };
        assert_eq!(at_field(&session), None);
        assert!(!signed(&session));
        act(&mut session, op, &BLOCK, &[("file", &file)]).unwrap();
        let words = at_field(&session).unwrap();
        assert!(words.contains(", as came: the same key"), "{words}");
        assert!(signed(&session));
        // The block alone is the same key as the request around it.
        let block = brought::key_block(&file, session.profile()).unwrap();
        assert_eq!(
            session.came_before(op, "file", block.as_bytes()),
            Some(words)
        );
        assert_eq!(session.came_before(op, "other", block.as_bytes()), None);
        // It is no refusal.
        let again = [("wrap", "zone"), ("label", "again")];
        act(&mut session, op, &again, &[("file", &file)]).unwrap();
        assert!(
            at_field(&session)
                .unwrap()
                .contains(", as again: the same key")
        );
    }
}
