//! A run that is stopped while papers of components lie open: each goes into a package again, before the run is closed
//! (`on_abort = ["reseal-open-components"]`; PCI PIN 9-2, 21-3, 26-1). Whoever holds one is asked in turn; a paper that
//! cannot be put away is recorded with its reason, for the auditor and for whoever looks for it tomorrow. The same is
//! asked where people leave a run for now.

use std::collections::VecDeque;

use crate::custody::ledger::Safe;
use crate::session::components::{open_paper, same_serial};
use crate::session::field::{Field, Kind};
use crate::session::{
    Arrow, Command, ComponentCommand, ComponentStep, Session, SetRef, StepRecord,
};
use crate::text::{say, tr};

use super::super::ask::{Answer, Ask};
use super::super::model::{Role, Step};
use super::super::ops_components::SEAL;
use super::asks::{acting, into_safe};
use super::drive::{Halt, Work};
use super::judge::free_of_secrets;
use super::put_away::{ASIDE, NOT_SEALED, PAPER, SEALED};
use super::sign::again;
use super::stopping::why_stopped;
use super::{Runner, Stage, practice_packages};

/// The new package.
pub(super) const SERIAL: Field = Field {
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

/// What whoever watches reads from the same package.
const WATCHED: Field = Field {
    id: "watched",
    label: "Serial again",
    hint: "You who watch: read the serial from the package yourself, and type it. Both readings are compared.",
    kind: Kind::Text { max: 64 },
    optional: false,
};

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

    /// The same where the run is left for now.
    fn note_aside(&self, at: &str) -> String {
        format!("{ASIDE}{at} component {} of {}", self.part, self.set.label)
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
                let serial = self.practice_serial(session, &paper);
                self.sealed(session, &paper, serial)?;
            }
            return Ok(Work::Moved);
        }
        if left.is_empty() {
            return Ok(Work::Moved);
        }
        if self.papers.front() != left.front() {
            self.read = None; // the reading was of another package
        }
        self.papers = left;
        self.stage = Stage::AbortReseal;
        Ok(Work::Asks)
    }

    /// What a paper's note is called: of a stop, or of a run that is left.
    fn note_of(&self, session: &Session, paper: &OpenPaper) -> String {
        if self.aside.is_some() {
            paper.note_aside(&session.now().rfc3339())
        } else {
            paper.note()
        }
    }

    /// What is asked now: the holder's reading and why there is none, or the second reading.
    pub(super) fn reseal_fields(&self) -> Vec<Field> {
        match self.read {
            Some(_) => vec![WATCHED],
            None => vec![SERIAL, UNSEALED],
        }
    }

    /// Papers that lie open, in words: without those of which a holder has said why they stay so.
    pub(super) fn open_in_words(
        &self,
        session: &Session,
        record: Option<&StepRecord>,
    ) -> Vec<String> {
        let said = |paper: &OpenPaper| {
            record.is_some_and(|record| record.notes.contains_key(&paper.note()))
        };
        let papers = self.open_papers(session).into_iter();
        let papers = papers.filter(|paper| !said(paper));
        let told = papers.map(|paper| open_paper(paper.part, &paper.set.label, &paper.person));
        told.collect()
    }

    /// Papers that lie open.
    pub(super) fn open_papers(&self, session: &Session) -> Vec<OpenPaper> {
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

    /// The script's own step that seals this paper.
    fn seals(&self, paper: &OpenPaper) -> Option<&Step> {
        let mut steps = self.script.model.steps.iter();
        steps.find(|step| {
            let part = step.fields.get("part").and_then(|text| text.parse().ok());
            let set = step.key().and_then(|key| self.component_set(key));
            step.op.name == SEAL.name
                && part == Some(paper.part)
                && set.is_some_and(|set| set.id == paper.set.id)
        })
    }

    /// The safe that this paper's package goes into, as its own step has it.
    fn its_safe(&self, paper: &OpenPaper) -> Option<Safe> {
        self.safe_of(self.seals(paper)?)
    }

    /// The serial of the script's own sealing step, which a rehearsal gives here as well.
    fn practice_serial(&self, session: &Session, paper: &OpenPaper) -> String {
        let seals = self.seals(paper);
        let answers = seals.and_then(|step| self.script.model.rehearsal.answers.get(&step.id));
        let written = answers.and_then(|answers| answers.get(SERIAL.id).cloned());
        let serial = written.unwrap_or_else(|| format!("RESEALED-{}", paper.part));
        practice_packages::free(session, &paper.set, (paper.part, &paper.person), serial)
    }

    /// The script's answer to a field of this question.
    pub(super) fn reseal_practice(&self, session: &Session, field: &str) -> Option<String> {
        let paper = self.papers.front()?;
        Some(match field {
            id if id == SERIAL.id => self.practice_serial(session, paper),
            id if id == WATCHED.id => self.read.clone().unwrap_or_default(),
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
        record.notes.insert(self.note_of(session, paper), words);
        let command = ComponentCommand {
            set: paper.set.clone(),
            part: paper.part,
            person: paper.person.clone(),
            by,
            step: ComponentStep::Seal {
                serial,
                witness,
                safe: self.its_safe(paper),
            },
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
        let note = self.note_of(session, paper);
        self.journal(session, |record| {
            record.notes.insert(note, words);
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
        if self.read.is_some() {
            return self.read_again(session, &paper, &serial);
        }
        match (serial.as_str(), reason.as_str()) {
            ("", "") => {
                return Err(Halt::Again(
                    "Neither a serial nor a reason was typed. Nothing of it was taken: the paper must not lie about. \
                     Type the new package's serial, or why there is none."
                        .into(),
                ));
            }
            (_, "") => {
                let person = &paper.person;
                session
                    .package_is_free(&paper.set, part, person, &serial)
                    .map_err(|refusal| again(refusal.into()))?;
                // Whoever watches reads the same package; without a witness there is one reading.
                let witness = self.witness();
                if witness.is_empty() || witness == *person {
                    return self.closed(session, &paper, &serial);
                }
                self.last = Some(say!("{person} read the serial of the package.", person));
                self.read = Some(serial);
                return Ok(());
            }
            ("", _) => {
                let reason = free_of_secrets(reason)?;
                self.unsealed(session, &paper, &reason)?;
                self.last = Some(say!("Recorded: component {part} is not sealed.", part));
            }
            _ => {
                return Err(Halt::Again(
                    "Both a serial and a reason were typed. Nothing of it was taken: either the paper lies in the package, \
                     or it does not."
                        .into(),
                ));
            }
        }
        self.packed_one();
        Ok(())
    }

    /// The second reading of a package's serial.
    fn read_again(
        &mut self,
        session: &mut Session,
        paper: &OpenPaper,
        watched: &str,
    ) -> Result<(), Halt> {
        let Some(serial) = self.read.take() else {
            return Ok(());
        };
        if !same_serial(&serial, watched) {
            return Err(Halt::Again(
                "The two of you read different serials. Nothing of it was taken. Both read the package again."
                    .into(),
            ));
        }
        self.closed(session, paper, &serial)
    }

    /// The paper lies in its package, by as many readings as there are people to read.
    fn closed(
        &mut self,
        session: &mut Session,
        paper: &OpenPaper,
        serial: &str,
    ) -> Result<(), Halt> {
        self.sealed(session, paper, serial.to_owned())
            .map_err(again)?;
        self.last = Some(say!(
            "Component {part} lies in package {serial}.",
            part = paper.part,
            serial
        ));
        self.packed_one();
        Ok(())
    }

    /// Why the paper is put away, and what the holder does with it, or what whoever watches reads.
    fn reseal_body(&self, session: &Session, paper: &OpenPaper) -> Vec<String> {
        let (part, holder, witness) = (paper.part, &paper.person, self.witness());
        let left = self.aside.is_some();
        let mut body = Vec::new();
        if !left {
            let reason = self.record(session).and_then(|record| record.error);
            body.push(why_stopped(&reason.unwrap_or_default()));
        } else if !paper.known {
            body.push(tr("The ceremony is left for now.").to_owned());
        }
        body.push(match (paper.known, left) {
            (true, true) => say!(
                "The ceremony is left for now while component {part} lies open.",
                part
            ),
            (true, false) => say!("Component {part} lies open.", part),
            (false, _) => say!("The package of component {part} had come.", part),
        });
        if self.read.is_some() {
            body.push(if paper.known {
                say!("{holder} has put the paper into a package, closed it, and read its serial. Read it yourself, from the package.", holder)
            } else {
                say!("{holder} has read the serial of the package that it lies in. Read it yourself, from the package.", holder)
            });
            return body;
        }
        body.push(
            if paper.known {
                tr("Put the paper into a new package and close it; nobody else reads it.")
            } else {
                tr(
                    "Closed still: type its own serial. Opened: put the paper into a new package; nobody else reads it.",
                )
            }
            .to_owned(),
        );
        if let Some(safe) = self.its_safe(paper) {
            body.push(into_safe(&safe));
        }
        if !witness.is_empty() {
            body.push(say!(
                "{witness} watches, and reads the serial after you.",
                witness
            ));
        }
        body
    }

    /// What the holder reads, and behind it whoever watches.
    pub(super) fn reseal_ask(&self, session: &Session) -> Option<Ask> {
        let paper = self.papers.front()?;
        let (part, label) = (paper.part, &paper.set.label);
        let (holder, witness) = (&paper.person, self.witness());
        let watched = self.read.is_some();
        let person = if watched { &witness } else { holder };
        let role = Self::role(session, person);
        let body = self.reseal_body(session, paper);
        let enter = if watched {
            tr("compares both readings of the serial and records the package").to_owned()
        } else if witness.is_empty() {
            tr("records where the paper is").to_owned()
        } else {
            say!(
                "keeps the serial, and {witness} reads it too; a reason alone is recorded",
                witness
            )
        };
        Some(Ask {
            title: say!(
                "Component {part} of {label} goes into a package again",
                part,
                label
            ),
            footing: crate::session::field::Footing {
                acts: acting(person, &role),
                enter,
                so_far: match (self.aside.is_some(), paper.known) {
                    (true, true) => tr("all is saved; this paper lies open, and is in no package"),
                    (true, false) => {
                        tr("all is saved; this package came, and its paper was not typed")
                    }
                    (false, true) => {
                        tr("the run is stopped; this paper lies open and is in no package")
                    }
                    (false, false) => {
                        tr("the run is stopped; this package came, and its paper was not typed")
                    }
                }
                .to_owned(),
            },
            body,
            person: person.clone(),
            role,
            fields: Vec::new(),
            words: None,
            types_back: false,
            hand_over: true,
        })
    }
}
