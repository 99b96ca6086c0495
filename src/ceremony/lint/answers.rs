//! L27: what a rehearsal asks, `[rehearsal]` answers.

use crate::session::Profile;
use crate::session::field::{Field, Kind};

use super::super::component_script::is_of_answers;
use super::super::model::{Model, Step};
use super::super::run::{is_asked, usual};
use super::super::{ops, ops_carry, ops_components};
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L27",
    title: "a rehearsal that waits for an answer",
    explain: "\
A rehearsal that nobody attends (play --headless) answers from [rehearsal], and ends at the first question that has no \
answer there. Production wants a green rehearsal of the same script, and whoever changes a script wants to see in a \
minute that it still goes through.

Write [[rehearsal.answer]] with the step's id and the field: practice values alone, `as-shown` for a fingerprint or a \
check value, `derive` for a component's own check value. What a rehearsal knows by itself (the time, a paper that is \
read back, that a package is whole, passphrases) needs none.",
    check: answered,
};

fn answered(model: &Model, report: &mut Report) {
    let practised = [Profile::Rehearsal, Profile::Test];
    let of_answers = is_of_answers(&model.id);
    if of_answers
        || !practised
            .iter()
            .any(|profile| model.profiles.contains(profile))
    {
        // What was made of answers at the workstation is played there and then, by people.
        return;
    }
    for step in &model.steps {
        let answers = model.rehearsal.answers.get(&step.id);
        let given = |field: &str| answers.is_some_and(|answers| answers.contains_key(field));
        for field in asked(model, step) {
            if given(field) || usual(step, field).is_some() {
                continue;
            }
            report.warning(
                &step.place.member(field),
                Some(step),
                format!(
                    "A rehearsal that nobody attends ends here, because nothing answers `{field}`: add \
                     [[rehearsal.answer]] with step = \"{}\" and {field} = \"{}\".",
                    step.id,
                    practice(field)
                ),
            );
        }
    }
}

/// What is answered to such a field, as far as that can be said.
fn practice(field: &str) -> &'static str {
    match field {
        "kcv" | "fingerprint" => "as-shown",
        "value" => "TEST:...",
        _ => "...",
    }
}

/// Fields that people are asked for in a step. Passphrases and phrases are none: a rehearsal knows them.
fn asked(model: &Model, step: &Step) -> Vec<&'static str> {
    let open = |field: &'static str| Some(field).filter(|id| !step.fields.contains_key(id));
    let one = |field: Option<&'static str>| field.into_iter().collect();
    match step.op.name {
        _ if ops::is_act(step.op) => {
            // A file or key that nobody named is a reference to nothing, and L21's.
            let named = |field: &&Field| matches!(field.kind, Kind::File | Kind::Key);
            let fields = step.op.fields.iter().filter(|field| !named(field));
            let asked = fields.filter(|field| is_asked(step, field));
            asked.map(|field| field.id).collect()
        }
        name if name == ops_carry::CHECK.name => step.asked.keys().copied().collect(),
        name if name == ops_carry::COMPARE.name => vec!["kcv"],
        name if name == ops::ATTEST_CHECK_VALUE.name => vec!["kcv"],
        name if name == ops::ATTEST_FINGERPRINT.name => one(open("fingerprint")),
        name if name == ops::NOTE.name => one(open("text")),
        name if name == ops_components::RECEIVE.name => {
            let item = step.item.as_deref().and_then(|id| model.item(id));
            let known = item.is_some_and(|item| item.advised.is_some());
            let advised = open("advised").filter(|_| !known);
            advised.into_iter().chain(["serial"]).collect()
        }
        name if name == ops_components::ENTER.name => vec!["value"],
        name if name == ops_components::SEAL.name => vec!["serial"],
        _ => Vec::new(),
    }
}
