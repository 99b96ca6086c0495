//! KeyUsage: what a key is for, named after the TR-31 usage field.

use serde::{Deserialize, Serialize};

macro_rules! key_usages {
    ($($variant:ident $code:literal $words:literal),+ $(,)?) => {
        /// The 23 key usages of the service. The two characters after `TR31_` are the TR-31 / X9.143 usage field.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[allow(non_camel_case_types)] // the service's spelling
        pub enum KeyUsage {
            $(#[doc = $words] $variant),+
        }

        impl KeyUsage {
            /// Every usage, in the service's order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Every name, in the same order.
            pub const NAMES: &[&str] = &[$(stringify!($variant)),+];

            /// The service's name, `TR31_K0_KEY_ENCRYPTION_KEY`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant)),+ }
            }

            /// The TR-31 usage field, `K0`.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// What the key is for, in a custodian's words.
            pub const fn words(self) -> &'static str {
                match self { $(Self::$variant => $words),+ }
            }
        }
    };
}

key_usages! {
    TR31_B0_BASE_DERIVATION_KEY "B0" "base derivation key (BDK)",
    TR31_C0_CARD_VERIFICATION_KEY "C0" "card verification key",
    TR31_D0_SYMMETRIC_DATA_ENCRYPTION_KEY "D0" "data encryption key",
    TR31_D1_ASYMMETRIC_KEY_FOR_DATA_ENCRYPTION "D1" "asymmetric key for data encryption",
    TR31_E0_EMV_MKEY_APP_CRYPTOGRAMS "E0" "EMV master key: application cryptograms",
    TR31_E1_EMV_MKEY_CONFIDENTIALITY "E1" "EMV master key: confidentiality",
    TR31_E2_EMV_MKEY_INTEGRITY "E2" "EMV master key: integrity",
    TR31_E4_EMV_MKEY_DYNAMIC_NUMBERS "E4" "EMV master key: dynamic numbers",
    TR31_E5_EMV_MKEY_CARD_PERSONALIZATION "E5" "EMV master key: card personalisation",
    TR31_E6_EMV_MKEY_OTHER "E6" "EMV master key: other",
    TR31_K0_KEY_ENCRYPTION_KEY "K0" "key-encryption key (KEK)",
    TR31_K1_KEY_BLOCK_PROTECTION_KEY "K1" "key-block protection key (KBPK)",
    TR31_K2_TR34_ASYMMETRIC_KEY "K2" "asymmetric key for TR-34",
    TR31_K3_ASYMMETRIC_KEY_FOR_KEY_AGREEMENT "K3" "asymmetric key for key agreement",
    TR31_M1_ISO_9797_1_MAC_KEY "M1" "MAC key, ISO 9797-1 algorithm 1",
    TR31_M3_ISO_9797_3_MAC_KEY "M3" "MAC key, ISO 9797-1 algorithm 3 (retail MAC)",
    TR31_M6_ISO_9797_5_CMAC_KEY "M6" "CMAC key",
    TR31_M7_HMAC_KEY "M7" "HMAC key",
    TR31_P0_PIN_ENCRYPTION_KEY "P0" "PIN encryption key",
    TR31_P1_PIN_GENERATION_KEY "P1" "PIN generation key",
    TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE "S0" "asymmetric key for signatures",
    TR31_V1_IBM3624_PIN_VERIFICATION_KEY "V1" "PIN verification key, IBM 3624",
    TR31_V2_VISA_PIN_VERIFICATION_KEY "V2" "PIN verification key, Visa PVV",
}
