//! Certificate signing requests, revocation lists and bare public keys, in any form people hand them over.
#![deny(clippy::indexing_slicing)]

use data_encoding::{BASE64, HEXUPPER, HEXUPPER_PERMISSIVE};
use der::Decode as _;
use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::pkcs8::EncodePublicKey as _;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::{CertificateRevocationList, FromDer};
use x509_parser::public_key::PublicKey;
use x509_parser::time::ASN1Time;
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::api::Timestamp;
use crate::crypto::kcv;
use crate::pki::{request_is_signed, signature_words};

use super::facts::Facts;

/// Entries of a revocation list that are shown one by one.
const SHOWN: usize = 100;

/// What the file is, if it is one of these.
pub(super) fn explain(file: &[u8], now: Timestamp) -> Option<Facts> {
    let read = |der: &[u8]| {
        request(der)
            .or_else(|| list(der, now))
            .or_else(|| key(der))
            .or_else(|| rsa_key(der))
    };
    candidates(file).iter().find_map(|der| read(der))
}

/// The file as DER, if it is DER, PEM, or hex or base64 of either.
fn candidates(file: &[u8]) -> Vec<Vec<u8>> {
    let mut found = vec![file.to_vec()];
    let squeezed: Vec<u8> = file
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_whitespace())
        .collect();
    found.extend(HEXUPPER_PERMISSIVE.decode(&squeezed));
    found.extend(BASE64.decode(&squeezed));
    let armored: Vec<Vec<u8>> = found.iter().filter_map(|bytes| pem(bytes)).collect();
    found.extend(armored);
    found
}

fn pem(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let begin = text.find("-----BEGIN ")?;
    let (_, document) = der::Document::from_pem(text.get(begin..)?.trim_end()).ok()?;
    Some(document.into_vec())
}

fn request(der: &[u8]) -> Option<Facts> {
    let (rest, read) = X509CertificationRequest::from_der(der).ok()?;
    if !rest.is_empty() || x509_cert::request::CertReq::from_der(der).is_err() {
        return None;
    }
    let info = &read.certification_request_info;
    let mut found = Facts::new(
        "certificate-signing-request",
        format!("CERTIFICATE SIGNING REQUEST  {}", info.subject),
    );
    found.line("subject", "Subject", info.subject.to_string());
    found.line(
        "signature_algorithm",
        "Signed with (OID)",
        read.signature_algorithm.algorithm.to_id_string(),
    );
    let words = signature_words(&read.signature_algorithm);
    found.line("signed_with", "Signed with", words);
    key_lines(&mut found, &info.subject_pki);
    match request_is_signed(der) {
        Ok(true) => found.note("it was signed with the key that it asks a certificate for."),
        Ok(false) => found.note(
            "ITS SIGNATURE IS WRONG: it was changed, or made without its key. Ask for it anew.",
        ),
        Err(reason) => found.note(format!(
            "whether it was signed with its own key was not judged: {reason}"
        )),
    }
    Some(found)
}

fn list(der: &[u8], now: Timestamp) -> Option<Facts> {
    let (rest, read) = CertificateRevocationList::from_der(der).ok()?;
    if !rest.is_empty()
        || x509_cert::crl::CertificateList::<x509_cert::certificate::Rfc5280>::from_der(der)
            .is_err()
    {
        return None;
    }
    let mut found = Facts::new(
        "certificate-revocation-list",
        format!("CERTIFICATE REVOCATION LIST  {}", read.issuer()),
    );
    found.line("issuer", "Issuer", read.issuer().to_string());
    found.line("this_update", "Written", time(read.last_update()));
    let next = read.next_update().map(time);
    found.line("next_update", "Next one due", next.clone());
    found.line(
        "number",
        "Number",
        read.crl_number().map(ToString::to_string),
    );
    found.line(
        "revoked",
        "Revoked",
        read.iter_revoked_certificates().count(),
    );
    let revoked = read.iter_revoked_certificates().take(SHOWN).map(|entry| {
        let serial = HEXUPPER.encode(entry.raw_serial());
        format!("{serial} on {}", time(entry.revocation_date))
    });
    let revoked: Vec<String> = revoked.collect();
    if !revoked.is_empty() {
        found.line("serials", "Serials", revoked);
    }
    let due = read
        .next_update()
        .map(|at| at.timestamp().saturating_mul(1000));
    if due.is_some_and(|due| due < now.millis()) {
        found.note("a newer list is due by this machine's clock.");
    }
    if next.is_none() {
        found.note("it does not say until when it counts.");
    }
    found.note("its signature is judged where it is used, under its issuer's certificate.");
    Some(found)
}

fn key(der: &[u8]) -> Option<Facts> {
    let (rest, read) = SubjectPublicKeyInfo::from_der(der).ok()?;
    if !rest.is_empty() || spki::SubjectPublicKeyInfoRef::from_der(der).is_err() {
        return None;
    }
    let mut found = Facts::new("public-key", "PUBLIC KEY");
    key_lines(&mut found, &read);
    Some(found)
}

/// A bare RSAPublicKey (RFC 8017, A.1.1), as `BEGIN RSA PUBLIC KEY` has it; shown as the key that it is.
fn rsa_key(der: &[u8]) -> Option<Facts> {
    let bare = rsa::PublicKey::from_pkcs1_der(der).ok()?;
    key(bare.to_public_key_der().ok()?.as_bytes())
}

fn key_lines(found: &mut Facts, key: &SubjectPublicKeyInfo<'_>) {
    if let Ok(PublicKey::RSA(rsa)) = key.parsed() {
        let modulus = strip(rsa.modulus);
        found.line("modulus_bits", "Modulus bits", bits(modulus));
        found.line("modulus", "Modulus", HEXUPPER.encode(modulus));
        found.line("exponent", "Exponent", rsa.try_exponent().ok());
    } else {
        found.line(
            "key_algorithm_oid",
            "Key algorithm (OID)",
            key.algorithm.algorithm.to_id_string(),
        );
    }
    found.line("key_check_value", "Check value", kcv::public_key(key.raw));
}

fn strip(modulus: &[u8]) -> &[u8] {
    let zeros = modulus.iter().take_while(|b| **b == 0).count();
    modulus.get(zeros..).unwrap_or_default()
}

fn bits(modulus: &[u8]) -> usize {
    let spare = modulus.first().map_or(0, |b| b.leading_zeros() as usize);
    (modulus.len() * 8).saturating_sub(spare)
}

fn time(at: ASN1Time) -> String {
    Timestamp::from_millis(at.timestamp().saturating_mul(1000)).rfc3339()
}
