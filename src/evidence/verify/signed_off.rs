//! Whether a run that ended was signed off by as many people as its script asks. The script is in the bundle, and it is
//! the one that the run began with.
//!
//! A run that was done wants its sign-off steps, and where it went another way than its script expects, each exception
//! signed by whoever acted, leads and watches. One that was stopped wants the record of the stop. Whoever could not sign
//! a stop is named in the line that closes the run; that line is believed where somebody who watched signed the bundle.
#![deny(clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use toml::{Table, Value};

use super::file::{Parts, part};
use super::log::{Line, Log};
use super::people::{CUSTODIAN, People};
use super::{EXCEPTION, Fault, STOPPED, Verified, decoded, fault};

/// Names of those who signed, by role.
type ByRole = BTreeMap<String, BTreeSet<String>>;

/// How many of each role are asked for.
type Asked<'s> = BTreeMap<&'s str, usize>;

const WITNESS: &str = "witness";

/// How many who do not watch sign a stop where the script has nobody sign off.
const AT_LEAST: usize = 2;

/// What people signed of a run.
#[derive(Default)]
pub(super) struct Given {
    /// Its record.
    record: ByRole,
    /// That it was stopped.
    stop: ByRole,
    /// Exceptions, by step.
    exceptions: BTreeMap<String, ByRole>,
}

impl Given {
    /// Enters who signed a line of the run, each with the role.
    pub(super) fn enter(&mut self, text: &str, by: Vec<(String, String)>) {
        let under = if text.starts_with(STOPPED) {
            &mut self.stop
        } else if let Some(of) = text.strip_prefix(EXCEPTION) {
            let step = of.split(':').next().unwrap_or_default();
            self.exceptions.entry(step.to_owned()).or_default()
        } else {
            &mut self.record
        };
        for (name, role) in by {
            under.entry(role).or_default().insert(name);
        }
    }
}

/// What is missing of what people sign of a run with this end: `1 custodian`, `1 witness under the record of the stop`.
pub(super) fn missing(
    (parts, log, keys): (&Parts, &Log, &People),
    given: &Given,
    done: &Verified,
) -> Result<Vec<String>, Fault> {
    let script = decoded(part(parts, "script"), "script")?;
    let script = std::str::from_utf8(&script).ok();
    let Some(script) = script.and_then(|script| script.parse::<Table>().ok()) else {
        return fault("script", "it is no script");
    };
    Ok(match done.outcome.as_str() {
        "completed" => short(&of_record(&script, given), &given.record, ""),
        "exception" => {
            let mut missing = short(&of_record(&script, given), &given.record, "");
            missing.extend(of_exceptions(&script, given));
            missing
        }
        "aborted" => {
            let mut stop = given.stop.clone();
            let excused = if done.bundle_vouched() {
                could_not(log, done)
            } else {
                BTreeSet::new()
            };
            for (_, person) in keys
                .all()
                .filter(|(_, p)| excused.contains(p.name.as_str()))
            {
                let of = stop.entry(person.role.clone()).or_default();
                of.insert(person.name.clone());
            }
            of_stop(&script, &stop)
        }
        _ => Vec::new(),
    })
}

/// Who could not sign the stop, as the line says that closes the run.
fn could_not<'l>(log: &'l Log, done: &Verified) -> BTreeSet<&'l str> {
    let closes =
        |line: &&Line| line.is("noted", "run-close") && line.detail("run") == Some(&done.run);
    let close = log.lines.iter().find(closes);
    let named = close.and_then(|line| line.details().get("stop_not_signed_by")?.as_array());
    named
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .collect()
}

/// By how many there are too few of each role, and under what.
fn short(asked: &Asked<'_>, given: &ByRole, under: &str) -> Vec<String> {
    let short = asked.iter().filter_map(|(role, asked)| {
        let given = given.get(*role).map_or(0, BTreeSet::len);
        match asked.saturating_sub(given) {
            0 => None,
            1 => Some(format!("1 {role}{under}")),
            more => Some(format!("{more} {role}s{under}")),
        }
    });
    short.collect()
}

/// Who signs the record: as many of each role as the sign-off step with the most of them, where that step did not itself
/// go another way.
fn of_record<'s>(script: &'s Table, given: &Given) -> Asked<'s> {
    let mut most = Asked::new();
    for step in sign_offs(script) {
        if text(step, "id").is_some_and(|id| given.exceptions.contains_key(id)) {
            continue;
        }
        for (role, asked) in by_role(script, names(step).into_iter()) {
            let most = most.entry(role).or_default();
            *most = asked.max(*most);
        }
    }
    most
}

/// Who signs each exception besides whoever acted in its step: everybody who leads and who watches.
fn of_exceptions(script: &Table, given: &Given) -> Vec<String> {
    let mut asked = by_role(script, places(script));
    asked.remove(CUSTODIAN);
    if given.exceptions.is_empty() {
        return vec!["everybody under its exception".to_owned()];
    }
    let each = given.exceptions.iter();
    each.flat_map(|(step, by)| short(&asked, by, &format!(" under the exception in {step}")))
        .collect()
}

/// Who signs a stop: everybody where the script says so, else whoever would have signed the record, else two and whoever
/// watches.
fn of_stop(script: &Table, given: &ByRole) -> Vec<String> {
    const UNDER: &str = " under the record of the stop";
    let acts = script.get("on_abort").and_then(|table| table.get("do"));
    let acts = acts.and_then(Value::as_array).into_iter().flatten();
    let everybody = acts.filter_map(Value::as_str).any(|act| act == "sign-off");
    let here: BTreeSet<&str> = places(script).collect();
    let of_record = sign_offs(script).flat_map(names);
    let of_record: BTreeSet<&str> = of_record.filter(|place| here.contains(place)).collect();
    if everybody {
        return short(&by_role(script, here.into_iter()), given, UNDER);
    }
    if !of_record.is_empty() {
        return short(&by_role(script, of_record.into_iter()), given, UNDER);
    }
    let mut watch = by_role(script, here.into_iter());
    watch.retain(|role, _| *role == WITNESS);
    let mut missing = short(&watch, given, UNDER);
    let others = given.iter().filter(|(role, _)| *role != WITNESS);
    let others: usize = others.map(|(_, names)| names.len()).sum();
    if others < AT_LEAST {
        missing.push(format!(
            "{} who do not watch{UNDER}",
            AT_LEAST.saturating_sub(others)
        ));
    }
    missing
}

/// Places of those who are in the room from the beginning to the end: not of whoever stands by or is still to come, and
/// of nobody who gives the place up.
fn places(script: &Table) -> impl Iterator<Item = &str> {
    let leaves: BTreeSet<&str> = tables(script, "step")
        .filter_map(|step| text(step, "leaves"))
        .collect();
    tables(script, "person").filter_map(move |person| {
        let away = person.get("present").and_then(Value::as_bool) == Some(false);
        let comes = person.contains_key("joins");
        text(person, "id").filter(|id| !away && !comes && !leaves.contains(id))
    })
}

/// How many places of each role there are in a list of places.
fn by_role<'s>(script: &'s Table, list: impl Iterator<Item = &'s str>) -> Asked<'s> {
    let people: BTreeMap<&str, &str> = tables(script, "person")
        .filter_map(|person| Some((text(person, "id")?, text(person, "role")?)))
        .collect();
    let mut asked = Asked::new();
    for place in list.collect::<BTreeSet<_>>() {
        if let Some(role) = people.get(place) {
            *asked.entry(*role).or_default() += 1;
        }
    }
    asked
}

fn sign_offs(script: &Table) -> impl Iterator<Item = &Table> {
    tables(script, "step").filter(|step| text(step, "op") == Some("sign-off"))
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
