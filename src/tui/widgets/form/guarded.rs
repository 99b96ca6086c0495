//! Paths of envelopes beside the words that open them: words never stay in a path's field, and what was wrong is said at
//! the field that it is about.

use super::{Form, Input, Line};
use crate::session::asked::{is_beside_words, looks_like_words, words_for_a_path};
use crate::session::is_about_words;

impl Form {
    /// Words typed into a path's field are wiped as soon as they can be told from a path.
    pub(super) fn guard(&mut self) {
        let Some(line) = self.lines.get_mut(self.focus) else {
            return;
        };
        if line.holds_words() {
            line.input.fill("");
            line.error = Some(words_for_a_path().to_owned());
        }
    }

    /// An envelope was not opened: what was typed in secret goes, and the cursor stands in the field that the refusal is
    /// about.
    pub(crate) fn unopened(&mut self, why: &str) {
        self.wipe();
        let secret = |line: &Line| matches!(line.input, Input::Masked(_));
        let path = |line: &Line| is_beside_words(&line.asked.field);
        let at = if is_about_words(why) {
            self.lines.iter().position(secret)
        } else {
            let named = |line: &Line| path(line) && line.named().is_some_and(|n| why.contains(&n));
            let named = self.lines.iter().position(named);
            named.or_else(|| self.lines.iter().position(path))
        };
        self.focus = at.unwrap_or(self.focus);
    }
}

impl Line {
    fn holds_words(&self) -> bool {
        let text = self.input.text();
        is_beside_words(&self.asked.field) && text.is_some_and(|text| looks_like_words(&text))
    }
}
