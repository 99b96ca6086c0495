//! Letters typed at a list of choices: they go to the choice that begins so. One rule for every such list; letters that
//! are keys of the screen (`j` and `k` move as the arrows do) stay that.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{Choices, Entry};
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

impl Choices {
    /// A letter: with those before it, it goes to the choice that begins so. One that goes on from none of them begins
    /// anew; the same letter again goes to the next.
    pub(crate) fn letter(&mut self, key: &KeyEvent) {
        let held = key.modifiers - KeyModifiers::SHIFT;
        let KeyCode::Char(c) = key.code else {
            self.typed.clear();
            return;
        };
        if !held.is_empty() {
            return;
        }
        let letter: String = c.to_lowercase().collect();
        let longer = format!("{}{letter}", self.typed);
        if let Some(at) = self.best(&longer, self.cursor.at()) {
            (self.cursor, self.typed) = (Cursor::on(at), longer);
            return;
        }
        if let Some(at) = self.best(&letter, self.cursor.at().saturating_add(1)) {
            self.cursor = Cursor::on(at);
        }
        self.typed = letter;
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
        assert_eq!(typed(&yes_no, "yesn"), "no");
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

    #[test]
    fn an_arrow_begins_the_word_anew() {
        let entries = ["no", "yes", "never"].map(|label| Entry::new(label, label, ""));
        let mut choices = Choices::new(entries.into());
        choices.letter(&KeyEvent::from(KeyCode::Char('n')));
        choices.moved(Verb::Down);
        choices.letter(&KeyEvent::from(KeyCode::Char('e')));
        assert_eq!(choices.chosen().unwrap().label, "yes", "e begins nothing");
        choices.letter(&KeyEvent::from(KeyCode::Char('n')));
        assert_eq!(choices.chosen().unwrap().label, "never");
    }
}
