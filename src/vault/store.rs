//! Where the files of a vault lie, behind a trait: a folder, memory, or a store that fails on purpose.

use std::io::{self, Read};

use crate::os::Stage;

/// The sealed state.
pub const VAULT: &str = "vault.age";
/// The public file that says whom to ask.
pub const CUSTODY: &str = "custody.toml";
/// Its successor while a change of shares or people stands open.
pub const CUSTODY_NEXT: &str = "custody.next.toml";
/// There while envelopes of a new vault are handed out; left behind where that was cut.
pub const UNFINISHED: &str = "unfinished.txt";
/// The audit log.
pub const AUDIT: &str = "audit.jsonl";
/// The file the kernel lock is taken on; it holds the holder's process number.
pub const LOCK: &str = "lock";
/// A line of the lock's file in a copy that somebody tried to open and nobody committed to.
pub(super) const UNTOUCHED: &str = "copy";
/// The folder of earlier vault files, with the separator.
pub(super) const GENERATIONS: &str = "generations/";

/// Vault files are read in bounded memory: so many bytes at most, by name. What tells whom to ask lies open, and is
/// read before anybody was asked.
pub(super) fn most_of(name: &str) -> u64 {
    match name {
        CUSTODY | CUSTODY_NEXT => super::custody_file::MAX_BYTES as u64,
        _ => 4 << 30,
    }
}

/// An operation on a store that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The medium or the system refused.
    #[error("{place}: {name}: {source}. {}", outcome(*stage))]
    Io {
        /// Where the vault is.
        place: String,
        /// The file in it.
        name: String,
        /// What can have changed.
        stage: Stage,
        /// The system's reason.
        source: io::Error,
    },
    /// Nothing is there.
    #[error(
        "{place}: no such folder. No vault was opened; check the name. If its medium is lost or broken, Welcome returns to a copy (`keymoot vault restore`); `keymoot init` makes a new one."
    )]
    Missing {
        /// Where the vault was looked for.
        place: String,
    },
    /// A file, where a vault is a folder.
    #[error(
        "{place}: a file, and a vault is a folder. No vault was opened; name the folder with custody.toml in it."
    )]
    NotAFolder {
        /// Where the vault was looked for.
        place: String,
    },
    /// Another process has the vault open.
    #[error(
        "{place}: {} has this vault open. Nothing was read or changed; close it there first.",
        holder(*pid)
    )]
    Locked {
        /// Where the vault is.
        place: String,
        /// The process that holds it, if it said so.
        pid: Option<u32>,
    },
    /// A file longer than any of its name.
    #[error(
        "{place}: {name} is longer than {} MiB. It was not read; this is no file of keymoot.",
        most_of(name) >> 20
    )]
    TooLarge {
        /// Where the vault is.
        place: String,
        /// The file in it.
        name: String,
    },
    /// A name no vault file has.
    #[error("`{name}` is not the name of a file in a vault. Nothing was read or changed.")]
    BadName {
        /// The name asked for.
        name: String,
    },
}

impl StoreError {
    /// Whether what lies under the name may already be the new content.
    pub fn may_have_changed(&self) -> bool {
        matches!(
            self,
            StoreError::Io {
                stage: Stage::Perhaps,
                ..
            }
        )
    }
}

fn outcome(stage: Stage) -> &'static str {
    match stage {
        Stage::Before => {
            "Nothing in the vault changed; make room or repair the medium, then repeat."
        }
        Stage::Perhaps => {
            "Whether the medium holds the change is not known; open the vault again, it is whole either way."
        }
    }
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(
        || "another keymoot".to_owned(),
        |pid| format!("another keymoot (process {pid})"),
    )
}

/// Files of one vault. Names are those of the module's picture, with at most one `generations/` before.
pub trait Store: Send {
    /// Where this is, for messages.
    fn place(&self) -> String;
    /// Whether its files are there when the process has ended.
    fn lasts(&self) -> bool {
        true
    }
    /// The whole file; `None` if it is not there.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError>;
    /// The file as a stream, for logs longer than memory should hold; `None` if it is not there.
    fn reader(&self, name: &str) -> Result<Option<Box<dyn Read + Send>>, StoreError>;
    /// Puts the content under the name, durably; at every instant the old content or the new is there.
    fn replace(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError>;
    /// Adds to the end of the file, durably, making it if need be.
    fn append(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError>;
    /// Gives the file's present content a second name. Durable after [`Store::sync`].
    fn keep(&mut self, name: &str, as_name: &str) -> Result<(), StoreError>;
    /// Unlinks; a file that is not there is no error. Durable after [`Store::sync`].
    fn remove(&mut self, name: &str) -> Result<(), StoreError>;
    /// Every file, with `generations/` before those in it, sorted; temporary files too.
    fn list(&self) -> Result<Vec<String>, StoreError>;
    /// Waits until removed names are gone from the medium.
    fn sync(&mut self) -> Result<(), StoreError>;
    /// Takes the lock for the life of this store, or says who has it.
    fn try_lock(&mut self) -> Result<(), StoreError>;
}

/// Splits a name into its folder (`generations` or none) and the rest, refusing whatever could lead
/// elsewhere.
pub(super) fn split(name: &str) -> Result<(bool, &str), StoreError> {
    let (below, plain) = match name.strip_prefix(GENERATIONS) {
        Some(rest) => (true, rest),
        None => (false, name),
    };
    let fine = (1..=255).contains(&plain.len())
        && plain != "."
        && plain != ".."
        && !plain.chars().any(|c| c == '/' || c.is_control());
    if fine {
        Ok((below, plain))
    } else {
        Err(StoreError::BadName {
            name: name.escape_debug().to_string(),
        })
    }
}
