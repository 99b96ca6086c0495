//! L11: what changes the vault says what must be true afterwards.

use super::super::model::Model;
use super::super::ops;
use super::{Report, Rule};
use crate::session::op_tr34;

pub(super) const RULE: Rule = Rule {
    id: "L11",
    title: "an act without expectation",
    explain: "\
An act that does not say what must be true afterwards passes whatever it did. The runner compares after every act: \
the key's state, its attributes with the declaration, its check value, whether it is enabled, how long a token lasts; \
or it expects the refusal.

Write for example expect = { state = \"CREATE_COMPLETE\", attributes = \"declared\" }; for what hands out a \
certificate expect = { lasts = \"6d\" }; for a refusal expect = { error = \"ValidationException\" }. Acts on people, shares and policy (vault.…), \
and tokens for a device or a sender (tr34.…), name no key and need none.",
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
                "This step does not say what must be true after it: write expect = { state = \"...\" }.",
            ),
            Some(expect) if !can => report.error(
                &expect.place,
                Some(step),
                format!("`{}` has no result to compare: remove `expect`.", step.op.name),
            ),
            _ => {}
        }
    }
}
