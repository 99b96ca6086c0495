//! The steps at the left of a wizard or a run: what is done, what is at hand, what is still to come.

use crate::tui::canvas::{Canvas, cells};
use crate::tui::theme::Role;
use crate::tui::widgets::list::Cursor;

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Done,
    Now,
    Later,
    Stopped,
}

/// One step at the left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stop {
    /// Its name.
    pub(crate) title: String,
    /// A value or word flush right: a check value, who signed.
    pub(crate) note: String,
    /// Where it stands.
    pub(crate) stage: Stage,
}

impl Stop {
    /// A step.
    pub(crate) fn new(title: &str, note: &str, stage: Stage) -> Self {
        Self {
            title: title.to_owned(),
            note: note.to_owned(),
            stage,
        }
    }
}

/// Draws the rail with its line at the right edge; the step at hand is always in sight.
pub(crate) fn draw(canvas: &mut Canvas<'_>, stops: &[Stop]) {
    let (width, height) = (canvas.width(), canvas.height());
    canvas.column(width.saturating_sub(1), 0, height);
    let now = stops
        .iter()
        .position(|s| s.stage == Stage::Now)
        .unwrap_or(stops.len());
    let top = Cursor::on(now).top(stops.len(), usize::from(height));
    for (y, stop) in stops.iter().skip(top).take(usize::from(height)).enumerate() {
        let y = cells(y);
        let (mark, role) = match stop.stage {
            Stage::Done => ("■", Role::Ok),
            Stage::Now => ("►", Role::Focus),
            Stage::Later => (" ", Role::Muted),
            Stage::Stopped => ("!", Role::Stop),
        };
        canvas.put(1, y, role, mark);
        let note = cells(stop.note.chars().count());
        let gap = if note == 0 { 5 } else { 6 };
        let room = width.saturating_sub(gap).saturating_sub(note);
        let words = if stop.stage == Stage::Done {
            Role::Text
        } else {
            role
        };
        canvas.put_cut(3, y, room, words, &stop.title);
        canvas.put_right(width.saturating_sub(2), y, Role::Muted, &stop.note);
    }
}
