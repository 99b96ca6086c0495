//! A run that is stopped for good after any of its commits: it ends aborted, nothing half made stays, every paper is
//! accounted for, and the script can be played again in the same vault.

use keymoot::ceremony::{Runner, Script};
use keymoot::session::{Run, RunOutcome, Session, StepState};
use keymoot::vault::MemoryStore;

use super::stage::{reopened, resume, wanted};

/// Why, as people would say it.
const WHY: &str = "the fire bell rang";

/// Whether a change of people or shares was carried out: then other people than the script's own have the vault.
fn has_other_people(run: &Run) -> bool {
    let mut steps = run.steps.iter();
    steps.any(|step| step.op.starts_with("vault.") && step.digest.is_some())
}

/// What has to hold of a run that was stopped.
fn ended(at: &str, session: &Session, runner: &Runner) {
    let (run, view) = (runner.run(session), session.view());
    assert_eq!(run.outcome, Some(RunOutcome::Aborted), "{at}");
    let stopped = run.steps.iter().filter(|s| s.state == StepState::Aborted);
    assert_eq!(stopped.count(), 1, "{at}: {:?}", run.steps);
    assert!(view.pending.is_empty(), "{at}: {:?}", view.pending);
    assert!(view.runs.iter().all(|run| run.outcome.is_some()), "{at}");
    assert!(view.open_papers.is_empty(), "{at}: {:?}", view.open_papers);
    assert!(runner.showing(session).ask.is_none(), "{at}");
    // A key of the run is there whole, with the attributes of its record, or it is not there at all.
    for arn in run.keys.values() {
        let whole = view.keys.iter().any(|row| row.key.key_arn == *arn);
        assert!(whole, "{at}: {arn} is in the run and in no record");
    }
    let made = run.steps.iter().filter_map(|step| step.key.as_ref());
    for arn in made {
        assert!(run.keys.values().any(|known| known == arn), "{at}: {arn}");
    }
}

/// Takes the run up in what stood after a commit, stops it for good, and looks at what is left; `again` plays the script
/// a second time behind it.
pub(crate) fn stops(
    at: &str,
    of_run: &impl Fn() -> Script,
    inputs: &[(&str, &[u8])],
    store: &MemoryStore,
    again: bool,
) {
    let mut session = reopened(&of_run(), store);
    let taken_up = keymoot::ceremony::Wanted {
        inputs: wanted(inputs).inputs,
        ..resume()
    };
    let mut runner = Runner::begin(&mut session, of_run(), taken_up).unwrap();
    if runner.outcome().is_some() {
        return; // it had ended
    }
    runner.abort(&mut session, WHY).unwrap();
    // What is left of the stop is done as a rehearsal does it: papers into packages, the record signed.
    let _ = runner.headless(&mut session);
    ended(at, &session, &runner);
    if !again || has_other_people(&runner.run(&session)) {
        return;
    }
    let mut second = Runner::begin(&mut session, of_run(), wanted(inputs)).unwrap();
    let outcome = second.headless(&mut session);
    assert!(
        matches!(outcome, Ok(RunOutcome::Completed)),
        "{at}: the second run {outcome:?}"
    );
}
