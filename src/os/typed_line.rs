//! Lines that somebody types, byte by byte and without a buffer of our own: nothing that was typed stays in one, and
//! whoever reads can stop waiting.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};

/// Waits for so many milliseconds; whether there is something to read, or the end.
///
/// # Errors
/// It cannot be waited for.
pub fn typed_within(input: &impl AsFd, millis: u32) -> io::Result<bool> {
    let wait = Timespec {
        tv_sec: i64::from(millis / 1000),
        tv_nsec: i64::from(millis % 1000).saturating_mul(1_000_000),
    };
    let mut watched = [PollFd::new(input, PollFlags::IN)];
    match poll(&mut watched, Some(&wait)) {
        Ok(ready) => Ok(ready > 0),
        // A signal that was listened for elsewhere: whoever waits looks what it was.
        Err(Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The next byte; `None` at the end.
///
/// # Errors
/// It cannot be read.
pub fn typed_byte(input: &impl AsFd) -> io::Result<Option<u8>> {
    let mut byte = [0_u8; 1];
    loop {
        match rustix::io::read(input, &mut byte) {
            Ok(0) => return Ok(None),
            Ok(_) => {
                let [byte] = std::mem::take(&mut byte);
                return Ok(Some(byte));
            }
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Asks a terminal to say what is pasted, and not to any more.
const TELL_PASTES: &str = "\x1b[?2004h";
const NO_MORE: &str = "\x1b[?2004l";

/// The controlling terminal while what is typed is not echoed and every byte comes at once, Ctrl-C and Ctrl-Z too.
/// A terminal that can says what was pasted: ESC and `[200~` stand before it, ESC and `[201~` behind it.
/// Dropping it sets the terminal as it was.
pub struct Unechoed {
    tty: File,
    before: Termios,
    masked: Termios,
    /// Whether the terminal was asked to say what is pasted.
    tells_pastes: bool,
}

impl Unechoed {
    /// Turns the echo off.
    ///
    /// # Errors
    /// There is no terminal.
    pub fn open() -> io::Result<Self> {
        let tty = File::options().read(true).write(true).open("/dev/tty")?;
        let before = tcgetattr(&tty)?;
        let mut masked = before.clone();
        masked.local_modes -= LocalModes::ECHO
            | LocalModes::ECHONL
            | LocalModes::ICANON
            | LocalModes::ISIG
            | LocalModes::IEXTEN;
        masked.special_codes[SpecialCodeIndex::VMIN] = 1;
        masked.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(&tty, OptionalActions::Now, &masked)?;
        let mut quiet = Self {
            tty,
            before,
            masked,
            tells_pastes: false,
        };
        // One that knows no sequences would print this.
        if std::env::var_os("TERM").is_some_and(|term| !term.is_empty() && term != "dumb") {
            quiet.write(TELL_PASTES)?;
            quiet.tells_pastes = true;
        }
        Ok(quiet)
    }

    /// Turns the echo off once more: whoever had the terminal meanwhile may have turned it on.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn again(&self) -> io::Result<()> {
        tcsetattr(&self.tty, OptionalActions::Now, &self.masked)?;
        if self.tells_pastes {
            (&self.tty).write_all(TELL_PASTES.as_bytes())?;
        }
        Ok(())
    }

    /// The terminal to be read.
    pub const fn input(&self) -> &File {
        &self.tty
    }

    /// Writes to it.
    ///
    /// # Errors
    /// It is gone.
    pub fn write(&mut self, text: &str) -> io::Result<()> {
        self.tty.write_all(text.as_bytes())?;
        self.tty.flush()
    }
}

/// The controlling terminal while what is typed is not echoed, and everything else is as it was: lines come whole, Ctrl-C
/// and Ctrl-Z are signals. Dropping it sets the terminal as it was.
pub struct Quiet {
    tty: File,
    before: Termios,
}

impl Quiet {
    /// Turns the echo off.
    ///
    /// # Errors
    /// There is no terminal.
    pub fn begin() -> io::Result<Self> {
        let tty = File::options().read(true).write(true).open("/dev/tty")?;
        let before = tcgetattr(&tty)?;
        let mut quiet = before.clone();
        quiet.local_modes -= LocalModes::ECHO | LocalModes::ECHONL;
        tcsetattr(&tty, OptionalActions::Now, &quiet)?;
        Ok(Self { tty, before })
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // A terminal that is gone needs no echo.
        let _ = tcsetattr(&self.tty, OptionalActions::Now, &self.before);
    }
}

impl Drop for Unechoed {
    fn drop(&mut self) {
        if self.tells_pastes {
            let _ = self.write(NO_MORE);
        }
        // A terminal that is gone needs no echo.
        let _ = tcsetattr(&self.tty, OptionalActions::Now, &self.before);
    }
}
