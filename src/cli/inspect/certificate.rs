//! Certificates and chains, in any of the forms people hand them over.
#![deny(clippy::indexing_slicing)]

use data_encoding::{BASE64, HEXUPPER, HEXUPPER_PERMISSIVE};

use crate::api::{KeyAlgorithm, Timestamp};
use crate::crypto::kcv;
use crate::custody::words;
use crate::pki::{Certificate, verify_issued, verify_root};

use super::facts::Facts;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
/// Certificates read of one file.
const MOST: usize = 16;

/// Every certificate of a file, and how they hang together.
pub(super) fn all(bytes: &[u8], now: Timestamp) -> Result<Facts, String> {
    let blocks = blocks(bytes);
    if blocks.len() > MOST {
        return Err(format!("it holds more than {MOST} certificates."));
    }
    let mut certificates = Vec::new();
    for block in &blocks {
        certificates.push(Certificate::from_any(block).map_err(|e| {
            format!("it is none of the files keymoot knows, and not a certificate either: {e}")
        })?);
    }
    match certificates.as_slice() {
        [one] => Ok(facts(one, now)),
        several => Ok(chain(several, now)),
    }
}

fn chain(certificates: &[Certificate], now: Timestamp) -> Facts {
    let mut found = Facts::new(
        "certificate-chain",
        format!("CERTIFICATE CHAIN of {}", certificates.len()),
    );
    for (at, (child, issuer)) in certificates
        .iter()
        .zip(certificates.iter().skip(1))
        .enumerate()
    {
        match verify_issued(child, issuer, now) {
            Ok(()) => found.note(format!("{} is signed by {}.", at + 1, at + 2)),
            Err(reason) => found.note(format!("{} under {}: {reason}", at + 1, at + 2)),
        }
    }
    found.part(
        "certificates",
        certificates.iter().map(|c| facts(c, now)).collect(),
    );
    found
}

/// One certificate, DER.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn one(der: &[u8], now: Timestamp) -> Result<Facts, String> {
    let certificate = Certificate::from_any(der).map_err(|e| e.to_string())?;
    Ok(facts(&certificate, now))
}

/// The fields of one certificate.
pub(super) fn facts(certificate: &Certificate, now: Timestamp) -> Facts {
    let mut found = Facts::new(
        "certificate",
        format!("CERTIFICATE  {}", certificate.subject()),
    );
    let fingerprint = certificate.sha256_fingerprint();
    found.line("subject", "Subject", certificate.subject());
    found.line("issuer", "Issuer", certificate.issuer());
    found.line("serial", "Serial", certificate.serial_hex());
    found.line(
        "not_before",
        "Valid from",
        certificate.not_before().rfc3339(),
    );
    found.line("not_after", "Valid to", certificate.not_after().rfc3339());
    found.line("fingerprint_sha256", "SHA-256", colons(&fingerprint));
    found.line(
        "fingerprint_words",
        "In words",
        words::sixteen(&fingerprint).join(" "),
    );
    found.line(
        "key_algorithm",
        "Key",
        certificate.key_algorithm().map(KeyAlgorithm::name),
    );
    found.line("modulus_bits", "Modulus bits", certificate.modulus_bits());
    found.line("modulus", "Modulus", certificate.modulus_hex());
    found.line("exponent", "Exponent", certificate.exponent());
    found.line(
        "key_check_value",
        "Check value",
        kcv::public_key(certificate.spki_der()),
    );
    found.line("ca", "CA", certificate.is_ca());
    found.line("signed_with", "Signed with", certificate.signed_with());
    found.line("key_usage", "Key usage", certificate.usage_words());
    found.line(
        "may_sign",
        "May certify others",
        certificate.is_ca() && certificate.may_sign_certificates(),
    );
    found.line(
        "may_sign_tokens",
        "May sign key tokens",
        certificate.may_sign(),
    );
    found.line("may_wrap", "May wrap keys", certificate.may_wrap_keys());
    if let Some(mark) = certificate.profile_mark() {
        found.line("mark", "Mark", mark);
        found.note("made by a keymoot that was not in production.");
    }
    judge(certificate, now, &mut found);
    found
}

fn judge(certificate: &Certificate, now: Timestamp, found: &mut Facts) {
    if now < certificate.not_before() {
        found.note("not yet valid by this machine's clock.");
    }
    if now > certificate.not_after() {
        found.note("expired by this machine's clock.");
    }
    if certificate.key_algorithm().is_none() {
        found.note(
            "a key that can neither wrap nor vouch here: only RSA of 2048, 3072 or 4096 bits can.",
        );
    }
    if certificate.subject() == certificate.issuer() {
        match verify_root(certificate, now) {
            Ok(()) => found.note(
                "self-signed, and fit to be a root. Whether it is the right one, only its fingerprint from another channel tells.",
            ),
            Err(reason) => found.note(format!("self-signed, but no root: {reason}")),
        }
    }
}

/// `AB:CD:...`, as `openssl x509 -fingerprint` prints it.
pub(super) fn colons(digest: &[u8]) -> String {
    let pairs: Vec<String> = digest.iter().map(|b| HEXUPPER.encode(&[*b])).collect();
    pairs.join(":")
}

/// Splits a file into pieces of one certificate each; a file that is not PEM is one piece.
fn blocks(bytes: &[u8]) -> Vec<Vec<u8>> {
    let plain = pem(bytes);
    if !plain.is_empty() {
        return plain;
    }
    // base64 of a whole PEM chain, as the service writes chains.
    let squeezed: Vec<u8> = bytes
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_whitespace())
        .collect();
    let inner = BASE64
        .decode(&squeezed)
        .map(|inner| pem(&inner))
        .unwrap_or_default();
    if inner.len() > 1 {
        return inner;
    }
    // Hexadecimal, as consoles of HSMs print it.
    if let Ok(der) = HEXUPPER_PERMISSIVE.decode(&squeezed)
        && !der.is_empty()
    {
        return vec![der];
    }
    vec![bytes.to_vec()]
}

fn pem(bytes: &[u8]) -> Vec<Vec<u8>> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Vec::new();
    };
    text.split(BEGIN)
        .skip(1)
        .map(|rest| format!("{BEGIN}{rest}").into_bytes())
        .collect()
}
