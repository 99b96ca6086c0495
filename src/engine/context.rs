//! What an operation may use besides the state: the time, randomness, and the locks in front of secrets.

use std::sync::atomic::AtomicBool;

use thiserror::Error;

use crate::{
    api::{Clock, Profile},
    crypto::{Entropy, SecretBytes, keygen::RsaPair},
};

use super::{Limits, Rules};

/// A secret could not be sealed or opened. Carries no material.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct SealError(pub String);

/// Seals a secret to the use identity's public recipient; always available.
pub trait SecretSeal {
    /// Seals `secret`.
    fn seal(&self, secret: &SecretBytes) -> Result<Vec<u8>, SealError>;
}

/// Opens sealed secrets; exists only while the use identity is rebuilt for one act.
pub trait SecretOpen {
    /// Opens what [`SecretSeal::seal`] made.
    fn open(&self, sealed: &[u8]) -> Result<SecretBytes, SealError>;
}

/// An RSA pair made ahead, because the prime search is slow and cancellable.
pub struct PreparedRsa {
    /// PKCS#8 DER.
    pub pkcs8: SecretBytes,
    /// SubjectPublicKeyInfo DER.
    pub spki: Vec<u8>,
}

impl PreparedRsa {
    /// The modulus length; nothing if the public half cannot be read.
    pub fn bits(&self) -> Option<usize> {
        super::pairs::public_key_bits(&self.spki)
    }
}

impl From<RsaPair> for PreparedRsa {
    fn from(pair: RsaPair) -> Self {
        Self {
            pkcs8: pair.pkcs8,
            spki: pair.spki,
        }
    }
}

/// Everything one call of [`ControlPlane::handle`](super::ControlPlane::handle) may use.
pub struct Context<'a> {
    /// The vault's time.
    pub clock: &'a dyn Clock,
    /// Randomness, one generator per draw.
    pub entropy: &'a mut dyn Entropy,
    /// The lock for new secrets.
    pub seal: &'a dyn SecretSeal,
    /// The way to stored secrets: only while the use identity is rebuilt.
    pub open: Option<&'a dyn SecretOpen>,
    /// An RSA pair made ahead; taken by CreateKey of a pair and by GetParameters, else one is made at once.
    pub prepared: Option<PreparedRsa>,
    /// An RSA pair made ahead for the vault's own root; taken by the first act that needs the root.
    pub prepared_root: Option<PreparedRsa>,
    /// Ends a search for primes, once it is true: the request is refused then, and nothing of it is kept.
    pub stop: &'a AtomicBool,
    /// The first eight digits of the vault's id, by which roots of two vaults of one account are told apart; empty where
    /// there is no vault.
    pub vault: &'a str,
    /// What the vault is for: material marked by a keymoot of another profile is refused.
    pub profile: Profile,
    /// What the vault's policy allows.
    pub limits: Limits,
}

impl Context<'_> {
    /// What requests are judged by.
    pub(super) fn rules(&self) -> Rules {
        Rules {
            profile: self.profile,
            limits: self.limits.clone(),
        }
    }
}
