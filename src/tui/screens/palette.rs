//! The palette: everything that can be done on the screen below, and every other place and act of the vault, found by
//! typing a few letters of it, or a word that people have for it elsewhere.

mod rules;

use crossterm::event::KeyEvent;
use unicode_width::UnicodeWidthStr;

use crate::session::field::Footing;
use crate::text::{say, tr};
use crate::tui::app::State;
use crate::tui::canvas::{Canvas, cells, in_row, wrap};
use crate::tui::chord::Chord;
use crate::tui::keys::{self, MOVES, Offer, Verb};
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::list::Cursor;
use crate::tui::widgets::text::TextField;
use crate::tui::world::World;

use super::places::Place;
use super::welcome::{Listed, Way};

/// What an entry does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    /// A key of the screen below.
    Say(Verb),
    /// Another place of the vault.
    Go(Place),
    /// What Welcome offers, by its number among those.
    Begin(usize),
    /// The page of a rule, by its code.
    Rule(&'static str),
}

/// One line: the key (or where it leads), its name and other words for it, what it does, why it is off.
struct Entry {
    key: String,
    name: String,
    also: String,
    help: String,
    off: Option<String>,
    does: Does,
    /// What Enter does, where that is more than what is said of it.
    enter: Option<String>,
}

impl Entry {
    /// What the line says: an act by its name, a key or a place by what it does. First what gives way where there is
    /// no room for both.
    fn parts(&self) -> (String, String) {
        match (&self.off, self.does) {
            // What it would do is known by its name; why it does not is what matters.
            (Some(reason), _) => (self.name.clone(), say!(" · off here: {reason}", reason)),
            (None, Does::Begin(_)) => (format!("{}: ", self.name), self.help.clone()),
            (None, Does::Go(place)) if place.does() => {
                (format!("{}: ", self.name), self.help.clone())
            }
            (None, _) => (String::new(), self.help.clone()),
        }
    }

    /// A rule is found by its code alone.
    const fn is_rule(&self) -> bool {
        matches!(self.does, Does::Rule(_))
    }

    /// All that the line says.
    fn text(&self) -> String {
        let (name, said) = self.parts();
        [name, said].concat()
    }

    /// What Enter does about it.
    fn enter(&self) -> String {
        if self.off.is_some() {
            return tr("is off: the line says why").to_owned();
        }
        self.enter.clone().unwrap_or_else(|| self.help.clone())
    }
}

/// The actions of the screen below, and every other place.
pub(crate) struct Palette {
    /// The screen below, by its name.
    under: &'static str,
    entries: Vec<Entry>,
    /// What Welcome offers.
    ways: Vec<Way>,
    /// No vault is open: what needs one comes after what can be done.
    no_vault: bool,
    filter: TextField,
    cursor: Cursor,
}

impl Palette {
    /// A palette over the screen on top.
    pub(crate) fn of(state: &State) -> Self {
        let ways = state.ways_in();
        let mut entries: Vec<Entry> = ways.iter().enumerate().map(begins).collect();
        entries.extend(offered(&state.offers()));
        entries.extend(elsewhere(state, &entries));
        entries.extend(rules::entries());
        Self {
            under: state.top().map_or("", |screen| screen.name()),
            ways: ways.into_iter().map(|(line, _)| line.way).collect(),
            no_vault: state.world.view.is_none(),
            ..Self::over(entries)
        }
    }

    fn over(mut entries: Vec<Entry>) -> Self {
        let everywhere: Vec<Verb> = keys::everywhere(true).iter().map(|o| o.verb).collect();
        entries.sort_by_key(|entry| match entry.does {
            // What the footing says of Enter and F5 needs no search.
            Does::Say(Verb::Enter | Verb::Practice) => 1,
            Does::Say(verb) if verb == Verb::Back || everywhere.contains(&verb) => 3,
            Does::Begin(_) if entry.off.is_some() => 4,
            Does::Say(_) | Does::Begin(_) => 0,
            Does::Go(place) if place.does() => 5,
            Does::Go(_) if entry.off.is_some() => 4,
            Does::Go(_) => 2,
            Does::Rule(_) => 6,
        });
        Self {
            under: "",
            entries,
            ways: Vec::new(),
            no_vault: false,
            filter: TextField::default(),
            cursor: Cursor::default(),
        }
    }

    /// What was found of that which there is in this vault.
    fn shown(&self, world: &World) -> Vec<&Entry> {
        let there = |entry: &&Entry| !matches!(entry.does, Does::Go(place) if !place.is_in(world));
        self.found().into_iter().filter(there).collect()
    }

    fn found(&self) -> Vec<&Entry> {
        let wanted = self.filter.value().to_lowercase();
        if let Some(rule) = self.entries.iter().find(|entry| rules::is(entry, &wanted)) {
            return vec![rule];
        }
        let others = self.entries.iter().filter(|entry| !entry.is_rule());
        let ranked = others.filter_map(|entry| {
            let rank = rank(
                &wanted,
                &entry.name.to_lowercase(),
                &entry.also.to_lowercase(),
                &entry.help.to_lowercase(),
            )?;
            Some((rank, entry))
        });
        let mut found: Vec<(Rank, &Entry)> = ranked.collect();
        let best = found.iter().map(|(rank, _)| *rank).min();
        // Of those that fit as well as another, what is called exactly so is meant. Where no vault is open, what can be
        // done comes before all that needs one.
        found.sort_by_key(|(rank, entry)| {
            (
                self.no_vault && entry.off.is_some(),
                *rank,
                apart(&wanted, &entry.name.to_lowercase()),
            )
        });
        // What fits fewer of the words stands beside nothing that fits more; and letters that stand somewhere in this
        // order are a guess: nobody wants guesses beside what was meant.
        let Some(best) = best else {
            return Vec::new();
        };
        let meant = best.worst < SCATTERED;
        let shown = found
            .into_iter()
            .filter(|(rank, _)| rank.missing == best.missing)
            .filter(|(rank, _)| !meant || rank.worst < SCATTERED);
        shown.map(|(_, entry)| entry).collect()
    }
}

/// A line of Welcome.
fn begins((n, (line, off)): (usize, &(Listed, Option<String>))) -> Entry {
    Entry {
        key: n.saturating_add(1).to_string(),
        name: line.title.clone(),
        also: line.way.also_called().to_owned(),
        help: line.about.clone(),
        off: off.clone(),
        does: Does::Begin(n),
        enter: Some(line.way.enter().to_owned()),
    }
}

/// What the screen below offers. What does nothing there but say why is listed with the reason; an Enter that does nothing
/// is not.
fn offered(offers: &[Offer]) -> Vec<Entry> {
    let entry = |offer: &Offer| {
        let key = offer.chord(false).map(Chord::shown).unwrap_or_default();
        // A key of more than a letter is looked for by its own name too.
        let named = Some(key.as_str()).filter(|key| key.len() > 1);
        Entry {
            name: offer.footer_word().to_owned(),
            also: format!("{} {}", offer.verb.also_called(), named.unwrap_or_default()),
            help: offer.means().to_owned(),
            off: offer.off.clone(),
            does: Does::Say(offer.verb),
            enter: None,
            key,
        }
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
    let top = state.top().map_or("", |screen| screen.name());
    let known = |place: &Place| match place {
        Place::Home => top == "Home",
        Place::Of(verb) => here.iter().any(|e| e.does == Does::Say(*verb)),
        Place::Doctor
        | Place::Card
        | Place::Partner
        | Place::Files
        | Place::Act(_)
        | Place::Answer(_) => false,
    };
    let there = |place: &Place| place.is_in(&state.world) && !known(place);
    let others = Place::all().into_iter().filter(there);
    let entries = others.map(|place| {
        let (called, told) = place.words();
        Entry {
            key: String::new(),
            name: called,
            also: place.also_called(),
            help: told.to_owned(),
            off: state.held(place).or_else(|| place.off(&state.world)),
            does: Does::Go(place),
            enter: place.enter(),
        }
    });
    entries.collect()
}

/// The rank of letters inside of a word.
const INSIDE: u8 = 4;
/// The rank of letters that merely stand in this order.
const SCATTERED: u8 = 5;

/// How well an entry fits what was typed: the least is best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// Words that it does not have.
    missing: usize,
    /// The place of the word that fits worst: 0 best.
    worst: u8,
}

/// How well an entry fits what was typed; `None` where it has none of the words. What else it is called counts as its
/// name does. One word that people add costs nothing: an entry that lacks it is found where none has them all.
fn rank(wanted: &str, name: &str, also: &str, help: &str) -> Option<Rank> {
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
            () if words(name, &whole) || words(also, &whole) => Some(0),
            () if words(name, &begins) || words(also, &begins) => Some(1),
            () if words(help, &whole) => Some(2),
            () if words(help, &begins) => Some(3),
            () if name.contains(wanted) || help.contains(wanted) => Some(INSIDE),
            () if words(name, &guess) || words(help, &guess) => Some(SCATTERED),
            () => None,
        }
    };
    // `TR-34` is two words, as it is in the texts.
    let wanted = wanted.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = wanted.filter(|word| !word.is_empty()).collect();
    let ranks: Vec<u8> = words.iter().copied().filter_map(of_word).collect();
    let missing = words.len().saturating_sub(ranks.len());
    // Beside a word that is missing, letters inside of others are chance.
    let meant = |rank: &&u8| missing == 0 || **rank < INSIDE;
    let fits = ranks.iter().filter(meant).count();
    (words.is_empty() || fits > 0).then(|| Rank {
        missing: words.len().saturating_sub(fits),
        worst: ranks.iter().filter(meant).copied().max().unwrap_or(0),
    })
}

/// How far a name is from what was typed, where all words fit alike: it is that, it has the phrase as it was typed, or the
/// words stand anywhere.
fn apart(wanted: &str, name: &str) -> u8 {
    match () {
        () if wanted.is_empty() => 0,
        () if name == wanted => 0,
        () if wanted.contains(' ') && name.contains(wanted) => 1,
        () => 2,
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

    fn footing(&self, world: &World) -> Footing {
        let enter = self.shown(world).get(self.cursor.at()).map_or_else(
            || tr("does nothing: no action fits what you typed").to_owned(),
            |entry| entry.enter(),
        );
        Footing {
            acts: tr("nobody: choosing an action does not approve it").into(),
            enter,
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
            "A refusal names its rule by a code, as C4 or L08: typed here, the code leads to the rule in plain words.",
        ]
    }

    fn typing(&self) -> bool {
        true
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let x = canvas.put(1, 0, Role::Focus, tr("Find "));
        let room = canvas.width().saturating_sub(x).saturating_sub(1);
        self.filter.draw(canvas, x, 0, room, true);
        let found = self.shown(world);
        let (width, at) = (canvas.width(), self.cursor.at());
        // A column of keys that has none in it looks as if something failed to be drawn, and so does a wide one with few.
        let left: u16 = match found.iter().map(|entry| entry.key.width()).max() {
            None | Some(0) => 3,
            Some(widest) => cells(widest).saturating_add(5),
        };
        let room = usize::from(width.saturating_sub(left).saturating_sub(1));
        // What the row under the cursor has no room for stands whole below the list.
        let whole = found.get(at).map(|entry| entry.text());
        let whole = whole.filter(|text| text.width() > room);
        let told = whole.map_or_else(Vec::new, |text| {
            wrap(&text, usize::from(width.saturating_sub(4)))
        });
        let below = cells(told.len());
        let rows = canvas.height().saturating_sub(2).saturating_sub(below);
        canvas.within(0, 2, width, rows, |c| {
            self.cursor.draw(c, found.len(), |c, n, y| {
                let Some(entry) = found.get(n) else { return };
                let role = match (&entry.off, n == at) {
                    (_, true) => Role::Selection,
                    (Some(_), _) => Role::Muted,
                    _ => Role::Text,
                };
                c.put(3, y, role, &entry.key);
                let (name, said) = entry.parts();
                let (name, said) = in_row(&name, &said, room);
                let x = c.put(left, y, role, &name);
                c.put(x, y, role, &said);
            });
        });
        for (n, line) in told.iter().enumerate() {
            canvas.put(
                3,
                rows.saturating_add(2).saturating_add(cells(n)),
                Role::Muted,
                line,
            );
        }
        if found.is_empty() {
            let room = width.saturating_sub(4);
            let none = tr(
                "Nothing is called that. Backspace takes letters away: try one plain word for it, such as copy, sign, lost or report. Or go back (Esc): there F1 says what that page is for and what each of its keys does, and Home lists what is due.",
            );
            canvas.paragraph(3, cells(2), room, Role::Muted, none);
        }
    }

    /// Nothing is begun from here while the desk works; it is left.
    fn while_busy(&mut self, verb: Verb) -> Reaction {
        match verb {
            Verb::Back => Reaction::pop(),
            _ => Reaction::none(),
        }
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        match verb {
            Verb::Back => Reaction::pop(),
            Verb::Enter => match self.shown(world).get(self.cursor.at()) {
                Some(entry) => match (&entry.off, entry.does) {
                    (None, Does::Say(verb)) => Reaction::pop().then(Step::Say(verb)),
                    (None, Does::Go(place)) => {
                        let again = |step: Step| match step {
                            Step::Push(page) if place.shows() && page.name() == self.under => {
                                Step::Replace(page)
                            }
                            other => other,
                        };
                        let there = place.go(world).0.into_iter().map(again);
                        there.fold(Reaction::pop(), Reaction::then)
                    }
                    (None, Does::Begin(n)) => {
                        let way = self.ways.get(n);
                        let there = way.map_or_else(Reaction::none, |way| way.go(world));
                        there.0.into_iter().fold(Reaction::pop(), Reaction::then)
                    }
                    (None, Does::Rule(id)) => rules::page(id),
                    (Some(reason), _) => {
                        Reaction::notice(Role::Note, say!("off here: {reason}", reason))
                    }
                },
                None => Reaction::none(),
            },
            other => {
                let count = self.shown(world).len();
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
mod tests;
#[cfg(test)]
mod welcome_tests;
