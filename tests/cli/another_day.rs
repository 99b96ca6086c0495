//! A rehearsal vault in a folder on another day, and a run that is taken up there by others.

use crate::program::Room;

const NOON: &str = "2026-12-01T12:00:00Z";

fn made(room: &Room) {
    room.ok(&format!("init r.vault --profile rehearsal --clock {NOON}"));
}

/// The time was not read where the vault is kept: a ceremony on a later day could not be rehearsed in it.
#[test]
fn a_kept_rehearsal_vault_goes_on_to_the_time_that_is_named_and_not_back() {
    let room = Room::new();
    made(&room);
    let play = "play first-key.toml --headless --vault r.vault";
    room.ok(&format!("{play} --clock 2026-12-09T09:00:00Z --out day"));
    let record = std::fs::read_to_string(room.path("day/ceremony.json")).unwrap();
    assert!(record.contains("2026-12-09T09:00:00"), "{record}");
    let refused = room.run(&format!("{play} --clock 2026-12-03T09:00:00Z --out back"));
    assert_ne!(refused.status, 0);
    for says in [
        "does not go back to 2026-12-03T09:00:00",
        "Name a later time",
    ] {
        assert!(refused.err.contains(says), "{}", refused.err);
    }
    // Without one it goes on by its own, which stayed where it was.
    room.ok(&format!("{play} --out same"));
    let record = std::fs::read_to_string(room.path("same/ceremony.json")).unwrap();
    assert!(record.contains("2026-12-09T09:00:00"), "{record}");
    let call = room.run("call list-keys --vault r.vault --clock 2026-12-03T09:00:00Z");
    assert!(call.err.contains("does not go back"), "{}", call.err);
}

#[test]
fn whoever_is_no_person_of_the_vault_is_refused_before_it_is_opened() {
    let room = Room::new();
    made(&room);
    let log = || std::fs::read(room.path("r.vault/audit.jsonl")).unwrap();
    let before = log();
    let play = "play first-key.toml --headless --resume --vault r.vault --person";
    for (person, says) in [
        ("second=Pia", "Pia is not a person of this vault"),
        ("second=Pia", "that role have here: Ana, Ben, Cho"),
        ("second=Wim", "Wim has the role witness in this vault"),
        ("fifth=Ana", "this script has no place \"fifth\""),
    ] {
        let refused = room.run(&format!("{play} {person}"));
        assert_eq!(refused.status, 2, "{}", refused.err);
        assert!(refused.err.contains(says), "{}", refused.err);
        assert!(
            refused.err.contains("Nothing was opened"),
            "{}",
            refused.err
        );
    }
    assert_eq!(log(), before, "nobody opened it");
}
