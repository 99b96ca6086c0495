//! The end of an opening in production: two people's watches; and what giving an opening up costs.

use crate::session::asked::{WATCH_PERSON, WATCH_TIME};
use crate::session::{Refusal, Session, Watches};
use crate::text::{say, tr};

use super::dialogue::{Dialogue, Question, answered, footing};
use super::line::Gone;
use super::lock::over;
use super::opening::plain;
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

/// The time by two watches, where giving it up closes what was just opened: that is asked.
pub(super) fn attested(
    talk: &mut Dialogue<'_>,
    session: &mut Session,
    entered: &[String],
) -> Result<bool, Gone> {
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
        let asked = answered(&question, before.as_ref(), false);
        let Some(name) = over(talk, session, |talk, _| plain(talk, &asked, WATCH_PERSON))? else {
            return Ok(false);
        };
        before = Some(name.clone());
        let Some(time) = over(talk, session, |talk, _| plain(talk, &question, WATCH_TIME))? else {
            continue;
        };
        before = None;
        let command = match watches.read(&name, &time) {
            Ok(Some(command)) => command,
            Ok(None) => continue,
            Err((_, why)) => {
                talk.stop(&why);
                continue;
            }
        };
        match session.perform(command) {
            Ok(_) => return Ok(true),
            Err(refusal @ Refusal::Vault(_)) => {
                talk.stop(&refusal.to_string());
                return Ok(false);
            }
            Err(refusal) => talk.stop(&refusal.to_string()),
        }
    }
}
