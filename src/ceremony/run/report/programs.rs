//! What `ceremony.json` says of a run beside the states of its steps: who signed, what was compared, what went another way
//! than the script. Of the same things as the report, so that both tell one story.

use serde::Serialize;

use crate::api::Timestamp;
use crate::evidence::report::Paper;
use crate::session::{NOT_TAKEN, Run, Session, StepRecord, StepState};

use super::super::super::model::{Model, Step};
use super::super::stop_signed::{not_signed, signers, stopped_at, stopped_by};
use super::super::{ON_PURPOSE, not_taken_of};
use super::steps::signs;
use super::{Material, exceptions, log, papers};

/// Of the whole run. What is empty is absent.
#[derive(Serialize)]
pub(in crate::ceremony::run) struct Beside {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    exceptions: Vec<ExceptionPart>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    open_papers: Vec<PaperPart>,
}

/// The paper of a component that lay open when the run was stopped.
#[derive(Serialize)]
struct PaperPart {
    key: String,
    component: u64,
    holder: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    witness: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    package: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    not_sealed: String,
}

/// Of one step. What is empty is absent.
#[derive(Serialize)]
pub(in crate::ceremony::run) struct OfStep {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    signed_by: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    check_value: Option<&'static str>,
    /// How many answers to a comparison were typed and not taken.
    #[serde(skip_serializing_if = "is_none")]
    not_taken: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_at: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stop_signed_by: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stop_not_signed_by: Vec<String>,
}

#[derive(Serialize)]
struct ExceptionPart {
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    what: String,
    decision: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    signed_by: Vec<String>,
}

impl Beside {
    /// Gathers it from journal and log.
    pub(in crate::ceremony::run) fn of(run: &Run, model: &Model, session: &Session) -> Self {
        let view = session.view();
        let from = Material {
            run,
            model,
            view: &view,
            shown: log::Shown::of(run, session),
        };
        let exception = |one: crate::evidence::report::Exception| ExceptionPart {
            at: one.at.map(Timestamp::rfc3339),
            what: one.what,
            decision: one.decision,
            signed_by: one.by.into_iter().filter(|name| !name.is_empty()).collect(),
        };
        Self {
            exceptions: exceptions(&from).into_iter().map(exception).collect(),
            open_papers: papers::of_a_stop(&from).into_iter().map(paper).collect(),
        }
    }
}

fn paper(one: Paper) -> PaperPart {
    PaperPart {
        key: one.components_of,
        component: one.part,
        holder: one.holder,
        // Nobody watches a paper that lies in no package.
        witness: if one.unsealed.is_empty() {
            one.witness
        } else {
            String::new()
        },
        package: one.package,
        not_sealed: one.unsealed,
    }
}

impl OfStep {
    /// Gathers it from a step and its record.
    pub(in crate::ceremony::run) fn of(step: Option<&Step>, record: &StepRecord) -> Self {
        let signs = step.is_some_and(signs);
        // Signatures under a request that was not carried out are no act.
        let unused = record.state == StepState::Aborted && record.digest.is_none();
        Self {
            signed_by: if signs && !unused {
                record.who.clone()
            } else {
                Vec::new()
            },
            fingerprint: compared(record, "fingerprint"),
            check_value: compared(record, "kcv"),
            not_taken: refused_answers(record),
            stopped_by: stopped_by(record).map(str::to_owned),
            stopped_at: stopped_at(record).map(Timestamp::rfc3339),
            stop_signed_by: signers(record),
            stop_not_signed_by: not_signed(record),
        }
    }
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands a reference to what it asks whether to leave a member out"
)]
const fn is_none(count: &usize) -> bool {
    *count == 0
}

/// Answers that people gave and that were not taken: not those that a rehearsal's faults gave on purpose.
fn refused_answers(record: &StepRecord) -> usize {
    let all = record.notes.get(NOT_TAKEN);
    let all = all.map_or(0, |note| not_taken_of(note).count());
    let on_purpose = record.notes.get(ON_PURPOSE).and_then(|n| n.parse().ok());
    all.saturating_sub(on_purpose.unwrap_or(0))
}

/// How a value that came by another road was compared: `compared`, or taken `as-shown`.
fn compared(record: &StepRecord, note: &str) -> Option<&'static str> {
    let typed = record.notes.get(note)?;
    Some(if typed == "as-shown" {
        "as-shown"
    } else {
        "compared"
    })
}
