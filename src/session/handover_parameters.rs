//! Certificates that the other side is handed, to wrap under or to check with, and what it does with them.

use std::fmt::Write as _;

use crate::api::{GetPublicKeyCertificateOutput, Response, Timestamp, iso_time};
use crate::pki::Certificate;

use super::Session;
use super::action::ExportNote;
use super::error::Refusal;
use super::handover::{self, Coming, Handover};
use super::handover_blocks::{handed, pretty};

/// What was given out.
pub(super) struct Given<'a> {
    pub(super) certificate: &'a str,
    pub(super) root: &'a str,
    pub(super) until: Timestamp,
    pub(super) use_of: &'a str,
    pub(super) back: &'a str,
    pub(super) comes: Comes,
    /// What the key that is to come has to be, where anybody said so.
    pub(super) coming: Option<&'a Coming>,
}

/// What is to come back under it.
pub(super) enum Comes {
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
    let never = given.coming.is_some_and(|coming| coming.never_leaves);
    let headers = if never {
        "KeyBlockHeaders={KeyExportability=NON_EXPORTABLE},\\\n"
    } else {
        ""
    };
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
         \x20    --key-material \"Tr34KeyBlock={{KeyBlockFormat=X9_TR34_2012,\\\n{headers}\
         CertificateAuthorityPublicKeyIdentifier=ROOT_ARN,\\\n\
         WrappingKeyCertificate=$(jq -r .WrappingKeyCertificate {file}),\\\n\
         ExportToken=$(jq -r .ExportToken signing.json)}}\" > token.json\n\n\
         \x20  Bring back signing.json and token.json. In signing.json is the root that this\n\
         \x20  side trusts as the sender's (SigningKeyCertificateChain), and the certificate\n\
         \x20  below it, which the token does not hold: where a ceremony asks for the\n\
         \x20  sender's root, it is given signing.json.\n\n\
         \x20  Where the sender has keymoot: i, Import a root certificate, takes\n\
         \x20  {file}; then x, Export key in a TR-34\n\
         \x20  token, takes it again. Bring back what that writes.\n"
    );
    if never {
        text.push_str(
            "   That form lets the key leave again (E); where it may not (N), it is done by\n   keymoot call export-key, \
             with KeyBlockHeaders as above.\n",
        );
    }
}

/// Token and certificates as the AWS CLI prints them.
pub(super) fn parameters(
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
            "\n   Where the sender has keymoot: i, Import a root certificate, takes\n   {name}; then x, Export key by RSA wrap,\n   takes it again. Bring back what that writes{}.\n",
            if given.coming.is_some_and(|coming| coming.never_leaves) {
                ", with \"Exportable\": false\n   in the place of true: what left there may not leave here"
            } else {
                ""
            }
        ),
        Comes::Nothing => write!(
            text,
            "\n   Where the receiver has keymoot: i, Import a root certificate, takes\n   {name}; tokens under it are then taken.\n"
        ),
    };
    let said = given.coming.map(|coming| coming.says.as_slice());
    let said = said.unwrap_or_default();
    let mut step = 3;
    if !said.is_empty() {
        let _ = writeln!(
            text,
            "\n{step}. Say of the key that comes what is wanted of it. A file that says another\n   is refused here before anybody signs:\n"
        );
        for line in said {
            wrapped(&mut text, line);
        }
        step += 1;
    }
    let _ = writeln!(
        text,
        "\n{step}. {}\n   in time: this certificate ends at {}.",
        given.back,
        given.until.rfc3339()
    );
    Ok(handed(note, file, text))
}

/// A sentence in lines of 72 columns, set in.
fn wrapped(text: &mut String, sentence: &str) {
    let mut line = String::from("  ");
    for word in sentence.split(' ') {
        if line.len() + 1 + word.len() > 72 && line.trim() != "" {
            let _ = writeln!(text, "{line}");
            line = String::from("    ");
        }
        line.push(' ');
        line.push_str(word);
    }
    let _ = writeln!(text, "{line}");
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
pub(super) fn key_certificate(
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
pub(super) fn signing_request(
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
