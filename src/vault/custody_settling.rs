//! Which custody.toml is in force: one, or two while a change of shares or people stands open.

use super::custody_file::{CustodyFile, CustodyFileError};
use super::payload::Header;
use super::store::{CUSTODY, CUSTODY_NEXT, Store, StoreError};
use super::vault_error::VaultError;

/// custody.toml and, while a change stands open, its successor.
pub struct CustodyOnDisk {
    /// custody.toml.
    pub current: CustodyFile,
    /// custody.next.toml.
    pub next: Option<CustodyFile>,
}

/// Reads the public files: whom to ask before the vault can be opened.
pub fn read_custody(store: &dyn Store) -> Result<CustodyOnDisk, VaultError> {
    let current = store.read(CUSTODY)?.ok_or_else(|| VaultError::NotAVault {
        place: store.place(),
    })?;
    let next = store.read(CUSTODY_NEXT)?;
    Ok(CustodyOnDisk {
        current: CustodyFile::parse(&current)?,
        next: next.as_deref().map(CustodyFile::parse).transpose()?,
    })
}

pub(super) fn promote(store: &mut dyn Store, next: &[u8]) -> Result<(), StoreError> {
    store.replace(CUSTODY, next)?;
    store.remove(CUSTODY_NEXT)?;
    store.sync()
}

pub(super) struct CustodyBytes {
    current: Vec<u8>,
    next: Option<Vec<u8>>,
}

impl CustodyBytes {
    pub(super) fn read(store: &dyn Store) -> Result<Self, VaultError> {
        let current = store.read(CUSTODY)?.ok_or_else(|| VaultError::NotAVault {
            place: store.place(),
        })?;
        let next = store.read(CUSTODY_NEXT)?;
        Ok(Self { current, next })
    }

    pub(super) fn parse(&self) -> Result<(CustodyFile, Option<CustodyFile>), CustodyFileError> {
        let next = self.next.as_deref().map(CustodyFile::parse).transpose()?;
        Ok((CustodyFile::parse(&self.current)?, next))
    }
}

/// Finds the custody.toml that the sealed state accepts and ends a change that was interrupted: an accepted
/// successor of a file no longer accepted is put in its place, one never accepted is removed.
pub(super) fn settle_custody(
    store: &mut dyn Store,
    files: &CustodyBytes,
    current: CustodyFile,
    next: Option<CustodyFile>,
    header: &Header,
    ours: impl Fn(&CustodyFile) -> bool,
) -> Result<CustodyFile, VaultError> {
    let accepted = |bytes: &[u8]| header.custody.contains(&CustodyFile::sha256_of(bytes));
    let next_accepted = files.next.as_deref().is_some_and(accepted);
    if accepted(&files.current) && ours(&current) {
        // The same bytes: promoted, and the process died before the staged name was removed.
        let promoted = files.next.as_ref() == Some(&files.current);
        if files.next.is_some() && (promoted || !next_accepted) {
            store.remove(CUSTODY_NEXT)?;
            store.sync()?;
        }
        return Ok(current);
    }
    match (next, &files.next) {
        (Some(next), Some(bytes)) if next_accepted && ours(&next) => {
            promote(store, bytes)?;
            Ok(next)
        }
        _ => Err(VaultError::CustodyChanged),
    }
}
