//! Tags of a new key as people type them: `name=value`, several with commas. They are in the clear for good, in the vault
//! and in every answer of the service, so nothing secret is taken for one.

use super::{COMPONENT_DIGITS, reads_like_words};
use crate::api::Tag;
use crate::session::LABEL_TAG;

/// What words are told that open something, typed as a tag; after the field's label.
pub(super) const WORDS: &str = "reads like a passphrase, and was not kept: a tag is in the clear for good. Whoever saw it on this screen knows it";

/// What digits are told that may be a key, typed as a tag; after the field's label.
pub(super) const DIGITS: &str = "reads like a key or a component, and was not kept: a tag is in the clear for good. Whoever saw it on this screen knows it";

/// Reads them.
///
/// # Errors
/// The rule that was broken, completing a sentence that begins with the field's name.
pub(in crate::session) fn parse(text: &str) -> Result<Vec<Tag>, &'static str> {
    let mut tags: Vec<Tag> = Vec::new();
    for written in entries(text) {
        let (key, value) = written
            .split_once('=')
            .ok_or("wants name=value, several with commas")?;
        let tag = Tag {
            key: key.trim().to_owned(),
            value: value.trim().to_owned(),
        };
        if tag.key == LABEL_TAG {
            return Err("names the tag Name, which is what the key is called");
        }
        if tag.key.is_empty() || tags.iter().any(|t| t.key == tag.key) {
            return Err("has a tag without a name, or one twice");
        }
        tags.push(tag);
    }
    Ok(tags)
}

/// Whether a name or a value can only be words that open something.
pub(super) fn hold_words(text: &str) -> bool {
    parts(text).any(|part| reads_like_words(part, false))
}

/// Whether a name or a value is so many hex digits, with a letter among them, and nothing else.
pub(super) fn hold_digits(text: &str) -> bool {
    parts(text).any(key_digits)
}

/// Whether this is as many hex digits as the shortest component has, and nothing else; a number of decimal digits is a
/// package's, a ticket's or an account's.
pub(super) fn key_digits(text: &str) -> bool {
    let digits = text.chars().filter(|c| !c.is_whitespace() && *c != '-');
    digits.clone().count() >= COMPONENT_DIGITS
        && digits.clone().all(|c| c.is_ascii_hexdigit())
        && digits.into_iter().any(|c| c.is_ascii_alphabetic())
}

fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|w| !w.is_empty())
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    entries(text).flat_map(|written| written.split('='))
}

#[cfg(test)]
mod tests {
    use crate::session::op::TAGS;

    #[test]
    fn tags_are_checked_where_they_are_typed() {
        for good in [
            "",
            "owner=cards, ticket=4711",
            "account=1234 5678 9012 3456",
            "note=the key of the acquirer in Lyon",
        ] {
            assert_eq!(TAGS.check(good).unwrap(), good);
        }
        for (bad, why) in [
            ("justname", "wants name=value"),
            ("a=1, a=2", "or one twice"),
            ("Name=x", "what the key is called"),
            ("zmk=0123456789ABCDEFFEDCBA9876543210", "reads like a key"),
            ("ok=1, zmk=3B57 7FB3 D9CD E338", "in the clear for good"),
            (
                "why=dynamite stem finisher gulp hammock container",
                "reads like a passphrase",
            ),
        ] {
            let told = TAGS.check(bad).unwrap_err().to_string();
            assert!(told.contains(why), "{told}");
            assert!(!told.contains("7FB3") && !told.contains("dynamite"));
        }
    }
}
