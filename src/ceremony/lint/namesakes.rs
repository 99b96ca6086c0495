//! L29: no two keys of a script are called the same.

use std::collections::BTreeSet;

use super::super::model::Model;
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L29",
    title: "two keys that people call the same",
    explain: "\
People in the room know a key by its label: reviews, the report and the list of keys name it so, and who looks for it later \
looks for that. Of two with one label nobody can tell which was meant but by check value or ARN.

Give one of them another label. Where a key takes the place of another, its label can say of when it is.",
    check: namesakes,
};

fn namesakes(model: &Model, report: &mut Report) {
    let mut labels: BTreeSet<&str> = BTreeSet::new();
    for key in &model.keys {
        if !labels.insert(&key.label) {
            report.warning(
                &key.place.member("label"),
                None,
                format!(
                    "Another key of this script is called `{}` too: give one of them another label.",
                    key.label
                ),
            );
        }
    }
}
