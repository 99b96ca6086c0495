//! People and signatures: whose key it is, and whether a signature holds for what it stands under.
#![deny(clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::HEXLOWER;
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::Value;

use super::super::bundle::sha256;
use super::enrolment::statements;
use super::file::{Parts, bytes32, canonical, part, string};
use super::log::{Line, Log, event};
use super::{Count, Fault, fault};

/// Who approves where people sign, as lists of people have it.
pub(super) const CUSTODIAN: &str = "custodian";

/// One person: name, role, public key.
pub(super) struct Person {
    pub(super) name: String,
    pub(super) role: String,
    pub(super) key: [u8; 32],
}

/// A list of people, signed by all who stand on it, and the line that brought it.
pub(super) struct List {
    /// The line.
    pub(super) from: u64,
    /// Whether they hold the recovery set, and have no place in the vault.
    pub(super) holders: bool,
    /// Where the newest list of the vault's own people stands; its own place, where it is one.
    own: usize,
    /// Their keys, by fingerprint.
    pub(super) keys: BTreeSet<String>,
    /// The names of those who approve.
    pub(super) custodians: Vec<String>,
}

/// Everybody whom the bundle has, and who of them served when.
pub(super) struct People {
    by_key: BTreeMap<String, Person>,
    /// In the order of their lines.
    lists: Vec<List>,
}

impl People {
    /// Whoever has this key, whenever they served.
    pub(super) fn known(&self, key: &str) -> Option<&Person> {
        self.by_key.get(key)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&String, &Person)> {
        self.by_key.iter()
    }

    pub(super) fn lists(&self) -> &[List] {
        &self.lists
    }

    /// Whoever has this key and serves where line `n` is written.
    pub(super) fn at(&self, n: u64, key: &str) -> Option<&Person> {
        self.list_at(n, key).and_then(|_| self.by_key.get(key))
    }

    /// The list in force at line `n` on which this key stands: the newest of the vault's, or that of the holders of a
    /// recovery set which no rotation has ended.
    pub(super) fn list_at(&self, n: u64, key: &str) -> Option<&List> {
        let before = self.lists.partition_point(|list| list.from < n);
        let newest = self.lists.get(before.checked_sub(1)?)?;
        let own = self.lists.get(newest.own)?;
        [newest, own]
            .into_iter()
            .find(|list| list.keys.contains(key))
    }
}

/// The people by fingerprint; each stands on a list that the log holds.
pub(super) fn people(parts: &Parts, log: &Log) -> Result<People, Fault> {
    let (lists, listed) = lists(log)?;
    let mut by_key = BTreeMap::new();
    for person in part(parts, "people").as_array().unwrap_or(&Vec::new()) {
        let name = string(person, "name").unwrap_or_default().to_owned();
        let role = string(person, "role").unwrap_or_default().to_owned();
        let place = format!("people, {name}");
        let Some(key) = bytes32(string(person, "key")) else {
            return fault(place, "the approval key is not 32 bytes of hex");
        };
        let fingerprint = sha256(&key);
        if listed.get(&fingerprint) != Some(&(name.clone(), role.clone())) {
            return fault(
                place,
                "no list of people in the log has this name, role and key",
            );
        }
        by_key.insert(fingerprint, Person { name, role, key });
    }
    Ok(People { by_key, lists })
}

/// Name and role by fingerprint.
type Listed = BTreeMap<String, (String, String)>;

/// Every list of people. The first is signed when the vault is made, before any act; every other one stands in the line of
/// the act that brought it, so that nobody lists themselves. A key stands for one name and one role.
fn lists(log: &Log) -> Result<(Vec<List>, Listed), Fault> {
    let first_act = log.sealed().next().map_or(u64::MAX, |line| line.n);
    let mut lists: Vec<List> = Vec::new();
    let mut listed = Listed::new();
    for said in statements(log).filter(|said| said.op == "people") {
        let of_an_act = log.line(said.n).is_some_and(|line| line.is("intent", ""));
        let known = lists.last().map(|list| list.from);
        let in_order = if of_an_act {
            known.is_some_and(|known| known < said.n)
        } else {
            known.is_none() && said.n < first_act
        };
        if !in_order {
            return fault(
                event(said.n),
                "it has a list of people that no act brought into force",
            );
        }
        let holders = log
            .line(said.n)
            .is_some_and(|line| line.op() == "RecoverySet");
        let mut list = List {
            from: said.n,
            holders,
            own: match lists.last() {
                Some(before) if holders => before.own,
                _ => lists.len(),
            },
            keys: BTreeSet::new(),
            custodians: Vec::new(),
        };
        let people = said.details.pointer("/statement/people");
        for seat in people.and_then(Value::as_array).into_iter().flatten() {
            let of = |member: &str| string(seat, member).unwrap_or_default().to_owned();
            let (name, role, key) = (of("name"), of("role"), of("key"));
            let seat = (name.clone(), role.clone());
            if listed.entry(key.clone()).or_insert_with(|| seat.clone()) != &seat {
                return fault(
                    event(said.n),
                    format!(
                        "it gives {name} a key that stood for somebody else, or for another role"
                    ),
                );
            }
            list.keys.insert(key);
            if role == CUSTODIAN {
                list.custodians.push(name);
            }
        }
        lists.push(list);
    }
    Ok((lists, listed))
}

/// Whether a signature holds: `prefix` NUL and the canonical body, under the strict checks of RFC 8032.
pub(super) fn holds(person: &Person, prefix: &str, body: &Value, signature: Option<&str>) -> bool {
    let signature = signature.and_then(|hex| HEXLOWER.decode(hex.as_bytes()).ok());
    let signature = signature.and_then(|bytes| Signature::from_slice(&bytes).ok());
    let key = VerifyingKey::from_bytes(&person.key);
    let (Some(signature), Ok(key)) = (signature, key) else {
        return false;
    };
    let mut message = format!("{prefix}\0").into_bytes();
    message.extend(canonical(body));
    key.verify_strict(&message, &signature).is_ok()
}

/// Checks the signatures of a line, each under `body`, of people who served then; returns fingerprints and names in order.
pub(super) fn signed(
    line: &Line,
    people: &People,
    prefix: &str,
    body: impl Fn(&Value, &str) -> Value,
    count: &mut Count,
) -> Result<Vec<(String, String)>, Fault> {
    let serves = |key: &str| people.at(line.n, key);
    signed_in(line.n, line.details(), serves, (prefix, body), count)
}

/// The same for what stands in a line: whatever it is that has `signatures`.
pub(super) fn signed_in<'p>(
    n: u64,
    details: &Value,
    person: impl Fn(&str) -> Option<&'p Person>,
    (prefix, body): (&str, impl Fn(&Value, &str) -> Value),
    count: &mut Count,
) -> Result<Vec<(String, String)>, Fault> {
    let signatures = details.get("signatures").and_then(Value::as_array);
    let mut who: Vec<(String, String)> = Vec::new();
    for signature in signatures.map_or(&[][..], Vec::as_slice) {
        let fingerprint = string(signature, "signer").unwrap_or_default();
        let name = string(signature, "name").unwrap_or_default();
        let Some(person) = person(fingerprint).filter(|p| p.name == name) else {
            return fault(
                event(n),
                format!("{name} signed with a key that is nobody's"),
            );
        };
        let by = string(signature, "by").unwrap_or_default();
        let body = body(signature, by);
        if !holds(person, prefix, &body, string(signature, "signature")) {
            return fault(
                event(n),
                format!("the signature of {name} does not hold for what it stands under"),
            );
        }
        if who.iter().any(|(seen, _)| seen == fingerprint) {
            return fault(event(n), format!("{name} signed twice"));
        }
        count.add(by);
        who.push((fingerprint.to_owned(), name.to_owned()));
    }
    Ok(who)
}
