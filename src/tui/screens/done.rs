//! After an act: what was done, what one holds now, and what comes next.

mod after;
mod copied;

use std::path::Path;

use crossterm::event::KeyEvent;

use super::code::Code;
use super::compare::Compare;
use super::comparing;
use super::done_words::{issued, made, next_steps, own_arn};
use super::key::KeyPage;
use crate::api::{Key, Response};
use crate::session::field::Footing;
pub(crate) use crate::session::guide::common_name;
use crate::session::handing_out::outside;
use crate::session::handover;
use crate::session::holders;
use crate::session::{Executed, KeyRow, PendingView, said};
use crate::text::{say, tr};
use crate::tui::acts::{HandedOver, NEXT};
use crate::tui::canvas::Canvas;
use crate::tui::digest::Digest;
use crate::tui::keys::{Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Wants};
use crate::tui::theme::Role;
use crate::tui::widgets::lines::{self, Line, Reading, Rest};
use crate::tui::widgets::qr::{Blocks, Picture};
use crate::tui::widgets::text::TextField;
use crate::tui::world::World;

/// Why the file of a production vault is not shown to a camera.
const NO_CAMERA: &str = "this production vault does not allow its files as QR codes: a camera in the room conflicts \
    with PCI PIN 6-1.5. Its people decide that when a vault is made. The file is written; carry it";

/// Said before a page is left whose files are not written.
const GIVES_UP: &str = "The file is not written yet. Esc once more leaves without it: the vault keeps it, Home says that it is \
    due, and Exchange (e) writes it without another signature. Every other key stays.";

/// Said where Enter comes before a folder.
const NO_FOLDER: &str = "No folder is typed yet, and nothing is written. Type one that can be written to, or choose it with F6; Enter then writes the files.";
/// The end of one act.
pub(crate) struct Done {
    role: Role,
    head: String,
    sentence: String,
    lines: Vec<Line>,
    next: Vec<String>,
    /// A digest, and what it is of.
    qr: Option<(String, &'static str)>,
    /// The file that was handed over, where one was.
    file: Option<HandedOver>,
    /// The key that is here now and was not before: its page comes next.
    made: Option<String>,
    /// Whether its check value is compared before that.
    compares: bool,
    /// Where to write the files after all, when the first folder failed.
    folder: Option<TextField>,
    waiting: bool,
    reading: Reading,
    /// Whether Esc was pressed once where files are not written.
    giving_up: bool,
}

impl Done {
    /// An act that leaves no files.
    pub(crate) fn executed(pending: &PendingView, executed: &Executed, world: &World) -> Self {
        let made = executed.responses.iter().find_map(made);
        let compares = comparing::waits(made.as_ref(), world);
        Self {
            role: Role::Ok,
            head: tr("Done, saved and in the audit log.").into(),
            sentence: pending.sentence.clone(),
            lines: told(executed, world),
            next: [next_steps(executed, compares), after::of_suspicion(pending)].concat(),
            qr: Some((
                executed.digest.clone(),
                tr("digest of the act, for the minutes"),
            )),
            file: None,
            made,
            compares,
            folder: None,
            waiting: false,
            reading: Reading::default(),
            giving_up: false,
        }
    }

    /// An act that was voided or failed: one approval is one attempt.
    pub(crate) fn void(pending: &PendingView, why: &str) -> Self {
        Self {
            role: Role::Stop,
            head: format!("STOP  {why}"),
            sentence: pending.sentence.clone(),
            lines: vec![Line::new(
                tr("now"),
                tr(
                    "the request and its signatures are off the table; ask again if it is still wanted",
                ),
            )],
            next: Vec::new(),
            qr: None,
            file: None,
            made: None,
            compares: false,
            folder: None,
            waiting: false,
            reading: Reading::default(),
            giving_up: false,
        }
    }

    /// An export, with what became of its files.
    pub(crate) fn handed_over(pending: &PendingView, files: &HandedOver, world: &World) -> Self {
        let mut done = Self::executed(pending, &files.executed, world);
        done.qr = Some((files.sha256.clone(), tr("SHA-256 of the file")));
        // Who it is for, and from when they take it, is read aloud with the rest before the file leaves the room.
        let said = |words: &str| {
            let said = pending.details.iter().find(|(label, _)| label == words);
            said.map(|(label, value)| Line::new(label, value.clone()))
        };
        done.lines.extend(said(tr("to")));
        done.lines.extend(issued(&files.executed));
        done.lines
            .extend(said(outside()).map(|line| line.role(Role::Note)));
        done.files(files, world);
        done
    }

    fn files(&mut self, files: &HandedOver, world: &World) {
        self.lines.retain(|l| {
            let label = l.label.as_str();
            !["folder", "file", "beside it", "sha-256"]
                .iter()
                .any(|known| tr(known) == label)
        });
        match &files.written {
            Ok(folder) => {
                self.file = Some(files.clone());
                self.folder = None;
                self.role = Role::Ok;
                let left = handover::left(&files.executed);
                self.head = say!("Done. {what}", what = left.what);
                let folder = folder.canonicalize().unwrap_or_else(|_| folder.clone());
                self.lines.extend([
                    Line::new(tr("folder"), folder.display().to_string()),
                    Line::new(tr("file"), say!("{file}, read back", file = files.file))
                        .role(Role::Ok),
                    Line::new(tr("beside it"), NEXT),
                    Line::new("sha-256", groups(&files.sha256)),
                ]);
                let view = world.view.as_deref();
                let first = view.and_then(|view| holders::first_of(view, &files.sha256));
                let receipt = (left.receipt && first.is_none())
                    .then_some(tr("The receiver sends receipt.json back: AWS prints it, another keymoot writes it with w on the key's page. Exchange (e) reads it."));
                let next = left.carry.into_iter().chain(receipt);
                let next = next.map(str::to_owned);
                self.next = first.into_iter().chain(next).collect();
            }
            Err(why) => {
                self.role = Role::Stop;
                self.head = say!(
                    "STOP  The export is done and recorded, but its file is not written: {why}",
                    why
                );
                self.next = vec![tr("Give another folder below. The vault keeps the file until it is written; Exchange (e) writes it later as well.").into()];
                self.folder = Some(TextField::default());
            }
        }
    }

    /// Everything that is read on the page: what was done, then what comes next.
    fn told(&self) -> Vec<Line> {
        let gap = (!self.next.is_empty()).then(|| Line::across(Role::Text, ""));
        let next = self.next.iter();
        let next = next.map(|words| Line::across(Role::Note, words.as_str()));
        let lines = self.lines.iter().cloned();
        lines.chain(gap).chain(next).collect()
    }

    /// The file as a series of codes, where the vault allows that.
    fn film(&self, world: &World) -> Reaction {
        let allowed = world.view.as_ref().is_some_and(|v| v.qr_of_exports);
        match &self.file {
            Some(f) if allowed => Reaction::push(Code::file(&f.file, &f.bytes, &f.sha256, world)),
            _ => Reaction::none(),
        }
    }

    fn draw_qr(&self, canvas: &mut Canvas<'_>, height: u16) -> u16 {
        let width = canvas.width();
        let Some((digest, words)) = &self.qr else {
            return width;
        };
        let half = Blocks::Half;
        let picture = Picture::of_digest(&Digest::sha256(*words, digest.clone()));
        let Some(picture) = picture.filter(|p| p.fits(half, canvas, width / 2, height)) else {
            return width;
        };
        // A picture without its words explains nothing, and beside it names of keys are broken; q shows it where it
        // has room.
        if width < 100 || height <= picture.height(half) {
            return width;
        }
        let x = width.saturating_sub(picture.width(half)).saturating_sub(1);
        picture.draw(half, canvas, x, 0);
        canvas.put(x, picture.height(half), Role::Muted, words);
        x
    }
}

/// What an executed act says about keys, with both check values where there are two.
fn told(executed: &Executed, world: &World) -> Vec<Line> {
    let mut lines = vec![];
    for response in &executed.responses {
        if let Response::ExportKey(output) = response {
            let wrapped = &output.wrapped_key;
            let kcv = comparing::sent(wrapped, world);
            lines.push(Line::new(tr("check value"), kcv).role(Role::Title));
        }
        if let Some(key) = key_of(response) {
            let row = world
                .view
                .as_ref()
                .and_then(|v| v.keys.iter().find(|r| r.key.key_arn == key.key_arn));
            if let Some(row) = row {
                lines.push(Line::new(tr("key"), row.label.clone()));
            }
            let attributes = &key.key_attributes;
            let kind = format!(
                "{} {}, {}",
                attributes.key_usage.code(),
                tr(attributes.key_usage.words()),
                attributes.key_algorithm.name()
            );
            lines.push(Line::new(tr("use"), kind));
            let values = check_values(row.map_or(key, |row| &row.key), row).into_iter();
            lines.extend(values.chain(comparing::twin(row)));
            lines.push(own_arn(&key.key_arn));
            if let Some(until) = key.delete_pending_timestamp {
                lines.push(
                    Line::new(tr("will be destroyed on"), crate::tui::frame::clock(until))
                        .role(Role::Countdown),
                );
            }
        }
    }
    lines.push(Line::new(tr("signed by"), executed.who.join(", ")));
    lines
}

/// Both readings of a 16-byte key's check value, each with its method; one for the others.
pub(crate) fn check_values(key: &Key, row: Option<&KeyRow>) -> Vec<Line> {
    if let Some(hidden) = comparing::hidden(row) {
        return hidden;
    }
    let method = key.key_check_value_algorithm.name();
    let value = format!("{}  {method}", key.key_check_value);
    let first = Line::new(tr("check value"), value).role(Role::Title);
    let other = row.and_then(said::other_reading);
    let other = other.map(|reading| Line::new(tr("also"), reading));
    std::iter::once(first).chain(other).collect()
}

const fn key_of(response: &Response) -> Option<&Key> {
    match response {
        Response::CreateKey(o) => Some(&o.key),
        Response::ImportKey(o) => Some(&o.key),
        Response::DeleteKey(o) => Some(&o.key),
        Response::RestoreKey(o) => Some(&o.key),
        Response::StartKeyUsage(o) => Some(&o.key),
        Response::StopKeyUsage(o) => Some(&o.key),
        _ => None,
    }
}

/// Hex in groups of four, as people read it aloud.
pub(crate) fn groups(hex: &str) -> String {
    let parts: Vec<String> = hex
        .as_bytes()
        .chunks(4)
        .map(|g| String::from_utf8_lossy(g).into_owned())
        .collect();
    parts.join(" ")
}

impl Screen for Done {
    fn name(&self) -> &'static str {
        "Done"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        let title = match (self.role, self.folder.is_some()) {
            (Role::Ok, _) => tr("Done"),
            (_, true) => tr("Done, but its files are not written"),
            _ => tr("Not done"),
        };
        vec![title.into()]
    }

    fn footing(&self, _world: &World) -> Footing {
        let so_far = match (self.role, self.folder.is_some()) {
            (Role::Ok, _) => tr("the act is done, saved and in the audit log"),
            (_, true) => tr("the export is recorded; no file of it exists yet"),
            _ => tr("nothing was changed by this act"),
        };
        let enter = match &self.folder {
            Some(folder) if folder.value().trim().is_empty() => {
                tr("nothing yet: no folder is typed above")
            }
            Some(_) => tr("writes the two files to the folder typed above"),
            None if self.compares => tr("asks for the check value that its sender gave"),
            None if self.made.is_some() => {
                tr("shows the new key; Esc goes back to where you came from")
            }
            None => tr("back to where you came from"),
        };
        let enter = match &self.folder {
            Some(_) => enter.to_owned(),
            None => self.reading.or_first(enter.to_owned()),
        };
        Footing {
            acts: tr("nobody: the act is over").into(),
            enter,
            so_far: so_far.into(),
        }
    }

    fn offers(&self, world: &World) -> Vec<Offer> {
        let does = match (&self.folder, &self.made) {
            (Some(_), _) => tr("write"),
            (None, Some(_)) if self.compares => tr("compare"),
            (None, Some(_)) => tr("the key"),
            (None, None) => tr("back"),
        };
        let mut offers = vec![match &self.folder {
            Some(_) => Offer::word(Verb::Enter, does),
            None => self.reading.enter(does),
        }];
        if self.file.is_some() {
            let film = Offer::plain(Verb::Film);
            let allowed = world.view.as_ref().is_some_and(|v| v.qr_of_exports);
            offers.push(if allowed {
                film
            } else {
                film.off_because(NO_CAMERA)
            });
        }
        offers.push(Offer::plain(Verb::Back));
        offers.extend(Reading::offers());
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "The QR code is the digest alone, never a key: a second camera can put it into the minutes. q shows it larger.",
            "f shows the file itself as a series of QR codes (BBQr), for a receiver with a camera instead of a stick. A production vault allows it only where its people decided so.",
            "Who signed, what was asked and what came of it stands in the audit log.",
        ]
    }

    fn wants(&self) -> Option<(Wants, String)> {
        let folder = self.folder.as_ref()?;
        Some((Wants::Folder, folder.value().to_owned()))
    }

    fn picked(&mut self, path: &Path) {
        self.folder = Some(TextField::with(&path.to_string_lossy()));
    }

    fn typing(&self) -> bool {
        self.folder.is_some()
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        let height = canvas.height();
        let right = self.draw_qr(canvas, height);
        canvas.within(0, 0, right.saturating_sub(1), height, |c| {
            let room = c.width().saturating_sub(3);
            let mut y = c.paragraph(2, 0, room, self.role, &self.head);
            y = y
                .saturating_add(c.paragraph(2, y, room, Role::Title, &self.sentence))
                .saturating_add(1);
            // The field keeps its row; all that is read above it goes on page by page where it is longer.
            let end = height.saturating_sub(if self.folder.is_some() { 2 } else { 0 });
            y = lines::draw(c, (y, end), 15, &self.told(), Rest::Below(&self.reading));
            if let Some(folder) = &self.folder {
                let y = y.saturating_add(1).min(height.saturating_sub(1));
                let x = c.put(2, y, Role::Focus, "► ");
                let x = c.put(x, y, Role::Focus, tr("Folder")).saturating_add(1);
                folder.draw(c, x, y, room.saturating_sub(x), true);
            }
        });
    }

    fn digest(&self, _world: &World) -> Option<Digest> {
        let (digest, words) = self.qr.as_ref()?;
        Some(Digest::sha256(*words, digest.clone()))
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        // Whom to tell what stands below, and nobody leaves before it was in sight.
        if self.reading.moved(verb) || (self.folder.is_none() && self.reading.first(verb)) {
            return Reaction::none();
        }
        let asked = std::mem::take(&mut self.giving_up);
        if verb == Verb::Back && self.folder.is_some() && !asked {
            self.giving_up = true;
            return Reaction::notice(Role::Stop, tr(GIVES_UP));
        }
        match (verb, &self.folder) {
            (Verb::Enter, Some(folder)) if !folder.value().trim().is_empty() => {
                self.waiting = true;
                Reaction::order(Order::HandOver(folder.value().trim().into()))
            }
            (Verb::Film, _) => self.film(world),
            (Verb::Enter, Some(_)) => Reaction::notice(Role::Note, tr(NO_FOLDER)),
            (Verb::Enter, None) if self.made.is_some() => {
                let arn = self.made.clone().unwrap_or_default();
                if self.compares {
                    Reaction::instead(Compare::new(&arn, world))
                } else {
                    Reaction::instead(KeyPage::new(&arn))
                }
            }
            (Verb::Enter | Verb::Back, _) => Reaction::pop(),
            _ => Reaction::none(),
        }
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        self.giving_up = false;
        if let Some(folder) = &mut self.folder {
            folder.path_key(&key);
        }
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        if let Some(folder) = &mut self.folder {
            folder.insert_path(text);
        }
        Reaction::none()
    }

    fn holds(&self) -> Option<&'static str> {
        let unwritten = self.folder.is_some();
        unwritten.then(|| tr("the files of what was done are still to be written"))
    }

    fn news(&mut self, news: &News, world: &World) -> Option<Reaction> {
        if !std::mem::take(&mut self.waiting) {
            return None;
        }
        match news {
            News::HandedOver(files) => {
                self.files(files, world);
                Some(Reaction::none())
            }
            News::Refused(text) => Some(Reaction::notice(Role::Stop, text.clone())),
            _ => None,
        }
    }
}
