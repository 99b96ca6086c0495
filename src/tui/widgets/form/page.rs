//! A page that is nothing but a form under a few lines: its keys and its picture, the same wherever one stands.

use crate::tui::canvas::Canvas;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::theme::Role;

use super::Form;

impl Form {
    /// The keys of a page: up and down where there is a choice, Enter, the fields, and the way back.
    pub(crate) fn page_offers(&self, enter: Offer, back: Offer) -> Vec<Offer> {
        let mut offers = if self.choosing() {
            keys::moves()
        } else {
            Vec::new()
        };
        offers.extend([
            enter,
            Offer::plain(Verb::NextField),
            Offer::plain(Verb::PreviousField),
            back,
        ]);
        offers
    }

    /// The page: its lines, a gap, the fields.
    pub(crate) fn draw_page(&self, told: &[(Role, &str)], canvas: &mut Canvas<'_>) {
        let (width, height) = (canvas.width().saturating_sub(4), canvas.height());
        let mut y: u16 = 0;
        for (role, line) in told {
            y = y.saturating_add(canvas.paragraph(2, y, width, *role, line));
        }
        y = y.saturating_add(1);
        canvas.within(2, y, width, height.saturating_sub(y), |c| {
            self.draw(c);
        });
    }
}
