//! The run as the report tells it: plain data for [`crate::evidence::report`], gathered from journal and vault.

mod access;
mod carried;
mod changes;
mod clauses;
mod counterparties;
mod handled;
mod hashes;
mod keys;
mod ledger;
mod log;
mod papers;
mod people;
mod programs;
mod sent;
mod steps;
mod time;
mod unused;

use crate::api::Timestamp;
use crate::custody::words;
use crate::evidence::report::{self, Copy, Exception, RunReport};
use crate::session::op_components::EXPORT_COMPONENTS;
use crate::session::{Profile, Run, RunOutcome, Session, StepRecord, View};

use super::super::model::{Model, Step};
use super::super::script::Script;
use super::drive::{CARD, audit_head};
use super::fates::{EARLIER, MISSING, TOLD_BY};
use super::sign::{AUDIT_LINE, SIGNED_FROM};
pub(super) use programs::{Beside, OfStep};

/// Years for which logs of key ceremonies are kept (PCI PIN 13-9.3: three years).
const RETENTION_YEARS: i64 = 3;

/// `report.txt`.
pub(super) fn text(run: &Run, script: &Script, session: &Session) -> String {
    report::text(&gather(run, script, session))
}

/// What the parts of the report are drawn from.
struct Material<'a> {
    run: &'a Run,
    model: &'a Model,
    view: &'a View,
    shown: log::Shown,
}

/// The report of a run as data.
pub(super) fn gather(run: &Run, script: &Script, session: &Session) -> RunReport {
    let view = session.view();
    let audit_head = audit_head(run, session);
    let from = Material {
        run,
        model: &script.model,
        view: &view,
        shown: log::Shown::of(run, session),
    };
    let mut entered = ledger::Entered::of(session);
    let exceptions = exceptions(&from);
    RunReport {
        done: done(run, script, exceptions.len()),
        run: run.id.clone(),
        vault: format!("{}, {}", view.vault, view.vault_id),
        profile: view.profile.name().to_owned(),
        place: "to be filled in by hand: ______________________________".to_owned(),
        started: Some(run.started),
        ended: run.ended,
        outcome: outcome(run),
        interruptions: run.interruptions,
        interrupted: handled::interruptions(&from),
        clock: handled::clock(&from),
        network: begun_with(run, crate::session::run::NETWORK),
        answers: answers(run),
        rehearsed: begun_with(run, crate::session::run::REHEARSED),
        software_policy: software(&from),
        estimated: script.estimate().unwrap_or_default().to_owned(),
        used_ms: time::used(&from),
        people: people::present(&from),
        relieved: people::relieved(&from),
        signatures: people::signatures(&from),
        hashes: hashes::taken(&from, script),
        steps: from
            .pairs()
            .map(|(step, record)| steps::one_step(&from, step, record))
            .collect(),
        keys: keys::rows(&from),
        no_key: keys::none_made(&from),
        access: access::log(&from),
        openings: handled::openings(&from),
        key_uses: handled::key_uses(&from),
        refused: handled::refused(&from),
        in_the_open: handled::in_the_open(&from),
        dropped: handled::dropped(&from),
        certificates: counterparties::certificates(&from),
        copies: copies(&view),
        accesses: entered.accesses(session),
        suspect_packages: from.shown.suspect_packages(),
        suspect_keys: entered.suspect_keys(session),
        exceptions,
        papers: papers::of_a_stop(&from),
        exempted: entered.exempted(run, session),
        still_to_do: crate::session::due::on_record(&view),
        clauses: clauses::table(&from),
        destruction: keys::destruction(&from),
        retain_until: retain_until(run),
        card: card(run),
        audit_words: in_words(&audit_head),
        audit_head,
    }
}

/// Who gave the answers of a rehearsal: people, or F5.
fn answers(run: &Run) -> String {
    super::super::Practised::of(run).map_or_else(String::new, super::super::Practised::told)
}

/// A head in hex digits as it is read aloud.
fn in_words(head: &str) -> String {
    let bytes = data_encoding::HEXLOWER.decode(head.as_bytes()).ok();
    let bytes: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.try_into().ok());
    bytes
        .map(|head| words::sixteen(&head).join(" "))
        .unwrap_or_default()
}

/// What was noted when the run began: of the machine's network, of the rehearsal before it.
fn begun_with(run: &Run, note: &str) -> String {
    let first = run.steps.first();
    let told = first.and_then(|step| step.notes.get(note));
    told.cloned().unwrap_or_default()
}

/// The witness card that the run's people were shown.
fn card(run: &Run) -> String {
    let mut steps = run.steps.iter();
    let card = steps.find_map(|step| step.notes.get(CARD).cloned());
    card.unwrap_or_default()
}

impl<'a> Material<'a> {
    /// Each step of the script with its record.
    fn pairs(&self) -> impl Iterator<Item = (&'a Step, &'a StepRecord)> + use<'a> {
        self.model.steps.iter().zip(&self.run.steps)
    }

    /// The name at a place, now.
    fn name(&self, place: &str) -> String {
        self.run.people.get(place).cloned().unwrap_or_default()
    }

    /// The name at a place in a step: another than now where somebody took the place later.
    fn name_in(&self, place: &str, step: &Step) -> String {
        self.run.at_place(place, &step.id)
    }

    /// What a declared key is called.
    fn label(&self, id: &str) -> String {
        let declared = self.model.key(id);
        declared.map_or_else(|| id.to_owned(), |key| key.label.clone())
    }

    /// Whom the script has watch a step; nobody else is said to have watched it.
    fn observers(&self, step: &Step) -> Vec<String> {
        let named = step.observe.iter();
        named.map(|place| self.name_in(place, step)).collect()
    }
}

/// Copies of the vault, with who keeps each, and where, as far as it was said when it was made.
fn copies(view: &View) -> Vec<Copy> {
    let copies = view.copies.iter().map(|copy| Copy {
        id: copy.id.clone(),
        seq: copy.seq,
        medium: match &copy.bag {
            Some(bag) => format!("{}, bag {bag}", copy.medium),
            None => format!("{}, no bag", copy.medium),
        },
        holder: match (&copy.holder, &copy.place) {
            (Some(holder), Some(place)) => format!("{holder}, {place}"),
            (Some(only), None) | (None, Some(only)) => only.clone(),
            (None, None) => String::new(),
        },
        state: if copy.old_set {
            format!("{}, opens to an earlier set of shares", copy.state)
        } else {
            copy.state.clone()
        },
    });
    copies.collect()
}

fn outcome(run: &Run) -> String {
    match run.outcome {
        Some(RunOutcome::Completed) => "completed".to_owned(),
        Some(RunOutcome::Exception) => "exception".to_owned(),
        Some(RunOutcome::Aborted) => "aborted".to_owned(),
        None => {
            let all = run.steps.len();
            format!(
                "open, at step {} of {all}; it can go on",
                run.next_step().min(all)
            )
        }
    }
}

fn done(run: &Run, script: &Script, exceptions: usize) -> String {
    let words = match run.outcome {
        Some(RunOutcome::Completed) if exceptions > 0 => {
            "Completed; what was not as written stands under Exceptions."
        }
        Some(RunOutcome::Completed) => "Completed as written.",
        Some(RunOutcome::Exception) => "Completed with recorded exceptions.",
        Some(RunOutcome::Aborted) => "ABORTED before its end.",
        None => "NOT FINISHED: the run stands open in its vault.",
    };
    format!("{}. {words}", script.title())
}

fn software(from: &Material<'_>) -> String {
    let words = match from.view.profile {
        Profile::Rehearsal => {
            "This was a rehearsal: nothing in it is a real key, and its clock stood still between steps that let time pass. Rehearsals of one script from one seed carry the same vault and run number."
        }
        Profile::Test => "This vault holds test keys, made in software.",
        Profile::Production if from.view.software_generation => {
            return match &from.shown.rules {
                None => "This vault may make keys in software, by decision of all who were present when it was created.".to_owned(),
                Some(rules) => format!(
                    "This vault may make keys in software: so says its policy, which was changed last on {}, signed by {}; \
                     the audit log has every change.",
                    rules.at.map(Timestamp::rfc3339).unwrap_or_default(),
                    rules.by.join(", ")
                ),
            };
        }
        Profile::Production => "This vault may not make keys in software.",
    };
    words.to_owned()
}

/// In the order in which they happened; those of one moment in the order of the steps.
fn exceptions(from: &Material<'_>) -> Vec<Exception> {
    let mut all: Vec<Exception> = from
        .pairs()
        .filter_map(|(step, record)| changes::exception(&step.id, record))
        .chain(changes::unforeseen(from))
        .chain(from.pairs().filter_map(|(step, record)| {
            let paper = record.notes.get(EARLIER)?;
            paper.contains(MISSING).then(|| Exception {
                at: record.ended.or(record.began),
                what: format!("{}: {paper}", step.id),
                decision: lost(step).to_owned(),
                by: vec![record.notes.get(TOLD_BY).cloned().unwrap_or_default()],
            })
        }))
        .collect();
    all.sort_by_key(|exception| (exception.at.is_none(), exception.at));
    all
}

/// What a paper that nobody can find led to. The last component comes out the same again, every other is drawn anew.
fn lost(step: &Step) -> &'static str {
    if step.op.name == EXPORT_COMPONENTS.name {
        "the components and their key are SUSPECT, and none of them was printed again"
    } else {
        "what stood on it was never used: another component was drawn, or the run ended"
    }
}

/// Audit lines that show what a step did.
fn audit_lines(record: &StepRecord) -> Vec<u64> {
    let noted = record
        .notes
        .get(AUDIT_LINE)
        .map(String::as_str)
        .unwrap_or_default();
    noted
        .split(", ")
        .filter_map(|line| line.parse().ok())
        .collect()
}

/// The last day of the record's retention, as a date.
fn retain_until(run: &Run) -> String {
    let Some(ended) = run.ended else {
        return String::new();
    };
    let date = ended.rfc3339();
    let (Some(year), Some(rest)) = (
        date.get(..4).and_then(|y| y.parse::<i64>().ok()),
        date.get(4..10),
    ) else {
        return String::new();
    };
    let rest = if rest == "-02-29" { "-02-28" } else { rest };
    format!("{}{rest}", year + RETENTION_YEARS)
}
