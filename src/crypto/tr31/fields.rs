//! The fields of the header: kept as they were written, explained by the tables of the standard.
//!
//! A field may hold what no table knows; that is a finding of the content check, not a reason to be
//! unable to show the block.
#![deny(clippy::indexing_slicing)]

use std::fmt;

use crate::api::{KeyAlgorithm, KeyModesOfUse, KeyUsage};

macro_rules! field {
    ($(#[$meta:meta])* $name:ident, $length:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $length]);

        impl $name {
            /// The field from its characters; nothing if they are not of the field's length or not
            /// printable ASCII.
            pub fn new(code: &str) -> Option<Self> {
                let bytes: [u8; $length] = code.as_bytes().try_into().ok()?;
                bytes.iter().all(|b| (0x20..=0x7E).contains(b)).then_some(Self(bytes))
            }

            /// The characters as they stand in the block.
            pub fn code(&self) -> &str {
                // Printable ASCII by construction, so the fallback is never taken.
                std::str::from_utf8(&self.0).unwrap_or_default()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}

field! {
    /// Key usage: what the key is for (X9.143 clause 6.3.1, table 2).
    Usage, 2
}
field! {
    /// Algorithm of the wrapped key (X9.143 clause 6.3.2).
    Algorithm, 1
}
field! {
    /// Mode of use: what the key may do (X9.143 clause 6.3.3, table 4).
    Mode, 1
}
field! {
    /// Key version number, or the number of a component (X9.143 clause 6.3.4).
    KeyVersion, 2
}
field! {
    /// Exportability (X9.143 clause 6.3.5).
    Exportability, 1
}
field! {
    /// Key context: where the block may be used (X9.143; `0` in older blocks).
    Context, 1
}

const USAGES: &[(&str, &str)] = &[
    ("B0", "base derivation key (BDK)"),
    ("B1", "DUKPT initial key"),
    ("B2", "base key variant (deprecated)"),
    ("B3", "key derivation key, not of X9.24"),
    ("C0", "card verification key"),
    ("D0", "data encryption key"),
    ("D1", "asymmetric key for data encryption"),
    ("D2", "data encryption key for decimalisation tables"),
    ("D3", "data encryption key for sensitive data"),
    ("E0", "EMV master key: application cryptograms"),
    ("E1", "EMV master key: confidentiality"),
    ("E2", "EMV master key: integrity"),
    ("E3", "EMV master key: data authentication code"),
    ("E4", "EMV master key: dynamic numbers"),
    ("E5", "EMV master key: card personalisation"),
    ("E6", "EMV master key: other"),
    ("E7", "EMV asymmetric key for PIN encryption"),
    ("I0", "initialisation vector"),
    ("K0", "key-encryption key (KEK)"),
    ("K1", "key-block protection key (KBPK)"),
    ("K2", "asymmetric key for TR-34"),
    ("K3", "asymmetric key for key agreement or wrapping"),
    ("K4", "key-block protection key, ISO 20038"),
    ("M0", "MAC key, ISO 16609 algorithm 1"),
    ("M1", "MAC key, ISO 9797-1 algorithm 1"),
    ("M2", "MAC key, ISO 9797-1 algorithm 2"),
    ("M3", "MAC key, ISO 9797-1 algorithm 3 (retail MAC)"),
    ("M4", "MAC key, ISO 9797-1 algorithm 4"),
    ("M5", "MAC key, ISO 9797-1 algorithm 5"),
    ("M6", "CMAC key"),
    ("M7", "HMAC key"),
    ("M8", "MAC key, ISO 9797-1 algorithm 6"),
    ("P0", "PIN encryption key"),
    ("P1", "PIN generation key"),
    ("S0", "asymmetric key for signatures"),
    ("S1", "asymmetric key of a CA"),
    ("S2", "asymmetric key, other"),
    ("V0", "PIN verification key, other"),
    ("V1", "PIN verification key, IBM 3624"),
    ("V2", "PIN verification key, Visa PVV"),
    ("V3", "PIN verification key, X9.132 algorithm 1"),
    ("V4", "PIN verification key, X9.132 algorithm 2"),
    ("V5", "PIN verification key, X9.132 algorithm 3"),
];

/// What a table says of a code.
pub(super) fn look_up(table: &[(&str, &'static str)], code: &str) -> Option<&'static str> {
    table
        .iter()
        .find(|(c, _)| *c == code)
        .map(|(_, words)| *words)
}

impl Usage {
    /// What the key is for; nothing if the standard does not know the code.
    pub fn words(&self) -> Option<&'static str> {
        if self.0.iter().all(u8::is_ascii_digit) {
            return Some("proprietary usage");
        }
        look_up(USAGES, self.code())
    }

    /// The service's name for it; nothing for usages the service does not have.
    pub fn key_usage(&self) -> Option<KeyUsage> {
        KeyUsage::ALL
            .iter()
            .copied()
            .find(|u| u.code() == self.code())
    }
}

impl From<KeyUsage> for Usage {
    fn from(usage: KeyUsage) -> Self {
        match usage.code().as_bytes() {
            [first, second] => Self([*first, *second]),
            // Every usage of the service has two characters; `codes_are_complete` tests it.
            _ => Self(*b"??"),
        }
    }
}

impl Algorithm {
    /// Triple DES.
    pub const TDES: Self = Self(*b"T");
    /// AES.
    pub const AES: Self = Self(*b"A");
    /// HMAC; the hash is in the optional block HM.
    pub const HMAC: Self = Self(*b"H");

    /// The algorithm's name; nothing if no standard knows the letter.
    pub fn words(&self) -> Option<&'static str> {
        look_up(
            &[
                ("A", "AES"),
                ("T", "TDES"),
                ("D", "single DES"),
                ("H", "HMAC"),
                ("R", "RSA"),
                ("E", "elliptic curve"),
                ("S", "DSA"),
                ("I", "HMAC-SHA-2 (ISO 20038)"),
                ("J", "HMAC-SHA-3 (ISO 20038)"),
            ],
            self.code(),
        )
    }

    /// Whether a key of this algorithm can have so many bytes.
    pub fn admits(&self, length: usize) -> bool {
        match self.code() {
            "T" => matches!(length, 16 | 24),
            "A" => matches!(length, 16 | 24 | 32),
            "D" => length == 8,
            _ => length > 0,
        }
    }

    /// Length in bytes as which shorter keys are padded, so that the block does not tell the length.
    pub fn hidden_as(&self) -> usize {
        match self.code() {
            "T" => 24,
            "A" => 32,
            _ => 0,
        }
    }

    /// The service's name for a key of this algorithm and length in bytes.
    pub fn key_algorithm(&self, length: usize) -> Option<KeyAlgorithm> {
        match (self.code(), length) {
            ("T", 16) => Some(KeyAlgorithm::TDES_2KEY),
            ("T", 24) => Some(KeyAlgorithm::TDES_3KEY),
            ("A", 16) => Some(KeyAlgorithm::AES_128),
            ("A", 24) => Some(KeyAlgorithm::AES_192),
            ("A", 32) => Some(KeyAlgorithm::AES_256),
            _ => None,
        }
    }

    /// The letter for a key of the service; nothing for asymmetric keys, which do not travel in blocks.
    pub const fn of(algorithm: KeyAlgorithm) -> Option<Self> {
        if algorithm.is_tdes() {
            Some(Self::TDES)
        } else if algorithm.is_aes() {
            Some(Self::AES)
        } else {
            None
        }
    }
}

/// Letter, words, and the service's switches where it has them.
const MODES: &[(&str, &str, &[&str])] = &[
    (
        "B",
        "encrypt and decrypt, wrap and unwrap",
        &["Encrypt", "Decrypt", "Wrap", "Unwrap"],
    ),
    ("C", "generate and verify", &["Generate", "Verify"]),
    ("D", "decrypt, unwrap", &["Decrypt", "Unwrap"]),
    ("E", "encrypt, wrap", &["Encrypt", "Wrap"]),
    ("G", "generate", &["Generate"]),
    ("N", "no restriction beyond the usage", &["NoRestrictions"]),
    ("S", "sign", &["Sign"]),
    ("T", "sign and decrypt", &[]),
    ("V", "verify", &["Verify"]),
    ("X", "derive keys", &["DeriveKey"]),
    ("Y", "make key variants", &[]),
];

impl Mode {
    /// Derive other keys: base derivation and initial keys.
    pub const DERIVE: Self = Self(*b"X");

    /// What the key may do; nothing if the standard does not know the letter.
    pub fn words(&self) -> Option<&'static str> {
        MODES.iter().find(|m| m.0 == self.code()).map(|m| m.1)
    }

    /// The service's nine switches; nothing for letters the service cannot express.
    pub fn modes_of_use(&self) -> Option<KeyModesOfUse> {
        let (_, _, names) = MODES.iter().find(|m| m.0 == self.code())?;
        if names.is_empty() {
            return None;
        }
        KeyModesOfUse::from_names(names)
    }

    /// The letter for exactly these switches.
    pub fn from_modes_of_use(modes: &KeyModesOfUse) -> Option<Self> {
        MODES
            .iter()
            .filter_map(|(letter, _, _)| Self::new(letter))
            .find(|mode| mode.modes_of_use().as_ref() == Some(modes))
    }
}

impl KeyVersion {
    /// `00`: versions are not used for this key.
    pub const UNUSED: Self = Self(*b"00");

    /// Whether the block says that it holds a component and no whole key.
    pub const fn is_component(&self) -> bool {
        matches!(self.0, [b'c', second] if second.is_ascii_alphanumeric())
    }

    /// What it says: version unused, a version, or the number of a component; nothing if it is neither.
    pub fn words(&self) -> Option<&'static str> {
        match self.0 {
            [b'0', b'0'] => Some("no version"),
            _ if self.is_component() => Some("a key component"),
            [first, second] if first.is_ascii_alphanumeric() && second.is_ascii_alphanumeric() => {
                Some("key version")
            }
            _ => None,
        }
    }
}

impl Exportability {
    /// Exportable in a trusted key block only.
    pub const TRUSTED: Self = Self(*b"E");
    /// Not exportable.
    pub const NONE: Self = Self(*b"N");
    /// Sensitive: exportable in other forms too.
    pub const SENSITIVE: Self = Self(*b"S");

    /// Whether and how the key may leave; nothing if the standard does not know the letter.
    pub fn words(&self) -> Option<&'static str> {
        look_up(
            &[
                ("E", "exportable in a trusted key block only"),
                ("N", "not exportable"),
                ("S", "sensitive: exportable, also in other forms"),
            ],
            self.code(),
        )
    }
}

impl Context {
    /// As the wrapping key says; the only value before X9.143.
    pub const AS_WRAPPING_KEY: Self = Self(*b"0");
    /// For storage only; never to be exchanged.
    pub const STORAGE: Self = Self(*b"1");

    /// Where the block may be used; nothing if the standard does not know the digit.
    pub fn words(&self) -> Option<&'static str> {
        look_up(
            &[
                ("0", "as the wrapping key"),
                ("1", "for storage only"),
                ("2", "for exchange only"),
            ],
            self.code(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_complete() {
        for usage in KeyUsage::ALL {
            let field = Usage::from(*usage);
            assert_eq!(field.key_usage(), Some(*usage));
            assert!(field.words().is_some());
        }
    }

    #[test]
    fn modes_go_both_ways() {
        let mut known = 0;
        for (letter, _, names) in MODES {
            let mode = Mode::new(letter).unwrap();
            let Some(modes) = mode.modes_of_use() else {
                assert!(names.is_empty());
                continue;
            };
            assert_eq!(Mode::from_modes_of_use(&modes), Some(mode));
            known += 1;
        }
        assert_eq!(known, 9);
        assert_eq!(Mode::from_modes_of_use(&KeyModesOfUse::default()), None);
    }

    #[test]
    fn a_field_holds_what_no_table_knows() {
        assert_eq!(Usage::new("Z9").unwrap().words(), None);
        assert_eq!(Usage::new("10").unwrap().words(), Some("proprietary usage"));
        assert_eq!(Usage::new("K"), None);
        assert_eq!(Usage::new("é"), None);
        assert_eq!(
            KeyVersion::new("c1").unwrap().words(),
            Some("a key component")
        );
        assert_eq!(KeyVersion::new("A ").unwrap().words(), None);
    }
}
