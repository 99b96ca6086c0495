//! The public AWS sample scripts: the order of their calls replayed with boto3, second runs included; and, where a
//! checkout is at hand, the scripts themselves, unmodified, twice in a row.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::{Command, Stdio};

/// Serves a rehearsal to a Python file of this test's folder, and expects its last word.
fn serve(name: &str, arguments: &[&str]) {
    let room = tempfile::tempdir().unwrap();
    let script = format!(
        "{}/tests/interop_samples/{name}",
        env!("CARGO_MANIFEST_DIR")
    );
    let ran = Command::new(env!("CARGO_BIN_EXE_keymoot"))
        .args(["serve", "--rehearse", "--", "python3", &script])
        .args(arguments)
        .current_dir(room.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&ran.stdout);
    let err = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{out}{err}");
    assert_eq!(out.trim_end().lines().last(), Some("held"), "{out}{err}");
}

#[test]
fn the_scripts_calls_are_answered_in_their_order_twice() {
    serve("replays.py", &[]);
}

#[test]
#[ignore = "needs a checkout of github.com/aws-samples/samples-for-payment-cryptography-service; .ci/run says whether it had one"]
fn the_scripts_themselves_run_unmodified_twice() {
    let checkout = std::env::var("KEYMOOT_AWS_SAMPLES")
        .expect("KEYMOOT_AWS_SAMPLES names a checkout of aws-samples/samples-for-payment-cryptography-service");
    serve("scripts.py", &[&checkout]);
}
