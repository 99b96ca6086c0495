//! Who took whose place while a run was interrupted: the report says what the log holds, and nothing less.
#![deny(clippy::indexing_slicing)]

use serde_json::Value;

use super::super::report::{Relieved, RunReport};
use super::log::Line;
use super::{Fault, fault};

/// Holds what the report says of changed places against the lines in which the run was taken up.
pub(super) fn relieved<'l>(
    report: &RunReport,
    run: &str,
    lines: impl Iterator<Item = &'l Line>,
) -> Result<(), Fault> {
    let taken_up = lines.filter(|l| l.is("noted", "run-resume") && l.detail("run") == Some(run));
    let noted: Vec<Relieved> = taken_up
        .filter_map(|line| line.details().get("relieved").and_then(Value::as_array))
        .flatten()
        .filter_map(|one| serde_json::from_value(one.clone()).ok())
        .collect();
    if noted == report.relieved {
        return Ok(());
    }
    fault(
        "report, people",
        "other people took a place in it than the log has",
    )
}
