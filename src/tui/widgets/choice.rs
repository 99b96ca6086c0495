//! A closed list of choices; those that cannot work are shown with the reason, not hidden.

mod letters;

use unicode_width::UnicodeWidthStr;

pub(crate) use crate::session::guide::Entry;
use crate::tui::canvas::{Canvas, cells, cut, in_row, wrap};
use crate::tui::keys::Verb;
use crate::tui::theme::Role;
use crate::tui::widgets::list::Cursor;
use letters::Letters;

/// A list of choices with one under the cursor.
#[derive(Debug, Clone, Default)]
pub(crate) struct Choices {
    pub(crate) entries: Vec<Entry>,
    pub(crate) cursor: Cursor,
    /// What was typed since a key moved the cursor.
    letters: Letters,
}

impl Choices {
    /// Choices with the cursor on the first that can be taken.
    pub(crate) fn new(entries: Vec<Entry>) -> Self {
        let first = entries.iter().position(|e| e.off.is_none()).unwrap_or(0);
        Self {
            entries,
            cursor: Cursor::on(first),
            letters: Letters::default(),
        }
    }

    /// Choices with the cursor on the first, which says that nothing is chosen yet.
    pub(crate) fn undecided(entries: Vec<Entry>) -> Self {
        Self {
            entries,
            cursor: Cursor::on(0),
            letters: Letters::default(),
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
        self.letters = Letters::default();
        self.cursor.moved(verb, self.entries.len(), 8);
    }

    /// How many rows they take at a width, at most `most`.
    pub(crate) fn rows(&self, width: u16, most: u16) -> u16 {
        let laid = self.laid(width, most);
        let rows = laid.iter().map(|t| cells(t.lines.len()));
        // What is said of the choice under the cursor is whole at every size: the reason why it is off above all.
        let chosen = laid.get(self.cursor.at());
        let whole = chosen.map_or(0, |told| cells(told.lines.len()));
        rows.fold(0, u16::saturating_add).min(most.max(whole))
    }

    /// What is said of a choice: of the one under the cursor first that letters brought it there.
    fn note<'e>(&'e self, n: usize, entry: &'e Entry) -> &'e str {
        // Why a choice is off comes before how the cursor came to it.
        let by_letter = self.letters.told.as_deref().filter(|_| entry.off.is_none());
        by_letter
            .filter(|_| n == self.cursor.at())
            .unwrap_or_else(|| note(entry))
    }

    /// Where notes stand.
    fn note_column(&self) -> u16 {
        let labels = self.entries.iter().map(|e| e.label.chars().count());
        cells(labels.max().unwrap_or(0)).saturating_add(9)
    }

    /// Every choice as it stands: all of them whole where the rows are enough for that. Where they are not, the one
    /// under the cursor says all of it, those near it as far as there are rows, and the others have one row.
    fn laid(&self, width: u16, most: u16) -> Vec<Told<'_>> {
        let at = self.note_column();
        let chosen = self.cursor.at();
        let whole: Vec<Told<'_>> = (self.entries.iter().enumerate())
            .map(|(n, e)| told(e, self.note(n, e), at, width))
            .collect();
        let rows: usize = whole.iter().map(|t| t.lines.len()).sum();
        if rows <= usize::from(most) {
            return whole;
        }
        let one: Vec<Told<'_>> = self.entries.iter().map(|e| in_one_row(e, width)).collect();
        // Rows that are left over once each has its own tell the reasons nearest to the cursor whole.
        let mut used = one.len();
        let mut nearest: Vec<usize> = (0..whole.len()).collect();
        nearest.sort_by_key(|n| n.abs_diff(chosen));
        let mut full = vec![false; whole.len()];
        for n in nearest {
            let more = whole.get(n).map_or(0, |t| t.lines.len().saturating_sub(1));
            if (n == chosen || used.saturating_add(more) <= usize::from(most))
                && let Some(full) = full.get_mut(n)
            {
                *full = true;
                used = used.saturating_add(more);
            }
        }
        let each = full.into_iter().zip(whole).zip(one);
        each.map(|((full, whole), one)| if full { whole } else { one })
            .collect()
    }

    /// Draws the choices, the chosen one marked by word-shape and reverse. What is too long for its row goes on
    /// beneath; arrows at the edge say that the list goes on.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>, focused: bool) {
        let (width, height) = (canvas.width(), canvas.height());
        let told = self.laid(width, height);
        let lines: Vec<usize> = told.iter().map(|t| t.lines.len()).collect();
        let first = first_in_sight(&lines, self.cursor.at(), usize::from(height));
        let mut y: u16 = 0;
        let mut last = first;
        for (index, told) in told.iter().enumerate().skip(first) {
            let rows = cells(told.lines.len());
            // A reason is whole or not there.
            if y.saturating_add(rows) > height && index != self.cursor.at() {
                break;
            }
            self.draw_one(canvas, y, index, told, focused);
            y = y.saturating_add(rows);
            last = index.saturating_add(1);
        }
        let edge = height.min(y).saturating_sub(1);
        for (more, y, glyph) in [(first > 0, 0, "↑"), (last < told.len(), edge, "↓")] {
            if more && focused && height > 0 {
                canvas.put(0, y, Role::Muted, glyph);
            }
        }
    }

    fn draw_one(
        &self,
        canvas: &mut Canvas<'_>,
        y: u16,
        index: usize,
        told: &Told<'_>,
        focused: bool,
    ) {
        let here = index == self.cursor.at();
        let off = self.entries.get(index).is_some_and(|e| e.off.is_some());
        let role = match (here && focused, off) {
            (true, _) => Role::Selection,
            (_, true) => Role::Muted,
            _ => Role::Text,
        };
        for (n, line) in told.lines.iter().enumerate() {
            let y = y.saturating_add(cells(n));
            // The marker stands in the first row: colour alone would tell of the others.
            let role = match (n, role) {
                (1.., Role::Selection) => Role::Title,
                (_, role) => role,
            };
            if role == Role::Selection {
                canvas.row(y, role);
            }
            if focused {
                canvas.listed(y, index, self.cursor.at());
            }
            if n == 0 {
                if here && focused {
                    canvas.put(1, y, role, "►");
                }
                canvas.put(3, y, role, if here { "(*)" } else { "( )" });
            }
            let note = told.beside.filter(|_| n == 0).unwrap_or_default();
            let muted = if here && focused { role } else { Role::Muted };
            let (room, at) = (canvas.width(), self.note_column());
            if usize::from(room.saturating_sub(at)) >= note.width() {
                canvas.put(7, y, role, line);
                canvas.put(at, y, muted, note);
                continue;
            }
            let room = usize::from(room.saturating_sub(7));
            let note = format!("  {note}");
            // No column is kept for what does not fit into it: the more of the reason is read. What is only said beside a
            // choice gives way to it.
            let (label, note) = match (off, line.width() + note.width() <= room) {
                (true, _) => in_row(line, &note, room),
                (false, true) => (line.clone(), note),
                (false, false) => (line.clone(), String::new()),
            };
            let x = canvas.put(7, y, role, &label);
            canvas.put(x, y, muted, &note);
        }
    }
}

/// One choice as it stands at a width.
struct Told<'e> {
    /// The label, and the note beneath it where there is no room beside it.
    lines: Vec<String>,
    /// The note, where it stands beside the label.
    beside: Option<&'e str>,
}

fn note(entry: &Entry) -> &str {
    entry.off.as_deref().unwrap_or(&entry.note)
}

/// All of it, in as many rows as that takes.
fn told<'e>(entry: &Entry, note: &'e str, note_at: u16, width: u16) -> Told<'e> {
    let room = usize::from(width.saturating_sub(8)).max(1);
    let mut lines = wrap(&entry.label, room);
    if lines.is_empty() {
        lines.push(String::new());
    }
    let fits = usize::from(width.saturating_sub(note_at)) >= note.chars().count();
    if note.is_empty() || fits {
        let beside = Some(note).filter(|note| !note.is_empty());
        return Told { lines, beside };
    }
    lines.extend(
        wrap(note, room.saturating_sub(2))
            .iter()
            .map(|line| format!("  {line}")),
    );
    Told {
        lines,
        beside: None,
    }
}

/// One row, and what goes beyond its end cut: the cursor on it shows all.
fn in_one_row(entry: &Entry, width: u16) -> Told<'_> {
    let room = usize::from(width.saturating_sub(8)).max(1);
    Told {
        lines: vec![cut(&entry.label, room)],
        beside: Some(note(entry)).filter(|note| !note.is_empty()),
    }
}

/// The first choice that is drawn, so that the chosen one is seen whole.
fn first_in_sight(rows: &[usize], chosen: usize, height: usize) -> usize {
    let own = rows.get(chosen).copied().unwrap_or(1);
    let after: usize = rows.iter().skip(chosen + 1).sum();
    // In the middle, so that it is seen that the list goes on; lower where little comes after it.
    let before = (height / 2).max(height.saturating_sub(own + after));
    let mut used = 0;
    let mut first = chosen;
    for (n, more) in rows.iter().enumerate().take(chosen).rev() {
        used += more;
        if used > before.min(height.saturating_sub(own)) {
            break;
        }
        first = n;
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row that is not under the cursor keeps of its reason what fits, and cuts it at a word; a choice that can be taken is
    /// whole.
    #[test]
    fn a_reason_has_the_room_behind_its_own_label() {
        use crate::tui::snapshot;
        use ratatui::buffer::Buffer;
        use ratatui::layout::Rect;

        let off = |label: &str| {
            Entry::new(label, label, "").off_because("the custodians opened it themselves")
        };
        let can = |note: &str| Entry::new("c", "a choice that can be taken, of five", note);
        let entries = vec![
            can(""),
            off("short"),
            off("The recovery set opened this vault before"),
            can("a note beside it"),
        ];
        let choices = Choices::undecided(entries);
        let look = snapshot::appearance();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 56, 4));
        choices.draw(&mut Canvas::new(&mut buffer, &look), true);
        let drawn = snapshot::text(&buffer);
        let rows: Vec<&str> = drawn.lines().map(str::trim_end).collect();
        assert_eq!(rows[0], " ► (*) a choice that can be taken, of five");
        assert_eq!(rows[1], "   ( ) short  the custodians opened it themselves");
        assert_eq!(
            rows[2],
            "   ( ) The recovery set..  the custodians opened it.."
        );
        assert_eq!(rows[3], "   ( ) a choice that can be taken, of five");
    }

    /// However short the list must be: whoever stands on a choice that is off reads the whole reason.
    #[test]
    fn the_reason_under_the_cursor_takes_the_rows_that_it_needs() {
        let reason = "C4 (PCI PIN 8-2): Bob Cray holds since 2026-11-29 part 2 of the shares of this vault, Ada Byron \
                      holds part 1 of the same, and 2 parts make the secret; whoever has both needs nobody else.";
        let off = Entry::new("Bob Cray", "Bob Cray", "").off_because(reason);
        let others = ["Ada", "Cyn", "Dan"].map(|name| Entry::new(name, name, "custodian"));
        let mut choices = Choices::undecided(std::iter::once(off).chain(others).collect());
        let whole = told(
            &choices.entries[0],
            note(&choices.entries[0]),
            choices.note_column(),
            80,
        )
        .lines
        .len();
        assert!(whole > 3, "{whole}");
        assert_eq!(usize::from(choices.rows(80, 3)), whole);
        choices.moved(Verb::Down);
        assert_eq!(choices.rows(80, 3), 3);
    }
}
