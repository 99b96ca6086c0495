//! Why a block was not read or written. Header characters may appear here, key bytes never.

use thiserror::Error;

use super::content::Finding;
use super::version::Version;
use crate::api::KeyAlgorithm;
use crate::crypto::CryptoError;
use crate::crypto::strength::StrengthRefusal;

/// A refusal while reading or writing a TR-31 key block. Nothing was imported or written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Tr31Error {
    /// Something other than printable ASCII.
    #[error(
        "Character {at} of the key block is not printable ASCII. Nothing was imported. \
         Copy the block again, without line breaks or a byte-order mark."
    )]
    Character {
        /// Position, counted from 1.
        at: usize,
    },
    /// The text ends inside the 16 characters of the header.
    #[error(
        "The key block has {0} characters and ends inside its header of 16. Nothing was imported. \
         Copy the whole block."
    )]
    HeaderTruncated(usize),
    /// The first character names no version.
    #[error(
        "The key block begins with {0:?}, which is none of the versions A, B, C, D and E. Nothing was \
         imported. If an HSM put a scheme letter in front (such as R or S), remove that letter."
    )]
    UnknownVersion(char),
    /// The length field is not four decimal digits.
    #[error(
        "The length field {0:?} of the key block is not four decimal digits. Nothing was imported. \
         Ask the sender for the block again."
    )]
    LengthField(String),
    /// The length field is another than the length.
    #[error(
        "The key block says it has {said} characters and has {actual}. Nothing was imported. \
         Part of it is missing, or something was added: copy the whole block."
    )]
    LengthMismatch {
        /// The length field.
        said: usize,
        /// Characters found.
        actual: usize,
    },
    /// The number of optional blocks is not two decimal digits.
    #[error(
        "The number of optional blocks, {0:?}, is not two decimal digits. Nothing was imported. \
         Ask the sender for the block again."
    )]
    OptionalCount(String),
    /// An optional block's ID is not two of 0-9 A-Z, or the header ends where one should begin.
    #[error(
        "The ID {0:?} of an optional block is not two of 0-9 and A-Z. Nothing was imported or written. \
         Ask the sender for the block again."
    )]
    OptionalId(String),
    /// An optional block's length field is malformed or points outside.
    #[error(
        "The length of the optional block {0} is malformed or runs past the end. Nothing was imported \
         or written. Ask the sender for the block again."
    )]
    OptionalLength(String),
    /// An optional block occurs twice.
    #[error(
        "The optional block {0} occurs twice. Nothing was imported or written. \
         Each may occur once: ask the sender for a correct block."
    )]
    OptionalTwice(String),
    /// The pad block PB is not the last one.
    #[error(
        "The pad block PB is not the last optional block. Nothing was imported or written. \
         Ask the sender for a correct block."
    )]
    PadNotLast,
    /// The optional blocks do not fill whole cipher blocks.
    #[error(
        "The optional blocks have {sum} characters together, not a multiple of {multiple}, the length of the cipher's \
         block. Nothing was imported or written. Ask the sender for a correct block."
    )]
    OptionalNotPadded {
        /// Characters of all optional blocks.
        sum: usize,
        /// The block length of the version's cipher in bytes.
        multiple: usize,
    },
    /// An optional block to be written holds something other than printable ASCII.
    #[error(
        "The optional block {0} holds a character that is not printable ASCII. Nothing was written. \
         Correct its value."
    )]
    OptionalCharacter(String),
    /// More than 99 optional blocks, or more than 9999 characters.
    #[error(
        "The key block would be longer than the 9999 characters or 99 optional blocks a header can \
         count. Nothing was written. Leave out optional blocks."
    )]
    TooLong,
    /// The part after the header is no whole number of bytes or cipher blocks.
    #[error(
        "The encrypted part of the key block has an impossible length. Nothing was imported. \
         Part of it is missing: copy the whole block."
    )]
    PayloadLength,
    /// The part after the header is not upper-case hex.
    #[error(
        "The encrypted part of the key block is not upper-case hexadecimal. Nothing was imported. \
         Copy the block again; if it is in lower case, ask the sender for a correct one."
    )]
    PayloadNotHex,
    /// No room for the MAC and one cipher block.
    #[error("The key block ends before its MAC. Nothing was imported. Copy the whole block.")]
    PayloadTruncated,
    /// The KBPK is of another kind than the version needs.
    #[error(
        "A version {} block cannot be protected by {}. Nothing was imported or written. \
         Versions A, B and C need a TDES wrapping key of 16 or 24 bytes, D and E an AES one.",
        version.letter(),
        kbpk.name()
    )]
    Kbpk {
        /// Version of the block.
        version: Version,
        /// The wrapping key's algorithm.
        kbpk: KeyAlgorithm,
    },
    /// The KBPK's length is not that of its algorithm.
    #[error(
        "The wrapping key's length does not fit {}. Nothing was imported or written. \
         Check which key was given as the wrapping key.",
        .0.name()
    )]
    KbpkLength(KeyAlgorithm),
    /// Version E, where nobody asked for ISO 20038.
    #[error(
        "This is a version E block (ISO 20038), which is not accepted here. Nothing was imported. \
         Ask the sender for version D."
    )]
    Iso20038,
    /// The block did not open. Deliberately says nothing about which part is wrong.
    #[error(
        "The key block did not open under this wrapping key: its MAC is wrong. Nothing was imported. \
         Either the wrapping key is another (compare check values), or the block was changed."
    )]
    Unwrap,
    /// The MAC is right, but the key inside has a length its algorithm does not have.
    #[error(
        "The key block is authentic, but the key in it has a length that its header's algorithm does \
         not have. Nothing was imported. Ask the sender for a correct block."
    )]
    KeyLength,
    /// The key to be wrapped has a length its algorithm does not have.
    #[error(
        "The key to be wrapped has a length that the header's algorithm does not have. Nothing was \
         written. Check the algorithm in the header."
    )]
    KeyToWrap,
    /// Padding that was given does not fill the last cipher block.
    #[error(
        "The padding given does not fill the payload to whole cipher blocks. Nothing was written. \
         Give as many bytes as are missing, or let the padding be drawn."
    )]
    Padding,
    /// Fields or optional blocks have values the standard does not define.
    #[error("{}", findings_sentence(.0))]
    Content(Vec<Finding>),
    /// The check value in KC or KP is not that of the key.
    #[error("{}", check_value_sentence(.0))]
    CheckValue(&'static str),
    /// Only B (under TDES) and D (under AES) are written.
    #[error(
        "Version {} blocks are read but not written. Nothing was written. \
         Use version B under a TDES wrapping key, version D under AES.",
        .0.letter()
    )]
    ReadOnlyVersion(Version),
    /// The wrapping key is weaker than the wrapped one.
    #[error(transparent)]
    Strength(#[from] StrengthRefusal),
    /// A cipher refused; the checks above leave no way to this.
    #[error(transparent)]
    Cipher(#[from] CryptoError),
}

impl Tr31Error {
    /// Whether the refusal came from opening the block with the KBPK, not from its text. To a peer all
    /// of these must look alike.
    pub const fn is_cryptographic(&self) -> bool {
        matches!(
            self,
            Self::Unwrap | Self::KeyLength | Self::CheckValue(_) | Self::Cipher(_)
        )
    }

    /// A short name of the check that refused, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Character { .. } => "bad-character",
            Self::HeaderTruncated(_) => "truncated-header",
            Self::UnknownVersion(_) => "unsupported-version",
            Self::LengthField(_) => "bad-length-field",
            Self::LengthMismatch { .. } => "length-mismatch",
            Self::OptionalCount(_) => "bad-optional-block-count",
            Self::OptionalId(_) => "bad-optional-block-id",
            Self::OptionalLength(_) => "bad-optional-block-length",
            Self::OptionalTwice(_) => "duplicate-optional-block",
            Self::PadNotLast => "pad-block-not-last",
            Self::OptionalNotPadded { .. } => "optional-blocks-not-padded",
            Self::OptionalCharacter(_) => "bad-optional-block-character",
            Self::TooLong => "too-long",
            Self::PayloadLength => "bad-payload-length",
            Self::PayloadNotHex => "payload-not-uppercase-hex",
            Self::PayloadTruncated => "truncated-payload",
            Self::Kbpk { .. } | Self::KbpkLength(_) => "bad-kbpk-length",
            Self::Iso20038 => "iso-20038-not-accepted",
            Self::Unwrap => "mac-mismatch",
            Self::KeyLength => "bad-key-length",
            Self::KeyToWrap => "bad-key-to-wrap",
            Self::Padding => "bad-padding",
            Self::Content(_) => "content",
            Self::CheckValue(_) => "check-value-mismatch",
            Self::ReadOnlyVersion(_) => "read-only-version",
            Self::Strength(_) => "weaker-wrapping-key",
            Self::Cipher(_) => "cipher",
        }
    }
}

fn check_value_sentence(id: &str) -> String {
    let (of, advice) = if id == "KP" {
        (
            "the wrapping key",
            "The block was made under another key: name that one, or ask the sender which it was.",
        )
    } else {
        (
            "the key in the block",
            "The block is mislabelled: do not use it, ask the sender which key it holds.",
        )
    };
    format!(
        "The check value in the optional block {id} is not that of {of}. Nothing was imported. {advice}"
    )
}

fn findings_sentence(findings: &[Finding]) -> String {
    let mut text = String::from("The key block's header is not as the standard has it: ");
    for (at, finding) in findings.iter().enumerate() {
        if at > 0 {
            text.push_str("; ");
        }
        text.push_str(&finding.words);
    }
    text.push_str(". Nothing was imported or written. Ask the sender for a correct block.");
    text
}
