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

    /// Whether nobody can have a card of this state: it was made since the opening, and none was handed out.
    pub(super) fn on_no_card(&self) -> bool {
        let seq = self.book.seq();
        seq != self.opened_at && self.card_seen.get() != Some(seq)
    }
}

impl View {
    /// Whether the witness has the card of this very state.
    pub fn card_is_current(&self) -> bool {
        self.card_seen == Some(self.seq)
    }

    /// What the six words are, in a line beneath them; where no card has them, what an older paper is worth.
    pub fn card_stands(&self) -> String {
        let (seq, events) = (self.seq, self.events);
        // The making of a vault hands out the card of its first state, and there is none of a lower sequence.
        if self.card_is_current() || (self.card_seen.is_none() && seq == 0) {
            return say!(
                "the witness card has sequence {seq}, this one; the log has {events} lines",
                seq,
                events
            );
        }
        let asked = if self.profile == Profile::Rehearsal {
            tr("none is asked")
        } else {
            tr("copy at closing")
        };
        match (self.card_seen, self.on_no_card) {
            (Some(card), _) => say!(
                "sequence {seq}: no card yet, {asked}; card {card} is old, not wrong",
                seq,
                asked,
                card
            ),
            // Cards of the lost vault open nothing here, whatever number they have.
            (None, _) if self.returned.is_some() => say!(
                "sequence {seq}: {asked}; no card of before the return counts",
                seq,
                asked
            ),
            (None, true) => say!(
                "sequence {seq}: no card yet, {asked}; yours is old, not wrong",
                seq,
                asked
            ),
            // What was written before the vault was opened is on nobody's record.
            (None, false) => say!(
                "sequence {seq}: {asked}; a card of a lower one is old, not wrong",
                seq,
                asked
            ),
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
    use crate::session::{Profile, practice, tests};
    use crate::vault::MemoryStore;

    /// A vault that was made just now.
    fn fresh() -> crate::session::View {
        let environment = Environment::seeded("witness").unwrap();
        let store = Box::new(MemoryStore::new());
        let made = practice::vault(store, environment, None, true).unwrap();
        made.session.view()
    }

    #[test]
    fn the_card_is_asked_for_until_the_witness_has_the_present_one() {
        let mut view = fresh();
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
        assert_eq!(
            view.card_stands(),
            "sequence 7: no card yet, copy at closing; card 0 is old, not wrong"
        );
        view.card_seen = None;
        assert!(!view.card_before_closing().unwrap().contains("crossed out"));
    }

    /// A paper of an earlier sequence is old and not wrong, and it is never said that a card has words which none has.
    #[test]
    fn whoever_has_an_older_card_is_told_what_it_is_worth() {
        let mut view = fresh();
        let stands = view.card_stands();
        assert!(stands.starts_with("the witness card has sequence 0, this one"));
        // An act since: whoever printed the first card has an old one.
        view.seq = 1;
        assert_eq!(
            view.card_stands(),
            "sequence 1: no card yet, none is asked; card 0 is old, not wrong"
        );
        // The card of the making is that of sequence 0, whoever opens the vault with it.
        (view.seq, view.card_seen) = (0, None);
        assert_eq!(view.card_stands(), stands);
        view.seq = 1;
        // Opened anew, nobody knows which cards were printed before; after the next act that no card has it is known.
        view.card_seen = None;
        assert_eq!(
            view.card_stands(),
            "sequence 1: none is asked; a card of a lower one is old, not wrong"
        );
        (view.seq, view.on_no_card) = (2, true);
        assert_eq!(
            view.card_stands(),
            "sequence 2: no card yet, none is asked; yours is old, not wrong"
        );
        // It has one row on Home, with numbers as people write them on paper too.
        view.profile = Profile::Production;
        for seen in [None, Some(99)] {
            (view.seq, view.card_seen) = (100, seen);
            assert!(view.card_stands().len() <= 69, "{}", view.card_stands());
        }
    }

    /// A state that an act of this session made is on no card until one is written.
    #[test]
    fn a_state_made_since_the_opening_is_on_no_card() {
        let (_, mut session) = tests::practice(true);
        session.card_seen.set(None);
        assert!(!session.view().on_no_card);
        session
            .act(tests::create_kek(&session), None, None)
            .unwrap();
        let view = session.view();
        assert!(view.on_no_card);
        assert!(view.card_stands().contains("yours is old, not wrong"));
        let _ = session.witness_card();
        let view = session.view();
        assert!(!view.on_no_card && view.card_is_current());
    }
}
