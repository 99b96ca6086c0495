//! Folders that stand once they are reported: each new one, and its name in the folder above, is on the medium.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

/// Makes a folder with those above it that are missing, each with this mode (less the umask), and waits until their
/// names are on the medium: POSIX promises a new name only once the folder that holds it was synced (`fsync`,
/// rationale). One that is there is left as it is.
///
/// # Errors
/// What the operating system says; a file of that name is [`io::ErrorKind::AlreadyExists`].
pub fn make_folder(path: &Path, mode: u32) -> io::Result<()> {
    if path.is_dir() || path.as_os_str().is_empty() {
        return Ok(());
    }
    if let Some(above) = path.parent() {
        make_folder(above, mode)?;
    }
    match DirBuilder::new().mode(mode).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists || !path.is_dir() => {
            return Err(error);
        }
        _ => {}
    }
    sync_above(path)
}

/// Waits until the name of a file or folder is on the medium, in the folder that it lies in.
///
/// # Errors
/// What the operating system says.
pub fn sync_above(path: &Path) -> io::Result<()> {
    // A name that leads upwards lies in no folder that its text names.
    let whole = fs::canonicalize(path)?;
    match whole.parent() {
        Some(above) => File::open(above)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt as _;

    #[test]
    fn folders_are_made_with_those_above_them_for_whom_they_are_meant() {
        let room = tempfile::tempdir().unwrap();
        let below = room.path().join("a/b/c");
        make_folder(&below, 0o700).unwrap();
        make_folder(&below, 0o700).unwrap();
        for at in ["a", "a/b", "a/b/c"] {
            let mode = fs::metadata(room.path().join(at)).unwrap().mode();
            assert_eq!(mode & 0o777, 0o700, "{at}");
        }
        fs::write(room.path().join("file"), "").unwrap();
        for taken in ["file", "file/below"] {
            assert!(
                make_folder(&room.path().join(taken), 0o700).is_err(),
                "{taken}"
            );
        }
    }
}
