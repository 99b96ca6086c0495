//! Which vaults lie in a folder.

use std::path::{Path, PathBuf};

use super::store::{CUSTODY, LOCK, UNTOUCHED};

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

/// Whether a folder holds a copy as a backup writes it: no commit was ever made in it. Whoever only tried to open it left
/// a lock's file that says so.
pub fn is_copy(folder: &Path) -> bool {
    if !folder.join(CUSTODY).is_file() {
        return false;
    }
    match std::fs::read_to_string(folder.join(LOCK)) {
        Ok(text) => text.lines().any(|line| line == UNTOUCHED),
        Err(_) => !folder.join(LOCK).exists(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::store::{Store as _, VAULT};
    use super::super::{CUSTODY, FolderStore, StoreError};
    use super::is_copy;

    /// A copy that somebody tried to open was offered as a vault from then on.
    #[test]
    fn a_copy_stays_one_until_something_is_committed_in_it() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path();
        std::fs::write(path.join(CUSTODY), b"").unwrap();
        assert!(is_copy(path));
        for _ in 0..2 {
            let mut store = FolderStore::open(path).unwrap();
            store.try_lock().unwrap();
            assert!(is_copy(path));
            let other = FolderStore::open(path).unwrap().try_lock();
            let held = std::process::id();
            assert!(matches!(other, Err(StoreError::Locked { pid: Some(pid), .. }) if pid == held));
            drop(store);
            assert!(is_copy(path));
        }
        let mut store = FolderStore::open(path).unwrap();
        store.try_lock().unwrap();
        store.replace(VAULT, b"new").unwrap();
        assert!(!is_copy(path));
        drop(store);
        assert!(!is_copy(path));
    }
}
