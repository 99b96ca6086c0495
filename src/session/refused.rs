//! What the door refused, in the log before it is reported.

use super::Session;
use super::error::Refusal;
use super::transition::refusal_note;
use crate::evidence::audit::Kind;

impl Session {
    /// Writes down that something was refused, and seals it before it is reported.
    pub(super) fn note_refusal(&mut self, what: &str, person: &str, refusal: &Refusal) {
        if self.stands().is_err() {
            return;
        }
        let Some(note) = refusal_note(what, person, refusal) else {
            return;
        };
        if self
            .book
            .line(Kind::Refused, &note, self.now())
            .and_then(|()| self.seal_audit())
            .is_err()
        {
            self.broken = Some("The refusal could not be written down.".into());
        }
    }
}
