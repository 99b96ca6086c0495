//! What stands under the details: who has signed, the words for the minutes, and what the stage asks.

use super::super::wizard;
use super::{Approve, Stage};
use crate::session::searching;
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells, wrap};
use crate::tui::theme::Role;
use crate::tui::widgets::signing::called;
use crate::tui::world::World;

/// Rows of the request that stay in sight whatever has to be said beneath: two of them, and how many are below.
const LEAST: u16 = 3;

/// Rows of the list of custodians at most: it goes on by its arrows, and the request stays in sight.
const MOST_PEOPLE: u16 = 6;

impl Approve {
    /// Words for the minutes, and who has signed: from row `y`; returns the row after.
    pub(super) fn minutes(&self, canvas: &mut Canvas<'_>, y: u16) -> u16 {
        let signed = if self.pending.signed.is_empty() {
            say!(
                "{issuer} asked for this. No custodian has signed yet.",
                issuer = self.pending.issuer
            )
        } else {
            say!(
                "{issuer} asked for this. Signed by {signed} ({signed_2} of {required}).",
                issuer = self.pending.issuer,
                signed = self.pending.signed.join(", "),
                signed_2 = self.pending.signed.len(),
                required = self.pending.required
            )
        };
        canvas.put(2, y, Role::Text, &signed);
        let y = y.saturating_add(1);
        canvas.put(2, y, Role::Muted, tr("read aloud"));
        let half = self.pending.words.len().div_ceil(2).max(1);
        let mut y = y;
        for words in self.pending.words.chunks(half) {
            canvas.put(15, y, Role::Title, &words.join(" "));
            y = y.saturating_add(1);
        }
        y
    }

    /// Rows that these take.
    pub(super) fn minutes_rows(&self) -> u16 {
        let half = self.pending.words.len().div_ceil(2).max(1);
        let words = self.pending.words.len().div_ceil(half);
        cells(words).saturating_add(1)
    }

    pub(super) fn draw_stage(&self, world: &World, canvas: &mut Canvas<'_>) {
        let width = canvas.width();
        match &self.stage {
            Stage::Who => {
                let more = match self.missing() {
                    1 => tr("Which custodian signs? One more is needed.").to_owned(),
                    n => say!("Which custodian signs next? {n} more are needed.", n),
                };
                canvas.put(2, 0, Role::Wait, &more);
                let rows = self.people.rows(width, canvas.height());
                canvas.within(1, 1, width, rows, |c| self.people.draw(c, true));
            }
            Stage::Sign(form) => {
                let words = say!("{called} signs:", called = called(&form.person));
                canvas.put(2, 0, Role::Wait, &words);
                canvas.within(2, 1, width.saturating_sub(3), canvas.height(), |c| {
                    form.draw(c);
                });
            }
            Stage::Working(cancel) => {
                let seconds = world.busy.as_ref().map_or(0, |(_, since)| {
                    world.wall.millis().saturating_sub(since.millis()) / 1000
                });
                let words = if cancel.said() {
                    tr("stopping the search ..").to_owned()
                } else {
                    say!(
                        "wait  {searching}",
                        searching = searching(seconds, tr("Esc"))
                    )
                };
                canvas.put(2, 1, Role::Wait, &words);
            }
            Stage::Stopped(why) => {
                let y = wizard::complaint(canvas, 0, Some(why));
                canvas.paragraph(
                    2,
                    y.saturating_add(1),
                    width.saturating_sub(3),
                    Role::Text,
                    tr("All signatures stand. Enter tries again; F4 takes it off the table."),
                );
            }
            Stage::InRun => {
                let words = tr(
                    "A ceremony asked for this and stands open at that step. It is signed there and done there; whoever signed it so far signs once more when the ceremony goes on.",
                );
                canvas.paragraph(2, 0, width.saturating_sub(3), Role::Wait, words);
            }
            Stage::Blank(_) => {}
        }
    }

    /// Rows of the words for the minutes, of the gap before what the stage asks, and the row where the `details` that
    /// begin at row `y` end: why a passphrase was refused stays whole, and the request makes room for it.
    pub(super) fn laid(&self, canvas: &Canvas<'_>, y: u16, details: u16) -> (u16, u16, u16) {
        let height = canvas.height();
        let stage = self.stage_rows(canvas).min(height);
        let minutes = self.minutes_rows();
        let with = |more: u16| stage.saturating_add(minutes).saturating_add(more);
        // A free row on both sides of the minutes only where nothing of the request goes for it.
        let roomy = y.saturating_add(details).saturating_add(with(2)) <= height;
        let least = y.saturating_add(LEAST).saturating_add(with(0)) <= height;
        let (minutes, gap) = match (roomy, least) {
            (true, _) => (minutes, 1),
            (false, true) => (minutes, 0),
            (false, false) => (0, 0),
        };
        let below = stage.saturating_add(minutes).saturating_add(gap);
        let end = height.saturating_sub(below).max(y.saturating_add(1));
        (minutes, gap, end)
    }

    /// Rows the part under the details needs.
    pub(super) fn stage_rows(&self, canvas: &Canvas<'_>) -> u16 {
        match &self.stage {
            Stage::Who => self
                .people
                .rows(canvas.width(), MOST_PEOPLE)
                .saturating_add(1),
            Stage::Sign(form) => {
                let width = canvas.width().saturating_sub(3);
                form.rows(width).saturating_add(1)
            }
            Stage::Working(_) => 2,
            Stage::InRun => 3,
            Stage::Stopped(why) => {
                let room = usize::from(canvas.width().saturating_sub(2));
                let stop = cells(wrap(&format!("STOP  {why}"), room).len());
                stop.saturating_add(3)
            }
            Stage::Blank(_) => 0,
        }
    }
}
