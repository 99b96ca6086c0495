//! What the rules on components look at: who handles which component of which key, step by step.

use std::collections::BTreeMap;

use crate::session::op_components::EXPORT_COMPONENTS;

use super::super::model::{Model, Step};
use super::super::ops_components as ops;

/// One step in which somebody has a component in front of them.
#[derive(Clone, Copy)]
pub(super) struct Handling<'m> {
    pub(super) step: &'m Step,
    /// What people call the key: two declarations of one name are one key.
    pub(super) label: &'m str,
    /// The declared key.
    pub(super) key: &'m str,
    pub(super) part: u8,
    /// The place that sees it.
    pub(super) place: &'m str,
}

/// Every such step, in order; steps that expect to be refused show nobody anything.
pub(super) fn handlings(model: &Model) -> Vec<Handling<'_>> {
    let one = |step| -> Option<Handling<'_>> {
        let step: &Step = step;
        let leaves = step.op.name == EXPORT_COMPONENTS.name;
        if (!leaves && !ops::is_turn(step.op)) || step.expects_error() {
            return None;
        }
        let key = model.key(step.key()?)?;
        let part = if leaves {
            key.components?
        } else {
            step.fields.get("part")?.parse().ok()?
        };
        Some(Handling {
            step,
            label: &key.label,
            key: &key.id,
            part,
            place: step.who.first()?,
        })
    };
    model.steps.iter().filter_map(one).collect()
}

/// Places by the person who takes them: those with one key are one, every other is one of its own.
pub(super) fn head<'m>(model: &'m Model, place: &'m str) -> &'m str {
    model
        .person(place)
        .and_then(|person| person.key.as_deref())
        .unwrap_or(place)
}

/// For every person and key, the step at which a second component of it is before their eyes, with both numbers:
/// nobody forgets, so what a person knows only grows along a path, and the path that does every step shows the most.
pub(super) fn seen_twice(model: &Model) -> Vec<(Handling<'_>, u8)> {
    let mut first: BTreeMap<(&str, &str), u8> = BTreeMap::new();
    let mut found: Vec<(Handling<'_>, u8)> = Vec::new();
    for handling in handlings(model) {
        let who = (head(model, handling.place), handling.label);
        let before = *first.entry(who).or_insert(handling.part);
        let told = found
            .iter()
            .any(|(h, _)| head(model, h.place) == who.0 && h.label == who.1);
        if before != handling.part && !told {
            found.push((handling, before));
        }
    }
    found
}
