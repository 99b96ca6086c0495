//! The loop: from one thing that is asked to the next, along the journaled states of each step.

use crate::session::{
    Arrow, Command, Outcome, Profile, Refusal, Run, RunOutcome, Session, StepRecord, StepState,
    View, twin_told,
};
use crate::text::{say, tr};

use super::super::ask::{Advance, Answer};
use super::super::model::{OnFail, Step};
use super::super::{Noted, Practised};
use super::super::{ops, ops_components};
use super::{RunError, Runner, Stage, deviations, dissent};

/// Note of a run's last step: the audit head when the run was closed.
pub(super) const AUDIT_HEAD: &str = "audit head";

/// Note of a run's last step: what stood on the witness card when the run was closed.
pub(super) const CARD: &str = "witness card";

/// Note: the time that the script let pass before the step, where people practise.
pub(super) const LET_PASS: &str = "time let pass";

/// The audit head at the end of a run; for one that stands open, the present one.
pub(super) fn audit_head(run: &Run, session: &Session) -> String {
    let kept = run.steps.iter().find_map(|step| step.notes.get(AUDIT_HEAD));
    kept.cloned().unwrap_or_else(|| session.view().audit_head)
}

/// The present state as a witness card has it.
pub(super) fn card(view: &View) -> String {
    format!("sequence {}, words {}", view.seq, view.card_words.join(" "))
}

/// Why the loop stops before the next thing is asked.
pub(super) enum Halt {
    /// A wrong answer: the same is asked again.
    Again(String),
    /// An error.
    Error(RunError),
}

impl From<RunError> for Halt {
    fn from(error: RunError) -> Self {
        Self::Error(error)
    }
}

impl From<Refusal> for Halt {
    fn from(refusal: Refusal) -> Self {
        Self::Error(RunError::Refused(refusal))
    }
}

/// Whether work on a step stopped to ask something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    Asks,
    Moved,
}

/// Whether what a step came to is shown before the next one.
fn shows_result(step: &Step) -> bool {
    ops::is_act(step.op) || ops_components::shows_result(step.op)
}

impl Runner {
    /// Takes answers in the order of the asked fields and goes on until the next thing to ask.
    ///
    /// # Errors
    /// A failing step (the run is then ended as the script says).
    pub fn answer(
        &mut self,
        session: &mut Session,
        answers: Vec<Answer>,
    ) -> Result<Advance, RunError> {
        self.came_back = false;
        self.left = false;
        self.refused_field = None;
        let taken = self
            .take(session, answers)
            .and_then(|()| self.advance(session));
        match taken {
            Ok(()) => Ok(self.outcome.map_or(Advance::Asks, Advance::Ended)),
            Err(Halt::Again(words)) => {
                self.ask_all_again(session)?;
                Ok(Advance::Again(words))
            }
            Err(Halt::Error(error)) => Err(error),
        }
    }

    /// Where what was refused was the word of several people together (two watches), all of them are asked again: without
    /// that nothing would be asked, and people would be led out of the run.
    fn ask_all_again(&mut self, session: &mut Session) -> Result<(), RunError> {
        let asks_nobody = !self.turns_known && self.turns.is_empty() && self.awaited.is_empty();
        if self.outcome.is_some() || self.stage != Stage::Turn || !asks_nobody {
            return Ok(());
        }
        match self.advance(session) {
            Ok(()) | Err(Halt::Again(_)) => Ok(()),
            Err(Halt::Error(error)) => Err(error),
        }
    }

    /// Goes on without an answer: at the beginning, and after a resume.
    pub(super) fn go_on(&mut self, session: &mut Session) -> Result<(), RunError> {
        match self.advance(session) {
            Err(Halt::Error(error @ RunError::Step { .. })) if self.outcome.is_some() => {
                // The run has ended in its first breath: it is handed out, so that its record can be written.
                self.failure = Some(error);
                Ok(())
            }
            Err(Halt::Error(error)) => Err(error),
            Ok(()) | Err(Halt::Again(_)) => Ok(()),
        }
    }

    fn take(&mut self, session: &mut Session, answers: Vec<Answer>) -> Result<(), Halt> {
        match self.stage {
            Stage::Arrival => self.take_arrival(session, answers),
            Stage::Bring => self.take_file(session, answers),
            Stage::Turn => self.take_turn(session, answers),
            Stage::Issue => self.take_issue(session, answers),
            Stage::Approve => self.take_approval(session, answers),
            Stage::Print => self.take_print(session, answers),
            Stage::SignOff => self.take_sign_off(session, answers),
            Stage::AbortSignOff => self.take_abort_sign_off(session, answers),
            Stage::Exception => self.take_exception(session, answers),
            Stage::Deviation => self.take_deviation(session, answers),
            Stage::AbortReseal => self.take_reseal(session, answers),
            Stage::Change => self.take_change(session, answers),
            Stage::Copy => self.take_copy(session, answers),
            Stage::Wait => self.take_wait(session),
            Stage::Result => self.seen(session),
            Stage::Search | Stage::Ended => Ok(()),
        }
    }

    pub(super) fn advance(&mut self, session: &mut Session) -> Result<(), Halt> {
        if self.aside.is_some() || self.left || self.arrival.is_some() {
            return Ok(()); // papers are put away, and then the run is left where it stands
        }
        while self.outcome.is_none() {
            let Some(record) = self.record(session) else {
                self.stage = Stage::Ended;
                return Ok(());
            };
            if self.work_deviation(session, &record)? == Work::Asks {
                return Ok(());
            }
            match record.state {
                StepState::Executed => {
                    if self.work_copy(session, &record)? == Work::Asks {
                        return Ok(());
                    }
                }
                StepState::Witnessed => self.close_step(session)?,
                StepState::Verified => {
                    if self.step().is_some_and(shows_result) {
                        self.stage = Stage::Result;
                        return Ok(());
                    }
                    self.close_step(session)?;
                }
                StepState::Exception if record.ended.is_none() => {
                    if self.work_exception(session)? == Work::Asks {
                        return Ok(());
                    }
                }
                StepState::Closed | StepState::Exception => self.next_step(),
                StepState::Aborted => {
                    if self.work_abort(session)? == Work::Asks {
                        return Ok(());
                    }
                }
                _ => {
                    if self.work(session)? == Work::Asks {
                        return Ok(());
                    }
                }
            }
        }
        self.stage = Stage::Ended;
        Ok(())
    }

    pub(super) fn next_step(&mut self) {
        self.at += 1;
        self.forget();
    }

    /// Forgets what was typed and asked in the step at hand.
    pub(super) fn forget(&mut self) {
        self.armed = false;
        self.passed = None;
        self.turns_known = false;
        self.awaited.clear();
        self.turns.clear();
        self.signers.clear();
        self.texts.clear();
        self.drawn = None;
        self.at_printer = false;
        self.typed_by = None;
        self.action = None;
        self.preview = None;
        self.pending = None;
        self.changing = None;
        self.told.clear();
    }

    /// Works on a step that is not yet executed.
    fn work(&mut self, session: &mut Session) -> Result<Work, Halt> {
        if self.changing.is_some() {
            return self.work_change(session);
        }
        if !self.armed {
            self.arm(session)?;
            if !self.armed {
                // The step failed while it was prepared, and the script goes on.
                return Ok(Work::Moved);
            }
        }
        if !self.awaited.is_empty() {
            self.stage = Stage::Bring;
            return Ok(Work::Asks);
        }
        if !self.turns_known {
            self.learn_turns(session)?;
            if !self.armed {
                return Ok(Work::Moved);
            }
        }
        if !self.turns.is_empty() {
            self.stage = Stage::Turn;
            return Ok(Work::Asks);
        }
        if self.step().is_some_and(|step| ops::is_act(step.op)) {
            self.work_act(session)
        } else {
            self.work_ritual(session)
        }
    }

    /// Journals that the step is at hand, lets rehearsal's time pass, and finds out who is asked for what.
    fn arm(&mut self, session: &mut Session) -> Result<(), Halt> {
        let now = session.now();
        let Some(record) = self.record(session) else {
            return Ok(());
        };
        if record.state == StepState::Planned {
            self.journal(session, |record| {
                record.state = StepState::Armed;
                record.began = Some(now);
            })?;
        }
        self.pass_time(session)?;
        let number = self.run(session).number;
        let step = record.id.clone();
        session.draw_context(&self.script.sha256(), number, &step);
        self.armed = true;
        self.await_files(session)
    }

    /// Finds out who is asked for what, once every file of the step has come.
    fn learn_turns(&mut self, session: &mut Session) -> Result<(), Halt> {
        let Some(record) = self.record(session) else {
            return Ok(());
        };
        self.turns_known = true;
        self.arm_turns(session, &record)?;
        if self.armed {
            self.ask_for_paper(session);
        }
        Ok(())
    }

    /// `[[rehearsal.time]]`: counted from when the step was armed, so that a resume does not count twice.
    fn pass_time(&mut self, session: &mut Session) -> Result<(), Halt> {
        if session.profile() == Profile::Production || self.run(session).real_others {
            return Ok(());
        }
        let Some(step) = self.step() else {
            return Ok(());
        };
        let Some(millis) = self.script.model.rehearsal.advances.get(&step.id).copied() else {
            return Ok(());
        };
        let began = self.record(session).and_then(|record| record.began);
        let target = began.unwrap_or_else(|| session.now()).plus_millis(millis);
        let before = session.now();
        let noted = self
            .record(session)
            .is_some_and(|r| r.notes.contains_key(LET_PASS));
        if before < target && !noted {
            // Before it passes: an interruption in between leaves no time of which nobody knows why it passed.
            let span = format!("{} to {}", before.rfc3339(), target.rfc3339());
            self.journal(session, |record| {
                record.notes.insert(LET_PASS.to_owned(), span);
            })?;
        }
        self.advance_to(session, target)?;
        if session.now() != before {
            self.passed = Some(say!(
                "PRACTICE: as the script says, time has passed. The clock went from {before} to {now}.",
                before = before.rfc3339(),
                now = session.now().rfc3339()
            ));
            if let (Profile::Test, Some(passed)) = (session.profile(), &mut self.passed) {
                // A vault that stays keeps what its clock has seen.
                passed.push_str(tr(" This vault's clock stays ahead by that from now on."));
            }
        }
        Ok(())
    }

    /// Moves the vault's clock to `target`, if it is not there yet.
    pub(super) fn advance_to(
        &mut self,
        session: &mut Session,
        target: crate::api::Timestamp,
    ) -> Result<(), Halt> {
        let millis = target.millis() - session.now().millis();
        if millis > 0
            && let Outcome::Advanced { now, destroyed } =
                session.perform(Command::Advance { millis })?
        {
            let gone = match destroyed.len() {
                0 => String::new(),
                1 => tr(" 1 key was destroyed on the way.").to_owned(),
                n => say!(" {n} keys were destroyed on the way.", n),
            };
            self.last = Some(say!(
                "The vault's clock now says {now}.{gone}",
                now = now.rfc3339(),
                gone
            ));
        }
        Ok(())
    }

    /// Closes the step; with the last one the run closes in the same commit.
    /// What the step came to was seen: where the script has somebody watch it, that is an arrow of its own.
    fn seen(&mut self, session: &mut Session) -> Result<(), Halt> {
        let watched = self.step().is_some_and(|step| !step.observe.is_empty());
        if watched {
            self.journal(session, |record| record.state = StepState::Witnessed)?;
        }
        self.close_step(session)
    }

    pub(super) fn close_step(&mut self, session: &mut Session) -> Result<(), Halt> {
        let dissent = self.record(session).is_some_and(|r| dissent::stands(&r));
        let state = if dissent {
            StepState::Exception
        } else {
            StepState::Closed
        };
        self.end_step(session, state)
    }

    /// Ends the step in this state.
    pub(super) fn end_step(&mut self, session: &mut Session, state: StepState) -> Result<(), Halt> {
        let Some(mut record) = self.record(session) else {
            return Ok(());
        };
        record.state = state;
        record.ended = Some(session.now());
        self.keep_practised(&mut record);
        let run = self.run(session);
        let last = self.at + 1 == run.steps.len();
        let deviates = |step: &StepRecord| !deviations::of_record(step).is_empty();
        let exceptional = state == StepState::Exception
            || run
                .steps
                .iter()
                .any(|step| step.state == StepState::Exception || deviates(step));
        let outcome = last.then_some(if exceptional {
            RunOutcome::Exception
        } else {
            RunOutcome::Completed
        });
        if outcome.is_some() {
            // The head of everything up to here, sign-offs included; kept, so that a later writing says the same.
            let view = session.view();
            record.notes.insert(CARD.to_owned(), card(&view));
            record.notes.insert(AUDIT_HEAD.to_owned(), view.audit_head);
        }
        let step = Box::new(record);
        let arrow = match outcome {
            Some(outcome) => Arrow::Close {
                run: run.id,
                step,
                outcome,
            },
            None => Arrow::Step {
                run: run.id,
                step,
                binds: Vec::new(),
            },
        };
        session.perform(Command::Journal(arrow))?;
        self.outcome = outcome;
        self.note_rehearsal(session);
        self.tell_twin(session);
        self.arrow(state)?;
        Ok(())
    }

    /// A comparison is over, and the value no longer hidden: that the key is here under two names is told with it.
    fn tell_twin(&mut self, session: &Session) {
        let compares = |step: &&Step| step.op.name == ops::ATTEST_CHECK_VALUE.name;
        let key = self.step().filter(compares).and_then(Step::key);
        let run = self.run(session);
        let Some(arn) = key.and_then(|id| run.keys.get(id)) else {
            return;
        };
        let rows = session.view().keys;
        let row = rows.iter().find(|row| row.key.key_arn == *arn);
        if let Some(told) = row.and_then(twin_told) {
            let last = self.last.take().unwrap_or_default();
            self.last = Some(format!("{last} NOTE: {told}.").trim_start().to_owned());
        }
    }

    /// A green rehearsal leaves its line; that it could not is said at the end, and changes nothing in the vault.
    fn note_rehearsal(&mut self, session: &Session) {
        let green = self.outcome == Some(RunOutcome::Completed);
        if green && session.profile() == Profile::Rehearsal {
            let file = self.rehearsal_note.as_deref();
            let answered = || Practised::of(&self.run(session)).unwrap_or_default();
            let answered = self.attended.then(answered);
            self.noted = Some(Noted::leaving(file, &self.script.sha256_hex(), answered));
        }
    }

    /// A step brought about something else than it must: the run ends, or the exception is recorded and it goes on.
    pub(super) fn fail(&mut self, session: &mut Session, message: String) -> Result<(), Halt> {
        let (id, on_fail) = match self.step() {
            Some(step) => (step.id.clone(), step.on_fail),
            None => (String::new(), OnFail::Stop),
        };
        self.withdraw(session, &message);
        self.forget();
        if on_fail == OnFail::Exception {
            self.last = Some(say!("Exception in step {id}: {message}", id, message));
            self.journal(session, |record| {
                record.state = StepState::Exception;
                record.error = Some(message);
            })?;
            return Ok(());
        }
        self.stop(session, message).map(|_| ())
    }

    /// Takes an act off the table that will not be executed; that it may already be void changes nothing.
    pub(super) fn withdraw(&mut self, session: &mut Session, reason: &str) {
        if let Some(pending) = self.pending.take() {
            let person = pending.issuer;
            let reason = reason.to_owned();
            let _ = session.perform(Command::Withdraw {
                id: pending.id,
                person,
                reason,
            });
        }
    }
}
