//! L16: an exception branch that nothing leads to.

use super::super::model::{Model, OnFail};
use super::super::ops;
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L16",
    title: "an exception branch that nothing leads to",
    explain: "\
on_fail = \"exception\" lets a run go on when a step brings about something else than expected. In a step that \
compares nothing, or asks a wrong answer again until it is right, it can never happen: the script promises a way that \
does not exist.

Remove on_fail there, or let the step expect something.",
    check: branches,
};

fn branches(model: &Model, report: &mut Report) {
    let never = [
        ops::PRESENT.name,
        ops::ATTEST_CLOCK.name,
        ops::ATTEST_CHECK_VALUE.name,
        ops::ATTEST_HASH.name,
        ops::WAIT.name,
        ops::NOTE.name,
        ops::SIGN_OFF.name,
    ];
    for step in &model.steps {
        if step.on_fail == OnFail::Exception && never.contains(&step.op.name) {
            report.error(
                &step.place.member("on_fail"),
                Some(step),
                format!(
                    "`{}` never brings about an exception: remove on_fail = \"exception\".",
                    step.op.name
                ),
            );
        }
    }
}
