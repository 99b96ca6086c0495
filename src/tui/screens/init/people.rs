//! One person's words: called to the keyboard, shown them once, and asked to type them back from paper.

use crossterm::event::KeyEvent;
use zeroize::Zeroizing;

use crate::crypto::SecretBytes;
use crate::session::field::{Footing, NOTHING_TYPED};
use crate::session::founding::{self, Moment, Person};
use crate::text::tr;
use crate::tui::canvas::{Canvas, cells};
use crate::tui::screens::handover;
use crate::tui::theme::Role;
use crate::tui::widgets::form::nothing_yet;
use crate::tui::widgets::masked::MaskedField;
use crate::tui::widgets::text::BLANK;

/// The words of the person at hand. They are wiped when the next person is waited for.
pub(crate) struct Words {
    phase: Moment,
    drawn: Option<Zeroizing<String>>,
    field: MaskedField,
    /// What was wrong with what was typed back.
    error: Option<String>,
    /// Whether Enter came before anything was typed back: that is no fault.
    waits: bool,
    /// Whether their owner has seen them.
    shown: bool,
}

impl Words {
    pub(crate) fn new() -> Self {
        Self {
            phase: Moment::HandOver,
            drawn: None,
            field: MaskedField::new(),
            error: None,
            waits: false,
            shown: false,
        }
    }

    /// Wipes what was there; the next person is called.
    pub(crate) fn wait_for_next(&mut self) {
        *self = Self::new();
    }

    /// Wipes what was typed and hides the words; their person is called again.
    pub(crate) fn hide(&mut self) {
        self.field.clear();
        self.error = None;
        self.waits = false;
        self.phase = Moment::HandOver;
    }

    /// Something was laid over the page: words on show are hidden, and their person is called again.
    pub(crate) fn covered(&mut self) -> bool {
        let showing = self.phase == Moment::Showing;
        if showing {
            self.hide();
        }
        showing
    }

    /// The words are here.
    pub(crate) fn drawn(&mut self, words: Option<Zeroizing<String>>) {
        self.drawn = words;
    }

    /// Whether their owner has them, or is writing them down.
    pub(crate) fn seen(&self) -> bool {
        self.shown
    }

    /// Whether the words are being typed back.
    pub(crate) fn typing(&self) -> bool {
        self.phase == Moment::Typing
    }

    /// F3: shows them again; they are shown until the first success only.
    pub(crate) fn show_again(&mut self) {
        if self.typing() {
            self.field.clear();
            self.error = None;
            self.waits = false;
            self.phase = Moment::Showing;
        }
    }

    /// F5, in rehearsal.
    pub(crate) fn practise(&mut self) {
        if let Some(words) = &self.drawn {
            self.field.fill(words);
            self.waits = false;
        }
    }

    /// A letter.
    pub(crate) fn key(&mut self, key: &KeyEvent) {
        if self.typing() {
            self.error = None;
            self.waits = false;
            self.field.key(key);
        }
    }

    /// Enter: on to the words, on to typing; the passphrase once it was typed back rightly.
    pub(crate) fn enter(&mut self) -> Option<SecretBytes> {
        let words = self.drawn.as_ref()?;
        match self.phase {
            Moment::HandOver => {
                self.phase = Moment::Showing;
                self.shown = true;
            }
            Moment::Showing => self.phase = Moment::Typing,
            Moment::Typing if self.field.is_empty() => self.waits = true,
            Moment::Typing => {
                let typed = self.field.take();
                if founding::are_those(words.as_bytes(), &typed) {
                    // As they were shown: so they are sealed.
                    return Some(SecretBytes::from_slice(words.as_bytes()));
                }
                self.error = Some(founding::not_those("F3", words.as_bytes(), &typed));
                // Not even its dots stay: what is typed next is all that there is.
                self.field.clear();
            }
        }
        None
    }

    /// Acts, Enter and So far for a person, of whom `done` were here before.
    pub(crate) fn footing(&self, person: &Person, done: usize, all: usize) -> Footing {
        let mut footing = founding::footing(self.phase, person, done, all);
        if self.typing() && self.field.is_empty() {
            nothing_yet().clone_into(&mut footing.enter);
        }
        footing
    }

    /// The page.
    pub(crate) fn draw(&self, person: &Person, done: usize, canvas: &mut Canvas<'_>) {
        match self.phase {
            Moment::HandOver => {
                let saved = founding::saved(done);
                let page = founding::what_for(person, &saved);
                handover::draw(&page, canvas);
            }
            Moment::Showing => self.draw_words(person, canvas),
            Moment::Typing => self.draw_field(person, canvas),
        }
    }

    fn draw_words(&self, person: &Person, canvas: &mut Canvas<'_>) {
        let width = canvas.width().saturating_sub(6);
        canvas.put(3, 0, Role::Title, &founding::yours_alone(person));
        canvas.paragraph(3, 1, width, Role::Text, &founding::write_down("F3"));
        let words = self.drawn.as_ref().map_or("", |w| w.as_str());
        for (n, word) in words.split(' ').enumerate() {
            let y = cells(n).saturating_add(5);
            canvas.put(6, y, Role::Muted, &format!("{}", n.saturating_add(1)));
            canvas.put(9, y, Role::Secret, word);
        }
        canvas.put(3, 14, Role::Text, tr(founding::NOBODY));
    }

    fn draw_field(&self, person: &Person, canvas: &mut Canvas<'_>) {
        let width = canvas.width().saturating_sub(6);
        canvas.put(3, 1, Role::Title, &founding::type_back(person));
        canvas.put(
            3,
            2,
            Role::Muted,
            tr("All of them, with single spaces. Letters are not drawn; paste is refused."),
        );
        canvas.put(3, 4, Role::Focus, "►");
        let x = canvas.put(5, 4, Role::Title, tr("Words")).saturating_add(2);
        if self.field.is_blank() {
            canvas.put(x, 4, Role::Muted, BLANK);
        }
        self.field.draw(canvas, x, 4, width.saturating_sub(x), true);
        if self.waits {
            canvas.paragraph(3, 6, width, Role::Note, tr(NOTHING_TYPED));
        }
        if let Some(error) = &self.error {
            canvas.paragraph(3, 7, width, Role::Stop, &format!("STOP  {error}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line Enter promised to compare, and there was nothing to compare.
    #[test]
    fn an_empty_field_says_what_is_wanted_and_accuses_nobody() {
        let person = Person {
            name: "Ana".into(),
            role: "custodian",
        };
        let mut words = Words::new();
        words.drawn(Some(Zeroizing::new("apple arrow".to_owned())));
        words.enter();
        words.enter();
        assert!(words.typing());
        let enter = |words: &Words| words.footing(&person, 0, 4).enter;
        assert_eq!(enter(&words), nothing_yet());
        assert!(words.enter().is_none());
        assert!(words.waits && words.error.is_none());
        words.key(&crossterm::event::KeyCode::Char('a').into());
        assert!(!words.waits && enter(&words).starts_with("compares"));
        assert!(words.enter().is_none() && words.error.is_some());
    }
}
