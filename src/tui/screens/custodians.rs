//! Custodians: who they are, when they last proved what they hold, and what to do when something happened.

mod question;

use crossterm::event::KeyEvent;

use super::act::Act;
use super::places::told;
use super::restore::{Restore, gives_up};
use super::review::Review;
use crate::session::build::Answers;
use crate::session::field::Footing;
use crate::session::happened::{self, Happened, Leads};
use crate::session::{PersonView, View};
use crate::text::{say, tr};
use crate::tui::acts::Draft;
use crate::tui::canvas::{Canvas, cells, wrap};
use crate::tui::digest::Digest;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::choice::{Choices, Entry};
use crate::tui::widgets::list::{Column, Cursor, table};
use crate::tui::world::World;

use super::change::Change;
use super::changed::Changed;

/// The people of the open vault.
#[derive(Default)]
pub(crate) struct Custodians {
    /// What happened, as letters find it; the list of the open vault is drawn from the view.
    asked: Choices,
    waiting: bool,
    /// The act whose review is worked out.
    draft: Option<Draft>,
    /// The first of the people in the list, where not all have room.
    people: usize,
    /// Whose fingerprint is shown as a QR code next, by place among the people.
    whose: usize,
}

const PEOPLE: [Column; 5] = [
    Column {
        title: "NAME",
        width: 15,
        right: false,
    },
    Column {
        title: "ROLE",
        width: 13,
        right: false,
    },
    Column {
        title: "ENVELOPES",
        width: 21,
        right: false,
    },
    Column {
        title: "LAST DRILL",
        width: 10,
        right: false,
    },
    Column {
        title: "NEXT",
        width: 10,
        right: false,
    },
];

/// The columns that fit: the fingerprints of people's keys need a wide screen.
fn columns(width: u16, longest: u16) -> Vec<Column> {
    let mut columns = PEOPLE.to_vec();
    // A name takes what the screen has beside the other columns, and beside whole fingerprints.
    let whole = width >= WITH_FINGERPRINTS;
    let least = if whole { WITH_FINGERPRINTS } else { 80 };
    let wider = width.saturating_sub(least).min(NAME_MOST);
    if let Some(name) = columns.first_mut() {
        let longest = longest.max(name.width);
        name.width = longest.min(name.width.saturating_add(wider));
    }
    if whole {
        columns.push(Column {
            title: "FINGERPRINT",
            width: FINGERPRINT,
            right: false,
        });
    }
    columns
}

/// Columns of a fingerprint in groups of four digits.
const FINGERPRINT: u16 = 79;

/// The width from which each person's fingerprint stands whole in the list.
const WITH_FINGERPRINTS: u16 = 162;

/// The most columns that a name takes beside its own fifteen.
const NAME_MOST: u16 = 28;

/// Columns of half a fingerprint, and the least that the question keeps beside them.
const HALF: usize = 39;
const QUESTION: u16 = 72;

/// Where fingerprints stand beside the question, in two lines below each name, if there is room: the list has none for
/// them, and a part of one can be compared with no form.
fn beside(people: usize, width: u16, height: u16) -> Option<u16> {
    let x = width.saturating_sub(cells(HALF)).saturating_sub(2);
    let rows = cells(people).saturating_mul(3).saturating_add(1);
    (width < WITH_FINGERPRINTS && x >= QUESTION && rows <= height).then_some(x)
}

/// Names that the list cuts, whole, from row `y`; returns the rows used.
fn draw_cut_names(rows: &[Vec<String>], kept: usize, y: u16, canvas: &mut Canvas<'_>) -> u16 {
    let names = rows.iter().filter_map(|row| row.first());
    let cut = names
        .map(String::as_str)
        .filter(|n| n.chars().count() > kept);
    let cut: Vec<&str> = cut.collect();
    if cut.is_empty() {
        return 0;
    }
    let words = say!("whole: {names}", names = cut.join(", "));
    let room = canvas.width().saturating_sub(2);
    canvas.paragraph(1, y, room, Role::Muted, &words)
}

/// Everybody's name with the fingerprint below it.
fn draw_fingerprints(rows: &[Vec<String>], canvas: &mut Canvas<'_>) {
    canvas.put(0, 0, Role::Muted, tr("FINGERPRINT"));
    let mut y: u16 = 1;
    for row in rows {
        let name = row.first().map_or("", String::as_str);
        canvas.put_cut(0, y, canvas.width(), Role::Text, name);
        let fingerprint = row.last().map_or("", String::as_str);
        for half in wrap(fingerprint, HALF) {
            y = y.saturating_add(1);
            canvas.put(0, y, Role::Muted, &half);
        }
        y = y.saturating_add(1);
    }
}

/// The people of the vault and the holders of its recovery set, and whether each is one of those. Where the recovery set
/// opened the vault its holders stand among the people already.
fn everybody(view: &View) -> impl Iterator<Item = (&PersonView, bool)> {
    let set = view.recovery.iter().filter(move |_| !view.by_recovery);
    let holders = set.flat_map(|set| &set.people).map(|p| (p, true));
    let people = view.people.iter();
    people
        .map(move |p| (p, view.by_recovery && p.drill.is_some_and(|d| d.share)))
        .chain(holders)
}

/// How many people have a row at a height.
fn people_room(height: u16) -> usize {
    usize::from(height.saturating_sub(11)).max(1)
}

/// By how many people a page of them goes on, and of how many, where not all have a row. A banner takes one of the rows:
/// two pages share one of the people.
fn people_shown(world: &World) -> Option<(usize, usize)> {
    let view = world.view.as_deref();
    let all = view.map_or(0, |view| everybody(view).count());
    let room = people_room(world.size.1.saturating_sub(8));
    (all >= room).then_some((room.saturating_sub(1).max(1), all))
}

/// What can have happened in the open vault, by the words that letters find.
fn entries(world: &World) -> Vec<Entry> {
    let asked = world.view.as_deref().map(happened::asked);
    let asked = asked.unwrap_or_default().into_iter();
    asked
        .map(|one| Entry::new(one.id, tr(one.what), ""))
        .collect()
}

impl Custodians {
    /// Brings others of the people into sight.
    fn turn_people(&mut self, verb: Verb, world: &World) {
        let Some((shown, all)) = people_shown(world) else {
            return;
        };
        let last = all.saturating_sub(shown);
        self.people = match verb {
            Verb::PageUp => self.people.min(last).saturating_sub(shown),
            _ => self.people.saturating_add(shown).min(last),
        };
    }

    /// The screen with this answer under the cursor.
    pub(crate) fn on(id: &str, world: &World) -> Self {
        let asked = world.view.as_deref().map(happened::asked);
        let at = asked.and_then(|asked| asked.iter().position(|one| one.id == id));
        let mut asked = Choices::default();
        asked.cursor = Cursor::on(at.unwrap_or_default());
        Self {
            asked,
            ..Self::default()
        }
    }

    fn chosen(&self, view: &View) -> Option<&'static Happened> {
        let asked = happened::asked(view);
        asked.get(self.asked.cursor.at()).or(asked.last()).copied()
    }

    fn answer(&self, world: &World) -> Option<&'static Happened> {
        self.chosen(world.view.as_deref()?)
    }

    fn open(&mut self, world: &World) -> Reaction {
        let (Some(view), Some(chosen)) = (&world.view, self.answer(world)) else {
            return Reaction::none();
        };
        // Why it is off stands below the list already, and in the band.
        if happened::off(chosen, view).is_some() {
            return Reaction::none();
        }
        match chosen.leads {
            // Nothing is asked for a drill: the review is its first page.
            Leads::Act(op) if op.fields.is_empty() => {
                let draft = Draft {
                    op: op.name,
                    answers: Answers::default(),
                    out: None,
                };
                self.draft = Some(draft.clone());
                Reaction::order(Order::Preview(Box::new(draft)))
            }
            Leads::Act(op) => Reaction::push(Act::of(op, None, world)),
            Leads::OpenReshare => {
                self.waiting = true;
                Reaction::order(Order::GoOnWithReshare)
            }
            Leads::Return => Reaction::push(Restore::new()),
            Leads::Papers => Reaction::push(Changed::papers()),
            Leads::Text(_) => told(chosen).map_or_else(Reaction::none, Reaction::push),
        }
    }
}

impl Screen for Custodians {
    fn name(&self) -> &'static str {
        "Custodians"
    }

    fn title(&self, world: &World) -> Vec<String> {
        let quorum = world.view.as_ref().map_or_else(String::new, |view| {
            say!(
                "{view} of {n} open the vault, {t} sign an act",
                view = view.k,
                n = view.n,
                t = view.t
            )
        });
        vec![tr("Custodians").into(), quorum]
    }

    fn footing(&self, world: &World) -> Footing {
        let off = world
            .view
            .as_ref()
            .zip(self.answer(world))
            .and_then(|(view, chosen)| happened::off(chosen, view));
        let by_recovery = world.view.as_ref().is_some_and(|view| view.by_recovery);
        let enter = match (off, self.answer(world)) {
            (Some(reason), _) => say!("is off: {reason}", reason),
            (None, Some(chosen)) => match chosen.leads {
                Leads::Act(op) if op.fields.is_empty() => say!(
                    "shows the review of \"{title}\"; nothing is asked for yet",
                    title = tr(op.title)
                ),
                Leads::Act(op) => say!(
                    "leads to \"{title}\"; nothing is asked for yet",
                    title = tr(op.title)
                ),
                Leads::OpenReshare => {
                    tr("shows where it stopped: it goes on, or is given up").into()
                }
                Leads::Return => tr("asks which copy; nothing is asked for yet").into(),
                Leads::Papers => tr("asks for the folder of the papers").into(),
                Leads::Text(_) => tr("says what can be done").into(),
            },
            (None, None) => tr("does nothing").into(),
        };
        Footing {
            acts: tr("nobody: looking needs no approval").into(),
            enter,
            so_far: tr(if by_recovery {
                "nothing has changed; the recovery set opened the vault"
            } else {
                "nothing has changed; today's custodians open the vault"
            })
            .into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = keys::finds();
        offers.extend([Offer::plain(Verb::Enter), Offer::plain(Verb::Back)]);
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "Above are the people of this vault: where their envelopes lie, when they last proved what they hold, and by when they prove it again. Below is asked what happened; each answer leads to the act that helps.",
            "q shows the fingerprint of one person's approval key as a QR code; pressed again, the next person's.",
            "A drill changes nothing. A reshare gives the same people new shares. A rotation makes everything new, and is the only answer to departure, loss and suspicion: nobody can be made to forget.",
        ]
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let Some(view) = &world.view else {
            canvas.put(2, 1, Role::Muted, tr("No vault is open. Esc goes back."));
            return;
        };
        let (width, height) = (canvas.width(), canvas.height());
        let rows: Vec<Vec<String>> = everybody(view)
            .map(|(p, holds)| {
                let mut row = happened::row(p, view).to_vec();
                if holds && let Some(role) = row.get_mut(1) {
                    tr("recovery set").clone_into(role);
                }
                // Where there is room the fingerprint stands there, as the enrolment form has it.
                row.push(super::done::groups(&p.fingerprint));
                row
            })
            .collect();
        // The question keeps at least six rows; people who do not fit stand in a line of their own.
        let shown = rows.len().min(people_room(height));
        let first = self.people.min(rows.len().saturating_sub(shown));
        let all = rows;
        let rows = all.get(first..).unwrap_or_default();
        let longest = rows.iter().filter_map(|row| row.first());
        let longest = cells(longest.map(|name| name.chars().count()).max().unwrap_or(0));
        let columns = columns(width, longest);
        canvas.within(0, 0, width, cells(shown).saturating_add(1), |c| {
            table(c, &columns, shown, Cursor::on(usize::MAX), |n| {
                let row = rows.get(n).cloned().unwrap_or_default();
                let late = row.get(4).is_some_and(|due| due == tr("now"));
                (if late { Role::Wait } else { Role::Text }, row)
            });
        });
        let mut y = cells(shown).saturating_add(1);
        if all.len() > shown {
            let sight = first..first.saturating_add(shown);
            let out = all.iter().enumerate().filter(|(n, _)| !sight.contains(n));
            let names: Vec<&str> = out
                .filter_map(|(_, row)| Some(row.first()?.as_str()))
                .collect();
            let (more, names) = (names.len(), names.join(", "));
            let words = say!("{more} more, by PgUp and PgDn: {names}", more, names);
            canvas.put_cut(1, y, width.saturating_sub(2), Role::Muted, &words);
            y = y.saturating_add(1);
        }
        let kept = columns.first().map_or(0, |name| usize::from(name.width));
        let shown = rows.get(..shown).unwrap_or_default();
        y = y.saturating_add(draw_cut_names(shown, kept, y, canvas));
        let below = height.saturating_sub(y);
        let (mut asked, mut rows) = (width, 0);
        if let Some(x) = beside(shown.len(), width, below) {
            let room = width.saturating_sub(x);
            canvas.within(x, y, room, below, |c| draw_fingerprints(shown, c));
            asked = x.saturating_sub(2);
            rows = cells(shown.len()).saturating_mul(3).saturating_add(1);
        }
        canvas.within(0, y, width, below, |c| {
            self.draw_question(view, (asked, rows), c);
        });
    }

    fn digest(&self, world: &World) -> Option<Digest> {
        let view = world.view.as_deref()?;
        let count = everybody(view).count();
        let (person, _) = everybody(view).nth(self.whose.checked_rem(count)?)?;
        let of = say!("fingerprint of {name}", name = person.name);
        Some(Digest::sha256(of, person.fingerprint.clone()))
    }

    fn covered(&mut self) {
        self.whose = self.whose.wrapping_add(1);
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        match verb {
            Verb::Enter => self.open(world),
            Verb::Back => Reaction::pop(),
            Verb::PageUp | Verb::PageDown if people_shown(world).is_some() => {
                self.turn_people(verb, world);
                Reaction::none()
            }
            other => {
                self.asked.entries = entries(world);
                self.asked.moved(other);
                Reaction::none()
            }
        }
    }

    fn typed(&mut self, key: KeyEvent, world: &World) -> Reaction {
        self.asked.entries = entries(world);
        self.asked.letter(&key);
        Reaction::none()
    }

    fn returned(&mut self, world: &World) -> Reaction {
        gives_up(world)
    }

    fn news(&mut self, news: &News, _world: &World) -> Option<Reaction> {
        if let Some(draft) = self.draft.take() {
            return match news {
                News::Preview { pending, request } => {
                    let review = Review::new(draft, pending.clone(), request, 0);
                    Some(Reaction::push(review))
                }
                News::Refused(text) => Some(Reaction::notice(Role::Stop, text.clone())),
                _ => None,
            };
        }
        if !std::mem::take(&mut self.waiting) {
            return None;
        }
        match news {
            News::Change { ask, again, .. } => {
                Some(Reaction::push(Change::new((**ask).clone(), again.clone())))
            }
            News::Refused(text) => Some(Reaction::notice(Role::Stop, text.clone())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
