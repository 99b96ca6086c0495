//! Exchange: what was sent and whether it arrived, what was given out for others, and who is trusted.

mod empty;
mod laid;
mod rows;

use std::path::Path;

use crossterm::event::KeyEvent;

use super::folder_for::FolderFor;
use super::key::KeyPage;
use super::menu::Menu;
use crate::api::Timestamp;
use crate::session::due::Exchanged;
use crate::session::field::Footing;
use crate::session::view::UnwrittenView;
use crate::session::{ExportView, Outcome, ReceiptView, View, op_exchange};
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells};
use crate::tui::digest::Digest;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Wants};
use crate::tui::theme::Role;
use crate::tui::widgets::form::or_empty;
use crate::tui::widgets::lines::{self, Line, Reading, Rest};
use crate::tui::widgets::list::{Cursor, table};
use crate::tui::widgets::text::TextField;
use crate::tui::world::World;
use laid::{columns, counts};
use rows::Row;

/// The list of what was exchanged.
#[derive(Default)]
pub(crate) struct Exchange {
    cursor: Cursor,
    /// The path of a receipt that is being typed.
    path: Option<TextField>,
    error: Option<String>,
    verdict: Option<ReceiptView>,
    waiting: bool,
    /// How far down the details of the chosen line somebody reads.
    reading: Reading,
}

impl Exchange {
    /// Everything, the newest export first.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The same with the cursor on one line.
    pub(crate) fn at(line: &Exchanged, world: &World) -> Self {
        let place = world.view.as_ref().and_then(|v| rows::place(v, line));
        Self {
            cursor: Cursor::on(place.unwrap_or_default()),
            ..Self::default()
        }
    }

    fn chosen<'a>(&self, world: &'a World) -> Option<Row<'a>> {
        let view = world.view.as_ref()?;
        let last = rows::count(view).saturating_sub(1);
        rows::row(view, self.cursor.at().min(last))
    }

    /// The chosen line's file, where it is still to be written.
    fn unwritten<'a>(&self, world: &'a World) -> Option<&'a UnwrittenView> {
        self.chosen(world)?.unwritten(world.view.as_ref()?)
    }

    /// Asks for the folder that takes a file which is still to be written.
    fn ask_folder(&mut self, world: &World) -> Reaction {
        let Some(file) = self.unwritten(world) else {
            return Reaction::none();
        };
        self.verdict = None;
        self.waiting = true;
        Reaction::push(FolderFor::unwritten(file, world))
    }

    /// What Enter leads to.
    fn enter(&mut self, world: &World) -> Reaction {
        if self.unwritten(world).is_some() {
            return self.ask_folder(world);
        }
        match self.chosen(world) {
            Some(Row::Sent(sent)) if !sent.asks_receipt() => {
                Reaction::push(KeyPage::new(&sent.arn))
            }
            Some(Row::Sent(_)) => {
                self.verdict = None;
                self.path = Some(TextField::proposing("receipt.json"));
                Reaction::none()
            }
            Some(Row::Token(token)) if token.comes_in => {
                let way = match token.material {
                    "KEY_CRYPTOGRAM" => op_exchange::IMPORT_RSA_WRAP.title,
                    _ => op_exchange::IMPORT_TR34.title,
                };
                Reaction::push(Menu::import(world).on(way))
            }
            Some(Row::Token(_)) => {
                let way = op_exchange::EXPORT_TR34.title;
                Reaction::push(Menu::export(None, world).on(way))
            }
            Some(Row::Given(given)) => Reaction::push(KeyPage::new(&given.arn)),
            Some(Row::Partner(partner)) => Reaction::push(KeyPage::new(&partner.arn)),
            Some(Row::Loose(_)) | None => Reaction::none(),
        }
    }

    fn draw_path(&self, path: &TextField, canvas: &mut Canvas<'_>) {
        let room = canvas.width().saturating_sub(4);
        let mut y = canvas
            .paragraph(
                2,
                0,
                room,
                Role::Title,
                tr("Which file did the receiver send back?"),
            )
            .saturating_add(1);
        canvas.put(2, y, Role::Focus, "► Path");
        path.draw(canvas, 9, y, room.saturating_sub(8), true);
        y = y.saturating_add(2);
        y = y.saturating_add(canvas.paragraph(
            2,
            y,
            room,
            Role::Muted,
            tr("What `aws payment-cryptography import-key` or `get-key` printed: receipt.json of NEXT.txt, or that text itself, pasted here. Its check value, attributes and exportability are compared with what was sent."),
        ));
        canvas.within(1, y.saturating_add(1), room, 6, |c| {
            crate::tui::screens::wizard::complaint(c, 0, self.error.as_ref());
        });
    }

    fn draw_chosen(&self, row: Row<'_>, view: &View, now: Timestamp, canvas: &mut Canvas<'_>) {
        let mut all = row.details(view, now);
        if let Some(verdict) = &self.verdict {
            let (word, role) = if verdict.confirmed {
                ("ok", Role::Ok)
            } else {
                ("STOP", Role::Stop)
            };
            // The STOP of before says the same of the same answer in other words.
            let told = [tr("receipt"), tr("STOP")];
            all.retain(|line| !told.contains(&line.label.as_str()));
            all.insert(0, Line::new(word, verdict.verdict.clone()).role(role));
        }
        lines::draw(
            canvas,
            (0, canvas.height()),
            15,
            &all,
            Rest::Below(&self.reading),
        );
    }
}

/// What Enter does on a line: the footing's sentence and the key's word.
fn enter_words(row: Option<Row<'_>>, unwritten: bool) -> (&'static str, &'static str) {
    if unwritten {
        return (
            tr("asks for the folder that its file is written into"),
            tr("write"),
        );
    }
    match row {
        Some(Row::Sent(sent)) if !sent.asks_receipt() => (
            tr("opens the base key that it was derived from"),
            tr("open"),
        ),
        Some(Row::Sent(_)) => (tr("asks for the path of a receipt"), tr("receipt")),
        Some(Row::Token(token)) if token.comes_in => (
            tr("shows the ways in: a key that came under this certificate"),
            tr("import"),
        ),
        Some(Row::Token(_)) => (
            tr("shows the ways out: a key that this certificate vouches for"),
            tr("export"),
        ),
        Some(Row::Given(_)) => (tr("opens this key pair with all its fields"), tr("open")),
        Some(Row::Partner(_)) => (tr("opens this root with all its fields"), tr("open")),
        Some(Row::Loose(_)) | None => (tr("does nothing: nothing was exchanged yet"), tr("open")),
    }
}

/// What has and has not happened, for a line.
fn so_far(row: Option<Row<'_>>, unwritten: Option<&UnwrittenView>) -> &'static str {
    match unwritten {
        Some(file) if file.key => {
            return tr("not yet written: nobody can have this key before w writes its file");
        }
        Some(_) => return tr("not yet written: w writes its file. No key is in it"),
        None => {}
    }
    match row {
        Some(Row::Sent(sent)) => match sent.state.as_str() {
            "confirmed" => tr("confirmed: the receiver holds the key that was sent"),
            "DIFFERS" => tr("the receiver holds another key: stop, and find out which is wrong"),
            _ if sent.first.is_some() => {
                tr("sent, and nobody can open it: first send the key above it")
            }
            _ if !sent.asks_receipt() => {
                tr("sent. No receipt comes: its check value is compared at the terminal")
            }
            _ => tr("sent. Only a receipt says whether it arrived"),
        },
        Some(Row::Token(token)) if token.used.is_empty() => {
            tr("given out: a certificate left, no key. Nothing came back under it yet")
        }
        Some(Row::Token(_)) => tr("it was used; looking changes nothing"),
        Some(Row::Given(_)) => tr("given out: only public things left, no key"),
        Some(Row::Partner(partner)) => partner.standing.so_far(),
        Some(Row::Loose(_)) | None => {
            tr("nothing has left this vault, and nobody is trusted in it")
        }
    }
}

impl Screen for Exchange {
    fn digest(&self, world: &World) -> Option<Digest> {
        if self.path.is_some() {
            return None;
        }
        self.chosen(world)?.digest()
    }

    fn name(&self) -> &'static str {
        "Exchange"
    }

    fn title(&self, world: &World) -> Vec<String> {
        let mut title = vec![tr("Exchange").to_owned()];
        if self.path.is_some() {
            title.push(tr("read a receipt").into());
        } else {
            title.extend(world.view.as_deref().map(counts));
        }
        title
    }

    fn footing(&self, world: &World) -> Footing {
        if let Some(path) = &self.path {
            return Footing {
                acts: tr("nobody: a receipt needs no approval").into(),
                enter: or_empty(
                    path.value(),
                    tr("reads the file and compares it with what was sent"),
                )
                .into(),
                so_far: tr("nothing is read yet; a receipt is recorded and changes no key").into(),
            };
        }
        let row = self.chosen(world);
        let unwritten = self.unwritten(world);
        Footing {
            acts: match row {
                _ if unwritten.is_some() => tr("nobody: it was signed for already").into(),
                Some(Row::Sent(sent)) if sent.asks_receipt() => {
                    tr("nobody: a receipt needs no approval").into()
                }
                _ => tr("nobody: looking needs no approval").into(),
            },
            enter: enter_words(row, unwritten.is_some()).0.into(),
            so_far: so_far(row, unwritten).into(),
        }
    }

    fn offers(&self, world: &World) -> Vec<Offer> {
        if self.path.is_some() {
            return vec![
                Offer::word(Verb::Enter, tr("read")),
                Offer::plain(Verb::Back),
            ];
        }
        let row = self.chosen(world);
        let unwritten = self.unwritten(world).is_some();
        let enter = Offer::word(Verb::Enter, enter_words(row, unwritten).1);
        let mut offers = keys::moves();
        if unwritten {
            offers.push(Offer::word(Verb::Write, tr("its file")));
        }
        offers.extend([
            match row {
                Some(_) => enter,
                None => enter.off_because(tr("nothing was exchanged yet")),
            },
            Offer::plain(Verb::Export),
            Offer::plain(Verb::Import),
            Offer::plain(Verb::Back),
        ]);
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "An export is sent until the receiver's answer was read. confirmed: the receiver holds the same key, with the same attributes. DIFFERS: it holds another key; stop and find out which of the two is wrong. Of a terminal's initial key no answer comes: its state is to device, and it awaits no receipt.",
            "A receipt is matched with the export it answers by check value; it does not matter which line is chosen.",
            "A token stands for a certificate that was given out: others wrap a key for us under it, or check with it what we sign. It ends by itself. A trusted root says whose certificates are believed here.",
            "Compare a file by its SHA-256 over another channel than the file went: q shows it as a QR code.",
        ]
    }

    fn needs_partner(&self) -> bool {
        true
    }

    fn takes_content(&self) -> bool {
        true
    }

    fn wants(&self) -> Option<(Wants, String)> {
        let path = self.path.as_ref()?;
        Some((Wants::File, path.value().to_owned()))
    }

    fn picked(&mut self, path: &Path) {
        self.path = Some(TextField::with(&path.to_string_lossy()));
    }

    fn typing(&self) -> bool {
        self.path.is_some()
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        if let Some(path) = &self.path {
            self.draw_path(path, canvas);
            return;
        }
        let Some(view) = &world.view else { return };
        let (width, height) = (canvas.width(), canvas.height());
        let count = rows::count(view);
        if count == 0 {
            empty::draw(world, canvas);
            return;
        }
        let now = world.now();
        let columns = columns(width);
        let [_, of, ..] = columns;
        let cursor = Cursor::on(self.cursor.at().min(count.saturating_sub(1)));
        // The list keeps six lines at least where it has them; the rest is the details'.
        let listed = cells(count).saturating_add(1).min((height * 2 / 5).max(7));
        let explained = height.saturating_sub(listed);
        canvas.within(0, 0, width, height.saturating_sub(explained), |c| {
            table(c, &columns, count, cursor, |n| {
                rows::row(view, n).map_or((Role::Text, Vec::new()), |row| {
                    row.texts(view, now, of.width)
                })
            });
        });
        let Some(row) = self.chosen(world) else {
            return;
        };
        let y = height.saturating_sub(explained);
        canvas.rule(y, &[row.kind().to_owned(), row.name()]);
        let room = explained.saturating_sub(1);
        canvas.within(0, y.saturating_add(1), width, room, |c| {
            self.draw_chosen(row, view, now, c);
        });
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        match (verb, &self.path) {
            (Verb::Enter, Some(path)) if !path.value().trim().is_empty() => {
                self.waiting = true;
                return Reaction::order(Order::Receipt(path.value().trim().into()));
            }
            (Verb::Enter, None) => return self.enter(world),
            (Verb::Write, None) => return self.ask_folder(world),
            (Verb::Back, Some(_)) => {
                self.path = None;
                self.error = None;
            }
            (Verb::Back, None) => return Reaction::pop(),
            (Verb::Export, None) => return Reaction::push(Menu::export(None, world)),
            (Verb::Import, None) => return Reaction::push(Menu::import(world)),
            // Where the details are longer than their rows, the page keys are theirs; the list has the arrows.
            (Verb::PageDown | Verb::PageUp, None) if self.reading.goes_on() => {
                self.reading.moved(verb);
            }
            (other, None) => {
                self.verdict = None;
                self.reading = Reading::default();
                let count = world.view.as_deref().map_or(0, rows::count);
                self.cursor.moved(other, count, 5);
            }
            _ => {}
        }
        Reaction::none()
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        self.error = None;
        if let Some(path) = &mut self.path {
            path.path_key(&key);
        }
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        if let Some(path) = &mut self.path {
            path.insert_path(text);
        }
        Reaction::none()
    }

    fn news(&mut self, news: &News, world: &World) -> Option<Reaction> {
        if !std::mem::take(&mut self.waiting) {
            return None;
        }
        match news {
            News::Done(outcome) => {
                let Outcome::Receipt(receipt) = outcome.as_ref() else {
                    return None;
                };
                self.path = None;
                let exports = world
                    .view
                    .as_ref()
                    .map(|v| v.exports.clone())
                    .unwrap_or_default();
                let same =
                    |e: &ExportView| e.arn == receipt.export.arn && e.at == receipt.export.at;
                let at = exports.iter().position(same);
                let elsewhere = at.is_some_and(|at| at != self.cursor.at());
                if let Some(at) = at {
                    self.cursor = Cursor::on(at);
                }
                self.reading = Reading::default();
                self.verdict = Some(receipt.clone());
                let told = || Reaction::notice(Role::Note, rows::of_another(&receipt.export));
                Some(if elsewhere { told() } else { Reaction::none() })
            }
            News::Written { folder, files } => Some(Reaction::notice(
                Role::Ok,
                say!(
                    "Written to {folder} and read back: {files}.",
                    folder = folder.display(),
                    files = files.join(", ")
                ),
            )),
            News::Refused(text) if self.path.is_none() => {
                Some(Reaction::notice(Role::Stop, text.clone()))
            }
            News::Refused(text) => {
                if let Some(path) = &mut self.path {
                    path.refused();
                }
                self.error = Some(text.clone());
                Some(Reaction::none())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
