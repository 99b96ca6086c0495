//! Properties of blocks: what is wrapped opens, what was changed does not, nothing panics.

use chacha20::ChaCha20Rng;
use proptest::prelude::*;
use rand_core::SeedableRng;

use super::*;
use crate::crypto::{CryptoError, kcv};
use KeyAlgorithm::{AES_128, AES_192, AES_256, RSA_2048, TDES_2KEY, TDES_3KEY};

const KBPKS: [KeyAlgorithm; 5] = [TDES_2KEY, TDES_3KEY, AES_128, AES_192, AES_256];

fn kbpk(algorithm: KeyAlgorithm) -> SecretBytes {
    SecretBytes::new(
        (0..)
            .take(algorithm.key_bytes().unwrap())
            .map(|i: u8| i * 7 + 3)
            .collect(),
    )
}

fn header(version: Version, algorithm: Algorithm) -> Header {
    Header::new(
        version,
        Usage::new("P0").unwrap(),
        algorithm,
        Mode::new("B").unwrap(),
        Exportability::TRUSTED,
    )
}

fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

fn wrapped(kbpk_algorithm: KeyAlgorithm, header: &Header, key: &SecretBytes) -> String {
    wrap(
        kbpk_algorithm,
        &kbpk(kbpk_algorithm),
        header,
        key,
        &mut rng(1),
    )
    .unwrap()
}

#[test]
fn lengths_are_those_of_the_service() {
    // The user guide's examples: B0096 and D0112 for TDES keys, D0144 for AES keys.
    let key = SecretBytes::new(vec![9; 16]);
    for (under, algorithm, start) in [
        (TDES_3KEY, Algorithm::TDES, "B0096P0TB00E0000"),
        (AES_128, Algorithm::TDES, "D0112P0TB00E0000"),
        (AES_256, Algorithm::AES, "D0144P0AB00E0000"),
    ] {
        let version = Version::written_under(under).unwrap();
        let text = wrapped(under, &header(version, algorithm), &key);
        assert!(text.starts_with(start), "{text}");
    }
}

#[test]
fn padding_is_drawn_anew() {
    let key = SecretBytes::new(vec![9; 16]);
    let header = header(Version::D, Algorithm::AES);
    let one = wrap(AES_128, &kbpk(AES_128), &header, &key, &mut rng(1));
    let other = wrap(AES_128, &kbpk(AES_128), &header, &key, &mut rng(2));
    assert_ne!(one, other);
}

#[test]
fn only_b_and_d_are_written() {
    let key = SecretBytes::new(vec![9; 16]);
    let refusal = |under: KeyAlgorithm, version| {
        let header = header(version, Algorithm::TDES);
        let kbpk = SecretBytes::new(vec![9; under.key_bytes().unwrap_or(0)]);
        wrap(under, &kbpk, &header, &key, &mut rng(1)).err()
    };
    for version in [Version::A, Version::C] {
        assert_eq!(
            refusal(TDES_2KEY, version),
            Some(Tr31Error::ReadOnlyVersion(version))
        );
    }
    assert_eq!(
        refusal(AES_128, Version::E),
        Some(Tr31Error::ReadOnlyVersion(Version::E))
    );
    for (under, version) in [
        (AES_128, Version::B),
        (TDES_2KEY, Version::D),
        (RSA_2048, Version::D),
    ] {
        assert_eq!(
            refusal(under, version),
            Some(Tr31Error::Kbpk {
                version,
                kbpk: under
            })
        );
    }
}

#[test]
fn a_weaker_kbpk_wraps_nothing() {
    for (under, algorithm, length) in [
        (TDES_2KEY, Algorithm::TDES, 24),
        (TDES_3KEY, Algorithm::AES, 16),
        (AES_128, Algorithm::AES, 24),
        (AES_192, Algorithm::AES, 32),
    ] {
        let header = header(Version::written_under(under).unwrap(), algorithm);
        let key = SecretBytes::new(vec![9; length]);
        let refusal = wrap(under, &kbpk(under), &header, &key, &mut rng(1)).err();
        assert!(
            matches!(refusal, Some(Tr31Error::Strength(_))),
            "{refusal:?}"
        );
    }
}

#[test]
fn what_the_standard_does_not_define_is_not_written() {
    let mut header = header(Version::D, Algorithm::AES);
    header.mode = Mode::new("Q").unwrap();
    header
        .optional
        .push(OptionalBlock::new("KS", "12").unwrap());
    let key = SecretBytes::new(vec![9; 16]);
    let Err(Tr31Error::Content(findings)) =
        wrap(AES_128, &kbpk(AES_128), &header, &key, &mut rng(1))
    else {
        panic!("written")
    };
    assert_eq!(findings[0].place, Place::Mode);
    assert_eq!(findings[1].place, Place::Optional("KS".to_owned()));
    assert_eq!(
        Tr31Error::Content(findings).to_string(),
        "The key block's header is not as the standard has it: the mode of use \"Q\" is not defined; \
         the optional block KS should be 20 hex digits. Nothing was imported or written. \
         Ask the sender for a correct block."
    );
}

#[test]
fn key_lengths_fit_the_algorithm() {
    for (algorithm, length) in [
        (Algorithm::TDES, 8),
        (Algorithm::TDES, 32),
        (Algorithm::AES, 20),
        (Algorithm::HMAC, 0),
    ] {
        let key = SecretBytes::new(vec![9; length]);
        let header = header(Version::D, algorithm);
        assert_eq!(
            wrap(AES_256, &kbpk(AES_256), &header, &key, &mut rng(1)),
            Err(Tr31Error::KeyToWrap)
        );
    }
    let key = SecretBytes::new(vec![9; 16]);
    let header = header(Version::D, Algorithm::AES);
    assert_eq!(
        wrap_as_given(AES_256, &kbpk(AES_256), &header, &key, &[0; 13]),
        Err(Tr31Error::Padding)
    );
}

#[test]
fn a_block_longer_than_its_length_field_is_not_written() {
    let mut header = header(Version::D, Algorithm::AES);
    for id in ["L0", "L1"] {
        header
            .optional
            .push(OptionalBlock::new(id, &"x".repeat(4990)).unwrap());
    }
    let key = SecretBytes::new(vec![9; 16]);
    assert_eq!(
        wrap(AES_128, &kbpk(AES_128), &header, &key, &mut rng(1)),
        Err(Tr31Error::TooLong)
    );
    header.optional.clear();
    header.algorithm = Algorithm::HMAC;
    header.usage = Usage::new("M7").unwrap();
    for length in [5000, 9000] {
        let key = SecretBytes::new(vec![9; length]);
        assert_eq!(
            wrap(AES_128, &kbpk(AES_128), &header, &key, &mut rng(1)),
            Err(Tr31Error::TooLong)
        );
    }
}

#[test]
fn check_values_catch_a_mislabelled_block() {
    let key = SecretBytes::new((0..16).collect());
    let value = |method: &str, value: [u8; 3]| {
        format!("{method}{}", data_encoding::HEXUPPER.encode(&value))
    };
    let under = kbpk(AES_256);
    let mut header = header(Version::D, Algorithm::AES);
    let kc = value("01", kcv::cmac(AES_128, &key).unwrap());
    let kp = value("00", kcv::ansi_x9_24(AES_256, &under).unwrap());
    header.optional = vec![
        OptionalBlock::new("KC", &kc).unwrap(),
        OptionalBlock::new("KP", &kp).unwrap(),
    ];
    assert_eq!(compare_check_values(&header, AES_256, &under, &key), Ok(()));
    let other = SecretBytes::new((1..17).collect());
    assert_eq!(
        compare_check_values(&header, AES_256, &under, &other),
        Err(Tr31Error::CheckValue("KC"))
    );
    assert_eq!(
        compare_check_values(&header, AES_128, &other, &key),
        Err(Tr31Error::CheckValue("KP"))
    );
}

#[test]
fn a_header_can_stand_alone() {
    // TR-34 tokens carry such headers; their length fields say nothing.
    for text in ["D0112K0TB00E0000", "A0256K0TB00E0000", "D9999D0AB00E0000"] {
        // No cipher's blocks are filled here, whichever letter begins it.
        for letter in ["B", "D"] {
            let unpadded = format!("{letter}9999D0TB00E0100LB08TEST");
            assert!(Header::parse_alone(&unpadded).is_ok(), "{unpadded}");
        }
        let header = Header::parse_alone(text).unwrap();
        let total = text[1..5].parse().unwrap();
        assert_eq!(header.to_text(total).as_deref(), Ok(text));
    }
    assert_eq!(
        Header::parse_alone("D0112K0TB00E00001"),
        Err(Tr31Error::LengthMismatch {
            said: 16,
            actual: 17
        })
    );
    assert_eq!(
        Header::parse_alone("D0112K0"),
        Err(Tr31Error::HeaderTruncated(7))
    );
}

#[test]
fn attributes_go_both_ways() {
    for (text, length, algorithm) in [
        ("D0112K0TB00E0000", 24, TDES_3KEY),
        ("B0096C0TG00S0000", 16, TDES_2KEY),
        ("D0144B0AX00E0000", 24, AES_192),
    ] {
        let header = Header::parse_alone(text).unwrap();
        let attributes = header.attributes(length).unwrap();
        assert_eq!(attributes.key_algorithm, algorithm);
        let again = Header::for_key(header.version, &attributes, header.exportability);
        assert_eq!(again, Some(header));
    }
    // An initial key, a mode and an algorithm that the service has no names for.
    for text in ["B0096B1TX00S0000", "D0144K0AY00E0000", "D0144M7HC00E0000"] {
        assert_eq!(Header::parse_alone(text).unwrap().attributes(16), None);
    }
}

#[test]
fn short_texts_are_named() {
    for (text, expected) in [
        ("", Tr31Error::HeaderTruncated(0)),
        ("D", Tr31Error::HeaderTruncated(1)),
        ("D0008P0T", Tr31Error::HeaderTruncated(8)),
        ("D0016P0AE00E0000", Tr31Error::PayloadTruncated),
        ("1016P0AE00E00000", Tr31Error::UnknownVersion('1')),
    ] {
        assert_eq!(Block::parse(text), Err(expected), "{text}");
    }
}

#[test]
fn a_kbpk_of_the_wrong_length_is_named() {
    let text = wrapped(
        AES_128,
        &header(Version::D, Algorithm::AES),
        &SecretBytes::new(vec![9; 16]),
    );
    let short = SecretBytes::new(vec![9; 15]);
    assert_eq!(
        unwrap(AES_128, &short, &text).err(),
        Some(Tr31Error::KbpkLength(AES_128))
    );
    let error = Tr31Error::Cipher(CryptoError::NotSymmetric(RSA_2048));
    assert!(error.is_cryptographic() && Tr31Error::Unwrap.is_cryptographic());
    assert!(!Tr31Error::PayloadNotHex.is_cryptographic());
}

/// Optional blocks with any ID but PB, each once.
fn optional_blocks() -> impl Strategy<Value = Vec<OptionalBlock>> {
    proptest::collection::btree_map("L[0-9A-Z]|Z[0-9A-Z]|[0-9]{2}", "[ -~]{0,300}", 0..5).prop_map(
        |blocks| {
            blocks
                .iter()
                .map(|(id, data)| OptionalBlock::new(id, data).unwrap())
                .collect()
        },
    )
}

fn any_header() -> impl Strategy<Value = Header> {
    let fields = (
        "B0|C0|D0|K0|K1|M3|P0|10",
        "[BCDEGNSTVXY]",
        "00|c1|[A-Z0-9]{2}",
        "[ENS]",
        "[012]",
    );
    let key = prop_oneof![
        Just(Algorithm::TDES),
        Just(Algorithm::AES),
        Just(Algorithm::HMAC)
    ];
    (fields, key, optional_blocks()).prop_map(|(fields, algorithm, optional)| {
        let (usage, mode, key_version, exportability, context) = fields;
        Header {
            version: Version::D,
            usage: Usage::new(&usage).unwrap(),
            algorithm,
            mode: Mode::new(&mode).unwrap(),
            key_version: KeyVersion::new(&key_version).unwrap(),
            exportability: Exportability::new(&exportability).unwrap(),
            context: Context::new(&context).unwrap(),
            reserved: '0',
            optional,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_wrapped_opens(
        mut header in any_header(),
        key in any::<[u8; 32]>(),
        length in prop_oneof![Just(16_usize), Just(24)],
        seed in any::<u8>(),
        under in 0..KBPKS.len(),
    ) {
        let under = KBPKS[under];
        header.version = Version::written_under(under).unwrap();
        let key = SecretBytes::from_slice(&key[..length]);
        let text = match wrap(under, &kbpk(under), &header, &key, &mut rng(seed)) {
            Ok(text) => text,
            Err(Tr31Error::Strength(_)) => return Ok(()),
            Err(error) => panic!("{error}"),
        };
        let (mut back, opened) = unwrap(under, &kbpk(under), &text).ok().unwrap();
        prop_assert!(opened.ct_eq(&key));
        let padded = back.optional("PB").is_some();
        back.optional.retain(|block| block.id() != "PB");
        prop_assert_eq!(&back, &header);
        let block = Block::parse(&text).unwrap();
        let again = block.header().to_text(text.len()).unwrap();
        prop_assert_eq!(again, block.header_text());
        let sum: usize = header.optional.iter().map(OptionalBlock::encoded_len).sum();
        prop_assert_eq!(padded, !sum.is_multiple_of(header.version.block_len()));
    }

    #[test]
    fn a_flipped_bit_is_refused(header in any_header(), at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let key = SecretBytes::new(vec![0x5A; 16]);
        let text = wrapped(AES_256, &header, &key);
        let mut bytes = text.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let text = String::from_utf8_lossy(&bytes);
        let Err(error) = unwrap(AES_256, &kbpk(AES_256), &text) else {
            return Err(TestCaseError::fail("opened"));
        };
        prop_assert!(!matches!(error, Tr31Error::Cipher(_) | Tr31Error::KeyLength));
    }

    #[test]
    fn a_wrong_kbpk_is_the_same_error(header in any_header(), other in any::<[u8; 32]>()) {
        let text = wrapped(AES_256, &header, &SecretBytes::new(vec![0x5A; 16]));
        let error = unwrap(AES_256, &SecretBytes::from_slice(&other), &text).err();
        prop_assert_eq!(error, Some(Tr31Error::Unwrap));
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        for under in KBPKS {
            let _ = unwrap(under, &kbpk(under), &text);
        }
        let _ = Header::parse_alone(&text);
    }

    #[test]
    fn no_likely_text_panics(
        version in "[A-E]",
        fields in "[B-V][0-9][ATDHREZ][BCDEGNX][0-9c][0-9][ENS]",
        count in 0..4_u8,
        blocks in "(L[A-Z](0[0-9A-F]|1[0-9A-F]|00040[0-9A-F]{3})[ -~]{0,24}){0,3}",
        tail in "[0-9A-F]{0,160}",
        iso in any::<bool>(),
    ) {
        let length = 16 + blocks.len() + tail.len();
        let text = format!("{version}{length:04}{fields}{count:02}00{blocks}{tail}");
        if let Ok(block) = Block::parse(&text) {
            let _ = block.header().findings();
            let iso = if iso { Iso20038::Accepted } else { Iso20038::Refused };
            for under in KBPKS {
                prop_assert!(block.open(under, &kbpk(under), iso).is_err());
            }
        }
    }
}
