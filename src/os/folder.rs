//! A folder used through one open handle: every name is looked up below it and never through a link, and
//! a file is replaced whole or not at all.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{self as sys, AtFlags, FileType, Mode, OFlags};

/// Temporary files start like this, so that what a killed process left can be told and removed.
const TEMPORARY: &str = ".keymoot-tmp-";

/// Whether a failed operation can have had an effect that outlives a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It failed before anything under a lasting name changed.
    Before,
    /// The new content may or may not be what the next process sees.
    Perhaps,
}

/// An operation below a folder that failed.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {source}")]
pub struct FolderError {
    /// The name below the folder.
    pub name: String,
    /// What can have changed.
    pub stage: Stage,
    /// The system's reason.
    pub source: io::Error,
}

/// A folder, by its handle.
#[derive(Debug)]
pub struct Folder {
    handle: OwnedFd,
    path: PathBuf,
}

impl Folder {
    /// Opens a folder that is there.
    pub fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let handle = sys::openat(sys::CWD, path, flags, Mode::empty())?;
        Ok(Self {
            handle,
            path: path.to_owned(),
        })
    }

    /// Opens the folder `name` below this one, making it (mode 0700) if it is not there.
    pub fn below(&self, name: &str) -> Result<Self, FolderError> {
        let failed = failure(name, Stage::Before);
        match sys::mkdirat(&self.handle, name, Mode::RWXU) {
            Ok(()) => self.sync()?,
            Err(error) if error == rustix::io::Errno::EXIST => {}
            Err(error) => return Err(failed(error.into())),
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let handle =
            sys::openat(&self.handle, name, flags, Mode::empty()).map_err(|e| failed(e.into()))?;
        Ok(Self {
            handle,
            path: self.path.join(name),
        })
    }

    /// The path it was opened by, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a regular file for reading; `None` if nothing is there.
    pub fn read(&self, name: &str) -> Result<Option<File>, FolderError> {
        // NONBLOCK: a pipe lying under this name must be refused, not waited for.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let failed = failure(name, Stage::Before);
        let handle = match sys::openat(&self.handle, name, flags, Mode::empty()) {
            Ok(handle) => handle,
            Err(error) if error == rustix::io::Errno::NOENT => return Ok(None),
            Err(error) => return Err(failed(error.into())),
        };
        regular(&handle).map_err(failed)?;
        Ok(Some(File::from(handle)))
    }

    /// Opens a regular file for reading and writing, making it (mode 0600) if it is not there.
    pub fn open_or_create(&self, name: &str, append: bool) -> Result<File, FolderError> {
        let failed = failure(name, Stage::Before);
        let mut flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        if append {
            flags |= OFlags::APPEND;
        }
        let handle = match sys::openat(&self.handle, name, flags, Mode::empty()) {
            Ok(handle) => handle,
            Err(error) if error == rustix::io::Errno::NOENT => {
                let create = flags | OFlags::CREATE;
                let made = sys::openat(&self.handle, name, create, Mode::RUSR | Mode::WUSR)
                    .map_err(|e| failure(name, Stage::Before)(e.into()))?;
                self.sync()?;
                made
            }
            Err(error) => return Err(failed(error.into())),
        };
        regular(&handle).map_err(failure(name, Stage::Before))?;
        Ok(File::from(handle))
    }

    /// Puts `bytes` under `name`: a temporary file here, on the medium, then renamed over it, then the
    /// folder on the medium. At every instant the name shows the old content or the new.
    pub fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
        let failed = failure(name, Stage::Before);
        let (temporary, file) = self.temporary().map_err(&failed)?;
        let written = fill(file, bytes)
            .and_then(|()| {
                sys::renameat(&self.handle, &temporary, &self.handle, name).map_err(Into::into)
            })
            .map_err(failed);
        if written.is_err() {
            // The medium may be full: give the space back at once.
            let _ = sys::unlinkat(&self.handle, &temporary, AtFlags::empty());
            return written;
        }
        self.sync()
    }

    fn temporary(&self) -> io::Result<(String, File)> {
        static ORDINAL: AtomicU64 = AtomicU64::new(0);
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        loop {
            let ordinal = ORDINAL.fetch_add(1, Ordering::Relaxed);
            let name = format!("{TEMPORARY}{}-{ordinal}", std::process::id());
            match sys::openat(&self.handle, &name, flags, Mode::RUSR | Mode::WUSR) {
                Ok(handle) => return Ok((name, File::from(handle))),
                // Left by a killed process that had this number; its name is not ours to reuse.
                Err(error) if error == rustix::io::Errno::EXIST => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Gives the file `name` a second name in another folder: a hard link where the medium has them,
    /// otherwise a copy. Whatever had that name before is replaced. Call [`Folder::sync`] on the other
    /// folder where the second name must survive a power cut.
    pub fn keep(&self, name: &str, other: &Folder, as_name: &str) -> Result<(), FolderError> {
        other.remove(as_name)?;
        let linked = sys::linkat(&self.handle, name, &other.handle, as_name, AtFlags::empty());
        if linked.is_ok() {
            return Ok(());
        }
        // FAT and exFAT, what sticks come with, have no links.
        let Some(mut source) = self.read(name)? else {
            let missing = io::Error::from(io::ErrorKind::NotFound);
            return Err(failure(name, Stage::Before)(missing));
        };
        let failed = failure(as_name, Stage::Before);
        let (temporary, mut file) = other.temporary().map_err(&failed)?;
        io::copy(&mut source, &mut file)
            .and_then(|_| file.sync_all())
            .and_then(|()| {
                sys::renameat(&other.handle, &temporary, &other.handle, as_name).map_err(Into::into)
            })
            .map_err(|e| {
                let _ = sys::unlinkat(&other.handle, &temporary, AtFlags::empty());
                failed(e)
            })
    }

    /// Unlinks a file; one that is not there is no error. Call [`Folder::sync`] after the last of a series.
    pub fn remove(&self, name: &str) -> Result<(), FolderError> {
        match sys::unlinkat(&self.handle, name, AtFlags::empty()) {
            Ok(()) => Ok(()),
            Err(error) if error == rustix::io::Errno::NOENT => Ok(()),
            Err(error) => Err(failure(name, Stage::Perhaps)(error.into())),
        }
    }

    /// Every name directly here but `.` and `..`, sorted.
    pub fn names(&self) -> Result<Vec<String>, FolderError> {
        let failed = || failure(".", Stage::Before);
        let mut names = Vec::new();
        for entry in sys::Dir::read_from(&self.handle).map_err(|e| failed()(e.into()))? {
            let entry = entry.map_err(|e| failed()(e.into()))?;
            let name = entry.file_name().to_string_lossy();
            if name != "." && name != ".." {
                names.push(name.into_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    /// Whether a name is one that [`Folder::replace`] uses for its temporary files.
    pub fn is_temporary(name: &str) -> bool {
        name.starts_with(TEMPORARY)
    }

    /// Waits until the names in this folder are on the medium.
    pub fn sync(&self) -> Result<(), FolderError> {
        match sys::fsync(self.handle.as_fd()) {
            // Some network and user-space file systems cannot sync a folder, and say so like this.
            Ok(()) | Err(rustix::io::Errno::INVAL) => Ok(()),
            Err(error) => Err(failure(".", Stage::Perhaps)(error.into())),
        }
    }
}

fn failure(name: &str, stage: Stage) -> impl Fn(io::Error) -> FolderError {
    let name = name.to_owned();
    move |source| FolderError {
        name: name.clone(),
        stage,
        source,
    }
}

fn regular(handle: &OwnedFd) -> io::Result<()> {
    let about = sys::fstat(handle)?;
    if FileType::from_raw_mode(about.st_mode) == FileType::RegularFile {
        Ok(())
    } else {
        Err(io::Error::other("not a regular file"))
    }
}

fn fill(mut file: File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn text(folder: &Folder, name: &str) -> Option<String> {
        let mut out = String::new();
        folder
            .read(name)
            .unwrap()?
            .read_to_string(&mut out)
            .unwrap();
        Some(out)
    }

    #[test]
    fn replace_leaves_one_name_and_the_new_content() {
        let base = tempfile::tempdir().unwrap();
        let folder = Folder::open(base.path()).unwrap();
        folder.replace("a", b"old").unwrap();
        folder.replace("a", b"new").unwrap();
        assert_eq!(text(&folder, "a").as_deref(), Some("new"));
        assert_eq!(folder.names().unwrap(), ["a"]);
    }

    #[test]
    fn a_kept_file_survives_the_replacement_of_its_first_name() {
        let base = tempfile::tempdir().unwrap();
        let folder = Folder::open(base.path()).unwrap();
        let older = folder.below("older").unwrap();
        folder.replace("a", b"1").unwrap();
        folder.keep("a", &older, "a.1").unwrap();
        folder.replace("a", b"2").unwrap();
        folder.keep("a", &older, "a.2").unwrap();
        folder.keep("a", &older, "a.2").unwrap();
        assert_eq!(text(&older, "a.1").as_deref(), Some("1"));
        assert_eq!(text(&older, "a.2").as_deref(), Some("2"));
    }

    #[test]
    fn a_link_or_pipe_under_a_name_of_ours_is_refused() {
        let base = tempfile::tempdir().unwrap();
        std::fs::write(base.path().join("target"), "x").unwrap();
        std::os::unix::fs::symlink(base.path().join("target"), base.path().join("a")).unwrap();
        let folder = Folder::open(base.path()).unwrap();
        assert!(folder.read("a").is_err());
        assert!(folder.open_or_create("a", true).is_err());
        assert!(folder.read("b").unwrap().is_none());
        std::fs::create_dir(base.path().join("d")).unwrap();
        assert!(folder.read("d").is_err());
    }

    #[test]
    fn a_temporary_file_of_a_dead_process_with_our_number_is_stepped_over() {
        let base = tempfile::tempdir().unwrap();
        let folder = Folder::open(base.path()).unwrap();
        for ordinal in 0..2000 {
            let name = format!("{TEMPORARY}{}-{ordinal}", std::process::id());
            std::fs::write(base.path().join(name), "").unwrap();
        }
        folder.replace("a", b"1").unwrap();
        assert_eq!(text(&folder, "a").as_deref(), Some("1"));
    }
}
