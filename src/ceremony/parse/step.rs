//! Steps: the members that every step may have, and the fields that its op declares.

use std::collections::BTreeMap;

use crate::api::{ErrorKind, KeyState};
use crate::session::field::{Field, Kind};
use crate::session::op::Op;

use super::super::finding::Place;
use super::super::model::{Approve, Expect, OnFail, Step};
use super::super::ops;
use super::reader::{Reading, Table, Value};
use super::values;

/// `[[step]]`, in order.
pub(super) fn all(table: &mut Table<'_>, on: &mut Reading<'_>) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let tables = table.tables("step", on);
    if tables.is_empty() {
        on.wrong(
            &table.place.member("step"),
            "This script has no step: write at least one [[step]].",
        );
    }
    for step in tables {
        let place = step.place.clone();
        let Some(step) = one(step, on) else { continue };
        if steps.iter().any(|s| s.id == step.id) {
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
    let op = op(&mut table, on)?;
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
    let fields = fields(&mut table, op, on);
    let asked = asked(&mut table, op, &fields, on);
    let expect = expect(&mut table, on);
    let on_fail = on_fail(&mut table, on);
    let clause = table.texts("clause", on);
    let why = table.text("why", on);
    table.finish(on);
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
        expect,
        on_fail,
        clause,
        why,
    })
}

fn op(table: &mut Table<'_>, on: &mut Reading<'_>) -> Option<&'static Op> {
    let value = table.need("op", on)?;
    let place = value.place.clone();
    let name = value.text(on)?;
    let op = ops::named(&name);
    if op.is_none() {
        on.wrong(
            &place,
            format!(
                "`{name}` is no op: write one of {}.",
                ops::names().join(", ")
            ),
        );
    }
    op
}

/// `approve = { count = 2, from = [...] }`.
fn approve(table: &mut Table<'_>, on: &mut Reading<'_>) -> Option<Approve> {
    let mut inner = table.take("approve").and_then(|value| value.table(on))?;
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

/// The fields of the op, checked by their own declaration.
fn fields(
    table: &mut Table<'_>,
    op: &'static Op,
    on: &mut Reading<'_>,
) -> BTreeMap<&'static str, String> {
    let mut fields = BTreeMap::new();
    for field in op.fields {
        // What the declared key says is not written again in the step that makes it.
        if is_declared(op, field) {
            continue;
        }
        let Some(value) = table.take(field.id) else {
            continue;
        };
        if let Some(text) = written(field, value, on) {
            fields.insert(field.id, text);
        }
    }
    fields
}

/// Whether a field of an op that makes a key comes from the key's declaration.
pub(super) fn is_declared(op: &Op, field: &Field) -> bool {
    op.name == crate::session::op::CREATE_KEY.name
        && matches!(
            field.id,
            "usage" | "algorithm" | "modes" | "exportable" | "label"
        )
}

fn written(field: &'static Field, value: Value<'_>, on: &mut Reading<'_>) -> Option<String> {
    let place = value.place.clone();
    let text = value.typed(on)?;
    if field.secret() {
        on.wrong(
            &place,
            "A script never holds a secret: remove it. The person is asked for it.",
        );
        return None;
    }
    match field.kind {
        // Inputs and keys are named by id; the linter looks whether they exist.
        Kind::File | Kind::Key => {
            if !values::is_id(&text) {
                on.wrong(
                    &place,
                    format!("`{text}` is no id of a declared {}.", field.id),
                );
            }
            Some(text)
        }
        Kind::Fingerprint if text == "as-shown" => {
            on.wrong(
                &place,
                "`as-shown` may stand in [[rehearsal.answer]] alone: a real fingerprint is typed by a person.",
            );
            None
        }
        _ => match field.check(&text) {
            Ok(text) => Some(text),
            Err(error) => {
                on.wrong(&place, format!("{} {}.", error.label, error.rule));
                None
            }
        },
    }
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

/// `expect = { state = "CREATE_COMPLETE", ... }`.
fn expect(table: &mut Table<'_>, on: &mut Reading<'_>) -> Option<Expect> {
    let mut inner = table.take("expect").and_then(|value| value.table(on))?;
    let place = inner.place.clone();
    let expect = Expect {
        state: state(&mut inner, on),
        kcv: kcv(&mut inner, on),
        error: error(&mut inner, on),
        declared: word(&mut inner, "attributes", "declared", on),
        enabled: inner.take("enabled").and_then(|value| value.boolean(on)),
        material_gone: word(&mut inner, "material", "gone", on),
        place: place.clone(),
    };
    inner.finish(on);
    let nothing = Expect {
        place: place.clone(),
        ..Expect::default()
    };
    if same(&expect, &nothing) {
        on.wrong(
            &place,
            "expects nothing: write what must be true after the step.",
        );
    }
    Some(expect)
}

fn same(a: &Expect, b: &Expect) -> bool {
    (
        a.state,
        &a.kcv,
        &a.error,
        a.declared,
        a.enabled,
        a.material_gone,
    ) == (
        b.state,
        &b.kcv,
        &b.error,
        b.declared,
        b.enabled,
        b.material_gone,
    )
}

fn state(inner: &mut Table<'_>, on: &mut Reading<'_>) -> Option<KeyState> {
    let value = inner.take("state")?;
    let place = value.place.clone();
    let text = value.text(on)?;
    let found = KeyState::ALL.iter().copied().find(|s| s.name() == text);
    if found.is_none() {
        on.wrong(
            &place,
            format!(
                "`{text}` is no key state: CREATE_COMPLETE, DELETE_PENDING or DELETE_COMPLETE."
            ),
        );
    }
    found
}

fn kcv(inner: &mut Table<'_>, on: &mut Reading<'_>) -> Option<String> {
    let value = inner.take("kcv")?;
    let place = value.place.clone();
    let text = value.text(on)?;
    let hex = matches!(text.len(), 6 | 8) && text.bytes().all(|b| b.is_ascii_hexdigit());
    if text != "key" && !hex {
        on.wrong(
            &place,
            "wants six hex digits (eight for RSA), or \"key\" for the check value on record.",
        );
    }
    Some(if hex { text.to_ascii_uppercase() } else { text })
}

fn error(inner: &mut Table<'_>, on: &mut Reading<'_>) -> Option<String> {
    const KINDS: [ErrorKind; 5] = [
        ErrorKind::Validation,
        ErrorKind::ResourceNotFound,
        ErrorKind::Conflict,
        ErrorKind::AccessDenied,
        ErrorKind::ServiceQuotaExceeded,
    ];
    let value = inner.take("error")?;
    let place = value.place.clone();
    let text = value.text(on)?;
    if !KINDS.iter().any(|kind| kind.name() == text) {
        let names: Vec<_> = KINDS.iter().map(|kind| kind.name()).collect();
        on.wrong(
            &place,
            format!("`{text}` is no error of the service: {}.", names.join(", ")),
        );
    }
    Some(text)
}

/// A member whose only value is one word.
fn word(inner: &mut Table<'_>, name: &'static str, only: &str, on: &mut Reading<'_>) -> bool {
    let Some(value) = inner.take(name) else {
        return false;
    };
    let place: Place = value.place.clone();
    let text = value.text(on);
    if text.as_deref().is_some_and(|text| text != only) {
        on.wrong(&place, format!("can only be \"{only}\"."));
    }
    true
}

fn on_fail(table: &mut Table<'_>, on: &mut Reading<'_>) -> OnFail {
    let Some(value) = table.take("on_fail") else {
        return OnFail::Stop;
    };
    let place = value.place.clone();
    match value.text(on).as_deref() {
        Some("exception") => OnFail::Exception,
        Some("stop") | None => OnFail::Stop,
        Some(other) => {
            on.wrong(
                &place,
                format!("`{other}` is not known: write stop or exception."),
            );
            OnFail::Stop
        }
    }
}
