//! Stopping this process and everything it was started with, as Ctrl-Z does where nobody listens for it.

use std::io;

use rustix::process::{Pid, Signal, getpgid, getppid, getsid, kill_current_process_group};

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

/// Whether somebody could let a stopped keymoot go on: a shell with job control, above this process group and in its
/// session (POSIX.1-2017 3.264: the group is not orphaned). A kiosk, `ssh -t HOST keymoot` and a serial line have none.
pub fn can_be_brought_back() -> bool {
    let Ok(own) = getsid(None).and_then(|session| Ok((session, getpgid(None)?))) else {
        return false;
    };
    brought_back(own, getppid(), |pid| {
        let groups = (getsid(Some(pid)).ok()?, getpgid(Some(pid)).ok()?);
        Some((groups, parent(pid)))
    })
}

/// Looks upwards for the first process of another group: what it is to us decides.
fn brought_back<P: Copy + PartialEq>(
    (session, group): (P, P),
    parent: Option<P>,
    known: impl Fn(P) -> Option<((P, P), Option<P>)>,
) -> bool {
    /// More generations than any start has; a circle would have no end.
    const MOST: usize = 64;
    let mut at = parent;
    for _ in 0..MOST {
        let Some(((theirs, of_theirs), above)) = at.and_then(&known) else {
            return false;
        };
        if theirs != session {
            return false;
        }
        if of_theirs != group {
            return true;
        }
        at = above;
    }
    false
}

/// The parent of another process, where the system says it (`/proc/PID/stat`, the fourth field).
fn parent(of: Pid) -> Option<Pid> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", of.as_raw_nonzero())).ok()?;
    // The second field is the program's name, in brackets, with any character in it.
    let (_, after) = stat.rsplit_once(')')?;
    let parent = after.split_whitespace().nth(1)?.parse().ok()?;
    Pid::from_raw(parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Process, session, group, parent: an interactive shell (10), its job (20, 21), and a kiosk's session (30, 31).
    const KNOWN: &[(u32, u32, u32, u32)] = &[
        (1, 1, 1, 0),
        (10, 10, 10, 1),
        (20, 10, 20, 10),
        (21, 10, 20, 20),
        (30, 30, 30, 1),
        (31, 30, 30, 30),
    ];

    fn stopped(pid: u32) -> bool {
        let of = |pid| KNOWN.iter().find(|known| known.0 == pid).copied();
        let (_, session, group, parent) = of(pid).unwrap();
        let above = |pid| Some(pid).filter(|pid| *pid != 0);
        brought_back((session, group), above(parent), |pid| {
            let (_, session, group, parent) = of(pid)?;
            Some(((session, group), above(parent)))
        })
    }

    #[test]
    fn only_a_shell_of_the_same_session_brings_a_job_back() {
        assert!(stopped(20), "a job of an interactive shell");
        assert!(stopped(21), "a program that such a job started");
        assert!(!stopped(30), "the session's own leader");
        assert!(!stopped(31), "started by the session's leader in its group");
    }

    #[test]
    fn the_parent_of_a_process_is_read() {
        let own = rustix::process::getpid();
        assert_eq!(parent(own), getppid());
    }
}
