//! What a terminal sees of a component that is typed, of the words that open, sign and unlock, of a ceremony in which
//! nothing happens, and of a keymoot that the shell above it puts aside.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// Not every test needs every key of the harness.
#![allow(dead_code)]

#[path = "terminal/acme.rs"]
mod acme;
#[path = "terminal/talk.rs"]
mod talk;
mod terminal;
#[path = "terminal/trace.rs"]
mod trace;

use std::time::{Duration, Instant};

use acme::WORDS;
use terminal::{PATIENCE, Terminal};

const ENTER: &str = "\r";
const F5: &str = "\x1b[15~";
const CTRL_Z: &str = "\x1a";

/// Answers as it is practised until the words are on screen.
fn practised_until(terminal: &mut Terminal, words: &str) {
    let end = Instant::now() + PATIENCE;
    while !terminal.text().contains(words) {
        let text = terminal.text();
        assert!(Instant::now() < end, "waited for {words}:\n{text}");
        let blank = text.contains("____") || text.contains("Nothing is typed here yet");
        terminal.press(if blank && text.contains("practice answer") {
            F5
        } else {
            ENTER
        });
        std::thread::sleep(Duration::from_millis(150));
    }
}

#[test]
fn a_component_that_is_typed_is_on_no_picture() {
    /// 32 digits that no screen of keymoot has by itself.
    const TYPED: &str = "94EA07D1C86B3F52A9E407D61C8B35F2";
    let home = tempfile::tempdir().unwrap();
    let play = ["play", "kek-from-components.toml", "--rehearse"];
    let mut terminal = Terminal::start(home.path(), &play, (80, 24), &[]);
    terminal.shows("Who is here");
    practised_until(&mut terminal, "0 of 32 digits, group 1 of 8");
    for _ in ["Component", "Once more"] {
        for (at, digit) in (1..).zip(TYPED.chars()) {
            terminal.press(&digit.to_string());
            terminal.shows(&format!("{at} of 32 digits"));
        }
        terminal.press("\t");
        std::thread::sleep(Duration::from_millis(200));
    }
    // A check value that is not theirs: it is refused, and typed anew as it is practised.
    terminal.press("000000");
    terminal.press_until(ENTER, "STOP");
    let groups: Vec<String> = TYPED
        .as_bytes()
        .chunks(4)
        .collect::<Vec<_>>()
        .windows(2)
        .map(|two| format!("{}{}", text(two[0]), text(two[1])))
        .collect();
    let spaced: Vec<String> = groups
        .iter()
        .map(|both| {
            let (one, other) = both.split_at(4);
            format!("{one} {other}")
        })
        .collect();
    let secrets: Vec<&str> = groups.iter().chain(&spaced).map(String::as_str).collect();
    trace::was_never_drawn(&terminal.raw(), (80, 24), &secrets);
    terminal.signal("-TERM");
    terminal.ended();
    terminal.given_back();
    trace::was_never_drawn(&terminal.raw(), (80, 24), &secrets);
}

/// Types the words at a field that asks for them.
fn typed(terminal: &mut Terminal) {
    terminal.press(WORDS);
    terminal.shows("43 typed");
}

#[test]
fn words_that_open_sign_and_unlock_are_on_no_picture() {
    let home = tempfile::tempdir().unwrap();
    acme::vault(home.path());
    let mut terminal = Terminal::start(home.path(), &["--vault", "acme.vault"], (80, 24), &[]);
    for n in ["1 of 2", "2 of 2"] {
        terminal.shows(&format!("{n}: a custodian"));
        terminal.press_until(ENTER, "alone at this screen");
        typed(&mut terminal);
        terminal.press(ENTER);
    }
    terminal.shows("─ Home ─");
    terminal.press("n");
    terminal.shows("1 of 6");
    for step in ["2 of 6", "3 of 6", "4 of 6", "5 of 6"] {
        terminal.press_until(ENTER, step);
    }
    terminal.press("kek");
    terminal.shows("kek");
    // Whoever asks and two custodians: opening holds nobody's key.
    talk::signed(&mut terminal, "Done, saved");
    terminal.signal("-TSTP");
    terminal.shows("This screen is blank on purpose");
    terminal.press_until(ENTER, "Which custodian is here?");
    terminal.press_until(ENTER, "brings the screen back:");
    typed(&mut terminal);
    terminal.press_until(ENTER, "Done, saved");
    terminal.press("\x03");
    terminal.shows("Enter stays");
    terminal.press("y");
    assert_eq!(terminal.ended(), 0);
    terminal.given_back();
    let words: Vec<&str> = WORDS.split(' ').collect();
    let pairs: Vec<String> = words.windows(2).map(|pair| pair.join(" ")).collect();
    let secrets: Vec<&str> = pairs.iter().map(String::as_str).collect();
    trace::was_never_drawn(&terminal.raw(), (80, 24), &secrets);
    trace::keeps_no_history(&terminal.raw());
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn where_nothing_happens_nothing_is_drawn() {
    let home = tempfile::tempdir().unwrap();
    let play = ["play", "first-key.toml", "--rehearse"];
    let mut terminal = Terminal::start(home.path(), &play, (80, 24), &[]);
    terminal.shows("Who is here");
    // Its clock stands still. What the machine's surroundings have changed meanwhile may be told once.
    std::thread::sleep(Duration::from_secs(1));
    let quiet = (0..5).any(|_| {
        let before = terminal.raw().len();
        std::thread::sleep(Duration::from_secs(3));
        terminal.raw().len() == before
    });
    assert!(quiet, "it draws though nothing happens");
    terminal.press("\x1b");
    terminal.shows("The ceremony waits");
    terminal.signal("-TERM");
    terminal.ended();
    terminal.given_back();
}

#[test]
fn a_shell_puts_it_aside_and_brings_it_back_locked() {
    let home = tempfile::tempdir().unwrap();
    let shell = ["--norc", "--noprofile", "--noediting", "-i"];
    let prompt = [("PS1", "shell> "), ("PATH", "/usr/bin:/bin")];
    let mut terminal = Terminal::start_program("bash", home.path(), &shell, (80, 24), &prompt);
    terminal.shows("shell> ");
    let program = env!("CARGO_BIN_EXE_keymoot");
    terminal.press(&format!("{program} play first-key.toml --rehearse\r"));
    terminal.shows("Who is here");
    terminal.press(CTRL_Z);
    // The shell has its screen, its line discipline and the keyboard again.
    terminal.shows("Stopped");
    terminal.until("the screen of before", Terminal::is_back);
    assert!(!terminal.text().contains("Who is here"));
    terminal.press("echo a$((40 + 2))b\r");
    let text = terminal.shows("a42b");
    assert!(text.contains("put aside, and locked"), "{text}");
    terminal.press("fg\r");
    terminal.shows("This screen is blank on purpose");
    terminal.until("the keyboard", |t| !t.is_back());
    assert!(!terminal.text().contains("Who is here"));
    terminal.press_until(ENTER, "Which custodian is here?");
    terminal.press_until(ENTER, "brings the screen back:");
    terminal.press_until(F5, "11 typed");
    terminal.press_until(ENTER, "Who is here");
    terminal.press_until("\x03", "Ctrl-C again leaves");
    terminal.press("\x03");
    terminal.until("the shell", Terminal::is_back);
    // What is typed before it reads again is lost.
    let asks = |t: &Terminal| t.text().trim_end().ends_with("shell>");
    terminal.until("the shell's prompt", asks);
    terminal.press("exit\r");
    terminal.ended();
}
