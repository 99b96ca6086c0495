//! The steps: when, who acted and signed, what came of it.

use crate::custody::words;
use crate::evidence::report::Step as ReportStep;
use crate::session::components::NOT_PRINTED;
use crate::session::op_components::SLIP;
use crate::session::{StepRecord, StepState, TOKEN_NOTES};

use super::super::super::model::Step;
use super::super::super::ops;
use super::super::NOT_TAKEN;
use super::super::papers::{COMPONENT_VALUE, EARLIER, PRACTICE};
use super::Material;

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
        parts.push(format!("before that, not taken: {answers}"));
    }
    parts
}

fn result(from: &Material<'_>, step: &Step, record: &StepRecord) -> String {
    let mut parts = vec![match (record.state, &record.error) {
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
    let not_printed = note(SLIP.id).is_some_and(|place| place == NOT_PRINTED);
    if not_printed || note(PRACTICE).is_some() {
        parts.push("practice: nothing was printed".to_owned());
    }
    if let Some(text) = note("text") {
        parts.push(format!("\"{text}\""));
    }
    parts.join("; ")
}
