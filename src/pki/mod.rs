//! Certificates and chains: who vouches for a wrapping key.

mod armor;
mod certificate;
mod chain;
mod counterparty_file;
mod crl;
mod error;
mod issue;
mod name;
mod parameters;
mod signature;
mod subject;

pub use armor::cms_pem;
pub use certificate::Certificate;
pub use chain::{verify_issued, verify_root, verify_valid};
pub use counterparty_file::CounterpartyFile;
pub use crl::{Crl, CrlError};
pub use error::{PkiError, WAIT};
pub use issue::{IssueError, Purpose, SignatureHash, Terms, issued, self_signed, signing_request};
pub use name::name_of_der;
pub use parameters::{ExportParameters, ImportParameters, ParametersError};
pub use signature::{request_is_signed, words as signature_words};
pub use subject::Subject;

#[cfg(test)]
mod tests;
