//! Fields: what an action needs from a person, declared once.
//!
//! The wizard on screen, the `--plain` prompts, a script's keys, the linter's knowledge and the reference
//! page are all drawn from these declarations.

mod names;
pub(super) mod tags;

pub(crate) use names::listed_names;

use super::op::{MEDIUM_LABEL, TAGS};
use super::span;
use crate::api::{KeyAlgorithm, KeyUsage, Timestamp};
use crate::custody::TypedFingerprint;
use crate::custody::astray::{Place, looks_like_passphrase};
use crate::text::tr;

/// What words are told that open something, typed where everybody reads them; after the field's label.
pub const ASTRAY: &str = "reads like a passphrase, and was not kept: whoever saw it on this screen knows it. Words that open something are typed where they are not shown";

/// Words that are read aloud from the witness card: they open nothing.
const READ_ALOUD: [&str; 2] = [super::asked::CARD_WORDS.id, super::returning::LAST_CARD.id];

/// Numbers that are read off a package of a component.
const SERIALS: [&str; 3] = ["serial", "advised", "watched"];

/// Where somebody is named who need not be known yet. Places of a vault that is being made have names of their own.
const NAMES: [&str; 7] = [
    "person",
    "manager",
    "second-manager",
    "stand-in",
    "by",
    "joins",
    "administrator",
];

/// Hex digits of the shortest component that is taken.
const COMPONENT_DIGITS: usize = 16;

/// What a component is told that was typed where everybody reads it; after the field's label.
pub const COMPONENT_ASTRAY: &str = "reads like a component, and was not kept: whoever saw it on this screen knows it. The number stands on the package, outside";

/// So many words of the list in a row, and nothing else, are no sentence.
const PASSPHRASE_WORDS: usize = 5;

/// Whether an open text can only be words that open something: with `begun`, one more is begun.
pub(crate) fn reads_like_words(text: &str, begun: bool) -> bool {
    let words = PASSPHRASE_WORDS.saturating_sub(usize::from(begun));
    looks_like_passphrase(text, Place::Sentence { words })
}

/// What a date and time that is none is told, after its label.
const A_TIME: &str = "is no date and time: write it in UTC as 2026-12-01 09:00";

/// What a number or a date is told where somebody is named.
const NO_NAME: &str = "is no name: a name has letters";

/// Fields that are answered in words: a number alone was meant for another question.
const IN_WORDS: [&str; 2] = ["reason", "output"];

/// What is told of it.
const NO_WORDS: &str =
    "is a number alone: it was meant for another question. This one is answered in words";

/// The same of a fingerprint or check value that was meant for another field.
const A_VALUE: &str =
    "is no name: it reads like a fingerprint or check value, which has a field of its own";

/// The same of a day.
const A_DAY: &str = "is no day: write it as 2026-12-01";

/// What kind of value a field takes, and so how it is asked, masked and checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One line of text, 1 to `max` characters, no control characters.
    Text {
        /// Longest text, in characters.
        max: usize,
    },
    /// A number in hex digits, spaces between them allowed: no secret, and drawn as it is typed.
    Hex {
        /// Fewest digits.
        min: usize,
        /// Most digits.
        max: usize,
    },
    /// One of a closed list, by id.
    Choice(&'static [Choice]),
    /// A whole number from `min` to `max`.
    Number {
        /// Smallest value.
        min: i64,
        /// Largest value.
        max: i64,
    },
    /// A key usage, by code (`K0`) or service name.
    Usage,
    /// A key algorithm, by service name.
    Algorithm,
    /// A set of modes of use: words joined by commas (`encrypt, decrypt, wrap, unwrap`) or a TR-31 mode letter.
    Modes,
    /// Yes or no.
    YesNo,
    /// A file to read, at most 1 MiB.
    File,
    /// A key that exists: ARN, or the label of a declared key.
    Key,
    /// A person of the vault, by name; in a script a declared place.
    Person,
    /// A SHA-256 fingerprint: 64 hex digits, colons and spaces allowed, or 32 PGP words.
    Fingerprint,
    /// A date and time in UTC, RFC 3339 or `YYYY-MM-DD HH:MM`.
    DateTime,
    /// A day in UTC, `YYYY-MM-DD`; or a moment by RFC 3339.
    Day,
    /// A span: an integer and `s`, `m`, `h` or `d`.
    Span,
    /// A passphrase: secret, masked, wiped after use.
    Passphrase,
    /// A component in hex digits: secret, masked in groups, wiped after use.
    Component,
    /// Enter alone: something was seen, heard or done.
    Confirm,
}

/// One choice of a closed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// What a script writes.
    pub id: &'static str,
    /// What a person reads.
    pub label: &'static str,
}

/// One thing an action needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The script's key and the answer's name, lower case with hyphens.
    pub id: &'static str,
    /// What stands before the input.
    pub label: &'static str,
    /// One sentence that helps to answer.
    pub hint: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Whether it may be left empty.
    pub optional: bool,
}

impl Field {
    /// Whether what is typed must never be drawn.
    pub const fn secret(&self) -> bool {
        matches!(self.kind, Kind::Passphrase | Kind::Component)
    }

    /// Checks a typed text against the kind and returns it in its one normal form.
    ///
    /// # Errors
    /// The rule that was broken, naming the field.
    pub fn check(&self, text: &str) -> Result<String, FieldError> {
        let text = text.trim();
        if text.is_empty() && !matches!(self.kind, Kind::Confirm) {
            return if self.optional {
                Ok(String::new())
            } else {
                Err(self.wrong("is empty"))
            };
        }
        if self.holds_words(text, false) {
            let tag = self.id == TAGS.id;
            return Err(self.wrong(tr(if tag { tags::WORDS } else { ASTRAY })));
        }
        match self.kind {
            Kind::Text { max } => self.check_text(text, max),
            Kind::Hex { min, max } => self.check_hex(text, min, max),
            Kind::Choice(choices) => self.check_choice(text, choices),
            Kind::Number { min, max } => self.check_number(text, min, max),
            Kind::Usage => usage(text)
                .map(|u| u.name().to_owned())
                .ok_or_else(|| self.wrong("is not a key usage: write its code, for example K0")),
            Kind::Algorithm => KeyAlgorithm::ALL
                .iter()
                .find(|a| a.name().eq_ignore_ascii_case(text))
                .map(|a| a.name().to_owned())
                .ok_or_else(|| self.wrong("is not an algorithm: for example TDES_3KEY or AES_128")),
            Kind::YesNo => match text.to_ascii_lowercase().as_str() {
                "y" | "yes" | "true" => Ok("yes".into()),
                "n" | "no" | "false" => Ok("no".into()),
                _ => Err(self.wrong("wants yes or no")),
            },
            Kind::Span => span::parse(text)
                .map(|_| text.to_owned())
                .map_err(|rule| self.wrong(&rule)),
            Kind::Fingerprint => self.check_fingerprint(text),
            Kind::DateTime => self.check_time(text, span::date_time(text), A_TIME),
            Kind::Day => self.check_time(text, span::day(text, "T00:00:00Z"), A_DAY),
            Kind::Modes
            | Kind::File
            | Kind::Key
            | Kind::Person
            | Kind::Passphrase
            | Kind::Component
            | Kind::Confirm => Ok(text.to_owned()),
        }
    }

    /// As it was typed: what is recorded of it is the act's to say.
    fn check_time(
        &self,
        text: &str,
        read: Option<Timestamp>,
        rule: &str,
    ) -> Result<String, FieldError> {
        read.map(|_| text.to_owned())
            .ok_or_else(|| self.wrong(rule))
    }

    /// Whether what is typed here so far can only be words that open something: with `begun`, one more is begun. Not asked
    /// of what is typed unseen, nor of what is read aloud in words: the witness card, a fingerprint.
    pub fn holds_words(&self, text: &str, begun: bool) -> bool {
        let unseen = [Kind::Passphrase, Kind::Component, Kind::Confirm];
        let aloud = self.kind == Kind::Fingerprint || READ_ALOUD.contains(&self.id);
        let tag = self.id == TAGS.id && tags::hold_words(text);
        !unseen.contains(&self.kind) && !aloud && (tag || reads_like_words(text, begun))
    }

    /// Whether a name is wanted here: a number or a date is an answer to another field.
    fn names_somebody(&self) -> bool {
        let place = self.id.starts_with("custodian-") || self.id.starts_with("witness");
        matches!(self.kind, Kind::Text { .. }) && (place || NAMES.contains(&self.id))
    }

    /// Whether what is typed here can only be a component that was meant for another field: a package's number has letters
    /// and digits, and none so many hex digits and nothing else. Of tags, whether one is.
    pub fn holds_component(&self, text: &str) -> bool {
        let serial = SERIALS.contains(&self.id) && tags::key_digits(text);
        let tag = self.id == TAGS.id && tags::hold_digits(text);
        matches!(self.kind, Kind::Text { .. }) && (serial || tag)
    }

    fn check_text(&self, text: &str, max: usize) -> Result<String, FieldError> {
        if self.holds_component(text) {
            let tag = self.id == TAGS.id;
            return Err(self.wrong(tr(if tag { tags::DIGITS } else { COMPONENT_ASTRAY })));
        }
        if self.id == TAGS.id {
            tags::parse(text).map_err(|rule| self.wrong(rule))?;
        }
        if self.names_somebody() && !text.chars().any(char::is_alphabetic) {
            return Err(self.wrong(NO_NAME));
        }
        if IN_WORDS.contains(&self.id) && !text.chars().any(char::is_alphabetic) {
            return Err(self.wrong(NO_WORDS));
        }
        if self.names_somebody() && names::reads_like_a_value(text) {
            return Err(self.wrong(A_VALUE));
        }
        if text.chars().count() > max {
            return Err(self.wrong(&format!("is longer than {max} characters")));
        }
        if text.chars().any(char::is_control) {
            return Err(self.wrong("holds a control character"));
        }
        if *self == MEDIUM_LABEL && text.contains(['/', '\\']) {
            return Err(self.wrong(
                "is what stands on the medium, and no path: its folder is asked for apart",
            ));
        }
        Ok(text.to_owned())
    }

    /// Words that stand for a number where people practise are judged where the number is.
    fn check_hex(&self, text: &str, min: usize, max: usize) -> Result<String, FieldError> {
        let digits = || text.chars().filter(|c| !c.is_whitespace());
        let count = digits().count();
        let word = text.len() > 4
            && text
                .chars()
                .all(|c| c.is_ascii_lowercase() || "-_".contains(c));
        let other = digits().find(|c| !c.is_ascii_hexdigit());
        if let Some(other) = other.filter(|_| !word) {
            return Err(self.wrong(&format!(
                "has {other}, which is no hex digit: 0 to 9 and A to F are"
            )));
        }
        if other.is_none() && !(min..=max).contains(&count) {
            let wanted = if min == max {
                format!("{min}")
            } else {
                format!("{min} to {max}")
            };
            return Err(self.wrong(&format!("has {count} hex digits, and {wanted} are wanted")));
        }
        self.check_text(text, max.saturating_mul(2))
    }

    /// The word of a practice is judged where the file is; whoever types digits or words is told at once which is wrong.
    fn check_fingerprint(&self, text: &str) -> Result<String, FieldError> {
        if text == AS_SHOWN {
            return Ok(text.to_owned());
        }
        match TypedFingerprint::parse(after_equals(text)) {
            Err(error) => Err(self.wrong(&error.rule())),
            Ok(_) => Ok(text.to_owned()),
        }
    }

    fn check_choice(&self, text: &str, choices: &[Choice]) -> Result<String, FieldError> {
        choices
            .iter()
            .find(|c| c.id.eq_ignore_ascii_case(text))
            .map(|c| c.id.to_owned())
            .ok_or_else(|| {
                let ids: Vec<_> = choices.iter().map(|c| c.id).collect();
                self.wrong(&format!("is none of {}", ids.join(", ")))
            })
    }

    fn check_number(&self, text: &str, min: i64, max: i64) -> Result<String, FieldError> {
        match text.parse::<i64>() {
            Ok(n) if (min..=max).contains(&n) => Ok(n.to_string()),
            // The end that was missed alone: the other may be nearer than the declaration says, as among three people.
            Ok(n) if n < min => Err(self.wrong(&format!("is {n}, and {min} is the least"))),
            Ok(n) => Err(self.wrong(&format!("is {n}, and {max} is the most"))),
            // No number that anybody types comes near that end: only its digits can be wrong.
            _ if max == i64::MAX => Err(self.wrong("is not a number: digits alone, from 0")),
            _ => Err(self.wrong(&format!("is not a whole number from {min} to {max}"))),
        }
    }

    fn wrong(&self, rule: &str) -> FieldError {
        FieldError {
            field: self.id,
            label: self.label,
            rule: rule.to_owned(),
        }
    }
}

/// The word that takes a file's own value for the one from elsewhere, where people practise.
pub const AS_SHOWN: &str = "as-shown";

/// The part after `=` of what openssl prints (`sha256 Fingerprint=AB:CD:...`).
pub(super) fn after_equals(typed: &str) -> &str {
    typed.rsplit('=').next().unwrap_or(typed)
}

/// Finds a usage by code or service name.
pub fn usage(text: &str) -> Option<KeyUsage> {
    KeyUsage::ALL
        .iter()
        .copied()
        .find(|u| u.code().eq_ignore_ascii_case(text) || u.name().eq_ignore_ascii_case(text))
}

/// What an Enter too many is told: it accuses nobody.
pub const NOTHING_TYPED: &str =
    "Nothing is typed here yet, and nothing has happened. Take your time.";

/// A typed value that a field does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {rule}. Nothing was changed.", quoted(label))]
pub struct FieldError {
    /// The field's id.
    pub field: &'static str,
    /// The field's label.
    pub label: &'static str,
    /// The rule that was broken, completing a sentence that begins with the label.
    pub rule: String,
}

/// A label of several words is quoted where it begins a sentence: `"Your watch says" is empty`.
fn quoted(label: &str) -> std::borrow::Cow<'_, str> {
    if label.contains(' ') {
        format!("\"{label}\"").into()
    } else {
        label.into()
    }
}

/// The three lines above the keys on every screen: who acts, what Enter does, what has happened so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Footing {
    /// Who acts.
    pub acts: String,
    /// What Enter will do.
    pub enter: String,
    /// What has and what has not happened.
    pub so_far: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{asked, op_custody};

    #[test]
    fn a_passphrase_in_a_field_for_open_text_is_not_kept_and_a_sentence_is() {
        let reason = op_custody::REASON;
        let words = "dynamite stem finisher gulp hammock container petal";
        for text in [
            words,
            words.replace(' ', "-").as_str(),
            words.to_uppercase().as_str(),
        ] {
            let told = reason.check(text).unwrap_err().to_string();
            assert!(told.contains("reads like a passphrase"), "{told}");
            assert!(!told.to_lowercase().contains("dynamite"), "{told}");
        }
        assert!(reason.holds_words("dynamite stem finisher gulp ", true));
        assert!(!reason.holds_words("dynamite stem finisher ", true));
        for text in [
            "Lost on the train, seen by the witness",
            "dynamite stem finisher gulp",
            "Ana",
        ] {
            assert!(reason.check(text).is_ok(), "{text}");
        }
        // A path and a time are drawn as well.
        for field in [super::super::returning::NEWER_LOG, asked::WATCH_TIME] {
            let told = field.check(words).unwrap_err().to_string();
            assert!(told.contains("reads like a passphrase"), "{told}");
        }
        // The witness card is read aloud, and its words are from a list too.
        assert!(!asked::CARD_WORDS.holds_words(words, false));
    }

    #[test]
    fn a_component_is_no_packages_number() {
        let serial = Field {
            id: "serial",
            label: "Serial",
            hint: "",
            kind: Kind::Text { max: 64 },
            optional: false,
        };
        let told = serial.check("3B57 7FB3 D9CD E338 A104 A789 859E 76A1");
        let told = told.unwrap_err().to_string();
        assert!(
            told.contains("reads like a component") && !told.contains("7FB3"),
            "{told}"
        );
        for number in ["TE-448120", "1234 5678 9012 3456", "none-1", "ABCDEF"] {
            assert!(serial.check(number).is_ok(), "{number}");
        }
    }

    #[test]
    fn a_number_or_a_date_is_no_name() {
        use crate::session::founding::fields::ADMINISTRATOR;
        use crate::session::op_custody::{HOW, JOINS, MANAGER};
        for field in [MANAGER, JOINS, ADMINISTRATOR, asked::BY] {
            for text in ["4", "2027-11-30"] {
                let why = field.check(text).unwrap_err().to_string();
                assert!(why.contains("is no name"), "{why}");
            }
            assert!(field.check("Ana 2").is_ok() && field.check("山田").is_ok());
            let why = field.check("C43E 3905").unwrap_err().to_string();
            assert!(why.contains("has a field of its own"), "{why}");
        }
        assert!(HOW.check("4").is_ok(), "no name is asked there");
    }

    /// The number of a line was taken as the name of a file, and as the reason for a change of people.
    #[test]
    fn a_number_alone_is_no_reason_and_no_files_name() {
        for field in [&op_custody::REASON, &asked::REFUSING[1]] {
            let why = field.check("9").unwrap_err().to_string();
            assert!(why.contains("answered in words"), "{why}");
            assert!(field.check("Lost on line 9").is_ok());
        }
        let output = crate::session::op::EXPORT_RSA_WRAP.fields.iter();
        let output = output.copied().find(|f| f.id == asked::OUTPUT).unwrap();
        assert!(output.check("1").is_err());
        assert!(output.check("kek-1.json").is_ok());
    }

    #[test]
    fn the_label_of_a_medium_is_no_path() {
        let why = MEDIUM_LABEL.check("/media/red").unwrap_err().to_string();
        assert!(why.contains("no path"), "{why}");
        assert_eq!(MEDIUM_LABEL.check("RED stick 2").unwrap(), "RED stick 2");
    }
}
