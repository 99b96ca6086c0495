//! Acts on components in a custodian's words.

use super::act::{ComponentAct, ComponentPart};
use crate::engine::FormedKey;
use crate::session::sentence::{Details, line};
use crate::session::{LABEL_TAG, modes};
use crate::text::{say, tr};

/// The sentence and details of such an act.
pub(crate) fn describe(act: &ComponentAct) -> (String, Details) {
    match act {
        ComponentAct::Form { key, parts, .. } => form(key, parts),
        ComponentAct::Divide {
            label,
            algorithm,
            parts,
            holder,
            receiver,
            others,
            ..
        } => {
            let mut details = vec![
                line(tr("algorithm"), algorithm.name()),
                line(tr("receiver"), receiver),
            ];
            details.extend(others.iter().map(held));
            details.push(line(
                &say!("component {parts}", parts),
                &say!(
                    "goes on paper to {holder} alone, once this is signed",
                    holder
                ),
            ));
            details.push(line(
                tr("beware"),
                tr("whoever brings all papers together has the key; nothing here can take it back"),
            ));
            (
                say!("LET KEY {label} OUT as {parts} components", label, parts),
                details,
            )
        }
    }
}

fn form(key: &FormedKey, parts: &[ComponentPart]) -> (String, Details) {
    let name = key.tags.iter().find(|tag| tag.key == LABEL_TAG);
    let name = name.map_or(tr("a key"), |tag| tag.value.as_str());
    let attributes = &key.attributes;
    let mut details = vec![
        line(tr("modes"), &modes::words(&attributes.key_modes_of_use)),
        line(
            tr("exportable"),
            if key.exportable { tr("yes") } else { tr("no") },
        ),
    ];
    details.extend(parts.iter().map(held));
    details.push(line(
        tr("after"),
        tr("the components are wiped here; their papers stay with their custodians"),
    ));
    if attributes.key_algorithm.is_tdes() {
        details.push(line(
            tr("parity"),
            tr("made odd; the check value does not change"),
        ));
    }
    (
        say!(
            "FORM KEY {name} ({key_usage}, {key_algorithm}) from {parts} components",
            name,
            key_usage = attributes.key_usage.code(),
            key_algorithm = attributes.key_algorithm.name(),
            parts = parts.len()
        ),
        details,
    )
}

fn held(part: &ComponentPart) -> (String, String) {
    line(
        &say!("component {part}", part = part.part),
        &format!("{} ({})", part.holder, part.kcv),
    )
}
