//! What a headless ceremony ends with: how it came out, what was written, and why it failed.

use std::path::Path;

use crate::ceremony::{RunError, Runner, open_run, shell_word};
use crate::session::{Refusal, Run, RunOutcome, Session, StepState};

use super::super::status::Failure;

/// What was written, for the one line that a ceremony ends with which nobody watched.
pub(super) fn told(out: Option<&Path>, written: &[String], bundle: Option<&Path>) -> String {
    let evidence = bundle.map(|bundle| format!("Its evidence is in {}.", bundle.display()));
    match (out, evidence) {
        (Some(out), evidence) => {
            let files = format!("Written to {}: {}.", out.display(), written.join(", "));
            evidence.map_or_else(|| files.clone(), |evidence| format!("{files} {evidence}"))
        }
        (None, Some(evidence)) => evidence,
        (None, None) => {
            "Nothing was written: --out DIR writes its files, ceremony.json and report.txt."
                .to_owned()
        }
    }
}

/// How it ended, in a word.
pub(super) fn word(outcome: RunOutcome) -> &'static str {
    match outcome {
        RunOutcome::Completed => "completed",
        RunOutcome::Exception => "exception",
        RunOutcome::Aborted => "aborted",
    }
}

/// What a ceremony leaves that nobody watched and that came to no good end: what is done and stands, whether the run is over,
/// and where that is written. `kept` is the vault, where it stays, and the folder that took the run's files. Nothing of a run
/// that went through.
pub(super) fn left(
    ended: &Result<RunOutcome, RunError>,
    runner: &Runner,
    session: &Session,
    (vault, out): (Option<&Path>, Option<&Path>),
) -> Option<String> {
    if matches!(
        ended,
        Ok(RunOutcome::Completed | RunOutcome::Exception) | Err(RunError::CannotBegin(_))
    ) {
        return None;
    }
    let run = runner.run(session);
    let record = out.map(|out| {
        format!(
            "Its record is in {}: report.txt and ceremony.json.",
            out.display()
        )
    });
    let Some(vault) = vault else {
        let gone =
            "The run is over. The throw-away vault is gone, with everything that was made in it.";
        let record = record.map_or_else(String::new, |record| format!(" {record}"));
        return Some(format!("{gone}{record}"));
    };
    let record = record.unwrap_or_else(|| {
        let vault = shell_word(&vault.display().to_string());
        format!("The vault has its record: `keymoot report {vault}` prints it.")
    });
    let stopped = open_run(&session.view()).is_some_and(|open| open.stopped);
    let over = match (run.outcome, ended) {
        (Some(_), _) => {
            "The run is over and cannot be taken up again; the script can be played anew."
        }
        // These say so themselves.
        (None, Err(RunError::Refused(Refusal::PersonNeeded(_)))) => "",
        (None, _) if stopped => {
            "The run was stopped for good, and not all have signed that yet: --resume goes on with it."
        }
        (None, _) => "The run stands open: --resume takes it up.",
    };
    let parts = [done(&run, runner), over.to_owned(), record];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Some(parts.join(" "))
}

/// Which steps of a run are done and stand; of the step at hand, whether its act is.
fn done(run: &Run, runner: &Runner) -> String {
    let steps = run.steps.iter();
    let closed = steps.take_while(|step| {
        let excepted = step.state == StepState::Exception && step.ended.is_some();
        step.state == StepState::Closed || excepted
    });
    let count = closed.count();
    let whole = match count {
        0 => "No step is done.".to_owned(),
        1 => "Step 1 is done and stands.".to_owned(),
        n => format!("Steps 1-{n} are done and stand."),
    };
    let acted = |id: &str| {
        let mut arrows = runner.arrows().iter();
        arrows.any(|(step, state)| step == id && *state == StepState::Executed)
    };
    let at_hand = run.steps.get(count).filter(|step| step.digest.is_some());
    let act = at_hand.filter(|step| acted(&step.id)).map(|step| {
        let number = count.saturating_add(1);
        format!(
            " The act of step {number}, {}, is done too and stands.",
            step.id
        )
    });
    format!(
        "{whole}{} No later step was begun.",
        act.unwrap_or_default()
    )
}

/// Why it did not begin, or failed.
pub(super) fn failure(error: RunError) -> Failure {
    match error {
        RunError::Refused(refusal @ (Refusal::Approval(_) | Refusal::PersonNeeded(_))) => {
            refusal.into()
        }
        RunError::NotRehearsed(text) => Failure::person_needed(text),
        other => Failure::failed(other.to_string()),
    }
}
