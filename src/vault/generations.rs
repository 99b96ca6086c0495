//! Earlier vault files: which are kept, and how those that must not be are removed for good.

use super::store::{GENERATIONS, Store, StoreError, VAULT};
use crate::os::Folder;

/// As many earlier vault files are kept.
pub const KEPT_GENERATIONS: usize = 16;

/// The name of the vault file that was written as `commit`.
pub fn generation_name(commit: u64) -> String {
    format!("{GENERATIONS}{commit:08}.{VAULT}")
}

/// The commit number in a generation's name.
fn number(name: &str) -> Option<u64> {
    let digits = name
        .strip_prefix(GENERATIONS)?
        .strip_suffix(VAULT)?
        .strip_suffix('.')?;
    let number = digits.parse().ok()?;
    // `+1`, `1` and the like are not names that are written here.
    (generation_name(number) == name).then_some(number)
}

/// The generations of a store, by number, ascending.
pub(super) fn numbers(store: &dyn Store) -> Result<Vec<u64>, StoreError> {
    let mut numbers: Vec<u64> = store
        .list()?
        .iter()
        .filter_map(|name| number(name))
        .collect();
    numbers.sort_unstable();
    Ok(numbers)
}

/// Removes generations below `purge_before`, durably, and those beyond the number kept.
pub(super) fn trim(store: &mut dyn Store, purge_before: u64) -> Result<(), StoreError> {
    let numbers = numbers(store)?;
    let beyond = numbers.len().saturating_sub(KEPT_GENERATIONS);
    let removed: Vec<u64> = numbers
        .iter()
        .enumerate()
        .filter(|(place, number)| *place < beyond || **number < purge_before)
        .map(|(_, number)| *number)
        .collect();
    for number in &removed {
        store.remove(&generation_name(*number))?;
    }
    // One too many may come back after a power cut and harm nobody; waiting for the medium has its price.
    if removed.iter().all(|number| *number >= purge_before) {
        return Ok(());
    }
    store.sync()
}

/// Removes every temporary file that a killed process left.
fn sweep(store: &mut dyn Store) -> Result<(), StoreError> {
    let left: Vec<String> = store
        .list()?
        .into_iter()
        .filter(|name| Folder::is_temporary(name.strip_prefix(GENERATIONS).unwrap_or(name)))
        .collect();
    for name in &left {
        store.remove(name)?;
    }
    Ok(())
}

/// Finishes what a destruction began: no older generation and no temporary file stays. Durable when it
/// returns, also for what a killed process unlinked without waiting for the medium.
pub(super) fn purge(store: &mut dyn Store, purge_before: u64) -> Result<(), StoreError> {
    sweep(store)?;
    trim(store, purge_before)?;
    store.sync()
}
