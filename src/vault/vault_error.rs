//! Why a vault was not opened or a change not made, and what then is in force.

use super::custody_file::CustodyFileError;
use super::payload::PayloadError;
use super::seal::SealError;
use super::store::StoreError;

/// Why a vault was not opened or a change not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// The medium.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// custody.toml.
    #[error(transparent)]
    Custody(#[from] CustodyFileError),
    /// vault.age, sealed.
    #[error("vault.age: {0}")]
    Seal(#[from] SealError),
    /// vault.age, inside.
    #[error(transparent)]
    Payload(#[from] PayloadError),
    /// No custody.toml.
    #[error(
        "{place}: no vault is here (no custody.toml). Nothing was changed; name the vault's folder."
    )]
    NotAVault {
        /// Where.
        place: String,
    },
    /// custody.toml and no vault.age.
    #[error(
        "{place}: this vault was never finished, or its vault.age was taken away. Nothing was changed; if \
         it was just being created, remove the folder and create it again, otherwise restore a backup."
    )]
    Unfinished {
        /// Where.
        place: String,
    },
    /// Creation into a folder with a vault.
    #[error("{place}: a vault is here already. It was not touched; choose another folder.")]
    AlreadyThere {
        /// Where.
        place: String,
    },
    /// The shares combine to something else.
    #[error(
        "The shares do not make the identity that custody.toml names. The vault was not opened and nothing \
         was changed; custody.toml was altered: compare it with a backup."
    )]
    IdentityMismatch,
    /// Authentic, but another vault's.
    #[error(
        "vault.age belongs to another vault than custody.toml ({found}). Nothing was changed; put the two \
         files of one vault together again."
    )]
    WrongVault {
        /// The id inside vault.age, in hex.
        found: String,
    },
    /// The sealed state does not accept this custody.toml.
    #[error(
        "custody.toml is not the one that this vault was last closed with. The state was not shown and \
         nothing was changed; restore custody.toml from a backup, and find out who changed it."
    )]
    CustodyChanged,
    /// A later file lies in `generations`.
    #[error(
        "vault.age is of commit {commit}, but `generations` holds another file of commit {generation}: this \
         is an older or forked copy. It was not opened; find the latest, or record an exception."
    )]
    NotTheLatest {
        /// Of vault.age.
        commit: u64,
        /// The highest among the generations.
        generation: u64,
    },
    /// The destruction is committed, but earlier copies are still there.
    #[error(
        "The new state is in force, but an earlier vault file could not be removed: {0} The key is not \
         destroyed until it is gone; repair the medium and open the vault again, which finishes it."
    )]
    PurgeUnfinished(#[source] StoreError),
    /// After a write whose outcome is not known.
    #[error(
        "An earlier write failed in a way that leaves open what the medium holds. Nothing more is written; \
         close this session and open the vault again, it is whole either way."
    )]
    Unsure,
    /// The session went backwards.
    #[error(
        "The change is older than the vault's state. Nothing was written; report a fault in the program."
    )]
    OutOfOrder,
}

/// What a failed commit left in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The state before it.
    None,
    /// The new state.
    InForce,
    /// One of the two; opening again tells.
    Unknown,
}

impl VaultError {
    /// What a commit that ended with this error left in force.
    pub fn effect(&self) -> Effect {
        match self {
            VaultError::PurgeUnfinished(_) => Effect::InForce,
            VaultError::Unsure => Effect::Unknown,
            VaultError::Store(error) if error.may_have_changed() => Effect::Unknown,
            _ => Effect::None,
        }
    }
}
