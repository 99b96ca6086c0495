//! Copying a vault to another medium: the three files, never the generations, read back from the medium.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::generations::{self, generation_name};
use super::store::{AUDIT, CUSTODY, StoreError, VAULT};
use super::vault::Vault;
use crate::os::{FileError, OutputFolder};

/// Why a copy is not a backup.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The vault could not be read.
    #[error(transparent)]
    Source(#[from] StoreError),
    /// The medium could not be written or read back.
    #[error("The copy failed; the vault itself is unchanged. {0}")]
    Medium(#[from] FileError),
    /// Something is there.
    #[error("{place} is not empty. Nothing was written; a backup goes to an empty folder.")]
    NotEmpty {
        /// The folder asked for.
        place: String,
    },
    /// The folder is the vault's own, or one of the two lies in the other.
    #[error(
        "{place} and the vault's own folder lie one in the other: a copy there is lost with the vault, and the vault's folder \
         holds nothing else. Nothing was written; name a folder on a medium of its own."
    )]
    Within {
        /// The folder asked for.
        place: String,
    },
    /// The folder cannot be looked at.
    #[error("{place}: {source}. Nothing was written; name another folder.")]
    Place {
        /// The folder asked for.
        place: String,
        /// What the system said.
        source: io::Error,
    },
    /// The audit log is shorter than what was asked to be copied.
    #[error(
        "The audit log is shorter than its sealed length. Nothing more was copied; verify the vault first."
    )]
    AuditShort,
    /// What was read back is not what was written.
    #[error(
        "{name} reads back differently from what was written. The vault is unchanged, but this medium cannot \
         be trusted: discard it and use another."
    )]
    Differs {
        /// The file.
        name: String,
    },
}

/// One file of a copy, as it was read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedFile {
    /// Its name, the same as in the vault.
    pub name: String,
    /// In bytes.
    pub length: u64,
    /// Of what was read back.
    pub sha256: [u8; 32],
}

/// A verified copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupCopy {
    /// custody.toml, vault.age and audit.jsonl.
    pub files: Vec<CopiedFile>,
}

/// Whether a copy can go there: the folder is empty or absent.
///
/// # Errors
/// Something is there, or the folder cannot be read; nothing was written.
///
/// `from` is the vault's own folder, where it has one.
pub fn backup_place(from: Option<&Path>, to: &Path) -> Result<(), BackupError> {
    let place = to.display().to_string();
    if from.is_some_and(|from| within_each_other(from, to)) {
        return Err(BackupError::Within { place });
    }
    match std::fs::read_dir(to).map(|mut names| names.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(BackupError::NotEmpty { place }),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(place_error(to, source)),
    }
}

/// Whether two folders are one, or one lies in the other, whatever they are called. What is not there yet is judged by
/// the folder in which it would be made.
pub fn within_each_other(one: &Path, other: &Path) -> bool {
    let (Some(one), Some(other)) = (really(one), really(other)) else {
        return false;
    };
    one.starts_with(&other) || other.starts_with(&one)
}

/// The path without links and dots; the part that is not there yet as it is written.
fn really(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    for there in path.ancestors() {
        if let Ok(real) = there.canonicalize() {
            let rest = path.strip_prefix(there).ok()?;
            return Some(real.join(rest));
        }
    }
    None
}

impl Vault {
    /// Copies custody.toml, vault.age and the first `audit_bytes` bytes of audit.jsonl to `to`, which must
    /// be empty or absent, and reads everything back. The lock is held throughout, as for everything here.
    pub fn backup(&self, to: &Path, audit_bytes: u64) -> Result<BackupCopy, BackupError> {
        if self.store().lasts() && within_each_other(Path::new(&self.store().place()), to) {
            return Err(BackupError::Within {
                place: to.display().to_string(),
            });
        }
        let folder = OutputFolder::open(to)?;
        if !folder.names()?.is_empty() {
            return Err(BackupError::NotEmpty {
                place: to.display().to_string(),
            });
        }
        let mut files = Vec::with_capacity(3);
        for (name, limit) in [(CUSTODY, u64::MAX), (VAULT, u64::MAX), (AUDIT, audit_bytes)] {
            let Some(source) = self.store().reader(name)? else {
                if name == AUDIT && audit_bytes == 0 {
                    continue;
                }
                return Err(BackupError::AuditShort);
            };
            let mut source = Hashing::new(source.take(limit));
            let length = folder.write_new_from(name, &mut source)?;
            if name == AUDIT && length != audit_bytes {
                return Err(BackupError::AuditShort);
            }
            let sha256 = read_back(folder.reopen_from_medium(name)?, to)?;
            if sha256 != source.finish() {
                return Err(BackupError::Differs {
                    name: name.to_owned(),
                });
            }
            files.push(CopiedFile {
                name: name.to_owned(),
                length,
                sha256,
            });
        }
        Ok(BackupCopy { files })
    }
}

impl Vault {
    /// The same without a medium, as practice: every file is read to its end, and nothing is written.
    ///
    /// # Errors
    /// The vault could not be read, or its log is shorter than `audit_bytes`.
    pub fn practised_backup(&self, audit_bytes: u64) -> Result<BackupCopy, BackupError> {
        let mut files = Vec::with_capacity(3);
        for (name, limit) in [(CUSTODY, u64::MAX), (VAULT, u64::MAX), (AUDIT, audit_bytes)] {
            let Some(source) = self.store().reader(name)? else {
                continue;
            };
            let mut source = Hashing::new(source.take(limit));
            let length = io::copy(&mut source, &mut io::sink());
            let length = length.map_err(|source| place_error(Path::new(name), source))?;
            if name == AUDIT && length != audit_bytes {
                return Err(BackupError::AuditShort);
            }
            files.push(CopiedFile {
                name: name.to_owned(),
                length,
                sha256: source.finish(),
            });
        }
        Ok(BackupCopy { files })
    }

    /// Removes what an interrupted copy of this vault left in a folder, so that it can be made there anew. Whatever else
    /// is there stays, and so does every copy that was whole before line `line` of the log, with which this one began: a
    /// folder that holds one is simply not empty.
    ///
    /// # Errors
    /// The folder or the vault cannot be read, or a file cannot be removed.
    pub fn remove_interrupted(&self, to: &Path, line: u64) -> Result<(), BackupError> {
        let files = match std::fs::read_dir(to) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
            files => files.map_err(|e| place_error(to, e))?,
        };
        let mut names = Vec::new();
        for file in files {
            let file = file.map_err(|e| place_error(to, e))?;
            let plain = file.file_type().is_ok_and(|kind| kind.is_file());
            let name = file.file_name().to_string_lossy().into_owned();
            if !plain || !self.began(to, &name, line)? {
                return Ok(());
            }
            names.push(name);
        }
        for name in names {
            std::fs::remove_file(to.join(name)).map_err(|e| place_error(to, e))?;
        }
        Ok(())
    }

    /// Whether a file of a folder is the beginning of what a copy since that line of the log writes there.
    fn began(&self, to: &Path, name: &str, line: u64) -> Result<bool, BackupError> {
        let found = || File::open(to.join(name)).map_err(|e| place_error(to, e));
        let begins = |of: &str| -> Result<bool, BackupError> {
            let Some(source) = self.store().reader(of)? else {
                return Ok(false);
            };
            begins_with(source, found()?).map_err(|e| place_error(to, e))
        };
        match name {
            CUSTODY => begins(CUSTODY),
            // Written last: a copy that was whole earlier ends before the line.
            AUDIT => {
                let lines = lines_of(found()?).map_err(|e| place_error(to, e))?;
                Ok(lines >= line && begins(AUDIT)?)
            }
            VAULT => {
                // Since then the vault may have gone on: what was in force is among its generations.
                let kept = generations::numbers(self.store())?.into_iter().rev();
                for of in std::iter::once(VAULT.to_owned()).chain(kept.map(generation_name)) {
                    if begins(&of)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            _ => Ok(false),
        }
    }
}

fn place_error(place: &Path, source: io::Error) -> BackupError {
    BackupError::Place {
        place: place.display().to_string(),
        source,
    }
}

/// Whether `whole` begins with everything that `part` has.
fn begins_with(whole: impl Read, part: File) -> io::Result<bool> {
    let mut whole = BufReader::new(whole);
    let mut part = BufReader::new(part);
    loop {
        let read = part.fill_buf()?;
        if read.is_empty() {
            return Ok(true);
        }
        let mut same = vec![0; read.len()];
        match whole.read_exact(&mut same) {
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            Err(e) => return Err(e),
            Ok(()) if same != read => return Ok(false),
            Ok(()) => {}
        }
        let count = read.len();
        part.consume(count);
    }
}

/// How many lines a file has that are whole.
fn lines_of(file: File) -> io::Result<u64> {
    let mut file = BufReader::new(file);
    let mut lines: usize = 0;
    loop {
        let read = file.fill_buf()?;
        if read.is_empty() {
            return Ok(u64::try_from(lines).unwrap_or(u64::MAX));
        }
        let pieces = read.split(|byte| *byte == b'\n').count();
        lines = lines.saturating_add(pieces.saturating_sub(1));
        let count = read.len();
        file.consume(count);
    }
}

fn read_back(file: File, to: &Path) -> Result<[u8; 32], BackupError> {
    let mut source = Hashing::new(file);
    io::copy(&mut source, &mut io::sink()).map_err(|source| FileError::Io {
        path: to.display().to_string(),
        source,
    })?;
    Ok(source.finish())
}

struct Hashing<R> {
    inner: R,
    hash: Sha256,
}

impl<R: Read> Hashing<R> {
    fn new(inner: R) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
        }
    }

    fn finish(self) -> [u8; 32] {
        self.hash.finalize().into()
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hash.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}
