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
use super::super::model::{AbortAct, Model, Step};
use super::super::ops;
use super::heads::{Head, heads, may_approve};
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
    choice: Choice<'m>,
    chosen: usize,
    /// Places that give a part on every path.
    fixed: BTreeSet<&'m str>,
    /// Parts that open it.
    threshold: usize,
    /// Whether it stands on the way of an abort.
    on_abort: bool,
}

/// Among whom the script has a choice.
enum Choice<'m> {
    /// Among these.
    Of(BTreeSet<&'m str>),
    /// Among all custodians but this place: most acts, and never written out, for a script may have five hundred of both.
    Custodians { but: Option<&'m str> },
}

impl Choice<'_> {
    const fn nobody() -> Self {
        Self::Of(BTreeSet::new())
    }

    /// How many of them one person is.
    fn of(&self, model: &Model, head: &Head<'_>) -> usize {
        match self {
            Self::Of(places) => shared(places, head),
            Self::Custodians { but } => {
                let own = but.filter(|place| head.places.contains(place));
                let custodian = |place: &str| model.person(place).is_some_and(may_approve);
                let but = usize::from(own.is_some_and(custodian));
                head.custodians.saturating_sub(but)
            }
        }
    }
}

/// How many of these places one person has.
fn shared(places: &BTreeSet<&str>, head: &Head<'_>) -> usize {
    let own = head.places.iter();
    own.filter(|place| places.contains(*place)).count()
}

fn custody(model: &Model, report: &mut Report) {
    let heads = heads(model);
    knowledge(model, &heads, report);
    let shared: Vec<&Head<'_>> = heads
        .values()
        .filter(|head| head.places.len() > 1)
        .collect();
    if shared.is_empty() {
        // Every place is another person, and no lock counts a place twice.
        return;
    }
    for lock in locks(model) {
        // Each place gives one part at most.
        for head in shared.iter().filter(|h| h.places.len() >= lock.threshold) {
            if most(model, &lock, head) >= lock.threshold {
                let (who, advice) = head.told();
                report.error(
                    &lock.place,
                    lock.step,
                    format!(
                        "{who}, who can alone {}. Path: {}. {advice}",
                        lock.what,
                        path(model, lock.step, lock.on_abort)
                    ),
                );
            }
        }
    }
}

/// Nobody sees two components of one key.
fn knowledge(model: &Model, heads: &BTreeMap<&str, Head<'_>>, report: &mut Report) {
    let found = components::seen_twice(model, heads);
    // What the place's own holder sees is told of that one, and not of whoever stands by as well.
    let own: BTreeSet<&str> = found
        .iter()
        .filter(|seen| seen.at_own_places(model))
        .map(|seen| seen.handling.step.id.as_str())
        .collect();
    for seen in &found {
        let (handling, step) = (&seen.handling, seen.handling.step);
        let by_self = seen.at_own_places(model);
        if !by_self && own.contains(step.id.as_str()) {
            continue;
        }
        let (who, advice) = match heads.get(seen.who).filter(|_| !by_self) {
            Some(other) => {
                let (who, advice) = other.told();
                (format!("{who}: that one"), advice)
            }
            None => (
                format!("`{}`", handling.place),
                "Let another custodian take one of them.",
            ),
        };
        report.error(
            &step.place.member("who"),
            Some(step),
            format!(
                "{who} sees component {} of `{}` and saw component {} before. Path: {}. {advice}",
                handling.part,
                handling.key,
                seen.before.part,
                path(model, Some(step), false)
            ),
        );
    }
}

/// The most parts of a lock that one head can have on a path.
fn most(model: &Model, lock: &Lock<'_>, head: &Head<'_>) -> usize {
    lock.choice.of(model, head).min(lock.chosen) + shared(&lock.fixed, head)
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
        let everybody: BTreeSet<&str> = model.places().map(|p| p.id.as_str()).collect();
        let threshold = everybody.len().max(2);
        locks.push(Lock {
            place: model.on_abort_place.clone(),
            step: model.steps.first(),
            what: "sign the record of an abort in everybody's name",
            choice: Choice::nobody(),
            chosen: 0,
            fixed: everybody,
            threshold,
            on_abort: true,
        });
    }
    locks
}

/// An act's approvals: so many of those who may.
fn approvals<'m>(model: &Model, step: &'m Step) -> Option<Lock<'m>> {
    let approve = step.approve.as_ref().filter(|a| a.count >= 2)?;
    Some(Lock {
        place: approve.place.clone(),
        step: Some(step),
        what: "give every approval that this act counts",
        choice: eligible(model, step),
        chosen: approve.count,
        fixed: BTreeSet::new(),
        threshold: approve.count,
        on_abort: false,
    })
}

/// Places that may approve a step: custodians, never the place that asks.
fn eligible<'m>(model: &Model, step: &'m Step) -> Choice<'m> {
    let but = step.initiate.as_deref();
    let from = step.approve.as_ref().map(|a| a.from.as_slice());
    let from = from.unwrap_or_default();
    if from.is_empty() {
        return Choice::Custodians { but };
    }
    let from = from.iter().map(String::as_str);
    let may = |id: &&str| Some(*id) != but && model.person(id).is_some_and(may_approve);
    Choice::Of(from.filter(may).collect())
}

/// Asking for an act, and approving it.
fn issuing<'m>(model: &Model, step: &'m Step) -> Option<Lock<'m>> {
    let issuer = step.initiate.as_deref()?;
    Some(Lock {
        place: step.place.member("initiate"),
        step: Some(step),
        what: "ask for this act and approve it",
        choice: eligible(model, step),
        chosen: 1,
        fixed: BTreeSet::from([issuer]),
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
        choice: Choice::nobody(),
        chosen: 0,
        fixed: BTreeSet::from([issuer.as_str(), typist.as_str()]),
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
        choice: Choice::nobody(),
        chosen: 0,
        threshold: places.len().max(2),
        fixed: places,
        on_abort: false,
    }
}

/// The shortest path to a lock: the steps up to it; to an abort, the first step and the stop.
fn path(model: &Model, to: Option<&Step>, on_abort: bool) -> String {
    const SHOWN: usize = 6;
    let last = to.map_or("", |step| step.id.as_str());
    let at = model.steps.iter().position(|s| s.id == last);
    let before = model.steps.iter().take(at.map_or(0, |at| at + 1));
    let mut ids: Vec<&str> = before.map(|s| s.id.as_str()).collect();
    if ids.len() > SHOWN {
        let tail = ids.split_off(ids.len() - 2);
        ids.truncate(SHOWN - 3);
        ids.push("...");
        ids.extend(tail);
    }
    if on_abort {
        ids.push("stopped");
        ids.push("on_abort");
    }
    ids.join(" > ")
}

#[cfg(test)]
mod tests;
