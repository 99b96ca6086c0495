//! The people of a vault: role, name, approval key, share, and the span of state in which their key counts.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Fingerprint;

/// What a person may do. One role per person per ceremony.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Issues acts; may not approve them.
    Administrator,
    /// Holds shares, enters components, approves; may issue if enough others can sign.
    Custodian,
    /// Observes and signs off; never approves.
    Witness,
}

impl Role {
    /// The word in files and sentences.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Custodian => "custodian",
            Self::Witness => "witness",
        }
    }

    /// The role of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Administrator, Self::Custodian, Self::Witness]
            .into_iter()
            .find(|role| role.word() == word)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One enrolled person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The name, unique in the vault.
    pub name: String,
    /// The role.
    pub role: Role,
    /// The Ed25519 public key, 32 raw bytes (RFC 8032 §5.1.5); in text, lower-case hex.
    #[serde(with = "super::hex_bytes")]
    pub approval_key: [u8; 32],
    /// Which share (x = 1..n) this person holds; custodians alone have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u8>,
    /// The first `seq` of an act that this key may sign.
    pub since_seq: u64,
    /// The last `seq` of an act that this key may sign; open while the person serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_seq: Option<u64>,
}

impl Person {
    /// The fingerprint of the approval key.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.approval_key)
    }

    /// Whether the key counts for an act on state `seq`.
    pub fn serves_at(&self, seq: u64) -> bool {
        self.since_seq <= seq && self.until_seq.is_none_or(|until| seq <= until)
    }
}

/// Why a person cannot be enrolled beside the others.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnrolmentRefusal {
    /// The name is taken (compared without case and outer white space).
    #[error(
        "There is already a {role} named {name}. Nobody was added. Use a name that tells the two apart, such as one with an initial."
    )]
    DuplicateName {
        /// The name.
        name: String,
        /// The role of the person who has it.
        role: Role,
    },
    /// The approval key is another person's.
    #[error(
        "The approval key of {name} is the one that {other} already has; one key would sign as two people. Nobody was added. {name} draws a new approval key."
    )]
    DuplicateKey {
        /// The newcomer.
        name: String,
        /// Who has the key.
        other: String,
    },
    /// The share index is another person's.
    #[error(
        "{name} was given share {index}, which {other} already holds. Nobody was added. Give each custodian a share of their own."
    )]
    DuplicateShare {
        /// The newcomer.
        name: String,
        /// The share.
        index: u8,
        /// Who holds it.
        other: String,
    },
    /// A custodian without a share, or another role with one.
    #[error(
        "{name} is enrolled as {role}, and {}. Nobody was added.",
        if *.role == Role::Custodian { "a custodian holds a share, but none was given" } else { "only a custodian holds a share" }
    )]
    ShareOfRole {
        /// The newcomer.
        name: String,
        /// The role.
        role: Role,
    },
    /// A name that is empty, longer than 64 characters, or holds a control character or outer white space.
    #[error(
        "A name has 1 to 64 characters, no control characters, and no space at either end. Nobody was added. Type the name again."
    )]
    BadName,
    /// The public key is not a usable Ed25519 point.
    #[error(
        "The approval key of {name} is not a usable Ed25519 public key. Nobody was added. {name} draws a new approval key."
    )]
    BadKey {
        /// The newcomer.
        name: String,
    },
}

/// Judges whether `newcomer` may stand beside `people`: no name, key or share twice.
///
/// An approval key is never anyone's again, even after it has ended. Name and share number are free again then:
/// a rotation enrols the same people with new keys.
///
/// # Errors
/// [`EnrolmentRefusal`].
pub fn may_enrol(people: &[Person], newcomer: &Person) -> Result<(), EnrolmentRefusal> {
    let name = newcomer.name.clone();
    let length = name.chars().count();
    if length == 0 || length > 64 || name.trim() != name || name.chars().any(char::is_control) {
        return Err(EnrolmentRefusal::BadName);
    }
    let has_share = newcomer.index.is_some_and(|index| index > 0);
    if has_share != (newcomer.role == Role::Custodian) {
        return Err(EnrolmentRefusal::ShareOfRole {
            name,
            role: newcomer.role,
        });
    }
    let usable = ed25519_dalek::VerifyingKey::from_bytes(&newcomer.approval_key)
        .is_ok_and(|key| !key.is_weak());
    if !usable {
        return Err(EnrolmentRefusal::BadKey { name });
    }
    for other in people {
        if other.until_seq.is_none() && other.name.to_lowercase() == name.to_lowercase() {
            return Err(EnrolmentRefusal::DuplicateName {
                name: other.name.clone(),
                role: other.role,
            });
        }
        if other.approval_key == newcomer.approval_key {
            let other = other.name.clone();
            return Err(EnrolmentRefusal::DuplicateKey { name, other });
        }
        if let (None, Some(index)) = (other.until_seq, newcomer.index)
            && other.index == Some(index)
        {
            let other = other.name.clone();
            return Err(EnrolmentRefusal::DuplicateShare { name, index, other });
        }
    }
    Ok(())
}
