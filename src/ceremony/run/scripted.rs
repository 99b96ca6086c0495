//! Answers from `[rehearsal]`: practice answers on screen, and a run that nobody attends.

use crate::crypto::SecretBytes;
use crate::session::components::NOT_PRINTED;
use crate::session::field::{AS_SHOWN, Field};
use crate::session::op::BACKUP_TO;
use crate::session::op_custody::JOINS;
use crate::session::{Profile, Refusal, RunOutcome, Session, StepState};

use super::super::ask::{Advance, Answer, AskField};
use super::super::changing::gives_words;
use super::super::model::Step;
use super::super::script::Script;
use super::super::{ops, ops_components};
use super::carry::NUMBER;
use super::copies::folder_of;
use super::dissent::DISSENT;
use super::readings::DERIVE;
use super::{RunError, Runner, Stage, exceptions, fates, newcomers};

/// More asks than any script has: a run that comes to as many goes in a circle.
const MANY: usize = 100_000;

/// A text of the script as the answer to a field.
pub(super) fn answer(field: &Field, text: String) -> Answer {
    if field.secret() {
        Answer::Secret(SecretBytes::from_slice(text.as_bytes()))
    } else {
        Answer::Text(text)
    }
}

/// What a rehearsal answers by itself where the script says nothing.
pub(in super::super) enum Usual {
    /// This.
    Text(&'static str),
    /// What the vault's clock says.
    Clock,
    /// What the script answers to another field of the step.
    SameAs(&'static str),
    /// The folder that a copy goes to, in what the run leaves.
    Folder,
}

/// What a rehearsal answers by itself to a field of a step; nothing where the script has to say it.
pub(in super::super) fn usual(step: &Step, field: &str) -> Option<Usual> {
    match field {
        // Whoever watches reads the same package.
        "watched" => Some(Usual::SameAs("serial")),
        "time" if step.op.name == ops::ATTEST_CLOCK.name => Some(Usual::Clock),
        "again" | "kcv" if ops_components::is_turn(step.op) => Some(Usual::Text(DERIVE)),
        "tampered" => Some(Usual::Text("no")),
        "slip" => Some(Usual::Text(NOT_PRINTED)),
        id if id == BACKUP_TO.id => Some(Usual::Folder),
        _ => None,
    }
}

impl Runner {
    /// Whether nobody need attend a run that is begun or, with `resume`, taken up: never in production; in a test vault
    /// no step that is still to be done may give people new words, which no file may hold, and one that copies the vault
    /// wants a folder for what the run leaves: `out` says whether there is one.
    ///
    /// # Errors
    /// PersonNeeded, which names the step; nothing was begun.
    pub fn needs_nobody(
        session: &Session,
        script: &Script,
        resume: bool,
        out: bool,
    ) -> Result<(), RunError> {
        match session.profile() {
            Profile::Rehearsal => return Ok(()),
            Profile::Production => {
                return Err(RunError::Refused(Refusal::PersonNeeded(
                    "Production wants people at a terminal, and nobody can be asked here. Nothing was begun. Play the \
                     script at a terminal, with its people there."
                        .into(),
                )));
            }
            Profile::Test => {}
        }
        let run = session.last_run(&script.sha256_hex());
        let run = run.filter(|run| resume && run.outcome.is_none());
        let done = |id: &str| {
            let mut steps = run.iter().flat_map(|run| &run.steps);
            steps.any(|record| record.id == id && record.state >= StepState::Executed)
        };
        // What no folder mends comes first.
        let mut left = script.model.steps.iter().filter(|step| !done(&step.id));
        if let Some(step) = left.clone().find(|step| gives_words(step.op)) {
            return Err(RunError::Refused(Refusal::PersonNeeded(format!(
                "Step {} gives everybody new words, which each of them alone sees and writes down: no unlock file \
                 holds them, and nobody can be asked here. Nothing was begun. Play the script at a terminal, with \
                 its people there; without a vault, --headless plays it in a rehearsal. In a test vault that one act is \
                 done without people by keymoot vault rotate or keymoot vault recovery-set, with --unlock-file and \
                 --new-unlock-file.",
                step.id
            ))));
        }
        match left.find(|step| ops::copies(step.op.name) && !out) {
            None => Ok(()),
            Some(step) => Err(RunError::Refused(Refusal::PersonNeeded(format!(
                "Step {} copies the vault, and nobody can be asked here where the copy goes. Nothing was begun. Name a \
                 folder with --out: the copy goes into {} below it.",
                step.id,
                folder_of(&step.id)
            )))),
        }
    }

    /// Answers everything from `[rehearsal]` and held keys until the run ends.
    ///
    /// # Errors
    /// The failing step.
    pub fn headless(&mut self, session: &mut Session) -> Result<RunOutcome, RunError> {
        self.headless_watched(session, &mut |_, _| {})
    }

    /// The same; `watch` sees what is asked each time before it is answered, and at last how it ended.
    ///
    /// # Errors
    /// As [`Runner::headless`].
    pub fn headless_watched(
        &mut self,
        session: &mut Session,
        watch: &mut dyn FnMut(&Self, &Session),
    ) -> Result<RunOutcome, RunError> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        self.play_faults(session);
        for _ in 0..MANY {
            if let Some((of, words)) = self.missed_fault() {
                let mut wrong = self.scripted_wrong(session, words);
                // The run has come past the step that this is about.
                if let RunError::Step { step, .. } = &mut wrong {
                    *step = of;
                }
                return Err(wrong);
            }
            watch(self, session);
            if let Some(outcome) = self.outcome {
                return Ok(outcome);
            }
            match self.one_answer(session) {
                Ok(()) => {}
                Err(_) if self.killed => {
                    while self.killed {
                        match self.after_kill(session) {
                            Err(error) if !self.killed => return Err(error),
                            Ok(()) | Err(_) => {}
                        }
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Err(self.scripted_wrong(session, "it goes in a circle".into()))
    }

    /// Gives the next answer: a wrong one where a fault of the script wants it, else the script's own.
    pub(super) fn one_answer(&mut self, session: &mut Session) -> Result<(), RunError> {
        if let Some((answers, expect)) = self.wrong_answers(session) {
            let step = self.step().map(|step| step.id.clone()).unwrap_or_default();
            let advance = self.answer(session, answers)?;
            return match self.followed(session, &step, expect, &advance) {
                Ok(()) => Ok(()),
                Err(words) => Err(self.scripted_wrong(session, words)),
            };
        }
        let answers = self.scripted_answers(session)?;
        match self.answer(session, answers)? {
            Advance::Asks | Advance::Ended(_) => Ok(()),
            Advance::Again(words) => Err(self.scripted_wrong(session, words)),
        }
    }

    /// An answer of the script was wrong, or time has to pass that no script may let pass.
    fn scripted_wrong(&mut self, session: &mut Session, words: String) -> RunError {
        let step = self.step().map(|step| step.id.clone()).unwrap_or_default();
        if self.stage == Stage::Wait {
            return RunError::Step {
                step,
                message: words,
            };
        }
        let aborted = self.abort(session, &words);
        // Who signs the stop is asked as well; where nobody answers, the run stands open at its stop.
        while aborted.is_ok() && self.outcome.is_none() {
            let answers = self.scripted_answers(session);
            if !answers.is_ok_and(|answers| self.answer(session, answers).is_ok()) {
                break;
            }
        }
        match aborted {
            Ok(()) => RunError::Step {
                step,
                message: words,
            },
            Err(error) => error,
        }
    }

    fn scripted_answers(&self, session: &Session) -> Result<Vec<Answer>, RunError> {
        if session.profile() == Profile::Production {
            return Err(RunError::Refused(Refusal::PersonNeeded(
                "Production wants people at a terminal. The run stands open and nothing was lost: take it up with \
                 --resume at a terminal."
                    .into(),
            )));
        }
        let mut answers = Vec::new();
        for AskField { field, .. } in self.fields(session) {
            let Some(text) = self.scripted(session, field.id) else {
                if let Some(words) = self.file_wanted() {
                    return Err(RunError::Refused(Refusal::PersonNeeded(words)));
                }
                return Err(RunError::Refused(Refusal::PersonNeeded(format!(
                    "Step {} asks for `{}`, and neither the script nor a held key answers. The run stands open: give \
                     an unlock file, or take it up with --resume at a terminal.",
                    self.step().map(|step| step.id.as_str()).unwrap_or_default(),
                    field.label
                ))));
            };
            answers.push(answer(&field, text));
        }
        Ok(answers)
    }

    /// The script's answer to a field of what is asked now: in rehearsal and test alone.
    pub(super) fn scripted(&self, session: &Session, field: &str) -> Option<String> {
        if session.profile() == Profile::Production {
            return None;
        }
        match field {
            "passphrase" | "here" if self.stage == Stage::Change => self.change_practice(session),
            "passphrase" if self.stage == Stage::Deviation => {
                session.practice_passphrase(&self.deviation_signer(session))
            }
            _ if self.stage == Stage::Arrival => self.arrival_practice(session),
            "passphrase" => session.practice_passphrase(&self.signer()),
            "phrase" => self.phrase(),
            _ if matches!(self.stage, Stage::Exception | Stage::Deviation) => {
                Some(exceptions::PRACTICE.to_owned())
            }
            // It was named before anybody signed.
            "slip" if self.stage == Stage::Print => Some(String::new()),
            // Who does not agree says so themselves: a script's people agree.
            id if id == DISSENT.id => Some(String::new()),
            id if id == fates::FATE.id => Some(fates::DESTROYED.to_owned()),
            id if id == fates::SEEN.id => Some(fates::SEEN_SO.to_owned()),
            _ if self.stage == Stage::AbortReseal => self.reseal_practice(session, field),
            _ => self.answer_for(session, field),
        }
    }

    fn answer_for(&self, session: &Session, field: &str) -> Option<String> {
        let step = self.step()?;
        let given = |field: &str| {
            let answers = self.script.model.rehearsal.answers.get(&step.id)?;
            answers.get(field).cloned()
        };
        let usual = || match usual(step, field)? {
            Usual::Text(text) => Some(text.to_owned()),
            Usual::Clock => Some(super::judge::to_the_minute(session.now())),
            Usual::SameAs(other) => self.answer_for(session, other),
            Usual::Folder => self.copy_goes_to(session, step),
        };
        let joins = || newcomers::named(&self.script.model, &self.run(session), &step.id);
        match given(field) {
            Some(text) if field == JOINS.id => Some(joins().unwrap_or(text)),
            // A number of this run's own is not known before it is drawn.
            Some(text) if text == AS_SHOWN && field == NUMBER => self.number_as_shown(session),
            Some(text) => self
                .practice_package(session, step, (field, &text))
                .or_else(|| Some(self.with_people(session, (step, field), text))),
            None => usual(),
        }
    }
}
