//! Unlock files: the people of a test or rehearsal vault with their passphrases, for programs. Read only where
//! nobody else can read them, written once with mode 0600, never for production.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::session::Profile;

use super::status::{Answer, Failure};
use super::streams::INPUT_LIMIT;

/// Production is opened by people.
pub(super) fn allowed_in(profile: Profile) -> Answer<()> {
    if profile != Profile::Production {
        return Ok(());
    }
    Err(Failure::usage(
        "--unlock-file is for test and rehearsal vaults; a production vault is opened by its custodians at the terminal. Nothing was opened.",
    ))
}

/// Reads an unlock file that nobody else can read.
pub(super) fn read(path: &Path) -> Answer<Zeroizing<Vec<u8>>> {
    Ok(crate::os::read_private(path, INPUT_LIMIT)?)
}

/// Whether there is something under that name, even a dangling link.
pub(super) fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Where a rotation writes the new words before its commit; afterwards they are put in the place of `old`.
pub(super) fn next_to(old: &Path) -> PathBuf {
    let mut name = old.to_owned().into_os_string();
    name.push(".new");
    PathBuf::from(name)
}

/// A refusal to open with `file`, which names the file of a rotation that was cut before it took the place of `file`:
/// its words may be the only way in.
pub(super) fn or_its_successor(file: &Path, failure: Failure) -> Failure {
    let next = next_to(file);
    if !exists(&next) {
        return failure;
    }
    failure.hint(format!(
        "{} lies beside it: a rotation was cut. Open with that one; if it opens, put it in the place of {}",
        next.display(),
        file.display()
    ))
}

/// Writes a new unlock file, for this user alone, and waits until it is on the medium. `unchanged` says what did not
/// happen where that fails.
pub(super) fn write(path: &Path, bytes: &[u8], unchanged: &str) -> Answer<()> {
    let failed = |e: std::io::Error| {
        Failure::failed(format!(
            "{}: the unlock file could not be written: {e}. {unchanged}",
            path.display()
        ))
    };
    let mut file = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(failed)?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(|e| {
            take_back(path);
            failed(e)
        })
}

/// Puts a file that was written in full in the place of another of the same folder: whoever reads sees the one or
/// the other.
pub(super) fn put_in_place(new: &Path, old: &Path) -> std::io::Result<()> {
    fs::rename(new, old)?;
    let folder = old.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Removes the file that was written a moment ago, because no vault came of it.
pub(super) fn take_back(path: &Path) {
    // Best effort: a file that stays opens nothing.
    let _ = fs::remove_file(path);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn it_is_written_once_for_one_user() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.json");
        write(&path, b"{}", "Nothing was changed.").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        let refused = write(&path, b"{}", "Nothing was changed.").unwrap_err();
        assert!(refused.message.ends_with("Nothing was changed."));
        assert_eq!(read(&path).unwrap().as_slice(), b"{}");
    }

    #[test]
    fn production_has_none() {
        assert!(allowed_in(Profile::Production).is_err());
        assert!(allowed_in(Profile::Test).is_ok());
        assert!(allowed_in(Profile::Rehearsal).is_ok());
    }
}
