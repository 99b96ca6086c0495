//! Sealing new secrets and opening stored ones, with refusals in one wording.

use crate::{
    api::{ApiError, ErrorKind},
    crypto::SecretBytes,
};

use super::{Context, KeyRecord, check_values, refusal};

/// Seals a new secret to the use identity.
pub(super) fn seal(ctx: &Context<'_>, secret: &SecretBytes) -> Result<Vec<u8>, ApiError> {
    ctx.seal
        .seal(secret)
        .map_err(|e| refusal::internal(&format!("The key could not be sealed: {e}")))
}

/// Opens a stored secret; `what` begins the sentence (`The key of ImportToken`), `undone` ends it.
pub(super) fn open(
    ctx: &Context<'_>,
    sealed: &[u8],
    what: &str,
    undone: &str,
) -> Result<SecretBytes, ApiError> {
    let Some(lock) = ctx.open else {
        return Err(ApiError::new(
            ErrorKind::AccessDenied,
            format!(
                "{what} can be used only while its custodians have the use identity rebuilt; {undone}."
            ),
        ));
    };
    lock.open(sealed)
        .map_err(|e| refusal::internal(&format!("{what} could not be opened: {e}")))
}

/// Opens a stored symmetric key and makes sure that it is the one on record; `what` and `undone` as for [`open`].
pub(super) fn of_key(
    ctx: &Context<'_>,
    record: &KeyRecord,
    what: &str,
    undone: &str,
) -> Result<SecretBytes, ApiError> {
    let key = &record.key;
    let sealed = record
        .material
        .sealed()
        .ok_or_else(|| refusal::internal(&format!("Key {} has no material", key.key_arn)))?;
    let secret = open(ctx, sealed, what, undone)?;
    let found = check_values::symmetric(
        key.key_attributes.key_algorithm,
        key.key_check_value_algorithm,
        &secret,
    )?;
    if found == key.key_check_value {
        return Ok(secret);
    }
    Err(refusal::internal(&format!(
        "The material of key {} does not have the check value on record",
        key.key_arn
    )))
}
