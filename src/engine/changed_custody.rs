//! What a change of custody does to the material: sealing everything to another identity, and a return to a copy.

use crate::api::{KeyState, Timestamp};

use super::{
    Destroyed, EngineState, KeyRecord, Material, SealError, SecretOpen, SecretSeal, life_cycle,
    tokens::TokenPair,
};

impl EngineState {
    /// Opens every sealed secret with `open` and seals it with `seal`: keys, pairs, the pairs of tokens, the vault's
    /// own authority. Returns how many there were. On an error the state is half changed and must be dropped.
    ///
    /// # Errors
    /// The first secret that does not open or seal.
    pub fn reseal(
        &mut self,
        open: &dyn SecretOpen,
        seal: &dyn SecretSeal,
    ) -> Result<usize, SealError> {
        let anew = |sealed: &[u8]| open.open(sealed).and_then(|secret| seal.seal(&secret));
        let mut count = 0;
        let held: Vec<KeyRecord> = self
            .records()
            .filter(|record| record.material.sealed().is_some())
            .cloned()
            .collect();
        for mut record in held {
            match &mut record.material {
                Material::Sealed(sealed) | Material::Pair { sealed, .. } => *sealed = anew(sealed)?,
                Material::Public { .. } | Material::Gone => continue,
            }
            count += 1;
            self.put(record);
        }
        for token in self.tokens.values_mut() {
            let Some(pair) = &token.pair else { continue };
            let sealed = anew(&pair.sealed)?;
            let certificate_der = pair.certificate_der.clone();
            std::sync::Arc::make_mut(token).pair = Some(TokenPair {
                sealed,
                certificate_der,
            });
            count += 1;
        }
        if let Some(authority) = &mut self.authority {
            let sealed = anew(&authority.sealed)?;
            std::sync::Arc::make_mut(authority).sealed = sealed;
            count += 1;
        }
        Ok(count)
    }

    /// Destroys keys once more that were destroyed after a copy was made; those unknown here are passed over.
    pub fn destroy_again(&mut self, arns: &[String], now: Timestamp) -> Vec<Destroyed> {
        for arn in arns {
            let Some(record) = self.find(arn).filter(|r| exists(r)) else {
                continue;
            };
            let mut record = record.clone();
            record.key.key_state = KeyState::DELETE_PENDING;
            record.key.delete_pending_timestamp = Some(now);
            self.put(record);
        }
        self.settle(now)
    }

    /// Disables keys until somebody enables them by an act: all of them, or those named. Returns the ARNs of those
    /// that exist and are now disabled.
    pub fn disable_restored(&mut self, only: Option<&[String]>, now: Timestamp) -> Vec<String> {
        let doubtful: Vec<KeyRecord> = self
            .records()
            .filter(|r| r.key.key_state == KeyState::CREATE_COMPLETE)
            .filter(|r| only.is_none_or(|arns| arns.contains(&r.key.key_arn)))
            .cloned()
            .collect();
        let mut arns = Vec::with_capacity(doubtful.len());
        for mut record in doubtful {
            if record.key.enabled {
                life_cycle::begin(&mut record.key, false, now);
            }
            arns.push(record.key.key_arn.clone());
            self.put(record);
        }
        arns
    }
}

fn exists(record: &KeyRecord) -> bool {
    record.key.key_state != KeyState::DELETE_COMPLETE
}
