//! The last line of the list of custodians: they cannot open, and the recovery set does, for a reason that is written
//! down.

use super::{Phase, Unlock};
use crate::ceremony::Answer;
use crate::session::asked::RECOVERY_REASON;
use crate::text::{say, tr};
use crate::tui::screen::Reaction;
use crate::tui::widgets::form::{Form, Pressed};
use crate::tui::widgets::list::Cursor;

impl Unlock {
    /// Whether the vault declares a recovery set that is not at work already.
    pub(super) fn offers_recovery(&self) -> bool {
        let vault = self.bootstrap.as_ref();
        vault.is_some_and(|b| b.recovery.is_some() && !b.by_recovery)
    }

    /// Whether the recovery set opens the vault.
    pub(super) fn by_recovery(&self) -> bool {
        self.bootstrap.as_ref().is_some_and(|b| b.by_recovery)
    }

    /// Lines of the list: the custodians, and the recovery set below them.
    pub(super) fn rows(&self) -> usize {
        let more = usize::from(self.offers_recovery());
        self.custodians().len().saturating_add(more)
    }

    /// Whether the cursor is on the line of the recovery set.
    pub(super) fn on_recovery(&self) -> bool {
        self.offers_recovery() && self.cursor.at() == self.custodians().len()
    }

    /// What a holder of the set is called here.
    pub(super) fn role(&self) -> &'static str {
        if self.by_recovery() {
            tr("holder of the recovery set")
        } else {
            "custodian"
        }
    }

    /// Who acts where one of them is chosen.
    pub(super) fn any_of_them(&self) -> &'static str {
        if self.by_recovery() {
            tr("a holder of the recovery set, any of those who wait")
        } else {
            tr("a custodian, any of those who wait")
        }
    }

    /// Said before shares that people entered are given up.
    pub(super) fn gives_up_words(&self) -> String {
        say!(
            "{entered} entered a share: nobody would like to come back for that. Esc once more gives the opening up, and all of them enter again; every other key stays.",
            entered = self.entered.join(", ")
        )
    }

    /// What Enter does under a passphrase: with the last share the vault opens.
    pub(super) fn unseals(&self, person: &str) -> String {
        if let Some(words) = self.form.unfinished_says() {
            return words;
        }
        if self.left == 1 && self.production() && !self.copy() {
            say!(
                "unseals {person}'s share, the last: then the witness types the card",
                person
            )
        } else if self.left == 1 {
            say!(
                "unseals {person}'s share, the last: then the vault is checked and opens",
                person
            )
        } else {
            say!(
                "unseals {person}'s share; nothing else is opened by it",
                person
            )
        }
    }

    /// The line in the list.
    pub(super) fn recovery_line(&self) -> Option<String> {
        let (place, k, n) = self.bootstrap.as_ref()?.recovery.as_ref()?;
        Some(say!(
            "They cannot: the recovery set ({k} of {n}, from {place})",
            k,
            n,
            place
        ))
    }

    pub(super) fn ask_why(&mut self) -> Reaction {
        self.error = None;
        self.form = Form::of(&[RECOVERY_REASON]);
        self.turn(Phase::Why);
        Reaction::none()
    }

    /// The reason stands: from here on the holders are asked. Shares that custodians entered do not count with theirs.
    pub(super) fn submit_why(&mut self) -> Reaction {
        if self.form.enter() == Pressed::Stays {
            return Reaction::none();
        }
        let reason = self
            .form
            .take()
            .into_iter()
            .find_map(|answer| match answer {
                Answer::Text(text) => Some(text),
                Answer::Secret(_) => None,
            });
        self.recovery = reason;
        self.entered.clear();
        self.cursor = Cursor::default();
        self.turn(Phase::Reading);
        Reaction::order(self.order())
    }
}
