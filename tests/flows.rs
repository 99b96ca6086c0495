//! What people do seldom, in the real binary and a real terminal: a vault made in lines, one restored from its copy on
//! screen and in lines. Secrets that are typed never come back in the terminal's bytes.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// Not every flow needs every key of the harness.
#![allow(dead_code)]

#[path = "terminal/acme.rs"]
mod acme;
mod terminal;

use std::path::Path;
use std::time::{Duration, Instant};

use acme::WORDS;
use keymoot::api::KeyAlgorithm;
use keymoot::crypto::{SecretBytes, kcv};
use terminal::{PATIENCE, Terminal};

const ENTER: &str = "\r";

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

/// Answers a line once its prompt is the last thing on screen.
fn answer(terminal: &mut Terminal, prompt: &str, text: &str) {
    let asks = |t: &Terminal| {
        let screen = t.text();
        let last = screen
            .trim_end()
            .lines()
            .last()
            .unwrap_or_default()
            .trim_end();
        last == prompt
    };
    terminal.until(&format!("the prompt {prompt}"), asks);
    if prompt.contains("not shown") {
        // The echo goes off after the prompt is written.
        std::thread::sleep(Duration::from_millis(150));
    }
    let before = terminal.text();
    terminal.press(&format!("{text}{ENTER}"));
    let soon = Instant::now() + PATIENCE;
    while terminal.text() == before && Instant::now() < soon {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Goes on with Enter, and with the words wherever a passphrase is asked, until this is on screen.
fn signed(terminal: &mut Terminal, end: &str) {
    let late = Instant::now() + PATIENCE;
    while !terminal.text().contains(end) {
        let text = terminal.text();
        assert!(Instant::now() < late, "waited for {end}:\n{text}");
        assert!(!text.contains("STOP"), "{text}");
        if text.contains("____") && ["assphrase", "Your words"].iter().any(|w| text.contains(w)) {
            terminal.press(WORDS);
            terminal.shows("43 typed");
        }
        let before = terminal.text();
        terminal.press(ENTER);
        let soon = Instant::now() + Duration::from_secs(3);
        while terminal.text() == before && Instant::now() < soon {
            std::thread::sleep(Duration::from_millis(20));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Answers every prompt by what it says and by what stands above it, until the end is on screen.
fn talked(terminal: &mut Terminal, end: &str, by: impl Fn(&str, &str) -> Option<String>) {
    let late = Instant::now() + PATIENCE;
    while !terminal.has(end.as_bytes()) {
        let text = terminal.text();
        assert!(Instant::now() < late, "waited for {end}:\n{text}");
        assert!(!text.contains("STOP"), "{text}");
        let prompt = text
            .trim_end()
            .lines()
            .last()
            .unwrap_or_default()
            .trim_end();
        let above: Vec<&str> = text.trim_end().lines().rev().skip(1).take(3).collect();
        if !prompt.ends_with(':')
            || !above.iter().any(|l| l.starts_with("So far: ")) && !text.contains("So far: ")
        {
            std::thread::sleep(Duration::from_millis(20));
            continue;
        }
        let said = by(prompt, &text).unwrap_or_else(|| panic!("{prompt:?} is asked:\n{text}"));
        let prompt = prompt.to_owned();
        answer(terminal, &prompt, &said);
        std::thread::sleep(Duration::from_millis(60));
    }
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
    terminal.shows("Why, in one sentence");
    terminal.press("the stick broke");
    terminal.shows("the stick broke");
    terminal.press(ENTER);
    terminal.shows("1 of 2: a custodian");
    signed(&mut terminal, "─ review ─");
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
    for _ in 0..5 {
        terminal.press(DOWN);
        std::thread::sleep(Duration::from_millis(100));
    }
    terminal.press_until(ENTER, "Why, in one sentence");
    terminal.press("the media are old");
    terminal.shows("the media are old");
    signed(&mut terminal, "─ review ─");
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
const COMPONENTS: [&str; 2] = [
    "8F1E2D3C4B5A69788796A5B4C3D2E1F0",
    "0C1D2E3F405162738495A6B7C8D9EAFB",
];

#[test]
fn components_are_typed_in_a_terminal_that_never_says_them() {
    let home = tempfile::tempdir().unwrap();
    vault(home.path(), None);
    let arguments = ["--plain", "--vault", "acme.vault"];
    let mut terminal = Terminal::start(home.path(), &arguments, (80, 60), &[]);
    let value = |hex: &str| {
        let bytes = data_encoding::HEXUPPER.decode(hex.as_bytes()).unwrap();
        let value = kcv::cmac(KeyAlgorithm::AES_128, &SecretBytes::new(bytes)).unwrap();
        data_encoding::HEXUPPER.encode(&value)
    };
    let values = COMPONENTS.map(value);
    // The key is what both make together.
    let bytes = COMPONENTS.map(|hex| data_encoding::HEXUPPER.decode(hex.as_bytes()).unwrap());
    let both: Vec<u8> = bytes[0].iter().zip(&bytes[1]).map(|(a, b)| a ^ b).collect();
    let formed = value(&data_encoding::HEXUPPER.encode(&both));
    let by = |prompt: &str, text: &str| -> Option<String> {
        let at = text.rfind("Component ").map_or("", |at| &text[at..]);
        let part = usize::from(text.contains("omponent 2 of 2") && !at.contains("omponent 1 of 2"));
        Some(match prompt {
            "Press Enter:" => String::new(),
            "Advised serial:" | "Serial:" => format!("TE-{}", part + 1),
            "Components:" => "2".into(),
            "Purpose:" => "11".into(),
            "Algorithm:" => "AES_128".into(),
            "Modes of use:" | "Tampering:" => "1".into(),
            "Exportable:" => "yes".into(),
            "Name:" => "kek".into(),
            p if p.contains("assphrase") => WORDS.to_owned(),
            "Component (not shown):" | "Once more (not shown):" => COMPONENTS[part].to_owned(),
            p if p.contains("heck value") && text.contains("as its sender gave it") => {
                formed.clone()
            }
            p if p.contains("heck value") => values[part].clone(),
            _ => return None,
        })
    };
    for name in ["Ana", "Ben"] {
        answer(&mut terminal, "Number:", name);
        answer(&mut terminal, "Press Enter:", "");
        answer(&mut terminal, "Passphrase (not shown):", WORDS);
    }
    answer(&mut terminal, "Number:", "Import key from components");
    talked(&mut terminal, "hidden until its sender's is typed", by);
    // Ours comes on screen only after the sender's was typed: before, it would be copied.
    assert!(!terminal.has(formed.as_bytes()), "it could be copied");
    let closed = format!("is closed: Check value from another channel. {formed}");
    talked(&mut terminal, &closed, by);
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
            "Press Enter:" => String::new(),
            "Purpose:" => "21".into(),
            "Algorithm:" => "RSA_4096".into(),
            "Modes of use:" => "sign".into(),
            "Exportable:" => "no".into(),
            "Name:" => "signer".into(),
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
    // Anywhere else it ends the program, as it always did.
    terminal.press("\x03");
    assert_eq!(terminal.ended(), 1);
    assert!(!terminal.has(b"velvet"), "a passphrase was echoed");
}
