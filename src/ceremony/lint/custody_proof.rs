//! L01: no one ever holds a threshold, on any path of the script, aborts included.
//!
//! What takes several people is a *lock*: an act's approvals, the two watches of a clock, the request and the
//! fingerprint of a root, the sign-off that closes a record or an abort. Each has parts, held at places, and a
//! threshold. Places with one approval key are one head, and whoever stands by is one with each place whose holder may
//! stay away. A path is a run of the script: every step is done, or
//! recorded as an exception and passed, or the run stops there and does what `[on_abort]` says. Nobody forgets, so a
//! head's parts only grow along a path, and the path that gives it the most of one lock is the one that takes every
//! choice in its favour up to that lock. That one path decides, for each head and lock; `tests` compares with all of
//! them.

use std::collections::{BTreeMap, BTreeSet};

use super::super::finding::Place;
use super::super::model::{AbortAct, Model, Role, Step};
use super::super::ops;
use super::{Report, Rule, components};

pub(super) const RULE: Rule = Rule {
    id: "L01",
    title: "one person who holds a threshold",
    explain: "\
Dual control is worth nothing if one person can stand at two places: places with the same approval key are one \
person. On every path of the script, with steps that fail and runs that are stopped, no one person may give all the \
approvals that an act counts, ask for an act and approve it, read both watches, ask for a root and type its \
fingerprint, see two components of one key, or alone sign a record that several should sign.

Whoever stands by may have the place whose backup they are, and is judged as if they had it.

The message names the person's places and the shortest path to where it happens. Bind the places to different \
people: correct `key` under [[person]], or leave it out, so that the vault's people are bound one to a place; let \
somebody stand by who has no place.

What custodians knew before the ceremony stands in the vault's custody ledger and is judged there.",
    check: custody,
};

/// What takes several people.
struct Lock<'m> {
    /// Where the finding points.
    place: Place,
    /// The step; for what an abort does the first step, where the shortest path stops.
    step: Option<&'m Step>,
    /// What it is, completing "can alone ...".
    what: &'static str,
    /// Places of which each gives one part, where the script has a choice: so many of them.
    choice: Vec<&'m str>,
    chosen: usize,
    /// Places that give a part on every path.
    fixed: Vec<&'m str>,
    /// Parts that open it.
    threshold: usize,
    /// Whether it stands on the way of an abort.
    on_abort: bool,
}

fn custody(model: &Model, report: &mut Report) {
    knowledge(model, report);
    let heads = heads(model);
    let shared: Vec<&Head<'_>> = heads
        .values()
        .filter(|head| head.places.len() > 1)
        .collect();
    if shared.is_empty() {
        // Every place is another person, and no lock counts a place twice.
        return;
    }
    for lock in locks(model) {
        for head in &shared {
            if most(&lock, &head.places) >= lock.threshold {
                let (who, advice) = head.told();
                report.error(
                    &lock.place,
                    lock.step,
                    format!(
                        "{who}, who can alone {}. Path: {}. {advice}",
                        lock.what,
                        path(model, &lock)
                    ),
                );
            }
        }
    }
}

/// Nobody sees two components of one key.
fn knowledge(model: &Model, report: &mut Report) {
    for (handling, before) in components::seen_twice(model) {
        let step = handling.step;
        let lock = Lock {
            place: step.place.member("who"),
            step: Some(step),
            what: "",
            choice: Vec::new(),
            chosen: 0,
            fixed: Vec::new(),
            threshold: 0,
            on_abort: false,
        };
        report.error(
            &lock.place,
            Some(step),
            format!(
                "`{}` sees component {} of `{}` and saw component {before} before. Path: {}. Let another custodian take one of them.",
                handling.place,
                handling.part,
                handling.key,
                path(model, &lock)
            ),
        );
    }
}

/// One person, with every place that this person may have on some path.
#[derive(Default)]
struct Head<'m> {
    /// The own places, and those that the own places stand by for.
    places: BTreeSet<&'m str>,
    /// Those of them that are another's, who may not come.
    stands_in: BTreeSet<&'m str>,
}

impl Head<'_> {
    /// Who this is, and what to do about it.
    fn told(&self) -> (String, &'static str) {
        let named = |places: Vec<&str>| format!("`{}`", places.join("` and `"));
        let own = self.places.difference(&self.stands_in).copied().collect();
        if self.stands_in.is_empty() {
            return (
                format!("{} have one approval key and are one person", named(own)),
                "Bind the places to different people.",
            );
        }
        let taken = self.stands_in.iter().copied().collect();
        (
            format!(
                "{} may have the place {} as well, where its holder does not come, and is then one person",
                named(own),
                named(taken)
            ),
            "Let somebody stand by who has no other place.",
        )
    }
}

/// Places by the person who takes them: those with one key are one, every other is one of its own; whoever stands by is
/// one with the places whose backup they are.
fn heads(model: &Model) -> BTreeMap<&str, Head<'_>> {
    let mut heads: BTreeMap<&str, Head<'_>> = BTreeMap::new();
    for person in &model.people {
        let of = components::head(model, &person.id);
        heads.entry(of).or_default().places.insert(&person.id);
    }
    for person in &model.people {
        let backup = person.backup.as_deref();
        let backup = backup.filter(|id| model.person(id).is_some_and(|other| other.stands_by));
        let Some(head) = backup.and_then(|id| heads.get_mut(components::head(model, id))) else {
            continue;
        };
        if head.places.insert(&person.id) {
            head.stands_in.insert(&person.id);
        }
    }
    heads
}

/// The most parts of a lock that one head can have on a path.
fn most(lock: &Lock<'_>, places: &BTreeSet<&str>) -> usize {
    let own = |of: &[&str]| of.iter().filter(|place| places.contains(*place)).count();
    own(&lock.choice).min(lock.chosen) + own(&lock.fixed)
}

/// Every lock of the script, in the order of its steps.
fn locks(model: &Model) -> Vec<Lock<'_>> {
    let mut locks = Vec::new();
    for step in &model.steps {
        if ops::is_act(step.op) {
            locks.extend(approvals(model, step));
            locks.extend(issuing(model, step));
            locks.extend(second_person(step));
        } else if step.op.name == ops::ATTEST_CLOCK.name || step.op.name == ops::SIGN_OFF.name {
            let what = if step.op.name == ops::SIGN_OFF.name {
                "sign the record in everybody's name"
            } else {
                "vouch for the clock"
            };
            locks.push(all_of(step, &step.who, "who", what));
        }
    }
    if model.on_abort.contains(&AbortAct::SignOff) {
        let everybody: Vec<&str> = model.places().map(|p| p.id.as_str()).collect();
        let threshold = everybody.len().max(2);
        locks.push(Lock {
            place: model.on_abort_place.clone(),
            step: model.steps.first(),
            what: "sign the record of an abort in everybody's name",
            choice: Vec::new(),
            chosen: 0,
            fixed: everybody,
            threshold,
            on_abort: true,
        });
    }
    locks
}

/// An act's approvals: so many of those who may.
fn approvals<'m>(model: &'m Model, step: &'m Step) -> Option<Lock<'m>> {
    let approve = step.approve.as_ref().filter(|a| a.count >= 2)?;
    let eligible = eligible(model, step);
    Some(Lock {
        place: approve.place.clone(),
        step: Some(step),
        what: "give every approval that this act counts",
        choice: eligible,
        chosen: approve.count,
        fixed: Vec::new(),
        threshold: approve.count,
        on_abort: false,
    })
}

/// Places that may approve a step: custodians, never the place that asks.
fn eligible<'m>(model: &'m Model, step: &'m Step) -> Vec<&'m str> {
    let from = step.approve.as_ref().map(|a| a.from.as_slice());
    let from = from.unwrap_or_default();
    let people = model.places().filter(|p| p.role == Role::Custodian);
    people
        .map(|p| p.id.as_str())
        .filter(|id| from.is_empty() || from.iter().any(|f| f == id))
        .filter(|id| step.initiate.as_deref() != Some(*id))
        .collect()
}

/// Asking for an act, and approving it.
fn issuing<'m>(model: &'m Model, step: &'m Step) -> Option<Lock<'m>> {
    let issuer = step.initiate.as_deref()?;
    Some(Lock {
        place: step.place.member("initiate"),
        step: Some(step),
        what: "ask for this act and approve it",
        choice: eligible(model, step),
        chosen: 1,
        fixed: vec![issuer],
        threshold: 2,
        on_abort: false,
    })
}

/// Asking for an import, and typing the fingerprint that should come from a second person.
fn second_person(step: &Step) -> Option<Lock<'_>> {
    let typist = step.asked.get("fingerprint")?;
    let issuer = step.initiate.as_ref().filter(|issuer| *issuer != typist)?;
    Some(Lock {
        place: step.place.member("input"),
        step: Some(step),
        what: "ask for this import and type the fingerprint that a second person should",
        choice: Vec::new(),
        chosen: 0,
        fixed: vec![issuer, typist],
        threshold: 2,
        on_abort: false,
    })
}

fn all_of<'m>(step: &'m Step, who: &'m [String], member: &str, what: &'static str) -> Lock<'m> {
    let places: BTreeSet<&str> = who.iter().map(String::as_str).collect();
    Lock {
        place: step.place.member(member),
        step: Some(step),
        what,
        choice: Vec::new(),
        chosen: 0,
        threshold: places.len().max(2),
        fixed: places.into_iter().collect(),
        on_abort: false,
    }
}

/// The shortest path to a lock: the steps up to it; to an abort, the first step and the stop.
fn path(model: &Model, lock: &Lock<'_>) -> String {
    const SHOWN: usize = 6;
    let last = lock.step.map_or("", |step| step.id.as_str());
    let at = model.steps.iter().position(|s| s.id == last);
    let before = model.steps.iter().take(at.map_or(0, |at| at + 1));
    let mut ids: Vec<&str> = before.map(|s| s.id.as_str()).collect();
    if ids.len() > SHOWN {
        let tail = ids.split_off(ids.len() - 2);
        ids.truncate(SHOWN - 3);
        ids.push("...");
        ids.extend(tail);
    }
    if lock.on_abort {
        ids.push("stopped");
        ids.push("on_abort");
    }
    ids.join(" > ")
}

#[cfg(test)]
mod tests;
