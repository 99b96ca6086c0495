//! The journeys of somebody who never saw keymoot, in the real binary at 80x24: a key that is made, wrapped for a
//! receiver and shown to a camera; a deletion that is taken back. What people type is all there is.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// Not every journey needs every key of the harness.
#![allow(dead_code)]

#[path = "terminal/acme.rs"]
mod acme;
mod terminal;

use std::path::Path;
use std::time::{Duration, Instant};

use acme::{WORDS, vault};
use keymoot::pki::ImportParameters;
use terminal::{PATIENCE, Terminal};

const ENTER: &str = "\r";
const ESC: &str = "\x1b";
const F6: &str = "\x1b[17~";
const DOWN: &str = "\x1b[B";

/// Goes on with Enter, and with the words wherever a passphrase is asked, until this is on screen.
fn signed(terminal: &mut Terminal, end: &str) {
    let late = Instant::now() + PATIENCE;
    while !terminal.text().contains(end) {
        let text = terminal.text();
        assert!(Instant::now() < late, "waited for {end}:\n{text}");
        assert!(!text.contains("STOP"), "{text}");
        if text.contains("____") && text.contains("assphrase") {
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

/// An open vault with one key that may leave it.
fn with_a_key(home: &Path) -> Terminal {
    vault(home);
    let mut terminal = Terminal::start(home, &["--vault", "acme.vault"], (80, 24), &[]);
    terminal.shows("1 of 3: a custodian");
    signed(&mut terminal, "─ Home ─");
    terminal.press_until("n", "1 of 6");
    terminal.press_until(ENTER, "2 of 6");
    terminal.press_until(ENTER, "3 of 6");
    terminal.press_until(ENTER, "4 of 6");
    terminal.press(DOWN);
    terminal.press_until(ENTER, "5 of 6");
    terminal.press("kek");
    terminal.press_until(ENTER, "─ review ─");
    signed(&mut terminal, "Done, saved");
    terminal.press_until(ENTER, "─ Home ─");
    terminal
}

#[test]
fn a_key_is_wrapped_for_a_receiver_and_shown_to_a_camera() {
    let home = tempfile::tempdir().unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("ceremonies/samples/get-parameters-for-import-rsa4096.json");
    let bytes = std::fs::read(sample).unwrap();
    std::fs::create_dir(home.path().join("from-aws")).unwrap();
    std::fs::write(home.path().join("from-aws/p.json"), &bytes).unwrap();
    let root = ImportParameters::parse(&bytes).unwrap();
    let root = root.root().sha256_fingerprint();
    let fingerprint = data_encoding::HEXLOWER.encode(&root);
    let mut terminal = with_a_key(home.path());
    terminal.press_until("x", "─ Export");
    terminal.press_until(ENTER, "1 of 6");
    terminal.press_until(ENTER, "2 of 6");
    // The receiver's file is chosen, not typed: the list says what it is.
    terminal.press_until(F6, "from-aws/");
    while !terminal.text().contains("► from-aws/") {
        terminal.press(DOWN);
        std::thread::sleep(Duration::from_millis(100));
    }
    terminal.press_until(ENTER, "p.json");
    terminal.shows("PARAMETERS FOR IMPORT, printed by the receiver");
    terminal.press_until(ENTER, "2 of 6");
    terminal.press_until(ENTER, "may travel under RSA_4096");
    terminal.press_until(ENTER, "3 of 6");
    terminal.press_until(ENTER, "A second person");
    terminal.press_until(ENTER, "type the fingerprint");
    terminal.press("Wim\r");
    terminal.press(&fingerprint);
    terminal.press("\rWim, 09:10Z, account 4444\raws-root");
    terminal.press_until(ENTER, "Import a root certificate ─ review");
    signed(&mut terminal, "Done, saved");
    terminal.press_until(ENTER, "3 of 6");
    terminal.press_until(ENTER, "4 of 6");
    terminal.press_until(ENTER, "5 of 6");
    terminal.press_until(ENTER, "strong enough");
    signed(&mut terminal, "read back");
    let out = home.path().join("kek-out/kek.test.json");
    assert!(out.is_file(), "{}", terminal.text());
    // The digest as a code, and the file as many, which run by themselves.
    terminal.press_until("q", "SHA256: and these digits");
    terminal.press_until(ESC, "read back");
    terminal.press_until("f", "code 1 of ");
    terminal.shows("code 3 of ");
    terminal.press_until(" ", "stands still");
    terminal.press_until(ESC, "read back");
}

#[test]
fn a_key_is_scheduled_for_deletion_and_taken_back() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = with_a_key(home.path());
    terminal.press_until("v", "1 of 1");
    terminal.press_until("D", "How long can kek");
    terminal.press_until(ENTER, "type the word delete");
    // Without the word Enter does nothing, and says so.
    terminal.press_until(ENTER, "not typed yet");
    terminal.press("delete");
    terminal.press_until(ENTER, "Ask");
    signed(&mut terminal, "Done, saved");
    terminal.shows("destroyed");
    terminal.press_until(ENTER, "1 of 1");
    terminal.press_until(ESC, "─ Home ─");
    terminal.press_until("d", "Deletions");
    signed(&mut terminal, "Done, saved");
    terminal.shows("exists and is disabled");
}
