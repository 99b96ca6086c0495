//! The real binary in lines, in a pseudo-terminal: every shipped ceremony, a vault opened and worked in, nothing
//! drawn and no secret echoed.
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

use keymoot::api::{Profile, Timestamp};
use keymoot::session::{Environment, NewPerson, NewVault, create};
use keymoot::vault::FolderStore;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

const WORDS: &str = "velvet anchor lunar crisp mango tidal ember";
const PATIENCE: Duration = Duration::from_mins(2);
/// What a person types for the practice answer.
const PRACTICE: &str = "f5";
fn practice(prompt: &str) -> &'static str {
    ["", PRACTICE][usize::from(prompt != "Press Enter: ")]
}

/// One run of the binary, as a person at a serial console has it.
struct Talk {
    heard: Arc<Mutex<Vec<u8>>>,
    /// How much of it was answered.
    read: usize,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    /// Closed only when the talk is over: a closed master hangs up.
    master: Box<dyn MasterPty + Send>,
}

impl Talk {
    fn start(home: &Path, arguments: &[&str], term: &str) -> Self {
        let size = PtySize {
            rows: 24,
            cols: 80,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_keymoot"));
        command.args(arguments);
        command.env_clear();
        command.env("TERM", term);
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
        Self {
            heard,
            read: 0,
            writer,
            child,
            master: pair.master,
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock().unwrap()).replace('\r', "")
    }

    /// Waits for a prompt that ends with these words, then types the answer.
    fn answer(&mut self, prompt: &str, answer: &str) {
        let end = Instant::now() + PATIENCE;
        loop {
            let text = self.text();
            if text.len() > self.read && text[self.read..].ends_with(prompt) {
                self.read = text.len();
                break;
            }
            assert!(
                Instant::now() < end,
                "no {prompt:?} at the end of\n{}",
                &text[self.read..]
            );
            std::thread::sleep(Duration::from_millis(10));
        }
        self.types(prompt, answer);
    }

    /// Types an answer once the terminal is ready for it: a masked prompt turns the echo off after it is written.
    fn types(&mut self, prompt: &str, answer: &str) {
        if prompt.contains("not shown") {
            std::thread::sleep(Duration::from_millis(150));
        }
        self.writer
            .write_all(format!("{answer}\n").as_bytes())
            .unwrap();
        self.writer.flush().unwrap();
    }

    /// Answers every question as a rehearsal offers it, until the program ends.
    fn practise(&mut self) {
        let end = Instant::now() + PATIENCE;
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < end, "it does not end:\n{}", self.text());
            let text = self.text();
            let new = text.get(self.read..).unwrap_or_default();
            let Some(prompt) = new.rsplit('\n').next().filter(|line| line.ends_with(": ")) else {
                std::thread::sleep(Duration::from_millis(5));
                continue;
            };
            // A line that is no prompt ends in a line end as well; a prompt stays as it is.
            if !new.contains("So far: ") {
                continue;
            }
            let prompt = prompt.to_owned();
            self.read = text.len();
            self.types(&prompt, practice(&prompt));
        }
    }

    fn end(mut self) -> (u32, String) {
        let end = Instant::now() + PATIENCE;
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < end, "it does not end:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(10));
        }
        let status = self.child.wait().unwrap();
        std::thread::sleep(Duration::from_millis(100));
        (status.exit_code(), self.text())
    }
}

/// What a terminal is told after words were shown that nobody may read later: home, empty, forget what went up.
const WIPE: &[u8] = b"\x1b[H\x1b[2J\x1b[3J";

/// What a terminal is told where a secret is typed: to say what is pasted, and not to any more.
const PASTES: [&[u8]; 2] = [b"\x1b[?2004h", b"\x1b[?2004l"];

/// Nothing is drawn: no escape but those, no carriage return but before a line end, no colour.
fn only_lines(talk: &Talk) {
    let mut raw = talk.heard.lock().unwrap().clone();
    for known in [WIPE, PASTES[0], PASTES[1]] {
        while let Some(at) = raw.windows(known.len()).position(|bytes| bytes == known) {
            raw.drain(at..at + known.len());
        }
    }
    assert!(!raw.contains(&0x1b), "an escape sequence was written");
    for (at, byte) in raw.iter().enumerate() {
        if *byte == b'\r' {
            assert_eq!(raw.get(at + 1), Some(&b'\n'), "a line was drawn over");
        }
    }
}

/// Above every prompt stand the three lines.
fn three_lines_above(text: &str, prompt: &str) {
    let lines: Vec<&str> = text.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with(prompt) {
            let above = lines[..at].iter().rev().take(12).collect::<Vec<_>>();
            let near = |word: &str| above.iter().position(|l| l.starts_with(word));
            let (acts, enter, so_far) = (near("Acts: "), near("Enter: "), near("So far: "));
            assert!(
                so_far < enter && enter < acts && so_far.is_some(),
                "above {line:?}: {above:?}"
            );
        }
    }
}

#[test]
fn every_shipped_ceremony_is_played_in_a_terminal() {
    play_those(0);
}

/// The other half of them, beside the first.
#[test]
fn every_other_shipped_ceremony_is_played_in_a_terminal() {
    play_those(1);
}

fn play_those(first: usize) {
    let home = tempfile::tempdir().unwrap();
    for (script, _) in keymoot::ceremony::shipped().iter().skip(first).step_by(2) {
        let out = home.path().join(format!("{script}.out"));
        let out = out.display().to_string();
        let arguments = ["play", script, "--plain", "--out", out.as_str()];
        let mut talk = Talk::start(home.path(), &arguments, "xterm-256color");
        talk.practise();
        only_lines(&talk);
        let (status, text) = talk.end();
        assert_eq!(status, 0, "{script}:\n{text}");
        assert!(
            text.contains("Done. In a real ceremony"),
            "{script}:\n{text}"
        );
        three_lines_above(&text, "Press Enter: ");
        three_lines_above(&text, "Your passphrase (not shown): ");
        let summary = std::fs::read_to_string(Path::new(&out).join("ceremony.json")).unwrap();
        assert!(summary.contains("\"outcome\": \"completed\""), "{script}");
    }
}

/// A vault with two custodians; their envelopes lie in it where it is for tests, else in files beside it.
struct Room {
    folder: tempfile::TempDir,
    card: (String, String),
}

impl Room {
    fn new(profile: Profile) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let people = [
            ("Ada", "administrator"),
            ("Ana", "custodian"),
            ("Ben", "custodian"),
            ("Wim", "witness"),
        ];
        let people = people.map(|(name, role)| NewPerson::new(name, role, WORDS.as_bytes()));
        let now = Timestamp::parse_rfc3339(&now()).unwrap();
        let new = NewVault {
            clock: (profile == Profile::Production).then_some(now),
            hold: false,
            ..NewVault::usual("acme", profile, people)
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

    fn talk(&self, arguments: &[&str], term: &str) -> Talk {
        Talk::start(self.folder.path(), arguments, term)
    }

    fn open(&self, talk: &mut Talk, production: bool) {
        for person in ["Ana", "Ben"] {
            talk.answer("\nNumber: ", person);
            talk.answer("Press Enter: ", "");
            if production {
                let envelope = self.path(&format!("{person}.share.age"));
                talk.answer("Envelope: ", &envelope.display().to_string());
            }
            talk.answer("Passphrase (not shown): ", WORDS);
        }
        if production {
            talk.answer("Sequence: ", &self.card.0);
            talk.answer("Six words: ", &self.card.1);
            for person in ["Ana", "Ben"] {
                talk.answer("Who reads a watch: ", person);
                talk.answer("Your watch says: ", &now());
            }
        }
    }

    /// One signature: the person, the empty room, in production the envelope, the passphrase.
    fn sign(&self, talk: &mut Talk, person: &str, production: bool) {
        talk.answer("\nNumber: ", person);
        talk.answer("Press Enter: ", "");
        if production {
            let envelope = self.path(&format!("{person}.approval.age"));
            talk.answer("Envelope: ", &envelope.display().to_string());
        }
        talk.answer("Passphrase (not shown): ", WORDS);
    }
}

fn now() -> String {
    let millis = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_millis();
    Timestamp::from_millis(i64::try_from(millis).unwrap()).rfc3339()
}

#[test]
fn a_key_is_made_exported_and_deleted_in_lines() {
    let room = Room::new(Profile::Test);
    let mut talk = room.talk(&["--plain", "--vault", "acme.vault"], "xterm");
    room.open(&mut talk, false);
    // Two keys' worth of questions; a wrong answer is asked again, back keeps what was answered.
    talk.answer("\nNumber: ", "create key");
    talk.answer("Purpose: ", "Z9");
    talk.answer("Purpose: ", "TR31_K0_KEY_ENCRYPTION_KEY");
    talk.answer("Algorithm: ", "RSA_2048");
    talk.answer("Algorithm: ", "back");
    talk.answer("Purpose: ", "");
    talk.answer("Algorithm: ", "AES_128");
    talk.answer("Modes of use: ", "1");
    talk.answer("Exportable: ", "yes");
    talk.answer("Name: ", "?");
    talk.answer("Name: ", "\\back");
    talk.answer("Check value: ", "the usual");
    talk.answer("Tags: ", "");
    talk.answer("Enabled: ", "the usual");
    talk.answer("Press Enter: ", "");
    room.sign(&mut talk, "Ada", false);
    // Who asked cannot sign; a wrong passphrase ends nothing.
    talk.answer("\nNumber: ", "Ana");
    // A line too early, it is not echoed either.
    talk.answer("Press Enter: ", "planted words of another kind");
    talk.answer("Press Enter: ", "");
    talk.answer("Passphrase (not shown): ", "planted words of another kind");
    room.sign(&mut talk, "Ana", false);
    room.sign(&mut talk, "Ben", false);
    // The deletion wants its word.
    talk.answer("\nNumber: ", "delete key");
    talk.answer("\nKey: ", "back");
    talk.answer("\nNumber: ", "delete key");
    talk.answer("\nKey: ", "1");
    talk.answer("Days: ", "2");
    talk.answer("Days: ", "7");
    talk.answer("Type the word: ", "remove");
    talk.answer("Type the word: ", "delete");
    room.sign(&mut talk, "Ada", false);
    room.sign(&mut talk, "Ana", false);
    room.sign(&mut talk, "Ben", false);
    talk.answer("\nNumber: ", "keys");
    talk.answer("\nNumber: ", "look");
    talk.answer("\nNumber: ", "1");
    talk.answer("\nNumber: ", "back");
    talk.answer("\nNumber: ", "ceremonies");
    talk.answer("\nNumber: ", "first-key.toml");
    talk.answer("\nNumber: ", "back"); // a number too many begins nothing
    talk.answer("\nNumber: ", "close");
    talk.answer("\nNumber: ", "close"); // asked once more
    only_lines(&talk);
    let (status, text) = talk.end();
    assert_eq!(status, 0, "{text}");
    assert!(!text.contains("Step 1 of"), "{text}");
    for words in [
        "Begin it here? The first key",
        "  in the vault: acme, TEST",
        "  needs: 1 administrator",
        "cannot be chosen: K0 is TDES or AES",
        "and 3 is the least",
        "delete was not typed",
        "state       deleting",
        "unless it is restored before",
        "Words for the minutes: ",
        "key         back",
        "1 being deleted",
        "The vault is closed",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    for secret in ["velvet", "planted"] {
        assert!(!text.contains(secret), "a passphrase was echoed");
    }
    three_lines_above(&text, "Passphrase (not shown): ");
}

#[test]
fn a_production_vault_that_exists_once_offers_its_copy() {
    let room = Room::new(Profile::Production);
    let mut talk = room.talk(&["--vault", "acme.vault"], "dumb");
    room.open(&mut talk, true);
    // Software keys are off, with the reason.
    talk.answer("\nNumber: ", "create key");
    talk.answer("\nNumber: ", "close");
    talk.answer("\nNumber: ", "copy it first");
    talk.answer("Label: ", "stick 2");
    talk.answer("Bag: ", "TE-448120");
    talk.answer("Holder: ", "Hal");
    talk.answer("Place: ", "");
    talk.answer("Folder: ", "copy");
    talk.answer("Press Enter: ", "");
    room.sign(&mut talk, "Ada", true);
    room.sign(&mut talk, "Ana", true);
    room.sign(&mut talk, "Ben", true);
    only_lines(&talk);
    let (status, text) = talk.end();
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("this vault makes no key in software"));
    assert!(text.contains("This vault exists once"), "{text}");
    assert!(text.contains("was read back"), "{text}");
    assert!(!text.contains("velvet"), "a passphrase was echoed");
    for name in ["custody.toml", "vault.age", "audit.jsonl"] {
        assert!(room.path("copy").join(name).is_file(), "{name}");
    }
}

#[test]
fn a_ceremony_is_left_standing_and_taken_up_again() {
    let room = Room::new(Profile::Test);
    let first = ["play", "first-key.toml", "--plain", "--vault", "acme.vault"];
    let mut talk = room.talk(&first, "xterm");
    room.open(&mut talk, false);
    talk.answer("Press Enter: ", "pause");
    talk.answer("\nNumber: ", "3");
    let (status, text) = talk.end();
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("stands open"), "{text}");
    let mut again = first.to_vec();
    again.push("--resume");
    let mut talk = room.talk(&again, "xterm");
    room.open(&mut talk, false);
    talk.answer("Press Enter: ", "");
    let page = talk.text();
    assert!(page.contains("Had not happened: "), "{page}");
    assert!(
        page.contains("The same people? administrator Ada"),
        "{page}"
    );
    assert!(page.contains("Enter: goes on with step"), "{page}");
    talk.answer("Press Enter: ", "back");
    talk.answer("\nNumber: ", "stop it for good");
    talk.answer("Who stops it: ", "1");
    talk.answer("Reason: ", "the witness was called away");
    talk.answer("Press Enter: ", "pause"); // whoever cannot sign holds nothing open
    talk.answer("\nNumber: ", "close it without them");
    let (status, text) = talk.end();
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("Stopped for good."), "{text}");
}

#[test]
fn ctrl_c_and_an_end_of_input_leave_the_vault_in_order() {
    let room = Room::new(Profile::Test);
    for (key, ends) in [(b"\x03", 130), (b"\x04", 0)] {
        let mut talk = room.talk(&["--plain", "--vault", "acme.vault"], "xterm");
        room.open(&mut talk, false);
        talk.answer("\nNumber: ", "nothing of the kind");
        let text = talk.text();
        assert!(text.contains("acme"), "{text}");
        std::thread::sleep(Duration::from_millis(300));
        talk.writer.write_all(key).unwrap();
        let (status, text) = talk.end();
        assert_eq!(status, ends, "{text}");
        assert!(text.contains("Type a number from 1 to"), "{text}");
        assert!(text.contains("The vault is closed"), "{text}");
        assert_eq!(text.contains("Ended with Ctrl-C."), ends == 130, "{text}");
        assert!(!text.contains("was cut off"), "{text}");
    }
}

#[test]
fn a_signal_at_a_masked_prompt_gives_the_echo_back() {
    let home = tempfile::tempdir().unwrap();
    let arguments = ["play", "first-key.toml", "--plain"];
    let mut talk = Talk::start(home.path(), &arguments, "xterm");
    let end = Instant::now() + PATIENCE;
    while !talk.text().ends_with("Your passphrase (not shown): ") {
        assert!(Instant::now() < end, "{}", talk.text());
        let text = talk.text();
        let new = text.get(talk.read..).unwrap_or_default();
        let prompt = new.rsplit('\n').next().unwrap_or_default().to_owned();
        if new.contains("So far: ") && prompt.ends_with(": ") && !prompt.starts_with("So far") {
            talk.read = text.len();
            if !prompt.contains("not shown") {
                talk.types(&prompt, practice(&prompt));
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(300));
    let echoes = |talk: &Talk| {
        let settings = format!("{:?}", talk.master.get_termios().unwrap().local_flags);
        settings
            .split(" | ")
            .any(|flag| flag.trim_end_matches(')').ends_with("ECHO"))
    };
    assert!(!echoes(&talk), "the echo is on at a masked prompt");
    let pasted = b"\x1b[200~planted words\rof a clipboard\x1b[201~";
    talk.writer.write_all(pasted).unwrap();
    while !talk.text().contains("Paste is refused") {
        assert!(Instant::now() < end, "{}", talk.text());
        std::thread::sleep(Duration::from_millis(10));
    }
    let id = talk.child.process_id().unwrap().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-TERM", &id])
        .status()
        .unwrap();
    assert!(sent.success());
    while talk.child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(echoes(&talk), "the echo was not given back");
    assert_eq!(talk.end().0, 1);
}
