//! Recovery without keymoot: stock `age` opens the envelopes, the printed Python script makes the
//! identities, stock `age` opens vault.age and a sealed key, down to the clear bytes.
#![cfg(feature = "interop")]
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::too_many_lines)]

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use data_encoding::{BASE64, HEXLOWER};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use serde::Serialize;

use keymoot::crypto::secret_sharing::split;
use keymoot::crypto::{Entropy, OsEntropy, SecretBytes};
use keymoot::vault::{
    AuditHead, Change, Commitments, Contents, CustodyFile, CustodyPerson, Envelope, FolderStore,
    Identity, Profile, RECOVERY_SCRIPT, Recipients, Vault, open_with, seal_to, share_commitment,
};

const CLEAR_KEY: [u8; 16] = *b"clear key bytes!";
const ARN: &str = "arn:aws:payment-cryptography:us-east-1:111122223333:key/abcdefghijklmnop";

fn run(program: &str, package: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("{program} is missing ({e}): install the package `{package}`"));
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feeding = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    feeding.join().unwrap().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program} {arguments:?}: {told}");
    output.stdout
}

fn age(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    run("age", "age", arguments, input)
}

/// `age -d` takes a passphrase from a terminal alone, so it gets one.
fn age_with_passphrase(file: &Path, out: &Path, passphrase: &str) {
    let pty = native_pty_system().openpty(PtySize::default()).unwrap();
    let mut command = CommandBuilder::new("age");
    command.args([
        "-d".as_ref(),
        "-o".as_ref(),
        out.as_os_str(),
        file.as_os_str(),
    ]);
    let mut child = pty
        .slave
        .spawn_command(command)
        .unwrap_or_else(|e| panic!("age is missing ({e}): install the package `age`"));
    drop(pty.slave);
    let mut reader = pty.master.try_clone_reader().unwrap();
    let mut writer = pty.master.take_writer().unwrap();
    let mut shown = String::new();
    let mut buffer = [0; 256];
    while !shown.contains("passphrase") {
        let count = reader.read(&mut buffer).unwrap();
        assert!(count > 0, "{shown}");
        shown.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
    writeln!(writer, "{passphrase}").unwrap();
    let draining = std::thread::spawn(move || {
        let mut rest = Vec::new();
        let _ = reader.read_to_end(&mut rest);
        rest
    });
    let status = child.wait().unwrap();
    drop((writer, pty.master));
    let rest = draining.join().unwrap();
    assert!(
        status.success(),
        "{shown}{}",
        String::from_utf8_lossy(&rest)
    );
}

struct Ceremony {
    custody: CustodyFile,
    v: Identity,
    u: Identity,
    /// Share envelope, approval envelope and passphrase of each custodian.
    envelopes: Vec<(String, String, String)>,
}

fn ceremony() -> Ceremony {
    let mut rng = OsEntropy.draw("test").unwrap();
    let v = Identity::generate(&mut *rng).unwrap();
    let u = Identity::generate(&mut *rng).unwrap();
    let raw = |identity: &Identity| -> [u8; 32] { identity.raw().expose().try_into().unwrap() };
    let v_shares = split(&raw(&v), 2, 3, &mut *rng).unwrap();
    let u_shares = split(&raw(&u), 3, 3, &mut *rng).unwrap();
    let (vault_id, set_id) = ([1; 16], [2; 16]);
    let seed = |index: u8| [0xc0 + index; 32];
    let people = v_shares
        .iter()
        .zip(&u_shares)
        .map(|(open, use_)| CustodyPerson {
            name: format!("custodian-{}", open.index),
            role: "custodian".to_owned(),
            approval_key: ed25519_dalek::SigningKey::from_bytes(&seed(open.index))
                .verifying_key()
                .to_bytes(),
            index: Some(open.index),
            medium: None,
            commitments: Some(Commitments {
                open: share_commitment(&vault_id, &set_id, true, open.index, &open.value),
                use_: share_commitment(&vault_id, &set_id, false, open.index, &use_.value),
            }),
            envelopes: None,
        });
    let custody = CustodyFile {
        version: 1,
        vault_id,
        set_id,
        profile: Profile::Rehearsal,
        k: 2,
        t: 3,
        n: 3,
        recipients: Recipients {
            open: v.recipient().to_owned(),
            use_: u.recipient().to_owned(),
        },
        people: people.collect(),
    };
    let seal = |name: &str, contents: &Contents, passphrase: &str| {
        let log_n = custody.profile.scrypt_log_n();
        Envelope::seal(&custody, name, contents, passphrase, log_n).unwrap()
    };
    let envelopes = v_shares.iter().zip(&u_shares).map(|(open, use_)| {
        let name = format!("custodian-{}", open.index);
        let passphrase = format!("seven words of {name}");
        let share = Contents::Share {
            share: SecretBytes::from_slice(open.value.as_ref()),
        };
        let approval = Contents::Approval {
            use_share: Some(SecretBytes::from_slice(use_.value.as_ref())),
            approval_key: SecretBytes::from_slice(&seed(open.index)),
        };
        (
            seal(&name, &share, &passphrase),
            seal(&name, &approval, &passphrase),
            passphrase,
        )
    });
    let envelopes = envelopes.collect();
    Ceremony {
        custody,
        v,
        u,
        envelopes,
    }
}

/// A state of the shape the session writes, as far as the script looks into it.
fn state(u_recipient: &str) -> Vec<u8> {
    #[derive(Serialize)]
    struct State {
        engine: Engine,
        note: &'static str,
        authority: Material,
    }
    #[derive(Serialize)]
    struct Engine {
        keys: std::collections::BTreeMap<String, Record>,
    }
    #[derive(Serialize)]
    struct Record {
        key: Key,
        material: Material,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    #[allow(clippy::struct_field_names)] // the service's names
    struct Key {
        key_arn: &'static str,
        create_timestamp: f64,
        enabled: bool,
    }
    #[derive(Serialize)]
    enum Material {
        Sealed(serde_bytes::ByteBuf),
    }
    let sealed = |plain: &[u8]| Material::Sealed(seal_to(u_recipient, plain).unwrap().into());
    let record = Record {
        key: Key {
            key_arn: ARN,
            create_timestamp: 1_764_000_000.25,
            enabled: true,
        },
        material: sealed(&CLEAR_KEY),
    };
    minicbor_serde::to_vec(&State {
        engine: Engine {
            keys: [(ARN.to_owned(), record)].into(),
        },
        note: "anything",
        authority: sealed(b"another secret"),
    })
    .unwrap()
}

#[test]
fn custodians_are_never_locked_in() {
    let base = tempfile::tempdir().unwrap();
    let at = |name: &str| base.path().join(name);
    let text = |name: &str| at(name).to_str().unwrap().to_owned();
    let made = ceremony();
    let bytes = state(made.u.recipient());
    let first = Change {
        epoch: [3; 16],
        seq: 0,
        state_head: [0; 32],
        audit_head: AuditHead::default(),
        custody: None,
        state: &bytes,
        destroys: false,
    };
    let store = FolderStore::create(&at("vault")).unwrap();
    drop(Vault::create(Box::new(store), &made.v, made.custody.clone(), &first).unwrap());
    std::fs::write(at("recovery.py"), RECOVERY_SCRIPT).unwrap();

    let mut opened = Vec::new();
    for (place, (share, approval, passphrase)) in made.envelopes.iter().enumerate() {
        for (kind, envelope) in [("share", share), ("approval", approval)] {
            let name = format!("{kind}-{place}");
            std::fs::write(at(&name), envelope).unwrap();
            age_with_passphrase(&at(&name), &at(&format!("{name}.json")), passphrase);
            opened.push(text(&format!("{name}.json")));
        }
    }
    let python = |arguments: &[&str], input: &[u8]| {
        let script = text("recovery.py");
        run(
            "python3",
            "python3",
            &[&[script.as_str()], arguments].concat(),
            input,
        )
    };
    let v = python(&["combine", &opened[4], &opened[0]], b"");
    // The other way in: on standard input, one envelope a line.
    let lines: Vec<String> = [1, 3, 5]
        .iter()
        .map(|place| std::fs::read_to_string(&opened[*place]).unwrap())
        .collect();
    let u = python(&["combine"], lines.join("\n").as_bytes());
    for (name, secret, expected) in [("V", &v, &made.v), ("U", &u, &made.u)] {
        std::fs::write(at(name), secret).unwrap();
        let recipient = run("age-keygen", "age", &["-y", &text(name)], b"");
        assert_eq!(
            String::from_utf8(recipient).unwrap().trim(),
            expected.recipient()
        );
    }

    let payload = age(&["-d", "-i", &text("V"), &text("vault/vault.age")], b"");
    let lines = String::from_utf8(python(&["keys"], &payload)).unwrap();
    let lines: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["record"]["KeyArn"], ARN);
    assert_eq!(lines[0]["record"]["CreateTimestamp"], 1_764_000_000.25);
    let clear = |line: &serde_json::Value| {
        let blob = BASE64
            .decode(line["sealed"].as_str().unwrap().as_bytes())
            .unwrap();
        age(&["-d", "-i", &text("U")], &blob)
    };
    assert_eq!(
        HEXLOWER.encode(&clear(&lines[0])),
        HEXLOWER.encode(&CLEAR_KEY)
    );
    assert_eq!(clear(&lines[1]), b"another secret");
}

#[test]
fn what_stock_age_seals_opens_here() {
    let made = ceremony();
    let plain = vec![0x42; 150_000];
    let sealed = age(&["-r", made.v.recipient()], &plain);
    assert_eq!(*open_with(&made.v, &sealed).unwrap(), plain);
}

#[test]
fn too_few_shares_make_nothing() {
    let base = tempfile::tempdir().unwrap();
    let script = base.path().join("recovery.py");
    std::fs::write(&script, RECOVERY_SCRIPT).unwrap();
    let envelope =
        r#"{"kind":"share","vault_id":"01","set_id":"02","k":2,"t":2,"index":1,"share":"00"}"#;
    let mut child = Command::new("python3")
        .arg(&script)
        .arg("combine")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python3 is missing: install the package `python3`");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(envelope.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(!output.status.success() && output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("Need 2 different shares, have 1"));
}
