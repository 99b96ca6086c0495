//! Own appointments: nobody's signature counts under the act that appoints them or gives them another place by a rotation
//! (PCI PIN 25-1), as long as enough others serve. A line that says how many were required is held to it; older logs do not
//! say so, and are not judged.
#![deny(clippy::indexing_slicing)]

use serde_json::Value;

use super::enrolment::statements;
use super::file::string;
use super::log::{Line, Log, event};
use super::{Fault, fault};

/// Who approves where people sign, as lists of people have it.
const CUSTODIAN: &str = "custodian";

/// The approvals of a line, behind the issuer's signature, are enough, and none is the signer's own appointment.
pub(super) fn own_appointments(
    log: &Log,
    line: &Line,
    who: &[(String, String)],
) -> Result<(), Fault> {
    let Some(required) = line.details().get("required").and_then(Value::as_u64) else {
        return Ok(());
    };
    let approvals = who.get(1..).unwrap_or_default();
    let given = approvals.len() as u64;
    if given < required {
        return fault(
            event(line.n),
            format!("{given} approved, and {required} were required"),
        );
    }
    let Some(here) = served(log, line, approvals) else {
        return fault(
            event(line.n),
            "no list of people before it names those who approved",
        );
    };
    let appointed = appointed(log, line, &here);
    let is = |name: &str| appointed.iter().any(|own| same(own, name));
    let others = here.custodians.iter().filter(|name| !is(name)).count() as u64;
    if others < required {
        // The others could never make up the signatures, so that the rule would leave a vault without any.
        return Ok(());
    }
    match approvals.iter().find(|(_, name)| is(name)) {
        None => Ok(()),
        Some((_, name)) => fault(
            event(line.n),
            format!(
                "{name} approved the own appointment, though {required} were required and {others} others could approve"
            ),
        ),
    }
}

/// The people who could approve when a line was written.
struct Here<'l> {
    custodians: Vec<&'l str>,
    /// Whether they hold the recovery set, and have no place in the vault.
    holders: bool,
}

/// Those of the newest list before the line in which whoever approved it stands.
fn served<'l>(log: &'l Log, line: &Line, approvals: &[(String, String)]) -> Option<Here<'l>> {
    let (first, _) = approvals.first()?;
    let lists = statements(log).filter(|said| said.op == "people" && said.n < line.n);
    let lists = lists.filter_map(|said| Some((said.n, listed(said.details)?)));
    let newest = lists
        .filter(|(_, people)| people.iter().any(|p| string(p, "key") == Some(first)))
        .max_by_key(|(n, _)| *n);
    let (n, people) = newest?;
    let custodians = people.iter();
    let custodians = custodians.filter(|p| string(p, "role") == Some(CUSTODIAN));
    Some(Here {
        custodians: custodians.filter_map(|p| string(p, "name")).collect(),
        holders: log.line(n).is_some_and(|line| line.op() == "RecoverySet"),
    })
}

/// Whom a line appoints: by an appointment, or by a rotation that gives them another place.
fn appointed<'l>(log: &'l Log, line: &'l Line, here: &Here<'_>) -> Vec<&'l str> {
    if line.op() != "Rotate" {
        let entered = line.details().get("entered").unwrap_or(&Value::Null);
        let appoints = string(entered, "name") == Some("vault.appoint");
        return string(entered, "person")
            .filter(|_| appoints)
            .into_iter()
            .collect();
    }
    let new = statements(log).filter(|said| said.n == line.n && said.op == "people");
    let seats = new.filter_map(|said| listed(said.details)).flatten();
    let anew = seats.filter(|seat| here.holders || string(seat, "role") != Some(CUSTODIAN));
    let names = anew.filter_map(|seat| string(seat, "name"));
    names
        .filter(|name| here.custodians.iter().any(|own| same(own, name)))
        .collect()
}

fn listed(details: &Value) -> Option<&Vec<Value>> {
    details.pointer("/statement/people")?.as_array()
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}
