//! TR-31 blocks that must not come in: the published negatives, flipped bits, and anything at all.

use proptest::prelude::*;
use serde_json::Value;

use super::{
    Bench,
    tr31_import::{KEK, bytes, kek, request},
};
use crate::{
    api::{ErrorKind, KeyAlgorithm, Operation},
    crypto::{
        Entropy, OsEntropy, SecretBytes,
        tr31::{self, Algorithm, Exportability, Header, Mode, OptionalBlock, Usage, Version},
    },
};

const UNVERIFIED: &str = "WrappedKeyBlock could not be verified with WrappingKeyIdentifier.";

fn open() -> Bench {
    let mut bench = Bench::new();
    bench.open = true;
    bench
}

/// The algorithm of a wrapping key for a block of this version; nothing where no key has so many bytes.
fn algorithm(block: &str, key_bytes: usize) -> Option<KeyAlgorithm> {
    match (block.as_bytes().first(), key_bytes) {
        (Some(b'A' | b'B' | b'C'), 16) => Some(KeyAlgorithm::TDES_2KEY),
        (Some(b'A' | b'B' | b'C'), 24) => Some(KeyAlgorithm::TDES_3KEY),
        (_, 16) => Some(KeyAlgorithm::AES_128),
        (_, 24) => Some(KeyAlgorithm::AES_192),
        (_, 32) => Some(KeyAlgorithm::AES_256),
        _ => None,
    }
}

/// Every published negative through ImportKey, whatever its level: must, content and strict-encoding are all refused,
/// and `Bench` makes sure that nothing changed. There is no exception.
#[test]
fn every_published_negative_is_refused() {
    let file: Value =
        serde_json::from_str(include_str!("../../../tests/vectors/tr31-negative.json")).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 63);
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().unwrap();
        let (id, block) = (text("id"), text("block"));
        let mut bench = open();
        // 035 and 036 have a wrapping key that no key of the service is as long as: any other will do.
        let wrapping = match algorithm(block, text("kbpk").len() / 2) {
            Some(algorithm) => kek(&mut bench, algorithm, text("kbpk")),
            None => kek(&mut bench, KeyAlgorithm::AES_128, KEK),
        };
        let error = bench
            .call(Operation::ImportKey, &request(&wrapping, block))
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::Validation, "{id}: {error}");
        assert_eq!(bench.state.len(), 1, "{id}");
        // What anybody can read in the text is named; only the cryptography has one answer.
        let readable = !matches!(
            text("reference_code"),
            "mac-mismatch" | "bad-key-length" | "bad-kbpk-length"
        );
        if readable {
            assert_ne!(error.message, UNVERIFIED, "{id}");
        }
    }
}

fn secret(algorithm: KeyAlgorithm) -> SecretBytes {
    let mut bytes = vec![0; algorithm.key_bytes().unwrap()];
    OsEntropy.draw("test").unwrap().fill_bytes(&mut bytes);
    SecretBytes::new(bytes)
}

/// A fresh block of a version, with or without optional blocks, under a fresh key that is in the bench.
fn fresh(bench: &mut Bench, version: Version, optional: bool) -> (String, String) {
    let kbpk_algorithm = if version == Version::D {
        KeyAlgorithm::AES_256
    } else {
        KeyAlgorithm::TDES_3KEY
    };
    let kbpk = secret(kbpk_algorithm);
    let hex = data_encoding::HEXUPPER.encode(kbpk.expose());
    let wrapping = kek(bench, kbpk_algorithm, &hex);
    let mut header = Header::new(
        version,
        Usage::new("P0").unwrap(),
        Algorithm::TDES,
        Mode::new("B").unwrap(),
        Exportability::TRUSTED,
    );
    if optional {
        header.optional = vec![
            OptionalBlock::new("KS", "FFFF9876543210E00000").unwrap(),
            OptionalBlock::new("PB", "0000").unwrap(),
        ];
    }
    let key = secret(KeyAlgorithm::TDES_2KEY);
    let multiple = version.payload_multiple();
    let padding = vec![7; (2 + 24_usize).next_multiple_of(multiple) - 2 - key.len()];
    let block = tr31::wrap_as_given(kbpk_algorithm, &kbpk, &header, &key, &padding).unwrap();
    (wrapping, block)
}

/// One bit, anywhere, in every version, with and without optional blocks.
#[test]
fn a_flipped_bit_anywhere_is_refused() {
    for version in [Version::A, Version::B, Version::C, Version::D] {
        for optional in [false, true] {
            let mut bench = open();
            let (wrapping, block) = fresh(&mut bench, version, optional);
            for at in 0..block.len() {
                for bit in 0..7 {
                    let mut text = block.clone().into_bytes();
                    text[at] ^= 1 << bit;
                    let text = String::from_utf8(text).unwrap();
                    let answer = bench.call(Operation::ImportKey, &request(&wrapping, &text));
                    let error = answer.unwrap_err();
                    assert_eq!(error.kind, ErrorKind::Validation, "{text}");
                }
            }
            bench.ok(Operation::ImportKey, &request(&wrapping, &block));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Nothing that is not the block itself comes in, and nothing makes the engine stumble.
    #[test]
    fn a_mangled_block_is_refused(
        version in 0_usize..4,
        optional: bool,
        cut in any::<prop::sample::Index>(),
        insert in "[ -~]{0,12}",
        remove in 0_usize..12,
    ) {
        let mut bench = open();
        let version = Version::ALL[version];
        let (wrapping, block) = fresh(&mut bench, version, optional);
        let at = cut.index(block.len());
        let end = (at + remove).min(block.len());
        let mangled = format!("{}{insert}{}", &block[..at], &block[end..]);
        prop_assume!(mangled != block);
        prop_assert!(bench.call(Operation::ImportKey, &request(&wrapping, &mangled)).is_err());
    }

    /// Headers of any content, authentic or not, are judged without a panic.
    #[test]
    fn any_header_is_judged(fields in "[ABCDE][0-9]{4}[A-Z0-9]{2}[ATDHRESIJ][BCDEGNSTVXY][0-9A-Z]{2}[ENS][0-9]{2}[0-9]{2}",
                            rest in "[0-9A-F]{40,160}") {
        let mut bench = open();
        let wrapping = kek(&mut bench, KeyAlgorithm::AES_128, KEK);
        let mut text = format!("{fields}{rest}");
        let length = format!("{:04}", text.len());
        text.replace_range(1..5, &length);
        prop_assert!(bench.call(Operation::ImportKey, &request(&wrapping, &text)).is_err());
    }
}

/// An authentic block says what it says: header fields that no key of the service has are refused after the MAC is
/// known to be right too, and by name.
#[test]
fn authentic_blocks_of_other_usages_are_refused_by_name() {
    for usage in ["B1", "B3", "D2", "E3", "K4", "M0", "M2", "V0", "10"] {
        let mut bench = open();
        let wrapping = kek(&mut bench, KeyAlgorithm::AES_128, KEK);
        let header = Header::new(
            Version::D,
            Usage::new(usage).unwrap(),
            Algorithm::TDES,
            Mode::new("N").unwrap(),
            Exportability::TRUSTED,
        );
        let key = secret(KeyAlgorithm::TDES_2KEY);
        let padding = [7; 14];
        let block =
            tr31::wrap_as_given(KeyAlgorithm::AES_128, &bytes(KEK), &header, &key, &padding)
                .unwrap();
        let message = bench.invalid(Operation::ImportKey, &request(&wrapping, &block));
        assert!(
            message.contains(&format!("key usage {usage} ")),
            "{message}"
        );
    }
}
