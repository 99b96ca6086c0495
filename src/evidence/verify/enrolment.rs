//! Enrolment: everybody proved their key, and all signed who the people are.
#![deny(clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::file::string;
use super::log::{Log, event};
use super::people::{People, holds, signed_in};
use super::{Fault, Verified, fault};

/// Acts that make people or holders anew, as the log names them.
const MADE_ANEW: [&str; 2] = ["Rotate", "RecoverySet"];

/// Something that people signed about each other, and the line it stands in.
pub(super) struct Said<'l> {
    pub(super) n: u64,
    pub(super) op: &'l str,
    pub(super) details: &'l Value,
}

/// Every enrolment, list of people and answer about policy: a line of its own when the vault is made, and in the line
/// of the rotation that made people anew or of the recovery set that made holders.
pub(super) fn statements(log: &Log) -> impl Iterator<Item = Said<'_>> {
    let own = log
        .lines
        .iter()
        .filter(|line| line.is("noted", ""))
        .map(|line| Said {
            n: line.n,
            op: line.op(),
            details: line.details(),
        });
    let made_anew = log.sealed().filter(|line| MADE_ANEW.contains(&line.op()));
    let anew = made_anew.flat_map(|line| {
        let said = line.details().get("people").and_then(Value::as_array);
        said.into_iter().flatten().map(|said| Said {
            n: line.n,
            op: string(said, "op").unwrap_or_default(),
            details: said.get("signed").unwrap_or(&Value::Null),
        })
    });
    own.chain(anew)
}

/// Every enrolment, every list of people and every answer about policy in the log. Returns whose keys signed them.
pub(super) fn enrolment(
    log: &Log,
    keys: &People,
    done: &mut Verified,
) -> Result<BTreeSet<String>, Fault> {
    let mut proven: BTreeMap<String, u64> = BTreeMap::new();
    let mut signers = BTreeSet::new();
    for said in statements(log) {
        match said.op {
            "enrol" => {
                let key = own_key(log, &said, keys, done)?;
                proven.entry(key).or_insert(said.n);
            }
            "people" => {
                let who = by_all(log, &said, keys, "keymoot/people/v1", done)?;
                all_who_are_listed(&said, &who)?;
                signers.extend(who);
            }
            "policy" => signers.extend(by_all(log, &said, keys, "keymoot/policy/v1", done)?),
            _ => {}
        }
    }
    for (key, person) in keys.all() {
        if !proven.contains_key(key) {
            return fault(
                format!("people, {}", person.name),
                "no line of the log has the enrolment of this key",
            );
        }
    }
    for list in keys.lists() {
        let late = |key: &&String| proven.get(*key).is_none_or(|n| *n > list.from);
        if let Some(person) = list.keys.iter().find(late).and_then(|key| keys.known(key)) {
            let name = &person.name;
            return fault(
                event(list.from),
                format!("{name} stands on this list of people before any enrolment"),
            );
        }
    }
    signers.extend(proven.into_keys());
    Ok(signers)
}

/// A person's own signature under name, role and vault.
fn own_key(
    log: &Log,
    said: &Said<'_>,
    keys: &People,
    done: &mut Verified,
) -> Result<String, Fault> {
    let statement = statement(log, said)?;
    let signature = said.details.get("signature").unwrap_or(&Value::Null);
    let signer = string(signature, "signer").unwrap_or_default();
    let by = string(signature, "by").unwrap_or_default();
    let name = string(statement, "name").unwrap_or_default();
    let person = keys.known(signer).filter(|person| {
        person.name == name
            && string(signature, "name") == Some(name)
            && string(statement, "role") == Some(&person.role)
    });
    let Some(person) = person else {
        return fault(
            event(said.n),
            format!("{name} is enrolled under a key that is not {name}'s"),
        );
    };
    let body = json!({"statement": statement, "signer": signer, "by": by});
    if !holds(
        person,
        "keymoot/enrol/v1",
        &body,
        string(signature, "signature"),
    ) {
        return fault(
            event(said.n),
            format!("the signature of {name} does not hold for this enrolment"),
        );
    }
    done.signatures.enrolment.add(by);
    Ok(signer.to_owned())
}

/// A statement under several signatures.
fn by_all(
    log: &Log,
    said: &Said<'_>,
    keys: &People,
    prefix: &str,
    done: &mut Verified,
) -> Result<Vec<String>, Fault> {
    let statement = statement(log, said)?;
    let body = |signature: &Value, by: &str| json!({"statement": statement, "signer": signature.get("signer"), "by": by});
    let count = &mut done.signatures.enrolment;
    let known = |key: &str| keys.known(key);
    let who = signed_in(said.n, said.details, known, (prefix, body), count)?;
    Ok(who.into_iter().map(|(key, _)| key).collect())
}

/// Whoever stands on a list of people has signed it.
fn all_who_are_listed(said: &Said<'_>, who: &[String]) -> Result<(), Fault> {
    let listed = said.details.pointer("/statement/people");
    let listed = listed.and_then(Value::as_array);
    for person in listed.map_or(&[][..], Vec::as_slice) {
        let key = string(person, "key").unwrap_or_default();
        if !who.iter().any(|signer| signer == key) {
            let name = string(person, "name").unwrap_or_default();
            return fault(
                event(said.n),
                format!("{name} stands on this list of people and has not signed it"),
            );
        }
    }
    Ok(())
}

fn statement<'l>(log: &Log, said: &Said<'l>) -> Result<&'l Value, Fault> {
    let statement = said.details.get("statement").unwrap_or(&Value::Null);
    if string(statement, "vault_id") != Some(&log.vault) {
        return fault(event(said.n), "it is a statement about another vault");
    }
    Ok(statement)
}
