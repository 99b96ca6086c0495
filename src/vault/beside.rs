//! Two pieces of work at once, where a second core is idle: hashing is half of a commit.

use std::thread;

/// Does both, the first on a thread of its own. Where there is no thread to be had, one after the other.
pub(super) fn beside<A: Send, B>(aside: impl Fn() -> A + Sync, here: impl FnOnce() -> B) -> (A, B) {
    thread::scope(|scope| {
        let begun = thread::Builder::new()
            .name("hash".into())
            .spawn_scoped(scope, &aside);
        let here = here();
        let done = begun.ok().and_then(|thread| thread.join().ok());
        (done.unwrap_or_else(&aside), here)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn both_are_done_and_what_failed_aside_is_done_here() {
        let caller = thread::current().id();
        let (aside, here) = beside(|| thread::current().id(), || thread::current().id());
        assert_ne!(aside, caller);
        assert_eq!(here, caller);

        let tries = AtomicU32::new(0);
        let work = || match tries.fetch_add(1, Ordering::Relaxed) {
            0 => std::panic::resume_unwind(Box::new("the thread ends")),
            n => n,
        };
        assert_eq!(beside(work, || 7), (1, 7));
    }
}
