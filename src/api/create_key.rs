//! CreateKey.

use serde::{Deserialize, Serialize};

use super::{Key, KeyAttributes, KeyCheckValueAlgorithm, Tag};

/// Request members of CreateKey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateKeyInput {
    /// Usage, class, algorithm and modes; fixed for life.
    pub key_attributes: KeyAttributes,
    /// Whether the key may ever leave; required, without a default.
    pub exportable: bool,
    /// Whether the key can be used at once.
    #[serde(default = "super::operation::yes")]
    pub enabled: bool,
    /// Check value method; by default ANSI_X9_24 for TDES and CMAC for AES.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_check_value_algorithm: Option<KeyCheckValueAlgorithm>,
    /// Up to 200 tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

/// Response members of CreateKey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateKeyOutput {
    /// The new key's metadata.
    pub key: Key,
}
