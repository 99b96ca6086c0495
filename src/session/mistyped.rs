//! What a field has refused, where that goes on record: a value that is compared and is not in its form, or something
//! secret that was typed where everybody reads it.

use super::field::Field;

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
