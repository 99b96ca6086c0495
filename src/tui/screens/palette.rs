//! The palette: everything that can be done on the screen below, found by typing a few letters of it.

use crossterm::event::KeyEvent;

use crate::session::field::Footing;
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells};
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::list::Cursor;
use crate::tui::widgets::text::TextField;
use crate::tui::world::World;

/// The actions of the screen below.
pub(crate) struct Palette {
    offers: Vec<Offer>,
    filter: TextField,
    cursor: Cursor,
}

impl Palette {
    /// A palette over these offers.
    pub(crate) fn of(offers: &[Offer]) -> Self {
        let mut offers: Vec<Offer> = keys::TABLE
            .iter()
            .filter_map(|b| offers.iter().find(|o| o.verb == b.verb).cloned())
            .filter(|o| !matches!(o.verb, Verb::Palette))
            .collect();
        // What can be done comes first; how one moves in a list is seldom looked for.
        let moves: Vec<Verb> = keys::moves().iter().map(|o| o.verb).collect();
        let everywhere: Vec<Verb> = keys::everywhere().iter().map(|o| o.verb).collect();
        offers.sort_by_key(|o| match o.verb {
            verb if moves.contains(&verb) => 3,
            Verb::Back => 2,
            verb if everywhere.contains(&verb) => 2,
            // What the footing says of Enter and F5 needs no search.
            Verb::Enter | Verb::Practice => 1,
            _ => 0,
        });
        Self {
            offers,
            filter: TextField::default(),
            cursor: Cursor::default(),
        }
    }

    fn found(&self) -> Vec<&Offer> {
        let wanted = self.filter.value().to_lowercase();
        let words = |o: &Offer| {
            let help = o.binding().map_or("", |b| tr(b.help));
            format!("{} {help}", o.footer_word()).to_lowercase()
        };
        let offers = self.offers.iter();
        let mut found: Vec<&Offer> = offers.filter(|o| fuzzy(&wanted, &words(o))).collect();
        // What begins so, then what has a word that does, then what holds it; scattered letters last.
        found.sort_by_key(|o| {
            let words = words(o);
            let begins = |word: &str| word.starts_with(wanted.trim());
            match () {
                () if begins(&words) => 0,
                () if words.split_whitespace().any(begins) => 1,
                () if words.contains(wanted.trim()) => 2,
                () => 3,
            }
        });
        found
    }
}

/// Whether the letters of `wanted` stand in `text` in this order.
fn fuzzy(wanted: &str, text: &str) -> bool {
    let mut letters = text.chars();
    wanted
        .chars()
        .filter(|c| !c.is_whitespace())
        .all(|w| letters.any(|c| c == w))
}

impl Screen for Palette {
    fn name(&self) -> &'static str {
        "Palette"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        vec![tr("What can be done here").into()]
    }

    fn footing(&self, _world: &World) -> Footing {
        let enter = self
            .found()
            .get(self.cursor.at())
            .and_then(|o| o.binding())
            .map_or(tr("does nothing: no action fits what you typed"), |b| {
                tr(b.help)
            });
        Footing {
            acts: tr("nobody: choosing an action does not approve it").into(),
            enter: enter.into(),
            so_far: tr("nothing has changed").into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = keys::moves();
        offers.extend([
            Offer::word(Verb::Enter, tr("do it")),
            Offer::plain(Verb::Back),
        ]);
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "Type a few letters of what you want. The palette never destroys anything: it leads to the screen that asks.",
        ]
    }

    fn typing(&self) -> bool {
        true
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        let x = canvas.put(1, 0, Role::Focus, tr("Find "));
        let room = canvas.width().saturating_sub(x).saturating_sub(1);
        self.filter.draw(canvas, x, 0, room, true);
        let found = self.found();
        let rows = canvas.height().saturating_sub(2);
        let (width, at) = (canvas.width(), self.cursor.at());
        canvas.within(0, 2, width, rows, |c| {
            self.cursor.draw(c, found.len(), |c, n, y| {
                let Some(offer) = found.get(n) else { return };
                let role = match (&offer.off, n == at) {
                    (_, true) => Role::Selection,
                    (Some(_), _) => Role::Muted,
                    _ => Role::Text,
                };
                let chord = offer
                    .chord(false)
                    .map(crate::tui::chord::Chord::shown)
                    .unwrap_or_default();
                c.put(3, y, role, &format!("{chord:10}"));
                let help = offer.binding().map_or("", |b| tr(b.help));
                let text = match &offer.off {
                    Some(reason) => say!("{help}. Off: {reason}", help, reason),
                    None => help.to_owned(),
                };
                c.put_cut(14, y, width.saturating_sub(15), role, &text);
            });
        });
        if found.is_empty() {
            canvas.put(
                3,
                cells(2),
                Role::Muted,
                tr("Nothing here fits. Backspace takes letters away."),
            );
        }
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        match verb {
            Verb::Back => Reaction::pop(),
            Verb::Enter => match self.found().get(self.cursor.at()) {
                Some(offer) => match &offer.off {
                    None => Reaction::pop().then(Step::Say(offer.verb)),
                    Some(reason) => {
                        Reaction::notice(Role::Note, say!("off here: {reason}", reason))
                    }
                },
                None => Reaction::none(),
            },
            other => {
                let count = self.found().len();
                self.cursor
                    .moved(other, count, usize::from(world.size.1.saturating_sub(9)));
                Reaction::none()
            }
        }
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        self.filter.key(&key);
        self.cursor = Cursor::default();
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        self.filter.insert(text);
        Reaction::none()
    }
}

#[cfg(test)]
mod tests {
    use super::{Offer, Palette, Verb, fuzzy, keys};

    #[test]
    fn letters_in_order_are_found() {
        assert!(fuzzy("dltn", "deletions shows countdowns"));
        assert!(fuzzy("", "anything"));
        assert!(!fuzzy("zq", "deletions"));
    }

    #[test]
    fn what_can_be_done_comes_first_and_how_one_moves_last() {
        let mut offers = keys::moves();
        offers.extend([Verb::Enter, Verb::New, Verb::Audit].map(Offer::plain));
        offers.extend(keys::everywhere());
        let palette = Palette::of(&offers);
        let found: Vec<Verb> = palette.found().iter().map(|o| o.verb).collect();
        assert_eq!(
            found.get(..3),
            Some([Verb::New, Verb::Audit, Verb::Enter].as_slice())
        );
        assert_eq!(found.last(), Some(&Verb::Last));
    }

    #[test]
    fn a_word_that_begins_so_comes_before_scattered_letters() {
        let offers: Vec<Offer> = keys::TABLE.iter().map(|b| Offer::plain(b.verb)).collect();
        let mut palette = Palette::of(&offers);
        palette.filter.set("aud");
        assert_eq!(palette.found().first().map(|o| o.verb), Some(Verb::Audit));
        palette.filter.set("evi");
        assert_eq!(
            palette.found().first().map(|o| o.verb),
            Some(Verb::Evidence)
        );
    }
}
