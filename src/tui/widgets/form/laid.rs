//! Which fields are in sight, and what of them: the one at hand with the reason why it was refused comes before its hint,
//! its hint before the other fields. What is out of sight says so.

use super::{Form, Line};
use crate::text::say;
use crate::tui::canvas::{Canvas, cells};
use crate::tui::theme::Role;

/// Rows of a list of choices: as many as there is room for up to the first; none takes fewer than the last.
const LISTS: [u16; 3] = [12, 6, 3];

/// What helps to answer, beside the field itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(super) enum Help {
    None,
    /// The practice answer alone.
    Practice,
    /// The hint and the practice answer.
    All,
}

/// How much of a field is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) focused: bool,
    pub(super) help: Help,
    /// Rows for its choices at most.
    pub(super) most: u16,
    /// The column in which inputs begin.
    pub(super) beside: u16,
}

/// The fields in sight.
#[derive(Clone, Copy)]
struct Laid {
    first: usize,
    /// The first that is not.
    end: usize,
    help: Help,
    most: u16,
    /// Whether a row is left between the field at hand and the next.
    gap: bool,
}

impl Form {
    /// How many rows all of it takes at a width; `brief` leaves the hints out.
    pub(crate) fn rows(&self, width: u16, brief: bool) -> u16 {
        let [most, ..] = LISTS;
        let all = Laid {
            first: 0,
            end: self.lines.len(),
            help: if brief { Help::Practice } else { Help::All },
            most,
            gap: true,
        };
        self.needs(&all, width)
    }

    /// The fewest rows in which the field at hand and why it was refused are seen whole.
    pub(crate) fn least(&self, width: u16) -> u16 {
        let [.., most] = LISTS;
        self.needs(&self.alone(Help::None, most), width)
    }

    /// Draws the fields with the hint of the one at hand; returns the rows used.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>) -> u16 {
        self.draw_as(canvas, false)
    }

    /// The same; `brief` leaves the hints out where room is short.
    pub(crate) fn draw_as(&self, canvas: &mut Canvas<'_>, brief: bool) -> u16 {
        let laid = self.laid(canvas.width(), canvas.height(), brief);
        let mut y = 0;
        if laid.first > 0 {
            let names = self.names(0, laid.first);
            let words = say!("more above (Shift-Tab): {names}", names);
            canvas.put_cut(2, y, canvas.width().saturating_sub(3), Role::Note, &words);
            y += 1;
        }
        for (n, line) in self.lines.iter().enumerate().take(laid.end) {
            if n < laid.first || y >= canvas.height() {
                continue;
            }
            y = line.draw(canvas, y, self.shape(n, &laid));
            // A gap between a hint and the next field; none after the last.
            y += u16::from(laid.gap && n == self.focus && n.saturating_add(1) < laid.end);
        }
        if laid.end < self.lines.len() {
            let names = self.names(laid.end, self.lines.len());
            let words = say!("more below (Tab): {names}", names);
            canvas.put_cut(2, y, canvas.width().saturating_sub(3), Role::Note, &words);
            y += 1;
        }
        y
    }

    /// The labels of fields that are out of sight.
    fn names(&self, from: usize, to: usize) -> String {
        let some = self.lines.iter().take(to).skip(from);
        let names: Vec<&str> = some.map(Line::label).collect();
        names.join(", ")
    }

    fn shape(&self, n: usize, laid: &Laid) -> Shape {
        Shape {
            focused: n == self.focus,
            help: laid.help,
            most: laid.most,
            beside: self.beside(),
        }
    }

    /// The column in which inputs begin: behind the longest label.
    fn beside(&self) -> u16 {
        let labels = self.lines.iter().map(|l| l.label().chars().count());
        cells(labels.max().unwrap_or(0)).saturating_add(4)
    }

    /// The field at hand and no other.
    const fn alone(&self, help: Help, most: u16) -> Laid {
        Laid {
            first: self.focus,
            end: self.focus.saturating_add(1),
            help,
            most,
            gap: false,
        }
    }

    /// The rows that what is in sight takes, with those that tell of the rest.
    fn needs(&self, laid: &Laid, width: u16) -> u16 {
        let fields = self.lines.iter().enumerate().take(laid.end);
        let rows = fields
            .skip(laid.first)
            .map(|(n, line)| line.rows(width, self.shape(n, laid)));
        let gap = laid.gap && self.focus.saturating_add(1) < laid.end;
        let told = [gap, laid.first > 0, laid.end < self.lines.len()];
        rows.chain(told.map(u16::from)).fold(0, u16::saturating_add)
    }

    /// What is in sight in so many rows.
    fn laid(&self, width: u16, height: u16, brief: bool) -> Laid {
        let count = self.lines.len();
        let most = if brief { Help::Practice } else { Help::All };
        let fits = |laid: &Laid| self.needs(laid, width) <= height;
        let [long, middle, short] = LISTS;
        let all = |help: Help, most: u16| Laid {
            first: 0,
            end: count,
            help,
            most,
            gap: true,
        };
        let helps = [Help::All, Help::Practice, Help::None];
        let helps = || helps.into_iter().filter(|help| *help <= most);
        // All of it, where a shorter list is enough for that. What came to be read pushes no other field out of sight
        // that the hint could make room for.
        let gives_way = self.at().is_some_and(Line::tells);
        let shorter = helps().filter(|_| gives_way).map(|help| all(help, middle));
        let whole = [all(most, long), all(most, middle)].into_iter();
        if let Some(all) = whole.chain(shorter).find(fits) {
            return self.stretched(all, width, height);
        }
        let mut tried = helps().flat_map(|help| [middle, short].map(|rows| self.alone(help, rows)));
        let alone = tried.find(fits);
        let [.., least] = LISTS;
        let mut laid = alone.unwrap_or_else(|| self.alone(Help::None, least));
        // Then the others, the next before the one before.
        loop {
            let before = (laid.first, laid.end);
            for (above, below) in [(0, 1), (1, 0)] {
                let more = Laid {
                    first: laid.first.saturating_sub(above),
                    end: laid.end.saturating_add(below).min(count),
                    ..laid
                };
                if self.needs(&more, width) <= height {
                    laid = more;
                }
            }
            if before == (laid.first, laid.end) {
                return self.stretched(laid, width, height);
            }
        }
    }

    /// The same with as long a list of choices as the rows that are left over hold: a reason that would be cut is read.
    fn stretched(&self, laid: Laid, width: u16, height: u16) -> Laid {
        let [long, ..] = LISTS;
        let longer = (laid.most..=long).rev().map(|most| Laid { most, ..laid });
        let mut longer = longer.filter(|longer| self.needs(longer, width) <= height);
        longer.next().unwrap_or(laid)
    }
}
