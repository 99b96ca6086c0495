//! The program itself is killed (SIGKILL) while it plays a ceremony, after commits of the run in turn, and the ceremony
//! is taken up again by another process: nothing is made twice, nothing is lost, and the record is the same. Every commit
//! of every script that ships is gone through by `ceremony_kill`, whose process stops itself.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::Signal;

use serde_json::Value;

use crate::program::Room;

const PLAY: &str = "play first-key.toml --headless --seed s --vault";

/// Shorter than a commit with its synced files.
const SLICE: Duration = Duration::from_micros(150);

/// Tries in all; a commit is met after three or four.
const TRIES: usize = 600;

fn copied(room: &Room, to: &str) {
    let (from, to) = (room.path("r.vault"), room.path(to));
    std::fs::create_dir_all(to.join("generations")).unwrap();
    for folder in ["", "generations"] {
        for entry in std::fs::read_dir(from.join(folder)).unwrap().flatten() {
            if entry.path().is_file() {
                std::fs::copy(entry.path(), to.join(folder).join(entry.file_name())).unwrap();
            }
        }
    }
}

/// The highest number among a vault's generations: the commit before the one that stands. (Opening the vault to ask
/// would tell a later one: it seals what the dead process had not.)
fn newest(vault: &Path) -> u64 {
    let names = std::fs::read_dir(vault.join("generations"))
        .into_iter()
        .flatten();
    let names = names
        .flatten()
        .filter_map(|e| e.file_name().into_string().ok());
    let numbers = names.filter_map(|name| name.split('.').next()?.parse().ok());
    numbers.max().unwrap_or(0)
}

/// The record without what an interruption may change.
fn record(room: &Room, out: &str) -> Value {
    let bytes = std::fs::read(room.path(out).join("ceremony.json")).unwrap();
    let mut value: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(value["outcome"], "completed");
    value["interruptions"] = Value::Null;
    value["audit_head"] = Value::Null;
    value
}

fn commit(room: &Room, vault: &str) -> u64 {
    let status = room.json(&format!("vault status {vault} --json"));
    status["commit"].as_u64().unwrap()
}

/// Plays in a copy and kills the process as soon as this generation is there; whether it was still at work.
fn killed(room: &Room, vault: &str, at: u64) -> bool {
    let mut child = room
        .command(&format!("{PLAY} {vault} --out lost-{vault}"))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let folder = room.path(vault);
    let pid = rustix::process::Pid::from_child(&child);
    let signal = |signal| rustix::process::kill_process(pid, signal).unwrap();
    while newest(&folder) < at {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        // Near the end it runs in slices that are shorter than a commit, so that none passes between two looks.
        if newest(&folder) + 2 >= at {
            signal(Signal::CONT);
            std::thread::sleep(SLICE);
            signal(Signal::STOP);
        }
    }
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

#[test]
fn a_process_that_is_killed_after_a_commit_is_followed_by_another() {
    let room = Room::new();
    room.ok("init r.vault --rehearse --clock 2026-12-01T09:00:00Z");
    let begins = commit(&room, "r.vault");
    copied(&room, "whole.vault");
    room.ok(&format!("{PLAY} whole.vault --out whole"));
    let (whole, ends) = (record(&room, "whole"), commit(&room, "whole.vault"));
    let mut left: BTreeSet<u64> = (begins + 1..ends).step_by(3).collect();
    assert!(left.len() > 5, "{left:?}");
    for n in 0..TRIES {
        let Some(wanted) = left.iter().nth(n % left.len().max(1)).copied() else {
            return;
        };
        let vault = format!("k{n}.vault");
        copied(&room, &vault);
        if killed(&room, &vault, wanted - 1) && left.remove(&(newest(&room.path(&vault)) + 1)) {
            let out = format!("out{n}");
            let again = room.run(&format!("{PLAY} {vault} --resume --out {out}"));
            // Before the run's own first commit there is none to take up, and it is simply begun.
            if again.err.contains("No run of this script was begun") {
                room.ok(&format!("{PLAY} {vault} --out {out}"));
            } else {
                assert_eq!(again.status, 0, "killed at {wanted}: {}", again.err);
            }
            assert_eq!(record(&room, &out), whole, "killed at {wanted}");
            let status = room.json(&format!("vault status {vault} --json"));
            assert_eq!(
                (&status["keys"], &status["open_runs"]),
                (&1.into(), &0.into())
            );
            room.ok(&format!("vault verify {vault}"));
        }
        std::fs::remove_dir_all(room.path(&vault)).unwrap();
    }
    panic!("never killed after the commits {left:?} of {begins} to {ends}");
}
