//! Profiles: what a vault is for, fixed at its creation. Not the service's; here because every layer needs it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a vault is for. It decides where answers may come from, how time and randomness behave, and how
/// everything that leaves is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Practice: sample people, nothing kept, a clock that moves when told, answers by script.
    Rehearsal,
    /// Lasting, for test keys; an unlock file may answer for people.
    Test,
    /// Real keys: people at the terminal, nothing else.
    Production,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 3] = [Self::Rehearsal, Self::Test, Self::Production];

    /// The name in files and sentences: `rehearsal`, `test`, `production`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rehearsal => "rehearsal",
            Self::Test => "test",
            Self::Production => "production",
        }
    }

    /// Finds a profile by name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// The banner on every screen and report: another word for each.
    pub const fn banner(self) -> &'static str {
        match self {
            Self::Rehearsal => "REHEARSAL",
            Self::Test => "TEST",
            Self::Production => "PRODUCTION",
        }
    }

    /// What goes between name and `.json` in the names of files that leave.
    pub const fn file_mark(self) -> &'static str {
        match self {
            Self::Rehearsal => ".rehearsal",
            Self::Test => ".test",
            Self::Production => "",
        }
    }

    /// The organisational unit in the subject of every certificate that a vault of this profile issues.
    pub const fn certificate_mark(self) -> Option<&'static str> {
        match self {
            Self::Rehearsal => Some("REHEARSAL NOT FOR PRODUCTION"),
            Self::Test => Some("TEST"),
            Self::Production => None,
        }
    }

    /// scrypt work factor of new envelopes, as log2 of N. Fixed, never measured: vaults must not differ by
    /// the machine they were made on.
    pub const fn scrypt_log_n(self) -> u8 {
        match self {
            Self::Rehearsal => 10,
            Self::Test => 14,
            Self::Production => 18,
        }
    }

    /// Whether envelopes may lie in custody.toml; in production each stays on its custodian's medium.
    pub const fn keeps_envelopes(self) -> bool {
        !matches!(self, Self::Production)
    }

    /// Whether a script or an unlock file may answer for people.
    pub const fn allows_unlock_files(self) -> bool {
        !matches!(self, Self::Production)
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
