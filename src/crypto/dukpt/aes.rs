//! The AES initial key (ANSI X9.24-3:2017, clauses 6.3.1 and 6.3.3).
#![deny(clippy::indexing_slicing)]

use zeroize::Zeroizing;

use super::DukptError;
use crate::api::KeyAlgorithm;
use crate::crypto::symmetric::{self, AES_BLOCK};
use crate::crypto::{CryptoError, SecretBytes};

/// Key usage indicator of an initial key (table 3).
const INITIAL_KEY: u16 = 0x8001;

/// As many derivation blocks encrypted under the base key as the key is long; the initial key has the
/// base key's algorithm.
pub(super) fn initial_key(
    algorithm: KeyAlgorithm,
    base: &SecretBytes,
    id: [u8; 8],
) -> Result<SecretBytes, DukptError> {
    let (indicator, bits): (u16, u16) = match algorithm {
        KeyAlgorithm::AES_128 => (2, 128),
        KeyAlgorithm::AES_192 => (3, 192),
        KeyAlgorithm::AES_256 => (4, 256),
        other => return Err(DukptError::BaseKey(other)),
    };
    symmetric::check_length(algorithm, base)?;
    let length = usize::from(bits / 8);
    let mut key = Zeroizing::new(Vec::with_capacity(length.next_multiple_of(AES_BLOCK)));
    for counter in 1..=length.div_ceil(AES_BLOCK) {
        let counter = u8::try_from(counter).map_err(|_| CryptoError::NotSymmetric(algorithm))?;
        key.extend_from_slice(&[1, counter]);
        key.extend_from_slice(&INITIAL_KEY.to_be_bytes());
        key.extend_from_slice(&indicator.to_be_bytes());
        key.extend_from_slice(&bits.to_be_bytes());
        key.extend_from_slice(&id);
    }
    symmetric::ecb_encrypt(algorithm, base, &mut key)?;
    key.truncate(length);
    Ok(SecretBytes::from_slice(&key))
}
