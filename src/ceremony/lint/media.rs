//! L20: media that come in and go out look different.

use super::super::model::Model;
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L20",
    title: "one medium, or two that look alike, for in and out",
    explain: "\
Sticks that look alike get confused: in one root-key ceremony the wrong one was pulled, and the record stopped. What \
comes in and what goes out are on media whose labels nobody mistakes for each other: capitals, spaces, and look-alikes \
such as 0 and O or 1, l and I make no difference here.

Give one of them another label, colour and shape.",
    check: media,
};

fn media(model: &Model, report: &mut Report) {
    let brought: Vec<(&str, String)> = model
        .inputs
        .iter()
        .filter_map(|input| Some((input.id.as_str(), looks(input.medium.as_deref()?))))
        .collect();
    for step in &model.steps {
        let Some(medium) = &step.medium else { continue };
        let same = looks(medium);
        if let Some((input, _)) = brought.iter().find(|(_, label)| *label == same) {
            report.warning(
                &step.place.member("medium"),
                Some(step),
                format!(
                    "`{medium}` takes this output, and `{input}` comes in on it or on one that looks the same: give \
                     one of them another label."
                ),
            );
        }
        if step
            .doings()
            .iter()
            .all(|doing| doing.field("output").is_none())
        {
            report.warning(
                &step.place.member("medium"),
                Some(step),
                "Nothing goes out in this step: remove `medium`.",
            );
        }
    }
}

/// A label as a tired eye sees it.
fn looks(label: &str) -> String {
    let seen = |c: char| match c.to_ascii_lowercase() {
        '0' => 'o',
        '1' | 'i' => 'l',
        '5' => 's',
        '8' => 'b',
        '2' => 'z',
        other => other,
    };
    label
        .chars()
        .filter(|c| c.is_alphanumeric())
        .map(seen)
        .collect()
}
