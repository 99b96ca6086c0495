//! `ceremony.json`: what a run was, for programs. Its shape is a contract (design §5): the same script, inputs, seed
//! and clock give the same bytes.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::api::{KeyAttributes, KeyCheckValueAlgorithm, KeyState};
use crate::session::{Run, RunOutcome, Session, TOKEN_NOTES};

use super::super::model::Model;
use super::report::{Beside, OfStep};

#[derive(Serialize)]
struct Summary<'a> {
    script: ScriptPart<'a>,
    profile: &'static str,
    seed: Option<&'a str>,
    started: String,
    ended: Option<String>,
    outcome: RunOutcome,
    interruptions: u64,
    steps: Vec<StepPart<'a>>,
    keys: Vec<KeyPart<'a>>,
    files: Vec<FilePart<'a>>,
    #[serde(flatten)]
    beside: Beside,
    audit_head: String,
}

#[derive(Serialize)]
struct ScriptPart<'a> {
    id: &'a str,
    sha256: &'a str,
}

#[derive(Serialize)]
struct StepPart<'a> {
    id: &'a str,
    op: &'a str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dialect: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_sha256: Option<&'a str>,
    #[serde(flatten)]
    beside: OfStep,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct KeyPart<'a> {
    #[serde(rename = "id")]
    id: &'a str,
    key_arn: &'a str,
    key_attributes: KeyAttributes,
    key_check_value: &'a str,
    key_check_value_algorithm: KeyCheckValueAlgorithm,
    key_state: KeyState,
    /// Nobody knows whose key it is, or somebody may know it who must not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    suspect: bool,
}

#[derive(Serialize)]
struct FilePart<'a> {
    name: &'a str,
    sha256: String,
    step: &'a str,
}

/// Draws the summary. A run that stands open reads as aborted: nobody has finished it.
pub(super) fn json(
    run: &Run,
    model: &Model,
    session: &Session,
) -> Result<Vec<u8>, serde_json::Error> {
    let view = session.view();
    let keys = model.keys.iter().filter_map(|declared| {
        let arn = run.keys.get(&declared.id)?;
        let row = view.keys.iter().find(|row| row.key.key_arn == *arn)?;
        Some(KeyPart {
            id: &declared.id,
            key_arn: &row.key.key_arn,
            key_attributes: row.key.key_attributes,
            key_check_value: &row.key.key_check_value,
            key_check_value_algorithm: row.key.key_check_value_algorithm,
            key_state: row.key.key_state,
            suspect: row.suspect.is_some(),
        })
    });
    let written = super::outputs::written(run);
    let files = written.iter().map(|file| FilePart {
        name: &file.name,
        sha256: data_encoding::HEXLOWER.encode(&Sha256::digest(&file.bytes)),
        step: &file.step,
    });
    let mut declared = model.steps.iter();
    let steps = run.steps.iter().map(|step| {
        let beside = OfStep::of(declared.next(), step);
        let [dialect, token_sha256] =
            TOKEN_NOTES.map(|name| step.notes.get(name).map(String::as_str));
        StepPart {
            id: &step.id,
            op: &step.op,
            state: step.state.name(),
            error: step.error.as_deref(),
            dialect,
            token_sha256,
            beside,
        }
    });
    let summary = Summary {
        script: ScriptPart {
            id: &run.script,
            sha256: &run.script_sha256,
        },
        profile: session.profile().name(),
        seed: run.seed.as_deref(),
        started: run.started.rfc3339(),
        ended: run.ended.map(crate::api::Timestamp::rfc3339),
        outcome: run.outcome.unwrap_or(RunOutcome::Aborted),
        interruptions: run.interruptions,
        steps: steps.collect(),
        keys: keys.collect(),
        files: files.collect(),
        beside: Beside::of(run, model, session),
        audit_head: super::drive::audit_head(run, session),
    };
    let mut bytes = serde_json::to_vec_pretty(&summary)?;
    bytes.push(b'\n');
    Ok(bytes)
}
