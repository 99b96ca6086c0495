//! The policy: given with `init`, shown by `vault policy`, changed by an act, and in force from the next opening on.

use serde_json::json;

use crate::program::{Room, kek};

const OPEN: &str = "--unlock-file people.json";

#[test]
fn a_policy_is_printed_changed_and_counts_from_the_next_opening_on() {
    let room = Room::new();
    room.test_vault();
    let mut policy = room.json(&format!("vault policy t.vault {OPEN}"));
    assert_eq!(policy["default"], 2);
    policy["quotas"] = json!({"keys": 1});
    policy["parameters_days"] = json!(30);
    policy["refused_key_blocks"] = json!(["A", "C"]);
    policy["demand_crl"] = json!(true);
    policy["overrides"] = json!({"ExportKey": 3});
    room.write("policy.json", policy.to_string());
    room.ok(&format!(
        "vault policy t.vault --set policy.json {OPEN} --json"
    ));
    // The next opening takes it up and shows it, old beside new.
    let status = room.json(&format!("vault status t.vault {OPEN} --json"));
    let notes = status["notes"].to_string();
    assert!(
        notes.contains("the policy changed: parameters days: until now not set; then 30"),
        "{notes}"
    );
    assert_eq!(room.json(&format!("vault policy t.vault {OPEN}")), policy);
    let later = room.json(&format!("vault status t.vault {OPEN} --json"));
    assert!(!later["notes"].to_string().contains("the policy changed"));
    // It counts: one key, and no more.
    room.write("kek.json", kek("AES_256").to_string());
    let create = format!("call create-key --vault t.vault {OPEN} --cli-input-json kek.json");
    room.ok(&create);
    room.run(&create)
        .refused(254, "The limit of 1 keys has been reached.");
}

/// A file is a whole policy: what it leaves out changes as well, and nobody is there who reads the request.
#[test]
fn a_program_is_told_every_rule_that_a_policy_changes() {
    let room = Room::new();
    room.test_vault();
    let mut policy = room.json(&format!("vault policy t.vault {OPEN}"));
    policy["demand_crl"] = json!(true);
    room.write("policy.json", policy.to_string());
    room.ok(&format!("vault policy t.vault --set policy.json {OPEN}"));
    room.ok(&format!("vault status t.vault {OPEN}"));
    room.write("one.json", r#"{"default":1}"#);
    let run = room.run(&format!("vault policy t.vault --set one.json {OPEN}"));
    assert_eq!(run.status, 0, "{}", run.err);
    for words in [
        "default: until now 2; then 1",
        "demand crl: until now yes; then not set",
        "1 signature leaves one person alone with an act",
    ] {
        assert!(run.err.contains(words), "no {words:?} in {}", run.err);
    }
}

#[test]
fn a_policy_that_cannot_stand_is_refused_and_nothing_changes() {
    let room = Room::new();
    room.test_vault();
    let before = room.json(&format!("vault policy t.vault {OPEN}"));
    for (text, says) in [
        ("{}", "missing field `default`"),
        (r#"{"default":2,"quorum":3}"#, "unknown field `quorum`"),
        (
            r#"{"default":2,"overrides":{"ExportKeys":3}}"#,
            "nothing here is called that",
        ),
        (r#"{"default":4}"#, "asks for 4 custodians"),
        (r#"{"default":2,"parameters_days":31}"#, "31 days"),
        (&before.to_string(), "nothing would change"),
    ] {
        room.write("policy.json", text);
        let run = room.run(&format!("vault policy t.vault --set policy.json {OPEN}"));
        assert_ne!(run.status, 0, "{text}");
        assert!(run.err.contains(says), "{text}: {}", run.err);
        assert!(
            run.err.contains("The policy in force stays."),
            "{}",
            run.err
        );
    }
    assert_eq!(room.json(&format!("vault policy t.vault {OPEN}")), before);
}

const FIRST: &str = "default = 1
parameters_days = 30
[overrides]
ExportKey = 3
[quotas]
keys = 1
";

#[test]
fn a_vault_begins_with_the_policy_of_a_file() {
    let room = Room::new();
    room.write("first.toml", FIRST);
    room.ok("init t.vault --profile test --unlock-file people.json --policy first.toml");
    let policy = room.json(&format!("vault policy t.vault {OPEN}"));
    assert_eq!(policy["overrides"], json!({"ExportKey": 3}), "{policy}");
    assert_eq!(
        (&policy["default"], &policy["parameters_days"]),
        (&json!(1), &json!(30))
    );
    // It is there from the first act on, and the log says what it was. Tokens live as long as it says.
    let wanted = json!({"KeyMaterialType": "KEY_CRYPTOGRAM", "WrappingKeyAlgorithm": "RSA_2048"});
    room.write("wanted.json", wanted.to_string());
    let given = room.json(&format!(
        "call get-parameters-for-import --vault t.vault {OPEN} --cli-input-json wanted.json --wire"
    ));
    let now = std::time::SystemTime::now();
    let now = now.duration_since(std::time::UNIX_EPOCH).unwrap();
    let until = given["ParametersValidUntilTimestamp"].as_f64().unwrap();
    let days = (until - now.as_secs_f64()) / 86_400.0;
    assert!((29.9..30.1).contains(&days), "{days} days");
    room.write("kek.json", kek("AES_256").to_string());
    let create = format!("call create-key --vault t.vault {OPEN} --cli-input-json kek.json");
    room.ok(&create);
    room.run(&create)
        .refused(254, "The limit of 1 keys has been reached.");
    let log = std::fs::read_to_string(room.path("t.vault/audit.jsonl")).unwrap();
    let first = log.lines().next().unwrap();
    assert!(first.contains("parameters_days"), "{first}");
    // What one vault prints is what another begins with.
    room.write("printed.json", policy.to_string());
    room.ok("init r.vault --rehearse --policy printed.json");
    assert_eq!(
        room.json("vault policy r.vault")["quotas"],
        json!({"keys": 1})
    );
}

#[test]
fn a_vault_is_not_made_under_a_policy_that_cannot_stand() {
    let room = Room::new();
    for (text, says) in [
        ("quorum = 3", "unknown field `quorum`"),
        (
            "default = 2\nparameters_days = 31",
            "31 days (parameters_days)",
        ),
        ("default = 4", "4 custodians for default"),
        (
            "default = 2\n[overrides]\nExportKey = 0",
            "no approval of ExportKey",
        ),
        (
            "default = 2\n[overrides]\nExport = 2",
            "approvals of Export (overrides)",
        ),
        ("default = 2\nrefused_key_blocks = [\"D\"]", "version D"),
    ] {
        room.write("policy.toml", text);
        for way in ["--profile test --unlock-file people.json", "--rehearse"] {
            let run = room.run(&format!("init new.vault {way} --policy policy.toml"));
            assert_eq!(run.status, 2, "{text}: {}", run.err);
            assert!(run.err.contains(says), "{text}: {}", run.err);
            assert!(run.err.contains("Nothing was made."), "{}", run.err);
            assert!(!room.path("new.vault").exists() && !room.path("people.json").exists());
        }
    }
}
