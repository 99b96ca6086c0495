//! The steps: when, who acted and signed, what came of it.

use crate::custody::words;
use crate::evidence::report::Step as ReportStep;
use crate::session::components::{NOT_PRINTED, same_serial};
use crate::session::op_components::SLIP;
use crate::session::{RunOutcome, StepRecord, StepState, TOKEN_NOTES};

use super::super::super::model::Step;
use super::super::super::{ops, ops_components};
use super::super::bring::STAND_IN;
use super::super::drive::LET_PASS;
use super::super::existing::PRACTICE_KEYS;
use super::super::fates::EARLIER;
use super::super::papers::{COMPONENT_VALUE, PRACTICE};
use super::super::stopping::{signers, without_stop};
use super::Material;
use crate::session::NOT_TAKEN;

/// Whether people sign in a step.
pub(super) fn signs(step: &Step) -> bool {
    ops::is_act(step.op) || step.op.name == ops::SIGN_OFF.name
}

/// A step with its record.
pub(super) fn one_step(from: &Material<'_>, step: &Step, record: &StepRecord) -> ReportStep {
    let signs = signs(step);
    // Signatures under a request that was not carried out are no act: the result says whose they were.
    let unused = signs && record.state == StepState::Aborted && record.digest.is_none();
    let digest = record
        .digest
        .as_deref()
        .and_then(|d| data_encoding::HEXLOWER.decode(d.as_bytes()).ok());
    let digest: Option<[u8; 32]> = digest.and_then(|bytes| bytes.try_into().ok());
    let clause = if step.clause.is_empty() {
        step.why.clone().unwrap_or_default()
    } else {
        step.clause.join(", ")
    };
    ReportStep {
        id: step.id.clone(),
        title: step.title.clone(),
        keys: super::keys::of_step(from, step, record),
        op: step.op.name.to_owned(),
        at: record.ended.or(record.began),
        acted: if unused {
            Vec::new()
        } else {
            acted(record, signs)
        },
        signed: if signs && !unused {
            record.who.clone()
        } else {
            Vec::new()
        },
        words: digest
            .map(|digest| words::eight(&digest).join(" "))
            .unwrap_or_default(),
        result: result(from, step, record),
        clause,
    }
}

/// Who acted: for an act its issuer, and who typed a fingerprint.
fn acted(record: &StepRecord, signs: bool) -> Vec<String> {
    if !signs || record.digest.is_none() {
        return record.who.clone();
    }
    let typed = record.notes.get("typed by");
    record.who.iter().take(1).chain(typed).cloned().collect()
}

/// What was compared with another channel, and what was not taken before it agreed.
fn compared(record: &StepRecord) -> Vec<String> {
    let note = |name: &str| record.notes.get(name).cloned();
    let mut parts = Vec::new();
    if let Some(fingerprint) = note("fingerprint") {
        parts.push(if fingerprint == "as-shown" {
            "fingerprint taken as shown, not authenticated".to_owned()
        } else {
            "fingerprint typed and equal".to_owned()
        });
    }
    if let Some(kcv) = note("kcv") {
        parts.push(if kcv == "as-shown" {
            "check value taken as shown, not compared".to_owned()
        } else {
            format!("check value {kcv} typed and equal")
        });
    }
    if let Some(answers) = note(NOT_TAKEN) {
        parts.push(format!("before that, not taken: {}", not_taken(&answers)));
    }
    parts
}

fn result(from: &Material<'_>, step: &Step, record: &StepRecord) -> String {
    let stopped = from.run.outcome == Some(RunOutcome::Aborted);
    let mut parts = vec![match (record.state, &record.error) {
        (StepState::Planned, None) if stopped => "not reached: the run was stopped".to_owned(),
        (StepState::Closed, Some(error)) => format!("refused, as expected: {error}"),
        (StepState::Aborted, _) => super::changes::stopped(record, signs(step)),
        (_, Some(error)) => format!("{}: {error}", record.state.name()),
        // Nobody is shown to have been there, where even the passphrases came from a file.
        (StepState::Closed, None) if from.shown.leans_on_a_file() && !signs(step) => {
            "done, as a file answered".to_owned()
        }
        (StepState::Closed, None) => "done".to_owned(),
        (state, None) => state.name().to_owned(),
    }];
    let note = |name: &str| record.notes.get(name).cloned();
    parts.extend(compared(record));
    parts.extend(package(from, step, record));
    if let Some(sha256) = note("sha256") {
        parts.push(format!("SHA-256 {sha256}"));
    }
    let [dialect, token] = TOKEN_NOTES.map(note);
    if let Some(sha256) = token {
        let dialect = dialect.unwrap_or_else(|| "of no dialect known".to_owned());
        parts.push(format!("token {dialect}, SHA-256 {sha256}"));
    }
    if step.op.name == ops::WAIT.name
        && let Some(until) = note("until")
    {
        parts.push(format!("the clock then said {until}"));
    }
    let times = record
        .notes
        .iter()
        .filter(|(name, _)| name.starts_with("time ("));
    let who = |name: &str| {
        name.trim_start_matches("time (")
            .trim_end_matches(')')
            .to_owned()
    };
    parts.extend(times.map(|(name, typed)| format!("{} read {typed}", who(name))));
    parts.extend(record.files.keys().map(|name| format!("file {name}")));
    parts.extend(note(EARLIER));
    parts.extend(super::changes::of_people(record));
    if let Some(kcv) = note(COMPONENT_VALUE) {
        parts.push(format!("check value of the component {kcv}"));
    }
    parts.extend(practised(record));
    if let Some(text) = note("text") {
        parts.push(format!("\"{text}\""));
    }
    let who = signers(record);
    if !who.is_empty() {
        parts.push(format!("the stop signed by {}", who.join(", ")));
    }
    joined(&parts)
}

/// What was practice in it: nothing printed, files and keys that nobody brought, time that was let pass.
fn practised(record: &StepRecord) -> Vec<String> {
    let note = |name: &str| record.notes.get(name).cloned();
    let mut parts = Vec::new();
    let not_printed = note(SLIP.id).is_some_and(|place| place == NOT_PRINTED);
    if not_printed || note(PRACTICE).is_some() {
        parts.push("practice: nothing was printed".to_owned());
    }
    if let Some(files) = note(STAND_IN) {
        parts.push(format!(
            "practice: {files} came from the script's stand-in, and from no other side"
        ));
    }
    if let Some(span) = note(LET_PASS) {
        parts.push(format!("practice: the script moved the clock, {span}"));
    }
    if let Some(made) = note(PRACTICE_KEYS) {
        parts.push(format!(
            "practice keys, made for this rehearsal, stand in for keys of the vault: {made}"
        ));
    }
    parts
}

/// Parts of one line: a sentence that goes on has no full stop.
fn joined(parts: &[String]) -> String {
    let last = parts.len().saturating_sub(1);
    let parts = parts.iter().enumerate().map(|(at, part)| {
        if at < last {
            without_stop(part)
        } else {
            part.as_str()
        }
    });
    parts.collect::<Vec<_>>().join("; ")
}

/// What was compared of a package that came, and by whom.
fn package(from: &Material<'_>, step: &Step, record: &StepRecord) -> Option<String> {
    if step.op.name != ops_components::RECEIVE.name {
        return None;
    }
    let serial = record.notes.get("serial")?;
    let watching = step.observe.first().map(|place| from.name_in(place, step));
    let typed = record
        .notes
        .get("advised")
        .filter(|_| !step.fields.contains_key("advised"));
    let item = step.item.as_deref().and_then(|id| from.model.item(id));
    let written = step
        .fields
        .get("advised")
        .or(item.and_then(|item| item.advised.as_ref()));
    let advice = match typed {
        Some(_) => format!("advice read by {}", watching.unwrap_or_default()),
        None => "advice as the script has it".to_owned(),
    };
    let advised = typed.or(written).map_or("", String::as_str);
    let agrees = if same_serial(serial, advised) {
        "as advised"
    } else {
        "NOT the advised one"
    };
    let seal = match record.notes.get("tampered").map(String::as_str) {
        Some("yes") => "it showed tampering and was not opened",
        _ => "no sign of tampering",
    };
    Some(format!("serial {serial}, {agrees} ({advice}); {seal}"))
}

/// An answer that was not taken, with the field as people know it.
fn not_taken(answers: &str) -> String {
    const NAMES: [(&str, &str); 5] = [
        ("kcv", "check value"),
        ("value", "component"),
        ("again", "second reading"),
        ("watched", "serial, watched"),
        ("slip", "place of printing"),
    ];
    let named = |answer: &str| {
        let own = NAMES.iter().find_map(|(id, name)| {
            let rest = answer
                .strip_prefix(id)
                .filter(|rest| rest.starts_with(' '))?;
            Some(format!("{name}{rest}"))
        });
        own.unwrap_or_else(|| answer.to_owned())
    };
    let answers: Vec<String> = answers.split(", ").map(named).collect();
    answers.join(", ")
}
