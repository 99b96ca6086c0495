//! Text as a script holds it.

/// A TOML basic string: JSON's strings are such.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
