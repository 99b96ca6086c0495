//! Rules for tags that their shape does not say.

use std::collections::HashSet;

use crate::api::{ApiError, Tag};

use super::counterparty;

/// The prefix that AWS keeps for itself.
const RESERVED: &str = "aws:";

/// Judges the tags of one request.
///
/// # Errors
/// A ValidationException for a key given twice, for the prefix that AWS keeps for itself, and for a profile of a
/// counterparty that cannot be read.
pub(super) fn judge(tags: &[Tag]) -> Result<(), ApiError> {
    let mut seen = HashSet::new();
    for tag in tags {
        // In upper and lower case alike.
        let head = tag.key.get(..RESERVED.len());
        if head.is_some_and(|head| head.eq_ignore_ascii_case(RESERVED)) {
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
    counterparty::judge_tags(tags)
}
