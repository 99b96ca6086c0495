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
        self.resource(identifier)?.strip_prefix("key/")
    }

    /// The alias name, `alias/...`, in an alias or in an alias ARN of this account and region.
    pub(super) fn alias_in<'i>(&self, identifier: &'i str) -> Option<&'i str> {
        let name = self.resource(identifier).unwrap_or(identifier);
        name.starts_with("alias/").then_some(name)
    }

    /// What follows account and region in an ARN of these.
    fn resource<'i>(&self, arn: &'i str) -> Option<&'i str> {
        let mut parts = arn
            .strip_prefix("arn:aws:payment-cryptography:")?
            .splitn(3, ':');
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        (region == self.region() && account == self.account()).then_some(resource)
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
            .ok_or_else(|| self.names_none(identifier))
    }

    /// Why an identifier names no key that can be used.
    fn names_none(&self, identifier: &str) -> ApiError {
        match self.alias_in(identifier) {
            Some(alias) if self.aliases.contains_key(alias) => {
                refusal::no_key_behind(identifier, alias)
            }
            _ => refusal::not_found(identifier),
        }
    }

    /// The key an identifier names, for anything but reading its record: destroyed and due keys are not found.
    pub(super) fn living(&self, identifier: &str, now: Timestamp) -> Result<&KeyRecord, ApiError> {
        let record = self.named(identifier)?;
        if record.is_gone(now) {
            return Err(self.names_none(identifier));
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
