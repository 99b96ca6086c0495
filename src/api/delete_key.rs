//! DeleteKey and RestoreKey: the deletion window.

use serde::{Deserialize, Serialize};

use super::Key;

/// Request members of DeleteKey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteKeyInput {
    /// Key ARN, alias ARN or `alias/...`.
    pub key_identifier: String,
    /// Days until the material is destroyed: 3-180, by default 7.
    #[serde(default = "usual_days")]
    pub delete_key_in_days: i64,
}

/// Days of a window of which nothing is said (DeleteKey, DeleteKeyInDays).
pub const USUAL_WINDOW_DAYS: i64 = 7;

const fn usual_days() -> i64 {
    USUAL_WINDOW_DAYS
}

/// Response members of DeleteKey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteKeyOutput {
    /// The key, now DELETE_PENDING.
    pub key: Key,
}

/// Request members of RestoreKey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RestoreKeyInput {
    /// Key ARN, alias ARN or `alias/...`.
    pub key_identifier: String,
}

/// Response members of RestoreKey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RestoreKeyOutput {
    /// The key, CREATE_COMPLETE again and disabled.
    pub key: Key,
}
