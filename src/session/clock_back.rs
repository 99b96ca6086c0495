//! The way back for a vault whose time was set ahead by two watches that were both wrong: an exception of k custodians,
//! with its reason. Nothing is destroyed earlier by it, and what was dated meanwhile keeps its date.

use serde_json::json;

use crate::api::Timestamp;
use crate::text::{say, tr};

use super::action::Action;
use super::build::Answers;
use super::custody_act::CustodyAct;
use super::due::left;
use super::error::Refusal;
use super::field::{Field, Kind};
use super::op::Op;
use super::op_custody::REASON;
use super::sentence::{Details, line};
use super::span::date_time;
use super::state::State;
use super::transition::Transition;
use super::{Profile, Session};

/// What the watches say.
pub const RIGHT_TIME: Field = Field {
    id: "time",
    label: "Watches say",
    hint: "Date and time of now in UTC, as two watches say it: 2026-12-01 09:00.",
    kind: Kind::DateTime,
    optional: false,
};

/// The vault's time goes back.
pub const CLOCK_BACK: Op = Op {
    name: "vault.clock-back",
    title: "Set the vault's time back",
    does: "is an exception, for a vault whose time was set ahead by mistake; then two people read their watches again",
    fields: &[RIGHT_TIME, REASON],
    uses_secret: false,
    phrase: None,
};

/// Since when this act is worth while: by less the vault waits for the watches (milliseconds).
pub(super) const LEAST: i64 = 60_000;

/// The act that the answers describe.
pub(super) fn built(answers: &Answers) -> Result<CustodyAct, Refusal> {
    let (to, reason) = answered(answers)?;
    Ok(CustodyAct::ClockBack { to, reason })
}

/// What the watches say, in milliseconds since 1970, and why the vault's time is set to it.
pub(super) fn answered(answers: &Answers) -> Result<(i64, String), Refusal> {
    let typed = answers.text(RIGHT_TIME.id)?;
    let to = date_time(typed).ok_or_else(|| {
        Refusal::Usage(format!(
            "{typed} is no date and time such as 2026-12-01 09:00. Nothing was changed."
        ))
    })?;
    Ok((to.millis(), answers.text(REASON.id)?.to_owned()))
}

/// As people sign it, on a vault whose latest time on record is `latest`.
pub(super) fn told(to: i64, reason: &str, latest: i64) -> (String, Details) {
    let (right, latest) = (Timestamp::from_millis(to), Timestamp::from_millis(latest));
    let back = (latest > right).then(|| {
        let by = left(right, latest);
        say!("{time}, {by} before that", time = right.rfc3339(), by)
    });
    let follows = [
        line(
            tr("deletions"),
            tr("none comes earlier; what is destroyed stays destroyed"),
        ),
        line(
            tr("dates"),
            tr("what was dated meanwhile keeps its date, in log, keys and certificates"),
        ),
    ];
    let back = back.unwrap_or_else(|| right.rfc3339());
    let details = in_details(latest, line(tr("back to"), &back), reason, follows);
    let sentence = tr("EXCEPTION: set the vault's time back");
    (sentence.to_owned(), details)
}

/// What is signed of a time that is set, either way: the latest on record, the new one, why, and what follows from it.
pub(super) fn in_details(
    latest: Timestamp,
    to: (String, String),
    reason: &str,
    follows: [(String, String); 2],
) -> Details {
    let [first, second] = follows;
    vec![
        line(tr("recorded"), &latest.rfc3339()),
        to,
        line(tr("why"), reason),
        first,
        second,
        line(
            tr("then"),
            tr("two people read their watches again before anything is due"),
        ),
    ]
}

/// Does it on a copy of the state; `wall` is the machine's clock.
pub(super) fn done(
    working: &mut State,
    (to, reason): (i64, &str),
    (now, wall): (i64, i64),
) -> Transition {
    let act = CustodyAct::ClockBack {
        to,
        reason: reason.to_owned(),
    };
    set(working, &act, (to, reason), (now, wall))
}

/// Sets a vault's time as an act says, on a copy of the state: back, or ahead.
pub(super) fn set(
    working: &mut State,
    act: &CustodyAct,
    (to, reason): (i64, &str),
    (now, wall): (i64, i64),
) -> Transition {
    working.clock.watermark.0 = to;
    working.clock.offset = to.saturating_sub(wall);
    let (from, right) = (Timestamp::from_millis(now), Timestamp::from_millis(to));
    Transition::moving(act.operation(), act.to_json(), json!({}))
        .with("from", from.rfc3339())
        .with("to", right.rfc3339())
        .with("reason", reason)
}

/// Why no act sets a rehearsal's time.
pub(super) fn of_a_script() -> Refusal {
    Refusal::Profile(
        "A rehearsal's time is its script's, and nothing outside it is dated by it. Nothing was changed. Rehearse with \
         another `clock`."
            .into(),
    )
}

impl Session {
    /// Only a time that is behind the vault's own is one to go back to, and a rehearsal has its script's.
    pub(super) fn judged_clock_back(&self, to: i64) -> Result<(), Refusal> {
        if self.profile == Profile::Rehearsal {
            return Err(of_a_script());
        }
        let now = self.now();
        if to > now.millis().saturating_sub(LEAST) {
            return Err(Refusal::Usage(format!(
                "This vault's time is {}, and {} is not behind it: there is nothing to set back. Nothing was \
                 changed. Two people attest the clock.",
                now.rfc3339(),
                Timestamp::from_millis(to).rfc3339()
            )));
        }
        Ok(())
    }

    /// The time that was set was signed by people, not read from two watches: it is attested anew.
    pub(super) fn after_clock_was_set(&mut self, action: &Action) {
        if matches!(
            action,
            Action::Custody(CustodyAct::ClockBack { .. } | CustodyAct::ClockAhead { .. })
        ) {
            self.attested = self.profile != Profile::Production;
            self.watched.grown = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Wall, act, practice, start};
    use super::super::*;
    use super::CLOCK_BACK;
    use crate::api::Timestamp;

    const HOUR: i64 = 3_600_000;

    fn attest(session: &mut Session, read: Timestamp) -> Result<Outcome, Refusal> {
        let readings = ["Ana", "Ben"].map(|name| (name.to_owned(), read)).into();
        session.perform(Command::AttestClock { readings })
    }

    fn back(session: &mut Session, time: &str) -> Result<Executed, Refusal> {
        let answers = [("time", time), ("reason", "local time was read for UTC")];
        act(session, CLOCK_BACK.name, &answers, &[])
    }

    fn last_line(session: &Session) -> String {
        session.log_lines().unwrap().pop().unwrap()
    }

    /// Two watches that were an hour ahead are believed; honest ones are then refused, which is written down, and the
    /// exception is the way back.
    #[test]
    fn a_time_that_was_set_ahead_is_taken_back_and_attested_anew() {
        let (_, mut session) = practice(true);
        let wall = Wall::at(start());
        session.profile = Profile::Production;
        session.wall = Box::new(wall.clone());
        session.paced = (wall.now(), OsMonotonic::start());
        attest(&mut session, wall.now().plus_millis(HOUR)).unwrap();
        assert!(last_line(&session).contains("\"clock\":\"2026-11-24T09:00:00Z\""));
        let refused = attest(&mut session, wall.now()).unwrap_err().to_string();
        assert!(refused.contains(CLOCK_BACK.title), "{refused}");
        let line = last_line(&session);
        assert!(line.contains("attest-clock"), "{line}");
        assert!(line.contains("\"result\":\"refused\""), "{line}");
        assert!(line.contains("2026-11-24T09:00:00Z"), "{line}");
        // Signatures from a file count in a test vault alone.
        session.profile = Profile::Test;
        let ahead = back(&mut session, "2026-11-24 10:30")
            .unwrap_err()
            .to_string();
        assert!(ahead.contains("nothing to set back"), "{ahead}");
        back(&mut session, "2026-11-24 09:00").unwrap();
        assert_eq!(session.now(), wall.now());
        assert_eq!(session.state.clock.watermark.0, wall.now().millis());
        let lines = session.log_lines().unwrap();
        let told = |words: &[&str]| {
            lines
                .iter()
                .any(|line| words.iter().all(|word| line.contains(word)))
        };
        assert!(told(&[
            "LowerWatermark",
            "\"from\":\"2026-11-24T10:00:00Z\"",
            "\"to\":\"2026-11-24T09:00:00Z\"",
            "local time was read for UTC"
        ]));
        session.profile = Profile::Production;
        session.attested = false;
        attest(&mut session, wall.now()).unwrap();
        assert!(session.attested);
    }

    /// The machine's clock was an hour behind when the vault was open last, and is right now: what is on record is older
    /// than the watches, and nobody has to sign for that. A time that is on record stays on record.
    #[test]
    fn a_machine_that_was_set_right_needs_no_exception() {
        let (_, mut session) = practice(true);
        session.profile = Profile::Production;
        session.attested = false;
        let recorded = start();
        let wall = Wall::at(recorded.plus_millis(5 * 60_000));
        session.state.clock.watermark = recorded.into();
        session.state.clock.offset = HOUR;
        session.wall = Box::new(wall.clone());
        session.paced = (wall.now(), OsMonotonic::start());
        let early = attest(&mut session, recorded.plus_millis(-HOUR)).unwrap_err();
        assert!(early.to_string().contains(CLOCK_BACK.title), "{early}");
        attest(&mut session, wall.now()).unwrap();
        assert_eq!(session.now(), wall.now());
        assert_eq!(session.state.clock.watermark.0, wall.now().millis());
        assert!(last_line(&session).contains("\"clock\":\"2026-11-24T10:05:00Z\""));
    }

    /// The machine is three hours behind and the watches agree with the latest time on record: the vault's time goes on from
    /// there, and does not stand still for three hours.
    #[test]
    fn a_machine_that_is_behind_the_record_is_corrected_by_the_watches() {
        let (_, mut session) = practice(true);
        session.profile = Profile::Production;
        session.attested = false;
        let recorded = start();
        let wall = Wall::at(recorded.plus_millis(-3 * HOUR));
        session.state.clock.watermark = recorded.into();
        session.wall = Box::new(wall.clone());
        session.paced = (wall.now(), OsMonotonic::start());
        let read = recorded.plus_millis(60_000);
        attest(&mut session, read).unwrap();
        assert_eq!(session.now(), read);
        wall.leap(60_000);
        assert_eq!(session.now(), read.plus_millis(60_000));
    }

    #[test]
    fn it_takes_as_many_as_open_the_vault_and_no_rehearsal_has_it() {
        let (_, mut session) = practice(true);
        let refused = back(&mut session, "2026-11-23 09:00").unwrap_err();
        assert!(matches!(refused, Refusal::Profile(_)), "{refused}");
        session.profile = Profile::Test;
        let action = build::action(
            &session,
            CLOCK_BACK.name,
            &super::super::tests::answers(&[("time", "2026-11-23 09:00"), ("reason", "x")], &[]),
        );
        let preview = session.preview(&action.unwrap()).unwrap();
        assert_eq!(preview.required, usize::from(session.book.k()));
        assert!(
            preview.sentence.contains("EXCEPTION"),
            "{}",
            preview.sentence
        );
    }
}
