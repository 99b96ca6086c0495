//! kill -9 of the real program while it answers a batch: whatever was answered is there after opening again.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const KILLS: u64 = 24;
const CREATE: &str = r#"{"Operation":"CreateKey","Input":{"KeyAttributes":{"KeyUsage":"TR31_K0_KEY_ENCRYPTION_KEY","KeyClass":"SYMMETRIC_KEY","KeyAlgorithm":"AES_128","KeyModesOfUse":{"Encrypt":true,"Decrypt":true,"Wrap":true,"Unwrap":true}},"Exportable":false}}"#;

fn keymoot(folder: &Path, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keymoot"));
    command
        .args(line.split_whitespace())
        .current_dir(folder)
        .env("XDG_STATE_HOME", folder.join("state"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// Lines are sent one by one as answers come; the program is killed after `micros` of that.
fn answered_before_the_kill(folder: &Path, micros: u64) -> Vec<String> {
    let mut child = keymoot(
        folder,
        "call --batch - --vault t.vault --unlock-file people.json",
    )
    .stdin(Stdio::piped())
    .spawn()
    .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    writeln!(input, "{CREATE}").unwrap();
    output.read_line(&mut first).unwrap();
    let feeding = std::thread::spawn(move || while writeln!(input, "{CREATE}").is_ok() {});
    let reading = std::thread::spawn(move || {
        let mut answers = vec![first];
        let mut line = String::new();
        while output.read_line(&mut line).is_ok_and(|read| read > 0) {
            if line.ends_with('\n') {
                answers.push(std::mem::take(&mut line));
            }
        }
        answers
    });
    std::thread::sleep(Duration::from_micros(micros));
    child.kill().unwrap();
    child.wait().unwrap();
    feeding.join().unwrap();
    reading.join().unwrap()
}

fn keys(folder: &Path) -> Vec<String> {
    let lines = "{\"Operation\":\"ListKeys\",\"Input\":{\"MaxResults\":100";
    let mut arns = Vec::new();
    let mut token = String::new();
    loop {
        let mut child = keymoot(
            folder,
            "call --batch - --vault t.vault --unlock-file people.json",
        )
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
        let mut input = child.stdin.take().unwrap();
        writeln!(input, "{lines}{token}}}}}").unwrap();
        drop(input);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "the vault did not open again");
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let page = answer["Output"]["Keys"].as_array().unwrap();
        arns.extend(
            page.iter()
                .map(|key| key["KeyArn"].as_str().unwrap().to_owned()),
        );
        match answer["Output"]["NextToken"].as_str() {
            Some(next) => token = format!(",\"NextToken\":\"{next}\""),
            None => return arns,
        }
    }
}

#[test]
fn every_answer_outlives_the_process() {
    let base = tempfile::tempdir().unwrap();
    let folder = base.path();
    let init = keymoot(
        folder,
        "init t.vault --profile test --unlock-file people.json",
    )
    .status();
    assert!(init.unwrap().success());
    let mut answered = Vec::new();
    for kill in 0..KILLS {
        // Spread over the first tenth of a second of work, which is several commits.
        let answers = answered_before_the_kill(folder, (kill * 7919) % 100_000);
        for answer in answers {
            let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
            answered.push(
                answer["Output"]["Key"]["KeyArn"]
                    .as_str()
                    .unwrap()
                    .to_owned(),
            );
        }
    }
    let there = keys(folder);
    for arn in &answered {
        assert!(there.contains(arn), "{arn} was answered and is gone");
    }
    let unique: std::collections::BTreeSet<&String> = there.iter().collect();
    assert_eq!(unique.len(), there.len(), "a key was listed twice");
}
