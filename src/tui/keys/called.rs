//! Under which other words people look for what a key does.

use super::Verb;
use crate::session::called::called;
use crate::session::{op, op_exchange};

impl Verb {
    /// Other words for what it does or where it leads; empty where there are none.
    pub(crate) fn also_called(self) -> &'static str {
        called(match self {
            Self::New => op::CREATE_KEY.name,
            Self::Export => "export",
            Self::Import => "import",
            Self::Name => op_exchange::TAG_RESOURCE.name,
            Self::Keys => "keys",
            Self::Deletions => "deletions",
            Self::Approvals => "approvals",
            Self::Ceremonies => "ceremonies",
            Self::Custodians => "people",
            Self::Exchange => "exchange",
            Self::Audit => "audit",
            Self::Evidence => "evidence",
            Self::Delete => op::DELETE_KEY.name,
            Self::Restore => op::RESTORE_KEY.name,
            Self::Switch => op::STOP_KEY_USAGE.name,
            Self::Copy => op::BACKUP.name,
            Self::Picture | Self::Film => "qr",
            Self::Settings => "settings",
            Self::Lock => "lock",
            Self::Help => "help",
            Self::Leave => "close",
            _ => "",
        })
    }
}
