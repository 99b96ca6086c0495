//! ImportKey of TR-31 key blocks.

use data_encoding::HEXUPPER;
use serde_json::{Value, json};

use super::{Bench, arn, modes, named};
use crate::{
    api::{
        ErrorKind, Key, KeyAlgorithm, KeyAttributes, KeyClass, KeyModesOfUse, KeyOrigin, KeyState,
        KeyUsage, Operation, Profile,
    },
    crypto::{
        Entropy, OsEntropy, SecretBytes, kcv,
        tr31::{self, Algorithm, Exportability, Header, Mode, OptionalBlock, Usage, Version},
    },
    engine::{EngineState, KeyRecord, Material, SecretSeal},
};

pub(super) const KEK: &str = "79ADAEF3212AADCE312ACE422ACCFEFB";
pub(super) const PEK: &str = "545E2AADFD5EC42F2F5BE5E3ADC75E9B290252A1A219B380";
pub(super) const UNVERIFIED: &str =
    "WrappedKeyBlock could not be verified with WrappingKeyIdentifier.";

pub(super) fn bytes(hex: &str) -> SecretBytes {
    SecretBytes::new(HEXUPPER.decode(hex.as_bytes()).unwrap())
}

/// A key on record without a road in.
pub(super) fn stored(
    bench: &mut Bench,
    usage: KeyUsage,
    algorithm: KeyAlgorithm,
    mode_names: &[&str],
    hex: &str,
) -> String {
    let (secret, method) = (bytes(hex), kcv::default_method(algorithm));
    let id = bench.state.draw_key_id(&mut OsEntropy).unwrap();
    let key = Key {
        key_arn: bench.state.arn(&id),
        key_attributes: KeyAttributes {
            key_usage: usage,
            key_class: KeyClass::SYMMETRIC_KEY,
            key_algorithm: algorithm,
            key_modes_of_use: KeyModesOfUse::from_names(mode_names).unwrap(),
        },
        key_check_value: kcv::check_value(algorithm, method, &secret).unwrap(),
        key_check_value_algorithm: method,
        enabled: true,
        exportable: true,
        key_state: KeyState::CREATE_COMPLETE,
        key_origin: KeyOrigin::EXTERNAL,
        create_timestamp: bench.now(),
        usage_start_timestamp: Some(bench.now()),
        usage_stop_timestamp: None,
        delete_pending_timestamp: None,
        delete_timestamp: None,
    };
    let record = KeyRecord {
        key,
        tags: Vec::new(),
        material: Material::Sealed(super::Mask.seal(&secret).unwrap()),
        both_check_values: None,
        aes_check_values: None,
        sensitive: false,
        from_block: None,
        was_named: None,
        made_after: 0,
    };
    bench.state.admit(record).key_arn
}

pub(super) fn kek(bench: &mut Bench, algorithm: KeyAlgorithm, hex: &str) -> String {
    let usage = KeyUsage::TR31_K1_KEY_BLOCK_PROTECTION_KEY;
    stored(bench, usage, algorithm, &["NoRestrictions"], hex)
}

pub(super) fn open() -> Bench {
    let mut bench = Bench::new();
    bench.open = true;
    bench
}

pub(super) fn request(wrapping: &str, block: &str) -> Value {
    json!({"KeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": wrapping, "WrappedKeyBlock": block}}})
}

fn header(
    version: Version,
    usage: &str,
    algorithm: &str,
    mode: &str,
    exportability: &str,
) -> Header {
    Header::new(
        version,
        Usage::new(usage).unwrap(),
        Algorithm::new(algorithm).unwrap(),
        Mode::new(mode).unwrap(),
        Exportability::new(exportability).unwrap(),
    )
}

/// As a sender without scruples writes it: any header, any strength.
pub(super) fn block(header: &Header, algorithm: KeyAlgorithm, kbpk: &str, key: &str) -> String {
    let key = bytes(key);
    let multiple = header.version.payload_multiple();
    let padding = vec![0; (2 + key.len()).next_multiple_of(multiple) - 2 - key.len()];
    tr31::wrap_as_given(algorithm, &bytes(kbpk), header, &key, &padding).unwrap()
}

pub(super) fn pek_header() -> Header {
    header(Version::D, "P0", "T", "B", "E")
}

fn pek_block() -> String {
    block(&pek_header(), KeyAlgorithm::AES_128, KEK, PEK)
}

/// A two-key PIN encryption key as a sender of `version` writes it.
pub(super) fn pin_block(version: Version, algorithm: KeyAlgorithm, kbpk: &str) -> String {
    let header = header(version, "P0", "T", "B", "E");
    let key = PEK.get(..32).unwrap();
    block(&header, algorithm, kbpk, key)
}

fn refused(header: &Header, key: &str) -> String {
    let mut bench = open();
    let wrapping = kek(&mut bench, KeyAlgorithm::AES_128, KEK);
    let block = block(header, KeyAlgorithm::AES_128, KEK, key);
    bench.invalid(Operation::ImportKey, &request(&wrapping, &block))
}

#[test]
fn a_key_comes_in_as_its_header_says() {
    let mut bench = open();
    let wrapping = kek(&mut bench, KeyAlgorithm::AES_128, KEK);
    for (exportability, exportable, sensitive) in
        [("E", true, false), ("S", true, true), ("N", false, false)]
    {
        let header = header(Version::D, "P0", "T", "B", exportability);
        let block = block(&header, KeyAlgorithm::AES_128, KEK, PEK);
        let answer = bench.ok(Operation::ImportKey, &request(&wrapping, &block));
        let key = &answer["Key"];
        assert_eq!(key["KeyCheckValue"], json!("C15FFF"));
        assert_eq!(key["KeyCheckValueAlgorithm"], json!("ANSI_X9_24"));
        assert_eq!(key["KeyOrigin"], json!("EXTERNAL"));
        assert_eq!(key["Exportable"], json!(exportable));
        assert_eq!(key["KeyAttributes"]["KeyAlgorithm"], json!("TDES_3KEY"));
        let every = modes(&["Encrypt", "Decrypt", "Wrap", "Unwrap"]);
        for (name, value) in every.as_object().unwrap() {
            assert_eq!(&key["KeyAttributes"]["KeyModesOfUse"][name], value);
        }
        let record = bench.state.find(&arn(&answer)).unwrap();
        assert_eq!(record.sensitive, sensitive);
        let stored = minicbor_serde::to_vec(&bench.state).unwrap();
        let again: EngineState = minicbor_serde::from_slice(&stored).unwrap();
        assert_eq!(again, bench.state);
    }
}

#[test]
fn the_published_blocks_come_in_where_the_service_can_express_them() {
    let file: Value =
        serde_json::from_str(include_str!("../../../tests/vectors/tr31-public.json")).unwrap();
    let mut left_out = Vec::new();
    for vector in file["vectors"].as_array().unwrap() {
        let text = |name: &str| vector[name].as_str().unwrap();
        let algorithm = match (text("version"), text("kbpk").len()) {
            ("A" | "B" | "C", 32) => KeyAlgorithm::TDES_2KEY,
            ("A" | "B" | "C", _) => KeyAlgorithm::TDES_3KEY,
            (_, 32) => KeyAlgorithm::AES_128,
            (_, 48) => KeyAlgorithm::AES_192,
            _ => KeyAlgorithm::AES_256,
        };
        let mut bench = open();
        let wrapping = kek(&mut bench, algorithm, text("kbpk"));
        match bench.call(Operation::ImportKey, &request(&wrapping, text("block"))) {
            Ok(answer) => {
                let record = bench.state.find(&arn(&answer)).unwrap();
                let sealed = super::Mask.seal(&bytes(text("key"))).unwrap();
                assert_eq!(
                    record.material.sealed(),
                    Some(&sealed[..]),
                    "{}",
                    vector["id"]
                );
            }
            Err(error) => {
                assert_eq!(error.kind, ErrorKind::Validation);
                assert_ne!(error.message, UNVERIFIED, "{}", vector["id"]);
                left_out.push(format!("{}: {}", text("id"), error.message));
            }
        }
    }
    let pattern = "regular expression pattern";
    let expected = [
        ("001", "key usage B1"),
        ("020", pattern),
        ("046", "single DES"),
        ("008", "key usage B1"),
        ("011", pattern),
        ("014", pattern),
        ("015", "algorithm H"),
        ("016", pattern),
        ("018", pattern),
        ("033", pattern),
        ("006", "version E"),
    ];
    assert_eq!(left_out.len(), expected.len());
    for (refusal, (id, why)) in left_out.iter().zip(expected) {
        assert!(
            refusal.starts_with(&format!("tr31-pub-{id}")) && refusal.contains(why),
            "{refusal}"
        );
    }
}

#[test]
fn what_does_not_verify_has_one_answer() {
    let mut bench = open();
    let wrapping = kek(&mut bench, KeyAlgorithm::AES_128, KEK);
    let other = kek(
        &mut bench,
        KeyAlgorithm::AES_128,
        "8A8349794C9EE9A4C2927098F249FED6",
    );
    let good = pek_block();
    let flipped = |at: usize| {
        let mut text = good.clone().into_bytes();
        text[at] = if text[at] == b'0' { b'1' } else { b'0' };
        String::from_utf8(text).unwrap()
    };
    let mut wrong_length = pek_header();
    wrong_length.algorithm = Algorithm::AES;
    let odd = HEXUPPER.encode(&[7; 24]);
    let wrong_length = block(&wrong_length, KeyAlgorithm::AES_128, KEK, &odd);
    let last = good.len() - 1;
    // A 24-byte AES key is authentic, but stronger than its wrapping key: that is said.
    assert!(
        bench
            .invalid(Operation::ImportKey, &request(&wrapping, &wrong_length))
            .contains("AES_128 is weaker than AES_192")
    );
    for (key, text) in [
        (&other, good.clone()),
        (&wrapping, flipped(20)),
        (&wrapping, flipped(last)),
        (&wrapping, good.replacen("P0TB", "P0TE", 1)),
    ] {
        let message = bench.invalid(Operation::ImportKey, &request(key, &text));
        assert_eq!(message, UNVERIFIED);
    }
}

#[test]
fn the_wrapping_key_must_be_one() {
    let mut bench = open();
    let text = pek_block();
    let aes = KeyAlgorithm::AES_128;
    let pek = stored(
        &mut bench,
        KeyUsage::TR31_P0_PIN_ENCRYPTION_KEY,
        aes,
        &["NoRestrictions"],
        KEK,
    );
    assert_eq!(
        bench.invalid(Operation::ImportKey, &request(&pek, &text)),
        format!(
            "WrappingKeyIdentifier {pek}: KeyUsage TR31_P0_PIN_ENCRYPTION_KEY cannot wrap keys."
        )
    );
    let usage = KeyUsage::TR31_K0_KEY_ENCRYPTION_KEY;
    let sender = stored(&mut bench, usage, aes, &["Encrypt", "Wrap"], KEK);
    assert_eq!(
        bench.invalid(Operation::ImportKey, &request(&sender, &text)),
        format!("WrappingKeyIdentifier {sender}: KeyModesOfUse [Encrypt, Wrap] lacks Unwrap.")
    );
    let receiver = stored(&mut bench, usage, aes, &["Decrypt", "Unwrap"], KEK);
    bench.ok(Operation::ImportKey, &request(&receiver, &text));
    bench.ok(Operation::StopKeyUsage, &named(&receiver));
    assert_eq!(
        bench.invalid(Operation::ImportKey, &request(&receiver, &text)),
        format!("Key {receiver} is not enabled.")
    );
    let message = bench.missing(
        Operation::ImportKey,
        &request("alias/none", &text),
        "alias/none",
    );
    assert_eq!(message, "Alias alias/none was not found.");
    bench.open = false;
    let whole = kek(&mut bench, aes, KEK);
    let error = bench
        .call(Operation::ImportKey, &request(&whole, &text))
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::AccessDenied);
    assert_eq!(
        error.message,
        format!(
            "Key {whole} can be used only while its custodians have the use identity rebuilt; nothing was imported."
        )
    );
    let parsed = Operation::ImportKey.parse(&request(&whole, &text)).unwrap();
    assert!(EngineState::needs_secret(&parsed));
}

#[test]
fn the_version_goes_with_the_wrapping_key_and_a_weaker_one_is_refused() {
    let mut bench = open();
    let tdes = kek(&mut bench, KeyAlgorithm::TDES_2KEY, KEK);
    assert_eq!(
        bench.invalid(Operation::ImportKey, &request(&tdes, &pek_block())),
        "WrappedKeyBlock: A version D block cannot be protected by TDES_2KEY. Nothing was imported or written. \
         Versions A, B and C need a TDES wrapping key of 16 or 24 bytes, D and E an AES one."
    );
    let aes = header(Version::B, "P0", "A", "B", "E");
    let aes = block(&aes, KeyAlgorithm::TDES_2KEY, KEK, KEK);
    assert_eq!(
        bench.invalid(Operation::ImportKey, &request(&tdes, &aes)),
        format!(
            "WrappingKeyIdentifier {tdes}: TDES_2KEY is weaker than any AES key, which needs an AES wrapping key at \
             least as long as itself."
        )
    );
    let triple = header(Version::B, "P0", "T", "B", "E");
    let triple = block(&triple, KeyAlgorithm::TDES_2KEY, KEK, PEK);
    assert_eq!(
        bench.invalid(Operation::ImportKey, &request(&tdes, &triple)),
        format!(
            "WrappingKeyIdentifier {tdes}: TDES_2KEY is weaker than TDES_3KEY, which needs TDES_3KEY or AES as the \
             wrapping key."
        )
    );
    let iso = kek(&mut bench, KeyAlgorithm::AES_128, KEK);
    let block = block(
        &header(Version::E, "P0", "T", "B", "E"),
        KeyAlgorithm::AES_128,
        KEK,
        PEK,
    );
    assert_eq!(
        bench.invalid(Operation::ImportKey, &request(&iso, &block)),
        "WrappedKeyBlock: This is a version E block (ISO 20038), which is not accepted here. Nothing was imported. \
         Ask the sender for version D."
    );
}

#[test]
fn what_a_header_says_wrong_is_named() {
    let said = |usage: &str, algorithm: &str, mode: &str, key: &str| {
        refused(&header(Version::D, usage, algorithm, mode, "E"), key)
    };
    assert_eq!(
        said("B1", "T", "X", KEK),
        "WrappedKeyBlock: its header's key usage B1 (DUKPT initial key) has no value of KeyUsage in this control plane."
    );
    assert_eq!(
        said("M7", "H", "G", KEK),
        "WrappedKeyBlock: its header's algorithm H (HMAC) has no value of KeyAlgorithm in this control plane."
    );
    assert_eq!(
        said("P0", "T", "Y", KEK),
        "WrappedKeyBlock: its header's mode of use Y (make key variants) has no value of KeyModesOfUse in this control \
         plane."
    );
    assert_eq!(
        said("P0", "T", "C", KEK),
        "KeyModesOfUse [Generate, Verify] is not valid for KeyUsage TR31_P0_PIN_ENCRYPTION_KEY; allowed: \
         [Encrypt, Decrypt, Wrap, Unwrap], [Encrypt, Wrap], [Decrypt, Unwrap], [NoRestrictions]."
    );
    assert_eq!(
        said("M3", "A", "C", KEK),
        "KeyAlgorithm AES_128 is not valid for KeyUsage TR31_M3_ISO_9797_3_MAC_KEY; allowed: TDES_2KEY, TDES_3KEY."
    );
    assert_eq!(
        said("Z9", "T", "B", KEK),
        "WrappedKeyBlock: The key block's header is not as the standard has it: the key usage \"Z9\" is not defined. \
         Nothing was imported or written. Ask the sender for a correct block."
    );
    assert_eq!(
        said("P0", "T", "B", "0123456789ABCDEF0123456789ABCDEF"),
        "WrappedKeyBlock holds a TDES_2KEY key whose first two parts are equal, which is single DES."
    );
}

#[test]
fn no_production_vault_takes_a_published_key() {
    let mut bench = open();
    bench.profile = Profile::Production;
    let wrapping = kek(&mut bench, KeyAlgorithm::AES_128, KEK);
    let error = bench
        .call(Operation::ImportKey, &request(&wrapping, &pek_block()))
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::AccessDenied);
    assert!(
        error
            .message
            .starts_with("The key has the check value C15FFF of "),
        "{error}"
    );
}

#[test]
fn every_flipped_bit_is_refused() {
    let mut bench = open();
    let wrapping = kek(&mut bench, KeyAlgorithm::AES_128, KEK);
    let mut rng = OsEntropy.draw("test").unwrap();
    let header = header(Version::D, "P0", "A", "B", "E");
    let block = tr31::wrap(
        KeyAlgorithm::AES_128,
        &bytes(KEK),
        &header,
        &bytes(KEK),
        rng.as_mut(),
    )
    .unwrap();
    for at in 0..block.len() {
        for bit in 0..7 {
            let mut text = block.clone().into_bytes();
            text[at] ^= 1 << bit;
            let text = String::from_utf8(text).unwrap();
            assert!(
                bench
                    .call(Operation::ImportKey, &request(&wrapping, &text))
                    .is_err()
            );
        }
    }
}

/// The decision about optional blocks: judged, KC and KP compared; then all but PB and KP are kept with the key and not
/// used, as the key version is.
#[test]
fn what_a_block_says_beside_the_attributes_is_kept_and_not_used() {
    let mut bench = open();
    let wrapping = kek(&mut bench, KeyAlgorithm::AES_128, KEK);
    let mut header = pek_header();
    header.key_version = tr31::KeyVersion::new("7A").unwrap();
    header.optional = [
        ("LB", "acquirer"),
        ("KC", "00C15FFF"),
        ("KP", "019A1B2A"),
        ("10", "ibm"),
        ("PB", "00000000000000000"),
    ]
    .iter()
    .map(|(id, data)| OptionalBlock::new(id, data).unwrap())
    .collect();
    let text = block(&header, KeyAlgorithm::AES_128, KEK, PEK);
    let imported = arn(&bench.ok(Operation::ImportKey, &request(&wrapping, &text)));
    let kept = bench.state.find(&imported).unwrap().from_block.clone();
    let kept = kept.unwrap();
    assert_eq!(kept.key_version, "7A");
    let pair = |id: &str, data: &str| (id.to_owned(), data.to_owned());
    assert_eq!(
        kept.optional_blocks,
        [
            pair("LB", "acquirer"),
            pair("KC", "00C15FFF"),
            pair("10", "ibm")
        ]
    );
    let stored = minicbor_serde::to_vec(&bench.state).unwrap();
    assert_eq!(
        minicbor_serde::from_slice::<EngineState>(&stored).unwrap(),
        bench.state
    );
    // It leaves without them, with version 00.
    let export = json!({"ExportKeyIdentifier": imported,
        "KeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": wrapping}}});
    let answer = bench.ok(Operation::ExportKey, &export);
    let again = answer["WrappedKey"]["KeyMaterial"].as_str().unwrap();
    assert!(again.starts_with("D0112P0TB00E0000"), "{again}");
    // A block that says nothing beside them leaves nothing.
    let plain = arn(&bench.ok(Operation::ImportKey, &request(&wrapping, &pek_block())));
    assert_eq!(bench.state.find(&plain).unwrap().from_block, None);
}
