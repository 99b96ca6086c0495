//! The band above the keys: who acts, what Enter does, what has happened, each in as many rows as its words take. Names
//! are as long as people give them, and none of the three is cut for that: the page gives a row.

use super::canvas::{Canvas, cells, cut, wrap};
use super::theme::Role;
use super::world::World;
use crate::session::field::Footing;
use crate::text::{say, tr};

/// Rows of one line at most: more would leave too little of the page.
const MOST: usize = 3;

/// Columns before the words.
const LABELS: u16 = 9;

/// A label, the rows of its words, and how they are drawn.
type Told = (&'static str, Vec<String>, Role);

/// The three lines, laid out at a width.
pub(in crate::tui) struct Band([Told; 3]);

impl Band {
    /// The lines of a footing.
    pub(in crate::tui) fn of(footing: &Footing, world: &World, width: u16) -> Self {
        let room = usize::from(width.saturating_sub(LABELS).saturating_sub(1));
        let wait = world.long_busy().map(|words| say!("wait: {words}", words));
        let (enter, role) = match &wait {
            Some(words) => (words.as_str(), Role::Wait),
            None => (footing.enter.as_str(), Role::Text),
        };
        let lines = [
            (tr("Acts"), footing.acts.as_str(), Role::Text),
            (tr("Enter"), enter, role),
            (tr("So far"), footing.so_far.as_str(), Role::Text),
        ];
        Self(lines.map(|(label, text, role)| (label, within(wrap(text, room), MOST, room), role)))
    }

    /// The rows it takes.
    pub(in crate::tui) fn rows(&self) -> u16 {
        let rows = self.0.iter().map(|(_, rows, _)| rows.len());
        cells(rows.fold(0, usize::saturating_add))
    }

    /// Draws it from a row on, in the rows that were kept for it before the page was drawn: what the page showed may have
    /// changed what Enter does next.
    pub(super) fn draw(self, kept: &Self, top: u16, canvas: &mut Canvas<'_>) {
        let width = canvas.width().saturating_sub(LABELS).saturating_sub(1);
        let mut y = top;
        for ((label, rows, role), (_, before, _)) in self.0.into_iter().zip(&kept.0) {
            canvas.put(1, y, Role::Muted, label);
            let rows = within(rows, before.len(), usize::from(width));
            for (n, row) in rows.iter().enumerate() {
                canvas.put_cut(LABELS, y.saturating_add(cells(n)), width, role, row);
            }
            y = y.saturating_add(cells(before.len()));
        }
    }
}

/// At most so many rows; where there are more, the last says so.
pub(super) fn within(mut rows: Vec<String>, most: usize, room: usize) -> Vec<String> {
    if rows.len() > most {
        rows.truncate(most);
        if let Some(last) = rows.last_mut() {
            *last = cut(&format!("{last} {:room$}", ""), room);
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::snapshot;

    #[test]
    fn long_names_take_rows_and_cut_nothing() {
        let footing = Footing {
            acts: "custodian-1 and custodian-2 and custodian-3 and administrator and the witness"
                .into(),
            enter: "signs".into(),
            so_far: "nothing".into(),
        };
        let band = Band::of(&footing, &snapshot::world(), 80);
        assert_eq!(band.rows(), 4);
        let [(_, acts, _), ..] = &band.0;
        assert_eq!(acts.join(" "), footing.acts);
    }
}
