//! A ceremony that stands open, as the public log of a vault tells it before anybody opened the vault.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use serde_json::Value;

use crate::vault::AUDIT;

/// How much of the log's end is looked at, in bytes: a start must not wait for the whole of a long log.
const LOOKED_AT: u64 = 1 << 20;

/// SHA-256 of the script (lower-case hex) whose run stands open in the vault of this folder, by the end of its audit log.
///
/// It is a hint to people and nothing else: the log is not proven here, and only the open vault knows. `None` where no
/// run stands open, or nothing can be read.
pub fn standing_open(folder: &Path) -> Option<String> {
    let mut log = File::open(folder.join(AUDIT)).ok()?;
    let length = log.metadata().ok()?.len();
    log.seek(SeekFrom::Start(length.saturating_sub(LOOKED_AT)))
        .ok()?;
    let mut end = Vec::new();
    log.take(LOOKED_AT).read_to_end(&mut end).ok()?;
    last_open(&end)
}

/// The same of the bytes of a log; a first line that is cut says nothing.
fn last_open(log: &[u8]) -> Option<String> {
    let mut resumed: Option<String> = None;
    for line in log.split(|byte| *byte == b'\n').rev() {
        let Some(line) = about_a_run(line) else {
            continue;
        };
        let detail = |name: &str| line.get("details")?.get(name)?.as_str().map(str::to_owned);
        match line.get("op").and_then(Value::as_str) {
            Some("run-close") if resumed.is_none() => return None,
            Some("run-resume") if resumed.is_none() => resumed = Some(detail("run")?),
            Some("run-begin") if resumed.is_none() || resumed == detail("run") => {
                return detail("script");
            }
            _ => {}
        }
    }
    None
}

/// A line about the beginning, going on or end of a run; others are not even parsed.
fn about_a_run(line: &[u8]) -> Option<Value> {
    const OP: &[u8] = b"\"op\":\"run-";
    line.windows(OP.len()).find(|part| *part == OP)?;
    serde_json::from_slice(line).ok()
}

#[cfg(test)]
mod tests {
    use super::last_open;

    const BEGIN: &str =
        r#"{"details":{"run":"r1","script":"aa"},"kind":"noted","n":4,"op":"run-begin"}"#;
    const RESUME: &str = r#"{"details":{"run":"r1"},"kind":"noted","n":9,"op":"run-resume"}"#;
    const CLOSE: &str = r#"{"details":{"run":"r1"},"kind":"noted","n":12,"op":"run-close"}"#;
    const OTHER: &str =
        r#"{"details":{"why":"\"op\":\"run-begin\""},"kind":"noted","n":5,"op":"unlock"}"#;

    fn said(lines: &[&str]) -> Option<String> {
        last_open(lines.join("\n").as_bytes())
    }

    #[test]
    fn a_run_stands_open_from_its_beginning_to_its_end() {
        assert_eq!(said(&[OTHER]), None);
        assert_eq!(said(&[BEGIN, OTHER]).as_deref(), Some("aa"));
        assert_eq!(said(&[BEGIN, RESUME, OTHER, ""]).as_deref(), Some("aa"));
        assert_eq!(said(&[BEGIN, RESUME, CLOSE, OTHER]), None);
        assert_eq!(said(&["ut\"}", BEGIN, r#"{"torn"#]).as_deref(), Some("aa"));
        // Its beginning is further back than what is read.
        assert_eq!(said(&[RESUME]), None);
    }
}
