//! Steps: the members that every step may have, and the fields that its op declares.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::Timestamp;
use crate::session::op::{self, Op};

use super::super::finding::Place;
use super::super::model::{Act, Approve, OnFail, Step};
use super::super::near::meant;
use super::super::ops;
use super::super::ops_components;
use super::super::others::Others;
use super::acts::{self, is_declared};
use super::reader::{Reading, Table};
use super::{expect, repeat, values};

/// `[[step]]`, in order.
pub(super) fn all(
    table: &mut Table<'_>,
    by_default: Option<&Approve>,
    on: &mut Reading<'_>,
) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut ids: BTreeSet<String> = BTreeSet::new();
    let tables = table.tables("step", on);
    if tables.is_empty() {
        on.wrong(
            &table.place.member("step"),
            "This script has no step: write at least one [[step]].",
        );
    }
    for step in repeat::written_out(tables, on) {
        let place = step.place.clone();
        let Some(mut step) = one(step, on) else {
            continue;
        };
        if step.approve.is_none() && ops::is_act(step.op) {
            step.approve = by_default.cloned();
        }
        if !ids.insert(step.id.clone()) {
            on.wrong(
                &place.member("id"),
                format!(
                    "`{}` is declared twice: give one of the steps another id.",
                    step.id
                ),
            );
        }
        steps.push(step);
    }
    steps
}

fn one(mut table: Table<'_>, on: &mut Reading<'_>) -> Option<Step> {
    let place = table.place.clone();
    let id = values::need_id(&mut table, "id", on);
    let op = named_op(&mut table, on).or_else(|| of_no_step(&table, on))?;
    let title = table.text("title", on);
    let who = values::ids(&mut table, "who", on);
    let observe = values::ids(&mut table, "observe", on);
    let initiate = values::id(&mut table, "initiate", on);
    let approve = approve(&mut table, on);
    let makes = if ops::makes_key(op) {
        Some(values::need_id(&mut table, "key", on))
    } else {
        None
    };
    let fields = acts::fields(&mut table, op, makes.as_deref(), on);
    let asked = asked(&mut table, op, &fields, on);
    let acts = if op.name == op::ACT_LIST.name {
        acts::list(&mut table, on)
    } else {
        Vec::new()
    };
    let expect = expect::expect(&mut table, on);
    let on_fail = on_fail(&mut table, on);
    let clause = table.texts("clause", on);
    let why = table.text("why", on);
    let estimate = values::span(&mut table, "estimate", on);
    let medium = medium(&mut table, op, &fields, on);
    let item = values::id(&mut table, "item", on);
    let safe = safe(&mut table, op, on);
    let allow_dissent = allow_dissent(&mut table, op, on);
    let others = others(&mut table, &fields, &acts, on);
    table.finish(on);
    if op.name == ops::WAIT.name {
        one_wait(&fields, &place, on);
    }
    Some(Step {
        place,
        id,
        op,
        title: title.unwrap_or_else(|| op.title.to_owned()),
        who,
        observe,
        initiate,
        approve,
        makes,
        fields,
        asked,
        acts,
        expect,
        on_fail,
        clause,
        why,
        estimate,
        medium,
        item,
        safe,
        allow_dissent,
        others,
    })
}

/// Members that every step may have, whatever its op.
const OF_ALL: &[&str] = &[
    "id",
    "op",
    "title",
    "who",
    "observe",
    "initiate",
    "approve",
    "key",
    "input",
    "act",
    "expect",
    "on_fail",
    "clause",
    "why",
    "estimate",
    "medium",
    "item",
    "safe",
    "allow_dissent",
    "does",
    "back",
    "repeat_for",
];

/// Where the op is not known its fields are not either: told is what no step has, so that a slip does not wait for the next
/// reading. There is no op for all that.
fn of_no_step(table: &Table<'_>, on: &mut Reading<'_>) -> Option<&'static Op> {
    if on.is_full() {
        return None;
    }
    let fields = ops::names().into_iter().filter_map(ops::named);
    let fields = fields.flat_map(|op| op.fields).map(|field| field.id);
    let known: BTreeSet<&str> = OF_ALL.iter().copied().chain(fields).collect();
    let names: Vec<&str> = known.iter().copied().collect();
    for (name, place) in table.names() {
        if !known.contains(name) {
            let near = meant(name, &names);
            on.wrong(
                place,
                format!("`{name}` is a member of no step{near}. Remove it or correct its name."),
            );
        }
    }
    None
}

/// A waiting step says how long, or until when: one of the two.
fn one_wait(fields: &BTreeMap<&'static str, String>, place: &Place, on: &mut Reading<'_>) {
    match (fields.contains_key("span"), fields.get("until")) {
        (true, None) => {}
        (false, Some(until)) if Timestamp::parse_rfc3339(until).is_ok() => {}
        (false, Some(_)) => on.wrong(
            &place.member("until"),
            "wants a date and time in UTC, for example 2026-12-01T09:00:00Z.",
        ),
        _ => on.wrong(
            place,
            "waits for a span or until a moment: write one of `span` and `until`.",
        ),
    }
}

/// `medium`: where a copy of the vault is made, the one that takes it is a field of the act.
fn medium(
    table: &mut Table<'_>,
    op: &Op,
    fields: &BTreeMap<&'static str, String>,
    on: &mut Reading<'_>,
) -> Option<String> {
    if ops::copies(op.name) {
        fields.get("medium").cloned()
    } else {
        values::label(table, "medium", on)
    }
}

/// `safe = "safe-1"` of a component that is sealed: where its package is locked in.
fn safe(table: &mut Table<'_>, op: &Op, on: &mut Reading<'_>) -> Option<String> {
    let place = table.place_of("safe");
    let safe = values::id(table, "safe", on)?;
    if op.name == ops_components::SEAL.name {
        return Some(safe);
    }
    on.wrong(
        &place,
        format!("is of {} alone.", ops_components::SEAL.name),
    );
    None
}

/// `allow_dissent = true` of a sign-off: "I do not agree", with a reason, is an answer.
fn allow_dissent(table: &mut Table<'_>, op: &Op, on: &mut Reading<'_>) -> bool {
    let Some(value) = table.take("allow_dissent") else {
        return false;
    };
    if op.name != ops::SIGN_OFF.name {
        on.wrong(
            &value.place,
            "belongs to the op sign-off alone: remove it here.",
        );
        return false;
    }
    value.boolean(on).unwrap_or_default()
}

/// `does` and `back`: what whoever gets the step's output does with it, and what comes back.
fn others(
    table: &mut Table<'_>,
    fields: &BTreeMap<&'static str, String>,
    acts: &[Act],
    on: &mut Reading<'_>,
) -> Others {
    let writes = |fields: &BTreeMap<&'static str, String>| fields.contains_key("output");
    let file = writes(fields) || acts.iter().any(|act| writes(&act.fields));
    let mut said = |member: &'static str| {
        let place = table.place_of(member);
        let text = table.text(member, on)?;
        if !file {
            on.wrong(
                &place,
                "is about a file that goes out, and this step writes none: remove it, or write `output`.",
            );
        }
        Some(text)
    };
    Others {
        gets: None,
        does: said("does"),
        back: said("back"),
    }
}

pub(super) fn named_op(table: &mut Table<'_>, on: &mut Reading<'_>) -> Option<&'static Op> {
    let value = table.need("op", on)?;
    let place = value.place.clone();
    let name = value.text(on)?;
    let op = ops::named(&name);
    if op::named(&name).is_some_and(ops::is_done_outside) {
        on.wrong(
            &place,
            format!(
                "`{name}` is no step of a ceremony: the vault that comes back is in another state than the one whose run \
                 it would be. It is done before or after one, with its own command or on the page Custodians. Name it in \
                 a `note`, so that nobody forgets it."
            ),
        );
        return None;
    }
    if op.is_none() {
        let near = meant(&name, &ops::names());
        on.wrong(
            &place,
            format!("`{name}` is no op{near}. docs/steps.md has them all."),
        );
    }
    op
}

/// `approve = { count = 2, from = [...] }`.
fn approve(table: &mut Table<'_>, on: &mut Reading<'_>) -> Option<Approve> {
    let inner = table.take("approve").and_then(|value| value.table(on))?;
    approval(inner, on)
}

/// How many approve, and who may.
pub(super) fn approval(mut inner: Table<'_>, on: &mut Reading<'_>) -> Option<Approve> {
    let place = inner.place.clone();
    let count = inner.need("count", on).and_then(|value| {
        let count = value.integer(on)?;
        let fits = usize::try_from(count).ok().filter(|n| *n <= 16);
        if fits.is_none() {
            on.wrong(&value.place, "wants a number from 0 to 16.");
        }
        fits
    });
    let from = values::ids(&mut inner, "from", on);
    inner.finish(on);
    Some(Approve {
        place,
        count: count?,
        from,
    })
}

/// `input.fingerprint = { source = "typed", who = "second" }`: who is asked for a field that the step leaves open.
fn asked(
    table: &mut Table<'_>,
    op: &'static Op,
    fields: &BTreeMap<&'static str, String>,
    on: &mut Reading<'_>,
) -> BTreeMap<&'static str, String> {
    let mut asked = BTreeMap::new();
    let Some(mut inputs) = table.take("input").and_then(|value| value.table(on)) else {
        return asked;
    };
    for field in op.fields.iter().filter(|f| !is_declared(op, f)) {
        let Some(mut input) = inputs.take(field.id).and_then(|value| value.table(on)) else {
            continue;
        };
        let place = input.place.clone();
        let source = input.need_text("source", on);
        if source != "typed" && !source.is_empty() {
            on.wrong(
                &place.member("source"),
                format!("`{source}` is no source: version 1 of the format knows `typed`."),
            );
        }
        let who = values::need_id(&mut input, "who", on);
        input.finish(on);
        if fields.contains_key(field.id) {
            on.wrong(
                &place,
                format!(
                    "`{}` is both written in the step and asked for: remove one.",
                    field.id
                ),
            );
        }
        asked.insert(field.id, who);
    }
    inputs.finish(on);
    asked
}

fn on_fail(table: &mut Table<'_>, on: &mut Reading<'_>) -> OnFail {
    let Some(value) = table.take("on_fail") else {
        return OnFail::Stop;
    };
    let place = value.place.clone();
    match value.text(on).as_deref() {
        Some("exception") => OnFail::Exception,
        Some("stop") | None => OnFail::Stop,
        Some("retry:1") => OnFail::Retry(1),
        Some("retry:2") => OnFail::Retry(2),
        Some("retry:3") => OnFail::Retry(3),
        Some(other) => {
            on.wrong(
                &place,
                format!("`{other}` is not known: write stop, exception, or retry:1 to retry:3."),
            );
            OnFail::Stop
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a step with a member that no step has is told to be known there.
    fn known_to(op: &str) -> Vec<String> {
        let text = format!("[[step]]\nid = \"a\"\nop = \"{op}\"\nzzzzz = 1\n");
        let findings = crate::ceremony::Script::parse(text.as_bytes())
            .err()
            .unwrap();
        let mut told = findings.iter().map(|finding| finding.message.as_str());
        let told = told
            .find_map(|told| told.split_once("Known here: "))
            .unwrap()
            .1;
        let (names, _) = told.split_once(". Remove").unwrap();
        names.split(", ").map(str::to_owned).collect()
    }

    /// The list stands beside what each op takes off its step: neither goes on without the other.
    #[test]
    fn what_is_known_of_every_step_is_known_of_some_and_nothing_else_is() {
        let ops = ops::names();
        let taken: BTreeSet<String> = ops.iter().flat_map(|op| known_to(op)).collect();
        let fields = ops.iter().filter_map(|op| ops::named(op));
        let fields: BTreeSet<&str> = fields
            .flat_map(|op| op.fields)
            .map(|field| field.id)
            .collect();
        for name in OF_ALL {
            assert!(taken.contains(*name), "no step takes {name}");
        }
        for name in &taken {
            let known = OF_ALL.contains(&name.as_str()) || fields.contains(name.as_str());
            assert!(known, "{name} is taken, and told to be of no step");
        }
    }
}
