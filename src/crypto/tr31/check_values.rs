//! The check values a block may carry: KC of the wrapped key, KP of the KBPK.
#![deny(clippy::indexing_slicing)]

use data_encoding::HEXUPPER;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::content_blocks::{self, CheckMethod};
use super::error::Tr31Error;
use super::header::Header;
use crate::api::KeyAlgorithm;
use crate::crypto::{CryptoError, SecretBytes, symmetric};

/// Compares KC with the opened key and KP with the KBPK, where the header has them.
///
/// The MAC says that the block is as its sender made it, not that the sender took the right key; only
/// these values can. A KC of a key that is neither TDES nor AES is not compared: its method is open.
/// Malformed values are findings of the content check and not looked at here.
///
/// # Errors
/// Which of the two does not match.
pub fn compare(
    header: &Header,
    kbpk_algorithm: KeyAlgorithm,
    kbpk: &SecretBytes,
    key: &SecretBytes,
) -> Result<(), Tr31Error> {
    compare_of_key(header, key)?;
    compare_of_kbpk(header, kbpk_algorithm, kbpk)
}

/// Compares KP alone: of a block that is not open yet.
///
/// # Errors
/// It does not match.
pub fn compare_of_kbpk(
    header: &Header,
    algorithm: KeyAlgorithm,
    kbpk: &SecretBytes,
) -> Result<(), Tr31Error> {
    compare_one(header, "KP", algorithm, kbpk)
}

/// Compares KC alone: of a header that stands in a TR-34 token, where no KBPK is.
///
/// # Errors
/// It does not match.
pub fn compare_of_key(header: &Header, key: &SecretBytes) -> Result<(), Tr31Error> {
    match header.key_algorithm(key.len()) {
        Some(algorithm) => compare_one(header, "KC", algorithm, key),
        None => Ok(()),
    }
}

fn compare_one(
    header: &Header,
    id: &'static str,
    algorithm: KeyAlgorithm,
    key: &SecretBytes,
) -> Result<(), Tr31Error> {
    let Some((method, digits)) = header
        .optional(id)
        .and_then(|block| content_blocks::check_value(block.data()))
    else {
        return Ok(());
    };
    let block = whole_block(method, algorithm, key)?;
    let said = HEXUPPER
        .decode(digits.as_bytes())
        .map_err(|_| Tr31Error::CheckValue(id))?;
    let same = block
        .get(..said.len())
        .is_some_and(|actual| actual.ct_eq(&said).into());
    if same {
        Ok(())
    } else {
        Err(Tr31Error::CheckValue(id))
    }
}

/// The cipher block a check value is the beginning of.
fn whole_block(
    method: CheckMethod,
    algorithm: KeyAlgorithm,
    key: &SecretBytes,
) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    let mut block = Zeroizing::new(vec![0; symmetric::block_len(algorithm)?]);
    match method {
        CheckMethod::Zeros => {
            symmetric::ecb_encrypt(algorithm, key, &mut block)?;
            Ok(block)
        }
        CheckMethod::Cmac => symmetric::cmac(algorithm, key, &block).map(Zeroizing::new),
    }
}
