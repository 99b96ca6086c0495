//! The DUKPT vectors: initial keys, their check values and identifiers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test fails by panicking

use data_encoding::HEXUPPER;
use keymoot::api::KeyAlgorithm;
use keymoot::crypto::dukpt::{self, KeySerialNumber};
use keymoot::crypto::{SecretBytes, kcv, symmetric};
use serde_json::Value;

fn vectors() -> Vec<Value> {
    let mut file: Value = serde_json::from_str(include_str!("vectors/dukpt.json")).unwrap();
    let vectors = file["vectors"].take().as_array().unwrap().clone();
    assert_eq!(vectors.len(), 63, "a vector is missing");
    vectors
}

fn text<'a>(vector: &'a Value, member: &str) -> &'a str {
    vector[member]
        .as_str()
        .unwrap_or_else(|| panic!("{}: no {member}", vector["id"]))
}

fn secret(vector: &Value, member: &str) -> SecretBytes {
    SecretBytes::new(HEXUPPER.decode(text(vector, member).as_bytes()).unwrap())
}

fn base_algorithm(vector: &Value, length: usize) -> KeyAlgorithm {
    match (text(vector, "mode"), length) {
        ("TDES", 16) => KeyAlgorithm::TDES_2KEY,
        ("AES", 16) => KeyAlgorithm::AES_128,
        ("AES", 24) => KeyAlgorithm::AES_192,
        ("AES", 32) => KeyAlgorithm::AES_256,
        other => panic!("{}: {other:?}", vector["id"]),
    }
}

#[test]
fn initial_keys() {
    let (mut tdes, mut aes) = (0, 0);
    for vector in vectors() {
        let id = text(&vector, "id");
        let base = secret(&vector, "bdk");
        let algorithm = base_algorithm(&vector, base.len());
        let serial = KeySerialNumber::parse(algorithm, text(&vector, "ksn")).unwrap();
        assert_eq!(serial.to_hex(), text(&vector, "ksn"), "{id}");
        let key = dukpt::initial_key(algorithm, &base, &serial)
            .unwrap_or_else(|error| panic!("{id}: {error}"));
        assert!(key.ct_eq(&secret(&vector, "initial_key")), "{id}");
        let expected = text(&vector, "kcv_initial_key");
        if algorithm.is_tdes() {
            let value = kcv::ansi_x9_24(algorithm, &key).unwrap();
            assert_eq!(HEXUPPER.encode(&value), expected, "{id}");
            tdes += 1;
        } else {
            let block = symmetric::cmac(algorithm, &key, &[0; 16]).unwrap();
            assert_eq!(HEXUPPER.encode(&block[..5]), expected, "{id}");
            assert_eq!(
                serial.initial_hex(),
                text(&vector, "initial_key_id"),
                "{id}"
            );
            aes += 1;
        }
    }
    assert_eq!((tdes, aes), (32, 31));
}

// What a terminal makes of the initial key it was injected with. keymoot itself never derives these; here
// they show that the terminal's first keys follow from the initial key we hand it.

fn encrypt(algorithm: KeyAlgorithm, key: &SecretBytes, data: &[u8]) -> Vec<u8> {
    let mut data = data.to_vec();
    symmetric::ecb_encrypt(algorithm, key, &mut data).unwrap();
    data
}

fn xor(a: &[u8], b: &[u8]) -> Vec<u8> {
    a.iter().zip(b).map(|(a, b)| a ^ b).collect()
}

/// One half of the non-reversible key generation (ANSI X9.24-1:2009, annex A.2): DES of the counter
/// register between two additions of the right half.
fn tdes_half(key: &[u8], register: &[u8]) -> Vec<u8> {
    let (left, right) = key.split_at(8);
    // TDES with equal halves is DES.
    let des = SecretBytes::new([left, left].concat());
    let middle = encrypt(KeyAlgorithm::TDES_2KEY, &des, &xor(register, right));
    xor(&middle, right)
}

/// The key for each bit of the counter that is set, from the highest down.
fn tdes_transaction_key(initial: &SecretBytes, serial: &[u8]) -> Vec<u8> {
    let whole = u64::from_be_bytes(serial[2..].try_into().unwrap());
    let counter = whole & 0x1F_FFFF;
    let mut register = whole & !0x1F_FFFF;
    let mut key = initial.expose().to_vec();
    let mask = [0xC0, 0xC0, 0xC0, 0xC0, 0, 0, 0, 0].repeat(2);
    for bit in (0..21)
        .rev()
        .map(|at| 1 << at)
        .filter(|bit| counter & bit != 0)
    {
        register |= bit;
        let register = register.to_be_bytes();
        let right = tdes_half(&key, &register);
        let left = tdes_half(&xor(&key, &mask), &register);
        key = [left, right].concat();
    }
    key
}

fn bits(algorithm: KeyAlgorithm) -> (u16, usize) {
    match algorithm {
        KeyAlgorithm::AES_128 => (2, 128),
        KeyAlgorithm::AES_192 => (3, 192),
        KeyAlgorithm::AES_256 => (4, 256),
        other => panic!("{other:?}"),
    }
}

/// A key derived from another (ANSI X9.24-3:2017, clause 6.3.2): usage, algorithm of the derived key,
/// derivation ID and counter.
fn aes_derive(
    under: (KeyAlgorithm, &SecretBytes),
    usage: u16,
    derived: KeyAlgorithm,
    (derivation_id, counter): (&[u8], u32),
) -> Vec<u8> {
    let (indicator, bits) = bits(derived);
    let mut data = Vec::new();
    for block in 1..=u8::try_from(bits.div_ceil(128)).unwrap() {
        data.extend([1, block]);
        data.extend(usage.to_be_bytes());
        data.extend(indicator.to_be_bytes());
        data.extend(u16::try_from(bits).unwrap().to_be_bytes());
        data.extend(derivation_id);
        data.extend(counter.to_be_bytes());
    }
    let mut key = encrypt(under.0, under.1, &data);
    key.truncate(bits / 8);
    key
}

fn aes_transaction_key(
    algorithm: KeyAlgorithm,
    initial: &SecretBytes,
    serial: &[u8],
) -> SecretBytes {
    let counter = u32::from_be_bytes(serial[8..].try_into().unwrap());
    let mut key = SecretBytes::from_slice(initial.expose());
    let mut so_far = 0;
    for bit in (0..32)
        .rev()
        .map(|at| 1 << at)
        .filter(|bit| counter & bit != 0)
    {
        so_far |= bit;
        let at = (&serial[4..8], so_far);
        key = SecretBytes::new(aes_derive((algorithm, &key), 0x8000, algorithm, at));
    }
    key
}

#[test]
fn a_terminal_gets_its_transaction_and_working_keys() {
    let (mut transactions, mut working) = (0, 0);
    for vector in vectors()
        .iter()
        .filter(|v| v["transaction_key"].is_string())
    {
        let id = text(vector, "id");
        let base = secret(vector, "bdk");
        let algorithm = base_algorithm(vector, base.len());
        let serial = KeySerialNumber::parse(algorithm, text(vector, "ksn")).unwrap();
        let initial = dukpt::initial_key(algorithm, &base, &serial).ok().unwrap();
        let serial = HEXUPPER.decode(text(vector, "ksn").as_bytes()).unwrap();
        let expected = text(vector, "transaction_key");
        transactions += 1;
        if algorithm.is_tdes() {
            let key = tdes_transaction_key(&initial, &serial);
            assert_eq!(HEXUPPER.encode(&key), expected, "{id}");
            continue;
        }
        let key = aes_transaction_key(algorithm, &initial, &serial);
        assert_eq!(HEXUPPER.encode(key.expose()), expected, "{id}");
        let counter = u32::from_be_bytes(serial[8..].try_into().unwrap());
        for (name, expected) in vector["working_keys"].as_object().into_iter().flatten() {
            let (usage, derived) = match name.split_once(':').unwrap() {
                ("pin", derived) => (0x1000, derived),
                ("mac_generate", derived) => (0x2000, derived),
                ("data_encrypt", derived) => (0x3000, derived),
                other => panic!("{id}: {other:?}"),
            };
            let derived = match derived {
                "AES128" => KeyAlgorithm::AES_128,
                "AES256" => KeyAlgorithm::AES_256,
                other => panic!("{id}: {other}"),
            };
            let at = (&serial[4..8], counter);
            let found = aes_derive((algorithm, &key), usage, derived, at);
            assert_eq!(
                HEXUPPER.encode(&found),
                expected.as_str().unwrap(),
                "{id} {name}"
            );
            working += 1;
        }
    }
    assert_eq!((transactions, working), (60, 54));
}
