//! L14: somebody who is no custodian watches a destruction.

use crate::session::op;

use super::super::model::{Model, Person, Role};
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L14",
    title: "destruction without a witness",
    explain: "\
The destruction of a key is attested by an observer who is no custodian of it (PCI PIN 24-2.2). The report turns the \
observer's presence into the affidavit.

Write observe = [\"...\"] with the place of a witness in the step that deletes. The same approval key at a witness's \
and a custodian's place is one person, and no independent observer.",
    check: observers,
};

fn observers(model: &Model, report: &mut Report) {
    for step in model
        .steps
        .iter()
        .filter(|s| s.op.name == op::DELETE_KEY.name)
    {
        let watched = step
            .observe
            .iter()
            .filter_map(|id| model.person(id))
            .filter(|person| person.role == Role::Witness)
            .any(|witness| !custodian_too(model, witness));
        if !watched {
            report.warning(
                &step.place.member("observe"),
                Some(step),
                "No witness watches this destruction: write observe = [\"...\"] with a witness's place (PCI PIN 24-2.2).",
            );
        }
    }
}

/// Whether the same approval key also stands at a custodian's place.
fn custodian_too(model: &Model, witness: &Person) -> bool {
    let same = |person: &&Person| person.key.is_some() && person.key == witness.key;
    model
        .people
        .iter()
        .filter(same)
        .any(|person| person.role == Role::Custodian)
}
