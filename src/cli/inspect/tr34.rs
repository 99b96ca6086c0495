//! TR-34 tokens, field by field: who sends what to whom, and what proves it. The key in a token stays closed, and
//! whether a token is genuine, only the sender's certificate can tell.

use data_encoding::HEXUPPER;

use crate::api::{ImportTr34KeyBlock, Timestamp};
use crate::crypto::tr34::codings;
use crate::crypto::tr34::{
    AnyToken, Binding, Credential, KeyToken, OaepForm, PartyId, read_random,
};
use crate::custody::json;
use crate::pki::{Crl, name_of_der};

use super::aws_json;
use super::certificate;
use super::facts::Facts;
use super::tr31;

/// The bytes of a token: DER or BER, or hex or base64 of it; nothing if the file is no such thing.
pub(super) fn bytes(file: &[u8]) -> Option<Vec<u8>> {
    let looks = |bytes: &[u8]| {
        matches!(bytes, [0x30, ..])
            && (crate::crypto::tr34::names_signed_data(bytes) || read_random(bytes).is_ok())
    };
    codings(file).find(|bytes| looks(bytes))
}

/// The token in what `export-key` printed, or in a request for `import-key`; nothing if there is none.
pub(super) fn in_json(file: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(file).ok()?;
    let text = text.trim_start_matches('\u{feff}').trim();
    let value = json::strict(text.as_bytes()).ok()?;
    let hex = [
        "/WrappedKey/KeyMaterial",
        "/KeyMaterial/Tr34KeyBlock/WrappedKeyBlock",
    ];
    let hex = hex.iter().find_map(|path| value.pointer(path)?.as_str())?;
    bytes(hex.as_bytes())
}

/// Any token.
///
/// # Errors
/// What is wrong with it.
pub(super) fn token(bytes: &[u8], now: Timestamp) -> Result<Facts, String> {
    Ok(match AnyToken::parse(bytes).map_err(|e| e.to_string())? {
        AnyToken::Key(token) => key_token(&token, now),
        AnyToken::Credential(credential) => credential_token(&credential, now),
        AnyToken::Random(nonce) => random(&nonce),
        AnyToken::Binding(binding) => binding_token(&binding, now),
    })
}

/// The request that carries a token.
pub(super) fn request(block: &ImportTr34KeyBlock, now: Timestamp) -> Result<Facts, String> {
    let mut found = Facts::new(
        "import-key.tr34",
        "REQUEST import-key: a key in a TR-34 token",
    );
    let ca = &block.certificate_authority_public_key_identifier;
    found.line("ca", "Sender's CA", ca.as_str());
    found.line(
        "import_token",
        "Import token",
        block.import_token.as_deref(),
    );
    let pair = block.wrapping_key_identifier.as_deref();
    aws_json::own_pair(
        pair,
        block.wrapping_key_certificate.as_deref(),
        now,
        &mut found,
    )?;
    found.line("random_nonce", "Nonce", block.random_nonce.as_deref());
    aws_json::inside(&block.signing_key_certificate, now, &mut found)?;
    let bytes = HEXUPPER
        .decode(block.wrapped_key_block.as_bytes())
        .map_err(|_| "its WrappedKeyBlock is no hex of whole bytes.".to_owned())?;
    found.part("token", vec![token(&bytes, now)?]);
    Ok(found)
}

fn key_token(token: &KeyToken, now: Timestamp) -> Facts {
    let mut found = Facts::new(
        "tr34-key-token",
        "TR-34 KEY TOKEN: a key under the receiver's RSA key, signed by its sender",
    );
    let form = token.form();
    found.line("form", "Form", form.words());
    found.line("signed_data_version", "Signed data version", form.version);
    party(&SIGNER, token.signer(), &mut found);
    party(&RECIPIENT, token.recipient(), &mut found);
    tr31::header(token.header(), &mut found);
    found.line("header", "Header", token.header_text());
    found.line(
        "passes",
        "Passes",
        if token.nonce().is_some() { 2 } else { 1 },
    );
    freshness(token.nonce(), token.signing_time(), &mut found);
    found.line("attributes", "Signed attributes", token.attributes());
    let signature = if form.names_hash {
        "sha256WithRSAEncryption"
    } else {
        "rsaEncryption, SHA-256"
    };
    found.line("signature", "Signature", signature);
    found.line(
        "content_cipher",
        "Content cipher",
        token.content_cipher().name(),
    );
    found.line("key_encryption", "Key encryption", oaep(form.oaep));
    found.line(
        "encrypted_key_bits",
        "Receiver's RSA bits",
        token.encrypted_key_len() * 8,
    );
    found.line("content_bytes", "Encrypted bytes", token.content_len());
    found.line("der", "DER throughout", token.is_der());
    found.note("version letter and length in the header mean nothing inside a TR-34 token.");
    found.note("whether it is genuine, only the sender's certificate can tell; whether it holds the key its header says, only the receiver's key.");
    carried(token.certificates(), token.crls(), now, &mut found);
    found
}

fn credential_token(credential: &Credential, now: Timestamp) -> Facts {
    let (kind, title) = if credential.crls.is_empty() {
        (
            "tr34-krd-credential",
            "CERTIFICATES in an envelope without content (PKCS #7), as a TR-34 receiver (KRD) hands over its own",
        )
    } else {
        (
            "tr34-kdh-credential",
            "TR-34 CREDENTIAL of a sender (KDH): its certificate and revocation list",
        )
    };
    let mut found = Facts::new(kind, title);
    found.note("nobody signed it as a whole: trust comes from the certificate's chain and a fingerprint from another channel alone.");
    let certificates = std::slice::from_ref(&credential.certificate);
    carried(certificates, &credential.crls, now, &mut found);
    found
}

fn random(nonce: &[u8]) -> Facts {
    let mut found = Facts::new(
        "tr34-random",
        "TR-34 RANDOM NUMBER of a receiver (KRD): the nonce for one token of its sender",
    );
    found.line("random_nonce", "Nonce", HEXUPPER.encode(nonce));
    found.line("bytes", "Bytes", nonce.len());
    found
}

fn binding_token(binding: &Binding, now: Timestamp) -> Facts {
    let by_authority = binding.old_kdh().is_some();
    let (kind, title) = match (binding.new_kdh().is_some(), by_authority) {
        (false, false) => (
            "tr34-kdh-unbind",
            "TR-34 UNBIND: a sender lets its receiver go",
        ),
        (true, false) => (
            "tr34-kdh-rebind",
            "TR-34 REBIND: a sender hands its receiver over to another sender",
        ),
        (false, true) => (
            "tr34-ca-unbind",
            "TR-34 UNBIND: an authority frees a receiver from its sender",
        ),
        (true, true) => (
            "tr34-ca-rebind",
            "TR-34 REBIND: an authority gives a receiver another sender",
        ),
    };
    let mut found = Facts::new(kind, title);
    party(&SIGNER, binding.signer(), &mut found);
    party(&RECIPIENT, binding.krd(), &mut found);
    if let Some(old) = binding.old_kdh() {
        party(&OLD_SENDER, old, &mut found);
    }
    freshness(binding.nonce(), binding.signing_time(), &mut found);
    found.note("whether it is genuine, only the signer's certificate can tell.");
    if let Some(new) = binding.new_kdh() {
        let facts = certificate::one(new, now)
            .unwrap_or_else(|reason| unreadable("certificate", "CERTIFICATE", &reason));
        found.part("new_kdh", vec![facts]);
    }
    carried(binding.certificates(), binding.crls(), now, &mut found);
    found
}

fn freshness(nonce: Option<&[u8]>, signing_time: Option<Timestamp>, found: &mut Facts) {
    found.line("random_nonce", "Nonce", nonce.map(|n| HEXUPPER.encode(n)));
    let signed = signing_time.map(Timestamp::rfc3339);
    found.line("signing_time", "Signed at", signed);
}

/// Where a party stands in a token: ids and labels of its issuer and serial number.
type Place = [(&'static str, &'static str); 2];

const SIGNER: Place = [
    ("signer_issuer", "Sender's issuer"),
    ("signer_serial", "Sender's serial"),
];
const RECIPIENT: Place = [
    ("recipient_issuer", "Receiver's issuer"),
    ("recipient_serial", "Receiver's serial"),
];
const OLD_SENDER: Place = [
    ("old_sender_issuer", "Old sender's issuer"),
    ("old_sender_serial", "Old sender's serial"),
];

fn party(place: &Place, party: &PartyId, found: &mut Facts) {
    let name = name_of_der(&party.issuer_der()).unwrap_or_else(|| "unreadable".to_owned());
    let [(issuer, issuer_label), (serial, serial_label)] = *place;
    found.line(issuer, issuer_label, name);
    found.line(serial, serial_label, party.serial_hex());
}

const fn oaep(form: OaepForm) -> &'static str {
    match form {
        OaepForm::Tagged => "RSA-OAEP with SHA-256 (parameters as RFC 8017)",
        OaepForm::TaggedNoNull => "RSA-OAEP with SHA-256 (parameters as RFC 8017, without NULL)",
        OaepForm::Untagged => "RSA-OAEP with SHA-256 (parameters as Annex B)",
        OaepForm::UntaggedNoNull => "RSA-OAEP with SHA-256 (parameters as Annex B, without NULL)",
    }
}

/// Certificates and revocation lists inside a token.
fn carried(certificates: &[Vec<u8>], crls: &[Vec<u8>], now: Timestamp, found: &mut Facts) {
    let certificates: Vec<Facts> = certificates
        .iter()
        .map(|der| match certificate::one(der, now) {
            Ok(facts) => facts,
            Err(reason) => unreadable("certificate", "CERTIFICATE", &reason),
        })
        .collect();
    let lists: Vec<Facts> = crls
        .iter()
        .map(|der| match Crl::from_der(der) {
            Ok(crl) => list(&crl, now),
            Err(reason) => unreadable("crl", "REVOCATION LIST", &reason.to_string()),
        })
        .collect();
    found.part("certificates", certificates);
    found.part("crls", lists);
}

fn unreadable(kind: &'static str, title: &str, reason: &str) -> Facts {
    let mut found = Facts::new(kind, title);
    found.note(reason);
    found
}

/// A revocation list.
pub(super) fn list(crl: &Crl, now: Timestamp) -> Facts {
    let mut found = Facts::new("crl", format!("REVOCATION LIST of {}", crl.issuer()));
    found.line("issuer", "Issuer", crl.issuer());
    found.line("this_update", "Made", crl.this_update().rfc3339());
    found.line(
        "next_update",
        "Next due",
        crl.next_update().map(Timestamp::rfc3339),
    );
    let revoked: Vec<String> = crl
        .revoked()
        .iter()
        .map(|(serial, at)| format!("{serial} since {}", at.rfc3339()))
        .collect();
    found.line("revoked", "Revoked serials", revoked);
    if crl.next_update().is_none_or(|next| next < now) {
        found.note("not the current list by this machine's clock.");
    }
    found.note("whose signature it bears was not checked: that needs the authority's certificate.");
    found
}
