//! Which glyphs may be drawn: those that a Linux console has in its own font, each with a twin in ASCII.
//!
//! The kernel's built-in font has the 256 glyphs of code page 437 (drivers/tty/vt/cp437.uni) and shows a box for anything
//! else. What people and files say may hold any letter; words and marks of our own may not.

use std::path::{Path, PathBuf};

use ratatui::buffer::Buffer;

/// The glyphs of code page 437 beyond ASCII, from 00 to 1F, 7F, and from 80 to FF.
const CONSOLE: &str = concat!(
    "☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼⌂",
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒ",
    "áíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐",
    "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀",
    "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}",
);

fn console_has(glyph: char) -> bool {
    matches!(glyph, ' '..='~') || CONSOLE.contains(glyph)
}

/// What is wrong with a glyph of our own, if anything.
fn wrong(glyph: char) -> Option<&'static str> {
    if !console_has(glyph) {
        return Some("a Linux console has no such glyph");
    }
    (!glyph.is_ascii() && super::canvas::twin(glyph) == '?').then_some("it has no twin in ASCII")
}

/// Every cell of a picture has a glyph of the console, and its twin with `--ascii` says what it is.
pub(crate) fn check(name: &str, picture: &Buffer, in_ascii: &Buffer) {
    for (cell, twin) in picture.content.iter().zip(&in_ascii.content) {
        let symbol = cell.symbol();
        let found = symbol.chars().find_map(|c| Some((c, wrong(c)?)));
        assert_eq!(
            found,
            None,
            "{name} draws {symbol:?} in\n{}",
            super::snapshot::text(picture)
        );
        assert!(twin.symbol().is_ascii(), "{name}: {symbol:?} in ASCII");
        assert!(
            symbol == "?" || twin.symbol() != "?",
            "{name}: {symbol:?} is drawn as ? in ASCII"
        );
    }
}

#[test]
fn the_console_has_256_glyphs_and_a_foreign_one_is_found() {
    assert_eq!(CONSOLE.chars().count(), 256 - 95 - 1);
    for ours in "►■─│↑↓·•▌█▀▄".chars() {
        assert_eq!(wrong(ours), None, "{ours}");
    }
    for foreign in ['…', '—', '✓', '“', '▶', '⏎', '╭', '漢'] {
        assert!(wrong(foreign).is_some(), "{foreign}");
    }
    // In the font, and no twin says what it means.
    assert_eq!(wrong('√'), Some("it has no twin in ASCII"));
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

/// The code before a file's tests, without comments.
fn code(source: &str) -> impl Iterator<Item = &str> {
    let code = source.split("\n#[cfg(test)]\nmod tests {").next();
    let lines = code.unwrap_or_default().lines();
    lines.filter(|line| !line.trim_start().starts_with("//"))
}

/// No picture has every word on it: the words of all screens, of the scripts that ship, and the marks of the sources.
#[test]
fn words_and_marks_that_no_picture_has_are_of_the_console_too() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut look = |place: &str, line: &str| {
        let glyph = line.chars().find_map(|c| Some((c, wrong(c)?)));
        found.extend(glyph.map(|(c, why)| format!("{place}: {c:?}: {why}: {line}")));
    };
    let english = std::fs::read_to_string(root.join("src/text/english.toml")).unwrap();
    english.lines().for_each(|line| look("english.toml", line));
    for (name, script) in crate::ceremony::shipped() {
        let script = std::str::from_utf8(script).unwrap();
        script.lines().for_each(|line| look(name, line));
    }
    let mut files = Vec::new();
    sources(&root.join("src/tui"), &mut files);
    assert!(files.len() > 100);
    for file in files {
        let place = file.strip_prefix(root).unwrap().to_string_lossy();
        // What others write is known to the table of twins as well.
        let others = place.ends_with("tests.rs") || place.ends_with("canvas.rs");
        if !others {
            let source = std::fs::read_to_string(&file).unwrap();
            code(&source).for_each(|line| look(&place, line));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
