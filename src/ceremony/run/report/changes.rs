//! What became of people and shares in a step, and of what ended or interrupted it: for its result and the exceptions.

use crate::api::Timestamp;
use crate::evidence::report::Exception;
use crate::session::{NOT_SAID, StepRecord, StepState};

use super::super::leaving::{ATTEMPTS, void_words};
use super::super::put_away::aside_of_note;
use super::super::stop_signed::{not_signed, signers, stopped_at, stopped_by};
use super::super::stopping::{CUSTODY, by_people, reason, without_stop};
use super::super::{deviations, exceptions, expect};
use super::Material;

/// The set that was made or proven, who proved, who was absent, and attempts that came to nothing before.
pub(super) fn of_people(record: &StepRecord) -> Vec<String> {
    let said = |label: &str, note: &str| {
        let words = record.notes.get(note).filter(|words| !words.is_empty())?;
        Some(format!("{label}: {words}"))
    };
    let mut lines: Vec<String> = [
        ("set", expect::SET),
        ("made of the envelopes of", expect::BROUGHT),
        ("custodians passed over", expect::PASSED),
        ("proven", expect::PROVEN),
        ("did not hold", expect::FAILED),
        ("not there", expect::ABSENT),
        ("proven, without a share", expect::BESIDE),
        ("did not hold, without a share", expect::BESIDE_FAILED),
        ("attempts that came to nothing", ATTEMPTS),
    ]
    .into_iter()
    .filter_map(|(label, note)| said(label, note))
    .collect();
    // Without a set nothing was carried out, and a step says why by itself.
    if record.notes.contains_key(expect::SET) && record.error.is_none() {
        lines.extend(expect::unproven(record));
    }
    let void = void_words(record);
    if !void.is_empty() {
        lines.push(format!(
            "words written for nothing, to be destroyed: {}",
            void.join(", ")
        ));
    }
    lines
}

/// Who signed a request that was not carried out, before its step was stopped.
fn unused(record: &StepRecord) -> Vec<String> {
    if record.state != StepState::Aborted || record.digest.is_some() {
        return Vec::new();
    }
    record.who.clone()
}

/// Why a step was stopped, by whom, and which signatures were given for nothing.
pub(super) fn stopped(record: &StepRecord, signs: bool) -> String {
    let mut told = format!("stopped: {}", reason(record));
    let unused = unused(record);
    if signs && !unused.is_empty() {
        told = format!(
            "{}; {} had signed the request, and it was not carried out",
            without_stop(&told),
            unused.join(", ")
        );
    }
    told
}

/// The decision to end a run: who took it is on record where it was signed.
fn decided(record: &StepRecord) -> String {
    let by = match stopped_by(record) {
        None | Some(NOT_SAID) => ", by whoever was there (who began it was not said)".to_owned(),
        Some(name) => format!(", stopped by {name}, as was said there"),
    };
    let unsigned = not_signed(record);
    let signed = match (signers(record).is_empty(), unsigned.is_empty()) {
        (true, false) => Some("NOBODY SIGNED IT".to_owned()),
        (true, true) => Some("nobody was asked to sign it".to_owned()),
        (false, _) => Some(
            match record.ended.filter(|_| stopped_at(record).is_some()) {
                Some(ended) => format!("the record of it was signed until {}", ended.rfc3339()),
                None => "the record of it is signed".to_owned(),
            },
        ),
    };
    let missing = (!unsigned.is_empty()).then(|| format!("not signed by {}", unsigned.join(", ")));
    let kept = record.notes.get(CUSTODY).cloned();
    let how = if by_people(record) {
        [
            Some(format!("the run was ended at the keyboard{by}")),
            signed,
        ]
    } else {
        [Some("the run was ended".to_owned()), None]
    };
    let words = how.into_iter().chain([missing, kept]).flatten();
    words.collect::<Vec<_>>().join("; ")
}

/// A step that ended its run, or went another way than the script expects.
pub(super) fn exception(id: &str, record: &StepRecord) -> Option<Exception> {
    match record.state {
        StepState::Aborted => Some(Exception {
            at: stopped_at(record).or(record.ended),
            what: format!("{id}: stopped: {}", reason(record)),
            decision: decided(record),
            by: signers(record),
        }),
        StepState::Exception => Some(Exception {
            at: record.ended,
            what: format!(
                "{id}: {}",
                record.error.clone().unwrap_or_else(|| "stopped".into())
            ),
            decision: match exceptions::decided(record) {
                Some((why, _)) => format!("recorded and signed, and the run went on: {why}"),
                None => "recorded, and the run went on".to_owned(),
            },
            by: exceptions::decided(record).map_or_else(|| record.who.clone(), |(_, by)| by),
        }),
        _ => None,
    }
}

/// What no script foresaw, and papers that lay in no package while a run was left.
pub(super) fn unforeseen(from: &Material<'_>) -> Vec<Exception> {
    let time = |at: &str| Timestamp::parse_rfc3339(at).ok();
    let mut all = Vec::new();
    for (step, record) in from.pairs() {
        all.extend(
            deviations::of_record(record)
                .into_iter()
                .map(|one| Exception {
                    at: time(&one.at),
                    what: format!("{}: {}", step.id, one.happened),
                    decision: match (one.why, one.open) {
                        (Some(why), false) => {
                            format!("recorded and signed, and the run went on: {why}")
                        }
                        (why, _) => format!(
                            "recorded, NOT SIGNED BY ALL: {}",
                            why.unwrap_or_else(|| "no reason was given".to_owned())
                        ),
                    },
                    by: one.by,
                }),
        );
        let papers = record.notes.iter();
        let open = papers.filter_map(|(name, words)| aside_of_note(name, words));
        let open = open.filter(|(_, paper)| !paper.unsealed.is_empty());
        all.extend(open.map(|(at, paper)| Exception {
            at: time(&at),
            what: format!(
                "{}: component {} of {} lay in no package while the run was left: {}",
                step.id, paper.part, paper.components_of, paper.unsealed
            ),
            decision: "recorded, and the run was left".to_owned(),
            by: vec![paper.holder],
        }));
    }
    all
}
