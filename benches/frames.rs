//! Key to frame with 100 000 keys in the vault: in their list at rest, in their list while another program on the machine
//! searches for RSA-4096 pairs on two threads, and on the page that says that keymoot itself searches for one, which
//! lies over the list until the pair is found: `cargo bench --bench frames [KEYS]`. Budget (design §9): p99 of 16 ms, and
//! nothing drawn where nothing changed. It ends with a status other than 0 over it.
// A bench that stops at the first surprise is what is wanted here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use keymoot::api::{Operation, Profile};
use keymoot::crypto::{Entropy, OsEntropy, keygen};
use keymoot::session::{
    Action, Command, Environment, KeySource, NewPerson, NewVault, Outcome, Session, create,
};
use keymoot::vault::FolderStore;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

const WORDS: &str = "velvet anchor lunar crisp mango tidal ember";
const PRESSES: usize = 300;
const LIST: usize = 10_000;
const PATIENCE: Duration = Duration::from_mins(2);
/// From a key to the frame that answers it, 99 times of 100.
const BUDGET: Duration = Duration::from_millis(16);
/// Pairs that are made at most until so many keys were pressed while one was searched for.
const PAIRS: usize = 8;
/// What stands in the keys of the page that is there while keymoot searches.
const SEARCHES: &str = "stop the search";
const ENTER: &str = "\r";
/// The end of a synchronized update: a frame is whole.
const FRAME: &[u8] = b"\x1b[?2026l";

fn vault(folder: &Path, keys: usize) {
    let people = [
        ("Ada", "administrator"),
        ("Ana", "custodian"),
        ("Ben", "custodian"),
    ];
    let people = people.map(|(name, role)| NewPerson::new(name, role, WORDS.as_bytes()));
    let new = NewVault::usual("bench", Profile::Test, people);
    let store = FolderStore::create(folder).unwrap();
    let mut session = create(Box::new(store), new, Environment::real(None))
        .unwrap()
        .session;
    for first in (0..keys).step_by(LIST) {
        make(&mut session, first..keys.min(first + LIST));
    }
    session.close().unwrap();
}

/// One list of keys under one approval.
fn make(session: &mut Session, numbers: std::ops::Range<usize>) {
    let acts = numbers.map(|n| {
        let input = serde_json::json!({
            "Exportable": true,
            "KeyAttributes": {
                "KeyUsage": "TR31_P0_PIN_ENCRYPTION_KEY",
                "KeyClass": "SYMMETRIC_KEY",
                "KeyAlgorithm": "AES_128",
                "KeyModesOfUse": { "Encrypt": true, "Decrypt": true, "Wrap": true, "Unwrap": true },
            },
            "Tags": [{ "Key": "Name", "Value": format!("pek-{n:06}") }],
        });
        Operation::named("CreateKey")
            .unwrap()
            .parse(&input)
            .unwrap()
    });
    let ask = Command::Ask {
        action: Action::List {
            name: "keys".into(),
            acts: acts.collect(),
        },
        issuer: "Ada".into(),
        origin: None,
        key: KeySource::Held,
    };
    let Outcome::Asked(pending) = session.perform(ask).unwrap() else {
        panic!("it was not asked");
    };
    for person in ["Ana", "Ben"] {
        let approve = Command::Approve {
            id: pending.id,
            person: person.into(),
            key: KeySource::Held,
        };
        session.perform(approve).unwrap();
    }
    let execute = Command::Execute {
        id: pending.id,
        prepared: None,
        arrow: None,
    };
    session.perform(execute).unwrap();
}

struct Terminal {
    screen: Receiver<Vec<u8>>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    seen: vt100::Parser,
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let size = PtySize {
            rows: 40,
            cols: 140,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pty = native_pty_system().openpty(size).unwrap();
        let mut reader = pty.master.try_clone_reader().unwrap();
        let keys = pty.master.take_writer().unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_keymoot"));
        command.args(arguments);
        command.cwd(folder);
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("XDG_STATE_HOME", folder);
        let child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let (send, screen) = channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 65536];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if send.send(buffer[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            screen,
            keys,
            child,
            seen: vt100::Parser::new(40.try_into().unwrap(), 140.try_into().unwrap(), 0),
            _master: pty.master,
        }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    fn shows(&mut self, words: &str) {
        let end = Instant::now() + PATIENCE;
        while !self.seen.screen().contents().contains(words) {
            assert!(
                Instant::now() < end,
                "no {words} in\n{}",
                self.seen.screen().contents()
            );
            if let Ok(bytes) = self.screen.recv_timeout(Duration::from_millis(50)) {
                self.seen.process(&bytes);
            }
        }
        // Whatever is still on its way.
        while let Ok(bytes) = self.screen.recv_timeout(Duration::from_millis(100)) {
            self.seen.process(&bytes);
        }
    }

    fn text(&self) -> String {
        self.seen.screen().contents()
    }

    /// From a key to the end of the frame that it brings.
    fn frame(&mut self, key: &str) -> Duration {
        while let Ok(bytes) = self.screen.try_recv() {
            self.seen.process(&bytes);
        }
        let pressed = Instant::now();
        self.press(key);
        let mut news = Vec::new();
        while !news.windows(FRAME.len()).any(|w| w == FRAME) {
            news.extend(self.screen.recv_timeout(PATIENCE).expect("no frame comes"));
        }
        let took = pressed.elapsed();
        self.seen.process(&news);
        std::thread::sleep(Duration::from_millis(20));
        took
    }

    /// The times of the arrow keys in a list.
    fn moved(&mut self) -> Vec<Duration> {
        let key = |n| if n % 7 == 6 { "\x1b[6~" } else { "\x1b[B" };
        (0..PRESSES).map(|n| self.frame(key(n))).collect()
    }

    /// The times of keys that are pressed while keymoot searches for the primes of keys that are made one after the other.
    fn searched(&mut self) -> (Vec<Duration>, usize) {
        let mut times = Vec::with_capacity(PRESSES);
        for pair in 1..=PAIRS {
            self.makes_a_pair(pair);
            while times.len() < PRESSES {
                let took = self.frame("x");
                if !self.text().contains(SEARCHES) {
                    break;
                }
                times.push(took);
            }
            if times.len() == PRESSES {
                return (times, pair);
            }
            self.shows("Done");
            self.press(ENTER);
            self.shows("─ Key ─");
            self.press("\x1b");
            self.shows("─ Home ─");
        }
        (times, PAIRS)
    }

    /// From Home, as a person does it: question by question, signed by everybody, until the search begins.
    fn makes_a_pair(&mut self, number: usize) {
        self.press("n");
        self.shows("1 of 6");
        self.press("s0");
        self.shows("► (*) S0");
        self.press(ENTER);
        self.shows("2 of 6");
        self.press("rsa_4096");
        self.shows("► (*) RSA_4096");
        self.press(ENTER);
        self.shows("3 of 6");
        self.press(ENTER);
        self.shows("4 of 6");
        self.press(ENTER);
        self.shows("5 of 6");
        let name = format!("pair-{number}");
        self.press(&name);
        self.shows(&name);
        self.press(ENTER);
        let end = Instant::now() + PATIENCE;
        while !self.text().contains(SEARCHES) {
            assert!(Instant::now() < end, "nothing searches:\n{}", self.text());
            assert!(!self.text().contains("Done"), "found before it was seen");
            if self.text().contains("____") {
                self.press(WORDS);
                self.shows("43 typed");
            }
            self.press(ENTER);
            self.rests();
        }
    }

    /// Whatever comes until nothing has come for a moment, or the search begins.
    fn rests(&mut self) {
        while let Ok(bytes) = self.screen.recv_timeout(Duration::from_millis(300)) {
            self.seen.process(&bytes);
            if self.text().contains(SEARCHES) {
                return;
            }
        }
    }

    /// Frames and clock ticks of CPU in so many seconds without a key, and whether anything but the first row, where the
    /// time stands, changed.
    fn idle(&mut self, seconds: u64) -> (u64, u64, bool) {
        // The answer to the last key may still be on its way, behind a second of the clock.
        self.rests();
        let below = |text: String| text.split_once('\n').map(|(_, rest)| rest.to_owned());
        let (ticks, page) = (self.ticks(), below(self.text()));
        let end = Instant::now() + Duration::from_secs(seconds);
        let mut news = Vec::new();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.screen.recv_timeout(left) {
                Ok(bytes) => news.extend(bytes),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => panic!("it ended"),
            }
        }
        let frames = news.windows(FRAME.len()).filter(|w| *w == FRAME).count();
        self.seen.process(&news);
        let changed = below(self.text()) != page;
        (frames as u64, self.ticks() - ticks, changed)
    }

    /// User and system time so far, in the kernel's ticks (10 ms).
    fn ticks(&self) -> u64 {
        let id = self.child.process_id().unwrap();
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
        let (_, rest) = stat.rsplit_once(") ").unwrap();
        let fields = rest.split(' ').skip(11).take(2);
        fields.map(|f| f.parse::<u64>().unwrap()).sum()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Says how long it took; whether that is within the budget.
fn within(what: &str, mut times: Vec<Duration>) -> bool {
    times.sort();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    let millis = |time: Duration| time.as_secs_f64() * 1000.0;
    let good = at(99) <= BUDGET;
    println!(
        "{what:42} {:4} keys   median {:6.2} ms   p99 {:6.2} ms   {:5.2} of the budget of 16 ms{}",
        times.len(),
        millis(at(50)),
        millis(at(99)),
        millis(at(99)) / millis(BUDGET),
        if good { "" } else { "   OVER IT" }
    );
    good
}

/// Where the clock runs, its seconds are drawn and nothing else.
fn draws_the_clock_alone(terminal: &mut Terminal) -> bool {
    const SECONDS: u64 = 5;
    let (frames, ticks, changed) = terminal.idle(SECONDS);
    let good = frames <= SECONDS + 1 && !changed;
    println!(
        "{SECONDS} s without a key, a clock that runs        {frames} frames, {ticks}0 ms of CPU{}",
        if good { "" } else { "   MORE THAN THE CLOCK" }
    );
    good
}

/// Where the clock stands still, nothing is drawn. What is around the machine may have changed once: asked three times.
fn draws_nothing(folder: &Path) -> bool {
    let mut terminal = Terminal::start(folder, &["play", "first-key.toml", "--rehearse"]);
    terminal.shows("Who is here");
    let least = (0..3).map(|_| terminal.idle(5).0).min();
    let good = least == Some(0);
    println!(
        "5 s without a key, a clock that stands     {} frames{}",
        least.unwrap_or_default(),
        if good { "" } else { "   MORE THAN NONE" }
    );
    good
}

/// The list, while somebody else on this machine searches: keymoot's own search lies over it.
fn beside_a_search(terminal: &mut Terminal) -> Vec<Duration> {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let draw = || OsEntropy.draw("bench").unwrap();
            while keygen::rsa_parallel(4096, [draw(), draw()], &stop).is_ok() {}
        });
        let times = terminal.moved();
        stop.store(true, Ordering::Relaxed);
        times
    })
}

fn opened(folder: &Path) -> Terminal {
    let mut terminal = Terminal::start(folder, &["--vault", "bench.vault"]);
    for n in 0..2 {
        terminal.shows(&format!("{} of 2: a custodian", n + 1));
        terminal.press(ENTER);
        terminal.shows("alone at this screen");
        terminal.press(WORDS);
        terminal.shows("43 typed");
        terminal.press(ENTER);
    }
    terminal.shows("─ Home ─");
    terminal
}

fn main() -> ExitCode {
    let keys = std::env::args()
        .find_map(|a| a.parse().ok())
        .unwrap_or(100_000);
    let folder = tempfile::tempdir().unwrap();
    vault(&folder.path().join("bench.vault"), keys);
    let mut terminal = opened(folder.path());
    terminal.press("v");
    terminal.shows(&format!("{keys} of {keys}"));
    println!("{keys} keys in the vault");
    let mut good = vec![
        within("the list, at rest", terminal.moved()),
        draws_the_clock_alone(&mut terminal),
        within(
            "the list, beside a search elsewhere",
            beside_a_search(&mut terminal),
        ),
    ];
    terminal.press("\x1b");
    terminal.shows("─ Home ─");
    let (times, pairs) = terminal.searched();
    let enough = times.len() == PRESSES;
    let what = format!("the page of keymoot's own search, {pairs} begun");
    good.push(enough && within(&what, times));
    drop(terminal);
    good.push(draws_nothing(folder.path()));
    if good.iter().all(|good| *good) {
        ExitCode::SUCCESS
    } else {
        println!("over budget");
        ExitCode::FAILURE
    }
}
