//! `serve -- CMD`: environment, streams, status.

use std::process::Output;

use crate::client::keymoot;

fn run(script: &str) -> Output {
    keymoot(&std::env::temp_dir(), "serve --rehearse --")
        .args(["sh", "-c", script])
        .env("AWS_PROFILE", "production")
        .env("AWS_SESSION_TOKEN", "real")
        .env("AWS_ACCESS_KEY_ID", "real")
        .env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
        .env("NO_PROXY", "corp")
        .env_remove("no_proxy")
        .output()
        .unwrap()
}

#[test]
fn the_command_finds_the_endpoint_and_nobody_elses_credentials() {
    let ran = run("env | grep -E '^(AWS_[DEPRS]|AWS_ACC|AWS_I|NO_PROXY|no_proxy)' | sort");
    assert_eq!(ran.status.code(), Some(0));
    let line = String::from_utf8(ran.stderr).unwrap();
    let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
    let of = |member: &str| ready[member].as_str().unwrap().to_owned();
    let out = String::from_utf8(ran.stdout).unwrap();
    let found: Vec<&str> = out.lines().collect();
    let endpoint = of("endpoint");
    assert_eq!(
        found,
        [
            format!("AWS_ACCESS_KEY_ID={}", of("access_key_id")),
            "AWS_DEFAULT_REGION=us-east-1".to_owned(),
            format!("AWS_ENDPOINT_URL={endpoint}"),
            format!("AWS_ENDPOINT_URL_PAYMENT_CRYPTOGRAPHY={endpoint}"),
            "AWS_REGION=us-east-1".to_owned(),
            format!("AWS_SECRET_ACCESS_KEY={}", of("secret_access_key")),
            "NO_PROXY=corp,127.0.0.1".to_owned(),
            "no_proxy=127.0.0.1".to_owned(),
        ]
    );
}

#[test]
fn it_ends_with_the_commands_status() {
    for (script, status) in [
        ("exit 0", 0),
        ("exit 7", 7),
        ("kill -KILL $$", 137),
        // The end is passed on, and the command decides how it ends.
        (
            "trap 'exit 9' TERM; kill -TERM $PPID; while :; do sleep 0.1; done",
            9,
        ),
        (
            "trap '' TERM; kill -TERM $PPID; while :; do sleep 0.1; done",
            137,
        ),
    ] {
        let begun = std::time::Instant::now();
        assert_eq!(run(script).status.code(), Some(status), "{script}");
        assert!(begun.elapsed().as_secs() < 5, "{script}");
    }
}
