//! Green rehearsals, one line each: what a production run asks for before it begins.
//!
//! A line holds the script's hash, the program's own, the machine's time and how it ended; never material.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::api::{Clock as _, Timestamp};
use crate::os::{WallClock, append_line, own_sha256, read_limited};

/// How old a rehearsal may be where the script does not say: 14 days.
pub(super) const MAX_AGE: i64 = 14 * 86_400_000;
/// The largest file of notes that is read.
const LARGEST: u64 = 1 << 20;

/// One green rehearsal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rehearsed {
    /// SHA-256 of the script, lower-case hex.
    pub script: String,
    /// SHA-256 of the program as it read itself, lower-case hex.
    pub build: String,
    /// The machine's time at the end, RFC 3339.
    pub at: String,
    /// `completed`.
    pub outcome: String,
}

impl Rehearsed {
    /// In words, for people and for the record.
    pub fn told(&self) -> String {
        let same = own_sha256().is_some_and(|own| own == self.build);
        let build = if same {
            "this build".to_owned()
        } else {
            format!("another build ({})", self.build)
        };
        format!("rehearsed {} by {build}", self.at)
    }
}

/// Where notes of rehearsals lie in the workstation's state folder.
pub fn note_file(state_folder: &Path) -> PathBuf {
    state_folder.join("rehearsals.jsonl")
}

/// Adds a line about a green rehearsal that ended now.
///
/// # Errors
/// The file cannot be written, in words.
pub(super) fn leave(file: &Path, script: &str) -> Result<(), String> {
    let note = Rehearsed {
        script: script.to_owned(),
        build: own_sha256().unwrap_or_else(|| "unknown".to_owned()),
        at: WallClock.now().rfc3339(),
        outcome: "completed".to_owned(),
    };
    let line = serde_json::to_string(&note).map_err(|e| e.to_string())?;
    append_line(file, &line).map_err(|e| e.to_string())
}

/// The latest green rehearsal of a script that is not older than `max_age` milliseconds.
///
/// # Errors
/// There is none, in a sentence that says what to run.
pub(super) fn find(
    file: Option<&Path>,
    script: &str,
    now: Timestamp,
    max_age: i64,
) -> Result<Rehearsed, String> {
    // A day or less in hours, so that no age is told as none.
    let span = match max_age / 86_400_000 {
        0 | 1 => format!("{} hours", max_age / 3_600_000),
        days => format!("{days} days"),
    };
    let wanted = |why: &str| {
        format!(
            "{why} A production run asks for a green rehearsal of exactly this script, not older than {span}. \
             Nothing was begun. Run `keymoot play SCRIPT --headless` here first, or with --rehearsal-note F elsewhere \
             and give the same file here."
        )
    };
    let Some(file) = file else {
        return Err(wanted("There is no place where rehearsals are noted."));
    };
    let bytes = read_limited(file, LARGEST)
        .map_err(|_| wanted("No rehearsal is noted on this workstation."))?;
    let text = String::from_utf8_lossy(&bytes);
    // A torn line is no note.
    let notes = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Rehearsed>(line).ok())
        .filter(|note| note.script == script && note.outcome == "completed")
        .filter_map(|note| Some((Timestamp::parse_rfc3339(&note.at).ok()?, note)));
    let Some((at, note)) = notes.max_by_key(|(at, _)| *at) else {
        return Err(wanted(
            "No rehearsal of this script is noted; every changed byte makes it another script.",
        ));
    };
    if at > now {
        return Err(wanted(&format!(
            "The rehearsal that is noted lies in the future ({}): look at the clock.",
            note.at
        )));
    }
    if now.millis().saturating_sub(at.millis()) > max_age {
        return Err(wanted(&format!(
            "The last green rehearsal of this script is of {}: too old.",
            note.at
        )));
    }
    Ok(note)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn a_rehearsal_counts_for_its_script_and_its_days() {
        let room = tempfile::tempdir().unwrap();
        let file = room.path().join("notes");
        let day = 86_400_000;
        let now = at("2026-12-01T09:00:00Z");
        assert!(find(None, "aa", now, day).unwrap_err().contains("no place"));
        assert!(
            find(Some(&file), "aa", now, day)
                .unwrap_err()
                .contains("No rehearsal")
        );
        let line = |script: &str, at: &str, outcome: &str| {
            format!(r#"{{"script":"{script}","build":"b","at":"{at}","outcome":"{outcome}"}}"#)
        };
        let lines = [
            line("aa", "2026-11-29T09:00:00Z", "completed"),
            line("aa", "2026-11-30T09:00:00Z", "completed"),
            line("aa", "2026-12-01T08:00:00Z", "exception"),
            line("bb", "2027-01-01T00:00:00Z", "completed"),
            r#"{"script":"aa","bui"#.to_owned(),
        ];
        std::fs::write(&file, lines.join("\n")).unwrap();
        let found = find(Some(&file), "aa", now, day).unwrap();
        assert_eq!(found.at, "2026-11-30T09:00:00Z");
        let late = at("2026-12-01T09:00:01Z");
        assert!(
            find(Some(&file), "aa", late, day)
                .unwrap_err()
                .contains("too old")
        );
        assert!(
            find(Some(&file), "bb", now, day)
                .unwrap_err()
                .contains("future")
        );
        assert!(
            find(Some(&file), "cc", now, day)
                .unwrap_err()
                .contains("another script")
        );
    }

    #[test]
    fn a_line_is_left_and_found() {
        let room = tempfile::tempdir().unwrap();
        let file = note_file(&room.path().join("new"));
        leave(&file, "aa").unwrap();
        leave(&file, "aa").unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 2);
        assert!(find(Some(&file), "aa", WallClock.now(), MAX_AGE).is_ok());
    }
}
