//! Which sets of attributes a key may have: one table, read by creation, import and the screens.

use crate::api::{
    ApiError,
    KeyAlgorithm::{
        self, AES_128, AES_192, AES_256, RSA_2048, RSA_3072, RSA_4096, TDES_2KEY, TDES_3KEY,
    },
    KeyAttributes,
    KeyClass::{self, ASYMMETRIC_KEY_PAIR, PUBLIC_KEY, SYMMETRIC_KEY},
    KeyModesOfUse,
    KeyUsage::{
        self, TR31_B0_BASE_DERIVATION_KEY, TR31_C0_CARD_VERIFICATION_KEY,
        TR31_D0_SYMMETRIC_DATA_ENCRYPTION_KEY, TR31_D1_ASYMMETRIC_KEY_FOR_DATA_ENCRYPTION,
        TR31_E0_EMV_MKEY_APP_CRYPTOGRAMS, TR31_E1_EMV_MKEY_CONFIDENTIALITY,
        TR31_E2_EMV_MKEY_INTEGRITY, TR31_E4_EMV_MKEY_DYNAMIC_NUMBERS,
        TR31_E5_EMV_MKEY_CARD_PERSONALIZATION, TR31_E6_EMV_MKEY_OTHER, TR31_K0_KEY_ENCRYPTION_KEY,
        TR31_K1_KEY_BLOCK_PROTECTION_KEY, TR31_K2_TR34_ASYMMETRIC_KEY, TR31_M1_ISO_9797_1_MAC_KEY,
        TR31_M3_ISO_9797_3_MAC_KEY, TR31_M6_ISO_9797_5_CMAC_KEY, TR31_M7_HMAC_KEY,
        TR31_P0_PIN_ENCRYPTION_KEY, TR31_P1_PIN_GENERATION_KEY,
        TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE, TR31_V1_IBM3624_PIN_VERIFICATION_KEY,
        TR31_V2_VISA_PIN_VERIFICATION_KEY,
    },
};

use super::refusal;

/// A set of modes as TR-31 names it: one letter for exactly one set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModeSet {
    /// The TR-31 mode-of-use byte, `B`.
    pub letter: char,
    /// The members that are true, the others false.
    pub modes: KeyModesOfUse,
}

const NONE: KeyModesOfUse = KeyModesOfUse {
    encrypt: false,
    decrypt: false,
    wrap: false,
    unwrap: false,
    generate: false,
    sign: false,
    verify: false,
    derive_key: false,
    no_restrictions: false,
};

macro_rules! mode_sets {
    ($($name:ident $letter:literal { $($member:ident),+ })+) => {
        $(const $name: ModeSet = ModeSet {
            letter: $letter,
            modes: KeyModesOfUse { $($member: true,)+ ..NONE },
        };)+

        /// Every set that a TR-31 letter stands for.
        pub const MODE_SETS: &[ModeSet] = &[$($name),+];
    };
}

mode_sets! {
    B 'B' { encrypt, decrypt, wrap, unwrap }
    E 'E' { encrypt, wrap }
    D 'D' { decrypt, unwrap }
    C 'C' { generate, verify }
    G 'G' { generate }
    V 'V' { verify }
    X 'X' { derive_key }
    N 'N' { no_restrictions }
    S 'S' { sign }
}

/// One row of the table.
#[derive(Debug)]
pub struct Row {
    /// The usages that the row holds for.
    pub usages: &'static [KeyUsage],
    /// Their class.
    pub class: KeyClass,
    /// The algorithms allowed.
    pub algorithms: &'static [KeyAlgorithm],
    /// The mode sets allowed; each exactly as it stands.
    pub modes: &'static [ModeSet],
}

const SYMMETRIC: &[KeyAlgorithm] = &[TDES_2KEY, TDES_3KEY, AES_128, AES_192, AES_256];
const TDES: &[KeyAlgorithm] = &[TDES_2KEY, TDES_3KEY];
const RSA: &[KeyAlgorithm] = &[RSA_2048, RSA_3072, RSA_4096];

const DERIVE: &[ModeSet] = &[X, N];
const CHECK: &[ModeSet] = &[G, V, C, N];
const CIPHER: &[ModeSet] = &[B, E, D, N];

/// The table. A usage without a row (K3) has no valid combination in this control plane.
#[rustfmt::skip] // one row, one line
pub const ROWS: &[Row] = &[
    Row { usages: &[TR31_B0_BASE_DERIVATION_KEY, TR31_E0_EMV_MKEY_APP_CRYPTOGRAMS,
                    TR31_E1_EMV_MKEY_CONFIDENTIALITY, TR31_E2_EMV_MKEY_INTEGRITY,
                    TR31_E4_EMV_MKEY_DYNAMIC_NUMBERS, TR31_E5_EMV_MKEY_CARD_PERSONALIZATION,
                    TR31_E6_EMV_MKEY_OTHER],
          class: SYMMETRIC_KEY, algorithms: SYMMETRIC, modes: DERIVE },
    Row { usages: &[TR31_C0_CARD_VERIFICATION_KEY, TR31_M6_ISO_9797_5_CMAC_KEY, TR31_M7_HMAC_KEY,
                    TR31_V1_IBM3624_PIN_VERIFICATION_KEY, TR31_V2_VISA_PIN_VERIFICATION_KEY],
          class: SYMMETRIC_KEY, algorithms: SYMMETRIC, modes: CHECK },
    Row { usages: &[TR31_M1_ISO_9797_1_MAC_KEY, TR31_M3_ISO_9797_3_MAC_KEY],
          class: SYMMETRIC_KEY, algorithms: TDES, modes: CHECK },
    Row { usages: &[TR31_D0_SYMMETRIC_DATA_ENCRYPTION_KEY, TR31_K0_KEY_ENCRYPTION_KEY,
                    TR31_K1_KEY_BLOCK_PROTECTION_KEY, TR31_P0_PIN_ENCRYPTION_KEY, TR31_P1_PIN_GENERATION_KEY],
          class: SYMMETRIC_KEY, algorithms: SYMMETRIC, modes: CIPHER },
    Row { usages: &[TR31_D1_ASYMMETRIC_KEY_FOR_DATA_ENCRYPTION, TR31_K2_TR34_ASYMMETRIC_KEY],
          class: ASYMMETRIC_KEY_PAIR, algorithms: RSA, modes: &[B, E, D] },
    Row { usages: &[TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE],
          class: ASYMMETRIC_KEY_PAIR, algorithms: RSA, modes: &[S] },
    Row { usages: &[TR31_D1_ASYMMETRIC_KEY_FOR_DATA_ENCRYPTION, TR31_K2_TR34_ASYMMETRIC_KEY],
          class: PUBLIC_KEY, algorithms: RSA, modes: &[E] },
    Row { usages: &[TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE],
          class: PUBLIC_KEY, algorithms: RSA, modes: &[V] },
];

/// How a key comes to be: which classes are possible at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// CreateKey: a symmetric key or a pair.
    Created,
    /// ImportKey of a certificate: a public key.
    Certificate,
    /// ImportKey of wrapped material: a symmetric key.
    Wrapped,
}

impl Arrival {
    const fn classes(self) -> &'static [KeyClass] {
        match self {
            Self::Created => &[SYMMETRIC_KEY, ASYMMETRIC_KEY_PAIR],
            Self::Certificate => &[PUBLIC_KEY],
            Self::Wrapped => &[SYMMETRIC_KEY],
        }
    }
}

/// The rows for a usage, given how the key arrives.
pub fn rows(usage: KeyUsage, arrival: Arrival) -> impl Iterator<Item = &'static Row> {
    ROWS.iter()
        .filter(move |row| row.usages.contains(&usage) && arrival.classes().contains(&row.class))
}

/// The TR-31 letter of a mode set, if there is one.
pub fn mode_letter(modes: &KeyModesOfUse) -> Option<char> {
    MODE_SETS
        .iter()
        .find(|set| set.modes == *modes)
        .map(|set| set.letter)
}

/// Judges a set of attributes against the table.
///
/// # Errors
/// A ValidationException naming the first of class, algorithm and modes that is not valid, and what is.
pub fn judge(attributes: &KeyAttributes, arrival: Arrival) -> Result<(), ApiError> {
    let usage = attributes.key_usage;
    let mut rows = rows(usage, arrival).peekable();
    if rows.peek().is_none() {
        return Err(no_row(usage, arrival));
    }
    let rows: Vec<&Row> = rows.collect();
    let Some(row) = rows.iter().find(|row| row.class == attributes.key_class) else {
        let allowed: Vec<&str> = rows.iter().map(|row| row.class.name()).collect();
        return Err(invalid(
            "KeyClass",
            attributes.key_class.name(),
            usage,
            &allowed,
        ));
    };
    if !row.algorithms.contains(&attributes.key_algorithm) {
        let allowed: Vec<&str> = row.algorithms.iter().map(|a| a.name()).collect();
        return Err(invalid(
            "KeyAlgorithm",
            attributes.key_algorithm.name(),
            usage,
            &allowed,
        ));
    }
    let modes = &attributes.key_modes_of_use;
    if !row.modes.iter().any(|set| set.modes == *modes) {
        let allowed: Vec<String> = row.modes.iter().map(|set| list(&set.modes)).collect();
        let allowed: Vec<&str> = allowed.iter().map(String::as_str).collect();
        return Err(invalid("KeyModesOfUse", &list(modes), usage, &allowed));
    }
    Ok(())
}

fn no_row(usage: KeyUsage, arrival: Arrival) -> ApiError {
    if ROWS.iter().any(|row| row.usages.contains(&usage)) {
        let classes: Vec<&str> = arrival.classes().iter().map(|c| c.name()).collect();
        return ApiError::validation(format!(
            "KeyUsage {} is not valid for KeyClass {}.",
            usage.name(),
            classes.join(" or ")
        ));
    }
    refusal::not_supported(&format!("KeyUsage {}", usage.name()))
}

fn invalid(member: &str, value: &str, usage: KeyUsage, allowed: &[&str]) -> ApiError {
    ApiError::validation(format!(
        "{member} {value} is not valid for KeyUsage {}; allowed: {}.",
        usage.name(),
        allowed.join(", ")
    ))
}

/// A mode set as a refusal shows it.
pub(super) fn list(modes: &KeyModesOfUse) -> String {
    format!("[{}]", modes.names().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::KeyUsage::TR31_K3_ASYMMETRIC_KEY_FOR_KEY_AGREEMENT;

    fn every_mode_set() -> impl Iterator<Item = KeyModesOfUse> {
        (0_u32..512).map(|bits| {
            let bit = |n: u32| bits & (1 << n) != 0;
            KeyModesOfUse {
                encrypt: bit(0),
                decrypt: bit(1),
                wrap: bit(2),
                unwrap: bit(3),
                generate: bit(4),
                sign: bit(5),
                verify: bit(6),
                derive_key: bit(7),
                no_restrictions: bit(8),
            }
        })
    }

    fn every_tuple() -> impl Iterator<Item = KeyAttributes> {
        KeyUsage::ALL.iter().flat_map(|usage| {
            KeyClass::ALL.iter().flat_map(move |class| {
                KeyAlgorithm::ALL.iter().flat_map(move |algorithm| {
                    every_mode_set().map(move |modes| KeyAttributes {
                        key_usage: *usage,
                        key_class: *class,
                        key_algorithm: *algorithm,
                        key_modes_of_use: modes,
                    })
                })
            })
        })
    }

    #[test]
    fn exactly_the_published_combinations_are_accepted() {
        let (mut tuples, mut symmetric, mut pairs, mut public, mut wrapped) = (0, 0, 0, 0, 0);
        for attributes in every_tuple() {
            tuples += 1;
            if judge(&attributes, Arrival::Created).is_ok() {
                match attributes.key_class {
                    SYMMETRIC_KEY => symmetric += 1,
                    ASYMMETRIC_KEY_PAIR => pairs += 1,
                    other => panic!("{other:?} cannot be created"),
                }
            }
            public += usize::from(judge(&attributes, Arrival::Certificate).is_ok());
            wrapped += usize::from(judge(&attributes, Arrival::Wrapped).is_ok());
        }
        assert_eq!(
            (tuples, symmetric, pairs, public, wrapped),
            (376_832, 286, 21, 9, 286)
        );
    }

    #[test]
    fn every_usage_is_in_the_table_once_per_class_except_key_agreement() {
        for usage in KeyUsage::ALL {
            for class in KeyClass::ALL {
                let rows = ROWS
                    .iter()
                    .filter(|r| r.usages.contains(usage) && r.class == *class)
                    .count();
                assert!(rows <= 1, "{usage:?} {class:?}");
            }
            let known = ROWS.iter().any(|r| r.usages.contains(usage));
            assert_eq!(known, *usage != TR31_K3_ASYMMETRIC_KEY_FOR_KEY_AGREEMENT);
        }
    }

    fn refused(
        usage: KeyUsage,
        class: KeyClass,
        algorithm: KeyAlgorithm,
        modes: &[&str],
        arrival: Arrival,
    ) -> String {
        judge(
            &KeyAttributes {
                key_usage: usage,
                key_class: class,
                key_algorithm: algorithm,
                key_modes_of_use: KeyModesOfUse::from_names(modes).unwrap(),
            },
            arrival,
        )
        .unwrap_err()
        .message
    }

    #[test]
    fn a_refusal_names_the_member_and_what_is_allowed() {
        assert_eq!(
            refused(
                TR31_P0_PIN_ENCRYPTION_KEY,
                SYMMETRIC_KEY,
                AES_128,
                &["Encrypt", "Verify"],
                Arrival::Created
            ),
            "KeyModesOfUse [Encrypt, Verify] is not valid for KeyUsage TR31_P0_PIN_ENCRYPTION_KEY; allowed: \
             [Encrypt, Decrypt, Wrap, Unwrap], [Encrypt, Wrap], [Decrypt, Unwrap], [NoRestrictions]."
        );
        assert_eq!(
            refused(
                TR31_M1_ISO_9797_1_MAC_KEY,
                SYMMETRIC_KEY,
                AES_128,
                &["Generate"],
                Arrival::Created
            ),
            "KeyAlgorithm AES_128 is not valid for KeyUsage TR31_M1_ISO_9797_1_MAC_KEY; allowed: TDES_2KEY, TDES_3KEY."
        );
        assert_eq!(
            refused(
                TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE,
                PUBLIC_KEY,
                RSA_2048,
                &["Verify"],
                Arrival::Created
            ),
            "KeyClass PUBLIC_KEY is not valid for KeyUsage TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE; allowed: \
             ASYMMETRIC_KEY_PAIR."
        );
        assert_eq!(
            refused(
                TR31_K3_ASYMMETRIC_KEY_FOR_KEY_AGREEMENT,
                ASYMMETRIC_KEY_PAIR,
                RSA_2048,
                &["DeriveKey"],
                Arrival::Created
            ),
            "KeyUsage TR31_K3_ASYMMETRIC_KEY_FOR_KEY_AGREEMENT is not supported by this control plane."
        );
        assert_eq!(
            refused(
                TR31_P0_PIN_ENCRYPTION_KEY,
                SYMMETRIC_KEY,
                AES_128,
                &["Encrypt", "Wrap"],
                Arrival::Certificate
            ),
            "KeyUsage TR31_P0_PIN_ENCRYPTION_KEY is not valid for KeyClass PUBLIC_KEY."
        );
    }

    #[test]
    fn each_letter_stands_for_one_set() {
        assert_eq!(mode_letter(&B.modes), Some('B'));
        assert_eq!(mode_letter(&NONE), None);
        let mut sets: Vec<_> = MODE_SETS.iter().map(|s| s.modes).collect();
        sets.sort_unstable();
        sets.dedup();
        assert_eq!(sets.len(), 9);
    }
}
