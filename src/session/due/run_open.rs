//! The run that is not over, in the line of what is due.

use crate::session::run::{Run, StepState};
use crate::text::say;

/// How far a run is that is not over.
pub(super) fn stands(run: &Run) -> String {
    let number = run.next_step();
    if run.steps.iter().any(|s| s.state == StepState::Aborted) {
        return say!(
            "stopped at step {number}, its record to be signed: {script}",
            number,
            script = run.script
        );
    }
    say!(
        "open at step {number} of {all}: {script}",
        number,
        all = run.steps.len(),
        script = run.script
    )
}
