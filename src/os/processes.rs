//! Other processes: only those that keymoot started itself.

use rustix::process::{Pid, Signal, kill_process};

/// Asks a process to end (SIGTERM). One that has ended already is no failure.
pub fn ask_to_end(id: u32) {
    let pid = i32::try_from(id).ok().and_then(Pid::from_raw);
    if let Some(pid) = pid {
        let _ = kill_process(pid, Signal::TERM);
    }
}
