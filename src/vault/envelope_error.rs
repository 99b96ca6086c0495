//! Why an envelope was not sealed or opened.

use super::envelope::ENVELOPE_VERSION;
use super::passphrase::MAX_LOG_N;

/// Why an envelope was not sealed or opened. Distinct, because the person standing there must be told which.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// The passphrase does not open it.
    #[error(
        "The passphrase does not open this envelope. Nothing is locked, there is no limit, and the request stands. \
         Right stick? Right set of envelopes? Every word as on your own paper?"
    )]
    WrongPassphrase,
    /// It would take more memory than any envelope of ours.
    #[error(
        "The envelope asks for scrypt work factor {required}; {MAX_LOG_N} is the most that is tried. \
         Nothing was opened; this is no envelope made by keymoot."
    )]
    WorkFactorTooHigh {
        /// log2 of N.
        required: u8,
    },
    /// Something else, or damaged.
    #[error(
        "This is not an envelope: {what}. Nothing was opened; insert the medium that holds yours."
    )]
    NotAnEnvelope {
        /// What it is instead.
        what: &'static str,
    },
    /// Written by a later keymoot.
    #[error(
        "The envelope has format version {found}; this keymoot reads up to {ENVELOPE_VERSION}. Nothing was \
         opened; use the keymoot that made it, or a later one."
    )]
    NewerVersion {
        /// The version in it.
        found: u64,
    },
    /// It belongs to another vault.
    #[error(
        "The envelope belongs to another vault ({found}). Nothing in this vault was opened or changed; \
         insert the envelope of this one."
    )]
    ForeignVault {
        /// That vault's id in hex.
        found: String,
    },
    /// It is of other shares, older or newer: from inside nobody can tell which.
    #[error(
        "The envelope is of another set of shares ({}) than the vault in this folder. Either shares or people \
         were changed since, and it is the older; or this is an older copy of the vault, or a change was begun and not \
         carried to its end, and it is the newer. Nothing was opened or changed. Use the other envelope, and destroy \
         neither before the right vault opens.",
        .found.get(..8).unwrap_or(.found)
    )]
    OldSet {
        /// That set's id in hex, of which the sentence has what file names of envelopes have.
        found: String,
    },
    /// A member says otherwise than custody.toml.
    #[error(
        "The envelope and custody.toml differ in `{field}`. Nothing was opened and no other envelope was \
         tried; one of the two was changed or belongs to somebody else: compare with a backup."
    )]
    Mismatch {
        /// The member.
        field: &'static str,
    },
    /// The share is not the one that was given out.
    #[error(
        "The share in this envelope is not the one that was given out. Nothing was opened or changed; \
         record it, and bring enough other custodians."
    )]
    WrongShare,
    /// An empty passphrase seals nothing.
    #[error("The passphrase is empty. Nothing was sealed.")]
    EmptyPassphrase,
    /// Sealing failed inside.
    #[error("The envelope could not be made. Nothing was written.")]
    Unsealable,
}
