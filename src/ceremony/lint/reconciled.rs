//! L25: a component that came from outside is entered only after its package was held against what its sender advised.

use super::super::model::Model;
use super::super::ops_components as ops;
use super::components::{Handling, handlings};
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L25",
    title: "a component whose package nobody looked at",
    explain: "\
A package that comes is looked at before it is opened: its serial is the one that the sender advised by another way, \
and it shows no sign of tampering (PCI PIN 9-2, 9-4). Whoever skips that forms a key of components that somebody may \
have read or exchanged on the way.

Write a step `component.receive` for the same key and part before `component.enter`; a component that is made in the \
ceremony is made by `component.generate`.",
    check: reconciled,
};

fn reconciled(model: &Model, report: &mut Report) {
    let all = handlings(model);
    for (at, handling) in all.iter().enumerate() {
        if handling.step.op.name != ops::ENTER.name {
            continue;
        }
        let came = |other: &Handling<'_>| {
            other.step.op.name == ops::RECEIVE.name
                && (other.label, other.part) == (handling.label, handling.part)
        };
        if !all.iter().take(at).any(came) {
            report.error(
                &handling.step.place,
                Some(handling.step),
                format!(
                    "The package of component {} of `{}` is never held against what its sender advised: add a step \
                     `component.receive` for it before this one.",
                    handling.part, handling.key
                ),
            );
        }
    }
}
