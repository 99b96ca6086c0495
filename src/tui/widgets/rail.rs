//! The steps at the left of a wizard or a run: what is done, what is at hand, what is still to come.

use crate::tui::canvas::{Canvas, cells, wrap};
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

/// How far the second row of a title stands in.
const INDENT: u16 = 2;

/// Draws the rail with its line at the right edge; the step at hand is always in sight.
pub(crate) fn draw(canvas: &mut Canvas<'_>, stops: &[Stop]) {
    let (width, height) = (canvas.width(), canvas.height());
    canvas.column(width.saturating_sub(1), 0, height);
    let now = stops
        .iter()
        .position(|s| s.stage == Stage::Now)
        .unwrap_or(stops.len());
    let top = Cursor::on(now).top(stops.len(), usize::from(height));
    let sight = stops.iter().skip(top).take(usize::from(height));
    let titles = titles(sight.clone(), now.saturating_sub(top), (width, height));
    let mut y = 0;
    for (stop, title) in sight.zip(&titles) {
        let (mark, role) = match stop.stage {
            Stage::Done => ("■", Role::Ok),
            Stage::Now => ("►", Role::Focus),
            Stage::Later => (" ", Role::Muted),
            Stage::Stopped => ("!", Role::Stop),
        };
        canvas.put(1, y, role, mark);
        let words = if stop.stage == Stage::Done {
            Role::Text
        } else {
            role
        };
        canvas.put_right(width.saturating_sub(2), y, Role::Muted, &stop.note);
        for (n, row) in title.iter().enumerate() {
            let (x, room) = match n {
                0 => (3, room(stop, width)),
                _ => (3 + INDENT, width.saturating_sub(5 + INDENT)),
            };
            canvas.put_cut(x, y, room, words, row);
            y += 1;
        }
    }
}

/// Columns that a title has beside its note.
fn room(stop: &Stop, width: u16) -> u16 {
    let note = cells(stop.note.chars().count());
    let gap = if note == 0 { 5 } else { 6 };
    width.saturating_sub(gap).saturating_sub(note)
}

/// The rows of each title: two where one is too short and there is room, first for the step at hand and those after it,
/// which people have to tell apart.
fn titles<'s>(
    stops: impl Iterator<Item = &'s Stop>,
    now: usize,
    (width, height): (u16, u16),
) -> Vec<Vec<String>> {
    let rows = |stop: &Stop| {
        // Beside a long note there is no room for words: the title is cut.
        let room = room(stop, width).max(width / 3).max(1);
        let mut rows = wrap(&stop.title, usize::from(room));
        if rows.len() > 1 {
            let rest = rows.split_off(1).join(" ");
            rows.push(rest.trim().to_owned());
        }
        rows
    };
    let mut titles: Vec<Vec<String>> = stops.map(rows).collect();
    let mut spare = usize::from(height).saturating_sub(titles.len());
    let order: Vec<usize> = (now..titles.len())
        .chain((0..now.min(titles.len())).rev())
        .collect();
    for at in order {
        let Some(title) = titles.get_mut(at).filter(|title| title.len() > 1) else {
            continue;
        };
        if spare == 0 {
            *title = vec![title.join(" ")];
        } else {
            spare -= 1;
        }
    }
    titles
}
