//! Aliases: names for keys that can be moved from one key to another.

use serde::{Deserialize, Serialize};

/// A name, and the key it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Alias {
    /// `alias/...`, 7-256 characters, case-sensitive.
    pub alias_name: String,
    /// The key's ARN; absent while the name stands for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_arn: Option<String>,
}

/// Request members of CreateAlias.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateAliasInput {
    /// `alias/...`, 7-256 characters, case-sensitive.
    pub alias_name: String,
    /// ARN of the key; without it the name stands for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_arn: Option<String>,
}

/// Response members of CreateAlias.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateAliasOutput {
    /// The new alias.
    pub alias: Alias,
}

/// Request members of UpdateAlias.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateAliasInput {
    /// `alias/...`, 7-256 characters, case-sensitive.
    pub alias_name: String,
    /// ARN of the key; without it the name stands for none from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_arn: Option<String>,
}

/// Response members of UpdateAlias.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateAliasOutput {
    /// The alias as it is now.
    pub alias: Alias,
}

/// Request members of DeleteAlias.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteAliasInput {
    /// `alias/...`, 7-256 characters, case-sensitive.
    pub alias_name: String,
}

/// DeleteAlias answers with an empty structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeleteAliasOutput {}

/// Request members of GetAlias.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetAliasInput {
    /// `alias/...`, 7-256 characters, case-sensitive.
    pub alias_name: String,
}

/// Response members of GetAlias.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetAliasOutput {
    /// The alias.
    pub alias: Alias,
}

/// Request members of ListAliases.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListAliasesInput {
    /// Only aliases of this key: its ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_arn: Option<String>,
    /// Where the page before ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
    /// Page size, 1-100, by default 50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_results: Option<i64>,
}

/// Response members of ListAliases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListAliasesOutput {
    /// One page, ordered by name.
    pub aliases: Vec<Alias>,
    /// Where the next page begins; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}
