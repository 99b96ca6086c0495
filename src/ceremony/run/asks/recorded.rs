//! What was recorded of a run beside its steps, said where people read on: exceptions, and who signs a stop.

use crate::session::{Session, StepState};
use crate::text::{say, tr};

use super::super::{Runner, Stage, deviations};

impl Runner {
    /// Exceptions that were recorded and signed at the step at hand: the same question comes back behind them.
    pub(super) fn recorded_here(&self, session: &Session) -> Vec<String> {
        if matches!(self.stage, Stage::Deviation | Stage::Exception) {
            return Vec::new();
        }
        let Some(record) = self.record(session) else {
            return Vec::new();
        };
        let signed = deviations::of_record(&record).into_iter();
        let signed = signed.filter(|deviation| !deviation.open);
        let told = signed.map(|deviation| {
            if deviation.by.is_empty() {
                return say!("Exception {number} is recorded.", number = deviation.number);
            }
            say!(
                "Exception {number} is recorded, signed by {by}.",
                number = deviation.number,
                by = deviation.by.join(", ")
            )
        });
        let mut told: Vec<String> = told.collect();
        if !told.is_empty() {
            told.push(String::new());
        }
        told
    }

    /// What whoever signs off would else not know of: exceptions on record, each with its step.
    pub(in super::super) fn exceptions_on_record(&self, session: &Session) -> Vec<String> {
        let run = self.run(session);
        let mut told = Vec::new();
        for (number, record) in (1..).zip(&run.steps) {
            let recorded = deviations::of_record(record).into_iter();
            let mut happened: Vec<String> = recorded.map(|deviation| deviation.happened).collect();
            let error = record.error.clone();
            happened.extend(error.filter(|_| record.state == StepState::Exception));
            let lines = happened.into_iter();
            told.extend(lines.map(|what| say!("  step {number}: {what}", number, what)));
        }
        if !told.is_empty() {
            told.insert(0, tr("Exceptions on record:").to_owned());
            told.push(String::new());
        }
        told
    }

    /// Whether somebody took another's place when the run was taken up just now.
    pub(super) fn relieved_now(&self, session: &Session) -> bool {
        let step = self.record(session).map(|record| record.id);
        let run = self.run(session);
        let now = |relief: &crate::session::Relief| Some(&relief.step) == step.as_ref();
        self.came_back && run.relieved.iter().any(now)
    }
}
