//! L22: what is declared has a use.

use std::collections::BTreeSet;

use super::super::model::{Item, Model, Role};
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L22",
    title: "an id that nothing uses",
    explain: "\
A place, key, input, item or party that no step uses is a mistake of whoever wrote the script, or a trap for whoever reads it: \
somebody is asked to come who has nothing to do.

Use it, or remove its declaration.",
    check: unused,
};

fn unused(model: &Model, report: &mut Report) {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for step in &model.steps {
        for doing in step.doings() {
            used.extend(doing.makes);
            used.extend(doing.fields.values().map(String::as_str));
        }
        used.extend(step.who.iter().chain(&step.observe).map(String::as_str));
        used.extend(step.initiate.as_deref());
        used.extend(step.item.as_deref());
        used.extend(step.safe.as_deref());
        used.extend(step.asked.values().map(String::as_str));
        used.extend(
            step.approve
                .iter()
                .flat_map(|a| &a.from)
                .map(String::as_str),
        );
    }
    let safes = model.items.iter().filter_map(|i| i.safe.as_ref());
    used.extend(safes.flat_map(|safe| &safe.access).map(String::as_str));
    used.extend(all_sign(model));
    used.extend(model.people.iter().filter_map(|p| p.backup.as_deref()));
    used.extend(model.keys.iter().filter_map(|k| k.counterparty.as_deref()));
    used.extend(media(model));
    let people = model.people.iter().map(|p| (&p.place, &p.id, "place"));
    let keys = model.keys.iter().map(|k| (&k.place, &k.id, "key"));
    let inputs = model.inputs.iter().map(|i| (&i.place, &i.id, "input"));
    let items = model.items.iter().map(|i| (&i.place, &i.id, "item"));
    let parties = model.parties.iter().map(|p| (&p.place, &p.id, "party"));
    let declared = people.chain(keys).chain(inputs).chain(items).chain(parties);
    for (place, id, what) in declared {
        if !used.contains(id.as_str()) {
            report.error(
                &place.member("id"),
                None,
                format!("No step uses the {what} `{id}`: use it or remove its declaration."),
            );
        }
    }
}

/// Media by whose label something comes or goes.
fn media(model: &Model) -> impl Iterator<Item = &str> {
    let inputs = model.inputs.iter().filter_map(|i| i.medium.as_ref());
    let steps = model.steps.iter().filter_map(|s| s.medium.as_ref());
    let labels: BTreeSet<&String> = inputs.chain(steps).collect();
    let moved = move |item: &&Item| {
        let label = item.medium.as_ref().map(|medium| &medium.label);
        label.is_some_and(|label| labels.contains(label))
    };
    model
        .items
        .iter()
        .filter(moved)
        .map(|item| item.id.as_str())
}

/// Custodians' places, where an act counts as many approvals as there are: each of them signs.
fn all_sign(model: &Model) -> Vec<&str> {
    let custodians = model.places().filter(|p| p.role == Role::Custodian);
    let places: Vec<&str> = custodians.map(|p| p.id.as_str()).collect();
    let mut approvals = model.steps.iter().filter_map(|step| step.approve.as_ref());
    if approvals.any(|a| a.from.is_empty() && a.count >= places.len()) {
        places
    } else {
        Vec::new()
    }
}
