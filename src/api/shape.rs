//! Violations of shape, gathered and worded as the service words them.

use super::ApiError;

/// Constraint violations of one request, in the order they were met.
#[derive(Debug, Default)]
pub struct Violations(Vec<String>);

impl Violations {
    /// Notes that `value` at `path` (the service's camelCase, `deleteKeyInDays`) breaks `constraint`.
    pub fn note(&mut self, value: &str, path: &str, constraint: &str) {
        let value = shown(value);
        self.0.push(format!(
            "Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"
        ));
    }

    /// Notes that a required member is missing.
    pub fn note_null(&mut self, path: &str) {
        self.0.push(format!(
            "Value null at '{path}' failed to satisfy constraint: Member must not be null"
        ));
    }

    /// Notes a violation of a member whose value is not repeated (blocks, cryptograms).
    pub fn note_sensitive(&mut self, path: &str, constraint: &str) {
        self.0.push(format!(
            "Value at '{path}' failed to satisfy constraint: {constraint}"
        ));
    }

    /// Nothing noted: `Ok`; else one ValidationException that counts and joins them.
    ///
    /// # Errors
    /// A ValidationException.
    pub fn finish(self) -> Result<(), ApiError> {
        match self.0.len() {
            0 => Ok(()),
            1 => Err(ApiError::validation(format!(
                "1 validation error detected: {}",
                self.0.join("; ")
            ))),
            n => Err(ApiError::validation(format!(
                "{n} validation errors detected: {}",
                self.0.join("; ")
            ))),
        }
    }
}

/// A value fit to be repeated: no control characters, which a terminal would obey, and not without end.
fn shown(value: &str) -> String {
    const LONGEST: usize = 400;
    let mut shown = String::new();
    for letter in value.chars() {
        if shown.len() >= LONGEST {
            shown.push('…');
            break;
        }
        if letter.is_control() {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
    }
    shown
}
