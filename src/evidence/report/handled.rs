//! What of custody the log shows beside the steps: who opened the vault and when, whose approval key signed what, which
//! passphrases opened nothing, and when the run was interrupted. For section 6 and the head of the report.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::sections::{or, record, time};
use super::sheet::{Block, paragraph, wrapped};
use super::{Access, PersonPresent};
use crate::api::Timestamp;

/// One opening of the vault: the shares of these people opened it (PCI PIN 26-1).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Opening {
    /// The line of the audit log.
    pub line: u64,
    /// When, as the line has it.
    pub at: Option<Timestamp>,
    /// When the vault was closed again; none where no line says it.
    pub closed: Option<Timestamp>,
    /// Whose shares.
    pub by: Vec<String>,
}

/// An approval key and what it signed in the run, beside approvals of acts by custodians.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeyUse {
    /// Whose key.
    pub name: String,
    /// When each signature was given or done, and for what.
    pub uses: Vec<String>,
}

/// Somebody who took another's place when the run was taken up again, as the line of the log has it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Relieved {
    /// The place, as the script calls it.
    pub place: String,
    /// Who had it.
    pub from: String,
    /// Who has it from then on.
    pub to: String,
    /// From which step on, by its id.
    pub step: String,
}

/// Something that was refused at the door: a passphrase that opened nothing, or an act that may not be.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RefusedAtDoor {
    /// The line of the audit log.
    pub line: u64,
    /// When.
    pub at: Option<Timestamp>,
    /// Whose.
    pub who: String,
    /// For what it was, as the log names it.
    pub what: String,
    /// Whether it was a passphrase that opened nothing.
    pub passphrase: bool,
    /// Why, as the log's line begins; empty for a passphrase.
    pub reason: String,
}

/// Something secret that was typed where it is drawn: whoever saw it knows it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Exposed {
    /// The line of the audit log.
    pub line: u64,
    /// When.
    pub at: Option<Timestamp>,
    /// Who was at the keyboard; empty where nobody knows.
    pub who: String,
    /// What it read like.
    pub what: String,
    /// The field, by its id.
    pub field: String,
    /// The step, act or page that asked.
    pub asked_by: String,
}

/// A request that people signed and that was taken off the table before it was carried out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dropped {
    /// The line of the audit log.
    pub line: u64,
    /// When; none where the program ended, and nothing says when.
    pub at: Option<Timestamp>,
    /// The step of the script.
    pub step: String,
    /// What it asked for, as acts are called.
    pub act: String,
    /// Who had signed it, whoever asked for it first.
    pub signed: Vec<String>,
    /// Why it was dropped.
    pub reason: String,
}

/// A time at which the run stood still, because it was left or the program ended.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Interruption {
    /// The step at hand.
    pub step: String,
    /// The last line of the log before it, or the last signature that was lost with it.
    pub last: Option<Timestamp>,
    /// When the run was taken up again.
    pub resumed: Option<Timestamp>,
    /// Whether the vault was closed in order.
    pub closed: bool,
    /// Whether it was neither closed nor opened meanwhile: people left the run for the time. Else the program ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stayed_open: bool,
    /// Signatures that were lost with it, each request in a sentence: they were given, and nothing was done with them.
    pub unused: Vec<String>,
}

impl Opening {
    pub(super) fn block(&self) -> Block {
        let closed = match self.closed {
            Some(_) => time(self.closed),
            None => "not by a line before the run's end".to_owned(),
        };
        record(
            &format!("opening shares of {}", self.by.join(", ")),
            &[
                ("Used", &time(self.at)),
                ("Vault closed", &closed),
                ("Purpose", "opening the vault"),
                ("Witness", "nobody was asked to watch"),
                ("Audit line", &self.line.to_string()),
            ],
        )
    }
}

impl Access {
    pub(super) fn block(&self) -> Block {
        let (not_back, used_for) = match self.unused.as_str() {
            "" => ("not put back", String::new()),
            why => (
                "dropped with the program's memory, at a time not recorded",
                format!("nothing: {why}"),
            ),
        };
        record(
            &self.component,
            &[
                ("Out", or(&time(self.out), "not recorded")),
                ("Back", or(&time(self.back), not_back)),
                ("Purpose", or(&self.purpose, "not recorded")),
                ("Custodian", or(&self.custodian, "not recorded")),
                ("Witness", or(&self.witness, "nobody was asked to watch")),
                (
                    "Package opened",
                    or(&number_told(&self.package_opened), "none"),
                ),
                ("Package sealed", or(&self.package_sealed, "none")),
                ("Safe", &self.safe),
                ("Done with it", &used_for),
            ],
        )
    }
}

impl KeyUse {
    pub(super) fn block(&self) -> Block {
        let mut block = record(&format!("approval key of {}", self.name), &[]);
        for used in &self.uses {
            block.extend(wrapped(used, "  ", "    "));
        }
        block
    }
}

/// How many signatures somebody gave, and how: also those with which nothing was done.
pub(super) fn signed(person: &PersonPresent) -> String {
    let signed = match (person.signed_at_terminal, person.signed_from_file) {
        (0, 0) => "nothing".to_owned(),
        (terminal, 0) => format!("{terminal} at the terminal"),
        (0, file) => format!("{file} FROM A FILE"),
        (terminal, file) => format!("{terminal} at the terminal, {file} FROM A FILE"),
    };
    match (person.signed_for_nothing, signed.as_str()) {
        (0, _) => signed,
        (n, "nothing") => format!("nothing that was carried out; {n} for requests that were not"),
        (n, _) => format!("{signed}; and {n} for requests that were not carried out"),
    }
}

/// A package's number as a reader meets it. One that has none stands on record as `none-2`, by the part's number.
pub fn number_told(number: &str) -> String {
    let letters = number.chars().filter(|c| c.is_alphanumeric());
    let plain: String = letters.flat_map(char::to_lowercase).collect();
    let part = plain.strip_prefix("none").unwrap_or_default();
    if !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()) {
        return format!("{number} (it came without a number)");
    }
    number.to_owned()
}

/// What was refused, in one block; none where nothing was.
pub(super) fn refused(all: &[RefusedAtDoor]) -> Block {
    if all.is_empty() {
        return Block::new();
    }
    let mut block = paragraph(
        "Refused during the run. The log keeps that it was, and nothing that was typed; answers that did not agree and were asked again stand with their steps:",
    );
    for one in all {
        let what = if one.passphrase {
            "a passphrase that opens nothing"
        } else {
            or(&one.reason, "refused, for the reason in its line")
        };
        let told = format!(
            "{}: {}, {}: {what} (audit line {})",
            time(one.at),
            or(&one.who, "somebody"),
            one.what,
            one.line
        );
        block.extend(wrapped(&told, "- ", "  "));
    }
    block
}

/// What was typed in the open, in one block; none where nothing was.
pub(super) fn in_the_open(all: &[Exposed]) -> Block {
    if all.is_empty() {
        return Block::new();
    }
    let mut block = paragraph(
        "Typed where it is drawn, and wiped. Whoever saw it knows it: words are made new, and a key of which a component \
         was seen is judged (PCI PIN 8-1, 25):",
    );
    for one in all {
        let told = format!(
            "{}: {}, {} in the field {} of {} (audit line {})",
            time(one.at),
            or(&one.who, "at the keyboard nobody who is known"),
            one.what,
            one.field,
            one.asked_by,
            one.line
        );
        block.extend(wrapped(&told, "- ", "  "));
    }
    block
}

/// Requests that were dropped, each with whoever had signed it, in one block; none where none was.
pub(super) fn dropped(all: &[Dropped]) -> Block {
    if all.is_empty() {
        return Block::new();
    }
    let mut block = paragraph(
        "Requests that were dropped before they were carried out. Whoever is named had signed; the signatures count for \
         nothing, and each use of a share stands above:",
    );
    for one in all {
        let told = format!(
            "{}: step {}, {}, signed by {}: {} (audit line {})",
            or(&time(one.at), "At a time not recorded"),
            one.step,
            one.act,
            or(&one.signed.join(", "), "nobody"),
            one.reason,
            one.line
        );
        block.extend(wrapped(&told, "- ", "  "));
    }
    block
}

/// How many times the run was interrupted, and each with its step and times. In a rehearsal a fault of the script may have
/// done it, with nobody there.
pub(super) fn interruptions(count: u64, told: &[Interruption], rehearsal: bool) -> String {
    let mut words = count.to_string();
    for (n, one) in told.iter().enumerate() {
        let how = match (one.closed, one.stayed_open) {
            (true, _) => "the vault was closed",
            (_, true) if rehearsal => {
                "a fault of the rehearsal stopped it, or people left the run for the time; the vault stayed open"
            }
            (_, true) => "people left the run for the time, and the vault stayed open",
            _ => "no line says that the vault was closed",
        };
        words.push_str(if n == 0 { ": " } else { "; " });
        if !one.step.is_empty() {
            let _ = write!(words, "at step {}, ", one.step);
        }
        let _ = write!(
            words,
            "between {} and {}, {how}",
            or(&time(one.last), "a time not recorded"),
            or(&time(one.resumed), "a time not recorded"),
        );
        for unused in &one.unused {
            let _ = write!(words, ", and with it was lost what was signed for {unused}");
        }
    }
    words
}
