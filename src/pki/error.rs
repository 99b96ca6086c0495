//! Why a certificate was refused. The caller says which certificate of the exchange it was.

use thiserror::Error;

use crate::api::Timestamp;

/// What to do about a certificate that begins later, where time goes on: a rehearsal's own clock wants other words.
pub const WAIT: &str = "Check the clock of this machine, or wait.";

/// A certificate that was not accepted; nothing was imported, wrapped or changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PkiError {
    /// More text than any certificate has.
    #[error(
        "The certificate is {actual} characters long; {limit} is the most that is read. \
         Send one certificate alone."
    )]
    TooLarge {
        /// Characters given.
        actual: usize,
        /// Characters allowed.
        limit: usize,
    },
    /// Not a certificate in PEM, DER, or base64 of either.
    #[error(
        "The certificate could not be read: {reason}. Send one X.509 certificate as PEM or as base64 of PEM."
    )]
    Unreadable {
        /// What was wrong with it.
        reason: String,
    },
    /// None, or more than one, where one was expected.
    #[error(
        "{count} certificates are here where exactly one belongs. Where one follows another it is a chain: the holder's \
         own first, then the authorities that signed it. Send the holder's own alone; an authority's goes where a root \
         is asked for."
    )]
    NotOne {
        /// How many were found.
        count: usize,
    },
    /// A private key was found beside or instead of a certificate.
    #[error(
        "This holds a private key, not only a certificate. It was not read further. \
         A private key never belongs in this exchange: treat it as exposed, and send the certificate alone."
    )]
    PrivateKey,
    /// The two parsers read different things.
    #[error(
        "Two independent readers disagree about the certificate's {what}; it is not encoded as X.509 asks \
         and was refused. Ask the issuer for a new one."
    )]
    ParsersDisagree {
        /// The part they disagree on.
        what: &'static str,
    },
    /// The validity is over.
    #[error("The certificate expired at {}. Ask its owner for a new one.", not_after.rfc3339())]
    Expired {
        /// When it ended.
        not_after: Timestamp,
    },
    /// The validity has not begun.
    #[error(
        "The certificate is not valid before {}. {}",
        not_before.rfc3339(),
        WAIT
    )]
    NotYetValid {
        /// When it begins.
        not_before: Timestamp,
    },
    /// The certificate names another issuer, or the signature is not the issuer's.
    #[error(
        "The certificate ({subject}) was not signed by {issuer}: {reason}. Send the chain that belongs to it."
    )]
    NotSignedBy {
        /// Subject of the certificate judged.
        subject: String,
        /// Subject of the certificate meant to vouch for it.
        issuer: String,
        /// Which of names and signature does not fit.
        reason: &'static str,
    },
    /// A root that another one vouches for.
    #[error(
        "The certificate ({subject}) is not self-signed: {reason}. Send the root of the chain."
    )]
    NotSelfSigned {
        /// Subject of the certificate judged.
        subject: String,
        /// Which of names and signature does not fit.
        reason: &'static str,
    },
    /// basicConstraints is missing or says CA:FALSE.
    #[error(
        "{subject} is not a certificate authority (basicConstraints does not say CA:TRUE). Send a CA certificate."
    )]
    NotACa {
        /// Subject of the certificate judged.
        subject: String,
    },
    /// keyUsage is there and leaves out keyCertSign.
    #[error(
        "{subject} may not sign certificates (keyUsage lacks keyCertSign). Send a CA certificate."
    )]
    MayNotSign {
        /// Subject of the certificate judged.
        subject: String,
    },
    /// pathLenConstraint of 0 above a further CA.
    #[error(
        "{issuer} may not issue further authorities (its path length is 0). Send the right chain."
    )]
    PathTooLong {
        /// Subject of the issuer.
        issuer: String,
    },
    /// The issuer's key is shorter than the key it vouches for.
    #[error(
        "An issuer with RSA {issuer_bits} may not vouch for a key with RSA {subject_bits}: \
         an issuer is at least as strong as what it issues. Ask for a stronger CA or a smaller key."
    )]
    WeakIssuer {
        /// Modulus length of the issuer.
        issuer_bits: usize,
        /// Modulus length of the subject.
        subject_bits: usize,
    },
    /// RSA below 2048 bits.
    #[error(
        "RSA with {0} bits is too small; 2048 is the least. Ask for a certificate with a larger key."
    )]
    RsaTooSmall(usize),
    /// A key of another kind or size.
    #[error(
        "The certificate's key is {kind}; RSA with 2048, 3072 or 4096 bits is what can be used."
    )]
    UnsupportedKey {
        /// What it is.
        kind: String,
    },
    /// Signed with a hash that no longer proves anything.
    #[error(
        "The certificate is signed with {hash}, which can be forged. Ask for one signed with SHA-256 or better."
    )]
    WeakHash {
        /// The hash, by name.
        hash: &'static str,
    },
    /// Signed with an algorithm not supported here.
    #[error(
        "The certificate's signature algorithm ({algorithm}) is not supported; \
         RSA PKCS#1 v1.5 or PSS with SHA-256, SHA-384 or SHA-512 is."
    )]
    UnsupportedSignature {
        /// Name or object identifier.
        algorithm: String,
    },
    /// A critical extension that is not understood here (RFC 5280, section 4.2).
    #[error(
        "The certificate has a critical extension ({oid}) that is not understood here, so it was refused."
    )]
    UnknownCritical {
        /// Its object identifier.
        oid: String,
    },
}

impl PkiError {
    pub(super) fn unreadable(reason: impl Into<String>) -> Self {
        Self::Unreadable {
            reason: reason.into(),
        }
    }
}
