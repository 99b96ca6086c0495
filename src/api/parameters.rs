//! GetParametersForImport and GetParametersForExport: a token, and the certificate that goes with it.

use serde::{Deserialize, Serialize};

use super::{CounterpartyProfile, KeyAlgorithm, Timestamp, key::closed_enum};

closed_enum! {
    /// KeyMaterialType: in which form a key travels.
    KeyMaterialType {
        /// TR-34 token.
        TR34_KEY_BLOCK,
        /// TR-31 key block; needs no token.
        TR31_KEY_BLOCK,
        /// Root certificate; needs no token.
        ROOT_PUBLIC_KEY_CERTIFICATE,
        /// Certificate under a trusted one; needs no token.
        TRUSTED_PUBLIC_KEY_CERTIFICATE,
        /// RSA-OAEP cryptogram.
        KEY_CRYPTOGRAM,
    }
}

/// Request members of GetParametersForImport.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetParametersForImportInput {
    /// In which form the key will come: TR34_KEY_BLOCK or KEY_CRYPTOGRAM.
    pub key_material_type: KeyMaterialType,
    /// The key pair it will be wrapped under: RSA_2048, RSA_3072 or RSA_4096.
    pub wrapping_key_algorithm: KeyAlgorithm,
    /// Whether the newest token for the same purpose will do, if it is good for another day.
    #[serde(default)]
    pub reuse_last_generated_token: bool,
    /// What the counterparty's devices read, where that is not what the service writes; no member of the service's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterparty_profile: Option<CounterpartyProfile>,
}

/// Response members of GetParametersForImport.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetParametersForImportOutput {
    /// base64 of the PEM text of the certificate to wrap under.
    pub wrapping_key_certificate: String,
    /// base64 of the PEM text of the root above it.
    pub wrapping_key_certificate_chain: String,
    /// The certificate's algorithm.
    pub wrapping_key_algorithm: KeyAlgorithm,
    /// `import-token-...`, to be given back with every key that comes this way.
    pub import_token: String,
    /// When token and certificate end.
    pub parameters_valid_until_timestamp: Timestamp,
}

/// Request members of GetParametersForExport.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetParametersForExportInput {
    /// In which form the key will go: TR34_KEY_BLOCK.
    pub key_material_type: KeyMaterialType,
    /// The key pair it will be signed with: RSA_2048, RSA_3072 or RSA_4096.
    pub signing_key_algorithm: KeyAlgorithm,
    /// Whether the newest token for the same purpose will do, if it is good for another day.
    #[serde(default)]
    pub reuse_last_generated_token: bool,
    /// What the counterparty's devices read, where that is not what the service writes; no member of the service's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterparty_profile: Option<CounterpartyProfile>,
}

/// Response members of GetParametersForExport.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetParametersForExportOutput {
    /// base64 of the PEM text of the certificate whose key will sign.
    pub signing_key_certificate: String,
    /// base64 of the PEM text of the root above it.
    pub signing_key_certificate_chain: String,
    /// The certificate's algorithm.
    pub signing_key_algorithm: KeyAlgorithm,
    /// `export-token-...`, to be given back with every key that goes this way.
    pub export_token: String,
    /// When token and certificate end.
    pub parameters_valid_until_timestamp: Timestamp,
}
