//! A QR code of a digest: half blocks, white on black whatever the theme, with its quiet zone.

use qrcode::{EcLevel, QrCode};
use ratatui::style::{Color, Style};

use crate::tui::canvas::{Canvas, cells};

/// Modules of quiet zone around the code; readers on screens are content with two.
const QUIET: usize = 2;

/// A picture of a text, two modules a row.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    rows: Vec<String>,
}

impl Picture {
    /// The picture of a SHA-256 in hex; nothing where it is too long for a code.
    pub(crate) fn of_sha256(hex: &str) -> Option<Self> {
        // Upper case, so that the code stays in its dense alphanumeric mode.
        let text = format!("SHA256:{}", hex.to_ascii_uppercase());
        let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::L).ok()?;
        let side = code.width();
        let colors = code.to_colors();
        let light = |x: usize, y: usize| {
            let (Some(x), Some(y)) = (x.checked_sub(QUIET), y.checked_sub(QUIET)) else {
                return true;
            };
            x >= side
                || colors
                    .get(y.saturating_mul(side).saturating_add(x))
                    .is_none_or(|c| *c == qrcode::Color::Light)
        };
        let whole = side.saturating_add(2 * QUIET);
        let rows = (0..whole)
            .step_by(2)
            .map(|y| {
                (0..whole)
                    .map(|x| match (light(x, y), y + 1 < whole && light(x, y + 1)) {
                        (true, true) => '█',
                        (true, false) => '▀',
                        (false, true) => '▄',
                        (false, false) => ' ',
                    })
                    .collect()
            })
            .collect();
        Some(Self { rows })
    }

    /// Columns.
    pub(crate) fn width(&self) -> u16 {
        cells(self.rows.first().map_or(0, |row| row.chars().count()))
    }

    /// Rows.
    pub(crate) fn height(&self) -> u16 {
        cells(self.rows.len())
    }

    /// Whether it can be shown whole in this space. ASCII terminals have no half blocks.
    pub(crate) fn fits(&self, canvas: &Canvas<'_>, width: u16, height: u16) -> bool {
        !canvas.ascii() && self.width() <= width && self.height() <= height
    }

    /// Draws it with its left upper corner at (x, y).
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>, x: u16, y: u16) {
        let style = Style::new().fg(Color::White).bg(Color::Black);
        for (n, row) in self.rows.iter().enumerate() {
            canvas.put_painted(x, y.saturating_add(cells(n)), row, style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_half_blocks_are_the_code_and_fit_the_least_screen() {
        let hex = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        let picture = Picture::of_sha256(hex).unwrap();
        assert_eq!((picture.width(), picture.height()), (33, 17));
        let text = format!("SHA256:{}", hex.to_ascii_uppercase());
        let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::L).unwrap();
        let colors = code.to_colors();
        for y in 0..29 {
            for x in 0..29 {
                let c = picture.rows[usize::midpoint(y, QUIET)]
                    .chars()
                    .nth(x + QUIET)
                    .unwrap();
                let upper = (y + QUIET).is_multiple_of(2);
                let light = matches!((c, upper), ('█', _) | ('▀', true) | ('▄', false));
                assert_eq!(light, colors[y * 29 + x] == qrcode::Color::Light, "{x} {y}");
            }
        }
    }
}
