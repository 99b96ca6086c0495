//! Keys at random into the real binary, ten thousand and more: no panic, and the terminal is given back bit by bit.
//!
//! Ten thousand into every screen that the palette reaches take minutes: `.ci/run` has them, and so has
//! `cargo test --test terminal_storm -- --ignored`.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines
)]
// Not every test needs every key of the harness.
#![allow(dead_code)]

#[path = "terminal/acme.rs"]
mod acme;
#[path = "terminal/dice.rs"]
mod dice;
mod terminal;

use std::collections::VecDeque;
use std::path::Path;
use std::time::{Duration, Instant};

use acme::{WORDS, vault};
use dice::Dice;
use terminal::Terminal;

const ENTER: &str = "\r";
const F5: &str = "\x1b[15~";

fn home() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Any key but Ctrl-C and Ctrl-Z, which end the game or stop it; they have tests of their own.
fn any_key(dice: &mut Dice) -> String {
    const NAMED: &[&str] = &[
        ENTER,
        ENTER,
        ENTER,
        ENTER,
        "\x1b",
        "\x1b[A",
        "\x1b[B",
        "\x1b[C",
        "\x1b[D",
        "\t",
        "\x1b[Z",
        "\x7f",
        "\x1b[5~",
        "\x1b[6~",
        "\x1b[H",
        "\x1b[F",
        "\x1bOP",
        "\x1bOQ",
        "\x1bOR",
        "\x1bOS",
        F5,
        F5,
        "\x1b[20~",
        "\x1b[3~",
        "\x15",
        "\x10",
        " ",
        "\x1b[<0;10;8M",
        "\x1b[<64;4;4M",
        "\x1b[<65;4;4M",
        "\x1b[200~pasted\nwords\x1b[201~",
        "é",
        "漢",
        "\u{202e}",
        "\x01",
        "\x0c",
        "\x00",
    ];
    if dice.roll(2) == 0 {
        let named = usize::try_from(dice.roll(NAMED.len() as u64)).unwrap();
        return NAMED[named].to_owned();
    }
    let printable = u8::try_from(dice.roll(0x5f) + 0x20).unwrap();
    char::from(printable).to_string()
}

/// What the palette is asked for at Home, and what stands in the title of the screen that it leads to.
const JUMPS: &[(&str, &str)] = &[
    ("keys", "─ Keys ─"),
    ("makes a new key", "─ Create key ─"),
    ("export", "─ Export ─"),
    ("import", "─ Import ─"),
    ("deletions", "─ Deletions"),
    ("approvals", "─ Approvals"),
    ("exchange", "─ Exchange"),
    ("ceremonies", "─ Ceremonies"),
    ("people", "─ Custodians"),
    ("audit", "─ Audit"),
    ("evidence", "─ Evidence"),
    ("settings", "─ Settings"),
];

/// Whether these words are on screen, whichever glyphs the keys before have set for good.
fn drawn(terminal: &Terminal, words: &str) -> bool {
    let twin = |text: &str| text.replace('─', "-");
    twin(&terminal.text()).contains(&twin(words))
}

/// Whether these words come on screen within a second.
fn comes(terminal: &Terminal, words: &str) -> bool {
    let soon = Instant::now() + Duration::from_secs(1);
    while !drawn(terminal, words) {
        if Instant::now() > soon {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    true
}

/// Goes back to Home, where that is possible from here, and by the palette to another screen; whether it came there.
fn jump(terminal: &mut Terminal, (word, title): (&str, &str)) -> bool {
    for _ in 0..12 {
        if drawn(terminal, "─ Home ─") {
            terminal.press("\x10");
            if !comes(terminal, "─ What can be done here") {
                return false;
            }
            terminal.press(word);
            if !comes(terminal, &format!("Find {word}")) {
                return false;
            }
            terminal.press(ENTER);
            return comes(terminal, title);
        }
        terminal.press("\x1b");
        std::thread::sleep(Duration::from_millis(120));
    }
    false
}

/// What is pressed how often, and where.
struct Plan<'j> {
    seed: u64,
    keys: usize,
    size: (u16, u16),
    /// Screens to jump to.
    jumps: &'j [(&'j str, &'j str)],
    /// After so many keys comes a jump.
    every: usize,
    /// Whether a screen is jumped to again and again, rather than once.
    again: bool,
}

impl<'j> Plan<'j> {
    fn new(seed: u64, keys: usize, size: (u16, u16), jumps: &'j [(&'j str, &'j str)]) -> Self {
        Self {
            seed,
            keys,
            size,
            jumps,
            every: 60,
            again: false,
        }
    }
}

/// So many keys from a start; where one of them leaves keymoot, it begins again. At times a jump to the next of some
/// screens, all of which it has to come to. A panic or a lost terminal fails.
fn storm(plan: &Plan<'_>, mut begin: impl FnMut() -> Terminal) {
    let Plan {
        seed, keys, size, ..
    } = *plan;
    let mut jumped = 0;
    let mut dice = Dice(seed);
    let mut begin = move || {
        let terminal = begin();
        terminal.resize(size);
        terminal
    };
    let mut terminal = begin();
    let mut open: VecDeque<_> = plan.jumps.iter().copied().collect();
    let mut last = String::new();
    for n in 0..keys {
        let key = any_key(&mut dice);
        terminal.press(&key);
        last.push_str(&key);
        if n % 400 == 399 {
            let (columns, rows) = (dice.roll(160) + 1, dice.roll(50) + 1);
            let at = (
                u16::try_from(columns).unwrap(),
                u16::try_from(rows).unwrap(),
            );
            terminal.resize(at);
            std::thread::sleep(Duration::from_millis(20));
            terminal.resize(size);
        }
        if n % plan.every == 0
            && let Some(to) = open.pop_front()
        {
            let mut came = jump(&mut terminal, to);
            if !came {
                // The vault was closed, or something is asked that Esc does not answer: from the start.
                assert!(!terminal.has(b"panicked at"), "seed {seed}");
                // Its vault is free again before the next one opens it.
                terminal.signal("-KILL");
                terminal.ended();
                terminal = begin();
                last.clear();
                came = plan.again && jump(&mut terminal, to);
            }
            jumped += usize::from(came);
            if !came || plan.again {
                open.push_back(to);
            }
            if came {
                continue;
            }
        }
        if n % 6 == 5 {
            std::thread::sleep(Duration::from_millis(18));
        }
        if n % 6 == 5 && terminal.status().is_none() && terminal.stopped() {
            // The palette has Ctrl-Z's act too.
            terminal.given_back();
            terminal.resize((80, 24));
            terminal.signal("-CONT");
            // Keys that were on their way when it stopped may have gone on from the blank page already; where no vault is
            // open they may have left it.
            let hidden = [
                "This screen is blank on purpose",
                "─ Locked ─",
                "no vault is open",
            ];
            terminal.until("a screen that hides what was on it", |t| {
                hidden.iter().any(|words| drawn(t, words))
            });
            // Its vault is free again before the next one opens it.
            terminal.signal("-KILL");
            terminal.ended();
            terminal = begin();
            last.clear();
        }
        if let Some(status) = terminal.status() {
            let tail: String = last.chars().rev().take(60).collect();
            assert!(
                status <= 1,
                "seed {seed}, key {n}: status {status} after {tail:?} (backwards)"
            );
            terminal.given_back();
            terminal = begin();
            last.clear();
        }
    }
    assert!(!terminal.has(b"panicked at"), "seed {seed}");
    let left: Vec<_> = open.iter().map(|(word, _)| word).collect();
    assert!(plan.again || left.is_empty(), "never reached: {left:?}");
    assert!(
        !plan.again || jumped * 2 * plan.every >= keys,
        "{left:?} reached {jumped} times alone"
    );
    // Whatever the last keys asked for: a stopped process goes on, and then ends.
    terminal.signal("-TERM");
    terminal.signal("-CONT");
    assert!(terminal.ended() <= 1, "seed {seed}");
    terminal.given_back();
}

#[test]
fn keys_at_random_at_the_welcome() {
    let home = home();
    storm(&Plan::new(0x5eed_0001, 3400, (80, 24), &[]), || {
        let terminal = Terminal::start(home.path(), &[], (80, 24), &[]);
        terminal.shows("Welcome to keymoot");
        terminal
    });
}

#[test]
fn keys_at_random_in_a_rehearsal() {
    let home = home();
    storm(&Plan::new(0x5eed_0002, 3300, (80, 24), &[]), || {
        let terminal = Terminal::start(home.path(), &["play", "first-key.toml"], (80, 24), &[]);
        terminal.shows("Who is here");
        terminal
    });
}

fn opened(home: &Path) -> Terminal {
    let mut terminal = Terminal::start(home, &["--vault", "acme.vault"], (80, 24), &[]);
    for n in 0..2 {
        terminal.shows(&format!("{} of 2: a custodian", n + 1));
        terminal.press_until(ENTER, "alone at this screen");
        terminal.press(WORDS);
        terminal.shows("43 typed");
        terminal.press(ENTER);
    }
    terminal.until("Home", |t| drawn(t, "─ Home ─"));
    terminal
}

#[test]
fn keys_at_random_in_an_open_vault() {
    let home = home();
    vault(home.path());
    storm(&Plan::new(0x5eed_0003, 3300, (80, 24), JUMPS), || {
        opened(home.path())
    });
}

#[test]
fn keys_at_random_at_other_sizes() {
    let home = home();
    vault(home.path());
    storm(&Plan::new(0x5eed_0006, 600, (20, 5), &[]), || {
        opened(home.path())
    });
    storm(&Plan::new(0x5eed_0007, 1200, (140, 40), JUMPS), || {
        opened(home.path())
    });
}

/// Ten thousand keys into every screen that the palette reaches from Home, into the welcome and into a rehearsal: all of
/// them at once, for most of the time is the terminal's.
#[test]
#[ignore = "140 000 keys take minutes: .ci/run has it, cargo test --test terminal_storm -- --ignored"]
fn ten_thousand_keys_into_every_screen() {
    const KEYS: usize = 10_000;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let home = home();
            storm(&Plan::new(0x5eed_1000, KEYS, (80, 24), &[]), || {
                let terminal = Terminal::start(home.path(), &[], (80, 24), &[]);
                terminal.shows("Welcome to keymoot");
                terminal
            });
        });
        scope.spawn(|| {
            let home = home();
            storm(&Plan::new(0x5eed_1001, KEYS, (80, 24), &[]), || {
                let script = ["play", "first-key.toml"];
                let terminal = Terminal::start(home.path(), &script, (80, 24), &[]);
                terminal.shows("Who is here");
                terminal
            });
        });
        for (n, to) in JUMPS.iter().enumerate() {
            scope.spawn(move || {
                let home = home();
                vault(home.path());
                let seed = 0x5eed_2000 + n as u64;
                let plan = Plan {
                    every: 100,
                    again: true,
                    ..Plan::new(seed, KEYS, (80, 24), std::slice::from_ref(to))
                };
                storm(&plan, || opened(home.path()));
                println!("{KEYS} keys: {}", to.1);
            });
        }
    });
}
