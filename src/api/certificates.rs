//! Public key certificates as ImportKey takes them.

use serde::{Deserialize, Serialize};

use super::KeyAttributes;

/// A root: a self-signed CA certificate that becomes a trust anchor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RootCertificatePublicKey {
    /// S0, PUBLIC_KEY, the certificate's algorithm, Verify.
    pub key_attributes: KeyAttributes,
    /// base64 of the PEM text (base64 of DER and raw PEM are read as well).
    pub public_key_certificate: String,
}

/// A certificate that chains to a key imported before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TrustedCertificatePublicKey {
    /// Usage and modes by purpose, PUBLIC_KEY, the certificate's algorithm.
    pub key_attributes: KeyAttributes,
    /// base64 of the PEM text (base64 of DER and raw PEM are read as well).
    pub public_key_certificate: String,
    /// The imported key that signed it.
    pub certificate_authority_public_key_identifier: String,
}
