//! A step that went another way than the script expects, where the run goes on all the same: somebody says why, and
//! whoever leads and whoever watches sign it before the next step. An interruption in between loses no signature.

use std::collections::VecDeque;

use crate::session::field::{Field, Kind};
use crate::session::{Command, KeySource, Session, StepRecord, StepState};
use crate::text::{say, tr};

use super::super::ask::{Answer, Ask};
use super::super::model::{Role, Step};
use super::asks::{signing, to_sign};
use super::drive::{Halt, Work};
use super::judge::free_of_secrets;
use super::sign::{again, key_source, text};
use super::{Runner, Stage};

/// Why it happened, and why the run goes on.
pub(super) const REASON: Field = Field {
    id: "exception-reason",
    label: "Reason",
    hint: "Why it happened and why the ceremony goes on, in one sentence. It is signed, and stands in the report.",
    kind: Kind::Text { max: 200 },
    optional: false,
};

/// Note: the reason as it was given.
const WHY: &str = "exception reason";
/// Note of a person who signed, with the line of the log.
const SIGNED: &str = "exception signed (";
/// The reason where people practise.
pub(super) const PRACTICE: &str = "practised: the script lets the run go on";
/// The reason where nobody can be asked.
pub(super) const UNATTENDED: &str = "nobody was asked: the script lets the run go on";

impl Runner {
    /// Has the exception of the step at hand signed, and ends the step once everybody has.
    pub(super) fn work_exception(&mut self, session: &mut Session) -> Result<Work, Halt> {
        let Some(record) = self.record(session) else {
            return Ok(Work::Moved);
        };
        let left = self.to_sign_exception(&record);
        if session.automatic() {
            for person in left {
                self.sign_exception(session, &person, KeySource::Held, UNATTENDED)?;
            }
        } else if !left.is_empty() {
            self.signers = left;
            self.stage = Stage::Exception;
            return Ok(Work::Asks);
        }
        self.signers.clear();
        self.end_step(session, StepState::Exception)?;
        Ok(Work::Moved)
    }

    /// Whoever acts in the step, leads or watches, and has not yet signed: in the script's order, who acts first.
    fn to_sign_exception(&self, record: &StepRecord) -> VecDeque<String> {
        let mut names = self.signs_exceptions();
        names.retain(|name| !record.notes.contains_key(&signed(name)));
        names
    }

    /// Who signs what is recorded at the step at hand beyond its script, by name.
    pub fn exception_signers(&self) -> Vec<String> {
        self.signs_exceptions().into()
    }

    /// Whoever acts in the step at hand, leads or watches: in the script's order, who acts first.
    pub(super) fn signs_exceptions(&self) -> VecDeque<String> {
        let step = self.step();
        let acts = step.and_then(|step| step.initiate.as_ref().or(step.who.first()));
        let people = self.script.model.places();
        let both = people.filter(|place| place.role != Role::Custodian);
        let mut names = VecDeque::new();
        for place in acts.into_iter().chain(both.map(|place| &place.id)) {
            let name = self.name(place);
            if !name.is_empty() && !names.contains(&name) {
                names.push_back(name);
            }
        }
        names
    }

    fn sign_exception(
        &mut self,
        session: &mut Session,
        person: &str,
        key: KeySource,
        reason: &str,
    ) -> Result<(), Halt> {
        let line = (session.view().events + 1).to_string();
        session.perform(Command::SignOff {
            text: self.exception_text(session, reason),
            people: vec![(person.to_owned(), key)],
        })?;
        self.journal(session, |record| {
            record.notes.insert(WHY.to_owned(), reason.to_owned());
            record.notes.insert(signed(person), line);
        })?;
        Ok(())
    }

    /// What people sign.
    fn exception_text(&self, session: &Session, reason: &str) -> String {
        let step = self.step().map(|step| step.id.clone()).unwrap_or_default();
        let happened = self.record(session).and_then(|record| record.error);
        text_of(&step, &happened.unwrap_or_default(), reason)
    }

    fn exception_reason(&self, session: &Session) -> Option<String> {
        self.record(session)?.notes.get(WHY).cloned()
    }

    /// The first who signs says why; everybody signs.
    pub(super) fn exception_fields(&self, session: &Session) -> Vec<Field> {
        let reason = self.exception_reason(session).is_none().then_some(REASON);
        reason.into_iter().chain(signing(session)).collect()
    }

    /// One person signs.
    pub(super) fn take_exception(
        &mut self,
        session: &mut Session,
        answers: Vec<Answer>,
    ) -> Result<(), Halt> {
        let Some(person) = self.signers.front().cloned() else {
            return Ok(());
        };
        let mut answers = answers.into_iter();
        let reason = match self.exception_reason(session) {
            Some(reason) => reason,
            None => REASON
                .check(&text(answers.next()))
                .map_err(|error| Halt::Again(error.to_string()))
                .and_then(free_of_secrets)?,
        };
        let key = key_source(session, &person, &mut answers)?;
        self.sign_exception(session, &person, key, &reason)
            .map_err(again)?;
        self.last = Some(say!("{person} signed the exception.", person));
        Ok(())
    }

    /// What whoever signs the exception reads.
    pub(super) fn exception_ask(&self, session: &Session, step: &Step) -> Ask {
        let person = self.signer();
        let role = Self::role(session, &person);
        let happened = self.record(session).and_then(|record| record.error);
        let mut body = vec![
            say!(
                "Step {id} went another way than the script expects:",
                id = step.id
            ),
            String::new(),
            format!("  {}", happened.unwrap_or_default()),
            String::new(),
        ];
        body.push(match self.exception_reason(session) {
            Some(reason) => say!("It was decided to go on: {reason}", reason),
            None => tr("The script lets the ceremony go on. Say why, and sign; or stop it (Esc).")
                .to_owned(),
        });
        to_sign(
            say!("{person} signs an exception", person),
            (person, role),
            body,
            (
                tr("signs for you that this happened and that the ceremony goes on"),
                tr("the exception is recorded; the next step has not begun"),
            ),
        )
    }
}

pub(super) use crate::evidence::verify::EXCEPTION;

/// What people sign of an exception, whether the script foresaw it or not.
pub(super) fn text_of(step: &str, happened: &str, reason: &str) -> String {
    format!("{EXCEPTION}{step}: {happened}; the run goes on: {reason}")
}

/// Note of a person who signed an exception.
fn signed(name: &str) -> String {
    format!("{SIGNED}{name})")
}

/// Why a run went on after an exception, and who signed it; nothing in journals of before it was signed.
pub(super) fn decided(record: &StepRecord) -> Option<(String, Vec<String>)> {
    let why = record.notes.get(WHY)?.clone();
    let names = record.notes.keys().filter_map(|name| {
        let name = name.strip_prefix(SIGNED)?.strip_suffix(')')?;
        Some(name.to_owned())
    });
    Some((why, names.collect()))
}
