//! What people answered, as members of a step.

use std::fmt::Write as _;

use super::super::changing::proves;
use super::super::{ops, parse, quoted};
use crate::session::deeds::Deed;
use crate::session::field::{Field, Kind};
use crate::session::op::{self, Op};
use crate::session::op_custody;

/// A text of then: written as it was, or asked for again, with what a rehearsal answers.
pub(super) fn say(
    text: &mut String,
    answers: &mut String,
    field: &Field,
    said: &str,
    second: &str,
) {
    let id = field.id;
    match spoken(field) {
        // What one vault drew is not another's: the newest there is meant.
        Spoken::Elsewhere => {}
        Spoken::Typed(answer) => typed(text, answers, (id, second), answer),
        Spoken::Written if matches!(field.kind, Kind::Number { .. }) => written(text, id, said),
        Spoken::Written => written(text, id, &quoted(said)),
    }
}

/// A field that somebody is asked for again, with what a rehearsal answers.
pub(super) fn typed(
    text: &mut String,
    answers: &mut String,
    (id, who): (&str, &str),
    answer: Option<&str>,
) {
    let _ = writeln!(
        text,
        "input.{id} = {{ source = \"typed\", who = \"{who}\" }}"
    );
    if let Some(answer) = answer {
        let _ = writeln!(answers, "{id} = {}", quoted(answer));
    }
}

/// A member of a step, its value in the column of the others.
pub(super) fn written(text: &mut String, member: &str, value: &str) {
    let _ = writeln!(text, "{member:8} = {value}");
}

/// How a field's text comes into a script.
enum Spoken {
    /// As it was.
    Written,
    /// A person types it again, with what a rehearsal answers.
    Typed(Option<&'static str>),
    /// It belongs to the vault of then.
    Elsewhere,
}

fn spoken(field: &Field) -> Spoken {
    match (field.kind, field.id) {
        (Kind::Fingerprint, _) => Spoken::Typed(Some("as-shown")),
        (_, "source") => Spoken::Typed(Some("Rehearsal: taken from the file itself.")),
        (_, "nonce") => Spoken::Typed(None),
        (_, "export-token") => Spoken::Elsewhere,
        _ => Spoken::Written,
    }
}

/// Acts that change nothing, whatever comes of them.
const DRILLS: [&str; 2] = [op_custody::DRILL.name, op_custody::RECOVERY_DRILL.name];

/// What must be true after an act; nothing where it names no key that could be looked at afterwards.
pub(super) fn expected(op: &Op, deed: &Deed) -> &'static str {
    let names_key = op.fields.iter().any(|field| field.id == "key");
    let disabled = deed.texts.get(op::ENABLED.id).is_some_and(|no| no == "no");
    match op.name {
        name if name == op::CREATE_KEY.name && disabled => {
            "expect   = { state = \"CREATE_COMPLETE\", attributes = \"declared\", enabled = false }\n"
        }
        name if ops::makes_key(op) && name == op::CREATE_KEY.name => {
            "expect   = { state = \"CREATE_COMPLETE\", attributes = \"declared\", enabled = true }\n"
        }
        _ if ops::makes_key(op) => {
            "expect   = { state = \"CREATE_COMPLETE\", attributes = \"declared\" }\n"
        }
        // Nobody says of a drill that all proved what they hold: whose did not is what it is held for.
        name if DRILLS.contains(&name) => {
            "expect   = { proven = \"all\" }\non_fail  = \"exception\"\n"
        }
        _ if proves(op) => "expect   = { proven = \"all\" }\n",
        "delete-key" => "expect   = { state = \"DELETE_PENDING\" }\n",
        "restore-key" | "stop-key-usage" => {
            "expect   = { state = \"CREATE_COMPLETE\", enabled = false }\n"
        }
        "start-key-usage" => "expect   = { state = \"CREATE_COMPLETE\", enabled = true }\n",
        name if name.starts_with("get-parameters-for-") => "expect   = { lasts = \"6d\" }\n",
        name if name.starts_with("export-key.") && name != "export-key.tr31" => {
            "expect   = { kcv = \"key\" }\n"
        }
        _ if names_key => "expect   = { state = \"CREATE_COMPLETE\" }\n",
        _ => "",
    }
}

/// An id made of a name, that nobody has yet.
pub(super) fn unused(name: &str, otherwise: &str, taken: impl Fn(&str) -> bool) -> String {
    let small = name.to_lowercase();
    let mut id: String = small
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(34)
        .collect();
    if !parse::is_id(&id) {
        otherwise.clone_into(&mut id);
    }
    let numbered = (2_usize..).map(|n| format!("{id}-{n}"));
    std::iter::once(id.clone())
        .chain(numbered)
        .find(|id| !taken(id))
        .unwrap_or(id)
}
