//! A list with a cursor: any number of rows, of which only those in sight are ever drawn.

use unicode_width::UnicodeWidthStr;

use crate::text::tr;
use crate::tui::canvas::{Canvas, cells};
use crate::tui::keys::Verb;
use crate::tui::theme::Role;

/// Where the cursor of a list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Cursor {
    at: usize,
}

impl Cursor {
    /// A cursor on a row.
    pub(crate) const fn on(at: usize) -> Self {
        Self { at }
    }

    /// The row it stands on.
    pub(crate) const fn at(self) -> usize {
        self.at
    }

    /// Moves by a verb, in a list of `count` rows with `page` of them in sight.
    pub(crate) fn moved(&mut self, verb: Verb, count: usize, page: usize) {
        let last = count.saturating_sub(1);
        let at = match verb {
            Verb::Up => self.at.saturating_sub(1),
            Verb::Down => self.at.saturating_add(1),
            Verb::PageUp => self.at.saturating_sub(page.max(1)),
            Verb::PageDown => self.at.saturating_add(page.max(1)),
            Verb::First => 0,
            Verb::Last => last,
            _ => self.at,
        };
        self.at = at.min(last);
    }

    /// The first row in sight: the cursor keeps to the middle where there is more than fits.
    pub(crate) fn top(self, count: usize, height: usize) -> usize {
        self.at
            .saturating_sub(height / 2)
            .min(count.saturating_sub(height))
    }

    /// Draws the rows in sight: marker and highlight here, words by `row(canvas, index, y)`. An arrow at the edge says
    /// that the list goes on there.
    pub(crate) fn draw(
        self,
        canvas: &mut Canvas<'_>,
        count: usize,
        mut row: impl FnMut(&mut Canvas<'_>, usize, u16),
    ) {
        let height = usize::from(canvas.height());
        let top = self.top(count, height);
        for (y, index) in (top..count).take(height).enumerate() {
            let y = cells(y);
            if index == self.at {
                canvas.row(y, Role::Selection);
                canvas.put(1, y, Role::Selection, "►");
            }
            canvas.listed(y, index, self.at);
            row(canvas, index, y);
        }
        let below = count.saturating_sub(top.saturating_add(height));
        for (more, y, glyph) in [(top, 0, "↑"), (below, height.saturating_sub(1), "↓")] {
            if more > 0 && height > 0 {
                let here = top.saturating_add(y) == self.at;
                let role = if here { Role::Selection } else { Role::Muted };
                canvas.put(0, cells(y), role, glyph);
            }
        }
    }
}

/// The widths of two columns that share `room`: what each wants where that fits. Else the first gives way, down to
/// `least`, and whatever stands there is to be read whole beneath the list.
pub(crate) fn shared(room: u16, first: u16, second: u16, least: u16) -> (u16, u16) {
    let first = first.min(room.saturating_sub(second).max(least));
    (first, room.saturating_sub(first))
}

/// The widest of some texts, in columns.
pub(crate) fn widest<'a>(texts: impl IntoIterator<Item = &'a str>) -> u16 {
    cells(
        texts
            .into_iter()
            .map(UnicodeWidthStr::width)
            .max()
            .unwrap_or(0),
    )
}

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    /// Its heading.
    pub(crate) title: &'static str,
    /// Its width in columns.
    pub(crate) width: u16,
    /// Whether it is flush right.
    pub(crate) right: bool,
}

/// Draws a table's heading and the rows in sight; `cells(index)` gives a row's texts and its role when not chosen.
pub(crate) fn table(
    canvas: &mut Canvas<'_>,
    columns: &[Column],
    count: usize,
    cursor: Cursor,
    row: impl Fn(usize) -> (Role, Vec<String>),
) {
    let heads: Vec<String> = columns.iter().map(|c| tr(c.title).to_owned()).collect();
    table_row(canvas, columns, 0, Role::Muted, &heads);
    let (width, height) = (canvas.width(), canvas.height().saturating_sub(1));
    canvas.within(0, 1, width, height, |c| {
        cursor.draw(c, count, |c, index, y| {
            let (role, texts) = row(index);
            let role = if index == cursor.at() {
                Role::Selection
            } else {
                role
            };
            table_row(c, columns, y, role, &texts);
        });
    });
}

fn table_row(canvas: &mut Canvas<'_>, columns: &[Column], y: u16, role: Role, texts: &[String]) {
    let mut x: u16 = 3;
    for (column, text) in columns.iter().zip(texts) {
        if column.right {
            canvas.put_right(x.saturating_add(column.width), y, role, text);
        } else {
            canvas.put_cut(x, y, column.width, role, text);
        }
        x = x.saturating_add(column.width).saturating_add(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_what_they_want_where_there_is_room() {
        assert_eq!(shared(54, 13, 30, 10), (13, 41));
        assert_eq!(shared(54, 28, 40, 15), (15, 39));
        assert_eq!(shared(54, 9, 50, 15), (9, 45));
        assert_eq!(shared(110, 45, 60, 13), (45, 65));
    }

    #[test]
    fn the_cursor_stays_inside_and_in_sight() {
        let mut cursor = Cursor::default();
        cursor.moved(Verb::Up, 5, 3);
        assert_eq!(cursor.at(), 0);
        cursor.moved(Verb::Last, 100_000, 10);
        assert_eq!(cursor.at(), 99_999);
        assert_eq!(cursor.top(100_000, 10), 99_990);
        cursor.moved(Verb::PageUp, 100_000, 10);
        assert_eq!(cursor.at(), 99_989);
        cursor.moved(Verb::Down, 0, 10);
        assert_eq!(cursor.at(), 0);
    }
}
