//! From the ready line to the end, and what stays in the vault.

use std::net::TcpStream;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::{Endpoint, keymoot};
use crate::endpoint::aes_key;

fn terminate(endpoint: &Endpoint) {
    let id = i32::try_from(endpoint.child.id()).unwrap();
    let pid = rustix::process::Pid::from_raw(id).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
}

/// Waits for the end; status and how long it took.
fn ended(mut endpoint: Endpoint) -> (Option<i32>, Duration) {
    let asked = Instant::now();
    terminate(&endpoint);
    let status = endpoint.child.wait().unwrap();
    (status.code(), asked.elapsed())
}

#[test]
fn the_ready_line_says_where_and_nothing_but_loopback_listens() {
    let endpoint = Endpoint::rehearse();
    let members: Vec<&String> = endpoint.ready.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        ["access_key_id", "endpoint", "region", "secret_access_key"]
    );
    assert_eq!(endpoint.ready["region"], "us-east-1");
    let port: u16 = endpoint
        .address()
        .strip_prefix("127.0.0.1:")
        .unwrap()
        .parse()
        .unwrap();
    assert_ne!(port, 0);
    // Another address of this machine's loopback reaches whatever is bound to all of them.
    assert!(TcpStream::connect(("127.0.0.2", port)).is_err());
    let other = Endpoint::rehearse();
    for member in ["access_key_id", "secret_access_key", "endpoint"] {
        assert_ne!(other.ready[member], endpoint.ready[member]);
    }
}

#[test]
fn sigterm_ends_it_in_time_whatever_hangs_on_it() {
    let endpoint = Endpoint::rehearse();
    let _idle = endpoint.connect();
    let mut half = endpoint.connect();
    std::io::Write::write_all(
        &mut half,
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
    )
    .unwrap();
    std::thread::sleep(Duration::from_millis(100));
    let (status, took) = ended(endpoint);
    assert_eq!(status, Some(0));
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn a_test_vault_keeps_what_was_answered() {
    let room = tempfile::tempdir().unwrap();
    let line = "init t.vault --profile test --unlock-file people.json";
    assert!(
        keymoot(room.path(), line)
            .stdout(Stdio::null())
            .status()
            .unwrap()
            .success()
    );
    let line = "serve --vault t.vault --unlock-file people.json";
    let first = Endpoint::start(room.path(), line);
    let made = first.call("CreateKey", &aes_key());
    let arn = made.body["Key"]["KeyArn"].as_str().unwrap().to_owned();
    assert_eq!(ended(first).0, Some(0));

    let second = Endpoint::start(room.path(), line);
    let got = second.call("GetKey", &json!({"KeyIdentifier": arn}));
    assert_eq!(got.body["Key"], made.body["Key"]);
    // Cut without a word, too: the answer came after the state was durable.
    let again = second.call("CreateKey", &aes_key());
    let arn = again.body["Key"]["KeyArn"].as_str().unwrap().to_owned();
    drop(second);
    let third = Endpoint::start(room.path(), line);
    assert_eq!(
        third.call("GetKey", &json!({"KeyIdentifier": arn})).status,
        200
    );
}

#[test]
fn who_is_not_served_is_told_why() {
    let room = tempfile::tempdir().unwrap();
    let line = "init t.vault --profile test --unlock-file people.json";
    assert!(
        keymoot(room.path(), line)
            .stdout(Stdio::null())
            .status()
            .unwrap()
            .success()
    );
    let vectors = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    for (line, status, words) in [
        ("serve".to_owned(), 2, "--vault DIR, or --rehearse"),
        ("serve --vault t.vault".to_owned(), 2, "--unlock-file"),
        (
            "serve --rehearse --unlock-file people.json".to_owned(),
            2,
            "--vault DIR",
        ),
        ("serve --rehearse --port 70000".to_owned(), 2, "70000"),
        (
            format!("serve --rehearse --port {port}"),
            1,
            "cannot be bound",
        ),
        (
            "serve --rehearse -- no-such-command".to_owned(),
            1,
            "could not be started",
        ),
        (format!("serve --vault {vectors}/none"), 1, "none"),
    ] {
        let ran = keymoot(room.path(), &line).output().unwrap();
        let err = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(status), "{line}: {err}");
        assert!(err.contains(words), "{line}: {err}");
        assert!(ran.stdout.is_empty());
    }
}

#[test]
fn a_rehearsals_time_runs_unless_it_was_told() {
    let seconds = |endpoint: &Endpoint| {
        let made = endpoint.call("CreateKey", &aes_key());
        made.body["Key"]["CreateTimestamp"].as_f64().unwrap()
    };
    let running = Endpoint::rehearse();
    let first = seconds(&running);
    std::thread::sleep(Duration::from_millis(50));
    let passed = seconds(&running) - first;
    assert!((0.05..60.0).contains(&passed), "{passed}");
    let line = "serve --rehearse --clock 2026-12-01T09:00:00Z";
    let told = Endpoint::start(&std::env::temp_dir(), line);
    // The signature is judged by the machine's clock; the vault's stands elsewhere.
    for _ in 0..2 {
        assert!((seconds(&told) - 1_796_115_600.0).abs() < 0.001);
    }
}

#[test]
fn nobody_reading_the_ready_line_is_a_failure_that_is_said() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let ran = keymoot(&std::env::temp_dir(), "serve --rehearse")
        .stdout(writer)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let err = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(1), "{err}");
    assert!(err.contains("could not run"), "{err}");
}
