//! kill -9 at random instants of a process that commits and destroys in a loop: each time the vault opens
//! in the state before or after, and nothing older than the last destruction is left.
//!
//! The process that is killed is this test binary again, told by an environment variable.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use keymoot::crypto::SecretBytes;
use keymoot::vault::{
    AuditHead, Change, Commitments, CustodyFile, CustodyPerson, FolderStore, Identity, Profile,
    Recipients, Store, Vault, generation_name, share_commitment,
};

const FOLDER: &str = "KEYMOOT_TEST_KILLED_VAULT";
const KILLS: usize = 200;
/// Every so many commits destroy the key of the commits before.
const KEY_LIFE: u64 = 4;

fn identity(byte: u8) -> Identity {
    Identity::from_raw(SecretBytes::from_slice(&[byte; 32])).unwrap()
}

fn custody() -> CustodyFile {
    let (vault_id, set_id) = ([1; 16], [2; 16]);
    let custodian = |index: u8| CustodyPerson {
        name: format!("custodian-{index}"),
        role: "custodian".to_owned(),
        approval_key: [index; 32],
        index: Some(index),
        medium: None,
        commitments: Some(Commitments {
            open: share_commitment(&vault_id, &set_id, true, index, &[index; 32]),
            use_: share_commitment(&vault_id, &set_id, false, index, &[index; 32]),
        }),
        envelopes: None,
    };
    CustodyFile {
        version: 1,
        vault_id,
        set_id,
        profile: Profile::Test,
        k: 2,
        t: 2,
        n: 2,
        recipients: Recipients {
            open: identity(1).recipient().to_owned(),
            use_: identity(2).recipient().to_owned(),
        },
        people: vec![custodian(1), custodian(2)],
        recovery: None,
    }
}

/// A state that names the one key that lives at `seq`, and is long enough to be written in pieces.
fn state(seq: u64) -> Vec<u8> {
    let mut bytes = format!("{seq} {}\n", seq / KEY_LIFE).into_bytes();
    bytes.resize(70_000, b'.');
    bytes
}

fn parsed(state: &[u8]) -> (u64, u64) {
    let line = state.split(|b| *b == b'\n').next().unwrap();
    let text = std::str::from_utf8(line).unwrap();
    let (seq, key) = text.split_once(' ').unwrap();
    (seq.parse().unwrap(), key.parse().unwrap())
}

fn change(seq: u64, state: &[u8]) -> Change<'_> {
    Change {
        epoch: [3; 16],
        seq,
        state_head: [0; 32],
        audit_head: AuditHead::default(),
        custody: None,
        state,
        destroys: seq.is_multiple_of(KEY_LIFE),
    }
}

fn open(folder: &Path) -> (Vault, u64, u64) {
    let store = FolderStore::open(folder).unwrap();
    let (vault, opened) = Vault::open(Box::new(store), &identity(1)).unwrap();
    let (seq, key) = parsed(opened.bytes());
    assert_eq!(vault.header().seq, seq);
    (vault, seq, key)
}

/// The process that will be killed. Without the variable it is a test that does nothing.
#[test]
fn child_commits_until_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let (mut vault, mut seq, _) = open(Path::new(&folder));
    let mut out = std::io::stdout().lock();
    loop {
        writeln!(out, "\nseq {seq}").unwrap();
        out.flush().unwrap();
        seq += 1;
        vault.commit(&change(seq, &state(seq))).unwrap();
    }
}

/// Starts the child, kills it, and returns the last sequence number it reported. Most are killed while they
/// commit, some at any instant of starting and opening.
fn run_and_kill(folder: &Path, kill: usize) -> Option<u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_commits_until_killed", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut seqs = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .filter_map(|line| line.strip_prefix("seq ")?.parse().ok());
    let opened = if kill.is_multiple_of(8) {
        None
    } else {
        seqs.next()
    };
    std::thread::sleep(random_millis(60));
    child.kill().unwrap(); // SIGKILL
    assert!(!child.wait().unwrap().success());
    seqs.last().or(opened)
}

/// Every vault file that is left tells only of the key that lives now.
fn check_purged(folder: &Path, vault: &Vault, key: u64) {
    let store = FolderStore::open(folder).unwrap();
    for name in store.list().unwrap() {
        assert!(!name.contains("tmp"), "{name}");
        let Some(number) = name
            .strip_prefix("generations/")
            .and_then(|name| name.split('.').next())
        else {
            continue;
        };
        let number: u64 = number.parse().unwrap();
        assert_eq!(generation_name(number), name);
        assert!(number >= vault.header().purge_before, "{name}");
        let sealed = store.read(&name).unwrap().unwrap();
        let plain = keymoot::vault::open_with(&identity(1), &sealed).unwrap();
        let needle = format!(" {key}\n.");
        assert!(
            plain.windows(needle.len()).any(|w| w == needle.as_bytes()),
            "{name}"
        );
    }
}

fn random_millis(below: u64) -> Duration {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).unwrap();
    Duration::from_micros(u64::from_le_bytes(bytes) % (below * 1000))
}

#[test]
fn a_process_killed_at_any_instant_leaves_a_whole_vault() {
    let base = tempfile::tempdir().unwrap();
    let folder = base.path().join("vault");
    let store = FolderStore::create(&folder).unwrap();
    let first = state(0);
    drop(Vault::create(Box::new(store), &identity(1), custody(), &change(0, &first)).unwrap());
    let begun = Instant::now();
    let (mut seq, mut commits) = (0, 0);
    for kill in 0..KILLS {
        let reported = run_and_kill(&folder, kill).unwrap_or(seq);
        let (vault, found, key) = open(&folder);
        assert!(
            found == reported || found == reported + 1,
            "kill {kill}: reported {reported}, found {found}"
        );
        assert_eq!(key, found / KEY_LIFE);
        check_purged(&folder, &vault, key);
        commits += found - seq;
        seq = found;
    }
    println!(
        "{KILLS} kills over {commits} commits in {:?}",
        begun.elapsed()
    );
    assert!(
        commits > KILLS as u64,
        "the child was killed too early to show anything"
    );
}
