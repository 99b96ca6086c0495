//! The recovery set: a second, independent split of the same two identities, whose envelopes lie at another place with
//! people who serve nowhere else in this vault. It is declared in custody.toml and opens when the custodians cannot.
#![deny(clippy::indexing_slicing)]

use serde::{Deserialize, Serialize};

use super::custody_file::{CustodyFile, CustodyPerson};
use super::hex;

/// The recovery set as custody.toml declares it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoverySet {
    /// 16 random bytes, another than the custodians' set.
    #[serde(with = "hex")]
    pub set_id: [u8; 16],
    /// Shares that open, and shares that use a secret.
    pub k: u8,
    /// Holders.
    pub n: u8,
    /// Where the envelopes lie, in words.
    pub place: String,
    /// The holders, every one with a share of each identity.
    pub people: Vec<CustodyPerson>,
}

impl CustodyFile {
    /// The recovery set as a custody file of its own: the same vault and identities, its own set, thresholds and
    /// people. Its envelopes are sealed, opened and proven against it as those of custodians are against theirs.
    pub fn of_recovery(&self) -> Option<Self> {
        let set = self.recovery.as_ref()?;
        Some(Self {
            version: self.version,
            vault_id: self.vault_id,
            set_id: set.set_id,
            profile: self.profile,
            k: set.k,
            t: set.k,
            n: set.n,
            recipients: self.recipients.clone(),
            people: set.people.clone(),
            recovery: None,
        })
    }
}

impl RecoverySet {
    /// What `file`, the set as a custody file of its own, declares.
    pub fn of(file: &CustodyFile, place: &str) -> Self {
        Self {
            set_id: file.set_id,
            k: file.k,
            n: file.n,
            place: place.to_owned(),
            people: file.people.clone(),
        }
    }
}
