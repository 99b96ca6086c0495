//! Why a token was refused. No variant carries a byte of a key.

use thiserror::Error;

use crate::crypto::CryptoError;
use crate::crypto::tr31::Tr31Error;

/// A TR-34 token that was not accepted, or could not be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Tr34Error {
    /// Not one whole ASN.1 element of the right shape.
    #[error(
        "It is no whole TR-34 token: its ASN.1 cannot be read ({0}). Ask the sender for the token again, unaltered."
    )]
    Malformed(String),
    /// Something else than signed data over enveloped data.
    #[error("It is no TR-34 key token: {0}. Ask the sender for the token that carries the key.")]
    NotAKeyToken(&'static str),
    /// None or several signers.
    #[error(
        "It has {0} signers where a TR-34 token has exactly one. Ask the sender for a correct token."
    )]
    SignerCount(usize),
    /// Parts that no dialect of TR-34 has together.
    #[error(
        "Its parts belong to different forms of TR-34 ({0}). Ask the sender for a correct token."
    )]
    MixedForm(&'static str),
    /// A hash that is refused by name.
    #[error(
        "It uses {hash} for its {place}, which can be forged. Ask the sender for a token with SHA-256."
    )]
    WeakHash {
        /// The hash, by name.
        hash: &'static str,
        /// What it stands for.
        place: &'static str,
    },
    /// An algorithm that TR-34 does not use.
    #[error(
        "Its {place} ({oid}) is none that TR-34 tokens use. Ask the sender for a token with RSA, SHA-256 and OAEP with SHA-256."
    )]
    Algorithm {
        /// What it stands for.
        place: &'static str,
        /// The object identifier or what was wrong.
        oid: String,
    },
    /// An attribute twice, or with none or several values.
    #[error(
        "Its signed attribute {0} is not there once with one value. Ask the sender for a correct token."
    )]
    AttributeNotSingle(String),
    /// contentType is missing or names something else.
    #[error(
        "Its signed attributes do not name what is signed (contentType). Ask the sender for a correct token."
    )]
    ContentType,
    /// messageDigest is missing or not the content's.
    #[error(
        "Its content is not what was signed (messageDigest). It was altered on the way: stop, and ask the sender for the token again."
    )]
    Digest,
    /// No key block header among the signed attributes.
    #[error(
        "It says nothing about the key: the signed key block header is missing. Ask the sender for a correct token."
    )]
    NoHeader,
    /// The key block header cannot be read.
    #[error("Its key block header cannot be read: {0}")]
    Header(Tr31Error),
    /// Neither a nonce nor a time.
    #[error(
        "Nothing in it proves that it is fresh: neither randomNonce nor signingTime is signed. Ask the sender for a new token."
    )]
    NoFreshness,
    /// The signer it names is another than the one expected.
    #[error(
        "It was signed by another than the certificate that came with it. Ask the sender for the signing certificate of this token."
    )]
    Signer,
    /// The signature is not the signer's.
    #[error(
        "Its signature was not made with the key of the certificate that came with it. Stop, and ask the sender."
    )]
    Signature,
    /// The certificates inside leave the signer's out, or have another under its name.
    #[error(
        "It carries certificates, and the signer's is not among them or stands there with another key. Stop, and ask the sender."
    )]
    Certificate,
    /// The receiver it names is another.
    #[error(
        "It was made for another receiver. Ask the sender to use the newest certificate given for this."
    )]
    Recipient,
    /// The token has a nonce, none was expected.
    #[error("It carries a nonce (two-pass), and none was given to compare it with.")]
    NonceMissing,
    /// A nonce was expected, the token has none.
    #[error("It carries no nonce (one-pass), and one was given.")]
    NonceUnexpected,
    /// Not the nonce that was expected.
    #[error("Its nonce is another than the one given.")]
    NonceMismatch,
    /// The signing time is older than the window allows.
    #[error(
        "It was signed at {at}, and now it is {now}: a token without a nonce is taken for {life}. Ask the sender for a new token."
    )]
    TooOld {
        /// When it says it was signed.
        at: String,
        /// The time here.
        now: String,
        /// How long a token is taken, in words.
        life: String,
    },
    /// The signing time lies ahead.
    #[error(
        "It was signed at {at}, and here it is only {now}: more than 5 minutes ahead. Compare both clocks; if ours is right, ask the sender for a new token."
    )]
    Ahead {
        /// When it says it was signed.
        at: String,
        /// The time here.
        now: String,
    },
    /// The header begins with no version letter. Version and length mean nothing in a token, and yet have a form.
    #[error(
        "The key block header in it begins with {0:?}, which is none of the versions A, B, C, D and E. Ask the sender for a token whose header begins with B or D."
    )]
    HeaderVersion(char),
    /// It did not open. One sentence for every cause, so that no answer helps to open another; the cause is for the
    /// audit and for tests, never for a peer.
    #[error(
        "It did not open. Nothing was imported. Ask the sender to make it anew for the newest certificate."
    )]
    Unopened(OpenFault),
    /// A token with these parts cannot be written.
    #[error("The token could not be written: {0}. Nothing was written.")]
    Unwritable(&'static str),
    /// A cipher refused.
    #[error(transparent)]
    Cipher(#[from] CryptoError),
}

/// Where opening stopped: for the audit of a token whose signature was good, and never for a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenFault {
    /// OAEP did not decode, or what came out is no single key block.
    Decryption,
    /// The content key does not fit its cipher.
    ContentKey,
    /// The padding of the content is wrong.
    Padding,
    /// What is inside is no key block.
    KeyBlock,
    /// The sender named inside is not the signer.
    Sender,
    /// The header inside is not the signed one.
    Header,
    /// The key has a length that its algorithm does not have.
    KeyLength,
}

impl OpenFault {
    const fn code(self) -> &'static str {
        match self {
            Self::Decryption => "decryption-failed",
            Self::ContentKey => "cek-length",
            Self::Padding => "bad-padding",
            Self::KeyBlock => "bad-key-block",
            Self::Sender => "inner-kdh-id-mismatch",
            Self::Header => "header-mismatch",
            Self::KeyLength => "bad-key-length",
        }
    }
}

impl Tr34Error {
    /// Whether it came from opening the token with the private key. To a peer all of these look alike.
    pub const fn is_cryptographic(&self) -> bool {
        matches!(self, Self::Unopened(_) | Self::Cipher(_))
    }

    /// A short name of the check that refused, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) | Self::MixedForm(_) => "malformed-asn1",
            Self::NotAKeyToken(_) => "not-a-key-token",
            Self::SignerCount(_) => "signer-count",
            Self::WeakHash { .. } => "weak-hash",
            Self::Algorithm { .. } => "unsupported-algorithm",
            Self::AttributeNotSingle(_) => "attribute-not-single",
            Self::ContentType => "content-type-attribute",
            Self::Digest => "digest-mismatch",
            Self::NoHeader => "no-header-attribute",
            Self::NoFreshness => "no-freshness-attribute",
            Self::Signer => "signer-is-not-kdh",
            Self::Signature => "signature-invalid",
            Self::Certificate => "certificate-differs",
            Self::Recipient => "recipient-mismatch",
            Self::NonceMissing | Self::NonceUnexpected | Self::NonceMismatch => "nonce-mismatch",
            Self::TooOld { .. } | Self::Ahead { .. } => "signing-time-out-of-window",
            Self::Header(_) | Self::HeaderVersion(_) => "bad-header",
            Self::Unopened(fault) => fault.code(),
            Self::Unwritable(_) => "unwritable",
            Self::Cipher(_) => "cipher",
        }
    }
}

impl From<der::Error> for Tr34Error {
    fn from(error: der::Error) -> Self {
        Self::Malformed(error.to_string())
    }
}
