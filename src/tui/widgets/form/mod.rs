//! A form drawn from field declarations: labels, hints, checks on leaving, practice answers where there are any.

mod beside;
mod guarded;
mod input;
mod known;
mod laid;
mod line;
mod next;
mod page;
mod refusing;
mod taken;

use std::path::Path;

use crossterm::event::{KeyCode, KeyEvent};

use super::choice::Choices;
use super::component::ComponentField;
use super::hex;
use super::text::TextField;
use crate::ceremony::{Answer, AskField};
use crate::session::Mistyped;
use crate::session::asked::is_place;
use crate::session::field::{Field, Kind};
use crate::tui::keys::Verb;
use crate::tui::screen::Wants;
use input::{Input, input_for};
pub(crate) use next::{nothing_yet, off_says, or_empty};
use taken::{no_more, only};

struct Line {
    asked: AskField,
    input: Input,
    error: Option<String>,
    /// Whether Enter came before anything was typed: that is no fault.
    waits: bool,
    /// Whether somebody has seen it with the focus, or F5 answered it.
    visited: bool,
    /// What stands there while nothing is typed.
    while_empty: Option<String>,
    /// Whether F5 answered it, and no key since.
    practised: bool,
    /// The id of the choice that somebody left it with.
    left_with: Option<String>,
}

/// What pressing Enter in a form led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pressed {
    /// A field is wrong or still empty: the focus is there now.
    Stays,
    /// Every field is right: take the answers.
    Complete,
}

/// Several fields, one of which has the focus.
pub(crate) struct Form {
    lines: Vec<Line>,
    focus: usize,
    /// The field whose text was refused last, until somebody takes note of it.
    refusal: Option<&'static str>,
    /// The field that the refusal of the whole form was about.
    blamed: Option<usize>,
    /// The field in which something secret was drawn and wiped, until somebody takes note of it.
    exposed: Option<(&'static str, Mistyped)>,
}

impl Form {
    /// A form for these fields, nothing filled in.
    pub(crate) fn new(fields: &[AskField]) -> Self {
        let lines = fields
            .iter()
            .map(|asked| Line {
                asked: asked.clone(),
                input: match asked.digits {
                    Some(digits) => Input::Component(ComponentField::new(digits)),
                    None => input_for(&asked.field),
                },
                error: None,
                waits: false,
                visited: false,
                while_empty: None,
                practised: false,
                left_with: None,
            })
            .collect();
        Self {
            lines,
            focus: 0,
            refusal: None,
            blamed: None,
            exposed: None,
        }
    }

    /// A form for plain declarations.
    pub(crate) fn of(fields: &[Field]) -> Self {
        let asked: Vec<AskField> = fields.iter().map(|field| AskField::of(*field)).collect();
        Self::new(&asked)
    }

    /// Whether letters go into the focused field.
    pub(crate) fn typing(&self) -> bool {
        self.at().is_some_and(|l| {
            matches!(
                l.input,
                Input::Text(_) | Input::Masked(_) | Input::Component(_)
            )
        })
    }

    /// Whether the focused field is secret.
    pub(crate) fn secret(&self) -> bool {
        self.at()
            .is_some_and(|l| matches!(l.input, Input::Masked(_) | Input::Component(_)))
    }

    /// Whether any field shows a practice answer.
    pub(crate) fn practised(&self) -> bool {
        self.lines.iter().any(|l| l.asked.practice.is_some())
    }

    /// Whether there is more than one field.
    pub(crate) const fn several(&self) -> bool {
        self.lines.len() > 1
    }

    /// Whether up and down choose something here.
    pub(crate) fn choosing(&self) -> bool {
        self.at()
            .is_some_and(|l| matches!(l.input, Input::Choice(_)))
    }

    /// The text of a field by id, as typed; nothing for secrets.
    pub(crate) fn text(&self, id: &str) -> Option<String> {
        let line = self.lines.iter().find(|l| l.asked.field.id == id)?;
        line.input.text()
    }

    /// Puts a text into a field: what was typed before, when somebody comes back.
    pub(crate) fn set(&mut self, id: &str, text: &str) {
        if let Some(line) = self.lines.iter_mut().find(|l| l.asked.field.id == id) {
            let before = line.input.text();
            line.input.fill(text);
            line.changed(before.as_deref());
        }
    }

    /// Proposes a text, which the first letter typed replaces; what somebody typed stays.
    pub(crate) fn propose(&mut self, id: &str, text: &str) {
        if let Some(line) = self.lines.iter_mut().find(|l| l.asked.field.id == id)
            && let Input::Text(field) = &mut line.input
            && !field.is_own()
        {
            let before = field.value().to_owned();
            *field = TextField::proposing(text);
            line.changed(Some(&before));
        }
    }

    /// Replaces a choice field's entries, for choices that depend on other answers.
    pub(crate) fn set_choices(&mut self, id: &str, choices: Choices) {
        if let Some(line) = self.lines.iter_mut().find(|l| l.asked.field.id == id) {
            let before = line.input.text();
            line.input = Input::Choice(choices);
            line.changed(before.as_deref());
        }
    }

    /// Says what is wrong at a field, for checks that need more than the declaration.
    pub(crate) fn complain(&mut self, id: &str, error: &str) {
        if let Some(n) = self.lines.iter().position(|l| l.asked.field.id == id) {
            self.focus = n;
            if let Some(line) = self.lines.get_mut(n) {
                line.error = Some(error.to_owned());
                line.refused();
            }
        }
    }

    /// The labels of all fields, for tests that go through them.
    #[cfg(test)]
    pub(crate) fn labels(&self) -> Vec<&'static str> {
        self.lines.iter().map(Line::label).collect()
    }

    /// Says what is wrong at the field at hand.
    #[cfg(test)]
    pub(crate) fn complain_here(&mut self, error: &str) {
        if let Some(id) = self.at().map(|line| line.asked.field.id) {
            self.complain(id, error);
        }
    }

    /// Whether anything stands here that somebody typed: leaving would lose it.
    pub(crate) fn typed(&self) -> bool {
        self.lines.iter().any(Line::is_typed)
    }

    /// The answers were refused: the next letter typed into a text takes its place.
    pub(crate) fn typed_over(&mut self) {
        self.lines.iter_mut().for_each(Line::refused);
    }

    /// Wipes every secret field; the first of several readings of a component is the next to be typed. Whether digits of
    /// a component went.
    pub(crate) fn wipe(&mut self) -> bool {
        let component = |line: &Line| matches!(line.input, Input::Component(_));
        let digits = self
            .lines
            .iter()
            .any(|line| component(line) && !line.is_empty());
        if let Some(first) = self.lines.iter().position(component) {
            self.focus = first;
            for line in &mut self.lines {
                line.visited = false;
            }
        }
        for line in &mut self.lines {
            match &mut line.input {
                Input::Masked(field) => field.clear(),
                Input::Component(field) => field.clear(),
                _ => {}
            }
        }
        digits
    }

    /// Moves in a choice, or between fields, from the last to the first; a field is checked when it is left.
    pub(crate) fn verb(&mut self, verb: Verb) {
        let last = self.lines.len().saturating_sub(1);
        match (verb, self.choosing()) {
            (Verb::NextField, _) | (Verb::Down, false) => {
                self.pass();
                self.focus = if self.focus < last {
                    self.focus.saturating_add(1)
                } else {
                    0
                };
            }
            (Verb::PreviousField, _) | (Verb::Up, false) => {
                self.pass();
                self.focus = self.focus.checked_sub(1).unwrap_or(last);
            }
            (other, true) => {
                if let Some(Line {
                    input: Input::Choice(choices),
                    error,
                    ..
                }) = self.lines.get_mut(self.focus)
                {
                    choices.moved(other);
                    *error = None;
                }
            }
            _ => {}
        }
    }

    /// A letter or editing key for the focused field.
    pub(crate) fn key(&mut self, key: &KeyEvent) {
        if self.comes_later(key) || self.goes_on_astray(key) {
            return;
        }
        let mut strange = false;
        if let Some(line) = self.lines.get_mut(self.focus) {
            line.error = None;
            line.waits = false;
            line.practised = false;
            match &mut line.input {
                Input::Text(field) => match (&line.asked.exactly, line.asked.field.kind) {
                    (Some(word), _) => line.error = only(word, field, key),
                    (None, Kind::Hex { max, .. }) => {
                        line.error = no_more(max, field, |field| field.key(key));
                    }
                    (None, _) => field.key(key),
                },
                Input::Masked(field) => field.key(key),
                Input::Component(field) => strange = !field.key(key),
                Input::Choice(choices) => choices.letter(key),
                Input::Confirm => {}
            }
        }
        self.astray();
        self.guard();
        self.compare_readings();
        if let Some(line) = self.lines.get_mut(self.focus).filter(|_| strange) {
            line.error = Some(taken::no_digit());
        }
    }

    /// A component typed a second time is compared with the first, group by group.
    fn compare_readings(&mut self) {
        // What was wrong with one reading may be mended in the other.
        for line in &mut self.lines {
            if matches!(line.input, Input::Component(_)) {
                line.error = None;
            }
        }
        let mut readings = self
            .lines
            .iter_mut()
            .filter_map(|line| match &mut line.input {
                Input::Component(field) => Some(field),
                _ => None,
            });
        if let (Some(first), Some(second)) = (readings.next(), readings.next()) {
            second.compare(first);
        }
    }

    /// Pasted text for the focused field, if it is a text field.
    pub(crate) fn paste(&mut self, text: &str) {
        let letter = KeyEvent::from(KeyCode::Char('0'));
        if self.comes_later(&letter) {
            return;
        }
        if let Some(line) = self.lines.get_mut(self.focus)
            && let Input::Text(field) = &mut line.input
        {
            line.error = if let Kind::Hex { max, .. } = line.asked.field.kind {
                no_more(max, field, |field| field.insert(text))
            } else {
                field.insert(text);
                None
            };
        }
        if let Some(line) = self.lines.get_mut(self.focus) {
            line.waits = false;
        }
        self.astray();
        self.guard();
    }

    /// Enter: the focused field is checked; then the first that is wrong or empty gets the focus, or all are complete.
    pub(crate) fn enter(&mut self) -> Pressed {
        if let Some(line) = self.lines.get_mut(self.focus)
            && line.is_empty()
        {
            // An Enter too many, from the question before: what was wrong with it, if anything, stays to be read.
            line.visited = true;
            line.waits = line.error.is_none();
            return Pressed::Stays;
        }
        if !self.check(self.focus) {
            return Pressed::Stays;
        }
        let Some(next) = self.target() else {
            return Pressed::Complete;
        };
        // A field that was passed over says what is wrong with it; the others are seen before they are called wrong.
        if next < self.focus || self.lines.get(next).is_some_and(|line| line.visited) {
            self.check(next);
        }
        self.focus = next;
        Pressed::Stays
    }

    /// Where Enter goes from a field that is right: while anything is still open, to the next below, whatever stands
    /// there; from the last, back to the first that is wrong. Nowhere once all of it is answered.
    pub(super) fn target(&self) -> Option<usize> {
        let after = self.focus.saturating_add(1)..self.lines.len();
        let wrong = |n: usize| self.lines.get(n).is_some_and(|line| line.fault().is_some());
        let before = (0..self.focus).find(|n| wrong(*n));
        let open = before.is_some() || after.clone().any(|n| self.unseen(n) || wrong(n));
        let typed = |n: &usize| {
            let line = self.lines.get(*n);
            line.is_some_and(|line| !matches!(line.input, Input::Confirm))
        };
        after.into_iter().find(typed).filter(|_| open).or(before)
    }

    /// The answers in the order of the fields; secrets are moved out and wiped here. A component beside which its check
    /// value is typed stays until the answer is taken: a slip in six digits costs nobody sixty-four.
    pub(crate) fn take(&mut self) -> Vec<Answer> {
        self.lines
            .iter_mut()
            .map(|line| match &mut line.input {
                Input::Masked(field) => Answer::Secret(field.take()),
                Input::Component(field) if field.is_beside_value() => {
                    Answer::Secret(field.hand_over())
                }
                Input::Component(field) => Answer::Secret(field.take()),
                other => {
                    let text = other.text().unwrap_or_default();
                    Answer::Text(line.asked.check(&text).unwrap_or(text))
                }
            })
            .collect()
    }

    /// Whether the field with the cursor takes a path, and what stands in it.
    pub(crate) fn wants(&self) -> Option<(Wants, String)> {
        let line = self.at()?;
        let wants = match line.asked.field.kind {
            Kind::File => Wants::File,
            _ if is_place(&line.asked.field) => Wants::Folder,
            _ => return None,
        };
        Some((wants, line.input.text()?))
    }

    /// The path that was chosen for that field.
    pub(crate) fn picked(&mut self, path: &Path) {
        if let Some(line) = self.lines.get_mut(self.focus) {
            line.input.fill(&path.to_string_lossy());
            line.error = None;
            line.waits = false;
        }
    }

    /// Puts the cursor on this field: what stands above it was answered before.
    pub(crate) fn go_to(&mut self, id: &str) {
        if let Some(n) = self.lines.iter().position(|l| l.asked.field.id == id) {
            for line in self.lines.iter_mut().take(n) {
                line.visited = true;
            }
            self.focus = n;
        }
    }

    /// Whether the cursor stands on this field.
    pub(crate) fn on(&self, id: &str) -> bool {
        self.at().is_some_and(|line| line.asked.field.id == id)
    }

    fn at(&self) -> Option<&Line> {
        self.lines.get(self.focus)
    }

    fn unseen(&self, n: usize) -> bool {
        self.lines
            .get(n)
            .is_some_and(|l| !l.visited && !matches!(l.input, Input::Confirm))
    }

    fn check(&mut self, n: usize) -> bool {
        let Some(line) = self.lines.get_mut(n) else {
            return true;
        };
        line.visited = true;
        let known = line.error.is_some();
        line.error = line.fault();
        if n == self.focus && line.error.is_none() {
            line.leave();
        }
        if !known && line.error.is_some() && line.is_typed() {
            self.refusal = Some(line.asked.field.id);
        }
        if line.error.is_some() && matches!(line.input, Input::Text(_)) {
            line.refused();
        }
        line.error.is_none()
    }
}

impl Line {
    /// What was typed is not taken: a secret goes, and a text is replaced by what is typed next. An arrow or Backspace
    /// first mends it instead.
    fn refused(&mut self) {
        match &mut self.input {
            Input::Masked(field) => field.clear(),
            // Only digits are wanting: they are typed on behind those that stand here.
            Input::Text(field) if hex::is_short(self.asked.field.kind, field.value()) => {}
            Input::Text(field) => field.refused(),
            _ => {}
        }
    }

    /// What a refusal that is about it would name: what was typed, or what the choice is called.
    fn named(&self) -> Option<String> {
        let name = match &self.input {
            Input::Choice(choices) => choices.chosen().map(|e| e.label.clone()),
            other => other.text().map(|text| text.trim().to_owned()),
        };
        // A word as short as that stands in any sentence.
        name.filter(|name| name.chars().count() >= 4)
    }

    /// Whether something has to be typed here and nothing is.
    fn is_empty(&self) -> bool {
        match &self.input {
            Input::Masked(field) => field.is_empty(),
            Input::Component(field) => field.is_empty(),
            Input::Text(field) => field.value().trim().is_empty() && !self.asked.field.optional,
            Input::Choice(_) | Input::Confirm => false,
        }
    }
}

#[cfg(test)]
mod tests;
