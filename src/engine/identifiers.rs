//! Key ids, ARNs, and what an identifier names.

use std::sync::Arc;

use data_encoding::BASE32_NOPAD;

use crate::{
    api::{ApiError, KeyState, Timestamp},
    crypto::Entropy,
};

use super::{EngineState, KeyRecord, refusal};

/// 80 random bits are 16 base32 characters.
const ID_BYTES: usize = 10;

/// One collision among 100 000 keys is a chance of one in 10^19; several are a broken source.
const ATTEMPTS: u32 = 4;

impl EngineState {
    /// The ARN of a key id.
    pub fn arn(&self, key_id: &str) -> String {
        format!(
            "arn:aws:payment-cryptography:{}:{}:key/{key_id}",
            self.region(),
            self.account()
        )
    }

    /// The key id in a key ARN of this account and region.
    pub(super) fn id_in_arn<'i>(&self, identifier: &'i str) -> Option<&'i str> {
        let mut parts = identifier
            .strip_prefix("arn:aws:payment-cryptography:")?
            .splitn(3, ':');
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        (region == self.region() && account == self.account())
            .then(|| resource.strip_prefix("key/"))
            .flatten()
    }

    /// A key id that no key has had yet: lower-case base32 of 80 random bits.
    pub(super) fn draw_key_id(&self, entropy: &mut dyn Entropy) -> Result<Arc<str>, ApiError> {
        for _ in 0..ATTEMPTS {
            let mut bytes = [0_u8; ID_BYTES];
            entropy
                .draw("key-id")
                .map_err(|e| refusal::no_randomness(&e))?
                .fill_bytes(&mut bytes);
            let id = BASE32_NOPAD.encode(&bytes).to_ascii_lowercase();
            if self.by_key_id(&id).is_none() {
                return Ok(id.into());
            }
        }
        Err(refusal::internal(
            "The random source gave key ids that exist already; do not go on with this machine",
        ))
    }

    /// The key an identifier names, tombstones included.
    pub(super) fn named(&self, identifier: &str) -> Result<&KeyRecord, ApiError> {
        self.find(identifier)
            .ok_or_else(|| refusal::not_found(identifier))
    }

    /// The key an identifier names, for anything but reading its record: destroyed and due keys are not found.
    pub(super) fn living(&self, identifier: &str, now: Timestamp) -> Result<&KeyRecord, ApiError> {
        let record = self.named(identifier)?;
        if record.is_gone(now) {
            return Err(refusal::not_found(identifier));
        }
        Ok(record)
    }

    /// The key an identifier names, in CREATE_COMPLETE.
    pub(super) fn complete(
        &self,
        identifier: &str,
        now: Timestamp,
    ) -> Result<&KeyRecord, ApiError> {
        let record = self.living(identifier, now)?;
        in_state(record, KeyState::CREATE_COMPLETE)?;
        Ok(record)
    }

    /// The key an identifier names, ready for cryptographic use.
    pub(super) fn usable(&self, identifier: &str, now: Timestamp) -> Result<&KeyRecord, ApiError> {
        let record = self.complete(identifier, now)?;
        if record.key.enabled {
            Ok(record)
        } else {
            Err(ApiError::validation(format!(
                "Key {} is not enabled.",
                record.key.key_arn
            )))
        }
    }
}

/// Refuses a key that is not in `state`, in the service's words.
pub(super) fn in_state(record: &KeyRecord, state: KeyState) -> Result<(), ApiError> {
    if record.key.key_state == state {
        return Ok(());
    }
    Err(ApiError::validation(format!(
        "Key {} is not in {} state.",
        record.key.key_arn,
        state.name()
    )))
}
