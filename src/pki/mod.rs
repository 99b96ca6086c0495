//! Certificates and chains: who vouches for a wrapping key.

mod armor;
mod certificate;
mod chain;
mod error;
mod parameters;
mod signature;

pub use certificate::Certificate;
pub use chain::{verify_issued, verify_root};
pub use error::PkiError;
pub use parameters::{ImportParameters, ParametersError};

#[cfg(test)]
mod tests;
