//! Random sequences of every operation and clock advances against a plain model of the whole control plane.
//!
//! The model knows keys by what may be done with them, aliases, tags, tokens and exported blocks; it says for each
//! request which exception it ends with, if any, and after each step what every key, alias and tag must read as.

mod exchange;
mod steps;
mod tr34;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use serde_json::{Value, json};

use super::{
    Bench, DAY, arn, modes, named,
    parameters::{ready, text},
    symmetric,
};
use crate::api::Operation;

const NOT_FOUND: &str = "ResourceNotFoundException";
const INVALID: &str = "ValidationException";
const CONFLICT: &str = "ConflictException";
const B: [&str; 4] = ["Encrypt", "Decrypt", "Wrap", "Unwrap"];

type Judged = Result<(), &'static str>;

/// What a key can do, as far as the requests of this test ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Kek,
    Pek {
        exportable: bool,
    },
    /// It signs.
    Pair,
    /// It opens.
    Opener,
    Root,
    /// The vault's own root, imported.
    OwnRoot,
    Sub,
}

#[derive(Debug, Clone)]
struct Key {
    arn: String,
    created: i64,
    kind: Kind,
    /// Keys of one number have the same bytes.
    material: usize,
    state: &'static str,
    enabled: bool,
    until: Option<i64>,
    tags: Vec<(String, String)>,
    /// The certificate last issued for it, and when it ends.
    issued: Option<(String, i64)>,
}

#[derive(Debug, Clone)]
struct Token {
    name: String,
    export: bool,
    form: &'static str,
    given: i64,
    until: i64,
    certificate: String,
}

#[derive(Debug, Clone)]
struct Block {
    /// Bytes of the wrapping key and of the wrapped one.
    under: usize,
    holds: usize,
    kind: Kind,
    text: String,
}

/// A TR-34 token that a pair of the vault signed.
#[derive(Debug, Clone)]
struct Sent {
    /// The certificates of the two, as the requests had them.
    signer: String,
    receiver: String,
    at: i64,
    holds: usize,
    kind: Kind,
    text: String,
}

/// How a request names a key.
#[derive(Debug, Clone, Copy)]
enum Name {
    Key(usize),
    Alias(usize),
}

/// Which operations were served (true) and which refused, over all sequences; and which roads of TR-34.
#[derive(Default)]
struct Seen {
    operations: BTreeSet<(Operation, bool)>,
    roads: BTreeSet<(&'static str, bool)>,
}

type Met = Rc<RefCell<Seen>>;

struct Run {
    bench: Bench,
    keys: Vec<Key>,
    aliases: BTreeMap<String, Option<usize>>,
    tokens: Vec<Token>,
    blocks: Vec<Block>,
    sent: Vec<Sent>,
    /// The root that the vault's certificates are under, once one was issued.
    own_root: Option<String>,
    materials: usize,
    met: Met,
}

fn alias(n: usize) -> String {
    format!("alias/{n}")
}

/// A name that no key and no alias has.
const NOBODY: &str = "arn:aws:payment-cryptography:us-east-1:111122223333:key/aaaaaaaaaaaaaaaa";

/// A pair as strong as AES_128 asks for.
fn pair(usage: &str, does: &[&str]) -> Value {
    json!({"KeyAttributes": {"KeyUsage": usage, "KeyClass": "ASYMMETRIC_KEY_PAIR", "KeyAlgorithm": "RSA_3072",
           "KeyModesOfUse": modes(does)}})
}

impl Run {
    fn new(met: &Met) -> Self {
        let mut bench = Bench::new();
        bench.open = true;
        Self {
            bench,
            keys: Vec::new(),
            aliases: BTreeMap::new(),
            tokens: Vec::new(),
            blocks: Vec::new(),
            sent: Vec::new(),
            own_root: None,
            materials: 0,
            met: met.clone(),
        }
    }

    fn now(&self) -> i64 {
        self.bench.now().millis()
    }

    fn text(&self, name: Name) -> String {
        match name {
            Name::Key(n) => self
                .keys
                .get(n)
                .map_or(NOBODY.to_owned(), |key| key.arn.clone()),
            Name::Alias(n) => alias(n),
        }
    }

    /// The key a name stands for, tombstones included.
    fn find(&self, name: Name) -> Result<usize, &'static str> {
        match name {
            Name::Key(n) if n < self.keys.len() => Ok(n),
            Name::Key(_) => Err(NOT_FOUND),
            Name::Alias(n) => self
                .aliases
                .get(&alias(n))
                .copied()
                .flatten()
                .ok_or(NOT_FOUND),
        }
    }

    fn gone(&self, n: usize) -> bool {
        let key = &self.keys[n];
        key.state == "DELETE_COMPLETE" || key.until.is_some_and(|until| self.now() >= until)
    }

    fn living(&self, name: Name) -> Result<usize, &'static str> {
        let n = self.find(name)?;
        if self.gone(n) { Err(NOT_FOUND) } else { Ok(n) }
    }

    fn in_state(&self, n: usize, state: &str) -> Judged {
        (self.keys[n].state == state).then_some(()).ok_or(INVALID)
    }

    fn usable(&self, name: Name) -> Result<usize, &'static str> {
        let n = self.living(name)?;
        self.in_state(n, "CREATE_COMPLETE")?;
        self.keys[n].enabled.then_some(n).ok_or(INVALID)
    }

    /// Two keys of one request: existence of both, then the state of both.
    fn both(&self, one: Name, other: Name) -> Result<(usize, usize), &'static str> {
        self.living(one)?;
        self.living(other)?;
        Ok((self.usable(one)?, self.usable(other)?))
    }

    /// Calls, and compares with what the model says.
    fn call(&mut self, operation: Operation, input: &Value, expected: Judged) -> Option<Value> {
        // Whatever is needed lies ready: a search for primes would take longer than everything else.
        self.bench.prepared = Some(ready(3072));
        self.bench.prepared_root = Some(ready(4096));
        let met = (operation, expected.is_ok());
        self.met.borrow_mut().operations.insert(met);
        match (self.bench.call(operation, input), expected) {
            (Ok(answer), Ok(())) => Some(answer),
            (Err(error), Err(kind)) if error.kind.name() == kind => None,
            (answer, expected) => panic!("{operation:?} {input}: {answer:?}, not {expected:?}"),
        }
    }

    /// Notes that a road was taken, or was barred.
    fn went(&self, road: &'static str, expected: Judged) {
        let went = (road, expected.is_ok());
        self.met.borrow_mut().roads.insert(went);
    }

    /// Notes a new key; `material` where its bytes are those of another.
    fn keep(&mut self, answer: &Value, kind: Kind, material: Option<usize>) {
        self.materials += 1;
        let enabled = answer["Key"]["Enabled"].as_bool().unwrap();
        self.keys.push(Key {
            arn: arn(answer),
            created: self.now(),
            kind,
            material: material.unwrap_or(self.materials),
            state: "CREATE_COMPLETE",
            enabled,
            until: None,
            tags: Vec::new(),
            issued: None,
        });
    }

    fn create(&mut self, kind: Kind, enabled: bool) {
        let mut input = match kind {
            Kind::Kek => symmetric("TR31_K0_KEY_ENCRYPTION_KEY", "AES_128", &B),
            Kind::Pek { .. } => symmetric("TR31_P0_PIN_ENCRYPTION_KEY", "AES_128", &B),
            Kind::Opener => pair("TR31_K2_TR34_ASYMMETRIC_KEY", &["Decrypt", "Unwrap"]),
            _ => pair("TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE", &["Sign"]),
        };
        input["Exportable"] = json!(kind != Kind::Pek { exportable: false });
        input["Enabled"] = json!(enabled);
        let answer = self.call(Operation::CreateKey, &input, Ok(())).unwrap();
        self.keep(&answer, kind, None);
    }

    fn life(&mut self, operation: Operation, name: Name, days: i64) {
        let wanted = match operation {
            Operation::RestoreKey => "DELETE_PENDING",
            _ => "CREATE_COMPLETE",
        };
        let found = self.living(name);
        let expected = found.and_then(|n| self.in_state(n, wanted));
        let mut input = named(&self.text(name));
        if operation == Operation::DeleteKey {
            input["DeleteKeyInDays"] = json!(days);
        }
        self.call(operation, &input, expected);
        let (Ok(n), Ok(()), now) = (found, expected, self.now()) else {
            return;
        };
        let key = &mut self.keys[n];
        match operation {
            Operation::StartKeyUsage => key.enabled = true,
            Operation::StopKeyUsage => key.enabled = false,
            Operation::DeleteKey => {
                key.enabled = false;
                key.state = "DELETE_PENDING";
                key.until = Some(now + days * DAY);
            }
            _ => {
                key.state = "CREATE_COMPLETE";
                key.until = None;
            }
        }
    }

    fn alias(&mut self, operation: Operation, n: usize, to: Option<usize>) {
        let name = alias(n);
        let exists = self.aliases.contains_key(&name);
        let target = to.map_or(Ok(()), |key| self.living(Name::Key(key)).map(|_| ()));
        let expected = match operation {
            Operation::CreateAlias => target.and(if exists { Err(CONFLICT) } else { Ok(()) }),
            _ if !exists => Err(NOT_FOUND),
            Operation::UpdateAlias => target,
            _ => Ok(()),
        };
        let mut input = json!({"AliasName": name});
        let assigns = matches!(operation, Operation::CreateAlias | Operation::UpdateAlias);
        if let (true, Some(key)) = (assigns, to) {
            input["KeyArn"] = json!(self.text(Name::Key(key)));
        }
        let answer = self.call(operation, &input, expected);
        match operation {
            _ if expected.is_err() => {}
            Operation::DeleteAlias => {
                self.aliases.remove(&name);
            }
            Operation::GetAlias => {
                let shown = answer.unwrap()["Alias"].get("KeyArn").cloned();
                assert_eq!(shown, self.stands_for(&name).map(Value::from));
            }
            _ => {
                self.aliases.insert(name, to);
            }
        }
    }

    /// The ARN behind an alias, as it is shown.
    fn stands_for(&self, name: &str) -> Option<String> {
        let n = self.aliases.get(name).copied().flatten()?;
        (!self.gone(n)).then(|| self.keys[n].arn.clone())
    }

    fn list_aliases(&mut self, key: usize) {
        let expected = self.living(Name::Key(key)).map(|_| ());
        let input = json!({"KeyArn": self.text(Name::Key(key)), "MaxResults": 100});
        let Some(answer) = self.call(Operation::ListAliases, &input, expected) else {
            return;
        };
        let of_key = self.aliases.iter().filter(|(_, to)| **to == Some(key));
        let names: Vec<&String> = of_key.map(|(name, _)| name).collect();
        let found: Vec<&str> = answer["Aliases"]
            .as_array()
            .unwrap()
            .iter()
            .map(|alias| text(alias, "AliasName"))
            .collect();
        assert_eq!(found, names);
    }

    fn tag(&mut self, key: usize, n: u8, take_away: bool) {
        let found = self.living(Name::Key(key));
        let expected = found.and_then(|n| self.in_state(n, "CREATE_COMPLETE"));
        let (name, value) = (format!("t{}", n % 5), format!("v{n}"));
        let mut input = json!({"ResourceArn": self.text(Name::Key(key))});
        let operation = if take_away {
            input["TagKeys"] = json!([name]);
            Operation::UntagResource
        } else {
            input["Tags"] = json!([{"Key": name, "Value": value}]);
            Operation::TagResource
        };
        self.call(operation, &input, expected);
        if expected.is_err() {
            return;
        }
        let tags = &mut self.keys[key].tags;
        match tags.iter_mut().find(|(known, _)| *known == name) {
            Some(_) if take_away => tags.retain(|(known, _)| *known != name),
            Some(known) => known.1 = value,
            None if take_away => {}
            None => tags.push((name, value)),
        }
    }
}
