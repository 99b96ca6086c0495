//! Refusals at the door: what happened, what it means for the key, what to do next.

use crate::api::{ApiError, ErrorKind};

/// Why the door did not do it. Nothing was changed, unless the sentence says so.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The control plane refused.
    #[error("{}", super::meaning::told(.0))]
    Api(#[from] ApiError),
    /// Approval is missing, wrong or void.
    #[error("{0}")]
    Approval(String),
    /// The profile forbids it.
    #[error("{0}")]
    Profile(String),
    /// A passphrase, share, envelope or card is not right.
    #[error("{0}")]
    Custody(String),
    /// The vault could not be read or written.
    #[error("{0}")]
    Vault(String),
    /// A person is needed and nobody can be asked.
    #[error("{0}")]
    PersonNeeded(String),
    /// A search for primes was stopped by whoever waited for it; the request stands.
    #[error("{}", super::stop::STOPPED)]
    Stopped,
    /// The request makes no sense here (unknown run, unknown pending act).
    #[error("{0}")]
    Usage(String),
}

impl Refusal {
    /// The process's exit status for it (design §5).
    pub const fn exit_status(&self) -> u8 {
        match self {
            Self::Api(_) => 254,
            Self::Approval(_) | Self::PersonNeeded(_) => 3,
            Self::Usage(_) => 2,
            Self::Profile(_) | Self::Custody(_) | Self::Vault(_) | Self::Stopped => 1,
        }
    }

    /// The refusal in the service's manner, for `call` and `serve`.
    pub fn as_api(&self) -> ApiError {
        match self {
            Self::Api(error) => error.clone(),
            Self::Vault(text) => ApiError::new(ErrorKind::InternalServer, text.clone()),
            other => ApiError::new(ErrorKind::AccessDenied, other.to_string()),
        }
    }
}
