//! A file in the place of its path: it may be pasted, as text of many lines.

use super::{Dialogue, Question};
use crate::plain::line::Gone;
use crate::session::field::Field;
use crate::session::pasted::{self, Given};
use crate::text::tr;

impl Dialogue<'_> {
    /// The prompt of a field, and what was typed; of a file that is pasted, all its lines.
    pub(super) fn prompt_of(&mut self, question: &Question, field: &Field) -> Result<String, Gone> {
        let prompt = format!("{}: ", tr(field.label));
        if !pasted::taken_by(field) {
            return self.prompt(question, &prompt);
        }
        self.footing(&question.footing);
        let typed = self.line.ask_whole(&prompt)?;
        self.unless_locked(typed)
    }

    /// Whether a file's content that stands in the place of its path is taken; `None` where a path is there.
    pub(super) fn pasted(&mut self, field: &Field, text: &str) -> Option<bool> {
        if !pasted::taken_by(field) {
            return None;
        }
        match pasted::given(text) {
            Given::Path => None,
            Given::Content(_) => Some(true),
            Given::Refused(why) => {
                // It stands on the screen for everybody.
                self.line.wiped();
                self.stop(why);
                Some(false)
            }
        }
    }
}
