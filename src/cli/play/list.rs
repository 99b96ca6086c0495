//! The scripts that ship, as `keymoot play` and `keymoot brief` list them.

use std::fmt::Write as _;

use crate::ceremony::{self, Script};

/// Each script that ships, with its title: broken at this width, or a line each where a program reads.
pub(super) fn listed(width: Option<usize>) -> String {
    let mut text = String::new();
    let names = ceremony::shipped().iter().map(|(name, _)| name.len());
    let longest = names.max().unwrap_or(0);
    for (name, bytes) in ceremony::shipped() {
        let title = Script::parse(bytes).map_or_else(|_| String::new(), |s| s.title().to_owned());
        let line = format!("{name:<longest$}  {title}");
        let indent = " ".repeat(longest.saturating_add(2));
        let line = width.map_or(line.clone(), |width| {
            textwrap::fill(
                &line,
                textwrap::Options::new(width)
                    .subsequent_indent(&indent)
                    .word_splitter(textwrap::WordSplitter::NoHyphenation),
            )
        });
        let _ = writeln!(text, "{line}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn the_list_breaks_no_word_at_a_terminal_and_is_a_line_each_for_a_program() {
        let whole = listed(None);
        assert_eq!(whole.lines().count(), crate::ceremony::shipped().len());
        let shown = listed(Some(79));
        assert!(
            shown.lines().all(|line| line.chars().count() <= 79),
            "{shown}"
        );
        let words = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(words(&shown), words(&whole));
    }
}
