//! The session's randomness: the operating system, or a seed that only a rehearsal may have.

use std::collections::BTreeMap;

use rand_core::CryptoRng;

use crate::crypto::{Entropy, EntropyError, OsEntropy, SeededEntropy};

/// Where draws come from.
pub(crate) enum Randomness {
    /// The operating system.
    Os(OsEntropy),
    /// A rehearsal's seed, and the generator made of it.
    Seeded(String, Box<SeededEntropy>),
}

impl Randomness {
    /// Sets the context of seeded draws.
    pub(crate) fn set_context(&mut self, script: &[u8; 32], run: u64, step: &str) {
        if let Self::Seeded(_, seeded) = self {
            seeded.set_context(script, run, step);
        }
    }

    /// What an act that fails must give back.
    pub(crate) fn checkpoint(&mut self) {
        if let Self::Seeded(_, seeded) = self {
            seeded.checkpoint();
        }
    }

    /// Gives ordinals back since the checkpoint.
    pub(crate) fn rollback(&mut self) {
        if let Self::Seeded(_, seeded) = self {
            seeded.rollback();
        }
    }

    /// Ordinals to journal.
    pub(crate) fn ordinals(&self) -> Option<&BTreeMap<String, u64>> {
        match self {
            Self::Os(_) => None,
            Self::Seeded(_, seeded) => Some(seeded.ordinals()),
        }
    }

    /// Ordinals from a journal.
    pub(crate) fn restore_ordinals(&mut self, ordinals: BTreeMap<String, u64>) {
        if let Self::Seeded(_, seeded) = self {
            seeded.restore_ordinals(ordinals);
        }
    }

    /// The seed, where there is one.
    pub(crate) fn seed(&self) -> Option<&str> {
        match self {
            Self::Os(_) => None,
            Self::Seeded(seed, _) => Some(seed),
        }
    }
}

impl Entropy for Randomness {
    fn draw(&mut self, purpose: &str) -> Result<Box<dyn CryptoRng + Send>, EntropyError> {
        match self {
            Self::Os(os) => os.draw(purpose),
            Self::Seeded(_, seeded) => seeded.draw(purpose),
        }
    }
}
