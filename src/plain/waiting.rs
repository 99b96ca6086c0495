//! Waiting for somebody to type: until they do, until nobody was there for the idle minutes, or until keymoot is put
//! aside.

use std::io::{self, Write};
use std::os::fd::AsFd;

use crate::api::Clock;
use crate::os::{WallClock, drop_typed_ahead, stop_process_group, typed_within};
use crate::session::idle::{PING_SECONDS, Why};
use crate::session::printable;
use crate::text::say;

use super::line::{Gone, wrapped};
use super::told_to_end::{Aside, aside, interrupted};

/// Milliseconds between two looks at what came meanwhile.
const LOOK: u32 = 200;

/// Writes a prompt, and no line end after it.
pub(super) fn show(prompt: &str) -> Result<(), Gone> {
    let mut out = io::stdout().lock();
    write!(out, "{}", printable(prompt))
        .and_then(|()| out.flush())
        .map_err(|_| Gone::End)
}

/// One question that waits. Its time is the wall clock's: a machine that slept was left alone as well.
pub(super) struct Wait<'p> {
    /// Milliseconds without an answer after which what is open is locked; `None` where nothing is.
    within: Option<i64>,
    prompt: &'p str,
    since: i64,
    asked: bool,
}

/// What a look at the time says.
#[derive(Debug, PartialEq, Eq)]
enum Late {
    InTime,
    /// To be asked whether somebody is there, so many milliseconds before the lock.
    Ping(i64),
    /// After so many.
    Over(i64),
}

impl<'p> Wait<'p> {
    pub(super) fn new(within: Option<i64>, prompt: &'p str) -> Self {
        Self {
            within,
            prompt,
            since: WallClock.now().millis(),
            asked: false,
        }
    }

    /// Somebody typed a key.
    pub(super) fn touched(&mut self) {
        self.since = WallClock.now().millis();
        self.asked = false;
    }

    /// Until there is a line to read.
    pub(super) fn until_typed(&mut self, input: &impl AsFd) -> Result<(), Gone> {
        while !self.typed(input)? {
            match aside() {
                Some(why) if self.within.is_some() => {
                    drop_typed_ahead();
                    return Err(Gone::Aside(match why {
                        Aside::Asked => Why::Suspended,
                        Aside::GoesOn => Why::Stopped,
                    }));
                }
                // Nothing is open that could be locked.
                Some(Aside::Asked) => {
                    let _ = stop_process_group();
                    show(self.prompt)?;
                }
                Some(Aside::GoesOn) | None => {}
            }
        }
        Ok(())
    }

    /// Waits a little; whether there is something to read by then.
    pub(super) fn typed(&mut self, input: &impl AsFd) -> Result<bool, Gone> {
        if interrupted() {
            // What is said next stands on a line of its own.
            let _ = writeln!(io::stdout().lock());
            return Err(Gone::Interrupted);
        }
        if typed_within(input, LOOK).map_err(|_| Gone::End)? {
            return Ok(true);
        }
        match self.late(WallClock.now().millis()) {
            Late::InTime => Ok(false),
            Late::Ping(millis) => {
                self.asked = true;
                let _ = writeln!(io::stdout().lock(), "\n{}", wrapped(&still_there(millis)));
                show(self.prompt)?;
                Ok(false)
            }
            Late::Over(within) => {
                drop_typed_ahead();
                Err(Gone::Aside(Why::Idle(within)))
            }
        }
    }

    fn late(&self, now: i64) -> Late {
        let Some(within) = self.within else {
            return Late::InTime;
        };
        let ahead = (PING_SECONDS * 1000).min(within / 2);
        match now.saturating_sub(self.since) {
            waited if waited >= within => Late::Over(within),
            waited if waited >= within.saturating_sub(ahead) && !self.asked => Late::Ping(ahead),
            _ => Late::InTime,
        }
    }
}

fn still_there(millis: i64) -> String {
    say!(
        "Is somebody there? In {seconds} s this vault is locked. An answer keeps it open; so does the word help, which changes nothing.",
        seconds = millis / 1000
    )
}

#[cfg(test)]
mod tests {
    use super::{Late, Wait};

    #[test]
    fn whoever_is_silent_is_asked_once_and_then_locked_out() {
        for (within, ahead) in [(300_000, 60_000), (20_000, 10_000)] {
            let mut wait = Wait::new(Some(within), "Number: ");
            let over = wait.since + within;
            let ping = over - ahead;
            assert_eq!(wait.late(ping - 1), Late::InTime);
            assert_eq!(wait.late(ping), Late::Ping(ahead));
            wait.asked = true;
            assert_eq!(wait.late(over - 1), Late::InTime);
            assert_eq!(wait.late(over), Late::Over(within));
            // A clock that was set back locks nobody out, and where nothing is open nothing is locked.
            assert_eq!(wait.late(0), Late::InTime);
            wait.within = None;
            assert_eq!(wait.late(over), Late::InTime);
        }
    }
}
