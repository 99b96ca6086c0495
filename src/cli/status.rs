//! Exit statuses, in one table, and the failures that carry them.

use crate::api::ApiError;
use crate::session::Refusal;

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Done.
    Done,
    /// Failed.
    Failed,
    /// The command line makes no sense.
    Usage,
    /// Not rehearsed, not approved, or a person is needed and there is no terminal.
    PersonNeeded,
    /// Refused by the control plane (`call` alone).
    Refused,
}

impl Status {
    /// Every status with its number and meaning; help and reference print this table.
    pub const TABLE: &[(Self, u8, &str)] = &[
        (Self::Done, 0, "done"),
        (
            Self::Failed,
            1,
            "failed; the message says what did not change",
        ),
        (Self::Usage, 2, "usage: the command line makes no sense"),
        (
            Self::PersonNeeded,
            3,
            "not rehearsed, not approved, or a person is needed and there is no terminal",
        ),
        (
            Self::Refused,
            254,
            "refused by the control plane (call alone)",
        ),
    ];

    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        Self::TABLE
            .iter()
            .find(|(status, ..)| *status == self)
            .map_or(1, |(_, code, _)| *code)
    }
}

/// Why a command did not do it.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) status: Status,
    pub(super) message: String,
    pub(super) hint: Option<String>,
    /// Whether it is about the people who open a vault, before anything of what is inside was looked at.
    pub(super) unopened: bool,
}

/// What every command gives back.
pub(super) type Answer<T> = Result<T, Failure>;

impl Failure {
    /// It failed.
    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self::with(Status::Failed, message)
    }

    /// The command line makes no sense.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self::with(Status::Usage, message)
    }

    /// A person is needed.
    pub(super) fn person_needed(message: impl Into<String>) -> Self {
        Self::with(Status::PersonNeeded, message)
    }

    fn with(status: Status, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            hint: None,
            unopened: false,
        }
    }

    /// It is about whoever was to open the vault: of the vault it says nothing.
    pub(super) const fn of_people(mut self) -> Self {
        self.unopened = true;
        self
    }

    /// What to do next, on a line of its own.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let status = match &refusal {
            Refusal::Usage(_) => Status::Usage,
            Refusal::Approval(_) | Refusal::PersonNeeded(_) => Status::PersonNeeded,
            Refusal::Api(_)
            | Refusal::Profile(_)
            | Refusal::Custody(_)
            | Refusal::Vault(_)
            | Refusal::Stopped => Status::Failed,
        };
        Self::with(status, refusal.to_string())
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<crate::os::FileError> for Failure {
    fn from(error: crate::os::FileError) -> Self {
        Self::failed(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_the_contract() {
        let numbers: Vec<u8> = Status::TABLE.iter().map(|(s, ..)| s.code()).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 254]);
    }

    #[test]
    fn only_call_ends_with_254() {
        let refusal = Refusal::Api(ApiError::validation("x"));
        assert_eq!(Failure::from(refusal).status, Status::Failed);
    }
}
