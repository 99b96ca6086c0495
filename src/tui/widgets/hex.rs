//! How far a number in hex digits is, in words, while it is typed: no secret, so the digits themselves are drawn.

use crate::session::field::Kind;
use crate::text::{say, tr};
use crate::tui::theme::Role;

/// Digits in a group, as papers print them.
const GROUP: usize = 4;
/// Up to so many digits nobody counts in groups.
pub(crate) const SHORT: usize = 12;
/// Digits of a SHA-256 fingerprint.
const FINGERPRINT: usize = 64;
/// Words that stand for its first half.
const WORDS: usize = 16;

/// How far it is, with the group at hand: `24 of 32 digits, group 6 of 8`.
pub(crate) fn progress(count: usize, expected: usize) -> String {
    if count == expected {
        return say!("{count} of {expected} digits, all there", count, expected);
    }
    if expected <= SHORT {
        return say!("{count} of {expected} digits", count, expected);
    }
    let group = count.div_ceil(GROUP).max(1);
    let groups = expected.div_ceil(GROUP);
    say!(
        "{count} of {expected} digits, group {group} of {groups}",
        count,
        expected,
        group,
        groups
    )
}

/// What stands below a field of this kind while it is typed; nothing where it takes no hex digits.
pub(crate) fn standing(kind: Kind, text: &str) -> Option<(Role, String)> {
    let (min, max) = match kind {
        Kind::Hex { min, max } => (min, max),
        Kind::Fingerprint => (FINGERPRINT, FINGERPRINT),
        _ => return None,
    };
    let typed = digits(kind, text);
    if let Some(other) = typed.clone().find(|c| !c.is_ascii_hexdigit()) {
        if kind == Kind::Fingerprint {
            // As the words themselves are told apart: the place of a wrong one is counted so too.
            let between = |c: char| c.is_whitespace() || ",.-;".contains(c);
            let after = text.rsplit_once('=').map_or(text, |(_, after)| after);
            let words = after.split(between).filter(|word| !word.is_empty()).count();
            return Some((Role::Muted, say!("{words} of {WORDS} words", words, WORDS)));
        }
        let words = say!("{other} is no hex digit (0-9, A-F)", other);
        return Some((Role::Stop, words));
    }
    let count = typed.count();
    Some(if count > max {
        let over = count.saturating_sub(max);
        (
            Role::Stop,
            say!("{count} digits, {over} too many", count, over),
        )
    } else if min == max {
        (Role::Muted, progress(count, max))
    } else {
        let words = match count {
            0 => String::new(),
            n if n < min => say!("{count} digits; at least {min} are wanted", count, min),
            1 => tr("1 digit").to_owned(),
            _ => say!("{count} digits", count),
        };
        (Role::Muted, words)
    })
}

/// Whether a number is nothing but too short: every character a digit, and more of them wanted.
pub(crate) fn is_short(kind: Kind, text: &str) -> bool {
    let least = match kind {
        Kind::Hex { min, .. } => min,
        Kind::Fingerprint => FINGERPRINT,
        _ => return false,
    };
    let mut digits = digits(kind, text);
    let count = digits.clone().count();
    (1..least).contains(&count) && digits.all(|c| c.is_ascii_hexdigit())
}

/// What counts of a text as digits, whether it is one or not. What a command prints stands before the equals sign.
fn digits(kind: Kind, text: &str) -> impl Iterator<Item = char> + Clone {
    let typed = match (kind, text.rsplit_once('=')) {
        (Kind::Fingerprint, Some((_, after))) => after,
        _ => text,
    };
    let between =
        move |c: &char| c.is_whitespace() || ":.-".contains(*c) && kind == Kind::Fingerprint;
    typed.chars().filter(move |c| !between(c))
}

/// What was typed as it is read aloud: digits in groups of four, words one after the other.
pub(crate) fn aloud(text: &str) -> String {
    let typed = text.rsplit_once('=').map_or(text, |(_, after)| after);
    let between = |c: char| c.is_whitespace() || ":.-".contains(c);
    let digits: Vec<char> = typed.chars().filter(|c| !between(*c)).collect();
    if digits.iter().any(|c| !c.is_ascii_hexdigit()) {
        return typed.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let groups = digits.chunks(GROUP).map(String::from_iter);
    groups.collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_read_aloud_in_groups() {
        assert_eq!(aloud("SHA256 Fingerprint=AB:CD:EF:01:23"), "ABCD EF01 23");
        assert_eq!(aloud("aardvark  absurd accrue"), "aardvark absurd accrue");
    }

    fn told(kind: Kind, text: &str) -> String {
        standing(kind, text).unwrap().1
    }

    #[test]
    fn a_check_value_is_counted_and_a_wrong_letter_is_named() {
        let kind = Kind::Hex { min: 6, max: 6 };
        assert_eq!(told(kind, ""), "0 of 6 digits");
        assert_eq!(told(kind, "6A 6c"), "4 of 6 digits");
        assert_eq!(told(kind, "6A6C4E"), "6 of 6 digits, all there");
        let (role, words) = standing(kind, "6A6C4E00").unwrap();
        assert_eq!((role, words.as_str()), (Role::Stop, "8 digits, 2 too many"));
        let (role, words) = standing(kind, "6O").unwrap();
        assert_eq!(role, Role::Stop);
        assert!(words.starts_with("O is no hex digit"));
    }

    #[test]
    fn what_is_only_too_short_is_typed_on() {
        let serial = Kind::Hex { min: 20, max: 24 };
        let short = |kind, text: &str| is_short(kind, text);
        assert!(short(serial, "FFFF 9876 5432 10E0") && short(Kind::Fingerprint, "AA:BB"));
        assert!(short(Kind::Fingerprint, "sha256 Fingerprint=AA:BB"));
        assert!(!short(serial, "") && !short(serial, &"F".repeat(20)));
        assert!(!short(serial, "FFFO") && !short(Kind::Fingerprint, "orbit pencil"));
        assert!(!short(Kind::Text { max: 9 }, "AA"));
    }

    #[test]
    fn a_nonce_may_have_several_lengths() {
        let kind = Kind::Hex { min: 16, max: 32 };
        assert_eq!(told(kind, "0011 22"), "6 digits; at least 16 are wanted");
    }

    #[test]
    fn a_fingerprint_is_digits_or_words() {
        let kind = Kind::Fingerprint;
        assert_eq!(
            told(kind, "AA:BB:CC:DD:EE:F"),
            "11 of 64 digits, group 3 of 16"
        );
        assert_eq!(
            told(kind, "sha256 Fingerprint=AA:B"),
            "3 of 64 digits, group 1 of 16"
        );
        assert_eq!(told(kind, "orbit pencil"), "2 of 16 words");
        assert_eq!(told(kind, "acme-root"), "2 of 16 words");
        assert_eq!(standing(Kind::Text { max: 9 }, "AA"), None);
    }
}
