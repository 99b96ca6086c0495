//! A return to a copy with a newer log, suspect keys in `vault status` and `vault inventory`, and who keeps a copy.

use serde_json::{Value, json};

use crate::people::OPEN;
use crate::program::{Room, kek};

/// A test vault with two keys, a copy, and a key that became suspect after it.
fn with_a_suspect_key(room: &Room) -> (String, String) {
    room.test_vault();
    room.write("kek.json", kek("AES_256").to_string());
    let make = || {
        let made = room.json(&format!(
            "call create-key --vault t.vault {OPEN} --cli-input-json kek.json"
        ));
        made["Key"]["KeyArn"].as_str().unwrap().to_owned()
    };
    let (suspect, disabled) = (make(), make());
    room.ok(&format!(
        "vault backup t.vault --to copy.vault --medium stick --holder Hal --place bank {OPEN}"
    ));
    room.ok(&format!(
        "vault suspect t.vault --key {suspect} --reason opened {OPEN}"
    ));
    room.write("key.json", json!({"KeyIdentifier": disabled}).to_string());
    room.ok(&format!(
        "call stop-key-usage --vault t.vault {OPEN} --cli-input-json key.json"
    ));
    (suspect, disabled)
}

fn key_of<'a>(inventory: &'a Value, arn: &str) -> &'a Value {
    let keys = inventory["keys"].as_array().unwrap();
    keys.iter().find(|k| k["arn"] == arn).unwrap()
}

#[test]
fn a_suspect_key_is_named_by_status_and_inventory_also_after_a_return() {
    let room = Room::new();
    let (suspect, disabled) = with_a_suspect_key(&room);
    room.ok(&format!(
        "vault appoint t.vault --person custodian-1 --from 2026-11-01 --until 2027-10-31 --manager Meg --stand-in Zoe \
         --form F-1 {OPEN}"
    ));
    let named = |vault: &str| {
        let text = room.ok(&format!("vault status {vault} {OPEN}"));
        assert!(text.contains("SUSPECT "), "{text}");
        assert!(text.contains(": opened; no key under it"), "{text}");
        let status = room.json(&format!("vault status {vault} {OPEN} --json"));
        assert_eq!(status["suspect_keys"][0]["arn"], suspect.as_str());
        let text = room.ok(&format!("vault inventory {vault} {OPEN}"));
        assert!(text.contains(", SUSPECT since 20"), "{text}");
        let inventory = room.json(&format!("vault inventory {vault} {OPEN} --json"));
        let key = key_of(&inventory, &suspect);
        assert_eq!(key["suspect"]["reason"], "opened");
        assert_eq!(key["suspect"]["keys_under"], 0);
        let other = key_of(&inventory, &disabled);
        assert_eq!(other["enabled"], false);
        assert_eq!(other["suspect"], Value::Null);
    };
    named("t.vault");
    let restored = room.json(&format!(
        "vault restore copy.vault --to new.vault --reason lost --log t.vault/audit.jsonl {OPEN} --json"
    ));
    assert_eq!(restored["suspect"], json!([suspect]));
    assert_eq!(restored["disabled"], json!([disabled]));
    assert_eq!(restored["log"]["entries"], 1);
    let copy = |name: &str| keymoot::vault::is_copy(&room.path(name));
    assert!(copy("copy.vault"), "it was only read");
    assert!(
        !copy("new.vault"),
        "it is a vault, and no copy to return to"
    );
    named("new.vault");
    let sound = room.json(&format!("vault verify new.vault {OPEN} --json"));
    assert_eq!(sound["sound"], true, "{sound}");
    // A run in it is reported, and the report holds against the restored vault's own log.
    room.ok(&format!(
        "play first-key.toml --headless --vault new.vault {OPEN} --out out --bundle run.kmb"
    ));
    room.ok("verify run.kmb");
}

#[test]
fn a_log_that_an_earlier_copy_holds_brings_no_deleted_key_back() {
    let room = Room::new();
    let (_, deleted) = with_a_suspect_key(&room);
    room.ok(&format!("vault backup t.vault --to later.vault {OPEN}"));
    room.write(
        "key.json",
        json!({"KeyIdentifier": deleted, "DeleteKeyInDays": 3}).to_string(),
    );
    room.ok(&format!(
        "call delete-key --vault t.vault {OPEN} --cli-input-json key.json"
    ));
    let seq = room.json(&format!("vault status t.vault {OPEN} --json"))["seq"]
        .as_u64()
        .unwrap();
    let restored = room.json(&format!(
        "vault restore copy.vault --to new.vault --reason lost --log later.vault/audit.jsonl {OPEN} --json"
    ));
    assert_eq!(restored["log"]["known"]["seq"], seq, "{restored}");
    assert_eq!(restored["disabled"].as_array().unwrap().len(), 2);
    // Where nobody saw it, the witness card tells.
    std::fs::remove_dir_all(room.path("new.vault")).unwrap();
    let restored = room.json(&format!(
        "vault restore copy.vault --to new.vault --reason lost --log later.vault/audit.jsonl --card 99 {OPEN} --json"
    ));
    assert_eq!(restored["log"]["known"]["card"], true, "{restored}");
}

#[test]
fn a_copy_has_a_holder_and_a_place() {
    let room = Room::new();
    with_a_suspect_key(&room);
    let status = room.json(&format!("vault status t.vault {OPEN} --json"));
    assert_eq!(status["copies"][0]["holder"], "Hal");
    assert_eq!(status["copies"][0]["place"], "bank");
    let text = room.ok(&format!("vault status t.vault {OPEN}"));
    assert!(text.contains("; kept by Hal; lies at bank"), "{text}");
    let log = std::fs::read_to_string(room.path("t.vault/audit.jsonl")).unwrap();
    assert!(log.contains(r#""holder":"Hal""#), "the log holds it too");
}
