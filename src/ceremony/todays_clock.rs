//! Which clock a ceremony runs by in a rehearsal vault that stays: the vault's own, which stands still, or today's. A file
//! of today is refused by a clock that stands before it.

use crate::api::Timestamp;
use crate::session::guide::Entry;
use crate::session::span::clock;
use crate::session::{Profile, View};
use crate::text::{say, tr};

/// The choice of today's clock.
pub const TODAY: &str = "today";

/// The clocks to choose from, the vault's own first: nothing moves it unasked. Nothing outside of a rehearsal vault that stays,
/// and where its clock stands at today already.
pub fn clocks(view: &View, wall: Timestamp) -> Option<Vec<Entry>> {
    const MINUTE: i64 = 60_000;
    let ahead = wall.millis().saturating_sub(view.now.millis());
    if view.profile != Profile::Rehearsal || !view.kept || ahead < MINUTE {
        return None;
    }
    let own = say!("this vault's: {now}", now = clock(view.now));
    let stays = tr("it stands still there; a certificate that begins later is refused");
    let today = say!("today's: {now}", now = clock(wall));
    let moves = tr("this vault's clock goes on to it, stands still there, and does not go back");
    Some(vec![
        Entry::new("own", &own, stays),
        Entry::new(TODAY, &today, moves),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ceremony::{Runner, Script, Wanted, shipped};
    use crate::session::{Environment, Session, practice};
    use crate::vault::MemoryStore;

    /// A rehearsal vault whose clock stands on a day long past, and that time.
    fn vault(held: bool) -> (Session, Timestamp) {
        let start = Timestamp::parse_rfc3339("2020-01-01T09:00:00Z").unwrap();
        let store = Box::new(MemoryStore::new());
        let vault = practice::vault(store, Environment::real(None), Some(start), held);
        (vault.unwrap().session, start)
    }

    fn script() -> Script {
        let (_, text) = shipped()
            .iter()
            .find(|(n, _)| *n == "first-key.toml")
            .unwrap();
        Script::parse(text).ok().unwrap()
    }

    /// `--clock` was not read there, so that another day could not be rehearsed; a time before the vault's own changes nothing.
    #[test]
    fn a_run_that_is_taken_up_on_another_day_goes_on_by_that_days_clock() {
        let (mut session, start) = vault(true);
        let runner = Runner::begin(&mut session, script(), Wanted::default()).unwrap();
        let began = runner.run(&session).started;
        let by = |clock, resume| Wanted {
            clock: Some(clock),
            resume,
            ..Wanted::default()
        };
        let earlier = start.plus_millis(-60_000);
        let refused = Runner::begin(&mut session, script(), by(earlier, true));
        let refused = refused.err().unwrap().to_string();
        assert!(refused.contains("does not go back"), "{refused}");
        let day = began.plus_millis(86_400_000);
        let runner = Runner::begin(&mut session, script(), by(day, true)).unwrap();
        assert_eq!(runner.run(&session).started, began);
        assert!(session.now() >= day, "{}", session.now().rfc3339());
    }

    #[test]
    fn todays_clock_stays_with_the_run_that_is_taken_up() {
        let (mut session, _) = vault(false);
        let mut view = session.view();
        let wall = session.wall_time();
        assert!(clocks(&view, wall).is_none(), "nothing of it stays");
        view.kept = true;
        let ids = |view: &View| clocks(view, wall).map(|all| all.len());
        assert_eq!(ids(&view), Some(2));
        view.profile = Profile::Production;
        assert_eq!(ids(&view), None);
        let wanted = Wanted {
            clock: Some(wall),
            ..Wanted::default()
        };
        let runner = Runner::begin(&mut session, script(), wanted).unwrap();
        let now = session.now();
        assert_eq!((now, runner.run(&session).started), (wall, wall));
        let again = Wanted {
            resume: true,
            ..Wanted::default()
        };
        let runner = Runner::begin(&mut session, script(), again).unwrap();
        assert_eq!((session.now(), runner.run(&session).started), (now, now));
        view.profile = Profile::Rehearsal;
        view.now = now;
        assert!(clocks(&view, wall).is_none(), "it is today's already");
    }
}
