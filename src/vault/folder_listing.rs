//! Which vaults lie in a folder.

use std::path::{Path, PathBuf};

use super::store::{CUSTODY, LOCK};

/// The vaults that lie directly in a folder, by name.
pub fn vaults_in(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join(CUSTODY).is_file())
        .collect();
    found.sort();
    found
}

/// Whether a folder holds a copy as a backup writes it: nobody ever opened it, which leaves the lock's file.
pub fn is_copy(folder: &Path) -> bool {
    folder.join(CUSTODY).is_file() && !folder.join(LOCK).exists()
}
