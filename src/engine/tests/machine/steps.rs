//! Which steps there are, how often each comes, and what must hold after every one.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Kind, Met, Name, Run, tr34::Receiver};
use crate::{
    api::Operation,
    engine::tests::{DAY, named, parameters::text},
};

#[derive(Debug, Clone)]
enum Step {
    Create(Kind, bool),
    Life(Operation, Name, i64),
    Get(Name),
    Alias(Operation, usize, Option<usize>),
    ListAliases(usize),
    Tag(usize, u8),
    Untag(usize, u8),
    Parameters {
        export: bool,
        form: &'static str,
        reuse: bool,
    },
    ImportRoot,
    ImportTrusted(Name),
    ImportCryptogram(Receiver),
    ImportBlock(usize, Name),
    ExportBlock(Name, Name),
    ExportCryptogram(Name, Name),
    ExportToken(Name, Name, usize),
    ImportOwnRoot,
    Send(Name, Name, Name, Receiver),
    Receive(usize, Name, Receiver),
    Certificate(Name),
    SigningRequest(Name),
    List(&'static str),
    Advance(i64),
    Settle,
    Reload,
}

impl Run {
    fn settle(&mut self) {
        let mut expected = Vec::new();
        for n in 0..self.keys.len() {
            let due = self.keys[n].until.is_some_and(|until| self.now() >= until);
            if !due {
                continue;
            }
            let key = &mut self.keys[n];
            key.state = "DELETE_COMPLETE";
            key.until = None;
            key.tags.clear();
            expected.push(key.arn.clone());
            for to in self.aliases.values_mut() {
                if *to == Some(n) {
                    *to = None;
                }
            }
        }
        let gone = self.bench.state.settle(self.bench.now());
        let mut gone: Vec<String> = gone.into_iter().map(|destroyed| destroyed.arn).collect();
        expected.sort();
        gone.sort();
        assert_eq!(gone, expected);
    }

    fn list(&mut self, state: &str) {
        let mut expected: Vec<(i64, String)> = self
            .keys
            .iter()
            .filter(|key| key.state == state)
            .map(|key| (key.created, key.arn.clone()))
            .collect();
        expected.sort_unstable();
        let mut found = Vec::new();
        let mut input = json!({"KeyState": state, "MaxResults": 3});
        loop {
            let page = self.call(Operation::ListKeys, &input, Ok(())).unwrap();
            for key in page["Keys"].as_array().unwrap() {
                found.push(text(key, "KeyArn").to_owned());
            }
            match page.get("NextToken") {
                Some(token) => input["NextToken"] = token.clone(),
                None => break,
            }
        }
        let expected: Vec<String> = expected.into_iter().map(|(_, arn)| arn).collect();
        assert_eq!(found, expected);
    }

    /// Every key, its tags and every alias read as the model has them.
    fn shows(&mut self) {
        for n in 0..self.keys.len() {
            let key = self.keys[n].clone();
            let shown = self.bench.key(&key.arn);
            assert_eq!(shown["KeyState"], key.state);
            assert_eq!(shown["Enabled"], key.enabled);
            let expected = self.living(Name::Key(n)).map(|_| ());
            let input = json!({"ResourceArn": key.arn, "MaxResults": 100});
            if let Some(answer) = self.call(Operation::ListTagsForResource, &input, expected) {
                let tags: Vec<Value> = key
                    .tags
                    .iter()
                    .map(|(key, value)| json!({"Key": key, "Value": value}))
                    .collect();
                assert_eq!(answer["Tags"], Value::Array(tags));
            }
        }
        let answer = self
            .bench
            .ok(Operation::ListAliases, &json!({"MaxResults": 100}));
        let shown: Vec<(String, Option<String>)> = answer["Aliases"]
            .as_array()
            .unwrap()
            .iter()
            .map(|alias| {
                let key = alias
                    .get("KeyArn")
                    .map(|arn| arn.as_str().unwrap().to_owned());
                (text(alias, "AliasName").to_owned(), key)
            })
            .collect();
        let expected: Vec<_> = self
            .aliases
            .keys()
            .map(|name| (name.clone(), self.stands_for(name)))
            .collect();
        assert_eq!(shown, expected);
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Create(kind, enabled) => self.create(kind, enabled),
            Step::Life(operation, name, days) => self.life(operation, name, days),
            Step::Get(name) => {
                let expected = self.find(name).map(|_| ());
                self.call(Operation::GetKey, &named(&self.text(name)), expected);
            }
            Step::Alias(operation, n, to) => self.alias(operation, n, to),
            Step::ListAliases(key) => self.list_aliases(key),
            Step::Tag(key, n) => self.tag(key, n, false),
            Step::Untag(key, n) => self.tag(key, n, true),
            Step::Parameters {
                export,
                form,
                reuse,
            } => self.parameters(export, form, reuse),
            Step::ImportRoot => self.import_root(),
            Step::ImportTrusted(authority) => self.import_trusted(authority),
            Step::ImportCryptogram(with) => self.import_cryptogram(with),
            Step::ImportBlock(block, under) => self.import_block(block, under),
            Step::ExportBlock(subject, under) => self.export_block(subject, under),
            Step::ExportCryptogram(subject, authority) => {
                self.export_cryptogram(subject, authority);
            }
            Step::ExportToken(subject, authority, token) => {
                self.export_token(subject, authority, token);
            }
            Step::ImportOwnRoot => self.import_own_root(),
            Step::Send(subject, authority, signer, to) => self.send(subject, authority, signer, to),
            Step::Receive(sent, authority, with) => self.receive(sent, authority, with),
            Step::Certificate(name) => self.certificate(name),
            Step::SigningRequest(name) => self.signing_request(name),
            Step::List(state) => self.list(state),
            Step::Advance(millis) => self.bench.advance(millis),
            Step::Settle => self.settle(),
            Step::Reload => {
                let bytes = minicbor_serde::to_vec(&self.bench.state).unwrap();
                self.bench.state = minicbor_serde::from_slice(&bytes).unwrap();
            }
        }
        self.shows();
    }
}

/// Names of the first keys and of all aliases, existing or not.
fn name() -> impl Strategy<Value = Name> {
    prop_oneof![
        5 => (0_usize..12).prop_map(Name::Key),
        1 => (0_usize..4).prop_map(Name::Alias),
    ]
}

fn keys() -> impl Strategy<Value = Step> {
    let kind = prop_oneof![
        3 => Just(Kind::Kek),
        2 => any::<bool>().prop_map(|exportable| Kind::Pek { exportable }),
        1 => Just(Kind::Pair),
        1 => Just(Kind::Opener),
    ];
    let life = prop_oneof![
        3 => Just(Operation::StartKeyUsage),
        2 => Just(Operation::StopKeyUsage),
        2 => Just(Operation::DeleteKey),
        3 => Just(Operation::RestoreKey),
    ];
    let state = prop_oneof![
        Just("CREATE_COMPLETE"),
        Just("DELETE_PENDING"),
        Just("DELETE_COMPLETE")
    ];
    prop_oneof![
        4 => (kind, any::<bool>()).prop_map(|(kind, off)| Step::Create(kind, !off)),
        5 => (life, name(), 3_i64..=30).prop_map(|(o, name, days)| Step::Life(o, name, days)),
        1 => name().prop_map(Step::Get),
        1 => state.prop_map(Step::List),
    ]
}

fn naming() -> impl Strategy<Value = Step> {
    let operation = prop_oneof![
        3 => Just(Operation::CreateAlias),
        2 => Just(Operation::UpdateAlias),
        1 => Just(Operation::DeleteAlias),
        1 => Just(Operation::GetAlias),
    ];
    let key = prop::option::weighted(0.8, 0_usize..10);
    prop_oneof![
        4 => (operation, 0_usize..4, key).prop_map(|(o, n, to)| Step::Alias(o, n, to)),
        1 => (0_usize..10).prop_map(Step::ListAliases),
        2 => (0_usize..10, any::<u8>()).prop_map(|(key, n)| Step::Tag(key, n)),
        1 => (0_usize..10, any::<u8>()).prop_map(|(key, n)| Step::Untag(key, n)),
    ]
}

/// The place of a key that is there from the beginning, or any.
fn mostly(n: usize) -> impl Strategy<Value = Name> {
    prop_oneof![5 => Just(Name::Key(n)), 1 => name()]
}

/// TR-34 between two pairs of the vault, and under tokens that it gave.
fn tr34() -> impl Strategy<Value = Step> {
    let receiver = || {
        prop_oneof![
            1 => Just(Receiver::Token(0)),
            1 => (0_usize..4).prop_map(Receiver::Token),
            3 => mostly(5).prop_map(Receiver::Pair),
        ]
    };
    let (send, receive) = (receiver(), receiver());
    prop_oneof![
        1 => Just(Step::ImportOwnRoot),
        6 => (mostly(0), mostly(6), mostly(3), send).prop_map(|(s, a, by, to)| Step::Send(s, a, by, to)),
        9 => (0_usize..3, mostly(6), receive).prop_map(|(n, a, with)| Step::Receive(n, a, with)),
        1 => prop_oneof![Just(3_usize), Just(5)].prop_map(|n| Step::Certificate(Name::Key(n))),
    ]
}

fn exchange() -> impl Strategy<Value = Step> {
    let form = prop_oneof![3 => Just("KEY_CRYPTOGRAM"), 1 => Just("TR34_KEY_BLOCK")];
    let export = prop::bool::weighted(0.2);
    prop_oneof![
        2 => (export, form, any::<bool>())
            .prop_map(|(export, form, reuse)| Step::Parameters { export, form, reuse }),
        1 => Just(Step::ImportRoot),
        1 => name().prop_map(Step::ImportTrusted),
        2 => (0_usize..4).prop_map(|n| Step::ImportCryptogram(Receiver::Token(n))),
        2 => mostly(5).prop_map(|name| Step::ImportCryptogram(Receiver::Pair(name))),
        2 => (0_usize..4, name()).prop_map(|(block, under)| Step::ImportBlock(block, under)),
        6 => (name(), name()).prop_map(|(one, other)| Step::ExportBlock(one, other)),
        2 => (name(), name()).prop_map(|(one, other)| Step::ExportCryptogram(one, other)),
        2 => (name(), name(), 0_usize..4).prop_map(|(s, a, t)| Step::ExportToken(s, a, t)),
        1 => name().prop_map(Step::Certificate),
        1 => name().prop_map(Step::SigningRequest),
    ]
}

fn time() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => prop_oneof![1..2 * DAY, Just(3 * DAY), Just(7 * DAY - 1), Just(DAY), 1..20 * DAY]
            .prop_map(Step::Advance),
        2 => Just(Step::Settle),
        1 => Just(Step::Reload),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![4 => keys(), 3 => naming(), 4 => exchange(), 2 => tr34(), 2 => time()]
}

/// 64 sequences of 40 to 80 steps; every operation is served in some, and refused in some where anything can refuse it.
#[test]
fn the_control_plane_and_the_model_agree() {
    let config = ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let met = Met::default();
    proptest!(config, |(steps in prop::collection::vec(step(), 40..80))| {
        let mut run = Run::new(&met);
        // Something to begin with, so that most requests find a key.
        for kind in [Kind::Kek, Kind::Kek, Kind::Pek { exportable: true }, Kind::Pair] {
            run.create(kind, true);
        }
        run.import_root();
        // A key that nobody made: chance alone might never name one here.
        run.list_aliases(99);
        run.create(Kind::Opener, true);
        for pair in [3, 5] {
            run.certificate(Name::Key(pair));
        }
        run.import_own_root();
        run.parameters(false, "TR34_KEY_BLOCK", false);
        // What it refuses chance may never ask for.
        run.parameters(true, "KEY_CRYPTOGRAM", false);
        let (token, pair) = (Receiver::Token(0), Receiver::Pair(Name::Key(5)));
        for (n, receiver) in [token, pair].into_iter().enumerate() {
            run.send(Name::Key(n), Name::Key(6), Name::Key(3), receiver);
            run.receive(n, Name::Key(6), receiver);
        }
        run.import_cryptogram(pair);
        for step in &steps {
            run.step(step);
        }
    });
    let never_refused = [
        Operation::CreateKey,
        Operation::GetParametersForImport,
        Operation::ListKeys,
    ];
    for operation in Operation::ALL {
        let operations = &met.borrow().operations;
        assert!(operations.contains(&(*operation, true)), "{operation:?}");
        let refused = operations.contains(&(*operation, false));
        assert_eq!(refused, !never_refused.contains(operation), "{operation:?}");
    }
    for road in [
        "cryptogram under a pair",
        "cryptogram under a token",
        "export under a pair",
        "import under a pair",
        "import under a token",
    ] {
        for served in [true, false] {
            let roads = &met.borrow().roads;
            assert!(roads.contains(&(road, served)), "{road}: {served}");
        }
    }
}
