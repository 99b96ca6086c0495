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
    #[serde(default = "seven")]
    pub delete_key_in_days: i64,
}

fn seven() -> i64 {
    7
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
