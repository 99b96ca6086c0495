//! The end of an opening in production: two people's watches; and what giving an opening up costs.

use crate::session::asked::{WATCH_PERSON, WATCH_TIME};
use crate::session::clock_back::RIGHT_TIME;
use crate::session::guide::Entry;
use crate::session::watches::{self, Heard as Read, Off, SIGNED, SURE};
use crate::session::{Command, Refusal, Session, Watches};
use crate::text::{say, tr};

use super::act::{Acting, Acts};
use super::beside::plain;
use super::dialogue::{Dialogue, Heard, Question, answered, footing};
use super::draft::Draft;
use super::line::Gone;
use super::lock::over;
use super::question::gives_up;

/// Whether shares that were entered are given up; where there are none, nothing is asked.
pub(super) fn shares_given_up(talk: &mut Dialogue<'_>, entered: &[String]) -> Result<bool, Gone> {
    if entered.is_empty() {
        return Ok(true);
    }
    let names = entered.join(", ");
    gives_up(
        talk,
        &say!("Give up the shares of {names}?", names),
        tr("they are wiped, and entered again next time"),
        &say!("entered: {names}; nothing was given up yet", names),
    )
}

/// The time by two watches, at its place in the opening, where giving it up closes what was just opened: that is asked.
pub(super) fn attested(
    talk: &mut Dialogue<'_>,
    session: &mut Session,
    (place, entered): (&str, &[String]),
) -> Result<bool, Gone> {
    talk.say(place);
    while !attest(talk, session)? {
        if over(talk, session, |talk, _| shares_given_up(talk, entered))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Production time is what two people read from their own watches; `false` if they gave it up.
pub(super) fn attest(talk: &mut Dialogue<'_>, session: &mut Session) -> Result<bool, Gone> {
    talk.heading(tr("Two people read date and time from their own watches."));
    let question = Question::new(footing(
        tr("two people, one after the other, each with their own watch"),
        tr("keeps it; after the second reading both are compared with the machine's clock"),
        tr("the vault is open; nothing is dated before its clock is attested"),
    ));
    let mut watches = Watches::default();
    let mut before: Option<String> = None;
    loop {
        let people = watches::readers(&session.view(), watches.first());
        let asked = answered(&question, before.as_ref(), false);
        let read = over(talk, session, |talk, _| {
            talk.choose(&asked, tr(WATCH_PERSON.label), &people)
        })?;
        let Some(name) = given(&people, &read) else {
            return Ok(false);
        };
        before = Some(name.clone());
        let Some(time) = over(talk, session, |talk, _| plain(talk, &question, WATCH_TIME))? else {
            continue;
        };
        before = None;
        let command = match watches.read(&name, &time, session.clocks()) {
            Ok(Read::Both) => watches.sure(),
            Ok(Read::Second) => continue,
            Ok(Read::Ask(asks)) => {
                if doubt(talk, session, &asks, &watches::ahead_ways())? != Some(SURE) {
                    watches.again();
                    continue;
                }
                watches.sure()
            }
            Err((_, why)) => {
                talk.stop(&why);
                continue;
            }
        };
        let off = off(&command, session);
        match (session.perform(command), off) {
            (Ok(_), _) => return Ok(true),
            (Err(refusal @ Refusal::Vault(_)), _) => {
                talk.stop(&refusal.to_string());
                return Ok(false);
            }
            (Err(refusal), None) => talk.stop(&refusal.to_string()),
            (Err(refusal), Some(off)) => {
                let ways = watches::off_ways(off);
                if doubt(talk, session, &refusal.to_string(), &ways)? == Some(SIGNED) {
                    set(talk, session, off)?;
                }
            }
        }
    }
}

/// What was chosen from a list, by its id.
fn given(entries: &[Entry], heard: &Heard<usize>) -> Option<String> {
    match heard {
        Heard::Given(at) => entries.get(*at).map(|entry| entry.id.clone()),
        Heard::Said(_) => None,
    }
}

/// What both watches say together, where the door refuses it because the vault's time is another.
fn off(command: &Command, session: &Session) -> Option<Off> {
    let Command::AttestClock { readings } = command else {
        return None;
    };
    watches::off(readings, session.now(), session.clocks())
}

/// Two watches agree with each other and not with the vault: which of them is right.
fn doubt(
    talk: &mut Dialogue<'_>,
    session: &mut Session,
    why: &str,
    ways: &[Entry; 2],
) -> Result<Option<&'static str>, Gone> {
    talk.stop(why);
    let question = Question::new(footing(
        tr("everybody here: looks at both watches once more"),
        tr("does what is chosen"),
        tr("both have read a watch; nothing is recorded as the time"),
    ))
    .telling(vec![tr("Which of them is right?").to_owned()]);
    let heard = over(talk, session, |talk, _| {
        talk.choose(&question, tr("Number"), ways)
    })?;
    let chosen = given(ways, &heard).unwrap_or_default();
    Ok([SURE, SIGNED].into_iter().find(|way| *way == chosen))
}

/// The act that sets the vault's time; then both watches are read again.
fn set(talk: &mut Dialogue<'_>, session: &mut Session, off: Off) -> Result<(), Gone> {
    let draft = Draft::new(off.act).about(RIGHT_TIME.id, &off.right.rfc3339());
    let mut acting = Acting {
        talk,
        session,
        acts: &mut Acts::default(),
        explain: None,
    };
    acting.begin_with(draft)
}
