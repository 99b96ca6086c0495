//! Back, page by page: before words were shown it only turns a page; after that it costs somebody something, and says so.

use super::{Init, Media, Page, Words};
use crate::session::founding::{NEEDS_THEIRS, VOID};
use crate::text::{say, tr};
use crate::tui::screen::{Reaction, Step};
use crate::tui::screens::home;
use crate::tui::theme::Role;

/// What Esc does where people have words: for the help.
pub(super) const BACK_VOIDS: &str =
    "back to the review; all words shown so far are void then, everybody's, and it asks before";

impl Init {
    /// Goes to the page before, or says why it does not.
    pub(super) fn back(&mut self) -> Reaction {
        match self.page {
            Page::Place => Reaction::pop(),
            // The vault is open: where Esc led was a page that said no vault is.
            Page::Papers => Reaction::one(Step::Replace(home())),
            Page::Making => Reaction::none(),
            Page::Envelopes => {
                let again = self.media.as_mut().and_then(Media::misplaced);
                let words = again.unwrap_or_else(|| NEEDS_THEIRS.to_owned());
                Reaction::notice(Role::Note, words)
            }
            Page::People if !self.giving_up && (!self.ready.is_empty() || self.words.seen()) => {
                self.giving_up = true;
                Reaction::notice(
                    Role::Wait,
                    tr(
                        "Esc once more goes back to the review and voids all words shown so far, of everybody. Enter goes on.",
                    ),
                )
            }
            Page::People => {
                // Words of people who were already here are void: nobody may wonder which ones count.
                let shown = self.words.seen() || !self.ready.is_empty();
                self.words = Words::new();
                self.ready.clear();
                self.turn(Page::Review);
                let words = if shown {
                    say!("Back at the review. {VOID}", VOID)
                } else {
                    tr("Back at the review. Nobody was shown any words yet.").to_owned()
                };
                Reaction::notice(Role::Note, words)
            }
            _ => {
                self.turn(self.neighbour(false));
                Reaction::none()
            }
        }
    }
}
