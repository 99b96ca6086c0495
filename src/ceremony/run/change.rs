//! Steps that change people or shares: each person's turn is asked in order, and the arrow to `executed` lies in the
//! commit that puts the change in force.

use crate::session::field::Field;
use crate::session::{
    Arrow, Changing, PersonView, Run, Session, StepState, op_custody, paper_name,
};

use super::super::ask::{Answer, Ask};
use super::super::changing::{ChangeTalk, gives_words};
use super::super::model::Step;
use super::drive::{Halt, Work};
use super::leaving::WROTE;
use super::sign::again;
use super::{Runner, Stage, expect};

/// How the name of an enrolment form ends.
const FORM: &str = "enrolment.txt";

impl Runner {
    /// The act is signed: people have their turns, or practice has them all at once.
    pub(super) fn begin_change(
        &mut self,
        session: &mut Session,
        mut changing: Changing,
    ) -> Result<(), Halt> {
        if session.automatic()
            && let Err(refusal) = changing.by_practice(session)
        {
            self.pending = None;
            return Err(refusal.into());
        }
        // Another attempt: whatever was written down for one before it counts for nothing.
        self.words_are_void(session)?;
        self.changing = Some(ChangeTalk::new(changing));
        Ok(())
    }

    /// Goes on to the next person, or puts the change in force.
    pub(super) fn work_change(&mut self, session: &mut Session) -> Result<Work, Halt> {
        let Some(talk) = &mut self.changing else {
            return Ok(Work::Moved);
        };
        if talk.next(session)? {
            self.note_words(session)?;
            self.stage = Stage::Change;
            return Ok(Work::Asks);
        }
        let Some(changing) = self.changing.take().map(ChangeTalk::over) else {
            return Ok(Work::Moved);
        };
        self.finish_change(session, changing)?;
        Ok(Work::Moved)
    }

    fn finish_change(&mut self, session: &mut Session, changing: Changing) -> Result<(), Halt> {
        let Some(mut record) = self.record(session) else {
            return Ok(());
        };
        let proof = changing.proof();
        record.state = StepState::Executed;
        record.notes.remove(WROTE);
        record.notes.insert(
            super::sign::AUDIT_LINE.to_owned(),
            (session.view().events + 1).to_string(),
        );
        record
            .notes
            .insert(expect::PROVEN.to_owned(), proof.proven.join(", "));
        record
            .notes
            .insert(expect::FAILED.to_owned(), proof.failed.join(", "));
        record
            .notes
            .insert(expect::ABSENT.to_owned(), proof.absent.join(", "));
        record.notes.extend(expect::beside_notes(&proof));
        record.notes.extend(expect::set_notes(&changing, session));
        record.digest = changing.executed_digest().or(record.digest);
        let arrow = Arrow::Step {
            run: self.run.clone(),
            step: Box::new(record),
            binds: Vec::new(),
        };
        self.pending = None;
        match changing.finish(session, Some(arrow)) {
            Ok(changed) => {
                self.told = changed.told();
                let run = self.run(session);
                self.know_newcomers(&run);
                self.arrow(StepState::Executed)?;
                Ok(())
            }
            Err(refusal) if !session.automatic() => {
                self.signers.clear();
                self.stage = Stage::Issue;
                match again(refusal.into()) {
                    Halt::Again(why) => Err(self.gave_up(session, &why)),
                    halt @ Halt::Error(_) => Err(halt),
                }
            }
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// The enrolment forms of a change, made from the vault as it stands after it: of everybody, or of the holders of a
    /// recovery set alone, who are all that it changed. No witness card: the last page shows the one of the run's end.
    pub(super) fn papers(step: &Step, session: &Session) -> Vec<(String, Vec<u8>)> {
        if !gives_words(step.op) {
            return Vec::new();
        }
        let view = session.view();
        let holders = view.recovery.as_ref().map(|set| &set.people);
        let alone = step.op.name == op_custody::RECOVERY_SET.name;
        let wanted = |name: &str| {
            let own = |person: &PersonView| paper_name(&person.name, FORM) == name;
            !alone || holders.is_some_and(|people| people.iter().any(own))
        };
        let papers = session.papers().into_iter();
        papers
            .filter(|(name, _)| name.ends_with(FORM) && wanted(name))
            .map(|(name, text)| (format!("{}-{name}", step.id), text.into_bytes()))
            .collect()
    }

    /// Places that newcomers took in steps that are done.
    pub(super) fn know_newcomers(&mut self, run: &Run) {
        for place in &self.script.model.people {
            let Some(step) = &place.joins else { continue };
            let record = run.steps.iter().find(|record| record.id == *step);
            let done = record.filter(|r| r.state >= StepState::Executed);
            if let Some(name) = done.and_then(|r| r.notes.get("joins")) {
                self.people.insert(place.id.clone(), name.clone());
            }
        }
    }

    /// Whose turn it is.
    pub(super) fn change_person(&self) -> String {
        self.changing
            .as_ref()
            .map(ChangeTalk::person)
            .unwrap_or_default()
    }

    pub(super) fn change_fields(&self, session: &Session) -> Vec<Field> {
        self.changing
            .as_ref()
            .map(|talk| talk.fields(session))
            .unwrap_or_default()
    }

    pub(super) fn change_ask(&self, session: &Session, step: &Step) -> Option<Ask> {
        let mut ask = self.changing.as_ref()?.ask(session)?;
        ask.body.extend(super::asks::why(step));
        Some(ask)
    }

    /// In rehearsal, what the person at the screen would type.
    pub(super) fn change_practice(&self, session: &Session) -> Option<String> {
        self.changing.as_ref()?.practice(session)
    }

    pub(super) fn take_change(
        &mut self,
        session: &mut Session,
        answers: Vec<Answer>,
    ) -> Result<(), Halt> {
        if let Some(talk) = &mut self.changing {
            let said = talk.answer(session, answers).map_err(Halt::Again)?;
            self.last = Some(said).filter(|s| !s.is_empty()).or(self.last.take());
        }
        Ok(())
    }
}
