//! ExportKey under a receiver's certificate.

use crate::api::Profile;
use data_encoding::HEXUPPER;
use pkcs8::DecodePrivateKey;
use serde_json::{Value, json};

use super::{Bench, DAY, Mask, import, named};
use crate::{
    api::{ErrorKind, ExportKeyMaterial, Operation, Request, WrappingKeySpec},
    crypto::{SecretBytes, rsa_wrap},
    engine::{EngineState, SecretOpen},
};

fn request(key: &str, authority: &str, leaf: &str) -> Value {
    json!({"ExportKeyIdentifier": key, "KeyMaterial": {"KeyCryptogram": {
        "CertificateAuthorityPublicKeyIdentifier": authority, "WrappingKeyCertificate": import::aws(leaf)}}})
}

fn receive(leaf: &str, hex: &str, spec: WrappingKeySpec) -> SecretBytes {
    let private = rsa::PrivateKey::from_pkcs8_pem(&import::pem(&format!("{leaf}.key"))).unwrap();
    let der = pkcs8::EncodePrivateKey::to_pkcs8_der(&private).unwrap();
    let cryptogram = HEXUPPER.decode(hex.as_bytes()).unwrap();
    rsa_wrap::unwrap(&SecretBytes::from_slice(der.as_bytes()), &cryptogram, spec).unwrap()
}

/// A bench with a root, open.
fn ready() -> (Bench, String) {
    let mut bench = Bench::new();
    bench.open = true;
    let top = import::root(&mut bench, "root-4096", "RSA_4096");
    (bench, top)
}

#[test]
fn the_receiver_gets_the_key_on_record() {
    let (mut bench, top) = ready();
    let key = bench.create(
        "TR31_P0_PIN_ENCRYPTION_KEY",
        "TDES_3KEY",
        &["Encrypt", "Wrap"],
    );
    for (leaf, bytes) in [("leaf-2048", 256), ("leaf-3072", 384)] {
        for spec in [
            WrappingKeySpec::RSA_OAEP_SHA_256,
            WrappingKeySpec::RSA_OAEP_SHA_512,
        ] {
            let mut request = request(&key, &top, leaf);
            request["KeyMaterial"]["KeyCryptogram"]["WrappingSpec"] = json!(spec.name());
            let before = bench.state.clone();
            let answer = bench.ok(Operation::ExportKey, &request);
            assert_eq!(bench.state, before);
            let wrapped = &answer["WrappedKey"];
            let hex = wrapped["KeyMaterial"].as_str().unwrap();
            assert_eq!(hex.len(), 2 * bytes);
            let record = bench.state.find(&key).unwrap();
            let stored = Mask.open(record.material.sealed().unwrap()).unwrap();
            assert!(receive(leaf, hex, spec).ct_eq(&stored));
            assert_eq!(
                *wrapped,
                json!({"WrappingKeyArn": top, "WrappedKeyMaterialFormat": "KEY_CRYPTOGRAM", "KeyMaterial": hex,
                       "KeyCheckValue": record.key.key_check_value, "KeyCheckValueAlgorithm": "ANSI_X9_24"})
            );
        }
    }
}

#[test]
fn the_hash_is_filled_in() {
    let (mut bench, top) = ready();
    let key = bench.kek();
    let parsed = Operation::ExportKey
        .parse(&request(&key, &top, "leaf-3072"))
        .unwrap();
    assert!(EngineState::needs_secret(&parsed));
    let Request::ExportKey(checked) = bench
        .state
        .check(&parsed, bench.now(), Profile::Test)
        .unwrap()
    else {
        panic!("another request");
    };
    let ExportKeyMaterial::KeyCryptogram(cryptogram) = checked.key_material else {
        panic!("the material changed");
    };
    assert_eq!(
        cryptogram.wrapping_spec,
        Some(WrappingKeySpec::RSA_OAEP_SHA_256)
    );
}

#[test]
fn without_the_custodians_nothing_leaves() {
    let (mut bench, top) = ready();
    bench.open = false;
    let key = bench.kek();
    let error = bench
        .call(Operation::ExportKey, &request(&key, &top, "leaf-3072"))
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::AccessDenied);
    assert_eq!(
        error.message,
        format!(
            "Key {key} can be used only while its custodians have the use identity rebuilt; nothing was exported."
        )
    );
}

#[test]
fn strength_is_judged_before_anybody_signs() {
    let (mut bench, top) = ready();
    for (algorithm, leaf, message) in [
        (
            "AES_128",
            "leaf-2048",
            "WrappingKeyCertificate: RSA_2048 is weaker than AES_128, which needs RSA_3072 or RSA_4096 as the wrapping key.",
        ),
        (
            "AES_192",
            "leaf-3072",
            "WrappingKeyCertificate: RSA_3072 is weaker than AES_192, which needs a TR-31 key block under AES_192 or \
             AES_256; no RSA key here is strong enough.",
        ),
        (
            "AES_256",
            "leaf-3072",
            "WrappingKeyCertificate: RSA_3072 is weaker than AES_256, which needs a TR-31 key block under AES_256; no RSA \
             key here is strong enough.",
        ),
    ] {
        let key = bench.create("TR31_B0_BASE_DERIVATION_KEY", algorithm, &["DeriveKey"]);
        let asked = request(&key, &top, leaf);
        assert_eq!(bench.invalid(Operation::ExportKey, &asked), message);
        let parsed = Operation::ExportKey.parse(&asked).unwrap();
        let error = bench
            .state
            .check(&parsed, bench.now(), Profile::Test)
            .unwrap_err();
        assert_eq!(error.message, message);
    }
}

#[test]
fn receivers_certificates_are_judged() {
    let (mut bench, top) = ready();
    let key = bench.create("TR31_B0_BASE_DERIVATION_KEY", "TDES_2KEY", &["DeriveKey"]);
    for (leaf, message) in [
        (
            "leaf-expired",
            "WrappingKeyCertificate: The certificate expired at 2021-01-01T00:00:00Z. Ask its owner for a new one.",
        ),
        (
            "leaf-2048-under-sub",
            "WrappingKeyCertificate: The certificate (O=Acme Payments, CN=Receiver 2048 S) was not signed by O=Acme \
             Payments, CN=Acme Root: it names another issuer. Send the chain that belongs to it.",
        ),
        (
            "leaf-signs-only",
            "WrappingKeyCertificate: its keyUsage has neither keyEncipherment nor dataEncipherment, so it cannot wrap \
             keys.",
        ),
        (
            "leaf-ecc",
            "WrappingKeyCertificate: The certificate's key is an elliptic-curve key; RSA with 2048, 3072 or 4096 bits is \
             what can be used.",
        ),
    ] {
        let asked = request(&key, &top, leaf);
        assert_eq!(
            bench.invalid(Operation::ExportKey, &asked),
            message,
            "{leaf}"
        );
    }
    bench.ok(
        Operation::ExportKey,
        &request(&key, &top, "leaf-marked-test"),
    );
    bench.profile = Profile::Production;
    assert_eq!(
        bench.invalid(
            Operation::ExportKey,
            &request(&key, &top, "leaf-marked-test")
        ),
        "WrappingKeyCertificate is marked OU=TEST by a keymoot test vault; this is a production vault and takes no \
         material of another profile."
    );
}

#[test]
fn what_may_not_leave_stays() {
    let (mut bench, top) = ready();
    let mut fixed = super::symmetric("TR31_B0_BASE_DERIVATION_KEY", "TDES_2KEY", &["DeriveKey"]);
    fixed["Exportable"] = json!(false);
    let fixed = super::arn(&bench.ok(Operation::CreateKey, &fixed));
    assert_eq!(
        bench.invalid(Operation::ExportKey, &request(&fixed, &top, "leaf-2048")),
        format!("Key {fixed} is not exportable.")
    );
    assert_eq!(
        bench.invalid(Operation::ExportKey, &request(&top, &top, "leaf-2048")),
        format!("Key {top} has KeyClass PUBLIC_KEY; only a SYMMETRIC_KEY can be exported.")
    );
}

#[test]
fn key_and_authority_must_be_usable() {
    let (mut bench, top) = ready();
    let key = bench.create("TR31_B0_BASE_DERIVATION_KEY", "TDES_2KEY", &["DeriveKey"]);
    let asked = request(&key, &top, "leaf-2048");
    assert_eq!(
        bench.invalid(Operation::ExportKey, &request(&key, &key, "leaf-2048")),
        format!(
            "CertificateAuthorityPublicKeyIdentifier {key}: KeyClass SYMMETRIC_KEY cannot vouch for certificates."
        )
    );
    for stopped in [&key, &top] {
        bench.ok(Operation::StopKeyUsage, &named(stopped));
        assert_eq!(
            bench.invalid(Operation::ExportKey, &asked),
            format!("Key {stopped} is not enabled.")
        );
        bench.ok(Operation::StartKeyUsage, &named(stopped));
    }
    bench.ok(Operation::DeleteKey, &named(&key));
    assert_eq!(
        bench.invalid(Operation::ExportKey, &asked),
        format!("Key {key} is not in CREATE_COMPLETE state.")
    );
    // Existence comes before state: the unknown authority is named, not the pending key.
    let unknown = "arn:aws:payment-cryptography:us-east-1:111122223333:key/aaaaaaaaaaaaaaaa";
    bench.missing(
        Operation::ExportKey,
        &request(&key, unknown, "leaf-2048"),
        unknown,
    );
    bench.advance(8 * DAY);
    assert_eq!(
        bench.missing(Operation::ExportKey, &asked, &key),
        format!("Key {key} was not found.")
    );
}

#[test]
fn material_that_is_not_the_key_on_record_does_not_leave() {
    let (mut bench, top) = ready();
    let key = bench.create("TR31_B0_BASE_DERIVATION_KEY", "TDES_2KEY", &["DeriveKey"]);
    let mut record = bench.state.find(&key).unwrap().clone();
    record.material = crate::engine::Material::Sealed(vec![1; 16]);
    bench.state.put(record);
    let error = bench
        .call(Operation::ExportKey, &request(&key, &top, "leaf-2048"))
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::InternalServer);
    assert_eq!(
        error.message,
        format!(
            "The material of key {key} does not have the check value on record. Nothing was changed."
        )
    );
}
