//! What a form refused during a run, on record before the same is asked again.

use super::{NOT_IN_FORM, RunError, Runner, Stage, is_compared};
use crate::session::{IN_THE_OPEN, InTheOpen, Mistyped, Session};

impl Runner {
    /// Records what the form itself refused: of a value that is compared with another channel, that it was not in its form;
    /// of any field, that something secret was typed where it is drawn, for whoever saw it knows it (PCI PIN 8-1, 25). So no
    /// interruption loses it. Which field, whose and when; never what was typed, and against no number of tries that a
    /// script allows, since nothing was compared.
    ///
    /// # Errors
    /// What the door refused.
    pub fn mistyped(
        &mut self,
        session: &mut Session,
        field: &str,
        how: Mistyped,
    ) -> Result<(), RunError> {
        let counts = how.secret().is_some() || is_compared(field);
        let turn = self.turns.front().filter(|_| self.stage == Stage::Turn);
        let asked = turn.filter(|turn| counts && turn.fields.contains(&field));
        let asked = asked.map(|turn| turn.person.clone());
        self.log_in_the_open(session, field, how, asked.as_deref())?;
        let Some(person) = asked else {
            return Ok(());
        };
        let at = session.now().rfc3339();
        match how.secret() {
            Some(what) => {
                self.note_in_the_open(session, &format!("{what} at {field} by {person} at {at}"))
            }
            None => self.note_not_taken(
                session,
                format!("{field} ({NOT_IN_FORM}) of {person} at {at}"),
            ),
        }
    }

    /// The line of the log, whichever page of the run it was: also that of a stop's reason, or of what no script foresees.
    fn log_in_the_open(
        &self,
        session: &mut Session,
        field: &str,
        how: Mistyped,
        who: Option<&str>,
    ) -> Result<(), RunError> {
        let step = self.step().map_or("run", |step| step.id.as_str());
        let slip = InTheOpen {
            field: field.to_owned(),
            how,
            at: format!("step {step}"),
            who: who.map(str::to_owned),
        };
        Ok(session.note_in_the_open(&slip)?)
    }

    fn note_in_the_open(&self, session: &mut Session, line: &str) -> Result<(), RunError> {
        let Some(mut record) = self.record(session) else {
            return Ok(());
        };
        let told = record.notes.entry(IN_THE_OPEN.to_owned()).or_default();
        if !told.is_empty() {
            told.push_str("; ");
        }
        told.push_str(line);
        self.keep_record(session, record)
    }
}
