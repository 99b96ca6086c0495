//! Issuing: what the parts decide, and what is refused.

use pkcs8::DecodePublicKey;

use super::*;
use crate::crypto::SecretBytes;
use crate::pki::issued as under;

const DAY: i64 = 86_400_000;

fn key() -> SecretBytes {
    static KEY: &str = include_str!("../../../tests/vectors/engine/leaf-3072.key.pem");
    let (_, der) = der::pem::decode_vec(KEY.as_bytes()).unwrap();
    SecretBytes::new(der)
}

/// The public half of [`key`], out of its certificate.
fn spki() -> Vec<u8> {
    let text = include_bytes!("../../../tests/vectors/engine/leaf-3072.pem");
    Certificate::from_any(text).unwrap().spki_der().to_vec()
}

fn terms(purpose: Purpose) -> Terms {
    Terms {
        subject: Subject {
            units: vec!["TEST".into()],
            common_name: "Ä root".into(),
            serial_number: Some("0123456789".into()),
            ..Subject::default()
        },
        serial: [0; 16],
        not_before: NOW,
        not_after: NOW.plus_millis(DAY),
        purpose,
        hash: SignatureHash::Sha256,
    }
}

#[test]
fn a_root_issues_and_nothing_else_does() {
    assert!(rsa::PublicKey::from_public_key_der(&spki()).is_ok());
    let root = self_signed(&key(), &spki(), &terms(Purpose::Root)).unwrap();
    assert_eq!(root.serial_hex(), format!("40{}", "0".repeat(30)));
    assert!(root.subject().contains("CN=Ä root"), "{}", root.subject());
    assert_eq!(root.profile_mark(), Some("TEST"));
    let leaf = under(&spki(), &terms(Purpose::Encipherment), &root, &key()).unwrap();
    verify_issued(&leaf, &root, NOW).unwrap();
    assert!(leaf.may_wrap_keys() && !leaf.may_sign_certificates());
    let signer = under(&spki(), &terms(Purpose::Signing), &root, &key()).unwrap();
    assert!(!signer.may_wrap_keys());
    // The path ends below the root, and a leaf is no authority.
    for (purpose, issuer) in [(Purpose::Root, &root), (Purpose::Signing, &leaf)] {
        assert!(matches!(
            under(&spki(), &terms(purpose), issuer, &key()),
            Err(IssueError::Check(_))
        ));
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut late = terms(Purpose::Root);
    late.not_before = Timestamp::from_millis(-1);
    assert!(matches!(
        self_signed(&key(), &spki(), &late),
        Err(IssueError::Assembly(_))
    ));
    let mut unprintable = terms(Purpose::Root);
    unprintable.subject.country = Some("Ö".into());
    assert_eq!(
        self_signed(&key(), &spki(), &unprintable),
        Err(IssueError::Subject { value: "Ö".into() })
    );
    let mut mail = terms(Purpose::Root).subject;
    mail.email = Some("ä@example".into());
    assert!(matches!(
        signing_request(&key(), &mail, Purpose::Signing, SignatureHash::Sha224),
        Err(IssueError::Subject { .. })
    ));
    let no_key = SecretBytes::new(vec![0x30, 0]);
    assert_eq!(
        self_signed(&no_key, &spki(), &terms(Purpose::Root)),
        Err(IssueError::PrivateKey)
    );
    // Another key than the one in the certificate signs: the check at the end sees it.
    let text = include_bytes!("../../../tests/vectors/engine/leaf-2048.pem");
    let other = Certificate::from_any(text).unwrap();
    assert!(matches!(
        self_signed(&key(), other.spki_der(), &terms(Purpose::Root)),
        Err(IssueError::Check(_))
    ));
}

#[test]
fn validity_after_2049_is_written_as_the_standard_asks() {
    let mut far = terms(Purpose::Root);
    far.not_after = Timestamp::parse_rfc3339("2062-03-04T05:06:07Z").unwrap();
    let root = self_signed(&key(), &spki(), &far).unwrap();
    assert_eq!(root.not_after(), far.not_after);
}
