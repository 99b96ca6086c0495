//! Random sequences of requests and clock advances against a plain model of the life cycle.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Bench, DAY, arn, symmetric};
use crate::api::Operation;

#[derive(Debug, Clone)]
enum Step {
    Create { enabled: bool },
    Start(usize),
    Stop(usize),
    Delete(usize, i64),
    Restore(usize),
    Advance(i64),
    Settle,
    List(&'static str),
    Reload,
}

/// What the specification's table says about one key; times in milliseconds.
#[derive(Debug, Clone)]
struct Model {
    arn: String,
    created: i64,
    state: &'static str,
    enabled: bool,
    started: Option<i64>,
    stopped: Option<i64>,
    until: Option<i64>,
    deleted: Option<i64>,
}

impl Model {
    /// The first characters of a refusal's kind, or nothing where the request is served.
    fn refusal(&self, wanted: &str, now: i64) -> Option<&'static str> {
        let due = self.until.is_some_and(|until| now >= until);
        if self.state == "DELETE_COMPLETE" || due {
            Some("ResourceNotFoundException")
        } else if self.state == wanted {
            None
        } else {
            Some("ValidationException")
        }
    }

    fn switch(&mut self, on: bool, now: i64) {
        if self.enabled != on {
            self.enabled = on;
            (self.started, self.stopped) = if on {
                (Some(now), None)
            } else {
                (None, Some(now))
            };
        }
    }

    fn shows(&self, key: &Value) -> bool {
        let time = |name: &str| {
            key.get(name).map(|seconds| {
                #[allow(clippy::cast_possible_truncation)]
                // test times are small
                let millis = (seconds.as_f64().unwrap() * 1000.0).round() as i64;
                millis
            })
        };
        key["KeyArn"] == json!(self.arn)
            && key["KeyState"] == json!(self.state)
            && key["Enabled"] == json!(self.enabled)
            && time("CreateTimestamp") == Some(self.created)
            && time("UsageStartTimestamp") == self.started
            && time("UsageStopTimestamp") == self.stopped
            && time("DeletePendingTimestamp") == self.until
            && time("DeleteTimestamp") == self.deleted
    }
}

struct Run {
    bench: Bench,
    keys: Vec<Model>,
}

impl Run {
    fn create(&mut self, enabled: bool) {
        let mut request = symmetric("TR31_B0_BASE_DERIVATION_KEY", "AES_128", &["DeriveKey"]);
        request["Enabled"] = json!(enabled);
        let now = self.bench.now().millis();
        let answer = self.bench.ok(Operation::CreateKey, &request);
        let (started, stopped) = if enabled {
            (Some(now), None)
        } else {
            (None, Some(now))
        };
        self.keys.push(Model {
            arn: arn(&answer),
            created: now,
            state: "CREATE_COMPLETE",
            enabled,
            started,
            stopped,
            until: None,
            deleted: None,
        });
    }

    fn act(
        &mut self,
        operation: Operation,
        n: usize,
        days: Option<i64>,
        change: impl FnOnce(&mut Model, i64),
    ) {
        let now = self.bench.now().millis();
        let count = self.keys.len();
        let Some(model) = self.keys.get_mut(n % count.max(1)) else {
            return;
        };
        let mut request = json!({"KeyIdentifier": model.arn});
        if let Some(days) = days {
            request["DeleteKeyInDays"] = json!(days);
        }
        let wanted = if operation == Operation::RestoreKey {
            "DELETE_PENDING"
        } else {
            "CREATE_COMPLETE"
        };
        let expected = model.refusal(wanted, now);
        match (self.bench.call(operation, &request), expected) {
            (Ok(answer), None) => {
                change(model, now);
                assert!(model.shows(&answer["Key"]), "{model:?}\n{answer}");
            }
            (Err(error), Some(kind)) => assert_eq!(error.kind.name(), kind),
            (answer, expected) => panic!("{operation:?}: {answer:?}, expected {expected:?}"),
        }
    }

    fn settle(&mut self) {
        let now = self.bench.now().millis();
        let mut expected: Vec<String> = Vec::new();
        for model in &mut self.keys {
            if model.until.is_some_and(|until| now >= until) {
                model.state = "DELETE_COMPLETE";
                model.until = None;
                model.deleted = Some(now);
                expected.push(model.arn.clone());
            }
        }
        let mut gone: Vec<String> = self
            .bench
            .state
            .settle(self.bench.now())
            .into_iter()
            .map(|destroyed| destroyed.arn)
            .collect();
        expected.sort();
        gone.sort();
        assert_eq!(gone, expected);
    }

    fn list(&mut self, state: &str) {
        let mut expected: Vec<&Model> = self.keys.iter().filter(|m| m.state == state).collect();
        expected.sort_by(|a, b| (a.created, &a.arn).cmp(&(b.created, &b.arn)));
        let expected: Vec<&String> = expected.iter().map(|m| &m.arn).collect();
        let mut request = json!({"KeyState": state, "MaxResults": 2});
        let mut found = Vec::new();
        loop {
            let page = self.bench.ok(Operation::ListKeys, &request);
            for key in page["Keys"].as_array().unwrap() {
                found.push(key["KeyArn"].as_str().unwrap().to_owned());
            }
            match page.get("NextToken") {
                Some(token) => request["NextToken"] = token.clone(),
                None => break,
            }
        }
        assert_eq!(found.iter().collect::<Vec<_>>(), expected);
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Create { enabled } => self.create(enabled),
            Step::Start(n) => self.act(Operation::StartKeyUsage, n, None, |m, now| {
                m.switch(true, now);
            }),
            Step::Stop(n) => self.act(Operation::StopKeyUsage, n, None, |m, now| {
                m.switch(false, now);
            }),
            Step::Delete(n, days) => self.act(Operation::DeleteKey, n, Some(days), |m, now| {
                m.switch(false, now);
                m.state = "DELETE_PENDING";
                m.until = Some(now + days * DAY);
            }),
            Step::Restore(n) => self.act(Operation::RestoreKey, n, None, |m, _| {
                m.state = "CREATE_COMPLETE";
                m.until = None;
            }),
            Step::Advance(millis) => self.bench.advance(millis),
            Step::Settle => self.settle(),
            Step::List(state) => self.list(state),
            Step::Reload => {
                let bytes = minicbor_serde::to_vec(&self.bench.state).unwrap();
                self.bench.state = minicbor_serde::from_slice(&bytes).unwrap();
            }
        }
        for model in self.keys.clone() {
            let key = self.bench.key(&model.arn);
            assert!(model.shows(&key), "{model:?}\n{key}");
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    let key = 0_usize..6;
    prop_oneof![
        3 => any::<bool>().prop_map(|enabled| Step::Create { enabled }),
        2 => key.clone().prop_map(Step::Start),
        2 => key.clone().prop_map(Step::Stop),
        3 => (key.clone(), 3_i64..=180).prop_map(|(n, days)| Step::Delete(n, days)),
        2 => key.prop_map(Step::Restore),
        3 => prop_oneof![Just(0), 1..2 * DAY, Just(3 * DAY), Just(3 * DAY - 1), 0..200 * DAY]
            .prop_map(Step::Advance),
        2 => Just(Step::Settle),
        1 => prop_oneof![Just("CREATE_COMPLETE"), Just("DELETE_PENDING"), Just("DELETE_COMPLETE")]
            .prop_map(Step::List),
        1 => Just(Step::Reload),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_and_the_table_agree(steps in prop::collection::vec(step(), 1..40)) {
        let mut run = Run { bench: Bench::new(), keys: Vec::new() };
        for step in &steps {
            run.step(step);
        }
    }
}
