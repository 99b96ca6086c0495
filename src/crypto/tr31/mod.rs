//! TR-31 key blocks (ASC X9 TR-31:2018, ANSI X9.143:2021; version E of ISO 20038): a key, wrapped
//! under a key-block protection key (KBPK) together with a header that says what the key is and may do.
//!
//! Versions B and D are written; A and C are read too, E when asked for. Reading has three levels:
//! [`Block::parse`] judges the text and needs no key, [`Block::open`] the MAC, and
//! [`Header::findings`] whether the header's values are ones the standard defines.

mod block;
mod check_values;
mod content;
mod content_blocks;
mod error;
mod explained;
mod fields;
mod header;
mod optional;
mod seal;
mod version;
mod wrap;

pub use block::{Block, Iso20038};
pub use check_values::{
    compare as compare_check_values, compare_of_kbpk as compare_check_value_of_kbpk,
    compare_of_key as compare_check_value_of_key,
};
pub use content::{Finding, OptionalRule, Place};
pub use error::Tr31Error;
pub use fields::{Algorithm, Context, Exportability, KeyVersion, Mode, Usage};
pub use header::Header;
pub use optional::{LengthForm, OptionalBlock};
pub use version::Version;
pub use wrap::{add_pad_block, wrap, wrap_as_given};

use super::SecretBytes;
use crate::api::KeyAlgorithm;

/// Characters of the longest block: the length field has four digits.
const LONGEST: usize = 9999;

/// Reads and opens a block of version A, B, C or D; returns its header and key.
///
/// Before the key is used, the caller asks [`Header::importable`] and [`compare_check_values`].
///
/// # Errors
/// The text is no block, the KBPK does not fit, or it does not open: one error for every cause.
pub fn unwrap(
    kbpk_algorithm: KeyAlgorithm,
    kbpk: &SecretBytes,
    text: &str,
) -> Result<(Header, SecretBytes), Tr31Error> {
    let block = Block::parse(text)?;
    let key = block.open(kbpk_algorithm, kbpk, Iso20038::Refused)?;
    Ok((block.header().clone(), key))
}

#[cfg(test)]
mod tests;
