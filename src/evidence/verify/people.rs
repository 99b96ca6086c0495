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

/// One person: name, role, public key.
pub(super) struct Person {
    pub(super) name: String,
    pub(super) role: String,
    pub(super) key: [u8; 32],
}

/// The people by fingerprint; each stands in a list that the log holds.
pub(super) fn people(parts: &Parts, log: &Log) -> Result<BTreeMap<String, Person>, Fault> {
    let mut listed = BTreeSet::new();
    for said in statements(log).filter(|said| said.op == "people") {
        let statement = said.details.get("statement").unwrap_or(&Value::Null);
        enrolled(statement, &mut listed);
    }
    let mut people = BTreeMap::new();
    for person in part(parts, "people").as_array().unwrap_or(&Vec::new()) {
        let name = string(person, "name").unwrap_or_default().to_owned();
        let role = string(person, "role").unwrap_or_default().to_owned();
        let place = format!("people, {name}");
        let Some(key) = bytes32(string(person, "key")) else {
            return fault(place, "the approval key is not 32 bytes of hex");
        };
        let fingerprint = sha256(&key);
        if !listed.contains(&(name.clone(), role.clone(), fingerprint.clone())) {
            return fault(
                place,
                "no list of people in the log has this name, role and key",
            );
        }
        people.insert(fingerprint, Person { name, role, key });
    }
    Ok(people)
}

/// Every `{name, role, key}` of a list of people, wherever in a line it stands.
pub(super) fn enrolled(value: &Value, found: &mut BTreeSet<(String, String, String)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| enrolled(item, found)),
        Value::Object(map) => {
            if let (Some(name), Some(role), Some(key)) = (
                string(value, "name"),
                string(value, "role"),
                string(value, "key"),
            ) {
                found.insert((name.to_owned(), role.to_owned(), key.to_owned()));
            }
            map.values().for_each(|item| enrolled(item, found));
        }
        _ => {}
    }
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

/// Checks the signatures of a line, each under `body`; returns fingerprints and names in order.
pub(super) fn signed(
    line: &Line,
    keys: &BTreeMap<String, Person>,
    prefix: &str,
    body: impl Fn(&Value, &str) -> Value,
    count: &mut Count,
) -> Result<Vec<(String, String)>, Fault> {
    signed_in(line.n, line.details(), keys, (prefix, body), count)
}

/// The same for what stands in a line: whatever it is that has `signatures`.
pub(super) fn signed_in(
    n: u64,
    details: &Value,
    keys: &BTreeMap<String, Person>,
    (prefix, body): (&str, impl Fn(&Value, &str) -> Value),
    count: &mut Count,
) -> Result<Vec<(String, String)>, Fault> {
    let signatures = details.get("signatures").and_then(Value::as_array);
    let mut who: Vec<(String, String)> = Vec::new();
    for signature in signatures.map_or(&[][..], Vec::as_slice) {
        let fingerprint = string(signature, "signer").unwrap_or_default();
        let name = string(signature, "name").unwrap_or_default();
        let Some(person) = keys.get(fingerprint).filter(|p| p.name == name) else {
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
