//! Reads a request from JSON and words what is wrong with it as the service does.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::ApiError;

/// Reads one request structure.
///
/// # Errors
/// A ValidationException that names the member.
pub(super) fn read<T: DeserializeOwned>(input: &Value) -> Result<T, ApiError> {
    serde_path_to_error::deserialize(input.clone()).map_err(|e| {
        ApiError::validation(format!(
            "1 validation error detected: {}: {}",
            e.path(),
            e.inner()
        ))
    })
}
