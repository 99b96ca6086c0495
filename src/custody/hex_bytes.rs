//! Byte arrays as lower-case hex in JSON and TOML, for `#[serde(with = ...)]`.

use data_encoding::HEXLOWER;
use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

pub(super) fn serialize<const N: usize, S: Serializer>(
    bytes: &[u8; N],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&HEXLOWER.encode(bytes))
}

pub(super) fn deserialize<'de, const N: usize, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<[u8; N], D::Error> {
    let text = String::deserialize(deserializer)?;
    HEXLOWER
        .decode(text.as_bytes())
        .ok()
        .and_then(|bytes| <[u8; N]>::try_from(bytes).ok())
        .ok_or_else(|| D::Error::custom(format!("expected {} lower-case hex digits", 2 * N)))
}

/// The same for a value that may be absent (`null`).
pub(super) mod optional {
    use super::{Deserializer, HEXLOWER, Serializer};
    use serde::{Deserialize as _, de::Error as _};

    #[allow(clippy::ref_option)] // serde hands the field by reference
    pub(in crate::custody) fn serialize<S: Serializer>(
        bytes: &Option<[u8; 32]>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match bytes {
            Some(bytes) => serializer.serialize_str(&HEXLOWER.encode(bytes)),
            None => serializer.serialize_none(),
        }
    }

    pub(in crate::custody) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<[u8; 32]>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else {
            return Ok(None);
        };
        HEXLOWER
            .decode(text.as_bytes())
            .ok()
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .map(Some)
            .ok_or_else(|| D::Error::custom("expected 64 lower-case hex digits"))
    }
}
