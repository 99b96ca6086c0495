//! A closed list of choices; those that cannot work are shown with the reason, not hidden.

pub(crate) use crate::session::guide::Entry;
use crate::tui::canvas::{Canvas, cells};
use crate::tui::keys::Verb;
use crate::tui::theme::Role;
use crate::tui::widgets::list::Cursor;

/// A list of choices with one under the cursor.
#[derive(Debug, Clone, Default)]
pub(crate) struct Choices {
    pub(crate) entries: Vec<Entry>,
    pub(crate) cursor: Cursor,
}

impl Choices {
    /// Choices with the cursor on the first that can be taken.
    pub(crate) fn new(entries: Vec<Entry>) -> Self {
        let first = entries.iter().position(|e| e.off.is_none()).unwrap_or(0);
        Self {
            entries,
            cursor: Cursor::on(first),
        }
    }

    /// The choice under the cursor.
    pub(crate) fn chosen(&self) -> Option<&Entry> {
        self.entries.get(self.cursor.at())
    }

    /// Puts the cursor on a choice by id; `false` if there is none.
    pub(crate) fn choose(&mut self, id: &str) -> bool {
        let found = self
            .entries
            .iter()
            .position(|e| e.id.eq_ignore_ascii_case(id));
        if let Some(at) = found {
            self.cursor = Cursor::on(at);
        }
        found.is_some()
    }

    /// Moves the cursor.
    pub(crate) fn moved(&mut self, verb: Verb) {
        self.cursor.moved(verb, self.entries.len(), 8);
    }

    /// Draws one choice a row, the chosen one marked by word-shape and reverse.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>, focused: bool) {
        let widest = self
            .entries
            .iter()
            .map(|e| e.label.chars().count())
            .max()
            .unwrap_or(0);
        let note_at = cells(widest).saturating_add(9);
        let width = canvas.width();
        let height = usize::from(canvas.height());
        let top = self.cursor.top(self.entries.len(), height);
        for (y, (index, entry)) in self
            .entries
            .iter()
            .enumerate()
            .skip(top)
            .take(height)
            .enumerate()
        {
            let y = cells(y);
            let here = index == self.cursor.at();
            let role = match (here && focused, entry.off.is_some()) {
                (true, _) => Role::Selection,
                (_, true) => Role::Muted,
                _ => Role::Text,
            };
            if here && focused {
                canvas.row(y, Role::Selection);
                canvas.put(1, y, role, "►");
            }
            if focused {
                canvas.listed(y, index, self.cursor.at());
            }
            canvas.put(3, y, role, if here { "(*)" } else { "( )" });
            canvas.put(7, y, role, &entry.label);
            let note = entry.off.as_deref().unwrap_or(&entry.note);
            let note_role = if here && focused { role } else { Role::Muted };
            canvas.put_cut(note_at, y, width.saturating_sub(note_at), note_role, note);
        }
    }
}
