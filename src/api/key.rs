//! Keys: attributes, states and metadata.

use serde::{Deserialize, Serialize};

use super::{KeyUsage, Timestamp};

macro_rules! closed_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[allow(non_camel_case_types)] // the service's spelling
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every value, in the service's order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Every name, in the same order.
            pub const NAMES: &[&str] = &[$(stringify!($variant)),+];

            /// The service's name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant)),+ }
            }
        }
    };
}

pub(super) use closed_enum;

closed_enum! {
    /// KeyAlgorithm.
    KeyAlgorithm {
        /// Two-key TDES, 16 bytes.
        TDES_2KEY,
        /// Three-key TDES, 24 bytes.
        TDES_3KEY,
        /// AES, 16 bytes.
        AES_128,
        /// AES, 24 bytes.
        AES_192,
        /// AES, 32 bytes.
        AES_256,
        /// RSA, 2048-bit modulus.
        RSA_2048,
        /// RSA, 3072-bit modulus.
        RSA_3072,
        /// RSA, 4096-bit modulus.
        RSA_4096,
    }
}

closed_enum! {
    /// KeyClass.
    KeyClass {
        /// TDES or AES.
        SYMMETRIC_KEY,
        /// An RSA pair made here.
        ASYMMETRIC_KEY_PAIR,
        /// In the model, without a valid combination.
        PRIVATE_KEY,
        /// A certificate's key, imported.
        PUBLIC_KEY,
    }
}

closed_enum! {
    /// KeyState.
    KeyState {
        /// Never shown by keymoot: creation is synchronous.
        CREATE_IN_PROGRESS,
        /// The key exists.
        CREATE_COMPLETE,
        /// The deletion window runs.
        DELETE_PENDING,
        /// The material is gone; the record stays.
        DELETE_COMPLETE,
    }
}

closed_enum! {
    /// KeyOrigin.
    KeyOrigin {
        /// Made by CreateKey.
        AWS_PAYMENT_CRYPTOGRAPHY,
        /// Brought by ImportKey.
        EXTERNAL,
    }
}

closed_enum! {
    /// KeyCheckValueAlgorithm.
    KeyCheckValueAlgorithm {
        /// CMAC over a block of zero bytes.
        CMAC,
        /// Encryption of a block of zero bytes (TDES).
        ANSI_X9_24,
        /// Keyed hash (later than the seed; for HMAC keys).
        HMAC,
        /// SHA-1 over SubjectPublicKeyInfo (asymmetric keys).
        SHA_1,
    }
}

impl KeyAlgorithm {
    /// Key length in bytes for a symmetric algorithm.
    pub const fn key_bytes(self) -> Option<usize> {
        match self {
            Self::TDES_2KEY | Self::AES_128 => Some(16),
            Self::TDES_3KEY | Self::AES_192 => Some(24),
            Self::AES_256 => Some(32),
            Self::RSA_2048 | Self::RSA_3072 | Self::RSA_4096 => None,
        }
    }

    /// Modulus length in bits for RSA.
    pub const fn modulus_bits(self) -> Option<usize> {
        match self {
            Self::RSA_2048 => Some(2048),
            Self::RSA_3072 => Some(3072),
            Self::RSA_4096 => Some(4096),
            _ => None,
        }
    }

    /// Whether this is TDES.
    pub const fn is_tdes(self) -> bool {
        matches!(self, Self::TDES_2KEY | Self::TDES_3KEY)
    }

    /// Whether this is AES.
    pub const fn is_aes(self) -> bool {
        matches!(self, Self::AES_128 | Self::AES_192 | Self::AES_256)
    }
}

/// KeyModesOfUse: nine switches; input may be sparse, output carries all nine.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "PascalCase", default)]
pub struct KeyModesOfUse {
    /// Encrypt data.
    pub encrypt: bool,
    /// Decrypt data.
    pub decrypt: bool,
    /// Wrap keys.
    pub wrap: bool,
    /// Unwrap keys.
    pub unwrap: bool,
    /// Generate MACs, card values, PINs.
    pub generate: bool,
    /// Sign.
    pub sign: bool,
    /// Verify.
    pub verify: bool,
    /// Derive keys.
    pub derive_key: bool,
    /// No restriction beyond the usage.
    pub no_restrictions: bool,
}

impl KeyModesOfUse {
    /// The members that are true, by the service's names and in its order.
    pub fn names(&self) -> Vec<&'static str> {
        [
            ("Encrypt", self.encrypt),
            ("Decrypt", self.decrypt),
            ("Wrap", self.wrap),
            ("Unwrap", self.unwrap),
            ("Generate", self.generate),
            ("Sign", self.sign),
            ("Verify", self.verify),
            ("DeriveKey", self.derive_key),
            ("NoRestrictions", self.no_restrictions),
        ]
        .into_iter()
        .filter_map(|(name, set)| set.then_some(name))
        .collect()
    }

    /// The modes with exactly these members true; nothing for an unknown name.
    pub fn from_names(names: &[&str]) -> Option<Self> {
        let mut modes = Self::default();
        for name in names {
            *match *name {
                "Encrypt" => &mut modes.encrypt,
                "Decrypt" => &mut modes.decrypt,
                "Wrap" => &mut modes.wrap,
                "Unwrap" => &mut modes.unwrap,
                "Generate" => &mut modes.generate,
                "Sign" => &mut modes.sign,
                "Verify" => &mut modes.verify,
                "DeriveKey" => &mut modes.derive_key,
                "NoRestrictions" => &mut modes.no_restrictions,
                _ => return None,
            } = true;
        }
        Some(modes)
    }
}

/// KeyAttributes: fixed for the life of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct KeyAttributes {
    /// What it is for.
    pub key_usage: KeyUsage,
    /// Symmetric, pair or public.
    pub key_class: KeyClass,
    /// Algorithm and length.
    pub key_algorithm: KeyAlgorithm,
    /// What it may do.
    pub key_modes_of_use: KeyModesOfUse,
}

/// Key: the metadata of one key. Tags are not part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Key {
    /// `arn:aws:payment-cryptography:REGION:ACCOUNT:key/ID`.
    pub key_arn: String,
    /// Usage, class, algorithm, modes.
    pub key_attributes: KeyAttributes,
    /// Upper-case hex: 6 digits, 8 for asymmetric keys.
    pub key_check_value: String,
    /// How the check value was made.
    pub key_check_value_algorithm: KeyCheckValueAlgorithm,
    /// Whether it can be used.
    pub enabled: bool,
    /// Whether it may leave.
    pub exportable: bool,
    /// Where it stands in its life.
    pub key_state: KeyState,
    /// Made here or imported.
    pub key_origin: KeyOrigin,
    /// When it was created.
    pub create_timestamp: Timestamp,
    /// When it was last enabled; absent while disabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage_start_timestamp: Option<Timestamp>,
    /// When it was last disabled; absent while enabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage_stop_timestamp: Option<Timestamp>,
    /// When the material will be destroyed; only in DELETE_PENDING.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_pending_timestamp: Option<Timestamp>,
    /// When the material was destroyed; only in DELETE_COMPLETE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_timestamp: Option<Timestamp>,
}

/// KeySummary: one row of ListKeys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct KeySummary {
    /// The key's ARN.
    pub key_arn: String,
    /// Where it stands in its life.
    pub key_state: KeyState,
    /// Usage, class, algorithm, modes.
    pub key_attributes: KeyAttributes,
    /// Check value, upper-case hex.
    pub key_check_value: String,
    /// Whether it may leave.
    pub exportable: bool,
    /// Whether it can be used.
    pub enabled: bool,
}

impl From<&Key> for KeySummary {
    fn from(key: &Key) -> Self {
        Self {
            key_arn: key.key_arn.clone(),
            key_state: key.key_state,
            key_attributes: key.key_attributes,
            key_check_value: key.key_check_value.clone(),
            exportable: key.exportable,
            enabled: key.enabled,
        }
    }
}
