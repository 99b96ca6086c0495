//! Waiting for somebody to type: until they do, until nobody was there for the idle minutes, or until keymoot is put
//! aside.

use std::io::{self, Write};
use std::os::fd::AsFd;

use crate::api::Clock;
use crate::os::{WallClock, drop_typed_ahead, stop_process_group, typed_within};
use crate::session::idle::{IDLE_MINUTES, PING_SECONDS, Why};
use crate::session::printable;
use crate::text::say;

use super::line::{Gone, wrapped};
use super::told_to_end::{Aside, aside};

/// Milliseconds between two looks at what came meanwhile.
const LOOK: u32 = 200;
/// Milliseconds without an answer after which what is open is locked.
const IDLE: i64 = IDLE_MINUTES * 60 * 1000;

/// Writes a prompt, and no line end after it.
pub(super) fn show(prompt: &str) -> Result<(), Gone> {
    let mut out = io::stdout().lock();
    write!(out, "{}", printable(prompt))
        .and_then(|()| out.flush())
        .map_err(|_| Gone::End)
}

/// One question that waits. Its time is the wall clock's: a machine that slept was left alone as well.
pub(super) struct Wait<'p> {
    guarded: bool,
    prompt: &'p str,
    since: i64,
    asked: bool,
}

/// What a look at the time says.
#[derive(Debug, PartialEq, Eq)]
enum Late {
    InTime,
    /// To be asked whether somebody is there.
    Ping,
    Over,
}

impl<'p> Wait<'p> {
    pub(super) fn new(guarded: bool, prompt: &'p str) -> Self {
        Self {
            guarded,
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
                Some(why) if self.guarded => {
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
        if typed_within(input, LOOK).map_err(|_| Gone::End)? {
            return Ok(true);
        }
        match self.late(WallClock.now().millis()) {
            Late::InTime => Ok(false),
            Late::Ping => {
                self.asked = true;
                let _ = writeln!(io::stdout().lock(), "\n{}", wrapped(&still_there()));
                show(self.prompt)?;
                Ok(false)
            }
            Late::Over => {
                drop_typed_ahead();
                Err(Gone::Aside(Why::Idle(IDLE)))
            }
        }
    }

    fn late(&self, now: i64) -> Late {
        let waited = now.saturating_sub(self.since);
        match () {
            () if !self.guarded => Late::InTime,
            () if waited >= IDLE => Late::Over,
            () if waited >= IDLE - PING_SECONDS * 1000 && !self.asked => Late::Ping,
            () => Late::InTime,
        }
    }
}

fn still_there() -> String {
    say!(
        "Is somebody there? In {seconds} s this vault is locked. An answer keeps it open; so does the word help, which changes nothing.",
        seconds = PING_SECONDS
    )
}

#[cfg(test)]
mod tests {
    use super::{IDLE, Late, PING_SECONDS, Wait};

    #[test]
    fn whoever_is_silent_is_asked_once_and_then_locked_out() {
        let mut wait = Wait::new(true, "Number: ");
        let at = |millis: i64| wait.since + millis;
        let ping = at(IDLE - PING_SECONDS * 1000);
        let over = at(IDLE);
        assert_eq!(wait.late(ping - 1), Late::InTime);
        assert_eq!(wait.late(ping), Late::Ping);
        wait.asked = true;
        assert_eq!(wait.late(over - 1), Late::InTime);
        assert_eq!(wait.late(over), Late::Over);
        // A clock that was set back locks nobody out, and where nothing is open nothing is locked.
        assert_eq!(wait.late(0), Late::InTime);
        wait.guarded = false;
        assert_eq!(wait.late(over), Late::InTime);
    }
}
