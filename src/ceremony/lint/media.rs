//! L20: media that come in and go out look different.

use super::super::model::{Direction, Doing, Model};
use super::super::ops;
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L20",
    title: "one medium, or two that look alike, for in and out",
    explain: "\
Sticks that look alike get confused: in one root-key ceremony the wrong one was pulled, and the record stopped. What \
comes in and what goes out are on media whose labels nobody mistakes for each other: capitals, spaces, and look-alikes \
such as 0 and O or 1, l and I make no difference here.

Give one of them another label, colour and shape. A medium that is declared (kind = \"usb\") with a direction goes that \
way alone.",
    check: media,
};

fn media(model: &Model, report: &mut Report) {
    let brought: Vec<(&str, String)> = model
        .inputs
        .iter()
        .filter_map(|input| Some((input.id.as_str(), looks(input.medium.as_deref()?))))
        .collect();
    for input in &model.inputs {
        let wrong = input
            .medium
            .as_ref()
            .filter(|label| goes(model, label, Direction::Out));
        if let Some(label) = wrong {
            report.error(
                &input.place.member("medium"),
                None,
                format!("`{label}` is declared for what goes out, and `{}` comes in on it: take another.", input.id),
            );
        }
    }
    for step in &model.steps {
        if let Some(label) = step
            .medium
            .as_ref()
            .filter(|label| goes(model, label, Direction::In))
        {
            report.error(
                &step.place.member("medium"),
                Some(step),
                format!("`{label}` is declared for what comes in, and this output goes onto it: take another."),
            );
        }
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
        let leaves =
            |doing: &Doing<'_>| doing.field("output").is_some() || ops::copies(doing.op.name);
        if !step.doings().iter().any(leaves) {
            report.warning(
                &step.place.member("medium"),
                Some(step),
                "Nothing goes out in this step: remove `medium`.",
            );
        }
    }
}

/// Whether a medium of this label is declared to go this way.
fn goes(model: &Model, label: &str, way: Direction) -> bool {
    let mut media = model.items.iter().filter_map(|item| item.medium.as_ref());
    media.any(|medium| medium.label == label && medium.direction == Some(way))
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
