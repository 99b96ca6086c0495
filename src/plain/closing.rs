//! A vault is closed in lines: the witness copies the card first.

use crate::session::{Session, View};
use crate::text::tr;

use super::dialogue::Dialogue;

/// Closes a vault that people worked in: the witness copies the card of this state first.
pub(super) fn close_vault(talk: &mut Dialogue<'_>, session: Session) {
    for line in card_told(&session.view()) {
        talk.say(&line);
    }
    close(talk, session);
}

/// What is said of the witness card before a vault is closed, with what is to be copied where that is a newer one.
pub(super) fn card_told(view: &View) -> Vec<String> {
    let words = view.card_before_closing();
    let newer = words.is_some() && !view.card_is_current();
    let copied = newer.then(|| view.card_lines().map(|line| format!("  {line}")));
    words
        .into_iter()
        .chain(copied.into_iter().flatten())
        .collect()
}

/// Closes a vault, and says so.
pub(super) fn close(talk: &mut Dialogue<'_>, session: Session) {
    let only = session.only_copy();
    match session.close() {
        Ok(()) => talk.say(tr("The vault is closed; what was held in memory is wiped.")),
        Err(refusal) => talk.stop(&refusal.to_string()),
    }
    if let Some(only) = only {
        talk.stop(only);
    }
}
