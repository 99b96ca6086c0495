//! Interruption: the power fails at commits of a run in turn, and the run goes on in what was left.
//!
//! Every arrow of the journal is a commit: the vault is kept as it stood after each, as a pulled plug would leave it, and
//! a new session takes the run up from there. Of a long run some are tried here, from its beginning to its end;
//! `ceremony_kill` kills the process of every script that ships at all of them.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, Mutex};

use keymoot::ceremony::{RunError, Runner, Script, Wanted, shipped};
use keymoot::session::{RunOutcome, StepState, practice};
use keymoot::vault::{MemoryStore, Store, StoreError};

use super::aborting::stops;
use super::stage::{
    contents, environment, played_as, reopened, resume, script, summary, vault, wanted,
};

/// A store in memory that keeps a copy of itself after each time `vault.age` is put.
struct Kept {
    inner: MemoryStore,
    copies: Arc<Mutex<Vec<MemoryStore>>>,
}

impl Store for Kept {
    fn place(&self) -> String {
        self.inner.place()
    }
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.read(name)
    }
    fn reader(&self, name: &str) -> Result<Option<Box<dyn Read + Send>>, StoreError> {
        self.inner.reader(name)
    }
    fn replace(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.inner.replace(name, bytes)?;
        if name == "vault.age" {
            self.copies.lock().unwrap().push(self.inner.snapshot());
        }
        Ok(())
    }
    fn append(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.inner.append(name, bytes)
    }
    fn keep(&mut self, name: &str, as_name: &str) -> Result<(), StoreError> {
        self.inner.keep(name, as_name)
    }
    fn remove(&mut self, name: &str) -> Result<(), StoreError> {
        self.inner.remove(name)
    }
    fn list(&self) -> Result<Vec<String>, StoreError> {
        self.inner.list()
    }
    fn sync(&mut self) -> Result<(), StoreError> {
        self.inner.sync()
    }
    fn try_lock(&mut self) -> Result<(), StoreError> {
        self.inner.try_lock()
    }
}

/// Plays a script once and returns the vault as it stood after each commit since the run began.
pub(crate) fn commits(of_run: Script) -> Vec<MemoryStore> {
    commits_with(of_run, &[])
}

fn commits_with(of_run: Script, inputs: &[(&str, &[u8])]) -> Vec<MemoryStore> {
    let (seed, clock) = of_run.rehearsal();
    let copies = Arc::new(Mutex::new(Vec::new()));
    let store = Kept {
        inner: MemoryStore::default(),
        copies: Arc::clone(&copies),
    };
    let environment = environment(&seed.unwrap());
    let mut session = practice::vault(Box::new(store), environment, clock, true)
        .unwrap()
        .session;
    copies.lock().unwrap().clear();
    let mut runner = Runner::begin(&mut session, of_run, wanted(inputs)).unwrap();
    // However it ends: what stood after each commit is what is wanted.
    let _ = runner.headless(&mut session);
    let copies = copies.lock().unwrap();
    copies.iter().map(MemoryStore::snapshot).collect()
}

/// The summary without what an interruption may change.
fn comparable(files: &BTreeMap<String, Vec<u8>>) -> serde_json::Value {
    let mut value = summary(files);
    value["interruptions"] = serde_json::Value::Null;
    value["audit_head"] = serde_json::Value::Null;
    value
}

/// Takes a run up in a copy of the vault and plays it to its end.
fn taken_up(
    name: &str,
    again: Script,
    store: &MemoryStore,
    inputs: &[(&str, &[u8])],
) -> BTreeMap<String, Vec<u8>> {
    let mut session = reopened(&again, store);
    let mut runner = Runner::begin(
        &mut session,
        again,
        Wanted {
            inputs: wanted(inputs).inputs,
            ..resume()
        },
    )
    .unwrap();
    let outcome = runner.headless(&mut session);
    assert!(
        matches!(outcome, Ok(RunOutcome::Completed)),
        "{name}: {outcome:?}"
    );
    let out = tempfile::tempdir().unwrap();
    // What an interrupted writing left behind is replaced.
    std::fs::write(out.path().join("ceremony.json"), b"{").unwrap();
    runner.write_outputs(&session, out.path()).unwrap();
    contents(out.path())
}

/// Pulls the plug after every commit in turn, and stops the run for good after every one.
fn resumes(name: &str) {
    let copies = resumes_as(name, || script(name), &[], usize::MAX);
    for (at, store) in copies.iter().enumerate() {
        let place = format!("{name}, stopped after commit {at}");
        stops(&place, &|| script(name), &[], store, at == copies.len() / 2);
    }
}

/// The same for a script that is made, after the `last` of its commits; the vault as it stood after each.
pub(crate) fn resumes_as(
    name: &str,
    of_run: impl Fn() -> Script,
    inputs: &[(&str, &[u8])],
    last: usize,
) -> Vec<MemoryStore> {
    /// So many commits of a run are tried, spread over it, and its last ones; `ceremony_kill` has all of them.
    const TRIED: usize = 6;
    const LAST: usize = 3;
    let whole = played_as(name, of_run(), inputs);
    let copies = commits_with(of_run(), inputs);
    assert!(copies.len() > 15, "{name}: only {} commits", copies.len());
    let every = copies.len().div_ceil(TRIED);
    let tried = |at: usize| at.is_multiple_of(every) || at + LAST >= copies.len();
    let latest = copies.iter().enumerate().rev().take(last);
    for (at, store) in latest.filter(|(at, _)| tried(*at)) {
        let files = taken_up(name, of_run(), store, inputs);
        assert_eq!(
            comparable(&files),
            comparable(&whole),
            "{name} after commit {at}"
        );
        for (file, bytes) in &whole {
            if file != "ceremony.json" && file != "report.txt" {
                assert_eq!(
                    files.get(file),
                    Some(bytes),
                    "{name} after commit {at}: {file}"
                );
            }
        }
        // After the last commits the run has ended: then nothing was interrupted.
        assert!(summary(&files)["interruptions"].as_u64() <= Some(1));
    }
    copies
}

/// One test for each shipped script, so that they run side by side and each is named where it fails.
macro_rules! interrupted {
    ($($test:ident $name:literal),+ $(,)?) => {
        $(#[test] fn $test() { resumes($name); })+

        #[test]
        fn every_shipped_script_is_interrupted() {
            let tested = [$($name),+];
            for (name, _) in shipped() {
                assert!(tested.contains(name), "{name} is not interrupted");
            }
        }
    };
}

interrupted! {
    first_key_resumes "first-key.toml",
    kek_to_aws_resumes "kek-to-aws-rsa.toml",
    kek_aes128_to_aws_resumes "kek-aes128-to-aws-rsa.toml",
    deletion_window_resumes "deletion-window.toml",
    working_keys_resume "working-keys-tr31.toml",
    tdes_initial_keys_resume "bdk-initial-keys-tdes.toml",
    aes_initial_keys_resume "bdk-initial-keys-aes.toml",
    rewrap_resumes "rewrap-zmk-to-aws.toml",
    kek_to_partner_resumes "kek-to-partner-tr34.toml",
    kek_from_partner_resumes "kek-from-partner-tr34.toml",
    kek_from_partner_two_pass_resumes "kek-from-partner-tr34-two-pass.toml",
    kek_from_aws_resumes "kek-from-aws-tr34.toml",
    kek_from_components_resumes "kek-from-components.toml",
    components_to_aws_resumes "components-to-aws.toml",
    kek_to_partner_components_resumes "kek-to-partner-components.toml",
    carry_hsm_to_aws_resumes "carry-hsm-to-aws-tr34.toml",
    carry_aws_to_hsm_resumes "carry-aws-to-hsm-tr34.toml",
    custodian_replacement_resumes "custodian-replacement.toml",
    vault_recovery_resumes "vault-recovery.toml",
    recovery_set_resumes "recovery-set.toml",
}

/// Every arrow of the journal is a commit: after each, a copy of the vault stands at the state that it names.
#[test]
fn every_state_of_an_act_is_seen_by_an_interruption() {
    let name = "first-key.toml";
    let mut seen = std::collections::BTreeSet::new();
    for store in commits(script(name)) {
        let session = reopened(&script(name), &store);
        let run = session.last_run(&script(name).sha256_hex()).unwrap();
        let record = run.steps.iter().find(|s| s.op == "create-key").unwrap();
        seen.insert(record.state);
    }
    for state in [
        StepState::Planned,
        StepState::Armed,
        StepState::Issued,
        StepState::CoSigned,
        StepState::Executing,
        StepState::Executed,
        StepState::Verified,
        StepState::Closed,
    ] {
        assert!(seen.contains(&state), "{state:?} in {seen:?}");
    }
}

#[test]
fn a_drill_stops_where_it_is_told() {
    let first = script("first-key.toml");
    let (store, mut session) = vault(&first);
    let mut runner = Runner::begin(&mut session, first, wanted(&[])).unwrap();
    runner.stop_after(7);
    assert!(runner.headless(&mut session).is_err());
    drop(runner);
    drop(session);
    let files = taken_up("first-key.toml", script("first-key.toml"), &store, &[]);
    assert_eq!(summary(&files)["interruptions"], 1);
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
    let (one, two) = (out.path().join("one"), out.path().join("two"));
    runner.write_outputs(&session, &one).unwrap();
    again.write_outputs(&session, &two).unwrap();
    assert_eq!(contents(&one), contents(&two));
    assert_eq!(contents(&one).len(), 2);
    // A second run is another run.
    let mut second = Runner::begin(&mut session, script("first-key.toml"), wanted(&[])).unwrap();
    assert_eq!(second.run(&session).number, 2);
    second.headless(&mut session).unwrap();
}
