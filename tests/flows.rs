//! What people do seldom, in the real binary and a real terminal: a vault made in lines, one restored from its copy on
//! screen and in lines. Secrets that are typed never come back in the terminal's bytes.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// Not every flow needs every key of the harness.
#![allow(dead_code)]

#[path = "terminal/acme.rs"]
mod acme;
#[path = "terminal/talk.rs"]
mod talk;
mod terminal;

use std::path::Path;
use std::time::Duration;

use acme::WORDS;
use talk::{COMPONENTS, ENTER, answer, signed, talked};
use terminal::Terminal;

/// The vault of these tests, and where it is wanted a copy of it.
fn vault(home: &Path, copy: Option<&str>) {
    let mut session = acme::open(home);
    if let Some(copy) = copy {
        session
            .backup_automatic("stick 2", None, &home.join(copy))
            .unwrap();
    }
    session.close().unwrap();
}

/// The numbered words on screen.
fn shown(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| {
            let (number, word) = line.trim().split_once(' ')?;
            number.parse::<u8>().ok().map(|_| word.trim().to_owned())
        })
        .collect()
}

#[test]
fn a_vault_is_made_in_lines_by_its_people() {
    let home = tempfile::tempdir().unwrap();
    let arguments = [
        "init",
        "acme.vault",
        "--profile",
        "test",
        "--quorum",
        "2/2",
        "--plain",
    ];
    let mut terminal = Terminal::start(home.path(), &arguments, (80, 40), &[]);
    // What the command line said is not asked again.
    answer(&mut terminal, "Custodian 1:", "Ana");
    answer(&mut terminal, "Custodian 2:", "Ben");
    answer(&mut terminal, "Administrator:", "Ada");
    answer(&mut terminal, "Witness:", "Wim");
    terminal.shows("Opens: with 2 of 2: Ana, Ben");
    answer(&mut terminal, "Press Enter:", "");
    let mut phrases = Vec::new();
    for name in ["Ana", "Ben", "Ada", "Wim"] {
        terminal.shows("The keyboard goes to");
        terminal.shows(name);
        answer(&mut terminal, "Press Enter:", "");
        let text = terminal.shows("these words are yours alone");
        let words = shown(&text);
        assert_eq!(words.len(), 7, "{text}");
        let phrase = words.join(" ");
        answer(&mut terminal, "Press Enter:", "");
        let text = terminal.shows("type your words back");
        assert!(words.iter().any(|w| !text.contains(w.as_str())), "{text}");
        assert_eq!(shown(&text).len(), 0, "{text}");
        answer(&mut terminal, "Your words (not shown):", &phrase);
        phrases.push(phrase);
    }
    terminal.shows("Done. The vault exists and is open.");
    answer(&mut terminal, "Press Enter:", "");
    answer(&mut terminal, "Number:", "close");
    terminal.shows("Close this vault?");
    answer(&mut terminal, "Number:", "close");
    assert_eq!(terminal.ended(), 0);
    for phrase in &phrases {
        assert!(!terminal.has(phrase.as_bytes()), "typed words were echoed");
    }
    assert!(home.path().join("acme.papers/Ana.enrolment.txt").is_file());
    // It opens by the words that were typed back.
    let arguments = ["--plain", "--vault", "acme.vault"];
    let mut terminal = Terminal::start(home.path(), &arguments, (80, 40), &[]);
    for (name, phrase) in ["Ana", "Ben"].iter().zip(&phrases) {
        answer(&mut terminal, "Number:", name);
        answer(&mut terminal, "Press Enter:", "");
        answer(&mut terminal, "Passphrase (not shown):", phrase);
    }
    answer(&mut terminal, "Number:", "close");
    terminal.shows("Close this vault?");
    answer(&mut terminal, "Number:", "close");
    assert_eq!(terminal.ended(), 0);
    assert!(!terminal.has(phrases[0].as_bytes()));
}

#[test]
fn a_copy_becomes_a_vault_again_on_screen() {
    let home = tempfile::tempdir().unwrap();
    vault(home.path(), Some("copy"));
    std::fs::remove_dir_all(home.path().join("acme.vault")).unwrap();
    let mut terminal = Terminal::start(home.path(), &[], (80, 24), &[]);
    let text = terminal.shows("Return to a copy");
    let line = text
        .lines()
        .find(|l| l.contains("Return to a copy"))
        .unwrap();
    let number = line.trim().split(' ').next().unwrap().to_owned();
    terminal.press_until(&number, "A copy becomes a vault under");
    for text in ["copy", "new.vault"] {
        terminal.press(text);
        terminal.shows(text);
        terminal.press(ENTER);
    }
    terminal.press(ENTER);
    terminal.shows("on the last witness card");
    terminal.press(ENTER);
    terminal.shows("Why, in one sentence");
    terminal.press("the stick broke");
    terminal.shows("the stick broke");
    terminal.press(ENTER);
    terminal.shows("1 of 2: a custodian");
    signed(&mut terminal, "─ Return to a copy ─ review ─");
    terminal.press("restore");
    terminal.shows("► restore");
    signed(&mut terminal, "B1 is restored to");
    signed(&mut terminal, "─ Home ─");
    assert!(home.path().join("new.vault/vault.age").is_file());
    assert!(!terminal.has(WORDS.as_bytes()) && !terminal.has(b"velvet"));
    terminal.press("\x03");
    terminal.shows("Enter stays");
    terminal.press("y");
    assert_eq!(terminal.ended(), 0);
    terminal.given_back();
}

#[test]
fn a_copy_becomes_a_vault_again_in_lines() {
    let home = tempfile::tempdir().unwrap();
    vault(home.path(), Some("copy"));
    let mut terminal = Terminal::start(home.path(), &["--plain"], (80, 40), &[]);
    answer(&mut terminal, "Number:", "Return to a copy");
    answer(&mut terminal, "Copy:", "copy");
    answer(&mut terminal, "New folder:", "new.vault");
    answer(&mut terminal, "Newer log:", "acme.vault/audit.jsonl");
    answer(&mut terminal, "Last card:", "");
    answer(&mut terminal, "Reason:", "the stick broke");
    for name in ["Ana", "Ben"] {
        answer(&mut terminal, "Number:", name);
        answer(&mut terminal, "Press Enter:", "");
        answer(&mut terminal, "Passphrase (not shown):", WORDS);
    }
    answer(&mut terminal, "Type the word:", "restore");
    for name in ["Ada", "Ana", "Ben"] {
        answer(&mut terminal, "Number:", name);
        answer(&mut terminal, "Press Enter:", "");
        answer(&mut terminal, "Passphrase (not shown):", WORDS);
    }
    terminal.shows("B1 is restored to new.vault");
    answer(&mut terminal, "Number:", "leave");
    assert_eq!(terminal.ended(), 0);
    assert!(home.path().join("new.vault/vault.age").is_file());
    assert!(!terminal.has(b"velvet"), "a passphrase was echoed");
}

const DOWN: &str = "\x1b[B";

#[test]
fn shares_are_handed_out_anew_on_screen() {
    let home = tempfile::tempdir().unwrap();
    vault(home.path(), None);
    let before = std::fs::read_to_string(home.path().join("acme.vault/custody.toml")).unwrap();
    let arguments = ["--vault", "acme.vault"];
    let mut terminal = Terminal::start(home.path(), &arguments, (80, 24), &[]);
    terminal.shows("1 of 2: a custodian");
    signed(&mut terminal, "─ Home ─");
    terminal.press_until("p", "What happened?");
    for _ in 0..8 {
        terminal.press(DOWN);
        std::thread::sleep(Duration::from_millis(100));
    }
    terminal.press_until(ENTER, "Why, in one sentence");
    terminal.press("the media are old");
    terminal.shows("the media are old");
    signed(&mut terminal, ": review ─");
    signed(&mut terminal, "Done");
    let after = std::fs::read_to_string(home.path().join("acme.vault/custody.toml")).unwrap();
    let set = |text: &str| {
        let line = text.lines().find(|l| l.starts_with("set_id")).unwrap();
        line.to_owned()
    };
    assert_ne!(set(&before), set(&after));
    assert!(!terminal.has(b"velvet"), "a passphrase was drawn");
    terminal.press("\x03");
    terminal.shows("Enter stays");
    terminal.press("y");
    assert_eq!(terminal.ended(), 0);
    terminal.given_back();
}

/// Two components of an AES-128 key, and what each reads as check value.
#[test]
fn components_are_typed_in_a_terminal_that_never_says_them() {
    let home = tempfile::tempdir().unwrap();
    vault(home.path(), None);
    let arguments = ["--plain", "--vault", "acme.vault"];
    let mut terminal = Terminal::start(home.path(), &arguments, (80, 60), &[]);
    talk::a_key_of_components(&mut terminal);
    for component in COMPONENTS {
        for piece in component.as_bytes().chunks(8) {
            assert!(!terminal.has(piece), "a component came back");
        }
    }
    assert!(!terminal.has(b"velvet"), "a passphrase was echoed");
}

#[test]
fn ctrl_c_stops_a_search_for_primes_and_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    vault(home.path(), None);
    let arguments = ["--plain", "--vault", "acme.vault"];
    let mut terminal = Terminal::start(home.path(), &arguments, (80, 60), &[]);
    for name in ["Ana", "Ben"] {
        answer(&mut terminal, "Number:", name);
        answer(&mut terminal, "Press Enter:", "");
        answer(&mut terminal, "Passphrase (not shown):", WORDS);
    }
    answer(&mut terminal, "Number:", "create key");
    let signers = std::cell::Cell::new(0);
    let by = |prompt: &str, _: &str| -> Option<String> {
        Some(match prompt {
            "Press Enter:" | "Tags:" => String::new(),
            "Purpose:" => "S0".into(),
            "Algorithm:" => "RSA_4096".into(),
            "Modes of use:" => "sign".into(),
            "Exportable:" => "no".into(),
            "Name:" => "signer".into(),
            "Check value:" | "Enabled:" => "the usual".into(),
            "Passphrase (not shown):" => WORDS.to_owned(),
            "Number:" => {
                signers.set(signers.get() + 1);
                ["Ada", "Ana", "Ben"].get(signers.get() - 1)?.to_string()
            }
            _ => return None,
        })
    };
    talked(&mut terminal, "Ctrl-C stops it", by);
    terminal.press("\x03");
    let says = |t: &Terminal, words: &str| t.until(words, |t| t.has(words.as_bytes()));
    says(
        &terminal,
        "The search for primes was stopped. No key exists",
    );
    answer(&mut terminal, "Number:", "approvals");
    says(&terminal, "1 request waits for signatures.");
    says(&terminal, "2 of 2 signed");
    answer(&mut terminal, "Number:", "back");
    // Anywhere else it closes the vault, and the program ends as one that was interrupted.
    terminal.press("\x03");
    assert_eq!(terminal.ended(), 130);
    assert!(!terminal.has(b"velvet"), "a passphrase was echoed");
}

/// Ctrl-Z locks what is open before the program stops, and one custodian goes on with the same question.
#[test]
fn in_lines_it_is_put_aside_locked_and_goes_on() {
    let home = tempfile::tempdir().unwrap();
    vault(home.path(), None);
    let arguments = ["--plain", "--vault", "acme.vault"];
    let mut terminal = Terminal::start(home.path(), &arguments, (80, 40), &[]);
    for name in ["Ana", "Ben"] {
        answer(&mut terminal, "Number:", name);
        answer(&mut terminal, "Press Enter:", "");
        // While a secret is typed nothing is put aside.
        terminal.shows("Passphrase (not shown):");
        terminal.press("\x1a");
        answer(&mut terminal, "Passphrase (not shown):", WORDS);
    }
    terminal.shows("The vault is open.");
    answer(&mut terminal, "Number:", "create key");
    terminal.shows("Purpose:");
    terminal.press("\x1a");
    terminal.until("it to stop", Terminal::stopped);
    assert!(!terminal.text().contains("Purpose:"), "it is in sight");
    terminal.signal("-CONT");
    terminal.shows("keymoot was put aside with");
    answer(&mut terminal, "Number:", "Ben");
    answer(&mut terminal, "Passphrase (not shown):", WORDS);
    answer(&mut terminal, "Purpose:", "TR31_K0_KEY_ENCRYPTION_KEY");
    terminal.shows("Algorithm:");
    // Stopped from outside it is locked as well.
    terminal.signal("-STOP");
    terminal.until("it to stop", Terminal::stopped);
    terminal.signal("-CONT");
    terminal.shows("keymoot was stopped from");
    answer(&mut terminal, "Number:", "Ana");
    answer(&mut terminal, "Passphrase (not shown):", WORDS);
    answer(&mut terminal, "Algorithm:", "cancel");
    answer(&mut terminal, "Number:", "close");
    terminal.shows("Close this vault?");
    answer(&mut terminal, "Number:", "close");
    assert_eq!(terminal.ended(), 0);
    assert!(!terminal.has(b"velvet"), "a passphrase was echoed");
    let log = std::fs::read_to_string(home.path().join("acme.vault/audit.jsonl")).unwrap();
    assert_eq!(log.matches("\"unlock\"").count(), 2, "{log}");
}
