//! What the form of a question refused goes on record before anything else is typed.

use super::RunScreen;
use crate::ceremony;
use crate::session::Mistyped;
use crate::tui::message::Order;
use crate::tui::screen::Reaction;

impl RunScreen {
    /// What the form has just refused of a value that is compared goes on record before anything else is typed.
    pub(super) fn count_refused(&mut self) -> Reaction {
        match self.form.refusal() {
            Some(field) if ceremony::is_compared(field) => {
                Reaction::order(Order::Mistyped(field, Mistyped::Form))
            }
            _ => Reaction::none(),
        }
    }

    /// And so does something secret that was drawn for a moment.
    pub(super) fn count_exposed(&mut self) -> Reaction {
        match self.form.exposed() {
            Some((field, slip)) => Reaction::order(Order::Mistyped(field, slip)),
            None => Reaction::none(),
        }
    }
}
