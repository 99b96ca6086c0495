//! L15: a ritual without a reason.

use super::super::model::Model;
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L15",
    title: "a step without clause or why",
    explain: "\
A step that nobody can give a reason for costs attention and protects nothing; an auditor asks what each step serves. \
The runner shows clause and reason while the step is done, and the report lists clauses with their evidence.

Write clause = [\"PCI PIN 10-1\"] or why = \"...\".",
    check: reasons,
};

fn reasons(model: &Model, report: &mut Report) {
    for step in &model.steps {
        if step.clause.is_empty() && step.why.is_none() {
            report.warning(
                &step.place.member("why"),
                Some(step),
                "Nothing says why this step is done: write `why`, or the `clause` it serves.",
            );
        }
    }
}
