//! The keys of the last row: which stand there, and which stay where the row is full.

use super::{Offer, TABLE, Verb};

/// A key of the footer.
pub(crate) struct Footed {
    /// The key as it is printed.
    pub(crate) key: String,
    /// What it asks for.
    pub(crate) verb: Verb,
    /// What it does, in a word.
    pub(crate) word: &'static str,
    /// Its place on the page: where the row is full, what the page names first stays.
    pub(crate) place: usize,
}

impl Footed {
    /// Which keys get their place in the row first, the least first: help, the palette, which lists what does not fit, and
    /// the way back are in sight on every page, however narrow; what goes on, what fills in and what shows before the others.
    pub(crate) const fn rank(&self) -> u8 {
        match self.verb {
            Verb::Help | Verb::Palette | Verb::Back => 0,
            Verb::Enter | Verb::Practice | Verb::Reveal | Verb::Browse => 1,
            _ => 2,
        }
    }
}

/// How the keys that move are printed.
pub(crate) const ARROWS: &str = "↑↓";

/// The keys of the footer, in the table's order.
pub(crate) fn footer(offers: &[Offer], typing: bool) -> Vec<Footed> {
    let mut out = Vec::new();
    for binding in TABLE {
        let Some(place) = offers.iter().position(|o| o.verb == binding.verb) else {
            continue;
        };
        let Some(offer) = offers.get(place) else {
            continue;
        };
        let (word, Some(chord)) = (offer.footer_word(), offer.chord(typing)) else {
            continue;
        };
        // What does nothing now is no offer: without colour it would look like one. The palette lists it with the reason.
        if word.is_empty() || binding.verb == Verb::Leave || offer.off.is_some() {
            continue;
        }
        let key = if binding.verb == Verb::Up {
            ARROWS.to_owned()
        } else {
            chord.shown()
        };
        out.push(Footed {
            key,
            verb: binding.verb,
            word,
            place,
        });
    }
    out
}
