//! Profiles: what a vault is for, fixed at its creation.

use serde::{Deserialize, Serialize};

/// What a vault is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Nothing is kept; time stands still until told; answers may come from a script.
    Rehearsal,
    /// Lasting, for test keys; answers may come from an unlock file.
    Test,
    /// Real keys: people at the terminal, nothing else.
    Production,
}

impl Profile {
    /// `rehearsal`, `test`, `production`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rehearsal => "rehearsal",
            Self::Test => "test",
            Self::Production => "production",
        }
    }

    /// The banner on every screen and report: another word and another shape for each.
    pub const fn banner(self) -> &'static str {
        match self {
            Self::Rehearsal => "REHEARSAL",
            Self::Test => "TEST",
            Self::Production => "PRODUCTION",
        }
    }

    /// What goes between name and `.json` in the names of files that leave: `.rehearsal`, `.test`, nothing.
    pub const fn file_mark(self) -> &'static str {
        match self {
            Self::Rehearsal => ".rehearsal",
            Self::Test => ".test",
            Self::Production => "",
        }
    }

    /// scrypt work factor (log2 N) of its envelopes.
    pub const fn log_n(self) -> u8 {
        match self {
            Self::Rehearsal => 10,
            Self::Test => 14,
            Self::Production => 18,
        }
    }

    /// Finds a profile by name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Rehearsal, Self::Test, Self::Production]
            .into_iter()
            .find(|p| p.name() == name)
    }
}

impl Profile {
    /// The vault's word for it.
    pub(crate) const fn vault(self) -> crate::vault::Profile {
        match self {
            Self::Rehearsal => crate::vault::Profile::Rehearsal,
            Self::Test => crate::vault::Profile::Test,
            Self::Production => crate::vault::Profile::Production,
        }
    }

    /// From the vault's word.
    pub(crate) const fn of(profile: crate::vault::Profile) -> Self {
        match profile {
            crate::vault::Profile::Rehearsal => Self::Rehearsal,
            crate::vault::Profile::Test => Self::Test,
            crate::vault::Profile::Production => Self::Production,
        }
    }

    /// The engine's class of material.
    pub(crate) const fn class(self) -> crate::engine::Class {
        match self {
            Self::Rehearsal => crate::engine::Class::Rehearsal,
            Self::Test => crate::engine::Class::Test,
            Self::Production => crate::engine::Class::Production,
        }
    }

    /// The people's word for it.
    pub(crate) const fn custody(self) -> crate::custody::Profile {
        match self {
            Self::Rehearsal => crate::custody::Profile::Rehearsal,
            Self::Test => crate::custody::Profile::Test,
            Self::Production => crate::custody::Profile::Production,
        }
    }
}
