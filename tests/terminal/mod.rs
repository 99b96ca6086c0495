//! A keymoot in a terminal of its own: keys in, screen out, and whether everything was given back.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long anything may take.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// What came out of a terminal; the parser's screen is what a person sees.
struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
}

/// A keymoot in a terminal of its own.
pub(crate) struct Terminal {
    seen: Arc<Mutex<Seen>>,
    writer: Box<dyn Write + Send>,
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    /// The terminal's own state before keymoot had it.
    before: String,
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

pub(crate) const fn size((columns, rows): (u16, u16)) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn termios(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}

impl Terminal {
    pub(crate) fn start(
        home: &Path,
        arguments: &[&str],
        at: (u16, u16),
        more: &[(&str, &str)],
    ) -> Self {
        Self::start_program(env!("CARGO_BIN_EXE_keymoot"), home, arguments, at, more)
    }

    /// Another program, which starts keymoot.
    pub(crate) fn start_program(
        program: &str,
        home: &Path,
        arguments: &[&str],
        at: (u16, u16),
        more: &[(&str, &str)],
    ) -> Self {
        let pair = native_pty_system().openpty(size(at)).unwrap();
        let before = termios(&*pair.master);
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        let common = [
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
            ("HOME", home.to_str().unwrap()),
        ];
        for (name, value) in common.iter().chain(more) {
            command.env(name, value);
        }
        command.cwd(home);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let seen = Arc::new(Mutex::new(Seen {
            parser: vt100::Parser::new(cells(at.1), cells(at.0), 0),
            raw: Vec::new(),
        }));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let sight = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                let mut seen = sight.lock().unwrap();
                seen.parser.process(&buffer[..count]);
                seen.raw.extend_from_slice(&buffer[..count]);
            }
        });
        Self {
            seen,
            writer: pair.master.take_writer().unwrap(),
            master: pair.master,
            child,
            before,
        }
    }

    /// Everything that came out since the start.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.seen.lock().unwrap().raw.clone()
    }

    pub(crate) fn text(&self) -> String {
        self.seen.lock().unwrap().parser.screen().contents()
    }

    pub(crate) fn press(&mut self, keys: &str) {
        // A process that has ended meanwhile takes no keys; its status says how it ended.
        let _ = self.writer.write_all(keys.as_bytes());
        let _ = self.writer.flush();
    }

    pub(crate) fn until(&self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !holds(self) {
            assert!(
                Instant::now() < end,
                "waited for {what}; the screen is\n{}",
                self.text()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn shows(&self, words: &str) -> String {
        self.until(words, |t| t.text().contains(words));
        // The picture is whole a moment later.
        std::thread::sleep(Duration::from_millis(30));
        self.text()
    }

    /// Presses a key, again where it came before its question was drawn, until these words are there.
    pub(crate) fn press_until(&mut self, keys: &str, words: &str) {
        let end = Instant::now() + PATIENCE;
        while !self.text().contains(words) {
            assert!(
                Instant::now() < end,
                "pressed {keys:?} for {words}; the screen is\n{}",
                self.text()
            );
            self.press(keys);
            let soon = Instant::now() + Duration::from_secs(2);
            while !self.text().contains(words) && Instant::now() < soon {
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        std::thread::sleep(Duration::from_millis(30));
    }

    pub(crate) fn resize(&self, at: (u16, u16)) {
        let mut seen = self.seen.lock().unwrap();
        let screen = seen.parser.screen_mut();
        screen.set_size(cells(at.1), cells(at.0));
        self.master.resize(size(at)).unwrap();
    }

    pub(crate) fn pid(&self) -> String {
        self.child.process_id().unwrap().to_string()
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = std::process::Command::new("kill")
            .args([name, &self.pid()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// `T` while it is stopped.
    pub(crate) fn stopped(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap();
        let (_, rest) = stat.rsplit_once(") ").unwrap();
        rest.starts_with('T')
    }

    pub(crate) fn status(&mut self) -> Option<u32> {
        self.child.try_wait().unwrap().map(|s| s.exit_code())
    }

    pub(crate) fn ended(&mut self) -> u32 {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.status() {
                return status;
            }
            assert!(Instant::now() < end, "it does not end:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn has(&self, needle: &[u8]) -> bool {
        let seen = self.seen.lock().unwrap();
        seen.raw.windows(needle.len()).any(|w| w == needle)
    }

    /// Whether the screen, the cursor, paste and mouse, and every bit of the line discipline are as they were.
    pub(crate) fn is_back(&self) -> bool {
        let seen = self.seen.lock().unwrap();
        let screen = seen.parser.screen();
        let free = !screen.alternate_screen()
            && !screen.hide_cursor()
            && !screen.bracketed_paste()
            && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None;
        free && termios(&*self.master) == self.before
    }

    pub(crate) fn given_back(&self) {
        self.until("the terminal to be given back", Self::is_back);
        assert!(self.has(b"\x1b[?1049l") && self.has(b"\x1b[?25h"));
        assert!(!self.has(b"panicked at"));
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
