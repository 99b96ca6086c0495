//! What a script says for rehearsals: answers, time that passes, stand-ins, and faults that are made on purpose.

use std::collections::BTreeMap;

use crate::session::StepState;

use super::finding::Place;
use super::peer::StandIn;

/// What a fault does.
#[derive(Debug)]
pub(super) enum Mischief {
    /// Answers these first: field to text.
    Answers(BTreeMap<&'static str, String>),
    /// Stops once, as a power cut would, when the step has come to this state.
    Kill(StepState),
}

/// What must follow a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FaultOutcome {
    /// The same is asked again; nothing was lost.
    Again,
    /// The step is recorded as an exception and the run goes on.
    Exception,
    /// The run is taken up and ends as it would have.
    Resumed,
}

impl FaultOutcome {
    /// Every outcome.
    pub(super) const ALL: &'static [Self] = &[Self::Again, Self::Exception, Self::Resumed];

    /// The name in scripts.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Again => "again",
            Self::Exception => "exception",
            Self::Resumed => "resumed",
        }
    }
}

/// A fault that a rehearsal makes on purpose.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) step: String,
    pub(super) mischief: Mischief,
    pub(super) expect: FaultOutcome,
}

/// What only rehearsals (and, but for clock and seed, test vaults) read.
#[derive(Debug, Default)]
pub(super) struct Rehearsal {
    pub(super) seed: Option<String>,
    pub(super) clock: Option<crate::api::Timestamp>,
    /// Step id to field id to answer.
    pub(super) answers: BTreeMap<String, BTreeMap<&'static str, String>>,
    /// Step id to milliseconds that pass before it.
    pub(super) advances: BTreeMap<String, i64>,
    /// Where steps are named, for the linter.
    pub(super) mentions: Vec<(Place, String)>,
    pub(super) stand_ins: Vec<StandIn>,
    pub(super) faults: Vec<Fault>,
}
