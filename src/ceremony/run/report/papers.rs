//! Papers of components that lay open when the run was stopped: where each went, as the journal has it, and the line of
//! the log that shows it.

use crate::api::Timestamp;
use crate::evidence::report::{Access, Paper};
use crate::session::StepRecord;

use super::super::super::model::Step;
use super::super::put_away::{aside_of_note, kept, of_note};
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

/// Papers that went into packages because people left the run in this step: accesses like those of the steps.
pub(super) fn put_away(from: &Material<'_>, step: &Step, record: &StepRecord) -> Vec<Access> {
    let notes = record.notes.iter();
    let papers = notes.filter_map(|(name, words)| aside_of_note(name, words));
    let packed = papers.filter(|(_, paper)| !paper.package.is_empty());
    let told = packed.map(|(at, paper)| Access {
        safe: from.shown.safe(&paper),
        back: Timestamp::parse_rfc3339(&at).ok(),
        component: format!("component {} of {}", paper.part, paper.components_of),
        purpose: format!("put away: the run was left in {} ({})", step.title, step.id),
        custodian: paper.holder,
        witness: paper.witness,
        package_sealed: paper.package,
        ..Access::default()
    });
    told.collect()
}
