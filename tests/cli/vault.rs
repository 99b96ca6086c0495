//! `init` and `vault`: making, opening, verifying and copying without a person.

use std::os::unix::fs::{MetadataExt, PermissionsExt};

use keymoot::vault::{FolderStore, Store as _};

use crate::program::Room;

#[test]
fn init_writes_people_for_one_user_and_opens_with_them() {
    let room = Room::new();
    room.test_vault();
    let mode = std::fs::metadata(room.path("people.json")).unwrap().mode();
    assert_eq!(mode & 0o777, 0o600);
    let people: serde_json::Value =
        serde_json::from_slice(&std::fs::read(room.path("people.json")).unwrap()).unwrap();
    assert_eq!(people["custodians"].as_array().unwrap().len(), 3);
    assert_eq!(people["custodians"][0]["name"], "custodian-1");
    let words = people["witness"]["passphrase"].as_str().unwrap();
    assert_eq!(words.split(' ').count(), 7, "{words}");
    let status = room.json("vault status t.vault --unlock-file people.json --json");
    assert_eq!(status["opened"], true);
    assert_eq!(
        (&status["k"], &status["t"], &status["n"]),
        (&2.into(), &2.into(), &3.into())
    );
    // The same people make another vault, of another quorum.
    room.ok("init u.vault --profile test --quorum 3/3 --threshold 2 --unlock-file people.json");
    let status = room.json("vault status u.vault --unlock-file people.json --json");
    assert_eq!((&status["k"], &status["t"]), (&3.into(), &2.into()));
}

#[test]
fn a_readable_unlock_file_is_refused_before_anything_is_made_or_opened() {
    let room = Room::new();
    room.test_vault();
    for mode in [0o640, 0o604] {
        std::fs::set_permissions(
            room.path("people.json"),
            std::fs::Permissions::from_mode(mode),
        )
        .unwrap();
        room.run("vault status t.vault --unlock-file people.json")
            .refused(1, "chmod 600");
        room.run("init v.vault --profile test --unlock-file people.json")
            .refused(1, "chmod 600");
        assert!(!room.path("v.vault").exists());
    }
}

#[test]
fn init_makes_a_folder_of_its_own() {
    let room = Room::new();
    std::fs::create_dir(room.path("full")).unwrap();
    room.write("full/note", "mine");
    room.run("init full --profile test --unlock-file people.json")
        .refused(1, "not empty");
    assert_eq!(room.names("full"), ["note"]);
    assert!(!room.path("people.json").exists());
    room.run("init v.vault --profile test --quorum 2/2 --unlock-file people.json");
    room.run("init w.vault --profile test --quorum 2/3 --unlock-file people.json")
        .refused(2, "2");
    assert!(!room.path("w.vault").exists());
}

#[test]
fn a_wrong_passphrase_is_its_own_message() {
    let room = Room::new();
    room.test_vault();
    let mut people: serde_json::Value =
        serde_json::from_slice(&std::fs::read(room.path("people.json")).unwrap()).unwrap();
    people["custodians"][0]["passphrase"] = "planted words".into();
    let path = room.write("wrong.json", people.to_string());
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let ran = room.run("vault status t.vault --unlock-file wrong.json");
    ran.refused(1, "passphrase does not open");
    assert!(!ran.err.contains("planted"));
}

#[test]
fn unopened_a_vault_tells_what_lies_open() {
    let room = Room::new();
    room.test_vault();
    let status = room.json("vault status t.vault --json");
    assert_eq!(status["opened"], false);
    assert_eq!(status["profile"], "test");
    assert!(status.get("keys").is_none());
    room.run("vault verify t.vault").refused(3, "terminal");
    room.run("vault status nowhere.vault")
        .refused(1, "nowhere.vault");
}

#[test]
fn verify_finds_what_was_tampered_with() {
    let room = Room::new();
    room.test_vault();
    let sound = room.json("vault verify t.vault --unlock-file people.json --json");
    assert_eq!(sound["sound"], true);
    // Nothing is said of a vault that could not be looked at.
    let mut elsewhere = FolderStore::open(&room.path("t.vault")).unwrap();
    elsewhere.try_lock().unwrap();
    let ran = room.run("vault verify t.vault --unlock-file people.json");
    assert!(!ran.out.contains("SOUND"), "{}", ran.out);
    ran.refused(1, "has this vault open");
    drop(elsewhere);
    // Nor where nobody opened it: a wrong passphrase is no fault of the vault.
    let people = std::fs::read_to_string(room.path("people.json")).unwrap();
    for (file, wrong) in [
        ("form.json", people.replace("witness", "watch")),
        (
            "words.json",
            people.replace("\"passphrase\":\"", "\"passphrase\":\"x"),
        ),
    ] {
        assert_ne!(wrong, people);
        let file_of_one = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(room.write(file, wrong), file_of_one).unwrap();
        let ran = room.run(&format!("vault verify t.vault --unlock-file {file}"));
        assert!(!ran.out.contains("SOUND"), "{}", ran.out);
        ran.refused(1, "Of what is inside nothing is said");
    }
    let mut bytes = std::fs::read(room.path("t.vault/vault.age")).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    room.write("t.vault/vault.age", bytes);
    let ran = room.run("vault verify t.vault --unlock-file people.json");
    assert_eq!(ran.status, 1);
    assert!(ran.out.contains("NOT SOUND"), "{}", ran.out);
}

#[test]
fn a_copy_is_read_back_and_opens() {
    let room = Room::new();
    room.test_vault();
    room.ok("vault backup t.vault --to copy.vault --medium stick-2 --bag TE-1 --unlock-file people.json");
    assert_eq!(
        room.names("copy.vault"),
        ["audit.jsonl", "custody.toml", "vault.age"]
    );
    let status = room.json("vault status t.vault --unlock-file people.json --json");
    assert_eq!(status["verified_backups"], 1);
    room.ok("vault verify copy.vault --unlock-file people.json");
    room.run("vault backup t.vault --to copy.vault --unlock-file people.json")
        .refused(1, "copy.vault");
}

/// A copy inside the vault's own folder is lost with it, and makes the vault unsound; a vault that is written into its
/// copy ends the copy.
#[test]
fn a_vault_and_its_copy_never_lie_in_each_other() {
    let room = Room::new();
    room.test_vault();
    let open = "--unlock-file people.json";
    for to in ["t.vault/copy", "t.vault/../t.vault/copy", ".", "t.vault"] {
        room.run(&format!("vault backup t.vault --to {to} {open}"))
            .refused(1, "");
    }
    room.ok(&format!("vault verify t.vault {open}"));
    let status = room.json(&format!("vault status t.vault {open} --json"));
    assert_eq!(status["verified_backups"], 0, "nothing was begun");
    room.ok(&format!("vault backup t.vault --to copy.vault {open}"));
    room.run(&format!(
        "vault restore copy.vault --to copy.vault/new --reason fire {open}"
    ))
    .refused(1, "one in the other");
    room.ok(&format!("vault verify copy.vault {open}"));
}

#[test]
fn the_label_of_a_copy_is_one_line() {
    let room = Room::new();
    room.test_vault();
    for label in ["", "a\nCopies 9 verified", &"x".repeat(65)] {
        let ran = room.also(
            "vault backup t.vault --to copy.vault --unlock-file people.json",
            &["--medium", label],
        );
        assert_eq!(ran.status, 2, "{label:?}: {}", ran.err);
        assert!(ran.err.contains("Nothing was copied"), "{}", ran.err);
    }
    assert!(!room.path("copy.vault").exists());
}

#[test]
fn a_rehearsal_in_a_folder_opens_for_its_sample_people() {
    let room = Room::new();
    room.ok("init r.vault --rehearse --clock 2026-12-01T09:00:00Z --seed s");
    room.ok("play first-key.toml --headless --vault r.vault --seed s --out out");
    assert!(room.names("out").contains(&"ceremony.json".to_owned()));
}

#[test]
fn the_way_out_needs_python_alone() {
    let script = Room::new().ok("vault recovery-script");
    assert!(script.lines().count() <= 100);
    assert!(script.contains("import"));
}

/// A batch that holds the vault open until it is dropped.
fn holding(room: &Room) -> std::process::Child {
    use std::io::{BufRead, BufReader, Write};
    let mut child = room
        .command("call --batch - --vault t.vault --unlock-file people.json")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let create =
        serde_json::json!({"Operation": "CreateKey", "Input": crate::program::kek("AES_128")});
    writeln!(child.stdin.as_mut().unwrap(), "{create}").unwrap();
    let mut answer = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut answer)
        .unwrap();
    assert!(answer.contains("CREATE_COMPLETE"), "{answer}");
    child
}

#[test]
fn a_vault_in_use_says_so_and_an_answer_survives_a_kill() {
    let room = Room::new();
    room.test_vault();
    let mut child = holding(&room);
    room.run("vault status t.vault --unlock-file people.json")
        .refused(1, "open");
    // The answer was given, so its state is durable; a dead process holds no lock.
    child.kill().unwrap();
    child.wait().unwrap();
    let status = room.json("vault status t.vault --unlock-file people.json --json");
    assert_eq!(status["keys"], 1);
}

#[test]
fn each_kind_of_damage_has_its_own_message() {
    let room = Room::new();
    room.test_vault();
    room.write("key.json", crate::program::kek("AES_128").to_string());
    let older = std::fs::read(room.path("t.vault/vault.age")).unwrap();
    room.ok("call create-key --vault t.vault --unlock-file people.json --cli-input-json key.json");
    let newer = std::fs::read(room.path("t.vault/vault.age")).unwrap();
    let audit = std::fs::read(room.path("t.vault/audit.jsonl")).unwrap();
    let said = |what: &str| {
        let ran = room.run("vault status t.vault --unlock-file people.json");
        assert_eq!((ran.status, ran.out.as_str()), (1, ""), "{what}");
        ran.err
    };
    room.write("t.vault/vault.age", &older);
    let old = said("an older vault file");
    room.write("t.vault/vault.age", &newer[..newer.len() - 1]);
    let cut = said("a cut vault file");
    room.write("t.vault/vault.age", &newer);
    let edited = String::from_utf8(audit.clone())
        .unwrap()
        .replacen("\"op\":\"", "\"op\":\"x", 1);
    room.write("t.vault/audit.jsonl", edited);
    let line = said("an edited audit line");
    room.write("t.vault/audit.jsonl", &audit);
    let custody = std::fs::read_to_string(room.path("t.vault/custody.toml")).unwrap();
    room.write(
        "t.vault/custody.toml",
        custody.replacen("custodian-1", "custodian-9", 1),
    );
    let people = said("a changed custody file");
    let mut all = [old, cut, line, people];
    all.sort();
    for pair in all.windows(2) {
        assert_ne!(pair[0], pair[1]);
    }
    room.write("t.vault/custody.toml", custody);
    room.ok("vault status t.vault --unlock-file people.json");
}
