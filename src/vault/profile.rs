//! The three kinds of vault, fixed at creation.

use serde::{Deserialize, Serialize};

/// What a vault is for; it decides where answers may come from and how hard passphrases are to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Practice: sample people, a clock that moves when told.
    Rehearsal,
    /// Test keys; an unlock file may answer for people.
    Test,
    /// Real keys: passphrases are typed by their owners at the terminal.
    Production,
}

impl Profile {
    /// The name used in files and on every screen.
    pub const fn name(self) -> &'static str {
        match self {
            Profile::Rehearsal => "rehearsal",
            Profile::Test => "test",
            Profile::Production => "production",
        }
    }

    /// scrypt work factor of new envelopes, as log2 of N. Fixed, never measured: vaults must not differ by
    /// the machine they were made on.
    pub const fn scrypt_log_n(self) -> u8 {
        match self {
            Profile::Rehearsal => 10,
            Profile::Test => 14,
            Profile::Production => 18,
        }
    }

    /// Whether envelopes may lie in custody.toml; in production each stays on its custodian's medium.
    pub const fn keeps_envelopes(self) -> bool {
        !matches!(self, Profile::Production)
    }
}

impl std::fmt::Display for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
