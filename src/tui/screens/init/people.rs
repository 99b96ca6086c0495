//! One person's words: called to the keyboard, shown them once, and asked to type them back from paper.

use crossterm::event::KeyEvent;
use zeroize::Zeroizing;

use crate::crypto::SecretBytes;
use crate::session::keyboard::HandOver;
use crate::tui::canvas::{Canvas, cells};
use crate::tui::screens::handover;
use crate::tui::theme::Role;
use crate::tui::widgets::masked::MaskedField;

/// Somebody to be enrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) role: &'static str,
}

impl Person {
    /// A person.
    pub(crate) fn new(name: &str, role: &'static str) -> Self {
        Self {
            name: name.to_owned(),
            role,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    HandOver,
    Showing,
    Typing,
}

/// The words of the person at hand. They are wiped when the next person is waited for.
pub(crate) struct Words {
    phase: Phase,
    drawn: Option<Zeroizing<String>>,
    field: MaskedField,
    error: bool,
}

impl Words {
    pub(crate) fn new() -> Self {
        Self {
            phase: Phase::HandOver,
            drawn: None,
            field: MaskedField::new(),
            error: false,
        }
    }

    /// Wipes what was there; the next person is called.
    pub(crate) fn wait_for_next(&mut self) {
        *self = Self::new();
    }

    /// Wipes what was typed and hides the words; their person is called again.
    pub(crate) fn hide(&mut self) {
        self.field.clear();
        self.error = false;
        self.phase = Phase::HandOver;
    }

    /// The words are here.
    pub(crate) fn drawn(&mut self, words: Option<Zeroizing<String>>) {
        self.drawn = words;
    }

    /// Whether their owner has them, or is writing them down.
    pub(crate) fn seen(&self) -> bool {
        self.phase != Phase::HandOver
    }

    /// Whether the words are being typed back.
    pub(crate) fn typing(&self) -> bool {
        self.phase == Phase::Typing
    }

    /// F3: shows them again; they are shown until the first success only.
    pub(crate) fn show_again(&mut self) {
        if self.typing() {
            self.field.clear();
            self.error = false;
            self.phase = Phase::Showing;
        }
    }

    /// F5, in rehearsal.
    pub(crate) fn practise(&mut self) {
        if let Some(words) = &self.drawn {
            self.field.fill(words);
        }
    }

    /// A letter.
    pub(crate) fn key(&mut self, key: &KeyEvent) {
        if self.typing() {
            self.error = false;
            self.field.key(key);
        }
    }

    /// Enter: on to the words, on to typing; the passphrase once it was typed back rightly.
    pub(crate) fn enter(&mut self) -> Option<SecretBytes> {
        let words = self.drawn.as_ref()?;
        match self.phase {
            Phase::HandOver => self.phase = Phase::Showing,
            Phase::Showing => self.phase = Phase::Typing,
            Phase::Typing if self.field.matches(words.as_bytes()) => {
                return Some(self.field.take());
            }
            Phase::Typing => {
                self.field.clear();
                self.error = true;
            }
        }
        None
    }

    /// Acts, Enter and So far for a person, of whom `done` were here before.
    pub(crate) fn footing(
        &self,
        person: &Person,
        done: usize,
        all: usize,
    ) -> (String, String, String) {
        let who = format!("{} {}", person.role, person.name);
        let (acts, enter) = match self.phase {
            Phase::HandOver => (
                format!("{who} takes the keyboard; everybody else steps back"),
                "shows the words, to their owner alone",
            ),
            Phase::Showing => (
                format!("{who}, alone at this screen"),
                "hides the words and asks for them",
            ),
            Phase::Typing => (
                format!("{who}, from the own paper"),
                "compares; if they are right, calls the next person",
            ),
        };
        let so_far = format!("{done} of {all} people have their words; no vault exists yet");
        (acts, enter.to_owned(), so_far)
    }

    /// The page.
    pub(crate) fn draw(&self, person: &Person, done: usize, canvas: &mut Canvas<'_>) {
        match self.phase {
            Phase::HandOver => {
                let saved = match done {
                    0 => "No vault exists yet. Nobody has words yet.".to_owned(),
                    1 => "The one before has words already and need not come again.".to_owned(),
                    n => format!("{n} people have their words and need not come again."),
                };
                let page = HandOver {
                    role: if person.name.starts_with(person.role) {
                        ""
                    } else {
                        person.role
                    },
                    person: &person.name,
                    what: "words to write down: bring pen and paper",
                    saved: &saved,
                };
                handover::draw(&page, canvas);
            }
            Phase::Showing => self.draw_words(person, canvas),
            Phase::Typing => self.draw_field(person, canvas),
        }
    }

    fn draw_words(&self, person: &Person, canvas: &mut Canvas<'_>) {
        let width = canvas.width().saturating_sub(6);
        canvas.put(
            3,
            0,
            Role::Title,
            &format!("{}, these words are yours alone.", person.name),
        );
        canvas.paragraph(3, 1, width, Role::Text, "Write them on your own paper, in this order. They are shown now and, until you have typed them back once, with F3; then never again, to nobody.");
        let words = self.drawn.as_ref().map_or("", |w| w.as_str());
        for (n, word) in words.split(' ').enumerate() {
            let y = cells(n).saturating_add(5);
            canvas.put(6, y, Role::Muted, &format!("{}", n.saturating_add(1)));
            canvas.put(9, y, Role::Secret, word);
        }
        canvas.put(
            3,
            14,
            Role::Text,
            "Nobody can bring them back: not the others, not keymoot.",
        );
    }

    fn draw_field(&self, person: &Person, canvas: &mut Canvas<'_>) {
        let width = canvas.width().saturating_sub(6);
        canvas.put(
            3,
            1,
            Role::Title,
            &format!("{}, type your words back from your paper.", person.name),
        );
        canvas.put(
            3,
            2,
            Role::Muted,
            "All of them, with single spaces. Letters are not drawn; paste is refused.",
        );
        canvas.put(3, 4, Role::Focus, "►");
        let x = canvas.put(5, 4, Role::Title, "Words ").saturating_add(1);
        self.field.draw(canvas, x, 4, width.saturating_sub(x), true);
        if self.error {
            canvas.paragraph(3, 7, width, Role::Stop, "STOP  These are not the words that were shown. Nothing is made yet and nothing is locked: look at your paper, type again. F3 shows the words again, to you alone.");
        }
    }
}
