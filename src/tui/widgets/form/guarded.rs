//! Paths of envelopes beside the words that open them: words never stay in a path's field, and what was wrong is said at
//! the field that it is about.

use super::{Form, Input, Line};
use crate::custody::astray::{Place, looks_like_passphrase};
use crate::session::asked::is_beside_words;
use crate::session::{Mistyped, is_about_words};
use crate::text::tr;

impl Form {
    /// Words typed into a path's field are wiped as soon as they can be told from a path.
    pub(super) fn guard(&mut self) {
        let Some(line) = self.lines.get_mut(self.focus) else {
            return;
        };
        if line.holds_words() {
            let unseen = line.is_no_path_yet();
            line.input.fill("");
            let said = if unseen { wiped_words() } else { wiped_seen() };
            line.error = Some(said.to_owned());
            if !unseen {
                self.exposed = Some((line.asked.field.id, Mistyped::Passphrase));
            }
        } else if line.holds_words_astray() {
            line.input.fill("");
            line.error = Some(went_astray().to_owned());
            self.exposed = Some((line.asked.field.id, Mistyped::Passphrase));
        } else if line.holds_component_astray() {
            line.input.fill("");
            line.error = Some(component_astray().to_owned());
            self.exposed = Some((line.asked.field.id, Mistyped::Component));
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
            self.named_in(why)
                .or_else(|| self.lines.iter().position(path))
        };
        self.focus = at.unwrap_or(self.focus);
    }

    /// The cursor goes to the envelope's path, where a refusal names it.
    pub(crate) fn lead_to_path_in(&mut self, why: &str) {
        self.focus = self.named_in(why).unwrap_or(self.focus);
    }

    /// The envelope's path that a refusal names.
    fn named_in(&self, why: &str) -> Option<usize> {
        let named = |line: &Line| {
            is_beside_words(&line.asked.field) && line.named().is_some_and(|n| why.contains(&n))
        };
        self.lines.iter().position(named)
    }
}

impl Line {
    /// Whether what stands in a path's field beside words may still be a passphrase: it is drawn as dots.
    pub(super) fn is_no_path_yet(&self) -> bool {
        let path = |text: &str| text.contains(['/', '\\', '.', '~']);
        is_beside_words(&self.asked.field) && self.input.text().is_some_and(|text| !path(&text))
    }

    fn holds_words(&self) -> bool {
        let text = self.input.text();
        is_beside_words(&self.asked.field)
            && text.is_some_and(|text| looks_like_passphrase(&text, Place::Path))
    }
}

impl Line {
    /// Whether a passphrase stands in a field for open text: seen before the last of the fewest words is begun.
    fn holds_words_astray(&self) -> bool {
        let text = self.input.text().unwrap_or_default();
        let begun = text.ends_with(char::is_whitespace);
        self.asked.field.holds_words(&text, begun)
    }
}

impl Line {
    /// Whether a component stands where a package's number is asked for.
    fn holds_component_astray(&self) -> bool {
        let text = self.input.text().unwrap_or_default();
        self.asked.field.holds_component(&text)
    }
}

/// What is said of a component that was typed as a package's number; as long as it stands there, no letter is taken.
pub(super) fn component_astray() -> &'static str {
    tr(
        "That reads like a component and was wiped; what is typed on is not taken. The number stands on the package, outside: whoever saw these digits knows a part of the key. Backspace begins this field anew.",
    )
}

/// What is said of words that were typed into a field for open text; as long as it stands there, no letter is taken.
pub(super) fn went_astray() -> &'static str {
    tr(
        "That reads like a passphrase and was wiped; what is typed on is not taken. Whoever saw it here knows it. Words that open something are typed where they are not shown. Backspace begins this field anew.",
    )
}

/// What is said of words that were typed into a path's field; as long as it stands there, no letter is taken.
pub(super) fn wiped_words() -> &'static str {
    tr(
        "That looks like a passphrase and was wiped; nothing but dots was drawn, and what is typed on is not taken. Tab goes to the field for it. For a path, Backspace first; one that begins with a word and a blank has ./ before it.",
    )
}

/// The same where words were drawn: whoever looked on may have read them.
pub(super) fn wiped_seen() -> &'static str {
    tr(
        "That looks like a passphrase and was wiped; words of it stood here, and what is typed on is not taken. If anybody but you can have read them, your words are made new at Custodians. Tab goes to the field for them. For a path, Backspace first.",
    )
}
