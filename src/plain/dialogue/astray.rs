//! Words that open something, typed at a prompt that shows them: off the screen, told, and on record.

use super::{Dialogue, Question};
use crate::ceremony::AskField;
use crate::custody::astray::{Place, looks_like_passphrase};
use crate::session::asked::{is_beside_words, words_for_a_path, words_in_the_open};
use crate::session::field::Kind;
use crate::session::{InTheOpen, Mistyped};

/// Where no field asks: Enter alone.
const ENTER: &str = "enter";

impl Dialogue<'_> {
    /// What was typed where Enter alone is wanted; whether it read like words that open something. It is out of sight
    /// either way.
    pub(super) fn astray_at_enter(&mut self, question: &Question, text: &str) -> bool {
        if !looks_like_passphrase(text, Place::Name) {
            self.line.out_of_sight();
            return false;
        }
        let slip = InTheOpen {
            field: ENTER.to_owned(),
            ..self.at_a_list()
        };
        self.off_the_screen(question, slip);
        self.stop(words_in_the_open());
        true
    }

    /// What was typed in the place of a path, where the words that open what lies there are asked for next.
    pub(super) fn astray_at_a_path(
        &mut self,
        question: &Question,
        asked: &AskField,
        text: &str,
    ) -> bool {
        let words = is_beside_words(&asked.field)
            && !std::path::Path::new(text).exists()
            && looks_like_passphrase(text, Place::Path);
        if words {
            self.off_the_screen(question, self.slip(asked, Mistyped::Passphrase));
            self.stop(words_for_a_path());
        }
        words
    }

    /// What a field refused, and why; says which kind of slip that was. Something secret is taken off the screen first,
    /// and what stood above it is said again.
    pub(super) fn refused(
        &mut self,
        question: &Question,
        asked: &AskField,
        (text, error): (&str, &str),
    ) -> Mistyped {
        let how = how(asked, text);
        if how.secret().is_some() {
            self.off_the_screen(question, self.slip(asked, how));
        }
        self.stop(match how {
            Mistyped::Passphrase => words_in_the_open(),
            Mistyped::Component | Mistyped::Form => error,
        });
        how
    }

    fn slip(&self, asked: &AskField, how: Mistyped) -> InTheOpen {
        InTheOpen {
            field: asked.field.id.to_owned(),
            how,
            ..self.at_a_list()
        }
    }

    fn off_the_screen(&mut self, question: &Question, slip: InTheOpen) {
        self.line.wiped();
        self.in_the_open.push(slip);
        self.tell(question);
    }
}

/// What it reads like. Where one word is wanted, or a value that has none, fewer words are taken for a passphrase than in
/// a sentence.
fn how(asked: &AskField, text: &str) -> Mistyped {
    let one_word = asked.exactly.is_some()
        || matches!(
            asked.field.kind,
            Kind::Hex { .. }
                | Kind::Choice(_)
                | Kind::Number { .. }
                | Kind::Usage
                | Kind::Algorithm
                | Kind::YesNo
                | Kind::DateTime
                | Kind::Day
                | Kind::Span
        );
    match asked.field.mistyped(text) {
        Mistyped::Form if one_word && looks_like_passphrase(text, Place::Name) => {
            Mistyped::Passphrase
        }
        how => how,
    }
}
