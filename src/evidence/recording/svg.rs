//! A moving picture of a recording: SVG that any browser shows, without a script in it.
//!
//! Every different row is drawn once and used wherever it stands, so that the file stays small.
#![deny(clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::picture::{Cell, Picture, Style};
use super::{Cast, RecordingError};

/// A cell's width and a row's height, in the picture's units.
const CELL: (usize, usize) = (8, 17);
/// What stands around the screen.
const MARGIN: usize = 10;
/// The paper and ink of a terminal that was told none.
const PLAIN: ((u8, u8, u8), (u8, u8, u8)) = ((16, 20, 24), (220, 224, 228));
/// How long the last picture stays, in milliseconds.
const LAST: u64 = 4000;

/// What is shown from when on: the numbers of its rows.
struct Shot {
    millis: u64,
    rows: Vec<usize>,
}

/// The recording as an animated SVG.
///
/// # Errors
/// It holds codes that keymoot does not write.
pub fn svg(cast: &Cast) -> Result<String, RecordingError> {
    let mut drawn: BTreeMap<String, usize> = BTreeMap::new();
    let mut shots: Vec<Shot> = Vec::new();
    let mut screen = Picture::new(cast.size);
    for (n, event) in (1..).zip(&cast.events) {
        match event.code.as_str() {
            "o" => screen.take(n, &event.data)?,
            "r" => {
                let (width, height) = event.data.split_once('x').unwrap_or_default();
                let size = (width.parse(), height.parse());
                let (Ok(width @ 1..=1000), Ok(height @ 1..=1000)) = size else {
                    return Err(RecordingError::Foreign(n));
                };
                screen = Picture::new((width, height));
                continue;
            }
            _ => continue,
        }
        let rows = screen.rows().map(|row| {
            let text = row_text(row);
            let next = drawn.len();
            *drawn.entry(text).or_insert(next)
        });
        let rows: Vec<usize> = rows.collect();
        match shots.last_mut() {
            Some(last) if last.rows == rows => {}
            Some(last) if last.millis == event.millis => last.rows = rows,
            _ => shots.push(Shot {
                millis: event.millis,
                rows,
            }),
        }
    }
    Ok(written(cast, &drawn, &shots))
}

fn written(cast: &Cast, drawn: &BTreeMap<String, usize>, shots: &[Shot]) -> String {
    let (width, height) = (usize::from(cast.size.0), usize::from(cast.size.1));
    let (width, height) = (width * CELL.0 + 2 * MARGIN, height * CELL.1 + 2 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"DejaVu Sans Mono,Menlo,Consolas,monospace\" font-size=\"13\">\n<title>{}</title>\n\
         <style>text{{white-space:pre}}{}</style>\n<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{}\"/>\n<defs>\n",
        escaped(&cast.title),
        moving(shots, cast.length()),
        hex(PLAIN.0),
    );
    let mut rows: Vec<(&usize, &String)> = drawn.iter().map(|(text, n)| (n, text)).collect();
    rows.sort_unstable();
    for (n, text) in rows {
        let _ = writeln!(out, "<g id=\"r{n}\">{text}</g>");
    }
    out.push_str("</defs>\n");
    for (n, shot) in shots.iter().enumerate() {
        let _ = write!(out, "<g class=\"s s{n}\">");
        for (row, id) in shot.rows.iter().enumerate() {
            let y = MARGIN + row * CELL.1;
            let _ = write!(out, "<use href=\"#r{id}\" x=\"{MARGIN}\" y=\"{y}\"/>");
        }
        out.push_str("</g>\n");
    }
    out.push_str("</svg>\n");
    out
}

/// One animation for each picture: it is seen from its own time until the next one's.
fn moving(shots: &[Shot], length: u64) -> String {
    let whole = (length + LAST).max(1);
    let share = |millis: u64| {
        let thousandths = millis.min(whole) * 100_000 / whole;
        format!("{}.{:03}%", thousandths / 1000, thousandths % 1000)
    };
    let mut css = String::from(".s{visibility:hidden}");
    for (n, shot) in shots.iter().enumerate() {
        let end = shots.get(n + 1).map_or(whole, |next| next.millis);
        let _ = write!(
            css,
            "@keyframes k{n}{{0%{{visibility:{}}}{}{{visibility:visible}}{}{{visibility:{}}}}}\
             .s{n}{{animation:k{n} {}ms steps(1,end) infinite}}",
            if shot.millis == 0 {
                "visible"
            } else {
                "hidden"
            },
            share(shot.millis),
            share(end),
            if end == whole { "visible" } else { "hidden" },
            whole,
        );
    }
    css
}

fn row_text(row: &[Cell]) -> String {
    let mut out = String::new();
    for (x, style, text, columns) in runs(row) {
        let left = x * CELL.0;
        if let Some(paper) = style.paper {
            let _ = write!(
                out,
                "<rect x=\"{left}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>",
                columns * CELL.0,
                CELL.1,
                hex(paper)
            );
        }
        if text.trim().is_empty() && !style.underlined {
            continue;
        }
        let _ = write!(
            out,
            "<text x=\"{left}\" y=\"13\" textLength=\"{}\" fill=\"{}\"{}{}{}>{}</text>",
            columns * CELL.0,
            hex(style.ink.unwrap_or(PLAIN.1)),
            if style.bold {
                " font-weight=\"bold\""
            } else {
                ""
            },
            if style.italic {
                " font-style=\"italic\""
            } else {
                ""
            },
            if style.underlined {
                " text-decoration=\"underline\""
            } else {
                ""
            },
            escaped(&text)
        );
    }
    out
}

/// Stretches of one style: first column, style, text, columns.
fn runs(row: &[Cell]) -> Vec<(usize, Style, String, usize)> {
    let mut runs: Vec<(usize, Style, String, usize)> = Vec::new();
    for (x, cell) in row.iter().enumerate() {
        match runs.last_mut() {
            Some((_, style, text, columns)) if *style == cell.style => {
                text.push_str(&cell.text);
                *columns += 1;
            }
            _ => runs.push((x, cell.style, cell.text.clone(), 1)),
        }
    }
    runs
}

fn hex((r, g, b): (u8, u8, u8)) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
