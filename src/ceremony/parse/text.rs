//! The bytes of a script as text: size, encoding, and no character that could deceive a reader.

use super::super::finding::{Finding, Place};

/// The longest script.
pub(crate) const MAX_BYTES: usize = 256 * 1024;

/// Lines of which invisible characters are reported: a file with more is none that anybody mends by hand.
const MOST_LINES: usize = 100;

/// Reads the raw bytes as the text of a script.
pub(super) fn check(bytes: &[u8]) -> Result<&str, Vec<Finding>> {
    let whole = |message: &str| {
        let place = Place {
            path: String::new(),
            line: 1,
        };
        vec![Finding::parse(&place, message)]
    };
    if bytes.len() > MAX_BYTES {
        return Err(whole(
            "The file is longer than 256 KiB; a script never is. Nothing was read.",
        ));
    }
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        return Err(whole(
            "The file begins with a byte order mark: save it as plain UTF-8.",
        ));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|_| whole("The file is not UTF-8 text: save it as UTF-8."))?;
    let findings = deceiving(text);
    if findings.is_empty() {
        Ok(text)
    } else {
        Err(findings)
    }
}

/// A finding for every line with a control or direction character.
fn deceiving(text: &str) -> Vec<Finding> {
    text.split('\n')
        .enumerate()
        .filter_map(|(at, line)| {
            let line = line.strip_suffix('\r').unwrap_or(line);
            let bad = line.chars().find(|c| is_deceiving(*c))?;
            let place = Place {
                path: String::new(),
                line: at + 1,
            };
            let code = u32::from(bad);
            Some(Finding::parse(
                &place,
                format!("holds the invisible character U+{code:04X}, which could hide what the script says: remove it."),
            ))
        })
        .take(MOST_LINES)
        .collect()
}

/// The first character of a text, as TOML's escapes leave it, that could deceive whoever reads it. A line break is one but
/// where several lines belong to the member.
pub(super) fn deceives(text: &str, several_lines: bool) -> Option<char> {
    let broken = |c: char| c == '\n' && several_lines;
    text.chars().find(|c| is_deceiving(*c) && !broken(*c))
}

/// Control characters (but for the tab), what turns or hides the direction of text (UAX #9), joiners, what no font draws
/// (Unicode's Default_Ignorable_Code_Point), and characters of private use.
fn is_deceiving(c: char) -> bool {
    (c.is_control() && c != '\t')
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{E000}'..='\u{F8FF}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}'
            | '\u{F0000}'..='\u{10FFFF}')
}
