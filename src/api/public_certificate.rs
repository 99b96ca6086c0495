//! GetPublicKeyCertificate and GetCertificateSigningRequest.

use serde::{Deserialize, Serialize};

use super::{CounterpartyProfile, key::closed_enum};

/// Request members of GetPublicKeyCertificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetPublicKeyCertificateInput {
    /// Key ARN, alias ARN or `alias/...`.
    pub key_identifier: String,
    /// What the counterparty's devices read, where that is not what the service writes; no member of the service's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterparty_profile: Option<CounterpartyProfile>,
}

/// Response members of GetPublicKeyCertificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetPublicKeyCertificateOutput {
    /// base64 of the PEM text of the key's certificate.
    pub key_certificate: String,
    /// base64 of the PEM text of the certificates above it, from its issuer to the root.
    pub key_certificate_chain: String,
}

closed_enum! {
    /// SigningAlgorithmType: the hash under a request's signature.
    SigningAlgorithm {
        /// SHA-224.
        SHA224,
        /// SHA-256.
        SHA256,
        /// SHA-384.
        SHA384,
        /// SHA-512.
        SHA512,
    }
}

/// CertificateSubject: whom a request names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CertificateSubject {
    /// CN, 1-64 characters.
    pub common_name: String,
    /// O, 1-64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// OU, 1-64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_unit: Option<String>,
    /// L, 1-128 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// ST, 1-128 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_or_province: Option<String>,
    /// C, two letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// emailAddress, 1-128 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_address: Option<String>,
}

/// Request members of GetCertificateSigningRequest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetCertificateSigningRequestInput {
    /// Key ARN, alias ARN or `alias/...` of a key pair.
    pub key_identifier: String,
    /// The hash under the signature.
    pub signing_algorithm: SigningAlgorithm,
    /// Whom the certificate shall name; boxed, since no other request is as large.
    pub certificate_subject: Box<CertificateSubject>,
}

/// Response members of GetCertificateSigningRequest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetCertificateSigningRequestOutput {
    /// base64 of the PEM text of a PKCS#10 request.
    pub certificate_signing_request: String,
}
