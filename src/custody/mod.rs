//! People: who they are, what they sign, how many are needed, and the words they read to each other.
//!
//! - [`Act`], [`sign`], [`verify`]: what is signed and by whom. The signed bytes are fixed for ever.
//! - [`Tally`]: whether signatures are an approval, and each reason why not.
//! - [`Policy`]: how many an act needs.
//! - [`ledger`]: who ever held which part, and the rules that decide from it.
//! - [`Statement`]: enrolment, lists of people, heads and sign-offs, under prefixes of their own.
//! - [`state_head`]: the hash that an act is bound to.
//! - [`words`], [`Fingerprint`], [`passphrase`]: what people say, compare and type.
//! - [`astray`]: what looks like a passphrase in another place.
//! - [`json`]: JSON as it is signed, and the strict reader of it.

mod act;
mod approval_key;
pub mod astray;
mod fingerprint;
mod hex_bytes;
pub mod json;
pub mod ledger;
pub mod passphrase;
mod person;
pub mod policy;
mod refusal;
mod signature;
pub mod state_head;
mod statement;
mod tally;
mod unlock_file;
pub mod words;

#[cfg(test)]
mod replay_tests;
#[cfg(test)]
mod statement_tests;
#[cfg(test)]
mod tests;

pub use act::{Act, Difference};
pub use approval_key::ApprovalKey;
pub use fingerprint::{Fingerprint, FingerprintError, TypedFingerprint};
pub use person::{EnrolmentRefusal, Person, Role, may_enrol};
pub use policy::{Policy, PolicyRefusal};
pub use refusal::ApprovalRefusal;
pub use signature::{APPROVAL_PREFIX, By, Signature, SignsAs, sign, signed_bytes, verify};
pub use statement::{Listed, Recipients, Statement, StatementRefusal, StatementSignature};
pub use tally::{Approved, Tally, enough_others, unchanged};
pub use unlock_file::{UNLOCK_HEADING, UnlockFile, UnlockFileError, UnlockPerson};
