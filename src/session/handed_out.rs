//! A rotation whose new words and envelopes are in people's hands and not yet in force. Were it cut there, everybody would
//! hold two sets, and nothing would say which one counts: so it is written down before, and told at the next opening.

use super::custody_act::Seat;
use super::error::Refusal;
use super::state::{ChangeRecord, State};
use super::transition::Transition;
use super::{Profile, Session};

/// The kind of the record, and the name of its line in the log.
pub(super) const HANDED_OUT: &str = "handed-out";

impl Session {
    /// Writes down that people have new words. A rehearsal, which nobody carries anything out of, writes nothing.
    pub(super) fn note_handed_out(&mut self, seats: &[Seat]) -> Result<(), Refusal> {
        if self.profile == Profile::Rehearsal {
            return Ok(());
        }
        let people: Vec<String> = seats.iter().map(|seat| seat.name.clone()).collect();
        let mut working = self.none_handed_out();
        working.changes.push(ChangeRecord {
            kind: HANDED_OUT.into(),
            seq: self.book.seq(),
            at: self.now().millis(),
            text: format!(
                "a rotation was begun and NOT finished: {} had new words. Those of before count, with their envelopes; \
                 the new words and the envelopes named .new.age open nothing: destroy them",
                people.join(", ")
            ),
            shown: false,
        });
        let note = Transition::note(HANDED_OUT, people);
        self.commit(working, &[note], false)
    }

    /// The state of now without that record: the change was given up in front of everybody, or is in force.
    pub(super) fn none_handed_out(&self) -> State {
        let mut state = self.state.clone();
        state.changes.retain(|change| change.kind != HANDED_OUT);
        state
    }
}
