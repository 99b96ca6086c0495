//! The life cycle: StartKeyUsage, StopKeyUsage, DeleteKey, RestoreKey, and deletions that run out.

use std::{collections::HashSet, sync::Arc};

use crate::api::{
    ApiError, DeleteKeyInput, DeleteKeyOutput, Key, KeyState, RestoreKeyInput, RestoreKeyOutput,
    StartKeyUsageInput, StartKeyUsageOutput, StopKeyUsageInput, StopKeyUsageOutput, Tag, Timestamp,
};

use super::record::NAME_TAG;
use super::{Destroyed, EngineState, Material, identifiers::in_state};

/// A day of the deletion window: exactly 86 400 s, whatever the calendar does.
const DAY_MILLIS: i64 = 86_400_000;

pub(super) fn check_start(
    state: &EngineState,
    input: StartKeyUsageInput,
    now: Timestamp,
) -> Result<StartKeyUsageInput, ApiError> {
    state.complete(&input.key_identifier, now)?;
    Ok(input)
}

pub(super) fn check_stop(
    state: &EngineState,
    input: StopKeyUsageInput,
    now: Timestamp,
) -> Result<StopKeyUsageInput, ApiError> {
    state.complete(&input.key_identifier, now)?;
    Ok(input)
}

pub(super) fn check_delete(
    state: &EngineState,
    input: DeleteKeyInput,
    now: Timestamp,
) -> Result<DeleteKeyInput, ApiError> {
    state.complete(&input.key_identifier, now)?;
    Ok(input)
}

pub(super) fn check_restore(
    state: &EngineState,
    input: RestoreKeyInput,
    now: Timestamp,
) -> Result<RestoreKeyInput, ApiError> {
    let record = state.living(&input.key_identifier, now)?;
    in_state(record, KeyState::DELETE_PENDING)?;
    Ok(input)
}

pub(super) fn start(
    state: &mut EngineState,
    input: &StartKeyUsageInput,
    now: Timestamp,
) -> Result<StartKeyUsageOutput, ApiError> {
    let key = state.change(&input.key_identifier, |key| {
        if !key.enabled {
            enable(key, now);
        }
    })?;
    Ok(StartKeyUsageOutput { key })
}

pub(super) fn stop(
    state: &mut EngineState,
    input: &StopKeyUsageInput,
    now: Timestamp,
) -> Result<StopKeyUsageOutput, ApiError> {
    let key = state.change(&input.key_identifier, |key| {
        if key.enabled {
            disable(key, now);
        }
    })?;
    Ok(StopKeyUsageOutput { key })
}

pub(super) fn delete(
    state: &mut EngineState,
    input: &DeleteKeyInput,
    now: Timestamp,
) -> Result<DeleteKeyOutput, ApiError> {
    let window = input.delete_key_in_days.saturating_mul(DAY_MILLIS);
    let key = state.change(&input.key_identifier, |key| {
        if key.enabled {
            disable(key, now);
        }
        key.key_state = KeyState::DELETE_PENDING;
        key.delete_pending_timestamp = Some(now.plus_millis(window));
    })?;
    Ok(DeleteKeyOutput { key })
}

pub(super) fn restore(
    state: &mut EngineState,
    input: &RestoreKeyInput,
) -> Result<RestoreKeyOutput, ApiError> {
    // It stays disabled: StartKeyUsage is a decision of its own.
    let key = state.change(&input.key_identifier, |key| {
        key.key_state = KeyState::CREATE_COMPLETE;
        key.delete_pending_timestamp = None;
    })?;
    Ok(RestoreKeyOutput { key })
}

/// The switch of a new key.
pub(super) fn begin(key: &mut Key, enabled: bool, now: Timestamp) {
    if enabled {
        enable(key, now);
    } else {
        disable(key, now);
    }
}

fn enable(key: &mut Key, now: Timestamp) {
    key.enabled = true;
    key.usage_start_timestamp = Some(now);
    key.usage_stop_timestamp = None;
}

/// Empties the tags, as the control plane does, and hands back the name among them.
fn take_name(tags: &mut Vec<Tag>) -> Option<String> {
    std::mem::take(tags)
        .into_iter()
        .find(|tag| tag.key == NAME_TAG)
        .map(|tag| tag.value)
}

fn disable(key: &mut Key, now: Timestamp) {
    key.enabled = false;
    key.usage_start_timestamp = None;
    key.usage_stop_timestamp = Some(now);
}

impl EngineState {
    fn change(&mut self, identifier: &str, change: impl FnOnce(&mut Key)) -> Result<Key, ApiError> {
        let mut record = self.named(identifier)?.clone();
        change(&mut record.key);
        let key = record.key.clone();
        self.put(record);
        Ok(key)
    }

    /// Destroys what is due: wipes the material and the tags, takes the key from behind its aliases, and keeps a
    /// tombstone with the name that the key had. The pairs of tokens that have ended go as well. DeleteTimestamp is `now`, the time at which the material really went.
    pub fn settle(&mut self, now: Timestamp) -> Vec<Destroyed> {
        let mut ids: HashSet<Arc<str>> = HashSet::new();
        let destroyed: Vec<Destroyed> = self
            .due(now)
            .into_iter()
            .filter_map(|arn| {
                let mut record = self.find(&arn)?.clone();
                record.key.key_state = KeyState::DELETE_COMPLETE;
                record.key.delete_pending_timestamp = None;
                record.key.delete_timestamp = Some(now);
                record.material = Material::Gone;
                record.was_named = take_name(&mut record.tags);
                ids.insert(record.key_id().into());
                self.put(record);
                Some(Destroyed { arn, at: now })
            })
            .collect();
        self.unassign(&ids);
        self.forget_certificates(&ids);
        self.wipe_expired(now);
        destroyed
    }
}
