//! A vault in production whose making was cut while envelopes were handed out: they lie nowhere else, so some of its people
//! have none. A file in the folder says so to whoever opens it, until everybody's share was proven or is new.

use crate::text::say;
use crate::vault::{CustodyFile, StoreError};

use super::Session;
use super::book::storage;
use super::error::Refusal;

/// What the file says, to whoever reads it without keymoot.
fn text(people: &[String]) -> String {
    format!(
        "The making of this vault is not finished: envelopes are being handed out to {}.\n\
         If this file is still here when nobody makes it, the making was cut. The envelopes that were not written are\n\
         gone. Best make another vault in another folder, and destroy words, envelopes and this folder. Where everybody\n\
         has theirs, or keys are in it already, open it: a drill shows who has one, a reshare makes new ones.\n",
        people.join(", ")
    )
}

/// What people read before they come to open it; the number is how many it takes.
pub(super) fn told(k: u8) -> String {
    say!(
        "The making of this vault was cut while envelopes were handed out: who has none gets none any more. Best make another vault, and destroy words, envelopes and this folder. If all have theirs, or keys are in it already, open it: a drill shows who has one, a reshare makes new ones ({k} custodians sign, and one more person asks).",
        k
    )
}

impl Session {
    /// Marks the vault as unfinished, before the first envelope is written to a medium.
    ///
    /// # Errors
    /// The medium refused.
    pub(crate) fn begin_handing_out(&mut self, people: &[String]) -> Result<(), Refusal> {
        self.book
            .vault_mut()
            .mark_unfinished(&text(people))
            .map_err(storage)
    }

    /// Everybody has their envelopes: the mark goes. One that stays says too much, and a drill of all takes it away.
    pub(crate) fn end_handing_out(&mut self) {
        let _: Result<(), StoreError> = self.book.vault_mut().unmark_unfinished();
    }

    /// The same where all who hold a share of this set have proven it.
    pub(super) fn all_proven(&mut self, file: &CustodyFile, proven: usize) {
        if proven == usize::from(file.n) && file.set_id == self.book.whole_custody().set_id {
            self.end_handing_out();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::custody_tests::{OLD, hands, open_all};
    use super::super::due::due;
    use super::super::handed_out::tests::vault;
    use super::super::{Opening, Session};
    use crate::vault::MemoryStore;

    fn told(store: &MemoryStore) -> bool {
        let opening = Opening::begin(Box::new(store.clone()), "acme").unwrap();
        opening.bootstrap().unfinished.is_some()
    }

    fn is_due(session: &Session) -> bool {
        let lines = due(&session.view(), session.now());
        lines.iter().any(|line| line.kind == "making")
    }

    /// The power fails while the first of five has an envelope: whoever opens the folder the next day is told.
    #[test]
    fn a_making_that_was_cut_is_told_until_everybody_has_proven() {
        let store = MemoryStore::new();
        let mut session = vault(&store);
        assert!(!is_due(&session));
        session.begin_handing_out(&["Ana".into()]).unwrap();
        drop(session);
        assert!(told(&store));
        let mut session = open_all(store.clone(), OLD).unwrap();
        assert!(is_due(&session));
        let mut some = hands(OLD);
        some.truncate(2);
        session.drill_automatic(&some).unwrap();
        assert!(is_due(&session), "one has not proven");
        session.drill_automatic(&hands(OLD)).unwrap();
        assert!(!is_due(&session));
        session.close().unwrap();
        assert!(!told(&store));
    }

    #[test]
    fn a_making_that_came_to_its_end_leaves_no_mark() {
        let store = MemoryStore::new();
        let mut session = vault(&store);
        session.begin_handing_out(&["Ana".into()]).unwrap();
        session.end_handing_out();
        session.close().unwrap();
        assert!(!told(&store));
        assert!(!is_due(&open_all(store, OLD).unwrap()));
    }
}
