//! How a ceremony that nobody watches says that it failed, or that the vault does not take it.

use crate::program::{Room, repository};

const OPEN: &str = "--vault t.vault --unlock-file people.json";

fn first_key() -> String {
    std::fs::read_to_string(repository("ceremonies/first-key.toml")).unwrap()
}

/// First a key is made, then another is expected in a state that it is not in.
fn failing() -> String {
    let text = first_key();
    let state =
        "expect   = { state = \"CREATE_COMPLETE\", attributes = \"declared\", enabled = true }";
    assert_eq!(text.matches(state).count(), 1, "{text}");
    text.replace(state, "expect   = { kcv = \"000000\" }")
}

/// A run that failed after people had signed said only what its step came to: not that keys had come, not that the run was
/// over, and not where that is written.
#[test]
fn a_step_that_fails_says_what_stands_that_the_run_is_over_and_where_its_record_is() {
    let room = Room::new();
    room.test_vault();
    room.write("failing.toml", failing());
    let ran = room.run(&format!("play failing.toml --headless {OPEN} --out out"));
    assert_eq!(ran.status, 1, "{}", ran.err);
    for says in [
        "Steps 1-2 are done and stand.",
        "The act of step 3, make, is done too and stands.",
        "No later step was begun.",
        "The run is over and cannot be taken up again",
        "Its record is in out: report.txt and ceremony.json.",
    ] {
        assert!(ran.err.contains(says), "{says}\n{}", ran.err);
    }
    assert!(room.names("out").contains(&"report.txt".to_owned()));
    // What was said to stand does.
    let kept = room.json("vault inventory t.vault --unlock-file people.json --json");
    assert_eq!(kept["keys"].as_array().unwrap().len(), 1, "{kept}");
    let again = room.run(&format!("play failing.toml --headless {OPEN} --resume"));
    assert_ne!(again.status, 0, "{}", again.err);
    // Without a folder the vault has the record.
    let ran = room.run(&format!("play failing.toml --headless {OPEN}"));
    let says = "`keymoot report t.vault` prints it";
    assert!(ran.err.contains(says), "{}", ran.err);
    // Nothing of a throw-away vault stands.
    let ran = room.run("play failing.toml --headless");
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(!ran.err.contains("and stand"), "{}", ran.err);
    assert!(
        ran.err.contains("The throw-away vault is gone"),
        "{}",
        ran.err
    );
}

/// `brief` ended with 3 and two reasons, `play` with 1 and the first of them.
#[test]
fn a_script_that_the_vault_refuses_is_refused_alike_by_brief_and_play() {
    let room = Room::new();
    room.test_vault();
    let text = first_key();
    let profiles = text
        .lines()
        .find(|line| line.starts_with("profiles"))
        .unwrap();
    let key = "ab".repeat(32);
    let first = "{ id = \"first\",  role = \"custodian\" }";
    assert!(text.contains(first), "{text}");
    let keyed = first.replace('}', &format!(", key = \"{key}\" }}"));
    let text = text
        .replace(profiles, "profiles = [\"rehearsal\"]")
        .replace(first, &keyed);
    room.write("other.toml", &text);
    let brief = room.run(&format!("brief other.toml {OPEN}"));
    let play = room.run(&format!("play other.toml --headless {OPEN} --out out"));
    assert_eq!((brief.status, play.status), (3, 3), "{}", play.err);
    for says in [
        "is for rehearsal",
        "The approval key that the script wants for first belongs to nobody here",
        "Nothing was begun.",
    ] {
        assert!(brief.err.contains(says), "{says}\n{}", brief.err);
        assert!(play.err.contains(says), "{says}\n{}", play.err);
    }
    assert!(!room.path("out").exists());
    // One reason is said once, in the words of the run.
    room.write("one.toml", first_key().replace(first, &keyed));
    let play = room.run(&format!("play one.toml --headless {OPEN}"));
    assert_eq!(play.status, 3, "{}", play.err);
    assert_eq!(play.err.matches(&key).count(), 1, "{}", play.err);
    assert_eq!(
        play.err.matches("Nothing was begun").count(),
        1,
        "{}",
        play.err
    );
}

/// Sample people are three; other numbers need a file of people, which `--rehearse` does not take.
#[test]
fn the_hint_for_another_rehearsal_quorum_works() {
    let room = Room::new();
    let ran = room.run("init r.vault --rehearse --quorum 3/5");
    let hint = "`--profile rehearsal --unlock-file F`";
    assert!(ran.err.contains(hint), "{}", ran.err);
    room.ok("init r.vault --quorum 3/5 --profile rehearsal --unlock-file F");
}

/// A bundle that needs a signer names those who may sign it.
#[test]
fn a_bundle_says_who_may_sign_it() {
    let room = Room::new();
    room.test_vault();
    room.ok(&format!("play first-key.toml --headless {OPEN} --out out"));
    let ran =
        room.run("bundle t.vault --unlock-file people.json --sign administrator --out a.bundle");
    assert_eq!(ran.status, 3, "{}", ran.err);
    let hint = "hint: these may sign it: custodian-1, custodian-2, custodian-3, witness";
    assert!(ran.err.contains(hint), "{}", ran.err);
    assert!(!room.path("a.bundle").exists());
}

/// Of the file with which a ceremony begins no earlier one exists.
#[test]
fn a_file_that_holds_no_root_sends_nobody_to_an_earlier_one() {
    let room = Room::new();
    room.test_vault();
    room.write("noise.json", "{\"Noise\": 1}");
    let ran = room.run(&format!(
        "play kek-to-aws-rsa.toml --headless {OPEN} --input counterparty=noise.json"
    ));
    assert_eq!(ran.status, 1, "{}", ran.err);
    let says = "Bring the file of the other side that holds it";
    assert!(ran.err.contains(says), "{}", ran.err);
    assert!(!ran.err.contains("earlier"), "{}", ran.err);
}

/// A script about a key of the vault: a step, and what it expects, in it.
fn about_kek(step: &str) -> String {
    format!(
        "version = 1\nid = \"about-kek\"\ntitle = \"About a key that is there\"\n\
         person = [\n  {{ id = \"lead\", role = \"administrator\" }},\n  {{ id = \"first\", role = \"custodian\" }},\n\
         \x20 {{ id = \"second\", role = \"custodian\" }},\n  {{ id = \"watch\", role = \"witness\" }},\n]\n[policy]\nprofiles = [\"rehearsal\", \"test\"]\n\
         [[key]]\nid = \"kek\"\nlabel = \"kek\"\nusage = \"K0\"\nalgorithm = \"AES_128\"\n\
         modes = [\"encrypt\", \"decrypt\", \"wrap\", \"unwrap\"]\nexportable = true\nexisting = true\n\
         [[step]]\nid = \"open\"\nop = \"present\"\nwho = [\"lead\", \"first\", \"second\", \"watch\"]\nclause = [\"PCI PIN 13-9.2\"]\n\
         [[step]]\nid = \"act\"\nkey = \"kek\"\n{step}\nclause = [\"PCI PIN 13-9.2\"]\nwhy = \"To see.\"\n"
    )
}

/// A key that was missing was told before the first step, and one that was being deleted behind a step with signatures.
#[test]
fn a_key_in_a_state_that_the_script_cannot_use_begins_nothing() {
    let acts = "initiate = \"lead\"\napprove = { count = 2 }";
    let scripts = [
        (
            "deletes.toml",
            format!(
                "op = \"delete-key\"\nobserve = [\"watch\"]\nexpect = {{ state = \"DELETE_PENDING\" }}\n{acts}"
            ),
        ),
        (
            "restores.toml",
            format!("op = \"restore-key\"\nexpect = {{ state = \"CREATE_COMPLETE\" }}\n{acts}"),
        ),
        (
            "exports.toml",
            format!(
                "op = \"get-key\"\nwho = [\"lead\"]\nexpect = {{ enabled = true }}\n[[step]]\nid = \"switch\"\n\
                 key = \"kek\"\nop = \"stop-key-usage\"\nexpect = {{ enabled = false }}\n{acts}"
            ),
        ),
    ];
    let room = Room::new();
    room.test_vault();
    for (name, step) in &scripts {
        room.write(name, about_kek(step));
        room.ok(&format!("lint {name}"));
    }
    let brief = |name: &str| room.run(&format!("brief {name} {OPEN}"));
    let play = |name: &str| room.run(&format!("play {name} --headless {OPEN} --out out"));
    let refused = |name: &str, says: &str| {
        for ran in [brief(name), play(name)] {
            assert_eq!(ran.status, 3, "{name}\n{}", ran.err);
            assert!(ran.err.contains(says), "{name}: {says}\n{}", ran.err);
            assert_eq!(
                ran.err.matches("Nothing was begun").count(),
                1,
                "{}",
                ran.err
            );
        }
        assert!(!room.path("out").exists());
    };
    refused("deletes.toml", "There is no key named kek in this vault");
    let mut request = crate::program::kek("AES_128");
    request["Tags"] = serde_json::json!([{"Key": "Name", "Value": "kek"}]);
    room.write("kek.json", request.to_string());
    let key = room.json(&format!("call create-key {OPEN} --cli-input-json kek.json"));
    let arn = key["Key"]["KeyArn"].as_str().unwrap();
    refused(
        "restores.toml",
        "kek is not being deleted in this vault, and step 2, act, takes its deletion back",
    );
    assert_eq!(brief("deletes.toml").status, 0);
    assert_eq!(brief("exports.toml").status, 0);
    let call = |operation: &str, more: &str| {
        room.write(
            "call.json",
            format!("{{\"KeyIdentifier\":\"{arn}\"{more}}}"),
        );
        room.ok(&format!(
            "call {operation} {OPEN} --cli-input-json call.json"
        ));
    };
    call("stop-key-usage", "");
    refused(
        "exports.toml",
        "kek is disabled in this vault behind step 2, act, which wants it enabled",
    );
    call("delete-key", ",\"DeleteKeyInDays\":7");
    refused(
        "deletes.toml",
        "kek is being deleted in this vault, until 20",
    );
    refused("deletes.toml", "and step 2, act, cannot use it so");
    assert_eq!(brief("restores.toml").status, 0);
    // No run stands in the vault's record.
    let report = room.run("report t.vault --unlock-file people.json");
    assert_ne!(report.status, 0, "{}", report.out);
}
