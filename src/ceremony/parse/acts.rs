//! The fields of an op, checked by their own declaration, and the acts of a list.

use std::collections::BTreeMap;

use crate::session::field::{Field, Kind};
use crate::session::op::Op;
use crate::session::op_components;

use super::super::model::Act;
use super::super::ops;
use super::reader::{Reading, Table, Value};
use super::{step, values};

/// The fields of the op, checked by their own declaration; `makes` is the key that it makes.
pub(super) fn fields(
    table: &mut Table<'_>,
    op: &'static Op,
    makes: Option<&str>,
    on: &mut Reading<'_>,
) -> BTreeMap<&'static str, String> {
    let mut fields = BTreeMap::new();
    for field in op.fields {
        // What the declared key says is not written again in the step that makes it.
        if is_declared(op, field) {
            if let Some(place) = table.misplaced(field.id) {
                let key = makes.map_or_else(String::new, |id| format!(" `{id}`"));
                on.wrong(
                    &place,
                    format!(
                        "`{}` stands in [[key]]{key}: write it there and remove it here.",
                        field.id
                    ),
                );
            }
            continue;
        }
        let Some(value) = table.take(field.id) else {
            continue;
        };
        if ops::is_told_in_the_room(op, field) {
            on.wrong(
                &value.place,
                "A script names no folder of a machine: remove it. Whoever asks for the copy names it in the room; \
                 `input.to` says who does if it is somebody else.",
            );
            continue;
        }
        if let Some(text) = written(field, value, on) {
            fields.insert(field.id, text);
        }
    }
    fields
}

/// Whether a field of an op that makes a key comes from the key's declaration.
pub(in crate::ceremony) fn is_declared(op: &Op, field: &Field) -> bool {
    let makes = [
        crate::session::op::CREATE_KEY.name,
        op_components::IMPORT_COMPONENTS.name,
    ];
    let divides = op.name == op_components::EXPORT_COMPONENTS.name;
    if field.id == op_components::COMPONENTS.id {
        return divides || makes.contains(&op.name);
    }
    // What a key that comes in is called stands in its declaration.
    if field.id == "label" && op.name.starts_with("import-key.") {
        return true;
    }
    makes.contains(&op.name)
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
        Kind::File | Kind::Key | Kind::Person => {
            if !values::is_id(&text) {
                on.wrong(
                    &place,
                    format!("`{text}` is no id of a declared {}.", field.id),
                );
            }
            Some(text)
        }
        // The end of a wait is judged together with its span.
        Kind::DateTime if field.id == "until" => Some(text),
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
                let asked = match field.kind {
                    Kind::Fingerprint => format!(
                        " It is 64 hex digits or 16 words; to have somebody type it in the room, write input.{} = \
                         {{ source = \"typed\", who = \"PLACE\" }} instead.",
                        field.id
                    ),
                    _ => String::new(),
                };
                on.wrong(&place, format!("{} {}.{asked}", error.label, error.rule));
                None
            }
        },
    }
}

/// `[[step.act]]`: the acts of a list, in order.
pub(super) fn list(table: &mut Table<'_>, on: &mut Reading<'_>) -> Vec<Act> {
    let place = table.place_of("act");
    let mut acts = Vec::new();
    for mut act in table.tables("act", on) {
        let place = act.place.clone();
        let Some(op) = step::named_op(&mut act, on) else {
            continue;
        };
        if !ops::may_be_listed(op) {
            on.wrong(
                &place.member("op"),
                format!(
                    "`{}` is never inside a list: make it a step of its own.",
                    op.name
                ),
            );
        }
        let makes = ops::makes_key(op).then(|| values::need_id(&mut act, "key", on));
        let fields = fields(&mut act, op, makes.as_deref(), on);
        act.finish(on);
        acts.push(Act {
            place,
            op,
            makes,
            fields,
        });
    }
    if acts.len() < 2 {
        on.wrong(
            &place,
            "A list has at least two acts: write them as [[step.act]], or make the one act a step.",
        );
    }
    acts
}
