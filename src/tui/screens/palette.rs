//! The palette: everything that can be done on the screen below, and every other place of the vault, found by typing a few
//! letters of it.

use crossterm::event::KeyEvent;

use crate::session::field::Footing;
use crate::text::{say, tr};
use crate::tui::app::State;
use crate::tui::canvas::{Canvas, cells};
use crate::tui::chord::Chord;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::list::Cursor;
use crate::tui::widgets::text::TextField;
use crate::tui::world::World;

use super::places::Place;

/// What an entry does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    /// A key of the screen below.
    Say(Verb),
    /// Another place of the vault.
    Go(Place),
}

/// One line: the key (or where it leads), its name, what it does, why it is off.
struct Entry {
    key: String,
    name: String,
    help: &'static str,
    off: Option<String>,
    does: Does,
}

/// The actions of the screen below, and every other place.
pub(crate) struct Palette {
    entries: Vec<Entry>,
    filter: TextField,
    cursor: Cursor,
}

/// How one moves in a list or between fields: no action that anybody looks for.
const MOVES: [Verb; 10] = [
    Verb::Up,
    Verb::Down,
    Verb::Left,
    Verb::Right,
    Verb::PageUp,
    Verb::PageDown,
    Verb::First,
    Verb::Last,
    Verb::NextField,
    Verb::PreviousField,
];

impl Palette {
    /// A palette over the screen on top.
    pub(crate) fn of(state: &State) -> Self {
        let mut entries = offered(&state.offers());
        entries.extend(elsewhere(state, &entries));
        Self::over(entries)
    }

    fn over(mut entries: Vec<Entry>) -> Self {
        let everywhere: Vec<Verb> = keys::everywhere(true).iter().map(|o| o.verb).collect();
        entries.sort_by_key(|entry| match entry.does {
            // What the footing says of Enter and F5 needs no search.
            Does::Say(Verb::Enter | Verb::Practice) => 1,
            Does::Say(verb) if verb == Verb::Back || everywhere.contains(&verb) => 3,
            Does::Say(_) => 0,
            Does::Go(_) if entry.off.is_some() => 4,
            Does::Go(_) => 2,
        });
        Self {
            entries,
            filter: TextField::default(),
            cursor: Cursor::default(),
        }
    }

    fn found(&self) -> Vec<&Entry> {
        let wanted = self.filter.value().to_lowercase();
        let ranked = self.entries.iter().filter_map(|entry| {
            let rank = rank(
                &wanted,
                &entry.name.to_lowercase(),
                &entry.help.to_lowercase(),
            )?;
            Some((rank, entry))
        });
        let mut found: Vec<(u8, &Entry)> = ranked.collect();
        found.sort_by_key(|(rank, _)| *rank);
        // Letters that stand somewhere in this order are a guess: nobody wants guesses beside what was meant.
        let meant = found.first().is_some_and(|(rank, _)| *rank < SCATTERED);
        let shown = found
            .into_iter()
            .filter(|(rank, _)| !meant || *rank < SCATTERED);
        shown.map(|(_, entry)| entry).collect()
    }
}

/// What the screen below offers. What does nothing there but say why is listed with the reason; an Enter that does nothing
/// is not.
fn offered(offers: &[Offer]) -> Vec<Entry> {
    let entry = |offer: &Offer| Entry {
        key: offer.chord(false).map(Chord::shown).unwrap_or_default(),
        name: offer.footer_word().to_owned(),
        help: offer.binding().map_or("", |b| tr(b.help)),
        off: offer.off.clone(),
        does: Does::Say(offer.verb),
    };
    let idle = |offer: &Offer| offer.verb == Verb::Enter && offer.off.is_some();
    keys::TABLE
        .iter()
        .filter_map(|b| offers.iter().find(|o| o.verb == b.verb))
        .filter(|o| o.verb != Verb::Palette && !MOVES.contains(&o.verb) && !idle(o))
        .map(entry)
        .collect()
}

/// The places that the screen below does not lead to itself.
fn elsewhere(state: &State, here: &[Entry]) -> Vec<Entry> {
    let held = state.held();
    let top = state.top().map_or("", |screen| screen.name());
    let known = |place: &Place| match place {
        Place::Home => top == "Home",
        Place::Of(verb) => here.iter().any(|e| e.does == Does::Say(*verb)),
        Place::Doctor | Place::Card => false,
    };
    let others = Place::all().into_iter().filter(|place| !known(place));
    let entries = others.map(|place| {
        let (called, told) = place.words();
        Entry {
            key: String::new(),
            name: called,
            help: told,
            off: held.clone().or_else(|| place.off(&state.world)),
            does: Does::Go(place),
        }
    });
    entries.collect()
}

/// The rank of letters that merely stand in this order.
const SCATTERED: u8 = 5;

/// How well an entry fits what was typed, every word of it: 0 best, `None` not at all.
fn rank(wanted: &str, name: &str, help: &str) -> Option<u8> {
    let of_word = |wanted: &str| {
        let words = |text: &str, fits: &dyn Fn(&str) -> bool| {
            text.split(|c: char| !c.is_alphanumeric()).any(fits)
        };
        let whole = |word: &str| word == wanted;
        let begins = |word: &str| word.starts_with(wanted);
        // `dltn` is meant for deletions: one word with that first letter, and not letters of a whole sentence.
        let guess =
            |word: &str| word.chars().next() == wanted.chars().next() && fuzzy(wanted, word);
        match () {
            () if words(name, &whole) => Some(0),
            () if words(name, &begins) => Some(1),
            () if words(help, &whole) => Some(2),
            () if words(help, &begins) => Some(3),
            () if name.contains(wanted) || help.contains(wanted) => Some(4),
            () if words(name, &guess) || words(help, &guess) => Some(SCATTERED),
            () => None,
        }
    };
    let ranks = wanted.split_whitespace().map(of_word);
    ranks
        .collect::<Option<Vec<u8>>>()
        .map(|ranks| ranks.into_iter().max().unwrap_or(0))
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
        let enter = self.found().get(self.cursor.at()).map_or(
            tr("does nothing: no action fits what you typed"),
            |e| {
                if e.off.is_some() {
                    tr("is off: the line says why")
                } else {
                    e.help
                }
            },
        );
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
                let Some(entry) = found.get(n) else { return };
                let role = match (&entry.off, n == at) {
                    (_, true) => Role::Selection,
                    (Some(_), _) => Role::Muted,
                    _ => Role::Text,
                };
                c.put(3, y, role, &entry.key);
                let help = entry.help;
                let text = match &entry.off {
                    // What it would do is known by its name; why it does not is what matters.
                    Some(reason) => say!("{name} is off: {reason}", name = entry.name, reason),
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
                Some(entry) => match (&entry.off, entry.does) {
                    (None, Does::Say(verb)) => Reaction::pop().then(Step::Say(verb)),
                    (None, Does::Go(place)) => {
                        let there = place.go(world);
                        there.0.into_iter().fold(Reaction::pop(), Reaction::then)
                    }
                    (Some(reason), _) => {
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
    use super::*;
    use crate::tui::room::{Room, practice_session};
    use crate::tui::screens::home::Home;

    fn palette(offers: &[Offer]) -> Palette {
        Palette::over(offered(offers))
    }

    fn verbs(palette: &Palette) -> Vec<Verb> {
        let found = palette.found().into_iter();
        let verb = |entry: &Entry| match entry.does {
            Does::Say(verb) | Does::Go(Place::Of(verb)) => Some(verb),
            Does::Go(_) => None,
        };
        found.filter_map(verb).collect()
    }

    #[test]
    fn letters_in_order_are_found() {
        assert!(fuzzy("dltn", "deletions shows countdowns"));
        assert!(fuzzy("", "anything"));
        assert!(!fuzzy("zq", "deletions"));
    }

    #[test]
    fn what_can_be_done_comes_first_and_how_one_moves_not_at_all() {
        let mut offers = keys::moves();
        offers.extend([Verb::Enter, Verb::New, Verb::Audit].map(Offer::plain));
        offers.extend(keys::everywhere(true));
        let found = verbs(&palette(&offers));
        assert_eq!(
            found.get(..3),
            Some([Verb::New, Verb::Audit, Verb::Enter].as_slice())
        );
        assert!(!found.contains(&Verb::Down));
        let idle = [Offer::plain(Verb::Enter).off_because("nothing is chosen")];
        assert!(
            verbs(&palette(&idle)).is_empty(),
            "an Enter that does nothing"
        );
    }

    #[test]
    fn whole_words_and_beginnings_come_before_scattered_letters() {
        let offers: Vec<Offer> = keys::TABLE.iter().map(|b| Offer::plain(b.verb)).collect();
        let mut palette = palette(&offers);
        for (typed, first) in [
            ("aud", Verb::Audit),
            ("evi", Verb::Evidence),
            ("lock", Verb::Lock),
            ("new key", Verb::New),
            ("keys", Verb::Keys),
        ] {
            palette.filter.set(typed);
            assert_eq!(verbs(&palette).first(), Some(&first), "{typed}");
        }
        // Once something has the letters as they were typed, scattered ones are not guessed at.
        palette.filter.set("time");
        assert!(!verbs(&palette).contains(&Verb::New), "scattered letters");
        palette.filter.set("dltns");
        assert!(verbs(&palette).contains(&Verb::Deletions));
    }

    #[test]
    fn every_place_is_reached_from_every_screen_of_the_vault() {
        let mut room = Room::new(Home::new(), practice_session(false));
        room.press("d:audit<Enter>");
        assert_eq!(room.state.top().unwrap().name(), "Audit");
        room.press("<C-p>exchange<Enter>");
        assert_eq!(room.state.top().unwrap().name(), "Exchange");
        room.press(":doctor<Enter>");
        assert_eq!(room.state.top().unwrap().name(), "Doctor");
        room.press("<Esc>");
        assert_eq!(
            room.state.top().unwrap().name(),
            "Exchange",
            "back where it was"
        );
        room.press(":home<Enter>");
        assert_eq!(room.state.top().unwrap().name(), "Home");
        assert_eq!(room.state.screens().count(), 1);
    }

    #[test]
    fn from_a_ceremony_nobody_goes_elsewhere_and_is_told_why() {
        let mut room = Room::new(Home::new(), practice_session(false));
        room.press("c<Enter><Enter><C-p>audit");
        room.shows(&["audit is off: a ceremony is under way"]);
        room.press("<Enter>")
            .shows(&["off here: a ceremony is under way"]);
    }
}
