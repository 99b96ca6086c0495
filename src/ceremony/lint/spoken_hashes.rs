//! L10: what leaves is bound to the minutes by a hash read aloud, and no two steps write one file.

use std::collections::BTreeSet;

use super::super::model::{Doing, Model};
use super::super::ops;
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L10",
    title: "an output whose hash nobody reads aloud",
    explain: "\
A file that leaves is bound to the minutes by its hash, read aloud and written down: whoever swaps the file on the \
way has to change the minutes too. No file is ever overwritten, and each has a plain name.

Add a step attest.hash after the one that writes, or choose another name.",
    check: spoken,
};

fn spoken(model: &Model, report: &mut Report) {
    let mut written: BTreeSet<&str> = BTreeSet::new();
    // Read from the end, a hash that is read aloud stands before the outputs that it binds.
    let mut heard: BTreeSet<&str> = BTreeSet::new();
    let mut unheard: BTreeSet<(&str, &str)> = BTreeSet::new();
    for step in model.steps.iter().rev() {
        if step.op.name == ops::ATTEST_HASH.name {
            heard.extend(step.fields.get("file").map(String::as_str));
        }
        for doing in step.doings() {
            let file = doing.field("output").filter(|file| !heard.contains(file));
            // A name that no file can have is told once, by itself.
            if let Some(file) = file.filter(|file| is_plain(file)) {
                unheard.insert((&step.id, file));
            }
        }
    }
    for doing in model.doings() {
        let Some(file) = doing.field("output") else {
            continue;
        };
        let refused = doing.step.expects_error();
        let bound = refused || !unheard.contains(&(doing.step.id.as_str(), file));
        output(doing, file, bound, report);
        if !written.insert(file) {
            report.error(
                &doing.place.member("output"),
                Some(doing.step),
                format!("`{file}` is written by an earlier step and nothing is ever overwritten: choose another name."),
            );
        }
    }
}

fn output(doing: Doing<'_>, file: &str, bound: bool, report: &mut Report) {
    let place = doing.place.member("output");
    if !is_plain(file) {
        report.error(
            &place,
            Some(doing.step),
            format!("`{file}` is no plain file name: letters, digits, dots and hyphens, without a folder."),
        );
    }
    if !bound {
        report.warning(
            &place,
            Some(doing.step),
            format!(
                "Nobody reads the hash of `{file}` aloud: add a step attest.hash after this one."
            ),
        );
    }
}

/// Whether a name is a plain file name that no run keeps for itself.
fn is_plain(name: &str) -> bool {
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
