//! The page under way: titles, lines and commands, broken where they are too long.

use std::fmt::Write as _;

use textwrap::{Options, WordSeparator, WordSplitter, wrap};

/// Columns of the page.
pub(super) const WIDTH: usize = 72;

/// How far a command stands in, and how far what follows of it.
const FIRST: &str = "    ";
const NEXT: &str = "        ";

/// A page under way.
#[derive(Default)]
pub(super) struct Page {
    pub(super) text: String,
}

impl Page {
    pub(super) fn title(&mut self, title: &str) {
        let _ = writeln!(self.text, "\n{title}\n");
    }

    /// A line that is broken where it is too long, with its following lines indented.
    pub(super) fn line(&mut self, first: &str, text: &str) {
        let rest = " ".repeat(first.chars().count());
        let options = Options::new(WIDTH)
            .initial_indent(first)
            .subsequent_indent(&rest)
            .word_splitter(WordSplitter::NoHyphenation)
            .word_separator(WordSeparator::AsciiSpace);
        for line in wrap(text, options) {
            let _ = writeln!(self.text, "{}", line.trim_end());
        }
    }

    /// A command, broken as a shell takes it: between words, or within a long word after a comma or `=`, where what
    /// follows begins at the margin, because inside quotes a shell would take an indent for part of the word.
    pub(super) fn command(&mut self, command: &str) {
        let mut line = FIRST.to_owned();
        let mut blank = true;
        for word in command.split(' ') {
            for (at, piece) in pieces(word).into_iter().enumerate() {
                let begins = at == 0;
                let space = usize::from(begins && !blank);
                let fits = line.chars().count() + space + piece.chars().count() <= WIDTH - 2;
                if !fits && !blank {
                    let gap = if begins { " " } else { "" };
                    let _ = writeln!(self.text, "{line}{gap}\\");
                    if begins { NEXT } else { "" }.clone_into(&mut line);
                } else if space == 1 {
                    line.push(' ');
                }
                line.push_str(piece);
                blank = false;
            }
        }
        let _ = writeln!(self.text, "{line}");
    }
}

/// Parts of a word that may stand on lines of their own: the whole of it, or what ends with a comma or `=`.
fn pieces(word: &str) -> Vec<&str> {
    if word.chars().count() + NEXT.len() <= WIDTH - 2 {
        return vec![word];
    }
    word.split_inclusive([',', '=']).collect()
}

#[cfg(test)]
mod tests {
    use super::{Page, WIDTH};

    /// What a shell reads of broken lines is what was written.
    #[test]
    fn a_broken_command_is_the_same_to_a_shell() {
        let long = "X=".to_owned() + &"A=1,".repeat(40);
        let command = format!(
            "aws {} --value \"{long}$(jq -r .A f.json)\" > out.json",
            "w ".repeat(40).trim()
        );
        let mut page = Page::default();
        page.command(&command);
        assert!(
            page.text.lines().all(|line| line.len() <= WIDTH),
            "{}",
            page.text
        );
        let read = page.text.replace("\\\n        ", "").replace("\\\n", "");
        assert_eq!(read.trim(), command);
        assert!(page.text.lines().count() > 4);
    }
}
