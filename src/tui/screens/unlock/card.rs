//! What the witness types off the card.

use super::{Phase, Unlock};
use crate::session::asked::CARD_WORDS;
use crate::session::{CardSlip, WitnessAnswer};
use crate::tui::screen::Reaction;
use crate::tui::widgets::form::Pressed;

impl Unlock {
    /// Enter on the card: judged once both fields are filled.
    pub(super) fn submit_card(&mut self) -> Reaction {
        if self.form.enter() == Pressed::Stays {
            return Reaction::none();
        }
        let seq = self
            .form
            .text("seq")
            .and_then(|t| t.trim().parse().ok())
            .unwrap_or(0);
        let words = self.form.text("words").unwrap_or_default();
        let card = WitnessAnswer { seq, words };
        // One letter of the card is no reason to call two custodians again.
        if let Some(slip) = card.slip() {
            self.form.complain(CARD_WORDS.id, &slip);
            return Reaction::none();
        }
        self.finish(Some(card))
    }

    /// Nothing was opened and the shares stay: the card is typed again.
    pub(super) fn card_again(&mut self, slip: &CardSlip) -> Reaction {
        self.turn(Phase::Card);
        self.form.complain(slip.field, &slip.words);
        Reaction::none()
    }
}
