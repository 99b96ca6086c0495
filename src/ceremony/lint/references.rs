//! L21 dangling references, L22 ids that nothing uses.

use std::collections::BTreeSet;

use crate::session::field::Kind;

use super::super::model::{Model, Step};
use super::Report;

/// L21: every id that is named is declared.
pub(super) fn dangling(model: &Model, report: &mut Report) {
    for step in &model.steps {
        people(model, step, report);
        fields(model, step, report);
    }
    for (place, id) in &model.rehearsal.mentions {
        if !id.is_empty() && !model.steps.iter().any(|step| step.id == *id) {
            report.error(
                "L21",
                place,
                None,
                format!("No step is called `{id}`: correct the id or remove the entry."),
            );
        }
    }
}

fn people(model: &Model, step: &Step, report: &mut Report) {
    let from = step
        .approve
        .iter()
        .flat_map(|a| &a.from)
        .map(|id| (id, "approve"));
    let who = step.who.iter().map(|id| (id, "who"));
    let observe = step.observe.iter().map(|id| (id, "observe"));
    let initiate = step.initiate.iter().map(|id| (id, "initiate"));
    let asked = step.asked.values().map(|id| (id, "input"));
    for (id, member) in from.chain(who).chain(observe).chain(initiate).chain(asked) {
        if model.person(id).is_none() {
            report.error(
                "L21",
                &step.place.member(member),
                Some(step),
                format!(
                    "Nobody is called `{id}`: declare the place with [[person]] or correct the id."
                ),
            );
        }
    }
}

fn fields(model: &Model, step: &Step, report: &mut Report) {
    let mut named: Vec<(&str, &str, bool)> = Vec::new();
    if let Some(key) = &step.makes {
        named.push(("key", key, true));
    }
    for field in step.op.fields {
        if let Some(id) = step.fields.get(field.id) {
            match field.kind {
                Kind::Key => named.push((field.id, id, true)),
                Kind::File => named.push((field.id, id, false)),
                _ => {}
            }
        } else if !field.optional && matches!(field.kind, Kind::Key | Kind::File) {
            report.error(
                "L21",
                &step.place.member(field.id),
                Some(step),
                format!(
                    "`{}` is missing: name a declared {}.",
                    field.id,
                    noun(field.kind)
                ),
            );
        }
    }
    for (member, id, is_key) in named {
        let found = if is_key {
            model.key(id).is_some()
        } else {
            model.inputs.iter().any(|input| input.id == id)
        };
        if !found {
            let (what, how) = if is_key {
                ("key", "[[key]]")
            } else {
                ("input", "[[input]]")
            };
            report.error(
                "L21",
                &step.place.member(member),
                Some(step),
                format!("No {what} is called `{id}`: declare it with {how} or correct the id."),
            );
        }
    }
}

fn noun(kind: Kind) -> &'static str {
    if kind == Kind::File { "input" } else { "key" }
}

/// L22: what is declared has a use.
pub(super) fn unused(model: &Model, report: &mut Report) {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for step in &model.steps {
        used.extend(step.makes.as_deref());
        used.extend(step.fields.values().map(String::as_str));
        used.extend(step.who.iter().chain(&step.observe).map(String::as_str));
        used.extend(step.initiate.as_deref());
        used.extend(step.asked.values().map(String::as_str));
        used.extend(
            step.approve
                .iter()
                .flat_map(|a| &a.from)
                .map(String::as_str),
        );
    }
    let people = model.people.iter().map(|p| (&p.place, &p.id, "place"));
    let keys = model.keys.iter().map(|k| (&k.place, &k.id, "key"));
    let inputs = model.inputs.iter().map(|i| (&i.place, &i.id, "input"));
    for (place, id, what) in people.chain(keys).chain(inputs) {
        if !used.contains(id.as_str()) {
            report.error(
                "L22",
                &place.member("id"),
                None,
                format!("No step uses the {what} `{id}`: use it or remove its declaration."),
            );
        }
    }
}
