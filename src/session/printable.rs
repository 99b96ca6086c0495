//! Text from files and names, made safe for a terminal.

/// The text with control and direction marks as escapes; line ends stay.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if (c.is_control() && c != '\n') || turns {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// Columns of the narrowest terminal, less the one in which a cursor stands.
const WIDTH: usize = 79;

/// The same, broken between words where it is longer than the narrowest terminal; what follows keeps its indentation, and
/// a command that stands in backticks stays in one piece.
pub fn wrapped(text: &str) -> String {
    let text = printable(text);
    let lines: Vec<String> = text.split('\n').map(wrapped_line).collect();
    lines.join("\n")
}

fn wrapped_line(line: &str) -> String {
    // A blank that nothing is broken at: no text of ours has one.
    const KEPT: char = '\u{a0}';
    let mut quoted = false;
    let whole: String = line
        .chars()
        .map(|c| {
            quoted ^= c == '`';
            if quoted && c == ' ' { KEPT } else { c }
        })
        .collect();
    let mut indent: String = line.chars().take_while(|c| *c == ' ').collect();
    // What goes on stands deeper than what begins, where lines are a list.
    if !indent.is_empty() {
        indent.push_str("    ");
    }
    let options = textwrap::Options::new(WIDTH)
        .subsequent_indent(&indent)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .word_separator(textwrap::WordSeparator::AsciiSpace);
    textwrap::fill(&whole, options).replace(KEPT, " ")
}

#[cfg(test)]
mod tests {
    use super::{printable, wrapped};

    /// At 80 columns the terminal broke "practice" in the middle.
    #[test]
    fn lines_are_broken_between_words_and_no_command_is() {
        let text = "keymoot: its people are Ada, Ana, Ben, Cho and Wim; the screen shows their practice passphrases.";
        let lines = wrapped(text);
        assert!(lines.lines().all(|line| line.len() < 80), "{lines}");
        assert_eq!(lines.replace('\n', " "), text);
        let command =
            "`keymoot play kek-from-partner-tr34-two-pass.toml --vault /media/stick/acme.vault`";
        let lines = wrapped(&format!(
            "keymoot: the next thing to do in this folder is {command}."
        ));
        assert!(lines.lines().any(|line| line.contains(command)), "{lines}");
    }

    #[test]
    fn a_file_cannot_drive_the_terminal() {
        assert_eq!(
            printable("a\u{1b}[2Jb\n\u{202e}c"),
            "a\\u{1b}[2Jb\n\\u{202e}c"
        );
    }
}
