//! Who answered in a rehearsal, people or F5: kept with the steps in the commits that their answers lead to.

use super::super::Practised;
use super::super::ask::{Advance, Answer};
use super::{RunError, Runner};
use crate::session::{PRACTISED, Profile, Session, StepRecord};

impl Runner {
    /// Takes answers as [`Runner::answer`] does, from a front end that knows which of them F5 gave. Counted are answers of
    /// a rehearsal that were taken, none that is asked again; and nothing is where no people sit before it.
    ///
    /// # Errors
    /// Those of [`Runner::answer`].
    pub fn answer_counted(
        &mut self,
        session: &mut Session,
        answers: Vec<Answer>,
        counted: Practised,
    ) -> Result<Advance, RunError> {
        if !self.attended || session.profile() != Profile::Rehearsal {
            return self.answer(session, answers);
        }
        let before = self.practised;
        self.practised = before.and(counted);
        let advance = self.answer(session, answers);
        // What was kept on the way stands with its step; what was refused is asked again, and counts then.
        let kept = self.practised == Practised::default();
        if matches!(advance, Ok(Advance::Again(_))) && !kept {
            self.practised = before;
        }
        advance
    }

    /// Adds what was answered since the last arrow to the record that is about to be kept.
    pub(super) fn keep_practised(&mut self, record: &mut StepRecord) {
        let counted = std::mem::take(&mut self.practised);
        if counted == Practised::default() {
            return;
        }
        let all = Practised::noted(record.notes.get(PRACTISED)).and(counted);
        record.notes.insert(PRACTISED.to_owned(), all.note());
    }
}
