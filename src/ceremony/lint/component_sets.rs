//! Part of L03: a key is formed of all its components, and leaves as components once every other one was made. A set of
//! components belongs to one declared key and one run, and serves once.

use std::collections::{BTreeMap, BTreeSet};

use crate::session::op_components::{EXPORT_COMPONENTS, IMPORT_COMPONENTS};

use super::super::model::{KeyDeclaration, Model, Step};
use super::super::ops_components::{ENTER, GENERATE};
use super::Report;

/// The components of one key so far.
#[derive(Default)]
struct Set {
    /// Entered from paper, or made here.
    there: BTreeSet<u8>,
    /// Made here.
    made: BTreeSet<u8>,
    /// A key was formed of them, or left with them.
    used: bool,
}

/// Reads the steps from top to bottom.
pub(super) fn check(model: &Model, report: &mut Report) {
    let mut sets: BTreeMap<&str, Set> = BTreeMap::new();
    for step in model.steps.iter().filter(|step| !step.expects_error()) {
        let Some(key) = step.key().and_then(|id| model.key(id)) else {
            continue;
        };
        let set = sets.entry(key.id.as_str()).or_default();
        let wrong = match step.op.name {
            name if name == IMPORT_COMPONENTS.name => formed(key, set),
            name if name == EXPORT_COMPONENTS.name => left(key, set),
            name if name == ENTER.name || name == GENERATE.name => comes(model, key, step, set),
            _ => None,
        };
        if let Some((member, message)) = wrong {
            report.error(&step.place.member(member), Some(step), message);
        }
    }
}

type Wrong = Option<(&'static str, String)>;

/// A component is entered or made.
fn comes(model: &Model, key: &KeyDeclaration, step: &Step, set: &mut Set) -> Wrong {
    let part: u8 = step.fields.get("part")?.parse().ok()?;
    if set.used {
        return Some((
            "part",
            format!(
                "The components of `{}` have served by now: move this step above the one that uses them, or remove it.",
                key.id
            ),
        ));
    }
    set.there.insert(part);
    if step.op.name == GENERATE.name {
        set.made.insert(part);
    }
    let leaves = |other: &Step| {
        other.op.name == EXPORT_COMPONENTS.name
            && !other.expects_error()
            && other.key() == Some(key.id.as_str())
    };
    let last = key.components == Some(part) && model.steps.iter().any(leaves);
    last.then(|| {
        (
            "part",
            format!(
                "Component {part} of `{}` is the last, and comes out of `{}` itself: remove this step.",
                key.id, EXPORT_COMPONENTS.name
            ),
        )
    })
}

/// A key is formed of all its components.
fn formed(key: &KeyDeclaration, set: &mut Set) -> Wrong {
    set.used = true;
    let mut all = 1..=key.components.unwrap_or_default();
    let missing = all.find(|part| !set.there.contains(part))?;
    Some((
        "key",
        format!(
            "Component {missing} of `{}` is not there yet: add the step that enters or makes it, or move this one \
             below it.",
            key.id
        ),
    ))
}

/// A key leaves: its last component is what the others leave of it.
fn left(key: &KeyDeclaration, set: &mut Set) -> Wrong {
    if std::mem::replace(&mut set.used, true) {
        return Some((
            "key",
            format!(
                "`{}` leaves as components a second time, and a set of them serves once: remove the step, and let \
                 another ceremony make another set.",
                key.id
            ),
        ));
    }
    let mut others = 1..key.components.unwrap_or_default();
    let missing = others.find(|part| !set.made.contains(part))?;
    Some((
        "key",
        format!(
            "Component {missing} of `{}` is not made yet, and the last one is what all others leave of the key: add \
             its step {}, or move this one below it.",
            key.id, GENERATE.name
        ),
    ))
}
