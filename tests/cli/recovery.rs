//! The recovery set at another place: a verified copy and what opens it. It gives the vault back when everything at the
//! first place is gone; the set of before a change of people gives back nothing of what came after it.

use serde_json::Value;

use crate::people::{OPEN, with_a_key};
use crate::program::Room;

const NEXT: &str = "--unlock-file next.json";

/// Another workstation: the first one, with its memory of how far the vault has come, is gone with the vault.
fn elsewhere(room: &Room, line: &str) -> (Value, String) {
    let ran = room
        .command(line)
        .env("XDG_STATE_HOME", room.path("elsewhere"))
        .output()
        .unwrap();
    (
        serde_json::from_slice(&ran.stdout).unwrap_or_default(),
        String::from_utf8(ran.stderr).unwrap(),
    )
}

#[test]
fn the_recovery_set_opens_when_all_else_is_lost_and_one_of_before_does_not() {
    let room = Room::new();
    let kcv = with_a_key(&room);
    room.ok(&format!(
        "vault backup t.vault --to first.set --medium disc --bag TE-1 {OPEN}"
    ));
    room.ok(&format!(
        "vault rotate t.vault --reason departure --replace custodian-3=Dee {OPEN} --new-unlock-file next.json"
    ));
    room.ok(&format!(
        "vault backup t.vault --to second.set --medium disc --bag TE-2 {NEXT}"
    ));
    let status = room.json(&format!("vault status t.vault {NEXT} --json"));
    let of_before: Vec<&Value> = status["copies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|copy| &copy["old_set"])
        .collect();
    assert_eq!(
        of_before,
        [true, false],
        "which set a copy needs is on record"
    );
    // The first place burns down.
    std::fs::remove_dir_all(room.path("t.vault")).unwrap();
    let restore = |set: &str, to: &str, with: &str| {
        elsewhere(
            &room,
            &format!("vault restore {set} --to {to} --reason fire {with} --json"),
        )
    };
    // Words of before open nothing of the set that is in force, nor the other way round.
    for (set, with) in [("second.set", OPEN), ("first.set", NEXT)] {
        let (_, why) = restore(set, "wrong.vault", with);
        assert!(why.contains("does not open this envelope"), "{set}: {why}");
        assert!(!room.path("wrong.vault").exists(), "{set}");
    }
    let (restored, why) = restore("second.set", "new.vault", NEXT);
    assert_eq!(restored["copy"], "B2", "{why}");
    let (inventory, _) = elsewhere(&room, &format!("vault inventory new.vault {NEXT} --json"));
    assert_eq!(inventory["keys"][0]["check_value"], kcv.as_str());
    // Every custodian of now proves the own shares of it, and it is a vault again.
    let (drill, why) = elsewhere(&room, &format!("vault drill new.vault {NEXT} --json"));
    assert_eq!(
        drill["proven"].as_array().map(Vec::len),
        Some(3),
        "{drill} {why}"
    );
    let (sound, _) = elsewhere(&room, &format!("vault verify new.vault {NEXT} --json"));
    assert_eq!(sound["sound"], true);
    let (_, why) = elsewhere(&room, &format!("vault status new.vault {OPEN} --json"));
    assert!(why.contains("does not open this envelope"), "{why}");
}

/// A set of which a file is missing, or another's lies in it, gives back nothing.
#[test]
fn a_recovery_set_that_is_not_whole_says_what_is_missing() {
    let room = Room::new();
    with_a_key(&room);
    room.ok(&format!(
        "vault backup t.vault --to whole.set --medium disc {OPEN}"
    ));
    for missing in ["custody.toml", "vault.age", "audit.jsonl"] {
        let set = format!("without-{}", &missing[..5]);
        std::fs::create_dir(room.path(&set)).unwrap();
        for name in room.names("whole.set") {
            if name != missing {
                let to = room.path(&format!("{set}/{name}"));
                std::fs::copy(room.path(&format!("whole.set/{name}")), to).unwrap();
            }
        }
        let (_, why) = elsewhere(
            &room,
            &format!("vault restore {set} --to new.vault --reason fire {OPEN}"),
        );
        assert!(
            why.contains(missing) || why.contains("no copy of a vault"),
            "{set}: {why}"
        );
        assert!(!room.path("new.vault").exists());
    }
}
