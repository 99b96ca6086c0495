//! A store that fails on purpose at the nth write, to show that every write may be the last.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::store::{Store, StoreError};
use crate::os::Stage;

/// What happens at the chosen write. Writes are replace, append, keep, remove and sync, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The medium is full: nothing is written, the program is told, later writes work.
    Full,
    /// It is written, but the program is told it failed.
    Unsure,
    /// The process dies before the write: nothing works after.
    KilledBefore,
    /// The process dies during it: an append is half there, a replacement left a temporary file.
    KilledDuring,
    /// The process dies after it.
    KilledAfter,
}

/// A store with one [`Fault`] in it.
pub struct FaultStore<S> {
    inner: S,
    fault: Option<(u64, Fault)>,
    writes: Arc<AtomicU64>,
    dead: AtomicBool,
}

impl<S: Store> FaultStore<S> {
    /// A store that only counts.
    pub fn counting(inner: S) -> Self {
        Self {
            inner,
            fault: None,
            writes: Arc::default(),
            dead: AtomicBool::new(false),
        }
    }

    /// A store in which `fault` happens at write number `at`.
    pub fn new(inner: S, at: u64, fault: Fault) -> Self {
        Self {
            fault: Some((at, fault)),
            ..Self::counting(inner)
        }
    }

    /// The counter of writes, readable after the store was given away.
    pub fn writes(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.writes)
    }

    fn error(name: &str, stage: Stage) -> StoreError {
        StoreError::Io {
            place: "a store with a fault".to_owned(),
            name: name.to_owned(),
            stage,
            source: io::Error::from(io::ErrorKind::StorageFull),
        }
    }

    fn alive(&self, name: &str) -> Result<(), StoreError> {
        if self.dead.load(Ordering::Relaxed) {
            return Err(Self::error(name, Stage::Perhaps));
        }
        Ok(())
    }

    fn write(
        &mut self,
        name: &str,
        whole: impl FnOnce(&mut S) -> Result<(), StoreError>,
        half: impl FnOnce(&mut S) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.alive(name)?;
        let number = self.writes.fetch_add(1, Ordering::Relaxed) + 1;
        let Some((_, fault)) = self.fault.filter(|(at, _)| *at == number) else {
            return whole(&mut self.inner);
        };
        match fault {
            Fault::Full => return Err(Self::error(name, Stage::Before)),
            Fault::Unsure => {
                whole(&mut self.inner)?;
                return Err(Self::error(name, Stage::Perhaps));
            }
            Fault::KilledBefore => {}
            Fault::KilledDuring => half(&mut self.inner)?,
            Fault::KilledAfter => whole(&mut self.inner)?,
        }
        self.dead.store(true, Ordering::Relaxed);
        Err(Self::error(name, Stage::Perhaps))
    }
}

fn first_half(bytes: &[u8]) -> &[u8] {
    bytes.get(..bytes.len() / 2).unwrap_or_default()
}

impl<S: Store> Store for FaultStore<S> {
    fn place(&self) -> String {
        self.inner.place()
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.alive(name)?;
        self.inner.read(name)
    }

    fn reader(&self, name: &str) -> Result<Option<Box<dyn Read + Send>>, StoreError> {
        self.alive(name)?;
        self.inner.reader(name)
    }

    fn replace(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.write(
            name,
            |inner| inner.replace(name, bytes),
            |inner| inner.append(".keymoot-tmp-0-0", first_half(bytes)),
        )
    }

    fn append(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.write(
            name,
            |inner| inner.append(name, bytes),
            |inner| inner.append(name, first_half(bytes)),
        )
    }

    fn keep(&mut self, name: &str, as_name: &str) -> Result<(), StoreError> {
        self.write(
            name,
            |inner| inner.keep(name, as_name),
            |inner| inner.remove(as_name),
        )
    }

    fn remove(&mut self, name: &str) -> Result<(), StoreError> {
        self.write(name, |inner| inner.remove(name), |_| Ok(()))
    }

    fn list(&self) -> Result<Vec<String>, StoreError> {
        self.alive(".")?;
        self.inner.list()
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        self.write(".", S::sync, |_| Ok(()))
    }

    fn try_lock(&mut self) -> Result<(), StoreError> {
        self.alive(".")?;
        self.inner.try_lock()
    }
}
