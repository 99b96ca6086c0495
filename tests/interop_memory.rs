//! What a process still holds of secrets that were typed into it: its whole memory is read, as root reads it, and the
//! passphrases, components and keys of the test are in no byte of it.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// Not every flow needs every key of the harness.
#![allow(dead_code)]

#[path = "terminal/acme.rs"]
mod acme;
#[path = "terminal/talk.rs"]
mod talk;
mod terminal;

use std::io::Write;
use std::process::{Command, Stdio};

use acme::WORDS;
use talk::{COMPONENTS, ENTER, signed};
use terminal::Terminal;

/// A secret in the forms it may lie about in, each with a name that says nothing of it.
struct Canary {
    name: &'static str,
    bytes: Vec<u8>,
    /// Its bytes may be far apart: one in each of a row of key events.
    spaced: bool,
}

fn canary(name: &'static str, bytes: &[u8]) -> Canary {
    Canary {
        name,
        bytes: bytes.to_vec(),
        spaced: false,
    }
}

/// Eight letters of a text, one in each of a row of records.
fn keys(name: &'static str, text: &str) -> Vec<Canary> {
    let letters = |bytes: &[u8]| Canary {
        name,
        bytes: bytes.to_vec(),
        spaced: true,
    };
    text.as_bytes().chunks_exact(8).map(letters).collect()
}

/// A text as bytes and as a sequence of `char`.
fn text(name: &'static str, text: &str) -> [Canary; 2] {
    let wide: Vec<u8> = text
        .chars()
        .flat_map(|c| u32::from(c).to_le_bytes())
        .collect();
    [canary(name, text.as_bytes()), canary(name, &wide)]
}

/// Two words in a row are nowhere else: one alone is in the word list.
fn words() -> Vec<Canary> {
    let single: Vec<&str> = WORDS.split(' ').collect();
    single
        .windows(2)
        .flat_map(|pair| text("two words of a passphrase", &pair.join(" ")))
        .chain(keys("keys of a passphrase", WORDS))
        .collect()
}

/// Every place in the process's memory that holds one of these.
fn held(terminal: &Terminal, canaries: &[Canary]) -> Vec<String> {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/interop_memory/search.py"
    );
    let root = rustix::process::geteuid().is_root();
    let mut command = Command::new(if root { "python3" } else { "sudo" });
    if !root {
        command.args(["-n", "python3"]);
    }
    let mut child = command
        .args([script, &terminal.pid()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("install python3, and sudo where the tests do not run as root");
    let mut needles = child.stdin.take().unwrap();
    for canary in canaries {
        let spaced = if canary.spaced { "spaced " } else { "" };
        let hex = data_encoding::HEXLOWER.encode(&canary.bytes);
        writeln!(needles, "{spaced}{hex}").unwrap();
    }
    drop(needles);
    let done = child.wait_with_output().unwrap();
    assert!(
        done.status.success(),
        "memory opens to root alone: run as root, or allow sudo"
    );
    let found = String::from_utf8(done.stdout).unwrap();
    let (places, read) = found.trim_end().rsplit_once("read ").unwrap();
    assert!(
        read.parse::<u64>().unwrap() > 1 << 20,
        "hardly anything was read: {read}"
    );
    places
        .lines()
        .map(|line| {
            let (number, place) = line.split_once(' ').unwrap();
            let canary = &canaries[number.parse::<usize>().unwrap()];
            format!("{}: {place}", canary.name)
        })
        .collect()
}

fn nothing(terminal: &Terminal, when: &str, canaries: &[Canary]) {
    let places = held(terminal, canaries);
    assert!(places.is_empty(), "{when}:\n{}", places.join("\n"));
}

#[test]
fn what_is_planted_is_found() {
    let home = tempfile::tempdir().unwrap();
    acme::vault(home.path());
    let terminal = Terminal::start(home.path(), &["--vault", "acme.vault"], (80, 24), &[]);
    terminal.shows("1 of 2: a custodian");
    // A text of the program, and letters of it with their colours, one in each cell of the screen.
    let there = text("a path", "acme.vault");
    assert!(!held(&terminal, &there).is_empty());
    let cells = keys("cells of the screen", "custodian");
    assert!(!held(&terminal, &cells).is_empty());
}

/// Types a text as a person does.
fn by_hand(terminal: &mut Terminal, text: &str) {
    for (at, letter) in text.chars().enumerate() {
        terminal.press(&letter.to_string());
        terminal.shows(&format!("{} typed", at + 1));
    }
}

#[test]
fn an_open_vault_holds_no_passphrase() {
    let home = tempfile::tempdir().unwrap();
    acme::vault(home.path());
    let mut terminal = Terminal::start(home.path(), &["--vault", "acme.vault"], (80, 24), &[]);
    terminal.shows("1 of 2: a custodian");
    signed(&mut terminal, "─ Home ─");
    nothing(&terminal, "typed at once", &words());
}

#[test]
fn a_passphrase_typed_letter_by_letter_is_gone_too() {
    let home = tempfile::tempdir().unwrap();
    acme::vault(home.path());
    let mut terminal = Terminal::start(home.path(), &["--vault", "acme.vault"], (80, 24), &[]);
    terminal.shows("1 of 2: a custodian");
    for _ in 0..2 {
        talk::settled(&terminal);
        terminal.press_until(ENTER, "____");
        by_hand(&mut terminal, WORDS);
        terminal.press(ENTER);
        terminal.until("an answer", |t| !t.text().contains("43 typed"));
    }
    signed(&mut terminal, "─ Home ─");
    nothing(&terminal, "the vault is open", &words());
}

#[test]
fn a_formed_key_is_in_no_memory() {
    let home = tempfile::tempdir().unwrap();
    acme::vault(home.path());
    let arguments = ["--plain", "--vault", "acme.vault"];
    let mut terminal = Terminal::start(home.path(), &arguments, (80, 60), &[]);
    talk::a_key_of_components(&mut terminal);
    // Until somebody is waited for the act is still at work, and holds what it works with.
    terminal.until("the next question", |t| {
        let screen = t.text();
        let (_, after) = screen.rsplit_once(" is closed: ").unwrap_or_default();
        after.trim_end().ends_with(':')
    });
    let mut canaries = words();
    for component in COMPONENTS {
        canaries.extend(text("a component's digits", component));
        canaries.extend(keys("keys of a component", component));
        let bytes = data_encoding::HEXUPPER
            .decode(component.as_bytes())
            .unwrap();
        canaries.push(canary("a component", &bytes));
    }
    let key = talk::whole();
    canaries.push(canary("the key", &key));
    canaries.extend(text(
        "the key's digits",
        &data_encoding::HEXUPPER.encode(&key),
    ));
    nothing(&terminal, "the key was formed", &canaries);
}
