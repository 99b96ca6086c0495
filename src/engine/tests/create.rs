//! CreateKey.

use crate::api::Profile;
use serde_json::json;

use super::{Bench, Mask, START, symmetric};
use crate::{
    api::{ErrorKind, KeyAlgorithm, KeyCheckValueAlgorithm, Operation, Request},
    crypto::{SeededEntropy, kcv, keygen, symmetric::has_odd_parity},
    engine::{EngineState, Material, PreparedRsa, SecretOpen, both_check_values},
};

fn pair(usage: &str, bits: usize, names: &[&str]) -> serde_json::Value {
    json!({"KeyAttributes": {"KeyUsage": usage, "KeyClass": "ASYMMETRIC_KEY_PAIR",
           "KeyAlgorithm": format!("RSA_{bits}"), "KeyModesOfUse": super::modes(names)}, "Exportable": true})
}

#[test]
fn a_new_key_answers_as_the_service_does() {
    let mut bench = Bench::new();
    let answer = bench.ok(
        Operation::CreateKey,
        &symmetric(
            "TR31_C0_CARD_VERIFICATION_KEY",
            "TDES_2KEY",
            &["Generate", "Verify"],
        ),
    );
    let key = &answer["Key"];
    let id = key["KeyArn"]
        .as_str()
        .unwrap()
        .strip_prefix("arn:aws:payment-cryptography:us-east-1:111122223333:key/")
        .unwrap();
    assert_eq!(id.len(), 16);
    assert!(id.bytes().all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7')));
    let check_value = key["KeyCheckValue"].as_str().unwrap();
    assert_eq!(check_value.len(), 6);
    assert_eq!(
        key,
        &json!({
            "KeyArn": key["KeyArn"],
            "KeyAttributes": {
                "KeyUsage": "TR31_C0_CARD_VERIFICATION_KEY", "KeyClass": "SYMMETRIC_KEY",
                "KeyAlgorithm": "TDES_2KEY",
                "KeyModesOfUse": {"Encrypt": false, "Decrypt": false, "Wrap": false, "Unwrap": false,
                    "Generate": true, "Sign": false, "Verify": true, "DeriveKey": false, "NoRestrictions": false},
            },
            "KeyCheckValue": check_value, "KeyCheckValueAlgorithm": "ANSI_X9_24",
            "Enabled": true, "Exportable": true, "KeyState": "CREATE_COMPLETE",
            "KeyOrigin": "AWS_PAYMENT_CRYPTOGRAPHY",
            "CreateTimestamp": START / 1000, "UsageStartTimestamp": START / 1000,
        })
    );
}

#[test]
fn the_material_is_kept_sealed_and_has_the_check_values_on_record() {
    let mut bench = Bench::new();
    for (algorithm, length) in [
        (KeyAlgorithm::TDES_2KEY, 16),
        (KeyAlgorithm::TDES_3KEY, 24),
        (KeyAlgorithm::AES_128, 16),
        (KeyAlgorithm::AES_192, 24),
        (KeyAlgorithm::AES_256, 32),
    ] {
        let arn = bench.create(
            "TR31_B0_BASE_DERIVATION_KEY",
            algorithm.name(),
            &["DeriveKey"],
        );
        let record = bench.state.find(&arn).unwrap();
        let key = Mask.open(record.material.sealed().unwrap()).unwrap();
        assert_eq!(key.len(), length);
        if algorithm.is_tdes() {
            assert!(has_odd_parity(key.expose()));
        }
        let (shown, method) = (
            &record.key.key_check_value,
            record.key.key_check_value_algorithm,
        );
        assert_eq!(*shown, kcv::check_value(algorithm, method, &key).unwrap());
        assert_eq!(record.both_check_values, both_check_values(&key).unwrap());
        assert_eq!(record.aes_check_values.is_some(), algorithm.is_aes());
        if let Some(aes) = &record.aes_check_values {
            let zeros = kcv::ansi_x9_24(algorithm, &key).unwrap();
            assert_eq!(aes.zeros, data_encoding::HEXUPPER.encode(&zeros));
            assert!(
                aes.cmac.len() == 10 && aes.cmac.starts_with(shown.as_str()),
                "{aes:?}"
            );
        }
        match &record.both_check_values {
            Some(both) if algorithm.is_tdes() => assert_eq!(both.as_tdes, *shown),
            Some(both) => assert_eq!(both.as_aes, *shown),
            None => assert_ne!(length, 16),
        }
    }
}

#[test]
fn a_disabled_key_begins_with_its_stop() {
    let mut bench = Bench::new();
    let mut request = symmetric("TR31_B0_BASE_DERIVATION_KEY", "AES_128", &["DeriveKey"]);
    request["Enabled"] = json!(false);
    let key = bench.ok(Operation::CreateKey, &request)["Key"].clone();
    assert_eq!(key["Enabled"], json!(false));
    assert_eq!(key["UsageStopTimestamp"], json!(START / 1000));
    assert_eq!(key.get("UsageStartTimestamp"), None);
}

#[test]
fn check_value_methods_follow_the_algorithm() {
    let mut bench = Bench::new();
    let asked = |algorithm: &str, method: &str| {
        let mut request = symmetric("TR31_B0_BASE_DERIVATION_KEY", algorithm, &["DeriveKey"]);
        request["KeyCheckValueAlgorithm"] = json!(method);
        request
    };
    let key = bench.ok(Operation::CreateKey, &asked("TDES_2KEY", "CMAC"))["Key"].clone();
    assert_eq!(key["KeyCheckValueAlgorithm"], json!("CMAC"));
    for (algorithm, method) in [
        ("AES_128", "ANSI_X9_24"),
        ("AES_256", "SHA_1"),
        ("TDES_2KEY", "SHA_1"),
        ("TDES_3KEY", "HMAC"),
    ] {
        assert_eq!(
            bench.invalid(Operation::CreateKey, &asked(algorithm, method)),
            format!("KeyCheckValueAlgorithm {method} is not valid for KeyAlgorithm {algorithm}.")
        );
    }
}

#[test]
fn attributes_and_tags_are_judged() {
    let mut bench = Bench::new();
    assert_eq!(
        bench.invalid(
            Operation::CreateKey,
            &symmetric("TR31_C0_CARD_VERIFICATION_KEY", "AES_128", &["Encrypt"]),
        ),
        "KeyModesOfUse [Encrypt] is not valid for KeyUsage TR31_C0_CARD_VERIFICATION_KEY; allowed: [Generate], \
         [Verify], [Generate, Verify], [NoRestrictions]."
    );
    let tagged = |tags: serde_json::Value| {
        let mut request = symmetric("TR31_B0_BASE_DERIVATION_KEY", "AES_128", &["DeriveKey"]);
        request["Tags"] = tags;
        request
    };
    assert_eq!(
        bench.invalid(
            Operation::CreateKey,
            &tagged(json!([{"Key": "a"}, {"Key": "a", "Value": "2"}]))
        ),
        "Tags: the key 'a' is given more than once."
    );
    assert_eq!(
        bench.invalid(Operation::CreateKey, &tagged(json!([{"Key": "aws:x"}]))),
        "Tags: the key 'aws:x' begins with 'aws:', which is reserved."
    );
    bench.ok(
        Operation::CreateKey,
        &tagged(json!([{"Key": "a"}, {"Key": "A"}])),
    );
}

#[test]
fn a_prepared_pair_is_taken_and_another_length_is_refused() {
    let mut bench = Bench::new();
    let prepared = || {
        let mut rng =
            crate::crypto::Entropy::draw(&mut SeededEntropy::new("pair"), "rsa-prime").unwrap();
        let never = std::sync::atomic::AtomicBool::new(false);
        PreparedRsa::from(keygen::rsa(2048, rng.as_mut(), &never).unwrap())
    };
    let request = pair(
        "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE",
        2048,
        &["Sign"],
    );
    let ready = prepared();
    let spki = ready.spki.clone();
    bench.prepared = Some(ready);
    let mut asked = request.clone();
    asked["KeyCheckValueAlgorithm"] = json!("CMAC");
    let answer = bench.ok(Operation::CreateKey, &asked);
    assert_eq!(answer["Key"]["KeyCheckValueAlgorithm"], json!("SHA_1"));
    assert_eq!(
        answer["Key"]["KeyCheckValue"],
        json!(kcv::public_key(&spki))
    );
    let record = bench.state.find(&super::arn(&answer)).unwrap();
    assert!(matches!(&record.material, Material::Pair { spki_der, .. } if *spki_der == spki));
    assert_eq!(record.both_check_values, None);

    bench.prepared = Some(prepared());
    let request = pair(
        "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE",
        3072,
        &["Sign"],
    );
    let error = bench.call(Operation::CreateKey, &request).unwrap_err();
    assert_eq!(error.kind, ErrorKind::InternalServer);
    assert_eq!(
        error.message,
        "The prepared RSA pair does not have 3072 bits. Nothing was changed."
    );
}

#[test]
fn a_pair_is_made_at_once_when_none_is_ready() {
    let mut bench = Bench::new();
    let request = pair("TR31_K2_TR34_ASYMMETRIC_KEY", 2048, &["Decrypt", "Unwrap"]);
    let parsed = Operation::CreateKey.parse(&request).unwrap();
    assert_eq!(EngineState::needs_rsa(&parsed), Some(2048));
    assert!(!EngineState::needs_secret(&parsed));
    let answer = bench.ok(Operation::CreateKey, &request);
    assert_eq!(answer["Key"]["KeyCheckValue"].as_str().unwrap().len(), 8);
}

#[test]
fn the_checked_request_says_everything() {
    let bench = Bench::new();
    let request = Operation::CreateKey
        .parse(&symmetric(
            "TR31_B0_BASE_DERIVATION_KEY",
            "TDES_2KEY",
            &["DeriveKey"],
        ))
        .unwrap();
    let Request::CreateKey(checked) = bench
        .state
        .check(&request, bench.now(), Profile::Test)
        .unwrap()
    else {
        panic!("another request");
    };
    assert_eq!(
        checked.key_check_value_algorithm,
        Some(KeyCheckValueAlgorithm::ANSI_X9_24)
    );
    assert!(checked.enabled);
}

#[test]
fn a_lock_that_fails_leaves_nothing() {
    let mut bench = Bench::new();
    bench.broken = true;
    let request = symmetric("TR31_B0_BASE_DERIVATION_KEY", "AES_128", &["DeriveKey"]);
    let error = bench.call(Operation::CreateKey, &request).unwrap_err();
    assert_eq!(error.kind, ErrorKind::InternalServer);
    assert_eq!(
        error.message,
        "The key could not be sealed: no recipient. Nothing was changed."
    );
    assert!(bench.state.is_empty());
}

#[test]
fn the_same_seed_makes_the_same_keys() {
    let make = |seed: &str| {
        let mut bench = Bench::new();
        bench.entropy = SeededEntropy::new(seed);
        bench.kek();
        bench.state
    };
    assert_eq!(make("one"), make("one"));
    assert_ne!(make("one"), make("two"));
}

#[test]
fn a_source_that_repeats_itself_is_noticed() {
    struct Stuck;
    impl crate::crypto::Entropy for Stuck {
        fn draw(
            &mut self,
            purpose: &str,
        ) -> Result<Box<dyn rand_core::CryptoRng + Send>, crate::crypto::EntropyError> {
            SeededEntropy::new("stuck").draw(purpose)
        }
    }
    let mut bench = Bench::new();
    let request = Operation::CreateKey
        .parse(&symmetric(
            "TR31_B0_BASE_DERIVATION_KEY",
            "AES_128",
            &["DeriveKey"],
        ))
        .unwrap();
    let mut make = || {
        let mut ctx = crate::engine::Context {
            clock: &bench.clock,
            entropy: &mut Stuck,
            seal: &Mask,
            open: None,
            prepared: None,
            prepared_root: None,
            stop: &std::sync::atomic::AtomicBool::new(false),
            vault: "",
            profile: Profile::Test,
            limits: crate::engine::Limits::default(),
        };
        crate::engine::ControlPlane::handle(&mut bench.state, &request, &mut ctx)
    };
    make().unwrap();
    assert_eq!(
        make().unwrap_err().message,
        "The random source gave key ids that exist already; do not go on with this machine. Nothing was changed."
    );
    assert_eq!(bench.state.len(), 1);
}
