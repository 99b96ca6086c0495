//! The component vectors: the key they form, its parity, and the check value of each.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test fails by panicking

use data_encoding::HEXUPPER;
use keymoot::api::{KeyAlgorithm, KeyCheckValueAlgorithm};
use keymoot::crypto::components::{self, ComponentError, Parity};
use keymoot::crypto::{SecretBytes, symmetric};
use serde_json::Value;

fn secret(hex: &Value) -> SecretBytes {
    SecretBytes::new(HEXUPPER.decode(hex.as_str().unwrap().as_bytes()).unwrap())
}

fn attributes(vector: &Value) -> (KeyAlgorithm, KeyCheckValueAlgorithm) {
    let length = vector["combined"].as_str().unwrap().len() / 2;
    let algorithm = match (vector["algorithm"].as_str().unwrap(), length) {
        ("T", 16) => KeyAlgorithm::TDES_2KEY,
        ("T", 24) => KeyAlgorithm::TDES_3KEY,
        ("A", 16) => KeyAlgorithm::AES_128,
        ("A", 24) => KeyAlgorithm::AES_192,
        ("A", 32) => KeyAlgorithm::AES_256,
        other => panic!("{}: {other:?}", vector["id"]),
    };
    let method = match vector["kcv_method"].as_str().unwrap() {
        "legacy" => KeyCheckValueAlgorithm::ANSI_X9_24,
        "cmac" => KeyCheckValueAlgorithm::CMAC,
        other => panic!("{}: {other}", vector["id"]),
    };
    (algorithm, method)
}

/// The first six digits; the collection gives ten for AES, the service shows six.
fn check(vector: &Value, key: &SecretBytes, expected: &Value) {
    let (algorithm, method) = attributes(vector);
    let value = components::check_value(algorithm, method, key).unwrap();
    assert_eq!(value, expected.as_str().unwrap()[..6], "{}", vector["id"]);
}

#[test]
fn every_vector_forms_its_key() {
    let mut file: Value = serde_json::from_str(include_str!("vectors/components.json")).unwrap();
    let vectors = file["vectors"].take().as_array().unwrap().clone();
    assert_eq!(vectors.len(), 8, "a vector is missing");
    for vector in &vectors {
        let id = &vector["id"];
        let (algorithm, _) = attributes(vector);
        let parts: Vec<SecretBytes> = vector["components"]
            .as_array()
            .unwrap()
            .iter()
            .map(secret)
            .collect();
        for (part, value) in parts
            .iter()
            .zip(vector["component_kcvs"].as_array().unwrap())
        {
            check(vector, part, value);
        }
        let form = |parity| {
            components::combine(algorithm, &parts, parity)
                .unwrap_or_else(|error| panic!("{id}: {error}"))
        };
        let key = form(Parity::AsFormed);
        assert!(key.ct_eq(&secret(&vector["combined"])), "{id}");
        check(vector, &key, &vector["kcv"]);
        let odd = form(Parity::Odd);
        if algorithm.is_tdes() {
            assert_eq!(
                vector["combined_has_odd_parity"],
                symmetric::has_odd_parity(key.expose())
            );
            assert!(odd.ct_eq(&secret(&vector["combined_odd_parity"])), "{id}");
            check(vector, &odd, &vector["kcv_after_parity"]);
        } else {
            assert!(odd.ct_eq(&key), "{id}");
        }
    }
}

/// A published example of three TDES components (EFTlab, key exchange tutorial), computed again.
#[test]
fn a_published_set_of_three() {
    let (algorithm, method) = (KeyAlgorithm::TDES_2KEY, KeyCheckValueAlgorithm::ANSI_X9_24);
    let mut parts = Vec::new();
    for (part, value) in [
        ("3B577FB3FD756DDFE62F6B52751580E0", "CAEBAA"),
        ("D9CDE338A104A789859E76150B543251", "DF9B9A"),
        ("1032D0581A31D64FADD08991945E0D3E", "83EBC1"),
    ] {
        let part = secret(&Value::from(part));
        let found = components::check_value(algorithm, method, &part);
        assert_eq!(found.as_deref(), Ok(value));
        parts.push(part);
    }
    let key = components::combine(algorithm, &parts, Parity::AsFormed)
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(key.ct_eq(&secret(&Value::from("F2A84CD346401C19CE6194D6EA1FBF8F"))));
    assert_eq!(
        components::check_value(algorithm, method, &key).as_deref(),
        Ok("DDA8BA")
    );
}

#[test]
fn a_component_of_another_length_is_refused_by_its_place() {
    let parts = [SecretBytes::new(vec![1; 16]), SecretBytes::new(vec![2; 24])];
    let refusal = components::combine(KeyAlgorithm::TDES_2KEY, &parts, Parity::Odd).err();
    assert!(matches!(
        refusal,
        Some(ComponentError::Length {
            place: 2,
            expected: 16,
            actual: 24,
            ..
        })
    ));
}
