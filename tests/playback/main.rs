//! Every shipped script, played from outside: green, the same bytes twice, resumed at every arrow, and by people.

#![allow(clippy::unwrap_used, clippy::panic)] // a test fails by panicking; helpers are no exception

mod aborting;
mod arrival;
mod backups;
mod binding;
mod blind;
mod bundle_kills;
mod certificates;
mod copied_kills;
mod copies;
mod exchange;
mod failing;
mod fates;
mod format;
mod leaving;
mod marked;
mod not_taken;
mod otherday;
mod packages;
mod papers;
mod people;
mod policy;
mod reported;
mod resealing;
mod resume;
mod sizes;
mod stage;
mod stop_record;
mod stopping;
mod tampered;
mod tokens;
mod travel;
mod two_pass;
mod unlock;

use keymoot::ceremony::{RunError, Runner, sample, shipped};
use stage::{contents, played, script, summary, vault, wanted};

#[test]
fn every_script_is_green_and_gives_the_same_bytes_twice() {
    for (name, _) in shipped() {
        let first = played(name, &[]);
        let second = played(name, &[]);
        assert_eq!(
            String::from_utf8_lossy(&first["ceremony.json"]),
            String::from_utf8_lossy(&second["ceremony.json"]),
            "{name}"
        );
        assert_eq!(first, second, "{name}");
        let summary = summary(&first);
        assert_eq!(summary["outcome"], "completed");
        for step in summary["steps"].as_array().unwrap() {
            assert_eq!(step["state"], "closed", "{name}: {step}");
        }
    }
}

#[test]
fn the_request_is_what_the_receiver_takes() {
    let files = played("kek-to-aws-rsa.toml", &[]);
    let names: Vec<_> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "NEXT.txt",
            "ceremony.json",
            "kek.import-key.rehearsal.json",
            "report.txt"
        ]
    );
    let request: serde_json::Value =
        serde_json::from_slice(&files["kek.import-key.rehearsal.json"]).unwrap();
    let cryptogram = &request["KeyMaterial"]["KeyCryptogram"];
    assert_eq!(cryptogram["WrappingSpec"], "RSA_OAEP_SHA_256");
    assert_eq!(
        cryptogram["WrappedKeyCryptogram"].as_str().unwrap().len(),
        512
    );
    assert_eq!(cryptogram["KeyAttributes"]["KeyAlgorithm"], "TDES_3KEY");
    assert_eq!(request["Enabled"], false);
    let summary = summary(&files);
    assert_eq!(summary["files"].as_array().unwrap().len(), 2);
    assert_eq!(
        summary["keys"][1]["KeyAttributes"]["KeyAlgorithm"],
        "TDES_3KEY"
    );
}

#[test]
fn every_valid_counterparty_completes_the_tdes_script() {
    for bits in ["2048", "3072", "4096"] {
        let file = sample(&format!("get-parameters-for-import-rsa{bits}.json")).unwrap();
        let files = played("kek-to-aws-rsa.toml", &[("counterparty", file)]);
        assert!(
            files.contains_key("kek.import-key.rehearsal.json"),
            "{bits}"
        );
    }
}

#[test]
fn aes_wants_a_stronger_wrapping_key_than_rsa_2048() {
    let file = sample("get-parameters-for-import-rsa4096.json").unwrap();
    played("kek-aes128-to-aws-rsa.toml", &[("counterparty", file)]);
    let weak = sample("get-parameters-for-import-rsa2048.json").unwrap();
    let aes = script("kek-aes128-to-aws-rsa.toml");
    let (_, mut session) = vault(&aes);
    // Before anything is done, and not at the step that exports: by then a root is trusted and a key is made.
    let begun = Runner::begin(&mut session, aes, wanted(&[("counterparty", weak)]));
    let Err(RunError::CannotBegin(message)) = begun else {
        panic!("AES_128 under RSA_2048 was not refused");
    };
    assert!(
        message.contains("RSA_2048 is weaker than AES_128"),
        "{message}"
    );
    assert!(message.contains("Nothing was begun."), "{message}");
    assert!(session.view().runs.is_empty());
}

#[test]
fn a_file_that_is_none_is_refused_before_anything_is_done() {
    for bad in [&b"garbage"[..], b"{}", b""] {
        let kek = script("kek-to-aws-rsa.toml");
        let (_, mut session) = vault(&kek);
        let begun = Runner::begin(&mut session, kek, wanted(&[("counterparty", bad)]));
        let Err(RunError::CannotBegin(message)) = begun else {
            panic!("was not refused");
        };
        assert!(message.contains("Wanted: "), "{message}");
        assert!(message.contains("Nothing was begun."), "{message}");
        assert!(session.view().runs.is_empty());
    }
}

#[test]
fn a_folder_with_something_else_in_it_is_left_alone() {
    let first = script("first-key.toml");
    let (_, mut session) = vault(&first);
    let mut runner = Runner::begin(&mut session, first, wanted(&[])).unwrap();
    runner.headless(&mut session).unwrap();
    let out = tempfile::tempdir().unwrap();
    std::fs::write(out.path().join("ceremony.json"), b"mine").unwrap();
    assert!(matches!(
        runner.write_outputs(&session, out.path()),
        Err(RunError::Output(_))
    ));
    assert_eq!(contents(out.path())["ceremony.json"], b"mine");
}

#[test]
fn the_report_of_a_destruction_is_an_affidavit() {
    let files = played("deletion-window.toml", &[]);
    let report = String::from_utf8(files["report.txt"].clone()).unwrap();
    let flat = report.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "Affidavit of destruction",
        "in the presence of Wim",
        "FROM A FILE",
        "REHEARSAL",
        "Page 1 of",
    ] {
        assert!(flat.contains(words), "{words} in {report}");
    }
    assert!(
        report.lines().all(|line| line.chars().count() <= 73),
        "72 columns"
    );
}

fn flat_report(script: &str) -> String {
    let files = played(script, &[]);
    let report = String::from_utf8(files["report.txt"].clone()).unwrap();
    report.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whatever was signed from a file or compared with nothing is no evidence, and an empty section says that it is.
#[test]
fn a_report_claims_no_more_than_was_done() {
    let report = flat_report("kek-to-aws-rsa.toml");
    for words in [
        "SHA-256 not taken: a rehearsal is the same to the byte on every build",
        "- Make the KEK (make-kek) Operation create-key",
        "Keys kek-to-aws made, check value 1B7DB9 by ANSI_X9_24",
        "Sent how RSA wrap, OAEP, in kek.import-key.rehearsal.json",
        "dual control. State NOT EVIDENCED: signed from a file: nobody typed a passphrase (step make-kek)",
        "origin. State NOT EVIDENCED: its answers came from a file: nobody is shown to have been there (step read); the \
         fingerprint was taken as shown and compared with nothing (steps trust-root, check-leaf)",
        "from beginning to end. State NOT EVIDENCED: its answers came from a file",
        "Package opened nothing was opened here: share and key were held",
        "Suspect packages and keys none",
        "Affidavit of destruction none",
    ] {
        assert!(report.contains(words), "{words} in {report}");
    }
    assert!(!flat_report("working-keys-tr31.toml").contains("RSA wrap, OAEP"));
}

#[test]
fn keys_that_are_carried_or_leave_in_components_stand_in_the_table() {
    let report = flat_report("carry-aws-to-hsm-tr34.toml");
    for words in [
        "- kek-from-aws ARN here none: never in this vault",
        "Check value 143F52 by ANSI_X9_24",
        "Confirmed NOT COMPARED: the check value was taken as shown",
        "Keys kek-from-aws carried, check value 143F52 by ANSI_X9_24",
    ] {
        assert!(report.contains(words), "{words} in {report}");
    }
    let report = flat_report("kek-to-partner-components.toml");
    for words in [
        "Sent how 3 components, each on paper for one custodian",
        "- component 2 of kek-to-partner",
        "Package sealed TE-661003",
    ] {
        assert!(report.contains(words), "{words} in {report}");
    }
    // What left is the initial key of a terminal, and its check value is not the base key's.
    let report = flat_report("bdk-initial-keys-aes.toml");
    assert!(
        report.contains("bdk-terminals left as an initial key, check value 9C4F1D"),
        "{report}"
    );
}

#[test]
fn audit_lines_in_the_journal_are_those_of_the_audit_log() {
    let first = script("first-key.toml");
    let (store, mut session) = vault(&first);
    let mut runner = Runner::begin(&mut session, first, wanted(&[])).unwrap();
    runner.headless(&mut session).unwrap();
    let log = keymoot::vault::Store::read(&store, "audit.jsonl")
        .unwrap()
        .unwrap();
    let log = String::from_utf8(log).unwrap();
    let events: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for (id, op) in [("make", "CreateKey"), ("sign", "sign-off")] {
        let run = runner.run(&session);
        let record = run.steps.iter().find(|step| step.id == id).unwrap();
        let line: u64 = record.notes["audit line"].parse().unwrap();
        let event = events.iter().find(|event| event["n"] == line).unwrap();
        assert!(event.to_string().contains(op), "{event}");
    }
}
