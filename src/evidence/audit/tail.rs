//! The lines beyond the sealed head: which may stand there, and in what order.

use super::event::{Group, Kind, Line};
use super::fault::Fault;

/// How far a group of lines has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The commit of the group.
    pub commit: u64,
    /// Lines that are there.
    pub have: u32,
    /// Lines that the whole group has.
    pub of: u32,
}

impl Progress {
    /// Whether every line is there.
    pub const fn complete(self) -> bool {
        self.have == self.of
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Outcomes,
    Intents,
    Voids,
    Alone,
}

/// The order of the lines beyond the sealed head, checked as they come.
pub(super) struct Tail {
    stage: Stage,
    pub(super) outcomes: Option<Progress>,
    pub(super) intents: Option<Progress>,
    pub(super) voids: u32,
}

impl Tail {
    /// Begins behind a sealed head whose line was `sealed`.
    pub(super) fn behind(sealed: Option<Group>) -> Self {
        Self {
            stage: Stage::Outcomes,
            outcomes: sealed.map(|group| Progress {
                commit: group.commit,
                have: 0,
                of: group.of,
            }),
            intents: None,
            voids: 0,
        }
    }

    /// Takes the next line, or says why it cannot stand there.
    pub(super) fn take(&mut self, line: &Line) -> Result<(), Fault> {
        let kind = line.event.kind;
        let fits = match (kind, line.event.group) {
            (Kind::Unvouched, _) => true,
            (Kind::Outcome, Some(group)) => self.outcome(group),
            (Kind::Intent, Some(group)) => self.intent(group),
            (Kind::Void, Some(group)) => self.void(group),
            (kind, _) => {
                self.stage = Stage::Alone;
                kind.stands_alone()
            }
        };
        if fits {
            return Ok(());
        }
        Err(Fault::OutOfOrder {
            found: kind,
            commit: line.event.group.map(|group| group.commit),
            expected: self.expected(),
        })
    }

    fn outcome(&mut self, group: Group) -> bool {
        let Some(progress) = &mut self.outcomes else {
            return false;
        };
        let fits = self.stage == Stage::Outcomes && follows(*progress, group);
        progress.have += u32::from(fits);
        fits
    }

    fn intent(&mut self, group: Group) -> bool {
        let sealed = self.outcomes.map(|progress| progress.commit);
        let progress = match (self.stage, &mut self.intents) {
            (Stage::Intents, Some(progress)) => progress,
            (Stage::Outcomes, none) if sealed.is_none_or(|commit| group.commit > commit) => none
                .insert(Progress {
                    commit: group.commit,
                    have: 0,
                    of: group.of,
                }),
            _ => return false,
        };
        let fits = follows(*progress, group);
        progress.have += u32::from(fits);
        self.stage = Stage::Intents;
        fits
    }

    fn void(&mut self, group: Group) -> bool {
        let Some(progress) = self.intents else {
            return false;
        };
        let next = Progress {
            have: self.voids,
            ..progress
        };
        let fits = self.stage <= Stage::Voids && self.voids < progress.have && follows(next, group);
        self.voids += u32::from(fits);
        self.stage = self.stage.max(Stage::Voids);
        fits
    }

    /// What could stand next, for the sentence.
    fn expected(&self) -> String {
        let outcome = self
            .outcomes
            .filter(|p| self.stage == Stage::Outcomes && !p.complete())
            .map(|p| format!("outcome {} of commit {}", p.have, p.commit));
        let intent = match (self.stage, self.intents) {
            (Stage::Outcomes, _) => Some("the first intent of a later commit".to_owned()),
            (Stage::Intents, Some(p)) if !p.complete() => {
                Some(format!("intent {} of commit {}", p.have, p.commit))
            }
            _ => None,
        };
        let void = self
            .intents
            .filter(|p| self.stage <= Stage::Voids && self.voids < p.have)
            .map(|p| format!("void {} of commit {}", self.voids, p.commit));
        let mut all: Vec<String> = [outcome, intent, void].into_iter().flatten().collect();
        all.push("a line that stands alone".to_owned());
        all.join(", or ")
    }
}

fn follows(progress: Progress, group: Group) -> bool {
    group.commit == progress.commit
        && group.of == progress.of
        && group.index == progress.have
        && group.index < group.of
}
