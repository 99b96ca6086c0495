//! What a step must have brought about, compared with what the vault now holds.

use crate::api::KeyState;
use crate::engine::Material;
use crate::session::changing::Proof;
use crate::session::{Changing, Comparing, KeyRow, Run, Session, StepRecord};

use super::super::model::{Algorithm, Doing, Expect, KeyDeclaration, Model, Step};
use super::effect;

/// Compares; the words of the first difference otherwise.
pub(super) fn check(
    step: &Step,
    record: &StepRecord,
    run: &Run,
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
    if expect.proven {
        proven(record)?;
        if !about_keys(expect) {
            return Ok(());
        }
    }
    if let Some(least) = expect.lasts {
        lasts(least, record)?;
        if !about_keys(expect) {
            return Ok(());
        }
    }
    let view = session.view();
    for (number, doing) in step.doings().into_iter().enumerate() {
        let arn = doing
            .key()
            .and_then(|id| run.keys.get(id))
            .or(record.key.as_ref());
        let Some(arn) = arn else {
            return Err("No key belongs to this step, so nothing can be compared.".into());
        };
        let Some(row) = view.keys.iter().find(|row| row.key.key_arn == *arn) else {
            return Err(format!("The key {arn} is not in this vault."));
        };
        one(doing, number, expect, row, record, model, session)?;
    }
    Ok(())
}

/// Whether everybody proved what they hold.
fn proven(record: &StepRecord) -> Result<(), String> {
    let of = |note: &str| record.notes.get(note).filter(|names| !names.is_empty());
    let mut told = match (of(PROVEN), of(FAILED), of(ABSENT)) {
        (Some(_), None, None) => return Ok(()),
        (_, Some(failed), absent) => {
            let absent = absent.map_or_else(String::new, |names| {
                format!(" {names} did not prove what they hold.")
            });
            format!(
                "The envelopes of {failed} did not hold.{absent} Rotate while enough others can open."
            )
        }
        (_, _, Some(absent)) => {
            format!("{absent} did not prove what they hold, and the script wants everybody.")
        }
        _ => "Nobody has proven anything.".into(),
    };
    if let Some(unproven) = unproven(record) {
        told = format!("{told} {unproven}");
    }
    Err(told)
}

/// That fewer proved than open together: such a set is not proven, whoever else holds a good envelope.
pub(super) fn unproven(record: &StepRecord) -> Option<String> {
    let needed: usize = record.notes.get(QUORUM)?.parse().ok()?;
    let proven = record.notes.get(PROVEN).map(String::as_str);
    let names = proven.unwrap_or_default().split(", ");
    let proven = names.filter(|name| !name.is_empty()).count();
    (proven < needed).then(|| {
        format!("{proven} proved, and {needed} are needed to open: this set is NOT proven.")
    })
}

/// Notes of the set that a change made or proved, and of whose envelopes it was made.
pub(super) fn set_notes(changing: &Changing, session: &Session) -> Vec<(String, String)> {
    let told = changing.set_told(session);
    let notes = [
        (SET, told.words),
        (QUORUM, told.quorum.to_string()),
        (BROUGHT, told.brought.join(", ")),
        (PASSED, told.passed.join(", ")),
    ];
    let notes = notes.into_iter().filter(|(_, words)| !words.is_empty());
    notes
        .map(|(name, words)| (name.to_owned(), words))
        .collect()
}

/// Notes of a drill about those who hold no share and proved their own envelope, or could not.
pub(super) fn beside_notes(proof: &Proof) -> Vec<(String, String)> {
    let notes = [
        (BESIDE, proof.beside.join(", ")),
        (BESIDE_FAILED, proof.beside_failed.join(", ")),
    ];
    let notes = notes.into_iter().filter(|(_, names)| !names.is_empty());
    notes
        .map(|(name, names)| (name.to_owned(), names))
        .collect()
}

/// Note: who proved in a drill and holds no share.
pub(super) const BESIDE: &str = "proven without a share";
/// Note: whose envelope did not hold, of those.
pub(super) const BESIDE_FAILED: &str = "failed without a share";

/// Note: the set that was made or proven, with its quorum, who is in it and who is out.
pub(super) const SET: &str = "the set";
/// Note: how many of it open.
const QUORUM: &str = "quorum";
/// Note: custodians of whose envelopes the set was made.
pub(super) const BROUGHT: &str = "custodians who proved";
/// Note: custodians who were passed over then.
pub(super) const PASSED: &str = "custodians passed over";

/// Note: who proved.
pub(super) const PROVEN: &str = "proven";
/// Note: whose envelopes did not hold.
pub(super) const FAILED: &str = "failed";
/// Note: who was not there.
pub(super) const ABSENT: &str = "not there";

/// Whether something is expected of a key.
fn about_keys(expect: &Expect) -> bool {
    let Expect {
        state,
        kcv,
        declared,
        enabled,
        material_gone,
        ..
    } = expect;
    state.is_some() || kcv.is_some() || *declared || enabled.is_some() || *material_gone
}

/// One key of a step.
fn one(
    doing: Doing<'_>,
    number: usize,
    expect: &Expect,
    row: &KeyRow,
    record: &StepRecord,
    model: &Model,
    session: &Session,
) -> Result<(), String> {
    state(expect, row)?;
    check_value(doing, number, expect, row, record, session)?;
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
        let declared = doing.key().and_then(|id| model.key(id));
        if !declared.is_some_and(|key| key.matches(&row.key.key_attributes, row.key.exportable)) {
            return Err(format!(
                "{} is not as the script declares it{}.",
                row.label,
                declared.map_or_else(String::new, |key| differs(key, row))
            ));
        }
    }
    let arn = &row.key.key_arn;
    let destroyed = row.key.key_state == KeyState::DELETE_COMPLETE && gone(session, arn);
    if expect.material_gone && !destroyed {
        return Err(format!(
            "The material of {} is still in this vault.",
            row.label
        ));
    }
    Ok(())
}

/// In what a key is another than its declaration, with what a sender would have to say in the header of a key block.
fn differs(declared: &KeyDeclaration, row: &KeyRow) -> String {
    let there = &row.key.key_attributes;
    let mut told = Vec::new();
    if there.key_usage != declared.usage {
        let (is, wanted) = (there.key_usage.name(), declared.usage.name());
        told.push(format!("its usage is {is} and not {wanted}"));
    }
    if let Algorithm::Is(algorithm) = declared.algorithm
        && there.key_algorithm != algorithm
    {
        let (is, wanted) = (there.key_algorithm.name(), algorithm.name());
        told.push(format!("its algorithm is {is} and not {wanted}"));
    }
    if there.key_modes_of_use != declared.modes {
        let [is, wanted] =
            [there.key_modes_of_use, declared.modes].map(|modes| modes.names().join(", "));
        told.push(format!("its modes of use are {is} and not {wanted}"));
    }
    if !declared.is_public() && row.key.exportable != declared.exportable {
        told.push(if declared.exportable {
            "it never leaves, and the script wants that it may (exportability E in the sender's header)".to_owned()
        } else {
            "it may leave, and the script wants that it never does (exportability N in the sender's header)".to_owned()
        });
    }
    if told.is_empty() {
        return String::new();
    }
    format!(": {}", told.join("; "))
}

/// Token and certificate that the step gave out are good for so long.
fn lasts(least: i64, record: &StepRecord) -> Result<(), String> {
    let until = effect::answer(record, 0)
        .and_then(|answer| answer.get("ParametersValidUntilTimestamp")?.as_f64())
        .ok_or("The step gave out nothing that ends, so nothing can be compared.")?;
    #[allow(clippy::cast_possible_truncation)] // whole milliseconds, far inside i64
    let until = (until * 1000.0) as i64;
    let given = record.began.map_or(until, crate::api::Timestamp::millis);
    if until - given < least {
        return Err(format!(
            "What was given out ends at {}, earlier than the script wants.",
            crate::api::Timestamp::from_millis(until).rfc3339()
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

fn check_value(
    doing: Doing<'_>,
    number: usize,
    expect: &Expect,
    row: &KeyRow,
    record: &StepRecord,
    session: &Session,
) -> Result<(), String> {
    let Some(wanted) = &expect.kcv else {
        return Ok(());
    };
    // Of the record: what a row shows may be hidden until its sender's was typed.
    let on_record = session
        .check_value_on_record(&row.key.key_arn)
        .unwrap_or_default()
        .to_owned();
    let (wanted, found) = if wanted == "key" {
        (
            on_record.clone(),
            // An initial key is not the key it is derived from.
            wrapped_check_value(record, number)
                .filter(|_| doing.field("serial").is_none())
                .unwrap_or(on_record),
        )
    } else {
        (wanted.clone(), on_record)
    };
    if wanted == found {
        Ok(())
    } else if row.comparing.is_some_and(Comparing::hides) {
        Err("The check value is not the one that the script wants. Stop: this is another key than expected.".into())
    } else {
        Err(format!(
            "The check value must be {wanted} and is {found}. Stop: this is another key than expected."
        ))
    }
}

/// The check value that an export's answer gives.
fn wrapped_check_value(record: &StepRecord, number: usize) -> Option<String> {
    let response = effect::answer(record, number)?;
    let value = response.get("WrappedKey")?.get("KeyCheckValue")?;
    value.as_str().map(str::to_owned)
}
