//! The workstation killed (SIGKILL) around the moment where an act is signed and done: the vault opens again, whole, and
//! the act is there or is not.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// Not every test needs every key of the harness.
#![allow(dead_code)]

#[path = "terminal/acme.rs"]
mod acme;
#[path = "terminal/talk.rs"]
mod talk;
mod terminal;

use std::path::Path;
use std::time::Duration;

use acme::{WORDS, vault};
use talk::{ENTER, settled, signed};
use terminal::Terminal;

/// How many keys Home's list of keys counts.
fn keys(terminal: &mut Terminal) -> usize {
    terminal.press_until("v", "─ Keys ─");
    let text = terminal.text();
    let title = text.lines().find(|line| line.contains("─ Keys ─")).unwrap();
    let count = title.split(" of ").nth(1);
    let count = count.map_or(0, |rest| {
        rest.split_whitespace().next().unwrap().parse().unwrap()
    });
    terminal.press_until("\x1b", "─ Home ─");
    count
}

fn opened(home: &Path) -> Terminal {
    let mut terminal = Terminal::start(home, &["--vault", "acme.vault"], (80, 24), &[]);
    terminal.shows("1 of 2: a custodian");
    signed(&mut terminal, "─ Home ─");
    terminal
}

/// A key is asked for, and the last signature is on its way.
fn last_signature(terminal: &mut Terminal, name: &str) {
    terminal.press_until("n", "1 of 6");
    for page in ["2 of 6", "3 of 6", "4 of 6", "5 of 6"] {
        terminal.press_until(ENTER, page);
    }
    terminal.press(name);
    terminal.press_until(ENTER, ": review ─");
    signed(terminal, "1 of 2 signed");
    loop {
        let text = settled(terminal);
        if text.contains("assphrase") && (text.contains("____") || text.contains("Nothing is")) {
            break;
        }
        terminal.press(ENTER);
    }
    terminal.press(WORDS);
    terminal.shows("43 typed");
    terminal.press(ENTER);
}

#[test]
fn killed_while_an_act_is_done_the_vault_is_whole() {
    let home = tempfile::tempdir().unwrap();
    vault(home.path());
    let mut before = 0;
    for (n, millis) in [0_u64, 400, 1200].into_iter().enumerate() {
        let mut terminal = opened(home.path());
        last_signature(&mut terminal, &format!("kek{n}"));
        std::thread::sleep(Duration::from_millis(millis));
        terminal.signal("-KILL");
        terminal.ended();
        drop(terminal);
        let mut terminal = opened(home.path());
        let now = keys(&mut terminal);
        assert!(
            now == before || now == before + 1,
            "{before} keys, then {now}"
        );
        before = now;
        terminal.press_until("t", "chain whole from line 1");
        terminal.signal("-TERM");
        terminal.ended();
        terminal.given_back();
    }
}
