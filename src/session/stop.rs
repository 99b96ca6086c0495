//! The word that ends a long search: said by whoever waits for it, heard by the search a moment later.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// What people read when a search was stopped.
pub const STOPPED: &str = "The search for primes was stopped. No key exists; nothing was kept of it. The request and \
    its signatures still stand.";

/// The word. Clones are the same word.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Says it.
    pub fn say(&self) {
        self.0.store(true, Relaxed);
    }

    /// Whether it was said.
    pub fn said(&self) -> bool {
        self.0.load(Relaxed)
    }

    /// For the search itself.
    pub(crate) fn flag(&self) -> &AtomicBool {
        &self.0
    }
}

/// What stands on every front end while all have signed; `how` is what stops a search there.
pub fn searching(seconds: i64, how: &str) -> String {
    format!("all have signed; it is being done ({seconds} s). {how} stops a search for primes.")
}
