//! One key as the engine keeps it: metadata, tags, and the material behind its lock.

use crate::api::{Key, KeyState, Tag, Timestamp};

use super::{AesCheckValues, BothCheckValues};

/// The tag that people name a key by.
pub const NAME_TAG: &str = "Name";

/// The material of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Material {
    /// A symmetric key's bytes, sealed to the use identity.
    Sealed(Vec<u8>),
    /// An RSA pair: PKCS#8 DER sealed to the use identity, and the public half in the clear.
    Pair {
        /// The sealed PKCS#8 DER.
        sealed: Vec<u8>,
        /// SubjectPublicKeyInfo DER.
        spki_der: Vec<u8>,
    },
    /// An imported certificate.
    Public {
        /// The certificate, DER.
        certificate_der: Vec<u8>,
        /// The certificates above it, from its issuer to the root, DER; empty for a root.
        chain_der: Vec<Vec<u8>>,
        /// ARN of the imported key that vouched for it; absent for a root.
        authority: Option<String>,
    },
    /// Destroyed: the tombstone's only state.
    Gone,
}

impl Material {
    /// The sealed secret, if there is one.
    pub fn sealed(&self) -> Option<&[u8]> {
        match self {
            Self::Sealed(sealed) | Self::Pair { sealed, .. } => Some(sealed),
            Self::Public { .. } | Self::Gone => None,
        }
    }

    /// The certificate's DER, if it is one.
    pub fn certificate_der(&self) -> Option<&[u8]> {
        match self {
            Self::Public {
                certificate_der, ..
            } => Some(certificate_der),
            _ => None,
        }
    }
}

/// One key: what the service shows, its tags, and its material.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// The metadata that GetKey answers.
    pub key: Key,
    /// Its tags, in the order given.
    pub tags: Vec<Tag>,
    /// Its material.
    pub material: Material,
    /// Both readings of a 16-byte key's check value, kept from its creation so that no screen needs the key.
    pub both_check_values: Option<BothCheckValues>,
    /// What a sender may give for an AES key beside its six digits; boxed, and none in records of before.
    pub aes_check_values: Option<Box<AesCheckValues>>,
    /// Whether it came in a key block of exportability S: it may leave in other forms than a trusted key block too,
    /// and leaves in a block as S again.
    pub sensitive: bool,
    /// What the key block it came in said beside its attributes; boxed, since few keys have any.
    pub from_block: Option<Box<FromBlock>>,
    /// The name that a destroyed key had: its tags go with it in the control plane, and people still have to find in
    /// the record what they destroyed. None of a key that is not destroyed, or had no name.
    pub was_named: Option<String>,
    /// How many keys were made before it at the same moment: a clock that stands still, or ticks slower than keys are
    /// made, cannot tell which is newer. Listing order is by id there, as ever.
    pub made_after: u32,
}

/// What a key block said of its key beside the attributes. It is kept and not used: a new block is written with
/// version 00 and the optional blocks that are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FromBlock {
    /// The key version number, two characters; `00` where there is none.
    pub key_version: String,
    /// ID and data of each optional block, in their order; without PB, which pads, and KP, which is of the wrapping
    /// key and was compared with it.
    pub optional_blocks: Vec<(String, String)>,
}

impl KeyRecord {
    /// The 16-character key id at the end of the ARN.
    pub fn key_id(&self) -> &str {
        self.key
            .key_arn
            .rsplit_once('/')
            .map_or(self.key.key_arn.as_str(), |(_, id)| id)
    }

    /// Whether the deletion window has run out: the key is unusable and unrestorable, settled or not.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.key.key_state == KeyState::DELETE_PENDING
            && self
                .key
                .delete_pending_timestamp
                .is_some_and(|until| now >= until)
    }

    /// Whether the key is gone for every use but reading its record: destroyed, or due to be.
    pub fn is_gone(&self, now: Timestamp) -> bool {
        self.key.key_state == KeyState::DELETE_COMPLETE || self.is_due(now)
    }
}
