//! A file that somebody brought, and that its act cannot use behind what was done since: where nobody attends, the run does
//! not end for it. The file leaves the record, by a line of the log, and the step waits for another.

use crate::session::{Arrow, Command, Run, Session, StepState};

use super::super::model::OnFail;
use super::super::ops;
use super::super::script::Script;
use super::bring::files_of;
use super::drive::Halt;
use super::{RunError, Runner, Stage, inputs};

/// Why a file left the record that nothing came in from.
const ANOTHER_NAMED: &str = "another file was named in its place, before anything came in from it";

/// Whether nothing came in from a file of the run and nobody compared it: another one can come in its place.
pub(super) fn untouched(script: &Script, run: &Run, name: &String) -> bool {
    let mut steps = script.model.steps.iter().zip(&run.steps);
    steps.all(|(step, record)| {
        // What people typed about it stands in the journal from the first signature on.
        let looked_at = step.op.name == ops::READ_FILE.name;
        looked_at || record.state <= StepState::Armed || !files_of(step).contains(name)
    })
}

impl Runner {
    /// Lets files go in whose place others were named with the order to go on.
    pub(super) fn makes_way(
        &self,
        session: &mut Session,
        given: &std::collections::BTreeMap<String, Vec<u8>>,
    ) -> Result<(), RunError> {
        let run = self.run(session);
        for (name, bytes) in given {
            if run.inputs.get(name).is_some_and(|came| came != bytes) {
                session.perform(Command::Journal(Arrow::Unfit {
                    run: self.run.clone(),
                    name: name.clone(),
                    why: ANOTHER_NAMED.to_owned(),
                }))?;
            }
        }
        Ok(())
    }

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
