//! The steps: when, who acted and signed, what came of it.

use crate::custody::words;
use crate::evidence::report::{Step as ReportStep, number_told};
use crate::session::components::{NOT_PRINTED, same_serial};
use crate::session::op::BACKUP_TO;
use crate::session::op_components::{IMPORT_COMPONENTS, SLIP};
use crate::session::{NOT_COPIED, RunOutcome, StepRecord, StepState, TOKEN_NOTES};

use super::super::super::model::{Algorithm, Step};
use super::super::super::{ops, ops_components};
use super::super::bind::PRACTICE_PEOPLE;
use super::super::bring::STAND_IN;
use super::super::copies::{COPY, COPY_HASH};
use super::super::drive::LET_PASS;
use super::super::existing::PRACTICE_KEYS;
use super::super::fates::EARLIER;
use super::super::not_taken_of;
use super::super::papers::{COMPONENT_VALUE, PRACTICE};
use super::super::presence;
use super::super::sign::DROPPED;
use super::super::stop_signed::{signers, stopped_at};
use super::super::stopping::without_stop;
use super::Material;
use crate::session::{IN_THE_OPEN, NOT_TAKEN};

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
    let why = step.why.clone().filter(|_| step.clause.is_empty());
    let begun = record.state != StepState::Planned;
    let [acted, named] = if unused {
        [Vec::new(), Vec::new()]
    } else {
        acted(step, record, signs)
    };
    let mut observers = from.observers(step);
    observers.retain(|name| begun && !acted.contains(name));
    ReportStep {
        id: step.id.clone(),
        title: step.title.clone(),
        keys: super::keys::of_step(from, step, record),
        op: step.op.name.to_owned(),
        at: stopped_at(record).or(record.ended).or(record.began),
        acted,
        named,
        observers,
        signed: if signs && !unused {
            record.who.clone()
        } else {
            Vec::new()
        },
        words: digest
            .map(|digest| words::eight(&digest).join(" "))
            .unwrap_or_default(),
        result: result(from, step, record),
        clause: step.clause.join(", "),
        why: why.unwrap_or_default(),
    }
}

/// Who acted, and who was named beside them: for an act its issuer, and who typed a fingerprint. Where one person alone
/// pressed Enter for several, the others are named and no more.
fn acted(step: &Step, record: &StepRecord, signs: bool) -> [Vec<String>; 2] {
    let one_for_all = [ops::PRESENT.name, ops::ATTEST_HASH.name];
    if one_for_all.contains(&step.op.name) {
        let (first, rest) = record.who.split_at(record.who.len().min(1));
        return if step.op.name == ops::PRESENT.name {
            [Vec::new(), record.who.clone()]
        } else {
            [first.to_vec(), rest.to_vec()]
        };
    }
    if !signs || record.digest.is_none() {
        return [record.who.clone(), Vec::new()];
    }
    let issuer = record.who.first();
    let typed = record.notes.get("typed by");
    let typed = typed.filter(|name| Some(*name) != issuer);
    let acted = issuer.into_iter().chain(typed).cloned().collect();
    [acted, Vec::new()]
}

/// What was compared with another channel, and what was not taken before it agreed.
fn compared(record: &StepRecord) -> Vec<String> {
    let note = |name: &str| record.notes.get(name).cloned();
    let mut parts = Vec::new();
    if let Some(fingerprint) = note("fingerprint") {
        parts.push(if fingerprint == "as-shown" {
            let source = note("source").map(|source| format!(" (said to be from: {source})"));
            format!(
                "fingerprint taken as shown, not authenticated{}",
                source.unwrap_or_default()
            )
        } else {
            "fingerprint typed and equal".to_owned()
        });
    }
    if let Some(kcv) = note("kcv") {
        parts.push(if kcv == "as-shown" {
            "check value taken as shown, not compared".to_owned()
        } else {
            format!("check value {} typed and equal", kcv.to_ascii_uppercase())
        });
    }
    if let Some(told) = note(IN_THE_OPEN) {
        parts.push(format!(
            "typed where everybody reads it, and wiped: {told}; whoever saw it knows it"
        ));
    }
    if let Some(answers) = note(NOT_TAKEN) {
        let times = match not_taken_of(&answers).count() {
            1 => "once".to_owned(),
            n => format!("{n} times"),
        };
        let agreed = if matches!(record.state, StepState::Aborted | StepState::Exception) {
            ", and it did not agree"
        } else {
            " before it agreed"
        };
        let told = not_taken(&answers);
        parts.push(format!("typed {times}{agreed}, not taken: {told}"));
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
        (StepState::Closed, None) if from.shown.leans_on_a_file() && !signs(step) => {
            "done; nobody is shown to have been there, as signatures of this run came from a file"
                .to_owned()
        }
        (StepState::Closed, None) => "done".to_owned(),
        (state, None) => state.name().to_owned(),
    }];
    let note = |name: &str| record.notes.get(name).cloned();
    parts.extend(compared(record));
    parts.extend(package(from, step, record));
    parts.extend(sealed(from, step, record));
    if step.op.name == IMPORT_COMPONENTS.name && record.digest.is_some() {
        parts.push("its components were wiped from this vault".to_owned());
        parts.extend(parity(from, step).map(str::to_owned));
    }
    parts.extend(note(DROPPED));
    parts.extend(super::counterparties::own_pair(record));
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
    parts.extend(watches(record));
    parts.extend(record.files.keys().map(|name| format!("file {name}")));
    parts.extend(note(EARLIER));
    parts.extend(super::changes::of_people(record));
    parts.extend(crate::session::op_envelopes::attested(record));
    if let Some(kcv) = note(COMPONENT_VALUE) {
        parts.push(format!("check value of the component {kcv}"));
    }
    parts.extend(copied(record));
    parts.extend(practised(record));
    let own = presence::told(record);
    // What nobody signed as it stands in the script is not said as if somebody had.
    let script = note("text").filter(|_| own.is_empty() || own.len() < record.who.len());
    parts.extend(script.map(|text| format!("\"{text}\"")));
    parts.extend(own);
    let who = signers(record);
    if !who.is_empty() {
        parts.push(format!("the stop signed by {}", who.join(", ")));
    }
    joined(&parts)
}

/// What was done to the bits of a key that was formed, as it was signed: of TDES the parity.
fn parity(from: &Material<'_>, step: &Step) -> Option<&'static str> {
    let declared = from.model.key(step.key()?)?.algorithm;
    matches!(declared, Algorithm::Is(algorithm) if algorithm.is_tdes())
        .then_some("the parity of its bytes was made odd, which changes no check value")
}

/// The times that were read aloud off watches.
fn watches(record: &StepRecord) -> impl Iterator<Item = String> + use<'_> {
    record.notes.iter().filter_map(|(name, typed)| {
        let who = name.strip_prefix("time (")?.trim_end_matches(')');
        Some(format!("{who} read {typed}"))
    })
}

/// The copy of the vault that was made in it.
fn copied(record: &StepRecord) -> Option<String> {
    let number = record.notes.get(COPY)?;
    let to = record.notes.get(BACKUP_TO.id)?;
    if to == NOT_COPIED {
        return Some(format!("practice: copy {number} was not written"));
    }
    let read = record.notes.get(COPY_HASH);
    Some(read.map_or_else(
        || format!("copy {number} was begun in {to} and not finished"),
        |sha256| {
            format!("copy {number} written to {to} and read back, SHA-256 of vault.age {sha256}")
        },
    ))
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
    if let Some(names) = note(PRACTICE_PEOPLE) {
        parts.push(format!(
            "practice people had the places that the script gives to one person by the approval key: {names}"
        ));
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
    let agrees = if same_serial(serial, advised) && !advised.is_empty() {
        "as advised"
    } else {
        "NOT the advised one"
    };
    // One number has one spelling in a report: that of the log and of the custody ledger, as it was read off the package.
    let serial = number_told(serial);
    let seal = match record.notes.get("tampered").map(String::as_str) {
        Some("yes") => "it showed tampering and was not opened",
        _ => "no sign of tampering",
    };
    Some(format!("serial {serial}, {agrees} ({advice}); {seal}"))
}

/// Into which package a paper went, and who read its serial.
fn sealed(from: &Material<'_>, step: &Step, record: &StepRecord) -> Option<String> {
    if step.op.name != ops_components::SEAL.name {
        return None;
    }
    let serial = record.notes.get("serial")?;
    let holder = step.who.first().map(|place| from.name_in(place, step));
    let holder = holder.unwrap_or_default();
    let watching = from.observers(step).join(", ");
    let read = match record.notes.get("watched") {
        Some(_) if !watching.is_empty() => format!("read by {holder} and by {watching}"),
        _ => format!("read by {holder}"),
    };
    Some(format!("sealed in {serial}, {read}"))
}

/// An answer that was not taken, with the field as people know it.
fn not_taken(answers: &str) -> String {
    const NAMES: [(&str, &str); 9] = [
        (
            "kcv (no usual mistake)",
            "check value (another one, and no usual slip of typing explains it)",
        ),
        (
            "kcv (no check value)",
            "check value (not in the form of one)",
        ),
        ("kcv", "check value"),
        ("value", "component"),
        ("advised", "serial as it was advised"),
        ("again", "second reading (another than the first)"),
        (
            "watched",
            "serial, read by whoever watched (another than the holder's)",
        ),
        (
            "serial (taken)",
            "serial (a package that is on record already)",
        ),
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
