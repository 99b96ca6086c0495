//! Commit and open with the state of 10 000 keys, against stock `age` on the same bytes in the same run.
//! Prints ratios; absolute times say little about another machine.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use keymoot::crypto::SecretBytes;
use keymoot::vault::{
    AuditHead, Change, Commitments, CustodyFile, CustodyPerson, FolderStore, Identity, MemoryStore,
    Profile, Recipients, Store, Vault, share_commitment,
};

type Failure = Box<dyn std::error::Error>;

const KEYS: usize = 10_000;
/// One key's record in CBOR with its sealed blob, tags and an alias.
const KEY_BYTES: usize = 1_200;
const ROUNDS: usize = 21;

fn identity(byte: u8) -> Result<Identity, Failure> {
    Ok(Identity::from_raw(SecretBytes::from_slice(&[byte; 32]))?)
}

fn custody() -> Result<CustodyFile, Failure> {
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
    Ok(CustodyFile {
        version: 1,
        vault_id,
        set_id,
        profile: Profile::Test,
        k: 2,
        t: 2,
        n: 2,
        recipients: Recipients {
            open: identity(1)?.recipient().to_owned(),
            use_: identity(2)?.recipient().to_owned(),
        },
        people: vec![custodian(1), custodian(2)],
        recovery: None,
    })
}

fn change(seq: u64, state: &[u8]) -> Change<'_> {
    Change {
        epoch: [3; 16],
        seq,
        state_head: [0; 32],
        audit_head: AuditHead::default(),
        custody: None,
        state,
        destroys: false,
    }
}

fn median(mut act: impl FnMut() -> Result<(), Failure>) -> Result<Duration, Failure> {
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        act()?;
        times.push(begun.elapsed());
    }
    times.sort();
    Ok(times.get(ROUNDS / 2).copied().unwrap_or_default())
}

fn stock_age(arguments: &[&str]) -> Result<(), Failure> {
    let status = Command::new("age")
        .args(arguments)
        .stdout(Stdio::null())
        .status()
        .map_err(|e| format!("stock age is missing ({e}): install the package `age`"))?;
    if status.success() {
        Ok(())
    } else {
        Err("stock age failed".into())
    }
}

fn commit_times(store: impl Store + 'static, state: &[u8]) -> Result<Duration, Failure> {
    let mut vault = Vault::create(
        Box::new(store),
        &identity(1)?,
        custody()?,
        &change(0, state),
    )?;
    let mut seq = 0;
    median(|| {
        seq += 1;
        Ok(vault.commit(&change(seq, state))?)
    })
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

struct Peer {
    seal: Duration,
    open: Duration,
    /// Writing the sealed bytes and waiting for the medium, which stock age does not.
    fsyncs: Duration,
}

fn peer(base: &Path, state: &[u8]) -> Result<Peer, Failure> {
    let (plain, sealed, secret) = (base.join("plain"), base.join("sealed"), base.join("secret"));
    std::fs::write(&plain, state)?;
    // An identity of its own: ours has no text form.
    let made = Command::new("age-keygen")
        .output()
        .map_err(|e| format!("age-keygen is missing ({e}): install the package `age`"))?;
    std::fs::write(&secret, &made.stdout)?;
    let listing = String::from_utf8(made.stdout)?;
    let recipient = listing
        .lines()
        .find_map(|line| line.strip_prefix("# public key: "))
        .ok_or("age-keygen printed no recipient")?;
    let seal = median(|| stock_age(&["-r", recipient, "-o", &text(&sealed), &text(&plain)]))?;
    let out = text(&base.join("opened"));
    let open = median(|| stock_age(&["-d", "-i", &text(&secret), "-o", &out, &text(&sealed)]))?;
    let bytes = std::fs::read(&sealed)?;
    let fsyncs = median(|| {
        let file = std::fs::File::create(base.join("synced"))?;
        std::io::Write::write_all(&mut &file, &bytes)?;
        file.sync_all()?;
        Ok(std::fs::File::open(base)?.sync_all()?)
    })?;
    Ok(Peer { seal, open, fsyncs })
}

fn run() -> Result<(), Failure> {
    let base = tempfile::tempdir()?;
    let mut state = vec![0; KEYS * KEY_BYTES];
    getrandom::fill(&mut state)?;
    let peer = peer(base.path(), &state)?;
    let memory = commit_times(MemoryStore::new(), &state)?;
    let folder = base.path().join("vault");
    let commit = commit_times(FolderStore::create(&folder)?, &state)?;
    let me = identity(1)?;
    let open = median(|| {
        let (vault, state) = Vault::open(Box::new(FolderStore::open(&folder)?), &me)?;
        std::hint::black_box((vault.header().seq, state.bytes().len()));
        Ok(())
    })?;
    let ratio = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
    let Peer {
        seal,
        open: peer_open,
        fsyncs,
    } = peer;
    println!("state of {KEYS} keys, {} MB", state.len() / 1_000_000);
    println!("stock age: encrypt {seal:?}, decrypt {peer_open:?}; write and fsync {fsyncs:?}");
    println!(
        "commit, memory  {memory:?}: {:.2} of stock age (budget 1.5)",
        ratio(memory, seal)
    );
    let whole = ratio(commit, seal + fsyncs);
    println!("commit, folder  {commit:?}: {whole:.2} of stock age and the fsyncs (budget 1.5)");
    let budget = ratio(open, Duration::from_millis(100));
    println!(
        "open, folder    {open:?}: {:.2} of stock age, {budget:.2} of 100 ms (budget 1.0)",
        ratio(open, peer_open)
    );
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
