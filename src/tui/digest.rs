//! What a screen can show as a QR code that stands still: a digest or a check value, declared by the screen it is on.

use crate::session::{Comparing, KeyRow, View};
use crate::text::say;

/// One value for the minutes. None of these is a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Digest {
    /// What it is of, in words.
    pub(crate) of: String,
    /// Hex digits; for a command its letters.
    pub(crate) hex: String,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sha256,
    CheckValue,
    Head,
    Command,
}

impl Digest {
    /// A SHA-256, lower-case hex.
    pub(crate) fn sha256(of: impl Into<String>, hex: impl Into<String>) -> Self {
        Self::new(of.into(), hex.into(), Kind::Sha256)
    }

    /// The SHA-256 of a file.
    pub(crate) fn of_bytes(of: impl Into<String>, bytes: &[u8]) -> Self {
        let hash = <sha2::Sha256 as sha2::Digest>::digest(bytes);
        Self::sha256(of, data_encoding::HEXLOWER.encode(&hash))
    }

    /// A key's check value, upper-case hex.
    pub(crate) fn check_value(of: impl Into<String>, hex: impl Into<String>) -> Self {
        Self::new(of.into(), hex.into(), Kind::CheckValue)
    }

    /// A command for another computer, to the letter.
    pub(crate) fn command(of: impl Into<String>, command: impl Into<String>) -> Self {
        Self::new(of.into(), command.into(), Kind::Command)
    }

    /// Whether it is a command: letters, and no digits.
    pub(crate) const fn is_command(&self) -> bool {
        matches!(self.kind, Kind::Command)
    }

    /// The head of a vault's state: what the words of the witness card stand for.
    pub(crate) fn head(view: &View) -> Self {
        let of = say!(
            "head of state {seq}: the words of the witness card, {card_words}",
            seq = view.seq,
            card_words = view.card_words.join(" ")
        );
        Self::new(of, view.state_head.clone(), Kind::Head)
    }

    /// What says which key this is: the SHA-256 of its certificate where it has one, else its check value; nothing while that
    /// is hidden.
    pub(crate) fn of_key(row: &KeyRow) -> Option<Self> {
        if row.comparing.is_some_and(Comparing::hides) {
            return None;
        }
        Some(row.certificate_sha256.as_ref().map_or_else(
            || {
                let method = row.key.key_check_value_algorithm.name();
                Self::check_value(
                    say!(
                        "check value of {label}, {method}",
                        label = row.label,
                        method
                    ),
                    row.key.key_check_value.clone(),
                )
            },
            |sha256| {
                Self::sha256(
                    say!("SHA-256 of the certificate of {label}", label = row.label),
                    sha256,
                )
            },
        ))
    }

    const fn new(of: String, hex: String, kind: Kind) -> Self {
        Self { of, hex, kind }
    }

    /// How the code begins.
    pub(crate) const fn begins(&self) -> &'static str {
        match self.kind {
            Kind::Sha256 => "SHA256:",
            Kind::CheckValue => "KCV:",
            Kind::Head => "HEAD:",
            Kind::Command => "",
        }
    }

    /// What the code says. Upper case, so that it stays in its dense alphanumeric mode.
    pub(crate) fn text(&self) -> String {
        if self.is_command() {
            return self.hex.clone();
        }
        format!("{}{}", self.begins(), self.hex.to_ascii_uppercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_says_what_its_digits_are() {
        let file = Digest::of_bytes("a file", b"abc");
        assert_eq!(
            file.text(),
            "SHA256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"
        );
        let kcv = Digest::check_value("of a key", "41c07d");
        assert_eq!(kcv.text(), "KCV:41C07D");
        let view = crate::tui::snapshot::rehearsal();
        assert_eq!(
            Digest::head(&view).text(),
            format!("HEAD:{}", "0".repeat(64))
        );
    }
}
