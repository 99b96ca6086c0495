//! Whether a run that is completed was signed off by as many people as its script asks. The script is in the bundle, and
//! it is the one that the run began with.
#![deny(clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::file::{Parts, part};
use super::{Fault, decoded, fault};

/// Names of those who signed the run off, by role.
pub(super) type Given = BTreeMap<String, BTreeSet<String>>;

/// How a run ends in which every step of its script was done.
const COMPLETED: &str = "completed";

/// What is missing of the sign-offs that the script asks for (`1 custodian`); nothing where a run was not completed.
pub(super) fn missing(parts: &Parts, given: &Given, outcome: &str) -> Result<Vec<String>, Fault> {
    if outcome != COMPLETED {
        return Ok(Vec::new());
    }
    let script = decoded(part(parts, "script"), "script")?;
    let script = std::str::from_utf8(&script).ok();
    let Some(script) = script.and_then(|script| script.parse::<Table>().ok()) else {
        return fault("script", "it is no script");
    };
    let mut missing = Vec::new();
    for (role, asked) in asked(&script) {
        let given = given.get(role).map_or(0, BTreeSet::len);
        match asked.saturating_sub(given) {
            0 => {}
            1 => missing.push(format!("1 {role}")),
            more => missing.push(format!("{more} {role}s")),
        }
    }
    Ok(missing)
}

/// How many of each role sign off: as many as the sign-off step with the most of them.
fn asked(script: &Table) -> BTreeMap<&str, usize> {
    let people: BTreeMap<&str, &str> = tables(script, "person")
        .filter_map(|person| Some((text(person, "id")?, text(person, "role")?)))
        .collect();
    let mut most: BTreeMap<&str, usize> = BTreeMap::new();
    for step in tables(script, "step").filter(|step| text(step, "op") == Some("sign-off")) {
        let mut here: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for place in names(step) {
            if let Some(role) = people.get(place) {
                here.entry(role).or_default().insert(place);
            }
        }
        for (role, places) in here {
            let most = most.entry(role).or_default();
            *most = places.len().max(*most);
        }
    }
    most
}

fn tables<'s>(script: &'s Table, name: &str) -> impl Iterator<Item = &'s Table> {
    let list = script.get(name).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_table)
}

fn text<'s>(table: &'s Table, name: &str) -> Option<&'s str> {
    table.get(name)?.as_str()
}

/// `who`: a place or a list of places.
fn names(step: &Table) -> Vec<&str> {
    match step.get("who") {
        Some(Value::String(place)) => vec![place],
        Some(Value::Array(places)) => places.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}
