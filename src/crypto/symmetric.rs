//! TDES and AES: ECB, CBC, CMAC, parity and weak keys.

use aes::{Aes128, Aes192, Aes256};
use cbc::{Decryptor, Encryptor};
use cipher::{
    Array, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit,
    KeyInit,
};
use cmac::block_api::CmacCipher;
use cmac::{Cmac, Mac};
use des::{TdesEde2, TdesEde3};
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use super::{CryptoError, SecretBytes};
use crate::api::KeyAlgorithm;

/// Block length of TDES in bytes.
pub const TDES_BLOCK: usize = 8;
/// Block length of AES in bytes.
pub const AES_BLOCK: usize = 16;

/// Block length in bytes.
///
/// # Errors
/// The algorithm is not symmetric.
pub fn block_len(algorithm: KeyAlgorithm) -> Result<usize, CryptoError> {
    if algorithm.is_tdes() {
        Ok(TDES_BLOCK)
    } else if algorithm.is_aes() {
        Ok(AES_BLOCK)
    } else {
        Err(CryptoError::NotSymmetric(algorithm))
    }
}

/// Checks that `key` is as long as `algorithm` asks.
///
/// # Errors
/// The algorithm is not symmetric, or the length is another.
pub fn check_length(algorithm: KeyAlgorithm, key: &SecretBytes) -> Result<(), CryptoError> {
    let expected = algorithm
        .key_bytes()
        .ok_or(CryptoError::NotSymmetric(algorithm))?;
    if key.len() == expected {
        Ok(())
    } else {
        Err(CryptoError::KeyLength {
            algorithm,
            expected,
            actual: key.len(),
        })
    }
}

/// Builds the named cipher from checked key bytes and evaluates the body with it.
macro_rules! with_cipher {
    ($algorithm:expr, $key:expr, |$cipher:ident| $body:expr) => {{
        check_length($algorithm, $key)?;
        let bytes = $key.expose();
        let wrong = |_| CryptoError::NotSymmetric($algorithm);
        match $algorithm {
            KeyAlgorithm::TDES_2KEY => {
                let $cipher = TdesEde2::new_from_slice(bytes).map_err(wrong)?;
                $body
            }
            KeyAlgorithm::TDES_3KEY => {
                let $cipher = TdesEde3::new_from_slice(bytes).map_err(wrong)?;
                $body
            }
            KeyAlgorithm::AES_128 => {
                let $cipher = Aes128::new_from_slice(bytes).map_err(wrong)?;
                $body
            }
            KeyAlgorithm::AES_192 => {
                let $cipher = Aes192::new_from_slice(bytes).map_err(wrong)?;
                $body
            }
            KeyAlgorithm::AES_256 => {
                let $cipher = Aes256::new_from_slice(bytes).map_err(wrong)?;
                $body
            }
            other => return Err(CryptoError::NotSymmetric(other)),
        }
    }};
}

fn check_blocks(algorithm: KeyAlgorithm, data: &[u8]) -> Result<usize, CryptoError> {
    let block = block_len(algorithm)?;
    if data.len().is_multiple_of(block) {
        Ok(block)
    } else {
        Err(CryptoError::PartialBlock {
            length: data.len(),
            block,
        })
    }
}

fn check_iv(block: usize, iv: &[u8]) -> Result<(), CryptoError> {
    if iv.len() == block {
        Ok(())
    } else {
        Err(CryptoError::IvLength {
            expected: block,
            actual: iv.len(),
        })
    }
}

/// ECB encryption in place, whole blocks only.
///
/// # Errors
/// Wrong key length, algorithm or a partial block.
pub fn ecb_encrypt(
    algorithm: KeyAlgorithm,
    key: &SecretBytes,
    data: &mut [u8],
) -> Result<(), CryptoError> {
    check_blocks(algorithm, data)?;
    with_cipher!(algorithm, key, |cipher| {
        let (blocks, _) = Array::slice_as_chunks_mut(data);
        cipher.encrypt_blocks(blocks);
    });
    Ok(())
}

/// ECB decryption in place, whole blocks only.
///
/// # Errors
/// Wrong key length, algorithm or a partial block.
pub fn ecb_decrypt(
    algorithm: KeyAlgorithm,
    key: &SecretBytes,
    data: &mut [u8],
) -> Result<(), CryptoError> {
    check_blocks(algorithm, data)?;
    with_cipher!(algorithm, key, |cipher| {
        let (blocks, _) = Array::slice_as_chunks_mut(data);
        cipher.decrypt_blocks(blocks);
    });
    Ok(())
}

/// CBC encryption in place without padding, whole blocks only; `iv` is one block.
///
/// # Errors
/// Wrong key length, algorithm, vector length or a partial block.
pub fn cbc_encrypt(
    algorithm: KeyAlgorithm,
    key: &SecretBytes,
    iv: &[u8],
    data: &mut [u8],
) -> Result<(), CryptoError> {
    let block = check_blocks(algorithm, data)?;
    check_iv(block, iv)?;
    with_cipher!(algorithm, key, |cipher| {
        let mut mode =
            Encryptor::inner_iv_slice_init(cipher, iv).map_err(|_| CryptoError::IvLength {
                expected: block,
                actual: iv.len(),
            })?;
        let (blocks, _) = Array::slice_as_chunks_mut(data);
        mode.encrypt_blocks(blocks);
    });
    Ok(())
}

/// CBC decryption in place without padding, whole blocks only; `iv` is one block.
///
/// # Errors
/// Wrong key length, algorithm, vector length or a partial block.
pub fn cbc_decrypt(
    algorithm: KeyAlgorithm,
    key: &SecretBytes,
    iv: &[u8],
    data: &mut [u8],
) -> Result<(), CryptoError> {
    let block = check_blocks(algorithm, data)?;
    check_iv(block, iv)?;
    with_cipher!(algorithm, key, |cipher| {
        let mut mode =
            Decryptor::inner_iv_slice_init(cipher, iv).map_err(|_| CryptoError::IvLength {
                expected: block,
                actual: iv.len(),
            })?;
        let (blocks, _) = Array::slice_as_chunks_mut(data);
        mode.decrypt_blocks(blocks);
    });
    Ok(())
}

/// The cipher and the subkeys are made once, however many messages there are.
fn cmac_with<C: CmacCipher, M: AsRef<[u8]>>(
    cipher: C,
    messages: impl IntoIterator<Item = M>,
) -> Zeroizing<Vec<u8>>
where
    Cmac<C>: Mac + Clone + cmac::digest::InnerInit<Inner = C>,
{
    let fresh = <Cmac<C> as cmac::digest::InnerInit>::inner_init(cipher);
    let mut all = Zeroizing::new(Vec::with_capacity(4 * AES_BLOCK));
    for message in messages {
        let mut mac = fresh.clone();
        mac.update(message.as_ref());
        all.extend_from_slice(&mac.finalize().into_bytes());
    }
    all
}

/// CMAC (NIST SP 800-38B) over any data: one whole block, 8 bytes for TDES and 16 for AES.
///
/// # Errors
/// Wrong key length or algorithm.
pub fn cmac(
    algorithm: KeyAlgorithm,
    key: &SecretBytes,
    data: &[u8],
) -> Result<Vec<u8>, CryptoError> {
    let mac = with_cipher!(algorithm, key, |cipher| cmac_with(cipher, [data]));
    Ok(mac.to_vec())
}

/// The CMACs of several messages under one key, end to end: what keys are derived with.
///
/// # Errors
/// Wrong key length or algorithm.
pub fn cmacs<M: AsRef<[u8]>>(
    algorithm: KeyAlgorithm,
    key: &SecretBytes,
    messages: impl IntoIterator<Item = M>,
) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    Ok(with_cipher!(algorithm, key, |cipher| cmac_with(
        cipher, messages
    )))
}

/// Sets the lowest bit of every byte so that its number of ones is odd (DES parity, FIPS 46-3).
pub fn adjust_odd_parity(key: &mut [u8]) {
    for byte in key {
        *byte = (*byte & 0xFE) | (1 ^ fold(*byte >> 1));
    }
}

/// Whether every byte has odd parity. Looks at all bytes, whatever it finds.
pub fn has_odd_parity(key: &[u8]) -> bool {
    key.iter().fold(1, |all, byte| all & fold(*byte)) == 1
}

/// Whether two keys are one: parity bits are no part of a TDES key, and one of two parts is one of three whose last is
/// the first again. The comparison takes a time that depends on algorithms and lengths alone.
pub fn same_key(a: (KeyAlgorithm, &SecretBytes), b: (KeyAlgorithm, &SecretBytes)) -> bool {
    let tdes = a.0.is_tdes() && b.0.is_tdes();
    let plain = |key: &SecretBytes| {
        let first = key.expose().get(..8).filter(|_| tdes && key.len() == 16);
        let mut bytes = [key.expose(), first.unwrap_or_default()].concat();
        // 16 bytes do not say whether they are TDES or AES: what one device gave parity, another takes as it is.
        if a.0.is_tdes() || b.0.is_tdes() {
            adjust_odd_parity(&mut bytes);
        }
        SecretBytes::new(bytes)
    };
    plain(a.1).ct_eq(&plain(b.1))
}

/// 1 if the number of ones in `byte` is odd, without a branch or a table.
const fn fold(byte: u8) -> u8 {
    let byte = byte ^ (byte >> 4);
    let byte = byte ^ (byte >> 2);
    (byte ^ (byte >> 1)) & 1
}

/// The DES keys NIST SP 800-67 Rev. 2, section 3.3.2 tells to avoid: 4 weak, 12 semi-weak; odd parity.
const WEAK_DES_KEYS: [u64; 16] = [
    0x0101_0101_0101_0101,
    0xFEFE_FEFE_FEFE_FEFE,
    0xE0E0_E0E0_F1F1_F1F1,
    0x1F1F_1F1F_0E0E_0E0E,
    0x011F_011F_010E_010E,
    0x1F01_1F01_0E01_0E01,
    0x01E0_01E0_01F1_01F1,
    0xE001_E001_F101_F101,
    0x01FE_01FE_01FE_01FE,
    0xFE01_FE01_FE01_FE01,
    0x1FE0_1FE0_0EF1_0EF1,
    0xE01F_E01F_F10E_F10E,
    0x1FFE_1FFE_0EFE_0EFE,
    0xFE1F_FE1F_FE0E_FE0E,
    0xE0FE_E0FE_F1FE_F1FE,
    0xFEE0_FEE0_FEF1_FEF1,
];

/// Whether a TDES key is worth less than its length: two of its 8-byte parts are equal (parity aside),
/// or one of them is a weak or semi-weak DES key (NIST SP 800-67 Rev. 2). Constant time over the bytes.
pub fn is_weak_tdes(key: &SecretBytes) -> bool {
    const NO_PARITY: u64 = 0xFEFE_FEFE_FEFE_FEFE;
    let parts: zeroize::Zeroizing<Vec<u64>> = zeroize::Zeroizing::new(
        key.expose()
            .as_chunks::<8>()
            .0
            .iter()
            .map(|part| u64::from_be_bytes(*part) & NO_PARITY)
            .collect(),
    );
    let mut weak = Choice::from(0);
    for (at, part) in parts.iter().enumerate() {
        for other in parts.iter().skip(at + 1) {
            weak |= part.ct_eq(other);
        }
        for known in WEAK_DES_KEYS {
            weak |= part.ct_eq(&(known & NO_PARITY));
        }
    }
    weak.into()
}

/// Whether the first two 8-byte parts of a TDES key are equal (parity aside): what it enciphers is then enciphered
/// with one DES key (NIST SP 800-67 Rev. 2, section 3.2). Constant time over the bytes.
pub fn is_single_des(key: &SecretBytes) -> bool {
    let (parts, _) = key.expose().as_chunks::<8>();
    let [one, two, ..] = parts else {
        return false;
    };
    let mut differ = 0;
    for (a, b) in one.iter().zip(two) {
        differ |= (a ^ b) & 0xFE;
    }
    differ.ct_eq(&0).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXUPPER;
    use proptest::prelude::*;

    #[test]
    fn one_key_is_known_in_every_writing() {
        use KeyAlgorithm::{AES_128, TDES_2KEY, TDES_3KEY};
        let key =
            |hex: &str| SecretBytes::new(data_encoding::HEXUPPER.decode(hex.as_bytes()).unwrap());
        let two = key("0123456789ABCDEFFEDCBA9876543210");
        let flipped = key("0022456789ABCDEFFEDCBA9876543210");
        let three = key("0123456789ABCDEFFEDCBA98765432100123456789ABCDEF");
        let other = key("0123456789ABCDEFFEDCBA98765432100123456789ABCDEC");
        assert!(same_key((TDES_2KEY, &two), (TDES_2KEY, &flipped)));
        assert!(same_key((TDES_2KEY, &flipped), (TDES_3KEY, &three)));
        assert!(same_key((AES_128, &flipped), (TDES_2KEY, &two)));
        assert!(!same_key((AES_128, &two), (AES_128, &flipped)));
        assert!(!same_key((TDES_2KEY, &two), (TDES_3KEY, &other)));
        assert!(!same_key((AES_128, &two), (TDES_3KEY, &three)));
    }

    #[test]
    fn single_des_in_disguise_is_seen_whatever_its_parity() {
        let single = |text: &str| is_single_des(&SecretBytes::new(hex(text)));
        assert!(single("0123456789ABCDEF0123456789ABCDEF"));
        assert!(single("0123456789ABCDEF0022446688AACCEE1111111111111111"));
        assert!(!single("0123456789ABCDEFFEDCBA9876543210"));
        // The last part equal to the second is another matter: not judged here.
        assert!(!single("1111111111111111FEDCBA9876543210FEDCBA9876543210"));
        assert!(!single("0123456789ABCDEF"));
    }

    fn hex(text: &str) -> Vec<u8> {
        HEXUPPER.decode(text.as_bytes()).unwrap()
    }

    fn secret(text: &str) -> SecretBytes {
        SecretBytes::new(hex(text))
    }

    #[test]
    fn aes_known_answers() {
        // NIST SP 800-38A, F.1.1 and F.2.1.
        let key = secret("2B7E151628AED2A6ABF7158809CF4F3C");
        let plain = hex("6BC1BEE22E409F96E93D7E117393172A");
        let mut data = plain.clone();
        ecb_encrypt(KeyAlgorithm::AES_128, &key, &mut data).unwrap();
        assert_eq!(data, hex("3AD77BB40D7A3660A89ECAF32466EF97"));
        let iv = hex("000102030405060708090A0B0C0D0E0F");
        let mut data = plain.clone();
        cbc_encrypt(KeyAlgorithm::AES_128, &key, &iv, &mut data).unwrap();
        assert_eq!(data, hex("7649ABAC8119B246CEE98E9B12E9197D"));
        cbc_decrypt(KeyAlgorithm::AES_128, &key, &iv, &mut data).unwrap();
        assert_eq!(data, plain);
    }

    #[test]
    fn tdes_known_answer() {
        // NIST SP 800-67 (2004), appendix B.1.
        let key = secret("0123456789ABCDEF23456789ABCDEF01456789ABCDEF0123");
        let plain = b"The qufck brown fox jump".to_vec();
        let mut data = plain.clone();
        ecb_encrypt(KeyAlgorithm::TDES_3KEY, &key, &mut data).unwrap();
        assert_eq!(
            data,
            hex("A826FD8CE53B855FCCE21C8112256FE668D5C05DD9B6B900")
        );
        ecb_decrypt(KeyAlgorithm::TDES_3KEY, &key, &mut data).unwrap();
        assert_eq!(data, plain);
    }

    #[test]
    fn refuses_wrong_lengths() {
        let key = SecretBytes::new(vec![0; 16]);
        let mut data = [0; 8];
        assert!(matches!(
            ecb_encrypt(KeyAlgorithm::AES_128, &key, &mut data),
            Err(CryptoError::PartialBlock {
                length: 8,
                block: 16
            })
        ));
        assert!(matches!(
            ecb_encrypt(KeyAlgorithm::TDES_3KEY, &key, &mut data),
            Err(CryptoError::KeyLength { actual: 16, .. })
        ));
        assert!(matches!(
            cbc_encrypt(KeyAlgorithm::TDES_2KEY, &key, &[0; 16], &mut data),
            Err(CryptoError::IvLength { actual: 16, .. })
        ));
        assert!(matches!(
            cmac(KeyAlgorithm::RSA_2048, &key, &[]),
            Err(CryptoError::NotSymmetric(_))
        ));
    }

    #[test]
    fn weak_keys_are_seen_whatever_their_parity() {
        for known in WEAK_DES_KEYS {
            assert!(has_odd_parity(&known.to_be_bytes()));
            for flip in [0, 0x0101_0101_0101_0101] {
                let mut key = (known ^ flip).to_be_bytes().to_vec();
                key.extend_from_slice(&hex("0123456789ABCDEF"));
                assert!(is_weak_tdes(&SecretBytes::new(key)));
            }
        }
        assert!(!is_weak_tdes(&secret("0123456789ABCDEFFEDCBA9876543210")));
        assert!(is_weak_tdes(&secret("0123456789ABCDEF0022446688AACCEE")));
        assert!(is_weak_tdes(&secret(
            "0123456789ABCDEFFEDCBA98765432100123456789ABCDEF"
        )));
        assert!(is_weak_tdes(&secret(
            "0123456789ABCDEFFEDCBA9876543210FEDCBA9876543210"
        )));
    }

    proptest! {
        #[test]
        fn parity_matches_counting(mut key in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(has_odd_parity(&key), key.iter().all(|b| b.count_ones() % 2 == 1));
            let before = key.clone();
            adjust_odd_parity(&mut key);
            prop_assert!(key.iter().all(|b| b.count_ones() % 2 == 1));
            prop_assert!(key.iter().zip(before).all(|(a, b)| a >> 1 == b >> 1));
        }

        #[test]
        fn cbc_opens_what_it_closed(
            key in proptest::collection::vec(any::<u8>(), 24),
            iv in any::<[u8; 8]>(),
            plain in proptest::collection::vec(any::<[u8; 8]>(), 0..8),
        ) {
            let plain = plain.concat();
            let key = SecretBytes::new(key);
            let mut data = plain.clone();
            cbc_encrypt(KeyAlgorithm::TDES_3KEY, &key, &iv, &mut data).unwrap();
            cbc_decrypt(KeyAlgorithm::TDES_3KEY, &key, &iv, &mut data).unwrap();
            prop_assert_eq!(data, plain);
        }
    }
}
