//! What happened that no script foresaw, and the run goes on all the same: recorded at the step at hand, with its reason,
//! by whoever acts, leads and watches (PCI PIN 26-1). A late courier, another room, a wrong stick.

use crate::session::field::Field;
use crate::session::{Command, KeySource, Session, StepRecord, StepState};
use crate::text::{say, tr};

use super::super::ask::{Advance, Answer, Ask};
use super::asks::{signing, to_sign};
use super::drive::{Halt, Work};
use super::exceptions::{REASON, UNATTENDED, text_of};
use super::judge::free_of_secrets;
use super::sign::{again, key_source, text};
use super::{RunError, Runner, Stage};

/// How every note of one begins; its number follows.
const NOTE: &str = "deviation ";
/// What happened.
const HAPPENED: &str = "happened";
/// When it was recorded.
const AT: &str = "at";
/// It waits for signatures.
const OPEN: &str = "open";
/// Why the run goes on.
const WHY: &str = "reason";

/// What was recorded at a step.
pub(super) struct Deviation {
    /// Its number at its step, from 1.
    pub(super) number: usize,
    /// What happened.
    pub(super) happened: String,
    /// When it was recorded, as the vault's clock said.
    pub(super) at: String,
    /// Why the run goes on; none where nobody signed.
    pub(super) why: Option<String>,
    /// Who signed it.
    pub(super) by: Vec<String>,
    /// Whether somebody has yet to sign.
    pub(super) open: bool,
}

/// The note of one thing that is known of a deviation.
fn note(number: usize, what: &str) -> String {
    format!("{NOTE}{number} {what}")
}

fn signed(number: usize, name: &str) -> String {
    format!("{NOTE}{number} signed ({name})")
}

/// Everything that was recorded at a step, in its order.
pub(super) fn of_record(record: &StepRecord) -> Vec<Deviation> {
    let of = |number: usize| {
        let said = |what: &str| record.notes.get(&note(number, what)).cloned();
        let begins = format!("{NOTE}{number} signed (");
        let names = record.notes.keys().filter_map(|name| {
            let name = name.strip_prefix(&begins)?.strip_suffix(')')?;
            Some(name.to_owned())
        });
        Some(Deviation {
            number,
            happened: said(HAPPENED)?,
            at: said(AT).unwrap_or_default(),
            why: said(WHY),
            by: names.collect(),
            open: said(OPEN).is_some(),
        })
    };
    (1..).map_while(of).collect()
}

impl Runner {
    /// Records at the step at hand that something happened that the script does not foresee. Whoever acts, leads and
    /// watches sign it next, the first with the reason; then the same thing is asked as before.
    ///
    /// # Errors
    /// What the door refused. A text that must not stand in the record is told in words, and nothing is recorded.
    pub fn deviate(&mut self, session: &mut Session, happened: &str) -> Result<Advance, RunError> {
        let taken = free_of_secrets(happened.trim().to_owned())
            .and_then(|happened| self.note_deviation(session, happened))
            .and_then(|()| self.advance(session));
        match taken {
            Ok(()) => Ok(self.outcome.map_or(Advance::Asks, Advance::Ended)),
            Err(Halt::Again(words)) => Ok(Advance::Again(words)),
            Err(Halt::Error(error)) => Err(error),
        }
    }

    fn note_deviation(&mut self, session: &mut Session, happened: String) -> Result<(), Halt> {
        if self.outcome.is_some() || self.stopping(session) || happened.is_empty() {
            return Ok(());
        }
        if self.arrival.is_some() {
            self.arrive(session)?;
            self.advance(session)?;
        }
        let Some(record) = self.record(session) else {
            return Ok(());
        };
        self.stay();
        let number = of_record(&record).len() + 1;
        let at = session.now().rfc3339();
        self.journal(session, |record| {
            record.notes.insert(note(number, HAPPENED), happened);
            record.notes.insert(note(number, AT), at);
            record.notes.insert(note(number, OPEN), String::new());
        })?;
        self.came_back = false;
        if self.before.is_none() {
            self.before = Some(self.stage.clone());
        }
        Ok(())
    }

    /// The deviation that waits for signatures, and who has yet to sign it.
    fn open_deviation(&self, record: &StepRecord) -> Option<(Deviation, Vec<String>)> {
        let deviation = of_record(record).into_iter().find(|one| one.open)?;
        let mut names = self.signs_exceptions();
        names.retain(|name| !deviation.by.contains(name));
        Some((deviation, names.into()))
    }

    /// Has it signed before anything else is asked; behind it, the run stands where it stood.
    pub(super) fn work_deviation(
        &mut self,
        session: &mut Session,
        record: &StepRecord,
    ) -> Result<Work, Halt> {
        if record.state == StepState::Aborted {
            self.before = None;
            return Ok(Work::Moved);
        }
        if let Some((deviation, names)) = self.open_deviation(record) {
            if !session.automatic() && !names.is_empty() {
                self.stage = Stage::Deviation;
                return Ok(Work::Asks);
            }
            for person in names {
                let why = deviation.why.as_deref().unwrap_or(UNATTENDED);
                self.sign_deviation(session, &deviation, (&person, KeySource::Held), why)?;
            }
            let number = deviation.number;
            self.journal(session, |record| {
                record.notes.remove(&note(number, OPEN));
            })?;
            return self.record(session).map_or(Ok(Work::Moved), |record| {
                self.work_deviation(session, &record)
            });
        }
        match self.before.take() {
            Some(stage) => {
                self.stage = stage;
                Ok(Work::Asks)
            }
            None => Ok(Work::Moved),
        }
    }

    fn sign_deviation(
        &mut self,
        session: &mut Session,
        deviation: &Deviation,
        (person, key): (&str, KeySource),
        why: &str,
    ) -> Result<(), Halt> {
        let line = (session.view().events + 1).to_string();
        let step = self.step().map(|step| step.id.clone()).unwrap_or_default();
        session.perform(Command::SignOff {
            text: text_of(&step, &deviation.happened, why),
            people: vec![(person.to_owned(), key)],
        })?;
        let number = deviation.number;
        self.journal(session, |record| {
            record.notes.insert(note(number, WHY), why.to_owned());
            record.notes.insert(signed(number, person), line);
        })?;
        Ok(())
    }

    /// Who signs the deviation next.
    pub(super) fn deviation_signer(&self, session: &Session) -> String {
        let record = self.record(session);
        let open = record.and_then(|record| self.open_deviation(&record));
        let next = open.and_then(|(_, names)| names.into_iter().next());
        next.unwrap_or_default()
    }

    /// The first who signs says why; everybody signs.
    pub(super) fn deviation_fields(&self, session: &Session) -> Vec<Field> {
        let record = self.record(session);
        let open = record.and_then(|record| self.open_deviation(&record));
        let asks = open.is_some_and(|(deviation, _)| deviation.why.is_none());
        let reason = asks.then_some(REASON);
        reason.into_iter().chain(signing(session)).collect()
    }

    /// One person signs.
    pub(super) fn take_deviation(
        &mut self,
        session: &mut Session,
        answers: Vec<Answer>,
    ) -> Result<(), Halt> {
        let record = self.record(session);
        let open = record.and_then(|record| self.open_deviation(&record));
        let Some((deviation, names)) = open else {
            return Ok(());
        };
        let Some(person) = names.first() else {
            return Ok(());
        };
        let mut answers = answers.into_iter();
        let why = match &deviation.why {
            Some(why) => why.clone(),
            None => REASON
                .check(&text(answers.next()))
                .map_err(|error| Halt::Again(error.to_string()))
                .and_then(free_of_secrets)?,
        };
        let key = key_source(session, person, &mut answers)?;
        self.sign_deviation(session, &deviation, (person, key), &why)
            .map_err(again)?;
        self.last = Some(say!("{person} signed the exception.", person));
        Ok(())
    }

    /// What whoever signs it reads.
    pub(super) fn deviation_ask(&self, session: &Session) -> Option<Ask> {
        let record = self.record(session)?;
        let (deviation, names) = self.open_deviation(&record)?;
        let person = names.first()?.clone();
        let role = Self::role(session, &person);
        let mut body = vec![
            say!(
                "In step {number} something happened that the script does not foresee:",
                number = self.at + 1
            ),
            String::new(),
            format!("  {}", deviation.happened),
            String::new(),
        ];
        body.push(match &deviation.why {
            Some(reason) => say!("It was decided to go on: {reason}", reason),
            None => tr("Say why the ceremony goes on all the same, and sign; or stop it (Esc).")
                .to_owned(),
        });
        Some(to_sign(
            say!("{person} signs an exception", person),
            (person, role),
            body,
            (
                tr("signs for you that this happened and that the ceremony goes on"),
                tr("it is recorded; the step stands where it stood before"),
            ),
        ))
    }
}
