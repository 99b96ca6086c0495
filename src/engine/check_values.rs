//! Check values of stored keys: which method a key takes, and both readings of 16 bytes.

use serde::{Deserialize, Serialize};

use crate::{
    api::{ApiError, KeyAlgorithm, KeyAttributes, KeyCheckValueAlgorithm, KeyClass},
    crypto::{SecretBytes, kcv},
};

/// Both check values of a 16-byte key, since 16 bytes alone do not say whether they are TDES or AES.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BothCheckValues {
    /// As TDES_2KEY by ANSI_X9_24, six upper-case hex digits.
    #[serde(rename = "tdes")]
    pub as_tdes: String,
    /// As AES_128 by CMAC, six upper-case hex digits.
    #[serde(rename = "aes")]
    pub as_aes: String,
}

/// What a sender may write down for an AES key beside the six digits that are shown: kept from the beginning, because
/// afterwards the key is sealed. It is compared with and never shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AesCheckValues {
    /// By CMAC as long as it may be written down (PCI PIN 15-1), ten upper-case hex digits.
    pub cmac: String,
    /// The old value, an encrypted block of zeros, six upper-case hex digits.
    pub zeros: String,
}

/// Them, of an AES key; nothing of another.
///
/// # Errors
/// InternalServerException if the cipher refuses the key, which was judged before.
pub fn aes_check_values(
    algorithm: KeyAlgorithm,
    key: &SecretBytes,
) -> Result<Option<Box<AesCheckValues>>, ApiError> {
    if !algorithm.is_aes() {
        return Ok(None);
    }
    let made = |value: Result<Vec<u8>, crate::crypto::CryptoError>| {
        value
            .map(|v| data_encoding::HEXUPPER.encode(&v))
            .map_err(|e| {
                super::refusal::internal(&format!("The check value could not be made: {e}"))
            })
    };
    Ok(Some(Box::new(AesCheckValues {
        cmac: made(kcv::cmac_five(algorithm, key).map(Vec::from))?,
        zeros: made(kcv::ansi_x9_24(algorithm, key).map(Vec::from))?,
    })))
}

/// Both check values, or nothing for a key of another length.
///
/// # Errors
/// InternalServerException if the ciphers refuse 16 bytes, which they do not.
pub fn both_check_values(key: &SecretBytes) -> Result<Option<BothCheckValues>, ApiError> {
    if key.len() != 16 {
        return Ok(None);
    }
    Ok(Some(BothCheckValues {
        as_tdes: symmetric(
            KeyAlgorithm::TDES_2KEY,
            KeyCheckValueAlgorithm::ANSI_X9_24,
            key,
        )?,
        as_aes: symmetric(KeyAlgorithm::AES_128, KeyCheckValueAlgorithm::CMAC, key)?,
    }))
}

/// The check value of a symmetric key, upper-case hex.
pub(super) fn symmetric(
    algorithm: KeyAlgorithm,
    method: KeyCheckValueAlgorithm,
    key: &SecretBytes,
) -> Result<String, ApiError> {
    kcv::check_value(algorithm, method, key)
        .map_err(|e| super::refusal::internal(&format!("The check value could not be made: {e}")))
}

/// The method used for a key: SHA_1 for asymmetric keys whatever was asked, else what was asked or the default.
pub(super) fn method(
    attributes: &KeyAttributes,
    asked: Option<KeyCheckValueAlgorithm>,
) -> Result<KeyCheckValueAlgorithm, ApiError> {
    if attributes.key_class != KeyClass::SYMMETRIC_KEY {
        return Ok(KeyCheckValueAlgorithm::SHA_1);
    }
    let algorithm = attributes.key_algorithm;
    let default = if algorithm.is_tdes() {
        KeyCheckValueAlgorithm::ANSI_X9_24
    } else {
        KeyCheckValueAlgorithm::CMAC
    };
    match asked {
        None => Ok(default),
        Some(asked) if asked == default || asked == KeyCheckValueAlgorithm::CMAC => Ok(asked),
        Some(asked) => Err(ApiError::validation(format!(
            "KeyCheckValueAlgorithm {} is not valid for KeyAlgorithm {}.",
            asked.name(),
            algorithm.name()
        ))),
    }
}
