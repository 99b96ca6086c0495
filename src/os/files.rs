//! Reading files that people name: bounded, and private where secrets are inside; and the workstation's
//! own state folder.

use std::fs::{self, File};
use std::io::{self, Read, Seek as _, Write as _};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// Room made for input that does not tell its length: the usual limit of inputs.
const PIPE_BUFFER: u64 = 1 << 20;

/// Why a file was not read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// Nothing is there.
    #[error("{path}: no such file. Nothing was read; check the name.")]
    NotFound {
        /// As the person named it.
        path: String,
    },
    /// Where a new file should go, no folder is.
    #[error(
        "{path}: its folder is not there. Nothing was written; check the name, or make the folder first."
    )]
    NoFolder {
        /// As the person named it.
        path: String,
    },
    /// A folder or file cannot be made where it was to be.
    #[error("{path}: {why}. Nothing was written. Choose another folder.")]
    Unwritable {
        /// As the person named it.
        path: String,
        /// What the operating system says, in words.
        why: String,
    },
    /// Longer than the limit.
    #[error(
        "{path}: longer than {limit} bytes. It was not used; no input of this kind is that long."
    )]
    TooLarge {
        /// As the person named it.
        path: String,
        /// In bytes.
        limit: u64,
    },
    /// A folder, or, where only a file will do, something else.
    #[error("{path}: not a regular file. It was not used; name the file itself.")]
    NotAFile {
        /// As the person named it.
        path: String,
    },
    /// Others may read it.
    #[error(
        "{path}: other users of this machine can read it (mode {mode:04o}). It was not used; \
         run `chmod 600` on it, and consider its secrets known."
    )]
    TooOpen {
        /// As the person named it.
        path: String,
        /// Permission bits.
        mode: u32,
    },
    /// A file of that name is there and nothing is overwritten.
    #[error("{path}: already there, and keymoot never overwrites. Choose another folder or name.")]
    Exists {
        /// Where it would have gone.
        path: String,
    },
    /// The medium gives back other bytes than were written.
    #[error(
        "{path}: reads back differently from what was written: this medium cannot be trusted. The file was taken \
         away again; use another medium."
    )]
    Differs {
        /// Where it was written.
        path: String,
    },
    /// Not a plain file name.
    #[error("`{name}` is not a plain file name. Nothing was written.")]
    BadName {
        /// The name asked for.
        name: String,
    },
    /// The operating system refused.
    #[error("{path}: {source}")]
    Io {
        /// As the person named it.
        path: String,
        /// The system's reason.
        source: io::Error,
    },
}

impl FileError {
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.display().to_string();
        match source.kind() {
            io::ErrorKind::NotFound => FileError::NotFound { path },
            io::ErrorKind::AlreadyExists => FileError::Exists { path },
            io::ErrorKind::IsADirectory => FileError::NotAFile { path },
            _ => FileError::Io { path, source },
        }
    }
}

/// Reads a file, pipe or device to its end, refusing more than `limit` bytes.
///
/// Follows links, so that `/dev/stdin` and a shell's `<(...)` work. The buffer wipes itself: what people
/// hand in may be a secret.
pub fn read_limited(path: &Path, limit: u64) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let file = File::open(path).map_err(|e| FileError::io(path, e))?;
    read_open(file, path, limit)
}

/// Adds a line to a file and makes it durable; the file and its folder are made where they are not there, for their
/// owner alone. A torn last line is ended first.
///
/// # Errors
/// What could not be made or written.
pub fn append_line(path: &Path, line: &str) -> Result<(), FileError> {
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        ensure_private_folder(folder)?;
    }
    let wrong = |e| FileError::io(path, e);
    let mut file = File::options()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .map_err(wrong)?;
    let mut last = [b'\n'];
    if file.metadata().map_err(wrong)?.len() > 0 {
        file.seek(std::io::SeekFrom::End(-1)).map_err(wrong)?;
        file.read_exact(&mut last).map_err(wrong)?;
    }
    let before = if last == [b'\n'] { "" } else { "\n" };
    file.write_all(format!("{before}{line}\n").as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| super::sync_above(path))
        .map_err(wrong)
}

/// Puts bytes in the place of a file, whole or not at all; file and folder are made where they are not there, for their
/// owner alone.
///
/// # Errors
/// What could not be made or written; the file is then as it was.
pub fn replace_file(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        ensure_private_folder(folder)?;
    }
    let wrong = |e| FileError::io(path, e);
    let new = path.with_extension("new");
    let mut file = File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&new)
        .map_err(wrong)?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&new, path))
        .and_then(|()| super::sync_above(path))
        .map_err(wrong)
}

/// Reads a regular file that holds secrets: not through a link, and refused when group or others have any
/// right to it.
pub fn read_private(path: &Path, limit: u64) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let file = File::options()
        .read(true)
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
        .open(path)
        .map_err(|e| FileError::io(path, e))?;
    // The handle is asked, not the name: what is checked is what is read.
    let about = file.metadata().map_err(|e| FileError::io(path, e))?;
    let shown = || path.display().to_string();
    if !about.is_file() {
        return Err(FileError::NotAFile { path: shown() });
    }
    let mode = about.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(FileError::TooOpen {
            path: shown(),
            mode,
        });
    }
    read_open(file, path, limit)
}

fn read_open(file: File, path: &Path, limit: u64) -> Result<Zeroizing<Vec<u8>>, FileError> {
    // Sized first: a growing vector would leave copies of a secret behind. A pipe does not tell its length.
    let expected = match file.metadata() {
        Ok(about) if about.is_file() => about.len(),
        _ => PIPE_BUFFER,
    };
    let capacity = usize::try_from(expected.min(limit)).unwrap_or(0) + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(capacity));
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|e| FileError::io(path, e))?;
    if bytes.len() as u64 > limit {
        return Err(FileError::TooLarge {
            path: path.display().to_string(),
            limit,
        });
    }
    Ok(bytes)
}

/// The workstation's own folder, `$XDG_STATE_HOME/keymoot` or `~/.local/state/keymoot`; `None` without a
/// home. It is not created; see [`ensure_private_folder`].
pub fn state_folder() -> Option<PathBuf> {
    state_folder_from(std::env::var_os("XDG_STATE_HOME"), std::env::var_os("HOME"))
}

fn state_folder_from(
    state: Option<std::ffi::OsString>,
    home: Option<std::ffi::OsString>,
) -> Option<PathBuf> {
    // The XDG base directory specification: a relative path is invalid and ignored.
    let absolute = |value: Option<std::ffi::OsString>| {
        value.map(PathBuf::from).filter(|path| path.is_absolute())
    };
    absolute(state)
        .or_else(|| absolute(home).map(|home| home.join(".local/state")))
        .map(|base| base.join("keymoot"))
}

/// Makes a folder that only this user can enter, with the folders above it, if it is not there.
pub fn ensure_private_folder(path: &Path) -> Result<(), FileError> {
    if path.is_dir() {
        return Ok(());
    }
    super::make_folder(path, 0o700)
        .and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(0o700)))
        .map_err(|e| FileError::io(path, e))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file_with(mode: u32, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("input");
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        (folder, path)
    }

    #[test]
    fn the_limit_is_inclusive() {
        let (_folder, path) = file_with(0o600, b"12345");
        assert_eq!(read_limited(&path, 5).unwrap().as_slice(), b"12345");
        assert!(matches!(
            read_limited(&path, 4),
            Err(FileError::TooLarge { limit: 4, .. })
        ));
    }

    #[test]
    fn an_endless_device_is_refused_not_read() {
        let answer = read_limited(Path::new("/dev/zero"), 1 << 20);
        assert!(matches!(answer, Err(FileError::TooLarge { .. })));
    }

    #[test]
    fn a_folder_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(
            read_limited(folder.path(), 9),
            Err(FileError::NotAFile { .. })
        ));
    }

    #[test]
    fn an_unlock_file_others_can_read_is_refused() {
        for mode in [0o640, 0o604, 0o660, 0o601] {
            let (_folder, path) = file_with(mode, b"{}");
            assert!(
                matches!(read_private(&path, 9), Err(FileError::TooOpen { mode: m, .. }) if m == mode)
            );
        }
        let (_folder, path) = file_with(0o600, b"{}");
        assert_eq!(read_private(&path, 9).unwrap().as_slice(), b"{}");
    }

    #[test]
    fn a_private_file_is_not_read_through_a_link() {
        let (folder, path) = file_with(0o600, b"{}");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(read_private(&link, 9).is_err());
    }

    #[test]
    fn the_state_folder_follows_xdg() {
        let some = |text: &str| Some(std::ffi::OsString::from(text));
        assert_eq!(
            state_folder_from(some("/s"), some("/h")),
            Some(PathBuf::from("/s/keymoot"))
        );
        assert_eq!(
            state_folder_from(some("relative"), some("/h")),
            Some(PathBuf::from("/h/.local/state/keymoot"))
        );
        assert_eq!(state_folder_from(None, None), None);
    }

    #[test]
    fn the_state_folder_is_for_this_user_alone() {
        let base = tempfile::tempdir().unwrap();
        let path = base.path().join("a/keymoot");
        ensure_private_folder(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
        ensure_private_folder(&path).unwrap();
    }
}
