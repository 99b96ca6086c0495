//! Two watches that differ, in the step that reads them.

use super::*;
use crate::ceremony::script::Script;
use crate::ceremony::{Advance, Wanted, shipped};
use crate::session::Fixed;
use crate::session::{Environment, NewPerson, NewVault, create};
use crate::vault::MemoryStore;

fn production() -> Session {
    let people = [
        ("Ada", "administrator"),
        ("Ana", "custodian"),
        ("Ben", "custodian"),
        ("Wim", "witness"),
    ];
    let words = b"velvet anchor lunar crisp mango tidal ember";
    let people = people.map(|(name, role)| NewPerson::new(name, role, words));
    let new = NewVault {
        software_generation: true,
        ..NewVault::usual("acme", Profile::Production, people)
    };
    let at = Timestamp::parse_rfc3339("2026-11-24T09:00:00Z").unwrap();
    let environment = Environment::real(None).with_clock(Box::new(Fixed(at)));
    let made = create(Box::new(MemoryStore::new()), new, environment);
    made.unwrap().session
}

/// One typo led people out of the run: the refusal was shown, and nobody was asked any more.
#[test]
fn watches_that_differ_are_both_read_again_in_the_step() {
    let mut session = production();
    let mut ships = shipped().iter();
    let (_, text) = ships.find(|(name, _)| *name == "first-key.toml").unwrap();
    let script = Script::parse(text).ok().unwrap();
    let room = tempfile::tempdir().unwrap();
    let notes = room.path().join("notes");
    let note = serde_json::json!({
        "script": script.sha256_hex(), "build": "b", "at": session.wall_time().rfc3339(), "outcome": "completed",
    });
    std::fs::write(&notes, note.to_string()).unwrap();
    let wanted = Wanted {
        rehearsal_note: Some(notes),
        ..Wanted::default()
    };
    let mut runner = Runner::begin_or_go_on(&mut session, script, wanted).unwrap();
    let at_clock = |runner: &Runner| {
        let step = runner.step().unwrap();
        step.op.name == ops::ATTEST_CLOCK.name
    };
    while !at_clock(&runner) {
        let asked = runner.showing(&session).ask.unwrap().fields;
        let answers = asked.iter().map(|_| Answer::Text(String::new()));
        runner.answer(&mut session, answers.collect()).unwrap();
    }
    let mut read = |runner: &mut Runner, time: &str| {
        let person = runner.showing(&session).ask.unwrap().person;
        let answer = vec![Answer::Text(format!("2026-11-24 {time}"))];
        (person, runner.answer(&mut session, answer).unwrap())
    };
    let (first, _) = read(&mut runner, "09:00");
    let (_, refused) = read(&mut runner, "09:30");
    let Advance::Again(words) = refused else {
        panic!("two watches that differ are no answer");
    };
    assert!(words.contains("three minutes apart"), "{words}");
    let (again, _) = read(&mut runner, "09:00");
    assert_eq!(again, first);
    let (_, taken) = read(&mut runner, "09:01");
    assert!(matches!(taken, Advance::Asks));
    assert!(!at_clock(&runner));
}
