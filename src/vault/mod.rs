//! Bytes to disk and back: the age files of a vault, the custodians' envelopes, the lock, atomic
//! replacement and generations. It stores the session's state as opaque bytes and knows none of its types.
//!
//! A vault is a folder:
//!
//! ```text
//! vault.age          one ordinary age v1 file, to the vault identity V
//! custody.toml       public: what is needed to ask the right people for the right envelopes
//! custody.next.toml  only while a change of shares or people stands open
//! audit.jsonl        appended to, never rewritten (read by `evidence`)
//! generations/       at most 16 earlier vault.age, none older than the last destruction
//! lock               held by the kernel for the process that has the vault open
//! ```

mod backup;
mod bech32;
mod beside;
mod custody_file;
mod custody_rules;
mod custody_settling;
mod envelope;
mod envelope_error;
mod fault_store;
mod folder_listing;
mod folder_store;
mod generations;
mod hex;
mod high_water;
mod identity;
mod inspection;
mod memory_store;
mod passphrase;
mod payload;
mod recovery_set;
mod seal;
mod store;
#[allow(clippy::module_inception)] // the open vault is what this module is about
mod vault;
mod vault_error;

#[cfg(test)]
mod testing;

pub use crate::api::Profile;
pub use backup::{BackupCopy, BackupError, CopiedFile, backup_place, within_each_other};
pub use custody_file::{
    CUSTODY_VERSION, Commitments, CustodyFile, CustodyFileError, CustodyPerson, Envelopes,
    Recipients, share_commitment,
};
pub use custody_settling::{CustodyOnDisk, read_custody};
pub use envelope::{Contents, ENVELOPE_VERSION, Envelope};
pub use envelope_error::EnvelopeError;
pub use fault_store::{Fault, FaultStore};
pub use folder_listing::{is_copy, vaults_in};
pub use folder_store::FolderStore;
pub use generations::{KEPT_GENERATIONS, generation_name};
pub use high_water::{HighWater, HighWaterError, WitnessCard};
pub use identity::Identity;
pub use inspection::{Finding, Inspection, Severity, inspect};
pub use memory_store::MemoryStore;
pub use passphrase::MAX_LOG_N;
pub use payload::{AuditHead, Header, PAYLOAD_VERSION, PayloadError};
pub use recovery_set::RecoverySet;
pub use seal::{SealError, open_with, seal_to};
pub use store::{AUDIT, CUSTODY, CUSTODY_NEXT, LOCK, Store, StoreError, UNFINISHED, VAULT};
pub use vault::{Change, State, Vault};
pub use vault_error::{Effect, VaultError};

/// The printed recovery script: Python, standard library only. It combines share envelopes that stock
/// `age` has opened into an age identity, and lists the keys of a decrypted payload.
pub const RECOVERY_SCRIPT: &str = include_str!("recovery.py");
