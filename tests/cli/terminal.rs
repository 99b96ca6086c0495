//! People at a terminal, in plain lines: the vault is opened and an act is signed passphrase by passphrase.

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use serde_json::Value;

use crate::program::{Room, kek};

/// The binary in a terminal of its own.
struct Terminal {
    child: Box<dyn portable_pty::Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    screen: Arc<Mutex<String>>,
    read: usize,
    _pair: portable_pty::PtyPair,
}

impl Terminal {
    fn run(room: &Room, line: &str) -> Self {
        let pair = native_pty_system()
            .openpty(PtySize {
                rows: 24,
                cols: 200,
                pixel_width: 0,
                pixel_height: 0,
            })
            .unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_keymoot"));
        command.args(line.split_whitespace());
        command.cwd(room.path("."));
        command.env("XDG_STATE_HOME", room.path("state"));
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let screen = Arc::new(Mutex::new(String::new()));
        let shared = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut buffer = [0_u8; 4096];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                let text = String::from_utf8_lossy(&buffer[..n]).into_owned();
                shared.lock().unwrap().push_str(&text);
            }
        });
        Self {
            child,
            keyboard: pair.master.take_writer().unwrap(),
            screen,
            read: 0,
            _pair: pair,
        }
    }

    /// Waits for words that were not yet waited for.
    fn expect(&mut self, words: &str) {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let text = self.screen.lock().unwrap().clone();
            if let Some(at) = text[self.read..].find(words) {
                self.read += at + words.len();
                return;
            }
            assert!(
                Instant::now() < until,
                "{words:?} never came in:\n{}",
                &text[self.read..]
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn answer(&mut self, prompt: &str, text: &str) {
        self.expect(prompt);
        self.keyboard.write_all(text.as_bytes()).unwrap();
        self.keyboard.write_all(b"\n").unwrap();
        self.keyboard.flush().unwrap();
    }

    /// What the screen says up to some words that were not yet waited for.
    fn until(&mut self, words: &str) -> String {
        let from = self.read;
        self.expect(words);
        let text = self.screen.lock().unwrap();
        text[from..self.read - words.len()].to_owned()
    }

    fn ends(mut self) -> (u32, String) {
        let status = self.child.wait().unwrap().exit_code();
        std::thread::sleep(Duration::from_millis(200));
        (status, self.screen.lock().unwrap().clone())
    }
}

fn passphrase(room: &Room, person: &str) -> String {
    let people: Value =
        serde_json::from_slice(&std::fs::read(room.path("people.json")).unwrap()).unwrap();
    let all = people["custodians"].as_array().unwrap().iter();
    all.chain([&people["administrator"], &people["witness"]])
        .find(|p| p["name"] == person)
        .and_then(|p| p["passphrase"].as_str())
        .unwrap()
        .to_owned()
}

#[test]
fn custodians_open_in_turn_and_wrong_answers_lose_nothing() {
    let room = Room::new();
    room.test_vault();
    let mut terminal = Terminal::run(&room, "vault status t.vault");
    terminal.answer(
        "Custodian (custodian-1, custodian-2, custodian-3): ",
        "nobody",
    );
    terminal.answer("Custodian (", "custodian-2");
    terminal.answer("Passphrase of custodian-2", "wrong words");
    terminal.expect("does not open");
    terminal.answer("Custodian (", "custodian-2");
    terminal.answer(
        "Passphrase of custodian-2",
        &passphrase(&room, "custodian-2"),
    );
    terminal.expect("1 more");
    terminal.answer("Custodian (custodian-1, custodian-3): ", "custodian-3");
    terminal.answer(
        "Passphrase of custodian-3",
        &passphrase(&room, "custodian-3"),
    );
    let (status, text) = terminal.ends();
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("Keys"), "{text}");
    assert!(
        !text.contains(&passphrase(&room, "custodian-3")),
        "a passphrase was echoed"
    );
}

#[test]
fn an_act_is_signed_person_by_person() {
    let room = Room::new();
    room.test_vault();
    room.write("key.json", kek("AES_128").to_string());
    let mut terminal = Terminal::run(
        &room,
        "call create-key --vault t.vault --cli-input-json key.json",
    );
    for custodian in ["custodian-1", "custodian-2"] {
        terminal.answer("Custodian (", custodian);
        terminal.answer(
            &format!("Passphrase of {custodian}"),
            &passphrase(&room, custodian),
        );
    }
    terminal.expect("It needs 2 approvals.");
    terminal.answer(
        "Passphrase of administrator",
        &passphrase(&room, "administrator"),
    );
    terminal.answer("Custodian who approves (", "administrator");
    terminal.expect("none of them");
    terminal.answer("Custodian who approves (", "custodian-3");
    terminal.answer("Passphrase of custodian-3", "wrong words");
    terminal.expect("does not open");
    terminal.answer("Custodian who approves (", "custodian-3");
    terminal.answer(
        "Passphrase of custodian-3",
        &passphrase(&room, "custodian-3"),
    );
    terminal.answer("Custodian who approves (", "custodian-1");
    terminal.answer(
        "Passphrase of custodian-1",
        &passphrase(&room, "custodian-1"),
    );
    terminal.expect("CREATE_COMPLETE");
    let (status, text) = terminal.ends();
    assert_eq!(status, 0, "{text}");
    let status = room.json("vault status t.vault --unlock-file people.json --json");
    assert_eq!(status["keys"], 1);
}

/// After a rotation that was cut before its new words took their file's place, a script at a terminal names the way in
/// as every other command does, on the screen and in lines, and begins with the words that open.
#[test]
fn a_script_at_a_terminal_names_the_words_of_a_rotation_that_was_cut() {
    let room = Room::new();
    room.test_vault();
    let words = std::fs::read(room.path("people.json")).unwrap();
    std::fs::write(room.path("people.json.new"), "{}").unwrap();
    let mut old: serde_json::Value = serde_json::from_slice(&words).unwrap();
    for person in old["custodians"].as_array_mut().unwrap() {
        person["passphrase"] = "the words of last year".into();
    }
    std::fs::write(room.path("people.json"), old.to_string()).unwrap();
    for look in ["", " --plain"] {
        let line = format!("play first-key.toml --vault t.vault --unlock-file people.json{look}");
        let (status, text) = Terminal::run(&room, &line).ends();
        assert_eq!(status, 1, "{text}");
        assert!(text.contains("people.json.new lies beside it"), "{text}");
    }
    std::fs::write(room.path("people.json"), &words).unwrap();
    let line = "play first-key.toml --vault t.vault --unlock-file people.json";
    let mut terminal = Terminal::run(&room, line);
    terminal.expect("Who is here");
    terminal.child.kill().unwrap();
    terminal.ends();
}

#[test]
fn nobody_at_the_keyboard_changes_nothing() {
    let room = Room::new();
    room.test_vault();
    let mut terminal = Terminal::run(&room, "call list-keys --vault t.vault");
    terminal.expect("Custodian (");
    terminal.keyboard.write_all(&[4]).unwrap(); // end of input
    terminal.keyboard.flush().unwrap();
    let (status, text) = terminal.ends();
    assert_eq!(status, 3, "{text}");
    assert!(text.contains("Nothing was changed"), "{text}");
}

/// Two custodians open; the administrator asks and the same two approve.
fn opened_and_approved(room: &Room, line: &str) -> Terminal {
    let mut terminal = Terminal::run(room, line);
    for custodian in ["custodian-1", "custodian-2"] {
        terminal.answer("Custodian (", custodian);
        terminal.answer(
            &format!("Passphrase of {custodian}"),
            &passphrase(room, custodian),
        );
    }
    terminal.answer(
        "Passphrase of administrator",
        &passphrase(room, "administrator"),
    );
    for custodian in ["custodian-1", "custodian-2"] {
        terminal.answer("Custodian who approves (", custodian);
        terminal.answer(
            &format!("Passphrase of {custodian}"),
            &passphrase(room, custodian),
        );
    }
    terminal
}

#[test]
fn a_drill_passes_over_who_is_not_there_and_lets_who_is_try_again() {
    let room = Room::new();
    room.test_vault();
    let mut terminal = opened_and_approved(&room, "vault drill t.vault");
    terminal.answer("Is custodian-1 here to prove?", "yes");
    terminal.answer("Passphrase of custodian-1", "wrong words");
    terminal.expect("does not open");
    terminal.answer("Is custodian-1 here to prove?", "yes");
    terminal.answer(
        "Passphrase of custodian-1",
        &passphrase(&room, "custodian-1"),
    );
    terminal.expect("custodian-1 has proven both envelopes.");
    terminal.answer("Is custodian-2 here to prove?", "");
    terminal.answer("Is custodian-3 here to prove?", "yes");
    terminal.answer(
        "Passphrase of custodian-3",
        &passphrase(&room, "custodian-3"),
    );
    // After the custodians whoever holds no share.
    terminal.answer("Is administrator here to prove?", "yes");
    terminal.answer(
        "Passphrase of administrator",
        &passphrase(&room, "administrator"),
    );
    terminal.expect("administrator has proven the approval envelope.");
    terminal.answer("Is witness here to prove?", "");
    let (status, text) = terminal.ends();
    assert_eq!(status, 0, "{text}");
    assert!(
        text.contains("proven, without a share: administrator"),
        "{text}"
    );
    assert!(text.contains("proven: custodian-1, custodian-3"), "{text}");
    assert!(text.contains("not there: custodian-2"), "{text}");
}

#[test]
fn a_rotation_at_the_terminal_gives_each_person_a_passphrase_alone() {
    let room = Room::new();
    room.test_vault();
    let line = "vault rotate t.vault --reason departure --replace custodian-3=Dee";
    let mut terminal = opened_and_approved(&room, line);
    let people = [
        "custodian-1",
        "custodian-2",
        "Dee",
        "administrator",
        "witness",
    ];
    let mut given = Vec::new();
    for person in people {
        terminal.answer(&format!("Hand over to {person}."), "");
        terminal.expect("your new passphrase: ");
        let shown = terminal.until("Write it on your own paper.");
        let phrase = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(phrase.split(' ').count(), 7, "{shown:?}");
        terminal.answer("it is gone from the screen", "");
        terminal.expect("\u{1b}[2J");
        if person == "Dee" {
            terminal.answer("Dee types it from the paper", "something else");
            terminal.expect("it is shown once more");
            terminal.expect("Write it on your own paper.");
            terminal.answer("it is gone from the screen", "");
        }
        terminal.answer(&format!("{person} types it from the paper"), &phrase);
        given.push((person, phrase));
    }
    for (person, phrase) in &given {
        terminal.answer(&format!("Passphrase of {person}"), phrase);
        terminal.expect("has proven ");
    }
    terminal.expect("gone: custodian-3; new: Dee");
    let (status, text) = terminal.ends();
    assert_eq!(status, 0, "{text}");
    let person = |name: &str| {
        let (name, phrase) = given.iter().find(|(n, _)| *n == name).unwrap();
        serde_json::json!({"name": name, "passphrase": phrase})
    };
    let next = serde_json::json!({
        "custodians": [person("custodian-1"), person("custodian-2"), person("Dee")],
        "administrator": person("administrator"),
        "witness": person("witness"),
    });
    let path = room.write("next.json", next.to_string());
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(path, mode).unwrap();
    let sound = room.json("vault verify t.vault --unlock-file next.json --json");
    assert_eq!(sound["sound"], true);
    room.run("vault status t.vault --unlock-file people.json")
        .refused(1, "does not open");
}
