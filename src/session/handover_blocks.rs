//! What the other side is handed beside RSA wrap: key blocks, initial keys, and which act gives out certificates.

use std::fmt::Write as _;

use serde_json::Value;

use super::action::{Action, ExportNote};
use super::command::Executed;
use super::error::Refusal;
use super::handover::{self, Coming, Handover};
use super::handover_parameters::{Comes, Given, key_certificate, parameters, signing_request};
use super::{Profile, Session, label_of};
use crate::api::{
    ExportKeyInput, ExportKeyMaterial, ExportTr34KeyBlock, ImportKeyInput, ImportKeyMaterial,
    ImportTr31KeyBlock, ImportTr34KeyBlock, KeyMaterialType, Request, Response, WrappedKey,
};

/// What comes back in answer to a certificate that a token is made for.
const TOKEN_BACK: &str = "Send back the token, as export-key printed it or in an import-key request,\n   and what checks it: what get-parameters-for-export printed, or the root and\n   the certificate that signs,";

/// The same of one that a key is wrapped under.
const REQUEST_BACK: &str = "Send back the import-key request with the wrapped key and this token,";

/// The hand-over of such an act; `coming` is what the ceremony declares of the key that is to come.
pub(super) fn of(
    session: &Session,
    action: &Action,
    executed: &Executed,
    coming: &Coming,
) -> Result<Handover, Refusal> {
    let no = || Refusal::Usage("This act writes no file; there is nothing to hand over.".into());
    let Action::Control {
        request,
        export: Some(note),
        ..
    } = action
    else {
        return Err(no());
    };
    match (request, executed.responses.first()) {
        (Request::ExportKey(input), Some(Response::ExportKey(output))) => {
            if let ExportKeyMaterial::Tr34KeyBlock(under) = &input.key_material {
                return token(session, input, under, note, &output.wrapped_key);
            }
            block(session, input, note, &output.wrapped_key)
        }
        (
            Request::GetParametersForImport(input),
            Some(response @ Response::GetParametersForImport(o)),
        ) => {
            let tr34 = input.key_material_type == KeyMaterialType::TR34_KEY_BLOCK;
            let given = Given {
                certificate: &o.wrapping_key_certificate,
                root: &o.wrapping_key_certificate_chain,
                until: o.parameters_valid_until_timestamp,
                use_of: "wraps the key",
                back: if tr34 { TOKEN_BACK } else { REQUEST_BACK },
                comes: if tr34 { Comes::Token } else { Comes::Wrapped },
                coming: Some(coming),
            };
            parameters(session, note, response, &given)
        }
        (
            Request::GetParametersForExport(_),
            Some(response @ Response::GetParametersForExport(o)),
        ) => {
            let given = Given {
                certificate: &o.signing_key_certificate,
                root: &o.signing_key_certificate_chain,
                until: o.parameters_valid_until_timestamp,
                use_of: "checks what this vault signs",
                back: "Keep the certificate: the token that comes is signed with its key. Use it",
                comes: Comes::Nothing,
                coming: None,
            };
            parameters(session, note, response, &given)
        }
        (
            Request::GetPublicKeyCertificate(input),
            Some(response @ Response::GetPublicKeyCertificate(o)),
        ) => key_certificate(session, &input.key_identifier, note, response, o),
        (
            Request::GetCertificateSigningRequest(input),
            Some(response @ Response::GetCertificateSigningRequest(_)),
        ) => signing_request(session, &input.key_identifier, note, response),
        _ => Err(no()),
    }
}

/// A key block: a request for `import-key`; an initial key, which the service does not import, as `export-key`
/// prints it.
fn block(
    session: &Session,
    input: &ExportKeyInput,
    note: &ExportNote,
    wrapped: &WrappedKey,
) -> Result<Handover, Refusal> {
    let ExportKeyMaterial::Tr31KeyBlock(under) = &input.key_material else {
        return Err(Refusal::Usage("This act wraps in no key block.".into()));
    };
    let initial = input
        .export_attributes
        .as_ref()
        .and_then(|a| a.export_dukpt_initial_key.as_ref());
    if let Some(initial) = initial {
        let mut printed = serde_json::json!({ "WrappedKey": wrapped });
        let tags = handover::profile_tag(session.profile());
        if !tags.is_empty() {
            // The service prints none: whoever reads the file of a rehearsal is told, and a keymoot keeps it out.
            printed["Tags"] = serde_json::json!(tags);
        }
        let file = pretty(&printed)?;
        let of = (
            under.wrapping_key_identifier.as_str(),
            initial.key_serial_number.as_str(),
        );
        let next = initial_key_next(session, note, wrapped, of, &file);
        return Ok(handed(note, file, next));
    }
    let record = session.record(&input.export_key_identifier);
    let method = record.map(|r| r.key.key_check_value_algorithm);
    let (theirs, known) = receivers_name(session, &under.wrapping_key_identifier);
    let import = Request::ImportKey(ImportKeyInput {
        key_material: ImportKeyMaterial::Tr31KeyBlock(ImportTr31KeyBlock {
            wrapping_key_identifier: theirs.clone(),
            wrapped_key_block: wrapped.key_material.clone(),
        }),
        enabled: session.profile() != Profile::Rehearsal,
        key_check_value_algorithm: method,
        tags: handover::profile_tag(session.profile()),
    });
    let file = pretty(&import.to_json())?;
    let next = block_next(
        session,
        note,
        (wrapped, &under.wrapping_key_identifier),
        &file,
        (!known).then_some(theirs),
    );
    Ok(handed(note, file, next))
}

/// A TR-34 token: a request for `import-key`, with the receiver's own token and our certificate in it.
fn token(
    session: &Session,
    input: &ExportKeyInput,
    under: &ExportTr34KeyBlock,
    note: &ExportNote,
    wrapped: &WrappedKey,
) -> Result<Handover, Refusal> {
    // Signed under a pair of the vault, the request named the certificate; under a token, the vault gave it out.
    let of_token = || {
        let token = under.export_token.as_deref()?;
        session.token_certificate(token).map(|c| c.to_aws())
    };
    let signing = under
        .signing_key_certificate
        .clone()
        .or_else(of_token)
        .ok_or_else(|| {
            Refusal::Usage(
                "The certificate that signed this token has ended, so the file for the receiver cannot be written \
                 again. The key stays in this vault. Do get-parameters-for-export, then export it once more."
                    .into(),
            )
        })?;
    let record = session.record(&input.export_key_identifier);
    // A pair's certificate is of a foreign authority, whose root is not this vault's.
    let whose = match &under.signing_key_certificate {
        Some(_) => "signers-root",
        None => "root",
    };
    // Whoever trusts a practice root under this name does not take it for the real one.
    let mark = session.profile().file_mark().trim_start_matches('.');
    let marked = if mark.is_empty() {
        String::new()
    } else {
        format!("{mark}-")
    };
    let root = format!(
        "alias/keymoot/{marked}{whose}-{}",
        session.state.engine.account()
    );
    let import = Request::ImportKey(ImportKeyInput {
        key_material: ImportKeyMaterial::Tr34KeyBlock(Box::new(ImportTr34KeyBlock {
            certificate_authority_public_key_identifier: root.clone(),
            signing_key_certificate: signing,
            import_token: Some(note.import_token.clone()),
            wrapping_key_identifier: None,
            wrapping_key_certificate: None,
            wrapped_key_block: wrapped.key_material.clone(),
            key_block_format: under.key_block_format,
            random_nonce: under.random_nonce.clone(),
        })),
        // A rehearsal's key must not serve anybody by accident.
        enabled: session.profile() != Profile::Rehearsal,
        key_check_value_algorithm: record.map(|r| r.key.key_check_value_algorithm),
        tags: handover::profile_tag(session.profile()),
    });
    let file = pretty(&import.to_json())?;
    let above = match &under.signing_key_certificate {
        Some(_) => [
            "the root of the authority that issued SigningKeyCertificate in",
            "this file as RootCertificatePublicKey. Fetch it there, and compare its",
        ],
        None => [
            "the root of this vault as RootCertificatePublicKey. It is",
            "SigningKeyCertificateChain in the file that came first; compare its",
        ],
    };
    let next = token_next(session, note, wrapped, &file, (&root, above));
    Ok(handed(note, file, next))
}

fn token_next(
    session: &Session,
    note: &ExportNote,
    wrapped: &WrappedKey,
    file: &[u8],
    (root, [what, from]): (&str, [&str; 2]),
) -> String {
    let mut text = handover::head(session, "the receiver's side", handover::KEY);
    handover::arrived(&mut text, &note.file, file);
    let _ = writeln!(
        text,
        "2. Once: import {what}\n   {from}\n   fingerprint over another channel. Then give it the name that this file uses\n   (KEY_ARN is what import-key printed for the root):\n"
    );
    let _ = writeln!(text, "   aws payment-cryptography create-alias \\");
    let _ = writeln!(text, "       --alias-name {root} \\");
    let _ = writeln!(text, "       --key-arn KEY_ARN\n");
    let _ = writeln!(
        text,
        "3. Import the key (the import token in it is the receiver's own):\n"
    );
    handover::import_command(&mut text, &note.file);
    if let Some(until) = note.valid_until {
        let _ = writeln!(text, "   The token ends at {}.\n", until.rfc3339());
    }
    let _ = writeln!(
        text,
        "   Where you have keymoot: i, Import a root certificate, takes the file that the\n   root came in; then i, Import \
         a key from a TR-34 token, takes\n   {}; w on the key's page then writes receipt.json.\n",
        note.file
    );
    handover::receipt(session, &mut text, 4, wrapped);
    text
}

pub(super) fn handed(note: &ExportNote, request: Vec<u8>, next: String) -> Handover {
    Handover {
        file: note.file.clone(),
        request,
        next,
    }
}

pub(super) fn pretty(value: &Value) -> Result<Vec<u8>, Refusal> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|e| Refusal::Vault(e.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// What the receiver calls the wrapping key: the ARN that its receipt named, else an alias that it makes.
fn receivers_name(session: &Session, wrapping: &str) -> (String, bool) {
    let Some(record) = session.record(wrapping) else {
        return (wrapping.to_owned(), false);
    };
    let view = session.view();
    let confirmed = view
        .exports
        .iter()
        .find(|e| e.arn == record.key.key_arn && e.state == "confirmed")
        .and_then(|e| e.receiver_arn.clone());
    if let Some(arn) = confirmed {
        return (arn, true);
    }
    let fits = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let label: String = label_of(&record.key, &record.tags)
        .chars()
        .map(fits)
        .collect();
    (format!("alias/keymoot/{label}"), false)
}

/// Step 2, where the key above a block has never left this vault: it comes first. Returns the number of the next step.
fn above_first(session: &Session, text: &mut String, above: &str) -> u32 {
    let Some(above) = session.never_left(above) else {
        return 2;
    };
    let _ = writeln!(
        text,
        "2. Wait for {above}, and import it first: when this file was written it had not\n   left the sender's vault, \
         and nothing else opens the file.\n"
    );
    3
}

fn block_next(
    session: &Session,
    note: &ExportNote,
    (wrapped, above): (&WrappedKey, &str),
    file: &[u8],
    alias: Option<String>,
) -> String {
    let mut text = handover::head(session, "the receiver's side", handover::KEY);
    handover::arrived(&mut text, &note.file, file);
    let mut step = above_first(session, &mut text, above);
    if let Some(alias) = alias {
        let _ = writeln!(
            text,
            "{step}. Give your wrapping key the name that the file uses (once; KEY_ARN is what\n   import-key printed \
             when that key came to you):\n"
        );
        let _ = writeln!(text, "   aws payment-cryptography create-alias \\");
        let _ = writeln!(text, "       --alias-name {alias} --key-arn KEY_ARN\n");
        step += 1;
    }
    let _ = writeln!(text, "{step}. Import the key:\n");
    handover::import_command(&mut text, &note.file);
    handover::receipt(session, &mut text, step + 1, wrapped);
    text
}

fn initial_key_next(
    session: &Session,
    note: &ExportNote,
    wrapped: &WrappedKey,
    (above, serial): (&str, &str),
    file: &[u8],
) -> String {
    let mut text = handover::head(session, "the side that loads the terminal", handover::KEY);
    handover::arrived(&mut text, &note.file, file);
    let step = above_first(session, &mut text, above);
    let _ = writeln!(
        text,
        "{step}. Load WrappedKey.KeyMaterial, a TR-31 key block (use B1), into the terminal\n   with key serial number\n"
    );
    let _ = writeln!(text, "   {}\n", super::sentence::groups(serial));
    let _ = writeln!(
        text,
        "{}. Compare by eye: the check value must be the one ({}) that the\n   sender tells you by another road. It is not written here on purpose,\n   and KeyCheckValue in the file does not count for this: whoever changed\n   the file could have changed both.\n",
        step.saturating_add(1),
        wrapped.key_check_value_algorithm.name()
    );
    let _ = writeln!(
        text,
        "   If it differs, stop: the terminal holds another key than the one sent."
    );
    text
}
