//! One person signs: by a key held for the session, or with a passphrase typed for this one signature.

use crate::ceremony::AskField;
use crate::session::asked::{APPROVAL_ENVELOPE, SIGNING_PASSPHRASE};
use crate::session::{KeySource, Profile, Session};
use crate::text::tr;

use super::beside::medium;
use super::dialogue::{Dialogue, Heard, Question};
use super::line::Gone;

/// What opens a person's key for one signature; `None` if it was given up.
pub(crate) fn key(
    talk: &mut Dialogue<'_>,
    session: &Session,
    person: &str,
    question: &Question,
) -> Result<Option<KeySource>, Gone> {
    if session.automatic() {
        return Ok(Some(KeySource::Held));
    }
    let envelope = if session.profile() == Profile::Production {
        let whose = (person, "approval");
        match medium(
            talk,
            question,
            APPROVAL_ENVELOPE,
            whose,
            &session.sets_of(person),
        )? {
            Some(text) => Some(text),
            None => return Ok(None),
        }
    } else {
        None
    };
    let question = Question {
        told: Vec::new(),
        ..question.clone()
    };
    let asked = AskField {
        practice: session.practice_passphrase(person),
        ..AskField::of(SIGNING_PASSPHRASE)
    };
    let Heard::Given(passphrase) = talk.secret(&question, &asked)? else {
        return Ok(None);
    };
    talk.say(tr(
        "Wait: your own envelope is opened for this once, and what was in it is wiped again.",
    ));
    Ok(Some(match envelope {
        Some(text) => KeySource::Envelope(text, passphrase),
        None => KeySource::Passphrase(passphrase),
    }))
}
