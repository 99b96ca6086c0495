//! Vault time: it only moves forward, and deletions that are due are settled before anything else.

use crate::api::{ApiError, Clock, Timestamp};

use crate::evidence::audit::Kind;
use crate::os::{Monotonic as _, OsMonotonic};
use crate::pki::WAIT;

use super::clock_ahead::Watched;
use super::clock_back::CLOCK_BACK;
use super::command::Outcome;
use super::error::Refusal;
use super::state::ClockState;
use super::transition::Transition;
use super::watches::{AGREE, Clocks};
use super::{Profile, Session};

/// A time that stands still for one act.
pub(crate) struct Fixed(pub(crate) Timestamp);

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// A wall clock may leave the monotonic one by this much within a session (milliseconds).
const LEAP: i64 = 300_000;

/// `2026-11-24 09:05`, as it was read.
fn to_the_minute(time: Timestamp) -> String {
    let text: String = time.rfc3339().chars().take(16).collect();
    text.replace('T', " ")
}

impl Session {
    /// The present of this vault.
    pub fn now(&self) -> Timestamp {
        self.now_in(&self.state.clock)
    }

    /// The present by the clock of a copy of the state: what runs on a copy must not ask the state that was set aside
    /// for it.
    pub(crate) fn now_in(&self, clock: &ClockState) -> Timestamp {
        let running = match (self.profile, self.running, clock.frozen) {
            (Profile::Rehearsal, Some(ahead), _) => self.wall.now().plus_millis(ahead),
            (Profile::Rehearsal, None, Some(frozen)) => frozen.into(),
            _ => self.wall.now().plus_millis(clock.offset),
        };
        running.max(clock.watermark.into())
    }

    /// In a rehearsal a certificate that begins later is so by the rehearsal's clock: the machine's may be right, and
    /// waiting never helps.
    pub(super) fn by_this_clock(&self, mut error: ApiError) -> ApiError {
        if self.profile == Profile::Rehearsal && error.message.contains(WAIT) {
            let begin = format!(
                "This rehearsal's clock stands at {now}, and waiting does not move it that far. Begin the rehearsal \
                 with a later clock: `keymoot play SCRIPT --clock TIME`, or a copy of the script with that time as \
                 `clock` under [rehearsal]. A rehearsal vault in a folder asks before a ceremony begins whether its clock \
                 goes on to today's.",
                now = self.now().rfc3339()
            );
            error.message = error.message.replacen(WAIT, &begin, 1);
        }
        error
    }

    /// The time that nothing may go behind: before people attested the clock of this session it is what was recorded last,
    /// because the machine's clock may have been set right since.
    pub(crate) fn latest(&self) -> Timestamp {
        if self.attested {
            self.now()
        } else {
            self.state.clock.watermark.into()
        }
    }

    /// What watches are held against.
    pub(crate) fn clocks(&self) -> Clocks {
        Clocks {
            furthest: self.furthest(),
            leapt: !self.on_pace(),
            ..Clocks::of(self.attested, self.latest(), (self.now(), self.wall.now()))
        }
    }

    /// Lets a rehearsal's time run with the wall clock for as long as this session lasts, from the later of both:
    /// programs that talk to it look at their own clock. Other vaults' time runs anyway.
    pub fn let_clock_run(&mut self) {
        let ahead = self.now().millis().saturating_sub(self.wall.now().millis());
        self.running = Some(ahead.max(0));
    }

    /// Whether the machine's clock went as fast as time since people last read their watches; only production asks.
    pub(super) fn on_pace(&self) -> bool {
        let (since, monotonic) = &self.paced;
        let wall = self.wall.now().millis() - since.millis();
        self.profile != Profile::Production || (wall - monotonic.elapsed_millis()).abs() <= LEAP
    }

    /// In production a wall clock that leaps against the monotonic one stops everything until people attest it.
    pub(crate) fn keeps_pace(&mut self) -> Result<(), Refusal> {
        if self.on_pace() {
            return Ok(());
        }
        self.attested = false;
        Err(Refusal::PersonNeeded(
            "The machine's clock leapt by more than five minutes while this vault was open. Nothing was done and \
             nothing was destroyed. Two people type date and time from their own watches before anything goes on."
                .into(),
        ))
    }

    /// Settles deletions whose window has ended, as a commit of its own.
    ///
    /// In production only attested time settles anything; until then a due key is unusable and unrestorable.
    pub(crate) fn settle_due(&mut self) -> Result<(), Refusal> {
        let now = self.due_by();
        if !self.attested || self.state.engine.due(now).is_empty() {
            return Ok(());
        }
        let mut working = self.state.clone();
        let destroyed = working.engine.settle(now);
        let transitions: Vec<Transition> = destroyed
            .iter()
            .map(|gone| {
                let request = serde_json::json!({"KeyArn": gone.arn});
                let response = serde_json::json!({"DeleteTimestamp": gone.at.millis()});
                Transition::moving("DestroyKey", request, response)
                    .with("key", gone.arn.clone())
                    .with("approved_with", "DeleteKey")
            })
            .collect();
        self.commit(working, &transitions, true)?;
        self.destroyed
            .extend(destroyed.into_iter().map(|gone| gone.arn));
        Ok(())
    }

    /// Rehearsal: the frozen clock moves. Test: the stored offset grows. Production: never.
    pub(crate) fn advance(&mut self, millis: i64) -> Result<Outcome, Refusal> {
        if millis < 0 {
            return Err(Refusal::Usage(
                "Time only moves forward. Nothing was changed.".into(),
            ));
        }
        let then = self.now().plus_millis(millis);
        if let Err(rule) = then.for_a_clock() {
            return Err(Refusal::Usage(format!(
                "The time would then be {}: that {rule}. Nothing was changed. Advance by less.",
                then.rfc3339()
            )));
        }
        let mut working = self.state.clone();
        match self.profile {
            Profile::Rehearsal => {
                working.clock.frozen = Some(self.now().plus_millis(millis).into());
                self.running = self.running.map(|ahead| ahead.saturating_add(millis));
            }
            Profile::Test => working.clock.offset = working.clock.offset.saturating_add(millis),
            Profile::Production => {
                return Err(Refusal::Profile(
                    "A production vault's time is the real time; it cannot be advanced. Nothing was changed.".into(),
                ));
            }
        }
        let note = Transition::note("advance", Vec::new()).with("millis", millis);
        self.commit(working, &[note], false)?;
        self.settle_due()?;
        Ok(Outcome::Advanced {
            now: self.now(),
            destroyed: std::mem::take(&mut self.destroyed),
        })
    }

    /// Rehearsal: the vault's own clock goes on to a later time, as another day that people play, and does not go back. Says
    /// at which time it stood before; nothing where it is that time already.
    ///
    /// # Errors
    /// It is later than that already, or this is no rehearsal. Nothing was changed.
    pub fn go_on_to(&mut self, to: Timestamp) -> Result<Option<Timestamp>, Refusal> {
        let before = self.now();
        if self.profile != Profile::Rehearsal {
            return Err(Refusal::Profile(format!(
                "The time of a {} vault is that of its machine, and no command names another. Nothing was done.",
                self.profile.name()
            )));
        }
        if to.millis().div_euclid(1000) < before.millis().div_euclid(1000) {
            return Err(Refusal::Usage(format!(
                "This vault has a clock of its own, which stands at {} and does not go back to {}. Nothing was done. Name a \
                 later time for another day, or none to go on by the vault's.",
                before.rfc3339(),
                to.rfc3339()
            )));
        }
        let millis = to.millis().saturating_sub(before.millis());
        if millis <= 0 {
            return Ok(None);
        }
        self.ready()?;
        self.advance(millis)?;
        Ok(Some(before))
    }

    /// Two people type date and time from their own watches; only then may time settle anything in production. What is
    /// refused of it stands in the log as well.
    pub(crate) fn attest_clock(
        &mut self,
        readings: &[(String, Timestamp)],
    ) -> Result<Outcome, Refusal> {
        let [(first, early), (second, late)] = readings else {
            return Err(Refusal::Usage(
                "Two people attest the clock, each from their own watch.".into(),
            ));
        };
        self.person(first)?;
        self.person(second)?;
        if first == second {
            return Err(Refusal::Approval(
                "Two different people attest the clock. Nothing was changed.".into(),
            ));
        }
        let now = self.now();
        let mut note = Transition::note("attest-clock", vec![first.clone(), second.clone()])
            .with("first", early.rfc3339())
            .with("second", late.rfc3339());
        let unseen: Vec<&str> = [first.as_str(), second.as_str()]
            .into_iter()
            .filter(|name| !self.present.iter().any(|here| here == name))
            .collect();
        if !unseen.is_empty() {
            note = note.with("not_opened_by", unseen);
        }
        let read = match self.read_by_two((first, *early), (second, *late)) {
            Ok(read) => read,
            Err(refusal) => {
                let why = refusal.to_string();
                let note = note.with("clock", now.rfc3339());
                let note = note.with("result", "refused").with("reason", why);
                self.note_refused(&note);
                return Err(refusal);
            }
        };
        let grown = self.added_by(read);
        let mut working = self.state.clone();
        // Of the machine's clock as it is corrected, not of the vault's time: where that machine is behind what is on record,
        // the vault's time would stand still until it has caught up.
        let machine = self.wall.now().plus_millis(working.clock.offset);
        if self.profile != Profile::Rehearsal && (read.millis() - machine.millis()).abs() > AGREE {
            working.clock.offset = read.millis() - self.wall.now().millis();
            // So that the line of it is dated by what was attested.
            self.state.clock.offset = working.clock.offset;
            note = note.with("clock", machine.rfc3339());
        }
        // From here on time is counted: what is committed may raise the latest time on record to what was read.
        self.paced = (self.wall.now(), OsMonotonic::start());
        self.commit(working, &[note], false)?;
        self.attested = true;
        self.watched = Watched { read: true, grown };
        self.settle_due()?;
        Ok(Outcome::Advanced {
            now: self.now(),
            destroyed: std::mem::take(&mut self.destroyed),
        })
    }

    /// What two watches say together, where they agree and the vault has not seen a later time.
    fn read_by_two(
        &self,
        (first, early): (&str, Timestamp),
        (second, late): (&str, Timestamp),
    ) -> Result<Timestamp, Refusal> {
        if (early.millis() - late.millis()).abs() > AGREE {
            return Err(Refusal::Custody(format!(
                "{first} read {} and {second} {}: more than three minutes apart. Nothing was changed, and neither counts. \
                 Read both watches again, with the date, in UTC.",
                to_the_minute(early),
                to_the_minute(late)
            )));
        }
        let read = Timestamp::from_millis(i64::midpoint(early.millis(), late.millis()));
        let now = self.latest();
        if now.millis() - read.millis() > AGREE {
            return Err(Refusal::Approval(format!(
                "The watches say {}, and this vault's time is {}. Nothing was changed and nothing was destroyed. Is it \
                 UTC, and the right day? If the watches are right, the vault's time was set ahead by mistake: an \
                 exception sets it back, signed by {} custodians ({}).",
                to_the_minute(read),
                to_the_minute(now),
                self.book.k(),
                CLOCK_BACK.title
            )));
        }
        self.not_too_far(read)?;
        Ok(read)
    }

    /// Commits the audit head as it stands.
    pub(super) fn seal_audit(&mut self) -> Result<(), Refusal> {
        // No later line is dated before this one, also where the next machine's clock is behind. A clock that leapt says
        // nothing.
        if self.profile == Profile::Production && self.attested && self.on_pace() {
            self.state.clock.watermark = self.now().into();
        }
        self.book
            .write(&self.state)
            .inspect_err(|refusal| self.broken = Some(refusal.to_string()))
    }

    /// What was refused leaves a line; were it not written, the refusal still stands on the screen.
    pub(super) fn note_refused(&mut self, note: &Transition) {
        // By a clock that leapt no line is dated.
        let at = if self.on_pace() {
            self.now()
        } else {
            self.known().max(self.state.clock.watermark.into())
        };
        let written = self
            .book
            .line(Kind::Refused, note, at)
            .and_then(|()| self.seal_audit());
        if written.is_err() {
            self.broken = Some("The refusal could not be written down.".into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ErrorKind;
    use crate::session::tests::practice;

    /// A partner's certificate of today, in a rehearsal whose clock stands at its script's day.
    #[test]
    fn a_certificate_that_begins_after_a_rehearsals_clock_is_told_of_that_clock() {
        let (_, session) = practice(true);
        let not_before = session.now().plus_millis(6 * 86_400_000);
        let refused = crate::pki::PkiError::NotYetValid { not_before };
        let error = ApiError::new(ErrorKind::Validation, format!("Certificate: {refused}"));
        let told = session.by_this_clock(error).message;
        assert!(!told.contains("Check the clock of this machine"), "{told}");
        let now = session.now().rfc3339();
        assert!(
            told.contains(&format!("This rehearsal's clock stands at {now}")),
            "{told}"
        );
        assert!(told.contains("--clock TIME"), "{told}");
    }
}
