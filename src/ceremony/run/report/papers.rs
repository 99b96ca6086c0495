//! Papers of components that lay open when the run was stopped: where each went, as the journal has it, and the line of
//! the log that shows it.

use crate::evidence::report::Paper;

use super::super::resealing::{kept, of_note};
use super::Material;

/// In the order of the steps; a run has one stop.
pub(super) fn of_a_stop(from: &Material<'_>) -> Vec<Paper> {
    let notes = from.pairs().flat_map(|(_, record)| record.notes.iter());
    notes
        .filter_map(|(name, words)| {
            let (part, components_of) = of_note(name)?;
            let mut paper = Paper {
                components_of,
                part,
                ..kept(words)
            };
            if paper.unsealed.is_empty() {
                paper.line = from.shown.sealed(&paper).unwrap_or_default();
            }
            Some(paper)
        })
        .collect()
}
