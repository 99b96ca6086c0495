//! Stopping this process and everything it was started with, as Ctrl-Z does where nobody listens for it.

use std::io;

use rustix::process::{Signal, kill_current_process_group};

/// The number of SIGTSTP: a terminal, or somebody, asks to be put aside.
pub const STOP_ASKED: i32 = Signal::TSTP.as_raw();
/// The number of SIGCONT: the process goes on.
pub const GOES_ON: i32 = Signal::CONT.as_raw();

/// Stops the process group; returns when somebody lets it go on.
///
/// # Errors
/// The system refused the signal.
pub fn stop_process_group() -> io::Result<()> {
    // SIGSTOP and not SIGTSTP: ours is listened for, and would only be heard again.
    Ok(kill_current_process_group(Signal::STOP)?)
}
