//! Writing what leaves the workstation: plain names, directly in one folder, never overwriting, on the
//! medium before it is reported.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::files::FileError;

/// Makes a new file (mode 0600) at a path; nothing is overwritten.
///
/// # Errors
/// Something of that name is there, or the folder takes no file.
pub fn new_file(path: &Path) -> Result<File, FileError> {
    let made = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    made.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => FileError::Exists {
            path: path.display().to_string(),
        },
        io::ErrorKind::NotFound => FileError::NoFolder {
            path: path.display().to_string(),
        },
        _ => FileError::io(path, error),
    })
}

/// Writes a new file at a path and reads it back; folders that are missing are made, nothing is overwritten.
///
/// # Errors
/// The name is no plain one, something of it is there, or the medium failed.
pub fn write_new_file(path: &Path, bytes: &[u8]) -> Result<PathBuf, FileError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    OutputFolder::open(folder.unwrap_or(Path::new(".")))?.write_new(&name, bytes)
}

/// Why something could not be made: what is there already keeps its own words, everything else the system's.
fn unwritten(path: &Path, error: io::Error) -> FileError {
    if error.kind() == io::ErrorKind::AlreadyExists {
        return FileError::io(path, error);
    }
    FileError::Unwritable {
        path: path.display().to_string(),
        why: super::in_words(&error),
    }
}

/// A folder that outputs are written to.
#[derive(Debug)]
pub struct OutputFolder {
    path: PathBuf,
}

/// Whether a name is one plain file name: no folder in it, not hidden, nothing a terminal would act on.
pub fn is_plain_name(name: &str) -> bool {
    (1..=255).contains(&name.len())
        && !name.starts_with('.')
        && !name
            .chars()
            .any(|c| matches!(c, '/' | '\\') || c.is_control() || turns_text(c))
}

/// Whether it is no letter but an order to turn text round: a name with one in it is read as another.
const fn turns_text(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

impl OutputFolder {
    /// Opens the folder, making it if it is not there.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        super::make_folder(path, 0o700).map_err(|e| unwritten(path, e))?;
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// Tries whether a folder is there or can be made, and takes a file: where it, or the first folder above it that is
    /// there, takes one that is removed again.
    ///
    /// # Errors
    /// It does not; nothing is left of the try.
    pub fn takes(path: &Path) -> Result<(), FileError> {
        let there = |at: &&Path| at.symlink_metadata().is_ok();
        let mut above = path.ancestors().filter(|at| !at.as_os_str().is_empty());
        let base = above.find(there).unwrap_or(Path::new("."));
        if !base.is_dir() {
            return Err(FileError::Unwritable {
                path: base.display().to_string(),
                why: "this is a file and no folder".to_owned(),
            });
        }
        let probe = base.join(format!(".keymoot-try-{}", std::process::id()));
        let made = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&probe);
        made.and_then(|_| fs::remove_file(&probe))
            .map_err(|e| unwritten(path, e))
    }

    /// The names directly in the folder, sorted, whatever they are.
    pub fn names(&self) -> Result<Vec<String>, FileError> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(|e| FileError::io(&self.path, e))? {
            let entry = entry.map_err(|e| FileError::io(&self.path, e))?;
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }

    /// Writes a new file (mode 0600), waits until it is on the medium and reads it back. On an error no part of it
    /// stays.
    pub fn write_new(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, FileError> {
        self.write_new_from(name, &mut &*bytes)?;
        self.kept(name, bytes)
    }

    /// The file's path, where the medium holds it as it was written; otherwise it is taken away.
    fn kept(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, FileError> {
        let path = self.path.join(name);
        self.reads_back(name, bytes).inspect_err(|_| {
            // Ours, made a moment ago: a damaged file must not be carried to a counterparty.
            let _ = fs::remove_file(&path);
        })?;
        Ok(path)
    }

    /// Whether the medium holds exactly these bytes under this name.
    ///
    /// # Errors
    /// It holds others ([`FileError::Differs`]), or it cannot be read.
    pub fn reads_back(&self, name: &str, bytes: &[u8]) -> Result<(), FileError> {
        let path = self.path.join(name);
        let mut back = Vec::with_capacity(bytes.len());
        self.reopen_from_medium(name)?
            .read_to_end(&mut back)
            .map_err(|e| FileError::io(&path, e))?;
        if back == bytes {
            return Ok(());
        }
        Err(FileError::Differs {
            path: path.display().to_string(),
        })
    }

    /// As [`OutputFolder::write_new`], from a stream; returns the length.
    pub fn write_new_from(&self, name: &str, source: &mut dyn Read) -> Result<u64, FileError> {
        if !is_plain_name(name) {
            return Err(FileError::BadName {
                name: name.escape_debug().to_string(),
            });
        }
        let path = self.path.join(name);
        let file = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(|e| unwritten(&path, e))?;
        fill(file, source)
            .and_then(|length| File::open(&self.path)?.sync_all().map(|()| length))
            .map_err(|e| {
                // Ours, made a moment ago: half a file must not be carried to a counterparty.
                let _ = fs::remove_file(&path);
                FileError::io(&path, e)
            })
    }

    /// Opens a file just written so that reading it shows what the medium holds, as far as the system can
    /// be made to forget its own copy.
    pub fn reopen_from_medium(&self, name: &str) -> Result<File, FileError> {
        let path = self.path.join(name);
        let file = File::open(&path).map_err(|e| FileError::io(&path, e))?;
        // Advice that some file systems do not take; then the page cache is what is compared.
        let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
        Ok(file)
    }
}

fn fill(mut file: File, source: &mut dyn Read) -> io::Result<u64> {
    let length = io::copy(source, &mut file)?;
    file.sync_all()?;
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_overwritten() {
        let base = tempfile::tempdir().unwrap();
        let out = OutputFolder::open(&base.path().join("out")).unwrap();
        out.write_new("a.json", b"1").unwrap();
        let again = out.write_new("a.json", b"2");
        assert!(matches!(again, Err(FileError::Exists { .. })));
        out.reads_back("a.json", b"1").unwrap();
        let other = out.reads_back("a.json", b"2").unwrap_err();
        assert!(other.to_string().contains("cannot be trusted"), "{other}");
        assert_eq!(fs::read(base.path().join("out/a.json")).unwrap(), b"1");
        assert_eq!(out.names().unwrap(), ["a.json"]);
    }

    /// A medium that gives back what was not written: the file goes, and it is said.
    #[test]
    fn a_file_that_reads_back_differently_is_taken_away() {
        let base = tempfile::tempdir().unwrap();
        let out = OutputFolder::open(base.path()).unwrap();
        fs::write(base.path().join("kek.json"), b"2").unwrap();
        let other = out.kept("kek.json", b"1").unwrap_err();
        assert!(matches!(other, FileError::Differs { .. }), "{other}");
        assert!(out.names().unwrap().is_empty());
    }

    #[test]
    fn a_link_lying_in_wait_is_not_followed() {
        let base = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(base.path().join("elsewhere"), base.path().join("a.json"))
            .unwrap();
        let out = OutputFolder::open(base.path()).unwrap();
        assert!(out.write_new("a.json", b"1").is_err());
        assert!(!base.path().join("elsewhere").exists());
    }

    #[test]
    fn only_plain_names() {
        for bad in [
            "",
            ".",
            "..",
            ".hidden",
            "a/b",
            "/a",
            "a\\b",
            "a\nb",
            "a\u{1b}b",
            "a\0b",
            "a\u{202e}nosj.exe",
        ] {
            assert!(!is_plain_name(bad), "{bad:?}");
        }
        for good in [
            "a",
            "ceremony.json",
            "clé-漢.json",
            "kek to partner.rehearsal.json",
        ] {
            assert!(is_plain_name(good), "{good}");
        }
    }
}
