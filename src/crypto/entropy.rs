//! Where randomness comes from: the operating system, or a seed for rehearsals that must repeat.
//!
//! Every draw is an independent generator for one named purpose. Generators cannot fail; whatever can
//! fail, fails at the draw, before anything was made from it.

use std::collections::BTreeMap;

use chacha20::ChaCha20Rng;
use hkdf::Hkdf;
use rand_core::{CryptoRng, SeedableRng};
use sha2::Sha256;
use thiserror::Error;
use zeroize::Zeroizing;

/// A source of independent generators.
pub trait Entropy: Send {
    /// One independent generator; `purpose` names the use (`key-material`, `oaep`, `rsa-prime`,
    /// `approval-id`, ...).
    ///
    /// # Errors
    /// The source cannot deliver; there is no fallback.
    fn draw(&mut self, purpose: &str) -> Result<Box<dyn CryptoRng + Send>, EntropyError>;
}

/// Why no generator could be had.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EntropyError {
    /// The operating system's source refused.
    #[error(
        "The operating system's random source failed ({0}). No key was made and nothing changed. \
         Do not go on with this machine until its random source works."
    )]
    Source(String),
}

/// The operating system's random source: each draw takes a fresh 256-bit seed for a ChaCha20 generator.
///
/// ChaCha20 under a seed used once is at 256 bits beyond every key made here, and lets a draw be
/// checked where it can still be refused: a generator of the operating system may fail halfway.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn draw(&mut self, _purpose: &str) -> Result<Box<dyn CryptoRng + Send>, EntropyError> {
        let mut seed = Zeroizing::new([0_u8; 32]);
        getrandom::fill(seed.as_mut_slice()).map_err(|e| EntropyError::Source(e.to_string()))?;
        Ok(Box::new(ChaCha20Rng::from_seed(*seed)))
    }
}

/// Repeatable randomness for rehearsals and tests: whoever knows the seed knows every key.
///
/// A generator is ChaCha20 keyed by HKDF-SHA-256 over seed, context, purpose and ordinal, each with its
/// length. The ordinal counts the draws of one purpose in one context, so that inserting a step into a
/// script leaves the keys of the other steps alone.
pub struct SeededEntropy {
    seed: Zeroizing<String>,
    script_hash: [u8; 32],
    run: u64,
    step: String,
    ordinals: BTreeMap<String, u64>,
    /// Counters changed since the last checkpoint, with what they were.
    changed: Vec<(String, Option<u64>)>,
}

impl SeededEntropy {
    /// A source from a seed of any length, in the empty context.
    pub fn new(seed: &str) -> Self {
        Self {
            seed: Zeroizing::new(seed.to_owned()),
            script_hash: [0; 32],
            run: 0,
            step: String::new(),
            ordinals: BTreeMap::new(),
            changed: Vec::new(),
        }
    }

    /// Says where the draws that follow belong: the script, its run, the step.
    pub fn set_context(&mut self, script_hash: &[u8; 32], run: u64, step: &str) {
        self.script_hash = *script_hash;
        self.run = run;
        step.clone_into(&mut self.step);
    }

    /// From here [`rollback`](Self::rollback) gives ordinals back. A later checkpoint replaces this one.
    pub fn checkpoint(&mut self) {
        self.changed.clear();
    }

    /// Gives back every ordinal drawn since the last checkpoint: the act that drew them failed, and
    /// its repetition shall draw the same.
    pub fn rollback(&mut self) {
        while let Some((name, before)) = self.changed.pop() {
            match before {
                Some(count) => self.ordinals.insert(name, count),
                None => self.ordinals.remove(&name),
            };
        }
    }

    /// The next ordinal for each context and purpose seen, to be kept across a restart.
    pub fn ordinals(&self) -> &BTreeMap<String, u64> {
        &self.ordinals
    }

    /// Puts kept ordinals back and starts a new checkpoint.
    pub fn restore_ordinals(&mut self, ordinals: BTreeMap<String, u64>) {
        self.ordinals = ordinals;
        self.changed.clear();
    }

    /// The name under which a purpose is counted here; the step's length keeps names apart.
    fn counter(&self, purpose: &str) -> String {
        format!(
            "{}/{}/{}:{}/{purpose}",
            data_encoding::HEXLOWER.encode(&self.script_hash),
            self.run,
            self.step.len(),
            self.step
        )
    }

    fn key(&self, purpose: &str, ordinal: u64) -> Result<Zeroizing<[u8; 32]>, EntropyError> {
        let mut info = b"keymoot/seeded-entropy/v1".to_vec();
        let run = self.run.to_be_bytes();
        let ordinal = ordinal.to_be_bytes();
        for part in [
            self.script_hash.as_slice(),
            &run,
            self.step.as_bytes(),
            purpose.as_bytes(),
            &ordinal,
        ] {
            info.extend_from_slice(&(part.len() as u64).to_be_bytes());
            info.extend_from_slice(part);
        }
        let mut key = Zeroizing::new([0_u8; 32]);
        // The seed is the input keying material alone, so its length needs no prefix.
        Hkdf::<Sha256>::new(None, self.seed.as_bytes())
            .expand(&info, key.as_mut_slice())
            .map_err(|e| EntropyError::Source(e.to_string()))?;
        Ok(key)
    }
}

impl Entropy for SeededEntropy {
    fn draw(&mut self, purpose: &str) -> Result<Box<dyn CryptoRng + Send>, EntropyError> {
        let name = self.counter(purpose);
        let before = self.ordinals.get(&name).copied();
        let ordinal = before.unwrap_or(0);
        let key = self.key(purpose, ordinal)?;
        self.ordinals
            .insert(name.clone(), ordinal.saturating_add(1));
        self.changed.push((name, before));
        Ok(Box::new(ChaCha20Rng::from_seed(*key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(source: &mut dyn Entropy, purpose: &str) -> [u8; 32] {
        let mut out = [0; 32];
        source.draw(purpose).unwrap().fill_bytes(&mut out);
        out
    }

    #[test]
    fn the_system_source_never_repeats() {
        let mut source = OsEntropy;
        assert_ne!(bytes(&mut source, "a"), bytes(&mut source, "a"));
    }

    #[test]
    fn a_seed_repeats_and_every_input_counts() {
        let draw = |seed: &str, hash: u8, run: u64, step: &str, purpose: &str| {
            let mut source = SeededEntropy::new(seed);
            source.set_context(&[hash; 32], run, step);
            bytes(&mut source, purpose)
        };
        let base = draw("seed", 1, 1, "step", "key-material");
        assert_eq!(base, draw("seed", 1, 1, "step", "key-material"));
        for other in [
            draw("seed2", 1, 1, "step", "key-material"),
            draw("seed", 2, 1, "step", "key-material"),
            draw("seed", 1, 2, "step", "key-material"),
            draw("seed", 1, 1, "stepk", "ey-material"),
            draw("seed", 1, 1, "step", "oaep"),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn the_derivation_is_fixed() {
        // Recordings name a seed: a change here changes every rehearsal made before it. The value was
        // computed with Python (HKDF and ChaCha20 of `cryptography`).
        let mut source = SeededEntropy::new("keymoot");
        source.set_context(&[7; 32], 3, "make-kek");
        assert_eq!(
            data_encoding::HEXLOWER.encode(&bytes(&mut source, "key-material")),
            "52d241a1f3ece26ea6e39422eaa02d34e50dfae12fcd8f19d4b6c7e822d88a69"
        );
    }

    #[test]
    fn ordinals_count_per_context_and_purpose() {
        let mut source = SeededEntropy::new("seed");
        let first = bytes(&mut source, "a");
        let second = bytes(&mut source, "a");
        assert_ne!(first, second);
        source.set_context(&[1; 32], 0, "other");
        bytes(&mut source, "a");
        source.set_context(&[0; 32], 0, "");
        assert_ne!(bytes(&mut source, "a"), first);
        assert_eq!(source.ordinals().len(), 2);
        assert_eq!(source.ordinals().values().sum::<u64>(), 4);
    }

    #[test]
    fn a_rolled_back_act_draws_the_same_again() {
        let mut source = SeededEntropy::new("seed");
        bytes(&mut source, "a");
        let kept = source.ordinals().clone();
        source.checkpoint();
        let second = bytes(&mut source, "a");
        let third = bytes(&mut source, "a");
        let other = bytes(&mut source, "b");
        source.rollback();
        assert_eq!(source.ordinals(), &kept);
        assert_eq!(bytes(&mut source, "a"), second);
        assert_eq!(bytes(&mut source, "b"), other);

        let mut again = SeededEntropy::new("seed");
        again.restore_ordinals(kept);
        assert_eq!(bytes(&mut again, "a"), second);
        assert_eq!(bytes(&mut again, "a"), third);
        again.rollback();
        assert_eq!(bytes(&mut again, "a"), second);
    }
}
