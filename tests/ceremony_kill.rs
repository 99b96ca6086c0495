//! Every script that ships, in a vault in a folder, by processes that are killed (SIGKILL): each process takes the run up
//! where the one before was killed, and is killed itself right after the next commit, before a line more is written. So
//! the run dies at every arrow of its journal, all of them and in their order, and also while a vault is opened again and
//! while a run is taken up. A run that is taken up may settle in one commit what an undisturbed one does in two: for each
//! arrow that no process died at so, another one dies in a vault of its own. What the last process leaves is what an
//! undisturbed run of the program leaves.
//!
//! The process that dies is this test's own program, which stops itself at the commit that it is told; the first, the
//! whole and the last are those of `keymoot`. Every script that ships can be played so.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "playback/unlock.rs"]
mod unlock;

use std::collections::BTreeMap;
use std::io::{Read, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use keymoot::ceremony::{Runner, Script, Wanted, shipped};
use keymoot::session::{Environment, Opening, Run, Session};
use keymoot::vault::{FolderStore, Store, StoreError, VAULT};
use rustix::process::{Signal, getpid, kill_process};
use serde_json::Value;

/// Later than any machine's clock, and before the samples' certificates end.
const CLOCK: &str = "2036-01-05T09:00:00Z";

/// A run has fewer arrows, with those that are gone through twice.
const MOST: usize = 600;

/// A folder whose process dies after so many more commits; 0 is never.
struct Mortal {
    folder: FolderStore,
    left: Arc<AtomicU64>,
}

impl Store for Mortal {
    fn place(&self) -> String {
        self.folder.place()
    }
    fn lasts(&self) -> bool {
        self.folder.lasts()
    }
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.folder.read(name)
    }
    fn reader(&self, name: &str) -> Result<Option<Box<dyn Read + Send>>, StoreError> {
        self.folder.reader(name)
    }
    fn replace(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.folder.replace(name, bytes)?;
        if name == VAULT
            && self.left.load(Ordering::SeqCst) > 0
            && self.left.fetch_sub(1, Ordering::SeqCst) == 1
        {
            kill_process(getpid(), Signal::KILL).unwrap();
        }
        Ok(())
    }
    fn append(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.folder.append(name, bytes)
    }
    fn keep(&mut self, name: &str, as_name: &str) -> Result<(), StoreError> {
        self.folder.keep(name, as_name)
    }
    fn remove(&mut self, name: &str) -> Result<(), StoreError> {
        self.folder.remove(name)
    }
    fn list(&self) -> Result<Vec<String>, StoreError> {
        self.folder.list()
    }
    fn sync(&mut self) -> Result<(), StoreError> {
        self.folder.sync()
    }
    fn try_lock(&mut self) -> Result<(), StoreError> {
        self.folder.try_lock()
    }
}

fn script(name: &str) -> Script {
    let (_, bytes) = shipped().iter().find(|(file, _)| *file == name).unwrap();
    Script::parse(bytes).ok().unwrap()
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap()
}

/// How far a run has come: every arrow raises it, but where signatures are asked for again.
fn position(run: Option<&Run>) -> u64 {
    let steps = run.into_iter().flat_map(|run| &run.steps);
    steps.map(|step| 1 + step.state as u64).sum()
}

/// How many commits a process lives: one where the run has come further than ever before, else one more than the
/// process before, which died at an arrow that is gone through again.
fn lives(memory: &Path, position: u64) -> u64 {
    let known = std::fs::read_to_string(memory).unwrap_or_default();
    let known: Vec<u64> = known
        .split_whitespace()
        .map(|n| n.parse().unwrap())
        .collect();
    let (best, lives) = match known.as_slice() {
        [best, lives] if position <= *best => (*best, lives + 1),
        _ => (position, 1),
    };
    std::fs::write(memory, format!("{best} {lives}")).unwrap();
    lives
}

#[test]
#[ignore = "it is the process that is killed: the other tests start it"]
fn mortal() {
    let name = variable("MORTAL_SCRIPT");
    let early: u64 = variable("MORTAL_EARLY").parse().unwrap();
    let left = Arc::new(AtomicU64::new(early));
    let store = Mortal {
        folder: FolderStore::open(&PathBuf::from(variable("MORTAL_VAULT"))).unwrap(),
        left: Arc::clone(&left),
    };
    let of_run = script(&name);
    let mut session = opened(Box::new(store), &of_run);
    let known = session.last_run(&of_run.sha256_hex());
    note(&variable("MORTAL_SEEN"), stands(known.as_ref()));
    if early == 0 {
        let lives = lives(
            Path::new(&variable("MORTAL_MEMORY")),
            position(known.as_ref()),
        );
        // That the run was taken up is a commit of its own, before any arrow.
        left.store(lives + u64::from(known.is_some()), Ordering::SeqCst);
    }
    let wanted = Wanted {
        resume: known.is_some(),
        ..Wanted::default()
    };
    let mut runner = Runner::begin(&mut session, of_run, wanted).unwrap();
    if let Ok(arrows) = std::env::var("MORTAL_ARROW") {
        runner.stop_after(arrows.parse().unwrap());
        runner.headless(&mut session).unwrap_err();
        let journal = session.last_run(&script(&name).sha256_hex());
        note(&variable("MORTAL_LAST"), stands(journal.as_ref()));
        kill_process(getpid(), Signal::KILL).unwrap();
    }
    runner.headless(&mut session).unwrap();
    // Whoever comes here lives on; the run is done.
    left.store(0, Ordering::SeqCst);
    let arrows = runner.arrows().iter();
    note(
        &variable("MORTAL_LAST"),
        arrows.map(|(step, state)| format!("{step} {state:?}")),
    );
    session.close().unwrap();
}

/// The vault, opened by everybody in it, with the randomness of the script.
fn opened(store: Box<dyn Store>, of_run: &Script) -> Session {
    let (seed, _) = of_run.rehearsal();
    let mut opening = Opening::begin(store, "r").unwrap();
    opening.enter_unlock_file(&unlock::file()).unwrap();
    let environment = Environment::seeded(&seed.unwrap()).unwrap();
    opening.finish(environment, None).unwrap()
}

/// Where every step of a run stands.
fn stands(run: Option<&Run>) -> impl Iterator<Item = String> {
    let steps = run.into_iter().flat_map(|run| &run.steps);
    steps.map(|step| format!("{} {:?}", step.id, step.state))
}

/// Adds lines to a file of the room.
fn note(file: &str, lines: impl Iterator<Item = String>) {
    let lines: String = lines.map(|line| line + "\n").collect();
    let mut file = std::fs::File::options()
        .create(true)
        .append(true)
        .open(file)
        .unwrap();
    file.write_all(lines.as_bytes()).unwrap();
}

fn noted(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn keymoot(room: &Path, line: &str) {
    let output = Command::new(env!("CARGO_BIN_EXE_keymoot"))
        .args(line.split_whitespace())
        .current_dir(room)
        .env("XDG_STATE_HOME", room.join("state"))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{line}: {told}");
}

fn copied(room: &Path, from: &str, to: &str) {
    std::fs::create_dir_all(room.join(to).join("generations")).unwrap();
    for folder in ["", "generations"] {
        for entry in std::fs::read_dir(room.join(from).join(folder))
            .into_iter()
            .flatten()
            .flatten()
        {
            if entry.path().is_file() {
                std::fs::copy(
                    entry.path(),
                    room.join(to).join(folder).join(entry.file_name()),
                )
                .unwrap();
            }
        }
    }
}

/// Every file of a finished run; of the record, all but what an interruption may change.
fn left_by(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let files = entries.map(|e| {
        (
            e.file_name().into_string().unwrap(),
            std::fs::read(e.path()).unwrap(),
        )
    });
    let mut files: BTreeMap<String, Vec<u8>> = files.collect();
    // It tells when each step was interrupted, and names lines of the log.
    files.remove("report.txt");
    let mut record: Value = serde_json::from_slice(&files["ceremony.json"]).unwrap();
    assert_eq!(record["outcome"], "completed");
    record["interruptions"] = Value::Null;
    record["audit_head"] = Value::Null;
    files.insert("ceremony.json".to_owned(), record.to_string().into_bytes());
    files
}

/// A process that plays a script in a vault, and dies after so many commits where `early` is not 0.
fn process(room: &Path, name: &str, vault: &str, early: u64) -> Output {
    mortals(room, name, vault, early).output().unwrap()
}

fn mortals(room: &Path, name: &str, vault: &str, early: u64) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "mortal", "--ignored", "--nocapture"])
        .env("MORTAL_SCRIPT", name)
        .env("MORTAL_EARLY", early.to_string())
        .env("MORTAL_VAULT", room.join(vault))
        .env("MORTAL_MEMORY", room.join("memory"))
        .env("MORTAL_SEEN", room.join(format!("{vault}.seen")))
        .env("MORTAL_LAST", room.join(format!("{vault}.arrows")))
        .env("XDG_STATE_HOME", room.join("state"))
        .stdin(Stdio::null());
    command
}

/// One process after the other, until one lives.
fn killed_again_and_again(room: &Path, name: &str) {
    for n in 0..MOST {
        // Now and then while the vault is opened again, or the run taken up.
        let early = match n % 12 {
            3 => 1,
            9 => 2,
            _ => 0,
        };
        let output = process(room, name, "mortal.vault", early);
        match output.status.signal() {
            Some(9) => {}
            None if output.status.success() => return,
            _ => panic!(
                "{name}, process {n}: {}",
                String::from_utf8_lossy(&output.stderr)
            ),
        }
    }
    panic!("{name} did not end in {MOST} processes");
}

/// What is in a vault: its keys with all that is known of them, what went out and came in, who holds what.
fn held(vault: &Path, of_run: &Script) -> String {
    let store = FolderStore::open(vault).unwrap();
    let view = opened(Box::new(store), of_run).view();
    format!(
        "{:#?}",
        (
            &view.keys,
            &view.exports,
            &view.tokens,
            &view.given,
            &view.unwritten,
            &view.counterparties,
            &view.copies,
            &view.ledger,
        )
    )
}

/// The arrows of an undisturbed run at which no process died yet, by their number from 1.
fn missed(room: &Path, name: &str) -> Vec<(usize, String)> {
    copied(room, "seed.vault", "steady.vault");
    let output = process(room, name, "steady.vault", u64::MAX);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {told}");
    let arrows = noted(&room.join("steady.vault.arrows"));
    assert!(arrows.len() > 10, "{name}: {arrows:?}");
    let seen = noted(&room.join("mortal.vault.seen"));
    let numbered = (1..).zip(arrows);
    numbered.filter(|(_, one)| !seen.contains(one)).collect()
}

/// A process that dies right after this arrow of a run that nobody disturbed before, and what goes on from there.
fn dies_at(room: &Path, name: &str, (number, arrow): &(usize, String)) -> String {
    let vault = format!("{number}.vault");
    copied(room, "seed.vault", &vault);
    let mut mortal = mortals(room, name, &vault, u64::MAX);
    let died = mortal.env("MORTAL_ARROW", number.to_string()).output();
    let died = died.unwrap();
    let told = String::from_utf8_lossy(&died.stderr);
    assert_eq!(died.status.signal(), Some(9), "{name}, {arrow}: {told}");
    let left = noted(&room.join(format!("{vault}.arrows")));
    let goes_on = process(room, name, &vault, u64::MAX);
    let told = String::from_utf8_lossy(&goes_on.stderr);
    assert!(goes_on.status.success(), "{name}, {arrow}: {told}");
    let found = noted(&room.join(format!("{vault}.seen")));
    assert!(!left.is_empty(), "{name}, {arrow}: no run stood open");
    assert_eq!(found, left, "{name}, {arrow}: another journal was found");
    vault
}

fn dies_at_every_arrow(name: &str) {
    let room = tempfile::tempdir().unwrap();
    let room = room.path();
    keymoot(room, &format!("init r.vault --rehearse --clock {CLOCK}"));
    copied(room, "r.vault", "mortal.vault");
    copied(room, "r.vault", "seed.vault");
    let play = |more: &str| {
        keymoot(
            room,
            &format!("play {name} --headless --clock {CLOCK} {more}"),
        );
    };
    play("--vault r.vault --out whole");
    killed_again_and_again(room, name);
    let of_run = script(name);
    let undisturbed = |vault: &str, out: &str| {
        // The run is done: the program writes what it made.
        play(&format!("--vault {vault} --resume --out {out}"));
        let (again, whole) = (room.join(out), room.join("whole"));
        assert_eq!(left_by(&again), left_by(&whole), "{name}, {vault}");
        // The record names what the script declared; that nothing else was made beside it, the vault says.
        let (again, whole) = (room.join(vault), room.join("r.vault"));
        assert_eq!(held(&again, &of_run), held(&whole, &of_run), "{name}");
    };
    undisturbed("mortal.vault", "again");
    for arrow in missed(room, name) {
        let vault = dies_at(room, name, &arrow);
        undisturbed(&vault, &format!("{vault}.out"));
    }
    let record = std::fs::read(room.join("again/ceremony.json")).unwrap();
    let record: Value = serde_json::from_slice(&record).unwrap();
    assert!(record["interruptions"].as_u64().unwrap() > 15, "{record}");
    keymoot(room, "vault verify mortal.vault");
}

macro_rules! die_at_every_arrow {
    ($($test:ident $name:literal),+ $(,)?) => {
        $(#[test] fn $test() { dies_at_every_arrow($name); })+

        #[test]
        fn every_shipped_script_dies() {
            let tested = [$($name),+];
            for (name, _) in shipped() {
                assert!(tested.contains(name), "{name} is not killed at every arrow");
            }
        }
    };
}

die_at_every_arrow! {
    first_key "first-key.toml",
    kek_to_aws "kek-to-aws-rsa.toml",
    kek_aes128_to_aws "kek-aes128-to-aws-rsa.toml",
    deletion_window "deletion-window.toml",
    working_keys "working-keys-tr31.toml",
    tdes_initial_keys "bdk-initial-keys-tdes.toml",
    aes_initial_keys "bdk-initial-keys-aes.toml",
    rewrap "rewrap-zmk-to-aws.toml",
    kek_to_partner "kek-to-partner-tr34.toml",
    kek_from_partner "kek-from-partner-tr34.toml",
    kek_from_partner_two_pass "kek-from-partner-tr34-two-pass.toml",
    kek_from_aws "kek-from-aws-tr34.toml",
    kek_from_components "kek-from-components.toml",
    components_to_aws "components-to-aws.toml",
    kek_to_partner_components "kek-to-partner-components.toml",
    carry_hsm_to_aws "carry-hsm-to-aws-tr34.toml",
    carry_aws_to_hsm "carry-aws-to-hsm-tr34.toml",
    custodian_replacement "custodian-replacement.toml",
    vault_recovery "vault-recovery.toml",
    recovery_set "recovery-set.toml",
}
