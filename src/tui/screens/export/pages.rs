//! What the export wizard's questions look like.

use super::{Chosen, Export, wizard};
use crate::session::{KeyRow, op};
use crate::text::{say, tr};
use crate::tui::acts::PRACTICE_FILE;
use crate::tui::canvas::Canvas;
use crate::tui::frame::clock;
use crate::tui::receiver::{Receiver, Verdict};
use crate::tui::screens::key::export_off;
use crate::tui::screens::keys::{NO_FIT, keys_of};
use crate::tui::theme::Role;
use crate::tui::widgets::lines::{self, Line};
use crate::tui::world::World;

impl Export {
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
            tr("Which key goes out? Those that cannot say why.  "),
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
            canvas.put(2, 4, Role::Muted, NO_FIT);
        }
        canvas.within(0, 2, width, height.saturating_sub(2), |c| {
            self.table.draw(c, &keys, export_off);
        });
    }

    pub(super) fn draw_file(&self, world: &World, canvas: &mut Canvas<'_>) {
        let room = canvas.width().saturating_sub(2);
        let mut y = canvas
            .paragraph(
                1,
                0,
                room,
                Role::Title,
                tr("Which file did the receiver send?"),
            )
            .saturating_add(1);
        canvas.put(1, y, Role::Focus, "►");
        self.path.draw(canvas, 3, y, room.saturating_sub(3), true);
        y = y.saturating_add(1);
        let height = canvas.height();
        match &self.receiver {
            Some(receiver) if self.read() => {
                canvas.within(0, y.saturating_add(1), room, height, |c| {
                    self.draw_receiver(receiver, c);
                });
            }
            _ => {
                let hint = op::EXPORT_RSA_WRAP
                    .fields
                    .iter()
                    .find(|f| f.id == "parameters");
                y = y.saturating_add(canvas.paragraph(
                    3,
                    y,
                    room.saturating_sub(3),
                    Role::Muted,
                    hint.map_or("", |f| f.hint),
                ));
                if world.rehearsal() {
                    let words = say!("practice answer (F5): {PRACTICE_FILE}", PRACTICE_FILE);
                    let room = room.saturating_sub(3);
                    y = y.saturating_add(canvas.paragraph(3, y, room, Role::Note, &words));
                }
                wizard::complaint(canvas, y.saturating_add(1), self.error.as_ref());
            }
        }
    }

    fn draw_receiver(&self, receiver: &Receiver, canvas: &mut Canvas<'_>) {
        let known = [
            Line::new(tr("to"), receiver.subject.clone()),
            Line::new(
                tr("under"),
                say!(
                    "{algorithm}, ends {clock}",
                    algorithm = receiver.algorithm.name(),
                    clock = clock(receiver.not_after)
                ),
            ),
        ];
        let mut y = lines::draw(canvas, (0, 5), 8, &known, None).saturating_add(1);
        let room = canvas.width().saturating_sub(8);
        let strength = self.verdict();
        let mut findings: Vec<_> = strength.iter().chain(receiver.findings.iter()).collect();
        // What stops comes first: below, rows may be missing.
        findings.sort_by_key(|(verdict, _)| *verdict != Verdict::Stop);
        for (verdict, words) in findings {
            canvas.put(1, y, verdict.role(), verdict.word());
            y = y.saturating_add(canvas.paragraph(7, y, room, Role::Text, words));
        }
    }

    pub(super) fn draw_root(&self, canvas: &mut Canvas<'_>) {
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
        canvas.within(0, y, room, 4, |c| {
            lines::draw(c, (0, 4), 8, &known, None);
        });
        y = y
            .saturating_add(lines::height(&known, room, 8))
            .saturating_add(1);
        let words = if trusted {
            tr(
                "Its fingerprint was confirmed by a second person when it was imported. The certificate in this file chains to it.",
            )
        } else {
            tr(
                "Anybody can write a file with a chain in it. So the root is imported first, on the word of a second person who fetches its fingerprint elsewhere; that is an act of its own, with its own signatures. Then this export goes on here, nothing is lost.",
            )
        };
        canvas.paragraph(
            1,
            y,
            room,
            if trusted { Role::Ok } else { Role::Note },
            words,
        );
    }

    pub(super) fn draw_hash(&self, canvas: &mut Canvas<'_>) {
        let (width, room) = (canvas.width(), canvas.width().saturating_sub(2));
        let hint = op::EXPORT_RSA_WRAP
            .fields
            .iter()
            .find(|f| f.id == "spec")
            .map_or("", |f| f.hint);
        let y = canvas
            .paragraph(1, 0, room, Role::Title, hint)
            .saturating_add(1);
        canvas.within(0, y, width, 2, |c| self.hash.draw(c, true));
        let id = self.hash.chosen().map_or("", |e| e.id.as_str());
        canvas.put(
            1,
            y.saturating_add(3),
            Role::Muted,
            &format!("Adds  \"WrappingSpec\": \"{id}\""),
        );
    }

    pub(super) fn draw_files(&self, canvas: &mut Canvas<'_>) {
        let room = canvas.width().saturating_sub(2);
        let y = canvas
            .paragraph(1, 0, room, Role::Title, tr("Where do the files go?"))
            .saturating_add(1);
        let height = canvas.height();
        let used = self.files.rows(room, false);
        canvas.within(0, y, room, height, |c| {
            self.files.draw(c);
        });
        let y = y.saturating_add(used);
        let words = tr(
            "Two files: the request that the receiver's AWS CLI takes unchanged, and NEXT.txt with the commands to run there. Names of rehearsals and tests are marked.",
        );
        let y = y.saturating_add(canvas.paragraph(1, y, room, Role::Muted, words));
        wizard::complaint(canvas, y.saturating_add(1), self.error.as_ref());
    }
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
