//! Recovery without keymoot: stock `age` opens the envelopes, the printed Python script makes the
//! identities, stock `age` opens vault.age and a sealed key, down to the clear bytes.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines
)]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use data_encoding::BASE64;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use keymoot::api::{KeyAlgorithm, KeyCheckValueAlgorithm, Operation};
use keymoot::crypto::{Entropy, OsEntropy, SecretBytes, kcv};
use keymoot::session::{
    Action, Environment, Hand, NewPerson, NewVault, Opening, Profile, Recovery, Rotation, Seat,
    create,
};
use keymoot::vault::{CustodyFile, FolderStore, Identity, RECOVERY_SCRIPT, open_with};

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

const PEOPLE: [(&str, &str); 4] = [
    ("Ada", "administrator"),
    ("Ana", "custodian"),
    ("Ben", "custodian"),
    ("Cho", "custodian"),
];

fn passphrase(name: &str) -> String {
    format!("seven words of {name}")
}

/// A test vault in a folder, with one AES_256 key made under two approvals; its envelopes and check value.
fn vault_with_a_key(folder: &Path) -> (Vec<(String, &'static str, String)>, String) {
    let person = |(name, role)| NewPerson::new(name, role, passphrase(name).as_bytes());
    let new = NewVault {
        t: 3,
        ..NewVault::usual("acme", Profile::Test, PEOPLE.map(person))
    };
    let store = FolderStore::create(folder).unwrap();
    let created = create(Box::new(store), new, Environment::real(None)).unwrap();
    let mut session = created.session;
    let request = serde_json::json!({
        "KeyAttributes": {"KeyUsage": "TR31_K0_KEY_ENCRYPTION_KEY", "KeyClass": "SYMMETRIC_KEY",
            "KeyAlgorithm": "AES_256", "KeyModesOfUse": {"Wrap": true, "Unwrap": true,
            "Encrypt": true, "Decrypt": true}},
        "Exportable": true,
    });
    let request = Operation::CreateKey.parse(&request).unwrap();
    session.act(Action::control(request), None, None).unwrap();
    let check_value = session.view().keys[0].key.key_check_value.clone();
    session.close().unwrap();
    (created.envelopes, check_value)
}

#[test]
fn custodians_are_never_locked_in() {
    let base = tempfile::tempdir().unwrap();
    let at = |name: &str| base.path().join(name);
    let text = |name: &str| at(name).to_str().unwrap().to_owned();
    let (envelopes, check_value) = vault_with_a_key(&at("vault"));
    std::fs::write(at("recovery.py"), RECOVERY_SCRIPT).unwrap();

    let mut opened: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, kind, envelope) in &envelopes {
        let file = format!("{kind}-{name}");
        std::fs::write(at(&file), envelope).unwrap();
        let json = format!("{file}.json");
        age_with_passphrase(&at(&file), &at(&json), &passphrase(name));
        if name != "Ada" {
            opened.entry(kind).or_default().push(text(&json));
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
    let shares = &opened["share"];
    let v = python(&["combine", &shares[2], &shares[0]], b"");
    // The other way in: on standard input, one envelope a line.
    let lines: Vec<String> = opened["approval"]
        .iter()
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect();
    let u = python(&["combine"], lines.join("\n").as_bytes());
    let custody = std::fs::read(at("vault/custody.toml")).unwrap();
    let recipients = CustodyFile::parse(&custody).unwrap().recipients;
    for (name, secret, expected) in [("V", &v, &recipients.open), ("U", &u, &recipients.use_)] {
        std::fs::write(at(name), secret).unwrap();
        let recipient = run("age-keygen", "age", &["-y", &text(name)], b"");
        assert_eq!(String::from_utf8(recipient).unwrap().trim(), expected);
    }

    let payload = age(&["-d", "-i", &text("V"), &text("vault/vault.age")], b"");
    let lines = String::from_utf8(python(&["keys"], &payload)).unwrap();
    let lines: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["record"]["check_value"], check_value);
    let blob = BASE64
        .decode(lines[0]["sealed"].as_str().unwrap().as_bytes())
        .unwrap();
    let clear = SecretBytes::new(age(&["-d", "-i", &text("U")], &blob));
    let method = KeyCheckValueAlgorithm::CMAC;
    assert_eq!(
        kcv::check_value(KeyAlgorithm::AES_256, method, &clear).unwrap(),
        check_value
    );
}

/// The envelopes that a test vault keeps in its custody.toml, opened by stock age: kind to files.
fn opened_by_stock_age(
    base: &Path,
    custody: &CustodyFile,
    mark: &str,
    passphrase: impl Fn(&str) -> String,
) -> BTreeMap<&'static str, Vec<String>> {
    let mut opened: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for person in custody.people.iter().filter(|p| p.index.is_some()) {
        let envelopes = person.envelopes.clone().unwrap();
        for (kind, envelope) in [
            ("share", envelopes.share.unwrap()),
            ("approval", envelopes.approval),
        ] {
            let file = base.join(format!("{mark}-{kind}-{}", person.name));
            let json = file.with_extension("json");
            std::fs::write(&file, envelope).unwrap();
            age_with_passphrase(&file, &json, &passphrase(&person.name));
            let json = json.to_str().unwrap().to_owned();
            opened.entry(kind).or_default().push(json);
        }
    }
    opened
}

/// Whether stock age opens a file with an identity file.
fn stock_age_opens(identity: &Path, file: &Path) -> bool {
    Command::new("age")
        .arg("-d")
        .arg("-i")
        .arg(identity)
        .arg(file)
        .output()
        .expect("age is missing: install the package `age`")
        .status
        .success()
}

#[test]
fn after_a_custodian_was_replaced_the_old_quorum_opens_nothing_with_stock_tools() {
    let base = tempfile::tempdir().unwrap();
    let at = |name: &str| base.path().join(name);
    let (_, check_value) = vault_with_a_key(&at("vault"));
    std::fs::write(at("recovery.py"), RECOVERY_SCRIPT).unwrap();
    let read = || CustodyFile::parse(&std::fs::read(at("vault/custody.toml")).unwrap()).unwrap();
    let old = read();
    let old_vault = std::fs::read(at("vault/vault.age")).unwrap();
    std::fs::write(at("before.age"), &old_vault).unwrap();

    let person = |name: &str| serde_json::json!({"name": name, "passphrase": passphrase(name)});
    let unlock = serde_json::json!({
        "custodians": [person("Ana"), person("Ben"), person("Cho")],
        "administrator": {"name": "Ada", "passphrase": passphrase("Ada")},
        "witness": {"name": "nobody", "passphrase": "none"},
    });
    let store = FolderStore::open(&at("vault")).unwrap();
    let mut opening = Opening::begin(Box::new(store), "acme").unwrap();
    opening
        .enter_unlock_file(unlock.to_string().as_bytes())
        .unwrap();
    let mut session = opening.finish(Environment::real(None), None).unwrap();
    let new_phrase = |name: &str| format!("seven other words of {name}");
    let people = [
        ("Ana", "custodian"),
        ("Ben", "custodian"),
        ("Dee", "custodian"),
        ("Ada", "administrator"),
    ];
    let rotation = Rotation {
        reason: "Cho left".to_owned(),
        k: 2,
        t: 3,
        people: people
            .map(|(name, role)| Seat {
                name: name.to_owned(),
                role,
                medium: None,
            })
            .into(),
    };
    let given = people.map(|(name, _)| {
        (
            name.to_owned(),
            SecretBytes::from_slice(new_phrase(name).as_bytes()),
        )
    });
    session.rotate_automatic(rotation, given.into()).unwrap();
    session.close().unwrap();

    let combine = |shares: &[String]| {
        let mut arguments = vec![
            at("recovery.py").to_str().unwrap().to_owned(),
            "combine".to_owned(),
        ];
        arguments.extend_from_slice(shares);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        run("python3", "python3", &arguments, b"")
    };
    let old_opened = opened_by_stock_age(base.path(), &old, "old", passphrase);
    let new_opened = opened_by_stock_age(base.path(), &read(), "new", new_phrase);
    for (mark, opened) in [("old", &old_opened), ("new", &new_opened)] {
        std::fs::write(at(&format!("{mark}-V")), combine(&opened["share"][..2])).unwrap();
        std::fs::write(at(&format!("{mark}-U")), combine(&opened["approval"][..3])).unwrap();
    }
    // The old quorum makes its identity still, and it opens the copy of before and no file of the vault.
    assert!(stock_age_opens(&at("old-V"), &at("before.age")));
    let mut files = vec![at("vault/vault.age")];
    if let Ok(kept) = std::fs::read_dir(at("vault/generations")) {
        files.extend(kept.map(|entry| entry.unwrap().path()));
    }
    for file in &files {
        assert!(!stock_age_opens(&at("old-V"), file), "{}", file.display());
        assert!(stock_age_opens(&at("new-V"), file), "{}", file.display());
    }
    // The secret inside is sealed to the new identity alone, and is the same key.
    let new_v = at("new-V").to_str().unwrap().to_owned();
    let payload = age(
        &["-d", "-i", &new_v, at("vault/vault.age").to_str().unwrap()],
        b"",
    );
    let script = at("recovery.py").to_str().unwrap().to_owned();
    let lines = run("python3", "python3", &[&script, "keys"], &payload);
    let line: serde_json::Value = serde_json::from_slice(&lines).unwrap();
    let blob = BASE64
        .decode(line["sealed"].as_str().unwrap().as_bytes())
        .unwrap();
    std::fs::write(at("blob"), &blob).unwrap();
    assert!(!stock_age_opens(&at("old-U"), &at("blob")));
    let new_u = at("new-U").to_str().unwrap().to_owned();
    let clear = SecretBytes::new(age(&["-d", "-i", &new_u], &blob));
    let method = KeyCheckValueAlgorithm::CMAC;
    assert_eq!(
        kcv::check_value(KeyAlgorithm::AES_256, method, &clear).unwrap(),
        check_value
    );
}

#[test]
fn the_recovery_set_makes_the_same_identities_with_stock_tools() {
    let base = tempfile::tempdir().unwrap();
    let at = |name: &str| base.path().join(name);
    vault_with_a_key(&at("vault"));
    std::fs::write(at("recovery.py"), RECOVERY_SCRIPT).unwrap();
    let person = |name: &str| serde_json::json!({"name": name, "passphrase": passphrase(name)});
    let unlock = serde_json::json!({
        "custodians": [person("Ana"), person("Ben"), person("Cho")],
        "administrator": person("Ada"),
        "witness": {"name": "nobody", "passphrase": "none"},
    });
    let unlock = unlock.to_string();
    let store = FolderStore::open(&at("vault")).unwrap();
    let mut opening = Opening::begin(Box::new(store), "acme").unwrap();
    opening.enter_unlock_file(unlock.as_bytes()).unwrap();
    let mut session = opening.finish(Environment::real(None), None).unwrap();
    let holders = ["Fay", "Gus", "Hal", "Ivo"];
    let seat = |name: &str| Seat {
        name: name.to_owned(),
        role: "custodian",
        medium: None,
    };
    let recovery = Recovery {
        place: "bank".to_owned(),
        k: 3,
        people: holders.map(seat).into(),
    };
    let words = |name: &str| format!("seven words of {name}");
    let given = holders.map(|name| {
        let phrase = SecretBytes::from_slice(words(name).as_bytes());
        (name.to_owned(), phrase)
    });
    let hands = Hand::of_unlock_file(unlock.as_bytes()).unwrap();
    session
        .recovery_automatic(recovery, given.into(), &hands)
        .unwrap();
    session.close().unwrap();

    let custody = std::fs::read(at("vault/custody.toml")).unwrap();
    let custody = CustodyFile::parse(&custody).unwrap();
    let second = custody.of_recovery().unwrap();
    let opened = opened_by_stock_age(base.path(), &second, "set", words);
    let script = at("recovery.py").to_str().unwrap().to_owned();
    let combine = |files: &[String]| {
        let files = files.iter().map(String::as_str);
        let arguments: Vec<&str> = [script.as_str(), "combine"]
            .into_iter()
            .chain(files)
            .collect();
        run("python3", "python3", &arguments, b"")
    };
    std::fs::write(at("V"), combine(&opened["share"][1..])).unwrap();
    std::fs::write(at("U"), combine(&opened["approval"][..3])).unwrap();
    assert!(stock_age_opens(&at("V"), &at("vault/vault.age")));
    for (name, expected) in [
        ("V", &custody.recipients.open),
        ("U", &custody.recipients.use_),
    ] {
        let file = at(name).to_str().unwrap().to_owned();
        let recipient = run("age-keygen", "age", &["-y", &file], b"");
        assert_eq!(String::from_utf8(recipient).unwrap().trim(), expected);
    }
}

#[test]
fn what_stock_age_seals_opens_here() {
    let identity = Identity::generate(&mut *OsEntropy.draw("test").unwrap()).unwrap();
    let plain = vec![0x42; 150_000];
    let sealed = age(&["-r", identity.recipient()], &plain);
    assert_eq!(*open_with(&identity, &sealed).unwrap(), plain);
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
