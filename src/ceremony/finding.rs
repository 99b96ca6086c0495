//! Findings: what is wrong with a script, where, and what to change.

use serde::Serialize;

/// A finding: a parse error or a linter's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `L04`, or `parse`.
    pub rule: String,
    /// `error` or `warning`.
    pub severity: String,
    /// The step's id, where it is about one.
    pub step: Option<String>,
    /// Path inside the file, `step[3].approve.count` (list positions from 0).
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and what to change.
    pub message: String,
}

impl Finding {
    /// Whether a script with it may not be run.
    pub fn is_error(&self) -> bool {
        self.severity == "error"
    }

    /// A parse error.
    pub(super) fn parse(place: &Place, message: impl Into<String>) -> Self {
        Self {
            rule: "parse".into(),
            severity: "error".into(),
            step: None,
            path: place.path.clone(),
            line: place.line,
            message: message.into(),
        }
    }
}

/// Where something stands in a script.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Place {
    /// Path inside the file.
    pub(super) path: String,
    /// Line, from 1.
    pub(super) line: usize,
}

impl Place {
    /// The place of a member of this place.
    pub(super) fn member(&self, name: &str) -> Self {
        let path = if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        };
        Self {
            path,
            line: self.line,
        }
    }
}
