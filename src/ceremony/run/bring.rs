//! Files that come during a ceremony: brought by people, or given by the stand-in for a counterparty in rehearsal
//! and test. What has come is journaled and never asked for again.

use std::collections::VecDeque;
use std::path::Path;

use crate::session::field::Kind;
use crate::session::pasted::{Given, given};
use crate::session::{Arrow, Command, Profile, Session, StepState};
use crate::text::say;

use super::super::ask::Answer;
use super::super::model::{FileInput, Step};
use super::super::peer::StandIn;
use super::super::stand_in::OtherSide;
use super::drive::Halt;
use super::sign::text;
use super::{RunError, Runner, inputs};

/// Note: files of the step that nobody brought, because a stand-in of the script answered.
pub(super) const STAND_IN: &str = "from a stand-in";

impl Runner {
    /// Has every file of the step that has not come yet: from its stand-in, or else it will be asked for.
    pub(super) fn await_files(&mut self, session: &mut Session) -> Result<(), Halt> {
        let missing = self.missing_files(session);
        self.awaited = VecDeque::new();
        self.unfit = None;
        for input in missing {
            if let Some(bytes) = self.given.remove(&input) {
                self.take_given(session, &input, bytes)?;
                continue;
            }
            match self.stand_in(session, &input) {
                Some(Ok(bytes)) => {
                    let from = "stand-in".to_owned();
                    self.note_stand_in(session, &input)?;
                    self.keep_input(session, &input, bytes, from)?;
                    self.last = Some(say!(
                        "The stand-in for the counterparty answered with `{input}`.",
                        input
                    ));
                }
                Some(Err(why)) => {
                    return self.fail(
                        session,
                        format!("The stand-in that gives `{input}` does not answer: {why}."),
                    );
                }
                None => self.awaited.push_back(input),
            }
        }
        self.forgo(session);
        Ok(())
    }

    /// Waits no longer for what is in a file that has come meanwhile.
    fn forgo(&mut self, session: &Session) {
        let run = self.run(session);
        let mut awaited = std::mem::take(&mut self.awaited);
        if let Some(step) = self.step() {
            let profile = session.profile();
            awaited.retain(|input| !Self::comes_otherwise(profile, &run, step, input));
        }
        self.awaited = awaited;
    }

    /// Notes in the step's record that a stand-in gives a file: before the file is kept, so that no interruption in
    /// between leaves a file of which nobody knows where it came from.
    fn note_stand_in(&mut self, session: &mut Session, input: &str) -> Result<(), RunError> {
        let told = self
            .record(session)
            .and_then(|r| r.notes.get(STAND_IN).cloned());
        let told = told.unwrap_or_default();
        if told.split(", ").any(|known| known == input) {
            return Ok(());
        }
        let between = if told.is_empty() { "" } else { ", " };
        let told = format!("{told}{between}{input}");
        self.journal(session, |record| {
            record.notes.insert(STAND_IN.to_owned(), told);
        })
    }

    /// Names of the step's files that the run does not hold.
    fn missing_files(&self, session: &Session) -> Vec<String> {
        let Some(step) = self.step() else {
            return Vec::new();
        };
        let run = self.run(session);
        let mut missing: Vec<String> = Vec::new();
        for input in files_of(step) {
            let known = run.inputs.contains_key(&input) || missing.contains(&input);
            if !known && !Self::comes_otherwise(session.profile(), &run, step, &input) {
                missing.push(input);
            }
        }
        missing
    }

    /// What a stand-in answers with; nothing in production, or where the script has none.
    fn stand_in(&self, session: &Session, input: &str) -> Option<Result<Vec<u8>, String>> {
        let stand_in = self.stand_in_for(session, input)?;
        Some(self.answer_of(session, stand_in))
    }

    /// The other side of the script that gives this file, where one may.
    pub(super) fn stand_in_for(&self, session: &Session, input: &str) -> Option<&StandIn> {
        if session.profile() == Profile::Production || self.run(session).real_others {
            return None;
        }
        let stand_ins = &self.script.model.rehearsal.stand_ins;
        stand_ins.iter().find(|s| s.gives == input)
    }

    pub(super) fn answer_of(
        &self,
        session: &Session,
        stand_in: &StandIn,
    ) -> Result<Vec<u8>, String> {
        let run = self.run(session);
        let handed = self
            .written(session, &stand_in.needs)
            .map(|(_, bytes)| bytes)
            .or_else(|| run.inputs.get(&stand_in.needs).cloned());
        let random = stand_in.random.as_ref();
        let random = random.and_then(|name| self.written(session, name));
        let other = OtherSide {
            model: &self.script.model,
            seed: run.seed.as_deref().unwrap_or(&run.id),
            script: self.script.sha256(),
            run: run.number,
            now: session.now(),
        };
        other.answer(
            stand_in,
            handed.as_deref(),
            random.as_ref().map(|(_, bytes)| bytes.as_slice()),
        )
    }

    /// Journals a file that has come.
    pub(super) fn keep_input(
        &mut self,
        session: &mut Session,
        name: &str,
        bytes: Vec<u8>,
        from: String,
    ) -> Result<(), RunError> {
        session.perform(Command::Journal(Arrow::Input {
            run: self.run.clone(),
            name: name.to_owned(),
            bytes,
            from,
        }))?;
        self.arrow(StepState::Planned)
    }

    /// The input that is asked for now.
    pub(super) fn awaited_input(&self) -> Option<&FileInput> {
        self.script.model.input(self.awaited.front()?)
    }

    /// Who brings a file: whoever asks for the act or acts in the step.
    pub(super) fn bringer(&self) -> String {
        let step = self.step();
        let place = step.and_then(|s| s.initiate.as_ref().or_else(|| s.who.first()));
        place.map(|id| self.name(id)).unwrap_or_default()
    }

    /// A person names the file.
    pub(super) fn take_file(
        &mut self,
        session: &mut Session,
        answers: Vec<Answer>,
    ) -> Result<(), Halt> {
        let Some(name) = self.awaited.front().cloned() else {
            return Ok(());
        };
        let path = text(answers.into_iter().next());
        let bytes = match given(&path) {
            Given::Content(bytes) => bytes,
            Given::Refused(why) => return Err(Halt::Again(why.to_owned())),
            Given::Path => inputs::read(Path::new(path.trim())).map_err(|error| {
                Halt::Again(format!(
                    "The file {path} cannot be read: {}. Nothing was changed. Is the medium inserted?",
                    crate::os::in_words(&error)
                ))
            })?,
        };
        let from = self.bringer();
        if let Some(why) = self.cannot_serve(session, &name, &bytes) {
            if self.not_taken(session, "file", &from)? {
                return Ok(());
            }
            return Err(Halt::Again(still_waits(&why)));
        }
        self.unfit = None;
        self.keep_input(session, &name, bytes, from)?;
        self.last = Some(say!("The file `{name}` is in the record.", name));
        self.awaited.pop_front();
        self.forgo(session);
        Ok(())
    }
}

/// A file is not taken, for this reason, and another one can come.
pub(super) fn still_waits(why: &str) -> String {
    format!("{why} Nothing was changed, and the step still waits: name another file.")
}

/// Inputs that a step reads, in order.
pub(in crate::ceremony) fn files_of(step: &Step) -> Vec<String> {
    let mut found = Vec::new();
    for doing in step.doings() {
        for field in doing.op.fields.iter().filter(|f| f.kind == Kind::File) {
            found.extend(doing.field(field.id).map(str::to_owned));
        }
    }
    found
}
