//! StartKeyUsage and StopKeyUsage: the Enabled switch.

use serde::{Deserialize, Serialize};

use super::Key;

/// Request members of StartKeyUsage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StartKeyUsageInput {
    /// Key ARN, alias ARN or `alias/...`.
    pub key_identifier: String,
}

/// Response members of StartKeyUsage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StartKeyUsageOutput {
    /// The key, now enabled.
    pub key: Key,
}

/// Request members of StopKeyUsage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StopKeyUsageInput {
    /// Key ARN, alias ARN or `alias/...`.
    pub key_identifier: String,
}

/// Response members of StopKeyUsage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StopKeyUsageOutput {
    /// The key, now disabled.
    pub key: Key,
}
