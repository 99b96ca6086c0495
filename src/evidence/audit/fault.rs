//! What can be wrong with a log, by line, in words.

use super::Kind;

/// A fault and where it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Audit line {line}: {what}")]
pub struct AuditFault {
    /// The line of the file, from 1.
    pub line: u64,
    /// What is wrong.
    pub what: Fault,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not a line that keymoot writes.
    #[error(
        "it is not a line that keymoot writes, so it was edited or put in. Every line before it stands. Keep the file as it is, and compare it with a backup."
    )]
    Unreadable,
    /// Its contents are not what was vouched or chained.
    #[error(
        "it was edited: its contents are not what was written. Every line before it stands. Keep the file as it is, and compare it with a backup."
    )]
    Edited,
    /// Chained, but vouched by another key.
    #[error(
        "it was not written by this vault: its MAC is of another key. Every line before it stands. Keep the file as it is, and find out who wrote to it."
    )]
    ForeignMac,
    /// Lines are missing just before.
    #[error(
        "{} cut out before it: it carries number {found} where {expected} belongs. Every line before the cut stands. Keep the file as it is, and compare it with a backup.",
        if found.saturating_sub(*expected) == 1 { "a line was".to_owned() } else { format!("{} lines were", found.saturating_sub(*expected)) }
    )]
    Cut {
        /// The number that belongs there.
        expected: u64,
        /// The number that stands there.
        found: u64,
    },
    /// The line that belongs there stands elsewhere.
    #[error(
        "it is out of order: it carries number {found} where {expected} belongs, and line {expected} stands elsewhere. Every line before it stands. Keep the file as it is, and compare it with a backup."
    )]
    Reordered {
        /// The number that belongs there.
        expected: u64,
        /// The number that stands there.
        found: u64,
    },
    /// A number that was there already.
    #[error(
        "it was put in: it carries number {found}, which an earlier line has. Every line before it stands. Keep the file as it is, and compare it with a backup."
    )]
    Inserted {
        /// The number that belongs there.
        expected: u64,
        /// The number that stands there.
        found: u64,
    },
    /// The log ends before the sealed head.
    #[error(
        "the log ends here, and the vault sealed {sealed} lines: the rest was cut off. The lines that are left stand. Bring back the log from the newest backup, or have the quorum record the loss."
    )]
    CutShort {
        /// Lines that the vault sealed.
        sealed: u64,
    },
    /// The line at the sealed head is another one.
    #[error(
        "it is not the line that the vault sealed: this log belongs to another copy of the vault. The keys are as they were. Bring vault.age and audit.jsonl from the same copy."
    )]
    NotSealed,
    /// Another vault's log.
    #[error(
        "the log begins as another vault's. The keys are as they were. Bring vault.age and audit.jsonl from the same copy."
    )]
    OtherVault,
    /// A line beyond the sealed head that cannot stand there.
    #[error(
        "{} of commit {} stands beyond the sealed head where only {} could. Every line before it stands. Keep the file as it is, and have the quorum record it.",
        .found.word(), .commit.map_or_else(|| "none".to_owned(), |c| c.to_string()), .expected
    )]
    OutOfOrder {
        /// The line's kind.
        found: Kind,
        /// The commit of its group.
        commit: Option<u64>,
        /// What could stand there.
        expected: String,
    },
    /// Longer than any line that is written.
    #[error(
        "it is longer than {limit} bytes, which no line is. Every line before it stands. Keep the file as it is, and compare it with a backup."
    )]
    TooLong {
        /// The limit.
        limit: usize,
    },
}

/// Why a log could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The log is not as it was written.
    #[error(transparent)]
    Fault(#[from] AuditFault),
    /// The medium failed.
    #[error(
        "The audit log could not be read ({0}). Nothing changed. Check the medium and open the vault again."
    )]
    Io(#[from] std::io::Error),
}
