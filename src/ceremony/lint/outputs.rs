//! L10: what leaves is bound to the minutes by a hash read aloud, and no two steps write one file.

use std::collections::BTreeSet;

use super::super::model::{Model, Step};
use super::super::ops;
use super::Report;

/// L10: outputs and spoken hashes belong together.
pub(super) fn spoken(model: &Model, report: &mut Report) {
    let mut written: BTreeSet<&str> = BTreeSet::new();
    for (at, step) in model.steps.iter().enumerate() {
        if let Some(file) = step.fields.get("output") {
            output(model, at, step, file, report);
            if !written.insert(file) {
                report.error(
                    "L10",
                    &step.place.member("output"),
                    Some(step),
                    format!("`{file}` is written by an earlier step and nothing is ever overwritten: choose another name."),
                );
            }
        }
        if step.op.name == ops::ATTEST_HASH.name {
            let file = step.fields.get("file").map_or("", String::as_str);
            if !written.contains(file) {
                report.error(
                    "L21",
                    &step.place.member("file"),
                    Some(step),
                    format!(
                        "No earlier step writes `{file}`: correct the name or move this step down."
                    ),
                );
            }
        }
    }
}

fn output(model: &Model, at: usize, step: &Step, file: &str, report: &mut Report) {
    let place = step.place.member("output");
    if !is_plain(file) {
        report.error(
            "L10",
            &place,
            Some(step),
            format!("`{file}` is no plain file name: letters, digits, dots and hyphens, without a folder."),
        );
    }
    let spoken = model.steps.iter().skip(at + 1).any(|later| {
        later.op.name == ops::ATTEST_HASH.name
            && later.fields.get("file").is_some_and(|name| name == file)
    });
    if !spoken {
        report.warning(
            "L10",
            &place,
            Some(step),
            format!(
                "Nobody reads the hash of `{file}` aloud: add a step attest.hash after this one."
            ),
        );
    }
}

/// Whether a name is a plain file name that no run keeps for itself.
pub(in crate::ceremony) fn is_plain(name: &str) -> bool {
    let good = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    let first = name
        .bytes()
        .next()
        .is_some_and(|b| b.is_ascii_alphanumeric());
    first
        && name.len() <= 100
        && name.bytes().all(good)
        && !matches!(name, "ceremony.json" | "report.txt" | "NEXT.txt")
}
