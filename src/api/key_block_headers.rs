//! KeyBlockHeaders: what an exported key block says of its key instead of the key's own values.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{KeyModesOfUse, key::closed_enum};

closed_enum! {
    /// KeyExportability: how the receiver may pass the key on (X9.143 clause 6.3.5).
    KeyExportability {
        /// `E`: in a trusted key block only.
        EXPORTABLE,
        /// `N`: not at all.
        NON_EXPORTABLE,
        /// `S`: in other forms too.
        SENSITIVE,
    }
}

impl KeyExportability {
    /// The exportability byte of a key block.
    pub const fn letter(self) -> char {
        match self {
            Self::EXPORTABLE => 'E',
            Self::NON_EXPORTABLE => 'N',
            Self::SENSITIVE => 'S',
        }
    }
}

/// Header values of an exported key block. What is absent is the key's own; what is given must not say more than
/// the key may.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct KeyBlockHeaders {
    /// What the receiver may do with the key: as much as the key or less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_modes_of_use: Option<KeyModesOfUse>,
    /// Whether the receiver may pass it on: as the key or less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_exportability: Option<KeyExportability>,
    /// Key version, two of `0-9A-Z`; by default `00`, no version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_version: Option<String>,
    /// Optional blocks by ID, written in the order of their IDs; together at most 112 characters, four of them for
    /// the head of each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub optional_blocks: BTreeMap<String, String>,
}
