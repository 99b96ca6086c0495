//! The engine as its callers see it: requests in, answers and exact refusals out.

mod aliases;
mod binding;
mod certificates;
mod create;
mod cross_product;
mod cryptogram;
mod export;
mod headers;
mod import;
mod life;
mod limits;
mod listing;
mod machine;
mod model;
mod order;
mod order_pairs;
mod own_pair;
mod parameters;
mod rules;
mod storage;
mod tagging;
mod tr31_check_values;
mod tr31_export;
mod tr31_import;
mod tr31_refused;
mod tr34_export;
mod tr34_import;
mod tr34_own_pair;
mod tr34_vectors;
mod traps;

use crate::api::Profile;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};

use super::{
    Context, ControlPlane, EngineState, Limits, PreparedRsa, Rules, SealError, SecretOpen,
    SecretSeal,
};
use crate::{
    api::{ApiError, Clock, ErrorKind, Operation, Request, Timestamp},
    crypto::{SecretBytes, SeededEntropy},
};

/// 2026-11-24T12:00:00Z.
pub(super) const START: i64 = 1_795_521_600_000;
pub(super) const DAY: i64 = 86_400_000;

pub(super) struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// Not a lock at all: enough to see that what is kept is not the key as it was.
pub(super) struct Mask;

impl SecretSeal for Mask {
    fn seal(&self, secret: &SecretBytes) -> Result<Vec<u8>, SealError> {
        Ok(secret.expose().iter().map(|b| b ^ 0x5A).collect())
    }
}

impl SecretOpen for Mask {
    fn open(&self, sealed: &[u8]) -> Result<SecretBytes, SealError> {
        Ok(SecretBytes::new(sealed.iter().map(|b| b ^ 0x5A).collect()))
    }
}

/// A lock that fails.
pub(super) struct Broken;

impl SecretSeal for Broken {
    fn seal(&self, _: &SecretBytes) -> Result<Vec<u8>, SealError> {
        Err(SealError("no recipient".into()))
    }
}

pub(super) struct Bench {
    pub(super) state: EngineState,
    pub(super) clock: TestClock,
    pub(super) entropy: SeededEntropy,
    pub(super) vault: &'static str,
    pub(super) profile: Profile,
    pub(super) limits: Limits,
    pub(super) open: bool,
    pub(super) broken: bool,
    pub(super) prepared: Option<PreparedRsa>,
    pub(super) prepared_root: Option<PreparedRsa>,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self {
            state: EngineState::new("111122223333", "us-east-1"),
            clock: TestClock(AtomicI64::new(START)),
            entropy: SeededEntropy::new("engine tests"),
            vault: "",
            profile: Profile::Test,
            limits: Limits::default(),
            open: false,
            broken: false,
            prepared: None,
            prepared_root: None,
        }
    }

    pub(super) fn advance(&self, millis: i64) {
        self.clock.0.fetch_add(millis, Ordering::Relaxed);
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn call(&mut self, operation: Operation, input: &Value) -> Result<Value, ApiError> {
        let request = operation.parse(input)?;
        self.perform(&request)
    }

    pub(super) fn perform(&mut self, request: &Request) -> Result<Value, ApiError> {
        let before = self.state.clone();
        let rules = Rules {
            profile: self.profile,
            limits: self.limits.clone(),
        };
        let checked = self.state.check(request, self.now(), rules.clone());
        if let Ok(checked) = &checked {
            let again = self.state.check(checked, self.now(), rules);
            assert_eq!(
                again.as_ref(),
                Ok(checked),
                "a checked request is its own check"
            );
        }
        let mut ctx = Context {
            clock: &self.clock,
            entropy: &mut self.entropy,
            seal: if self.broken { &Broken } else { &Mask },
            open: self.open.then_some(&Mask as &dyn SecretOpen),
            prepared: self.prepared.take(),
            prepared_root: self.prepared_root.take(),
            stop: &std::sync::atomic::AtomicBool::new(false),
            vault: self.vault,
            profile: self.profile,
            limits: self.limits.clone(),
        };
        let answer = self.state.handle(request, &mut ctx);
        if let Err(refusal) = checked {
            assert_eq!(
                answer.as_ref().err(),
                Some(&refusal),
                "check and handle refuse alike"
            );
        }
        if answer.is_err() || request.operation().reads() {
            assert_eq!(self.state, before, "a refusal or a read changed something");
        }
        answer.map(|response| response.to_json())
    }

    pub(super) fn ok(&mut self, operation: Operation, input: &Value) -> Value {
        self.call(operation, input)
            .unwrap_or_else(|e| panic!("{}: {e}", operation.name()))
    }

    /// A ValidationException's message.
    pub(super) fn invalid(&mut self, operation: Operation, input: &Value) -> String {
        let error = self.call(operation, input).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Validation, "{error}");
        error.message
    }

    /// A ResourceNotFoundException's message; its ResourceId must be `asked`.
    pub(super) fn missing(&mut self, operation: Operation, input: &Value, asked: &str) -> String {
        let error = self.call(operation, input).unwrap_err();
        assert_eq!(error.kind, ErrorKind::ResourceNotFound, "{error}");
        assert_eq!(error.resource_id.as_deref(), Some(asked));
        error.message
    }

    /// Makes a symmetric key and gives its ARN.
    pub(super) fn create(&mut self, usage: &str, algorithm: &str, modes: &[&str]) -> String {
        let answer = self.ok(Operation::CreateKey, &symmetric(usage, algorithm, modes));
        arn(&answer)
    }

    /// Makes an AES_128 key-encryption key and gives its ARN.
    pub(super) fn kek(&mut self) -> String {
        self.create(
            "TR31_K0_KEY_ENCRYPTION_KEY",
            "AES_128",
            &["Encrypt", "Decrypt", "Wrap", "Unwrap"],
        )
    }

    pub(super) fn key(&mut self, arn: &str) -> Value {
        self.ok(Operation::GetKey, &named(arn))["Key"].clone()
    }
}

pub(super) fn arn(answer: &Value) -> String {
    answer["Key"]["KeyArn"].as_str().unwrap().to_owned()
}

pub(super) fn named(arn: &str) -> Value {
    json!({"KeyIdentifier": arn})
}

pub(super) fn modes(names: &[&str]) -> Value {
    names
        .iter()
        .map(|n| ((*n).to_owned(), json!(true)))
        .collect()
}

pub(super) fn symmetric(usage: &str, algorithm: &str, names: &[&str]) -> Value {
    json!({"KeyAttributes": {"KeyUsage": usage, "KeyClass": "SYMMETRIC_KEY", "KeyAlgorithm": algorithm,
           "KeyModesOfUse": modes(names)}, "Exportable": true})
}
