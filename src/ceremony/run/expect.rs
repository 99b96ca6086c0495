//! What a step must have brought about, compared with what the vault now holds.

use crate::api::KeyState;
use crate::engine::Material;
use crate::session::{KeyRow, Session, StepRecord};

use super::super::model::{Expect, Model, Step};

/// Compares; the words of the first difference otherwise.
pub(super) fn check(
    step: &Step,
    record: &StepRecord,
    model: &Model,
    session: &Session,
) -> Result<(), String> {
    let Some(expect) = &step.expect else {
        return Ok(());
    };
    if let Some(error) = &expect.error {
        return Err(format!(
            "The script expects the refusal {error}, and it was done. Stop: the vault is not as the script assumes."
        ));
    }
    let Some(arn) = &record.key else {
        return Err("No key belongs to this step, so nothing can be compared.".into());
    };
    let view = session.view();
    let Some(row) = view.keys.iter().find(|row| row.key.key_arn == *arn) else {
        return Err(format!("The key {arn} is not in this vault."));
    };
    state(expect, row)?;
    check_value(expect, row, record)?;
    if let Some(enabled) = expect.enabled
        && row.key.enabled != enabled
    {
        return Err(format!(
            "{} must be {}, and is not.",
            row.label,
            if enabled { "enabled" } else { "disabled" }
        ));
    }
    if expect.declared {
        let declared = step.key().and_then(|id| model.key(id));
        if !declared.is_some_and(|key| key.matches(&row.key.key_attributes, row.key.exportable)) {
            return Err(format!("{} is not as the script declares it.", row.label));
        }
    }
    let destroyed = row.key.key_state == KeyState::DELETE_COMPLETE && gone(session, arn);
    if expect.material_gone && !destroyed {
        return Err(format!(
            "The material of {} is still in this vault.",
            row.label
        ));
    }
    Ok(())
}

/// Whether nothing of the key's material is left in the vault.
fn gone(session: &Session, arn: &str) -> bool {
    session
        .record(arn)
        .is_some_and(|record| matches!(record.material, Material::Gone))
}

fn state(expect: &Expect, row: &KeyRow) -> Result<(), String> {
    match expect.state {
        Some(state) if state != row.key.key_state => Err(format!(
            "{} must be {}, and is {}.",
            row.label,
            state.name(),
            row.key.key_state.name()
        )),
        _ => Ok(()),
    }
}

fn check_value(expect: &Expect, row: &KeyRow, record: &StepRecord) -> Result<(), String> {
    let Some(wanted) = &expect.kcv else {
        return Ok(());
    };
    let on_record = &row.key.key_check_value;
    let (wanted, found) = if wanted == "key" {
        (
            on_record.clone(),
            wrapped_check_value(record).unwrap_or_else(|| on_record.clone()),
        )
    } else {
        (wanted.clone(), on_record.clone())
    };
    if wanted == found {
        Ok(())
    } else {
        Err(format!(
            "The check value must be {wanted} and is {found}. Stop: this is another key than expected."
        ))
    }
}

/// The check value that an export's answer gives.
fn wrapped_check_value(record: &StepRecord) -> Option<String> {
    let response: serde_json::Value = serde_json::from_str(record.response.as_deref()?).ok()?;
    let value = response.get("WrappedKey")?.get("KeyCheckValue")?;
    value.as_str().map(str::to_owned)
}
