//! The two acts on components, as people sign them.

use serde_json::{Value, json};

use crate::api::{KeyAlgorithm, Tag};
use crate::custody::policy::operation;
use crate::engine::FormedKey;

/// One component as an act names it: never its digits, always what binds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentPart {
    /// From 1.
    pub part: u8,
    /// Its custodian.
    pub holder: String,
    /// Its check value.
    pub kcv: String,
    /// HMAC-SHA-256 of it under a nonce that the vault keeps, lower-case hex.
    pub commitment: String,
}

/// An act on components.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ComponentAct {
    /// All components of a set form a key.
    Form {
        /// The set.
        set: String,
        /// What the key is.
        key: FormedKey,
        /// Every component.
        parts: Vec<ComponentPart>,
    },
    /// A key leaves as components: all but the last were made in their custodians' turns, and this act gives the
    /// last to its own.
    Divide {
        /// The set.
        set: String,
        /// ARN of the key.
        key: String,
        /// What people call it.
        label: String,
        /// Its algorithm.
        algorithm: KeyAlgorithm,
        /// How many components make it.
        parts: u8,
        /// Who gets the last.
        holder: String,
        /// To whom all of them go.
        receiver: String,
        /// The others.
        others: Vec<ComponentPart>,
    },
}

impl ComponentAct {
    /// The act's name, under which [`crate::session::op`] declares it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Form { .. } => "import-key.components",
            Self::Divide { .. } => "export-key.components",
        }
    }

    /// The act's name as policy, audit and state head spell it.
    pub(crate) const fn operation(&self) -> &'static str {
        match self {
            Self::Form { .. } => operation::IMPORT_COMPONENTS,
            Self::Divide { .. } => operation::EXPORT_COMPONENTS,
        }
    }

    /// What is signed.
    pub fn to_json(&self) -> Value {
        let list = |parts: &[ComponentPart]| -> Vec<Value> {
            let each = parts.iter();
            each.map(|p| {
                json!({"part": p.part, "holder": p.holder, "kcv": p.kcv, "commitment": p.commitment})
            })
            .collect()
        };
        match self {
            Self::Form { set, key, parts } => json!({
                "name": self.name(), "set": set, "components": list(parts),
                "input": {
                    "KeyAttributes": key.attributes, "Exportable": key.exportable,
                    "KeyCheckValueAlgorithm": key.method, "Tags": tags(&key.tags),
                },
            }),
            Self::Divide {
                set,
                key,
                label,
                algorithm,
                parts,
                holder,
                receiver,
                others,
            } => json!({
                "name": self.name(), "set": set, "key": key, "label": label, "algorithm": algorithm.name(),
                "parts": parts, "last_to": holder, "receiver": receiver, "components": list(others),
            }),
        }
    }
}

fn tags(tags: &[Tag]) -> Vec<Value> {
    tags.iter().map(|tag| json!(tag)).collect()
}
