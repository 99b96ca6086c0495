//! Key to frame in a list of 100 000 keys, at rest and while RSA-4096 pairs are searched for on two threads:
//! `cargo bench --bench frames [KEYS]`. Budget (design §9): p99 under 16 ms, and nothing drawn that did not change.
// A bench that stops at the first surprise is what is wanted here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{Read, Write};
use std::path::Path;
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
    fn start(folder: &Path) -> Self {
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
        command.args(["--vault", "bench.vault"]);
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

    /// From a key to the end of the next frame, for the arrow keys in turn.
    fn times(&mut self) -> Vec<Duration> {
        let mut times = Vec::with_capacity(PRESSES);
        for n in 0..PRESSES {
            while self.screen.try_recv().is_ok() {}
            let key = if n % 7 == 6 { "\x1b[6~" } else { "\x1b[B" };
            let pressed = Instant::now();
            self.press(key);
            let mut news = Vec::new();
            while !news.windows(FRAME.len()).any(|w| w == FRAME) {
                news.extend(self.screen.recv_timeout(PATIENCE).expect("no frame comes"));
            }
            times.push(pressed.elapsed());
            std::thread::sleep(Duration::from_millis(20));
        }
        times.sort();
        times
    }

    /// Frames and clock ticks of CPU in so many seconds without a key.
    fn idle(&mut self, seconds: u64) -> (usize, u64) {
        while self.screen.try_recv().is_ok() {}
        let before = self.ticks();
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
        (frames, self.ticks() - before)
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

fn say(what: &str, times: &[Duration]) {
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1000.0;
    println!(
        "{what:28} median {:6.2} ms   p99 {:6.2} ms   {:5.2} of the budget of 16 ms",
        at(50),
        at(99),
        at(99) / 16.0
    );
}

fn main() {
    let keys = std::env::args()
        .find_map(|a| a.parse().ok())
        .unwrap_or(100_000);
    let folder = tempfile::tempdir().unwrap();
    vault(&folder.path().join("bench.vault"), keys);
    let mut terminal = Terminal::start(folder.path());
    for n in 0..2 {
        terminal.shows(&format!("{} of 2: a custodian", n + 1));
        terminal.press("\r");
        terminal.shows("alone at this screen");
        terminal.press(WORDS);
        terminal.shows("43 typed");
        terminal.press("\r");
    }
    terminal.shows("─ Home ─");
    terminal.press("v");
    terminal.shows(&format!("{keys} of {keys}"));
    println!("{keys} keys in the list, {PRESSES} keys pressed");
    say("at rest", &terminal.times());
    let (frames, ticks) = terminal.idle(5);
    println!(
        "5 s without a key             {frames} frames (the clock's seconds), {ticks}0 ms of CPU"
    );
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let draw = || OsEntropy.draw("bench").unwrap();
            while keygen::rsa_parallel(4096, [draw(), draw()], &stop).is_ok() {}
        });
        say("while RSA-4096 is generated", &terminal.times());
        stop.store(true, Ordering::Relaxed);
    });
    let _ = terminal.child.kill();
    let _ = terminal.child.wait();
}
