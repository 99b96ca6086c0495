//! A vault in memory: rehearsals leave no file behind.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::store::{Store, StoreError, split};

#[derive(Default)]
struct Memory {
    files: BTreeMap<String, Vec<u8>>,
    locked: bool,
}

/// A vault in memory. A clone is another handle on the same files, as another process would have; the
/// lock is held by one handle at a time.
#[derive(Default)]
pub struct MemoryStore {
    memory: Arc<Mutex<Memory>>,
    holds_lock: bool,
}

impl Clone for MemoryStore {
    fn clone(&self) -> Self {
        Self {
            memory: Arc::clone(&self.memory),
            holds_lock: false,
        }
    }
}

impl MemoryStore {
    /// An empty vault folder.
    pub fn new() -> Self {
        Self::default()
    }

    /// A separate copy of the files as they are now, unlocked: a snapshot to fall back to.
    #[must_use]
    pub fn snapshot(&self) -> Self {
        let files = self.memory().files.clone();
        let memory = Memory {
            files,
            locked: false,
        };
        Self {
            memory: Arc::new(Mutex::new(memory)),
            holds_lock: false,
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        // A panic elsewhere cannot leave a map half changed.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn place(&self) -> String {
        "this rehearsal".to_owned()
    }

    fn lasts(&self) -> bool {
        false
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        split(name)?;
        Ok(self.memory().files.get(name).cloned())
    }

    fn reader(&self, name: &str) -> Result<Option<Box<dyn Read + Send>>, StoreError> {
        let file = self.read(name)?;
        Ok(file.map(|bytes| Box::new(Cursor::new(bytes)) as Box<dyn Read + Send>))
    }

    fn replace(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        split(name)?;
        self.memory()
            .files
            .insert(name.to_owned(), bytes.to_owned());
        Ok(())
    }

    fn append(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        split(name)?;
        let mut memory = self.memory();
        memory
            .files
            .entry(name.to_owned())
            .or_default()
            .extend_from_slice(bytes);
        Ok(())
    }

    fn keep(&mut self, name: &str, as_name: &str) -> Result<(), StoreError> {
        split(as_name)?;
        let content = self.read(name)?.unwrap_or_default();
        self.replace(as_name, &content)
    }

    fn remove(&mut self, name: &str) -> Result<(), StoreError> {
        split(name)?;
        self.memory().files.remove(name);
        Ok(())
    }

    fn list(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.memory().files.keys().cloned().collect())
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    fn try_lock(&mut self) -> Result<(), StoreError> {
        if self.holds_lock {
            return Ok(());
        }
        let mut memory = self.memory();
        if memory.locked {
            return Err(StoreError::Locked {
                place: "this rehearsal".to_owned(),
                pid: Some(std::process::id()),
            });
        }
        memory.locked = true;
        drop(memory);
        self.holds_lock = true;
        Ok(())
    }
}

impl Drop for MemoryStore {
    fn drop(&mut self) {
        if self.holds_lock {
            self.memory().locked = false;
        }
    }
}
