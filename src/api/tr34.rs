//! The TR-34 members of ImportKey and ExportKey.

use serde::{Deserialize, Serialize};

use super::{CounterpartyProfile, KeyBlockHeaders, key::closed_enum};

closed_enum! {
    /// KeyBlockFormat: the dialect of a TR-34 token. What comes in is read in every dialect, whatever it says.
    Tr34KeyBlockFormat {
        /// TR-34:2012, the non-CMS form.
        X9_TR34_2012,
    }
}

/// A symmetric key in a TR-34 token, made for a certificate of GetParametersForImport or for a pair of this vault that
/// a foreign authority certified. What the key is stands in the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ImportTr34KeyBlock {
    /// The imported CA above the sender's certificate.
    pub certificate_authority_public_key_identifier: String,
    /// base64 of the PEM text of the sender's certificate.
    pub signing_key_certificate: String,
    /// The receiver's token, `import-token-...`; absent where a pair is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import_token: Option<String>,
    /// A pair of this vault, in the place of a token: key ARN, alias ARN or `alias/...`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrapping_key_identifier: Option<String>,
    /// base64 of the PEM text of the certificate that a foreign authority gave the pair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrapping_key_certificate: Option<String>,
    /// The TR-34 token, upper-case hex.
    pub wrapped_key_block: String,
    /// The format of what is sent.
    pub key_block_format: Tr34KeyBlockFormat,
    /// The nonce that was given to the sender, 16 to 32 hex digits, where the token is two-pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub random_nonce: Option<String>,
}

/// A TR-34 token for a receiver's certificate, signed with a key of GetParametersForExport or with a pair of this vault
/// that a foreign authority certified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ExportTr34KeyBlock {
    /// The imported CA above the receiver's certificate.
    pub certificate_authority_public_key_identifier: String,
    /// base64 of the PEM text of the receiver's certificate.
    pub wrapping_key_certificate: String,
    /// The sender's token, `export-token-...`; absent where a pair is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub export_token: Option<String>,
    /// A pair of this vault that signs, in the place of a token: key ARN, alias ARN or `alias/...`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_key_identifier: Option<String>,
    /// base64 of the PEM text of the certificate that a foreign authority gave the pair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_key_certificate: Option<String>,
    /// The format of what is sent.
    pub key_block_format: Tr34KeyBlockFormat,
    /// The receiver's nonce, 16 to 32 hex digits: the token is then two-pass, else one-pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub random_nonce: Option<String>,
    /// What the token says of the key instead of the key's own values; boxed, since few requests have any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_block_headers: Option<Box<KeyBlockHeaders>>,
    /// What the receiver's devices read, where that is not what the service writes; no member of the service's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterparty_profile: Option<CounterpartyProfile>,
}
