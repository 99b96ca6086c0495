//! An age X25519 identity that can be split: the vault identity V and the use identity U.

use std::str::FromStr;

use hkdf::Hkdf;
use rand_core::CryptoRng;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::bech32::age_secret_key;
use super::seal::SealError;
use crate::crypto::SecretBytes;

/// An age X25519 identity. It has no `Debug`, `Clone` or text form; what it opens is in [`super::open_with`].
pub struct Identity {
    raw: SecretBytes,
    age: age::x25519::Identity,
    recipient: String,
}

impl Identity {
    /// A new identity of 32 bytes drawn from `rng`.
    pub fn generate(rng: &mut dyn CryptoRng) -> Result<Self, SealError> {
        let mut raw = Zeroizing::new([0_u8; 32]);
        rng.fill_bytes(raw.as_mut());
        Self::from_raw(SecretBytes::from_slice(raw.as_ref()))
    }

    /// The identity whose X25519 scalar is these 32 bytes (clamped where it is used, as age does).
    pub fn from_raw(raw: SecretBytes) -> Result<Self, SealError> {
        let bytes: &[u8; 32] = raw
            .expose()
            .try_into()
            .map_err(|_| SealError::BadIdentity)?;
        let text = age_secret_key(bytes);
        let age = age::x25519::Identity::from_str(&text).map_err(|_| SealError::BadIdentity)?;
        let recipient = age.to_public().to_string();
        Ok(Self {
            raw,
            age,
            recipient,
        })
    }

    /// The 32 raw bytes, as they are split.
    pub fn raw(&self) -> &SecretBytes {
        &self.raw
    }

    /// The public recipient, `age1...`.
    pub fn recipient(&self) -> &str {
        &self.recipient
    }

    /// A key of its own for one purpose: HKDF-SHA-256 (RFC 5869) of the raw bytes, without salt, with the
    /// label as info.
    pub fn derive(&self, label: &str) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0_u8; 32]);
        // Fails only above 255 blocks; 32 bytes are one.
        let filled =
            Hkdf::<Sha256>::new(None, self.raw.expose()).expand(label.as_bytes(), key.as_mut());
        debug_assert!(filled.is_ok());
        key
    }

    pub(super) fn age(&self) -> &age::x25519::Identity {
        &self.age
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recipient_and_the_derived_keys_are_fixed_for_ever() {
        let identity = Identity::from_raw(SecretBytes::from_slice(&[7; 32])).unwrap();
        assert_eq!(
            identity.recipient(),
            "age1zwlyl6h27gzv0lfntr7fcqrjrzqazap8sy5zylkxwneh7llf0dksu37mwt"
        );
        assert_eq!(
            data_encoding::HEXLOWER.encode(identity.derive("audit").as_ref()),
            "c7ca148449059501b69dce809492bc931c63e675a24504c8fe1924ff9d2a1b04"
        );
    }

    #[test]
    fn labels_give_unrelated_keys() {
        let identity = Identity::from_raw(SecretBytes::from_slice(&[7; 32])).unwrap();
        assert_ne!(identity.derive("a"), identity.derive("b"));
    }

    #[test]
    fn other_lengths_are_no_identity() {
        for length in [0, 31, 33] {
            assert!(Identity::from_raw(SecretBytes::new(vec![1; length])).is_err());
        }
    }
}
