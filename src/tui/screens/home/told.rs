//! What Home says about the line under the cursor, and about the keys.

use unicode_width::UnicodeWidthStr;

use super::columns;
use super::roads::roads;
use crate::api::KeyState;
use crate::session::due::Due;
use crate::session::{View, due};
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells, wrap};
use crate::tui::screen::Reaction;
use crate::tui::screens::page::Page;
use crate::tui::theme::Role;
use crate::tui::world::World;

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

/// Everybody. Whose share opened the vault is said of it, and not that the others are away: nobody asked them.
pub(super) fn people(view: &View) -> String {
    let all = view.people.iter().all(|person| person.present);
    let people = view.people.iter().map(|person| match person.present {
        true if all => say!("{name} (here)", name = person.name),
        true => say!("{name} (opened it)", name = person.name),
        false => person.name.clone(),
    });
    people.collect::<Vec<_>>().join(" · ")
}

/// A row of the block under the list: label, role, text.
pub(super) type Row = (&'static str, Role, String);

/// Facts as rows that fit.
pub(super) fn rows(facts: impl IntoIterator<Item = Row>, width: u16) -> Vec<Row> {
    let room = usize::from(width.saturating_sub(11));
    let rows = facts.into_iter().flat_map(|(label, role, text)| {
        let rows = wrap(&text, room).into_iter().enumerate();
        let label = move |n| if n == 0 { label } else { "" };
        rows.map(move |(n, row)| (label(n), role, row.trim_start().to_owned()))
    });
    rows.collect()
}

/// What opening found, in `room` rows: all of it where that leaves enough for what is due, else one row that says how
/// much there is and which key shows it.
pub(super) fn notes(view: &View, width: u16, room: u16) -> Vec<Row> {
    /// Rows for what is due, with the free row beneath.
    const DUE: u16 = 6;
    let Some(first) = view.notes.first() else {
        return Vec::new();
    };
    let all = view.notes.iter();
    let all = rows(
        all.map(|note| (tr("NOTE"), Role::Note, note.clone())),
        width,
    );
    if cells(all.len()).saturating_add(DUE) <= room {
        return all;
    }
    let words = match view.notes.len() {
        1 => say!("F8 shows it whole: {first}", first),
        n => say!("{n} notes, F8 shows them: {first}", n, first),
    };
    vec![(tr("NOTE"), Role::Note, words)]
}

/// Everything that opening found, as a page.
pub(super) fn whole(world: &World) -> Reaction {
    let Some(view) = world.view.as_deref().filter(|view| !view.notes.is_empty()) else {
        return Reaction::none();
    };
    let text = view.notes.join("\n\n");
    let titles = [tr("Home"), tr("what opening found")];
    Reaction::push(Page::new(
        &titles,
        text,
        tr("nothing has changed; the audit log (t) has it all"),
    ))
}

/// Rows above the block: the free row between goes first where a line would go else.
pub(super) fn room_for(count: usize, told: &str, width: u16, above: u16) -> u16 {
    let wanted = cells(count)
        .saturating_add(1)
        .saturating_add(rows_of(told, width));
    above.saturating_add(u16::from(wanted > above))
}

/// What the chosen line means; where its row is too narrow for it, all of it comes first.
pub(super) fn explained(due: &[Due], at: usize, width: u16) -> String {
    let Some(chosen) = due.get(at) else {
        return String::new();
    };
    let [_, what, ..] = columns(due, width);
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
