//! What people type, from the terminal's bytes to key events. The terminal's reader of `crossterm` keeps bytes and
//! keys in buffers that live as long as the process; a passphrase would lie in them until others typed over it.
//! Here the bytes are ours and wipe themselves; they are understood by `terminput`, which has the same rules.

use std::fs::File;
use std::io::{self, IsTerminal as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;

use crossterm::event::Event;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use terminput_crossterm::to_crossterm;
use zeroize::Zeroizing;

/// What is read at once.
const CHUNK: usize = 1024;

/// How long the rest of a sequence may take on a slow line before an escape is the key Esc, in nanoseconds.
const REST: i64 = 25_000_000;

/// No sequence of a key is longer; what is goes by as one that nobody knows.
const LONGEST_SEQUENCE: usize = 256;

/// More than anybody pastes into a field; what is longer is dropped whole.
const LONGEST_PASTE: usize = 1 << 20;

const ESC: u8 = 0x1b;
const PASTE: &[u8] = b"\x1b[200~";
const PASTE_END: &[u8] = b"\x1b[201~";

/// Bytes on their way to events: what of a sequence has come so far.
#[derive(Default)]
struct Decoder {
    held: Zeroizing<Vec<u8>>,
    /// A paste was too long: what is left of it must not become keys.
    dropping: bool,
}

impl Decoder {
    /// Takes what was read; complete events go to `out`.
    fn take(&mut self, bytes: &[u8], out: &mut Vec<Event>) {
        for &byte in bytes {
            if self.dropping {
                self.drop_byte(byte);
                continue;
            }
            // Esc twice is the key twice, and an escape alone may still become a sequence.
            if self.lone_escape() && byte == ESC {
                self.settle(out);
            }
            self.held.push(byte);
            if !self.lone_escape() {
                self.understand(out);
            }
        }
    }

    fn drop_byte(&mut self, byte: u8) {
        if self.held.len() == PASTE_END.len() {
            self.held.remove(0);
        }
        self.held.push(byte);
        if *self.held == PASTE_END {
            *self = Self::default();
        }
    }

    /// Nothing more came: an escape alone was the key.
    fn settle(&mut self, out: &mut Vec<Event>) {
        if self.lone_escape() {
            self.understand(out);
        }
    }

    fn lone_escape(&self) -> bool {
        !self.dropping && *self.held == [ESC]
    }

    fn understand(&mut self, out: &mut Vec<Event>) {
        let pasted = self.held.starts_with(PASTE);
        let limit = if pasted {
            LONGEST_PASTE
        } else {
            LONGEST_SEQUENCE
        };
        match terminput::Event::parse_from(&self.held) {
            Ok(None) if self.held.len() < limit => return,
            Ok(Some(event)) => out.extend(to_crossterm(event).ok()),
            Ok(None) if pasted => self.dropping = true,
            // A sequence that nobody knows, or one that does not end.
            Ok(None) | Err(_) => {}
        }
        self.held = Zeroizing::default();
    }
}

/// The terminal is read for as long as this lives.
pub(super) struct Listening {
    /// Its end wakes the thread that waits for the terminal.
    _stop: UnixStream,
}

/// Reads the terminal on standard input, or the controlling one where that is something else, on a thread of its own;
/// what is typed goes to `tell`, which answers whether more is wanted. `None` says that the terminal is gone.
///
/// # Errors
/// There is no terminal, or no thread.
pub(super) fn listen(
    tell: impl FnMut(Option<Event>) -> bool + Send + 'static,
) -> io::Result<Listening> {
    let stdin = io::stdin();
    let input = if stdin.is_terminal() {
        stdin.as_fd().try_clone_to_owned()?
    } else {
        File::open("/dev/tty")?.into()
    };
    let (ours, theirs) = UnixStream::pair()?;
    std::thread::Builder::new()
        .name("typed".into())
        .spawn(move || read_on(&input, &theirs, tell))?;
    Ok(Listening { _stop: ours })
}

fn read_on(input: &OwnedFd, stop: &UnixStream, mut tell: impl FnMut(Option<Event>) -> bool) {
    let mut decoder = Decoder::default();
    let mut events = Vec::new();
    loop {
        let more = match wait(input, stop, decoder.lone_escape()) {
            Ok(Woken::Stop) => return,
            Ok(Woken::Late) => {
                decoder.settle(&mut events);
                Ok(())
            }
            Ok(Woken::Typed) => read(input, &mut decoder, &mut events),
            Err(error) => Err(error),
        };
        // Taken, not drained: what is freed is wiped, what stays in a buffer is not.
        if !std::mem::take(&mut events)
            .into_iter()
            .all(|event| tell(Some(event)))
        {
            return;
        }
        if more.is_err() {
            tell(None);
            return;
        }
        crate::crypto::wipe_dead_stack();
    }
}

enum Woken {
    /// Something can be read, or the terminal is gone: reading tells which.
    Typed,
    /// Nothing came in time.
    Late,
    /// Nobody listens any more.
    Stop,
}

fn wait(input: &OwnedFd, stop: &UnixStream, soon: bool) -> io::Result<Woken> {
    let rest = Timespec {
        tv_sec: 0,
        tv_nsec: REST,
    };
    loop {
        let mut watched = [
            PollFd::new(input, PollFlags::IN),
            PollFd::new(stop, PollFlags::IN),
        ];
        match poll(&mut watched, soon.then_some(&rest)) {
            Ok(0) => return Ok(Woken::Late),
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        let [_, end] = &watched;
        return Ok(if end.revents().is_empty() {
            Woken::Typed
        } else {
            Woken::Stop
        });
    }
}

fn read(input: &OwnedFd, decoder: &mut Decoder, events: &mut Vec<Event>) -> io::Result<()> {
    let mut bytes = Zeroizing::new([0; CHUNK]);
    match rustix::io::read(input, bytes.as_mut_slice()) {
        Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
        Ok(count) => {
            decoder.take(bytes.get(..count).unwrap_or_default(), events);
            Ok(())
        }
        Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

    use super::*;

    fn read(pieces: &[&[u8]]) -> Vec<Event> {
        let mut decoder = Decoder::default();
        let mut events = Vec::new();
        for piece in pieces {
            decoder.take(piece, &mut events);
        }
        decoder.settle(&mut events);
        events
    }

    fn key(code: KeyCode) -> Event {
        Event::Key(code.into())
    }

    #[test]
    fn keys_are_read_however_they_are_cut() {
        let typed = "aé\r\x1b[A\x1bOP\x1b[15~\x1b[1;5C\x7f\t".as_bytes();
        let whole = read(&[typed]);
        let right = KeyEvent::new(KeyCode::Right, KeyModifiers::CONTROL);
        let expected = [
            key(KeyCode::Char('a')),
            key(KeyCode::Char('é')),
            key(KeyCode::Enter),
            key(KeyCode::Up),
            key(KeyCode::F(1)),
            key(KeyCode::F(5)),
            Event::Key(right),
            key(KeyCode::Backspace),
            key(KeyCode::Tab),
        ];
        assert_eq!(whole, expected);
        for at in 1..typed.len() {
            assert_eq!(read(&[&typed[..at], &typed[at..]]), expected, "cut at {at}");
        }
    }

    #[test]
    fn an_escape_alone_is_a_key_and_two_are_two() {
        assert_eq!(read(&[b"\x1b"]), [key(KeyCode::Esc)]);
        let twice = [key(KeyCode::Esc), key(KeyCode::Esc)];
        assert_eq!(read(&[b"\x1b\x1b"]), twice);
        assert_eq!(read(&[b"\x1b", b"\x1b"]), twice);
        let up = [key(KeyCode::Esc), key(KeyCode::Up)];
        assert_eq!(read(&[b"\x1b\x1b[A"]), up);
    }

    /// What terminals send for each key that means something here: older ones (xterm, rxvt, the Linux console, keypads,
    /// serial lines), and those that speak kitty's protocol, at every level of it.
    const SENT: &[(&str, &[&str], &[&str])] = &[
        (
            "↑",
            &["\x1b[A", "\x1bOA"],
            &["\x1b[1;1A", "\x1b[1;1:1A", "\x1b[1;129A"],
        ),
        ("↓", &["\x1b[B", "\x1bOB"], &["\x1b[1;1B", "\x1b[1;1:2B"]),
        ("→", &["\x1b[C", "\x1bOC"], &["\x1b[1;1C"]),
        ("←", &["\x1b[D", "\x1bOD"], &["\x1b[1;1D"]),
        ("PgUp", &["\x1b[5~"], &["\x1b[5;1~", "\x1b[57421u"]),
        ("PgDn", &["\x1b[6~"], &["\x1b[6;1~", "\x1b[57422u"]),
        (
            "Home",
            &["\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~"],
            &["\x1b[1;1H", "\x1b[57423u"],
        ),
        (
            "End",
            &["\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~"],
            &["\x1b[1;1F", "\x1b[57424u"],
        ),
        ("Tab", &["\t"], &["\x1b[9u", "\x1b[9;1:1u"]),
        ("Shift-Tab", &["\x1b[Z"], &["\x1b[9;2u"]),
        (
            "Enter",
            &["\r"],
            &["\x1b[13u", "\x1b[13;1:1u", "\x1b[57414u", "\x1b[13;129u"],
        ),
        ("Esc", &["\x1b"], &["\x1b[27u", "\x1b[27;129u"]),
        ("Space", &[" "], &["\x1b[32u", "\x1b[32;1;32u"]),
        (
            "F1",
            &["\x1bOP", "\x1b[11~", "\x1b[[A"],
            &["\x1b[P", "\x1b[1;1P"],
        ),
        (
            "F2",
            &["\x1bOQ", "\x1b[12~", "\x1b[[B"],
            &["\x1b[Q", "\x1b[1;1Q"],
        ),
        (
            "F3",
            &["\x1bOR", "\x1b[13~", "\x1b[[C"],
            &["\x1b[13;1~", "\x1b[13;129~"],
        ),
        (
            "F4",
            &["\x1bOS", "\x1b[14~", "\x1b[[D"],
            &["\x1b[S", "\x1b[1;1S"],
        ),
        (
            "F5",
            &["\x1b[15~", "\x1b[[E"],
            &["\x1b[15;1~", "\x1b[15;1:1~"],
        ),
        ("F6", &["\x1b[17~"], &["\x1b[17;1~"]),
        ("F7", &["\x1b[18~"], &["\x1b[18;1~"]),
        ("F8", &["\x1b[19~"], &["\x1b[19;1~"]),
        ("F9", &["\x1b[20~"], &["\x1b[20;1~"]),
        (
            "Ctrl-C",
            &["\x03"],
            &["\x1b[99;5u", "\x1b[99;133u", "\x1b[99;5:1u"],
        ),
        ("Ctrl-L", &["\x0c"], &["\x1b[108;5u"]),
        ("Ctrl-P", &["\x10"], &["\x1b[112;5u"]),
        ("Ctrl-Z", &["\x1a"], &["\x1b[122;5u"]),
    ];

    /// A letter as it is typed, and as kitty's protocol writes it where every key is a sequence.
    fn letters(name: &str) -> Option<(Vec<String>, Vec<String>)> {
        let (mut letters, kitty) = (name.chars(), |key: u32, more: &str| {
            format!("\x1b[{key}{more}u")
        });
        let (Some(c), None) = (letters.next(), letters.next()) else {
            return None;
        };
        let (key, code) = (c.to_ascii_lowercase() as u32, c as u32);
        let kitty = match c {
            'A'..='Z' => vec![kitty(key, ";2"), format!("\x1b[{key}:{code};2u")],
            'a'..='z' => vec![kitty(key, ""), kitty(key, ";1:1"), kitty(key, ";129")],
            _ => vec![kitty(key, "")],
        };
        Some((vec![name.to_owned()], kitty))
    }

    #[test]
    fn every_key_of_the_table_is_read_from_older_terminals_and_from_kitty() {
        let mut missed = Vec::new();
        for chord in crate::tui::keys::TABLE.iter().flat_map(|row| row.chords) {
            let name = chord.shown();
            let own = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
            let row = SENT.iter().find(|(of, _, _)| *of == name);
            let sent = row.map(|(_, older, kitty)| (own(older), own(kitty)));
            let (older, kitty) = sent.or_else(|| letters(&name)).expect(&name);
            assert!(!older.is_empty() && !kitty.is_empty());
            for bytes in older.iter().chain(&kitty) {
                let events = read(&[bytes.as_bytes()]);
                let meant = match events.as_slice() {
                    [Event::Key(key)] => chord.is(&crate::tui::chord::modern(*key)),
                    _ => false,
                };
                if !meant {
                    missed.push(format!("{name} of {bytes:?}: {events:?}"));
                }
            }
        }
        assert!(missed.is_empty(), "{}", missed.join("\n"));
    }

    /// Where a terminal tells of keys that are let go, they are no second press.
    #[test]
    fn a_key_that_is_let_go_is_none() {
        for bytes in [
            "\x1b[13;1:3u",
            "\x1b[110;1:3u",
            "\x1b[1;1:3A",
            "\x1b[15;1:3~",
        ] {
            match read(&[bytes.as_bytes()]).as_slice() {
                [Event::Key(key)] => assert_eq!(key.kind, KeyEventKind::Release, "{bytes:?}"),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_paste_is_one_event() {
        let pasted = Event::Paste("B0096\r\n\x1b[A".to_owned());
        assert_eq!(read(&[b"\x1b[200~B0096\r\n\x1b[A\x1b[201~"]), [pasted]);
    }

    #[test]
    fn what_never_ends_ends() {
        let mut endless = vec![ESC, b'['];
        endless.extend(std::iter::repeat_n(b'9', LONGEST_SEQUENCE));
        let mut decoder = Decoder::default();
        let mut events = Vec::new();
        decoder.take(&endless, &mut events);
        assert!(decoder.held.len() < LONGEST_SEQUENCE);
        events.clear();
        let mut paste = PASTE.to_vec();
        paste.resize(LONGEST_PASTE, b'x');
        let mut decoder = Decoder::default();
        decoder.take(&paste, &mut events);
        // What is left of it is no key, and whatever comes behind it is.
        decoder.take(b"qq\x1b[A\x1b\x1b[201~k", &mut events);
        assert_eq!(events, [key(KeyCode::Char('k'))]);
        assert!(decoder.held.is_empty());
    }

    #[test]
    fn an_unknown_sequence_is_passed_over() {
        assert_eq!(read(&[b"\x1b[0nq"]), [key(KeyCode::Char('q'))]);
    }
}
