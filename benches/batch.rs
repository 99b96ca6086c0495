//! `call --batch` with 1 000, 10 000 and 100 000 CreateKey lines into a vault on disk, the whole program from start to
//! end: operations a second, and how the time of one grows with what is there already.
//!
//! `KEYMOOT_BATCH_MOST=10000` leaves out the larger runs.
// A bench that stops at the first surprise is what is wanted here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

const KEYMOOT: &str = env!("CARGO_BIN_EXE_keymoot");
const RUNS: [usize; 3] = [1_000, 10_000, 100_000];
const LINE: &str = r#"{"Operation":"CreateKey","Input":{"KeyAttributes":{"KeyUsage":"TR31_K0_KEY_ENCRYPTION_KEY","KeyClass":"SYMMETRIC_KEY","KeyAlgorithm":"AES_256","KeyModesOfUse":{"Encrypt":true,"Decrypt":true,"Wrap":true,"Unwrap":true}},"Exportable":true}}"#;
fn keymoot(folder: &Path) -> Command {
    let mut command = Command::new(KEYMOOT);
    command
        .current_dir(folder)
        .env("XDG_STATE_HOME", folder.join("state"));
    command
}

fn new_vault(folder: &Path) {
    // It draws the people and writes them into the unlock file.
    let made = keymoot(folder)
        .args(["init", "t.vault", "--profile", "test", "--quorum", "2/3"])
        .args(["--unlock-file", "people.json"])
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
}

/// Seconds for `lines` keys in a vault of their own, opening and closing included.
fn batch(lines: usize) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    new_vault(folder.path());
    let requests = format!("{LINE}\n").repeat(lines);
    std::fs::write(folder.path().join("in.jsonl"), requests).unwrap();
    let begun = Instant::now();
    let out = keymoot(folder.path())
        .args(["call", "--batch", "in.jsonl", "--vault", "t.vault"])
        .args(["--unlock-file", "people.json"])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let taken = begun.elapsed().as_secs_f64();
    assert!(out.status.success());
    let answers = String::from_utf8(out.stdout).unwrap();
    let made = answers
        .lines()
        .filter(|line| line.contains("CREATE_COMPLETE"));
    assert_eq!(made.count(), lines);
    taken
}

fn main() {
    let most = std::env::var("KEYMOOT_BATCH_MOST")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(usize::MAX);
    println!("call --batch with CreateKey (AES_256) into a test vault on disk, one process each");
    let mut first = None;
    for lines in RUNS.into_iter().filter(|lines| *lines <= most) {
        let taken = batch(lines);
        let each = taken / f64::from(u32::try_from(lines).unwrap());
        let first = *first.get_or_insert(each);
        println!(
            "{lines:7} keys  {taken:8.2} s  {:8.0} operations a second  each takes {:4.2} x as long as in the first run",
            1.0 / each,
            each / first
        );
    }
}
