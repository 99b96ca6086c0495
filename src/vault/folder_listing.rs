//! Which vaults lie in a folder.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::store::{CUSTODY, LOCK, UNTOUCHED};
use crate::os::Folder;

/// More bytes than a lock's file has.
const LOCK_LINES: u64 = 64;

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
    // What keymoot writes there is a number and a word. A link, a pipe or a device under this name is none of it, and is
    // neither followed nor waited for.
    let Ok(lock) = Folder::open(folder).map(|folder| folder.read(LOCK)) else {
        return false;
    };
    let mut text = String::new();
    match lock {
        Ok(Some(file)) => {
            file.take(LOCK_LINES).read_to_string(&mut text).is_ok()
                && text.lines().any(|line| line == UNTOUCHED)
        }
        Ok(None) => true,
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::store::{Store as _, VAULT};
    use super::super::{CUSTODY, FolderStore, StoreError};
    use super::is_copy;

    /// Welcome asks this of every folder that it lists: it never returned from a pipe, and read a device until it was
    /// killed.
    #[test]
    fn a_lock_that_is_no_file_is_not_waited_for() {
        use std::os::unix::fs::symlink;
        let room = tempfile::tempdir().unwrap();
        std::fs::write(room.path().join(CUSTODY), b"").unwrap();
        let lock = room.path().join("lock");
        symlink("/dev/zero", &lock).unwrap();
        assert!(!is_copy(room.path()));
        assert!(FolderStore::open(room.path()).unwrap().try_lock().is_err());
        std::fs::remove_file(&lock).unwrap();
        let pipe = rustix::fs::FileType::Fifo;
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &lock, pipe, mode, 0).unwrap();
        assert!(!is_copy(room.path()));
        assert!(FolderStore::open(room.path()).unwrap().try_lock().is_err());
        std::fs::remove_file(&lock).unwrap();
        std::fs::write(&lock, vec![b'\n'; 1 << 20]).unwrap();
        assert!(!is_copy(room.path()));
    }

    #[test]
    fn a_long_custody_file_is_not_read_to_its_end() {
        let room = tempfile::tempdir().unwrap();
        let file = std::fs::File::create(room.path().join(CUSTODY)).unwrap();
        file.set_len(3 << 30).unwrap();
        let refused = FolderStore::open(room.path()).unwrap().read(CUSTODY);
        let told = refused.unwrap_err().to_string();
        assert!(told.contains("longer than 1 MiB"), "{told}");
    }

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
