//! How a terminal was set when the program began: a masked prompt turns its echo off, and whatever ends the program
//! turns it on again.

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

/// The settings of the terminal on standard input.
pub struct TerminalState(Termios);

impl TerminalState {
    /// The settings as they are now; `None` where standard input is no terminal.
    pub fn of_stdin() -> Option<Self> {
        tcgetattr(std::io::stdin()).ok().map(Self)
    }

    /// Sets the terminal as it was.
    pub fn restore(&self) {
        // A terminal that is gone needs no echo.
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &self.0);
    }
}
