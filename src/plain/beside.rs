//! Fields that are asked beside the form of an act: a plain one, and an envelope on its owner's medium.

use std::path::Path;

use crate::ceremony::{AskField, read_envelope};
use crate::session::field::Field;

use super::dialogue::{Dialogue, Heard, Question};
use super::line::Gone;

/// A plain field without a practice answer; `None` if a word was said.
pub(crate) fn plain(
    talk: &mut Dialogue<'_>,
    question: &Question,
    field: Field,
) -> Result<Option<String>, Gone> {
    let asked = AskField::of(field);
    Ok(match talk.text(question, &asked)? {
        Heard::Given(text) => Some(text),
        Heard::Said(_) => None,
    })
}

/// An envelope on its owner's medium; `None` if a word was said.
pub(crate) fn medium(
    talk: &mut Dialogue<'_>,
    question: &Question,
    field: Field,
    whose: (&str, &str),
    sets: &[String],
) -> Result<Option<String>, Gone> {
    loop {
        let Some(path) = plain(talk, question, field)? else {
            return Ok(None);
        };
        match read_envelope(Path::new(&path), whose, sets) {
            Ok(text) => return Ok(Some(text)),
            Err(refusal) => talk.stop(&refusal.to_string()),
        }
    }
}
