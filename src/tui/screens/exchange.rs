//! Exchange: what was sent to receivers, whether they hold the same key, and their receipts.

use std::path::Path;

use crossterm::event::KeyEvent;

use crate::session::field::Footing;
use crate::session::said;
use crate::session::{ExportView, Outcome, ReceiptView};
use crate::text::{say, tr};
use crate::tui::canvas::Canvas;
use crate::tui::digest::Digest;
use crate::tui::frame::clock;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Wants};
use crate::tui::theme::Role;
use crate::tui::widgets::lines::{self, Line};
use crate::tui::widgets::list::{Column, Cursor, table};
use crate::tui::widgets::text::TextField;
use crate::tui::world::World;

const EXPLAINED: u16 = 8;

/// Where else things are exchanged.
const ELSEWHERE: [&str; 2] = [
    "Keys that come from others, and the certificates and tokens that are given out for them, are under i (import) on Home.",
    "Counterparties are known by their root and trusted certificates: v (keys) lists them.",
];

/// The list of exports.
#[derive(Default)]
pub(crate) struct Exchange {
    cursor: Cursor,
    /// The path of a receipt that is being typed.
    path: Option<TextField>,
    error: Option<String>,
    verdict: Option<ReceiptView>,
    waiting: bool,
}

impl Exchange {
    /// All exports, the newest first.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    fn chosen<'a>(&self, world: &'a World) -> Option<&'a ExportView> {
        let exports = &world.view.as_ref()?.exports;
        exports.get(self.cursor.at().min(exports.len().saturating_sub(1)))
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
            super::wizard::complaint(c, 0, self.error.as_ref());
        });
    }

    fn draw_chosen(&self, export: &ExportView, canvas: &mut Canvas<'_>) {
        let mut all = vec![
            Line::new(tr("check value"), export.check_value.clone()),
            Line::new(tr("file"), export.file.clone()),
            Line::new(tr("to"), super::done::common_name(&export.receiver)),
        ];
        if let Some(until) = export.valid_until {
            all.push(Line::new(tr("token ends"), clock(until)));
        }
        if let Some(arn) = &export.receiver_arn {
            all.push(Line::new(tr("there"), arn.clone()));
        }
        if let Some(verdict) = &self.verdict {
            let role = if verdict.confirmed {
                Role::Ok
            } else {
                Role::Stop
            };
            all.insert(
                0,
                Line::new(
                    if verdict.confirmed { "ok" } else { "STOP" },
                    verdict.verdict.clone(),
                )
                .role(role),
            );
        }
        lines::draw(canvas, (0, canvas.height()), 15, &all, None);
    }
}

fn state_role(state: &str) -> Role {
    match state {
        "confirmed" => Role::Ok,
        "DIFFERS" => Role::Stop,
        _ => Role::Wait,
    }
}

impl Screen for Exchange {
    fn digest(&self, world: &World) -> Option<Digest> {
        if self.path.is_some() {
            return None;
        }
        let export = self.chosen(world)?;
        let (value, method) = export.check_value.split_once(' ')?;
        let of = say!(
            "check value of {label} as it was sent {method}",
            label = export.label,
            method
        );
        Some(Digest::check_value(of, value))
    }

    fn name(&self) -> &'static str {
        "Exchange"
    }

    fn title(&self, world: &World) -> Vec<String> {
        let exports = world
            .view
            .as_ref()
            .map(|v| v.exports.clone())
            .unwrap_or_default();
        let open = exports.iter().filter(|e| e.state == "sent").count();
        let mut title = vec![
            tr("Exchange").into(),
            say!(
                "{exports} sent, {open} without receipt",
                exports = exports.len(),
                open
            ),
        ];
        if self.path.is_some() {
            title.push(tr("read a receipt").into());
        }
        title
    }

    fn footing(&self, world: &World) -> Footing {
        let (enter, so_far) = match (&self.path, self.chosen(world)) {
            (Some(_), _) => (
                tr("reads the file and compares it with what was sent"),
                tr("nothing is read yet; a receipt is recorded and changes no key"),
            ),
            (None, Some(_)) => (
                tr("asks for the path of a receipt"),
                tr("sent: the file was written. Only a receipt says it arrived"),
            ),
            (None, None) => (
                tr("does nothing: nothing was sent yet"),
                tr("nothing has left this vault"),
            ),
        };
        Footing {
            acts: tr("nobody: a receipt needs no approval").into(),
            enter: enter.into(),
            so_far: so_far.into(),
        }
    }

    fn offers(&self, world: &World) -> Vec<Offer> {
        if self.path.is_some() {
            return vec![
                Offer::word(Verb::Enter, tr("read")),
                Offer::plain(Verb::Back),
            ];
        }
        let enter = Offer::word(Verb::Enter, tr("read a receipt"));
        let mut offers = keys::moves();
        offers.extend([
            match self.chosen(world) {
                Some(_) => enter,
                None => enter.off_because(tr("nothing was sent yet")),
            },
            Offer::plain(Verb::Export),
            Offer::plain(Verb::Back),
        ]);
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "An export is sent until the receiver's answer was read. confirmed: the receiver holds the same key, with the same attributes. DIFFERS: it holds another key; stop and find out which of the two is wrong.",
            "A receipt is matched with the export it answers by check value; it does not matter which line is chosen.",
        ]
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
        if view.exports.is_empty() {
            nothing_left(canvas);
            return;
        }
        let column = |title, width| Column {
            title,
            width,
            right: false,
        };
        let receiver = width.saturating_sub(66).max(16);
        let columns = [
            column("KEY", 18),
            column("SENT", 20),
            column("STATE", 9),
            column("RECEIVER", receiver),
        ];
        let cursor = Cursor::on(self.cursor.at().min(view.exports.len().saturating_sub(1)));
        canvas.within(0, 0, width, height.saturating_sub(EXPLAINED), |c| {
            table(c, &columns, view.exports.len(), cursor, |n| {
                view.exports.get(n).map_or((Role::Text, Vec::new()), |e| {
                    let row = vec![
                        e.label.clone(),
                        clock(e.at),
                        said::export(&e.state).to_owned(),
                        super::done::common_name(&e.receiver).to_owned(),
                    ];
                    (state_role(&e.state), row)
                })
            });
        });
        let Some(export) = self.chosen(world) else {
            return;
        };
        let y = height.saturating_sub(EXPLAINED);
        canvas.rule(
            y,
            &[export.label.clone(), said::export(&export.state).to_owned()],
        );
        canvas.within(0, y.saturating_add(1), width, EXPLAINED, |c| {
            self.draw_chosen(export, c);
        });
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        match (verb, &self.path) {
            (Verb::Enter, Some(path)) if !path.value().trim().is_empty() => {
                self.waiting = true;
                return Reaction::order(Order::Receipt(path.value().trim().into()));
            }
            (Verb::Enter, None) if self.chosen(world).is_some() => {
                self.verdict = None;
                self.path = Some(TextField::proposing("receipt.json"));
            }
            (Verb::Back, Some(_)) => {
                self.path = None;
                self.error = None;
            }
            (Verb::Back, None) => return Reaction::pop(),
            (Verb::Export, None) => return Reaction::push(super::menu::Menu::export(None, world)),
            (other, None) => {
                self.verdict = None;
                let count = world.view.as_ref().map_or(0, |v| v.exports.len());
                self.cursor.moved(other, count, 5);
            }
            _ => {}
        }
        Reaction::none()
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        self.error = None;
        if let Some(path) = &mut self.path {
            path.key(&key);
        }
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        // The receipt itself, and no path: read as it is.
        if self.path.is_some() && text.trim_start().starts_with('{') {
            self.waiting = true;
            return Reaction::order(Order::ReceiptText(text.as_bytes().to_vec()));
        }
        if let Some(path) = &mut self.path {
            path.insert(text);
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
                if let Some(at) = exports.iter().position(same) {
                    self.cursor = Cursor::on(at);
                }
                self.verdict = Some(receipt.clone());
                Some(Reaction::none())
            }
            News::Refused(text) => {
                self.error = Some(text.clone());
                Some(Reaction::none())
            }
            _ => None,
        }
    }
}

/// What an empty list teaches.
fn nothing_left(canvas: &mut Canvas<'_>) {
    let width = canvas.width();
    let room = width.saturating_sub(4);
    let mut y = canvas.paragraph(
        2,
        1,
        room,
        Role::Title,
        tr("Nothing has left this vault yet."),
    );
    y = y.saturating_add(3);
    y = y.saturating_add(1).saturating_add(canvas.paragraph(2, y.saturating_sub(1), room, Role::Text, tr("x wraps a key for a receiver. Ask the receiver first for the output of `aws payment-cryptography get-parameters-for-import`: the certificate and the token in it are what the key is wrapped for.")));
    for words in ELSEWHERE {
        y = y
            .saturating_add(canvas.paragraph(2, y, room, Role::Text, tr(words)))
            .saturating_add(1);
    }
}
