//! Which answers of a rehearsal people typed, and which F5 gave: counted page by page, kept with the steps.

use crate::session::{PRACTISED, Run};

/// How many answers there were, and how many of them were practice answers. Enter alone is no answer, and neither is a
/// field that was left empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Practised {
    /// Answers, of either kind.
    pub answers: u64,
    /// Those that F5 gave on a screen, or the word `f5` in lines.
    pub by_f5: u64,
}

impl Practised {
    /// One more answer.
    pub const fn count(&mut self, by_f5: bool) {
        self.answers = self.answers.saturating_add(1);
        self.by_f5 = self.by_f5.saturating_add(by_f5 as u64);
    }

    /// How many people typed or chose themselves.
    pub const fn typed(self) -> u64 {
        self.answers.saturating_sub(self.by_f5)
    }

    /// Whether F5 gave every answer.
    pub const fn only_f5(self) -> bool {
        self.answers > 0 && self.by_f5 == self.answers
    }

    pub(super) const fn and(self, more: Self) -> Self {
        Self {
            answers: self.answers.saturating_add(more.answers),
            by_f5: self.by_f5.saturating_add(more.by_f5),
        }
    }

    /// As a step's note has it: `3 of 5`.
    pub(super) fn note(self) -> String {
        format!("{} of {}", self.by_f5, self.answers)
    }

    fn of_note(note: &str) -> Option<Self> {
        let (by_f5, answers) = note.split_once(" of ")?;
        Some(Self {
            answers: answers.parse().ok()?,
            by_f5: by_f5.parse().ok()?,
        })
    }

    /// What the note of one step has; nothing where it has none.
    pub(super) fn noted(note: Option<&String>) -> Self {
        note.and_then(|note| Self::of_note(note))
            .unwrap_or_default()
    }

    /// Of all steps of a run. None where nobody's answers were counted: outside a rehearsal, and where the script
    /// answered itself.
    pub fn of(run: &Run) -> Option<Self> {
        let notes = run
            .steps
            .iter()
            .filter_map(|step| step.notes.get(PRACTISED));
        notes
            .map(|note| Self::noted(Some(note)))
            .reduce(Self::and)
            .filter(|all| all.answers > 0)
    }

    /// In words for the record.
    pub fn told(self) -> String {
        let (all, by_f5) = (self.answers, self.by_f5);
        match self.typed() {
            0 => format!(
                "{by_f5} of {all} answers were practice answers (F5): people read the pages and typed nothing"
            ),
            typed if typed == all => format!("people typed all {all} answers"),
            typed => format!(
                "people typed {typed} of {all} answers; practice answers (F5) gave the others"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again_and_told() {
        let mut all = Practised::default();
        assert!(!all.only_f5());
        all.count(true);
        assert!(all.only_f5());
        assert!(
            all.told()
                .starts_with("1 of 1 answers were practice answers")
        );
        all.count(false);
        assert_eq!(Practised::noted(Some(&all.note())), all);
        assert_eq!(
            all.told(),
            "people typed 1 of 2 answers; practice answers (F5) gave the others"
        );
        assert_eq!(
            Practised::noted(Some(&"nonsense".to_owned())),
            Practised::default()
        );
    }
}
