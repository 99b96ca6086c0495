//! The approval key of one person, and signatures under a named purpose.

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use rand_core::CryptoRng;
use serde_json::Value;
use zeroize::Zeroizing;

use super::{Fingerprint, json};
use crate::crypto::SecretBytes;

/// A person's Ed25519 signing key (RFC 8032). Wiped when dropped; never printed, copied or serialised.
pub struct ApprovalKey(SigningKey);

impl ApprovalKey {
    /// Draws a key.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(seed.as_mut_slice());
        Self(SigningKey::from_bytes(&seed))
    }

    /// The key of a 32-byte seed (RFC 8032 §5.1.5).
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The key of a seed out of an approval envelope; none unless it has 32 bytes.
    pub fn from_raw(seed: &SecretBytes) -> Option<Self> {
        let seed: &[u8; 32] = seed.expose().try_into().ok()?;
        Some(Self::from_seed(seed))
    }

    /// The 32-byte seed, for an approval envelope.
    pub fn raw(&self) -> SecretBytes {
        SecretBytes::from_slice(self.0.as_bytes())
    }

    /// The public key, 32 raw bytes.
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// The fingerprint of the public key.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.public())
    }

    pub(super) fn sign(&self, prefix: &str, body: &Value) -> [u8; 64] {
        self.0.sign(&message(prefix, body)).to_bytes()
    }
}

/// The bytes under a signature: the purpose, NUL, RFC 8785 JSON of the body. The NUL keeps one purpose from
/// being the start of another.
pub(super) fn message(prefix: &str, body: &Value) -> Vec<u8> {
    let mut message = prefix.as_bytes().to_vec();
    message.push(0);
    message.extend_from_slice(&json::canonical(body));
    message
}

/// Whether `signature` is `public`'s over `body` for that purpose: RFC 8032 with the strict checks (no small
/// order points, canonical S), so that one signature has one form.
pub(super) fn holds(public: &[u8; 32], prefix: &str, body: &Value, signature: &[u8; 64]) -> bool {
    let Ok(key) = VerifyingKey::from_bytes(public) else {
        return false;
    };
    let signature = ed25519_dalek::Signature::from_bytes(signature);
    key.verify_strict(&message(prefix, body), &signature)
        .is_ok()
}
