//! NextToken: where the next page begins, bound to the operation and its filters.
#![deny(clippy::indexing_slicing)]

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use crate::api::{ApiError, Timestamp};

use super::{EngineState, KeyRecord, state::Position};

const CHECK_BYTES: usize = 12;
const TIME_BYTES: usize = 8;

/// Items on a page when the caller does not say.
pub(super) const PAGE: i64 = 50;

/// How many items a page holds.
pub(super) fn size(max_results: Option<i64>) -> usize {
    usize::try_from(max_results.unwrap_or(PAGE)).unwrap_or(0)
}

/// The token of a position: base64url of check ‖ position.
pub(super) fn seal(state: &EngineState, operation: &str, filter: &str, position: &[u8]) -> String {
    let mut bytes = check(state, operation, filter, position).to_vec();
    bytes.extend_from_slice(position);
    BASE64URL_NOPAD.encode(&bytes)
}

/// The position in a token.
///
/// # Errors
/// A ValidationException for a damaged token, or one of another account, operation or filter.
pub(super) fn open(
    state: &EngineState,
    operation: &str,
    filter: &str,
    token: &str,
) -> Result<Vec<u8>, ApiError> {
    BASE64URL_NOPAD
        .decode(token.as_bytes())
        .ok()
        .and_then(|bytes| {
            let (given, position) = bytes.split_at_checked(CHECK_BYTES)?;
            (given == check(state, operation, filter, position)).then(|| position.to_vec())
        })
        .ok_or_else(|| foreign(operation))
}

/// A token that the operation did not give.
pub(super) fn foreign(operation: &str) -> ApiError {
    ApiError::validation(format!(
        "NextToken is not one that {operation} gave for this request; ask again without it."
    ))
}

/// The token after the key `last`: its position is creation time (ms, big-endian) ‖ key id.
pub(super) fn token(
    state: &EngineState,
    operation: &str,
    filter: &str,
    last: &KeyRecord,
) -> String {
    let mut position = last.key.create_timestamp.millis().to_be_bytes().to_vec();
    position.extend_from_slice(last.key_id().as_bytes());
    seal(state, operation, filter, &position)
}

/// The key position in a token.
///
/// # Errors
/// As [`open`].
pub(super) fn read(
    state: &EngineState,
    operation: &str,
    filter: &str,
    token: &str,
) -> Result<Position, ApiError> {
    let position = open(state, operation, filter, token)?;
    let split = position
        .split_first_chunk::<TIME_BYTES>()
        .and_then(|(time, id)| Some((time, std::str::from_utf8(id).ok()?)));
    match split {
        Some((time, id)) => Ok((Timestamp::from_millis(i64::from_be_bytes(*time)), id.into())),
        None => Err(foreign(operation)),
    }
}

/// Not a secret: it tells a damaged or foreign token from a good one, and a forged one gives away nothing.
fn check(state: &EngineState, operation: &str, filter: &str, position: &[u8]) -> [u8; CHECK_BYTES] {
    let mut hash = Sha256::new();
    for part in [
        "keymoot/next-token/v1",
        state.account(),
        state.region(),
        operation,
        filter,
    ] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.update(position);
    let mut check = [0; CHECK_BYTES];
    for (to, from) in check.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    check
}
