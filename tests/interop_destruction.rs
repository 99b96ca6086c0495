//! After a deletion has run out, stock `age` opens every file of the vault folder and the key is in none.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use keymoot::api::{
    DeleteKeyInput, GetKeyInput, KeyState, Operation, Request, Response, Timestamp,
};
use keymoot::crypto::secret_sharing::{Share, combine};
use keymoot::session::{Action, Command as Door, Environment, Opening, Outcome, Session, practice};
use keymoot::vault::{CustodyFile, Envelope, FolderStore, Identity};

const DAY: i64 = 86_400_000;

fn start() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-24T09:00:00Z").unwrap()
}

/// An identity rebuilt from the envelopes that lie in a rehearsal's custody.toml, as an identity file for `age`.
fn identity(folder: &Path, opens: bool) -> (Identity, String) {
    let custody = CustodyFile::parse(&std::fs::read(folder.join("custody.toml")).unwrap()).unwrap();
    let shares: Vec<Share> = practice::PEOPLE
        .iter()
        .filter(|(_, role, _)| *role == "custodian")
        .take(2)
        .map(|(name, _, phrase)| {
            let envelopes = custody.person(name).unwrap().envelopes.as_ref().unwrap();
            let armored = if opens {
                envelopes.share.as_ref().unwrap()
            } else {
                &envelopes.approval
            };
            Envelope::open(&custody, name, armored.as_bytes(), phrase)
                .unwrap()
                .share()
                .unwrap()
        })
        .collect();
    let identity = Identity::from_raw(combine(&shares).unwrap()).unwrap();
    let script = format!("{}/recovery.py", folder.parent().unwrap().display());
    std::fs::write(&script, keymoot::vault::RECOVERY_SCRIPT).unwrap();
    let lines: Vec<String> = shares
        .iter()
        .map(|share| {
            let value = data_encoding::HEXLOWER.encode(share.value.as_slice());
            let recipient = identity.recipient();
            format!(
                r#"{{"kind":"share","vault_id":"","set_id":"","k":2,"t":2,"index":{},"share":"{value}","recipients":{{"open":"{recipient}"}}}}"#,
                share.index
            )
        })
        .collect();
    let text = run(
        "python3",
        "python3",
        &[&script, "combine"],
        lines.join("\n").as_bytes(),
    );
    (identity, String::from_utf8(text.unwrap()).unwrap())
}

fn run(program: &str, package: &str, arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|e| panic!("{program} is missing ({e}): install the package `{package}`"));
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feeding = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    feeding.join().unwrap();
    output.status.success().then_some(output.stdout)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// How many files of the folder hold the sealed key, in the clear or inside what stock `age` opens with V.
fn holding(folder: &Path, v: &str, blob: &[u8]) -> usize {
    let key_file = folder.parent().unwrap().join("V");
    std::fs::write(&key_file, v).unwrap();
    let key_file = key_file.to_str().unwrap().to_owned();
    let holds = |bytes: &[u8]| bytes.windows(blob.len()).any(|window| window == blob);
    let mut opened = 0;
    let found = files(folder)
        .iter()
        .filter(|path| {
            let bytes = std::fs::read(path).unwrap();
            let plain = bytes
                .starts_with(b"age-encryption.org")
                .then(|| run("age", "age", &["-d", "-i", &key_file], &bytes).unwrap());
            opened += usize::from(plain.is_some());
            holds(&bytes) || plain.is_some_and(|plain| holds(&plain))
        })
        .count();
    assert!(opened > 0, "not even vault.age could be opened");
    found
}

/// The sealed form of the only key, taken out of vault.age by stock `age` and the printed script.
fn sealed(folder: &Path, v: &str) -> Vec<u8> {
    let key_file = folder.parent().unwrap().join("V");
    std::fs::write(&key_file, v).unwrap();
    let file = std::fs::read(folder.join("vault.age")).unwrap();
    let payload = run(
        "age",
        "age",
        &["-d", "-i", key_file.to_str().unwrap()],
        &file,
    )
    .unwrap();
    let script = folder.parent().unwrap().join("recovery.py");
    let lines = run(
        "python3",
        "python3",
        &[script.to_str().unwrap(), "keys"],
        &payload,
    )
    .unwrap();
    let line: serde_json::Value =
        serde_json::from_str(String::from_utf8(lines).unwrap().lines().next().unwrap()).unwrap();
    data_encoding::BASE64
        .decode(line["sealed"].as_str().unwrap().as_bytes())
        .unwrap()
}

fn make_and_delete(session: &mut Session) -> String {
    let request = Operation::CreateKey
        .parse(&serde_json::json!({
            "KeyAttributes": {"KeyUsage": "TR31_K0_KEY_ENCRYPTION_KEY", "KeyClass": "SYMMETRIC_KEY",
                "KeyAlgorithm": "AES_128", "KeyModesOfUse": {"Wrap": true, "Unwrap": true,
                "Encrypt": true, "Decrypt": true}},
            "Exportable": true,
        }))
        .unwrap();
    let made = session.act(Action::control(request), None, None).unwrap();
    let Some(Response::CreateKey(made)) = made.responses.into_iter().next() else {
        panic!()
    };
    let arn = made.key.key_arn;
    let delete = DeleteKeyInput {
        key_identifier: arn.clone(),
        delete_key_in_days: 3,
    };
    session
        .act(Action::control(Request::DeleteKey(delete)), None, None)
        .unwrap();
    arn
}

#[test]
fn a_destroyed_key_is_in_no_file_of_the_folder() {
    let base = tempfile::tempdir().unwrap();
    let folder = base.path().join("r.vault");
    let store = FolderStore::create(&folder).unwrap();
    let environment = || Environment::seeded("destruction").unwrap();
    let created = practice::vault(Box::new(store), environment(), Some(start()), true).unwrap();
    let mut session = created.session;
    let arn = make_and_delete(&mut session);
    let (_, v) = identity(&folder, true);
    let (u, _) = identity(&folder, false);
    let blob = sealed(&folder, &v);
    assert_eq!(
        keymoot::vault::open_with(&u, &blob).unwrap().len(),
        16,
        "the planted key itself"
    );
    assert!(
        holding(&folder, &v, &blob) >= 2,
        "vault.age and an earlier generation hold it"
    );
    // What a kill inside the purge leaves behind: the new vault.age is in force, an old generation still lies there.
    let generation = files(&folder)
        .into_iter()
        .filter(|path| path.parent().unwrap().ends_with("generations"))
        .max()
        .unwrap();
    let left_over = std::fs::read(&generation).unwrap();

    session.perform(Door::Advance { millis: 3 * DAY }).unwrap();
    assert_eq!(holding(&folder, &v, &blob), 0);
    session.close().unwrap();
    assert_eq!(holding(&folder, &v, &blob), 0);

    std::fs::write(&generation, left_over).unwrap();
    assert_eq!(holding(&folder, &v, &blob), 1);
    let mut opening =
        Opening::begin(Box::new(FolderStore::open(&folder).unwrap()), "rehearsal").unwrap();
    for (name, _, phrase) in practice::PEOPLE
        .iter()
        .filter(|(_, role, _)| *role == "custodian")
        .take(2)
    {
        let phrase = keymoot::crypto::SecretBytes::from_slice(phrase.as_bytes());
        opening.enter(name, &phrase, None).unwrap();
    }
    let mut session = opening.finish(environment(), None).unwrap();
    assert_eq!(holding(&folder, &v, &blob), 0, "opening finishes the purge");
    let read = Door::Read(Request::GetKey(GetKeyInput {
        key_identifier: arn,
    }));
    let Outcome::Read(Response::GetKey(output)) = session.perform(read).unwrap() else {
        panic!()
    };
    assert_eq!(output.key.key_state, KeyState::DELETE_COMPLETE);
}
