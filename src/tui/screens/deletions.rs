//! Deletions: the absolute time first, the countdown second; Enter restores, and never destroys.

use super::delete::Delete;
use super::home::left;
use super::key::{about_key, told};
use super::keys::{explained, history};
use super::review::Review;
use crate::api::{KeyState, Timestamp};
use crate::session::field::Footing;
use crate::session::{Command, KeyRow, Outcome, View, op};
use crate::text::{say, tr};
use crate::tui::acts::Draft;
use crate::tui::canvas::Canvas;
use crate::tui::digest::Digest;
use crate::tui::frame::clock;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::lines::{self, Rest};
use crate::tui::widgets::list::{Column, Cursor, table};
use crate::tui::world::World;

/// The list of deletions.
pub(crate) struct Deletions {
    cursor: Cursor,
    waiting: Option<Wait>,
}

enum Wait {
    Settling,
    Preview(Draft),
}

impl Deletions {
    /// The screen, with what is due settled first: it was approved when it was asked for.
    pub(crate) fn open() -> Reaction {
        let screen = Self {
            cursor: Cursor::default(),
            waiting: Some(Wait::Settling),
        };
        Reaction::push(screen).then(Step::Order(Order::Perform(Box::new(Command::Settle))))
    }

    fn chosen<'a>(&self, view: &'a View) -> Option<&'a KeyRow> {
        let rows = rows(view);
        rows.get(self.cursor.at().min(rows.len().saturating_sub(1)))
            .copied()
    }

    fn restore(&mut self, world: &World) -> Reaction {
        let Some(row) = world.view.as_ref().and_then(|v| self.chosen(v)) else {
            return Reaction::none();
        };
        let draft = about_key(op::RESTORE_KEY.name, &row.key.key_arn);
        self.waiting = Some(Wait::Preview(draft.clone()));
        Reaction::order(Order::Preview(Box::new(draft)))
    }
}

/// Keys being deleted, the nearest first; then those destroyed, the latest first.
fn rows(view: &View) -> Vec<&KeyRow> {
    let mut pending: Vec<&KeyRow> = view
        .keys
        .iter()
        .filter(|r| r.key.key_state == KeyState::DELETE_PENDING)
        .collect();
    pending.sort_by_key(|r| r.key.delete_pending_timestamp);
    let mut gone: Vec<&KeyRow> = view
        .keys
        .iter()
        .filter(|r| r.key.key_state == KeyState::DELETE_COMPLETE)
        .collect();
    gone.sort_by_key(|r| std::cmp::Reverse(r.key.delete_timestamp));
    pending.extend(gone);
    pending
}

/// Why a row cannot be restored.
fn off(row: &KeyRow, now: Timestamp) -> Option<&'static str> {
    match (row.key.key_state, row.key.delete_pending_timestamp) {
        (KeyState::DELETE_PENDING, Some(at)) if at <= now => Some(tr("its window is over")),
        (KeyState::DELETE_PENDING, _) => None,
        _ => Some(tr("its material is gone for good")),
    }
}

impl Screen for Deletions {
    fn digest(&self, world: &World) -> Option<Digest> {
        let view = world.view.as_deref()?;
        self.chosen(view).and_then(Digest::of_key)
    }

    fn name(&self) -> &'static str {
        "Deletions"
    }

    fn title(&self, world: &World) -> Vec<String> {
        let Some(view) = &world.view else {
            return vec![tr("Deletions").into()];
        };
        let rows = rows(view);
        let done = rows
            .iter()
            .filter(|r| r.key.key_state == KeyState::DELETE_COMPLETE)
            .count();
        let pending = rows.len().saturating_sub(done);
        vec![
            tr("Deletions").into(),
            say!("{pending} deleting, {done} destroyed", pending, done),
        ]
    }

    fn footing(&self, world: &World) -> Footing {
        let row = world.view.as_ref().and_then(|v| self.chosen(v));
        let enter = match row.map(|r| (r, off(r, world.now()))) {
            Some((row, None)) => say!(
                "asks to RESTORE {label} (a review and signatures follow)",
                label = row.label
            ),
            Some((row, Some(why))) => {
                say!("does nothing for {label}: {why}", label = row.label, why)
            }
            None => tr("does nothing: no deletion is pending").to_owned(),
        };
        let so_far = match row {
            Some(row) if row.key.key_state == KeyState::DELETE_PENDING => {
                tr("keys marked deleting still exist until the time shown")
            }
            _ => tr("looking destroys nothing"),
        };
        Footing {
            acts: tr("one person asks, custodians sign; looking needs nobody").into(),
            enter,
            so_far: so_far.into(),
        }
    }

    fn offers(&self, world: &World) -> Vec<Offer> {
        let why = match world.view.as_ref().and_then(|v| self.chosen(v)) {
            Some(row) => off(row, world.now()),
            None => Some(tr("no deletion is pending")),
        };
        let restore = Offer::word(Verb::Enter, tr("restore"));
        // R restores on a key's page: here it does what Enter does, and needs no word of its own beside it.
        let by_letter = Offer::word(Verb::Restore, "");
        let new = Offer::word(Verb::Delete, tr("new deletion"));
        let judged = |offer: Offer| match why {
            Some(reason) => offer.off_because(reason),
            None => offer,
        };
        let mut offers = keys::moves();
        offers.extend([
            judged(restore),
            judged(by_letter),
            if world.view.as_ref().is_some_and(|v| v.keys.is_empty()) {
                new.off_because(tr("no key is in this vault yet"))
            } else {
                new
            },
            Offer::plain(Verb::Back),
        ]);
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "A key that was deleted is unusable at once. Until the time shown it can be restored by signatures; after it the material is destroyed and the record stays, so that the key can be accounted for.",
            "Enter asks to restore. No key on this screen destroys anything by itself: a new deletion is asked for with a typed word and signed.",
            "Destroyed means removed from this vault. Copies elsewhere keep the key until they are destroyed too.",
        ]
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let Some(view) = &world.view else { return };
        let (width, height) = (canvas.width(), canvas.height());
        let rows = rows(view);
        if rows.is_empty() {
            empty(canvas);
            return;
        }
        let now = world.now();
        let column = |title, width, right| Column {
            title,
            width,
            right,
        };
        let columns = [
            column("NAME", width.saturating_sub(63).clamp(10, 48), false),
            column("USE", 3, false),
            column("KCV", 8, false),
            column("STATE", 9, false),
            column("WHEN", 20, false),
            column("LEFT", 9, true),
        ];
        let cursor = Cursor::on(self.cursor.at().min(rows.len().saturating_sub(1)));
        let below = explained(height);
        canvas.within(0, 0, width, height.saturating_sub(below), |c| {
            table(c, &columns, rows.len(), cursor, |n| {
                rows.get(n)
                    .map_or((Role::Text, Vec::new()), |row| texts(row, now))
            });
        });
        let Some(row) = self.chosen(view) else { return };
        let y = height.saturating_sub(below);
        canvas.rule(y, &heading(row));
        canvas.within(1, y.saturating_add(1), width.saturating_sub(2), below, |c| {
            let words = match off(row, now) {
                None => tr("It still exists, is unusable, and can be restored. Its days count while the vault is closed too; it is destroyed at the first opening after they are over."),
                Some(why) if why == tr("its window is over") => tr("Its window is over: it cannot be used or restored. The next act in this vault destroys its material first."),
                Some(_) => tr("Its material was destroyed with all earlier copies in this vault. Only the record is left."),
            };
            let room = c.width();
            let y = c.paragraph(0, 0, room, Role::Text, words);
            let y = y.saturating_add(c.paragraph(0, y, room, Role::Text, &history(row, view)));
            // On a high screen all of the key.
            if below > 5 {
                let end = c.height().saturating_sub(1);
                lines::draw(c, (y.saturating_add(1), end), 15, &told(row, view), Rest::Elsewhere(tr("Keys shows all")));
            }
        });
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        match verb {
            Verb::Enter | Verb::Restore => self.restore(world),
            Verb::Delete => Reaction::push(Delete::new(None)),
            Verb::Back => Reaction::pop(),
            other => {
                let count = world.view.as_ref().map_or(0, |v| rows(v).len());
                self.cursor
                    .moved(other, count, usize::from(world.size.1.saturating_sub(13)));
                Reaction::none()
            }
        }
    }

    fn news(&mut self, news: &News, _world: &World) -> Option<Reaction> {
        match (self.waiting.take()?, news) {
            (Wait::Settling, News::Done(outcome)) => match outcome.as_ref() {
                Outcome::Advanced { destroyed, .. } if !destroyed.is_empty() => {
                    Some(Reaction::notice(
                        Role::Note,
                        say!(
                            "{destroyed} keys whose window was over are now destroyed.",
                            destroyed = destroyed.len()
                        ),
                    ))
                }
                _ => Some(Reaction::none()),
            },
            (Wait::Preview(draft), News::Preview { pending, request }) => Some(Reaction::push(
                Review::new(draft, pending.clone(), request, 0),
            )),
            (_, News::Refused(text)) => Some(super::outrun(text)),
            _ => None,
        }
    }
}

/// A key's name, and of a destroyed one its id beside it: another key may have that name by now.
fn heading(row: &KeyRow) -> Vec<String> {
    let id = row.key.key_arn.rsplit('/').next().unwrap_or_default();
    let gone = row.key.key_state == KeyState::DELETE_COMPLETE && row.label != id;
    let mut heading = vec![row.label.clone()];
    heading.extend(gone.then(|| id.to_owned()));
    heading
}

fn texts(row: &KeyRow, now: Timestamp) -> (Role, Vec<String>) {
    let key = &row.key;
    let pending = key
        .delete_pending_timestamp
        .filter(|_| key.key_state == KeyState::DELETE_PENDING);
    let (role, state, at, remains) = if let Some(at) = pending {
        (Role::Countdown, tr("deleting"), clock(at), left(now, at))
    } else {
        let at = key.delete_timestamp.map(clock).unwrap_or_default();
        (Role::Muted, tr("destroyed"), at, "-".to_owned())
    };
    let code = key.key_attributes.key_usage.code().to_owned();
    (
        role,
        vec![
            row.label.clone(),
            code,
            key.key_check_value.clone(),
            state.into(),
            at,
            remains,
        ],
    )
}

/// An empty list teaches.
fn empty(canvas: &mut Canvas<'_>) {
    let room = canvas.width().saturating_sub(4);
    let mut y = canvas
        .paragraph(2, 1, room, Role::Title, tr("No deletion is pending."))
        .saturating_add(2);
    for words in [
        tr(
            "D asks for one: choose the key, the days until it is destroyed (3 to 180), type the word delete, and custodians sign.",
        ),
        tr("Until then it can be restored from here, with Enter."),
    ] {
        y = y.saturating_add(canvas.paragraph(2, y, room, Role::Text, words));
    }
}
