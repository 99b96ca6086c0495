//! Each way to be turned away has its own words and a status that is not 0, and leaves the vault as it was.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::program::{Room, kek};

const LIST: &str = "call ListKeys --vault t.vault --unlock-file people.json";

/// A test vault with one key, kept aside as `before`.
fn with_a_key(room: &Room) {
    room.test_vault();
    room.write("kek.json", kek("AES_128").to_string());
    make(room);
}

fn make(room: &Room) {
    room.ok("call CreateKey --vault t.vault --unlock-file people.json --cli-input-json kek.json");
}

/// The unlock file, changed and written under another name for this user alone.
fn people(room: &Room, name: &str, change: impl FnOnce(&mut Value)) {
    let text = std::fs::read(room.path("people.json")).unwrap();
    let mut people: Value = serde_json::from_slice(&text).unwrap();
    change(&mut people);
    let path = room.write(name, people.to_string());
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn copy(room: &Room, from: &str, to: &str) {
    let mut folders = vec![std::path::PathBuf::new()];
    while let Some(folder) = folders.pop() {
        std::fs::create_dir_all(room.path(to).join(&folder)).unwrap();
        for entry in std::fs::read_dir(room.path(from).join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let below = folder.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                folders.push(below);
            } else {
                std::fs::copy(entry.path(), room.path(to).join(&below)).unwrap();
            }
        }
    }
}

#[test]
fn one_custodian_alone_opens_nothing() {
    let room = Room::new();
    room.test_vault();
    people(&room, "one.json", |people| {
        people["custodians"].as_array_mut().unwrap().truncate(1);
    });
    room.run("call ListKeys --vault t.vault --unlock-file one.json")
        .refused(3, "1 of 2");
}

#[test]
fn the_share_of_a_stranger_is_named() {
    let room = Room::new();
    room.test_vault();
    people(&room, "stranger.json", |people| {
        people["custodians"][1]["name"] = "Eve".into();
    });
    room.run("call ListKeys --vault t.vault --unlock-file stranger.json")
        .refused(1, "Eve is not a person of this vault");
}

#[test]
fn the_envelope_of_another_vault_is_named() {
    let room = Room::new();
    room.test_vault();
    room.ok("init other.vault --profile test --quorum 2/3 --unlock-file people.json");
    let read = |name: &str| std::fs::read_to_string(room.path(name)).unwrap();
    let envelope = |text: &str| {
        let start = text.find("-----BEGIN AGE").unwrap();
        let end = text.find("-----END AGE ENCRYPTED FILE-----").unwrap();
        text[start..end].to_owned()
    };
    let (ours, theirs) = (
        read("t.vault/custody.toml"),
        read("other.vault/custody.toml"),
    );
    room.write(
        "t.vault/custody.toml",
        ours.replace(&envelope(&ours), &envelope(&theirs)),
    );
    room.run(LIST).refused(1, "belongs to another vault");
}

#[test]
fn a_tampered_vault_file_is_damaged_and_a_foreign_one_not_authentic() {
    let room = Room::new();
    with_a_key(&room);
    let mut bytes = std::fs::read(room.path("t.vault/vault.age")).unwrap();
    let middle = bytes.len() - 200;
    bytes[middle] ^= 1;
    room.write("t.vault/vault.age", &bytes);
    room.run(LIST).refused(1, "damaged or cut short");
    let custody = std::fs::read(room.path("t.vault/custody.toml")).unwrap();
    let recipient = keymoot::vault::CustodyFile::parse(&custody)
        .unwrap()
        .recipients
        .open;
    let foreign = keymoot::vault::seal_to(&recipient, &[0x61; 4096]).unwrap();
    room.write("t.vault/vault.age", foreign);
    room.run(LIST).refused(1, "inner check fails");
}

#[test]
fn an_older_vault_file_is_told_from_the_latest() {
    let room = Room::new();
    with_a_key(&room);
    std::fs::copy(room.path("t.vault/vault.age"), room.path("older.age")).unwrap();
    make(&room);
    std::fs::copy(room.path("older.age"), room.path("t.vault/vault.age")).unwrap();
    room.run(LIST).refused(1, "older or forked copy");
}

#[test]
fn an_older_copy_of_the_whole_folder_is_known_to_this_workstation() {
    let room = Room::new();
    with_a_key(&room);
    copy(&room, "t.vault", "older.vault");
    make(&room);
    std::fs::remove_dir_all(room.path("t.vault")).unwrap();
    copy(&room, "older.vault", "t.vault");
    room.run(LIST).refused(1, "older copy of the vault");
}

#[test]
fn an_edited_audit_line_is_named_by_its_number() {
    let room = Room::new();
    with_a_key(&room);
    let log = std::fs::read_to_string(room.path("t.vault/audit.jsonl")).unwrap();
    let edited = log.replacen("custodian-2", "custodian-3", 1);
    assert_ne!(log, edited);
    room.write("t.vault/audit.jsonl", edited);
    room.run(LIST).refused(1, "it was edited");
    let cut = log.lines().take(4).collect::<Vec<_>>().join("\n") + "\n";
    room.write("t.vault/audit.jsonl", cut);
    let ran = room.run(LIST);
    assert_eq!(ran.status, 1, "{}", ran.err);
}

#[test]
fn a_vault_that_is_open_says_who_holds_it() {
    let room = Room::new();
    room.test_vault();
    let mut holder = room
        .command("call --batch - --vault t.vault --unlock-file people.json")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = holder.stdin.take().unwrap();
    let mut output = std::io::BufReader::new(holder.stdout.take().unwrap());
    std::io::Write::write_all(&mut input, b"{\"Operation\":\"ListKeys\",\"Input\":{}}\n").unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut output, &mut line).unwrap();
    room.run(LIST)
        .refused(1, &format!("process {}", holder.id()));
    drop(input);
    assert!(holder.wait().unwrap().success());
    room.ok(LIST);
}

#[test]
fn a_refused_unlock_stands_in_the_log_and_the_log_stays_sound() {
    let room = Room::new();
    with_a_key(&room);
    people(&room, "wrong.json", |people| {
        people["custodians"][0]["passphrase"] = "not these".into();
    });
    room.run("call ListKeys --vault t.vault --unlock-file wrong.json")
        .refused(1, "does not open");
    let log = std::fs::read_to_string(room.path("t.vault/audit.jsonl")).unwrap();
    assert!(
        log.lines()
            .last()
            .unwrap()
            .contains("\"kind\":\"unvouched\"")
    );
    room.ok(LIST);
    room.ok("vault verify t.vault --unlock-file people.json");
}
