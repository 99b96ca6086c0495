//! The inventory of a vault, and keys of other classes of vaults that are refused here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::api::{KeyState, Response, Timestamp};
use crate::custody::json;

use super::custody_act::Inventory;
use super::error::Refusal;
use super::state::State;
use super::{Session, label_of};

/// The inventory of a vault as one JSON object. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InventoryFile {
    /// `keymoot/inventory/v1`.
    pub form: String,
    /// The vault's name and id.
    pub vault: String,
    /// `rehearsal`, `test` or `production`.
    pub class: String,
    /// When, RFC 3339.
    pub at: String,
    /// Every key that exists, oldest first.
    pub keys: Vec<InventoryKey>,
}

/// One key of an inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InventoryKey {
    /// What people call it.
    pub label: String,
    /// ARN.
    pub arn: String,
    /// Service name of the algorithm.
    pub algorithm: String,
    /// Service name of the usage.
    pub usage: String,
    /// Check value, upper-case hex.
    pub check_value: String,
    /// Service name of the method.
    pub method: String,
    /// Service name of the state.
    pub state: String,
    /// Whether it may be used.
    pub enabled: bool,
    /// Copies in which it may still be, though it is gone here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub may_be_in: Vec<String>,
    /// Why it is suspect; absent where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspect: Option<SuspectKey>,
}

/// A suspect key of an inventory (PCI PIN 22).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuspectKey {
    /// Since when, RFC 3339.
    pub since: String,
    /// Why, in words.
    pub reason: String,
    /// How many keys came or went under it in key blocks, and under those in turn.
    pub keys_under: usize,
}

/// The form that is written and read.
const FORM: &str = "keymoot/inventory/v1";

impl Session {
    /// The inventory as of now.
    pub fn inventory(&self) -> InventoryFile {
        let suspects: BTreeMap<String, SuspectKey> = self
            .suspects()
            .into_iter()
            .map(|key| {
                let suspect = SuspectKey {
                    since: key.since.rfc3339(),
                    reason: key.reason,
                    keys_under: key.keys_under,
                };
                (key.arn, suspect)
            })
            .collect();
        let keys = self.state.engine.records().map(|record| InventoryKey {
            label: label_of(&record.key, &record.tags),
            arn: record.key.key_arn.clone(),
            algorithm: record.key.key_attributes.key_algorithm.name().to_owned(),
            usage: record.key.key_attributes.key_usage.name().to_owned(),
            check_value: record.key.key_check_value.clone(),
            method: record.key.key_check_value_algorithm.name().to_owned(),
            state: record.key.key_state.name().to_owned(),
            enabled: record.key.enabled,
            may_be_in: self.still_in(&record.key.key_arn),
            suspect: suspects.get(&record.key.key_arn).cloned(),
        });
        InventoryFile {
            form: FORM.to_owned(),
            vault: format!("{} {}", self.name, self.book.vault_id()),
            class: self.profile.name().to_owned(),
            at: self.now().rfc3339(),
            keys: keys.collect(),
        }
    }

    /// Copies in which a key that was destroyed here may still be: made while it lived, and not attested destroyed.
    pub fn still_in(&self, arn: &str) -> Vec<String> {
        let Some(record) = self.state.engine.find(arn) else {
            return Vec::new();
        };
        if record.key.key_state != KeyState::DELETE_COMPLETE {
            return Vec::new();
        }
        let born = record.key.create_timestamp.millis();
        let gone = record
            .key
            .delete_timestamp
            .map_or(i64::MAX, Timestamp::millis);
        self.state
            .backups
            .iter()
            .filter(|b| b.exists() && born <= b.at && b.at <= gone)
            .map(|b| b.id.clone())
            .collect()
    }
}

/// Reads what [`Session::inventory`] wrote.
///
/// # Errors
/// Not such a file.
pub(crate) fn parse(bytes: &[u8]) -> Result<InventoryFile, Refusal> {
    let wrong = |what: String| {
        Refusal::Usage(format!(
            "{what}. Nothing was loaded; give what `keymoot vault inventory DIR --json` printed of the other vault."
        ))
    };
    let value =
        json::strict(bytes).map_err(|e| wrong(format!("The inventory is not JSON: {e}")))?;
    let file: InventoryFile = serde_json::from_value(value)
        .map_err(|e| wrong(format!("This is no inventory of a vault: {e}")))?;
    if file.form != FORM {
        return Err(wrong(format!("The inventory has the form {}", file.form)));
    }
    Ok(file)
}

/// The keys of an inventory that are refused elsewhere; certificates carry no secret and are left out.
pub(crate) fn of(file: InventoryFile, name: String) -> Inventory {
    let keys = file
        .keys
        .into_iter()
        .filter(|key| !key.algorithm.starts_with("RSA") && !key.algorithm.starts_with("ECC"))
        .map(|key| (key.algorithm, key.check_value.to_uppercase()))
        .collect();
    Inventory {
        name,
        class: file.class,
        keys,
    }
}

/// Refuses a key that stands in the inventory of another class of vaults (PCI PIN 19-4).
pub(crate) fn no_foreign_key(working: &State, response: &Response) -> Result<(), Refusal> {
    // Only what comes in new: a key that was here before may still be stopped or deleted.
    let (Response::ImportKey(_) | Response::CreateKey(_)) = response else {
        return Ok(());
    };
    let Some(key) = response.key() else {
        return Ok(());
    };
    let algorithm = key.key_attributes.key_algorithm.name();
    let found = working
        .foreign_keys
        .iter()
        .find(|f| f.algorithm == algorithm && f.kcv == key.key_check_value);
    match found {
        None => Ok(()),
        Some(foreign) => Err(Refusal::Profile(format!(
            "A {algorithm} key with check value {} stands in {}, the inventory of another class of vaults. Nothing \
             was imported or changed: no key serves practice and production (PCI PIN 19-4).",
            foreign.kcv, foreign.inventory
        ))),
    }
}
