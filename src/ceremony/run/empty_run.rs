//! A run before its first step, and its id.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::session::{Run, RunOutcome, Session, StepRecord, StepState, View};

use super::super::ops;
use super::super::script::Script;

/// The run as it is before its first step.
pub(super) fn empty_run(script: &Script, session: &Session) -> Run {
    let view = session.view();
    let number = view.runs.len() as u64 + 1;
    let steps = script.model.steps.iter().map(|step| StepRecord {
        id: step.id.clone(),
        op: step.op.name.to_owned(),
        state: StepState::Planned,
        began: None,
        ended: None,
        who: Vec::new(),
        notes: BTreeMap::new(),
        error: None,
        key: None,
        compares: step
            .key()
            .filter(|_| step.op.name == ops::ATTEST_CHECK_VALUE.name)
            .map(str::to_owned),
        request: None,
        response: None,
        evidence: None,
        digest: None,
        files: BTreeMap::new(),
    });
    Run {
        id: run_id(script, &view, number),
        script: script.id().to_owned(),
        script_sha256: script.sha256_hex(),
        script_text: script.kept_text(),
        nonce: script.model.nonce.as_ref().map(|(_, nonce)| *nonce),
        number,
        seed: session.seed().map(str::to_owned),
        started: view.now,
        ended: None,
        outcome: None::<RunOutcome>,
        interruptions: 0,
        people: BTreeMap::new(),
        relieved: Vec::new(),
        real_others: false,
        inputs: BTreeMap::new(),
        keys: BTreeMap::new(),
        ordinals: BTreeMap::new(),
        steps: steps.collect(),
    }
}

/// A run's id: unique in its vault and drawn from nothing, so that a replay has the same.
fn run_id(script: &Script, view: &View, number: u64) -> String {
    let mut hash = Sha256::new();
    hash.update(b"keymoot/run/v1\0");
    hash.update(view.vault_id.as_bytes());
    hash.update(script.sha256());
    hash.update(number.to_be_bytes());
    let digest = hash.finalize();
    data_encoding::HEXLOWER.encode(digest.get(..16).unwrap_or_default())
}
