//! Fingerprints: the SHA-256 that names a key, a certificate, a script or a file, as people type and read it.
#![deny(clippy::indexing_slicing)]

use std::fmt;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::words::{self, WordError};

/// A SHA-256 that names something. Programs compare all 32 bytes; people may read 16 words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of an approval key (its 32 raw bytes), of a certificate's DER or of a file's bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// A digest that was computed elsewhere.
    pub const fn from_digest(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The 32 bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 lower-case hex digits.
    pub fn hex(&self) -> String {
        HEXLOWER.encode(&self.0)
    }

    /// The 16 PGP words of the first 16 bytes.
    pub fn words(&self) -> Vec<&'static str> {
        words::sixteen(&self.0)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

/// A fingerprint as a person typed it: 64 hex digits, or 16 words that stand for the first 16 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedFingerprint {
    bytes: Vec<u8>,
    /// Whether words were typed.
    in_words: bool,
}

/// Why a typed fingerprint is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FingerprintError {
    /// Hex of another length.
    #[error(
        "A SHA-256 fingerprint has 64 hex digits and {found} were typed. Nothing was compared. Type the whole fingerprint, or its 16 words."
    )]
    Length {
        /// Digits typed.
        found: usize,
    },
    /// Neither hex nor words; positions from 1.
    #[error(transparent)]
    Words(#[from] WordError),
    /// Words, but not 16.
    #[error(
        "A fingerprint has 16 words and {found} were typed. Nothing was compared. Type all 16, or the 64 hex digits."
    )]
    WordCount {
        /// Words typed.
        found: usize,
    },
}

impl FingerprintError {
    /// The rule that was broken, completing a sentence that begins with what the field is called.
    pub fn rule(&self) -> String {
        match self {
            Self::Length { found } => {
                format!("has {found} hex digits, and 64 are wanted, or 16 words")
            }
            Self::WordCount { found } => {
                format!("has {found} words, and 16 are wanted, or 64 hex digits")
            }
            Self::Words(WordError::Unknown(positions)) => {
                let which = words::name_positions(positions).to_lowercase();
                format!("is no fingerprint: {which} not in the word list")
            }
            Self::Words(WordError::OutOfTurn(position)) => format!(
                "is no fingerprint: word {position} cannot stand in that place, a word before it was left out, said \
                 twice or swapped"
            ),
        }
    }
}

impl TypedFingerprint {
    /// Reads hex (either case; colons, spaces, dots and hyphens between digits are passed over) or 16 PGP words.
    ///
    /// # Errors
    /// [`FingerprintError`].
    pub fn parse(text: &str) -> Result<Self, FingerprintError> {
        let digits: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, ':' | '.' | '-'))
            .collect();
        if !digits.is_empty() && digits.chars().all(|c| c.is_ascii_hexdigit()) {
            let found = digits.len();
            return match HEXLOWER.decode(digits.to_ascii_lowercase().as_bytes()) {
                Ok(bytes) if bytes.len() == 32 => Ok(Self {
                    bytes,
                    in_words: false,
                }),
                _ => Err(FingerprintError::Length { found }),
            };
        }
        let bytes = words::parse(text)?;
        if bytes.len() != 16 {
            return Err(FingerprintError::WordCount { found: bytes.len() });
        }
        Ok(Self {
            bytes,
            in_words: true,
        })
    }

    /// Whether it names `digest`, in time that does not depend on where they differ. Words bind 16 bytes.
    pub fn matches(&self, digest: &[u8; 32]) -> bool {
        match digest.get(..self.bytes.len()) {
            Some(head) => bool::from(self.bytes.as_slice().ct_eq(head)),
            None => false,
        }
    }

    /// The bytes that were typed: 32, or the 16 that words stand for.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether it was typed as words (and so binds 16 bytes, not 32).
    pub const fn in_words(&self) -> bool {
        self.in_words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_read_with_colons_spaces_and_either_case() {
        let fingerprint = Fingerprint::of(b"abc");
        let hex = fingerprint.hex();
        assert_eq!(
            hex,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        let colons: Vec<String> = hex
            .as_bytes()
            .chunks(2)
            .map(|c| String::from_utf8_lossy(c).to_uppercase())
            .collect();
        for typed in [
            hex.clone(),
            colons.join(":"),
            format!(" {} ", colons.join(" ")),
        ] {
            let typed = TypedFingerprint::parse(&typed).unwrap();
            assert!(typed.matches(fingerprint.bytes()));
            assert!(!typed.in_words());
            assert!(!typed.matches(Fingerprint::of(b"abd").bytes()));
        }
    }

    #[test]
    fn sixteen_words_name_the_first_sixteen_bytes() {
        let fingerprint = Fingerprint::of(b"abc");
        let typed =
            TypedFingerprint::parse(&fingerprint.words().join("  ").to_uppercase()).unwrap();
        assert!(typed.in_words());
        assert!(typed.matches(fingerprint.bytes()));
        assert!(!typed.matches(Fingerprint::of(b"abd").bytes()));
    }

    #[test]
    fn what_is_short_is_said() {
        assert_eq!(
            TypedFingerprint::parse("ba78").unwrap_err().to_string(),
            "A SHA-256 fingerprint has 64 hex digits and 4 were typed. Nothing was compared. Type the whole fingerprint, or its 16 words."
        );
        assert_eq!(
            TypedFingerprint::parse("topmost Istanbul").unwrap_err(),
            FingerprintError::WordCount { found: 2 }
        );
        assert!(TypedFingerprint::parse("").is_err());
    }
}
