//! What tells an older copy of a whole vault from the latest, which nothing inside it can: the witness card
//! that people carry, and the workstation's own memory of the highest it has seen.
#![deny(clippy::indexing_slicing)]

use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::hex;
use crate::os::{FileError, Folder, FolderError, ensure_private_folder};

/// The workstation's file, in its state folder.
const FILE: &str = "seen-vaults.json";
/// Ten thousand vaults are not seen on one workstation.
const MAX_BYTES: u64 = 4 << 20;

/// What a witness card says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessCard {
    /// Whose card it is.
    #[serde(with = "hex")]
    pub vault_id: [u8; 16],
    /// Sequence number.
    pub seq: u64,
    /// State head at it.
    #[serde(with = "hex")]
    pub head: [u8; 32],
}

impl WitnessCard {
    /// The bytes that are read aloud as six words: the first six of the head.
    pub fn spoken(&self) -> [u8; 6] {
        let mut spoken = [0; 6];
        spoken
            .iter_mut()
            .zip(self.head)
            .for_each(|(to, from)| *to = from);
        spoken
    }
}

/// Why the workstation's memory could not be used. The vault itself is not concerned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HighWaterError {
    /// Reading or making the folder.
    #[error(transparent)]
    File(#[from] FileError),
    /// Writing the file.
    #[error(
        "The workstation could not note the vault's sequence number: {0}. The vault itself is unchanged."
    )]
    Folder(#[from] FolderError),
    /// Not our file.
    #[error(
        "{FILE} in the workstation's state folder cannot be read. The vault is unchanged; rely on the witness \
         card, and remove the file."
    )]
    Malformed,
}

/// An epoch of a vault that ended with a return to a copy: whatever still stands in it is the vault of before.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ended {
    #[serde(with = "hex")]
    vault_id: [u8; 16],
    #[serde(with = "hex")]
    epoch: [u8; 16],
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    vaults: Vec<WitnessCard>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ended: Vec<Ended>,
}

/// The highest sequence number, with its head, of every vault this workstation opened.
pub struct HighWater {
    folder: Folder,
    file: File,
}

impl HighWater {
    /// Reads the memory in the state folder ([`crate::os::state_folder`]), making the folder if need be.
    pub fn load(state_folder: &Path) -> Result<Self, HighWaterError> {
        ensure_private_folder(state_folder)?;
        let folder = Folder::open(state_folder).map_err(|source| FileError::Io {
            path: state_folder.display().to_string(),
            source,
        })?;
        let mut file = File {
            version: 1,
            vaults: Vec::new(),
            ended: Vec::new(),
        };
        if let Some(source) = folder.read(FILE)? {
            let mut bytes = Vec::new();
            source
                .take(MAX_BYTES)
                .read_to_end(&mut bytes)
                .map_err(|_| HighWaterError::Malformed)?;
            file = serde_json::from_slice(&bytes).map_err(|_| HighWaterError::Malformed)?;
        }
        Ok(Self { folder, file })
    }

    /// The highest seen of that vault.
    pub fn seen(&self, vault_id: &[u8; 16]) -> Option<&WitnessCard> {
        self.file
            .vaults
            .iter()
            .find(|card| card.vault_id == *vault_id)
    }

    /// Notes a state if it is higher than the one noted.
    pub fn raise(&mut self, card: WitnessCard) -> Result<(), HighWaterError> {
        if self
            .seen(&card.vault_id)
            .is_some_and(|seen| seen.seq >= card.seq)
        {
            return Ok(());
        }
        self.put(card)
    }

    /// Notes a state even if it is lower: after a recorded exception, which begins a new epoch.
    pub fn put(&mut self, card: WitnessCard) -> Result<(), HighWaterError> {
        self.file
            .vaults
            .retain(|seen| seen.vault_id != card.vault_id);
        self.file.vaults.push(card);
        self.write()
    }

    /// Whether this epoch of a vault is known to have ended: a copy became a vault of another one.
    pub fn ended(&self, vault_id: &[u8; 16], epoch: &[u8; 16]) -> bool {
        let mut ended = self.file.ended.iter();
        ended.any(|e| e.vault_id == *vault_id && e.epoch == *epoch)
    }

    /// Notes epochs of a vault that ended.
    ///
    /// # Errors
    /// The memory could not be written.
    pub fn end(&mut self, vault_id: [u8; 16], epochs: &[[u8; 16]]) -> Result<(), HighWaterError> {
        let before = self.file.ended.len();
        for epoch in epochs {
            if !self.ended(&vault_id, epoch) {
                let epoch = *epoch;
                self.file.ended.push(Ended { vault_id, epoch });
            }
        }
        if self.file.ended.len() == before {
            return Ok(());
        }
        self.write()
    }

    fn write(&self) -> Result<(), HighWaterError> {
        let bytes = serde_json::to_vec(&self.file).map_err(|_| HighWaterError::Malformed)?;
        Ok(self.folder.replace(FILE, &bytes)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(seq: u64) -> WitnessCard {
        WitnessCard {
            vault_id: [1; 16],
            seq,
            head: [u8::try_from(seq).unwrap(); 32],
        }
    }

    #[test]
    fn only_the_highest_is_kept_and_it_survives() {
        let base = tempfile::tempdir().unwrap();
        let place = base.path().join("keymoot");
        let mut water = HighWater::load(&place).unwrap();
        assert!(water.seen(&[1; 16]).is_none());
        water.raise(card(5)).unwrap();
        water.raise(card(3)).unwrap();
        let mut again = HighWater::load(&place).unwrap();
        assert_eq!(again.seen(&[1; 16]), Some(&card(5)));
        again.put(card(3)).unwrap();
        assert_eq!(
            HighWater::load(&place).unwrap().seen(&[1; 16]),
            Some(&card(3))
        );
    }

    #[test]
    fn an_epoch_that_ended_is_known_of_its_own_vault_alone() {
        let base = tempfile::tempdir().unwrap();
        let place = base.path().join("keymoot");
        let mut water = HighWater::load(&place).unwrap();
        water.put(card(5)).unwrap();
        water.end([1; 16], &[[7; 16], [7; 16]]).unwrap();
        let again = HighWater::load(&place).unwrap();
        assert!(again.ended(&[1; 16], &[7; 16]));
        assert!(!again.ended(&[1; 16], &[8; 16]) && !again.ended(&[2; 16], &[7; 16]));
        assert_eq!(again.file.ended.len(), 1);
        assert_eq!(again.seen(&[1; 16]), Some(&card(5)));
    }

    #[test]
    fn six_bytes_are_spoken() {
        assert_eq!(card(9).spoken(), [9; 6]);
    }
}
