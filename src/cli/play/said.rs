//! What a headless ceremony ends with: how it came out, what was written, and why it failed.

use std::path::Path;

use crate::ceremony::RunError;
use crate::session::{Refusal, RunOutcome};

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
