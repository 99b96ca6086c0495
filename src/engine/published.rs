//! Published test keys: keys that everybody knows, by algorithm and check value.

use crate::api::{
    KeyAlgorithm::{self, AES_128, TDES_2KEY, TDES_3KEY},
    KeyCheckValueAlgorithm::{self, ANSI_X9_24, CMAC},
};

/// A key whose bytes are in print: no production vault takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublishedTestKey {
    /// The algorithm that the check value is of.
    pub algorithm: KeyAlgorithm,
    /// How the check value was made.
    pub method: KeyCheckValueAlgorithm,
    /// Six upper-case hex digits.
    pub check_value: &'static str,
    /// Where the key is published.
    pub origin: &'static str,
}

const CLASSIC: &str = "the classic test key 0123456789ABCDEF FEDCBA9876543210";
const SAMPLES: &str = "AWS's key-import samples";
const FIPS_197: &str = "FIPS 197 and NIST SP 800-38B";

macro_rules! published {
    ($($algorithm:ident $method:ident $check_value:literal $origin:ident)+) => {
        const PUBLISHED: &[PublishedTestKey] = &[$(PublishedTestKey {
            algorithm: $algorithm,
            method: $method,
            check_value: $check_value,
            origin: $origin,
        }),+];
    };
}

published! {
    TDES_2KEY ANSI_X9_24 "08D7B4" CLASSIC
    TDES_2KEY CMAC "0A8245" CLASSIC
    AES_128 CMAC "9A1B2A" SAMPLES
    TDES_2KEY ANSI_X9_24 "3C0A31" SAMPLES
    TDES_2KEY ANSI_X9_24 "9C8552" SAMPLES
    AES_128 CMAC "B32CFD" SAMPLES
    TDES_3KEY ANSI_X9_24 "C15FFF" SAMPLES
    TDES_2KEY ANSI_X9_24 "946B22" SAMPLES
    TDES_2KEY ANSI_X9_24 "245CB8" SAMPLES
    AES_128 CMAC "7AD386" FIPS_197
}

/// Every published test key that keymoot knows.
pub fn published_test_keys() -> &'static [PublishedTestKey] {
    PUBLISHED
}

/// The published test key with this check value, if it is one.
pub fn published_test_key(
    algorithm: KeyAlgorithm,
    method: KeyCheckValueAlgorithm,
    check_value: &str,
) -> Option<&'static PublishedTestKey> {
    PUBLISHED.iter().find(|known| {
        known.algorithm == algorithm
            && known.method == method
            && known.check_value.eq_ignore_ascii_case(check_value)
    })
}
