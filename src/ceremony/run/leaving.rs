//! What lies in people's hands when a run is left or stopped: words that they wrote down for a change that did not come
//! about, and papers of components, which go into packages before anybody leaves (PCI PIN 9-2, 21-3).

use crate::session::{Run, Session, StepRecord, StepState};
use crate::text::say;

use super::super::ask::{Held, Showing};
use super::drive::Halt;
use super::put_away;
use super::{RunError, Runner, Stage};

/// Note of a step: who has written new words down in the attempt under way.
pub(super) const WROTE: &str = "words written";
/// Note of a step: whose words were of an attempt that did not come about.
const VOID: &str = "words void";

/// Note of a step: attempts at a change that came to nothing, when and why.
pub(super) const ATTEMPTS: &str = "attempts";

/// Names in a note, each once.
fn names(record: &StepRecord, note: &str) -> Vec<String> {
    let listed = record.notes.get(note).map(String::as_str);
    let each = listed.unwrap_or_default().split(", ");
    let named = each.filter(|name| !name.is_empty());
    named.map(str::to_owned).collect()
}

/// Those of both lists, each once.
fn joined(mut one: Vec<String>, other: Vec<String>) -> Vec<String> {
    for name in other {
        if !one.contains(&name) {
            one.push(name);
        }
    }
    one
}

/// Whose words of a step count for nothing: of attempts that failed, and of one that nobody goes on with.
pub(super) fn void_words(record: &StepRecord) -> Vec<String> {
    joined(names(record, VOID), names(record, WROTE))
}

/// What whoever wrote such words is told.
fn destroy(who: &[String], number: usize) -> String {
    say!(
        "Words that {names} wrote down in step {number} are void: destroy these papers.",
        names = who.join(", "),
        number
    )
}

/// Whether the change of a step has come about: then the words of its last attempt are those in force.
fn came_about(record: &StepRecord) -> bool {
    record.digest.is_some() || matches!(record.state, StepState::Executed | StepState::Closed)
}

/// What people hold of a run that was left or stopped, in lines: papers with words that are void, and where papers of
/// components lie. For the page at its end, the page where it is taken up, and the line before the shell.
pub fn left_behind(run: &Run) -> Vec<String> {
    let mut lines = Vec::new();
    for (number, record) in (1..).zip(&run.steps) {
        let void = void_words(record);
        if !void.is_empty() && !came_about(record) {
            lines.push(destroy(&void, number));
        }
        lines.extend(put_away::not_sealed(record));
        if !matches!(record.state, StepState::Closed | StepState::Exception) {
            lines.extend(put_away::put_aside(record));
        }
    }
    lines
}

impl Runner {
    /// Journals that the person at the screen is shown new words, before they are: whoever wrote them down is told what
    /// becomes of the paper if the change does not come about.
    pub(super) fn note_words(&mut self, session: &mut Session) -> Result<(), RunError> {
        let Some(person) = self
            .changing
            .as_ref()
            .and_then(super::super::changing::ChangeTalk::is_shown)
        else {
            return Ok(());
        };
        let Some(record) = self.record(session) else {
            return Ok(());
        };
        let wrote = names(&record, WROTE);
        if wrote.contains(&person) {
            return Ok(());
        }
        let wrote = joined(wrote, vec![person]).join(", ");
        self.journal(session, |record| {
            record.notes.insert(WROTE.to_owned(), wrote);
        })
    }

    /// The attempt came to nothing, or another begins: the words that were written down for it are void. In words, where
    /// there were any.
    pub(super) fn words_are_void(
        &mut self,
        session: &mut Session,
    ) -> Result<Option<String>, RunError> {
        let Some(record) = self.record(session) else {
            return Ok(None);
        };
        if names(&record, WROTE).is_empty() {
            return Ok(None);
        }
        let void = void_words(&record);
        let told = destroy(&void, self.at + 1);
        self.journal(session, |record| {
            record.notes.remove(WROTE);
            record.notes.insert(VOID.to_owned(), void.join(", "));
        })?;
        Ok(Some(told))
    }

    /// What lies in people's hands now.
    pub(super) fn held(&self, session: &Session) -> Held {
        let record = self.record(session);
        let under_way = self.changing.is_some();
        let written = record.as_ref().map(|r| names(r, WROTE)).unwrap_or_default();
        let earlier = record.as_ref().filter(|r| !came_about(r)).map(|record| {
            if under_way {
                names(record, VOID)
            } else {
                void_words(record)
            }
        });
        let earlier = earlier.unwrap_or_default();
        Held {
            wrote: if under_way { written } else { Vec::new() },
            void: (!earlier.is_empty()).then(|| destroy(&earlier, self.at + 1)),
            open: self.open_in_words(session, record.as_ref()),
            put_away: record.as_ref().map(put_away::put_aside).unwrap_or_default(),
            packing: self.aside.is_some(),
        }
    }

    /// The run is left for now: each paper that lies open goes into a package first. Without one it is left at once.
    pub fn set_aside(&mut self, session: &Session) {
        if self.aside.is_some() || self.outcome.is_some() {
            return;
        }
        let papers = self.open_papers(session);
        // Nobody has taken it up yet: it stands as it was left.
        if papers.is_empty() || self.arrival.is_some() {
            self.left = true;
            return;
        }
        self.papers = papers.into();
        self.read = None;
        self.aside = Some(std::mem::replace(&mut self.stage, Stage::AbortReseal));
    }

    /// People stay after all. What was packed meanwhile lies in its package.
    pub fn stay(&mut self) {
        if let Some(stage) = self.aside.take() {
            self.stage = stage;
            self.papers.clear();
            self.read = None;
        }
    }

    /// One paper less lies open; behind the last the run is left.
    pub(super) fn packed_one(&mut self) {
        self.papers.pop_front();
        if self.papers.is_empty()
            && let Some(stage) = self.aside.take()
        {
            self.stage = stage;
            self.left = true;
        }
    }

    /// The change came to nothing: whoever is asked again is told so, and whoever wrote words down too.
    pub(super) fn gave_up(&mut self, session: &mut Session, why: &str) -> Halt {
        let at = session.now().rfc3339();
        let told = format!("{at}: {why}");
        let noted = self.journal(session, |record| {
            let before = record
                .notes
                .get(ATTEMPTS)
                .map(|before| format!("{before}; {told}"));
            record
                .notes
                .insert(ATTEMPTS.to_owned(), before.unwrap_or(told));
        });
        if let Err(error) = noted {
            return Halt::Error(error);
        }
        match self.words_are_void(session) {
            Ok(Some(void)) => Halt::Again(format!("{why} {void}")),
            Ok(None) => Halt::Again(why.to_owned()),
            Err(error) => Halt::Error(error),
        }
    }
}

impl Showing {
    /// What is said of words and papers in people's hands, wherever the run is paused, taken up or has ended.
    pub fn in_hands(&self) -> Vec<String> {
        let void = self.held.void.iter().cloned();
        void.chain(self.held.put_away.iter().cloned()).collect()
    }
}
