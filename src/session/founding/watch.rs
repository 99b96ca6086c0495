//! The time that two people read from their watches before a production vault is made.

use crate::api::Timestamp;
use crate::os::{Monotonic as _, OsMonotonic};
use crate::session::watches::{apart, minute};
use crate::text::say;

/// What the watches said, and when that was: between it and the making everybody writes down their words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    said: Timestamp,
    wall: Timestamp,
    since: OsMonotonic,
}

impl Reading {
    /// Two people said this time, and the machine's clock stood so.
    pub(crate) fn new(said: Timestamp, wall: Timestamp) -> Self {
        let since = OsMonotonic::start();
        Self { said, wall, since }
    }

    /// The same reading where the same time is given again: a page that is passed a second time was not read anew.
    pub(crate) fn anew(before: Option<Self>, said: Timestamp, wall: Timestamp) -> Self {
        before
            .filter(|reading| reading.said == said)
            .unwrap_or_else(|| Self::new(said, wall))
    }

    /// What was read, as everybody sees it in the review, and how far the machine's clock is from it.
    pub(crate) fn told(&self) -> String {
        let said = minute(self.said);
        match apart(self.said, self.wall) {
            None => say!("{said}, by two watches", said),
            Some((by, ask)) => say!(
                "{said}, by two watches, {by} this machine's clock: {ask}",
                said,
                by,
                ask
            ),
        }
    }

    /// What the watches say by now. Where both of the machine's clocks differ the later one counts: a monotonic clock
    /// may stand still while the machine sleeps, and a wall clock may be set back.
    pub(crate) fn now(&self, wall: Timestamp) -> Timestamp {
        let by_wall = wall.millis().saturating_sub(self.wall.millis());
        self.said
            .plus_millis(by_wall.max(self.since.elapsed_millis()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn a_reading_goes_on_with_the_clock_and_not_back() {
        let reading = Reading::new(at(1_000_000), at(5_000));
        assert_eq!(reading.now(at(5_000 + 1_200_000)), at(2_200_000));
        let back = reading.now(at(0)).millis();
        assert!((1_000_000..1_010_000).contains(&back), "{back}");
    }

    #[test]
    fn a_year_that_was_mistyped_is_seen() {
        let day = 86_400_000;
        let near = Reading::new(at(1_764_422_160_000), at(1_764_422_100_000)).told();
        assert_eq!(near, "2025-11-29 13:16, by two watches");
        let far = Reading::new(at(1_764_422_160_000), at(1_764_422_160_000 + 365 * day)).told();
        assert!(
            far.contains("365 d 00 h behind this machine's clock") && far.contains("are the day"),
            "{far}"
        );
        let hour = Reading::new(at(1_764_422_160_000), at(1_764_422_160_000 - day / 24)).told();
        assert!(
            hour.contains("1 h 00 m ahead of this machine's clock"),
            "{hour}"
        );
    }

    #[test]
    fn a_page_that_is_passed_again_is_no_new_reading() {
        let first = Reading::new(at(1_000_000), at(0));
        let again = Reading::anew(Some(first), at(1_000_000), at(600_000));
        assert_eq!(again.now(at(600_000)), at(1_600_000));
        let other = Reading::anew(Some(first), at(1_500_000), at(600_000));
        assert_eq!(other.now(at(600_000)).millis() / 1000, 1500);
    }
}
