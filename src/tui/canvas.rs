//! A place to draw on: clipped, styled by role, safe against whatever text a file holds.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::look::Look;
use super::paint::Depth;
use super::theme::{Role, Theme};

/// What the terminal can show, and how we want it to look. All of it is told from outside.
#[derive(Debug, Clone)]
pub(crate) struct Appearance {
    /// The theme's name, or the path of its file.
    pub(crate) name: String,
    pub(crate) theme: Theme,
    pub(crate) depth: Depth,
    pub(crate) ascii: bool,
}

impl Appearance {
    /// What Settings shows of it.
    pub(crate) fn look(&self) -> Look {
        Look {
            theme: self.name.clone(),
            ascii: self.ascii,
            mouse: false,
        }
    }
}

/// A row of a list as it was drawn, and how many rows it is below the list's cursor.
pub(crate) type Hit = (Rect, isize);

/// A part of the screen with its own origin.
pub(crate) struct Canvas<'a> {
    buffer: &'a mut Buffer,
    area: Rect,
    appearance: &'a Appearance,
    cursor: Option<Position>,
    hits: Vec<Hit>,
    /// Where secrets stand: for the eyes of whoever sits here, and for no recording.
    hidden: Vec<Rect>,
}

impl<'a> Canvas<'a> {
    /// The whole buffer, painted with the theme's paper.
    pub(crate) fn new(buffer: &'a mut Buffer, appearance: &'a Appearance) -> Self {
        let area = buffer.area;
        buffer.set_style(area, appearance.theme.base(appearance.depth));
        Self {
            buffer,
            area,
            appearance,
            cursor: None,
            hits: Vec::new(),
            hidden: Vec::new(),
        }
    }

    pub(crate) const fn width(&self) -> u16 {
        self.area.width
    }

    pub(crate) const fn height(&self) -> u16 {
        self.area.height
    }

    /// Whether only ASCII can be shown.
    pub(crate) const fn ascii(&self) -> bool {
        self.appearance.ascii
    }

    /// Writes text in exactly these colours: for pictures that a camera reads, whatever the theme.
    pub(crate) fn put_painted(&mut self, x: u16, y: u16, text: &str, style: Style) {
        if y < self.area.height && x < self.area.width {
            let room = usize::from(self.area.width.saturating_sub(x));
            let (x, y) = (self.area.x.saturating_add(x), self.area.y.saturating_add(y));
            self.buffer.set_stringn(x, y, text, room, style);
        }
    }

    /// Where the terminal's cursor belongs, if anywhere.
    pub(crate) const fn cursor(&self) -> Option<Position> {
        self.cursor
    }

    fn style(&self, role: Role) -> Style {
        self.appearance.theme.style(role, self.appearance.depth)
    }

    /// Writes one line from column `x`, cut at the edge; returns the column after it.
    pub(crate) fn put(&mut self, x: u16, y: u16, role: Role, text: &str) -> u16 {
        if y >= self.area.height || x >= self.area.width {
            return x;
        }
        let style = self.style(role);
        let room = usize::from(self.area.width.saturating_sub(x));
        let (end, _) = self.buffer.set_stringn(
            self.area.x.saturating_add(x),
            self.area.y.saturating_add(y),
            shown(text),
            room,
            style,
        );
        if role == Role::Secret {
            let left = self.area.x.saturating_add(x);
            let top = self.area.y.saturating_add(y);
            self.hidden
                .push(Rect::new(left, top, end.saturating_sub(left), 1));
        }
        end.saturating_sub(self.area.x)
    }

    /// Writes text that ends in `..` where `room` is too small.
    pub(crate) fn put_cut(&mut self, x: u16, y: u16, room: u16, role: Role, text: &str) -> u16 {
        self.put(x, y, role, &cut(&shown(text), usize::from(room)))
    }

    /// Writes text flush right, ending before column `end`.
    pub(crate) fn put_right(&mut self, end: u16, y: u16, role: Role, text: &str) {
        let x = end.saturating_sub(cells(text.width()));
        self.put(x, y, role, text);
    }

    /// Wraps text into `width` columns from (x, y) down; returns how many rows it took.
    pub(crate) fn paragraph(&mut self, x: u16, y: u16, width: u16, role: Role, text: &str) -> u16 {
        let lines = wrap(text, usize::from(width));
        for (n, line) in lines.iter().enumerate() {
            self.put(x, y.saturating_add(cells(n)), role, line);
        }
        cells(lines.len())
    }

    /// Styles a whole row.
    pub(crate) fn row(&mut self, y: u16, role: Role) {
        if y < self.area.height {
            let style = self.style(role);
            let row = Rect::new(
                self.area.x,
                self.area.y.saturating_add(y),
                self.area.width,
                1,
            );
            self.buffer.set_style(row, style);
        }
    }

    /// Says that row `y` is a list's row `index` while its cursor stands on `at`: a click there moves the cursor.
    pub(crate) fn listed(&mut self, y: u16, index: usize, at: usize) {
        let (Ok(index), Ok(at)) = (isize::try_from(index), isize::try_from(at)) else {
            return;
        };
        let row = Rect::new(
            self.area.x,
            self.area.y.saturating_add(y),
            self.area.width,
            1,
        );
        let row = row.intersection(self.area);
        self.hits.push((row, index.saturating_sub(at)));
    }

    /// The rows that a click can land on.
    pub(crate) fn hits(&mut self) -> Vec<Hit> {
        std::mem::take(&mut self.hits)
    }

    /// Where something was drawn as [`Role::Secret`].
    pub(crate) fn hidden(&mut self) -> Vec<Rect> {
        std::mem::take(&mut self.hidden)
    }

    /// A rule across row `y` with titles in it: `─ Keys ─ 5 of 45 ────`.
    pub(crate) fn rule(&mut self, y: u16, titles: &[String]) {
        let line = "─".repeat(usize::from(self.area.width));
        self.put(0, y, Role::Frame, &line);
        let mut x = 1;
        for title in titles.iter().filter(|t| !t.is_empty()) {
            let room = usize::from(self.area.width.saturating_sub(x).saturating_sub(4));
            let words = format!(" {} ", cut(&shown(title), room));
            x = self.put(x, y, Role::Title, &words).saturating_add(1);
        }
    }

    /// A line down column `x` from `y`, `length` rows long.
    pub(crate) fn column(&mut self, x: u16, y: u16, length: u16) {
        for row in y..y.saturating_add(length) {
            self.put(x, row, Role::Frame, "│");
        }
    }

    /// Puts the terminal's cursor at a place of this part.
    pub(crate) fn set_cursor(&mut self, x: u16, y: u16) {
        if x < self.area.width && y < self.area.height {
            self.cursor = Some(Position::new(
                self.area.x.saturating_add(x),
                self.area.y.saturating_add(y),
            ));
        }
    }

    /// Draws into a part of this canvas; it cannot leave it.
    pub(crate) fn within(
        &mut self,
        x: u16,
        y: u16,
        width: u16,
        height: u16,
        draw: impl FnOnce(&mut Canvas<'_>),
    ) {
        let wanted = Rect::new(
            self.area.x.saturating_add(x),
            self.area.y.saturating_add(y),
            width,
            height,
        );
        let area = wanted.intersection(self.area);
        if area.is_empty() {
            return;
        }
        let mut part = Canvas {
            buffer: self.buffer,
            area,
            appearance: self.appearance,
            cursor: None,
            hits: Vec::new(),
            hidden: Vec::new(),
        };
        draw(&mut part);
        let cursor = part.cursor;
        let hits = std::mem::take(&mut part.hits);
        let hidden = std::mem::take(&mut part.hidden);
        self.hits.extend(hits);
        self.hidden.extend(hidden);
        if cursor.is_some() {
            self.cursor = cursor;
        }
    }

    /// Replaces every glyph by its ASCII twin where the terminal has no others. Last thing done to a frame.
    pub(crate) fn finish(&mut self) {
        if !self.appearance.ascii {
            return;
        }
        for cell in &mut self.buffer.content {
            if !cell.symbol().is_ascii() {
                let twin = cell.symbol().chars().next().map_or(' ', twin);
                cell.set_char(twin);
            }
        }
    }
}

/// The ASCII twin of a glyph; one column each, so nothing moves.
pub(super) const fn twin(glyph: char) -> char {
    match glyph {
        '─' | '–' | '—' => '-',
        '│' => '|',
        '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' => '+',
        '■' | '█' | '▀' | '▄' => '#',
        '►' | '→' => '>',
        '←' | '◄' => '<',
        '↑' => '^',
        '↓' => 'v',
        '•' => '*',
        '·' => '.',
        '▌' => '_',
        _ => '?',
    }
}

/// Text as it may be drawn: control and direction-changing characters as escapes.
pub(crate) fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let turns = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        if c.is_control() || turns {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// Text cut to a width in columns, ending in `..` where something is missing: at a word's end, where one is near.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut rest = text.chars();
    let mut next = rest.next();
    while let Some(c) = next.filter(|_| out.width().saturating_add(3) <= width) {
        out.push(c);
        next = rest.next();
    }
    // Half a word reads as another one. A name is none of words: as much of it as there is room for.
    let inside = next.is_some_and(char::is_alphanumeric);
    if let Some((whole, part)) = out.rsplit_once(' ').filter(|_| inside)
        && part.width() <= (width / 3).max(LONG_WORD.min(width / 2))
    {
        out.truncate(whole.len());
    }
    out.truncate(out.trim_end_matches(|c: char| " ,;:·".contains(c)).len());
    out.push_str(if width >= 2 { ".." } else { "" });
    out
}

/// A label and what is said of it, as they stand in one row of `room` columns: whole where both fit. Else the label gives
/// way first, down to half of the row: what it is can be told from its beginning, and why it is off cannot.
pub(crate) fn in_row(label: &str, said: &str, room: usize) -> (String, String) {
    let least = room.saturating_sub(said.width()).max(room / 2);
    let label = if said.is_empty() {
        cut(label, room)
    } else {
        cut(label, least)
    };
    let said = cut(said, room.saturating_sub(label.width()));
    (label, said)
}

/// Columns of a word that a cut gives up rather than show half of it.
const LONG_WORD: usize = 12;

/// Wraps text at spaces, keeping its own line ends. A line that goes on is set under its beginning: under the
/// indentation, or under the value where a label stands before it.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut out = Vec::new();
    for line in text.split('\n') {
        let indent = " ".repeat(hang(line, width));
        let options = textwrap::Options::new(width.max(1))
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .subsequent_indent(&indent);
        let lines = textwrap::wrap(line, options);
        out.extend(lines.into_iter().map(std::borrow::Cow::into_owned));
    }
    out
}

/// Columns of a label in the lines of `label  value` that layers below write.
const LABEL: usize = 11;

/// How far the rest of a line is indented: to its value, where a label stands before it.
fn hang(line: &str, width: usize) -> usize {
    let spaces = line.chars().take_while(|c| *c == ' ').count();
    let label = line.get(spaces..).unwrap_or_default();
    let value = match label.find("  ") {
        Some(gap) => {
            let rest = label.get(gap..).unwrap_or_default();
            let blank = rest.chars().take_while(|c| *c == ' ').count();
            let before = label.get(..gap).unwrap_or_default().chars().count();
            spaces.saturating_add(before).saturating_add(blank)
        }
        // The longest labels leave one space before their value.
        None if spaces > 0 && label.find(' ') == Some(LABEL) => {
            spaces.saturating_add(LABEL).saturating_add(1)
        }
        None => spaces,
    };
    [value, spaces]
        .into_iter()
        .find(|n| *n <= width / 3)
        .unwrap_or(0)
}

/// A count as terminal columns or rows.
pub(crate) fn cells(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_hangs_under_its_value() {
        let wrapped = wrap(
            "   certificate C=US, O=Example Payment Service, CN=wrapping",
            46,
        );
        assert!(wrapped[1].starts_with("               "), "{wrapped:?}");
        let wrapped = wrap(
            "   kind        AES_128, which is strong enough for this key",
            46,
        );
        assert!(wrapped[1].starts_with("               "), "{wrapped:?}");
        assert_eq!(wrap("certificate of somebody", 12)[1], "of somebody");
    }

    #[test]
    fn control_and_bidi_characters_are_drawn_as_escapes() {
        assert_eq!(shown("a\u{1b}[2Jb\u{202e}c"), "a\\u{1b}[2Jb\\u{202e}c");
    }

    #[test]
    fn a_long_value_goes_on_under_its_beginning() {
        assert_eq!(
            wrap("  arn   aws:one-two three four five", 26),
            ["  arn   aws:one-two three", "        four five"]
        );
    }

    #[test]
    fn cut_text_says_that_it_was_cut() {
        assert_eq!(cut("custodian", 9), "custodian");
        assert_eq!(cut("custodian", 6), "cust..");
        assert_eq!(cut("custodian", 1), "");
    }

    #[test]
    fn a_sentence_is_cut_at_the_end_of_a_word() {
        assert_eq!(
            cut("it is no base derivation key here", 30),
            "it is no base derivation key.."
        );
        assert_eq!(
            cut("it is no base derivation key here", 27),
            "it is no base derivation.."
        );
        assert_eq!(cut("Ada, Ana, Ben, Cho", 13), "Ada, Ana..");
        // A name of one word is no sentence, whatever stands before it.
        assert_eq!(
            cut("a kek-partner-of-2026-in-november", 20),
            "a kek-partner-of-2.."
        );
    }

    #[test]
    fn a_label_gives_way_to_what_is_said_of_it() {
        let (label, said) = in_row("The recovery set opened", "  the custodians open it", 60);
        assert_eq!(
            (label.as_str(), said.as_str()),
            ("The recovery set opened", "  the custodians open it")
        );
        let (label, said) = in_row(
            "The recovery set opened this vault",
            "  the custodians open it",
            50,
        );
        assert_eq!(label, "The recovery set opened..");
        assert_eq!(said, "  the custodians open it");
        let (label, said) = in_row("new", "  the custodians open it again soon", 30);
        assert_eq!(label, "new");
        assert_eq!(said, "  the custodians open it..");
        assert_eq!(
            in_row("a label without a note", "", 22).0,
            "a label without a note"
        );
    }
}
