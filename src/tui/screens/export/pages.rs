//! What the export wizard's questions look like.

use super::{Chosen, Export, Step};
use crate::crypto::strength::{self, WrapPath};
use crate::session::asked::FOLDER;
use crate::session::field::{Field, Kind};
use crate::session::guide::{Entry, rsa_off, rsa_off_words};
use crate::session::{KeyRow, op};
use crate::text::{say, tr};
use crate::tui::acts::PRACTICE_FILE;
use crate::tui::canvas::Canvas;
use crate::tui::frame::clock;
use crate::tui::receiver::{Receiver, Verdict};
use crate::tui::screens::keys::{NO_FIT, keys_of};
use crate::tui::screens::places::nobody_yet;
use crate::tui::theme::Role;
use crate::tui::widgets::form::or_empty;
use crate::tui::widgets::lines::{self, Line, Reading, Rest};
use crate::tui::widgets::sheet::{self, Part};
use crate::tui::world::World;

/// Rows below the list of keys: why the one under the cursor cannot go out.
const REASON: u16 = 2;
/// Where the words of a finding stand.
const FINDINGS: u16 = 8;

impl Export {
    /// The verdict on strength, once key and receiver are known.
    pub(super) fn verdict(&self) -> Option<(Verdict, String)> {
        let (key, receiver) = (self.key.as_ref()?, self.receiver.as_ref()?);
        let words = strength::words(key.algorithm, receiver.algorithm, WrapPath::Rsa);
        Some(
            match strength::may_wrap(key.algorithm, receiver.algorithm, WrapPath::Rsa) {
                Ok(()) => (Verdict::Ok, words),
                Err(_) => (Verdict::Stop, words),
            },
        )
    }

    /// What Enter does on this page.
    pub(super) fn enter_does(&self, world: &World) -> String {
        let keys = keys_of(world);
        let off = self
            .table
            .chosen(&keys)
            .is_some_and(|row| rsa_off(row).is_some());
        let review = tr("checks all of it and shows the review");
        let enter = match self.step {
            Step::Key if self.table.filtering => tr("keeps this filter and goes back to the list"),
            Step::Key if self.table.rows(&keys).is_empty() => {
                tr("does nothing: no key is in the list")
            }
            Step::Key if off => tr("is off: the line below the list says why"),
            Step::Key => tr("takes this key and asks for the receiver's file"),
            Step::File if !self.read() => or_empty(
                self.path.value(),
                tr("reads the file and says what it is; nothing is wrapped by that"),
            ),
            Step::File if self.stops() => tr("is off: a line above says STOP"),
            Step::File => tr("goes on to the receiver's root"),
            Step::Root if self.receiver.as_ref().is_some_and(|r| r.trusted.is_none()) => {
                tr("begins the import of this root; the export goes on afterwards")
            }
            Step::Root => tr("goes on to the hash"),
            Step::Hash => tr("keeps this choice and goes on to the files"),
            Step::Files => &self.files.enter_says(review),
        };
        enter.to_owned()
    }

    pub(super) fn draw_keys(&self, world: &World, canvas: &mut Canvas<'_>) {
        let keys = keys_of(world);
        let (width, height) = (canvas.width(), canvas.height());
        let room = width.saturating_sub(4);
        if keys.is_empty() {
            canvas.paragraph(
                2,
                1,
                room,
                Role::Title,
                tr("There is no key to export yet. Esc, then n makes one."),
            );
            return;
        }
        let x = canvas.put(
            2,
            0,
            Role::Title,
            tr("Which key goes out? Below the list stands why one cannot.  "),
        );
        let filter = self.table.filter.value();
        if self.table.filtering {
            self.table
                .filter
                .draw(canvas, x, 0, room.saturating_sub(x), true);
        } else if !filter.is_empty() {
            let words = say!("/ {filter}  (Esc shows all)", filter);
            canvas.put_cut(x, 0, room.saturating_sub(x), Role::Note, &words);
        }
        if self.table.rows(&keys).is_empty() {
            canvas.put(2, 4, Role::Muted, tr(NO_FIT));
        }
        // The rows of the reason are free where there is none, so that the list does not jump under the cursor.
        let list = height.saturating_sub(2).saturating_sub(REASON);
        canvas.within(0, 2, width, list, |c| {
            self.table.draw(c, &keys, rsa_off);
        });
        let chosen = self.table.chosen(&keys);
        if let Some((row, word)) = chosen.and_then(|row| Some((row, rsa_off(row)?))) {
            let words = say!(
                "{label} cannot be exported: {why}",
                label = row.label,
                why = rsa_off_words(word)
            );
            canvas.paragraph(2, height.saturating_sub(REASON), room, Role::Note, &words);
        }
    }

    pub(super) fn draw_file(&self, world: &World, canvas: &mut Canvas<'_>) {
        let mut parts = vec![
            Part::Head(Role::Title, tr("Which file did the receiver send?").into()),
            Part::Gap,
            Part::Field("", &self.path),
        ];
        let read = self.receiver.as_ref().filter(|_| self.read());
        let told = read.map(|receiver| self.findings(receiver));
        if let Some(told) = &told {
            parts.extend([Part::Gap, Part::Lines(told, FINDINGS, &self.reading)]);
        } else {
            let fields = op::EXPORT_RSA_WRAP.fields;
            let hint = fields.iter().find(|f| f.id == "parameters");
            parts.extend(hint.map(|f| Part::Hint(Role::Muted, tr(f.hint).into())));
            if world.rehearsal() {
                let words = say!("practice answer (F5): {PRACTICE_FILE}", PRACTICE_FILE);
                parts.push(Part::Hint(Role::Note, words.into()));
            }
            let nobody = nobody_yet(world).filter(|_| self.error.is_none());
            parts.extend(nobody.map(|words| Part::Hint(Role::Muted, words.into())));
            parts.extend([Part::Gap, Part::Stop(self.error.as_deref())]);
        }
        sheet::draw(canvas, 1, 0, &parts);
    }

    /// Who it is, and what was found out: what stops comes first.
    fn findings(&self, receiver: &Receiver) -> Vec<Line> {
        let strength = self.verdict();
        let mut findings: Vec<_> = strength.iter().chain(receiver.findings.iter()).collect();
        findings.sort_by_key(|(verdict, _)| *verdict != Verdict::Stop);
        let under = say!(
            "{algorithm}, ends {clock}",
            algorithm = receiver.algorithm.name(),
            clock = clock(receiver.not_after)
        );
        let known = [
            Line::new(tr("to"), receiver.subject.clone()),
            Line::new(tr("under"), under),
        ];
        let found = findings.into_iter().map(|(verdict, words)| {
            Line::new(verdict.word(), words.clone()).label_role(verdict.role())
        });
        known.into_iter().chain(found).collect()
    }

    pub(super) fn draw_root(&self, world: &World, canvas: &mut Canvas<'_>) {
        let room = canvas.width().saturating_sub(2);
        let Some(receiver) = &self.receiver else {
            return;
        };
        let trusted = receiver.trusted.is_some();
        let head = if trusted {
            tr("The receiver's root is trusted by this vault.")
        } else {
            tr("This vault does not know the receiver's root yet.")
        };
        let mut y = canvas
            .paragraph(1, 0, room, Role::Title, head)
            .saturating_add(1);
        let known = [
            Line::new(tr("root"), receiver.root.subject()),
            Line::new(tr("ends"), clock(receiver.root.not_after())),
        ];
        let rows = lines::height(&known, room, 8);
        canvas.within(0, y, room, rows, |c| {
            lines::draw(c, (0, rows), 8, &known, Rest::Below(&Reading::default()));
        });
        y = y.saturating_add(rows).saturating_add(1);
        let words = if let Some(arn) = &receiver.trusted {
            say!(
                "{confirmed} The certificate in this file chains to it.",
                confirmed = confirmed(world, arn)
            )
        } else {
            tr(
                "Anybody can write a file with a chain in it. So the root is imported first, on the word of a second person who fetches its fingerprint elsewhere; that is an act of its own, with its own signatures. Then this export goes on here, nothing is lost.",
            )
            .to_owned()
        };
        canvas.paragraph(
            1,
            y,
            room,
            if trusted { Role::Ok } else { Role::Note },
            &words,
        );
    }

    pub(super) fn draw_hash(&self, canvas: &mut Canvas<'_>) {
        let fields = op::EXPORT_RSA_WRAP.fields;
        let hint = fields.iter().find(|f| f.id == "spec");
        let id = self.hash.chosen().map_or("", |e| e.id.as_str());
        let adds = say!("Adds  \"WrappingSpec\": \"{id}\"", id);
        let parts = [
            Part::Head(Role::Title, hint.map_or("", |f| tr(f.hint)).into()),
            Part::Gap,
            Part::Choices(&self.hash),
            Part::Gap,
            Part::Hint(Role::Muted, adds.into()),
        ];
        sheet::draw(canvas, 1, 0, &parts);
    }

    pub(super) fn draw_files(&self, canvas: &mut Canvas<'_>) {
        let words = tr(
            "Two files: the request that the receiver's AWS CLI takes unchanged, and NEXT.txt with the commands to run there. Names of rehearsals and tests are marked.",
        );
        let parts = [
            Part::Head(Role::Title, tr("Where do the files go?").into()),
            Part::Gap,
            Part::Form(&self.files),
            Part::Gap,
            Part::Hint(Role::Muted, words.into()),
            Part::Gap,
            Part::Stop(self.error.as_deref()),
        ];
        sheet::draw(canvas, 1, 0, &parts);
    }
}

/// How it came that a certificate is trusted here, as the record has it.
fn confirmed(world: &World, arn: &str) -> String {
    let view = world.view.as_ref();
    let root = view.and_then(|view| view.counterparties.iter().find(|root| root.arn == arn));
    match root {
        // What was imported under a root stands on the root's confirmation.
        None => tr("It was imported under a root that is trusted here.").to_owned(),
        Some(root) if root.typed => say!(
            "When it was imported {by} typed its fingerprint, and it agreed. Where that was fetched, as recorded: \"{source}\".",
            by = root.by,
            source = root.source
        ),
        Some(_) => tr("When it was imported its fingerprint was taken as shown: nobody compared it with one from elsewhere.")
            .to_owned(),
    }
}

/// The hashes to choose from, from the declaration.
pub(super) fn hashes() -> Vec<Entry> {
    op::EXPORT_RSA_WRAP
        .fields
        .iter()
        .find_map(|field| match field.kind {
            Kind::Choice(choices) => Some(
                choices
                    .iter()
                    .map(|c| Entry::new(c.id, tr(c.label), ""))
                    .collect(),
            ),
            _ => None,
        })
        .unwrap_or_default()
}

/// Where the files go.
pub(super) fn file_fields() -> Vec<Field> {
    let output = op::EXPORT_RSA_WRAP
        .fields
        .iter()
        .find(|f| f.id == "output")
        .copied();
    output.into_iter().chain([FOLDER]).collect()
}

impl From<&KeyRow> for Chosen {
    fn from(row: &KeyRow) -> Self {
        Self {
            arn: row.key.key_arn.clone(),
            label: row.label.clone(),
            algorithm: row.key.key_attributes.key_algorithm,
        }
    }
}
