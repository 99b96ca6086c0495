//! What a screen shows after the codes that keymoot's own recordings hold: place the cursor, choose colours, clear.
#![deny(clippy::indexing_slicing)]

use super::RecordingError;

/// A colour: none for the terminal's own.
pub(super) type Colour = Option<Rgb>;

/// Red, green, blue.
type Rgb = (u8, u8, u8);

/// How a cell looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Style {
    pub(super) ink: Colour,
    pub(super) paper: Colour,
    pub(super) bold: bool,
    pub(super) italic: bool,
    pub(super) underlined: bool,
}

/// One cell; an empty text stands behind a wide glyph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) style: Style,
}

/// A screen.
pub(super) struct Picture {
    width: usize,
    height: usize,
    cells: Vec<Cell>,
    at: (usize, usize),
    style: Style,
}

impl Picture {
    pub(super) fn new((width, height): (u16, u16)) -> Self {
        let (width, height) = (usize::from(width), usize::from(height));
        Self {
            width,
            height,
            cells: vec![blank(); width * height],
            at: (0, 0),
            style: Style::default(),
        }
    }

    /// The rows.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[Cell]> {
        self.cells.chunks(self.width.max(1))
    }

    /// Takes an output event; `n` is its number, for the error.
    pub(super) fn take(&mut self, n: usize, data: &str) -> Result<(), RecordingError> {
        let mut rest = data;
        while let Some(c) = rest.chars().next() {
            if c != '\u{1b}' {
                self.put(c);
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
                continue;
            }
            let code = rest.strip_prefix("\u{1b}[");
            let code = code.ok_or(RecordingError::Foreign(n))?;
            let end = code.find(|c: char| c.is_ascii_alphabetic());
            let (arguments, tail) = end
                .and_then(|end| code.split_at_checked(end))
                .ok_or(RecordingError::Foreign(n))?;
            self.obey(arguments, tail.chars().next())
                .ok_or(RecordingError::Foreign(n))?;
            rest = tail.get(1..).unwrap_or_default();
        }
        Ok(())
    }

    fn obey(&mut self, arguments: &str, code: Option<char>) -> Option<()> {
        let numbers: Vec<u16> = arguments
            .split(';')
            .map(|n| n.parse().ok())
            .collect::<Option<_>>()?;
        match (code?, numbers.as_slice()) {
            ('H', [row, column]) => {
                self.at = (
                    usize::from(column.checked_sub(1)?),
                    usize::from(row.checked_sub(1)?),
                );
            }
            ('J', [2]) => self.cells.fill(blank()),
            ('m', codes) => self.style = styled(codes)?,
            _ => return None,
        }
        Some(())
    }

    fn put(&mut self, c: char) {
        let columns = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        let (x, y) = self.at;
        for offset in 0..columns {
            if x + offset >= self.width || y >= self.height {
                return;
            }
            if let Some(cell) = self.cells.get_mut(y * self.width + x + offset) {
                *cell = Cell {
                    text: if offset == 0 { c.into() } else { String::new() },
                    style: self.style,
                };
            }
        }
        self.at.0 += columns;
    }
}

fn blank() -> Cell {
    Cell {
        text: " ".into(),
        style: Style::default(),
    }
}

/// A style from a whole row of codes, which begins with a reset.
fn styled(codes: &[u16]) -> Option<Style> {
    let mut style = Style::default();
    let mut reversed = false;
    let mut rest = codes;
    while let Some((code, tail)) = rest.split_first() {
        rest = tail;
        match code {
            0 => style = Style::default(),
            1 => style.bold = true,
            2 => {}
            3 => style.italic = true,
            4 => style.underlined = true,
            7 => reversed = true,
            38 | 48 => {
                let (colour, tail) = colour(tail)?;
                rest = tail;
                if *code == 38 {
                    style.ink = Some(colour);
                } else {
                    style.paper = Some(colour);
                }
            }
            _ => return None,
        }
    }
    if reversed {
        std::mem::swap(&mut style.ink, &mut style.paper);
    }
    Some(style)
}

fn colour(codes: &[u16]) -> Option<(Rgb, &[u16])> {
    let byte = |n: &u16| u8::try_from(*n).ok();
    match codes {
        [2, r, g, b, rest @ ..] => Some(((byte(r)?, byte(g)?, byte(b)?), rest)),
        [5, n, rest @ ..] => Some((indexed(byte(n)?), rest)),
        _ => None,
    }
}

/// A colour of xterm's table of 256.
fn indexed(n: u8) -> (u8, u8, u8) {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let step = |n: u8| STEPS.get(usize::from(n % 6)).copied().unwrap_or(0);
    match n {
        0..=15 => {
            let full = if n < 8 { 205 } else { 255 };
            let on = |bit: u8| if n & bit == 0 { 0 } else { full };
            match n {
                7 => (229, 229, 229),
                8 => (127, 127, 127),
                _ => (on(1), on(2), on(4)),
            }
        }
        16..=231 => {
            let n = n - 16;
            (step(n / 36), step(n / 6), step(n))
        }
        232..=255 => {
            let grey = (n - 232).saturating_mul(10).saturating_add(8);
            (grey, grey, grey)
        }
    }
}
