//! Green rehearsals, one line each: what a production run asks for before it begins.
//!
//! A line holds the script's hash, the program's own, the machine's time and how it ended; never material.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::api::{Clock as _, Timestamp};
use crate::os::{WallClock, append_line, in_words, own_sha256};
use crate::text::{say, tr};

use super::Practised;
use super::script::Script;

/// How old a rehearsal may be where the script does not say: 14 days.
const MAX_AGE: i64 = 14 * 86_400_000;
/// The largest file of notes that is read, in bytes: some 300 000 rehearsals.
const LARGEST: u64 = 64 << 20;
/// No note is longer, in bytes.
const LONGEST: u64 = 4 << 10;

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
    /// `people` where people answered at screens or in lines, `headless` where the script answered itself. Absent in notes
    /// of before this was noted: they count as they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// How many answers people gave, and how many of them by F5. Absent where nobody sat before it, and in notes of before
    /// this was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<u64>,
    /// Those of them that were practice answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_f5: Option<u64>,
}

/// Who answered in a rehearsal, as its note has it.
const PEOPLE: &str = "people";
const HEADLESS: &str = "headless";

impl Rehearsed {
    /// In words, for people and for the record.
    pub fn told(&self) -> String {
        let same = own_sha256().is_some_and(|own| own == self.build);
        let build = if same {
            "this build".to_owned()
        } else {
            format!("another build ({})", self.build)
        };
        let who = match (self.answered(), self.by.as_deref()) {
            (Some(counted), _) if counted.answers > 0 => format!(", where {}", counted.told()),
            (Some(_), _) => ", with people; it asks for no typed answer".to_owned(),
            (None, Some(PEOPLE)) => ", with people who answered, by typing or with F5".to_owned(),
            (None, Some(HEADLESS)) => ", headless: nobody practised".to_owned(),
            _ => String::new(),
        };
        format!("rehearsed {} by {build}{who}", self.at)
    }

    /// The same on a screen, where somebody is asked whether the script begins.
    pub fn on_screen(&self) -> String {
        let at = self.at.get(..16).unwrap_or(&self.at).replace('T', " ");
        let Some(counted) = self.answered() else {
            return match self.by.as_deref() {
                Some(PEOPLE) => say!(
                    "{at} UTC on this workstation: people answered, by typing or with F5",
                    at
                ),
                Some(HEADLESS) => say!("{at} UTC, headless: nobody practised", at),
                _ => say!("{at} UTC on this workstation", at),
            };
        };
        let (all, typed) = (counted.answers, counted.typed());
        if counted.only_f5() {
            say!(
                "{at} UTC on this workstation, with practice answers (F5) alone: nobody typed",
                at
            )
        } else if typed == all {
            say!(
                "{at} UTC on this workstation, with people, who typed every answer",
                at
            )
        } else {
            say!(
                "{at} UTC on this workstation, with people, who typed {typed} of {all} answers",
                at,
                typed,
                all
            )
        }
    }

    /// How many answers people gave, and how many of them by F5.
    fn answered(&self) -> Option<Practised> {
        Some(Practised {
            answers: self.answers?,
            by_f5: self.by_f5?,
        })
    }

    fn headless(&self) -> bool {
        self.by.as_deref() == Some(HEADLESS)
    }
}

/// What became of the note of a rehearsal that went through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noted {
    /// It stands among this workstation's own.
    Here,
    /// It is noted, and that nobody answered: a production vault asks for another.
    Headless,
    /// It is noted, and that F5 gave every answer: a production vault takes it, and says so before it begins.
    OnlyF5,
    /// It stands in this file, which somebody named.
    In(PathBuf),
    /// This workstation has no place for notes, and nobody named a file.
    Nowhere,
    /// It could not be written, for this reason.
    Failed(String),
}

impl Noted {
    /// Leaves the note of a script that went through, where there is a place for it, with what people answered; none
    /// where nobody sat before it.
    pub(super) fn leaving(file: Option<&Path>, script: &str, answered: Option<Practised>) -> Self {
        let Some(file) = file else {
            return Self::Nowhere;
        };
        let usual = crate::os::state_folder().map(|folder| note_file(&folder));
        match leave(file, script, answered) {
            Ok(()) if answered.is_none() => Self::Headless,
            Ok(()) if answered.is_some_and(Practised::only_f5) => Self::OnlyF5,
            Ok(()) if usual.as_deref() == Some(file) => Self::Here,
            Ok(()) => Self::In(file.to_owned()),
            Err(why) => Self::Failed(why),
        }
    }

    /// Whether a production run finds it.
    pub const fn stands(&self) -> bool {
        matches!(self, Self::Here | Self::In(_) | Self::OnlyF5)
    }

    /// In words for people: whether production will find it, and what to do where it does not.
    pub fn told(&self) -> String {
        match self {
            Self::Headless => tr("It is noted that this script went through headless. A production vault asks for a rehearsal in which people answer, on the screens or in lines.").into(),
            Self::OnlyF5 => tr("It is noted that this script went through, with practice answers (F5) alone. A production vault takes that rehearsal, and its people read there and in the report that nobody typed: whoever is to practise types.").into(),
            Self::Here => tr("It is noted on this workstation that this script went through: a production vault asks for that.").into(),
            Self::In(file) => say!(
                "It is noted in {file} that this script went through: a production vault asks for that file.",
                file = file.display()
            ),
            Self::Nowhere => tr("That it went through is noted nowhere: this workstation has no folder for notes. If a production run shall follow, rehearse with --rehearsal-note FILE.").into(),
            Self::Failed(why) => say!("The rehearsal could not be noted, and a production run will ask for another: {why}", why),
        }
    }
}

/// Where notes of rehearsals lie in the workstation's state folder.
pub fn note_file(state_folder: &Path) -> PathBuf {
    state_folder.join("rehearsals.jsonl")
}

/// Adds a line about a green rehearsal that ended now.
///
/// # Errors
/// The file cannot be written, or is too large to be read again: in words.
pub(super) fn leave(file: &Path, script: &str, answered: Option<Practised>) -> Result<(), String> {
    if std::fs::metadata(file).is_ok_and(|file| file.len() > LARGEST) {
        return Err(too_large(file));
    }
    let note = Rehearsed {
        script: script.to_owned(),
        build: own_sha256().unwrap_or_else(|| "unknown".to_owned()),
        at: WallClock.now().rfc3339(),
        outcome: "completed".to_owned(),
        by: Some(if answered.is_some() { PEOPLE } else { HEADLESS }.to_owned()),
        answers: answered.map(|all| all.answers),
        by_f5: answered.map(|all| all.by_f5),
    };
    let line = serde_json::to_string(&note).map_err(|e| e.to_string())?;
    append_line(file, &line).map_err(|e| e.to_string())
}

fn too_large(file: &Path) -> String {
    format!(
        "{} is larger than {} MiB, and rehearsals are neither read from it nor noted in it. Give it another name; the \
         next rehearsal begins a new one.",
        file.display(),
        LARGEST >> 20
    )
}

/// Every note of a file, in its order. Whatever is no note, a torn line too, is passed over.
///
/// # Errors
/// The file cannot be read, or is too large: in words.
fn each_note(file: &Path, mut take: impl FnMut(Rehearsed)) -> Result<(), String> {
    let unreadable = |error: io::Error| {
        let why = in_words(&error);
        format!(
            "{} holds the rehearsals and cannot be read: {why}.",
            file.display()
        )
    };
    let opened = match File::open(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened.map_err(unreadable)?,
    };
    let mut reader = BufReader::new(opened);
    let (mut line, mut read) = (Vec::new(), 0_u64);
    loop {
        line.clear();
        let mut next = reader.by_ref().take(LONGEST);
        let count = next.read_until(b'\n', &mut line).map_err(unreadable)?;
        if count == 0 {
            return Ok(());
        }
        read += count as u64;
        if read > LARGEST {
            return Err(too_large(file));
        }
        if let Ok(note) = serde_json::from_slice(&line) {
            take(note);
        }
    }
}

/// Why a script's production run does not begin: it was not rehearsed, or not lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRehearsed {
    /// What is wrong, in a sentence for the record.
    why: String,
    /// The same in a few words, for a list.
    pub short: &'static str,
    /// What is to be known beside them.
    detail: Option<String>,
    /// How old a rehearsal may be, in milliseconds.
    max_age: i64,
}

impl NotRehearsed {
    /// What a production run that is refused for it says.
    pub(super) fn refused(&self) -> String {
        let (why, span) = (&self.why, in_english(self.max_age));
        format!(
            "{why} A production run asks for a green rehearsal of exactly this script, in which people answered, not older \
             than {span}. \
             Nothing was begun. Rehearse it here to its end first, on the screens or by `keymoot play SCRIPT`; or \
             elsewhere with --rehearsal-note F, and give the same file here."
        )
    }

    /// What the page of before says, which tells under a heading of its own what brings it.
    pub(super) fn in_brief(&self) -> String {
        format!("{} Rehearse it first, as below.", self.why)
    }

    /// What is said before anybody asks for the run: why it would not begin, and what brings it. `script` is how a
    /// command names it.
    pub fn told(&self, script: &str) -> String {
        let short = match &self.detail {
            None => self.short.to_owned(),
            Some(detail) => format!("{} ({detail})", self.short),
        };
        say!(
            "{short}: a production vault begins only what was rehearsed to its end, this very file, at most {span} \
             before. Close the vault and choose Rehearse, or in another terminal: keymoot play {script}",
            short,
            span = span_of(self.max_age),
            script
        )
    }
}

/// Green rehearsals as they were noted: of each script the latest, and the latest that is dated later than now.
#[derive(Debug, Clone, Default)]
pub struct Rehearsals {
    /// Why none could be read, in a sentence.
    none: Option<String>,
    scripts: BTreeMap<String, Dates>,
    now: i64,
}

type Dated = Option<(Timestamp, Rehearsed)>;

#[derive(Debug, Clone, Default)]
struct Dates {
    latest: Dated,
    /// The latest in which nobody answered: it opens nothing, and is told.
    headless: Dated,
    ahead: Dated,
}

impl Rehearsals {
    /// Reads a file of notes as of `now`, the machine's time. One that is missing or cannot be read is told of every
    /// script that is asked for.
    pub fn read(file: Option<&Path>, now: Timestamp) -> Self {
        let mut all = Self {
            now: now.millis(),
            ..Self::default()
        };
        let Some(file) = file else {
            all.none = Some("There is no place where rehearsals are noted.".to_owned());
            return all;
        };
        let read = each_note(file, |note| {
            let at = Timestamp::parse_rfc3339(&note.at);
            let Some(at) = at.ok().filter(|_| note.outcome == "completed") else {
                return;
            };
            let noted = all.scripts.entry(note.script.clone()).or_default();
            let kept = if at > now {
                &mut noted.ahead
            } else if note.headless() {
                &mut noted.headless
            } else {
                &mut noted.latest
            };
            if kept.as_ref().is_none_or(|(before, _)| *before <= at) {
                *kept = Some((at, note));
            }
        });
        all.none = read.err();
        all
    }

    /// The latest green rehearsal of a script, by its hash, that is not older than `max_age` milliseconds. One that is
    /// dated later than now says nothing against those before it.
    fn of(&self, script: &str, max_age: i64) -> Result<Rehearsed, NotRehearsed> {
        let wanted = |why: String, short: &'static str, detail: Option<&str>| NotRehearsed {
            why,
            short,
            detail: detail.map(str::to_owned),
            max_age,
        };
        if let Some(why) = &self.none {
            let detail = why.trim_end_matches('.');
            return Err(wanted(why.clone(), tr("not rehearsed"), Some(detail)));
        }
        let noted = self.scripts.get(script).cloned().unwrap_or_default();
        let young = |at: &Timestamp| self.now.saturating_sub(at.millis()) <= max_age;
        let with_people = noted.latest.as_ref().is_some_and(|(at, _)| young(at));
        if let Some((_, note)) = noted.headless.filter(|(at, _)| young(at) && !with_people) {
            return Err(wanted(
                format!(
                    "This script went through headless ({}), and nobody practised it.",
                    note.at
                ),
                tr("rehearsed headless only"),
                Some(&note.at),
            ));
        }
        let Some((at, note)) = noted.latest else {
            return Err(match noted.ahead {
                Some((_, note)) => wanted(
                    format!(
                        "The rehearsal that is noted lies in the future ({}): look at the clock.",
                        note.at
                    ),
                    tr("rehearsed in the future"),
                    Some(&note.at),
                ),
                None => wanted(
                    "No rehearsal of this script is noted on this workstation; every changed byte makes it another \
                     script."
                        .to_owned(),
                    tr("not rehearsed"),
                    None,
                ),
            });
        };
        if self.now.saturating_sub(at.millis()) > max_age {
            return Err(wanted(
                format!(
                    "The last green rehearsal of this script is of {}: too old.",
                    note.at
                ),
                tr("rehearsed too long ago"),
                Some(&note.at),
            ));
        }
        Ok(note)
    }

    /// The rehearsal that a production run of a script would begin with.
    pub fn found(&self, script: &Script) -> Option<Rehearsed> {
        self.of(&script.sha256_hex(), max_age(script)).ok()
    }

    /// Why a production run of a script would not begin for want of a rehearsal.
    pub fn missing(&self, script: &Script) -> Option<NotRehearsed> {
        self.of(&script.sha256_hex(), max_age(script)).err()
    }
}

/// How old a script's rehearsal may be, in milliseconds.
pub(super) fn max_age(script: &Script) -> i64 {
    script.model.rehearsal_max_age.unwrap_or(MAX_AGE)
}

/// An age in words for the record: a day or less in hours, so that none is told as no age.
pub(super) fn in_english(max_age: i64) -> String {
    match max_age / 86_400_000 {
        0 | 1 => format!("{} hours", max_age / 3_600_000),
        days => format!("{days} days"),
    }
}

/// The same on a screen.
fn span_of(max_age: i64) -> String {
    match max_age / 86_400_000 {
        0 | 1 => say!("{hours} hours", hours = max_age / 3_600_000),
        days => say!("{days} days", days),
    }
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
    let all = Rehearsals::read(file, now);
    all.of(script, max_age).map_err(|why| why.refused())
}

#[cfg(test)]
mod tests;
