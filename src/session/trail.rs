//! The audit log as people read it: one line an event, and whether the chain holds from the first to the last.

use std::collections::BTreeMap;
use std::io::BufReader;

use serde_json::Value;

use crate::api::Timestamp;
use crate::evidence::audit::{AuditError, Head, read};
use crate::evidence::bundle::sha256;

use super::error::Refusal;
use super::{Session, book};

/// One event: a line of the log, or the two lines that say what was to be done and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailLine {
    /// The number of its line in the file.
    pub n: u64,
    /// The line that says what became of it, where that is another one.
    pub end: Option<TrailEnd>,
    /// Vault time; none of a line that is no event.
    pub time: Option<Timestamp>,
    /// Who acted.
    pub who: String,
    /// The operation and what it was about.
    pub what: String,
    /// What became of it.
    pub result: String,
    /// SHA-256 of its last line, lower-case hex: what the line behind names as the one before.
    pub hash: String,
    /// The line as it is written.
    pub written: String,
    /// Whether a check value in it is hidden until its key is compared, and stands in the file.
    pub hides: bool,
}

/// The line that ends an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailEnd {
    /// Its number in the file.
    pub n: u64,
    /// The line as it is written.
    pub written: String,
}

impl TrailLine {
    /// Whether a line of the file belongs to it.
    pub fn holds(&self, n: u64) -> bool {
        self.n == n || self.end.as_ref().is_some_and(|end| end.n == n)
    }

    /// The number of its last line.
    pub fn last(&self) -> u64 {
        self.end.as_ref().map_or(self.n, |end| end.n)
    }
}

/// The log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trail {
    /// The events, in the order of their first lines.
    pub lines: Vec<TrailLine>,
    /// Lines of the file.
    pub count: u64,
    /// Where it does not hold, and in a sentence why; lines before it stand.
    pub broken: Option<(u64, String)>,
    /// The last line that is co-signed: its number, and by whom.
    pub co_signed: Option<(u64, String)>,
}

impl Session {
    /// Reads the log and proves it, line by line, against the keys of the vault and its sealed head.
    ///
    /// # Errors
    /// The medium failed, or the log is longer than is read. A log that was changed is no error here but told.
    pub fn trail(&self) -> Result<Trail, Refusal> {
        let written = self.log_lines()?;
        let count = written.len() as u64;
        let mut lines = paired((1..).zip(written));
        for line in &mut lines {
            self.say_act(line);
        }
        self.blinded_lines(&mut lines);
        let sealed = self.book.vault().header().audit_head;
        let sealed = Head {
            count: sealed.count,
            hash: sealed.hash,
        };
        let reader = self.book.vault().audit_reader().map_err(book::storage)?;
        let keys = self.book.audit_keys(&self.state);
        let mut co_signed = None;
        let proven = match reader {
            None => Ok(()),
            Some(reader) => read(
                BufReader::new(reader),
                self.book.vault_id(),
                &keys,
                sealed,
                &mut |line| {
                    if line.event.op == "sign-off" {
                        co_signed = Some((line.n, line.event.who.join(", ")));
                    }
                },
            )
            .map(|_| ()),
        };
        let broken = match proven {
            Ok(()) => None,
            Err(AuditError::Fault(fault)) => Some((fault.line, fault.to_string())),
            Err(AuditError::Io(error)) => {
                return Err(Refusal::Vault(AuditError::Io(error).to_string()));
            }
        };
        Ok(Trail {
            lines,
            count,
            broken,
            co_signed,
        })
    }
}

/// The events of these lines: what became of an intent joins it, by the commit and the place that both name.
pub(super) fn paired(written: impl Iterator<Item = (u64, String)>) -> Vec<TrailLine> {
    let mut lines: Vec<TrailLine> = Vec::new();
    let mut open: BTreeMap<String, usize> = BTreeMap::new();
    for (n, text) in written {
        let value: Value = serde_json::from_str(&text).unwrap_or_default();
        let group = value.get("group").map(Value::to_string).unwrap_or_default();
        let kind = value
            .get("kind")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let ends = matches!(kind, "outcome" | "void");
        let of = ends.then(|| open.remove(&group)).flatten();
        if let Some(begun) = of.and_then(|at| lines.get_mut(at)) {
            begun.result = result(kind, &value);
            begun.hash = sha256(text.as_bytes());
            begun.end = Some(TrailEnd { n, written: text });
            continue;
        }
        if kind == "intent" {
            open.insert(group, lines.len());
        }
        lines.push(line(n, &value, text));
    }
    lines
}

fn line(n: u64, value: &Value, written: String) -> TrailLine {
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    let detail = |name: &str| value.get("details")?.get(name)?.as_str();
    let who = value.get("who").and_then(Value::as_array);
    let who: Vec<&str> = who
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let about = ["step", "alias", "name", "kcv", "outcome"]
        .iter()
        .find_map(|d| detail(d));
    let what = match about {
        Some(about) => format!("{}: {about}", text("op")),
        None => text("op").to_owned(),
    };
    TrailLine {
        n,
        time: value
            .get("time")
            .and_then(Value::as_i64)
            .map(Timestamp::from_millis),
        who: who.join(", "),
        what,
        result: result(text("kind"), value),
        hash: sha256(written.as_bytes()),
        end: None,
        written,
        hides: false,
    }
}

/// What became of it, by the line's kind.
fn result(kind: &str, line: &Value) -> String {
    let told = line.pointer("/details/result").and_then(Value::as_str);
    let word = match kind {
        "" => "no event",
        "refused" => "REFUSED",
        "void" => "VOID",
        "unvouched" => "UNVOUCHED",
        "intent" => "begun",
        "outcome" => told.unwrap_or("done"),
        other => other,
    };
    word.to_owned()
}
