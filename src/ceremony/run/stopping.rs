//! Stopping a run: what `[on_abort]` says is done one by one, each noted in the journal, and only then is the run
//! closed. A stop that is itself interrupted goes on where it was.

use std::fmt::Write as _;

use crate::session::{
    Arrow, Command, NOT_SAID, RunOutcome, STOPPED_AT, STOPPED_BY, Session, StepRecord, StepState,
};
use crate::text::{say, tr};

use super::super::ask::{Answer, Ask};
use super::super::model::AbortAct;
use super::super::ops_components;
use super::asks::to_sign;
use super::drive::{AUDIT_HEAD, CARD, Halt, Work, card};
use super::fates::{EARLIER, MISSING};
use super::leaving::void_words;
use super::put_away::{kept, of_note};
use super::sign::{again, key_source};
use super::stop_signed::began_by;
use super::{RunError, Runner, Stage, standing};

/// How the text begins that people sign of a stop: a verifier knows it by that.
pub(super) use crate::evidence::verify::STOPPED;
/// What stands before the reason where people stopped the run.
const BY_PEOPLE: &str = "aborted: ";
/// Note: what the run had made and written when it stopped.
pub(super) const CUSTODY: &str = "on_abort list-custody";

impl Runner {
    /// Journals that the step at hand stops the run, and does what the script says for that.
    pub(super) fn stop(&mut self, session: &mut Session, reason: String) -> Result<Work, Halt> {
        self.give_copy_up(session)?;
        // What had happened before people decided to stop stays said.
        let before = self
            .record(session)
            .filter(|record| record.state == StepState::Exception)
            .and_then(|record| record.error);
        let reason = match before {
            Some(happened) => format!("{}; before it: {happened}", without_stop(&reason)),
            None => reason,
        };
        self.last = Some(why_stopped(&reason));
        let reason = self.with_what_stands(session, reason);
        let now = session.now();
        let by = self.stopped_by.take();
        self.journal(session, |record| {
            record.notes.insert(STOPPED_AT.to_owned(), now.rfc3339());
            if reason.starts_with(BY_PEOPLE) {
                let by = by.unwrap_or_else(|| NOT_SAID.to_owned());
                record.notes.insert(STOPPED_BY.to_owned(), by);
            }
            record.state = StepState::Aborted;
            record.began = record.began.or(Some(now));
            record.error = Some(reason);
        })?;
        self.work_abort(session)
    }

    /// The reason with what the stop leaves in the vault: whoever signs it reads that, and so does whoever reads the log.
    fn with_what_stands(&self, session: &Session, reason: String) -> String {
        let Some(record) = self.record(session) else {
            return reason;
        };
        match standing::on_record(session, &self.run(session), &record).as_str() {
            "" => reason,
            stands => format!("{}; {stands}", without_stop(&reason)),
        }
    }

    /// Goes on with what the script says for a stop.
    pub(super) fn work_abort(&mut self, session: &mut Session) -> Result<Work, Halt> {
        for act in self.script.model.stop_acts() {
            let Some(record) = self.record(session) else {
                return Ok(Work::Moved);
            };
            if record.notes.contains_key(&done(act)) {
                continue;
            }
            let note = match act {
                AbortAct::Wipe => {
                    self.withdraw(session, "the run was stopped");
                    self.forget();
                    "done".to_owned()
                }
                AbortAct::Reseal => {
                    if self.reseal(session, &record)? == Work::Asks {
                        return Ok(Work::Asks);
                    }
                    "done".to_owned()
                }
                AbortAct::ListCustody => self.custody(session),
                AbortAct::SignOff => {
                    if self.sign_abort(session, &record)? == Work::Asks {
                        return Ok(Work::Asks);
                    }
                    "done".to_owned()
                }
            };
            self.journal(session, |record| {
                record.notes.insert(done(act), note);
            })?;
        }
        let reason = self.record(session).and_then(|r| r.error);
        self.close_aborted(session)?;
        self.stopped(reason.unwrap_or_default())
    }

    /// The run has ended: quietly where people stopped it, as a failure where a step did.
    fn stopped(&mut self, reason: String) -> Result<Work, Halt> {
        self.stage = Stage::Ended;
        if reason.starts_with(BY_PEOPLE) {
            return Ok(Work::Moved);
        }
        let step = self.step().map(|s| s.id.clone()).unwrap_or_default();
        Err(Halt::Error(RunError::Step {
            step,
            message: reason,
        }))
    }

    fn close_aborted(&mut self, session: &mut Session) -> Result<(), Halt> {
        let Some(mut record) = self.record(session) else {
            return Ok(());
        };
        record.state = StepState::Aborted;
        record.ended = Some(session.now());
        let view = session.view();
        record.notes.insert(CARD.to_owned(), card(&view));
        record.notes.insert(AUDIT_HEAD.to_owned(), view.audit_head);
        session.perform(Command::Journal(Arrow::Close {
            run: self.run.clone(),
            step: Box::new(record),
            outcome: RunOutcome::Aborted,
        }))?;
        self.outcome = Some(RunOutcome::Aborted);
        self.arrow(StepState::Aborted)?;
        Ok(())
    }

    /// What the run made and wrote so far, in words for the record.
    fn custody(&self, session: &Session) -> String {
        let run = self.run(session);
        let view = session.view();
        let keys = run.keys.iter().filter_map(|(id, arn)| {
            let row = view.keys.iter().find(|row| row.key.key_arn == *arn)?;
            Some(format!(
                "{} ({}, {})",
                self.script
                    .model
                    .key(id)
                    .map_or(id.as_str(), |key| key.label.as_str()),
                session.check_value_on_record(arn)?,
                row.key.key_state.name()
            ))
        });
        let keys: Vec<String> = keys.collect();
        let files: Vec<String> = run
            .steps
            .iter()
            .flat_map(|step| step.files.keys().cloned())
            .collect();
        let said = |what: &str, list: &[String]| {
            if list.is_empty() {
                format!("{what}: none")
            } else {
                format!("{what}: {}", list.join(", "))
            }
        };
        let mut words = format!(
            "{}; {}",
            said("keys made or used in this run", &keys),
            said("files made", &files)
        );
        let parts = self.known_parts(session);
        let void: Vec<String> = run.steps.iter().flat_map(void_words).collect();
        if !void.is_empty() {
            words.push_str("; ");
            words.push_str(&said(
                "words written for nothing, papers to be destroyed",
                &void,
            ));
        }
        if !parts.is_empty() {
            words.push_str("; ");
            words.push_str(&said("components known to custodians", &parts));
        }
        words
    }

    /// Components that custodians know or may have read, each with its package where it lies in one: a paper that was taken out
    /// of its package was before somebody's eyes, whether or not it was typed to its end.
    fn known_parts(&self, session: &Session) -> Vec<String> {
        self.script
            .model
            .keys
            .iter()
            .filter_map(|key| self.component_set(&key.id))
            .flat_map(|set| {
                let parts = session.component_parts(&set.id);
                let packages = session.closed_packages(&set.id);
                let label = set.label;
                let opened = session.packages_opened(&set.id).into_iter();
                let opened =
                    opened.map(|(part, holder)| (part, holder, ", who opened its package"));
                let parts = parts.into_iter().map(|p| (p.part, p.holder, ""));
                parts.chain(opened).map(move |(part, holder, read)| {
                    let lies = packages
                        .iter()
                        .find(|lies| lies.0 == part && lies.1 == holder);
                    let lies =
                        lies.map_or_else(String::new, |lies| format!(" in package {}", lies.2));
                    format!("{part} of {label} with {holder}{lies}{read}")
                })
            })
            .collect()
    }

    /// What people sign.
    pub(super) fn abort_text(&self, session: &Session) -> String {
        let record = self.record(session);
        let step = self
            .step()
            .map(|step| format!("{} ({})", step.id, step.title));
        let error = record.as_ref().and_then(|r| r.error.clone());
        let mut text = format!(
            "{STOPPED}{}, {}{}: {}",
            self.at + 1,
            step.unwrap_or_default(),
            record.as_ref().and_then(began_by).unwrap_or_default(),
            error.unwrap_or_default()
        );
        let begun = text.len();
        // The log has a line for each paper that was sealed; this is its line for those that were not.
        for (name, words) in record.iter().flat_map(|r| &r.notes) {
            let paper = of_note(name).map(|(part, of)| (part, of, kept(words)));
            if let Some((part, of, paper)) = paper.filter(|(.., p)| !p.unsealed.is_empty()) {
                let _ = write!(
                    text,
                    "; component {part} of {of} NOT SEALED, with {}: {}",
                    paper.holder, paper.unsealed
                );
            }
        }
        let earlier = record.and_then(|mut r| r.notes.remove(EARLIER));
        if let Some(paper) = earlier.filter(|paper| paper.contains(MISSING)) {
            let _ = write!(text, "; {paper}");
        }
        let (happened, papers) = text.split_at(begun);
        if papers.is_empty() {
            return text;
        }
        format!("{}{papers}", without_stop(happened))
    }

    /// What whoever signs the stop reads.
    pub(super) fn abort_ask(&self, session: &Session) -> Ask {
        let person = self.signer();
        let role = Self::role(session, &person);
        let view = session.view();
        let mut body = vec![
            tr("The run was stopped. You sign this and the head of the audit chain:").to_owned(),
            String::new(),
            format!("  {}", self.abort_text(session)),
        ];
        let record = self.record(session);
        if let Some(custody) = record.and_then(|r| r.notes.get(CUSTODY).cloned()) {
            body.push(format!("  {custody}"));
        }
        body.push(String::new());
        body.push(say!(
            "  {events} events, head {audit_head}",
            events = view.events,
            audit_head = view.audit_head
        ));
        to_sign(
            say!("{person} signs the stop", person),
            (person, role),
            body,
            (
                tr("signs the record of the stop for you"),
                tr("the run is stopped; what was done stays done and is recorded"),
            ),
        )
    }

    /// One person signs that the run was stopped.
    pub(super) fn take_abort_sign_off(
        &mut self,
        session: &mut Session,
        answers: Vec<Answer>,
    ) -> Result<(), Halt> {
        let Some(person) = self.signers.front().cloned() else {
            return Ok(());
        };
        let key = key_source(session, &person, &mut answers.into_iter())?;
        self.sign_one_abort(session, &person, key).map_err(again)?;
        self.last = Some(say!("{person} signed the record of the stop.", person));
        self.signers.pop_front();
        Ok(())
    }

    /// Stops the run for good; recorded with the reason, and not with who said it. People sign that next.
    ///
    /// # Errors
    /// What the door refused.
    pub fn abort(&mut self, session: &mut Session, reason: &str) -> Result<(), RunError> {
        self.abort_by(session, reason, None)
    }

    /// The same, begun by somebody of this run; a name that has no part in it is not taken for one.
    ///
    /// # Errors
    /// As [`Runner::abort`].
    pub fn abort_by(
        &mut self,
        session: &mut Session,
        reason: &str,
        by: Option<&str>,
    ) -> Result<(), RunError> {
        let stopping = self
            .record(session)
            .is_some_and(|record| record.state == StepState::Aborted);
        if self.outcome.is_some() || stopping {
            return Ok(());
        }
        self.arrive(session)?;
        let known = |name: &&str| self.in_room(session).iter().any(|[own, _]| own == name);
        self.stopped_by = by.filter(known).map(str::to_owned);
        self.came_back = false;
        self.stay();
        self.before = None;
        self.withdraw(session, reason);
        if let Err(Halt::Error(error)) = self.leave_result(session) {
            return Err(error);
        }
        if self.outcome.is_some() {
            return Ok(());
        }
        match self.stop(session, format!("{BY_PEOPLE}{reason}")) {
            Ok(_) => Ok(()),
            Err(Halt::Error(error)) => Err(error),
            Err(Halt::Again(words)) => Err(RunError::Step {
                step: String::new(),
                message: words,
            }),
        }
    }
}

impl Runner {
    /// A component's turn that is done, and whose result stands on show, is closed before the run stops: the step behind
    /// it is the one that was not done.
    fn leave_result(&mut self, session: &mut Session) -> Result<(), Halt> {
        let turn = self
            .step()
            .is_some_and(|step| ops_components::is_turn(step.op));
        if turn && self.stage == Stage::Result {
            self.close_step(session)?;
            self.next_step();
        }
        Ok(())
    }
}

impl Runner {
    /// Whether the run was stopped for good, and what its script wants then is being done.
    pub(super) fn stopping(&self, session: &Session) -> bool {
        let aborted = |record: StepRecord| record.state == StepState::Aborted;
        self.outcome.is_none() && self.record(session).is_some_and(aborted)
    }

    /// Why, in the words of whoever stopped it.
    pub(super) fn why_stopped(&self, session: &Session) -> Option<String> {
        let record = self.record(session)?;
        (record.state == StepState::Aborted).then(|| reason(&record).to_owned())
    }
}

/// Why a step was stopped: what people said, or what went wrong.
pub(in crate::ceremony) fn reason(record: &StepRecord) -> &str {
    let error = record.error.as_deref().unwrap_or_default();
    error.strip_prefix(BY_PEOPLE).unwrap_or(error)
}

/// Whether people stopped it, rather than a step that failed.
pub(super) fn by_people(record: &StepRecord) -> bool {
    let error = record.error.as_deref().unwrap_or_default();
    error.starts_with(BY_PEOPLE)
}

/// Why the run was stopped, in its first sentence: whoever is asked next reads it.
pub(super) fn why_stopped(reason: &str) -> String {
    let reason = reason.strip_prefix(BY_PEOPLE).unwrap_or(reason);
    let first = reason.split_once(". ").map_or(reason, |(first, _)| first);
    say!("The run is stopped: {why}.", why = without_stop(first))
}

/// A sentence that goes on.
pub(super) fn without_stop(sentence: &str) -> &str {
    sentence.trim_end().trim_end_matches('.')
}

/// Note of an act that is done when a run stops.
fn done(act: AbortAct) -> String {
    match act {
        AbortAct::ListCustody => CUSTODY.to_owned(),
        other => format!("on_abort {}", other.name()),
    }
}
