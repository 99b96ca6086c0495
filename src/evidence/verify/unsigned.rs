//! What moved the state without signatures of its own, because people signed it beforehand: nobody vouches for such a line
//! by itself, so that it has to show what it did. A leaf that is not shown may be the leaf of anything.
#![deny(clippy::indexing_slicing)]

use std::collections::BTreeSet;

use serde_json::Value;

use super::acts::transition;
use super::file::{Parts, part};
use super::log::{Line, Log, event};
use super::{Fault, Verified, fault};

/// Operations that need no signatures, and the members of their requests that stand in their lines as well: a deletion whose
/// window ends, and the end of a set of shares that a new one replaced.
const UNSIGNED: [(&str, &[(&str, &str)]); 2] = [
    ("DestroyKey", &[("KeyArn", "key")]),
    (
        "EndOldSet",
        &[("set", "set"), ("old_set", "old_set"), ("proven", "proven")],
    ),
];

/// Whether a line that nobody signed may move the state.
fn members(line: &Line) -> Option<&'static [(&'static str, &'static str)]> {
    let known = UNSIGNED.iter().find(|(op, _)| *op == line.op());
    known.map(|(_, members)| *members)
}

/// Every such line of the log: what is shown of it leads to its leaf. Lines of which the bundle shows nothing, as those of
/// version 1 do and those of logs without leaves, are kept in [`Verified::unshown`].
pub(super) fn unsigned(parts: &Parts, log: &Log, done: &mut Verified) -> Result<(), Fault> {
    let given = part(parts, "unsigned").as_array();
    let mut shown = BTreeSet::new();
    for (n, one) in (1..).zip(given.into_iter().flatten()) {
        let place = format!("unsigned, entry {n}");
        let line = transition(log, one, None, &place)?;
        let request = one.get("request").unwrap_or(&Value::Null);
        let told = |(member, detail): &(&str, &str)| {
            request.get(member).is_some() && request.get(member) == line.details().get(detail)
        };
        if !members(line).is_some_and(|members| members.iter().all(told)) {
            return fault(place, "its line of the log tells of something else");
        }
        shown.insert(line.n);
    }
    for line in log.sealed().filter(|line| line.detail("digest").is_none()) {
        if members(line).is_none() {
            return fault(
                event(line.n),
                format!("{} moved the state unsigned", line.op()),
            );
        }
        if !shown.contains(&line.n) {
            done.unshown.push(line.n);
        }
    }
    Ok(())
}
