//! Key check values.

use data_encoding::HEXUPPER;
use sha1::{Digest, Sha1};

use super::symmetric::{self, block_len};
use super::{CryptoError, SecretBytes};
use crate::api::{KeyAlgorithm, KeyCheckValueAlgorithm};

/// First 3 bytes of a block of zero bytes encrypted under the key (ANSI X9.24-1, annex A).
///
/// Defined for TDES; for AES it is computed too, because old papers carry such values, but
/// [`check_value`] does not offer it: PCI PIN annex C asks for CMAC.
///
/// # Errors
/// Wrong key length or algorithm.
pub fn ansi_x9_24(algorithm: KeyAlgorithm, key: &SecretBytes) -> Result<[u8; 3], CryptoError> {
    let mut block = vec![0; block_len(algorithm)?];
    symmetric::ecb_encrypt(algorithm, key, &mut block)?;
    first_three(&block, algorithm)
}

/// First 3 bytes of the CMAC over one block of zero bytes (ANSI X9.24-1:2017, annex A).
///
/// # Errors
/// Wrong key length or algorithm.
pub fn cmac(algorithm: KeyAlgorithm, key: &SecretBytes) -> Result<[u8; 3], CryptoError> {
    let zeros = vec![0; block_len(algorithm)?];
    first_three(&symmetric::cmac(algorithm, key, &zeros)?, algorithm)
}

/// First 5 bytes of the same CMAC: the longest check value that may be written down (PCI PIN 15-1).
///
/// # Errors
/// Wrong key length or algorithm.
pub fn cmac_five(algorithm: KeyAlgorithm, key: &SecretBytes) -> Result<[u8; 5], CryptoError> {
    let zeros = vec![0; block_len(algorithm)?];
    symmetric::cmac(algorithm, key, &zeros)?
        .first_chunk()
        .copied()
        .ok_or(CryptoError::NotSymmetric(algorithm))
}

/// The check value as the control plane shows it: six digits of upper-case hex.
///
/// # Errors
/// Wrong key length, or a method this algorithm does not have.
pub fn check_value(
    algorithm: KeyAlgorithm,
    method: KeyCheckValueAlgorithm,
    key: &SecretBytes,
) -> Result<String, CryptoError> {
    let value = match method {
        KeyCheckValueAlgorithm::ANSI_X9_24 if algorithm.is_tdes() => ansi_x9_24(algorithm, key)?,
        KeyCheckValueAlgorithm::CMAC if algorithm.key_bytes().is_some() => cmac(algorithm, key)?,
        _ => return Err(CryptoError::CheckValueMethod { algorithm, method }),
    };
    Ok(HEXUPPER.encode(&value))
}

/// The method a key gets when nobody asks for one: ANSI_X9_24 for TDES, CMAC for AES, SHA_1 for RSA.
pub const fn default_method(algorithm: KeyAlgorithm) -> KeyCheckValueAlgorithm {
    if algorithm.is_tdes() {
        KeyCheckValueAlgorithm::ANSI_X9_24
    } else if algorithm.is_aes() {
        KeyCheckValueAlgorithm::CMAC
    } else {
        KeyCheckValueAlgorithm::SHA_1
    }
}

/// Check value of a public key: SHA-1 over the DER SubjectPublicKeyInfo, first 4 bytes, upper-case hex.
///
/// The service does not publish what it hashes, so this is never compared with its value.
pub fn public_key(spki_der: &[u8]) -> String {
    let mut text = HEXUPPER.encode(&Sha1::digest(spki_der));
    text.truncate(8);
    text
}

fn first_three(block: &[u8], algorithm: KeyAlgorithm) -> Result<[u8; 3], CryptoError> {
    block
        .first_chunk()
        .copied()
        .ok_or(CryptoError::NotSymmetric(algorithm))
}

#[cfg(test)]
mod tests {
    use super::*;
    use KeyAlgorithm::{AES_128, RSA_2048, TDES_2KEY, TDES_3KEY};
    use KeyCheckValueAlgorithm::{ANSI_X9_24, CMAC, HMAC, SHA_1};

    fn kcv(
        algorithm: KeyAlgorithm,
        method: KeyCheckValueAlgorithm,
        key: &str,
    ) -> Result<String, CryptoError> {
        let key = SecretBytes::new(HEXUPPER.decode(key.as_bytes()).unwrap());
        check_value(algorithm, method, &key)
    }

    #[test]
    fn published_values() {
        for (algorithm, method, key, expected) in [
            (
                TDES_2KEY,
                ANSI_X9_24,
                "0123456789ABCDEFFEDCBA9876543210",
                "08D7B4",
            ),
            (
                TDES_2KEY,
                CMAC,
                "0123456789ABCDEFFEDCBA9876543210",
                "0A8245",
            ),
            (AES_128, CMAC, "79ADAEF3212AADCE312ACE422ACCFEFB", "9A1B2A"),
            (
                TDES_2KEY,
                ANSI_X9_24,
                "79ADAEF3212AADCE312ACE422ACCFEFB",
                "3C0A31",
            ),
            (
                TDES_2KEY,
                ANSI_X9_24,
                "8A8349794C9EE9A4C2927098F249FED6",
                "9C8552",
            ),
            (AES_128, CMAC, "8A8349794C9EE9A4C2927098F249FED6", "B32CFD"),
            (
                TDES_3KEY,
                ANSI_X9_24,
                "545E2AADFD5EC42F2F5BE5E3ADC75E9B290252A1A219B380",
                "C15FFF",
            ),
            (AES_128, CMAC, "2B7E151628AED2A6ABF7158809CF4F3C", "7AD386"),
        ] {
            assert_eq!(kcv(algorithm, method, key).unwrap(), expected);
        }
    }

    #[test]
    fn each_algorithm_has_its_methods() {
        let key = "2B7E151628AED2A6ABF7158809CF4F3C";
        for (algorithm, method) in [
            (AES_128, ANSI_X9_24),
            (AES_128, SHA_1),
            (AES_128, HMAC),
            (TDES_2KEY, HMAC),
            (TDES_2KEY, SHA_1),
            (RSA_2048, CMAC),
            (RSA_2048, ANSI_X9_24),
        ] {
            assert_eq!(
                kcv(algorithm, method, key),
                Err(CryptoError::CheckValueMethod { algorithm, method })
            );
        }
        assert!(matches!(
            kcv(TDES_3KEY, ANSI_X9_24, key),
            Err(CryptoError::KeyLength { .. })
        ));
        for algorithm in KeyAlgorithm::ALL.iter().filter(|a| a.key_bytes().is_some()) {
            let key = "11".repeat(algorithm.key_bytes().unwrap());
            assert!(kcv(*algorithm, default_method(*algorithm), &key).is_ok());
        }
        assert_eq!(default_method(RSA_2048), SHA_1);
    }

    #[test]
    fn public_keys_have_eight_digits() {
        // SHA-1 of the empty string.
        assert_eq!(public_key(b""), "DA39A3EE");
    }
}
