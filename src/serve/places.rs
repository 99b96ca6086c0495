//! Room for connections. Where it is full, the connection that nobody has used for longest gives its place to whoever
//! comes: a client that keeps many open must not keep the others out, who would take silence for a lost request.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

/// What an idle connection is left alone for: its last answer is on its way.
const QUIET: Duration = Duration::from_secs(1);
/// How often is looked again where nobody was idle.
const AGAIN: Duration = Duration::from_millis(250);

/// All places, and who has them.
pub(super) struct Places {
    free: Arc<Semaphore>,
    count: u32,
    taken: Mutex<Vec<Weak<Use>>>,
}

/// How a connection is used.
pub(super) struct Use {
    answering: AtomicUsize,
    last: Mutex<Instant>,
    leave: Notify,
}

/// A connection's place; it comes free when this is dropped.
pub(super) struct Place {
    pub(super) used: Arc<Use>,
    _permit: OwnedSemaphorePermit,
}

impl Places {
    pub(super) fn new(count: u32) -> Self {
        Self {
            free: Arc::new(Semaphore::new(usize::try_from(count).unwrap_or(usize::MAX))),
            count,
            taken: Mutex::default(),
        }
    }

    /// A place, once there is one; `None` when the endpoint closes.
    pub(super) async fn take(&self) -> Option<Place> {
        loop {
            if self.free.available_permits() == 0 {
                self.longest_idle();
            }
            let permit = timeout(AGAIN, Arc::clone(&self.free).acquire_owned()).await;
            let Ok(permit) = permit else { continue };
            let used = Arc::new(Use {
                answering: AtomicUsize::new(0),
                last: Mutex::new(Instant::now()),
                leave: Notify::new(),
            });
            let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
            taken.retain(|one| one.strong_count() > 0);
            taken.push(Arc::downgrade(&used));
            return Some(Place {
                used,
                _permit: permit.ok()?,
            });
        }
    }

    /// Asks the connection that was idle for longest to leave.
    fn longest_idle(&self) {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = taken.iter().filter_map(Weak::upgrade);
        let longest = idle
            .filter_map(|one| Some((one.idle_since()?, one)))
            .min_by_key(|(since, _)| *since);
        if let Some((_, one)) = longest {
            one.leave.notify_one();
        }
    }

    /// Waits until every place is free again.
    pub(super) async fn all_free(&self) {
        let _ = self.free.acquire_many(self.count).await;
    }
}

impl Use {
    /// A request is being answered until what this gives is dropped.
    pub(super) fn answering(self: &Arc<Self>) -> Answering {
        self.answering.fetch_add(1, Ordering::SeqCst);
        Answering(Arc::clone(self))
    }

    /// Comes back when the place is wanted and nothing is being answered.
    pub(super) async fn wanted(&self) {
        loop {
            self.leave.notified().await;
            if self.idle_since().is_some() {
                return;
            }
        }
    }

    fn idle_since(&self) -> Option<Instant> {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        (self.answering.load(Ordering::SeqCst) == 0 && last.elapsed() > QUIET).then_some(last)
    }
}

/// While a request is being answered.
pub(super) struct Answering(Arc<Use>);

impl Drop for Answering {
    fn drop(&mut self) {
        *self.0.last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.0.answering.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_was_idle_for_longest_goes_and_nobody_who_is_being_answered() {
        let places = Arc::new(Places::new(2));
        let first = places.take().await.unwrap();
        let second = places.take().await.unwrap();
        let busy = first.used.answering();
        let third = tokio::spawn({
            let places = Arc::clone(&places);
            async move { places.take().await.is_some() }
        });
        let late = Duration::from_secs(10);
        timeout(late, second.used.wanted()).await.unwrap();
        assert!(!third.is_finished());
        drop(second);
        assert!(timeout(late, third).await.unwrap().unwrap());
        drop(busy);
        assert!(
            first.used.idle_since().is_none(),
            "its answer is on its way"
        );
    }
}
