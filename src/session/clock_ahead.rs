//! How far two watches are believed alone. Time that goes ahead makes deletions due, and what is destroyed stays so: no one
//! person brings that about by typing two names. A day more than a clock that kept its pace, or than the latest time on
//! record, is the most; further ahead custodians sign for it, as for every change of the clock, and nothing is destroyed by
//! what watches alone added in this session.

use crate::api::Timestamp;
use crate::os::Monotonic as _;
use crate::text::{say, tr};

use super::action::Action;
use super::build::Answers;
use super::clock_back::{self, LEAST, RIGHT_TIME};
use super::clock_back::{in_details, of_a_script, set};
use super::custody_act::CustodyAct;
use super::due::left;
use super::error::Refusal;
use super::op::Op;
use super::op_custody::REASON;
use super::sentence::{Details, line};
use super::state::State;
use super::transition::Transition;
use super::watches::{AGREE, minute};
use super::{Profile, Session};

/// The vault's time goes far ahead.
pub const CLOCK_AHEAD: Op = Op {
    name: "vault.clock-ahead",
    title: "Set the vault's time ahead",
    does: "is for a machine whose clock was reset: more than a day ahead takes signatures; then two people read their watches",
    fields: &[RIGHT_TIME, REASON],
    uses_secret: false,
    phrase: None,
};

/// By how much watches alone may set the time ahead (milliseconds): a day.
const BELIEVED: i64 = 86_400_000;

/// What this session knows of the time from watches.
#[derive(Default)]
pub(super) struct Watched {
    /// Whether two watches were read in it: from then on the machine's own clock vouches for nothing by itself.
    pub(super) read: bool,
    /// By how much watches alone set the time ahead in it, in milliseconds.
    pub(super) grown: i64,
}

/// The act that the answers describe.
pub(super) fn built(answers: &Answers) -> Result<CustodyAct, Refusal> {
    let (to, reason) = clock_back::answered(answers)?;
    Ok(CustodyAct::ClockAhead { to, reason })
}

/// As people sign it, on a vault whose latest time on record is `latest`.
pub(super) fn told(to: i64, reason: &str, latest: i64) -> (String, Details) {
    let (right, latest) = (Timestamp::from_millis(to), Timestamp::from_millis(latest));
    let ahead = (right > latest).then(|| {
        let by = left(latest, right);
        say!("{time}, {by} after that", time = right.rfc3339(), by)
    });
    let follows = [
        line(
            tr("deletions"),
            tr("those that are due by then are carried out once two watches agree"),
        ),
        line(
            tr("back"),
            tr("only by an exception; what is destroyed stays destroyed"),
        ),
    ];
    let ahead = ahead.unwrap_or_else(|| right.rfc3339());
    let details = in_details(latest, line(tr("ahead to"), &ahead), reason, follows);
    (tr("SET THE VAULT'S TIME AHEAD").to_owned(), details)
}

/// Does it on a copy of the state; `wall` is the machine's clock.
pub(super) fn done(
    working: &mut State,
    (to, reason): (i64, &str),
    (now, wall): (i64, i64),
) -> Transition {
    let act = CustodyAct::ClockAhead {
        to,
        reason: reason.to_owned(),
    };
    set(working, &act, (to, reason), (now, wall))
}

impl Session {
    /// Whether the vault's time may be set as an act says.
    pub(super) fn judged_time(&self, act: &CustodyAct) -> Result<(), Refusal> {
        match act {
            CustodyAct::ClockAhead { to, .. } => self.judged_clock_ahead(*to),
            CustodyAct::ClockBack { to, .. } => self.judged_clock_back(*to),
            _ => Ok(()),
        }
    }

    /// Only a time that is ahead of the vault's own is one to go ahead to, and a rehearsal has its script's.
    fn judged_clock_ahead(&self, to: i64) -> Result<(), Refusal> {
        if self.profile == Profile::Rehearsal {
            return Err(of_a_script());
        }
        let (now, right) = (self.now(), Timestamp::from_millis(to));
        if let Err(rule) = right.for_a_clock() {
            return Err(Refusal::Usage(format!(
                "{} {rule}. Nothing was changed. Look at the watches again.",
                right.rfc3339()
            )));
        }
        if to < now.millis().saturating_add(LEAST) {
            return Err(Refusal::Usage(format!(
                "This vault's time is {}, and {} is not ahead of it: there is nothing to set. Nothing was changed. Two \
                 people attest the clock.",
                now.rfc3339(),
                right.rfc3339()
            )));
        }
        Ok(())
    }

    /// The present as this session knows it without what watches alone added: by a clock that kept its pace since they were
    /// last read, and by the latest time on record. Until two watches were read the machine's own clock counts as well.
    pub(super) fn known(&self) -> Timestamp {
        let (since, monotonic) = &self.paced;
        let machine = since.plus_millis(monotonic.elapsed_millis());
        let corrected = machine.plus_millis(self.state.clock.offset);
        let known = corrected.max(self.state.clock.watermark.into());
        let known = if self.watched.read {
            known
        } else {
            known.max(machine)
        };
        known.plus_millis(self.watched.grown.saturating_neg())
    }

    /// The latest that two watches may say without signatures; only production asks.
    pub(crate) fn furthest(&self) -> Timestamp {
        self.known().plus_millis(BELIEVED)
    }

    /// By when deletions are due: what watches alone added in this session brings none.
    pub(super) fn due_by(&self) -> Timestamp {
        self.now().plus_millis(self.watched.grown.saturating_neg())
    }

    /// By how much watches that say this set the time ahead of what is known (milliseconds); nothing where they agree.
    pub(super) fn added_by(&self, read: Timestamp) -> i64 {
        let off = read.millis().saturating_sub(self.known().millis());
        if self.profile == Profile::Production && off > AGREE {
            off
        } else {
            0
        }
    }

    /// Refuses watches that are further ahead than two people alone are believed.
    pub(super) fn not_too_far(&self, read: Timestamp) -> Result<(), Refusal> {
        let furthest = self.furthest();
        if self.profile != Profile::Production || read <= furthest {
            return Ok(());
        }
        let known = minute(self.known());
        let read = minute(read);
        Err(Refusal::Approval(if self.on_pace() {
            format!(
                "The watches say {read}, more than a day ahead of this machine's clock and of the latest time on record \
                 ({known}). Nothing was changed and nothing was destroyed. Are the day and the year right? If they are, \
                 close the vault, set this machine's clock right and open it again; where that cannot be done, {} \
                 custodians sign for it ({}).",
                self.required(&Action::Custody(CustodyAct::ClockAhead {
                    to: 0,
                    reason: String::new()
                })),
                CLOCK_AHEAD.title
            )
        } else {
            format!(
                "This machine's clock leapt while the vault was open, as after a sleep of days: by this session it is {known}, \
                 and the watches say {read}. Nothing was changed, destroyed or lost. Are the day and the year right? Then \
                 close the vault and open it again, where its custodians read their watches; else read both once more."
            )
        }))
    }
}

#[cfg(test)]
mod tests;
