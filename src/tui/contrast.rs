//! What every kept picture is held to, in every theme, depth and palette: words can be read, and no state is told by
//! its colour alone.
//!
//! Text 7:1, other words 4.5:1, frames and bars 3:1, by the WCAG formula, of each role on the background that really
//! lies under it.

use std::collections::BTreeSet;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use super::app::State;
use super::canvas::Appearance;
use super::paint::{Depth, SIXTEEN, XTERM};
use super::pictures_tests as pictures;
use super::snapshot::{drawn, text};
use super::theme::{EMBEDDED, Role, Theme};

type Rgb = (u8, u8, u8);

/// A terminal's sixteen colours, its own ink and its own paper.
struct Palette {
    name: &'static str,
    colours: [Rgb; 16],
    ink: Rgb,
    paper: Rgb,
    /// Backgrounds 8 to 15 are shown as 0 to 7.
    eight_papers: bool,
}

const CONSOLE: [Rgb; 16] = [
    (0, 0, 0),
    (170, 0, 0),
    (0, 170, 0),
    (170, 85, 0),
    (0, 0, 170),
    (170, 0, 170),
    (0, 170, 170),
    (170, 170, 170),
    (85, 85, 85),
    (255, 85, 85),
    (85, 255, 85),
    (255, 255, 85),
    (85, 85, 255),
    (255, 85, 255),
    (85, 255, 255),
    (255, 255, 255),
];

const PALETTES: [Palette; 3] = [
    Palette {
        name: "xterm",
        colours: XTERM,
        ink: (229, 229, 229),
        paper: (0, 0, 0),
        eight_papers: false,
    },
    Palette {
        name: "Linux console",
        colours: CONSOLE,
        ink: (170, 170, 170),
        paper: (0, 0, 0),
        eight_papers: true,
    },
    Palette {
        name: "light",
        colours: XTERM,
        ink: (0, 0, 0),
        paper: (255, 255, 255),
        eight_papers: false,
    },
];

impl Palette {
    fn seen(&self, colour: Color, paper: bool) -> Rgb {
        let named = |n: usize| {
            let n = if paper && self.eight_papers { n % 8 } else { n };
            self.colours[n]
        };
        match colour {
            Color::Reset if paper => self.paper,
            Color::Reset => self.ink,
            Color::Rgb(r, g, b) => (r, g, b),
            Color::Indexed(n @ 0..16) => named(usize::from(n)),
            Color::Indexed(n @ 232..) => {
                let light = (n - 232) * 10 + 8;
                (light, light, light)
            }
            Color::Indexed(n) => {
                let step = |part: u8| if part == 0 { 0 } else { part * 40 + 55 };
                let n = n - 16;
                (step(n / 36), step(n / 6 % 6), step(n % 6))
            }
            other => named(SIXTEEN.iter().position(|c| *c == other).unwrap()),
        }
    }

    /// Ink and paper of a cell as an eye sees them.
    fn cell(&self, cell: &Cell) -> (Rgb, Rgb) {
        let (mut ink, mut paper) = (self.seen(cell.fg, false), self.seen(cell.bg, true));
        if cell.modifier.contains(Modifier::REVERSED) {
            std::mem::swap(&mut ink, &mut paper);
        }
        if cell.modifier.contains(Modifier::DIM) {
            // Terminals disagree; half-way to the paper is what the hardest of them do.
            let half = |a: u8, b: u8| u8::midpoint(a, b);
            ink = (
                half(ink.0, paper.0),
                half(ink.1, paper.1),
                half(ink.2, paper.2),
            );
        }
        (ink, paper)
    }
}

fn luminance((r, g, b): Rgb) -> f64 {
    let linear = |c: u8| {
        let c = f64::from(c) / 255.0;
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The least a role needs.
const fn wanted(role: Role) -> f64 {
    match role {
        Role::Text | Role::Selection => 7.0,
        Role::Frame => 3.0,
        _ => 4.5,
    }
}

/// Which role drew a cell last, by a picture in the marked theme; none where the colours are the picture's own (QR).
fn role(cell: &Cell) -> Option<(Role, &'static str)> {
    match cell.fg {
        Color::Rgb(n, 7, 9) => Role::ALL.get(usize::from(n) - 1).copied(),
        _ => None,
    }
}

fn look(theme: Theme, depth: Depth) -> Appearance {
    Appearance {
        name: String::new(),
        theme,
        depth,
        ascii: false,
    }
}

/// Whether everything on this screen can be read, in every theme on every terminal, and without any colour.
pub(crate) fn check(name: &str, state: &mut State, (width, height): (u16, u16)) {
    let marked = drawn(state, width, height, &look(Theme::marked(), Depth::True));
    let mut faint = BTreeSet::new();
    for (theme, _) in EMBEDDED {
        for depth in [Depth::True, Depth::Indexed, Depth::Sixteen] {
            let look = look(Theme::embedded(theme).unwrap(), depth);
            let picture = drawn(state, width, height, &look);
            for palette in &PALETTES {
                let place = format!("{theme}, {depth:?}, {}", palette.name);
                faint.extend(unreadable(&place, palette, &marked, &picture));
            }
        }
    }
    assert!(
        faint.is_empty(),
        "{name} at {width}x{height}:\n  {}",
        Vec::from_iter(faint).join("\n  ")
    );
    let mono = look(Theme::embedded("mono").unwrap(), Depth::None);
    let picture = drawn(state, width, height, &mono);
    assert_eq!(
        text(&picture),
        text(&marked),
        "{name}: no colour, other words"
    );
    words_tell(name, &marked);
}

fn unreadable(place: &str, palette: &Palette, marked: &Buffer, picture: &Buffer) -> Vec<String> {
    let mut found = Vec::new();
    for (mark, cell) in marked.content.iter().zip(&picture.content) {
        let Some((role, word)) = role(mark) else {
            continue;
        };
        if cell.symbol().trim().is_empty() {
            continue;
        }
        let (ink, paper) = palette.cell(cell);
        let ratio = contrast(ink, paper);
        if ratio < wanted(role) {
            found.push(format!(
                "{place}: {word} {ink:?} on {paper:?} has {ratio:.2}, needs {}",
                wanted(role)
            ));
        }
    }
    found
}

/// Every run of cells that a state's colour marks says the state in words or figures too, and the chosen row has its mark.
fn words_tell(name: &str, marked: &Buffer) {
    for row in marked.content.chunks(usize::from(marked.area.width)) {
        let mut runs: Vec<(Role, String)> = Vec::new();
        for cell in row {
            let Some((role, _)) = role(cell) else {
                continue;
            };
            match runs.last_mut() {
                Some((last, run)) if *last == role => run.push_str(cell.symbol()),
                _ => runs.push((role, cell.symbol().to_owned())),
            }
        }
        let line: String = row.iter().map(Cell::symbol).collect();
        for (role, run) in runs {
            let said = match role {
                Role::Ok
                | Role::Note
                | Role::Stop
                | Role::Wait
                | Role::Secret
                | Role::Countdown => {
                    // A mark of its own shape will do: the rail's block is what is done, its ! what went another way.
                    let shape = |c: char| c.is_alphanumeric() || "■!".contains(c);
                    run.trim().is_empty() || run.chars().any(shape)
                }
                Role::Selection => line.contains('►'),
                Role::ProfileRehearsal => run.contains("REHEARSAL"),
                Role::ProfileTest => run.contains("[TEST]"),
                Role::ProfileProduction => run.contains("■ PRODUCTION ■"),
                _ => true,
            };
            assert!(said, "{name}: {role:?} is told by colour alone in {line:?}");
        }
    }
}

/// Two kept pictures of the same words would differ in colour alone.
#[test]
fn no_two_states_have_the_same_words() {
    let mut seen = std::collections::BTreeMap::new();
    for name in pictures::names() {
        for size in pictures::SIZES {
            let words = pictures::read(&name, size).unwrap().text;
            if let Some(other) = seen.insert(words, name.clone()) {
                panic!("{name} and {other} differ in colour alone");
            }
        }
    }
    assert!(seen.len() > 100);
}

#[test]
fn the_formula_is_that_of_wcag() {
    assert!((contrast((0, 0, 0), (255, 255, 255)) - 21.0).abs() < 0.01);
    // The textbook's grey that just passes on white.
    assert!((contrast((0x76, 0x76, 0x76), (255, 255, 255)) - 4.54).abs() < 0.01);
}

#[test]
fn a_faint_word_is_found() {
    let faint = "name = \"x\"\ninherits = \"dark\"\n[palette]\nink = \"#444444\"\n";
    let (width, height) = (80, 24);
    let screen = super::screens::welcome::Welcome::default();
    let mut state = super::snapshot::state(screen);
    let marked = drawn(
        &mut state,
        width,
        height,
        &look(Theme::marked(), Depth::True),
    );
    let theme = look(Theme::parse(faint).unwrap(), Depth::True);
    let picture = drawn(&mut state, width, height, &theme);
    assert!(!unreadable("x", &PALETTES[0], &marked, &picture).is_empty());
}
