//! Fields whose answers are partly known before anybody types.

use super::super::choice::{Choices, Entry};
use super::super::text::TextField;
use super::{Form, Input, Line};
use crate::session::field::Kind;
use crate::session::pasted::taken_by;

impl Form {
    /// The cursor goes on from the field at hand: what stands there is judged. Where nothing was typed nothing is wrong
    /// yet; Enter says so.
    pub(super) fn pass(&mut self) {
        match self.lines.get_mut(self.focus) {
            Some(line) if line.is_empty() => line.visited = true,
            _ => {
                self.check(self.focus);
            }
        }
    }

    /// Whether the field with the cursor takes a file's content in the place of its path.
    pub(crate) fn takes_content(&self) -> bool {
        let line = self.lines.get(self.focus);
        line.is_some_and(|line| taken_by(&line.asked.field))
    }

    /// What stands in a field while nothing is typed in it.
    pub(crate) fn says_while_empty(&mut self, id: &str, words: String) {
        if let Some(line) = self.lines.iter_mut().find(|l| l.asked.field.id == id) {
            line.while_empty = Some(words);
        }
    }

    /// A number has so many digits from now on, as other answers leave it.
    pub(crate) fn takes_digits(&mut self, id: &str, min: usize, max: usize) {
        if let Some(line) = self.lines.iter_mut().find(|l| l.asked.field.id == id) {
            line.asked.field.kind = Kind::Hex { min, max };
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

    /// Other answers leave other choices here. What somebody left the field with stands again wherever it can be taken:
    /// the cursor may only be passing through the list above. Otherwise the first of `otherwise` that can be taken does,
    /// and a choice that was somebody's is asked for again.
    pub(crate) fn refit(&mut self, id: &str, entries: Vec<Entry>, otherwise: &[Option<&str>]) {
        let Some(line) = self.lines.iter_mut().find(|l| l.asked.field.id == id) else {
            return;
        };
        let can = |id: &&str| entries.iter().any(|e| e.id == **id && e.off.is_none());
        let own = line.left_with.as_deref();
        let again = own.as_ref().is_some_and(can);
        let stands = own.into_iter().chain(otherwise.iter().copied().flatten());
        let stands = stands.into_iter().find(can).map(str::to_owned);
        let before = line.input.text();
        line.input = Input::Choice(Choices::new(entries));
        if let Some(stands) = stands {
            line.input.fill(&stands);
        }
        if line.left_with.is_some() && line.input.text() != before {
            line.visited = again;
            line.error = None;
        }
    }
}

impl Line {
    /// Another answer stands here than `before`, whoever put it there: what was wrong with that one is past.
    pub(super) fn changed(&mut self, before: Option<&str>) {
        if self.input.text().as_deref() != before {
            self.error = None;
            self.waits = false;
        }
    }

    /// Somebody goes on from here: what is chosen now is their choice.
    pub(super) fn leave(&mut self) {
        if matches!(self.input, Input::Choice(_)) {
            self.left_with = self.input.text();
        }
    }
}
