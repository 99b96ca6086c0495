//! Files of a run: whether one follows from what an act answered.
#![deny(clippy::indexing_slicing)]

use serde_json::Value;

/// The shortest text by which a file is known: no check value, ARN or name is that long and in hexadecimal.
const LEAST: usize = 64;

/// Whether a file holds key material or another long value, in hexadecimal or base64, that an act of the run answered.
pub(super) fn follows(file: &[u8], acts: &Value) -> bool {
    let Ok(text) = std::str::from_utf8(file) else {
        return false;
    };
    let transitions = acts.as_array().into_iter().flatten();
    let transitions = transitions.filter_map(|act| act.get("transitions")?.as_array());
    let mut responses = transitions.flatten().filter_map(|t| t.get("response"));
    responses.any(|response| holds(text, response))
}

fn holds(text: &str, value: &Value) -> bool {
    match value {
        Value::String(value) => is_material(value) && text.contains(value.as_str()),
        Value::Array(values) => values.iter().any(|value| holds(text, value)),
        Value::Object(members) => members.values().any(|value| holds(text, value)),
        _ => false,
    }
}

fn is_material(value: &str) -> bool {
    let letter = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/' | b'=');
    value.len() >= LEAST && value.bytes().all(letter)
}
