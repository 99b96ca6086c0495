//! L28: the record of a production ceremony says who was there, and people sign it.

use std::collections::BTreeSet;

use crate::session::Profile;

use super::super::model::{AbortAct, Model, Role, Step};
use super::super::{ops, ops_carry, ops_components};
use super::heads::head;
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L28",
    title: "a ceremony without a beginning or an end on record",
    explain: "\
Two people are in the room from the first step to the last (PCI PIN 13-9.2), and the record says who they were and that \
they agree with it (PCI PIN 26-1). So a script that production may play has a step `present` before its first act, and \
after its last one a `sign-off` by two people at least, the witness among them where the script has one.

A stop is signed as well. [on_abort] says by `sign-off` that everybody with a part in the ceremony signs it; a script \
without [on_abort], or with one that leaves `sign-off` out, has it signed by whoever is in the `who` of its sign-offs, \
or by two others and the witness where it has none. Whoever cannot sign a stop is named in its record as not having signed.

A script for other vaults need not. But where people sign a stop ([on_abort] do = [\"sign-off\"]), a ceremony that is \
completed wants their signatures as well.

Write a step op = \"present\" at the beginning and a step op = \"sign-off\" at the end, with everybody who has a part in \
`who`.",
    check: closed,
};

/// Whether a step is what the ceremony is for: an act, a turn with a component, a token that is handed on.
fn is_work(step: &Step) -> bool {
    ops::is_act(step.op) || ops_components::is_turn(step.op) || ops_carry::carries(step.op)
}

fn closed(model: &Model, report: &mut Report) {
    if !model.profiles.contains(&Profile::Production) {
        return a_stop_alone(model, report);
    }
    let mut before = model.steps.iter().take_while(|step| !is_work(step));
    let present = before.any(|step| step.op.name == ops::PRESENT.name);
    if let Some(first) = model
        .steps
        .iter()
        .find(|step| is_work(step))
        .filter(|_| !present)
    {
        report.warning(
            &first.place,
            Some(first),
            "Nobody has said by now who is in the room: add a step `present` above this one, with everybody who has a \
             part in `who` (PCI PIN 13-9.2).",
        );
    }
    if let Some(last) = model.steps.iter().rfind(|step| is_work(step)) {
        signed(model, last, report);
    }
}

/// A stop is signed, and the record of a ceremony that is completed is not.
fn a_stop_alone(model: &Model, report: &mut Report) {
    let signs = |step: &Step| step.op.name == ops::SIGN_OFF.name;
    if !model.on_abort.contains(&AbortAct::SignOff) || model.steps.iter().any(signs) {
        return;
    }
    report.warning(
        &model.on_abort_place,
        None,
        "A stop is signed, and no step is `sign-off`: nobody signs the record of a ceremony that is completed. Add a \
         step `sign-off` at the end, with everybody who has a part in `who`.",
    );
}

fn signed(model: &Model, last: &Step, report: &mut Report) {
    let after = model
        .steps
        .iter()
        .rev()
        .take_while(|step| !std::ptr::eq(*step, last));
    let signs: Vec<&Step> = after
        .filter(|step| step.op.name == ops::SIGN_OFF.name)
        .collect();
    let Some(sign) = signs.first() else {
        report.warning(
            &last.place,
            Some(last),
            "Nobody signs the record after this: add a later step `sign-off`, with everybody who has a part in `who` \
             (PCI PIN 26-1).",
        );
        return;
    };
    let places = || signs.iter().flat_map(|step| &step.who);
    let people: BTreeSet<&str> = places().map(|place| head(model, place)).collect();
    let is_witness = |id: &String| model.person(id).is_some_and(|p| p.role == Role::Witness);
    let watched = model.places().any(|person| person.role == Role::Witness);
    let message = if people.len() < 2 {
        "One person alone signs the record: add another who was there to `who` (PCI PIN 26-1)."
    } else if watched && !places().any(is_witness) {
        "The witness does not sign the record: add the witness's place to `who` (PCI PIN 26-1)."
    } else {
        return;
    };
    report.warning(&sign.place.member("who"), Some(sign), message);
}
