//! Requests as programs send them: an operation's name and one JSON object.

use serde_json::Value;

use crate::api::{ApiError, ErrorKind, Operation, Request};
use crate::custody::json;

/// What programs are told of a production vault.
pub const PEOPLE_SIGN: &str = "a production vault is not served to programs: its people sign every act themselves. Nothing was opened and \
     nothing was changed. Use the workstation, or `keymoot call` at a terminal.";

/// Reads a request from bytes: strict JSON (no member twice, bounded depth), an object, and of its operation.
///
/// # Errors
/// SerializationException for what is no request at all; else what [`Operation::parse`] says.
pub fn request(operation: Operation, bytes: &[u8]) -> Result<Request, ApiError> {
    let input = json::strict(bytes).map_err(|rule| not_a_request(&rule.to_string()))?;
    typed(operation, &input)
}

/// A typed request from an operation's input.
///
/// # Errors
/// As [`request`].
pub fn typed(operation: Operation, input: &Value) -> Result<Request, ApiError> {
    // A structure could be read from a list as well; on the wire it is an object.
    if !input.is_object() {
        return Err(not_a_request("The input is not a JSON object."));
    }
    operation.parse(input)
}

/// A SerializationException.
pub fn not_a_request(message: &str) -> ApiError {
    ApiError::new(ErrorKind::Serialization, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_no_request() {
        for text in [
            r#"["alias/x"]"#,
            "",
            "{",
            r#"{"KeyIdentifier":"a","KeyIdentifier":"b"}"#,
        ] {
            let error = request(Operation::GetKey, text.as_bytes()).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Serialization, "{text}");
        }
        assert!(request(Operation::GetKey, br#"{"KeyIdentifier": "alias/x"}"#).is_ok());
    }
}
