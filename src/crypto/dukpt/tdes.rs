//! The TDES initial key (ANSI X9.24-1:2009, annex A.6).
#![deny(clippy::indexing_slicing)]

use zeroize::Zeroizing;

use super::DukptError;
use crate::api::KeyAlgorithm;
use crate::crypto::symmetric::{self, TDES_BLOCK};
use crate::crypto::{CryptoError, SecretBytes};

/// What makes the base key of the right half out of that of the left one.
const RIGHT_HALF: [u8; 16] = [
    0xC0, 0xC0, 0xC0, 0xC0, 0, 0, 0, 0, 0xC0, 0xC0, 0xC0, 0xC0, 0, 0, 0, 0,
];

/// The serial number encrypted under the base key, then under its variant. Parity is left as it falls.
pub(super) fn initial_key(
    base: &SecretBytes,
    serial: [u8; TDES_BLOCK],
) -> Result<SecretBytes, DukptError> {
    let algorithm = KeyAlgorithm::TDES_2KEY;
    symmetric::check_length(algorithm, base)?;
    let variant: Vec<u8> = base
        .expose()
        .iter()
        .zip(RIGHT_HALF)
        .map(|(byte, mask)| byte ^ mask)
        .collect();
    let variant = SecretBytes::new(variant);
    let mut key = Zeroizing::new([0_u8; 2 * TDES_BLOCK]);
    let (left, right) = key.split_at_mut(TDES_BLOCK);
    half(base, serial, left)?;
    half(&variant, serial, right)?;
    Ok(SecretBytes::from_slice(key.as_slice()))
}

fn half(key: &SecretBytes, serial: [u8; TDES_BLOCK], out: &mut [u8]) -> Result<(), CryptoError> {
    out.copy_from_slice(&serial);
    symmetric::ecb_encrypt(KeyAlgorithm::TDES_2KEY, key, out)
}
