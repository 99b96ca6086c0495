//! The words that are no answers but steer, at every prompt or where a question says so.

use crate::text::tr;

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
    /// What is hidden is shown, as the question says.
    Show,
    /// What is open is locked.
    Lock,
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
    (
        "show",
        Word::Show,
        "at a hidden check value: shows ours without comparing it; asked once more",
    ),
    (
        "lock",
        Word::Lock,
        "puts all this out of sight; one custodian's passphrase goes on",
    ),
];

/// Words that work only where a question says so.
pub(super) const OWN: [Word; 5] = [
    Word::Exact,
    Word::Refuse,
    Word::Empty,
    Word::Show,
    Word::Lock,
];

/// The key of the screens that pauses, as texts name it that both front ends say.
const PAUSES: &str = "Esc";

/// A text as lines say it: there is no Esc here, and the word `pause` does what it does on the screens.
pub(super) fn in_words(text: &str) -> String {
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(PAUSES) {
        let (before, from) = rest.split_at(at);
        let after = from.get(PAUSES.len()..).unwrap_or_default();
        let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let alone = !inside(before.chars().next_back()) && !inside(after.chars().next());
        said.push_str(before);
        said.push_str(if alone { tr("the word pause") } else { PAUSES });
        rest = after;
    }
    said.push_str(rest);
    said
}

/// The word that was typed, if it is one.
pub(super) fn word(typed: &str) -> Option<Word> {
    let typed = typed.trim();
    WORDS
        .iter()
        .find(|(word, ..)| word.eq_ignore_ascii_case(typed))
        .map(|(_, word, _)| *word)
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn lines_name_no_key_that_they_have_not() {
        assert_eq!(
            in_words("stop (Esc, stop it for good), Escher"),
            "stop (the word pause, stop it for good), Escher"
        );
        assert_eq!(in_words("say why, or Esc"), "say why, or the word pause");
    }
}
