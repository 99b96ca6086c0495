//! What a front end is begun with: the same for the screens and for the lines, as the command line read it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Again;
use crate::api::Timestamp;
use crate::session::founding::Given;

/// What people are asked first.
pub enum Start {
    /// The workstation: the vault that was named, or the choice of ways to begin.
    Welcome {
        /// The folder keymoot was started in; vaults that lie there are offered.
        folder: PathBuf,
        /// A vault that was named.
        vault: Option<PathBuf>,
    },
    /// A ceremony.
    Play(Box<Play>),
    /// The guided making of a vault.
    Init {
        /// What was told already.
        given: Given,
    },
}

/// A ceremony to be played by people: read, parsed and complete, its vault not opened yet.
pub struct Play {
    /// The script's bytes.
    pub script: Vec<u8>,
    /// Where it is played.
    pub place: PlayedIn,
    /// File inputs by name, read once.
    pub inputs: BTreeMap<String, Vec<u8>>,
    /// The folder that takes what the run leaves, where one was named.
    pub out: Option<PathBuf>,
    /// Whether an interrupted run is taken up.
    pub resume: bool,
    /// Who takes which place of it.
    pub people: BTreeMap<String, String>,
    /// The other side is real: no stand-in answers for it.
    pub real: bool,
    /// Where green rehearsals are noted, instead of the workstation's state folder.
    pub note: Option<PathBuf>,
    /// What a command that goes on with it names.
    pub again: Again,
}

/// Where a ceremony is played.
pub enum PlayedIn {
    /// In a throw-away vault with practice people.
    Rehearse {
        /// The seed of its randomness, where one was told.
        seed: Option<String>,
        /// The start of its frozen clock, where one was told.
        clock: Option<Timestamp>,
    },
    /// In a vault in a folder.
    Vault {
        /// The folder.
        dir: PathBuf,
        /// An unlock file's bytes, where one was told (never production).
        unlock: Option<Vec<u8>>,
        /// A rehearsal vault: the time to which its own clock goes on before the run does, where one was told.
        clock: Option<Timestamp>,
    },
}

impl PlayedIn {
    /// A rehearsal vault that stays: the time to which its own clock goes on before the run does, where one was told.
    pub const fn goes_on_to(&self) -> Option<Timestamp> {
        match self {
            Self::Vault { clock, .. } => *clock,
            Self::Rehearse { .. } => None,
        }
    }
}

impl Play {
    /// The rehearsal of a script with practice people and nothing else told.
    pub fn rehearsal(script: Vec<u8>) -> Self {
        Self {
            script,
            place: PlayedIn::Rehearse {
                seed: None,
                clock: None,
            },
            inputs: BTreeMap::new(),
            out: None,
            resume: false,
            people: BTreeMap::new(),
            real: false,
            note: None,
            again: Again::default(),
        }
    }
}
