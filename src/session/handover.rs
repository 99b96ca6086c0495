//! What a counterparty is handed: the import request as one JSON file, and the commands to run on the other side.

use std::fmt::Write as _;

use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::api::{
    ExportKeyMaterial, ImportKeyCryptogram, ImportKeyInput, ImportKeyMaterial, KeyMaterialType,
    Request, Response, Tag, WrappedKey, WrappedKeyMaterialFormat,
};

use crate::pki::CounterpartyFile;
use crate::text::{say, tr};

use super::action::{Action, ExportNote};
use super::command::Executed;
use super::error::Refusal;
use super::{Profile, Session, op_exchange};

/// An export ready to be written.
#[derive(Debug, Clone)]
pub struct Handover {
    /// File name without folder, with the profile's mark: `kek.import-key.rehearsal.json`.
    pub file: String,
    /// Exactly what `aws payment-cryptography import-key --cli-input-json file://F` accepts.
    pub request: Vec<u8>,
    /// `NEXT.txt`: what to run on the other side, in order.
    pub next: String,
}

/// What a file that was written for the other side means, on screen and in lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// What left.
    pub what: &'static str,
    /// What people do with it.
    pub carry: [&'static str; 2],
    /// Whether the other side answers with a receipt.
    pub receipt: bool,
}

impl Left {
    /// What comes back, and where it is read in lines.
    pub fn answered(&self) -> Option<&'static str> {
        self.receipt.then_some(tr(
            "The receiver sends receipt.json back: AWS prints it, another keymoot writes it on the key's page. Exchange in the menu reads it.",
        ))
    }
}

/// The check value that the receiver is told by another road, with its method.
pub fn told_value(executed: &Executed) -> Option<String> {
    executed
        .responses
        .iter()
        .find_map(|response| match response {
            Response::ExportKey(output) => {
                let wrapped = &output.wrapped_key;
                let method = wrapped.key_check_value_algorithm.name();
                Some(say!(
                    "{kcv} by {method}",
                    kcv = wrapped.key_check_value,
                    method
                ))
            }
            _ => None,
        })
}

/// Whether the block that left holds a terminal's initial key: its header says so (TR-31 usage B1).
fn is_initial_key(executed: &Executed) -> bool {
    let block = |wrapped: &WrappedKey| {
        wrapped.wrapped_key_material_format == WrappedKeyMaterialFormat::TR31_KEY_BLOCK
            && wrapped.key_material.get(5..7) == Some("B1")
    };
    executed.responses.iter().any(
        |response| matches!(response, Response::ExportKey(output) if block(&output.wrapped_key)),
    )
}

/// What left with the file of an executed act: a key, or only what the other side is told.
pub fn left(executed: &Executed) -> Left {
    const CARRY: &str = "Carry the folder over; NEXT.txt says how.";
    let key = |response: &Response| matches!(response, Response::ExportKey(_));
    if is_initial_key(executed) {
        Left {
            what: tr(
                "The terminal's initial key went into a file that only the receiver can open. The base key stays here.",
            ),
            carry: [
                tr(CARRY),
                tr(
                    "Send the check value by another road: it is compared where the terminal loads the key, and no receipt comes.",
                ),
            ],
            receipt: false,
        }
    } else if executed.responses.iter().any(key) {
        Left {
            what: tr("The key went into a file that only the receiver can open."),
            carry: [tr(CARRY), tr("Send the check value by another road.")],
            receipt: true,
        }
    } else {
        Left {
            what: tr("What the other side is handed is in a file. No key has left this vault."),
            carry: [
                tr(CARRY),
                tr(
                    "Tell the hash of the file, and both fingerprints that NEXT.txt has, by another road.",
                ),
            ],
            receipt: false,
        }
    }
}

/// What the key has to be that comes under a certificate which is handed out: where a ceremony declares it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coming {
    /// What the sender writes about the key, a sentence a key.
    pub says: Vec<String>,
    /// Whether every such key may never leave again: then the header of its block says so.
    pub never_leaves: bool,
}

/// Makes the hand-over of an executed act that writes a file for the other side.
///
/// # Errors
/// The act writes none.
pub fn of(session: &Session, action: &Action, executed: &Executed) -> Result<Handover, Refusal> {
    asking(session, action, executed, &Coming::default())
}

/// The same, with what the sender is asked for.
///
/// # Errors
/// The act writes none.
pub fn asking(
    session: &Session,
    action: &Action,
    executed: &Executed,
    coming: &Coming,
) -> Result<Handover, Refusal> {
    match action {
        Action::Control {
            request: Request::ExportKey(input),
            ..
        } if matches!(input.key_material, ExportKeyMaterial::KeyCryptogram(_)) => {
            rsa_wrap(session, action, executed)
        }
        Action::Tr34(act) => super::build_tr34::handover(session, act, executed),
        _ => super::handover_blocks::of(session, action, executed, coming),
    }
}

/// Makes the hand-over of an executed RSA-wrap export.
///
/// # Errors
/// The act was no such export.
pub fn rsa_wrap(
    session: &Session,
    action: &Action,
    executed: &Executed,
) -> Result<Handover, Refusal> {
    let no =
        || Refusal::Usage("This act is no RSA-wrap export; there is nothing to hand over.".into());
    let Action::Control {
        request: Request::ExportKey(input),
        export: Some(note),
        ..
    } = action
    else {
        return Err(no());
    };
    let ExportKeyMaterial::KeyCryptogram(material) = &input.key_material else {
        return Err(no());
    };
    let Some(Response::ExportKey(output)) = executed.responses.first() else {
        return Err(no());
    };
    let record = session
        .record(&input.export_key_identifier)
        .ok_or_else(|| Refusal::Usage("The exported key is not in this vault.".into()))?;
    let rehearsal = session.profile() == Profile::Rehearsal;
    let import = Request::ImportKey(ImportKeyInput {
        key_material: ImportKeyMaterial::KeyCryptogram(Box::new(ImportKeyCryptogram {
            key_attributes: record.key.key_attributes,
            exportable: record.key.exportable,
            wrapped_key_cryptogram: output.wrapped_key.key_material.clone(),
            import_token: Some(note.import_token.clone()),
            wrapping_key_identifier: None,
            wrapping_key_certificate: None,
            wrapping_spec: material.wrapping_spec,
        })),
        // A rehearsal's key must not serve anybody by accident.
        enabled: !rehearsal,
        key_check_value_algorithm: Some(record.key.key_check_value_algorithm),
        tags: profile_tag(session.profile()),
    });
    let mut request =
        serde_json::to_vec_pretty(&import.to_json()).map_err(|e| Refusal::Vault(e.to_string()))?;
    request.push(b'\n');
    let next = next_text(session, note, &output.wrapped_key, &request);
    Ok(Handover {
        file: note.file.clone(),
        request,
        next,
    })
}

pub(super) fn profile_tag(profile: Profile) -> Vec<Tag> {
    match profile {
        Profile::Production => Vec::new(),
        other => vec![Tag {
            key: super::brought::PROFILE_TAG.into(),
            value: other.name().into(),
        }],
    }
}

fn next_text(session: &Session, note: &ExportNote, wrapped: &WrappedKey, request: &[u8]) -> String {
    let file = &note.file;
    let mut text = head(session, "the receiver's side", KEY);
    arrived(&mut text, file, request);
    let _ = writeln!(
        text,
        "2. Import the key (the token in it is the receiver's own):\n"
    );
    import_command(&mut text, file);
    if let Some(until) = note.valid_until {
        let _ = writeln!(text, "   The token ends at {}.\n", until.rfc3339());
    }
    let _ = writeln!(
        text,
        "   Where you have keymoot: i, {}, takes\n   {file}; w on the key's page then writes receipt.json.\n",
        op_exchange::IMPORT_RSA_WRAP.title
    );
    receipt(session, &mut text, 3, wrapped);
    text
}

/// What a practice file with a key is.
pub(super) const KEY: &str =
    "this key is for practice.\nThe receiver will accept this file all the same.";

/// How every NEXT.txt begins.
pub(super) const HEADING: &str = "NEXT: what to run on";

/// The heading, and what a practice file is.
pub(super) fn head(session: &Session, side: &str, practice: &str) -> String {
    let profile = session.profile();
    let mut text = format!("{HEADING} {side}, in this order\n\n");
    if profile != Profile::Production {
        let _ = writeln!(text, "{}: {practice}\n", profile.banner());
    }
    text
}

/// A word of a command as a shell takes it for one word: quoted where a name holds anything but plain characters.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/:+@%=,".contains(c);
    if word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Step 1: the file arrived whole.
pub(super) fn arrived(text: &mut String, file: &str, bytes: &[u8]) {
    let _ = writeln!(
        text,
        "1. Where the file goes, check that it arrived whole:\n"
    );
    let _ = writeln!(text, "   sha256sum {}", quoted(file));
    let _ = writeln!(
        text,
        "   {}\n",
        data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
    );
}

pub(super) fn import_command(text: &mut String, file: &str) {
    let _ = writeln!(text, "   aws payment-cryptography import-key \\");
    let _ = writeln!(
        text,
        "       --cli-input-json {} > receipt.json\n",
        quoted(&format!("file://{file}"))
    );
}

/// The last two steps: compare, and close the loop.
pub(super) fn receipt(session: &Session, text: &mut String, step: u32, wrapped: &WrappedKey) {
    let view = session.view();
    let _ = writeln!(
        text,
        "{step}. Compare by eye: \"KeyCheckValue\" in receipt.json must be the check value\n   ({}) that the sender tells you by another road. It is not\n   written here on purpose: whoever changed the file could have changed this.\n",
        wrapped.key_check_value_algorithm.name()
    );
    let _ = writeln!(
        text,
        "   If it differs, stop: the receiver holds another key than the one sent.\n"
    );
    let _ = writeln!(
        text,
        "{}. Bring receipt.json back and close the loop:\n",
        step + 1
    );
    let folder = if view.profile == Profile::Rehearsal {
        "DIR".to_owned()
    } else {
        quoted(&session.folder_name(&view.vault))
    };
    let _ = writeln!(text, "   keymoot receipt receipt.json --vault {folder}");
}

impl Session {
    /// What the vault's folder is called, wherever it lies; a vault in memory, as a folder of its name would be.
    fn folder_name(&self, vault: &str) -> String {
        let store = self.book.vault().store();
        let place = std::path::PathBuf::from(store.place());
        let name = place.file_name().filter(|_| store.lasts());
        name.map_or_else(
            || format!("{vault}.vault"),
            |name| name.to_string_lossy().into_owned(),
        )
    }
}

/// The commands by which a second person fetches a receiver's fingerprints over another login on another computer,
/// for a receiver whose wrapping key has this algorithm.
pub fn fingerprint_commands(
    material: KeyMaterialType,
    wrapping_key_algorithm: &str,
) -> Vec<String> {
    let command = format!(
        "get-parameters-for-import --key-material-type {} --wrapping-key-algorithm {wrapping_key_algorithm}",
        material.name()
    );
    fetched(&command, "Wrapping")
}

/// The same for what a counterparty handed over, receiver or sender; none for a certificate alone, whose owner reads
/// the fingerprint from an own copy.
pub fn commands_for(handed_over: &CounterpartyFile, material: KeyMaterialType) -> Vec<String> {
    // Another vault like this one: its people read the fingerprint from their NEXT.txt, and AWS knows nothing of it.
    if handed_over.root().subject().contains("O=keymoot") {
        return Vec::new();
    }
    match handed_over {
        CounterpartyFile::Certificate(_) => Vec::new(),
        CounterpartyFile::Import(parameters) => {
            fingerprint_commands(material, parameters.wrapping_key_algorithm.name())
        }
        CounterpartyFile::Export(parameters) => {
            signing_commands(parameters.signing_key_algorithm.name())
        }
    }
}

/// The exact commands that fetch the fingerprints of what AWS signs a TR-34 token with.
pub fn signing_commands(algorithm: &str) -> Vec<String> {
    let command = format!(
        "get-parameters-for-export --key-material-type TR34_KEY_BLOCK --signing-key-algorithm {algorithm}"
    );
    fetched(&command, "Signing")
}

fn fetched(command: &str, kind: &str) -> Vec<String> {
    let fetch =
        format!("aws payment-cryptography {command} --reuse-last-generated-token --output text");
    let digest = "base64 -d | openssl x509 -noout -fingerprint -sha256";
    vec![
        "# the root (this is what you type here):".into(),
        format!("{fetch} --query {kind}KeyCertificateChain | {digest}"),
        format!("# the {} certificate below it:", kind.to_lowercase()),
        format!("{fetch} --query {kind}KeyCertificate | {digest}"),
    ]
}

/// The AWS request of an act, as JSON for a file or a review page.
pub fn aws_request(action: &Action) -> serde_json::Value {
    match action {
        Action::Control { request, .. } => request.to_json(),
        other => json!(other.to_json()),
    }
}
