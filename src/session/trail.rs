//! The audit log as people read it: one line an event, and whether the chain holds from the first to the last.

use std::io::BufReader;

use serde_json::Value;

use crate::api::Timestamp;
use crate::evidence::audit::{AuditError, Head, read};

use super::error::Refusal;
use super::{Session, book};

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailLine {
    /// Its number in the file.
    pub n: u64,
    /// Vault time; none of a line that is no event.
    pub time: Option<Timestamp>,
    /// Who acted.
    pub who: String,
    /// The operation and what it was about.
    pub what: String,
    /// What became of it.
    pub result: String,
    /// The line as it is written.
    pub written: String,
}

/// The log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trail {
    /// The lines.
    pub lines: Vec<TrailLine>,
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
        let lines: Vec<TrailLine> = (1..).zip(written).map(|(n, text)| line(n, text)).collect();
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
                        co_signed = Some((line.n, line.event.who.join(" ")));
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
            broken,
            co_signed,
        })
    }
}

fn line(n: u64, written: String) -> TrailLine {
    let value: Value = serde_json::from_str(&written).unwrap_or_default();
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    let detail = |name: &str| value.get("details")?.get(name)?.as_str();
    let who = value.get("who").and_then(Value::as_array);
    let who: Vec<&str> = who
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let kind = text("kind");
    let about = ["step", "alias", "name", "kcv", "outcome"]
        .iter()
        .find_map(|d| detail(d));
    let what = match about {
        Some(about) => format!("{}: {about}", text("op")),
        None => text("op").to_owned(),
    };
    let result = match kind {
        "" => "no event",
        "refused" => "REFUSED",
        "void" => "VOID",
        "unvouched" => "UNVOUCHED",
        "intent" => "begun",
        "outcome" => detail("result").unwrap_or("done"),
        other => other,
    };
    TrailLine {
        n,
        time: value
            .get("time")
            .and_then(Value::as_i64)
            .map(Timestamp::from_millis),
        who: who.join(" "),
        what,
        result: result.to_owned(),
        written,
    }
}
