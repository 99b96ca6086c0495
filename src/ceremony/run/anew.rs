//! A file that somebody brought, and that its act cannot use behind what was done since: where nobody attends, the run does
//! not end for it. The file leaves the record, by a line of the log, and the step waits for another.

use crate::session::{Arrow, Command, Session};

use super::super::model::OnFail;
use super::super::ops;
use super::bring::files_of;
use super::drive::Halt;
use super::{Runner, Stage, inputs};

impl Runner {
    /// Has the act at hand wait for another file, where the one that came is why it cannot be done.
    pub(super) fn waits_anew(&mut self, session: &mut Session) -> Result<bool, Halt> {
        if self.attended || !session.automatic() {
            return Ok(false);
        }
        let Some((name, bytes)) = self.may_come_anew(session) else {
            return Ok(false);
        };
        let Some(why) = self.cannot_serve(session, &name, &bytes) else {
            return Ok(false);
        };
        session.perform(Command::Journal(Arrow::Unfit {
            run: self.run.clone(),
            name: name.clone(),
            why: why.clone(),
        }))?;
        self.unfit = Some(self.or_the_stand_in(session, &name, why));
        self.awaited.push_back(name);
        self.stage = Stage::Bring;
        Ok(true)
    }

    /// The one file of the step at hand in whose place another can come. None that an earlier step used or compared: what was
    /// done and attested then was of that very file. Whoever only looked at it looks at the other in the record.
    fn may_come_anew(&self, session: &Session) -> Option<(String, Vec<u8>)> {
        let step = self.step()?;
        let run = self.run(session);
        if step.on_fail == OnFail::Exception || step.expects_error() {
            return None;
        }
        let before = self.script.model.steps.get(..self.at).unwrap_or_default();
        let used = |name: &String| {
            let mut readers = before.iter().filter(|step| files_of(step).contains(name));
            readers.any(|step| step.op.name != ops::READ_FILE.name)
        };
        // What a stand-in of the script gave, or a sample of its own, does not become another by waiting.
        let real = inputs::asked_for(session.profile(), run.real_others);
        let brought = |name: &String| {
            let during = || self.script.model.input(name).is_some_and(|i| i.during);
            real || during() && !self.stand_in_gave(session, name)
        };
        let came = files_of(step).into_iter();
        let mut came =
            came.filter(|name| run.inputs.contains_key(name) && brought(name) && !used(name));
        let name = came.next()?;
        if came.any(|other| other != name) {
            return None;
        }
        let bytes = run.inputs.get(&name)?.clone();
        Some((name, bytes))
    }
}
