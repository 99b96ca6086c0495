//! L09: at the end every component's paper lies in a package.

use std::collections::BTreeSet;

use super::super::model::{AbortAct, Model};
use super::super::ops_components as ops;
use super::components::{Handling, handlings};
use super::heads::head;
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L09",
    title: "a component without a package at the end",
    explain: "\
A component on paper is half of a key. Before people leave the room each lies in a numbered package, in its \
custodian's own safe, and the serial stands in the record with the name of whoever watched (PCI PIN 21-3, 26-1).

After every component that is entered, made or printed, add a step with op = \"component.seal\", its custodian in \
`who` and the witness in `observe`. A run that is stopped leaves papers open as well: write [on_abort] do = [\"wipe\", \
\"reseal-open-components\", \"list-custody\", \"sign-off\"].

Two components of one key never lie in one safe, and nobody opens the safes of two, or that of another than their own \
(PCI PIN 8-2, 21-3): declare item = [{ id = \"safe-1\", kind = \"safe\", label = \"Safe 1\", access = [\"first\"] \
}, ...], and name it in the sealing step, safe = \"safe-1\".",
    check: open,
};

fn open(model: &Model, report: &mut Report) {
    stopped(model, report);
    safes(model, report);
    let mut sealed: BTreeSet<(&str, u8)> = BTreeSet::new();
    let mut told: BTreeSet<(&str, u8)> = BTreeSet::new();
    for handling in handlings(model).into_iter().rev() {
        let paper = (handling.label, handling.part);
        if handling.step.op.name == ops::SEAL.name {
            if handling.step.observe.is_empty() {
                report.error(
                    &handling.step.place.member("observe"),
                    Some(handling.step),
                    "Nobody watches while this paper is sealed: write observe = [\"...\"] with the witness's place.",
                );
            }
            sealed.insert(paper);
        } else if !sealed.contains(&paper) && told.insert(paper) {
            report.error(
                &handling.step.place,
                Some(handling.step),
                format!(
                    "Component {} of `{}` lies open at the end: add a later step that seals it, op = \
                     \"component.seal\".",
                    handling.part, handling.key
                ),
            );
        }
    }
}

/// C4: whoever can open a safe sees no other component of the key, and neither does another safe's opener.
fn safes(model: &Model, report: &mut Report) {
    let all = handlings(model);
    let mut known: Vec<(&Handling<'_>, &str, BTreeSet<&str>)> = Vec::new();
    for handling in &all {
        let Some((item, safe)) = handling.step.safe.as_deref().and_then(|id| model.safe(id)) else {
            continue;
        };
        let openers = safe.access.iter().map(|place| head(model, place));
        let openers: BTreeSet<&str> = openers.collect();
        let of_another =
            |other: &Handling<'_>| other.label == handling.label && other.part != handling.part;
        let seer = all.iter().filter(|other| of_another(other));
        let mut seer = seer.filter(|other| openers.contains(head(model, other.place)));
        let mut others = known.iter().filter(|(other, ..)| of_another(other));
        let words = if let Some((other, ..)) = others.clone().find(|(_, id, _)| *id == item.id) {
            Some(format!(
                "Components {} and {} of `{}` lie in one safe, `{}`: give each a safe of its own.",
                other.part, handling.part, handling.key, item.id
            ))
        } else if let Some(other) = seer.next() {
            Some(format!(
                "`{}` has component {} of `{}` in hand and can open `{}`, where component {} lies: take one of the two.",
                other.place, other.part, handling.key, item.id, handling.part
            ))
        } else {
            others.find_map(|(other, id, theirs)| {
                let both = theirs.intersection(&openers).next()?;
                Some(format!(
                    "`{both}` can open `{id}` and `{}`, where components {} and {} of `{}` lie: let others open one of \
                     the two.",
                    item.id, other.part, handling.part, handling.key
                ))
            })
        };
        if let Some(words) = words {
            report.error(
                &handling.step.place.member("safe"),
                Some(handling.step),
                words,
            );
        }
        known.push((handling, &item.id, openers));
    }
}

/// Papers that lie open where a run is stopped.
fn stopped(model: &Model, report: &mut Report) {
    let Some(first) = handlings(model).into_iter().next() else {
        return;
    };
    if !model.on_abort.contains(&AbortAct::Reseal) {
        let place = if model.on_abort.is_empty() {
            &first.step.place
        } else {
            &model.on_abort_place
        };
        report.warning(
            place,
            Some(first.step),
            "Where this run is stopped, papers of components lie open: write \"reseal-open-components\" into [on_abort] \
             `do`.",
        );
    }
}
