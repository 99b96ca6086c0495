//! NEXT.txt says what to type on the other side: its commands run here as they stand, with the AWS CLI against
//! `keymoot serve`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::process::Command;

const KEYMOOT: &str = env!("CARGO_BIN_EXE_keymoot");

/// Runs a program and gives back what it printed.
fn run(command: &mut Command, with: &str) -> String {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?} does not start: {error}. Install {with}.");
    });
    assert!(
        output.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The lines of NEXT.txt that are typed, as two scripts: what prints ROOT_ARN, and the rest.
fn typed(next: &str) -> (String, String) {
    let from = next.find("   aws payment-cryptography import-key").unwrap();
    let to = next.find("   Bring back").unwrap();
    let commands = next.get(from..to).unwrap();
    let second = commands
        .find("   aws payment-cryptography get-parameters-for-export")
        .unwrap();
    let (root, rest) = commands.split_at(second);
    (root.to_owned(), rest.to_owned())
}

/// One key on the service, our root imported, its certificate fetched, the key exported.
const SCRIPT: &str = r#"
set -e
KEY=$(aws payment-cryptography create-key --exportable --query Key.KeyArn --output text --key-attributes \
  KeyAlgorithm=AES_128,KeyUsage=TR31_K0_KEY_ENCRYPTION_KEY,KeyClass=SYMMETRIC_KEY,KeyModesOfUse='{Encrypt=true,Decrypt=true,Wrap=true,Unwrap=true}')
ROOT=$(bash root.sh | jq -r .Key.KeyArn)
sed -i "s#KEY_ARN#$KEY#; s#ROOT_ARN#$ROOT#" rest.sh
bash rest.sh
"#;

#[test]
fn a_key_leaves_the_service_by_the_commands_of_next() {
    run(Command::new("jq").arg("--version"), "jq");
    run(Command::new("aws").arg("--version"), "awscli (pip)");
    let room = tempfile::tempdir().unwrap();
    let out = room.path().join("out");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("ceremonies/kek-from-aws-tr34.toml");
    run(
        Command::new(KEYMOOT)
            .args(["play", "--headless", "--out"])
            .arg(&out)
            .arg(&script)
            .env("XDG_STATE_HOME", room.path()),
        "keymoot",
    );
    let next = fs::read_to_string(out.join("NEXT.txt")).unwrap();
    assert!(next.lines().all(|line| line.len() <= 92), "{next}");
    let (first, rest) = typed(&next);
    fs::write(out.join("root.sh"), first).unwrap();
    fs::write(out.join("rest.sh"), rest).unwrap();
    fs::write(out.join("all.sh"), SCRIPT).unwrap();
    run(
        Command::new(KEYMOOT)
            .args(["serve", "--rehearse", "--", "bash", "all.sh"])
            .current_dir(&out)
            .env("XDG_STATE_HOME", room.path()),
        "bash",
    );
    let inspect = |file: &str| {
        let mut command = Command::new(KEYMOOT);
        run(command.arg("inspect").arg(out.join(file)), "keymoot")
    };
    let signing = inspect("signing.json");
    assert!(signing.contains("PARAMETERS FOR EXPORT"), "{signing}");
    assert!(signing.contains("RSA_3072"), "{signing}");
    let token = inspect("token.json");
    assert!(token.contains("TR-34"), "{token}");
}
