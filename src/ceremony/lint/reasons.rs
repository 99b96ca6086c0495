//! L11 missing expectations, L14 destruction without a witness, L15 steps without clause or why.

use crate::session::op;

use super::super::model::{Model, Role};
use super::super::ops;
use super::Report;

/// L11: what changes the vault says what must be true afterwards.
pub(super) fn expectations(model: &Model, report: &mut Report) {
    for step in &model.steps {
        let looks = step.op.name == ops::GET_KEY.name;
        let needs = looks || ops::is_act(step.op);
        match &step.expect {
            None if needs => report.error(
                "L11",
                &step.place.member("expect"),
                Some(step),
                "This step does not say what must be true after it: write expect = { state = \"...\" }.",
            ),
            Some(expect) if !needs => report.error(
                "L11",
                &expect.place,
                Some(step),
                format!("`{}` has no result to compare: remove `expect`.", step.op.name),
            ),
            _ => {}
        }
    }
}

/// L14: somebody who is no custodian watches a destruction.
pub(super) fn observers(model: &Model, report: &mut Report) {
    for step in model
        .steps
        .iter()
        .filter(|s| s.op.name == op::DELETE_KEY.name)
    {
        let watched = step
            .observe
            .iter()
            .filter_map(|id| model.person(id))
            .any(|person| person.role == Role::Witness);
        if !watched {
            report.warning(
                "L14",
                &step.place.member("observe"),
                Some(step),
                "No witness watches this destruction: write observe = [\"...\"] with a witness's place (PCI PIN 24-2.2).",
            );
        }
    }
}

/// L15: a ritual without a reason.
pub(super) fn clauses(model: &Model, report: &mut Report) {
    for step in &model.steps {
        if step.clause.is_empty() && step.why.is_none() {
            report.warning(
                "L15",
                &step.place.member("why"),
                Some(step),
                "Nothing says why this step is done: write `why`, or the `clause` it serves.",
            );
        }
    }
}
