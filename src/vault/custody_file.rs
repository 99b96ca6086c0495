//! `custody.toml`: the public file that says what vault this is, whom to ask, and what their shares must
//! hash to. A closed schema; the sealed state names the hash of the file it belongs to.
#![deny(clippy::indexing_slicing)]

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::custody_rules;
use super::hex;
use super::recovery_set::RecoverySet;
use crate::api::Profile;

/// The version of custody.toml that is written.
pub const CUSTODY_VERSION: u32 = 1;

/// No custody.toml of sixteen people is longer.
pub(super) const MAX_BYTES: usize = 1 << 20;

/// The public file of a vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustodyFile {
    /// [`CUSTODY_VERSION`].
    pub version: u32,
    /// 16 random bytes, for the life of the vault.
    #[serde(with = "hex")]
    pub vault_id: [u8; 16],
    /// 16 random bytes, new with every set of shares.
    #[serde(with = "hex")]
    pub set_id: [u8; 16],
    /// Fixed at creation.
    pub profile: Profile,
    /// Shares that open.
    pub k: u8,
    /// Shares that use a secret.
    pub t: u8,
    /// Custodians.
    pub n: u8,
    /// Recipients of the two identities.
    pub recipients: Recipients,
    /// Everybody with an approval key.
    pub people: Vec<CustodyPerson>,
    /// The second split of both identities, where one was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery: Option<RecoverySet>,
}

/// The age recipients (`age1...`) of the two identities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipients {
    /// Of V, which opens vault.age.
    pub open: String,
    /// Of U, which opens secrets.
    #[serde(rename = "use")]
    pub use_: String,
}

/// One person on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustodyPerson {
    /// As it stands in the minutes; unique.
    pub name: String,
    /// `administrator`, `custodian` or `witness`.
    pub role: String,
    /// Ed25519 public key; unique.
    #[serde(with = "hex")]
    pub approval_key: [u8; 32],
    /// A custodian's share number, 1 to n.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u8>,
    /// Where the envelopes are, in words, when they are not in this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medium: Option<String>,
    /// What a custodian's shares hash to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commitments: Option<Commitments>,
    /// The envelopes themselves, in test and rehearsal vaults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envelopes: Option<Envelopes>,
}

/// Commitments to a custodian's two shares; see [`share_commitment`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commitments {
    /// To the share of V.
    #[serde(with = "hex")]
    pub open: [u8; 32],
    /// To the share of U.
    #[serde(with = "hex", rename = "use")]
    pub use_: [u8; 32],
}

/// A person's age files, armored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelopes {
    /// The share envelope; custodians only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<String>,
    /// The approval envelope.
    pub approval: String,
}

/// Why custody.toml was not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CustodyFileError {
    /// Written by a later keymoot.
    #[error(
        "custody.toml has format version {found}; this keymoot reads up to {CUSTODY_VERSION}. Nothing was \
         opened or changed; use the keymoot that wrote it, or a later one."
    )]
    NewerVersion {
        /// The version in the file.
        found: i64,
    },
    /// Not the closed schema, or a value that cannot be.
    #[error(
        "custody.toml: {problem}. Nobody was asked for a passphrase and nothing was changed; take the \
         file from a backup of this vault."
    )]
    Malformed {
        /// What is wrong, with the place in the file.
        problem: String,
    },
    /// Text could not be made of it.
    #[error("custody.toml could not be written. Nothing was changed.")]
    Unwritable,
}

impl CustodyFile {
    /// Reads and checks the file's bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, CustodyFileError> {
        let malformed = |problem: String| CustodyFileError::Malformed { problem };
        if bytes.len() > MAX_BYTES {
            return Err(malformed("it is longer than 1 MiB".to_owned()));
        }
        let text =
            std::str::from_utf8(bytes).map_err(|_| malformed("it is not UTF-8".to_owned()))?;
        // The version first: a later one may have members this schema would call unknown.
        let probe: Probe = toml::from_str(text).map_err(|e| malformed(problem(&e)))?;
        if probe.version > i64::from(CUSTODY_VERSION) {
            return Err(CustodyFileError::NewerVersion {
                found: probe.version,
            });
        }
        let reader = toml::Deserializer::parse(text).map_err(|e| malformed(problem(&e)))?;
        let file: Self = serde_path_to_error::deserialize(reader)
            .map_err(|e| malformed(format!("{}: {}", e.path(), problem(e.inner()))))?;
        custody_rules::check(&file).map_err(malformed)?;
        Ok(file)
    }

    /// Checks the values and writes the text.
    pub fn to_toml(&self) -> Result<String, CustodyFileError> {
        custody_rules::check(self).map_err(|problem| CustodyFileError::Malformed { problem })?;
        toml::to_string(self).map_err(|_| CustodyFileError::Unwritable)
    }

    /// SHA-256 of a custody.toml as it lies on the medium: of its bytes, never of a rewriting of them.
    pub fn sha256_of(bytes: &[u8]) -> [u8; 32] {
        Sha256::digest(bytes).into()
    }

    /// SHA-256 of what [`CustodyFile::to_toml`] writes.
    pub fn sha256(&self) -> Result<[u8; 32], CustodyFileError> {
        Ok(Self::sha256_of(self.to_toml()?.as_bytes()))
    }

    /// The person of that name.
    pub fn person(&self, name: &str) -> Option<&CustodyPerson> {
        self.people.iter().find(|person| person.name == name)
    }

    /// The custodian with that share number.
    pub fn custodian(&self, index: u8) -> Option<&CustodyPerson> {
        self.people
            .iter()
            .find(|person| person.index == Some(index))
    }
}

/// The version of any custody.toml, past or future.
#[derive(Deserialize)]
struct Probe {
    version: i64,
}

/// toml's message without the quoted lines, which belong on no screen of two columns.
fn problem(error: &toml::de::Error) -> String {
    error.message().replace('\n', "; ")
}

/// The published commitment to one share: SHA-256 over the label `keymoot/share/v1` and NUL, vault id, set
/// id, kind (0 opens, 1 uses), index and the 32 share bytes.
pub fn share_commitment(
    vault_id: &[u8; 16],
    set_id: &[u8; 16],
    opens: bool,
    index: u8,
    share: &[u8; 32],
) -> [u8; 32] {
    let kind = u8::from(!opens);
    Sha256::new()
        .chain_update(b"keymoot/share/v1\0")
        .chain_update(vault_id)
        .chain_update(set_id)
        .chain_update([kind, index])
        .chain_update(share)
        .finalize()
        .into()
}

#[cfg(test)]
#[path = "custody_file_tests.rs"]
mod tests;
