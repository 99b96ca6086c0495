//! Colours: how a theme writes them, and the nearest one a terminal has.

use crate::text::say;

use ratatui::style::Color;

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// None: `NO_COLOR`.
    None,
    /// The terminal's own sixteen.
    Sixteen,
    /// The 256 of xterm.
    Indexed,
    /// 24 bits.
    True,
}

/// One colour of a theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paint {
    /// Red, green, blue.
    Rgb(u8, u8, u8),
    /// One of the terminal's sixteen.
    Ansi(u8),
    /// Whatever the terminal uses by itself.
    Default,
}

const NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

/// xterm's values of the sixteen, for the nearest one where a theme names none.
pub(super) const XTERM: [(u8, u8, u8); 16] = [
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
];

impl Paint {
    /// Reads `#rrggbb`, one of the sixteen names, or `default`.
    pub(crate) fn parse(word: &str) -> Result<Self, String> {
        if word == "default" {
            return Ok(Self::Default);
        }
        if let Some(index) = NAMES.iter().position(|n| *n == word) {
            return Ok(Self::Ansi(u8::try_from(index).unwrap_or(0)));
        }
        let hex = word.strip_prefix('#').filter(|h| h.len() == 6);
        match hex.and_then(|h| u32::from_str_radix(h, 16).ok()) {
            Some(rgb) => {
                let [_, r, g, b] = rgb.to_be_bytes();
                Ok(Self::Rgb(r, g, b))
            }
            None => Err(say!(
                "{word} is no colour: write #rrggbb, a palette name, default, or one of {value}",
                word,
                value = NAMES.join(", ")
            )),
        }
    }

    /// The colour at a depth.
    pub(crate) fn at(self, depth: Depth) -> Color {
        match (self, depth) {
            (Self::Default, _) | (_, Depth::None) => Color::Reset,
            (Self::Ansi(n), _) => ansi(n),
            (Self::Rgb(r, g, b), Depth::True) => Color::Rgb(r, g, b),
            (Self::Rgb(r, g, b), Depth::Indexed) => Color::Indexed(indexed(r, g, b)),
            (Self::Rgb(r, g, b), Depth::Sixteen) => ansi(sixteen(r, g, b)),
        }
    }
}

/// The sixteen, in the order of their numbers.
pub(super) const SIXTEEN: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

fn ansi(n: u8) -> Color {
    SIXTEEN.get(usize::from(n)).copied().unwrap_or(Color::Reset)
}

fn apart(a: (u8, u8, u8), b: (u8, u8, u8)) -> u32 {
    let square = |x: u8, y: u8| u32::from(x.abs_diff(y)).pow(2);
    square(a.0, b.0)
        .saturating_add(square(a.1, b.1))
        .saturating_add(square(a.2, b.2))
}

fn sixteen(r: u8, g: u8, b: u8) -> u8 {
    (0u8..16)
        .min_by_key(|n| {
            apart(
                XTERM.get(usize::from(*n)).copied().unwrap_or_default(),
                (r, g, b),
            )
        })
        .unwrap_or(7)
}

fn indexed(r: u8, g: u8, b: u8) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let step = |c: u8| {
        (0u8..6)
            .min_by_key(|n| STEPS.get(usize::from(*n)).copied().unwrap_or(0).abs_diff(c))
            .unwrap_or(0)
    };
    let at = |n: u8| STEPS.get(usize::from(n)).copied().unwrap_or(0);
    let cube = (step(r), step(g), step(b));
    let grey_of = |n: u8| {
        let light = n.saturating_mul(10).saturating_add(8);
        (light, light, light)
    };
    let grey = (0u8..24)
        .min_by_key(|n| apart(grey_of(*n), (r, g, b)))
        .unwrap_or(0);
    let colour = (at(cube.0), at(cube.1), at(cube.2));
    if apart(grey_of(grey), (r, g, b)) < apart(colour, (r, g, b)) {
        grey.saturating_add(232)
    } else {
        cube.0
            .saturating_mul(36)
            .saturating_add(cube.1.saturating_mul(6))
            .saturating_add(cube.2)
            .saturating_add(16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_colour_is_found_at_every_depth() {
        let red = Paint::parse("#ff0000").unwrap();
        assert_eq!(red.at(Depth::True), Color::Rgb(255, 0, 0));
        assert_eq!(red.at(Depth::Indexed), Color::Indexed(196));
        assert_eq!(red.at(Depth::Sixteen), Color::LightRed);
        assert_eq!(
            Paint::parse("#808080").unwrap().at(Depth::Indexed),
            Color::Indexed(244)
        );
        assert!(Paint::parse("#12345").is_err());
        assert!(Paint::parse("crimson").is_err());
    }
}
