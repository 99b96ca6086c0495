//! The stored key that opens or closes a TR-31 key block: which one may.

use crate::{
    api::{
        ApiError, KeyAlgorithm,
        KeyUsage::{TR31_K0_KEY_ENCRYPTION_KEY, TR31_K1_KEY_BLOCK_PROTECTION_KEY},
    },
    crypto::strength::{self, WrapPath},
};

use super::KeyRecord;

/// What is asked of a wrapping key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    /// Open a block: mode B, D or N.
    Unwrap,
    /// Close one: mode B, E or N.
    Wrap,
}

/// Refuses a key whose usage or mode is not that of a wrapping key. NoRestrictions restricts to the usage only.
pub(super) fn may(record: &KeyRecord, task: Task) -> Result<(), ApiError> {
    let attributes = &record.key.key_attributes;
    let usage = attributes.key_usage;
    if !matches!(
        usage,
        TR31_K0_KEY_ENCRYPTION_KEY | TR31_K1_KEY_BLOCK_PROTECTION_KEY
    ) {
        return Err(refused(
            record,
            &format!("KeyUsage {} cannot wrap keys", usage.name()),
        ));
    }
    let modes = &attributes.key_modes_of_use;
    let (has, name) = match task {
        Task::Unwrap => (modes.unwrap, "Unwrap"),
        Task::Wrap => (modes.wrap, "Wrap"),
    };
    if has || modes.no_restrictions {
        return Ok(());
    }
    let modes = modes.names().join(", ");
    Err(refused(
        record,
        &format!("KeyModesOfUse [{modes}] lacks {name}"),
    ))
}

/// Refuses a key weaker than the one it would protect (the matrix of TR-31).
pub(super) fn strong_enough(record: &KeyRecord, wrapped: KeyAlgorithm) -> Result<(), ApiError> {
    let wrapping = record.key.key_attributes.key_algorithm;
    strength::may_wrap(wrapped, wrapping, WrapPath::Tr31)
        .map_err(|refusal| refused(record, &refusal.comparison("wrapping")))
}

/// The same for a key whose length its block hides: the shortest of its algorithm is judged.
pub(super) fn strong_enough_for_hidden(
    record: &KeyRecord,
    shortest: KeyAlgorithm,
) -> Result<(), ApiError> {
    let wrapping = record.key.key_attributes.key_algorithm;
    strength::may_wrap(shortest, wrapping, WrapPath::Tr31)
        .map_err(|refusal| refused(record, &refusal.comparison_of_hidden()))
}

/// A refusal of the wrapping key itself.
pub(super) fn refused(record: &KeyRecord, why: &str) -> ApiError {
    ApiError::validation(format!(
        "WrappingKeyIdentifier {}: {why}.",
        record.key.key_arn
    ))
}
