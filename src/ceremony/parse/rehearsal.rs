//! `[rehearsal]`: what only rehearsals read, and test vaults but for clock and seed. Production never does.

use std::collections::BTreeMap;

use crate::api::Timestamp;
use crate::session::span;

use super::super::model::{Rehearsal, Step};
use super::reader::{Reading, Table};
use super::values;

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
    let stamp = Timestamp::parse_rfc3339(&text).ok();
    if stamp.is_none() {
        on.wrong(
            &place,
            format!("`{text}` is no point in time: write it like 2026-11-24T09:00:00Z."),
        );
    }
    stamp
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
    let mut texts = BTreeMap::new();
    for field in step.op.fields {
        if let Some(text) = answer.take(field.id).and_then(|value| value.typed(on)) {
            texts.insert(field.id, text);
        }
    }
    answer.finish(on);
    rehearsal.answers.entry(id).or_default().extend(texts);
}
