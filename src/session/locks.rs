//! The second lock: sealing to the use identity is always possible, opening only while it is rebuilt for one act.

use crate::crypto::SecretBytes;
use crate::crypto::secret_sharing;
use crate::engine::{EngineState, SealError, SecretOpen, SecretSeal};
use crate::vault::{Identity, open_with, seal_to};

use super::Session;
use super::action::Action;
use super::error::Refusal;
use super::pending::Pending;

/// Seals to U's recipient.
pub(crate) struct Sealer(pub(crate) String);

impl SecretSeal for Sealer {
    fn seal(&self, secret: &SecretBytes) -> Result<Vec<u8>, SealError> {
        seal_to(&self.0, secret.expose()).map_err(|e| SealError(e.to_string()))
    }
}

/// Opens with U: rebuilt for one act and wiped with this value, or held by a rehearsal or unlock file.
pub(crate) enum Opener<'a> {
    /// Held for the session.
    Held(&'a Identity),
    /// Rebuilt for one act.
    Rebuilt(Box<Identity>),
}

impl SecretOpen for Opener<'_> {
    fn open(&self, sealed: &[u8]) -> Result<SecretBytes, SealError> {
        let identity = match self {
            Self::Held(identity) => *identity,
            Self::Rebuilt(identity) => identity.as_ref(),
        };
        let plain = open_with(identity, sealed).map_err(|e| SealError(e.to_string()))?;
        Ok(SecretBytes::from_slice(&plain))
    }
}

/// Whether an action opens a sealed secret.
pub(crate) fn uses_secret(action: &Action) -> bool {
    match action {
        Action::Control { request, .. } => EngineState::needs_secret(request),
        Action::List { acts, .. } => acts.iter().any(EngineState::needs_secret),
        Action::Backup { .. } => false,
        Action::Custody(act) => act.uses_secret(),
        Action::Components(_) => true,
        Action::Tr34(act) => act.uses_secret(),
    }
}

impl Session {
    /// The use identity for one act, from the shares that came with its signatures.
    pub(crate) fn opener(&self, pending: &Pending) -> Result<Option<Opener<'static>>, Refusal> {
        if !uses_secret(&pending.action) {
            return Ok(None);
        }
        let shares = pending.use_shares.get(..usize::from(self.book.t())).ok_or_else(|| {
            Refusal::Approval(format!(
                "This act opens a secret: {} custodians must sign it, each with the share in their approval envelope. \
                 Nothing was opened.",
                self.book.t()
            ))
        })?;
        let raw = secret_sharing::combine(shares).map_err(|e| Refusal::Custody(e.to_string()))?;
        let identity = Identity::from_raw(raw).map_err(|e| Refusal::Custody(e.to_string()))?;
        if identity.recipient() != self.book.use_recipient() {
            return Err(Refusal::Custody(
                "The shares do not rebuild the identity on record. Nothing was opened. Check that all envelopes are \
                 of this vault and of its present set."
                    .into(),
            ));
        }
        Ok(Some(Opener::Rebuilt(Box::new(identity))))
    }
}
