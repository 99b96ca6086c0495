//! Letters typed at a list of choices: they go to the choice that begins so. One rule for every such list, and for every
//! letter: `j` and `k` move in lists that cannot be searched so.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{Choices, Entry};
use crate::text::{say, tr};
use crate::tui::widgets::list::Cursor;

/// How well a choice fits what was typed: the least is best.
fn fits(entry: &Entry, typed: &str) -> Option<u8> {
    let label = entry.label.to_lowercase();
    let mut words = label.split(|c: char| !c.is_alphanumeric());
    match () {
        () if label.starts_with(typed) => Some(0),
        () if entry.id.to_lowercase().starts_with(typed) => Some(1),
        () if words.any(|word| word.starts_with(typed)) => Some(2),
        () => None,
    }
}

/// What was typed at a list since a key moved its cursor. It may be half a passphrase: none of it is ever drawn.
#[derive(Debug, Clone, Default)]
pub(super) struct Letters {
    /// Letters that lead to the choice under the cursor.
    typed: String,
    /// Where the cursor stood before.
    from: Option<usize>,
    /// They began no choice: what follows is meant for another field, and moves nothing.
    lost: bool,
    /// What is said of that beside the choice, so that nothing is chosen unseen.
    pub(super) told: Option<String>,
}

impl Choices {
    /// A letter: with those before it, it goes to the choice that begins so; the same letter again goes to the next. Where
    /// they begin none, the cursor is back where it stood, and stays there until another key is pressed.
    pub(crate) fn letter(&mut self, key: &KeyEvent) {
        let held = key.modifiers - KeyModifiers::SHIFT;
        let KeyCode::Char(c) = key.code else {
            self.letters = Letters::default();
            return;
        };
        let none_yet = self.letters.typed.is_empty() && !self.letters.lost;
        if !held.is_empty() || self.letters.lost || none_yet && c == ' ' {
            return;
        }
        let at = self.cursor.at();
        let from = *self.letters.from.get_or_insert(at);
        let letter: String = c.to_lowercase().collect();
        let longer = format!("{}{letter}", self.letters.typed);
        let again = self
            .letters
            .typed
            .chars()
            .all(|typed| letter.contains(typed));
        let next = || self.best(&letter, at.saturating_add(1)).filter(|_| again);
        let found = self.best(&longer, at).or_else(next);
        self.letters.lost = found.is_none();
        self.letters.typed = if found.is_some() {
            longer
        } else {
            String::new()
        };
        self.cursor = Cursor::on(found.unwrap_or(from));
        self.letters.told = self.told_by_letter(from);
    }

    /// What is said of the letters that were typed last, for a list that is drawn elsewhere.
    pub(crate) fn told(&self) -> Option<&str> {
        self.letters.told.as_deref()
    }

    /// What is said of letters: which choice they left, or that they began none.
    fn told_by_letter(&self, from: usize) -> Option<String> {
        if self.letters.lost {
            return Some(
                tr("nothing here begins as you typed: not moved. Backspace begins anew").to_owned(),
            );
        }
        let before = self.entries.get(from)?;
        (self.cursor.at() != from).then(|| {
            say!(
                "chosen by its letters; before: {before}",
                before = before.label
            )
        })
    }

    /// Of those that fit best the first from a place on, then from the top.
    fn best(&self, typed: &str, from: usize) -> Option<usize> {
        let count = self.entries.len();
        let order = (from..count).chain(0..from.min(count));
        let ranked = order.filter_map(|at| Some((fits(self.entries.get(at)?, typed)?, at)));
        // `min_by_key` keeps the first of equals.
        ranked.min_by_key(|(rank, _)| *rank).map(|(_, at)| at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::keys::Verb;

    fn typed(labels: &[&str], letters: &str) -> String {
        let entries = labels.iter().map(|label| Entry::new(label, label, ""));
        let mut choices = Choices::new(entries.collect());
        for c in letters.chars() {
            choices.letter(&KeyEvent::from(KeyCode::Char(c)));
        }
        choices.chosen().unwrap().label.clone()
    }

    #[test]
    fn letters_go_to_the_choice_that_begins_so() {
        let yes_no = ["as now: yes", "no", "yes"];
        assert_eq!(typed(&yes_no, "y"), "yes");
        assert_eq!(typed(&yes_no, "yes"), "yes");
        // What goes on from none of them was meant for another field: it is as if nothing had been typed.
        assert_eq!(typed(&yes_no, "yesn"), "as now: yes");
        assert_eq!(typed(&yes_no, "xyes"), "as now: yes");
        assert_eq!(typed(&yes_no, "NO"), "no");
        let people = ["Ada Byron", "Ana Abel", "Ben Bell"];
        assert_eq!(typed(&people, "an"), "Ana Abel");
        assert_eq!(typed(&people, "aa"), "Ana Abel");
        assert_eq!(typed(&people, "aaa"), "Ada Byron");
        assert_eq!(typed(&people, "bell"), "Ben Bell");
        assert_eq!(typed(&people, "ana abel"), "Ana Abel");
        // What nothing begins with moves nothing.
        assert_eq!(typed(&people, "x7"), "Ada Byron");
    }

    /// Whose place ends must not change unseen: the row says by what it was chosen and what stood there, and a name that
    /// is nobody's here, typed a field too early, moves nothing.
    #[test]
    fn what_letters_chose_is_said_and_a_strange_name_chooses_nothing() {
        let entries = ["Ada", "Ana", "Cho"].map(|label| Entry::new(label, label, ""));
        let mut choices = Choices::new(entries.into());
        choices.choose("Cho");
        let mut after = |letters: &str| {
            for c in letters.chars() {
                choices.letter(&KeyEvent::from(KeyCode::Char(c)));
            }
            let told = choices.letters.told.clone().unwrap_or_default();
            let chosen = choices.chosen().unwrap().label.clone();
            choices.letter(&KeyEvent::from(KeyCode::Backspace));
            (chosen, told)
        };
        let (chosen, told) = after("Pia");
        assert_eq!(chosen, "Cho");
        assert!(
            told.contains("not moved") && !told.contains("Pia"),
            "{told}"
        );
        let (chosen, told) = after("Anabel");
        assert_eq!(chosen, "Cho", "{told}");
        let (chosen, told) = after("an");
        assert_eq!(chosen, "Ana");
        assert!(told.contains("before: Cho"), "{told}");
        assert_eq!(after("ana").1, "", "it stands there already");
    }

    #[test]
    fn why_a_choice_is_off_comes_before_how_the_cursor_came_there() {
        let off = Entry::new("RSA_4096", "RSA_4096", "").off_because("E6 is TDES or AES");
        let mut choices = Choices::new(vec![Entry::new("AES_128", "AES_128", "fits"), off]);
        let told = |choices: &Choices| {
            let at = choices.cursor.at();
            choices.note(at, &choices.entries[at]).to_owned()
        };
        for c in "rsa".chars() {
            choices.letter(&KeyEvent::from(KeyCode::Char(c)));
        }
        assert_eq!(told(&choices), "E6 is TDES or AES");
        choices.letter(&KeyEvent::from(KeyCode::Backspace));
        choices.moved(Verb::Up);
        choices.moved(Verb::Down);
        choices.letter(&KeyEvent::from(KeyCode::Char('a')));
        assert!(told(&choices).contains("before: RSA_4096"));
    }

    #[test]
    fn an_arrow_begins_the_word_anew() {
        let entries = ["no", "yes", "never"].map(|label| Entry::new(label, label, ""));
        let mut choices = Choices::new(entries.into());
        choices.letter(&KeyEvent::from(KeyCode::Char('n')));
        choices.moved(Verb::Down);
        choices.letter(&KeyEvent::from(KeyCode::Char('e')));
        assert_eq!(choices.chosen().unwrap().label, "yes", "e begins nothing");
        choices.letter(&KeyEvent::from(KeyCode::Backspace));
        choices.letter(&KeyEvent::from(KeyCode::Char('n')));
        assert_eq!(choices.chosen().unwrap().label, "never");
    }
}
