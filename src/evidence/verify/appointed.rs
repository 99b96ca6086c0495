//! Own appointments: nobody's signature counts under the act that appoints them or gives them another place by a rotation
//! (PCI PIN 25-1), as long as enough others serve. A line that says how many were required is held to it; older logs do not
//! say so, and are not judged.
#![deny(clippy::indexing_slicing)]

use serde_json::Value;

use super::file::string;
use super::log::{Line, event};
use super::people::{CUSTODIAN, List, People};
use super::{Fault, fault};

/// The approvals of a line, behind the issuer's signature, are enough, and none is the signer's own appointment.
pub(super) fn own_appointments(
    line: &Line,
    who: &[(String, String)],
    people: &People,
) -> Result<(), Fault> {
    let Some(required) = line.details().get("required").and_then(Value::as_u64) else {
        return Ok(());
    };
    let approvals = who.get(1..).unwrap_or_default();
    let here = approvals
        .first()
        .and_then(|(key, _)| people.list_at(line.n, key));
    let Some(here) = here else {
        return fault(
            event(line.n),
            "no list of people before it names those who approved",
        );
    };
    let appointed = appointed(line, here);
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

/// Whom a line appoints: by an appointment, or by a rotation that gives them another place.
fn appointed<'l>(line: &'l Line, here: &List) -> Vec<&'l str> {
    if line.op() != "Rotate" {
        let entered = line.details().get("entered").unwrap_or(&Value::Null);
        let appoints = string(entered, "name") == Some("vault.appoint");
        return string(entered, "person")
            .filter(|_| appoints)
            .into_iter()
            .collect();
    }
    let said = line.details().get("people").and_then(Value::as_array);
    let lists = said.into_iter().flatten();
    let lists = lists.filter(|said| string(said, "op") == Some("people"));
    let seats = lists.filter_map(|said| said.pointer("/signed/statement/people")?.as_array());
    let seats = seats.flatten();
    let anew = seats.filter(|seat| here.holders || string(seat, "role") != Some(CUSTODIAN));
    let names = anew.filter_map(|seat| string(seat, "name"));
    names
        .filter(|name| here.custodians.iter().any(|own| same(own, name)))
        .collect()
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}
