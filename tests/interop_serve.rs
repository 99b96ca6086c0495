//! boto3 and the AWS CLI, unmodified, against `keymoot serve`: every operation, paginators, typed exceptions, wrong
//! signatures. The Python beside this file asserts; here it is given an endpoint. Run by `.ci/run`.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines,
    clippy::similar_names,
    clippy::needless_pass_by_value
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn script(name: &str) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop_serve");
    Path::new(folder).join(name)
}

fn keymoot(folder: &Path, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keymoot"));
    command
        .args(line.split_whitespace())
        .current_dir(folder)
        .env("XDG_STATE_HOME", folder.join("state"))
        .stdin(Stdio::null());
    command
}

/// Runs a script against an endpoint and expects its last word, which it says only if everything held.
fn serve(folder: &Path, line: &str, run: &[&str], last: &str) {
    let ran = keymoot(folder, line)
        .args(["--"])
        .args(run)
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&ran.stdout);
    let err = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{run:?}\n{out}{err}");
    assert_eq!(
        out.trim_end().lines().last(),
        Some(last),
        "{run:?}\n{out}{err}"
    );
}

fn python(folder: &Path, line: &str, name: &str, argument: &str) {
    let script = script(name);
    serve(
        folder,
        line,
        &["python3", script.to_str().unwrap(), argument],
        "held",
    );
}

#[test]
fn boto3_calls_every_operation() {
    let room = tempfile::tempdir().unwrap();
    python(room.path(), "serve --rehearse", "operations.py", "");
}

#[test]
fn every_constraint_of_botocores_model_is_told_in_its_words() {
    let room = tempfile::tempdir().unwrap();
    python(room.path(), "serve --rehearse", "constraints.py", "");
}

#[test]
fn boto3_pages_through_everything() {
    let room = tempfile::tempdir().unwrap();
    python(room.path(), "serve --rehearse", "paginators.py", "");
}

#[test]
fn boto3_tells_exceptions_and_wrong_signatures_apart() {
    let room = tempfile::tempdir().unwrap();
    python(room.path(), "serve --rehearse", "exceptions.py", "");
}

#[test]
fn a_test_vault_goes_on_where_it_was_left() {
    let room = tempfile::tempdir().unwrap();
    let init = keymoot(
        room.path(),
        "init t.vault --profile test --unlock-file people.json",
    )
    .output();
    assert!(init.unwrap().status.success());
    let line = "serve --vault t.vault --unlock-file people.json";
    python(room.path(), line, "restart.py", "first");
    python(room.path(), line, "restart.py", "second");
}

#[test]
fn the_aws_cli_works_unmodified() {
    let room = tempfile::tempdir().unwrap();
    let script = script("cli.sh");
    let run = ["bash", script.to_str().unwrap()];
    serve(room.path(), "serve --rehearse", &run, "held");
}
