//! The wall clock and the monotonic clock, each behind a trait so that sessions can be tested with others.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::api::{Clock, Timestamp};

/// The operating system's wall clock, in UTC.
#[derive(Debug, Clone, Copy, Default)]
pub struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        let now = SystemTime::now();
        let millis = match now.duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            // A clock before 1970 is a machine with a dead battery; the session's watermark catches it.
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |m| -m),
        };
        Timestamp::from_millis(millis)
    }
}

/// A clock that never goes back and nobody can set; it tells how far the wall clock was moved.
pub trait Monotonic: Send {
    /// Milliseconds since this clock was made. Time while the machine was suspended may be missing,
    /// which a session takes for what it is: a gap that people have to confirm.
    fn elapsed_millis(&self) -> i64;
}

/// The operating system's monotonic clock (`CLOCK_MONOTONIC`).
#[derive(Debug, Clone, Copy)]
pub struct OsMonotonic(Instant);

impl OsMonotonic {
    /// A clock that starts now.
    pub fn start() -> Self {
        Self(Instant::now())
    }
}

impl Monotonic for OsMonotonic {
    fn elapsed_millis(&self) -> i64 {
        i64::try_from(self.0.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wall_clock_is_in_this_century() {
        let year_2020 = 1_577_836_800_000;
        assert!(WallClock.now().millis() > year_2020);
    }

    #[test]
    fn the_monotonic_clock_never_goes_back() {
        let clock = OsMonotonic::start();
        let first = clock.elapsed_millis();
        assert!(clock.elapsed_millis() >= first && first >= 0);
    }
}
