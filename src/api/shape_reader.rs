//! Reads a request from JSON and words what is wrong with it as the service does.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    ApiError, ErrorKind,
    constraint::{Structure, Walk},
};

/// Reads one request structure, judging its shape first. With `references`, `#n` counts as a key identifier.
///
/// # Errors
/// A ValidationException that counts the violations, or names the member that is not supported; a
/// SerializationException for a value of the wrong JSON type.
pub(super) fn read<T: DeserializeOwned>(
    structure: &Structure,
    input: &Value,
    references: bool,
) -> Result<T, ApiError> {
    let known = Walk::judge(structure, input, references)?;
    // What the shape lets through the type takes; a gap between the two still ends as a refusal.
    serde_path_to_error::deserialize(known).map_err(|e| {
        ApiError::new(
            ErrorKind::Serialization,
            format!("{}: {}", e.path(), e.inner()),
        )
    })
}
