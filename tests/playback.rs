//! Every shipped script, played from outside: green, the same bytes twice, and resumed at every arrow.

#![allow(clippy::unwrap_used, clippy::panic)] // a test fails by panicking; helpers are no exception

use std::collections::BTreeMap;
use std::path::Path;

use keymoot::api::{Clock, Timestamp};
use keymoot::ceremony::{Advance, Answer, Ask, RunError, Runner, Script, Wanted, sample, shipped};
use keymoot::crypto::SecretBytes;
use keymoot::session::{Environment, Opening, RunOutcome, Session, practice};
use keymoot::vault::MemoryStore;

/// A wall clock that stands before every script's own clock.
struct Early;

impl Clock for Early {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_790_000_000_000)
    }
}

fn environment(seed: &str) -> Environment {
    Environment::seeded(seed)
        .unwrap()
        .with_clock(Box::new(Early))
}

fn script(name: &str) -> Script {
    let (_, bytes) = shipped().iter().find(|(file, _)| *file == name).unwrap();
    Script::parse(bytes).ok().unwrap()
}

/// A practice vault with held keys, and its store for a later opening.
fn vault(script: &Script) -> (MemoryStore, Session) {
    let (seed, clock) = script.rehearsal();
    let store = MemoryStore::default();
    let created = practice::vault(
        Box::new(store.clone()),
        environment(&seed.unwrap()),
        clock,
        true,
    )
    .unwrap();
    (store, created.session)
}

/// Opens the store again as a new process would, with every key held.
fn reopened(script: &Script, store: &MemoryStore) -> Session {
    let person = |name: &str| {
        let (_, _, phrase) = practice::PEOPLE
            .iter()
            .find(|(n, _, _)| *n == name)
            .unwrap();
        serde_json::json!({"name": name, "passphrase": phrase})
    };
    let unlock = serde_json::json!({
        "custodians": [person("Ana"), person("Ben"), person("Cho")],
        "administrator": person("Ada"),
        "witness": person("Wim"),
    });
    let mut opening = Opening::begin(Box::new(store.clone()), "rehearsal").unwrap();
    opening
        .enter_unlock_file(unlock.to_string().as_bytes())
        .unwrap();
    let (seed, _) = script.rehearsal();
    opening.finish(environment(&seed.unwrap()), None).unwrap()
}

fn wanted(inputs: &[(&str, &[u8])]) -> Wanted {
    let inputs = inputs
        .iter()
        .map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec()));
    Wanted {
        inputs: inputs.collect(),
        resume: false,
    }
}

fn resume() -> Wanted {
    Wanted {
        inputs: BTreeMap::new(),
        resume: true,
    }
}

/// Every file of a folder.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|e| {
            (
                e.file_name().into_string().unwrap(),
                std::fs::read(e.path()).unwrap(),
            )
        })
        .collect()
}

/// Plays a script to its end and returns what it writes.
fn played(name: &str, inputs: &[(&str, &[u8])]) -> BTreeMap<String, Vec<u8>> {
    let script_of_run = script(name);
    let (_, mut session) = vault(&script_of_run);
    let mut runner = Runner::begin(&mut session, script_of_run, wanted(inputs)).unwrap();
    let outcome = runner.headless(&mut session);
    assert!(
        matches!(outcome, Ok(RunOutcome::Completed)),
        "{name}: {outcome:?}"
    );
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join("out");
    let names = runner.write_outputs(&session, &folder).unwrap();
    let files = contents(&folder);
    assert_eq!(names.len(), files.len());
    files
}

fn summary(files: &BTreeMap<String, Vec<u8>>) -> serde_json::Value {
    serde_json::from_slice(&files["ceremony.json"]).unwrap()
}

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
    let mut runner = Runner::begin(&mut session, aes, wanted(&[("counterparty", weak)])).unwrap();
    let Err(RunError::Step { step, message }) = runner.headless(&mut session) else {
        panic!("AES_128 under RSA_2048 was not refused");
    };
    assert_eq!(step, "export-kek");
    assert!(message.starts_with("ValidationException"), "{message}");
    let out = tempfile::tempdir().unwrap();
    runner.write_outputs(&session, out.path()).unwrap();
    let files = contents(out.path());
    assert_eq!(
        files.keys().collect::<Vec<_>>(),
        ["ceremony.json", "report.txt"]
    );
    let summary = summary(&files);
    assert_eq!(summary["outcome"], "aborted");
    let states: Vec<_> = summary["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["state"].as_str().unwrap())
        .collect();
    assert_eq!(&states[5..], ["closed", "aborted", "planned", "planned"]);
}

#[test]
fn a_file_that_is_none_is_refused_before_anything_is_done() {
    for bad in [&b"garbage"[..], b"{}", b""] {
        let kek = script("kek-to-aws-rsa.toml");
        let (_, mut session) = vault(&kek);
        let mut runner =
            Runner::begin(&mut session, kek, wanted(&[("counterparty", bad)])).unwrap();
        let Err(RunError::Step { step, message }) = runner.headless(&mut session) else {
            panic!("was not refused");
        };
        assert_eq!(step, "read");
        assert!(message.starts_with("ValidationException"), "{message}");
        assert!(session.view().keys.is_empty());
    }
}

/// Plays with a stop after so many arrows, opens the vault anew, and goes on until it is done. Returns the files and
/// whether the stop was reached.
fn interrupted(name: &str, arrows: usize) -> (BTreeMap<String, Vec<u8>>, bool) {
    let of_run = script(name);
    let (store, mut session) = vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    runner.stop_after(arrows);
    let stopped = runner.headless(&mut session).is_err();
    let out = tempfile::tempdir().unwrap();
    if !stopped {
        runner.write_outputs(&session, out.path()).unwrap();
        return (contents(out.path()), false);
    }
    drop(runner);
    drop(session);
    let again = script(name);
    let mut session = reopened(&again, &store);
    let mut runner = Runner::begin(&mut session, again, resume()).unwrap();
    let outcome = runner.headless(&mut session);
    assert!(
        matches!(outcome, Ok(RunOutcome::Completed)),
        "{name} after {arrows}: {outcome:?}"
    );
    // What an interrupted writing left behind is replaced.
    std::fs::write(out.path().join("ceremony.json"), b"{").unwrap();
    runner.write_outputs(&session, out.path()).unwrap();
    (contents(out.path()), true)
}

/// The summary without what an interruption may change.
fn comparable(files: &BTreeMap<String, Vec<u8>>) -> serde_json::Value {
    let mut value = summary(files);
    value["interruptions"] = serde_json::Value::Null;
    value["audit_head"] = serde_json::Value::Null;
    value
}

/// Stops after every `stride`th arrow in turn.
fn resumes(name: &str, stride: usize) {
    let whole = played(name, &[]);
    let mut arrows = 1;
    loop {
        let (files, stopped) = interrupted(name, arrows);
        let run = comparable(&files);
        assert_eq!(run, comparable(&whole), "{name} after arrow {arrows}");
        for (file, bytes) in &whole {
            if file != "ceremony.json" && file != "report.txt" {
                assert_eq!(
                    files.get(file),
                    Some(bytes),
                    "{name} after arrow {arrows}: {file}"
                );
            }
        }
        if !stopped {
            break;
        }
        // A stop at the last arrow finds the run ended: then nothing was interrupted.
        assert!(summary(&files)["interruptions"].as_u64() <= Some(1));
        arrows += stride;
    }
    assert!(arrows > 15, "{name}: only {arrows} arrows");
}

#[test]
fn first_key_resumes_at_every_arrow() {
    resumes("first-key.toml", 1);
}

#[test]
fn kek_to_aws_resumes_at_every_arrow() {
    resumes("kek-to-aws-rsa.toml", 1);
}

#[test]
fn kek_aes128_to_aws_resumes_too() {
    // Its steps are those of kek-to-aws-rsa: every fifth arrow, to keep the tests short.
    resumes("kek-aes128-to-aws-rsa.toml", 5);
}

#[test]
fn deletion_window_resumes_at_every_arrow() {
    resumes("deletion-window.toml", 1);
}

#[test]
fn an_open_run_is_not_begun_twice_and_none_is_not_resumed() {
    let first = script("first-key.toml");
    let (_, mut session) = vault(&first);
    let none = Runner::begin(&mut session, script("first-key.toml"), resume());
    assert!(matches!(none.err(), Some(RunError::CannotBegin(_))));
    let mut runner = Runner::begin(&mut session, first, wanted(&[])).unwrap();
    let twice = Runner::begin(&mut session, script("first-key.toml"), wanted(&[]));
    let Some(RunError::CannotBegin(words)) = twice.err() else {
        panic!()
    };
    assert!(words.contains("--resume"), "{words}");
    runner.headless(&mut session).unwrap();
    // Taken up again after its end, it changes nothing and writes both again.
    let before = session.view().commit;
    let again = Runner::begin(&mut session, script("first-key.toml"), resume()).unwrap();
    assert_eq!(again.outcome(), Some(RunOutcome::Completed));
    assert_eq!(session.view().commit, before);
    let out = tempfile::tempdir().unwrap();
    again.write_outputs(&session, out.path()).unwrap();
    assert_eq!(contents(out.path()).len(), 2);
    // A second run is another run.
    let mut second = Runner::begin(&mut session, script("first-key.toml"), wanted(&[])).unwrap();
    assert_eq!(second.run(&session).number, 2);
    second.headless(&mut session).unwrap();
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

/// Plays at a terminal: every ask is answered with its practice answer, except where `typed` says otherwise.
fn by_people(
    session: &mut Session,
    runner: &mut Runner,
    mut typed: impl FnMut(&Ask, usize) -> Option<Vec<Answer>>,
) -> (RunOutcome, Vec<String>) {
    let mut wrong = Vec::new();
    for tries in 0..1000 {
        let showing = runner.showing(session);
        let Some(ask) = showing.ask else {
            return (showing.outcome.unwrap(), wrong);
        };
        for line in [&ask.footing.acts, &ask.footing.enter, &ask.footing.so_far] {
            assert!(!line.is_empty(), "{}", ask.title);
        }
        let practice = || {
            let fields = ask.fields.iter();
            let answer = |asked: &keymoot::ceremony::AskField| {
                let text = asked
                    .practice
                    .clone()
                    .unwrap_or_else(|| panic!("{}: {}", ask.title, asked.field.id));
                if asked.field.secret() {
                    secret(&text)
                } else {
                    Answer::Text(text)
                }
            };
            fields.map(answer).collect()
        };
        let answers = typed(&ask, tries).unwrap_or_else(practice);
        if let Advance::Again(words) = runner.answer(session, answers).unwrap() {
            assert!(
                words.contains("Nothing") || words.contains("No key"),
                "{words}"
            );
            wrong.push(words);
        }
    }
    panic!("the run does not end");
}

fn secret(text: &str) -> Answer {
    Answer::Secret(SecretBytes::from_slice(text.as_bytes()))
}

/// A practice vault in which everybody types.
fn typing_vault(script: &Script) -> Session {
    let (seed, clock) = script.rehearsal();
    let environment = environment(&seed.unwrap());
    let store = Box::new(MemoryStore::default());
    practice::vault(store, environment, clock, false)
        .unwrap()
        .session
}

#[test]
fn people_at_a_terminal_finish_every_script_with_practice_answers() {
    for (name, _) in shipped() {
        let of_run = script(name);
        let mut session = typing_vault(&of_run);
        let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
        let (outcome, wrong) = by_people(&mut session, &mut runner, |_, _| None);
        assert_eq!((outcome, wrong.len()), (RunOutcome::Completed, 0), "{name}");
    }
}

#[test]
fn a_wrong_answer_never_ends_a_run() {
    let kek = script("kek-to-aws-rsa.toml");
    let mut session = typing_vault(&kek);
    let mut runner = Runner::begin(&mut session, kek, wanted(&[])).unwrap();
    let mut seen: Vec<String> = Vec::new();
    let (outcome, wrong) = by_people(&mut session, &mut runner, |ask, _| {
        // The first try of every question is wrong.
        let first = !seen.contains(&ask.title);
        seen.push(ask.title.clone());
        let wrong = |asked: &keymoot::ceremony::AskField| match asked.field.id {
            "passphrase" => secret("wrong words"),
            "time" => Answer::Text("2031-01-01 00:00".into()),
            "fingerprint" => Answer::Text("00".repeat(32)),
            _ => Answer::Text("somewhere".into()),
        };
        (first && !ask.fields.is_empty()).then(|| ask.fields.iter().map(wrong).collect())
    });
    assert_eq!(outcome, RunOutcome::Completed);
    assert!(wrong.len() >= 16, "{wrong:#?}");
}

#[test]
fn a_typed_fingerprint_is_recorded_with_who_and_where_from() {
    let file = sample("get-parameters-for-import-rsa2048.json").unwrap();
    let parameters = keymoot::pki::ImportParameters::parse(file).unwrap();
    let hex = |bytes: [u8; 32]| data_encoding::HEXUPPER.encode(&bytes);
    let root = hex(parameters.root().sha256_fingerprint());
    let leaf = hex(parameters.wrapping_certificate.sha256_fingerprint());
    let kek = script("kek-to-aws-rsa.toml");
    let mut session = typing_vault(&kek);
    let mut runner = Runner::begin(&mut session, kek, wanted(&[])).unwrap();
    let (outcome, _) = by_people(&mut session, &mut runner, |ask, _| {
        let asks = |id: &str| ask.fields.iter().any(|f| f.field.id == id);
        if !asks("fingerprint") {
            return None;
        }
        assert_eq!((ask.person.as_str(), ask.hand_over), ("Ben", true));
        assert!(
            ask.body
                .iter()
                .any(|line| line.contains("get-parameters-for-import"))
        );
        assert!(
            !ask.body
                .iter()
                .any(|line| line.contains(&root.to_lowercase()) || line.contains(&leaf))
        );
        if asks("source") {
            return Some(vec![
                Answer::Text(root.clone()),
                Answer::Text("Ben, 23 Nov, account 1".into()),
            ]);
        }
        Some(vec![Answer::Text(leaf.clone())])
    });
    assert_eq!(outcome, RunOutcome::Completed);
    let run = runner.run(&session);
    let trust = run
        .steps
        .iter()
        .find(|step| step.id == "trust-root")
        .unwrap();
    assert_eq!(trust.notes["typed by"], "Ben");
    assert_eq!(trust.who, ["Ada", "Ana", "Ben"]);
    let out = tempfile::tempdir().unwrap();
    runner.write_outputs(&session, out.path()).unwrap();
    let report = String::from_utf8(contents(out.path())["report.txt"].clone()).unwrap();
    let flat = report.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("fingerprint typed by Ben from another channel"),
        "{report}"
    );
    assert!(flat.contains("No signature came from a file."), "{report}");
    assert!(flat.contains("Exceptions none"), "{report}");
}

#[test]
fn an_aborted_run_is_recorded_and_leaves_nothing_pending() {
    let first = script("first-key.toml");
    let mut session = typing_vault(&first);
    let mut runner = Runner::begin(&mut session, first, wanted(&[])).unwrap();
    loop {
        let ask = runner.showing(&session).ask.unwrap();
        if ask.title.contains("approves") {
            break;
        }
        let answers = ask.fields.iter().map(|asked| {
            let text = asked.practice.clone().unwrap();
            if asked.field.secret() {
                secret(&text)
            } else {
                Answer::Text(text)
            }
        });
        let answers = answers.collect();
        runner.answer(&mut session, answers).unwrap();
    }
    assert_eq!(session.view().pending.len(), 1);
    runner.abort(&mut session, "the fire bell rang").unwrap();
    assert!(session.view().pending.is_empty());
    let run = runner.run(&session);
    assert_eq!(run.outcome, Some(RunOutcome::Aborted));
    assert!(session.view().keys.is_empty());
    assert!(runner.showing(&session).ask.is_none());
    let out = tempfile::tempdir().unwrap();
    runner.write_outputs(&session, out.path()).unwrap();
    assert_eq!(summary(&contents(out.path()))["outcome"], "aborted");
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

#[test]
fn audit_lines_in_the_journal_are_those_of_the_audit_log() {
    let first = script("first-key.toml");
    let (mut store, mut session) = vault(&first);
    let mut runner = Runner::begin(&mut session, first, wanted(&[])).unwrap();
    runner.headless(&mut session).unwrap();
    let log = keymoot::vault::Store::read(&mut store, "audit.jsonl")
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
