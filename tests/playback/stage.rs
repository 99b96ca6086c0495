//! What the tests share: vaults that hold their keys, and what a run wrote.

use std::collections::BTreeMap;
use std::path::Path;

use keymoot::api::{Clock, Timestamp};
use keymoot::ceremony::{Answer, Runner, Script, Wanted, shipped};
use keymoot::crypto::SecretBytes;
use keymoot::session::{Environment, Opening, RunOutcome, Session, practice};
use keymoot::vault::MemoryStore;

/// A wall clock that stands before every script's own clock.
pub(crate) struct Early;

impl Clock for Early {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_790_000_000_000)
    }
}

pub(crate) fn environment(seed: &str) -> Environment {
    Environment::seeded(seed)
        .unwrap()
        .with_clock(Box::new(Early))
}

pub(crate) fn script(name: &str) -> Script {
    let (_, bytes) = shipped().iter().find(|(file, _)| *file == name).unwrap();
    Script::parse(bytes).ok().unwrap()
}

/// A practice vault with held keys, and its store for a later opening.
pub(crate) fn vault(script: &Script) -> (MemoryStore, Session) {
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
pub(crate) fn reopened(script: &Script, store: &MemoryStore) -> Session {
    let mut opening = Opening::begin(Box::new(store.clone()), "rehearsal").unwrap();
    opening.enter_unlock_file(&super::unlock::file()).unwrap();
    let (seed, _) = script.rehearsal();
    opening.finish(environment(&seed.unwrap()), None).unwrap()
}

/// A script from its text.
pub(crate) fn parsed(text: &str) -> Script {
    match Script::parse(text.as_bytes()) {
        Ok(script) => {
            assert_eq!(script.lint(), []);
            script
        }
        Err(findings) => panic!("{findings:#?}"),
    }
}

/// The text of a shipped script.
pub(crate) fn text(name: &str) -> String {
    let (_, bytes) = shipped().iter().find(|(file, _)| *file == name).unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub(crate) fn wanted(inputs: &[(&str, &[u8])]) -> Wanted {
    let inputs = inputs
        .iter()
        .map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec()));
    Wanted {
        inputs: inputs.collect(),
        ..Wanted::default()
    }
}

pub(crate) fn resume() -> Wanted {
    Wanted {
        resume: true,
        ..Wanted::default()
    }
}

/// Every file of a folder.
pub(crate) fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
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

/// The components of a partner; the second package shows tampering while the first component is entered and its paper
/// lies on the table.
pub(crate) fn tampered() -> String {
    let answer = "serial  = \"TE-448377\"";
    let script = text("kek-from-components.toml");
    script.replacen(answer, &format!("{answer}\ntampered = \"yes\""), 1)
}

/// The text of the report that a run writes, in one line; of one that is not over as it would be printed now.
pub(crate) fn reported(runner: &Runner, session: &Session) -> String {
    let out = tempfile::tempdir().unwrap();
    runner.write_outputs(session, out.path()).unwrap();
    let files = contents(out.path());
    let report = files.get("report.txt").map_or_else(
        || {
            let run = runner.run(session).id;
            let report = keymoot::ceremony::run_report(session, runner.script(), &run);
            keymoot::evidence::report::text(&report.unwrap())
        },
        |bytes| String::from_utf8_lossy(bytes).into_owned(),
    );
    report.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Plays a script to its end and returns what it writes.
pub(crate) fn played(name: &str, inputs: &[(&str, &[u8])]) -> BTreeMap<String, Vec<u8>> {
    played_as(name, script(name), inputs)
}

/// The same for a script that is made.
pub(crate) fn played_as(
    name: &str,
    script_of_run: Script,
    inputs: &[(&str, &[u8])],
) -> BTreeMap<String, Vec<u8>> {
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

pub(crate) fn summary(files: &BTreeMap<String, Vec<u8>>) -> serde_json::Value {
    serde_json::from_slice(&files["ceremony.json"]).unwrap()
}

pub(crate) fn secret(text: &str) -> Answer {
    Answer::Secret(SecretBytes::from_slice(text.as_bytes()))
}

/// The bundle of a run with its report as `change` leaves it, signed by Ana with her practice words.
pub(crate) fn bundled_by_ana(
    session: &mut Session,
    bytes: Vec<u8>,
    run: &str,
    change: impl FnOnce(&mut serde_json::Value),
) -> Vec<u8> {
    let report = keymoot::ceremony::run_report_of(session, &bytes, run).unwrap();
    let mut report = serde_json::to_value(report).unwrap();
    change(&mut report);
    let brought = keymoot::session::Brought {
        script: bytes,
        report,
        recording: None,
        build: serde_json::json!({}),
    };
    let words = SecretBytes::from_slice(practice::phrase("Ana").unwrap().as_bytes());
    let key = keymoot::session::KeySource::Passphrase(words);
    session
        .bundle(run, brought, vec![("Ana".to_owned(), key)])
        .unwrap()
}
