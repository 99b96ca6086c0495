//! Keys: a hundred thousand of them or none, filtered, sorted, the chosen one explained below.

use std::sync::Arc;

use crossterm::event::KeyEvent;

use super::create::Create;
use super::delete::Delete;
use super::done::{check_values, common_name};
use super::key::{KeyPage, export_off_in_words, out_off, told};
use super::menu::Menu;
use crate::api::{KeyOrigin, KeyState};
use crate::session::field::Footing;
use crate::session::said;
use crate::session::{ExportView, KeyRow, View};
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells, wrap};
use crate::tui::digest::Digest;
use crate::tui::frame::clock;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::screen::{Reaction, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::key_table::KeyTable;
use crate::tui::widgets::lines::{self, Rest};
use crate::tui::world::World;

/// What stands where a filter leaves nothing.
pub(crate) const NO_FIT: &str = "No key fits the filter. Esc shows all again.";

/// Rows under the table that explain the chosen key, with their rule; on a high screen all its fields.
pub(super) const fn explained(height: u16) -> u16 {
    if height >= 30 { 15 } else { 5 }
}

/// The list of keys.
#[derive(Default)]
pub(crate) struct Keys {
    table: KeyTable,
}

impl Keys {
    /// All keys, newest first.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    fn chosen<'a>(&self, view: &'a View) -> Option<&'a KeyRow> {
        self.table.chosen(&view.keys)
    }
}

/// Why no key is made here, where that is so: said before five questions are answered.
pub(crate) fn new_off(world: &World) -> Option<&str> {
    world.view.as_ref()?.no_software_keys()
}

/// No keys at all, for a world without a vault.
pub(crate) fn keys_of(world: &World) -> Arc<Vec<KeyRow>> {
    world
        .view
        .as_ref()
        .map(|v| v.keys.clone())
        .unwrap_or_default()
}

/// What became of a key, in a sentence.
pub(crate) fn history(row: &KeyRow, view: &View) -> String {
    let sent: Vec<String> = view
        .exports
        .iter()
        .filter(|e| e.arn == row.key.key_arn && e.serial.is_none())
        .map(|e| {
            say!(
                "to {common_name} at {clock} ({state})",
                common_name = common_name(&e.receiver),
                clock = clock(e.at),
                state = said::export(&e.state)
            )
        })
        .collect();
    let initial = |e: &&ExportView| e.arn == row.key.key_arn && e.serial.is_some();
    let derived = view.exports.iter().filter(initial).count();
    let whole = itself(row, &sent);
    match derived {
        0 => whole,
        1 => say!(
            "{whole} One terminal's initial key was derived from it and left.",
            whole
        ),
        n => say!(
            "{whole} Initial keys derived from it left {n} times.",
            whole,
            n
        ),
    }
}

/// What became of the key itself.
fn itself(row: &KeyRow, sent: &[String]) -> String {
    match sent.len() {
        0 if row.key.key_origin == KeyOrigin::EXTERNAL && row.subject.is_none() => {
            tr("It came from outside, and whoever sent it has it still. From here it never left.")
                .to_owned()
        }
        0 if row.subject.is_some() => {
            tr("It came from outside: a certificate of others. There is nothing secret in it, and it is not exported.")
                .to_owned()
        }
        0 => tr("It has never left this vault.").to_owned(),
        1 => say!("Went out once, {sent}.", sent = sent.join("")),
        n => say!("Went out {n} times: {sent}.", n, sent = sent.join("; ")),
    }
}

impl Screen for Keys {
    fn digest(&self, world: &World) -> Option<Digest> {
        let view = world.view.as_deref()?;
        self.chosen(view).and_then(Digest::of_key)
    }

    fn name(&self) -> &'static str {
        "Keys"
    }

    fn title(&self, world: &World) -> Vec<String> {
        let keys = keys_of(world);
        let shown = self.table.rows(&keys).len();
        let mut title = vec![
            tr("Keys").into(),
            say!("{shown} of {keys}", shown, keys = keys.len()),
        ];
        let filter = self.table.filter.value();
        if !filter.is_empty() && !self.table.filtering {
            title.push(say!("filter {filter}", filter));
        }
        title.push(self.table.sort.words().into());
        title
    }

    fn footing(&self, world: &World) -> Footing {
        let enter = match (
            self.table.filtering,
            world.view.as_ref().and_then(|v| self.chosen(v)),
        ) {
            (true, _) => tr("keeps this filter and goes back to the list").to_owned(),
            (_, Some(row)) => say!(
                "opens {label} with all its fields, and where it went",
                label = row.label
            ),
            _ => tr("does nothing: no key is in the list").to_owned(),
        };
        Footing {
            acts: tr("nobody: looking needs no approval").into(),
            enter,
            so_far: tr("nothing has changed").into(),
        }
    }

    fn offers(&self, world: &World) -> Vec<Offer> {
        if self.table.filtering {
            let mut offers = keys::moves();
            offers.extend([
                Offer::word(Verb::Enter, tr("keep filter")),
                Offer::word(Verb::Back, tr("no filter")),
            ]);
            return offers;
        }
        let row = world.view.as_ref().and_then(|v| self.chosen(v));
        let with = |offer: Offer, off: Option<&str>| match off {
            Some(reason) => offer.off_because(reason),
            None => offer,
        };
        let none = row.is_none().then_some(tr("no key is in the list"));
        let mut offers = keys::moves();
        offers.extend([
            Offer::plain(Verb::Filter),
            Offer::plain(Verb::Sort),
            with(Offer::word(Verb::Enter, tr("open")), none),
            with(Offer::plain(Verb::New), new_off(world)),
            with(
                Offer::plain(Verb::Export),
                none.or_else(|| row.and_then(export_off_in_words)),
            ),
            with(
                Offer::plain(Verb::Delete),
                none.or_else(|| row.and_then(out_off).map(tr)),
            ),
            self.table.back(),
        ]);
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "One line a key. MODES are letters: Encrypt, Decrypt, Wrap, Unwrap, Generate, Verify, Sign, derive (X), No restrictions.",
            "/ filters while you type: words that must all occur, or use=K0,P0 kind=AES state=ready kcv=9E3A name=pek. Esc drops the filter.",
            "A 16-byte key is the same bytes as TDES_2KEY and as AES_128; both check values are shown, each with its method, so that nobody takes one for the other.",
        ]
    }

    fn typing(&self) -> bool {
        self.table.filtering
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let (width, height) = (canvas.width(), canvas.height());
        let Some(view) = &world.view else { return };
        if view.keys.is_empty() {
            empty(canvas, view.software_generation);
            return;
        }
        let mut top = 0;
        if self.table.filtering {
            let x = canvas.put(1, 0, Role::Focus, tr("Filter / "));
            self.table
                .filter
                .draw(canvas, x, 0, width.saturating_sub(x), true);
            top = 1;
        }
        // What the chosen key says has as many rows as it takes, as long as the list keeps some.
        let chosen = self.chosen(view);
        let below = match explained(height) {
            short if short < 10 => chosen.map_or(short, |row| {
                let rows = explain_rows(row, view, width.saturating_sub(2));
                rows.saturating_add(1).clamp(short, (height / 2).max(short))
            }),
            all => all,
        };
        let rows = height.saturating_sub(top).saturating_sub(below);
        canvas.within(0, top, width, rows, |c| {
            self.table.draw(c, &view.keys, |_| None);
        });
        let Some(row) = chosen else {
            canvas.put(3, top.saturating_add(2), Role::Muted, tr(NO_FIT));
            return;
        };
        let y = height.saturating_sub(below);
        canvas.rule(y, std::slice::from_ref(&row.label));
        let (y, below) = (y.saturating_add(1), below.saturating_sub(1));
        if explained(height) > 5 {
            canvas.within(0, y, width, below, |c| {
                lines::draw(
                    c,
                    (0, c.height()),
                    15,
                    &told(row, view),
                    Rest::Elsewhere(tr("Enter shows all")),
                );
            });
        } else {
            canvas.within(1, y, width.saturating_sub(2), below, |c| {
                explain(row, view, c);
            });
        }
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        let keys = keys_of(world);
        let chosen = self.table.chosen(&keys);
        match (verb, self.table.filtering) {
            (Verb::Enter, true) => self.table.filtering = false,
            (Verb::Back, true) => self.table.unfilter(&keys),
            (Verb::Back, false) if !self.table.filter.value().is_empty() => {
                self.table.unfilter(&keys);
            }
            (Verb::Back, false) => return Reaction::pop(),
            (Verb::Enter, false) => {
                if let Some(row) = chosen {
                    return Reaction::push(KeyPage::new(&row.key.key_arn));
                }
            }
            (Verb::New, _) => return Reaction::push(Create::new()),
            (Verb::Export, _) => return Reaction::push(Menu::export(chosen, world)),
            (Verb::Delete, _) => return Reaction::push(Delete::new(chosen)),
            (other, _) => {
                let below = explained(world.size.1.saturating_sub(7));
                let page = world.size.1.saturating_sub(8).saturating_sub(below);
                self.table.verb(other, &keys, page);
            }
        }
        Reaction::none()
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        if self.table.filtering {
            self.table.key(&key);
        }
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        self.table.paste(text);
        Reaction::none()
    }
}

/// The chosen key in a few sentences.
fn explanation(row: &KeyRow, view: &View) -> [String; 4] {
    let key = &row.key;
    let use_words = tr(key.key_attributes.key_usage.words());
    let values: Vec<String> = check_values(key, Some(row))
        .into_iter()
        .map(|line| {
            // A value says what it is by itself, a comparison does not.
            if line.label == tr("compared") {
                say!("compared: {value}", value = line.value)
            } else {
                line.value
            }
        })
        .collect();
    let made = say!(
        "{use_words}, since {clock}. ",
        use_words,
        clock = clock(key.create_timestamp)
    );
    let subject = row
        .subject
        .as_ref()
        .map(|s| say!("Certificate of {s}. ", s))
        .unwrap_or_default();
    let pending = key
        .delete_pending_timestamp
        .filter(|_| key.key_state == KeyState::DELETE_PENDING);
    let ends = pending.map(|at| {
        say!(
            "It is being deleted: destroyed at {clock}, unless it is restored (Deletions). ",
            clock = clock(at)
        )
    });
    [
        key.key_arn.clone(),
        format!("KCV {}", values.join(" · ")),
        format!("{made}{subject}{ends}", ends = ends.unwrap_or_default()),
        history(row, view),
    ]
}

fn explain_rows(row: &KeyRow, view: &View, width: u16) -> u16 {
    let rows = explanation(row, view).map(|text| wrap(&text, usize::from(width)).len());
    cells(rows.into_iter().fold(0, usize::saturating_add))
}

/// The chosen key, whole: the list above makes room.
fn explain(row: &KeyRow, view: &View, canvas: &mut Canvas<'_>) {
    let width = canvas.width();
    let mut y: u16 = 0;
    for text in explanation(row, view) {
        y = y.saturating_add(canvas.paragraph(0, y, width, Role::Text, text.trim_end()));
    }
}

/// An empty vault teaches.
fn empty(canvas: &mut Canvas<'_>, makes: bool) {
    let room = canvas.width().saturating_sub(4);
    let mut y = canvas
        .paragraph(2, 1, room, Role::Title, tr("No key is in this vault yet."))
        .saturating_add(2);
    let made = if makes {
        tr(
            "n makes a key here: five questions, a review, then custodians sign, then it exists. Its bytes are never shown.",
        )
    } else {
        tr(
            "This vault makes no keys in software: its policy says so, and Custodians (Other rules shall hold from now on) is where that is changed. Keys come from elsewhere.",
        )
    };
    for words in [
        made,
        tr(
            "Keys also come from others: i on Home. First is said whose certificates are believed (a root certificate); then keys come in wrapped, or as components.",
        ),
        tr("A ceremony (c on Home) does all of it in order, with everybody's part named."),
    ] {
        y = y.saturating_add(canvas.paragraph(2, y, room, Role::Text, words));
    }
}

#[cfg(test)]
mod tests;
