//! A terminal that is gone for good.

use std::io::IsTerminal as _;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};

/// How long the usual end may take before the process is ended without it.
const GRACE: Duration = Duration::from_secs(8);

/// The status of a process that a hang-up ended.
const HUNG_UP: i32 = 129;

/// Ends the process when its terminal is lost and the usual end does not come: whoever reads a dead terminal reads
/// nothing for ever, and must not hold an open vault while doing so. Every change of state was durable before it was
/// reported, so nothing is lost by it; the kernel's lock on the vault goes with the process.
pub fn end_when_the_terminal_is_lost() {
    if !std::io::stdin().is_terminal() {
        return;
    }
    // Nothing is asked of the descriptor: a hang-up is told all the same.
    std::thread::spawn(|| {
        let input = std::io::stdin();
        loop {
            let mut watched = [PollFd::new(&input, PollFlags::empty())];
            let told = poll(&mut watched, None);
            let [one] = &watched;
            let lost = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
            match told {
                Ok(_) if one.revents().intersects(lost) => break,
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(_) => return,
            }
        }
        std::thread::sleep(GRACE);
        std::process::exit(HUNG_UP);
    });
}
