//! A question: what is read first, the three lines, explanations, and what may be said instead of an answer.

use crate::session::field::Footing;
use crate::session::guide::Entry;
use crate::text::{say, tr};

use super::dialogue::Dialogue;
use super::line::Gone;
use super::words::Word;

/// What came of a question.
#[derive(Debug)]
pub(crate) enum Heard<T> {
    /// An answer.
    Given(T),
    /// A word.
    Said(Word),
}

/// What stands around a prompt.
#[derive(Debug, Clone, Default)]
pub(crate) struct Question {
    /// Read first.
    pub(crate) told: Vec<String>,
    /// The three lines above the prompt.
    pub(crate) footing: Footing,
    /// Explanations.
    pub(crate) help: Vec<String>,
    /// Words beyond back, cancel and help that work here.
    pub(crate) words: &'static [Word],
    /// What was answered before: Enter alone keeps it.
    pub(crate) kept: Option<String>,
}

impl Question {
    /// A question with its three lines.
    pub(crate) fn new(footing: Footing) -> Self {
        Self {
            footing,
            ..Self::default()
        }
    }

    /// With lines to read first.
    pub(crate) fn telling(mut self, lines: Vec<String>) -> Self {
        self.told = lines;
        self
    }

    /// With explanations.
    pub(crate) fn explained(mut self, lines: &[&'static str]) -> Self {
        self.help = lines.iter().map(|l| tr(l).to_owned()).collect();
        self
    }

    /// With explanations that name who is there.
    pub(crate) fn explained_here(mut self, lines: Vec<String>) -> Self {
        self.help = lines;
        self
    }

    /// With what was answered before, which Enter alone keeps.
    pub(crate) fn keeping(mut self, kept: Option<String>) -> Self {
        self.kept = kept;
        self
    }

    /// With words of its own.
    pub(crate) const fn with(mut self, words: &'static [Word]) -> Self {
        self.words = words;
        self
    }
}

/// What was answered before, and how it is kept; what may be left empty can be emptied.
pub(crate) fn kept_by_enter(before: &str, optional: bool) -> String {
    if optional {
        say!(
            "Answered before: {before}. Enter alone keeps it; the word empty leaves it empty.",
            before
        )
    } else {
        say!("Answered before: {before}. Enter alone keeps it.", before)
    }
}

/// A question with what was answered to it before, told and kept by Enter alone.
pub(crate) fn answered(question: &Question, before: Option<&String>, optional: bool) -> Question {
    let mut question = question.clone();
    if let Some(before) = before.filter(|text| !text.is_empty()) {
        question.told.push(kept_by_enter(before, optional));
        if optional {
            question.words = &[Word::Empty];
        }
        question.kept = Some(before.clone());
    }
    question
}

/// Three lines.
pub(crate) fn footing(acts: &str, enter: &str, so_far: &str) -> Footing {
    Footing {
        acts: acts.to_owned(),
        enter: enter.to_owned(),
        so_far: so_far.to_owned(),
    }
}

/// Whether something is given up that people would have to do again: asked, for a word may be a slip. Whatever is said
/// instead of an answer stays.
pub(crate) fn gives_up(
    talk: &mut Dialogue<'_>,
    asked: &str,
    lost: &str,
    so_far: &str,
) -> Result<bool, Gone> {
    talk.heading(asked);
    let entries = [
        Entry::new("stay", tr("stay"), tr("asks the same again")),
        Entry::new("give up", tr("give it up"), lost),
    ];
    let question = Question::new(footing(
        tr("whoever is at the keyboard"),
        tr("takes the number that was typed"),
        so_far,
    ));
    let chosen = talk.choose(&question, tr("Number"), &entries)?;
    Ok(matches!(chosen, Heard::Given(1)))
}
