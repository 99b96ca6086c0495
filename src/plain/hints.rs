//! What is told about a field before it is asked for.

use crate::ceremony::AskField;
use crate::session::field::Kind;
use crate::session::pasted::taken_by;
use crate::text::{say, tr};

/// Hint and practice answer of a field.
pub(super) fn hints(asked: &AskField) -> Vec<String> {
    let mut lines = Vec::new();
    if !asked.field.hint.is_empty() {
        lines.push(tr(asked.field.hint).to_owned());
    }
    if taken_by(&asked.field) {
        lines.push(
            tr("The file itself may be pasted in its place: JSON, PEM, hex, base64 or a key block.")
                .to_owned(),
        );
    }
    if asked.field.optional && !matches!(asked.field.kind, Kind::Choice(_)) {
        lines.push(tr("This may be left empty.").to_owned());
    }
    if let Some(practice) = &asked.practice {
        lines.push(say!("Practice answer (type f5): {practice}", practice));
    }
    lines
}
