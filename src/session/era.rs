//! Earlier identities and epochs of a vault. Their audit keys are kept, so that the whole log stays verifiable, and
//! their state keys, so that a bundle of an earlier run can still be made.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_bytes::ByteBuf;
use zeroize::Zeroizing;

use crate::crypto::SecretBytes;
use crate::custody::state_head;
use crate::evidence::audit::AuditKey;

/// What was derived from an identity of the vault, for a span of its log and of its history.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Era {
    /// The last line of the log that the audit key vouches for.
    pub(crate) lines: u64,
    /// The last sequence number whose salt comes from the state key and the epoch.
    pub(crate) seq: u64,
    /// The epoch, 16 bytes.
    pub(crate) epoch: ByteBuf,
    /// HKDF(V, "audit").
    pub(crate) audit_key: EraKey,
    /// HKDF(V, "state").
    pub(crate) state_key: EraKey,
}

impl Era {
    /// The epoch as it stands in what people sign.
    pub(crate) fn epoch_hex(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.epoch)
    }

    /// The salt of a transition of this era.
    pub(crate) fn salt(&self, seq: u64) -> Zeroizing<[u8; 32]> {
        let key = Zeroizing::new(self.state_key.bytes());
        state_head::salt(&*key, &self.epoch_hex(), seq)
    }
}

/// The era in which a sequence number was reached; none for the present one.
pub(crate) fn of(eras: &[Era], seq: u64) -> Option<&Era> {
    eras.iter().find(|era| seq <= era.seq)
}

/// A derived key of 32 bytes, wiped with the last copy of the state that holds it.
#[derive(Clone)]
pub(crate) struct EraKey(Arc<SecretBytes>);

impl EraKey {
    /// Keeps a key.
    pub(crate) fn keep(key: &[u8; 32]) -> Self {
        Self(Arc::new(SecretBytes::from_slice(key)))
    }

    fn bytes(&self) -> [u8; 32] {
        let mut key = [0; 32];
        key.iter_mut()
            .zip(self.0.expose())
            .for_each(|(to, from)| *to = *from);
        key
    }
}

impl Serialize for EraKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0.expose())
    }
}

impl<'de> Deserialize<'de> for EraKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = SecretBytes::new(ByteBuf::deserialize(deserializer)?.into_vec());
        if bytes.len() != 32 {
            return Err(serde::de::Error::custom("a derived key has 32 bytes"));
        }
        Ok(Self(Arc::new(bytes)))
    }
}

/// The audit keys of a log: those of earlier eras, and the present one from the line after them.
pub(crate) fn audit_keys(eras: &[Era], present: &[u8; 32]) -> Vec<AuditKey> {
    let mut from = 1;
    let mut keys = Vec::with_capacity(eras.len() + 1);
    for era in eras {
        keys.push(AuditKey::new(from, era.audit_key.bytes()));
        from = era.lines + 1;
    }
    keys.push(AuditKey::new(from, *present));
    keys
}
