//! What a session takes from the machine: time, randomness, and the workstation's memory of the highest state.

use std::path::PathBuf;

use crate::api::Clock;
use crate::crypto::{OsEntropy, SeededEntropy};
use crate::os::WallClock;

use super::error::Refusal;
use super::randomness::Randomness;

/// Where time, randomness and the workstation's memory come from.
pub struct Environment {
    pub(super) wall: Box<dyn Clock>,
    pub(super) entropy: Randomness,
    pub(super) state_folder: Option<PathBuf>,
}

impl Environment {
    /// The operating system's time and randomness; `state_folder` remembers the highest state of each vault.
    pub fn real(state_folder: Option<PathBuf>) -> Self {
        Self {
            wall: Box::new(WallClock),
            entropy: Randomness::Os(OsEntropy),
            state_folder,
        }
    }

    /// A rehearsal's seed (1 to 64 characters): the same seed draws the same keys.
    ///
    /// # Errors
    /// The seed is empty or longer than 64 characters.
    pub fn seeded(seed: &str) -> Result<Self, Refusal> {
        if !(1..=64).contains(&seed.chars().count()) {
            return Err(Refusal::Usage(
                "A seed has 1 to 64 characters. Nothing was changed.".into(),
            ));
        }
        let entropy = Randomness::Seeded(seed.to_owned(), Box::new(SeededEntropy::new(seed)));
        Ok(Self {
            wall: Box::new(WallClock),
            entropy,
            state_folder: None,
        })
    }

    /// The same with another clock: for tests and replays.
    #[must_use]
    pub fn with_clock(mut self, wall: Box<dyn Clock>) -> Self {
        self.wall = wall;
        self
    }
}
