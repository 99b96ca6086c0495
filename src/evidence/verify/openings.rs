//! Who opened the vault for a run, and when: the report says what the log holds, and nothing less.
#![deny(clippy::indexing_slicing)]

use serde_json::{Value, json};

use super::super::report::RunReport;
use super::log::Line;
use super::{Fault, fault};

/// Openings of the vault: the one in which the run began, and each until its end. Reports of before they were told have
/// none.
pub(super) fn openings<'l>(
    report: &RunReport,
    lines: impl Iterator<Item = &'l Line>,
    (begin, end): (u64, u64),
) -> Result<(), Fault> {
    let (mut all, mut before) = (Vec::new(), None);
    for line in lines.filter(|line| line.n <= end) {
        match line.op() {
            "open" if line.n > begin => all.push(said(line)),
            "open" => before = Some(said(line)),
            "close" if line.n < begin => before = None,
            _ => {}
        }
    }
    let all: Vec<Value> = before.into_iter().chain(all).collect();
    let told = report.openings.iter();
    let told: Vec<Value> = told
        .map(|o| json!([o.line, o.at.map(crate::api::Timestamp::millis), o.by]))
        .collect();
    if told.is_empty() || told == all {
        return Ok(());
    }
    fault(
        "report, openings",
        "the log has other openings of the vault",
    )
}

fn said(line: &Line) -> Value {
    let value = line.value.as_ref().unwrap_or(&Value::Null);
    json!([line.n, value.get("time"), value.get("who")])
}
