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

#[test]
fn a_second_split_opens_for_a_rotation_and_for_nothing_else() {
    let room = Room::new();
    let kcv = with_a_key(&room);
    let make = |more: &str| {
        room.run(&format!(
            "vault recovery-set t.vault --place bank {more} {OPEN} --new-unlock-file holders.json"
        ))
    };
    make("--holder Fay --holder Gus").refused(2, "three or more");
    room.run(&format!(
        "vault recovery-set t.vault --place bank --holder Fay --holder Gus {OPEN}"
    ))
    .refused(2, "three or more");
    make("--holder Fay --holder Gus --holder custodian-1").refused(2, "of this vault already");
    assert!(
        !room.path("holders.json").exists(),
        "nothing was written for nothing"
    );
    room.ok(&format!("vault recovery-set t.vault --place bank --holder Fay --holder Gus --holder Hal {OPEN} --new-unlock-file holders.json"));
    let status = room.json(&format!("vault status t.vault {OPEN} --json"));
    assert_eq!(status["recovery"]["holders"][2]["name"], "Hal");
    room.run(&format!("vault recovery-drill t.vault {OPEN}"))
        .refused(2, "--holders-file");
    let drill = "vault recovery-drill t.vault --holders-file holders.json --json";
    let drilled = room.json(&format!("{drill} {OPEN}"));
    assert_eq!(drilled["proven"], serde_json::json!(["Fay", "Gus", "Hal"]));
    // The holders' words open nothing where custodians are asked.
    room.run("vault status t.vault --unlock-file holders.json")
        .refused(1, "holds the recovery set");
    let rotate =
        "vault rotate t.vault --reason fire --unlock-file holders.json --new-unlock-file next.json";
    room.run(rotate).refused(1, "holds the recovery set");
    assert!(!room.path("next.json").exists());
    room.ok(&format!("{rotate} --recovery fire"));
    let status = room.json(&format!("vault status t.vault {NEXT} --json"));
    assert!(status["recovery"]["ended"].is_string());
    let notes = status["notes"].to_string();
    assert!(
        notes.contains("the recovery set opened this vault (Fay, Gus, Hal): fire"),
        "{notes}"
    );
    assert!(
        std::fs::read_to_string(room.path("t.vault/audit.jsonl"))
            .unwrap()
            .contains("open-by-recovery")
    );
    let verified = room.json(&format!("vault verify t.vault {NEXT} --json"));
    assert_eq!(verified["sound"], true);
    let listed = room.json(&format!("vault inventory t.vault {NEXT} --json"));
    assert_eq!(listed["keys"][0]["check_value"], kcv.as_str());
    room.run(&format!("{rotate} --recovery again"))
        .refused(2, "declares no recovery set");
}

#[test]
fn a_copy_at_the_other_place_opens_with_the_second_split() {
    let room = Room::new();
    with_a_key(&room);
    room.ok(&format!(
        "vault recovery-set t.vault --place bank --holder Fay --holder Gus --holder Hal {OPEN} --new-unlock-file holders.json"
    ));
    room.ok(&format!(
        "vault backup t.vault --to bank.copy --medium disc --bag TE-1 {OPEN}"
    ));
    // The first place burns down, and everybody's words with it.
    std::fs::remove_dir_all(room.path("t.vault")).unwrap();
    std::fs::remove_file(room.path("people.json")).unwrap();
    let with = "--unlock-file holders.json --recovery fire --json";
    let (done, why) = elsewhere(
        &room,
        &format!("vault restore bank.copy --to new.vault --reason fire {with}"),
    );
    assert_eq!(done["copy"], "B1", "{why}");
    let (done, why) = elsewhere(
        &room,
        &format!("vault rotate new.vault --reason fire --new-unlock-file next.json {with}"),
    );
    assert_eq!(done["secrets"], 1, "{why}");
    let (status, why) = elsewhere(&room, &format!("vault status new.vault {NEXT} --json"));
    assert_eq!(status["keys"], 1, "{why}");
}
