//! The two printed known answers, serial numbers, refusals.

use data_encoding::HEXUPPER;
use proptest::prelude::*;

use super::*;
use KeyAlgorithm::{AES_128, AES_192, AES_256, RSA_2048, TDES_2KEY, TDES_3KEY};

fn secret(hex: &str) -> SecretBytes {
    SecretBytes::new(HEXUPPER.decode(hex.as_bytes()).unwrap())
}

fn derive(algorithm: KeyAlgorithm, base: &str, serial: &str) -> Result<String, DukptError> {
    let serial = KeySerialNumber::parse(algorithm, serial)?;
    let key = initial_key(algorithm, &secret(base), &serial)?;
    Ok(HEXUPPER.encode(key.expose()))
}

#[test]
fn printed_known_answers() {
    assert_eq!(
        derive(
            TDES_2KEY,
            "0123456789ABCDEFFEDCBA9876543210",
            "FFFF9876543210E00000"
        )
        .as_deref(),
        Ok("6AC292FAA1315B4D858AB3A3D7D5933A")
    );
    assert_eq!(
        derive(
            AES_128,
            "FEDCBA9876543210F1F1F1F1F1F1F1F1",
            "123456789012345600000000"
        )
        .as_deref(),
        Ok("1273671EA26AC29AFA4D1084127652A1")
    );
}

#[test]
fn serial_numbers_fit_the_base_key() {
    for (algorithm, serial) in [
        (TDES_2KEY, "FFFF9876543210E0000"),
        (TDES_2KEY, "FFFF9876543210E0000G"),
        (TDES_2KEY, "ffff9876543210e00000"),
        (TDES_2KEY, "123456789012345600000000"),
        (AES_256, "FFFF9876543210E00000"),
        (AES_192, ""),
    ] {
        let expected = KeySerialNumber::digits(algorithm).unwrap();
        assert_eq!(
            KeySerialNumber::parse(algorithm, serial),
            Err(DukptError::SerialNumber {
                base: algorithm,
                expected
            })
        );
    }
    for algorithm in [TDES_3KEY, RSA_2048] {
        assert_eq!(
            KeySerialNumber::parse(algorithm, "FFFF9876543210E00000"),
            Err(DukptError::BaseKey(algorithm))
        );
    }
}

#[test]
fn a_serial_number_of_the_other_kind_is_refused() {
    let tdes = KeySerialNumber::parse(TDES_2KEY, "FFFF9876543210E00000").unwrap();
    let aes = KeySerialNumber::parse(AES_128, "123456789012345600000000").unwrap();
    let base = SecretBytes::new(vec![7; 16]);
    assert!(matches!(
        initial_key(AES_128, &base, &tdes).err(),
        Some(DukptError::SerialNumber { expected: 24, .. })
    ));
    assert!(matches!(
        initial_key(TDES_2KEY, &base, &aes).err(),
        Some(DukptError::SerialNumber { expected: 20, .. })
    ));
    assert_eq!(
        initial_key(TDES_3KEY, &base, &tdes).err(),
        Some(DukptError::BaseKey(TDES_3KEY))
    );
    assert!(matches!(
        initial_key(AES_256, &base, &aes).err(),
        Some(DukptError::Cipher(CryptoError::KeyLength {
            actual: 16,
            ..
        }))
    ));
}

#[test]
fn what_travels_with_the_key() {
    let tdes = KeySerialNumber::parse(TDES_2KEY, "FFFF987654321FFFFFFF").unwrap();
    assert_eq!(tdes.initial_hex(), "FFFF987654321FE00000");
    assert_eq!(tdes.optional_block_id(), "KS");
    let aes = KeySerialNumber::parse(AES_128, "1234567890123456FFFFFFFF").unwrap();
    assert_eq!(aes.initial_hex(), "1234567890123456");
    assert_eq!(aes.optional_block_id(), "IK");
    assert_eq!(aes.to_hex(), "1234567890123456FFFFFFFF");
}

proptest! {
    #[test]
    fn the_counter_changes_nothing(base in any::<[u8; 32]>(), serial in any::<[u8; 12]>(), counter in any::<u32>()) {
        let counter = counter.to_be_bytes();
        let mut next = serial;
        next[8..].copy_from_slice(&counter);
        let base_256 = SecretBytes::from_slice(&base);
        let aes = |serial| initial_key(AES_256, &base_256, &KeySerialNumber::Aes(serial)).ok().unwrap();
        prop_assert!(aes(serial).ct_eq(&aes(next)));
        let base_128 = SecretBytes::from_slice(&base[..16]);
        let mut first: [u8; 10] = serial[..10].try_into().unwrap();
        let tdes = |serial| initial_key(TDES_2KEY, &base_128, &KeySerialNumber::Tdes(serial)).ok().unwrap();
        let before = tdes(first);
        first[7] = (first[7] & 0xE0) | (counter[1] & 0x1F);
        first[8..].copy_from_slice(&counter[2..]);
        prop_assert!(before.ct_eq(&tdes(first)));
    }
}
