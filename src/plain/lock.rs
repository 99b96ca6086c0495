//! The idle lock in lines: nobody answered, or keymoot was put aside. What was said goes out of sight, keys that are held
//! are wiped, and one custodian's passphrase goes on with the same question.

use crate::session::guide::{Entry, called};
use crate::session::idle::{Why, nothing_lost};
use crate::session::{Session, is_about_words};
use crate::text::{say, tr};

use super::dialogue::{Dialogue, Heard, Question, footing};
use super::line::Gone;
use super::signing;

const HELP: &[&str] =
    &["Nothing was lost. One custodian's passphrase goes on where it stood; it signs nothing."];

/// Asks, with the lock before the same question where nobody answers it.
pub(super) fn over<'a, T>(
    talk: &mut Dialogue<'a>,
    session: &mut Session,
    mut ask: impl FnMut(&mut Dialogue<'a>, &mut Session) -> Result<T, Gone>,
) -> Result<T, Gone> {
    loop {
        let heard = ask(talk, session);
        talk.records_in_the_open(session);
        match heard {
            Err(Gone::Aside(why)) => lock(talk, session, why)?,
            other => return other,
        }
    }
}

/// Locks, and waits for one custodian who is here.
pub(super) fn lock(talk: &mut Dialogue<'_>, session: &mut Session, why: Why) -> Result<(), Gone> {
    session.forget_keys();
    // A line that cannot be written breaks the session, which says so at the next act; what was said is hidden either
    // way.
    let _ = session.note_lock(true, Vec::new());
    talk.waits(true);
    talk.hide(why == Why::Suspended);
    talk.heading(&say!(
        "Locked. Earlier lines are out of sight on purpose: {why}.",
        why = why.words()
    ));
    talk.say(nothing_lost());
    let back = until_recognised(talk, session);
    talk.waits(false);
    back
}

fn until_recognised(talk: &mut Dialogue<'_>, session: &mut Session) -> Result<(), Gone> {
    let so_far = tr("nothing was lost; the vault is open, its view is hidden");
    loop {
        let here = here(session);
        if here.is_empty() {
            // Nobody could ever unlock it: it is closed, and opened again by its people.
            return Err(Gone::End);
        }
        let question = Question::new(footing(
            tr("one custodian who is here"),
            tr("goes on to this custodian's passphrase"),
            so_far,
        ))
        .telling(vec![tr("Which custodian is here?").to_owned()])
        .explained(HELP);
        let Heard::Given(at) = talk.choose(&question, tr("Number"), &here)? else {
            continue;
        };
        let Some(person) = here.get(at).map(|entry| entry.id.as_str()) else {
            continue;
        };
        let question = Question::new(footing(
            &called(person),
            tr("goes on where it stood; nothing is signed by it"),
            so_far,
        ))
        .explained(HELP);
        if recognised(talk, session, person, &question)? {
            return Ok(());
        }
    }
}

/// Asks one custodian until the words are right; `false` if they went back, or the envelope is the wrong one.
fn recognised(
    talk: &mut Dialogue<'_>,
    session: &mut Session,
    person: &str,
    question: &Question,
) -> Result<bool, Gone> {
    while let Some(key) = signing::key(talk, session, person, question)? {
        let known = session
            .recognise(person, key)
            .and_then(|()| session.note_lock(false, vec![person.to_owned()]));
        let refusal = match known {
            Ok(()) => {
                talk.say(&say!(
                    "Unlocked by {person}. It goes on where it stood.",
                    person
                ));
                return Ok(true);
            }
            Err(refusal) => refusal.to_string(),
        };
        talk.stop(&refusal);
        // Whoever types the words once more at once types them where they are not shown.
        if !is_about_words(&refusal) {
            break;
        }
    }
    Ok(false)
}

/// The custodians who are present: enough of them opened the vault, so there always are.
fn here(session: &Session) -> Vec<Entry> {
    let view = session.view();
    let here = view.people.iter();
    here.filter(|p| p.role == "custodian" && p.present)
        .map(|p| Entry::new(&p.name, &p.name, tr("custodian")))
        .collect()
}
