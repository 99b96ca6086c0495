//! Any bytes at all, and good certificates changed a little: read or refused, never a panic.

use proptest::prelude::*;

use super::*;

/// Everything that can be asked of a certificate, for inputs that nobody chose.
fn exercise(bytes: &[u8]) {
    if let Ok(found) = Certificate::from_any(bytes) {
        let root = certificate("root-4096");
        let _ = verify_root(&found, NOW);
        let _ = verify_issued(&found, &root, NOW);
        let _ = verify_issued(&root, &found, NOW);
        let _ = (found.subject(), found.issuer(), found.serial_hex());
        let again = Certificate::from_any(found.to_aws().as_bytes()).unwrap();
        assert_eq!(again, found);
    }
}

const MUTATED: [&str; 6] = [
    "root-4096",
    "root-pss",
    "leaf-pss-384",
    "leaf-3072",
    "root-ec",
    "leaf-escape",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        exercise(&bytes);
        let _ = ImportParameters::parse(&bytes);
    }

    #[test]
    fn any_der_like_bytes_are_read_or_refused(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        let mut der = vec![0x30, 0x82];
        der.extend_from_slice(&u16::try_from(bytes.len()).unwrap().to_be_bytes());
        der.extend_from_slice(&bytes);
        exercise(&der);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(-----BEGIN CERTIFICATE-----)?[A-Za-z0-9+/=\n\\- ]{0,200}") {
        exercise(text.as_bytes());
    }

    #[test]
    fn changed_certificates_never_pass(
        which in 0..MUTATED.len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 1_u8..), 1..4),
    ) {
        let original = certificate(MUTATED[which]);
        let mut der = original.der().to_vec();
        for (at, flip) in changes {
            let at = at.index(der.len());
            der[at] ^= flip;
        }
        prop_assume!(der != original.der());
        exercise(&der);
        if let Ok(changed) = Certificate::from_any(&der) {
            prop_assert!(verify_root(&changed, NOW).is_err());
            prop_assert!(verify_issued(&changed, &certificate("root-4096"), NOW).is_err());
        }
    }

    #[test]
    fn cut_and_spliced_certificates_are_read_or_refused(
        which in 0..MUTATED.len(),
        at in any::<prop::sample::Index>(),
        remove in 0_usize..40,
        insert in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut der = certificate(MUTATED[which]).der().to_vec();
        let at = at.index(der.len());
        let end = (at + remove).min(der.len());
        der.splice(at..end, insert);
        exercise(&der);
    }

    #[test]
    fn changed_parameters_are_read_or_refused(
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = SAMPLE.as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(parameters) = ImportParameters::parse(&bytes) {
            let _ = parameters.verify(NOW);
        }
    }
}
