//! Label and value lines, as reviews and details show them: short ones side by side, long ones wrapped.

use std::cell::Cell as Memory;

use unicode_width::UnicodeWidthStr;

use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells, wrap};
use crate::tui::keys::{Offer, Verb};
use crate::tui::theme::Role;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// What it is.
    pub(crate) label: String,
    /// Its value.
    pub(crate) value: String,
    /// How the value is drawn.
    pub(crate) role: Role,
    /// How the label is drawn.
    label_role: Role,
    /// Whether a value that is one long word has a row of its own rather than be broken.
    whole: bool,
    /// Whether it is a sentence from edge to edge, without a label.
    across: bool,
    /// What is said of the value, wherever there is a free place beside it.
    note: String,
}

impl Line {
    /// A plain line.
    pub(crate) fn new(label: &str, value: impl Into<String>) -> Self {
        Self {
            label: label.to_owned(),
            value: value.into(),
            role: Role::Text,
            label_role: Role::Muted,
            whole: false,
            across: false,
            note: String::new(),
        }
    }

    /// The same with something said of its value.
    pub(crate) fn noted(mut self, note: &str) -> Self {
        note.clone_into(&mut self.note);
        self
    }

    /// A sentence from edge to edge; an empty one is a free row.
    pub(crate) fn across(role: Role, words: impl Into<String>) -> Self {
        Self {
            role,
            across: true,
            ..Self::new("", words)
        }
    }

    /// The same, never broken where a row of its own is enough for that.
    pub(crate) const fn whole(mut self) -> Self {
        self.whole = true;
        self
    }

    /// The same with its label in a role: a verdict, and what it is on.
    pub(crate) const fn label_role(mut self, role: Role) -> Self {
        self.label_role = role;
        self
    }

    /// The same in a role.
    pub(crate) const fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }
}

/// Lines of an act's details: the verdict on strength is drawn as what it is, the check value stands beside the kind.
pub(crate) fn of_details(details: &[(String, String)]) -> Vec<Line> {
    let mut ordered: Vec<&(String, String)> = details.iter().collect();
    let place = |list: &[&(String, String)], name: &str| list.iter().position(|(l, _)| l == name);
    if let (Some(kcv), Some(kind)) = (
        place(&ordered, tr("check value")),
        place(&ordered, tr("algorithm")),
    ) {
        let line = ordered.remove(kcv);
        ordered.insert(kind.saturating_add(1), line);
    }
    ordered
        .into_iter()
        .map(|(label, value)| {
            let role = match label {
                l if l == tr("verdict") && value.starts_with(tr("strong enough")) => Role::Ok,
                l if l == tr("verdict") => Role::Stop,
                l if l == tr("note") => Role::Note,
                l if l == tr("will be destroyed on") => Role::Countdown,
                _ => Role::Text,
            };
            Line::new(label, value.clone()).role(role)
        })
        .collect()
}

/// Rows that a page key moves, where more are in sight.
const PAGE: usize = 5;

/// How far down a reader is in lines that do not all fit. Drawing keeps it inside them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reading {
    /// The first row in sight.
    top: Memory<usize>,
    /// Rows in all when it was last drawn, and how many of them were in sight at some time.
    seen: Memory<(usize, usize)>,
    /// Rows that were in sight when it was last drawn.
    shown: Memory<usize>,
}

impl Reading {
    /// Takes the page keys; `false` for every other verb.
    pub(crate) fn moved(&self, verb: Verb) -> bool {
        let top = self.top.get();
        let page = self.shown.get().clamp(1, PAGE);
        self.top.set(match verb {
            Verb::PageDown => top.saturating_add(page),
            Verb::PageUp => top.saturating_sub(page),
            _ => return false,
        });
        true
    }

    /// Whether not all of it was in sight when it was last drawn: the page keys are this page's then.
    pub(crate) fn goes_on(&self) -> bool {
        self.seen.get().0 > self.shown.get()
    }

    /// Rows that nobody has seen yet.
    pub(crate) fn unread(&self) -> usize {
        let (all, seen) = self.seen.get();
        all.saturating_sub(seen)
    }

    /// Enter shows what nobody has seen before it does anything else; `true` where there was something.
    pub(crate) fn first(&self, verb: Verb) -> bool {
        let more = verb == Verb::Enter && self.unread() > 0;
        if more {
            let shown = self.shown.get().max(1);
            self.top.set(self.top.get().saturating_add(shown));
        }
        more
    }

    /// What Enter does as long as something is unread, else `then`.
    pub(crate) fn or_first(&self, then: String) -> String {
        match self.unread() {
            0 => then,
            1 => tr("shows the line that is still below; then it goes on").to_owned(),
            n if n > self.shown.get() => say!(
                "shows more of the {n} lines that are still below; then it goes on",
                n
            ),
            n => say!(
                "shows the {n} lines that are still below; then it goes on",
                n
            ),
        }
    }

    /// The first row in sight where `show` of `all` are drawn. Rows in between are never passed over: what was not in
    /// sight is not read, and other rows begin at their top.
    fn drawn(&self, all: usize, show: usize) -> usize {
        let (before, seen) = self.seen.get();
        let seen = if before == all { seen } else { 0 };
        let top = self.top.get().min(all.saturating_sub(show)).min(seen);
        self.top.set(top);
        self.shown.set(show);
        self.seen.set((all, seen.max(top.saturating_add(show))));
        top
    }

    /// Enter in the key bar: as long as something is unread it shows more, and does not do what `then` says.
    pub(crate) fn enter(&self, then: &'static str) -> Offer {
        let word = if self.unread() > 0 {
            tr("read on")
        } else {
            then
        };
        Offer::word(Verb::Enter, word)
    }

    /// The keys it takes.
    pub(crate) fn offers() -> [Offer; 2] {
        [Offer::plain(Verb::PageDown), Offer::plain(Verb::PageUp)]
    }
}

/// Where lines are read that do not fit: there is no page that does not say so.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rest<'a> {
    /// Here, with the page keys.
    Below(&'a Reading),
    /// On another page: which key shows all of them, in a few words.
    Elsewhere(&'a str),
}

/// Draws lines from row `y`, at most down to row `end`; returns the row after the last. Values start `beside` columns
/// after the left edge. Where not all fit, the last row says how many are below, and which key shows them.
pub(crate) fn draw(
    canvas: &mut Canvas<'_>,
    (y, end): (u16, u16),
    beside: u16,
    lines: &[Line],
    rest: Rest<'_>,
) -> u16 {
    let rows = rows(lines, canvas.width(), beside);
    let height = usize::from(end.saturating_sub(y));
    let fits = rows.len() <= height;
    let show = if fits {
        rows.len()
    } else {
        height.saturating_sub(1)
    };
    let top = match rest {
        Rest::Below(reading) => reading.drawn(rows.len(), show),
        Rest::Elsewhere(_) => 0,
    };
    for (n, row) in rows.iter().skip(top).take(show).enumerate() {
        let y = y.saturating_add(cells(n));
        for cell in row {
            canvas.put(cell.x, y, cell.role, &cell.text);
        }
    }
    let after = y.saturating_add(cells(show));
    if fits {
        return after;
    }
    let below = rows.len().saturating_sub(show).saturating_sub(top);
    let words = match (rest, below) {
        (Rest::Elsewhere(key), 1) => say!("1 more line: {key}", key),
        (Rest::Elsewhere(key), n) => say!("{n} more lines: {key}", n, key),
        (_, 0) => tr("that was all of it; PgUp goes back").to_owned(),
        (_, 1) => tr("1 more line below: PgDn").to_owned(),
        (_, n) => say!("{n} more lines below: PgDn", n),
    };
    if height > 0 {
        canvas.put(2, after, Role::Note, &words);
    }
    after.saturating_add(1).min(end)
}

/// How many rows the lines need at a width.
pub(crate) fn height(lines: &[Line], width: u16, beside: u16) -> u16 {
    cells(rows(lines, width, beside).len())
}

struct Cell {
    x: u16,
    role: Role,
    text: String,
}

/// What is said of a line's value.
fn note(line: &Line, x: u16) -> Cell {
    Cell {
        x,
        role: Role::Muted,
        text: line.note.clone(),
    }
}

/// A sentence from edge to edge.
fn across(line: &Line, width: u16) -> impl Iterator<Item = Vec<Cell>> {
    let role = line.role;
    let parts = wrap(&line.value, usize::from(width.saturating_sub(3)));
    parts
        .into_iter()
        .map(move |text| vec![Cell { x: 2, role, text }])
}

fn rows(lines: &[Line], width: u16, beside: u16) -> Vec<Vec<Cell>> {
    let room = usize::from(width.saturating_sub(beside).saturating_sub(1));
    let half = width / 2;
    let short = usize::from(half.saturating_sub(beside).saturating_sub(1));
    // At the right the label stands two columns nearer to its value.
    let short_right = short.saturating_add(2);
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut open = false;
    for line in lines {
        let fits = |room: usize| {
            line.value.width() <= room
                && line.label.width() <= usize::from(beside).saturating_sub(3)
        };
        if line.across {
            open = false;
            rows.extend(across(line, width));
            continue;
        }
        // A verdict has a row of its own.
        let plain = line.label_role == Role::Muted;
        let is_short = plain && line.note.is_empty() && fits(short);
        let label = |x| Cell {
            x,
            role: line.label_role,
            text: line.label.clone(),
        };
        let value = |x, text: String| Cell {
            x,
            role: line.role,
            text,
        };
        if open
            && plain
            && line.note.is_empty()
            && fits(short_right)
            && let Some(row) = rows.last_mut()
        {
            row.push(label(half));
            row.push(value(
                half.saturating_add(beside).saturating_sub(2),
                line.value.clone(),
            ));
            open = false;
            continue;
        }
        open = is_short;
        let at = beside.max(cells(line.label.width()).saturating_add(3));
        let room = room.saturating_sub(usize::from(at.saturating_sub(beside)));
        let own_row = usize::from(width.saturating_sub(5));
        if line.whole && line.value.width() > room && line.value.width() <= own_row {
            rows.push(vec![label(2), note(line, at)]);
            rows.push(vec![value(4, line.value.clone())]);
            continue;
        }
        let mut parts = wrap(&line.value, room).into_iter();
        rows.push(vec![label(2), value(at, parts.next().unwrap_or_default())]);
        rows.extend(parts.map(|part| vec![value(beside, part)]));
        noted(&mut rows, line, (at, beside), room);
    }
    rows
}

/// What is said of a value behind it, where its row has the room, else beneath.
fn noted(rows: &mut Vec<Vec<Cell>>, line: &Line, (at, beside): (u16, u16), room: usize) {
    if line.note.is_empty() {
        return;
    }
    let after = line.value.width().saturating_add(2);
    match rows.last_mut() {
        Some(row) if after.saturating_add(line.note.width()) <= room => {
            row.push(note(line, at.saturating_add(cells(after))));
        }
        _ => rows.push(vec![note(line, beside)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nobody reads that there is more without reading how they come to it.
    #[test]
    fn what_does_not_fit_names_the_key_that_shows_it() {
        use crate::tui::snapshot;
        use ratatui::buffer::Buffer;
        use ratatui::layout::Rect;

        let lines: Vec<Line> = (0..9)
            .map(|n| Line::across(Role::Text, format!("line {n}")))
            .collect();
        let drawn = |rest: Rest<'_>| {
            let look = snapshot::appearance();
            let mut buffer = Buffer::empty(Rect::new(0, 0, 40, 4));
            let mut canvas = Canvas::new(&mut buffer, &look);
            draw(&mut canvas, (0, 4), 10, &lines, rest);
            snapshot::text(&buffer)
        };
        let reading = Reading::default();
        let below = drawn(Rest::Below(&reading));
        assert!(below.contains("6 more lines below: PgDn"), "{below}");
        assert!(reading.goes_on());
        reading.moved(Verb::PageDown);
        assert!(drawn(Rest::Below(&reading)).contains("line 4"));
        let elsewhere = drawn(Rest::Elsewhere("Enter shows all"));
        assert!(
            elsewhere.contains("6 more lines: Enter shows all"),
            "{elsewhere}"
        );
    }

    #[test]
    fn short_lines_share_a_row_and_long_ones_wrap() {
        let lines = [
            Line::new("use", "K0"),
            Line::new("algorithm", "AES_128"),
            Line::new("to", "x ".repeat(60)),
        ];
        assert_eq!(height(&lines, 80, 12), 3);
        // Seven columns hold four of the sixty letters.
        assert_eq!(height(&lines, 20, 12), 17);
    }
}
