//! How far a newer log is believed: one that is not the latest, lines that do not say enough, and no log at all.

use std::path::{Path, PathBuf};

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{House, returned, row, set};
use crate::crypto::SecretBytes;
use crate::evidence::audit::{Event, Head, Kind, Line};
use crate::session::restoring::known::Heard;
use crate::session::restoring::since::Reading;
use crate::session::state::State;
use crate::session::tests::start;
use crate::session::{Environment, Opening, Session};
use crate::vault::{AUDIT, HighWater};

/// The log up to the copy's second backup, as an earlier copy holds it.
fn cut(house: &House) -> PathBuf {
    let path = house.path("cut.jsonl");
    let log = std::fs::read(house.path("second").join(AUDIT)).unwrap();
    std::fs::write(&path, log).unwrap();
    path
}

fn deleted() -> House {
    let mut house = House::new();
    house.back_up("second");
    house.act("delete-key", &[("key", "zone"), ("days", "3")]);
    house
}

#[test]
fn a_log_below_what_this_workstation_saw_disables_every_key() {
    let house = deleted();
    let state = house.path("state");
    let mut water = HighWater::load(&state).unwrap();
    water.put(house.session.card()).unwrap();
    let mut session = house.copy(Some(&state));
    let (restored, read) = returned(&mut session, Some(&cut(&house)));
    assert_eq!(restored.disabled.len(), 3);
    assert!(!row(&session, "zone").key.enabled);
    let seq = house.session.view().seq;
    let words = format!("NOT THE LATEST: this workstation saw this vault at sequence {seq}");
    assert!(read.contains(&words), "{read}");
    // The latest log itself is believed.
    let mut session = house.copy(Some(&state));
    let (restored, read) = returned(&mut session, Some(&house.log()));
    assert_eq!(restored.disabled.len(), 1);
    assert!(!read.contains("NOT THE LATEST"), "{read}");
}

#[test]
fn a_log_below_the_witness_card_disables_every_key() {
    let house = deleted();
    let mut session = house.copy(None);
    session.last_card(house.session.view().seq);
    let (restored, read) = returned(&mut session, Some(&cut(&house)));
    assert_eq!(restored.disabled.len(), 3);
    assert!(read.contains("the witness card names sequence"), "{read}");
    // Nobody knows better: where it ends is read, and people judge.
    let mut session = house.copy(None);
    let (_, read) = returned(&mut session, Some(&cut(&house)));
    assert!(read.contains("last act: copy made"), "{read}");
    assert!(read.contains("What was done later is not known"), "{read}");
}

#[test]
fn another_history_than_this_workstation_saw_disables_every_key() {
    let house = deleted();
    let state = house.path("state");
    let mut water = HighWater::load(&state).unwrap();
    let mut card = house.session.card();
    card.head = [7; 32];
    water.put(card).unwrap();
    let mut session = house.copy(Some(&state));
    let (restored, read) = returned(&mut session, Some(&house.log()));
    assert_eq!(restored.disabled.len(), 3);
    assert!(read.contains("saw another history"), "{read}");
}

/// The stick of the vault that was given up for lost is found, and opens with its own card: whoever opens it reads that
/// another one goes on, and the workstation's memory stays with that.
#[test]
fn the_vault_that_was_left_for_a_copy_says_so_where_this_workstation_knows() {
    let House {
        place,
        store,
        session: lost,
    } = deleted();
    let state = place.path().join("state");
    let mut back = super::opened(&place.path().join("copy"), None);
    returned(&mut back, None);
    let mut water = HighWater::load(&state).unwrap();
    let id = back.card().vault_id;
    let notes = |lost: Session| {
        lost.close().unwrap();
        let mut opening = Opening::begin(Box::new(store.clone()), "r").unwrap();
        for (person, phrase) in [("Ana", "apple arrow"), ("Ben", "bacon badge")] {
            let phrase = SecretBytes::from_slice(phrase.as_bytes());
            opening.enter(person, &phrase, None).unwrap();
        }
        let mut environment = Environment::seeded("tests").unwrap();
        environment.state_folder = Some(state.clone());
        let session = opening.finish(environment, None).unwrap();
        let notes = session.view().notes.join("\n");
        (session, notes)
    };
    let (lost, before) = notes(lost);
    assert!(!before.contains("one of before"), "{before}");
    water.end(id, &back.ended_epochs()).unwrap();
    let (_, after) = notes(lost);
    assert!(after.contains("this is the one of before"), "{after}");
}

#[test]
fn without_a_log_it_is_said_what_nobody_can_know() {
    let house = deleted();
    let mut session = house.copy(None);
    let (_, read) = returned(&mut session, None);
    assert!(read.contains("keys: all disabled"), "{read}");
    assert!(read.contains("components handed out"), "{read}");
    assert!(read.contains("changes of people"), "{read}");
    let who = "custodians: Ana, Ben, Cho: 2 of 3; whoever left since is one again";
    assert!(read.contains(who), "{read}");
    session.seal().unwrap();
    let changes = &session.state.changes;
    let text = &changes.last().unwrap().text;
    assert!(text.contains("what custodians were handed"), "{text}");
}

/// A line of a log as an earlier keymoot wrote it.
fn line(n: u64, kind: Kind, event: Event) -> Line {
    let mut event = event.in_group(n, 0, 1);
    event.kind = kind;
    Line {
        n,
        event,
        torn: Vec::new(),
        prev: [0; 32],
        mac: None,
    }
}

#[test]
fn lines_that_do_not_say_in_full_what_they_did_are_taken_for_the_worst() {
    let event = |op: &str| Event::new(start(), Kind::Intent, op);
    let first = line(1, Kind::Noted, event("first"));
    let hash: [u8; 32] = Sha256::digest(first.bytes()).into();
    let heard = Heard::default();
    let tell = |op: &str| {
        let mut reading = Reading::new(Head { count: 1, hash }, &heard);
        reading.take(&first);
        reading.take(&line(2, Kind::Intent, event(op)));
        let mut outcome = line(3, Kind::Outcome, event(op));
        outcome.event.group = line(2, Kind::Intent, event(op)).event.group;
        reading.take(&outcome);
        let log = reading.told("3:00".into(), Path::new("log"), &State::empty());
        log.unwrap().since
    };
    let suspect = tell("Suspect");
    assert!(suspect.all_disabled);
    assert_eq!(suspect.unsaid[0].line, 2);
    let people = tell("ChangePeople");
    assert!(!people.all_disabled);
    assert_eq!(people.unsaid[0].op, "ChangePeople");
    assert!(tell("Restore").all_disabled);
    assert!(tell("Drill").unsaid.is_empty());
}

/// A component that an earlier keymoot noted, without the number of parts, still counts for whoever saw it.
#[test]
fn a_component_of_an_older_log_counts_for_good() {
    let mut state = State::empty();
    let mut note = Event::new(start(), Kind::Noted, "component-enter").by(["Ana"]);
    for (name, value) in [
        ("set", json!("set-1")),
        ("components_of", json!("kek")),
        ("part", json!(2)),
    ] {
        note.details.insert(name.into(), value);
    }
    let mut told = crate::session::restoring::Told { n: 9, event: note };
    let replayed =
        crate::session::restoring::replay::replay(&mut state, std::slice::from_ref(&told));
    assert_eq!(replayed.entries, 1);
    assert!(replayed.unsaid.is_empty());
    let split = set("set-2", 3).split(0);
    assert!(state.ledger.may_see("Ana", &split, 1).is_err());
    // A paper that cannot be found was in somebody's hands; one that never came out was not.
    told.event.op = "component-paper".into();
    for (person, fate, saw) in [
        ("Ben", "it cannot be found, by Ben, watched by Wim", true),
        ("Cho", "no paper came out, by Cho, watched by Wim", false),
    ] {
        told.event.who = vec![person.into()];
        told.event.details.insert("paper".into(), fate.into());
        crate::session::restoring::replay::replay(&mut state, std::slice::from_ref(&told));
        let judged = state.ledger.may_see(person, &split, 1);
        assert_eq!(judged.is_err(), saw, "{person}");
    }
}
