//! ExportKey.

use serde::{Deserialize, Serialize};

use super::{ExportTr34KeyBlock, KeyBlockHeaders, KeyCheckValueAlgorithm, WrappingKeySpec};

/// Request members of ExportKey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ExportKeyInput {
    /// How it is wrapped: exactly one member.
    pub key_material: ExportKeyMaterial,
    /// The key to export: key ARN, alias ARN or `alias/...`.
    pub export_key_identifier: String,
    /// What is exported instead of the key itself, for base derivation keys only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub export_attributes: Option<ExportAttributes>,
}

/// What is exported in the place of a base derivation key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ExportAttributes {
    /// The initial key of one terminal instead of the base derivation key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub export_dukpt_initial_key: Option<ExportDukptInitialKey>,
    /// Check value method of the initial key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_check_value_algorithm: Option<KeyCheckValueAlgorithm>,
}

/// Which terminal's initial key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ExportDukptInitialKey {
    /// The terminal's serial number, upper-case hex: 20 digits for a TDES_2KEY base key, 24 for AES.
    pub key_serial_number: String,
}

/// The tagged union of how ExportKey wraps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportKeyMaterial {
    /// RSA-OAEP under a receiver's certificate.
    KeyCryptogram(ExportKeyCryptogram),
    /// A TR-31 key block under a key of this vault.
    Tr31KeyBlock(ExportTr31KeyBlock),
    /// A TR-34 token for a receiver's certificate.
    Tr34KeyBlock(Box<ExportTr34KeyBlock>),
}

/// A TR-31 key block: version B under a TDES wrapping key, D under AES.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ExportTr31KeyBlock {
    /// The wrapping key: key ARN, alias ARN or `alias/...`.
    pub wrapping_key_identifier: String,
    /// What the block says of the key instead of the key's own values; boxed, since few requests have any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_block_headers: Option<Box<KeyBlockHeaders>>,
}

/// RSA wrap: the receiver's certificate and the CA that vouches for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ExportKeyCryptogram {
    /// The imported CA above the certificate.
    pub certificate_authority_public_key_identifier: String,
    /// base64 of the PEM text of the receiver's certificate.
    pub wrapping_key_certificate: String,
    /// OAEP and MGF1 hash; by default SHA-256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrapping_spec: Option<WrappingKeySpec>,
}

/// Format of exported material.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(non_camel_case_types)] // the service's spelling
pub enum WrappedKeyMaterialFormat {
    /// RSA-OAEP cryptogram, hex.
    KEY_CRYPTOGRAM,
    /// TR-31 key block, text.
    TR31_KEY_BLOCK,
    /// TR-34 token, hex.
    TR34_KEY_BLOCK,
}

/// Exported material.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct WrappedKey {
    /// The wrapping key; for RSA wrap and TR-34 the CA key named in the request.
    pub wrapping_key_arn: String,
    /// What KeyMaterial is.
    pub wrapped_key_material_format: WrappedKeyMaterialFormat,
    /// Upper-case hex for a cryptogram or TR-34 token, the block itself for TR-31.
    pub key_material: String,
    /// Check value of the exported key, upper-case hex.
    pub key_check_value: String,
    /// How the check value was made.
    pub key_check_value_algorithm: KeyCheckValueAlgorithm,
}

/// Response members of ExportKey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ExportKeyOutput {
    /// The wrapped key.
    pub wrapped_key: WrappedKey,
}
