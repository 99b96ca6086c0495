//! `vault drill`, `reshare`, `rotate`, `restore` and what goes with them, without a person at a terminal.

use serde_json::Value;

use crate::program::{Room, kek};

pub(crate) const OPEN: &str = "--unlock-file people.json";

/// A test vault with one key, and its check value.
pub(crate) fn with_a_key(room: &Room) -> String {
    room.test_vault();
    room.write("kek.json", kek("AES_256").to_string());
    let made = room.json(&format!(
        "call create-key --vault t.vault {OPEN} --cli-input-json kek.json"
    ));
    made["Key"]["KeyCheckValue"].as_str().unwrap().to_owned()
}

fn custody(room: &Room, vault: &str) -> String {
    std::fs::read_to_string(room.path(&format!("{vault}/custody.toml"))).unwrap()
}

#[test]
fn a_drill_is_held_and_status_shows_when_the_next_is_due() {
    let room = Room::new();
    room.test_vault();
    let status = room.json(&format!("vault status t.vault {OPEN} --json"));
    assert_eq!(status["drills"][0]["last"], Value::Null);
    let drilled = room.json(&format!("vault drill t.vault {OPEN} --json"));
    assert_eq!(drilled["proven"].as_array().unwrap().len(), 3);
    assert_eq!(drilled["absent"], serde_json::json!([]));
    let status = room.json(&format!("vault status t.vault {OPEN} --json"));
    for drill in status["drills"].as_array().unwrap() {
        assert!(drill["last"].is_string(), "{drill}");
        assert!(drill["due"].as_str() >= drilled["next_due"].as_str());
    }
    let text = room.ok(&format!("vault status t.vault {OPEN}"));
    assert!(text.contains("custodian-1: last 20"), "{text}");
    room.run("vault drill t.vault").refused(3, "terminal");
}

#[test]
fn a_reshare_keeps_people_and_identities_and_ends_the_old_shares() {
    let room = Room::new();
    let kcv = with_a_key(&room);
    let before = custody(&room, "t.vault");
    let shared = room.json(&format!(
        "vault reshare t.vault --reason yearly {OPEN} --json"
    ));
    let after = custody(&room, "t.vault");
    let set = shared["set"].as_str().unwrap();
    assert!(after.contains(set) && !before.contains(set));
    let recipient = |text: &str| {
        text.lines()
            .find(|l| l.starts_with("open = "))
            .map(str::to_owned)
    };
    assert_eq!(recipient(&before), recipient(&after));
    let sound = room.json(&format!("vault verify t.vault {OPEN} --json"));
    assert_eq!(sound["sound"], true);
    let inventory = room.json(&format!("vault inventory t.vault {OPEN} --json"));
    assert_eq!(inventory["keys"][0]["check_value"], kcv.as_str());
    room.run(&format!("vault reshare t.vault --finish {OPEN}"))
        .refused(2, "no reshare stands open");
    // The old public file put back is found out, whoever opens.
    room.write("t.vault/custody.toml", before);
    room.run(&format!("vault status t.vault {OPEN}"))
        .refused(1, "custody.toml is not the one");
}

#[test]
fn after_a_replacement_the_old_people_open_nothing() {
    let room = Room::new();
    let kcv = with_a_key(&room);
    room.ok(&format!("vault backup t.vault --to copy.vault {OPEN}"));
    let turned = room.json(&format!(
        "vault rotate t.vault --reason departure --replace custodian-3=Dee {OPEN} --new-unlock-file next.json --json"
    ));
    assert_eq!(turned["gone"], serde_json::json!(["custodian-3"]));
    assert_eq!(turned["joined"], serde_json::json!(["Dee"]));
    assert_eq!(turned["open_copies"], serde_json::json!(["B1"]));
    let refused = room.run(&format!("vault status t.vault {OPEN}"));
    refused.refused(1, "passphrase does not open this envelope");
    let next = "--unlock-file next.json";
    let status = room.json(&format!("vault status t.vault {next} --json"));
    let names: Vec<&str> = status["people"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["name"].as_str().unwrap())
        .collect();
    assert!(
        names.contains(&"Dee") && !names.contains(&"custodian-3"),
        "{names:?}"
    );
    assert!(
        status["notes"]
            .to_string()
            .contains("the people were rotated: until then"),
        "{status}"
    );
    assert_eq!(status["copies"][0]["old_set"], true);
    let sound = room.json(&format!("vault verify t.vault {next} --json"));
    assert_eq!(sound["sound"], true);
    let inventory = room.json(&format!("vault inventory t.vault {next} --json"));
    assert_eq!(inventory["keys"][0]["check_value"], kcv.as_str());
    // The copy of before still opens to the people of before, as it says.
    // (On another workstation: this one knows a later state.)
    let copy = room
        .command(&format!("vault status copy.vault {OPEN} --json"))
        .env("XDG_STATE_HOME", room.path("elsewhere"))
        .output()
        .unwrap();
    let copy: Value = serde_json::from_slice(&copy.stdout).unwrap();
    assert_eq!(copy["opened"], true);
}

#[test]
fn a_rotation_that_cannot_stand_leaves_no_file_and_no_trace() {
    let room = Room::new();
    room.test_vault();
    let before = std::fs::read(room.path("t.vault/vault.age")).unwrap();
    for (arguments, status, words) in [
        (
            "--replace nobody=Dee --new-unlock-file next.json",
            2,
            "nobody is not a person",
        ),
        (
            "--open 4 --new-unlock-file next.json",
            2,
            "opening takes 2 to 3 custodians",
        ),
        (
            "--replace custodian-3=custodian-1 --new-unlock-file next.json",
            2,
            "names are unique",
        ),
        (
            "--new-unlock-file people.json --join Dee",
            2,
            "leave out --replace",
        ),
    ] {
        room.run(&format!(
            "vault rotate t.vault --reason x {arguments} {OPEN}"
        ))
        .refused(status, words);
        assert!(!room.path("next.json").exists(), "{arguments}");
    }
    let status = room.json(&format!("vault status t.vault {OPEN} --json"));
    assert_eq!(status["seq"], 0);
    assert_ne!(before, Vec::<u8>::new());
}

#[test]
fn without_another_file_the_new_words_take_the_place_of_the_old_ones() {
    use std::os::unix::fs::MetadataExt;
    let room = Room::new();
    let kcv = with_a_key(&room);
    let before = std::fs::read(room.path("people.json")).unwrap();
    // What an earlier rotation left is not written over: it may be the only way in.
    let rotate = format!("vault rotate t.vault --reason yearly {OPEN} --json");
    room.write("people.json.new", "{}");
    room.run(&rotate).refused(1, "people.json.new is there");
    assert_eq!(std::fs::read(room.path("people.json")).unwrap(), before);
    std::fs::remove_file(room.path("people.json.new")).unwrap();
    // Neither is a file left by a rotation that was refused.
    room.run(&format!("{rotate} --open 4"))
        .refused(2, "opening takes 2 to 3 custodians");
    assert!(!room.path("people.json.new").exists());
    let turned = room.json(&rotate);
    assert_eq!(turned["new_unlock_file"], "people.json");
    assert!(!room.path("people.json.new").exists());
    let mode = std::fs::metadata(room.path("people.json")).unwrap().mode();
    assert_eq!(mode & 0o777, 0o600);
    let inventory = room.json(&format!("vault inventory t.vault {OPEN} --json"));
    assert_eq!(inventory["keys"][0]["check_value"], kcv.as_str());
    // The words of before open nothing.
    let old = room.path("old.json");
    std::fs::copy(room.path("people.json"), &old).unwrap();
    std::fs::write(&old, before).unwrap();
    room.run("vault status t.vault --unlock-file old.json")
        .refused(1, "passphrase does not open this envelope");
    // A rotation that was cut between its commit and the exchange of the files: the refusal names the way in.
    std::fs::copy(room.path("people.json"), room.path("old.json.new")).unwrap();
    let cut = room.run("vault status t.vault --unlock-file old.json");
    cut.refused(1, "passphrase does not open this envelope");
    cut.refused(1, "old.json.new lies beside it");
    room.ok("vault status t.vault --unlock-file old.json.new");
    // So does a restore.
    room.ok("vault backup t.vault --to copy.vault --medium stick --unlock-file old.json.new");
    room.run("vault restore copy.vault --to new.vault --reason lost --unlock-file old.json")
        .refused(1, "old.json.new lies beside it");
    assert!(!room.path("new.vault").exists());
}

/// A rehearsal vault with two keys, a copy of it, and then the first key destroyed.
fn with_a_copy_and_a_destroyed_key(room: &Room) -> (String, String) {
    room.ok(&format!(
        "init r.vault --profile rehearsal --quorum 2/3 {OPEN}"
    ));
    room.write("kek.json", kek("AES_256").to_string());
    let make = || {
        let made = room.json(&format!(
            "call create-key --vault r.vault {OPEN} --cli-input-json kek.json"
        ));
        made["Key"]["KeyArn"].as_str().unwrap().to_owned()
    };
    let (gone, kept) = (make(), make());
    room.ok(&format!(
        "vault backup r.vault --to copy.vault --medium stick {OPEN}"
    ));
    let lines = format!(
        "{}\n{}\n",
        serde_json::json!({"Operation": "DeleteKey", "Input": {"KeyIdentifier": gone, "DeleteKeyInDays": 3}}),
        serde_json::json!({"Rehearsal": {"Advance": "4d"}}),
    );
    let ran = room.feed(&format!("call --batch - --vault r.vault {OPEN}"), lines);
    assert_eq!(ran.status, 0, "{}", ran.err);
    (gone, kept)
}

#[test]
fn a_destroyed_key_is_said_to_be_in_the_copy_until_its_end_is_attested() {
    let room = Room::new();
    with_a_copy_and_a_destroyed_key(&room);
    let text = room.ok(&format!("vault inventory r.vault {OPEN}"));
    assert!(
        text.contains("removed from this vault; may still be in backup B1"),
        "{text}"
    );
    room.run(&format!(
        "vault attest-destroyed r.vault --copy B7 --how shredded {OPEN}"
    ))
    .refused(2, "There is no copy B7");
    room.ok(&format!(
        "vault attest-destroyed r.vault --copy B1 --how shredded {OPEN}"
    ));
    let text = room.ok(&format!("vault inventory r.vault {OPEN}"));
    assert!(!text.contains("may still be"), "{text}");
    room.run(&format!(
        "vault attest-destroyed r.vault --copy B1 --how shredded {OPEN}"
    ))
    .refused(2, "attested already");
    let status = room.json(&format!("vault status r.vault {OPEN} --json"));
    assert_eq!(status["copies"][0]["state"], "destroyed");
    assert_eq!(status["verified_backups"], 0);
}

fn key_of<'a>(inventory: &'a Value, arn: &str) -> &'a Value {
    let keys = inventory["keys"].as_array().unwrap();
    keys.iter().find(|k| k["arn"] == arn).unwrap()
}

#[test]
fn a_restored_copy_destroys_again_what_the_newer_log_tells() {
    let room = Room::new();
    let (gone, kept) = with_a_copy_and_a_destroyed_key(&room);
    let copy_before = std::fs::read(room.path("copy.vault/audit.jsonl")).unwrap();
    let restored = room.json(&format!(
        "vault restore copy.vault --to new.vault --reason lost --log r.vault/audit.jsonl {OPEN} --json"
    ));
    assert_eq!(restored["copy"], "B1");
    assert_eq!(restored["destroyed"], serde_json::json!([gone]));
    assert_eq!(restored["disabled"], serde_json::json!([]));
    assert_eq!(
        copy_before,
        std::fs::read(room.path("copy.vault/audit.jsonl")).unwrap()
    );
    assert_eq!(
        room.names("copy.vault"),
        ["audit.jsonl", "custody.toml", "vault.age"]
    );
    let inventory = room.json(&format!("vault inventory new.vault {OPEN} --json"));
    assert_eq!(key_of(&inventory, &gone)["state"], "DELETE_COMPLETE");
    assert_eq!(
        key_of(&inventory, &gone)["may_be_in"],
        serde_json::json!(["B1"])
    );
    assert_eq!(key_of(&inventory, &kept)["enabled"], true);
    let sound = room.json(&format!("vault verify new.vault {OPEN} --json"));
    assert_eq!(sound["sound"], true, "{sound}");
    // It is a vault again: acts are signed on the new epoch, and it can be copied.
    room.ok(&format!("vault backup new.vault --to again.vault {OPEN}"));
}

#[test]
fn without_a_log_every_key_waits_for_the_quorum() {
    let room = Room::new();
    let (gone, kept) = with_a_copy_and_a_destroyed_key(&room);
    let restored = room.json(&format!(
        "vault restore copy.vault --to new.vault --reason lost {OPEN} --json"
    ));
    assert_eq!(restored["disabled"].as_array().unwrap().len(), 2);
    let inventory = room.json(&format!("vault inventory new.vault {OPEN} --json"));
    assert_eq!(key_of(&inventory, &gone)["enabled"], false);
    room.write(
        "key.json",
        serde_json::json!({"KeyIdentifier": kept}).to_string(),
    );
    room.ok(&format!(
        "call start-key-usage --vault new.vault {OPEN} --cli-input-json key.json"
    ));
    let inventory = room.json(&format!("vault inventory new.vault {OPEN} --json"));
    assert_eq!(key_of(&inventory, &kept)["enabled"], true);
    let status = room.json(&format!("vault status new.vault {OPEN} --json"));
    assert!(
        status["notes"].as_array().unwrap().is_empty(),
        "shown once: {status}"
    );
}

#[test]
fn mix_ups_of_copies_are_refused_each_with_its_sentence() {
    let room = Room::new();
    with_a_copy_and_a_destroyed_key(&room);
    let restore =
        |arguments: &str| room.run(&format!("vault restore {arguments} --reason lost {OPEN}"));
    restore("r.vault --to new.vault").refused(2, "a vault in use");
    restore("nowhere --to new.vault").refused(1, "no copy of a vault");
    restore("copy.vault --to r.vault").refused(1, "not empty");
    std::fs::copy(
        room.path("copy.vault/audit.jsonl"),
        room.path("older.jsonl"),
    )
    .unwrap();
    let log = std::fs::read_to_string(room.path("older.jsonl")).unwrap();
    let lines: Vec<&str> = log.lines().collect();
    room.write("older.jsonl", format!("{}\n", lines[..2].join("\n")));
    restore("copy.vault --to new.vault --log older.jsonl").refused(2, "older than the copy");
    // Another vault's log.
    room.ok("init o.vault --profile rehearsal --quorum 2/3 --unlock-file others.json");
    restore("copy.vault --to new.vault --log o.vault/audit.jsonl")
        .refused(2, "older than the copy");
    for _ in 0..6 {
        room.ok("vault drill o.vault --unlock-file others.json");
    }
    restore("copy.vault --to new.vault --log o.vault/audit.jsonl")
        .refused(1, "begins as another vault's");
    // A file of another copy put among these.
    std::fs::create_dir(room.path("mixed")).unwrap();
    for name in ["custody.toml", "vault.age"] {
        std::fs::copy(
            room.path(&format!("copy.vault/{name}")),
            room.path(&format!("mixed/{name}")),
        )
        .unwrap();
    }
    restore("mixed --to new.vault").refused(2, "audit.jsonl is missing");
    std::fs::copy(
        room.path("o.vault/audit.jsonl"),
        room.path("mixed/audit.jsonl"),
    )
    .unwrap();
    restore("mixed --to new.vault").refused(1, "Audit line 1");
    // Copied by hand, without a record of being a copy.
    std::fs::create_dir(room.path("hand")).unwrap();
    for name in ["custody.toml", "vault.age", "audit.jsonl"] {
        std::fs::copy(
            room.path(&format!("r.vault/{name}")),
            room.path(&format!("hand/{name}")),
        )
        .unwrap();
    }
    restore("hand --to new.vault").refused(2, "no record of being a copy");
    assert!(!room.path("new.vault").exists());
}

#[test]
fn keys_of_another_class_are_refused_once_its_inventory_is_loaded() {
    let room = Room::new();
    room.test_vault();
    room.ok(&format!(
        "init r.vault --profile rehearsal --quorum 2/3 {OPEN}"
    ));
    let same = room.ok(&format!("vault inventory t.vault {OPEN} --json"));
    room.write("same.json", same);
    room.run(&format!("vault inventory t.vault --load same.json {OPEN}"))
        .refused(2, "its keys belong here");
    room.write("kek.json", kek("AES_256").to_string());
    room.ok(&format!(
        "call create-key --vault r.vault {OPEN} --cli-input-json kek.json"
    ));
    room.write(
        "other.json",
        room.ok(&format!("vault inventory r.vault {OPEN} --json")),
    );
    room.ok(&format!("vault inventory t.vault --load other.json {OPEN}"));
    room.write("nonsense.json", "{}");
    room.run(&format!(
        "vault inventory t.vault --load nonsense.json {OPEN}"
    ))
    .refused(2, "no inventory of a vault");
}

#[test]
fn an_appointment_is_entered_and_a_lapsed_one_stops_a_rotation() {
    let room = Room::new();
    room.test_vault();
    let appoint = |person: &str, from: &str, until: &str, manager: &str| {
        room.run(&format!(
            "vault appoint t.vault --person {person} --from {from} --until {until} --manager {manager} \
             --stand-in Zoe --form KCF-{person} {OPEN}"
        ))
    };
    appoint("Dee", "2020-01-01", "2019-01-01", "Meg").refused(2, "ends before it begins");
    appoint("Dee", "soon", "2021-01-01", "Meg").refused(2, "is not a day");
    assert_eq!(appoint("Dee", "2020-01-01", "2020-12-31", "Meg").status, 0);
    let rotate = || {
        room.run(&format!(
            "vault rotate t.vault --reason departure --replace custodian-3=Dee {OPEN} --new-unlock-file next.json"
        ))
    };
    let ran = rotate();
    ran.refused(1, "A7 (PCI PIN 25-1): Dee may not serve as custodian");
    assert!(
        ran.err
            .contains("the appointment KCF-Dee ended on 2020-12-31"),
        "{}",
        ran.err
    );
    assert_eq!(appoint("Dee", "2020-01-01", "2999-12-31", "Meg").status, 0);
    assert_eq!(
        appoint("custodian-1", "2020-01-01", "2999-12-31", "Meg").status,
        0
    );
    rotate().refused(1, "A8 (PCI PIN 25-1.4)");
    assert_eq!(
        appoint("custodian-1", "2020-01-01", "2999-12-31", "Ned").status,
        0
    );
    assert_eq!(rotate().status, 0);
}

#[test]
fn an_access_outside_a_ceremony_is_entered_with_every_field() {
    let room = Room::new();
    room.test_vault();
    let access = |custodian: &str, witness: &str, back: &str, of: &str| {
        room.run(&format!(
            "vault access t.vault --custodian {custodian} --out 2026-01-01T09:00:00Z --back {back} \
             --purpose safe --witness {witness} --package TE-448130 {of} {OPEN}"
        ))
    };
    let back = "2026-01-01T09:40:00Z";
    access("custodian-1", "custodian-1", back, "").refused(1, "A9 (PCI PIN 26-1)");
    access("custodian-1", "custodian-2", back, "").refused(1, "A9 (PCI PIN 26-1)");
    access("witness", "Zoe", back, "").refused(1, "never held a part of the shares");
    // Where the times are reversed, it is them, and not the witness.
    access("custodian-1", "witness", "2025-12-31T09:00:00Z", "").refused(1, "one of the two times");
    access("custodian-1", "witness", "2999-01-01T09:00:00Z", "").refused(1, "in the future");
    access("custodian-1", "witness", "soon", "").refused(1, "2026-12-01 09:00");
    access("custodian-1", "witness", back, "--of kek-x").refused(1, "No components of kek-x");
    assert_eq!(access("custodian-1", "witness", back, "").status, 0);
    let log = room.run(&format!("vault status t.vault --json {OPEN}"));
    let status: serde_json::Value = serde_json::from_str(&log.out).unwrap();
    assert_eq!(status["accesses"][0]["package"], "TE-448130");
    assert_eq!(status["accesses"][0]["witness"], "witness");
}

/// A reshare ends a set: what became of everybody's old envelopes is asked until it is said, and stays on record.
#[test]
fn old_envelopes_are_listed_until_their_end_is_attested() {
    let room = Room::new();
    with_a_key(&room);
    room.ok(&format!("vault reshare t.vault --reason yearly {OPEN}"));
    let text = room.ok(&format!("vault status t.vault {OPEN}"));
    assert!(
        text.contains("custodian-1, set ") && text.contains("NOT SAID"),
        "{text}"
    );
    let attest = |who: &str, witness: &str| {
        room.run(&format!(
            "vault envelopes-destroyed t.vault {who} --how burned --witness {witness} {OPEN}"
        ))
    };
    attest("", "Zoe").refused(2, "--destroyed");
    attest("--destroyed Dee", "Zoe").refused(1, "anybody called Dee");
    attest("--destroyed custodian-1", "custodian-2").refused(1, "A6 (PCI PIN 24-2.2)");
    let done = attest(
        "--destroyed custodian-1,custodian-2 --not-found custodian-3",
        "Zoe",
    );
    assert_eq!(done.status, 0, "{}", done.err);
    attest("--destroyed custodian-1", "Zoe").refused(1, "on record already");
    let status = room.json(&format!("vault status t.vault {OPEN} --json"));
    let became = |person: &str| {
        let all = status["old_envelopes"].as_array().unwrap();
        let old = all.iter().find(|old| old["person"] == person).unwrap();
        old["became"].clone()
    };
    assert_eq!(became("custodian-2"), "destroyed");
    assert_eq!(became("custodian-3"), "not found");
    assert_eq!(became("administrator"), Value::Null);
}
