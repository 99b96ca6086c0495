//! A production vault at a plain terminal: envelopes on their owners' media, the witness card, two watches, and a
//! backup under two signatures. The real binary, in a pseudo-terminal, line by line.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines
)]

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use keymoot::api::{Clock, Profile};
use keymoot::os::WallClock;
use keymoot::session::{Environment, NewPerson, NewVault, create};
use keymoot::vault::FolderStore;
use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};

const WORDS: &str = "velvet anchor lunar crisp mango tidal ember";
const PATIENCE: Duration = Duration::from_mins(2);

struct Room {
    folder: tempfile::TempDir,
    /// Sequence number and words of the witness card.
    card: (String, String),
}

impl Room {
    /// A production vault; everybody's envelopes lie in folders of their own.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let people = [
            ("Ada", "administrator"),
            ("Ana", "custodian"),
            ("Ben", "custodian"),
            ("Wim", "witness"),
        ];
        let people = people.map(|(name, role)| NewPerson::new(name, role, WORDS.as_bytes()));
        let new = NewVault {
            clock: Some(WallClock.now()),
            ..NewVault::usual("acme", Profile::Production, people)
        };
        let store = FolderStore::create(&folder.path().join("acme.vault")).unwrap();
        let created = create(Box::new(store), new, Environment::real(None)).unwrap();
        for (person, kind, text) in &created.envelopes {
            std::fs::write(folder.path().join(format!("{person}.{kind}.age")), text).unwrap();
        }
        let view = created.session.view();
        let card = (view.seq.to_string(), view.card_words.join(" "));
        created.session.close().unwrap();
        Self { folder, card }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn envelope(&self, person: &str, kind: &str) -> String {
        self.path(&format!("{person}.{kind}.age"))
            .display()
            .to_string()
    }

    fn keymoot(&self, arguments: &[&str]) -> Dialogue {
        Dialogue::start(self.folder.path(), arguments)
    }

    /// Two custodians with their shares, the witness with the card, two people with their watches.
    fn open(&self, talk: &mut Dialogue) {
        for person in ["Ana", "Ben"] {
            talk.answer("Custodian (", person);
            talk.answer("nvelope", &self.envelope(person, "share"));
            talk.answer(&format!("Passphrase of {person}"), WORDS);
        }
        talk.answer("Sequence number", &self.card.0);
        talk.answer("six words", &self.card.1);
        let now = now();
        for person in ["Ana", "Ben"] {
            talk.answer(" person:", person);
            talk.answer("reads:", &now);
        }
    }
}

fn now() -> String {
    let millis = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_millis();
    keymoot::api::Timestamp::from_millis(i64::try_from(millis).unwrap()).rfc3339()
}

/// One run of the binary, as a person at a terminal has it.
struct Dialogue {
    heard: Arc<Mutex<Vec<u8>>>,
    /// How much of it was answered.
    read: usize,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
}

impl Dialogue {
    fn start(home: &Path, arguments: &[&str]) -> Self {
        let size = PtySize {
            rows: 50,
            cols: 200,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_keymoot"));
        command.args(arguments);
        command.env_clear();
        command.env("TERM", "dumb");
        command.env("HOME", home);
        command.cwd(home);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let heard = Arc::new(Mutex::new(Vec::new()));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let ear = Arc::clone(&heard);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                ear.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        let writer = pair.master.take_writer().unwrap();
        std::mem::forget(pair.master);
        Self {
            heard,
            read: 0,
            writer,
            child,
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock().unwrap()).into_owned()
    }

    /// Waits for a question, then types the answer.
    fn answer(&mut self, question: &str, answer: &str) {
        let end = Instant::now() + PATIENCE;
        loop {
            let text = self.text();
            if let Some(at) = text.get(self.read..).and_then(|new| new.find(question)) {
                self.read += at + question.len();
                break;
            }
            assert!(Instant::now() < end, "no {question:?} in\n{text}");
            std::thread::sleep(Duration::from_millis(20));
        }
        // A masked prompt turns the echo off after it is written.
        std::thread::sleep(Duration::from_millis(100));
        self.writer
            .write_all(format!("{answer}\n").as_bytes())
            .unwrap();
    }

    fn end(mut self) -> (u32, String) {
        let status = self.child.wait().unwrap();
        std::thread::sleep(Duration::from_millis(200));
        (status.exit_code(), self.text())
    }
}

#[test]
fn a_backup_is_made_by_people_with_their_own_envelopes() {
    let room = Room::new();
    let vault = room.path("acme.vault").display().to_string();
    let copy = room.path("copy").display().to_string();
    let mut talk = room.keymoot(&[
        "vault",
        "backup",
        &vault,
        "--to",
        &copy,
        "--medium",
        "stick 2",
        "--bag",
        "TE-448120",
    ]);
    room.open(&mut talk);
    // A wrong passphrase ends nothing, neither for whoever asks nor for a custodian.
    talk.answer("nvelope", &room.envelope("Ada", "approval"));
    talk.answer("Passphrase of Ada", "of another kind altogether");
    talk.answer("nvelope", &room.envelope("Ada", "approval"));
    talk.answer("Passphrase of Ada", WORDS);
    talk.answer("who approves", "Ana");
    talk.answer("nvelope", &room.envelope("Ana", "approval"));
    talk.answer("Passphrase of Ana", "of another kind altogether");
    for person in ["Ana", "Ben"] {
        talk.answer("who approves", person);
        talk.answer("nvelope", &room.envelope(person, "approval"));
        talk.answer(&format!("Passphrase of {person}"), WORDS);
    }
    let (status, text) = talk.end();
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("copied to"), "{text}");
    assert!(!text.contains("exists once"), "{text}");
    assert!(!text.contains("velvet"), "a passphrase was echoed");
    for name in ["custody.toml", "vault.age", "audit.jsonl"] {
        assert!(Path::new(&copy).join(name).is_file(), "{name}");
    }
}

#[test]
fn a_card_of_another_history_does_not_open() {
    let room = Room::new();
    let vault = room.path("acme.vault").display().to_string();
    let mut talk = room.keymoot(&["vault", "status", &vault]);
    for person in ["Ana", "Ben"] {
        talk.answer("Custodian (", person);
        talk.answer("nvelope", &room.envelope(person, "share"));
        talk.answer(&format!("Passphrase of {person}"), WORDS);
    }
    talk.answer("Sequence number", "one");
    talk.answer("Sequence number", &room.card.0);
    talk.answer(
        "six words",
        "aimless informant egghead hideaway snowcap leprosy",
    );
    // A slip is asked again; whoever has no other card ends the input.
    talk.answer("Sequence number", "\u{4}");
    let (status, text) = talk.end();
    assert_ne!(status, 0, "{text}");
    // At a terminal sentences are broken between words.
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("not the words of sequence"), "{text}");
    assert!(text.contains("another history than the card"), "{text}");
}
