//! What was typed where it is drawn during a run: the report owns up to every line that the log has of it.
#![deny(clippy::indexing_slicing)]

use serde_json::{Value, json};

use super::super::report::RunReport;
use super::log::Line;
use super::{Fault, fault};

/// The operation of such a line, as the session writes it.
const OP: &str = "typed-in-the-open";

/// Holds the report's own list against the lines of the run.
pub(super) fn in_the_open<'l>(
    report: &RunReport,
    of_run: impl Iterator<Item = &'l Line>,
) -> Result<usize, Fault> {
    let lines = of_run.filter(|line| line.is("noted", OP));
    let logged: Vec<Value> = lines
        .map(|line| {
            let value = line.value.as_ref().unwrap_or(&Value::Null);
            let [what, field] = ["what", "field"].map(|name| line.detail(name));
            json!([line.n, value.get("time"), what, field])
        })
        .collect();
    let told: Vec<Value> = report
        .in_the_open
        .iter()
        .map(|one| {
            let at = one.at.map(crate::api::Timestamp::millis);
            json!([one.line, at, one.what, one.field])
        })
        .collect();
    if told == logged {
        return Ok(logged.len());
    }
    fault(
        "report, typed in the open",
        "the log has other secrets that were typed where they are drawn",
    )
}
