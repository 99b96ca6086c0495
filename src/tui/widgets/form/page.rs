//! A page that is nothing but a form under a few lines: its keys and its picture, the same wherever one stands.

use crate::tui::canvas::Canvas;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::theme::Role;

use super::super::sheet::{self, Part};
use super::Form;

impl Form {
    /// The keys of a page: up and down where there is a choice, Enter, the fields, and the way back.
    pub(crate) fn page_offers(&self, enter: Offer, back: Offer) -> Vec<Offer> {
        let mut offers = if self.choosing() {
            keys::finds()
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
        let heads = told
            .iter()
            .map(|(role, line)| Part::Head(*role, (*line).into()));
        let parts: Vec<Part<'_>> = heads.chain([Part::Gap, Part::Form(self)]).collect();
        sheet::draw(canvas, 2, 2, &parts);
    }
}
