//! The real binary in a pseudo-terminal: keys in, screen out, terminal given back whatever happens.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines,
    clippy::similar_names,
    clippy::needless_pass_by_value
)]

// Words are shown here: that they were never drawn is asked elsewhere.
#[allow(dead_code)]
#[path = "terminal/trace.rs"]
mod trace;

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

const PATIENCE: Duration = Duration::from_mins(1);

/// What came out of a terminal.
struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    /// The last whole picture: one is whole when its synchronized update is closed.
    picture: String,
}

impl Seen {
    fn take(&mut self, bytes: &[u8]) {
        self.parser.process(bytes);
        let from = self.raw.len().saturating_sub(8);
        self.raw.extend_from_slice(bytes);
        let news = &self.raw[from..];
        let last = |needle: &[u8]| news.windows(needle.len()).rposition(|w| w == needle);
        let (opened, closed) = (last(b"\x1b[?2026h"), last(b"\x1b[?2026l"));
        if closed.is_some() && closed > opened {
            self.picture = self.parser.screen().contents();
        }
    }
}

/// A keymoot in a terminal of its own.
struct Terminal {
    seen: Arc<Mutex<Seen>>,
    writer: Box<dyn Write + Send>,
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    /// Everything it writes outside of what was named lands here.
    _home: tempfile::TempDir,
}

/// Whether a field waits to be filled in, and perhaps says so since an Enter too many.
fn blank(text: &str) -> bool {
    text.contains("____") || text.contains("Nothing is typed here yet")
}

impl Terminal {
    fn start(arguments: &[&str], columns: u16, rows: u16) -> Self {
        let home = tempfile::tempdir().unwrap();
        Self::start_in(home, arguments, columns, rows)
    }

    fn start_in(home: tempfile::TempDir, arguments: &[&str], columns: u16, rows: u16) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_keymoot"));
        command.args(arguments);
        command.env_clear();
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("HOME", home.path());
        command.cwd(home.path());
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let parser = vt100::Parser::new(cells(rows), cells(columns), 0);
        let seen = Arc::new(Mutex::new(Seen {
            parser,
            raw: Vec::new(),
            picture: String::new(),
        }));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let sight = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(count) = reader.read(&mut buffer) {
                if count == 0 {
                    return;
                }
                sight.lock().unwrap().take(&buffer[..count]);
            }
        });
        let writer = pair.master.take_writer().unwrap();
        Self {
            seen,
            writer,
            master: pair.master,
            child,
            _home: home,
        }
    }

    /// The last whole picture.
    fn text(&self) -> String {
        self.seen.lock().unwrap().picture.clone()
    }

    /// Presses a key and waits a little for another picture: a key that comes before its question is drawn is
    /// dropped, and has to be pressed again.
    fn step(&mut self, key: &str) {
        let before = self.text();
        self.press(key);
        let end = Instant::now() + Duration::from_secs(2);
        while self.text() == before && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Answers what is asked, with the practice answer where there is one, and goes on.
    fn answer(&mut self) {
        let text = self.text();
        // The answer itself is not shown where a long request leaves no room for it; the key always is.
        let practised = text.contains("practice answer") || text.contains("F5 answer for me");
        if practised && !blank(&text) {
            // Answered, and being worked on.
            std::thread::sleep(Duration::from_millis(5));
            return;
        }
        if practised {
            self.step(F5);
        }
        self.step(ENTER);
    }

    fn until(&self, what: &str, seen: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let text = self.text();
            if seen(&text) {
                return text;
            }
            assert!(
                Instant::now() < end,
                "waited for {what}; the screen is\n{text}"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn shows(&self, words: &str) -> String {
        self.until(words, |text| text.contains(words))
    }

    fn resize(&self, columns: u16, rows: u16) {
        let mut seen = self.seen.lock().unwrap();
        seen.parser
            .screen_mut()
            .set_size(cells(rows), cells(columns));
        self.master.resize(size(columns, rows)).unwrap();
    }

    fn press(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    fn ended(&mut self) -> u32 {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(
                Instant::now() < end,
                "it does not end; the screen is\n{}",
                self.text()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The alternate screen was left and the cursor is there again.
    fn given_back(&self) {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            let seen = self.seen.lock().unwrap();
            let screen = seen.parser.screen();
            if !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste() {
                let has = |needle: &[u8]| seen.raw.windows(needle.len()).any(|w| w == needle);
                assert!(has(b"\x1b[?1049l") && has(b"\x1b[?25h"));
                return;
            }
            drop(seen);
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the terminal was not given back");
    }
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

const fn size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

const ENTER: &str = "\r";
const F5: &str = "\x1b[15~";

#[test]
fn the_first_picture_is_welcome_and_leaving_gives_the_terminal_back() {
    let mut terminal = Terminal::start(&[], 80, 24);
    let text = terminal.shows("1 Rehearse a ceremony (10 min, nothing is kept)");
    assert!(text.contains("Is this machine fit?"), "{text}");
    terminal.press("\x03");
    terminal.shows("Enter stays. y leaves.");
    terminal.press(ENTER);
    terminal.shows("1 Rehearse a ceremony");
    terminal.press("\x03");
    terminal.shows("Enter stays. y leaves.");
    terminal.press("y");
    assert_eq!(terminal.ended(), 0);
    terminal.given_back();
}

#[test]
fn a_custodian_rehearses_from_the_welcome_to_done_with_f5_and_enter() {
    let mut terminal = Terminal::start(&[], 80, 24);
    terminal.shows("1 Rehearse a ceremony");
    terminal.press(ENTER);
    terminal.shows("first-key.toml");
    terminal.press(ENTER);
    terminal.shows("REHEARSAL. You play everybody. Nothing is kept. F5 answers for you.");
    let mut approvals = std::collections::BTreeSet::new();
    for _ in 0..5000 {
        let text = terminal.text();
        if text.contains("Done. In a real ceremony you would now hold: no file, 1 report, 1 card.")
        {
            break;
        }
        approvals.extend(
            ["Ana approves: ", "Ben approves: "]
                .into_iter()
                .filter(|a| text.contains(a)),
        );
        terminal.answer();
    }
    terminal.shows("Done. In a real ceremony you would now hold: no file, 1 report, 1 card.");
    assert_eq!(approvals.len(), 2, "two custodians approve");
    // Enter reads the page to its end, and then closes.
    terminal.press(ENTER);
    terminal.shows("that was all of it");
    terminal.press(ENTER);
    terminal.shows("which one to rehearse?");
    terminal.press("\x03");
    terminal.shows("Enter stays");
    terminal.press("\x03");
    assert_eq!(terminal.ended(), 0);
    terminal.given_back();
}

#[test]
fn a_partners_key_is_imported_by_tr34_from_the_screens() {
    let mut terminal = Terminal::start(&["play", "kek-from-partner-tr34.toml"], 80, 24);
    terminal.shows("Who is here");
    let end = "Done. In a real ceremony you would now hold";
    let mut met = std::collections::BTreeSet::new();
    for _ in 0..8000 {
        let text = terminal.text();
        if text.contains(end) {
            break;
        }
        assert!(!text.contains("STOP"), "{text}");
        let words = [
            "TR-34",
            "fingerprint",
            "token",
            "Ana approves: ",
            "Ben approves: ",
        ];
        met.extend(words.into_iter().filter(|word| text.contains(word)));
        // On every page: who acts, what Enter does, what has not happened.
        if text.contains("So far") {
            assert!(
                text.contains(" Acts ") && text.contains(" Enter "),
                "{text}"
            );
        }
        if text.contains("that was all of it") && !blank(&text) {
            // Read to its end and filled in.
            terminal.step(ENTER);
        } else {
            terminal.answer();
        }
    }
    terminal.shows(end);
    assert_eq!(met.len(), 5, "{met:?}");
    terminal.press("\x03");
    terminal.shows("Enter stays");
    terminal.press("y");
    assert_eq!(terminal.ended(), 0);
    terminal.given_back();
}

#[test]
fn sigterm_and_hangup_give_the_terminal_back() {
    for signal in ["-TERM", "-HUP", "-QUIT", "-INT"] {
        let mut terminal = Terminal::start(&["play", "first-key.toml"], 80, 24);
        terminal.shows("Who is here");
        let id = terminal.child.process_id().unwrap().to_string();
        let sent = std::process::Command::new("kill")
            .args([signal, &id])
            .status()
            .unwrap();
        assert!(sent.success());
        assert_eq!(terminal.ended(), 1, "{signal}");
        terminal.given_back();
    }
}

#[test]
fn a_storm_of_sizes_ends_in_the_last_one() {
    let mut terminal = Terminal::start(&[], 80, 24);
    terminal.shows("Welcome");
    for (columns, rows) in [(20, 5), (1, 1), (200, 60), (79, 24), (80, 23), (40, 12)] {
        terminal.resize(columns, rows);
    }
    terminal.shows("needs 80x24, is 40x12");
    terminal.resize(140, 40);
    terminal.shows("1 Rehearse a ceremony (10 min, nothing is kept)");
    terminal.press("\x03");
    terminal.shows("Enter stays");
    terminal.press("y");
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn a_wrong_passphrase_ends_nothing() {
    let mut terminal = Terminal::start(&["play", "first-key.toml"], 80, 24);
    terminal.shows("Who is here");
    for _ in 0..5000 {
        let text = terminal.text();
        if text.contains("Your passphrase") {
            break;
        }
        terminal.answer();
    }
    terminal.shows("Your passphrase");
    terminal.press("planted words");
    terminal.shows("13 typed");
    terminal.press(ENTER);
    let text = terminal.shows("STOP");
    assert!(text.contains("Your passphrase"), "{text}");
    let raw = terminal.seen.lock().unwrap().raw.clone();
    assert!(
        !raw.windows(7).any(|w| w == b"planted"),
        "a secret was drawn"
    );
    terminal.press("\x1b[200~pasted secret\x1b[201~");
    let text = terminal.shows("Paste is refused");
    assert!(!text.contains("pasted secret"));
    terminal.press("\x03");
    terminal.shows("Enter stays");
    terminal.press("y");
    assert_eq!(terminal.ended(), 1, "a ceremony that was left is not done");
    terminal.given_back();
}

#[test]
fn a_vault_is_made_by_its_people_and_opened_by_them() {
    let home = tempfile::tempdir().unwrap();
    let place = home.path().join("acme.vault");
    let mut terminal = Terminal::start_in(home, &["init", "acme.vault"], 80, 24);
    terminal.shows("Create a vault");
    terminal.press(ENTER);
    terminal.shows("TEST: lasting");
    terminal.press(ENTER);
    terminal.shows("Needed");
    terminal.press(ENTER);
    terminal.shows("it takes to open");
    terminal.press(ENTER);
    terminal.shows("Custodian 1");
    for name in ["Ana", "Ben", "Cho", "Ada", "Wim"] {
        terminal.press(name);
        terminal.shows(name);
        terminal.press(ENTER);
    }
    terminal.shows("Is this the vault you mean?");
    terminal.press(ENTER);
    let mut words = Vec::new();
    for name in ["Ana", "Ben", "Cho", "Ada", "Wim"] {
        terminal.until(name, |t| {
            t.contains("The keyboard goes to") && t.contains(name)
        });
        // The words may still be on their way; until they are here, the page stays.
        while !terminal.text().contains("these words are yours alone") {
            terminal.step(ENTER);
        }
        let text = terminal.text();
        let shown: Vec<&str> = text
            .lines()
            .filter_map(|line| {
                let (number, word) = line.trim().split_once("  ")?;
                number.parse::<u8>().ok().map(|_| word.trim())
            })
            .collect();
        assert_eq!(shown.len(), 7, "{text}");
        let phrase = shown.join(" ");
        terminal.press(ENTER);
        terminal.shows("type your words back");
        terminal.press(&phrase);
        terminal.shows(&format!("{} typed", phrase.len()));
        terminal.press(ENTER);
        words.push(phrase);
    }
    terminal.shows("Done. The vault exists and is open.");
    assert!(place.join("vault.age").is_file());
    let papers = place.with_file_name("acme.papers");
    assert!(
        papers.join("Ana.enrolment.txt").is_file() && papers.join("witness-card.txt").is_file()
    );
    for file in walk(&place).into_iter().chain(walk(&papers)) {
        let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
        assert!(
            words.iter().all(|w| !text.contains(w.as_str())),
            "{}",
            file.display()
        );
    }
    terminal.press("\x03");
    terminal.shows("Enter stays");
    terminal.press("y");
    assert_eq!(terminal.ended(), 0);
    terminal.given_back();
    trace::leaves_no_trace(&terminal.seen.lock().unwrap().raw, &words);

    let Terminal { _home: home, .. } = terminal;
    let mut terminal = Terminal::start_in(home, &[], 80, 24);
    terminal.shows("2 Open acme.vault");
    terminal.press("2");
    terminal.shows("2 custodians of 3 open this vault");
    for (n, phrase) in words.iter().take(2).enumerate() {
        terminal.until("the next custodian", |t| {
            t.contains(&format!("{} of 2: a custodian", n + 1))
        });
        terminal.press(ENTER);
        terminal.shows("alone at this screen");
        terminal.press(phrase);
        terminal.shows(&format!("{} typed", phrase.len()));
        terminal.press(ENTER);
    }
    let text = terminal.shows("─ Home ─");
    assert!(
        text.contains("TEST") && text.contains("2 of 3: Ana Ben"),
        "{text}"
    );
    terminal.press("\x03");
    terminal.shows("Enter stays");
    terminal.press("y");
    assert_eq!(terminal.ended(), 0);
    terminal.given_back();
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(walk(&path));
        } else {
            files.push(path);
        }
    }
    files
}

#[test]
fn without_a_terminal_it_says_so_and_suggests_headless() {
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_keymoot"))
        .args(["play", "first-key.toml"])
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(3));
    let words = String::from_utf8_lossy(&out.stderr);
    assert!(words.contains("--headless"), "{words}");
    assert!(!out.stdout.contains(&0x1b) && !out.stderr.contains(&0x1b));
}
