//! L18: the ceremony fits into the time that it may take.

use crate::session::span;

use super::super::finding::Place;
use super::super::model::Model;
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L18",
    title: "an estimate over what is allowed",
    explain: "\
People who have sat too long make mistakes. max_duration under [policy] says how long the ceremony may take; the \
script's estimate, or the sum of its steps' estimates where they are more, stays below it, and the steps do not add \
up to more than the script claims. Steps that only wait do not count: people go home meanwhile.

Split the ceremony, or correct the estimates.",
    check: duration,
};

fn duration(model: &Model, report: &mut Report) {
    let estimate = model.estimate.as_deref().and_then(|e| span::parse(e).ok());
    let steps: i64 = model.steps.iter().filter_map(|step| step.estimate).sum();
    let whole = Place {
        path: "estimate".to_owned(),
        line: 1,
    };
    if let Some(estimate) = estimate.filter(|estimate| steps > *estimate) {
        report.error(
            &whole,
            None,
            format!(
                "says {} minutes, and its steps add up to {}: correct one of the two.",
                minutes(estimate),
                minutes(steps)
            ),
        );
    }
    let Some((place, most)) = &model.max_duration else {
        return;
    };
    let takes = estimate.unwrap_or(0).max(steps);
    if takes > *most {
        report.error(
            place,
            None,
            format!(
                "allows {} minutes, and the ceremony takes {}: split it, or allow more.",
                minutes(*most),
                minutes(takes)
            ),
        );
    }
}

fn minutes(millis: i64) -> i64 {
    millis / 60_000
}
