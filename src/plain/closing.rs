//! A vault is closed in lines: the witness copies the card first.

use crate::session::due::requests_end;
use crate::session::guide::Entry;
use crate::session::op;
use crate::session::{Session, View};
use crate::text::tr;

use super::dialogue::{Dialogue, Heard, Question, footing};
use super::home::Home;
use super::line::Gone;

impl Home<'_, '_> {
    /// What no copy holds, or opens to the people of now.
    fn missing_copy(&self) -> Option<String> {
        let view = self.session.view();
        view.missing_copy().filter(|_| view.kept)
    }

    /// Whether the vault is closed now. One that exists once offers its copy first; a word or a number may be a slip, and
    /// closes nothing unasked: opening again takes everybody's passphrases.
    pub(super) fn leaves(&mut self) -> Result<bool, Gone> {
        let Some(missing) = self.missing_copy() else {
            return self.closes();
        };
        let so_far = if self.session.only_copy().is_some() {
            tr("everything is saved, on one medium alone: there is no second copy")
        } else {
            tr("everything done so far is saved")
        };
        loop {
            self.asks_whether();
            self.talk.stop(&missing);
            let entries = [
                Entry::new("copy", tr("copy it first"), tr("signed like any other act")),
                Entry::new("stay", tr("stay"), tr("back to the menu")),
                Entry::new("close", tr("close without a copy"), ""),
            ];
            let question = Question::new(footing(
                tr("whoever is at the keyboard"),
                tr("takes the number that was typed"),
                so_far,
            ));
            match self.talk.choose(&question, tr("Number"), &entries)? {
                Heard::Given(0) => {
                    self.acting().begin(&op::BACKUP)?;
                    if self.missing_copy().is_none() {
                        return Ok(true);
                    }
                }
                Heard::Given(2) => return Ok(true),
                _ => return Ok(false),
            }
        }
    }

    /// Asks whether it is closed, and says which requests would be gone then.
    fn asks_whether(&mut self) {
        self.talk.heading(tr("Close this vault?"));
        if let Some(lost) = requests_end(self.session.view().pending.len()) {
            self.talk.say(&lost);
        }
    }

    /// Whether it is to be closed, asked where nothing else stands against it.
    fn closes(&mut self) -> Result<bool, Gone> {
        self.asks_whether();
        let entries = [
            Entry::new("stay", tr("stay"), tr("back to the menu")),
            Entry::new("close", tr("close it"), ""),
        ];
        let question = Question::new(footing(
            tr("whoever is at the keyboard"),
            tr("takes the number that was typed"),
            tr("everything is saved; to open it again takes its custodians' passphrases"),
        ));
        let chosen = self.talk.choose(&question, tr("Number"), &entries)?;
        Ok(matches!(chosen, Heard::Given(1)))
    }
}

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
