//! Who comes, and what each brings.

use std::collections::BTreeSet;

use super::super::model::{Model, Person, Role, Step};
use super::super::{ops, ops_components};
use super::Page;
use crate::session::op_custody;

pub(super) fn section(model: &Model, page: &mut Page) {
    page.title("WHO COMES");
    let custodians = custodians(model);
    let count = distinct(model, custodians);
    page.line(
        "  ",
        &format!(
            "{count} different people, whoever asks for acts included: the one who asks never approves, and nobody \
             takes two places."
        ),
    );
    for person in &model.people {
        let mut does = vec![person.role.name().to_owned()];
        does.extend(form(person));
        if let Some(place) = model.stands_by_for(&person.id) {
            does.push(format!("stands by, and comes where {} cannot", place.id));
        }
        page.line(&format!("  {:<12}", person.id), &does.join(", "));
        page.line("              brings ", &brings(model, person).join("; "));
    }
    let named = model.places().filter(|p| p.role == Role::Custodian).count();
    if custodians > named {
        page.line(
            "  ",
            &format!(
                "and {} more of role custodian, to approve: each brings the own passphrase",
                custodians - named
            ),
        );
    }
    holders(model, page);
}

/// People who have no place in the script: whoever a step makes a holder of the recovery set.
fn holders(model: &Model, page: &mut Page) {
    for step in &model.steps {
        if step.op.name == op_custody::RECOVERY_SET.name {
            page.line(
                "  ",
                &format!(
                    "and the holders whom step {} names, three or more, none of them of this vault: each brings paper \
                     and pen for new words, a bag for them, and in production a medium of their own with a bag",
                    step.id
                ),
            );
        }
    }
}

/// Custodians that the script needs: its places, or more where approvals count more, besides the one who asks.
pub(super) fn custodians(model: &Model) -> usize {
    let by_act = model.steps.iter().filter_map(|step| {
        let approve = step.approve.as_ref()?;
        let issuer = step.initiate.as_deref().and_then(|id| model.person(id));
        let signs_too = issuer.is_some_and(|person| person.role == Role::Custodian);
        Some(approve.count + usize::from(signs_too))
    });
    by_act.max().unwrap_or(0).max(model.needs(Role::Custodian))
}

/// Different people: one for each place that has no key of its own, and one for each key.
fn distinct(model: &Model, custodians: usize) -> usize {
    let heads: BTreeSet<&str> = model
        .places()
        .map(|person| person.key.as_deref().unwrap_or(&person.id))
        .collect();
    let named = model.places().filter(|p| p.role == Role::Custodian).count();
    heads.len() + custodians.saturating_sub(named)
}

fn form(person: &Person) -> Option<String> {
    let form = person.form.as_ref()?;
    Some(format!("form {form}"))
}

/// What one place brings, from what its steps ask.
fn brings(model: &Model, person: &Person) -> Vec<String> {
    let mut things: Vec<String> = Vec::new();
    let mut add = |thing: &str| {
        if !things.iter().any(|known| known == thing) {
            things.push(thing.to_owned());
        }
    };
    let signs = person.role != Role::Witness
        || model
            .steps
            .iter()
            .any(|s| s.op.name == ops::SIGN_OFF.name && s.who.contains(&person.id));
    if signs {
        add("the own passphrase (in production with the own approval envelope)");
    }
    for step in &model.steps {
        let acts = step.who.contains(&person.id);
        let typed = |field: &str| step.asked.get(field) == Some(&person.id);
        let issues = step.initiate.as_ref() == Some(&person.id);
        match step.op.name {
            name if name == ops::ATTEST_CLOCK.name && acts => add("a watch"),
            name if name == ops::ATTEST_CHECK_VALUE.name && acts => {
                add("the check values from the sender, on paper");
            }
            name if name == ops::ATTEST_FINGERPRINT.name && acts => {
                add("the fingerprints, fetched elsewhere, on paper");
            }
            name if name == ops_components::RECEIVE.name && acts => {
                add("the component's package, closed as it came");
            }
            name if name == ops_components::SEAL.name && acts => {
                add("a new numbered package for the component's paper");
            }
            _ => {}
        }
        let reads = step.op.name == ops_components::RECEIVE.name
            && !step.fields.contains_key("advised")
            && step.observe.first() == Some(&person.id);
        if reads {
            add("the sender's advice with the packages' serials, on paper");
        }
        if typed("fingerprint") {
            add("the fingerprints, fetched elsewhere, on paper");
        }
        if issues || (acts && step.op.name == ops::READ_FILE.name) {
            for input in super::super::run::files_of(step) {
                let medium = model.input(&input).and_then(|i| i.medium.clone());
                add(&medium.map_or_else(
                    || format!("the file {input}"),
                    |medium| format!("the medium {medium}, for what comes in"),
                ));
            }
        }
        if issues && let Some(medium) = &step.medium {
            add(&format!("the empty medium {medium}, for what goes out"));
        }
    }
    if things.is_empty() {
        things.push("nothing".to_owned());
    }
    things
}

/// Who acts in a step, in a sentence.
pub(super) fn acting(step: &Step) -> String {
    match (&step.initiate, &step.approve) {
        (Some(issuer), Some(approve)) => {
            let from = if approve.from.is_empty() {
                "custodians".to_owned()
            } else {
                format!("of {}", approve.from.join(", "))
            };
            let watched = if step.observe.is_empty() {
                String::new()
            } else {
                format!("; {} observe", step.observe.join(", "))
            };
            format!("{issuer} asks, {} {from} approve{watched}.", approve.count)
        }
        _ if step.who.is_empty() => "Nobody: time passes.".to_owned(),
        _ => format!("{}.", step.who.join(", ")),
    }
}
