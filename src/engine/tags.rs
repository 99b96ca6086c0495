//! Rules for tags that their shape does not say.

use std::collections::HashSet;

use crate::api::{ApiError, Tag};

/// Judges the tags of one request.
///
/// # Errors
/// A ValidationException for a key given twice and for the prefix that AWS keeps for itself.
pub(super) fn judge(tags: &[Tag]) -> Result<(), ApiError> {
    let mut seen = HashSet::new();
    for tag in tags {
        if tag.key.starts_with("aws:") {
            return Err(ApiError::validation(format!(
                "Tags: the key '{}' begins with 'aws:', which is reserved.",
                tag.key
            )));
        }
        if !seen.insert(&tag.key) {
            return Err(ApiError::validation(format!(
                "Tags: the key '{}' is given more than once.",
                tag.key
            )));
        }
    }
    Ok(())
}
