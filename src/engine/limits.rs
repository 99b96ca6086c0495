//! What the vault's policy allows the control plane, as values: the engine knows no policy.

use crate::{
    api::{ApiError, ErrorKind, Profile},
    crypto::tr31::Version,
};

/// Limits of one vault. The default is the service of January 2024, without quotas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// How long a token and its certificate live, in days.
    pub parameters_days: u8,
    /// Most keys; destroyed ones do not count. None: no quota.
    pub keys: Option<u64>,
    /// Most aliases. None: no quota.
    pub aliases: Option<u64>,
    /// Versions of TR-31 block that ImportKey does not take, though it could.
    pub refused_key_blocks: Vec<Version>,
    /// Whether a TR-34 token is refused that has no revocation list of its sender's authority in it.
    pub demand_crl: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            parameters_days: 7,
            keys: None,
            aliases: None,
            refused_key_blocks: Vec::new(),
            demand_crl: false,
        }
    }
}

/// What a request is judged by beside the state and the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// What the vault is for: material marked by a keymoot of another profile is refused.
    pub profile: Profile,
    /// What its policy allows.
    pub limits: Limits,
}

impl From<Profile> for Rules {
    fn from(profile: Profile) -> Self {
        Self {
            profile,
            limits: Limits::default(),
        }
    }
}

/// Refuses one more of `what` where there are as many as the quota allows.
pub(super) fn room_for_one(quota: Option<u64>, count: usize, what: &str) -> Result<(), ApiError> {
    match quota {
        Some(most) if u64::try_from(count).is_ok_and(|count| count >= most) => Err(ApiError::new(
            ErrorKind::ServiceQuotaExceeded,
            format!("The limit of {most} {what} has been reached."),
        )),
        _ => Ok(()),
    }
}
