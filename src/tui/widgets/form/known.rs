//! Fields whose answers are partly known before anybody types.

use super::super::text::TextField;
use super::{Form, Input};

impl Form {
    /// What stands in a field while nothing is typed in it.
    pub(crate) fn says_while_empty(&mut self, id: &str, words: String) {
        if let Some(line) = self.lines.iter_mut().find(|l| l.asked.field.id == id) {
            line.while_empty = Some(words);
        }
    }

    /// Other answers changed what can be answered here: what was said of it is past, and nobody goes by without seeing
    /// it.
    pub(crate) fn ask_again(&mut self, id: &str) {
        if let Some(n) = self.lines.iter().position(|l| l.asked.field.id == id) {
            self.focus = self.focus.min(n);
            if let Some(line) = self.lines.get_mut(n) {
                line.error = None;
                line.visited = false;
            }
        }
    }

    /// A field that was chosen from a list is typed in from now on, and has the focus.
    pub(crate) fn type_instead(&mut self, id: &str) {
        if let Some(n) = self.lines.iter().position(|l| l.asked.field.id == id) {
            self.focus = n;
            if let Some(line) = self.lines.get_mut(n) {
                line.input = Input::Text(TextField::default());
                line.error = None;
                line.waits = false;
            }
        }
    }
}
