//! `[[rehearsal.fault]]`: what goes wrong on purpose in a headless rehearsal, and whether it is caught as the script
//! says.

use crate::session::{Arrow, Command, Profile, Session, StepState};

use super::super::ask::{Advance, Answer};
use super::super::model::{Fault, FaultOutcome, Mischief};
use super::{RunError, Runner, Stage, scripted};

impl Runner {
    /// Plays the script's faults from here on: in rehearsals that were not interrupted from outside.
    pub(super) fn play_faults(&mut self, session: &Session) {
        self.faults_on = session.profile() == Profile::Rehearsal && !self.resumed;
    }

    /// The first fault of the step at hand that has not been played, and that fits.
    fn next_fault(&self, fits: impl Fn(&Mischief) -> bool) -> Option<(usize, &Fault)> {
        let id = &self.step()?.id;
        let faults = self.script.model.rehearsal.faults.iter().enumerate();
        faults
            .filter(|(at, _)| self.faults_on && !self.faults_played.contains(at))
            .find(|(_, fault)| fault.step == *id && fits(&fault.mischief))
    }

    /// Whether a fault stops the run at this state of the step at hand; then it counts as played.
    pub(super) fn kill_wanted(&mut self, state: StepState) -> bool {
        let wanted = |mischief: &Mischief| matches!(mischief, Mischief::Kill(at) if *at == state);
        let Some((at, _)) = self.next_fault(wanted) else {
            return false;
        };
        self.faults_played.insert(at);
        self.outcome.is_none()
    }

    /// Wrong answers that a fault wants given now, with what must follow.
    pub(super) fn wrong_answers(
        &mut self,
        session: &Session,
    ) -> Option<(Vec<Answer>, FaultOutcome)> {
        if self.stage != Stage::Turn {
            return None;
        }
        let fields = self.fields(session);
        let asked = |id: &'static str| fields.iter().any(|asked| asked.field.id == id);
        let touches =
            |m: &Mischief| matches!(m, Mischief::Answers(set) if set.keys().any(|id| asked(id)));
        let (at, fault) = self.next_fault(touches)?;
        let Mischief::Answers(set) = &fault.mischief else {
            return None;
        };
        let answers = fields.iter().map(|asked| {
            let wrong = set.get(asked.field.id).cloned();
            let text = wrong.or_else(|| self.scripted(session, asked.field.id));
            scripted::answer(&asked.field, text.unwrap_or_default())
        });
        let (answers, expect) = (answers.collect(), fault.expect);
        self.faults_played.insert(at);
        Some((answers, expect))
    }

    /// Whether what followed a fault is what the script says; the words of the difference otherwise.
    pub(super) fn followed(
        &self,
        session: &Session,
        step: &str,
        expect: FaultOutcome,
        advance: &Advance,
    ) -> Result<(), String> {
        let state = || {
            let run = self.run(session);
            let record = run.steps.into_iter().find(|record| record.id == step);
            record.map(|record| record.state)
        };
        let right = match expect {
            FaultOutcome::Again => matches!(advance, Advance::Again(_)),
            FaultOutcome::Exception => state() == Some(StepState::Exception),
            FaultOutcome::Resumed => true,
        };
        if right {
            return Ok(());
        }
        let came = match advance {
            Advance::Again(_) => "was asked again",
            _ => state().map_or("was not there any more", StepState::name),
        };
        Err(format!(
            "The fault of step {step} was to end as `{}`, and the step {came}: what the script counts on does not hold.",
            expect.name()
        ))
    }

    /// A fault stopped the run: whatever was in memory is gone, and the run is taken up from its journal.
    pub(super) fn after_kill(&mut self, session: &mut Session) -> Result<(), RunError> {
        self.killed = false;
        // A power cut takes pending requests with it.
        self.withdraw(session, "a fault of the rehearsal");
        self.forget();
        self.at = 0;
        self.stage = Stage::Ended;
        let run = self.run.clone();
        session.perform(Command::Journal(Arrow::Resume {
            run,
            relieved: Vec::new(),
            here: Vec::new(),
        }))?;
        self.go_on(session)
    }

    /// A fault whose step has passed without it: that step, and what is wrong.
    pub(super) fn missed_fault(&self) -> Option<(String, String)> {
        let steps = &self.script.model.steps;
        let faults = self.script.model.rehearsal.faults.iter().enumerate();
        let ended = self.outcome.is_some();
        for (at, fault) in faults.filter(|(at, _)| !self.faults_played.contains(at)) {
            let passed = steps.iter().position(|s| s.id == fault.step);
            if self.faults_on && passed.is_some_and(|step| step < self.at || ended) {
                let words = format!(
                    "Fault {} of the script never came about: its state or its fields do not occur in this step, or \
                     what it sets is no mistake.",
                    at + 1
                );
                return Some((fault.step.clone(), words));
            }
        }
        None
    }
}
