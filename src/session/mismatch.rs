//! A key that a ceremony made, and whose check value did not agree with the one that came by another way when its step
//! was stopped: nobody knows whose key it is, so it is suspect with what stands under it, in the same commit (PCI PIN
//! 15-1, 22).

use super::Session;
use super::op_suspect;
use super::run::{NOT_TAKEN, Run, StepRecord, StepState};
use super::state::State;
use super::transition::Transition;
use crate::api::Timestamp;
use crate::crypto::components::NO_USUAL_MISTAKE;

/// The note of the log that names the keys.
pub(crate) const DIFFERS: &str = "check-value-differs";

/// Whether an answer that was not taken says that the key is another one: `kcv (why) of PERSON`, or without why. A slip of
/// the usual kinds says that of no key: key and paper may both be right then.
fn says_another_key(answer: &str) -> bool {
    let rest = answer.strip_prefix("kcv ").unwrap_or_default();
    let explained = rest
        .strip_prefix('(')
        .and_then(|why| why.strip_prefix(NO_USUAL_MISTAKE));
    rest.starts_with("of ") || explained.is_some_and(|rest| rest.starts_with(')'))
}

/// The keys, by ARN, that the run made, that the step compares with their sender's value, and for which a value was typed
/// that is not theirs. A key that was here before may be right and the paper wrong: people judge that.
fn differing(state: &State, run: &Run, step: &StepRecord) -> Vec<String> {
    let answers = step.notes.get(NOT_TAKEN).map(String::as_str);
    let mut answers = answers.unwrap_or_default().split(", ");
    if !answers.any(says_another_key) {
        return Vec::new();
    }
    let made = |arn: &&String| {
        let record = state.engine.find(arn);
        record.is_some_and(|record| record.key.create_timestamp >= run.started)
    };
    let compared = super::blind::compares(run, step).into_iter();
    compared.filter(made).cloned().collect()
}

/// Marks the keys of a step that was stopped, in the state that is about to be committed; the note of it, where that
/// marks one anew.
pub(super) fn marked(
    working: &mut State,
    (run, step): (&str, &str),
    now: Timestamp,
) -> Option<Transition> {
    let run = working.runs.iter().find(|known| known.id == run)?;
    let step = run.steps.iter().find(|record| record.id == step)?;
    if !matches!(step.state, StepState::Aborted | StepState::Exception) {
        return None;
    }
    let keys = differing(working, run, step);
    let reason = reason(&run.script, &step.id);
    let (run, step) = (run.id.clone(), step.id.clone());
    let at = now.millis();
    let marked: Vec<String> = keys
        .iter()
        .flat_map(|key| op_suspect::mark_with_dependants(working, key, &reason, at))
        .collect();
    (!marked.is_empty()).then(|| {
        Transition::note(DIFFERS, Vec::new())
            .with("run", run)
            .with("step", step)
            .with("why", reason)
            .with("suspect_keys", marked)
    })
}

fn reason(script: &str, step: &str) -> String {
    format!(
        "ceremony {script} stopped at step {step}: the check value that was typed for it is not its own"
    )
}

impl Session {
    /// The keys, by ARN, that become suspect if this step is stopped now: what was typed from their sender is not theirs.
    pub(crate) fn differing(&self, run: &Run, step: &StepRecord) -> Vec<String> {
        differing(&self.state, run, step)
    }
}
