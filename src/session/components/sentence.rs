//! Acts on components in a custodian's words.

use super::act::{ComponentAct, ComponentPart};
use crate::session::sentence::{Details, line};
use crate::session::{LABEL_TAG, modes};

/// The sentence and details of such an act.
pub(crate) fn describe(act: &ComponentAct) -> (String, Details) {
    match act {
        ComponentAct::Form { key, parts, .. } => {
            let name = key.tags.iter().find(|tag| tag.key == LABEL_TAG);
            let name = name.map_or("a key", |tag| tag.value.as_str());
            let attributes = &key.attributes;
            let mut details = vec![
                line("modes", &modes::words(&attributes.key_modes_of_use)),
                line("exportable", if key.exportable { "yes" } else { "no" }),
            ];
            details.extend(parts.iter().map(held));
            details.push(line(
                "after",
                "the components are wiped here; their papers stay with their custodians",
            ));
            if attributes.key_algorithm.is_tdes() {
                details.push(line("parity", "made odd; the check value does not change"));
            }
            (
                format!(
                    "FORM KEY {name} ({}, {}) from {} components",
                    attributes.key_usage.code(),
                    attributes.key_algorithm.name(),
                    parts.len()
                ),
                details,
            )
        }
        ComponentAct::Divide {
            label,
            algorithm,
            parts,
            holder,
            receiver,
            others,
            ..
        } => {
            let mut details = vec![line("kind", algorithm.name()), line("receiver", receiver)];
            details.extend(others.iter().map(held));
            details.push(line(
                &format!("component {parts}"),
                &format!("goes on paper to {holder} alone, once this is signed"),
            ));
            details.push(line(
                "beware",
                "whoever brings all papers together has the key; nothing here can take it back",
            ));
            (
                format!("LET KEY {label} OUT as {parts} components"),
                details,
            )
        }
    }
}

fn held(part: &ComponentPart) -> (String, String) {
    line(
        &format!("component {}", part.part),
        &format!("{} ({})", part.holder, part.kcv),
    )
}
