//! The key table, and the affidavit where keys were destroyed.

use crate::api::{KeyClass, KeyState, Timestamp};
use crate::evidence::report::{DestroyedKey, Destruction, KeyRow as ReportKey};
use crate::session::{
    Comparing, ExportView, KeyRow, StepRecord, StepState, op, op_components, op_exchange,
};

use super::super::super::model::{Doing, KeyDeclaration, Role, Step};
use super::super::super::{ops, ops_carry, ops_components};
use super::super::existing::PRACTICE_KEYS;
use super::{Material, sent};

/// One row per declared key that exists, here or on its way.
pub(super) fn rows(from: &Material<'_>) -> Vec<ReportKey> {
    from.model
        .keys
        .iter()
        .filter_map(|declared| row(from, declared))
        .collect()
}

/// Why there is no row, where the script declares keys.
pub(super) fn none_made(from: &Material<'_>) -> String {
    let declared = !from.model.keys.is_empty() && rows(from).is_empty();
    if !declared {
        return String::new();
    }
    let mut steps = from.model.steps.iter();
    let makes = |step: &Step| step.doings().iter().any(|doing| doing.makes.is_some());
    let making = steps.position(makes);
    let mut records = from.run.steps.iter();
    let stopped = records.position(|record| record.state == StepState::Aborted);
    match (making, stopped) {
        (Some(making), Some(stopped)) if stopped < making => format!(
            "none was made: the run was stopped at step {}, before step {}",
            stopped + 1,
            making + 1
        ),
        (_, Some(stopped)) => format!("none was made: the run was stopped at step {}", stopped + 1),
        _ => "none was made".to_owned(),
    }
}

fn row(from: &Material<'_>, declared: &KeyDeclaration) -> Option<ReportKey> {
    let Some(row) = found(from, &declared.id) else {
        return super::carried::row(from, declared);
    };
    let key = &row.key;
    let public = key.key_attributes.key_class == KeyClass::PUBLIC_KEY;
    let sent = sent::all(from, &declared.id);
    let export = from
        .view
        .exports
        .iter()
        .find(|export| export.arn == key.key_arn && export.at >= from.run.started)
        .filter(|_| !sent.is_empty());
    let deletion = last_deletion(from, &declared.id);
    Some(ReportKey {
        label: declared.label.clone(),
        arn: key.key_arn.clone(),
        receiver_arn: export
            .and_then(|e| e.receiver_arn.clone())
            .unwrap_or_default(),
        usage: format!(
            "{}, {}",
            key.key_attributes.key_usage.code(),
            key.key_attributes.key_usage.words()
        ),
        algorithm: key.key_attributes.key_algorithm.name().to_owned(),
        check_value: key.key_check_value.clone(),
        check_value_method: key.key_check_value_algorithm.name().to_owned(),
        other_check_value: other_check_value(row),
        generated_by: if public {
            "its owner; a certificate's key".to_owned()
        } else {
            made_by(from, &declared.id)
        },
        storage: storage(row, public),
        sent_how: sent
            .iter()
            .map(|sent| sent.how.as_str())
            .collect::<Vec<_>>()
            .join("; "),
        sent_to: export
            .map(|e| e.receiver.clone())
            .or_else(|| sent.iter().find(|s| !s.to.is_empty()).map(|s| s.to.clone()))
            .unwrap_or_default(),
        sent_under: unders(&sent),
        confirmed: export.map(confirmed).unwrap_or_default(),
        cryptoperiod_end: declared.not_after.map(last_day).unwrap_or_default(),
        destroyed: match (key.delete_timestamp, deletion) {
            (Some(at), Some((_, record))) => {
                format!("{}, by {}", at.rfc3339(), record.who.join(", "))
            }
            (Some(at), None) => at.rfc3339(),
            (None, _) => String::new(),
        },
    })
}

/// Under what a key left, each once.
fn unders(sent: &[sent::Sent]) -> String {
    let mut unders: Vec<&str> = Vec::new();
    for sent in sent {
        if !unders.contains(&sent.under.as_str()) {
            unders.push(&sent.under);
        }
    }
    unders.join("; ")
}

/// What a step did with keys: name, what became of each, check value and method.
pub(super) fn of_step(from: &Material<'_>, step: &Step, record: &StepRecord) -> Vec<String> {
    if record.state == StepState::Planned || (ops::is_act(step.op) && record.digest.is_none()) {
        return Vec::new();
    }
    let mut told: Vec<String> = Vec::new();
    for (number, doing) in step.doings().into_iter().enumerate() {
        let Some(id) = doing.makes.or_else(|| doing.field("key")) else {
            continue;
        };
        // A component's check value is its own, and stands in the result; a key in components may not exist yet.
        if ops_components::is_turn(doing.op) {
            let part = doing.field("part").unwrap_or("one");
            told.push(format!("component {part} of {}", from.label(id)));
            continue;
        }
        let own = || {
            let row = found(from, id)?;
            let method = row.key.key_check_value_algorithm.name().to_owned();
            Some((row.key.key_check_value.clone(), method))
        };
        // Where our value is hidden, what left with it is too.
        let blind = found(from, id).is_some_and(|row| row.comparing.is_some_and(Comparing::hides));
        let left = (!blind && sent::exports(&doing)).then(|| sent::check_value(record, number));
        let value = left
            .flatten()
            .or_else(own)
            .or_else(|| super::carried::check_value(from, id));
        let Some((value, method)) = value else {
            continue;
        };
        let label = from.label(id);
        let line = format!(
            "{label} {}, check value {value} by {method}",
            became(&doing, record)
        );
        if !told.contains(&line) {
            told.push(line);
        }
    }
    told
}

/// What became of a key in an act.
fn became(doing: &Doing<'_>, record: &StepRecord) -> &'static str {
    match doing.op.name {
        name if name == op::CREATE_KEY.name => "made",
        name if name == op::DELETE_KEY.name => "deleted, to be destroyed when its window ends",
        name if name == op::RESTORE_KEY.name => "restored",
        name if name.starts_with("import-key.") => "came in",
        _ if sent::exports(doing) && doing.field("serial").is_some() => "left as an initial key",
        _ if sent::exports(doing) => "left",
        name if name.starts_with(ops_carry::PREFIX) => "carried",
        name if name == op::START_KEY_USAGE.name => "enabled",
        name if name == op::STOP_KEY_USAGE.name => "disabled",
        name if name == ops::ATTEST_CHECK_VALUE.name => {
            match record.notes.get("kcv").map(String::as_str) {
                Some("as-shown") => "taken as shown and compared with nothing",
                Some(_) => "compared",
                None => "NOT compared",
            }
        }
        name if name == ops::GET_KEY.name => match record.response.as_deref() {
            Some(seen) if seen.contains(KeyState::DELETE_COMPLETE.name()) => "found destroyed",
            _ => "looked at",
        },
        _ => "used",
    }
}

fn found<'a>(from: &Material<'a>, id: &str) -> Option<&'a KeyRow> {
    let arn = from.run.keys.get(id)?;
    from.view.keys.iter().find(|row| row.key.key_arn == *arn)
}

/// The last day before a moment.
pub(super) fn last_day(end: Timestamp) -> String {
    end.plus_millis(-1).rfc3339().chars().take(10).collect()
}

/// The other check value of a 16-byte key: both together alone tell TDES_2KEY and AES_128 apart.
fn other_check_value(row: &KeyRow) -> String {
    let other = row.other_check_value.as_ref();
    other.map_or_else(String::new, |(method, value)| {
        format!("{value} by {}", method.name())
    })
}

fn made_by(from: &Material<'_>, id: &str) -> String {
    let mut pairs = from.pairs();
    let made = pairs.find_map(|(step, record)| {
        let doing = step.doings().into_iter().find(|d| d.makes == Some(id))?;
        Some((doing.op.name, record.who.join(", ")))
    });
    match made {
        Some((name, who)) if name == op::CREATE_KEY.name => {
            format!("keymoot, in software; asked and approved by {who}")
        }
        Some((name, who)) => format!("its sender; {}, asked and approved by {who}", came(name)),
        None if for_practice(from, id) => {
            "keymoot, for this rehearsal alone: a practice key in the place of the vault's own"
                .to_owned()
        }
        None => String::new(),
    }
}

/// Whether a key was made before the first step, in the place of one that the vault would hold.
fn for_practice(from: &Material<'_>, id: &str) -> bool {
    let notes = from.run.steps.first().map(|record| &record.notes);
    let made = notes.and_then(|notes| notes.get(PRACTICE_KEYS));
    made.is_some_and(|made| made.split(", ").any(|name| name == id))
}

/// How a key came in, by the act that brought it.
fn came(op: &str) -> &'static str {
    match op {
        name if name == op_exchange::IMPORT_TR31.name => "came in a TR-31 key block",
        name if name == op_exchange::IMPORT_TR34.name => "came in a TR-34 token",
        name if name == op_exchange::IMPORT_RSA_WRAP.name => "came by RSA wrap",
        name if name == op_components::IMPORT_COMPONENTS.name => "came in components, formed here",
        _ => "came in a certificate",
    }
}

fn storage(row: &KeyRow, public: bool) -> String {
    const SEALED: &str = "sealed to the use identity, which is shared among the custodians";
    match (row.key.key_state, row.key.delete_pending_timestamp) {
        _ if public => "certificate, in the clear".to_owned(),
        (KeyState::DELETE_COMPLETE, _) => "nothing: the material was removed".to_owned(),
        // A run may end inside the window: the key dies all the same.
        (KeyState::DELETE_PENDING, Some(at)) => format!(
            "{SEALED}; TO BE DESTROYED on {}, unless the deletion is taken back before",
            at.rfc3339()
        ),
        _ => SEALED.to_owned(),
    }
}

fn confirmed(export: &ExportView) -> String {
    let latest = match export.state.as_str() {
        "sent" => "not yet: the receiver's answer was not read".to_owned(),
        other => other.to_owned(),
    };
    let earlier = export.earlier.iter();
    let differed = earlier.filter(|(_, state, _)| *state != export.state);
    differed.fold(latest, |told, (at, state, kcv)| {
        format!(
            "{told}; an answer before it: {state} ({kcv}, {})",
            at.rfc3339()
        )
    })
}

fn last_deletion<'a>(from: &Material<'a>, id: &str) -> Option<(&'a Step, &'a StepRecord)> {
    let deletes = |step: &Step| step.op.name == op::DELETE_KEY.name && step.key() == Some(id);
    from.pairs()
        .filter(|(step, record)| deletes(step) && record.digest.is_some())
        .last()
}

/// The affidavit, where the run destroyed keys.
pub(super) fn destruction(from: &Material<'_>) -> Option<Destruction> {
    let mut affidavit = Destruction::default();
    for declared in &from.model.keys {
        let (Some(row), Some((step, record))) =
            (found(from, &declared.id), last_deletion(from, &declared.id))
        else {
            continue;
        };
        if row.key.key_state != KeyState::DELETE_COMPLETE {
            continue;
        }
        affidavit.keys.push(DestroyedKey {
            label: declared.label.clone(),
            arn: row.key.key_arn.clone(),
            algorithm: row.key.key_attributes.key_algorithm.name().to_owned(),
            check_value: row.key.key_check_value.clone(),
            form: "sealed to the use identity, in this vault".to_owned(),
            method: "removed from the vault file; earlier files of the vault deleted".to_owned(),
            at: row.key.delete_timestamp,
        });
        for name in &record.who {
            if !affidavit.performed_by.contains(name) {
                affidavit.performed_by.push(name.clone());
            }
        }
        let watching = step.observe.iter();
        let witness = |id: &&String| {
            from.model
                .person(id)
                .is_some_and(|p| p.role == Role::Witness)
        };
        if let Some(id) = watching.clone().find(witness) {
            affidavit.observer = from.name_in(id, step);
        }
    }
    if from.view.backups > 0 {
        affidavit.copies_left.push(format!(
            "{} recorded backup(s) of this vault",
            from.view.backups
        ));
    }
    (!affidavit.keys.is_empty()).then_some(affidavit)
}
