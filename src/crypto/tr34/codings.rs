//! The codings in which a token travels as a file.
#![deny(clippy::indexing_slicing)]

use data_encoding::{BASE64, HEXUPPER_PERMISSIVE};

/// What a file may stand for: its bytes, and what they spell in hex or base64, white space aside.
pub fn codings(file: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let text: Vec<u8> = file
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_whitespace())
        .collect();
    let spelt = [HEXUPPER_PERMISSIVE.decode(&text), BASE64.decode(&text)];
    std::iter::once(file.to_vec()).chain(spelt.into_iter().flatten())
}
