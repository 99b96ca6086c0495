//! ImportKey.

use serde::{Deserialize, Serialize};

use super::{
    ImportTr34KeyBlock, Key, KeyAttributes, KeyCheckValueAlgorithm, RootCertificatePublicKey, Tag,
    TrustedCertificatePublicKey,
};

/// Request members of ImportKey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ImportKeyInput {
    /// What is imported: exactly one member.
    pub key_material: ImportKeyMaterial,
    /// Whether the key can be used at once.
    #[serde(default = "super::operation::yes")]
    pub enabled: bool,
    /// Check value method; ignored for public keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_check_value_algorithm: Option<KeyCheckValueAlgorithm>,
    /// Up to 200 tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

/// The tagged union of what ImportKey takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportKeyMaterial {
    /// A root certificate.
    RootCertificatePublicKey(RootCertificatePublicKey),
    /// A certificate under an imported one.
    TrustedCertificatePublicKey(TrustedCertificatePublicKey),
    /// A symmetric key under RSA-OAEP; boxed, since no other material is as large.
    KeyCryptogram(Box<ImportKeyCryptogram>),
    /// A symmetric key in a TR-31 key block.
    Tr31KeyBlock(ImportTr31KeyBlock),
    /// A symmetric key in a TR-34 token.
    Tr34KeyBlock(Box<ImportTr34KeyBlock>),
}

/// A symmetric key in a TR-31 key block under a wrapping key of this vault. What the key is stands in the block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ImportTr31KeyBlock {
    /// The wrapping key: key ARN, alias ARN or `alias/...`.
    pub wrapping_key_identifier: String,
    /// The block as text, 56 to 9984 characters.
    pub wrapped_key_block: String,
}

/// A symmetric key wrapped with RSA-OAEP under a key of GetParametersForImport, or under a pair of this vault that a
/// foreign authority certified (GetCertificateSigningRequest). The service's model has the pair for TR-34 only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ImportKeyCryptogram {
    /// All that says what the wrapped bytes are.
    pub key_attributes: KeyAttributes,
    /// Whether the receiver may export it again.
    pub exportable: bool,
    /// Upper-case hex, as long as the modulus.
    pub wrapped_key_cryptogram: String,
    /// The receiver's token, `import-token-...`; absent where a pair is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import_token: Option<String>,
    /// A pair of this vault, in the place of a token: key ARN, alias ARN or `alias/...`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrapping_key_identifier: Option<String>,
    /// base64 of the PEM text of the certificate that a foreign authority gave the pair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrapping_key_certificate: Option<String>,
    /// OAEP and MGF1 hash; by default SHA-256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrapping_spec: Option<WrappingKeySpec>,
}

/// RSA-OAEP with one hash for OAEP and MGF1, empty label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(non_camel_case_types)] // the service's spelling
pub enum WrappingKeySpec {
    /// SHA-256.
    RSA_OAEP_SHA_256,
    /// SHA-512.
    RSA_OAEP_SHA_512,
}

impl WrappingKeySpec {
    /// Every value, in the service's order.
    pub const ALL: &[Self] = &[Self::RSA_OAEP_SHA_256, Self::RSA_OAEP_SHA_512];

    /// Every name, in the same order.
    pub const NAMES: &[&str] = &["RSA_OAEP_SHA_256", "RSA_OAEP_SHA_512"];

    /// The service's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RSA_OAEP_SHA_256 => "RSA_OAEP_SHA_256",
            Self::RSA_OAEP_SHA_512 => "RSA_OAEP_SHA_512",
        }
    }
}

/// Response members of ImportKey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ImportKeyOutput {
    /// The new key's metadata.
    pub key: Key,
}
