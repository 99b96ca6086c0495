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

/// Whether somebody could let a stopped keymoot go on: a shell with job control, above this process group and in its
/// session (POSIX.1-2017 3.264: the group is not orphaned). A kiosk, `ssh -t HOST keymoot` and a serial line have none.
pub fn can_be_brought_back() -> bool {
    known("self").is_some_and(|own| brought_back(&own, |pid| known(&pid.to_string())))
}

/// Where a process stands among the others. 0 stands for one that is not seen from here: a process namespace shows
/// nothing of what is outside of it (`pid_namespaces(7)`), so a session led from there has no number.
#[derive(Debug, PartialEq)]
struct Standing {
    parent: u32,
    group: u32,
    session: u32,
}

/// Looks upwards for the first process of another group: what it is to us decides. A session whose leader is not seen
/// cannot be compared with another: then nobody is known to bring us back.
fn brought_back(own: &Standing, known: impl Fn(u32) -> Option<Standing>) -> bool {
    /// More generations than any start has; a circle would have no end.
    const MOST: usize = 64;
    let mut at = own.parent;
    for _ in 0..MOST {
        let Some(above) = Some(at).filter(|pid| *pid != 0).and_then(&known) else {
            return false;
        };
        if own.session == 0 || above.session != own.session {
            return false;
        }
        if above.group != own.group {
            return true;
        }
        at = above.parent;
    }
    false
}

/// Where a process stands, if the system says it (`/proc/PID/stat`, the fields 4 to 6 of `proc_pid_stat(5)`). Read
/// there and not asked by system calls: those answer 0 too, and rustix takes 0 for no process number at all.
fn known(pid: &str) -> Option<Standing> {
    standing(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

fn standing(stat: &str) -> Option<Standing> {
    // The second field is the program's name, in brackets, with any character in it.
    let (_, after) = stat.rsplit_once(')')?;
    let mut numbers = after.split_whitespace().skip(1).map(str::parse);
    let mut next = || numbers.next()?.ok();
    Some(Standing {
        parent: next()?,
        group: next()?,
        session: next()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Process, parent, group, session: an interactive shell (10), its job (20, 21), a kiosk's session (30, 31), and a
    /// session led from outside of what is seen (40, 41), with a start from it in a session of its own (50).
    const KNOWN: &[(u32, u32, u32, u32)] = &[
        (1, 0, 1, 1),
        (10, 1, 10, 10),
        (20, 10, 20, 10),
        (21, 20, 20, 10),
        (30, 1, 30, 30),
        (31, 30, 30, 30),
        (40, 0, 0, 0),
        (41, 40, 41, 0),
        (50, 40, 50, 50),
    ];

    fn seen(pid: u32) -> Option<Standing> {
        let (_, parent, group, session) = *KNOWN.iter().find(|known| known.0 == pid)?;
        Some(Standing {
            parent,
            group,
            session,
        })
    }

    fn stopped(pid: u32) -> bool {
        brought_back(&seen(pid).unwrap(), seen)
    }

    #[test]
    fn only_a_shell_of_the_same_session_brings_a_job_back() {
        assert!(stopped(20), "a job of an interactive shell");
        assert!(stopped(21), "a program that such a job started");
        assert!(!stopped(30), "the session's own leader");
        assert!(!stopped(31), "started by the session's leader in its group");
    }

    #[test]
    fn what_is_outside_of_a_process_namespace_brings_nobody_back() {
        assert!(!stopped(40), "nothing above it is seen");
        assert!(
            !stopped(41),
            "its session may be another one than the one above"
        );
        assert!(!stopped(50), "a terminal of its own, started from outside");
    }

    #[test]
    fn a_process_is_read_with_any_name() {
        let read = standing("7 (a) 1 2 (b)) S 10 20 30 0 -1");
        let expected = Standing {
            parent: 10,
            group: 20,
            session: 30,
        };
        assert_eq!(read, Some(expected));
        assert_eq!(standing("7 (a) S 0 0 0 34816").unwrap().session, 0);
        assert!(standing("7 (a) S 10").is_none());
        assert!(standing("").is_none());
    }

    #[test]
    fn this_process_is_read() {
        let own = known("self").unwrap();
        let parent = rustix::process::getppid().map_or(0, |pid| pid.as_raw_nonzero().get());
        assert_eq!(i64::from(own.parent), i64::from(parent));
    }
}
