//! What a field does not take while it is typed, so that no secret that went astray is ever drawn.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::guarded::{component_astray, went_astray, wiped_seen, wiped_words};
use super::input::Input;
use super::{Form, Line};
use crate::ceremony::Practised;
use crate::session::Mistyped;
use crate::session::field::Kind;
use crate::text::{say, tr};
use crate::tui::widgets::text::TextField;

impl Form {
    /// What is typed beside a component that is not yet there may be the component itself: it is not taken, and nothing
    /// of it is drawn.
    pub(super) fn comes_later(&mut self, key: &KeyEvent) -> bool {
        let letter = matches!(key.code, KeyCode::Char(_)) && !is_command(key);
        let waits =
            |line: &Line| matches!(&line.input, Input::Component(field) if field.is_empty());
        let Some(first) = self.lines.iter().take(self.focus).find(|line| waits(line)) else {
            return false;
        };
        let label = first.label();
        match self.lines.get_mut(self.focus) {
            Some(line) if letter && matches!(line.input, Input::Text(_)) => {
                line.error = Some(say!(
                    "nothing is taken here before \"{label}\" is typed: Shift-Tab goes back to it",
                    label
                ));
                true
            }
            _ => false,
        }
    }
}

impl Form {
    /// Beside a component more digits than a check value has were meant for the component: none of them stays drawn.
    pub(super) fn astray(&mut self) {
        let component = |line: &Line| matches!(line.input, Input::Component(_));
        if !self.lines.iter().any(component) {
            return;
        }
        let Some(line) = self.lines.get_mut(self.focus) else {
            return;
        };
        let digits = matches!(line.asked.field.kind, Kind::Hex { .. });
        if let (true, true, Input::Text(field)) = (digits, line.error.is_some(), &mut line.input) {
            field.set("");
            line.error = Some(wiped().to_owned());
            self.exposed = Some((line.asked.field.id, Mistyped::Component));
        }
    }

    /// The rest of what went astray is not taken either, until Backspace or another field says that it is over.
    pub(super) fn goes_on_astray(&self, key: &KeyEvent) -> bool {
        let letter = matches!(key.code, KeyCode::Char(_)) && !is_command(key);
        let line = self.lines.get(self.focus);
        let wiped = [
            wiped(),
            wiped_words(),
            wiped_seen(),
            went_astray(),
            component_astray(),
        ];
        letter && line.is_some_and(|line| line.error.as_deref().is_some_and(|e| wiped.contains(&e)))
    }
}

fn wiped() -> &'static str {
    tr(
        "That is longer than a check value, and was wiped. A component goes into its own field, where it is not drawn: Shift-Tab goes back to it. Backspace begins the check value anew.",
    )
}

impl Line {
    /// The same of what was refused together with another answer.
    fn is_kept(&self) -> bool {
        match &self.input {
            Input::Text(field) => field.is_kept(),
            _ => self.is_typed(),
        }
    }

    /// Whether somebody typed what stands here.
    pub(super) fn is_typed(&self) -> bool {
        match &self.input {
            Input::Text(field) => field.is_own(),
            Input::Masked(field) => !field.is_empty(),
            Input::Component(field) => !field.is_empty(),
            Input::Choice(_) | Input::Confirm => false,
        }
    }
}

impl Form {
    /// F5: fills in the practice answers. What somebody typed stays, here and in every other field, unless that very answer
    /// was refused.
    pub(crate) fn practise(&mut self) {
        let blamed = self.blamed.take();
        for (at, line) in self.lines.iter_mut().enumerate() {
            if line.is_kept() && line.error.is_none() && blamed != Some(at) {
                continue;
            }
            if let Some(practice) = &line.asked.practice {
                line.input.fill(practice);
                line.practised = true;
                line.error = None;
                line.waits = false;
                line.visited = true;
            }
        }
    }
}

impl Form {
    /// How many answers stand here, and how many of them F5 gave: asked before they are taken. What was changed after F5
    /// is somebody's own.
    pub(crate) fn answered(&self) -> Practised {
        let mut counted = Practised::default();
        let asks = |line: &&Line| !matches!(line.input, Input::Confirm);
        for line in self.lines.iter().filter(asks) {
            let blank = line.input.text().is_some_and(|text| text.trim().is_empty());
            if !blank && !line.is_empty() {
                counted.count(line.is_practised());
            }
        }
        counted
    }
}

impl Line {
    fn is_practised(&self) -> bool {
        self.practised
            && match self.input.text() {
                Some(text) => self.asked.practice == Some(text),
                // What is not drawn is compared with nothing: any key in it took the mark away.
                None => true,
            }
    }
}

/// Whether a letter stands for an order, as Ctrl-U does.
fn is_command(key: &KeyEvent) -> bool {
    key.modifiers.contains(KeyModifiers::CONTROL)
}

/// Takes a key into a field that one word alone goes into. A passphrase that is typed there by mistake is not drawn, and
/// stands in no recording.
pub(super) fn only(word: &str, field: &mut TextField, key: &KeyEvent) -> Option<String> {
    let before = field.clone();
    field.key(key);
    if word.starts_with(field.value()) {
        return None;
    }
    *field = before;
    Some(say!(
        "Only the word {word} is typed here; no other letter is taken. Passphrases have a field of their own.",
        word
    ))
}

/// A letter that is no digit of a component: it is not said which, because it may be of something that went astray.
pub(super) fn no_digit() -> String {
    tr("That is no hex digit (0-9, A-F), and was not taken. The letter O for the digit 0?")
        .to_owned()
}

/// A field of digits has room for so many: more of them were meant for another field.
pub(super) fn no_more(
    max: usize,
    field: &mut TextField,
    taking: impl FnOnce(&mut TextField),
) -> Option<String> {
    let before = field.clone();
    taking(field);
    let digits = |field: &TextField| field.value().chars().filter(|c| !c.is_whitespace()).count();
    if digits(field) <= max || digits(field) <= digits(&before) {
        return None;
    }
    *field = before;
    Some(say!(
        "takes {max} digits at most; the next was not taken",
        max
    ))
}
