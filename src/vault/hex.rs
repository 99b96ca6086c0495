//! Byte arrays as lower-case hex in text files, for `#[serde(with = "hex")]`.
#![deny(clippy::indexing_slicing)]

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serializer, de::Error};

pub(super) fn serialize<S: Serializer, const N: usize>(
    bytes: &[u8; N],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&HEXLOWER.encode(bytes))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
    deserializer: D,
) -> Result<[u8; N], D::Error> {
    let text = String::deserialize(deserializer)?;
    decode(&text)
        .ok_or_else(|| D::Error::custom(format_args!("expected {N} bytes in lower-case hex")))
}

/// Exactly `N` bytes of lower-case hex, or nothing.
pub(super) fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}
