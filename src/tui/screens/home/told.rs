//! What Home says about the line under the cursor, and about the keys.

use unicode_width::UnicodeWidthStr;

use super::{columns, roads};
use crate::api::KeyState;
use crate::session::due::Due;
use crate::session::{View, due};
use crate::text::say;
use crate::tui::canvas::{Canvas, cells, wrap};
use crate::tui::theme::Role;

/// `41 ready · 2 deleting · 3 disabled`, and how one of these is put to use.
pub(super) fn keys(view: &View, width: u16) -> String {
    let counts = due::counts(view).join(" · ");
    let off = |row: &crate::session::KeyRow| {
        row.key.key_state == KeyState::CREATE_COMPLETE && !row.key.enabled && row.suspect.is_none()
    };
    if view.keys.iter().any(off) {
        let told = say!("{counts} (u on its page enables one)", counts);
        // It takes no row of its own from what is due.
        if told.width() <= usize::from(width.saturating_sub(11)) {
            return told;
        }
    }
    counts
}

/// What the chosen line means; where its row is too narrow for it, all of it comes first.
pub(super) fn explained(due: &[Due], at: usize, width: u16) -> String {
    let Some(chosen) = due.get(at) else {
        return String::new();
    };
    let [_, what, ..] = columns(width);
    let words = chosen.explained();
    if chosen.what.width() <= usize::from(what.width) {
        return words.to_owned();
    }
    format!("{}. {words}", chosen.what)
}

fn rows_of(told: &str, width: u16) -> u16 {
    cells(wrap(told, usize::from(width.saturating_sub(4))).len())
}

/// Rows of the list: what the chosen line means comes before the lines that the list scrolls to.
pub(super) fn listed(count: usize, told: &str, width: u16, above: u16) -> u16 {
    /// The heading and the chosen line with its neighbours.
    const LEAST: u16 = 4;
    let all = cells(count).saturating_add(1);
    let left = above.saturating_sub(rows_of(told, width));
    if left < LEAST.min(all) {
        above
    } else {
        all.min(left)
    }
}

/// What the chosen line means, between the list and the facts, where there is room for it.
pub(super) fn explain(
    view: &View,
    told: &str,
    (listed, above): (u16, u16),
    canvas: &mut Canvas<'_>,
) {
    let room = canvas.width().saturating_sub(4);
    let rows = rows_of(told, canvas.width());
    if listed.saturating_add(rows) > above {
        return;
    }
    // A free row on both sides, where there is one.
    let gap = u16::from(listed.saturating_add(rows).saturating_add(2) <= above);
    let y = listed.saturating_add(gap);
    canvas.paragraph(2, y, room, Role::Muted, told);
    // A high screen has room for what is not due as well.
    let below = y.saturating_add(rows).saturating_add(1);
    if above.saturating_sub(below) > 8 {
        roads(view, below, above, canvas);
    }
}
