//! What Enter will do in a form, told before it is pressed: the line Enter promises nothing that is then refused.

use super::{Form, Input, Line};
use crate::text::{say, tr};

/// What Enter leads to from the field at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing is typed in this field yet.
    Empty,
    /// The choice under the cursor is off.
    Off,
    /// What is typed here is not what the field wants.
    Wrong,
    /// The next field below.
    Field,
    /// A field above that is still wrong or empty.
    Before,
    /// All of it is answered.
    Complete,
}

impl Form {
    /// What Enter does now.
    pub(super) fn next(&self) -> Next {
        let Some(line) = self.at() else {
            return Next::Complete;
        };
        if line.is_empty() {
            return Next::Empty;
        }
        if line.fault().is_some() {
            return match line.input {
                Input::Choice(_) => Next::Off,
                _ => Next::Wrong,
            };
        }
        match self.target() {
            Some(n) if n < self.focus => Next::Before,
            Some(_) => Next::Field,
            None => Next::Complete,
        }
    }

    /// The line Enter of a page with this form, where `complete` says what comes once all of it is answered.
    pub(crate) fn enter_says(&self, complete: &str) -> String {
        match self.next() {
            Next::Empty => nothing_yet().to_owned(),
            Next::Off => off_says().to_owned(),
            Next::Wrong => tr("says what is still wrong in this field").to_owned(),
            Next::Field => tr("keeps this and goes to the next field").to_owned(),
            Next::Before => self.back_says(),
            Next::Complete => complete.to_owned(),
        }
    }

    /// The same for a page whose answers have to go together: `wrong` says whether the check of all of them, which Enter
    /// makes, refuses them.
    pub(crate) fn enter_says_of_all(&self, wrong: bool, complete: &str) -> String {
        if wrong && self.next() == Next::Complete {
            return tr("says what is still wrong in this field").to_owned();
        }
        self.enter_says(complete)
    }

    /// The line Enter where a field above is not answered yet.
    fn back_says(&self) -> String {
        let label = self.target().and_then(|n| self.lines.get(n));
        say!(
            "keeps this and goes back to {label}, which is still to be answered",
            label = label.map_or("", Line::label)
        )
    }

    /// What Enter does while another field is still to be answered, where the line says otherwise what all of it leads to.
    pub(crate) fn more_says(&self) -> Option<String> {
        if matches!(self.next(), Next::Empty | Next::Off | Next::Wrong) {
            return Some(self.enter_says(""));
        }
        let at = self.target()?;
        Some(if at < self.focus {
            self.back_says()
        } else {
            tr("goes to the next field").to_owned()
        })
    }

    /// Whether Enter takes what was typed here and goes to another field.
    pub(crate) fn goes_on(&self) -> bool {
        self.at().is_some_and(Line::is_typed) && self.more_says().is_some()
    }

    /// What Enter does while something is still to be answered; nothing where all of it is.
    pub(crate) fn unfinished_says(&self) -> Option<String> {
        (self.next() != Next::Complete).then(|| self.enter_says(""))
    }

    /// What Enter does while the passphrase is not the last that is asked; nothing where it is.
    pub(crate) fn elsewhere_says(&self) -> Option<String> {
        let last = self.focus.saturating_add(1) >= self.lines.len();
        match self.next() {
            Next::Field | Next::Before => Some(self.enter_says("")),
            Next::Empty | Next::Wrong if !last => Some(self.enter_says("")),
            _ => None,
        }
    }
}

/// The line Enter on an empty field.
pub(crate) fn nothing_yet() -> &'static str {
    tr("nothing yet: this field is still empty")
}

/// The line Enter of a page with one text and no form: nothing while the text is empty, then what `then` says.
pub(crate) fn or_empty(text: &str, then: &'static str) -> &'static str {
    if text.trim().is_empty() {
        nothing_yet()
    } else {
        then
    }
}

/// The line Enter on a choice that is off.
pub(crate) fn off_says() -> &'static str {
    tr("is off: the line of this choice says why")
}

impl Line {
    /// Why what stands here is not taken, if anything.
    pub(super) fn fault(&self) -> Option<String> {
        match &self.input {
            Input::Masked(field) if field.is_empty() => Some(say!(
                "Nothing is typed at \"{label}\" yet, and nothing was changed.",
                label = tr(self.asked.field.label)
            )),
            Input::Component(field) => field.fault().map(|rule| {
                say!(
                    "{label} {rule}. Type on, or Ctrl-U begins anew; nothing is kept yet.",
                    label = tr(self.asked.field.label),
                    rule
                )
            }),
            Input::Masked(_) | Input::Confirm => None,
            Input::Choice(choices) => choices
                .chosen()
                .and_then(|e| Some((&e.label, e.off.as_ref()?)))
                .map(|(label, reason)| {
                    say!("{label}: {reason}. Nothing was changed.", label, reason)
                }),
            Input::Text(field) => self.asked.check(field.value()).err(),
        }
    }
}
