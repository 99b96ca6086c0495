//! The life of the real binary's terminal: put aside and brought back, killed, cut off, too small, stormed with
//! sizes. Whatever happens, the terminal is given back as it was, bit by bit.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines
)]
// Not every test needs every key of the harness.
#![allow(dead_code)]

#[path = "terminal/dice.rs"]
mod dice;
mod terminal;

use std::io::Read;
use std::time::{Duration, Instant};

use dice::Dice;
use portable_pty::{CommandBuilder, native_pty_system};
use terminal::{PATIENCE, Terminal, size};

const ENTER: &str = "\r";
const F5: &str = "\x1b[15~";
const CTRL_C: &str = "\x03";
const CTRL_Z: &str = "\x1a";

fn home() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn put_aside_where_no_shell_is_above_it_locks_and_is_not_stopped() {
    let home = home();
    let mut terminal = Terminal::start(home.path(), &["play", "first-key.toml"], (80, 24), &[]);
    terminal.shows("Who is here");
    // A terminal of its own and nobody above: stopped, nobody could bring it back.
    terminal.press(CTRL_Z);
    let text = terminal.shows("No shell is");
    assert!(!terminal.stopped());
    assert!(text.contains("Nothing was lost"), "{text}");
    assert!(!text.contains("Who is here"), "{text}");
    terminal.press_until(ENTER, "Which custodian is here?");
    terminal.press_until(ENTER, "brings the screen back:");
    // The wrong one leaves it locked.
    terminal.press("apple anchor");
    terminal.shows("12 typed");
    terminal.press_until(ENTER, "STOP");
    assert!(terminal.text().contains("Locked"));
    terminal.press_until(F5, "11 typed");
    terminal.press_until(ENTER, "Who is here");
    // Stopped and let go on from outside: locked as well.
    terminal.signal("-STOP");
    terminal.until("it to stop", Terminal::stopped);
    terminal.signal("-CONT");
    terminal.shows("stopped from outside");
    // The signal that Ctrl-Z sends elsewhere.
    terminal.signal("-TSTP");
    terminal.shows("This screen is blank on purpose");
    assert!(!terminal.stopped());
    terminal.press_until(CTRL_C, "Ctrl-C again leaves");
    terminal.press(CTRL_C);
    assert_eq!(terminal.ended(), 1, "the ceremony is not done");
    terminal.given_back();
}

#[test]
fn while_a_secret_is_typed_it_is_not_put_aside() {
    let home = home();
    let mut terminal = Terminal::start(home.path(), &["play", "first-key.toml"], (80, 24), &[]);
    terminal.shows("Who is here");
    let end = Instant::now() + PATIENCE;
    while !terminal.text().contains("Your passphrase") {
        assert!(Instant::now() < end, "{}", terminal.text());
        let text = terminal.text();
        if text.contains("practice answer")
            && (text.contains("____") || text.contains("Nothing is typed here yet"))
        {
            terminal.press(F5);
        } else {
            terminal.press(ENTER);
        }
        std::thread::sleep(Duration::from_millis(150));
    }
    terminal.press("half a");
    terminal.shows("6 typed");
    terminal.press_until(CTRL_Z, "a secret is being typed");
    assert!(!terminal.stopped());
    terminal.signal("-TSTP");
    std::thread::sleep(Duration::from_millis(200));
    assert!(!terminal.stopped());
    assert!(terminal.text().contains("6 typed"));
    terminal.signal("-TERM");
    assert_eq!(terminal.ended(), 1);
    terminal.given_back();
}

#[test]
fn every_way_to_be_killed_gives_the_terminal_back() {
    for signal in ["-TERM", "-HUP", "-QUIT", "-INT"] {
        let home = home();
        let mut terminal = Terminal::start(home.path(), &[], (80, 24), &[]);
        terminal.shows("1 Rehearse a ceremony");
        terminal.signal(signal);
        assert_eq!(terminal.ended(), 1, "{signal}");
        terminal.given_back();
    }
}

#[test]
fn a_terminal_that_is_gone_ends_it() {
    let home = home();
    let pair = native_pty_system().openpty(size((80, 24))).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_keymoot"));
    command.args(["play", "first-key.toml"]);
    command.env_clear();
    command.env("TERM", "xterm-256color");
    command.env("HOME", home.path());
    command.cwd(home.path());
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let (mut raw, mut buffer) = (Vec::new(), [0; 8192]);
    let words = b"Who is here";
    while !raw.windows(words.len()).any(|w| w == words) {
        let count = reader.read(&mut buffer).unwrap();
        raw.extend_from_slice(&buffer[..count]);
    }
    // The wire is cut: nobody holds its other end any more.
    drop(reader);
    drop(pair.master);
    let end = Instant::now() + PATIENCE;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < end, "it lives on without a terminal");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(status.exit_code(), 1, "ended, and not by a panic");
}

#[test]
fn twenty_by_five_says_what_it_needs_and_can_be_left() {
    let home = home();
    let mut terminal = Terminal::start(home.path(), &[], (20, 5), &[]);
    let text = terminal.shows("needs 80x24");
    assert!(text.contains("20x5"), "{text}");
    terminal.press("\x1b[B\x1b[B1q?:");
    std::thread::sleep(Duration::from_millis(100));
    terminal.resize((80, 24));
    terminal.press_until("\x1b", "Welcome to keymoot");
    terminal.resize((20, 5));
    terminal.shows("needs 80x24");
    terminal.press_until(CTRL_C, "needs 80x24");
    terminal.press(CTRL_C);
    std::thread::sleep(Duration::from_millis(100));
    terminal.press(CTRL_C);
    assert_eq!(terminal.ended(), 0);
    terminal.given_back();
}

#[test]
fn the_mouse_is_taken_only_when_asked_and_a_click_moves_the_cursor() {
    let home = home();
    let mut terminal = Terminal::start(home.path(), &[], (80, 24), &[]);
    let text = terminal.shows("1 Rehearse a ceremony");
    assert!(!terminal.has(b"\x1b[?1000h"));
    terminal.press_until("\x1b[20~", "The mouse is on");
    assert!(terminal.has(b"\x1b[?1000h"));
    let row = text
        .lines()
        .position(|l| l.contains("2 Open a vault"))
        .unwrap()
        + 1;
    terminal.press(&format!("\x1b[<0;10;{row}M\x1b[<0;10;{row}m"));
    terminal.shows("► 2 Open a vault");
    terminal.press("\x1b[<64;10;10M");
    terminal.shows("► 1 Rehearse");
    terminal.signal("-TERM");
    assert_eq!(terminal.ended(), 1);
    terminal.given_back();
    assert!(terminal.has(b"\x1b[?1000l"));
}

#[test]
fn every_theme_starts_is_changed_while_it_runs_and_no_color_draws_none() {
    for theme in ["dark", "light", "contrast", "safe", "ansi", "mono"] {
        let home = home();
        let arguments = ["--theme", theme];
        let mut terminal = Terminal::start(home.path(), &arguments, (80, 24), &[]);
        terminal.shows("1 Rehearse a ceremony");
        terminal.press_until(",", "As it looks now");
        assert!(terminal.text().contains(&format!("(*) theme {theme}")));
        terminal.signal("-TERM");
        assert_eq!(terminal.ended(), 1);
    }
    let home = home();
    let file = home.path().join("own.toml");
    std::fs::write(&file, "name = \"own\"\ninherits = \"light\"\n").unwrap();
    let arguments = ["--theme", "./own.toml"];
    let colour = [("COLORTERM", "truecolor")];
    let mut terminal = Terminal::start(home.path(), &arguments, (80, 24), &colour);
    terminal.shows("1 Rehearse a ceremony");
    assert!(terminal.has(b"48;2;251;250;246"), "the paper of light");
    terminal.press_until(",", "(*) theme ./own.toml");
    let changed = "name = \"own\"\ninherits = \"light\"\n[palette]\npaper = \"#fefefe\"\n";
    std::fs::write(&file, changed).unwrap();
    // Nobody presses anything.
    terminal.until("the file to be read again", |t| t.has(b"48;2;254;254;254"));
    std::fs::write(&file, "name = \"own\"\n[roles]\ntexd = {}\n").unwrap();
    terminal.shows("did you mean text?");
    let mended = changed.replace("fefefe", "fcfcfc");
    std::fs::write(&file, mended).unwrap();
    terminal.until("the mended file", |t| t.has(b"48;2;252;252;252"));
    drop(terminal);
    let arguments = ["--theme", "drak"];
    let mut terminal = Terminal::start(home.path(), &arguments, (80, 24), &[]);
    assert_eq!(terminal.ended(), 2);
    terminal.shows("there is no theme drak");
    let none = [("NO_COLOR", "1")];
    let terminal = Terminal::start(home.path(), &[], (80, 24), &none);
    terminal.shows("1 Rehearse a ceremony");
    assert!(!terminal.has(b"[38;") && !terminal.has(b"[48;"));
    assert!(terminal.has(b"\x1b[7m"), "the chosen row is reversed");
}

#[test]
fn a_storm_of_sizes_while_keys_are_pressed() {
    let home = home();
    let mut terminal = Terminal::start(home.path(), &[], (80, 24), &[]);
    terminal.shows("Welcome to keymoot");
    let mut dice = Dice(0x5eed_0004);
    for _ in 0..300 {
        let (columns, rows) = (dice.roll(200) + 1, dice.roll(60) + 1);
        let at = (
            u16::try_from(columns).unwrap(),
            u16::try_from(rows).unwrap(),
        );
        terminal.resize(at);
        terminal.press("\x1b[B");
    }
    terminal.resize((40, 12));
    terminal.shows("needs 80x24, is 40x12");
    terminal.resize((140, 40));
    terminal.shows("1 Rehearse a ceremony");
    terminal.signal("-TERM");
    assert_eq!(terminal.ended(), 1);
    terminal.given_back();
}
