//! The affidavit of destruction: who states what was destroyed, how, before whom, and which copies are left.

use super::ink::ink_line;
use super::sections::{record, time};
use super::sheet::{Block, paragraph, wrapped};
use super::{Destruction, RunReport};

/// The affidavit's blocks; none where nothing was destroyed.
pub(super) fn blocks(report: &RunReport) -> Vec<Block> {
    let Some(destruction) = report
        .destruction
        .as_ref()
        .filter(|destruction| !destruction.keys.is_empty())
    else {
        return Vec::new();
    };
    let count = destruction.keys.len();
    let noun = if count == 1 { "key" } else { "keys" };
    let mut blocks = vec![paragraph(&format!(
        "The undersigned state that the {count} {noun} below {} destroyed as said, in the presence of {}, who has \
         never been a custodian of {}.",
        if count == 1 { "was" } else { "were" },
        if destruction.observer.is_empty() {
            "NO OBSERVER"
        } else {
            &destruction.observer
        },
        if count == 1 { "it" } else { "any of them" },
    ))];
    blocks.extend(destruction.keys.iter().map(|key| {
        record(
            &key.label,
            &[
                ("ARN", &key.arn),
                ("Algorithm", &key.algorithm),
                ("Check value", &key.check_value),
                ("Held as", &key.form),
                ("Destroyed", &time(key.at)),
                ("Method", &key.method),
            ],
        )
    }));
    blocks.push(left(destruction));
    blocks.extend(destruction.performed_by.iter().map(|who| {
        let role = if count == 1 {
            "destroyed it"
        } else {
            "destroyed them"
        };
        ink_line(&format!("{who}, who {role}"))
    }));
    if !destruction.observer.is_empty() {
        blocks.push(ink_line(&format!("{}, who observed", destruction.observer)));
    }
    blocks
}

fn left(destruction: &Destruction) -> Block {
    if destruction.copies_left.is_empty() {
        let what = if destruction.keys.len() == 1 {
            "it"
        } else {
            "them"
        };
        return paragraph(&format!("No recorded copy holds {what} any more."));
    }
    let mut block = paragraph(
        "Removed from this vault; may still be in these copies, until the destruction of each is attested:",
    );
    for copy in &destruction.copies_left {
        block.extend(wrapped(copy, "- ", "  "));
    }
    block
}
