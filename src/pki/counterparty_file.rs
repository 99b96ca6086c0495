//! A counterparty's public file, whichever it is: a certificate alone, or parameters of an exchange.
#![deny(clippy::indexing_slicing)]

use super::{Certificate, ExportParameters, ImportParameters, ParametersError};
use crate::api::{KeyAlgorithm, Timestamp};
use crate::crypto::tr34::{Credential, codings};

/// What a counterparty hands over so that its certificate can be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CounterpartyFile {
    /// One certificate in any coding.
    Certificate(Box<Certificate>),
    /// A receiver's parameters: it will open what is wrapped under its certificate.
    Import(Box<ImportParameters>),
    /// A sender's parameters: it will sign what comes with its certificate's key.
    Export(Box<ExportParameters>),
}

/// The certificate in a TR-34 credential (CT_KRD, CT_KDH), in any coding: some HSMs hand over no other form. Nobody
/// signed the credential; whom to trust is asked about the certificate in it as about any other.
fn credential(bytes: &[u8]) -> Option<Certificate> {
    let credential = codings(bytes).find_map(|der| Credential::parse(&der).ok())?;
    Certificate::from_any(&credential.certificate).ok()
}

impl CounterpartyFile {
    /// Reads a certificate, alone or in a TR-34 credential, or what one of the two get-parameters commands prints.
    ///
    /// # Errors
    /// Neither; the reason is that of the parameters whose member names the file has, else of import parameters.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParametersError> {
        if let Ok(certificate) = Certificate::from_any(bytes) {
            return Ok(Self::Certificate(Box::new(certificate)));
        }
        if let Some(certificate) = credential(bytes) {
            return Ok(Self::Certificate(Box::new(certificate)));
        }
        let import = match ImportParameters::parse(bytes) {
            Ok(parameters) => return Ok(Self::Import(Box::new(parameters))),
            Err(error) => error,
        };
        let says_export = serde_json::from_slice::<serde_json::Value>(bytes)
            .is_ok_and(|value| value.get("SigningKeyCertificate").is_some());
        match ExportParameters::parse(bytes) {
            Ok(parameters) => Ok(Self::Export(Box::new(parameters))),
            Err(export) if says_export => Err(export),
            Err(_) => Err(import),
        }
    }

    /// The counterparty's own certificate.
    pub fn leaf(&self) -> &Certificate {
        match self {
            Self::Certificate(certificate) => certificate,
            Self::Import(parameters) => &parameters.wrapping_certificate,
            Self::Export(parameters) => &parameters.signing_certificate,
        }
    }

    /// The certificate to trust: the root of the chain, or the one certificate there is.
    pub fn root(&self) -> &Certificate {
        match self {
            Self::Certificate(certificate) => certificate,
            Self::Import(parameters) => parameters.root(),
            Self::Export(parameters) => parameters.root(),
        }
    }

    /// The algorithm that the parameters name.
    pub fn algorithm(&self) -> Option<KeyAlgorithm> {
        match self {
            Self::Certificate(_) => None,
            Self::Import(parameters) => Some(parameters.wrapping_key_algorithm),
            Self::Export(parameters) => Some(parameters.signing_key_algorithm),
        }
    }

    /// When the token in it ends.
    pub fn valid_until(&self) -> Option<Timestamp> {
        match self {
            Self::Certificate(_) => None,
            Self::Import(parameters) => Some(parameters.valid_until),
            Self::Export(parameters) => Some(parameters.valid_until),
        }
    }

    /// Judges token and chain at `now`; a certificate alone is for people to judge.
    ///
    /// # Errors
    /// See [`ImportParameters::verify`] and [`ExportParameters::verify`].
    pub fn verify(&self, now: Timestamp) -> Result<(), ParametersError> {
        match self {
            Self::Certificate(_) => Ok(()),
            Self::Import(parameters) => parameters.verify(now),
            Self::Export(parameters) => parameters.verify(now),
        }
    }
}
