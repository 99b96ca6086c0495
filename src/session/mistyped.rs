//! What a field has refused, where that goes on record: a value that is compared and is not in its form, or something
//! secret that was typed where everybody reads it.

use super::Session;
use super::error::Refusal;
use super::field::Field;
use super::transition::Transition;
use crate::evidence::audit::Kind;

/// Why a field did not take what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistyped {
    /// It is no value of that kind.
    Form,
    /// It read like the words that open something, and they were drawn.
    Passphrase,
    /// It read like a component, and it was drawn.
    Component,
}

impl Mistyped {
    /// What was typed in the open, in a word that evidence has; none where nothing secret was.
    pub const fn secret(self) -> Option<&'static str> {
        match self {
            Self::Form => None,
            Self::Passphrase => Some("words like a passphrase"),
            Self::Component => Some("digits like a component"),
        }
    }
}

impl Field {
    /// Which of them it is that stands here.
    pub fn mistyped(&self, text: &str) -> Mistyped {
        if self.holds_component(text) {
            Mistyped::Component
        } else if self.holds_words(text, false) {
            Mistyped::Passphrase
        } else {
            Mistyped::Form
        }
    }
}

/// Something secret that was typed where it is drawn: which field, at what, and whose keyboard it was. Never what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InTheOpen {
    /// The field, by its id.
    pub field: String,
    /// What it read like.
    pub how: Mistyped,
    /// The act, step or page that asked.
    pub at: String,
    /// Who was at the keyboard, where that is known.
    pub who: Option<String>,
}

impl InTheOpen {
    /// What was typed into this field of an act or page; none where it was no secret.
    pub fn at(at: &str, field: &Field, text: &str) -> Option<Self> {
        let how = field.mistyped(text);
        how.secret().map(|_| Self {
            field: field.id.to_owned(),
            how,
            at: at.to_owned(),
            who: None,
        })
    }
}

/// The line of the log.
pub const IN_THE_OPEN_LINE: &str = "typed-in-the-open";

impl Session {
    /// Writes down that something secret was typed where everybody reads it, and seals the line: whoever saw it knows it
    /// (PCI PIN 8-1, 25), whether or not a ceremony was under way. A field that refused something else leaves no line.
    ///
    /// # Errors
    /// The line could not be written; what is committed stands.
    pub fn note_in_the_open(&mut self, slip: &InTheOpen) -> Result<(), Refusal> {
        let Some(what) = slip.how.secret() else {
            return Ok(());
        };
        self.stands()?;
        let who = slip.who.iter().filter(|name| !name.is_empty()).cloned();
        let note = Transition::note(IN_THE_OPEN_LINE, who.collect())
            .with("what", what)
            .with("field", slip.field.clone())
            .with("at", slip.at.clone());
        self.book
            .line(Kind::Noted, &note, self.now())
            .inspect_err(|refusal| self.broken = Some(refusal.to_string()))?;
        self.seal_audit()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Environment, practice};
    use super::*;
    use crate::vault::MemoryStore;

    #[test]
    fn what_was_typed_in_the_open_is_a_line_that_people_can_read() {
        let store = Box::new(MemoryStore::new());
        let environment = Environment::seeded("open").unwrap();
        let vault = practice::vault(store, environment, None, true);
        let mut session = vault.unwrap().session;
        let mut slip = InTheOpen {
            field: "reason".into(),
            how: Mistyped::Form,
            at: "vault.appoint".into(),
            who: Some("Ana".into()),
        };
        let before = session.trail().unwrap().lines.len();
        session.note_in_the_open(&slip).unwrap();
        assert_eq!(session.trail().unwrap().lines.len(), before);
        slip.how = Mistyped::Passphrase;
        session.note_in_the_open(&slip).unwrap();
        let trail = session.trail().unwrap();
        assert_eq!(trail.broken, None);
        let last = trail.lines.last().unwrap();
        assert_eq!((last.who.as_str(), trail.lines.len()), ("Ana", before + 1));
        for words in [
            "typed in the open",
            "words like a passphrase",
            "reason",
            "vault.appoint",
        ] {
            assert!(last.what.contains(words), "{}", last.what);
        }
    }
}
