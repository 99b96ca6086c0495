//! Enrolment: everybody proved their key, and all signed who the people are.
#![deny(clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::file::string;
use super::log::{Line, Log, event};
use super::people::{Person, holds, signed};
use super::{Fault, Verified, fault};

/// Every enrolment, every list of people and every answer about policy in the log. Returns whose keys signed them.
pub(super) fn enrolment(
    log: &Log,
    keys: &BTreeMap<String, Person>,
    done: &mut Verified,
) -> Result<BTreeSet<String>, Fault> {
    let mut proven = BTreeSet::new();
    let mut signers = BTreeSet::new();
    for line in &log.lines {
        if line.is("noted", "enrol") {
            proven.insert(own_key(log, line, keys, done)?);
        } else if line.is("noted", "people") {
            let who = by_all(log, line, keys, "keymoot/people/v1", done)?;
            all_who_are_listed(line, &who)?;
            signers.extend(who);
        } else if line.is("noted", "policy") {
            signers.extend(by_all(log, line, keys, "keymoot/policy/v1", done)?);
        }
    }
    for (key, person) in keys {
        if !proven.contains(key) {
            return fault(
                format!("people, {}", person.name),
                "no line of the log has the enrolment of this key",
            );
        }
    }
    signers.extend(proven);
    Ok(signers)
}

/// A person's own signature under name, role and vault.
fn own_key(
    log: &Log,
    line: &Line,
    keys: &BTreeMap<String, Person>,
    done: &mut Verified,
) -> Result<String, Fault> {
    let statement = statement(log, line)?;
    let signature = line.details().get("signature").unwrap_or(&Value::Null);
    let signer = string(signature, "signer").unwrap_or_default();
    let by = string(signature, "by").unwrap_or_default();
    let name = string(statement, "name").unwrap_or_default();
    let person = keys.get(signer).filter(|person| {
        person.name == name
            && string(signature, "name") == Some(name)
            && string(statement, "role") == Some(&person.role)
    });
    let Some(person) = person else {
        return fault(
            event(line.n),
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
            event(line.n),
            format!("the signature of {name} does not hold for this enrolment"),
        );
    }
    done.signatures.enrolment.add(by);
    Ok(signer.to_owned())
}

/// A statement under several signatures.
fn by_all(
    log: &Log,
    line: &Line,
    keys: &BTreeMap<String, Person>,
    prefix: &str,
    done: &mut Verified,
) -> Result<Vec<String>, Fault> {
    let statement = statement(log, line)?;
    let body = |signature: &Value, by: &str| json!({"statement": statement, "signer": signature.get("signer"), "by": by});
    let who = signed(line, keys, prefix, body, &mut done.signatures.enrolment)?;
    Ok(who.into_iter().map(|(key, _)| key).collect())
}

/// Whoever stands on a list of people has signed it.
fn all_who_are_listed(line: &Line, who: &[String]) -> Result<(), Fault> {
    let listed = line.details().pointer("/statement/people");
    let listed = listed.and_then(Value::as_array);
    for person in listed.map_or(&[][..], Vec::as_slice) {
        let key = string(person, "key").unwrap_or_default();
        if !who.iter().any(|signer| signer == key) {
            let name = string(person, "name").unwrap_or_default();
            return fault(
                event(line.n),
                format!("{name} stands on this list of people and has not signed it"),
            );
        }
    }
    Ok(())
}

fn statement<'l>(log: &Log, line: &'l Line) -> Result<&'l Value, Fault> {
    let statement = line.details().get("statement").unwrap_or(&Value::Null);
    if string(statement, "vault_id") != Some(&log.vault) {
        return fault(event(line.n), "it is a statement about another vault");
    }
    Ok(statement)
}
