//! The codings in which a token travels as a file.
#![deny(clippy::indexing_slicing)]

use data_encoding::{BASE64, HEXUPPER_PERMISSIVE};

/// Labels of PEM under which signed data travels (RFC 7468, section 8 and 9).
const LABELS: [&str; 2] = ["PKCS7", "CMS"];

/// What a file may stand for: its bytes, what they spell in hex or base64, white space aside, and what its PEM holds.
pub fn codings(file: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let text: Vec<u8> = file
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_whitespace())
        .collect();
    let spelt = [HEXUPPER_PERMISSIVE.decode(&text), BASE64.decode(&text)];
    std::iter::once(file.to_vec())
        .chain(spelt.into_iter().flatten())
        .chain(pem(file))
}

/// Whether the object identifier at the front of DER or BER is that of signed data.
pub fn names_signed_data(bytes: &[u8]) -> bool {
    const SIGNED_DATA: [u8; 11] = [6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2];
    bytes
        .windows(SIGNED_DATA.len())
        .take(8)
        .any(|window| window == SIGNED_DATA)
}

fn pem(file: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(file).ok()?;
    let begin = text.find("-----BEGIN ")?;
    let (label, document) = der::Document::from_pem(text.get(begin..)?.trim_end()).ok()?;
    LABELS.contains(&label).then(|| document.into_vec())
}
