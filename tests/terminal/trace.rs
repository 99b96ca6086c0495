//! What a terminal keeps of a talk in which secrets were shown and typed: nothing.

use std::num::NonZero;

fn finds(raw: &[u8], needle: &[u8]) -> bool {
    raw.windows(needle.len()).any(|w| w == needle)
}

/// What is kept outside the cells: nothing is put there.
fn keeps_to_the_cells(raw: &[u8]) {
    // Titles and the clipboard (OSC 0, 2, 52), anything else that is kept outside the cells, and the stack of titles.
    for kept in [
        "\x1b]",
        "\x1bP",
        "\x1b_",
        "\x1b^",
        "\x1b[22;0t",
        "\x1b[22;2t",
        "\u{9d}",
    ] {
        assert!(!finds(raw, kept.as_bytes()), "{kept:?} is sent");
    }
}

/// These were typed where nothing is drawn: not one of the pictures that were on screen has any of them.
pub(crate) fn was_never_drawn(raw: &[u8], (columns, rows): (u16, u16), secrets: &[&str]) {
    keeps_to_the_cells(raw);
    let cells = |count: u16| NonZero::new(count).unwrap();
    let mut parser = vt100::Parser::new(cells(rows), cells(columns), 0);
    for piece in raw.chunks(256) {
        parser.process(piece);
        let drawn = parser.screen().contents();
        for secret in secrets {
            assert!(!drawn.contains(secret), "it was drawn:\n{drawn}");
        }
    }
    for secret in secrets {
        assert!(!finds(raw, secret.as_bytes()), "it was echoed");
    }
}

/// The terminal was given back: nothing scrolled into its history, and what was on screen last was cleared.
pub(crate) fn keeps_no_history(raw: &[u8]) {
    let (enter, leave) = (b"\x1b[?1049h", b"\x1b[?1049l");
    let at = |needle: &[u8]| raw.windows(needle.len()).position(|w| w == needle);
    let (begun, ended) = (at(enter).unwrap(), at(leave).unwrap());
    let shown = raw.get(begun..ended).unwrap();
    // Nothing scrolls: terminals that keep what scrolls off the alternate screen have nothing to keep.
    assert!(!shown.contains(&b'\n'), "a line feed");
    for scrolls in ["\x1bD", "\x1bM", "\x1bE", "\x1b[1S", "\x1b[S"] {
        assert!(!finds(shown, scrolls.as_bytes()), "{scrolls:?}");
    }
    // It is cleared before it is left: some terminals show it again.
    assert!(finds(shown.get(shown.len() - 80..).unwrap(), b"\x1b[2J"));
}

/// These words were on screen or typed, and the terminal was given back: it keeps none of them, neither in its history
/// nor in its title nor in its clipboard.
pub(crate) fn leaves_no_trace(raw: &[u8], phrases: &[String]) {
    keeps_to_the_cells(raw);
    keeps_no_history(raw);
    let cells = |count: u16| NonZero::new(count).unwrap();
    let mut parser = vt100::Parser::new(cells(24), cells(80), 10_000);
    parser.process(raw);
    parser.screen_mut().set_scrollback(10_000);
    let kept = parser.screen().contents();
    for phrase in phrases {
        assert!(!finds(raw, phrase.as_bytes()), "what was typed is echoed");
        for word in phrase.split(' ') {
            assert!(finds(raw, word.as_bytes()), "it was on screen");
            assert!(!kept.contains(word), "{word} is kept:\n{kept}");
        }
    }
}
