//! Refusals that several operations share, worded once.

use crate::{
    api::{ApiError, ErrorKind, Violations},
    crypto::EntropyError,
};

/// What was asked does not exist here.
pub(super) fn not_found(identifier: &str) -> ApiError {
    // As it was asked for: in the ARN of an alias the account or the region may be what is wrong.
    let kind = if identifier.starts_with("alias/") || identifier.contains(":alias/") {
        "Alias"
    } else {
        "Key"
    };
    let message = format!("{kind} {identifier} was not found.");
    ApiError::not_found(identifier, message)
}

/// An alias that exists and stands for no key.
pub(super) fn no_key_behind(identifier: &str, alias: &str) -> ApiError {
    ApiError::not_found(
        identifier,
        format!("Alias {alias} is not associated with a key."),
    )
}

/// A member or operation that the service knows and this control plane does not.
pub(super) fn not_supported(member: &str) -> ApiError {
    ApiError::validation(format!("{member} is not supported by this control plane."))
}

/// A member that must be there and is not, in the service's words. `path` is where it stands, `keyMaterial.keyCryptogram`.
pub(super) fn null(path: &str, member: &str) -> ApiError {
    let mut letters = member.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    let member: String = first.into_iter().chain(letters).collect();
    let mut violations = Violations::default();
    violations.note_null(&format!("{path}.{member}"));
    violations
        .finish()
        .err()
        .unwrap_or_else(|| internal("A member is missing"))
}

/// The source of randomness failed.
pub(super) fn no_randomness(cause: &EntropyError) -> ApiError {
    internal(&format!("There is no randomness: {cause}"))
}

/// Something that the caller cannot change; nothing was changed.
pub(super) fn internal(what: &str) -> ApiError {
    ApiError::new(
        ErrorKind::InternalServer,
        format!("{}. Nothing was changed.", what.trim_end_matches('.')),
    )
}
