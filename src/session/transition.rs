//! Transitions: what one act did, for the state head and the audit chain.

use serde_json::{Map, Value, json};

use crate::api::{Request, Response};
use crate::custody::{Act, Signature};

/// One transition. `moves` ones raise `seq` and move the state head; the others are recorded only.
pub(crate) struct Transition {
    /// Operation or event name.
    pub(crate) operation: String,
    /// Whether it raises `seq`.
    pub(crate) moves: bool,
    /// People, issuer first.
    pub(crate) who: Vec<String>,
    /// For the leaf.
    pub(crate) request: Value,
    /// For the leaf.
    pub(crate) response: Value,
    /// What the audit line tells: key ids, check values, digests, signatures; never metadata beyond that.
    pub(crate) details: Map<String, Value>,
}

impl Transition {
    /// An operation of the control plane.
    pub(crate) fn act(request: &Request, response: &Response) -> Self {
        let mut details = Map::new();
        if let Some((arn, kcv)) = key_of(request, response) {
            details.insert("key".into(), arn.into());
            details.insert("kcv".into(), kcv.into());
        }
        Self {
            operation: request.operation().name().to_owned(),
            moves: true,
            who: Vec::new(),
            request: request.to_json(),
            response: response.to_json(),
            details,
        }
    }

    /// Something that moves the state without an operation (settlement).
    pub(crate) fn moving(operation: &str, request: Value, response: Value) -> Self {
        Self {
            operation: operation.to_owned(),
            moves: true,
            who: Vec::new(),
            request,
            response,
            details: Map::new(),
        }
    }

    /// Something that is recorded only.
    pub(crate) fn note(operation: &str, who: Vec<String>) -> Self {
        Self {
            operation: operation.to_owned(),
            moves: false,
            who,
            request: Value::Null,
            response: Value::Null,
            details: Map::new(),
        }
    }

    /// One more detail for the audit line.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// Who signed, and what.
    pub(crate) fn signed_by(mut self, act: &Act, signatures: &[Signature]) -> Self {
        self.who = signatures.iter().map(|s| s.name.clone()).collect();
        self.details
            .insert("digest".into(), super::door::hex(&act.digest()).into());
        self.details.insert(
            "approval_id".into(),
            super::door::hex(&act.approval_id).into(),
        );
        self.details.insert("signatures".into(), json!(signatures));
        if let (Some(script), Some(step)) = (&act.script, &act.step) {
            self.details
                .insert("script".into(), super::door::hex(script).into());
            self.details.insert("step".into(), step.clone().into());
        }
        self
    }
}

fn key_of(request: &Request, response: &Response) -> Option<(String, String)> {
    let key = match response {
        Response::CreateKey(o) => &o.key,
        Response::DeleteKey(o) => &o.key,
        Response::ImportKey(o) => &o.key,
        Response::RestoreKey(o) => &o.key,
        Response::StartKeyUsage(o) => &o.key,
        Response::StopKeyUsage(o) => &o.key,
        Response::ExportKey(o) => {
            let Request::ExportKey(input) = request else {
                return None;
            };
            return Some((
                input.export_key_identifier.clone(),
                o.wrapped_key.key_check_value.clone(),
            ));
        }
        Response::GetKey(_) | Response::ListKeys(_) => return None,
    };
    Some((key.key_arn.clone(), key.key_check_value.clone()))
}
