//! The audit log: canonical JSON lines, hash-chained, each with a MAC under a key of the vault.
//!
//! A line is RFC 8785 JSON of the members below, then a newline:
//!
//! | member | what |
//! |--|--|
//! | `n` | number of the line, from 1 |
//! | `time` | milliseconds since 1970-01-01T00:00:00Z, vault time |
//! | `kind` | [`Kind`] |
//! | `who` | names of the people who act, possibly none |
//! | `op` | the operation |
//! | `group` | `{commit, index, of}`: which commit of the vault seals it, and its place there; absent for lines that stand alone |
//! | `details` | key ids, check values, digests, results; never a secret |
//! | `torn` | `[{bytes, sha256}]`: fragments of a cut write that stand just before this line; absent mostly |
//! | `prev` | SHA-256 of the line before without its newline, lower-case hex; of line 1: of `keymoot/audit/v1` NUL vault id |
//! | `mac` | HMAC-SHA-256 of `keymoot/audit/v1` NUL and the line without this member; absent on unvouched lines |
//!
//! Everything up to the sealed head (which the vault's payload names) is fixed by its hash. Beyond it stand, in
//! order: outcomes of the sealed group; intents of at most one further group; voids of that group, if an opening
//! was itself cut while voiding it; lines that stand alone (an opening whose commit was cut). Unvouched lines may
//! stand anywhere among them, and the log may end in a torn line.

mod chain;
mod event;
mod fault;
mod lines;
mod reading;
mod tail;

#[cfg(test)]
mod fault_tests;
#[cfg(test)]
mod tests;

pub use chain::{Chain, Head};
pub use event::{AuditKey, Event, Fragment, Group, Kind, Line};
pub use fault::{AuditError, AuditFault, Fault};
pub use reading::{Reading, last_head, read};
pub use tail::Progress;

/// The purpose in front of every hash and MAC of the log.
const PREFIX: &[u8] = b"keymoot/audit/v1\0";
