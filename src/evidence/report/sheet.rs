//! Lines, blocks and pages: 72 columns, 60 lines, nothing that a printer or terminal would obey.

use textwrap::{Options, WordSplitter, wrap};
use unicode_width::UnicodeWidthStr as _;

/// Columns of a line.
pub(super) const WIDTH: usize = 72;

/// Lines of a page, head and foot included.
const LINES: usize = 60;

/// Head: banner and a blank line; foot: a blank line and the number.
const BODY: usize = LINES - 4;

/// Columns of a field's label.
const LABEL: usize = 18;

/// Lines that stay together on a page if they fit on one.
pub(super) type Block = Vec<String>;

/// Text without anything a terminal obeys: control characters and marks that turn the direction of writing.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => ' ',
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '?',
            c if c.is_control() => '?',
            c => c,
        })
        .collect()
}

/// Wraps `text` at [`WIDTH`], the first line behind `first`, the others behind `rest`.
pub(super) fn wrapped(text: &str, first: &str, rest: &str) -> Block {
    let options = Options::new(WIDTH)
        .initial_indent(first)
        .subsequent_indent(rest)
        // Hashes and ARNs are broken only where they must be, never at a hyphen that a reader would add or lose.
        .word_splitter(WordSplitter::NoHyphenation)
        .break_words(true);
    wrap(&plain(text), options)
        .into_iter()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

/// A field: its label, then its value in a column of its own. Nothing for an empty value.
pub(super) fn field(label: &str, value: &str) -> Block {
    if value.is_empty() {
        return Block::new();
    }
    let first = format!("  {label:<LABEL$}");
    wrapped(value, &first, &" ".repeat(LABEL + 2))
}

/// A paragraph.
pub(super) fn paragraph(text: &str) -> Block {
    wrapped(text, "", "")
}

/// Lays blocks out on numbered pages under `banner`, a blank line between blocks.
pub(super) fn pages(banner: &str, blocks: &[Block]) -> String {
    let mut pages: Vec<Vec<&str>> = vec![Vec::new()];
    for block in blocks {
        place(&mut pages, block);
    }
    let count = pages.len();
    let mut out = String::new();
    for (i, page) in pages.iter().enumerate() {
        if i > 0 {
            out.push('\u{c}');
        }
        out.push_str(banner);
        out.push_str("\n\n");
        for line in page {
            out.push_str(line);
            out.push('\n');
        }
        let last = i + 1 == count;
        // The last page ends where its text ends; the others are filled, so that page numbers stand alike.
        let fill = if last { 0 } else { BODY - page.len() };
        out.extend(std::iter::repeat_n('\n', fill));
        let number = format!("Page {} of {count}", i + 1);
        let indent = WIDTH - number.width();
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', indent));
        out.push_str(&number);
        out.push('\n');
    }
    out
}

fn place<'b>(pages: &mut Vec<Vec<&'b str>>, block: &'b Block) {
    let used = pages.last().map_or(0, Vec::len);
    let gap = usize::from(used > 0);
    if used > 0 && used + gap + block.len() > BODY && (block.len() <= BODY || used + 4 > BODY) {
        pages.push(Vec::new());
    } else if let (1, Some(page)) = (gap, pages.last_mut()) {
        page.push("");
    }
    for line in block {
        if pages.last().is_none_or(|page| page.len() >= BODY) {
            pages.push(Vec::new());
        }
        if let Some(page) = pages.last_mut() {
            page.push(line);
        }
    }
}
