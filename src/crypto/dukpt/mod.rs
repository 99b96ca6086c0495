//! DUKPT initial keys: what a terminal is injected with, derived from a base derivation key (BDK) and
//! the terminal's key serial number (KSN). TDES: ANSI X9.24-1:2009; AES: ANSI X9.24-3:2017.
//!
//! Only initial keys: what a terminal makes of them, transaction by transaction, happens elsewhere.
#![deny(clippy::indexing_slicing)]

mod aes;
mod serial;
mod tdes;

pub use serial::KeySerialNumber;

use thiserror::Error;

use super::{CryptoError, SecretBytes};
use crate::api::KeyAlgorithm;

/// Why no initial key was derived.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DukptError {
    /// The base key is of an algorithm DUKPT does not know.
    #[error(
        "DUKPT derives from TDES_2KEY and AES keys, not from {}. No initial key was made. \
         Choose another base derivation key.",
        .0.name()
    )]
    BaseKey(KeyAlgorithm),
    /// The serial number is not hex of the right length for the base key.
    #[error(
        "The key serial number for a {} base key has {expected} digits of 0-9 and A-F; this one is \
         otherwise. No initial key was made. Pad a shorter number on the left, by custom with F.",
        base.name()
    )]
    SerialNumber {
        /// The base key's algorithm.
        base: KeyAlgorithm,
        /// Hex digits it should have.
        expected: usize,
    },
    /// The base key's length does not fit its algorithm.
    #[error(transparent)]
    Cipher(#[from] CryptoError),
}

/// The initial key for `serial` under the base derivation key. It has the base key's algorithm.
///
/// The counter part of the serial number is ignored: every number of one terminal gives one key.
///
/// # Errors
/// The base key is TDES_3KEY or RSA or of the wrong length, or the serial number is for the other kind.
pub fn initial_key(
    base_algorithm: KeyAlgorithm,
    base: &SecretBytes,
    serial: &KeySerialNumber,
) -> Result<SecretBytes, DukptError> {
    let other_kind = || DukptError::SerialNumber {
        base: base_algorithm,
        expected: KeySerialNumber::digits(base_algorithm).unwrap_or_default(),
    };
    if base_algorithm == KeyAlgorithm::TDES_2KEY {
        let serial = serial.tdes().ok_or_else(other_kind)?;
        return tdes::initial_key(base, serial);
    }
    if base_algorithm.is_aes() {
        let id = serial.aes_initial_key_id().ok_or_else(other_kind)?;
        return aes::initial_key(base_algorithm, base, id);
    }
    Err(DukptError::BaseKey(base_algorithm))
}

#[cfg(test)]
mod tests;
