//! A run that is stopped while papers of components lie open: each goes into a package again, before the run is closed
//! (`on_abort = ["reseal-open-components"]`; PCI PIN 9-2, 21-3, 26-1). Whoever holds one is asked in turn; a paper that
//! cannot be put away is recorded with its reason, for the auditor and for whoever looks for it tomorrow.

use std::collections::VecDeque;

use crate::evidence::report::Paper;
use crate::session::field::{Field, Kind};
use crate::session::{
    Arrow, Command, ComponentCommand, ComponentStep, Session, SetRef, StepRecord,
};
use crate::text::{say, tr};

use super::super::ask::{Answer, Ask};
use super::super::model::Role;
use super::super::ops_components::SEAL;
use super::drive::{Halt, Work};
use super::sign::again;
use super::stopping::why_stopped;
use super::{Runner, Stage};

/// The new package.
const SERIAL: Field = Field {
    id: "serial",
    label: "New serial",
    hint: "Put the paper into a new package, close it, and type its serial as it is printed.",
    kind: Kind::Text { max: 64 },
    optional: true,
};

/// Why there is none.
const UNSEALED: Field = Field {
    id: "unsealed",
    label: "If not, why",
    hint: "Only where the paper cannot be put away: who has it, and why. It stands in the record as an exception.",
    kind: Kind::Text { max: 200 },
    optional: true,
};

/// What is asked of each holder.
pub(super) const FIELDS: [Field; 2] = [SERIAL, UNSEALED];

/// How the note of a paper begins.
const PAPER: &str = "on_abort component ";
/// How a note says where a paper lies, and that it lies in no package.
const SEALED: [&str; 3] = ["sealed in ", " by ", ", watched by "];
const NOT_SEALED: [&str; 2] = ["NOT SEALED, with ", ": "];

/// Component and key of a paper's note; none of another note.
pub(super) fn of_note(name: &str) -> Option<(u64, String)> {
    let (part, of) = name.strip_prefix(PAPER)?.split_once(" of ")?;
    Some((part.parse().ok()?, of.to_owned()))
}

/// What a paper's note says. Serials and people have none of the words between them, names may: they come last.
pub(super) fn kept(words: &str) -> Paper {
    let [sealed, by, watched] = SEALED;
    let [with, why] = NOT_SEALED;
    let lies = words.strip_prefix(sealed).and_then(|rest| {
        let (rest, witness) = rest.rsplit_once(watched)?;
        let (package, holder) = rest.rsplit_once(by)?;
        Some((package, holder, witness))
    });
    if let Some((package, holder, witness)) = lies {
        return Paper {
            package: package.to_owned(),
            holder: holder.to_owned(),
            witness: witness.to_owned(),
            ..Paper::default()
        };
    }
    let open = words.strip_prefix(with).and_then(|r| r.split_once(why));
    let (holder, unsealed) = open.unwrap_or(("", words));
    Paper {
        holder: holder.to_owned(),
        unsealed: unsealed.to_owned(),
        ..Paper::default()
    }
}

/// A paper that lies open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OpenPaper {
    set: SetRef,
    part: u8,
    pub(super) person: String,
    /// Whether what stands on it was typed or made here; else its package came, and may be closed still.
    known: bool,
}

impl OpenPaper {
    /// The note that says where it went.
    fn note(&self) -> String {
        format!("{PAPER}{} of {}", self.part, self.set.label)
    }
}

impl Runner {
    /// Asks for every paper that lies open; done where none does.
    pub(super) fn reseal(
        &mut self,
        session: &mut Session,
        record: &StepRecord,
    ) -> Result<Work, Halt> {
        if self.uncounted(session).is_some() {
            // Printed, and not yet one of those that the ledger knows.
            self.turns.clear();
            self.ask_for_paper(session);
            if !session.automatic() {
                self.stage = Stage::Turn;
                return Ok(Work::Asks);
            }
            self.settle_unattended(session)?;
        }
        let left: VecDeque<OpenPaper> = self
            .open_papers(session)
            .into_iter()
            .filter(|paper| !record.notes.contains_key(&paper.note()))
            .collect();
        if session.automatic() {
            for paper in left {
                let serial = self.practice_serial(&paper);
                self.sealed(session, &paper, serial)?;
            }
            return Ok(Work::Moved);
        }
        if left.is_empty() {
            return Ok(Work::Moved);
        }
        self.papers = left;
        self.stage = Stage::AbortReseal;
        Ok(Work::Asks)
    }

    fn open_papers(&self, session: &Session) -> Vec<OpenPaper> {
        let keys = self.script.model.keys.iter();
        let sets = keys.filter_map(|key| self.component_set(&key.id));
        sets.flat_map(|set| {
            let open = session.open_papers(&set.id);
            let parts = session.component_parts(&set.id);
            open.into_iter().map(move |(part, person)| OpenPaper {
                set: set.clone(),
                part,
                person,
                known: parts.iter().any(|known| known.part == part),
            })
        })
        .collect()
    }

    /// The serial of the script's own sealing step, which a rehearsal gives here as well.
    fn practice_serial(&self, paper: &OpenPaper) -> String {
        let mut steps = self.script.model.steps.iter();
        let seals = steps.find(|step| {
            let part = step.fields.get("part").and_then(|text| text.parse().ok());
            let set = step.key().and_then(|key| self.component_set(key));
            step.op.name == SEAL.name
                && part == Some(paper.part)
                && set.is_some_and(|set| set.id == paper.set.id)
        });
        let answers = seals.and_then(|step| self.script.model.rehearsal.answers.get(&step.id));
        let written = answers.and_then(|answers| answers.get(SERIAL.id).cloned());
        written.unwrap_or_else(|| format!("RESEALED-{}", paper.part))
    }

    /// The script's answer to a field of this question.
    pub(super) fn reseal_practice(&self, field: &str) -> Option<String> {
        let paper = self.papers.front()?;
        Some(match field {
            id if id == SERIAL.id => self.practice_serial(paper),
            _ => String::new(),
        })
    }

    /// Who watches: the script's witness, or whoever observes the step at hand.
    pub(super) fn witness(&self) -> String {
        let people = self.script.model.places();
        let witness = people.filter(|place| place.role == Role::Witness);
        let place = witness.map(|place| place.id.as_str()).next();
        let observer = || self.step().and_then(|step| step.observe.first());
        let place = place.or_else(|| observer().map(String::as_str));
        place.map(|place| self.name(place)).unwrap_or_default()
    }

    /// The paper lies in a package; ledger, access log and the record of the stop in one commit.
    fn sealed(
        &mut self,
        session: &mut Session,
        paper: &OpenPaper,
        serial: String,
    ) -> Result<(), Halt> {
        let witness = self.witness();
        let [sealed, by, watched] = SEALED;
        let words = format!("{sealed}{serial}{by}{}{watched}{witness}", paper.person);
        let Some(mut record) = self.record(session) else {
            return Ok(());
        };
        let (by, state) = (record.id.clone(), record.state);
        record.notes.insert(paper.note(), words);
        let command = ComponentCommand {
            set: paper.set.clone(),
            part: paper.part,
            person: paper.person.clone(),
            by,
            step: ComponentStep::Seal { serial, witness },
            arrow: Some(Arrow::Step {
                run: self.run.clone(),
                step: Box::new(record),
                binds: Vec::new(),
            }),
        };
        session.perform(Command::Component(Box::new(command)))?;
        self.arrow(state)?;
        Ok(())
    }

    /// The paper could not be put away.
    fn unsealed(
        &mut self,
        session: &mut Session,
        paper: &OpenPaper,
        reason: &str,
    ) -> Result<(), Halt> {
        let [with, why] = NOT_SEALED;
        let words = format!("{with}{}{why}{reason}", paper.person);
        self.journal(session, |record| {
            record.notes.insert(paper.note(), words);
        })?;
        Ok(())
    }

    /// One holder puts the paper away, or says why not.
    pub(super) fn take_reseal(
        &mut self,
        session: &mut Session,
        answers: Vec<Answer>,
    ) -> Result<(), Halt> {
        let Some(paper) = self.papers.front().cloned() else {
            return Ok(());
        };
        let mut said = answers.into_iter().map(|answer| match answer {
            Answer::Text(text) => text.trim().to_owned(),
            Answer::Secret(_) => String::new(),
        });
        let (serial, reason) = (
            said.next().unwrap_or_default(),
            said.next().unwrap_or_default(),
        );
        let part = paper.part;
        match (serial.as_str(), reason.as_str()) {
            ("", "") => {
                return Err(Halt::Again(
                    "Neither a serial nor a reason was typed. Nothing was recorded: the paper must not lie about. \
                     Type the new package's serial, or why there is none."
                        .into(),
                ));
            }
            (_, "") => {
                self.sealed(session, &paper, serial.clone())
                    .map_err(again)?;
                self.last = Some(say!(
                    "Component {part} lies in package {serial}.",
                    part,
                    serial
                ));
            }
            ("", _) => {
                self.unsealed(session, &paper, &reason)?;
                self.last = Some(say!("Recorded: component {part} is not sealed.", part));
            }
            _ => {
                return Err(Halt::Again(
                    "Both a serial and a reason were typed. Nothing was recorded: either the paper lies in the package, \
                     or it does not."
                        .into(),
                ));
            }
        }
        self.papers.pop_front();
        Ok(())
    }

    /// What the holder reads.
    pub(super) fn reseal_ask(&self, session: &Session) -> Option<Ask> {
        let paper = self.papers.front()?;
        let (part, label) = (paper.part, &paper.set.label);
        let witness = self.witness();
        let role = Self::role(session, &paper.person);
        let reason = self.record(session).and_then(|record| record.error);
        let (lies, put) = if paper.known {
            (
                say!("Component {part} lies open.", part),
                tr("Put the paper into a new package and close it; nobody else reads it."),
            )
        } else {
            (
                say!("The package of component {part} had come.", part),
                tr(
                    "Closed still: type its own serial. Opened: put the paper into a new package; nobody else reads it.",
                ),
            )
        };
        Some(Ask {
            title: say!(
                "Component {part} of {label} goes into a package again",
                part,
                label
            ),
            footing: crate::session::field::Footing {
                acts: format!("{role} {}", paper.person),
                enter: tr("records where the paper is; the next holder, then signatures")
                    .to_owned(),
                so_far: if paper.known {
                    tr("the run is stopped; this paper lies open and is in no package")
                } else {
                    tr("the run is stopped; this package came, and its paper was not typed")
                }
                .to_owned(),
            },
            body: vec![
                why_stopped(&reason.unwrap_or_default()),
                lies,
                put.to_owned(),
                say!("{witness} watches and compares the serial.", witness),
            ],
            person: paper.person.clone(),
            role,
            fields: Vec::new(),
            words: None,
            types_back: false,
            hand_over: false,
        })
    }
}
