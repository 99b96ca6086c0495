//! What the other side is handed beside RSA wrap: key blocks, initial keys, certificates to wrap under or to check
//! with.

use std::fmt::Write as _;

use serde_json::Value;

use crate::api::{
    ExportKeyInput, ExportKeyMaterial, ExportTr34KeyBlock, GetPublicKeyCertificateOutput,
    ImportKeyInput, ImportKeyMaterial, ImportTr31KeyBlock, ImportTr34KeyBlock, KeyMaterialType,
    Request, Response, Timestamp, WrappedKey, iso_time,
};
use crate::pki::Certificate;

use super::action::{Action, ExportNote};
use super::command::Executed;
use super::error::Refusal;
use super::handover::{self, Handover};
use super::{Profile, Session, label_of};

/// The hand-over of such an act.
pub(super) fn of(
    session: &Session,
    action: &Action,
    executed: &Executed,
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
                back: if tr34 {
                    "Send back the token, as export-key printed it or in an import-key request,\n   and what checks it: what get-parameters-for-export printed, or the root and\n   the certificate that signs,"
                } else {
                    "Send back the import-key request with the wrapped key and this token,"
                },
                comes: if tr34 { Comes::Token } else { Comes::Wrapped },
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
        let next = initial_key_next(session, note, wrapped, &initial.key_serial_number, &file);
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
    let next = block_next(session, note, wrapped, &file, (!known).then_some(theirs));
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

fn handed(note: &ExportNote, request: Vec<u8>, next: String) -> Handover {
    Handover {
        file: note.file.clone(),
        request,
        next,
    }
}

fn pretty(value: &Value) -> Result<Vec<u8>, Refusal> {
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

fn block_next(
    session: &Session,
    note: &ExportNote,
    wrapped: &WrappedKey,
    file: &[u8],
    alias: Option<String>,
) -> String {
    let mut text = handover::head(session, "the receiver's side", handover::KEY);
    handover::arrived(&mut text, &note.file, file);
    let mut step = 2;
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
    serial: &str,
    file: &[u8],
) -> String {
    let mut text = handover::head(session, "the side that loads the terminal", handover::KEY);
    handover::arrived(&mut text, &note.file, file);
    let _ = writeln!(
        text,
        "2. Load WrappedKey.KeyMaterial, a TR-31 key block (use B1), into the terminal\n   with key serial number\n"
    );
    let _ = writeln!(text, "   {}\n", super::sentence::groups(serial));
    let _ = writeln!(
        text,
        "3. Compare by eye: the check value must be the one ({}) that the\n   sender tells you by another road. It is not written here on purpose,\n   and KeyCheckValue in the file does not count for this: whoever changed\n   the file could have changed both.\n",
        wrapped.key_check_value_algorithm.name()
    );
    let _ = writeln!(
        text,
        "   If it differs, stop: the terminal holds another key than the one sent."
    );
    text
}

/// What was given out.
struct Given<'a> {
    certificate: &'a str,
    root: &'a str,
    until: Timestamp,
    use_of: &'a str,
    back: &'a str,
    comes: Comes,
}

/// What is to come back under it.
enum Comes {
    /// A TR-34 token.
    Token,
    /// A key wrapped under the certificate.
    Wrapped,
    /// Nothing: it checks what goes out.
    Nothing,
}

/// What the sender types where it is the service itself.
fn aws_sends(text: &mut String, note: &ExportNote, given: &Given<'_>) {
    let of = |certificate: &str| {
        Certificate::from_any(certificate.as_bytes())
            .ok()
            .and_then(|certificate| certificate.key_algorithm())
            .map_or("RSA_4096", |algorithm| algorithm.name())
    };
    let algorithm = of(given.root);
    // The service asks of the pair that signs what it asks of the pair that wraps (control plane, strength matrix).
    let signing = of(given.certificate);
    let file = &note.file;
    let _ = write!(
        text,
        "\n   Where the sender is AWS (jq reads the file; ROOT_ARN is what the first\n   command printed, KEY_ARN the \
         key that is to come):\n\n\
         \x20  aws payment-cryptography import-key --key-material \\\n\
         \x20    \"RootCertificatePublicKey={{KeyAttributes={{KeyClass=PUBLIC_KEY,\\\n\
         KeyUsage=TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE,\\\n\
         KeyAlgorithm={algorithm},KeyModesOfUse={{Verify=true}}}},\\\n\
         PublicKeyCertificate=$(jq -r .WrappingKeyCertificateChain {file})}}\"\n\
         \x20  aws payment-cryptography get-parameters-for-export \\\n\
         \x20    --key-material-type TR34_KEY_BLOCK --signing-key-algorithm {signing} \\\n\
         \x20    > signing.json\n\
         \x20  aws payment-cryptography export-key --export-key-identifier KEY_ARN \\\n\
         \x20    --key-material \"Tr34KeyBlock={{KeyBlockFormat=X9_TR34_2012,\\\n\
         CertificateAuthorityPublicKeyIdentifier=ROOT_ARN,\\\n\
         WrappingKeyCertificate=$(jq -r .WrappingKeyCertificate {file}),\\\n\
         ExportToken=$(jq -r .ExportToken signing.json)}}\" > token.json\n\n\
         \x20  Bring back signing.json and token.json.\n\n\
         \x20  Where the sender has keymoot: i, Import a root certificate, takes\n\
         \x20  {file}; then x, Export key in a TR-34\n\
         \x20  token, takes it again. Bring back what that writes.\n"
    );
}

/// Token and certificates as the AWS CLI prints them.
fn parameters(
    session: &Session,
    note: &ExportNote,
    response: &Response,
    given: &Given<'_>,
) -> Result<Handover, Refusal> {
    let mut value = response.to_json();
    iso_time::print_form(&mut value);
    let file = pretty(&value)?;
    let mut text = handover::head(
        session,
        "the other side",
        "this certificate is for practice; no real key belongs under it.",
    );
    handover::arrived(&mut text, &note.file, &file);
    fingerprints(&mut text, given.use_of, given.certificate, given.root);
    let name = &note.file;
    let _ = match given.comes {
        Comes::Token => {
            aws_sends(&mut text, note, given);
            Ok(())
        }
        Comes::Wrapped => write!(
            text,
            "\n   Where the sender has keymoot: i, Import a root certificate, takes\n   {name}; then x, Export key by RSA wrap,\n   takes it again. Bring back what that writes.\n"
        ),
        Comes::Nothing => write!(
            text,
            "\n   Where the receiver has keymoot: i, Import a root certificate, takes\n   {name}; tokens under it are then taken.\n"
        ),
    };
    let _ = writeln!(
        text,
        "\n3. {}\n   in time: this certificate ends at {}.",
        given.back,
        given.until.rfc3339()
    );
    Ok(handed(note, file, text))
}

fn fingerprints(text: &mut String, use_of: &str, certificate: &str, root: &str) {
    let _ = writeln!(
        text,
        "2. Compare both fingerprints with what this vault's people say over another\n   channel.\n   \
         The certificate {use_of}; the root stands above it:\n",
    );
    for (name, certificate) in [("certificate", certificate), ("root", root)] {
        let sha256 = Certificate::from_any(certificate.as_bytes())
            .map(|c| super::door::hex(&c.sha256_fingerprint()))
            .unwrap_or_default();
        let _ = writeln!(text, "   {name:<12}SHA-256\n   {sha256}");
    }
}

/// A pair's certificate and the root above it as the AWS CLI prints them.
fn key_certificate(
    session: &Session,
    key: &str,
    note: &ExportNote,
    response: &Response,
    given: &GetPublicKeyCertificateOutput,
) -> Result<Handover, Refusal> {
    let (certificate, root) = (&given.key_certificate, &given.key_certificate_chain);
    let file = pretty(&response.to_json())?;
    let mut text = handover::head(
        session,
        "the other side",
        "this certificate is for practice; no real key belongs under it.",
    );
    handover::arrived(&mut text, &note.file, &file);
    let signs = session
        .record(key)
        .is_some_and(|r| r.key.key_attributes.key_modes_of_use.sign);
    let use_of = if signs {
        "checks what this key signs"
    } else {
        "wraps keys for this one"
    };
    fingerprints(&mut text, use_of, certificate, root);
    if let Ok(certificate) = Certificate::from_any(certificate.as_bytes()) {
        let until = certificate.not_after().rfc3339();
        let _ = writeln!(
            text,
            "\n3. It is good until {until}: ask for another before."
        );
    }
    Ok(handed(note, file, text))
}

/// A request for a certificate, and how the answer is used here.
fn signing_request(
    session: &Session,
    key: &str,
    note: &ExportNote,
    response: &Response,
) -> Result<Handover, Refusal> {
    let file = pretty(&response.to_json())?;
    let mut text = handover::head(
        session,
        "the authority's side",
        "this request is for practice; no real certificate belongs to it.",
    );
    handover::arrived(&mut text, &note.file, &file);
    let name = &note.file;
    let _ = write!(
        text,
        "2. Make it the PEM file that authorities read, and see whom it names:\n\n\
         \x20  jq -r .CertificateSigningRequest {name} | base64 -d > request.pem\n\
         \x20  openssl req -in request.pem -noout -verify -subject\n\n\
         3. Issue the certificate and bring it back with the root above it. It goes\n\
         \x20  beside the key's name: as WrappingKeyCertificate beside\n\
         \x20  WrappingKeyIdentifier in import-key, as SigningKeyCertificate beside\n\
         \x20  SigningKeyIdentifier in export-key; on screen and in scripts as\n\
         \x20  \"Its certificate\" beside \"Own pair\". The key is\n\
         \x20  {}\n",
        session.record(key).map_or(key, |r| &r.key.key_arn)
    );
    Ok(handed(note, file, text))
}
