//! `[rehearsal]`: what only rehearsals read, and test vaults but for clock and seed. Production never does.

use std::collections::BTreeMap;

use crate::api::Timestamp;
use crate::session::{StepState, span};

use super::super::model::{Fault, FaultOutcome, Mischief, OnFail, Rehearsal, Step};
use super::reader::{Reading, Table};
use super::{stand_ins, values};

/// Reads the section.
pub(super) fn section(table: &mut Table<'_>, steps: &[Step], on: &mut Reading<'_>) -> Rehearsal {
    let mut rehearsal = Rehearsal::default();
    let Some(mut section) = table.take("rehearsal").and_then(|value| value.table(on)) else {
        return rehearsal;
    };
    rehearsal.seed = seed(&mut section, on);
    rehearsal.clock = clock(&mut section, on);
    for answer in section.tables("answer", on) {
        one_answer(answer, steps, &mut rehearsal, on);
    }
    for mut time in section.tables("time", on) {
        let place = time.place.clone();
        let step = values::need_id(&mut time, "before", on);
        let advance = time.need_text("advance", on);
        time.finish(on);
        match span::parse(&advance) {
            Ok(millis) => {
                rehearsal.advances.insert(step.clone(), millis);
            }
            Err(rule) => on.wrong(&place.member("advance"), format!("{rule}.")),
        }
        rehearsal.mentions.push((place.member("before"), step));
    }
    stand_ins::all(&mut section, &mut rehearsal, on);
    for fault in section.tables("fault", on) {
        one_fault(fault, steps, &mut rehearsal, on);
    }
    section.finish(on);
    rehearsal
}

fn seed(section: &mut Table<'_>, on: &mut Reading<'_>) -> Option<String> {
    let value = section.take("seed")?;
    let place = value.place.clone();
    let seed = value.text(on)?;
    if !(1..=64).contains(&seed.chars().count()) {
        on.wrong(&place, "wants 1 to 64 characters.");
    }
    Some(seed)
}

fn clock(section: &mut Table<'_>, on: &mut Reading<'_>) -> Option<Timestamp> {
    let value = section.take("clock")?;
    let place = value.place.clone();
    let text = value.date_time(on)?;
    let Ok(stamp) = Timestamp::parse_rfc3339(&text) else {
        on.wrong(
            &place,
            format!("`{text}` is no point in time: write it like 2026-11-24T09:00:00Z."),
        );
        return None;
    };
    if let Err(rule) = stamp.for_a_clock() {
        on.wrong(&place, format!("`{text}` {rule}."));
        return None;
    }
    Some(stamp)
}

/// `[[rehearsal.answer]] step = "trust-root" fingerprint = "as-shown"`.
fn one_answer(
    mut answer: Table<'_>,
    steps: &[Step],
    rehearsal: &mut Rehearsal,
    on: &mut Reading<'_>,
) {
    let place = answer.place.clone();
    let id = values::need_id(&mut answer, "step", on);
    rehearsal.mentions.push((place.member("step"), id.clone()));
    let Some(step) = steps.iter().find(|step| step.id == id) else {
        // The linter names the dangling reference; without the op nothing else can be judged.
        return;
    };
    let texts = texts(&mut answer, step, on);
    answer.finish(on);
    let known = rehearsal.answers.get(&id);
    for field in texts
        .keys()
        .filter(|field| known.is_some_and(|k| k.contains_key(*field)))
    {
        on.wrong(
            &place.member(field),
            format!("`{field}` of step `{id}` is answered twice: keep one of the answers."),
        );
    }
    rehearsal.answers.entry(id).or_default().extend(texts);
}

/// Answers to fields of a step's op.
fn texts(
    table: &mut Table<'_>,
    step: &Step,
    on: &mut Reading<'_>,
) -> BTreeMap<&'static str, String> {
    let mut texts = BTreeMap::new();
    for field in step.op.fields {
        let Some(value) = table.take(field.id) else {
            continue;
        };
        if let Some(text) = value.typed(on) {
            texts.insert(field.id, text);
        }
    }
    texts
}

/// `[[rehearsal.fault]] step = "x" set = { fingerprint = "..." } expect = { outcome = "again" }`, or with
/// `kill_at = "executed"`.
fn one_fault(
    mut fault: Table<'_>,
    steps: &[Step],
    rehearsal: &mut Rehearsal,
    on: &mut Reading<'_>,
) {
    let place = fault.place.clone();
    let id = values::need_id(&mut fault, "step", on);
    rehearsal.mentions.push((place.member("step"), id.clone()));
    let kill = kill_at(&mut fault, on);
    let set = fault.take("set").and_then(|value| value.table(on));
    let expect = outcome(&mut fault, on);
    fault.finish(on);
    let Some(step) = steps.iter().find(|step| step.id == id) else {
        return;
    };
    let mischief = match (kill, set) {
        (Some(state), None) => Mischief::Kill(state),
        (None, Some(mut set)) => {
            let texts = texts(&mut set, step, on);
            set.finish(on);
            Mischief::Answers(texts)
        }
        _ => {
            on.wrong(
                &place,
                "A fault either sets answers or stops: write set or kill_at, and one of them.",
            );
            return;
        }
    };
    let Some(expect) = expect else { return };
    let fits = match mischief {
        Mischief::Kill(_) => expect == FaultOutcome::Resumed,
        Mischief::Answers(_) => expect != FaultOutcome::Resumed,
    };
    if !fits {
        on.wrong(
            &place.member("expect"),
            "A stop is resumed; wrong answers are asked again or recorded as an exception: correct the outcome.",
        );
    }
    let branches = step.on_fail == OnFail::Exception || step.allow_dissent;
    if expect == FaultOutcome::Exception && !branches {
        on.wrong(
            &place.member("expect"),
            format!(
                "Step `{id}` ends in no exception: write on_fail = \"exception\" there, or expect {{ outcome = \
                 \"again\" }} here."
            ),
        );
    }
    rehearsal.faults.push(Fault {
        step: id,
        mischief,
        expect,
    });
}

fn kill_at(fault: &mut Table<'_>, on: &mut Reading<'_>) -> Option<StepState> {
    const STATES: [StepState; 7] = [
        StepState::Armed,
        StepState::Issued,
        StepState::CoSigned,
        StepState::Executing,
        StepState::Executed,
        StepState::Verified,
        StepState::Closed,
    ];
    let value = fault.take("kill_at")?;
    let place = value.place.clone();
    let name = value.text(on)?;
    let found = STATES.into_iter().find(|state| state.name() == name);
    if found.is_none() {
        let names: Vec<_> = STATES.iter().map(|state| state.name()).collect();
        on.wrong(
            &place,
            format!(
                "`{name}` is no state to stop at: write one of {}.",
                names.join(", ")
            ),
        );
    }
    found
}

fn outcome(fault: &mut Table<'_>, on: &mut Reading<'_>) -> Option<FaultOutcome> {
    let mut inner = fault.need("expect", on).and_then(|value| value.table(on))?;
    let place = inner.place.member("outcome");
    let name = inner.need_text("outcome", on);
    inner.finish(on);
    let found = FaultOutcome::ALL.iter().find(|o| o.name() == name).copied();
    if found.is_none() && !name.is_empty() {
        on.wrong(
            &place,
            format!("`{name}` is no outcome: write again, exception or resumed."),
        );
    }
    found
}
