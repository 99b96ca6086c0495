//! The five versions of the block and what each fixes: cipher, MAC, lengths.
#![deny(clippy::indexing_slicing)]

use crate::api::KeyAlgorithm;

/// Key block version ID, the first character of a block (ANSI X9.143, clause 6.2, table 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// TR-31:2005, TDES, key variants. Deprecated: read only.
    A,
    /// TDES, derived keys.
    B,
    /// As A but for the letter. Deprecated: read only.
    C,
    /// AES, derived keys.
    D,
    /// ISO 20038, AES in counter mode. Read only, and only when asked for.
    E,
}

impl Version {
    /// Every version, by its letter.
    pub const ALL: [Self; 5] = [Self::A, Self::B, Self::C, Self::D, Self::E];

    /// The letter it is written as.
    pub const fn letter(self) -> char {
        match self {
            Self::A => 'A',
            Self::B => 'B',
            Self::C => 'C',
            Self::D => 'D',
            Self::E => 'E',
        }
    }

    /// The version with this letter.
    pub fn from_letter(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.letter() == letter)
    }

    /// What it is, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::A => "TDES, key variants (TR-31:2005, deprecated)",
            Self::B => "TDES, derived keys",
            Self::C => "TDES, key variants (deprecated)",
            Self::D => "AES, derived keys",
            Self::E => "AES in counter mode, derived keys (ISO 20038)",
        }
    }

    /// Whether encryption and MAC keys are mere variants of the KBPK, which X9.143 deprecates.
    pub const fn is_deprecated(self) -> bool {
        matches!(self, Self::A | Self::C)
    }

    /// Whether a KBPK of this algorithm protects such blocks.
    pub const fn takes(self, kbpk: KeyAlgorithm) -> bool {
        match self {
            Self::A | Self::B | Self::C => kbpk.is_tdes(),
            Self::D | Self::E => kbpk.is_aes(),
        }
    }

    /// The version written under a KBPK of this algorithm: B under TDES, D under AES.
    pub const fn written_under(kbpk: KeyAlgorithm) -> Option<Self> {
        if kbpk.is_tdes() {
            Some(Self::B)
        } else if kbpk.is_aes() {
            Some(Self::D)
        } else {
            None
        }
    }

    /// Block length of the cipher in bytes; the optional blocks together are a multiple of as many
    /// characters (ISO 20038 A.2.1 for E).
    pub const fn block_len(self) -> usize {
        match self {
            Self::A | Self::B | Self::C => 8,
            Self::D | Self::E => 16,
        }
    }

    /// The payload is a multiple of so many bytes.
    pub const fn payload_multiple(self) -> usize {
        match self {
            Self::A | Self::B | Self::C => 8,
            Self::D => 16,
            Self::E => 1,
        }
    }

    /// Length of the MAC in bytes; in the block it takes twice as many characters.
    pub const fn mac_len(self) -> usize {
        match self {
            Self::A | Self::C => 4,
            Self::B => 8,
            Self::D | Self::E => 16,
        }
    }
}
