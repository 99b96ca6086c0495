//! Approvals: every request that waits for signatures, and for whose.

use super::approve::Approve;
use super::home::left;
use super::refuse::Refuse;
use crate::session::PendingView;
use crate::session::field::Footing;
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells};
use crate::tui::digest::Digest;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::screen::{Reaction, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::list::{Column, Cursor, table};
use crate::tui::world::World;

/// The list of requests.
#[derive(Default)]
pub(crate) struct Approvals {
    cursor: Cursor,
}

impl Approvals {
    /// All of them.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    fn chosen<'a>(&self, world: &'a World) -> Option<&'a PendingView> {
        let pending = &world.view.as_ref()?.pending;
        pending.get(self.cursor.at().min(pending.len().saturating_sub(1)))
    }
}

/// The columns of the list on a screen so wide.
fn columns(width: u16) -> [Column; 5] {
    let column = |title, width| Column {
        title,
        width,
        right: false,
    };
    [
        column("REQUEST", width.saturating_sub(50).max(20)),
        column("BY", 10),
        column("AGO", 9),
        column("SIGNED", 6),
        column("WAITS FOR", 12),
    ]
}

impl Screen for Approvals {
    fn digest(&self, world: &World) -> Option<Digest> {
        let pending = self.chosen(world)?;
        let words = say!("digest of the act: {sentence}", sentence = pending.sentence);
        Some(Digest::sha256(words, pending.digest.clone()))
    }

    fn name(&self) -> &'static str {
        "Approvals"
    }

    fn title(&self, world: &World) -> Vec<String> {
        let count = world.view.as_ref().map_or(0, |v| v.pending.len());
        vec![tr("Approvals").into(), say!("{count} waiting", count)]
    }

    fn footing(&self, world: &World) -> Footing {
        let (acts, enter) = match self.chosen(world) {
            Some(pending) if pending.of_run.is_some() => (
                tr("nobody here: it is signed in its ceremony").to_owned(),
                say!("opens: {sentence}", sentence = pending.sentence),
            ),
            Some(pending) => (
                say!(
                    "{may_sign} can sign; {issuer} who asked cannot",
                    may_sign = pending.may_sign.join(", "),
                    issuer = pending.issuer
                ),
                say!("opens: {sentence}", sentence = pending.sentence),
            ),
            None => (
                tr("nobody: nothing waits").to_owned(),
                tr("does nothing: nothing waits").to_owned(),
            ),
        };
        Footing {
            acts,
            enter,
            so_far: tr("nothing that waits here has been done").into(),
        }
    }

    fn offers(&self, world: &World) -> Vec<Offer> {
        let with = |offer: Offer| match self.chosen(world) {
            Some(_) => offer,
            None => offer.off_because(tr("nothing waits")),
        };
        let mut offers = keys::moves();
        offers.extend([
            with(Offer::word(Verb::Enter, tr("open"))),
            with(Offer::plain(Verb::Refuse)),
            Offer::plain(Verb::Back),
        ]);
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "A request stands until it is done, refused, or void. Every signature binds the exact state of the vault: when one act is done, the others that were asked before it are void and have to be asked again. The screen says so when it happens.",
            "Requests and signatures live in memory: they go when the vault is closed.",
        ]
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let Some(view) = &world.view else { return };
        let (width, height) = (canvas.width(), canvas.height());
        if view.pending.is_empty() {
            empty(canvas);
            return;
        }
        let columns = columns(width);
        let cursor = Cursor::on(self.cursor.at().min(view.pending.len().saturating_sub(1)));
        let rows = height / 2;
        canvas.within(0, 0, width, rows, |c| {
            table(c, &columns, view.pending.len(), cursor, |n| {
                view.pending.get(n).map_or((Role::Text, Vec::new()), |p| {
                    let signed = say!(
                        "{signed} of {required}",
                        signed = p.signed.len(),
                        required = p.required
                    );
                    let row = vec![
                        p.sentence.clone(),
                        p.issuer.clone(),
                        left(p.asked, world.now()),
                        signed,
                        match p.of_run {
                            Some(_) => tr("its ceremony").to_owned(),
                            None => p.may_sign.join(" "),
                        },
                    ];
                    (Role::Wait, row)
                })
            });
        });
        let Some(pending) = self.chosen(world) else {
            return;
        };
        canvas.rule(rows, std::slice::from_ref(&pending.sentence));
        let details = crate::tui::widgets::lines::of_details(&pending.told(world.now()));
        // The words are read aloud: in two rows, none of them is ever cut.
        let aloud = height.saturating_sub(2);
        crate::tui::widgets::lines::draw(
            canvas,
            (rows.saturating_add(1), aloud),
            15,
            &details,
            crate::tui::widgets::lines::Rest::Elsewhere(tr("Enter shows all")),
        );
        canvas.put(2, aloud, Role::Muted, tr("read aloud"));
        let half = pending.words.len().div_ceil(2);
        for (n, words) in pending.words.chunks(half.max(1)).enumerate() {
            let y = aloud.saturating_add(cells(n));
            canvas.put(15, y, Role::Title, &words.join(" "));
        }
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        let chosen = self.chosen(world);
        match (verb, chosen) {
            (Verb::Enter, Some(pending)) => Reaction::push(Approve::new(pending.clone(), world)),
            (Verb::Refuse, Some(pending)) => Reaction::push(Refuse::new(pending, world, 0)),
            (Verb::Back, _) => Reaction::pop(),
            (other, _) => {
                let count = world.view.as_ref().map_or(0, |v| v.pending.len());
                self.cursor.moved(other, count, 5);
                Reaction::none()
            }
        }
    }
}

/// An empty list teaches.
fn empty(canvas: &mut Canvas<'_>) {
    let width = canvas.width();
    let room = width.saturating_sub(4);
    let y = canvas.paragraph(2, 1, room, Role::Title, tr("Nothing waits for signatures."));
    canvas.paragraph(
        2,
        y.saturating_add(2),
        room,
        Role::Text,
        tr("Whoever asks for an act (n a new key, x an export, D a deletion) signs first; then the request stands here until enough custodians have signed, each with a passphrase of their own, for that one act. Closed or cut off before, the vault forgets it: it is asked and signed anew."),
    );
}
