//! A vault in a folder, such as one on a stick.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::folder_listing::is_copy;
use super::store::{GENERATIONS, LOCK, Store, StoreError, UNTOUCHED, VAULT, most_of, split};
use crate::os::{Folder, FolderError, Stage, ensure_private_folder};

/// The folder's name for earlier vault files.
const GENERATIONS_FOLDER: &str = "generations";

/// A vault in a folder of the file system. Names are looked up below one handle and never through a link.
#[derive(Debug)]
pub struct FolderStore {
    root: Folder,
    // Opened when first needed: a vault that was only looked at gets no new folder.
    generations: Option<Folder>,
    // Its lock ends when it is closed, which the kernel does for a killed process too.
    lock: Option<File>,
    // A backup's copy, until a commit makes a vault of it.
    untouched: bool,
}

impl FolderStore {
    /// The folder as it is.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let root = Folder::open(path).map_err(|e| unopened(path, e))?;
        let mut store = Self {
            root,
            generations: None,
            lock: None,
            untouched: false,
        };
        if store
            .root
            .names()
            .map_err(|e| store.failed(e))?
            .iter()
            .any(|n| n == GENERATIONS_FOLDER)
        {
            store.below()?;
        }
        Ok(store)
    }

    /// The folder, made (for this user alone) if it is not there.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        ensure_private_folder(path).map_err(|e| unopened(path, io::Error::other(e.to_string())))?;
        Self::open(path)
    }

    /// Where the folder is.
    pub fn path(&self) -> PathBuf {
        self.root.path().to_owned()
    }

    fn failed(&self, error: FolderError) -> StoreError {
        StoreError::Io {
            place: self.place(),
            name: error.name,
            stage: error.stage,
            source: error.source,
        }
    }

    fn io(&self, name: &str, stage: Stage) -> impl Fn(io::Error) -> StoreError + use<> {
        let (place, name) = (self.place(), name.to_owned());
        move |source| StoreError::Io {
            place: place.clone(),
            name: name.clone(),
            stage,
            source,
        }
    }

    /// The lock's file says who holds it, and no more that this is a copy.
    fn number_the_lock(&mut self) {
        if let Some(file) = &mut self.lock {
            let _ = file
                .set_len(0)
                .and_then(|()| file.rewind())
                .and_then(|()| writeln!(file, "{}", std::process::id()));
        }
    }

    fn below(&mut self) -> Result<(), StoreError> {
        if self.generations.is_none() {
            let folder = self
                .root
                .below(GENERATIONS_FOLDER)
                .map_err(|e| self.failed(e))?;
            self.generations = Some(folder);
        }
        Ok(())
    }

    /// The folder a name lies in, and its name there; `None` if there is no such folder yet.
    fn seek<'n>(&self, name: &'n str) -> Result<Option<(&Folder, &'n str)>, StoreError> {
        let (below, plain) = split(name)?;
        let folder = if below {
            self.generations.as_ref()
        } else {
            Some(&self.root)
        };
        Ok(folder.map(|folder| (folder, plain)))
    }

    fn seek_or_make<'n>(&mut self, name: &'n str) -> Result<(&Folder, &'n str), StoreError> {
        if split(name)?.0 {
            self.below()?;
        }
        let missing = self.io(name, Stage::Before)(io::ErrorKind::NotFound.into());
        self.seek(name)?.ok_or(missing)
    }

    fn open_file(&self, name: &str) -> Result<Option<File>, StoreError> {
        match self.seek(name)? {
            Some((folder, plain)) => folder.read(plain).map_err(|e| self.failed(e)),
            None => Ok(None),
        }
    }
}

fn unopened(path: &Path, source: io::Error) -> StoreError {
    let place = path.display().to_string();
    match source.kind() {
        io::ErrorKind::NotFound => return StoreError::Missing { place },
        io::ErrorKind::NotADirectory => return StoreError::NotAFolder { place },
        _ => {}
    }
    StoreError::Io {
        place,
        name: ".".to_owned(),
        stage: Stage::Before,
        source,
    }
}

impl Store for FolderStore {
    fn place(&self) -> String {
        self.root.path().display().to_string()
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(file) = self.open_file(name)? else {
            return Ok(None);
        };
        let failed = self.io(name, Stage::Before);
        let length = file.metadata().map_err(&failed)?.len();
        let most = most_of(name);
        let mut bytes = Vec::with_capacity(usize::try_from(length.min(most)).unwrap_or(0) + 1);
        file.take(most + 1)
            .read_to_end(&mut bytes)
            .map_err(&failed)?;
        if bytes.len() as u64 > most {
            return Err(StoreError::TooLarge {
                place: self.place(),
                name: name.to_owned(),
            });
        }
        Ok(Some(bytes))
    }

    fn reader(&self, name: &str) -> Result<Option<Box<dyn Read + Send>>, StoreError> {
        let file = self.open_file(name)?;
        Ok(file.map(|file| Box::new(file) as Box<dyn Read + Send>))
    }

    fn replace(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let done = {
            let (folder, plain) = self.seek_or_make(name)?;
            folder.replace(plain, bytes)
        };
        // From its first commit on a copy is a vault.
        if name == VAULT && done.is_ok() && std::mem::take(&mut self.untouched) {
            self.number_the_lock();
        }
        done.map_err(|e| self.failed(e))
    }

    fn append(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let opened = {
            let (folder, plain) = self.seek_or_make(name)?;
            folder.open_or_create(plain, true)
        };
        let mut file = opened.map_err(|e| self.failed(e))?;
        let before = file.metadata().map_err(self.io(name, Stage::Before))?.len();
        if let Err(error) = file.write_all(bytes) {
            // A full medium took a part of it. Nobody was told of that part: take it back, so that the
            // next line does not join onto it.
            let stage = match file.set_len(before) {
                Ok(()) => Stage::Before,
                Err(_) => Stage::Perhaps,
            };
            return Err(self.io(name, stage)(error));
        }
        file.sync_data().map_err(self.io(name, Stage::Perhaps))
    }

    fn keep(&mut self, name: &str, as_name: &str) -> Result<(), StoreError> {
        self.seek_or_make(as_name)?;
        let done = match (self.seek(name)?, self.seek(as_name)?) {
            (Some((from, plain)), Some((to, as_plain))) => from.keep(plain, to, as_plain),
            _ => return Err(self.io(name, Stage::Before)(io::ErrorKind::NotFound.into())),
        };
        done.map_err(|e| self.failed(e))
    }

    fn remove(&mut self, name: &str) -> Result<(), StoreError> {
        match self.seek(name)? {
            Some((folder, plain)) => folder.remove(plain).map_err(|e| self.failed(e)),
            None => Ok(()),
        }
    }

    fn list(&self) -> Result<Vec<String>, StoreError> {
        let mut names = self.root.names().map_err(|e| self.failed(e))?;
        names.retain(|name| name != GENERATIONS_FOLDER);
        if let Some(folder) = &self.generations {
            let below = folder.names().map_err(|e| self.failed(e))?;
            names.extend(below.iter().map(|name| format!("{GENERATIONS}{name}")));
        }
        names.sort();
        Ok(names)
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        if let Some(folder) = &self.generations {
            folder.sync().map_err(|e| self.failed(e))?;
        }
        self.root.sync().map_err(|e| self.failed(e))
    }

    fn try_lock(&mut self) -> Result<(), StoreError> {
        if self.lock.is_some() {
            return Ok(());
        }
        let failed = self.io(LOCK, Stage::Before);
        self.untouched = is_copy(self.root.path());
        let mut file = self
            .root
            .open_or_create(LOCK, false)
            .map_err(|e| self.failed(e))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let told = file.take(32).read_to_string(&mut text);
                let first = text.lines().next().unwrap_or_default();
                return Err(StoreError::Locked {
                    place: self.place(),
                    pid: told.ok().and_then(|_| first.trim().parse().ok()),
                });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        file.set_len(0).map_err(&failed)?;
        file.seek(SeekFrom::Start(0)).map_err(&failed)?;
        writeln!(file, "{}", std::process::id()).map_err(&failed)?;
        if self.untouched {
            writeln!(file, "{UNTOUCHED}").map_err(&failed)?;
        }
        self.lock = Some(file);
        Ok(())
    }
}

impl Drop for FolderStore {
    fn drop(&mut self) {
        // So that a reader does not take the number of a process that is gone for the holder's.
        if let Some(file) = &mut self.lock {
            let _ = file.set_len(0);
            if self.untouched {
                let _ = file.rewind().and_then(|()| writeln!(file, "{UNTOUCHED}"));
            }
        }
    }
}
