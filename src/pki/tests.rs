//! Certificates good and bad, roots and chains.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::*;
use crate::api::{KeyAlgorithm, Timestamp};

mod any_bytes;
mod counterparty_file;
mod crl;
mod issue;
mod parameters;

/// 2027-01-01T00:00:00Z, when every certificate of the collection is judged.
const NOW: Timestamp = Timestamp::from_millis(1_798_761_600_000);

const SAMPLE: &str =
    include_str!("../../ceremonies/samples/get-parameters-for-import-rsa2048.json");

fn pem(label: &str) -> &'static str {
    static ALL: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        serde_json::from_str(include_str!("../../tests/vectors/pki/certificates.json")).unwrap()
    });
    all.get(label).unwrap()
}

fn certificate(label: &str) -> Certificate {
    Certificate::from_any(pem(label).as_bytes()).unwrap()
}

fn root(label: &str) -> Result<(), PkiError> {
    verify_root(&certificate(label), NOW)
}

fn issued(child: &str, issuer: &str) -> Result<(), PkiError> {
    verify_issued(&certificate(child), &certificate(issuer), NOW)
}

#[test]
fn good_roots() {
    for label in [
        "root-4096",
        "root-2048",
        "root-pss",
        "root-path-0",
        "root-other-key",
        "root-forever",
    ] {
        assert_eq!(root(label), Ok(()), "{label}");
    }
}

#[test]
fn every_bad_root_has_its_own_reason() {
    let refusal = |label| root(label).unwrap_err();
    assert!(matches!(refusal("root-not-ca"), PkiError::NotACa { .. }));
    assert!(matches!(
        refusal("root-no-constraints"),
        PkiError::NotACa { .. }
    ));
    assert!(matches!(
        refusal("root-no-cert-sign"),
        PkiError::MayNotSign { .. }
    ));
    assert_eq!(
        refusal("root-expired"),
        PkiError::Expired {
            not_after: Timestamp::parse_rfc3339("2026-01-01T00:00:00Z").unwrap()
        }
    );
    assert_eq!(
        refusal("root-future"),
        PkiError::NotYetValid {
            not_before: Timestamp::parse_rfc3339("2040-01-01T00:00:00Z").unwrap()
        }
    );
    assert_eq!(refusal("root-1024"), PkiError::RsaTooSmall(1024));
    for label in ["root-2304", "root-ec", "root-ed25519", "leaf-pss-key"] {
        assert!(
            matches!(refusal(label), PkiError::UnsupportedKey { .. }),
            "{label}"
        );
    }
    assert_eq!(refusal("root-sha1"), PkiError::WeakHash { hash: "SHA-1" });
    for label in ["root-critical", "root-name-constraints"] {
        assert!(
            matches!(refusal(label), PkiError::UnknownCritical { .. }),
            "{label}"
        );
    }
    assert!(matches!(
        refusal("intermediate"),
        PkiError::NotSelfSigned { .. }
    ));
}

#[test]
fn a_root_with_a_foreign_signature_is_refused() {
    // The same names, the signature of another root.
    let mut der = certificate("root-other-key").der().to_vec();
    let at = der.len() - 1;
    der[at] ^= 1;
    let forged = Certificate::from_any(&der).unwrap();
    assert!(matches!(
        verify_root(&forged, NOW),
        Err(PkiError::NotSelfSigned { .. })
    ));
}

#[test]
fn good_chains() {
    for child in [
        "leaf-2048",
        "leaf-3072",
        "leaf-4096",
        "leaf-sign-only",
        "leaf-pss-384",
        "leaf-pss-512-salt-0",
        "intermediate",
        "leaf-rehearsal",
        "leaf-test",
        "leaf-escape",
        "leaf-high-serial",
    ] {
        assert_eq!(issued(child, "root-4096"), Ok(()), "{child}");
    }
    assert_eq!(issued("leaf-under-intermediate", "intermediate"), Ok(()));
    assert_eq!(issued("leaf-under-path-0", "root-path-0"), Ok(()));
}

#[test]
fn every_bad_chain_has_its_own_reason() {
    let refusal = |child| issued(child, "root-4096").unwrap_err();
    assert!(matches!(refusal("leaf-expired"), PkiError::Expired { .. }));
    assert!(matches!(
        refusal("leaf-future"),
        PkiError::NotYetValid { .. }
    ));
    assert_eq!(refusal("leaf-1024"), PkiError::RsaTooSmall(1024));
    assert!(matches!(
        refusal("leaf-ec"),
        PkiError::UnsupportedKey { .. }
    ));
    assert!(matches!(
        refusal("leaf-pss-key"),
        PkiError::UnsupportedKey { .. }
    ));
    assert!(matches!(
        refusal("leaf-critical"),
        PkiError::UnknownCritical { .. }
    ));
    assert_eq!(refusal("leaf-sha1"), PkiError::WeakHash { hash: "SHA-1" });
    assert_eq!(
        refusal("leaf-pss-sha1"),
        PkiError::WeakHash { hash: "SHA-1" }
    );
    assert_eq!(refusal("leaf-md5"), PkiError::WeakHash { hash: "MD5" });
    // Another issuer's name; then the right name and another key.
    assert!(matches!(
        refusal("leaf-under-intermediate"),
        PkiError::NotSignedBy {
            reason: "it names another issuer",
            ..
        }
    ));
    assert!(matches!(
        issued("leaf-2048", "root-other-key"),
        Err(PkiError::NotSignedBy {
            reason: "the signature was not made with that key",
            ..
        })
    ));
}

#[test]
fn bad_issuers_have_their_own_reasons() {
    let refusal = |child, issuer| issued(child, issuer).unwrap_err();
    assert!(matches!(
        refusal("leaf-under-expired", "root-expired"),
        PkiError::Expired { .. }
    ));
    assert!(matches!(
        refusal("leaf-under-ec", "root-ec"),
        PkiError::UnsupportedKey { .. }
    ));
    assert!(matches!(
        refusal("leaf-under-not-ca", "root-not-ca"),
        PkiError::NotACa { .. }
    ));
    assert!(matches!(
        refusal("leaf-under-no-cert-sign", "root-no-cert-sign"),
        PkiError::MayNotSign { .. }
    ));
    assert_eq!(
        refusal("leaf-3072-under-2048", "root-2048"),
        PkiError::WeakIssuer {
            issuer_bits: 2048,
            subject_bits: 3072
        }
    );
    assert!(matches!(
        refusal("ca-under-path-0", "root-path-0"),
        PkiError::PathTooLong { .. }
    ));
}

#[test]
fn both_ends_of_the_validity_belong_to_it() {
    let root = certificate("root-2048");
    let millis = |stamp: Timestamp, more| stamp.plus_millis(more);
    for (now, good) in [
        (millis(root.not_before(), -1), false),
        (root.not_before(), true),
        (root.not_after(), true),
        (millis(root.not_after(), 999), true),
        (millis(root.not_after(), 1000), false),
    ] {
        assert_eq!(verify_root(&root, now).is_ok(), good, "{}", now.rfc3339());
    }
}

#[test]
fn what_a_certificate_says() {
    let leaf = certificate("leaf-3072");
    assert_eq!(leaf.subject(), "C=US, O=Example, CN=Leaf 3072");
    assert_eq!(leaf.issuer(), "C=US, O=Example, CN=Root");
    assert_eq!(leaf.serial_hex(), "64");
    assert_eq!(certificate("leaf-high-serial").serial_hex(), "80FF");
    assert_eq!(
        certificate("root-forever").serial_hex(),
        "0102030405060708090A0B0C0D0E0F1011121314"
    );
    assert_eq!(leaf.key_algorithm(), Some(KeyAlgorithm::RSA_3072));
    assert_eq!(leaf.modulus_bits(), Some(3072));
    assert_eq!(leaf.modulus_hex().unwrap().len(), 768);
    assert_eq!(leaf.exponent(), Some(65537));
    assert!(!leaf.is_ca() && !leaf.may_sign_certificates() && leaf.may_wrap_keys());
    assert!(certificate("leaf-2048").may_wrap_keys());
    assert!(certificate("leaf-4096").may_wrap_keys());
    assert!(!certificate("leaf-sign-only").may_wrap_keys());
    assert!(certificate("root-4096").is_ca());
    assert_eq!(certificate("root-ec").key_algorithm(), None);
    assert_eq!(certificate("root-ec").modulus_hex(), None);
    assert_eq!(certificate("root-1024").key_algorithm(), None);
    assert_eq!(
        certificate("leaf-rehearsal").profile_mark(),
        Some("REHEARSAL NOT FOR PRODUCTION")
    );
    assert_eq!(certificate("leaf-test").profile_mark(), Some("TEST"));
    assert_eq!(leaf.profile_mark(), None);
}

#[test]
fn names_cannot_steer_a_terminal() {
    let shown = certificate("leaf-escape").subject();
    assert!(!shown.chars().any(char::is_control), "{shown:?}");
    assert!(
        shown.contains("\\u{1b}") && shown.contains("\\u{202e}"),
        "{shown}"
    );
}

#[test]
fn all_four_forms_are_one_certificate() {
    let leaf = certificate("leaf-2048");
    let pem = pem("leaf-2048");
    let encode = |bytes: &[u8]| data_encoding::BASE64.encode(bytes);
    let broken_lines = encode(leaf.der())
        .as_bytes()
        .chunks(60)
        .map(|line| String::from_utf8(line.to_vec()).unwrap())
        .collect::<Vec<_>>()
        .join("\r\n");
    for form in [
        pem.as_bytes().to_vec(),
        pem.replace('\n', "\r\n").into_bytes(),
        format!("subject=C = US\n\n{pem}\n").into_bytes(),
        leaf.der().to_vec(),
        encode(leaf.der()).into_bytes(),
        broken_lines.into_bytes(),
        encode(pem.as_bytes()).into_bytes(),
        leaf.to_aws().into_bytes(),
        leaf.to_pem().into_bytes(),
    ] {
        assert_eq!(Certificate::from_any(&form).unwrap(), leaf);
    }
    assert_eq!(leaf.to_pem(), pem);
    assert_eq!(leaf.to_aws(), encode(pem.as_bytes()));
}

#[test]
fn what_is_no_single_certificate() {
    let refusal = |bytes: &[u8]| Certificate::from_any(bytes).unwrap_err();
    let two = format!("{}{}", pem("leaf-2048"), pem("root-4096"));
    assert_eq!(refusal(two.as_bytes()), PkiError::NotOne { count: 2 });
    assert_eq!(
        refusal(&vec![b'A'; 32_769]),
        PkiError::TooLarge {
            actual: 32_769,
            limit: 32_768
        }
    );
    for key in ["PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY"] {
        let text = format!("-----BEGIN {key}-----\nAAAA\n-----END {key}-----\n{two}");
        assert_eq!(refusal(text.as_bytes()), PkiError::PrivateKey);
    }
    let mut longer = certificate("leaf-2048").der().to_vec();
    longer.push(0);
    let half = &pem("leaf-2048")[..600];
    for garbage in [
        &b""[..],
        b"  \n",
        b"not a certificate",
        b"AAAA",
        b"\xFF\xFE",
        b"\x30\x80",
        b"-----BEGIN CERTIFICATE",
        b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
        b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----",
        half.as_bytes(),
        &longer,
    ] {
        assert!(
            matches!(refusal(garbage), PkiError::Unreadable { .. }),
            "{garbage:?}"
        );
    }
}
