//! One person with two names, a laptop whose clock was reset, and honest use from day to day.

use super::super::tests::{Wall, act, create_kek, practice, start};
use super::super::*;
use super::CLOCK_AHEAD;
use crate::api::{DeleteKeyInput, KeyState, Request, Timestamp};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn attest(session: &mut Session, read: Timestamp) -> Result<Outcome, Refusal> {
    let readings = ["Ana", "Ben"].map(|name| (name.to_owned(), read)).into();
    session.perform(Command::AttestClock { readings })
}

/// A production vault whose key is destroyed in seven days; its clock was not read yet.
fn pending(wall: &Wall) -> Session {
    let (_, mut session) = practice(true);
    let kek = create_kek(&session);
    session.act(kek, None, None).unwrap();
    let delete = Action::control(Request::DeleteKey(DeleteKeyInput {
        key_identifier: session.view().keys[0].key.key_arn.clone(),
        delete_key_in_days: 7,
    }));
    session.act(delete, None, None).unwrap();
    session.profile = Profile::Production;
    opened(&mut session, wall);
    session
}

/// As after an opening.
fn opened(session: &mut Session, wall: &Wall) {
    session.wall = Box::new(wall.clone());
    session.paced = (wall.now(), OsMonotonic::start());
    session.attested = false;
    session.watched = clock_ahead::Watched::default();
}

fn key(session: &Session) -> KeyState {
    let record = session.state.engine.records().next();
    record.unwrap().key.key_state
}

/// Whoever sat at an open vault typed two names and next year, and every pending deletion was done at once.
#[test]
fn two_names_that_say_next_year_destroy_nothing() {
    let wall = Wall::at(start());
    let mut session = pending(&wall);
    attest(&mut session, wall.now()).unwrap();
    let before = session.state.clock.watermark.0;
    let refused = attest(&mut session, wall.now().plus_millis(365 * DAY)).unwrap_err();
    let told = refused.to_string();
    assert!(told.contains("more than a day ahead"), "{told}");
    assert!(told.contains("2 custodians sign"), "{told}");
    assert!(told.contains(CLOCK_AHEAD.title), "{told}");
    assert_eq!(key(&session), KeyState::DELETE_PENDING);
    assert!(session.state.clock.watermark.0 - before < HOUR);
    let line = session.log_lines().unwrap().pop().unwrap();
    assert!(line.contains("\"result\":\"refused\""), "{line}");
    // Nor day by day, each within what is believed: the second day is a day too far.
    attest(&mut session, wall.now().plus_millis(DAY - HOUR)).unwrap();
    attest(&mut session, wall.now().plus_millis(2 * DAY - HOUR)).unwrap_err();
    session.perform(Command::Settle).unwrap();
    assert_eq!(key(&session), KeyState::DELETE_PENDING);
}

/// An hour before the end the watches say that it is over: the time is taken, and the deletion waits for another opening.
#[test]
fn what_watches_add_in_a_session_brings_no_deletion() {
    let wall = Wall::at(start().plus_millis(7 * DAY - HOUR));
    let mut session = pending(&wall);
    let read = wall.now().plus_millis(2 * HOUR);
    attest(&mut session, read).unwrap();
    assert_eq!(session.now(), read);
    session.perform(Command::Settle).unwrap();
    assert_eq!(key(&session), KeyState::DELETE_PENDING);
    opened(&mut session, &wall);
    attest(&mut session, read).unwrap();
    assert_eq!(key(&session), KeyState::DELETE_COMPLETE);
}

/// Somebody moves the machine's clock while the vault is open, and the watches agree with it.
#[test]
fn a_machine_that_leapt_vouches_for_no_watch() {
    let wall = Wall::at(start());
    let mut session = pending(&wall);
    attest(&mut session, wall.now()).unwrap();
    wall.leap(365 * DAY);
    let refused = attest(&mut session, wall.now()).unwrap_err().to_string();
    assert!(
        refused.contains("close the vault and open it again"),
        "{refused}"
    );
    assert_eq!(key(&session), KeyState::DELETE_PENDING);
    let year = start().plus_millis(300 * DAY).millis();
    assert!(
        session.state.clock.watermark.0 < year,
        "not by a refusal either"
    );
    attest(&mut session, wall.now()).unwrap_err();
    session.perform(Command::Settle).unwrap_err();
    assert_eq!(key(&session), KeyState::DELETE_PENDING);
}

/// Day after day, with a machine that is right, and after weeks of lying in the safe.
#[test]
fn honest_use_needs_no_signature_and_deletes_on_time() {
    let wall = Wall::at(start());
    let mut session = pending(&wall);
    for _ in 0..6 {
        attest(&mut session, wall.now()).unwrap();
        assert_eq!(key(&session), KeyState::DELETE_PENDING);
        wall.leap(DAY);
        opened(&mut session, &wall);
    }
    wall.leap(30 * DAY);
    opened(&mut session, &wall);
    attest(&mut session, wall.now()).unwrap();
    assert_eq!(key(&session), KeyState::DELETE_COMPLETE);
}

/// A laptop whose battery died says 2000: within a day of the record the watches are believed, further ahead it takes the
/// custodians who opened the vault, and then the watches.
#[test]
fn a_laptop_whose_clock_was_reset_still_opens() {
    let dead = Timestamp::parse_rfc3339("2000-01-01T00:00:00Z").unwrap();
    let wall = Wall::at(start());
    let mut session = pending(&wall);
    attest(&mut session, wall.now()).unwrap();
    let wall = Wall::at(dead);
    opened(&mut session, &wall);
    attest(&mut session, start().plus_millis(10 * HOUR)).unwrap();
    assert_eq!(session.now(), start().plus_millis(10 * HOUR));
    let wall = Wall::at(dead);
    opened(&mut session, &wall);
    let read = start().plus_millis(8 * DAY);
    let refused = attest(&mut session, read).unwrap_err().to_string();
    assert!(refused.contains(CLOCK_AHEAD.title), "{refused}");
    // Signatures from a file count in a test vault alone.
    session.profile = Profile::Test;
    let texts = [("time", "2026-12-02 09:00"), ("reason", "the battery died")];
    act(&mut session, CLOCK_AHEAD.name, &texts, &[]).unwrap();
    let behind = [("time", "2026-12-01 09:00"), ("reason", "x")];
    let refused = act(&mut session, CLOCK_AHEAD.name, &behind, &[]).unwrap_err();
    assert!(refused.to_string().contains("nothing to set"), "{refused}");
    session.profile = Profile::Production;
    session.attested = false;
    attest(&mut session, read).unwrap();
    assert_eq!(session.now(), read);
    assert_eq!(key(&session), KeyState::DELETE_COMPLETE);
    let lines = session.log_lines().unwrap();
    let told = |line: &String| line.contains("\"op\":\"Clock\"") && line.contains("battery");
    assert!(lines.iter().any(told), "{lines:#?}");
}

/// As many as open it, in production; no rehearsal has it.
#[test]
fn it_takes_k_in_production() {
    let (_, mut session) = practice(true);
    let to = start().plus_millis(3 * DAY).millis();
    let ahead = Action::Custody(CustodyAct::ClockAhead {
        to,
        reason: "x".into(),
    });
    let refused = session.preview(&ahead).unwrap_err();
    assert!(matches!(refused, Refusal::Profile(_)), "{refused}");
    session.profile = Profile::Production;
    session.state.policy.default = 1;
    session.wall = Box::new(Wall::at(start()));
    session.paced = (start(), OsMonotonic::start());
    let preview = session.preview(&ahead).unwrap();
    assert_eq!(preview.required, usize::from(session.book.k().max(2)));
    assert!(preview.sentence.contains("AHEAD"), "{}", preview.sentence);
}

/// A laptop slept through days with the vault open: its clock leapt, and watches that say so are refused with what happened
/// and the way on, not as a wrong year.
#[test]
fn a_machine_that_slept_for_days_is_told_as_that() {
    let wall = Wall::at(start());
    let mut session = pending(&wall);
    attest(&mut session, wall.now()).unwrap();
    wall.leap(3 * DAY);
    let told = attest(&mut session, wall.now()).unwrap_err().to_string();
    for words in [
        "as after a sleep of days",
        "Nothing was changed, destroyed or lost",
        "close the vault and open it again",
    ] {
        assert!(told.contains(words), "{told}");
    }
    assert!(!told.contains("custodians sign"), "{told}");
    assert_eq!(key(&session), KeyState::DELETE_PENDING);
    // What it tells them to do is the way on.
    opened(&mut session, &wall);
    attest(&mut session, wall.now()).unwrap();
    assert!(session.now() >= wall.now());
    assert_eq!(key(&session), KeyState::DELETE_PENDING);
}
