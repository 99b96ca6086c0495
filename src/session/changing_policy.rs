//! Another policy: read from a file, judged before anybody signs, shown old beside new, and in force from the next
//! opening on.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::custody::{Policy, Role};
use crate::text::{say, tr};

use super::Session;
use super::error::Refusal;
use super::policy_file;
use super::sentence::{Details, line};

pub(super) fn wrong(what: &str) -> Refusal {
    Refusal::Usage(format!(
        "{what} The policy in force stays. Begin from policy.json, which Custodians writes with the \
         forms (at a shell, from what `keymoot vault policy DIR` prints)."
    ))
}

/// Reads a whole policy.
///
/// # Errors
/// No policy.
pub(crate) fn read(bytes: &[u8]) -> Result<Policy, Refusal> {
    policy_file::parse(bytes).map_err(|e| wrong(&e))
}

impl Session {
    /// The policy in force.
    pub fn policy(&self) -> Value {
        json!(self.state.policy)
    }

    /// The policy that a change begins from: the one that was decided already, or the one in force.
    pub(crate) fn policy_to_change(&self) -> &Policy {
        self.state
            .next_policy
            .as_ref()
            .unwrap_or(&self.state.policy)
    }

    /// The policy that counts from the next opening on, where one was decided.
    pub fn next_policy(&self) -> Option<Value> {
        self.state.next_policy.as_ref().map(|policy| json!(policy))
    }

    pub(crate) fn judged_policy(&self, policy: &Policy) -> Result<(), Refusal> {
        policy_file::known(policy).map_err(|e| wrong(&e))?;
        if *policy == self.state.policy && self.state.next_policy.is_none() {
            return Err(Refusal::Usage(
                "No rule differs from the policy in force: nothing would change, and nothing was asked. The policy in force \
                 stays. Answer at least one rule otherwise than now."
                    .into(),
            ));
        }
        policy
            .check(self.custodians())
            .map_err(|e| Refusal::Custody(e.to_string()))
    }

    fn custodians(&self) -> u8 {
        let seq = self.book.seq();
        let serving = self
            .state
            .people
            .iter()
            .filter(|p| p.role == Role::Custodian && p.serves_at(seq));
        u8::try_from(serving.count()).unwrap_or(u8::MAX)
    }

    /// At an opening: what was decided counts, and is told first, old beside new.
    pub(crate) fn adopt_policy(&mut self) {
        let Some(next) = self.state.next_policy.take() else {
            return;
        };
        if let Err(refusal) = next.check(self.custodians()) {
            self.notes.push(format!(
                "the new policy does not fit these people: {refusal}"
            ));
            return;
        }
        for (name, values) in old_beside_new(&self.state.policy, &next) {
            self.notes
                .push(format!("the policy changed: {name}: {values}"));
        }
        self.state.policy = next;
    }
}

/// What people sign: every member that changes, and what stands against those that they now allow.
pub(crate) fn told(old: &Policy, new: &Policy) -> Details {
    let mut told = old_beside_new(old, new);
    let fewer = new.overrides.values().any(|count| *count < old.default);
    if new.default < old.default || fewer {
        let means = tr(
            "whatever opens a secret takes as many as this vault asks to use one; in production exports, deletions, roots and changes of people, rules or clock take as many as open it",
        );
        told.push(line(tr("never fewer"), means));
    }
    let alone = |policy: &Policy| policy.default < 2 || policy.overrides.values().any(|n| *n < 2);
    if alone(new) && !alone(old) {
        let means = tr(
            "1 signature leaves one person alone with an act (PCI PIN 21-1, dual control); a script that asks for fewer than 2 is not played",
        );
        told.push(line(tr("dual control"), means));
    }
    if new.software_generation && !old.software_generation {
        let means = tr(
            "a laptop is not a secure cryptographic device (PCI PIN 5-1, 6-2), and keys made on it are so marked on every report",
        );
        told.push(line(tr("in production"), means));
    }
    if new.qr_of_exports && !old.qr_of_exports {
        let means = tr(
            "a camera in the room conflicts with PCI PIN 6-1.5 wherever clear key material can be seen",
        );
        told.push(line(tr("in production"), means));
    }
    told
}

/// Every member that changes; "not set" is the service's way.
pub(crate) fn old_beside_new(old: &Policy, new: &Policy) -> Details {
    let members = |policy: &Policy| match json!(policy) {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    let (old, new) = (members(old), members(new));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let said = |members: &Map<String, Value>, name: &str| {
        members
            .get(name)
            .map_or_else(|| tr("not set").to_owned(), policy_file::plainly)
    };
    names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name))
        .map(|name| {
            let change = say!(
                "until now {said}; then {said_2}",
                said = said(&old, name),
                said_2 = said(&new, name)
            );
            line(&name.replace('_', " "), &change)
        })
        .collect()
}
