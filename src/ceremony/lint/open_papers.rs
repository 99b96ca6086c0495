//! L09: at the end every component's paper lies in a package.

use std::collections::BTreeSet;

use super::super::model::{AbortAct, Model};
use super::super::ops_components as ops;
use super::components::handlings;
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L09",
    title: "a component without a package at the end",
    explain: "\
A component on paper is half of a key. Before people leave the room each lies in a numbered package, in its \
custodian's own safe, and the serial stands in the record with the name of whoever watched (PCI PIN 21-3, 26-1).

After every component that is entered, made or printed, add a step with op = \"component.seal\", its custodian in \
`who` and the witness in `observe`. A run that is stopped leaves papers open as well: write [on_abort] do = [\"wipe\", \
\"reseal-open-components\", \"list-custody\", \"sign-off\"].",
    check: open,
};

fn open(model: &Model, report: &mut Report) {
    stopped(model, report);
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
