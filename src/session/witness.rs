//! The witness card: what is said of it while the vault is open, and before it is closed.

use crate::text::{say, tr};

use super::view::View;
use super::{Profile, Session};

impl Session {
    /// What opening found worth telling; of a card that was older only until a new one is handed out.
    pub(super) fn notes_now(&self) -> Vec<String> {
        let older = self.card_notes.iter();
        let older = older.filter(|_| self.card_seen.get() != Some(self.book.seq()));
        older.chain(&self.notes).cloned().collect()
    }
}

impl View {
    /// Whether the witness has the card of this very state.
    pub fn card_is_current(&self) -> bool {
        self.card_seen == Some(self.seq)
    }

    /// What the six words are, in a line beneath them.
    pub fn card_stands(&self) -> String {
        let (seq, events) = (self.seq, self.events);
        match self.card_seen {
            _ if self.profile == Profile::Rehearsal => say!(
                "as on the witness card of sequence {seq}; the log has {events} lines",
                seq,
                events
            ),
            Some(_) if self.card_is_current() => say!(
                "the witness card has sequence {seq}, this one; the log has {events} lines",
                seq,
                events
            ),
            Some(card) => say!(
                "sequence {seq}: the witness copies it before closing (last card: {card})",
                seq,
                card
            ),
            None => say!("sequence {seq}: the witness copies it before closing", seq),
        }
    }

    /// What the witness does before the vault is closed; nothing in a rehearsal, whose card nobody keeps.
    pub fn card_before_closing(&self) -> Option<String> {
        let seq = self.seq;
        if self.profile == Profile::Rehearsal {
            return None;
        }
        if self.card_is_current() {
            return Some(say!(
                "The witness card of sequence {seq} is up to date: it is brought to the next opening.",
                seq
            ));
        }
        let now = say!(
            "WITNESS CARD: the witness writes down sequence {seq} and its six words now, for the next opening.",
            seq
        );
        let Some(card) = self.card_seen else {
            return Some(now);
        };
        let last = say!(
            "The card of sequence {card} is crossed out: its words are older.",
            card
        );
        Some(format!("{now} {last}"))
    }

    /// The state and its six words, as the witness copies them.
    pub fn card_lines(&self) -> [String; 2] {
        let sequence = match &self.returned {
            // The card of the lost vault may have the same number.
            Some(back) => say!(
                "Sequence  {seq}, after the return to {copy} of {day}",
                seq = self.seq,
                copy = back.copy,
                day = crate::custody::ledger::day(back.at.millis())
            ),
            None => say!("Sequence  {seq}", seq = self.seq),
        };
        [
            sequence,
            say!("Words     {words}", words = self.card_words.join(" ")),
        ]
    }

    /// What is said at the end of an act that nobody thinks of as a change of the vault, though it moves the card on.
    pub fn card_moved() -> &'static str {
        tr(
            "The witness card moved on with this: its new words are copied when the vault is closed.",
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::session::Environment;
    use crate::session::{Profile, practice};
    use crate::vault::MemoryStore;

    #[test]
    fn the_card_is_asked_for_until_the_witness_has_the_present_one() {
        let environment = Environment::seeded("witness").unwrap();
        let store = Box::new(MemoryStore::new());
        let session = practice::vault(store, environment, None, true)
            .unwrap()
            .session;
        let mut view = session.view();
        assert_eq!(
            view.card_before_closing(),
            None,
            "nobody keeps a rehearsal's"
        );
        view.profile = Profile::Test;
        // The making of a vault hands its first card out.
        assert!(view.card_is_current());
        assert!(view.card_before_closing().unwrap().contains("up to date"));
        view.seq = 7;
        let words = view.card_before_closing().unwrap();
        view.returned = Some(crate::session::view::ReturnedView {
            copy: "B1".into(),
            at: crate::api::Timestamp::from_millis(1_795_478_400_000),
        });
        let [sequence, _] = view.card_lines();
        assert_eq!(
            sequence,
            "Sequence  7, after the return to B1 of 2026-11-24"
        );
        assert!(
            words.contains("sequence 7") && words.contains("card of sequence 0"),
            "{words}"
        );
        assert!(view.card_stands().contains("(last card: 0)"));
        view.card_seen = None;
        assert!(!view.card_before_closing().unwrap().contains("crossed out"));
    }
}
