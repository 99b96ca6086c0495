//! Others, by the root that came in from them, and whether it is believed now.

use crate::api::{KeyState, Timestamp};
use crate::session::op::{self, Op};
use crate::text::{say, tr};

/// Whether certificates under a root are believed now, and why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RootStanding {
    /// They are.
    Trusted,
    /// It is suspect.
    Suspect,
    /// It was put out of use.
    Disabled,
    /// Its deletion is scheduled.
    Deleting,
}

impl RootStanding {
    /// How a root in this state stands.
    pub(in crate::session) const fn of(state: KeyState, enabled: bool, suspect: bool) -> Self {
        match (state, enabled) {
            _ if suspect => Self::Suspect,
            (KeyState::DELETE_PENDING | KeyState::DELETE_COMPLETE, _) => Self::Deleting,
            (_, false) => Self::Disabled,
            _ => Self::Trusted,
        }
    }

    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Trusted => tr("trusted"),
            Self::Suspect => tr("SUSPECT"),
            Self::Disabled => tr("disabled"),
            Self::Deleting => tr("deleting"),
        }
    }

    /// What that means, where a screen says how things stand.
    pub fn so_far(self) -> &'static str {
        match self {
            Self::Trusted => tr("trusted: certificates under this root are believed here"),
            Self::Suspect => tr("SUSPECT: nothing under this root is believed until it is cleared"),
            Self::Disabled => tr("disabled: certificates under this root are not believed now"),
            Self::Deleting => tr("being deleted: certificates under this root are not believed"),
        }
    }

    /// Why nothing under the root of this name is taken, and what is done about it, as the end of a sentence; nothing
    /// where it is believed.
    pub fn off(self, label: &str) -> Option<String> {
        match self {
            Self::Trusted => None,
            Self::Suspect => Some(say!(
                "the root {label} is SUSPECT: used no more until it was looked into and cleared",
                label
            )),
            Self::Disabled => Some(say!("the root {label} is disabled: enable it first", label)),
            Self::Deleting => Some(say!(
                "the root {label} is being deleted: restore it first",
                label
            )),
        }
    }

    /// The act after which it is believed again, where one alone is enough.
    pub const fn lifted_by(self) -> Option<&'static Op> {
        match self {
            Self::Trusted | Self::Suspect => None,
            Self::Disabled => Some(&op::START_KEY_USAGE),
            Self::Deleting => Some(&op::RESTORE_KEY),
        }
    }
}

/// Somebody whose root came into this vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounterpartyView {
    /// The root's ARN.
    pub arn: String,
    /// Whether certificates under it are believed now.
    pub standing: RootStanding,
    /// What people call it.
    pub label: String,
    /// The root's subject.
    pub subject: String,
    /// SHA-256 of the root (DER), lower-case hex.
    pub sha256: String,
    /// Whether its fingerprint was typed by a second person; else it was taken as shown.
    pub typed: bool,
    /// Who typed it; empty where it was taken as shown.
    pub by: String,
    /// Where that person had it from.
    pub source: String,
    /// Since when it is here.
    pub since: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// What its devices read, where that was said (tag `keymoot-counterparty`).
    pub profile: Option<String>,
    /// Its certificates in this vault: label, subject, and when each ends.
    pub certificates: Vec<(String, String, Timestamp)>,
    /// The last exchange: when, whether a key went out, and the key.
    pub last: Option<(Timestamp, bool, String)>,
}
