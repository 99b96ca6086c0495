//! The words that are no answers but steer, at every prompt or where a question says so.

/// A word that is no answer but steers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// The question before, or the list this came from.
    Back,
    /// Out of the whole act.
    Cancel,
    /// The practice answer.
    Practice,
    /// What is asked here, once more and explained.
    Help,
    /// What is signed, to the letter.
    Exact,
    /// The request is taken off the table.
    Refuse,
    /// What was answered before is emptied.
    Empty,
}

/// Every word with what it does. The table is read by prompts and help alike.
pub(super) const WORDS: &[(&str, Word, &str)] = &[
    (
        "back",
        Word::Back,
        "goes back one question, or to the list; in a ceremony it pauses",
    ),
    (
        "cancel",
        Word::Cancel,
        "leaves what was begun here; in a ceremony it pauses",
    ),
    ("pause", Word::Cancel, "the same as cancel"),
    (
        "f5",
        Word::Practice,
        "gives the practice answer, where one is shown",
    ),
    ("\u{1b}[15~", Word::Practice, ""),
    ("help", Word::Help, "explains and asks again"),
    ("?", Word::Help, "the same as help"),
    (
        "exact",
        Word::Exact,
        "at a request: shows what is signed, to the letter",
    ),
    (
        "refuse",
        Word::Refuse,
        "at a request: takes it off the table, with your reason",
    ),
    (
        "empty",
        Word::Empty,
        "leaves this empty, whatever was answered before",
    ),
];

/// Words that work only where a question says so.
pub(super) const OWN: [Word; 3] = [Word::Exact, Word::Refuse, Word::Empty];

/// The word that was typed, if it is one.
pub(super) fn word(typed: &str) -> Option<Word> {
    let typed = typed.trim();
    WORDS
        .iter()
        .find(|(word, ..)| word.eq_ignore_ascii_case(typed))
        .map(|(_, word, _)| *word)
}
