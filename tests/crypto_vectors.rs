//! The published and collected vectors: check values, CMAC, components, RSA-OAEP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test fails by panicking

use data_encoding::HEXUPPER;
use keymoot::api::{KeyAlgorithm, WrappingKeySpec};
use keymoot::crypto::{CryptoError, SecretBytes, kcv, rsa_wrap, symmetric};
use pkcs8::{DecodePrivateKey, EncodePublicKey};
use rand_core::{TryCryptoRng, TryRng};
use rsa::Oaep;
use serde_json::Value;
use sha2::{Sha256, Sha512};
use std::convert::Infallible;

fn file(text: &str, expected: usize) -> (Value, Vec<Value>) {
    let mut file: Value = serde_json::from_str(text).unwrap();
    let vectors = file["vectors"].take().as_array().unwrap().clone();
    assert_eq!(vectors.len(), expected, "a vector is missing");
    (file, vectors)
}

fn text<'a>(vector: &'a Value, member: &str) -> &'a str {
    vector[member]
        .as_str()
        .unwrap_or_else(|| panic!("{}: no {member}", vector["id"]))
}

fn bytes(vector: &Value, member: &str) -> Vec<u8> {
    HEXUPPER.decode(text(vector, member).as_bytes()).unwrap()
}

fn algorithm(vector: &Value, length: usize) -> KeyAlgorithm {
    match (text(vector, "algorithm"), length) {
        ("T", 16) => KeyAlgorithm::TDES_2KEY,
        ("T", 24) => KeyAlgorithm::TDES_3KEY,
        ("A", 16) => KeyAlgorithm::AES_128,
        ("A", 24) => KeyAlgorithm::AES_192,
        ("A", 32) => KeyAlgorithm::AES_256,
        other => panic!("{}: {other:?}", vector["id"]),
    }
}

/// The whole block a check value is cut from.
fn block(algorithm: KeyAlgorithm, method: &str, key: &SecretBytes) -> Vec<u8> {
    let mut zeros = vec![0; symmetric::block_len(algorithm).unwrap()];
    if method == "cmac" {
        return symmetric::cmac(algorithm, key, &zeros).unwrap();
    }
    symmetric::ecb_encrypt(algorithm, key, &mut zeros).unwrap();
    zeros
}

/// A check value of `digits` by both roads: the block, and the functions callers use.
fn check(algorithm: KeyAlgorithm, method: &str, key: &SecretBytes, expected: &[u8]) {
    assert_eq!(&block(algorithm, method, key)[..expected.len()], expected);
    let three = match method {
        "cmac" => kcv::cmac(algorithm, key),
        _ => kcv::ansi_x9_24(algorithm, key),
    }
    .unwrap();
    let common = expected.len().min(3);
    assert_eq!(three[..common], expected[..common]);
}

#[test]
fn check_values() {
    let (_, vectors) = file(include_str!("vectors/kcv.json"), 24);
    for vector in &vectors {
        let key = SecretBytes::new(bytes(vector, "key"));
        let algorithm = algorithm(vector, key.len());
        let expected = bytes(vector, "kcv");
        assert_eq!(vector["length"], expected.len());
        check(algorithm, text(vector, "method"), &key, &expected);
    }
}

#[test]
fn cmac() {
    let (_, vectors) = file(include_str!("vectors/cmac.json"), 8);
    for vector in &vectors {
        let key = SecretBytes::new(bytes(vector, "key"));
        let algorithm = algorithm(vector, key.len());
        let mac = symmetric::cmac(algorithm, &key, &bytes(vector, "data")).unwrap();
        assert_eq!(mac, bytes(vector, "mac"), "{}", vector["id"]);
    }
}

#[test]
fn components() {
    let (_, vectors) = file(include_str!("vectors/components.json"), 8);
    for vector in &vectors {
        let mut combined = vec![0; bytes(vector, "combined").len()];
        let algorithm = algorithm(vector, combined.len());
        let method = text(vector, "kcv_method");
        let parts = vector["components"].as_array().unwrap();
        let values = vector["component_kcvs"].as_array().unwrap();
        assert_eq!(parts.len(), values.len());
        for (part, value) in parts.iter().zip(values) {
            let part = HEXUPPER.decode(part.as_str().unwrap().as_bytes()).unwrap();
            for (sum, byte) in combined.iter_mut().zip(&part) {
                *sum ^= byte;
            }
            let value = HEXUPPER.decode(value.as_str().unwrap().as_bytes()).unwrap();
            check(algorithm, method, &SecretBytes::new(part), &value);
        }
        assert_eq!(combined, bytes(vector, "combined"), "{}", vector["id"]);
        check(
            algorithm,
            method,
            &SecretBytes::from_slice(&combined),
            &bytes(vector, "kcv"),
        );
        if algorithm.is_tdes() {
            assert_eq!(
                vector["combined_has_odd_parity"],
                symmetric::has_odd_parity(&combined)
            );
            symmetric::adjust_odd_parity(&mut combined);
            assert_eq!(combined, bytes(vector, "combined_odd_parity"));
            let key = SecretBytes::new(combined);
            check(algorithm, method, &key, &bytes(vector, "kcv_after_parity"));
        }
    }
}

/// A generator that gives a vector's OAEP seed once.
struct Seed(Vec<u8>);

impl TryRng for Seed {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        panic!("only the seed is drawn")
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        panic!("only the seed is drawn")
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        out.copy_from_slice(&std::mem::take(&mut self.0));
        Ok(())
    }
}

impl TryCryptoRng for Seed {}

/// Opens with a label by the `rsa` crate, which keymoot itself never does.
fn open_labelled(
    pkcs8: &SecretBytes,
    cryptogram: &[u8],
    spec: WrappingKeySpec,
    label: Vec<u8>,
) -> Vec<u8> {
    let key = rsa::PrivateKey::from_pkcs8_der(pkcs8.expose()).unwrap();
    match spec {
        WrappingKeySpec::RSA_OAEP_SHA_256 => {
            key.decrypt(Oaep::<Sha256>::new_with_label(label), cryptogram)
        }
        WrappingKeySpec::RSA_OAEP_SHA_512 => {
            key.decrypt(Oaep::<Sha512>::new_with_label(label), cryptogram)
        }
    }
    .unwrap()
}

#[test]
fn rsa_oaep() {
    let (file, vectors) = file(include_str!("vectors/rsa-oaep.json"), 23);
    let (mut opened, mut refused, mut labelled, mut rebuilt) = (0, 0, 0, 0);
    for vector in &vectors {
        let id = text(vector, "id");
        let pkcs8 = SecretBytes::new(bytes(&file["keys"], text(vector, "key_ref")));
        // No vector of this collection mixes hashes; the service has no such spec.
        assert_eq!(text(vector, "hash"), text(vector, "mgf_hash"), "{id}");
        let spec = match text(vector, "hash") {
            "sha256" => WrappingKeySpec::RSA_OAEP_SHA_256,
            "sha512" => WrappingKeySpec::RSA_OAEP_SHA_512,
            other => panic!("{id}: {other}"),
        };
        let cryptogram = bytes(vector, "cryptogram");
        let result = rsa_wrap::unwrap(&pkcs8, &cryptogram, spec);
        let labelled_one = !text(vector, "label").is_empty();
        if labelled_one || text(vector, "result") == "invalid" {
            assert_eq!(result.err(), Some(CryptoError::Unwrap), "{id}");
            if labelled_one {
                // The label alone was in the way.
                let plain = open_labelled(&pkcs8, &cryptogram, spec, bytes(vector, "label"));
                assert_eq!(plain, bytes(vector, "key"), "{id}");
            }
            labelled += usize::from(labelled_one);
            refused += usize::from(!labelled_one);
            continue;
        }
        let key = SecretBytes::new(bytes(vector, "key"));
        let Ok(plain) = result else {
            panic!("{id}: refused")
        };
        assert!(plain.ct_eq(&key), "{id}");
        opened += 1;
        if vector["seed"].is_string() {
            let spki = rsa::PrivateKey::from_pkcs8_der(pkcs8.expose())
                .unwrap()
                .to_public_key()
                .to_public_key_der()
                .unwrap();
            let mut seed = Seed(bytes(vector, "seed"));
            let again = rsa_wrap::wrap(spki.as_bytes(), &key, spec, &mut seed).unwrap();
            assert_eq!(again, cryptogram, "{id}");
            rebuilt += 1;
        }
    }
    assert_eq!((opened, refused, labelled, rebuilt), (11, 9, 3, 8));
}
