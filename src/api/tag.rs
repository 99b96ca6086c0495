//! Tags: key and value pairs on a key.

use serde::{Deserialize, Serialize};

/// One tag of a key: key of 1-128 characters, value of 0-256.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Tag {
    /// The tag's key, unique within a key's tags, case-sensitive.
    pub key: String,
    /// The tag's value, possibly empty.
    #[serde(default)]
    pub value: String,
}
