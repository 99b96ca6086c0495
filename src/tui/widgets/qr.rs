//! A QR code in terminal cells: half blocks or full ones, white on black whatever the theme, with its quiet zone.

use qrcode::{EcLevel, QrCode, Version};
use ratatui::style::{Color, Style};

use crate::tui::canvas::{Canvas, cells};
use crate::tui::digest::Digest;

/// Modules of quiet zone around the code; readers on screens are content with two.
const QUIET: usize = 2;

/// Characters of the alphanumeric mode that a code of version 1, 2, .. holds at error correction L (ISO/IEC 18004,
/// table 7). Larger codes than these are hard to read from a screen.
const CAPACITY: [usize; 20] = [
    25, 47, 77, 114, 154, 195, 224, 279, 335, 395, 468, 535, 619, 667, 758, 854, 938, 1046, 1153,
    1249,
];

/// How modules become cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blocks {
    /// A cell is two modules, one above the other: the finest, drawn with block glyphs.
    Half,
    /// A module is two cells of nothing but background: for terminals without block glyphs, and for weak cameras.
    Full,
}

impl Blocks {
    /// The other of the two.
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Half => Self::Full,
            Self::Full => Self::Half,
        }
    }

    /// Cells as modules: across and down.
    const fn modules(self, width: u16, height: u16) -> (usize, usize) {
        match self {
            Self::Half => (width as usize, height as usize * 2),
            Self::Full => (width as usize / 2, height as usize),
        }
    }
}

/// The largest version whose code, with its quiet zone, fits into so many cells.
pub(crate) fn version_for(blocks: Blocks, width: u16, height: u16) -> Option<usize> {
    let (across, down) = blocks.modules(width, height);
    let side = across.min(down).checked_sub(2 * QUIET)?;
    // A code of version v has 17 + 4v modules a side.
    let version = side.checked_sub(17)? / 4;
    (version > 0).then(|| version.min(CAPACITY.len()))
}

/// Alphanumeric characters that a code of this version holds.
pub(crate) fn capacity(version: usize) -> usize {
    version
        .checked_sub(1)
        .and_then(|at| CAPACITY.get(at))
        .copied()
        .unwrap_or(0)
}

/// The smallest version that holds a text of any letters.
pub(crate) fn version_of_text(text: &str) -> Option<usize> {
    let dense = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b" $%*+-./:".contains(&b);
    if text.bytes().all(dense) {
        return version_of(text.len());
    }
    let fits = |version: &usize| {
        i16::try_from(*version).is_ok_and(|version| {
            QrCode::with_version(text.as_bytes(), Version::Normal(version), EcLevel::L).is_ok()
        })
    };
    (1..=40).find(fits)
}

/// The least version that holds so many alphanumeric characters.
pub(crate) fn version_of(characters: usize) -> Option<usize> {
    let at = CAPACITY.iter().position(|most| *most >= characters)?;
    at.checked_add(1)
}

/// A code's modules, quiet zone included.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    /// Modules a side.
    side: usize,
    /// Row by row: whether it is light.
    light: Vec<bool>,
}

impl Picture {
    /// The picture of a digest; nothing where it is too long for a code.
    pub(crate) fn of_digest(digest: &Digest) -> Option<Self> {
        let text = digest.text();
        Self::of_text(&text, version_of_text(&text)?)
    }

    /// The picture of alphanumeric text in a code of this version; nothing where it does not fit.
    pub(crate) fn of_text(text: &str, version: usize) -> Option<Self> {
        let version = Version::Normal(i16::try_from(version).ok()?);
        let code = QrCode::with_version(text.as_bytes(), version, EcLevel::L).ok()?;
        let inner = code.width();
        let side = inner.saturating_add(2 * QUIET);
        let colors = code.to_colors();
        let mut light = Vec::with_capacity(side.saturating_mul(side));
        for y in 0..side {
            for x in 0..side {
                light.push(match (x.checked_sub(QUIET), y.checked_sub(QUIET)) {
                    (Some(x), Some(y)) if x < inner && y < inner => colors
                        .get(y.saturating_mul(inner).saturating_add(x))
                        .is_none_or(|c| *c == qrcode::Color::Light),
                    _ => true,
                });
            }
        }
        Some(Self { side, light })
    }

    fn is_light(&self, x: usize, y: usize) -> bool {
        let at = y.saturating_mul(self.side).saturating_add(x);
        self.light.get(at).copied().unwrap_or(false)
    }

    /// Columns.
    pub(crate) fn width(&self, blocks: Blocks) -> u16 {
        match blocks {
            Blocks::Half => cells(self.side),
            Blocks::Full => cells(self.side.saturating_mul(2)),
        }
    }

    /// Rows.
    pub(crate) fn height(&self, blocks: Blocks) -> u16 {
        match blocks {
            Blocks::Half => cells(self.side.div_ceil(2)),
            Blocks::Full => cells(self.side),
        }
    }

    /// Whether it can be shown whole in this space. ASCII terminals have no half blocks.
    pub(crate) fn fits(
        &self,
        blocks: Blocks,
        canvas: &Canvas<'_>,
        width: u16,
        height: u16,
    ) -> bool {
        let glyphs = blocks == Blocks::Full || !canvas.ascii();
        glyphs && self.width(blocks) <= width && self.height(blocks) <= height
    }

    /// Draws it with its left upper corner at (x, y).
    pub(crate) fn draw(&self, blocks: Blocks, canvas: &mut Canvas<'_>, x: u16, y: u16) {
        match blocks {
            Blocks::Half => self.draw_half(canvas, x, y),
            Blocks::Full => self.draw_full(canvas, x, y),
        }
    }

    fn draw_half(&self, canvas: &mut Canvas<'_>, x: u16, y: u16) {
        let style = Style::new().fg(Color::White).bg(Color::Black);
        for (n, row) in self.half_rows().iter().enumerate() {
            canvas.put_painted(x, y.saturating_add(cells(n)), row, style);
        }
    }

    fn half_rows(&self) -> Vec<String> {
        (0..self.side)
            .step_by(2)
            .map(|y| {
                (0..self.side)
                    .map(
                        |x| match (self.is_light(x, y), self.is_light(x, y.saturating_add(1))) {
                            (true, true) => '█',
                            (true, false) => '▀',
                            (false, true) => '▄',
                            (false, false) => ' ',
                        },
                    )
                    .collect()
            })
            .collect()
    }

    fn draw_full(&self, canvas: &mut Canvas<'_>, x: u16, y: u16) {
        for row in 0..self.side {
            for column in 0..self.side {
                let paper = if self.is_light(column, row) {
                    Color::White
                } else {
                    Color::Black
                };
                canvas.put_painted(
                    x.saturating_add(cells(column.saturating_mul(2))),
                    y.saturating_add(cells(row)),
                    "  ",
                    Style::new().fg(paper).bg(paper),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_half_blocks_are_the_code_and_fit_the_least_screen() {
        let hex = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        let picture = Picture::of_digest(&Digest::sha256("a file", hex)).unwrap();
        let half = (picture.width(Blocks::Half), picture.height(Blocks::Half));
        assert_eq!(half, (33, 17));
        let full = (picture.width(Blocks::Full), picture.height(Blocks::Full));
        assert_eq!(full, (66, 33));
        let text = format!("SHA256:{}", hex.to_ascii_uppercase());
        let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::L).unwrap();
        let colors = code.to_colors();
        let rows = picture.half_rows();
        for y in 0..29 {
            for x in 0..29 {
                let c = rows[usize::midpoint(y, QUIET)]
                    .chars()
                    .nth(x + QUIET)
                    .unwrap();
                let upper = (y + QUIET).is_multiple_of(2);
                let light = matches!((c, upper), ('█', _) | ('▀', true) | ('▄', false));
                assert_eq!(light, colors[y * 29 + x] == qrcode::Color::Light, "{x} {y}");
            }
        }
    }

    #[test]
    fn the_table_is_what_the_codes_hold() {
        for (n, most) in CAPACITY.iter().enumerate() {
            let version = n + 1;
            assert!(Picture::of_text(&"A".repeat(*most), version).is_some());
            assert!(Picture::of_text(&"A".repeat(most + 1), version).is_none());
            assert_eq!(version_of(*most), Some(version));
        }
        assert_eq!(version_of(5000), None);
    }

    #[test]
    fn a_code_never_leaves_its_space() {
        // The bodies of 80x24 and 140x40.
        assert_eq!(version_for(Blocks::Half, 80, 17), Some(3));
        assert_eq!(version_for(Blocks::Full, 80, 17), None);
        assert_eq!(version_for(Blocks::Half, 140, 33), Some(11));
        assert_eq!(version_for(Blocks::Full, 140, 33), Some(3));
        for blocks in [Blocks::Half, Blocks::Full] {
            for (width, height) in [(34, 17), (70, 33), (200, 60), (20, 5), (0, 0)] {
                let Some(version) = version_for(blocks, width, height) else {
                    continue;
                };
                let picture = Picture::of_text("A", version).unwrap();
                assert!(picture.width(blocks) <= width && picture.height(blocks) <= height);
            }
        }
    }
}
