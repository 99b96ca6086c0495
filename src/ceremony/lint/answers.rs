//! L27: what a rehearsal asks, `[rehearsal]` answers.

use crate::session::field::{AS_SHOWN, Field, Kind};
use crate::session::{Profile, op_tr34};

use super::super::component_script::is_of_answers;
use super::super::model::{Model, Step};
use super::super::run::{NUMBER, is_asked, usual};
use super::super::{ops, ops_carry, ops_components};
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L27",
    title: "a rehearsal that waits for an answer",
    explain: "\
A rehearsal that nobody attends (play --headless) answers from [rehearsal], and ends at the first question that has no \
answer there. Production wants a green rehearsal of the same script, and whoever changes a script wants to see in a \
minute that it still goes through.

Write [[rehearsal.answer]] with the step's id and the field: practice values alone, `as-shown` for a fingerprint, a \
check value or the random number that an earlier step tr34.random drew, `derive` for a component's own check value. What \
a rehearsal knows by itself (the time, a paper that is read back, that a package is whole, passphrases) needs none.",
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
        let drawn = || draws_before(model, step);
        let serves = |field: &str, text: &str| field != NUMBER || text != AS_SHOWN || drawn();
        let given = |field: &str| {
            let text = answers.and_then(|answers| answers.get(field));
            text.is_some_and(|text| serves(field, text))
        };
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
                    practice(field, drawn())
                ),
            );
        }
    }
}

/// Whether an earlier step draws a random number of this vault's.
fn draws_before(model: &Model, step: &Step) -> bool {
    let mut before = model.steps.iter().take_while(|other| other.id != step.id);
    before.any(|other| other.op.name == op_tr34::RANDOM.name)
}

/// What is answered to such a field, as far as that can be said.
fn practice(field: &str, drawn: bool) -> &'static str {
    match field {
        NUMBER if drawn => AS_SHOWN,
        "kcv" | "fingerprint" => AS_SHOWN,
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
