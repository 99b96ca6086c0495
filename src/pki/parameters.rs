//! What `aws payment-cryptography get-parameters-for-import` and `get-parameters-for-export` print: the receiver's or
//! the sender's certificate, and the token that goes with it.
#![deny(clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use thiserror::Error;

use super::{Certificate, PkiError, verify_issued, verify_root};
use crate::api::{KeyAlgorithm, Timestamp};

/// Bytes read of such a file.
const LIMIT: usize = 1024 * 1024;
/// Certificates read of a chain.
const CHAIN_LIMIT: usize = 8;

/// The receiver's side of an RSA wrap or TR-34 exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportParameters {
    /// The certificate to wrap under.
    pub wrapping_certificate: Certificate,
    /// The certificates above it in order, the root last; never empty.
    pub chain: Vec<Certificate>,
    /// The wrapping key's algorithm, checked against the certificate.
    pub wrapping_key_algorithm: KeyAlgorithm,
    /// `import-token-...`, to be given back with the wrapped key.
    pub import_token: String,
    /// When the token stops working.
    pub valid_until: Timestamp,
    root: Certificate,
}

/// Why the file was refused. Nothing was wrapped.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParametersError {
    /// More bytes than such a file has.
    #[error(
        "The file has {actual} bytes; {limit} is the most that is read. Nothing was done with it. \
         Use the file that get-parameters-for-import or get-parameters-for-export printed."
    )]
    TooLarge {
        /// Bytes given.
        actual: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Not the JSON object that the command prints.
    #[error(
        "The file is not what get-parameters-for-import or get-parameters-for-export prints: {0}. Nothing was done \
         with it."
    )]
    Json(String),
    /// A member stands there twice; readers differ on which one counts.
    #[error(
        "The file has {0} twice. Nothing was done with it. Ask for the file as the command printed it."
    )]
    Duplicate(String),
    /// A member is missing.
    #[error(
        "The file has no {0}. Nothing was done with it. Use the whole output of {command}.",
        command = command(.0)
    )]
    Missing(&'static str),
    /// A member has a value it cannot have.
    #[error("{member} is wrong: {reason}. Nothing was done with it.")]
    Value {
        /// The member's name.
        member: &'static str,
        /// What it should be.
        reason: String,
    },
    /// A certificate was refused.
    #[error("{member}: {reason} Nothing was done with it.")]
    Certificate {
        /// The member's name.
        member: &'static str,
        /// Why.
        reason: PkiError,
    },
    /// The certificate's key is not of the algorithm named beside it.
    #[error(
        "{member} says {}, but the certificate's key is another. Nothing was done with it. \
         Ask whoever sent it which is right.",
        named.name()
    )]
    AlgorithmMismatch {
        /// The member's name.
        member: &'static str,
        /// What it says.
        named: KeyAlgorithm,
    },
    /// keyUsage forbids what the certificate was sent for.
    #[error(
        "The wrapping certificate may not wrap keys (keyUsage). Nothing was wrapped. Ask for another."
    )]
    MayNotWrap,
    /// The token's time is over.
    #[error(
        "The token expired at {}. Nothing was done with it. Ask for new parameters.",
        .0.rfc3339()
    )]
    TokenExpired(Timestamp),
}

const VALID_UNTIL: &str = "ParametersValidUntilTimestamp";

/// What the members are called in the output of one of the two commands.
struct Shape {
    command: &'static str,
    certificate: &'static str,
    chain: &'static str,
    algorithm: &'static str,
    token: &'static str,
    prefix: &'static str,
}

const IMPORT: Shape = Shape {
    command: "get-parameters-for-import",
    certificate: "WrappingKeyCertificate",
    chain: "WrappingKeyCertificateChain",
    algorithm: "WrappingKeyAlgorithm",
    token: "ImportToken",
    prefix: "import-token-",
};

const EXPORT: Shape = Shape {
    command: "get-parameters-for-export",
    certificate: "SigningKeyCertificate",
    chain: "SigningKeyCertificateChain",
    algorithm: "SigningKeyAlgorithm",
    token: "ExportToken",
    prefix: "export-token-",
};

/// Which command prints a member of this name.
fn command(member: &str) -> &'static str {
    let of_export = [
        EXPORT.certificate,
        EXPORT.chain,
        EXPORT.algorithm,
        EXPORT.token,
    ];
    if of_export.contains(&member) {
        EXPORT.command
    } else {
        IMPORT.command
    }
}

/// What both commands print.
struct Parts {
    certificate: Certificate,
    chain: Vec<Certificate>,
    algorithm: KeyAlgorithm,
    token: String,
    valid_until: Timestamp,
    root: Certificate,
}

impl Shape {
    fn read(&'static self, bytes: &[u8]) -> Result<Parts, ParametersError> {
        if bytes.len() > LIMIT {
            return Err(ParametersError::TooLarge {
                actual: bytes.len(),
                limit: LIMIT,
            });
        }
        let members = members(bytes)?;
        let algorithm = algorithm(self.algorithm, text(&members, self.algorithm)?)?;
        let token = self.token_in(&members)?;
        let valid_until = timestamp(&members)?;
        let refused = |member| move |reason| ParametersError::Certificate { member, reason };
        let certificate = Certificate::from_any(text(&members, self.certificate)?.as_bytes())
            .map_err(refused(self.certificate))?;
        let chain = Certificate::list_from_any(text(&members, self.chain)?.as_bytes())
            .map_err(refused(self.chain))?;
        if certificate.key_algorithm() != Some(algorithm) {
            return Err(ParametersError::AlgorithmMismatch {
                member: self.algorithm,
                named: algorithm,
            });
        }
        let root = match chain.last() {
            Some(root) if chain.len() <= CHAIN_LIMIT => root.clone(),
            _ => {
                return Err(ParametersError::Value {
                    member: self.chain,
                    reason: format!("1 to {CHAIN_LIMIT} certificates belong there"),
                });
            }
        };
        Ok(Parts {
            certificate,
            chain,
            algorithm,
            token,
            valid_until,
            root,
        })
    }

    /// The token, in the service's pattern: its prefix and `[0-9a-zA-Z]{16,64}`.
    fn token_in(&self, members: &BTreeMap<String, Value>) -> Result<String, ParametersError> {
        let text = text(members, self.token)?;
        let fits = text.strip_prefix(self.prefix).is_some_and(|rest| {
            (16..=64).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric())
        });
        if fits {
            Ok(text.to_owned())
        } else {
            Err(ParametersError::Value {
                member: self.token,
                reason: format!("it must be {} and 16 to 64 letters and digits", self.prefix),
            })
        }
    }

    /// Judges token and chain at `now`: each certificate under the next, the last one self-signed.
    fn verify(
        &self,
        certificate: &Certificate,
        chain: &[Certificate],
        valid_until: Timestamp,
        now: Timestamp,
    ) -> Result<(), ParametersError> {
        if now > valid_until {
            return Err(ParametersError::TokenExpired(valid_until));
        }
        let refused = |member| move |reason| ParametersError::Certificate { member, reason };
        let mut child = (certificate, self.certificate);
        for issuer in chain {
            verify_issued(child.0, issuer, now).map_err(refused(child.1))?;
            child = (issuer, self.chain);
        }
        verify_root(child.0, now).map_err(refused(self.chain))
    }
}

impl ImportParameters {
    /// Reads the JSON object the command prints. Members it does not know are passed over; the chain is
    /// not judged yet, see [`verify`](Self::verify).
    ///
    /// # Errors
    /// Larger than 1 MiB, no such object, a member twice, missing or wrong, an unreadable certificate.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParametersError> {
        let parts = IMPORT.read(bytes)?;
        Ok(Self {
            wrapping_certificate: parts.certificate,
            chain: parts.chain,
            wrapping_key_algorithm: parts.algorithm,
            import_token: parts.token,
            valid_until: parts.valid_until,
            root: parts.root,
        })
    }

    /// The root of the chain, whose fingerprint people compare.
    pub fn root(&self) -> &Certificate {
        &self.root
    }

    /// Judges token, wrapping certificate and chain at `now`: each certificate under the next, the last
    /// one self-signed.
    ///
    /// # Errors
    /// The token is over, the certificate may not wrap, or the first certificate refused.
    pub fn verify(&self, now: Timestamp) -> Result<(), ParametersError> {
        IMPORT.verify(
            &self.wrapping_certificate,
            &self.chain,
            self.valid_until,
            now,
        )?;
        if self.wrapping_certificate.may_wrap_keys() {
            Ok(())
        } else {
            Err(ParametersError::MayNotWrap)
        }
    }
}

/// The sender's side of a TR-34 exchange: whose certificate signs what will come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportParameters {
    /// The certificate that the sender signs with.
    pub signing_certificate: Certificate,
    /// The certificates above it in order, the root last; never empty.
    pub chain: Vec<Certificate>,
    /// The signing key's algorithm, checked against the certificate.
    pub signing_key_algorithm: KeyAlgorithm,
    /// `export-token-...`: the sender's own, of no use here.
    pub export_token: String,
    /// When the token stops working.
    pub valid_until: Timestamp,
    root: Certificate,
}

impl ExportParameters {
    /// Reads the JSON object the command prints. Members it does not know are passed over; the chain is
    /// not judged yet, see [`verify`](Self::verify).
    ///
    /// # Errors
    /// Larger than 1 MiB, no such object, a member twice, missing or wrong, an unreadable certificate.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParametersError> {
        let parts = EXPORT.read(bytes)?;
        Ok(Self {
            signing_certificate: parts.certificate,
            chain: parts.chain,
            signing_key_algorithm: parts.algorithm,
            export_token: parts.token,
            valid_until: parts.valid_until,
            root: parts.root,
        })
    }

    /// The root of the chain, whose fingerprint people compare.
    pub fn root(&self) -> &Certificate {
        &self.root
    }

    /// Judges token and chain at `now`: each certificate under the next, the last one self-signed.
    ///
    /// # Errors
    /// The token is over, or the first certificate refused.
    pub fn verify(&self, now: Timestamp) -> Result<(), ParametersError> {
        EXPORT.verify(
            &self.signing_certificate,
            &self.chain,
            self.valid_until,
            now,
        )
    }
}

/// The members of one JSON object; serde_json alone would let the last of two equal names win.
struct Members(BTreeMap<String, Value>);

/// Marks our own error in serde_json's text.
const TWICE: &str = "member twice: ";

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = BTreeMap::new();
                while let Some(name) = map.next_key::<String>()? {
                    if members.contains_key(&name) {
                        return Err(de::Error::custom(format!("{TWICE}{name}")));
                    }
                    let value = map.next_value()?;
                    members.insert(name, value);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

fn members(bytes: &[u8]) -> Result<BTreeMap<String, Value>, ParametersError> {
    match serde_json::from_slice::<Members>(bytes) {
        Ok(members) => Ok(members.0),
        Err(error) => {
            let text = error.to_string();
            // The name stands between our mark and serde_json's position.
            match text.strip_prefix(TWICE) {
                Some(rest) => {
                    let name = rest.rsplit_once(" at line ").map_or(rest, |(name, _)| name);
                    Err(ParametersError::Duplicate(
                        name.chars()
                            .flat_map(char::escape_default)
                            .take(80)
                            .collect(),
                    ))
                }
                None => Err(ParametersError::Json(text)),
            }
        }
    }
}

fn text<'a>(
    members: &'a BTreeMap<String, Value>,
    member: &'static str,
) -> Result<&'a str, ParametersError> {
    match members.get(member) {
        None => Err(ParametersError::Missing(member)),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(ParametersError::Value {
            member,
            reason: "it must be text".to_owned(),
        }),
    }
}

fn algorithm(member: &'static str, name: &str) -> Result<KeyAlgorithm, ParametersError> {
    KeyAlgorithm::ALL
        .iter()
        .copied()
        .filter(|algorithm| algorithm.modulus_bits().is_some())
        .find(|algorithm| algorithm.name() == name)
        .ok_or_else(|| ParametersError::Value {
            member,
            reason: "it must be RSA_2048, RSA_3072 or RSA_4096".to_owned(),
        })
}

fn timestamp(members: &BTreeMap<String, Value>) -> Result<Timestamp, ParametersError> {
    let value = members
        .get(VALID_UNTIL)
        .ok_or(ParametersError::Missing(VALID_UNTIL))?;
    Timestamp::deserialize(value).map_err(|_| ParametersError::Value {
        member: VALID_UNTIL,
        reason: "it must be epoch seconds or an ISO 8601 time with an offset".to_owned(),
    })
}
