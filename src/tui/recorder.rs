//! The recorder: what stood on the screen, written down picture by picture from the render buffer.
//!
//! Whatever was drawn as [`Role::Secret`](super::theme::Role::Secret) is a mask in the recording, even where the
//! person at the screen reads it (the words at an enrolment): it never becomes text of a recording.

use std::fmt::Write as _;
use std::fs::File;
use std::io;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

use super::paint::SIXTEEN;
use crate::ceremony::deed_marker;
use crate::evidence::recording::Writer;
use crate::session::deeds::Deed;

/// What stands for every secret cell.
const MASK: &str = "*";

/// Writes a recording.
pub(crate) struct Recorder<W> {
    writer: Writer<W>,
    last: Option<Buffer>,
    acts: String,
    /// How many acts of this session are written down.
    deeds: usize,
}

/// A recording into a file.
pub(crate) type FileRecorder = Recorder<File>;

impl<W: io::Write> Recorder<W> {
    /// Begins a recording.
    ///
    /// # Errors
    /// The medium failed.
    pub(crate) fn begin(sink: W, size: (u16, u16), title: &str) -> io::Result<Self> {
        Ok(Self {
            writer: Writer::begin(sink, size, title)?,
            last: None,
            acts: String::new(),
            deeds: 0,
        })
    }

    /// Writes down a picture, `millis` after the beginning; `acts` says who acts now.
    ///
    /// # Errors
    /// The medium failed.
    pub(crate) fn picture(
        &mut self,
        millis: u64,
        picture: &Buffer,
        hidden: &[Rect],
        acts: &str,
    ) -> io::Result<()> {
        let mut picture = picture.clone();
        mask(&mut picture, hidden);
        let before = self.last.take().filter(|last| last.area == picture.area);
        if before.is_none() && !self.acts.is_empty() {
            let size = (picture.area.width, picture.area.height);
            self.writer.resize(millis, size)?;
        }
        if acts != self.acts {
            acts.clone_into(&mut self.acts);
            self.writer.marker(millis, acts)?;
        }
        let text = difference(before.as_ref(), &picture);
        if !text.is_empty() {
            self.writer.output(millis, &text)?;
        }
        self.last = Some(picture);
        Ok(())
    }
}

impl<W: io::Write> Recorder<W> {
    /// Writes down what was done since the vault was opened: a script can be made of it.
    ///
    /// # Errors
    /// The medium failed.
    pub(crate) fn deeds(&mut self, millis: u64, deeds: &[Deed]) -> io::Result<()> {
        let new = deeds.get(self.deeds..).unwrap_or_default();
        for marker in new.iter().filter_map(deed_marker) {
            self.writer.marker(millis, &marker)?;
        }
        // Another vault, or none, begins again.
        self.deeds = deeds.len();
        Ok(())
    }
}

fn mask(picture: &mut Buffer, hidden: &[Rect]) {
    for part in hidden {
        for at in part.intersection(picture.area).positions() {
            if let Some(cell) = picture.cell_mut(at) {
                cell.set_symbol(MASK);
            }
        }
    }
}

/// The codes and text that make `picture` of what stood there before.
fn difference(before: Option<&Buffer>, picture: &Buffer) -> String {
    let mut out = String::new();
    if before.is_none() {
        out.push_str("\u{1b}[2J");
    }
    let width = usize::from(picture.area.width.max(1));
    let mut style = String::new();
    for (y, row) in picture.content.chunks(width).enumerate() {
        let old = before.and_then(|b| b.content.get(y * width..(y + 1) * width));
        let mut follows = false;
        let mut covered = 0;
        for (x, cell) in row.iter().enumerate() {
            if covered > 0 {
                covered -= 1;
                continue;
            }
            covered = unicode_width::UnicodeWidthStr::width(cell.symbol()).saturating_sub(1);
            if old.and_then(|old| old.get(x)) == Some(cell) {
                follows = false;
                continue;
            }
            if !follows {
                let _ = write!(out, "\u{1b}[{};{}H", y + 1, x + 1);
            }
            follows = true;
            let codes = codes(cell);
            if codes != style {
                let _ = write!(out, "\u{1b}[{codes}m");
                style = codes;
            }
            out.push_str(cell.symbol());
        }
    }
    out
}

fn codes(cell: &Cell) -> String {
    let mut codes = String::from("0");
    for (modifier, code) in [
        (Modifier::BOLD, ";1"),
        (Modifier::DIM, ";2"),
        (Modifier::ITALIC, ";3"),
        (Modifier::UNDERLINED, ";4"),
        (Modifier::REVERSED, ";7"),
    ] {
        if cell.modifier.contains(modifier) {
            codes.push_str(code);
        }
    }
    for (layer, colour) in [(38, cell.fg), (48, cell.bg)] {
        match colour {
            Color::Reset => {}
            Color::Rgb(r, g, b) => {
                let _ = write!(codes, ";{layer};2;{r};{g};{b}");
            }
            Color::Indexed(n) => {
                let _ = write!(codes, ";{layer};5;{n}");
            }
            named => {
                let n = SIXTEEN.iter().position(|c| *c == named).unwrap_or(7);
                let _ = write!(codes, ";{layer};5;{n}");
            }
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::super::canvas::Canvas;
    use super::super::snapshot;
    use super::super::theme::Role;
    use super::*;
    use crate::evidence::recording::{Cast, svg};

    #[test]
    fn a_secret_is_a_mask_in_the_recording_though_the_screen_shows_it() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 3));
        let look = snapshot::appearance();
        let mut canvas = Canvas::new(&mut buffer, &look);
        canvas.put(0, 0, Role::Text, "word 1");
        canvas.within(4, 1, 12, 2, |part| {
            part.put(2, 0, Role::Secret, "velvet");
        });
        let hidden = canvas.hidden();
        let mut bytes = Vec::new();
        let mut recorder = Recorder::begin(&mut bytes, (20, 3), "t").unwrap();
        recorder.picture(0, &buffer, &hidden, "Ana").unwrap();
        recorder.picture(900, &buffer, &hidden, "Ana").unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("word 1") && text.contains("******"), "{text}");
        assert!(!text.contains("velvet"), "{text}");
        let shows = buffer.content.iter().any(|cell| cell.symbol() == "v");
        assert!(shows, "the person at the screen reads the word");
        assert_eq!(text.lines().count(), 3, "nothing changed, nothing written");
        svg(&Cast::read(text.as_bytes()).unwrap()).unwrap();
    }

    #[test]
    fn only_what_changed_is_written() {
        let area = Rect::new(0, 0, 10, 2);
        let mut first = Buffer::empty(area);
        first.set_string(0, 0, "abc", ratatui::style::Style::new());
        let mut then = first.clone();
        then.set_string(1, 0, "X", ratatui::style::Style::new());
        assert_eq!(difference(Some(&first), &then), "\u{1b}[1;2H\u{1b}[0mX");
        assert_eq!(difference(Some(&then), &then), "");
    }
}
