//! L23: somebody acts in every step, with a role that may.

use std::collections::{BTreeMap, BTreeSet};

use super::super::model::{Model, Person, Role, Step};
use super::super::{ops, ops_components};
use super::heads::head;
use super::{Report, Rule};
use crate::session::op_components::EXPORT_COMPONENTS;

pub(super) const RULE: Rule = Rule {
    id: "L23",
    title: "somebody who may not do what the step asks",
    explain: "\
Every step has somebody who does it, and a role that may: an administrator or a custodian asks for acts, two people \
read the clock, a component is in a custodian's hands and under another person's eyes, and a fingerprint is typed by somebody else than the one who asks for the import.

A place that says present = false stands by: it is the backup of one other of the same role, and no step names it. \
Whoever stood in for two would be two people's dual control alone.

Write `who` or `initiate`, or let another place do it.",
    check: who_acts,
};

fn who_acts(model: &Model, report: &mut Report) {
    stand_by(model, report);
    for step in &model.steps {
        if ops::is_act(step.op) {
            issuer(model, step, report);
        } else if step.who.is_empty() && step.op.name != ops::WAIT.name {
            report.error(
                &step.place.member("who"),
                Some(step),
                "Nobody acts in this step: write who = [\"...\"].",
            );
        }
        if ops_components::is_turn(step.op) || step.op.name == EXPORT_COMPONENTS.name {
            handler(model, step, report);
        }
        for (list, member) in [(&step.who, "who"), (&step.observe, "observe")] {
            twice(model, step, (list, member), report);
        }
        let two = step.op.name == ops::ATTEST_CLOCK.name;
        if two && step.who.len() < 2 {
            report.error(
                &step.place.member("who"),
                Some(step),
                "A clock wants two watches: name two people in `who`.",
            );
        }
    }
}

/// One person counts once, under whatever name.
fn twice(model: &Model, step: &Step, (list, member): (&[String], &str), report: &mut Report) {
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    for id in list {
        let Some(earlier) = first.get(head(model, id)) else {
            first.insert(head(model, id), id);
            continue;
        };
        report.error(
            &step.place.member(member),
            Some(step),
            format!("`{earlier}` and `{id}` are one person, who counts once: name somebody else, or remove one."),
        );
    }
}

/// Whoever stands by is the backup of one place of the same role, and does nothing until called.
fn stand_by(model: &Model, report: &mut Report) {
    for (at, person) in model.people.iter().enumerate() {
        let Some(backup) = &person.backup else {
            continue;
        };
        let mut before = model.people.iter().take(at);
        let serves = |other: &&Person| other.backup.as_ref() == Some(backup);
        let wrong = match model.person(backup) {
            None => {
                format!("Nobody is called `{backup}`: declare the place, with present = false.")
            }
            Some(other) if !other.stands_by => format!(
                "`{backup}` has a part of their own: give the backup a place that says present = false."
            ),
            Some(other) if other.role != person.role => format!(
                "`{backup}` is {}, and takes the place of a {}: name one of the same role.",
                other.role.name(),
                person.role.name()
            ),
            Some(_) => match before.find(serves) {
                None => continue,
                Some(first) => format!(
                    "`{backup}` is the backup of `{}` already, and one person takes one place: where both do not come, one \
                     person would have two. Declare another place with present = false for `{}`.",
                    first.id, person.id
                ),
            },
        };
        report.error(&person.place.member("backup"), None, wrong);
    }
    for step in &model.steps {
        let signs = step.approve.iter().flat_map(|approve| &approve.from);
        let named = step.who.iter().chain(&step.observe).chain(&step.initiate);
        let mut named = named.chain(signs).chain(step.asked.values());
        let waits = |id: &&String| model.person(id).is_some_and(|person| person.stands_by);
        if let Some(id) = named.find(waits) {
            report.error(
                &step.place,
                Some(step),
                format!("`{id}` stands by and is not in the room: name the place that `{id}` would take."),
            );
        }
    }
}

/// A component is in a custodian's hands and under another person's eyes.
fn handler(model: &Model, step: &Step, report: &mut Report) {
    let role = |id: &String| model.person(id).map(|person| person.role);
    for id in &step.who {
        if role(id).is_some_and(|role| role != Role::Custodian) {
            report.error(
                &step.place.member("who"),
                Some(step),
                format!("`{id}` is no custodian and never sees a component: name the custodian who has it."),
            );
        }
    }
    let hands: BTreeSet<&str> = step.who.iter().map(|who| head(model, who)).collect();
    let own = |id: &&String| hands.contains(head(model, id));
    if let Some(id) = step.observe.iter().find(own) {
        report.error(
            &step.place.member("observe"),
            Some(step),
            format!("`{id}` would watch their own hands: let somebody else observe who handles no part of this key."),
        );
    }
}

fn issuer(model: &Model, step: &Step, report: &mut Report) {
    let place = step.place.member("initiate");
    let Some(id) = &step.initiate else {
        report.error(
            &place,
            Some(step),
            "Nobody asks for this act: write initiate = \"...\" with an administrator's or custodian's place.",
        );
        return;
    };
    if model.person(id).is_some_and(|p| p.role == Role::Witness) {
        report.error(
            &place,
            Some(step),
            format!("`{id}` is a witness and may not ask for an act: take an administrator or a custodian."),
        );
    }
    for (field, who) in &step.asked {
        if *field == "fingerprint" && who == id {
            report.error(
                &step.place.member("input"),
                Some(step),
                format!("`{id}` both asks for the act and types the fingerprint: let a second person type it."),
            );
        }
    }
}
