//! L11: what changes the vault says what must be true afterwards.

use super::super::changing::proves;
use super::super::model::{Expect, Model, Step};
use super::super::ops;
use super::{Report, Rule};
use crate::session::{op_exchange, op_tr34};

pub(super) const RULE: Rule = Rule {
    id: "L11",
    title: "an act without expectation",
    explain: "\
An act that does not say what must be true afterwards passes whatever it did. The runner compares after every act: \
the key's state, its attributes with the declaration, its check value, whether it is enabled, how long a token lasts; \
or it expects the refusal.

Write for example expect = { state = \"CREATE_COMPLETE\", attributes = \"declared\" }; for what hands out a \
certificate expect = { lasts = \"6d\" }; for a refusal expect = { error = \"ValidationException\" }. Acts on people, shares and policy (vault.…), \
and tokens for a device or a sender (tr34.…), name no key and need none; what is expected of a key there could never be \
answered, and the run would end.",
    check: expectations,
};

fn expectations(model: &Model, report: &mut Report) {
    for step in &model.steps {
        let looks = step.op.name == ops::GET_KEY.name;
        let can = looks || ops::is_act(step.op);
        // An act of custody names no key that could be looked at afterwards.
        let needs = can && !ops::is_custody(step.op) && !op_tr34::writes_token(step.op);
        match &step.expect {
            None if needs => report.error(
                &step.place.member("expect"),
                Some(step),
                format!(
                    "This step does not say what must be true after it: write expect = {{ {} }}.",
                    if gives_out(step) {
                        "lasts = \"6d\""
                    } else {
                        "state = \"...\""
                    }
                ),
            ),
            Some(expect) if !can => report.error(
                &expect.place,
                Some(step),
                format!(
                    "`{}` has no result to compare: remove `expect`.",
                    step.op.name
                ),
            ),
            Some(expect) => unanswered(step, expect, report),
            None => {}
        }
    }
}

/// Whether a step gives out a token and a certificate, which have no state and end some day.
fn gives_out(step: &Step) -> bool {
    let given = [
        op_exchange::PARAMETERS_FOR_IMPORT.name,
        op_exchange::PARAMETERS_FOR_EXPORT.name,
    ];
    let doings = step.doings();
    doings
        .first()
        .is_some_and(|doing| given.contains(&doing.op.name))
}

/// What is expected and the step's act has no answer to: the run would end there, after people signed.
fn unanswered(step: &Step, expect: &Expect, report: &mut Report) {
    let doings = step.doings();
    let names_key = doings.iter().all(|doing| {
        let mut fields = doing.op.fields.iter();
        ops::makes_key(doing.op) || fields.any(|field| field.id == "key")
    });
    let lasts = gives_out(step);
    let of_a_key = [
        ("state", expect.state.is_some()),
        ("attributes", expect.declared),
        ("kcv", expect.kcv.is_some()),
        ("enabled", expect.enabled.is_some()),
        ("material", expect.material_gone),
    ];
    let of_a_key = of_a_key.map(|(member, said)| (member, said && !names_key, "names no key"));
    let others = [
        (
            "lasts",
            expect.lasts.is_some() && !lasts,
            "gives out nothing that ends",
        ),
        (
            "proven",
            expect.proven && !proves(step.op),
            "has nobody prove what they hold",
        ),
    ];
    let wrong = of_a_key
        .into_iter()
        .chain(others)
        .find(|(_, wrong, _)| *wrong);
    if let Some((member, _, why)) = wrong {
        report.error(
            &expect.place.member(member),
            Some(step),
            format!(
                "`{}` {why}, so `{member}` could not be compared: remove it.",
                step.op.name
            ),
        );
    }
}
