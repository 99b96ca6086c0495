//! Acts on the table: asked and signed by an issuer, waiting for custodians.

use crate::api::Timestamp;
use crate::crypto::secret_sharing::Share;
use crate::custody::{Act, Signature};

use super::action::Action;
use super::command::Origin;

/// One act that waits. The use shares that came with the signatures live here and are wiped with it.
pub(crate) struct Pending {
    /// What is signed.
    pub(crate) act: Act,
    /// The same act, typed: this value is executed, nothing is parsed again.
    pub(crate) action: Action,
    /// Where it came from.
    pub(crate) origin: Option<Origin>,
    /// Issuer first.
    pub(crate) signatures: Vec<Signature>,
    /// Shares of the use identity, for acts that open a secret.
    pub(crate) use_shares: Vec<Share>,
    /// How many custodians must sign.
    pub(crate) required: u8,
    /// When it was asked.
    pub(crate) asked: Timestamp,
}

impl Pending {
    /// Custodians who signed, by name.
    pub(crate) fn signed(&self) -> Vec<String> {
        self.signatures
            .iter()
            .skip(1)
            .map(|s| s.name.clone())
            .collect()
    }

    /// Everybody who signed, issuer first.
    pub(crate) fn who(&self) -> Vec<String> {
        self.signatures.iter().map(|s| s.name.clone()).collect()
    }
}
