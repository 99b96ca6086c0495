//! Files that were given with the order to begin or to go on: each is judged at the step that asks for it, as one that
//! people bring. One that does not serve there ends nothing: the step waits for another.

use std::collections::BTreeMap;

use crate::session::Session;
use crate::text::say;

use super::bring::still_waits;
use super::drive::Halt;
use super::{Runner, Stage};

/// Who brings a file that was given with the command.
const COMMAND_LINE: &str = "command line";

impl Runner {
    /// Keeps what comes during the run until its step asks for it, where nobody would stand in for a file that an
    /// interruption takes before.
    pub(super) fn hold_back(&mut self, inputs: &mut BTreeMap<String, Vec<u8>>) {
        let model = &self.script.model;
        let comes = |name: &String| model.input(name).is_some_and(|input| input.during);
        let (later, at_once) = std::mem::take(inputs)
            .into_iter()
            .partition(|(name, _)| comes(name));
        self.given = later;
        *inputs = at_once;
    }

    /// Takes a file that was given for the step at hand, or has the step wait for another.
    pub(super) fn take_given(
        &mut self,
        session: &mut Session,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<(), Halt> {
        let Some(why) = self.cannot_serve(session, name, &bytes) else {
            self.keep_input(session, name, bytes, COMMAND_LINE.to_owned())?;
            self.last = Some(say!("The file `{name}` is in the record.", name));
            return Ok(());
        };
        // On record as any other that was not taken; against the tries of a step counts what people bring.
        let at = session.now().rfc3339();
        self.note_not_taken(session, format!("file of {COMMAND_LINE} at {at}"))?;
        self.last = Some(still_waits(&why));
        self.unfit = Some(self.or_the_stand_in(session, name, why));
        self.awaited.push_back(name.to_owned());
        Ok(())
    }

    /// Why a file is not taken, with who answers where it is left out.
    pub(super) fn or_the_stand_in(&self, session: &Session, name: &str, why: String) -> String {
        if self.stand_in_for(session, name).is_none() {
            return why;
        }
        say!(
            "{why} Gone on with without this file, the stand-in of the script answers.",
            why
        )
    }

    /// Where the run waits for a file and nobody can be asked: which, why the one that was given is not taken, and how it
    /// goes on.
    pub(super) fn file_wanted(&self) -> Option<String> {
        let input = self
            .awaited_input()
            .filter(|_| self.stage == Stage::Bring)?;
        let (step, name) = (self.step()?, &input.id);
        let told = match &self.unfit {
            Some(why) => format!(
                "Step {} does not take what was given as `{name}`. {why}",
                step.id
            ),
            None => format!(
                "Step {} waits for the file `{name}`. {}",
                step.id,
                input.hint.trim_end()
            ),
        };
        Some(format!(
            "{told} Nothing was lost, and the run stands open: give the file with --resume --input {name}=PATH, or name \
             it at a terminal (--resume)."
        ))
    }
}
