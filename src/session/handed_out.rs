//! New words and envelopes that are in people's hands and not yet in force.
//!
//! A rotation whose new words and envelopes are in people's hands and not yet in force. Were it cut there, everybody would
//! hold two sets, and nothing would say which one counts: so it is written down before, and told at the next opening.
//!
//! A recovery set is worse: its envelopes hold shares of the vault's present identities, in force or not.

use crate::custody::policy::operation::ROTATE;
use crate::text::say;

use super::custody_act::{CustodyAct, Seat};
use super::error::Refusal;
use super::reshare_left::ReshareLeft;
use super::state::{ChangeRecord, State};
use super::transition::Transition;
use super::{Profile, Session};

/// The kind of the record, and the name of its line in the log.
pub(super) const HANDED_OUT: &str = "handed-out";
/// The line of the log that says that they are void again.
pub(super) const GIVEN_UP: &str = "given-up";

/// The kind of the record of a recovery set, and the name of its line in the log.
pub(super) const RECOVERY: &str = "recovery-handed-out";

/// The kind of the record that holders have words of a recovery set of which nothing is drawn yet, and the name of its line.
pub(super) const RECOVERY_WORDS: &str = "recovery-words";

/// How the text of both records names the set's envelopes.
fn envelopes_of(set: &str) -> String {
    format!("envelopes with {set} in their names")
}

/// The set that such a text names.
fn set_in(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("envelopes with ")?;
    rest.split_once(" in their names")
        .map(|(set, _)| set.to_owned())
}

/// Takes both records out of a state: with new identities every share of before is void.
pub(super) fn forget(state: &mut State) {
    let kinds = [HANDED_OUT, RECOVERY, RECOVERY_WORDS];
    state
        .changes
        .retain(|change| !kinds.contains(&change.kind.as_str()));
}

/// Takes the record of the newest recovery set out of a state: it is in force, or was given up in front of everybody.
pub(super) fn forget_recovery(state: &mut State) {
    let newest = state
        .changes
        .iter()
        .rposition(|change| change.kind == RECOVERY);
    if let Some(at) = newest {
        state.changes.remove(at);
    }
}

/// The line that says that a change was given up, where it takes such a record out of a state.
pub(super) fn given_up(before: &State, after: &State, reason: &str) -> Option<Transition> {
    let fewer = after.changes.len() < before.changes.len();
    fewer.then(|| Transition::note(GIVEN_UP, Vec::new()).with("reason", reason.to_owned()))
}

/// Whether such a set was cut off.
pub(super) fn recovery_cut(state: &State) -> bool {
    state.changes.iter().any(|change| change.kind == RECOVERY)
}

/// Whether a change of people was, and people have words that open nothing.
pub(super) fn rotation_cut(state: &State) -> bool {
    state.changes.iter().any(|change| change.kind == HANDED_OUT)
}

/// Whether a log, as it lies there, says that a rotation was begun and not finished: what whoever comes to open the
/// vault reads before choosing between two envelopes. A hint, and no proof: nothing is verified here.
pub(super) fn begun(log: impl std::io::BufRead) -> bool {
    let (mut open, mut before) = (false, false);
    for line in log.lines() {
        let Ok(line) = line else {
            return false;
        };
        let Ok(line) = serde_json::from_str::<serde_json::Value>(&line) else {
            continue;
        };
        let text = |name: &str| line.get(name).and_then(serde_json::Value::as_str);
        match (text("op"), text("kind")) {
            (Some(HANDED_OUT), _) => open = true,
            (Some(GIVEN_UP), _) => open = false,
            (Some(ROTATE), Some("intent")) => before = std::mem::replace(&mut open, false),
            // What was interrupted before it was in force did not happen.
            (Some(ROTATE), Some("void")) => open = before,
            _ => {}
        }
    }
    open
}

/// The same of the vault of a folder that is not open; nothing that can be read says nothing.
pub fn change_begun(folder: &std::path::Path) -> bool {
    let log = std::fs::File::open(folder.join(crate::vault::AUDIT));
    log.is_ok_and(|log| begun(std::io::BufReader::new(log)))
}

/// What is said of it where the vault is opened, whose envelopes in force are of this set.
pub(super) fn told(set: &str) -> String {
    say!(
        "A change of people was begun here and not finished. The envelopes and words of before open this vault; their names end in {set}.age, or have no such letters at all. Envelopes with other letters, and the words that were written down with them, open nothing. Whether they are destroyed is decided when it is open.",
        set
    )
}

impl Session {
    /// Sets that were cut off and never counted, as the names of their envelopes have them.
    pub(super) fn unfinished_sets(&self) -> Vec<String> {
        let changes = self.state.changes.iter();
        let cut = changes.filter(|change| [HANDED_OUT, RECOVERY].contains(&change.kind.as_str()));
        let mut sets: Vec<String> = cut.filter_map(|change| set_in(&change.text)).collect();
        let open = self.reshare_left().filter(ReshareLeft::is_cut);
        let other = super::op_envelopes::lying_about(&self.state).chain(open.map(|left| left.set));
        for set in other {
            if !sets.contains(&set) {
                sets.push(set);
            }
        }
        sets
    }

    /// Whether what people have in their hands is written down: a rehearsal that is gone when it ends, or that files play,
    /// leaves nobody with two papers.
    fn can_be_taken_up(&self) -> bool {
        self.profile != Profile::Rehearsal || self.book.vault().store().lasts() && !self.automatic()
    }

    /// Writes down who is shown new words, before they are: of a change that is cut there nothing is drawn yet, and whoever
    /// has two papers learns at the next opening which one counts.
    ///
    /// # Errors
    /// A failed write says what stands.
    pub fn words_are_shown(&mut self, act: &CustodyAct, who: &[String]) -> Result<(), Refusal> {
        if !self.can_be_taken_up() {
            return Ok(());
        }
        let names = who.join(", ");
        let (kind, text) = match act {
            CustodyAct::Rotate(_) => (
                HANDED_OUT,
                format!(
                    "a rotation was begun and NOT finished: {names} had new words, or were about to. The words of before \
                     count, with their envelopes; the new ones open nothing: destroy those papers"
                ),
            ),
            CustodyAct::Recovery(_) => (
                RECOVERY_WORDS,
                format!(
                    "a recovery set was begun and NOT finished: {names} had words for it, or were about to. They open \
                     nothing, and no envelope was made: destroy those papers{}",
                    self.recovery_stays()
                ),
            ),
            _ => return Ok(()),
        };
        let mut working = self.state.clone();
        working.changes.retain(|change| change.kind != kind);
        working.changes.push(ChangeRecord {
            kind: kind.into(),
            seq: self.book.seq(),
            at: self.now().millis(),
            text,
            shown: false,
        });
        let note = Transition::note(kind, who.to_vec());
        self.commit(working, &[note], false)
    }

    /// That a recovery set in force is not touched by one that was cut, where there is one.
    fn recovery_stays(&self) -> String {
        let set = self.state.recovery_in_force();
        let told = set.map(|set| {
            format!(
                ". The recovery set of before ({}) is in force as it was",
                set.place
            )
        });
        told.unwrap_or_default()
    }

    /// Writes down that people have new words. A rehearsal, which nobody carries anything out of, writes nothing.
    pub(super) fn note_handed_out(&mut self, seats: &[Seat], set: &str) -> Result<(), Refusal> {
        if !self.can_be_taken_up() {
            return Ok(());
        }
        let people: Vec<String> = seats.iter().map(|seat| seat.name.clone()).collect();
        let envelopes = envelopes_of(set);
        let mut working = self.none_handed_out();
        working.changes.push(ChangeRecord {
            kind: HANDED_OUT.into(),
            seq: self.book.seq(),
            at: self.now().millis(),
            text: format!(
                "a rotation was begun and NOT finished: {} had new words. Those of before count, with their envelopes; \
                 the new words, and the {envelopes}, open nothing: destroy them",
                people.join(", ")
            ),
            shown: false,
        });
        let note = Transition::note(HANDED_OUT, people);
        self.commit(working, &[note], false)
    }

    /// Writes down that holders have words, and soon envelopes, of a recovery set that is not in force.
    pub(super) fn note_recovery_handed_out(
        &mut self,
        seats: &[Seat],
        set: &str,
    ) -> Result<(), Refusal> {
        if !self.can_be_taken_up() {
            return Ok(());
        }
        let people: Vec<String> = seats.iter().map(|seat| seat.name.clone()).collect();
        let envelopes = envelopes_of(set);
        let stays = self.recovery_stays();
        let mut working = self.no_recovery_words();
        working.changes.push(ChangeRecord {
            kind: RECOVERY.into(),
            seq: self.book.seq(),
            at: self.now().millis(),
            text: format!(
                "a recovery set was begun and NOT finished: {} had words for it. Whatever was written of it \
                 ({envelopes}) holds shares of this vault's identities: destroy it in front of the witness. \
                 If one of them cannot be found, rotate{stays}",
                people.join(", ")
            ),
            shown: false,
        });
        let note = Transition::note(RECOVERY, people);
        self.commit(working, &[note], false)
    }

    /// The same for a recovery set that is given up: what was written of it is destroyed by those who are here.
    pub(super) fn note_recovery_given_up(&mut self, reason: &str) -> Result<(), Refusal> {
        let mut working = self.state.clone();
        forget_recovery(&mut working);
        if working.changes.len() == self.state.changes.len() {
            return Ok(());
        }
        let note = Transition::note(GIVEN_UP, Vec::new()).with("reason", reason.to_owned());
        self.commit(working, &[note], false)
    }

    /// What was handed out is void, and everybody here knows: nothing is told of it any more.
    pub(super) fn note_given_up(&mut self, reason: &str) -> Result<(), Refusal> {
        if !self
            .state
            .changes
            .iter()
            .any(|change| change.kind == HANDED_OUT)
        {
            return Ok(());
        }
        let note = Transition::note(GIVEN_UP, Vec::new()).with("reason", reason.to_owned());
        self.commit(self.none_handed_out(), &[note], false)
    }

    /// The state of now without the record of words of a recovery set: of it more is on record, or it was given up.
    pub(super) fn no_recovery_words(&self) -> State {
        let mut state = self.state.clone();
        state.changes.retain(|change| change.kind != RECOVERY_WORDS);
        state
    }

    /// The state of now without that record: the change was given up in front of everybody, or is in force.
    pub(super) fn none_handed_out(&self) -> State {
        let mut state = self.state.clone();
        state.changes.retain(|change| change.kind != HANDED_OUT);
        state
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::custody_act::CustodyAct;
    use super::super::custody_tests::{NEW, OLD, People, hands, open_all, passphrases, rotation};
    use super::super::recovery_tests::{HOLDERS, recovery};
    use super::super::*;
    use super::HANDED_OUT;
    use crate::vault::MemoryStore;

    /// A vault for tests with the people of before, their keys held.
    pub(in crate::session) fn vault(store: &MemoryStore) -> Session {
        vault_of(store, OLD)
    }

    /// The same of other people, two custodians of whom open and use.
    pub(in crate::session) fn vault_of(store: &MemoryStore, all: People) -> Session {
        let seats = rotation(all).people.into_iter();
        let person = |(seat, (name, phrase)): (Seat, &(&str, &str))| {
            NewPerson::new(name, seat.role, phrase.as_bytes())
        };
        let new = NewVault::usual("acme", Profile::Test, seats.zip(all).map(person));
        let environment = Environment::real(None);
        create(Box::new(store.clone()), new, environment)
            .unwrap()
            .session
    }

    fn rotates(session: &mut Session) -> [u8; 32] {
        let act = Action::Custody(CustodyAct::Rotate(rotation(NEW)));
        session.approved_by_held(act, None).unwrap().id
    }

    fn told(session: &Session) -> bool {
        let notes = session.view().notes;
        notes.iter().any(|note| note.contains("NOT finished"))
    }

    fn is_begun(store: &MemoryStore) -> bool {
        let opening = Opening::begin(Box::new(store.clone()), "acme").unwrap();
        opening.bootstrap().unfinished.is_some()
    }

    /// The power fails when everybody has new words and nobody has proven them: the next day says which words count.
    #[test]
    fn a_rotation_that_was_cut_after_words_were_handed_out_is_told_until_one_is_finished() {
        let store = MemoryStore::new();
        let mut session = vault(&store);
        assert!(!told(&session));
        let id = rotates(&mut session);
        session.prepare_rotation(&id, passphrases(NEW)).unwrap();
        drop(session);
        assert!(
            is_begun(&store),
            "Open says so before anybody chooses an envelope"
        );
        let mut session = open_all(store.clone(), OLD).unwrap();
        assert!(told(&session), "{:?}", session.view().notes);
        let due = |session: &Session| {
            let view = session.view();
            crate::session::due::due(&view, view.now)
        };
        let change = |line: &crate::session::due::Due| line.kind == "change";
        let first = due(&session);
        let line = first.iter().find(|line| change(line)).unwrap();
        assert!(
            line.explained().contains("Begin it anew"),
            "{}",
            line.explained()
        );
        let lines = session.log_lines().unwrap();
        assert!(lines.iter().any(|line| line.contains(HANDED_OUT)));
        session
            .rotate_automatic(rotation(NEW), passphrases(NEW))
            .unwrap();
        assert!(!due(&session).iter().any(change));
        session.close().unwrap();
        assert!(!is_begun(&store));
        assert!(!told(&open_all(store, NEW).unwrap()));
    }

    /// Given up in front of everybody, nothing is left to be told.
    #[test]
    fn a_rotation_that_was_given_up_leaves_nothing_to_tell() {
        let store = MemoryStore::new();
        let mut session = vault(&store);
        let id = rotates(&mut session);
        session.prepare_rotation(&id, passphrases(NEW)).unwrap();
        session.note_given_up("somebody was called away").unwrap();
        session.close().unwrap();
        let session = open_all(store, OLD).unwrap();
        assert!(!told(&session), "{:?}", session.view().notes);
        assert!(session.view().pending.is_empty());
    }

    /// The power fails while the first has new words on paper and has not typed them back: nothing is drawn, and two papers
    /// lie there.
    #[test]
    fn a_rotation_that_was_cut_while_words_were_on_show_says_whose_papers_are_void() {
        let store = MemoryStore::new();
        let mut session = vault(&store);
        let id = rotates(&mut session);
        let act = CustodyAct::Rotate(rotation(NEW));
        session.words_are_shown(&act, &["Ada".into()]).unwrap();
        let names = ["Ada".to_owned(), "Ana".to_owned()];
        session.words_are_shown(&act, &names).unwrap();
        let changing = session.begin_change(&id).unwrap().unwrap();
        let other = store.snapshot();
        drop(session);
        assert!(is_begun(&other));
        let session = open_all(other, OLD).unwrap();
        let notes = session.view().notes.join("\n");
        assert!(notes.contains("Ada, Ana had new words"), "{notes}");
        assert!(!notes.contains(": Ada had"), "told once: {notes}");
        drop(session);
        // Given up in front of everybody, nothing is told, before the opening neither.
        let mut session = vault_of(&MemoryStore::new(), OLD);
        let id = rotates(&mut session);
        session.words_are_shown(&act, &names).unwrap();
        let lines = |session: &Session| session.log_lines().unwrap().join("\n");
        assert!(super::begun(lines(&session).as_bytes()));
        drop(changing);
        let changing = session.begin_change(&id).unwrap().unwrap();
        changing.give_up(&mut session).unwrap();
        assert!(!super::begun(lines(&session).as_bytes()));
        assert!(!super::rotation_cut(&session.state));
    }

    /// Words of a recovery set of which nothing was drawn are told once: no share is anywhere.
    #[test]
    fn words_of_a_recovery_set_that_was_cut_before_it_was_drawn_are_told_once() {
        let store = MemoryStore::new();
        let mut session = vault(&store);
        session
            .recovery_automatic(recovery(), passphrases(HOLDERS), &hands(OLD))
            .unwrap();
        let act = CustodyAct::Recovery(recovery());
        session.words_are_shown(&act, &["Ida".into()]).unwrap();
        drop(session);
        let session = open_all(store.clone(), OLD).unwrap();
        let notes = session.view().notes.join("\n");
        assert!(notes.contains("Ida had words for it"), "{notes}");
        assert!(notes.contains("is in force as it was"), "{notes}");
        assert!(!session.view().recovery_cut);
        session.close().unwrap();
        assert!(!told(&open_all(store, OLD).unwrap()));
    }

    /// Shares of the present identities may lie on sticks when the power fails: it is told until every share is void, whatever
    /// other set is made meanwhile.
    #[test]
    fn a_recovery_set_that_was_cut_is_told_until_everything_is_new() {
        let store = MemoryStore::new();
        let mut session = vault(&store);
        let act = Action::Custody(CustodyAct::Recovery(recovery()));
        let id = session.approved_by_held(act, None).unwrap().id;
        let mut brought = session.begin_recovery();
        super::super::resharing::prove_all(&mut brought, &hands(OLD)).unwrap();
        session
            .prepare_recovery(&id, passphrases(HOLDERS), &brought)
            .unwrap();
        drop(session);
        let mut session = open_all(store.clone(), OLD).unwrap();
        assert!(told(&session), "{:?}", session.view().notes);
        let [cut] = &session.unfinished_sets()[..] else {
            panic!("{:?}", session.unfinished_sets());
        };
        let said = media::never_counted(std::slice::from_ref(cut)).unwrap();
        assert!(cut.len() == 8 && said.contains(cut.as_str()), "{said}");
        let view = session.view();
        let first = due::due(&view, view.now).into_iter().next().unwrap();
        assert!(
            first.over && first.what.contains("cut off"),
            "{}",
            first.what
        );
        let lines = session.log_lines().unwrap();
        assert!(lines.iter().any(|line| line.contains(super::RECOVERY)));
        session
            .recovery_automatic(recovery(), passphrases(HOLDERS), &hands(OLD))
            .unwrap();
        session.close().unwrap();
        let mut session = open_all(store.clone(), OLD).unwrap();
        assert!(told(&session), "{:?}", session.view().notes);
        session
            .rotate_automatic(rotation(NEW), passphrases(NEW))
            .unwrap();
        session.close().unwrap();
        assert!(!told(&open_all(store, NEW).unwrap()));
    }
}
