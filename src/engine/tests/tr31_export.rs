//! ExportKey in TR-31 key blocks, and DUKPT initial keys on every road.

use serde_json::{Value, json};

use super::{
    Bench, arn, import,
    tr31_import::{KEK, bytes, kek, request as import_request, stored},
};
use crate::{
    api::{KeyAlgorithm, KeyUsage, Operation},
    crypto::{
        SecretBytes,
        tr31::{self, Header},
    },
};

const BDK: &str = "0123456789ABCDEFFEDCBA9876543210";
const KSN: &str = "FFFF9876543210E00001";

fn open() -> Bench {
    let mut bench = Bench::new();
    bench.open = true;
    bench
}

fn request(key: &str, wrapping: &str) -> Value {
    json!({"ExportKeyIdentifier": key, "KeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": wrapping}}})
}

fn initial(key: &str, wrapping: &str, serial: &str) -> Value {
    let mut request = request(key, wrapping);
    request["ExportAttributes"] = json!({"ExportDukptInitialKey": {"KeySerialNumber": serial}});
    request
}

fn received(answer: &Value, algorithm: KeyAlgorithm) -> (Header, SecretBytes, String) {
    let block = answer["WrappedKey"]["KeyMaterial"].as_str().unwrap();
    let (header, key) = tr31::unwrap(algorithm, &bytes(KEK), block).unwrap();
    (header, key, block.get(..16).unwrap().to_owned())
}

fn bdk(bench: &mut Bench, algorithm: KeyAlgorithm, hex: &str) -> String {
    let usage = KeyUsage::TR31_B0_BASE_DERIVATION_KEY;
    stored(bench, usage, algorithm, &["DeriveKey"], hex)
}

#[test]
fn the_version_follows_the_wrapping_key_and_the_length_is_hidden() {
    let mut bench = open();
    let key = bdk(&mut bench, KeyAlgorithm::TDES_2KEY, BDK);
    for (algorithm, header) in [
        (KeyAlgorithm::TDES_2KEY, "B0096B0TX00E0000"),
        (KeyAlgorithm::AES_128, "D0112B0TX00E0000"),
    ] {
        let wrapping = kek(&mut bench, algorithm, KEK);
        let before = bench.state.clone();
        let answer = bench.ok(Operation::ExportKey, &request(&key, &wrapping));
        assert_eq!(bench.state, before);
        let (_, secret, text) = received(&answer, algorithm);
        assert_eq!(text, header);
        assert!(secret.ct_eq(&bytes(BDK)));
        let wrapped = &answer["WrappedKey"];
        assert_eq!(wrapped["WrappingKeyArn"], json!(wrapping));
        assert_eq!(wrapped["WrappedKeyMaterialFormat"], json!("TR31_KEY_BLOCK"));
        assert_eq!(wrapped["KeyCheckValue"], json!("08D7B4"));
        assert_eq!(wrapped["KeyCheckValueAlgorithm"], json!("ANSI_X9_24"));
        // What leaves can come back.
        let block = wrapped["KeyMaterial"].as_str().unwrap();
        let back = bench.ok(Operation::ImportKey, &import_request(&wrapping, block));
        assert_eq!(back["Key"]["KeyCheckValue"], json!("08D7B4"));
    }
}

#[test]
fn a_sensitive_key_leaves_as_one() {
    let mut bench = open();
    let wrapping = kek(&mut bench, KeyAlgorithm::AES_128, KEK);
    let key = bdk(&mut bench, KeyAlgorithm::AES_128, BDK);
    let mut record = bench.state.find(&key).unwrap().clone();
    record.sensitive = true;
    bench.state.put(record);
    let answer = bench.ok(Operation::ExportKey, &request(&key, &wrapping));
    assert_eq!(
        received(&answer, KeyAlgorithm::AES_128).2,
        "D0144B0AX00S0000"
    );
}

/// It came in twice: two ARNs, one key.
#[test]
fn a_key_under_another_name_does_not_wrap_itself() {
    let mut bench = open();
    let wrapping = kek(&mut bench, KeyAlgorithm::AES_128, KEK);
    let again = kek(&mut bench, KeyAlgorithm::AES_128, KEK);
    let why = bench.invalid(Operation::ExportKey, &request(&wrapping, &again));
    assert!(
        why.starts_with(&format!(
            "WrappingKeyIdentifier {again}: it is the very key"
        )),
        "{why}"
    );
}

#[test]
fn refusals() {
    let mut bench = open();
    let aes = KeyAlgorithm::AES_128;
    let wrapping = kek(&mut bench, aes, KEK);
    assert_eq!(
        bench.invalid(Operation::ExportKey, &request(&wrapping, &wrapping)),
        format!("WrappingKeyIdentifier {wrapping}: a key cannot wrap itself.")
    );
    let usage = KeyUsage::TR31_K0_KEY_ENCRYPTION_KEY;
    let reader = stored(&mut bench, usage, aes, &["Decrypt", "Unwrap"], KEK);
    assert_eq!(
        bench.invalid(Operation::ExportKey, &request(&wrapping, &reader)),
        format!("WrappingKeyIdentifier {reader}: KeyModesOfUse [Decrypt, Unwrap] lacks Wrap.")
    );
    let weak = kek(&mut bench, KeyAlgorithm::TDES_2KEY, BDK);
    assert_eq!(
        bench.invalid(Operation::ExportKey, &request(&wrapping, &weak)),
        format!(
            "WrappingKeyIdentifier {weak}: TDES_2KEY is weaker than AES_128, which needs AES_128, AES_192 or AES_256 \
             as the wrapping key."
        )
    );
    let base = bdk(&mut bench, aes, KEK);
    assert_eq!(
        bench.invalid(Operation::ExportKey, &request(&weak, &base)),
        format!(
            "WrappingKeyIdentifier {base}: KeyUsage TR31_B0_BASE_DERIVATION_KEY cannot wrap keys."
        )
    );
    let mut kept = bench.state.find(&base).unwrap().clone();
    kept.key.exportable = false;
    bench.state.put(kept);
    assert_eq!(
        bench.invalid(Operation::ExportKey, &request(&base, &wrapping)),
        format!("Key {base} is not exportable.")
    );
}

#[test]
fn initial_keys_leave_in_the_place_of_their_base_key() {
    let mut bench = open();
    let aes = KeyAlgorithm::AES_128;
    let wrapping = kek(&mut bench, aes, KEK);
    let base = bdk(&mut bench, KeyAlgorithm::TDES_2KEY, BDK);
    let first = bench.ok(Operation::ExportKey, &initial(&base, &wrapping, KSN));
    let (_, key, header) = received(&first, aes);
    assert_eq!(header, "D0112B1TX00S0000");
    // ANSI X9.24-1:2009, annex A.4: the initial key of the classic base key.
    assert!(key.ct_eq(&bytes("6AC292FAA1315B4D858AB3A3D7D5933A")));
    let other = bench.ok(
        Operation::ExportKey,
        &initial(&base, &wrapping, "FFFF9876543210EFFFFF"),
    );
    assert_eq!(
        other["WrappedKey"]["KeyCheckValue"],
        first["WrappedKey"]["KeyCheckValue"]
    );
    assert_ne!(first["WrappedKey"]["KeyCheckValue"], json!("08D7B4"));
    let mut by_cmac = initial(&base, &wrapping, KSN);
    by_cmac["ExportAttributes"]["KeyCheckValueAlgorithm"] = json!("CMAC");
    let by_cmac = bench.ok(Operation::ExportKey, &by_cmac);
    assert_eq!(
        by_cmac["WrappedKey"]["KeyCheckValueAlgorithm"],
        json!("CMAC")
    );
    let base = bdk(&mut bench, aes, KEK);
    let serial = "123456789012345600000001";
    let answer = bench.ok(Operation::ExportKey, &initial(&base, &wrapping, serial));
    assert_eq!(received(&answer, aes).2, "D0144B1AX00S0000");
}

#[test]
fn an_initial_key_leaves_by_rsa_wrap_too() {
    let mut bench = open();
    let top = import::root(&mut bench, "root-4096", "RSA_4096");
    let base = bdk(&mut bench, KeyAlgorithm::TDES_2KEY, BDK);
    let wrapping = kek(&mut bench, KeyAlgorithm::AES_128, KEK);
    let mut request = initial(&base, &wrapping, KSN);
    request["KeyMaterial"] = json!({"KeyCryptogram": {
        "CertificateAuthorityPublicKeyIdentifier": top, "WrappingKeyCertificate": import::aws("leaf-2048")}});
    let cryptogram = bench.ok(Operation::ExportKey, &request);
    let block = bench.ok(Operation::ExportKey, &initial(&base, &wrapping, KSN));
    assert_eq!(
        cryptogram["WrappedKey"]["KeyCheckValue"],
        block["WrappedKey"]["KeyCheckValue"]
    );
}

#[test]
fn export_attributes_are_for_base_derivation_keys() {
    let mut bench = open();
    let aes = KeyAlgorithm::AES_128;
    let wrapping = kek(&mut bench, aes, KEK);
    let answer = bench.ok(
        Operation::CreateKey,
        &super::symmetric("TR31_P0_PIN_ENCRYPTION_KEY", "AES_128", &["NoRestrictions"]),
    );
    let pek = arn(&answer);
    assert_eq!(
        bench.invalid(Operation::ExportKey, &initial(&pek, &wrapping, KSN)),
        format!(
            "ExportAttributes is valid for KeyUsage TR31_B0_BASE_DERIVATION_KEY only; key {pek} has \
             TR31_P0_PIN_ENCRYPTION_KEY."
        )
    );
    let triple = "545E2AADFD5EC42F2F5BE5E3ADC75E9B290252A1A219B380";
    let triple = bdk(&mut bench, KeyAlgorithm::TDES_3KEY, triple);
    assert_eq!(
        bench.invalid(Operation::ExportKey, &initial(&triple, &wrapping, KSN)),
        "ExportDukptInitialKey: DUKPT has no TDES_3KEY base derivation key; it derives from TDES_2KEY, AES_128, \
         AES_192 and AES_256."
    );
    let base = bdk(&mut bench, KeyAlgorithm::TDES_2KEY, BDK);
    let long = "123456789012345600000001";
    assert_eq!(
        bench.invalid(Operation::ExportKey, &initial(&base, &wrapping, long)),
        "KeySerialNumber must have 20 hexadecimal characters for TDES_2KEY."
    );
    let mut alone = request(&base, &wrapping);
    alone["ExportAttributes"] = json!({"KeyCheckValueAlgorithm": "CMAC"});
    assert_eq!(
        bench.invalid(Operation::ExportKey, &alone),
        "ExportAttributes.KeyCheckValueAlgorithm is valid only with ExportDukptInitialKey."
    );
}

#[test]
fn attributes_that_ask_for_nothing_are_none() {
    let mut bench = open();
    let wrapping = kek(&mut bench, KeyAlgorithm::AES_128, KEK);
    let key = bdk(&mut bench, KeyAlgorithm::TDES_2KEY, BDK);
    for key in [key, bench.kek()] {
        let mut asked = request(&key, &wrapping);
        asked["ExportAttributes"] = json!({});
        bench.ok(Operation::ExportKey, &asked);
    }
}

/// A terminal that takes its number from the block must get the one whose key is in it.
#[test]
fn a_label_names_the_terminal_whose_key_it_is() {
    let mut bench = open();
    let wrapping = kek(&mut bench, KeyAlgorithm::AES_128, KEK);
    let tdes = bdk(&mut bench, KeyAlgorithm::TDES_2KEY, BDK);
    let aes = bdk(&mut bench, KeyAlgorithm::AES_128, BDK);
    let long = "123456789012345600000001";
    for (base, serial, id, value, fault) in [
        (&tdes, KSN, "KS", "FFFF9876543210E00000", None),
        (&aes, long, "IK", "1234567890123456", None),
        (
            &tdes,
            KSN,
            "KS",
            "AAAA9876543210E00000",
            Some("is not that of KeySerialNumber"),
        ),
        (
            &tdes,
            KSN,
            "KS",
            KSN,
            Some("is not that of KeySerialNumber"),
        ),
        (
            &tdes,
            KSN,
            "IK",
            "FFFF9876543210E0",
            Some("is of the other DUKPT"),
        ),
        (
            &aes,
            long,
            "IK",
            "1234567890123457",
            Some("is not that of KeySerialNumber"),
        ),
        (
            &aes,
            long,
            "KS",
            "12345678901234560000",
            Some("is of the other DUKPT"),
        ),
    ] {
        let mut asked = initial(base, &wrapping, serial);
        asked["KeyMaterial"]["Tr31KeyBlock"]["KeyBlockHeaders"] =
            json!({"OptionalBlocks": {id: value}});
        match fault {
            None => {
                bench.ok(Operation::ExportKey, &asked);
            }
            Some(fault) => {
                let message = bench.invalid(Operation::ExportKey, &asked);
                assert!(
                    message.contains(&format!("{id} {fault}; with this")),
                    "{message}"
                );
            }
        }
    }
}

/// NoRestrictions restricts neither wrapping nor unwrapping, and one terminal's numbers all give one initial key.
#[test]
fn a_key_without_restrictions_wraps_and_unwraps() {
    let mut bench = open();
    let aes = KeyAlgorithm::AES_128;
    let usage = KeyUsage::TR31_K0_KEY_ENCRYPTION_KEY;
    let free = stored(&mut bench, usage, aes, &["NoRestrictions"], KEK);
    let base = bdk(&mut bench, KeyAlgorithm::TDES_2KEY, BDK);
    let sent = bench.ok(Operation::ExportKey, &request(&base, &free));
    let back = bench.ok(
        Operation::ImportKey,
        &json!({"KeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": free,
            "WrappedKeyBlock": sent["WrappedKey"]["KeyMaterial"]}}}),
    );
    let value = &bench.key(&base)["KeyCheckValue"];
    assert_eq!(&back["Key"]["KeyCheckValue"], value);
    let values = ["FFFF9876543210E00001", "FFFF9876543210E09999"].map(|serial| {
        let mut initial = request(&base, &free);
        initial["ExportAttributes"] = json!({"ExportDukptInitialKey": {"KeySerialNumber": serial}});
        bench.ok(Operation::ExportKey, &initial)["WrappedKey"]["KeyCheckValue"].clone()
    });
    assert_eq!(values[0], values[1]);
    assert_ne!(&values[0], value);
}
