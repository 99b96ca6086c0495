//! Papers of components, from the printer until the ledger knows them: where each is printed, its owner's page before it
//! is, and its way to the package. What becomes of one that did not count is asked in `fates`.

use crate::crypto::components::check_value;
use crate::session::components::{NOT_PRINTED, Slip};
use crate::session::field::{Field, Kind};
use crate::session::{ComponentStep, Refusal, Session, SetRef, op_components};
use crate::text::say;

use super::super::ask::Answer;
use super::super::model::Step;
use super::super::ops_components as ops;
use super::drive::Halt;
use super::sign::{again, text};
use super::{Runner, Turn};

/// Note of a step while a paper of it is printed and not yet known to the ledger: where.
pub(super) const PRINTED: &str = "printed";
/// Note of a step: the check value of its component.
pub(super) const COMPONENT_VALUE: &str = "component value";
/// Note of a step whose paper was none.
pub(super) const PRACTICE: &str = "practice";

/// Another place, asked at the printer.
pub(super) const ELSEWHERE: Field = Field {
    id: op_components::SLIP.id,
    label: "Or print to",
    hint: "Left empty, it is printed to the place above. Another device or a new file is taken in its stead.",
    kind: Kind::Text { max: 400 },
    optional: true,
};

/// A paper that no device gives leaves nothing behind where its printing failed.
fn on_a_device(place: &str) -> bool {
    crate::os::is_printer(std::path::Path::new(place.trim()))
}

/// Notes of a turn with a component's digits: their check value, and how far the paper was there at all.
pub(super) fn told_of(set: &SetRef, done: &ComponentStep, practice: bool) -> Vec<(String, String)> {
    let (ComponentStep::Enter { value, .. } | ComponentStep::ReadBack { value }) = done else {
        return Vec::new();
    };
    let kcv = check_value(set.algorithm, set.method(), value).ok();
    let kcv = kcv.map(|kcv| (COMPONENT_VALUE.to_owned(), kcv));
    let paper = practice.then(|| (PRACTICE.to_owned(), "nothing was printed".to_owned()));
    kcv.into_iter().chain(paper).collect()
}

impl Runner {
    /// Set, number and holder of the paper that a step prints.
    pub(super) fn paper_of(&self, step: &Step) -> Option<(SetRef, u8, String)> {
        let (set, part) = if step.op.name == op_components::EXPORT_COMPONENTS.name {
            let set = self.component_set(step.key()?)?;
            let part = set.parts;
            (set, part)
        } else {
            self.component_of(step)?
        };
        Some((set, part, self.name(step.who.first()?)))
    }

    /// Where the paper of the step at hand is printed, as it was typed.
    pub(super) fn place(&self) -> Option<&str> {
        self.texts.get(op_components::SLIP.id).map(String::as_str)
    }

    /// Whether the paper at hand is none, because this is practice: in this step, or where its component was let out.
    pub(super) fn only_practice(&self, session: &Session, step: &Step) -> bool {
        let slip = op_components::SLIP.id;
        let before = self.record(session);
        if before.is_some_and(|record| record.notes.contains_key(PRACTICE)) {
            return true;
        }
        let told = self.texts.get(slip).cloned().or_else(|| {
            let run = self.run(session);
            let let_out = |other: &Step| {
                other.key() == step.key() && other.op.name == op_components::EXPORT_COMPONENTS.name
            };
            let at = self.script.model.steps.iter().position(let_out)?;
            run.steps.get(at)?.notes.get(slip).cloned()
        });
        told.as_deref() == Some(NOT_PRINTED)
    }

    /// The journal knows of a paper before the printer does.
    fn note_paper(&mut self, session: &mut Session, place: Option<&str>) -> Result<(), Halt> {
        let place = place.filter(|place| *place != NOT_PRINTED);
        let place = place.map(str::to_owned);
        let known = self
            .record(session)
            .and_then(|r| r.notes.get(PRINTED).cloned());
        if known == place {
            return Ok(());
        }
        self.journal(session, |record| match place {
            Some(place) => {
                record.notes.insert(PRINTED.to_owned(), place);
            }
            None => {
                record.notes.remove(PRINTED);
            }
        })?;
        Ok(())
    }

    /// A component is drawn and printed, once, in its custodian's own turn.
    pub(super) fn print_component(
        &mut self,
        session: &mut Session,
        set: &SetRef,
        part: u8,
        turn: &Turn,
    ) -> Result<(), Halt> {
        let place = self.place().unwrap_or_default().to_owned();
        session.slip_place(&place).map_err(|r| again(r.into()))?;
        let value = session.draw_component(set)?;
        let kcv = check_value(set.algorithm, set.method(), &value)
            .map_err(|e| Halt::Again(e.to_string()))?;
        let slip = Slip {
            set,
            part,
            holder: &turn.person,
            kcv: &kcv,
            value: &value,
        };
        self.note_paper(session, Some(&place))?;
        if let Err(refusal) = session.print_slip(&slip, &place) {
            self.not_printed(session, &place)?;
            self.ask_for_paper(session);
            return Err(again(refusal.into()));
        }
        self.drawn = Some(value);
        self.last = Some(if place == NOT_PRINTED {
            say!("Nothing was printed: this is practice.")
        } else {
            say!(
                "Component {part} was printed to {place} for {person}.",
                part,
                place,
                person = turn.person
            )
        });
        self.turns.pop_front();
        Ok(())
    }

    /// The printing failed: a file was not made, a device may have given half a paper.
    fn not_printed(&mut self, session: &mut Session, place: &str) -> Result<(), Halt> {
        if on_a_device(place) {
            return Ok(());
        }
        self.note_paper(session, None)
    }

    /// Whether everybody signed, and the paper's owner has yet to go to the printer.
    pub(super) fn awaits_printer(&self) -> bool {
        !self.at_printer && self.place().is_some()
    }

    /// The owner of the last component is at the printer, and lets it be printed.
    pub(super) fn take_print(
        &mut self,
        session: &Session,
        answers: Vec<Answer>,
    ) -> Result<(), Halt> {
        let typed = text(answers.into_iter().next());
        let elsewhere = ELSEWHERE
            .check(&typed)
            .map_err(|error| Halt::Again(error.to_string()))?;
        let place = match elsewhere.trim() {
            "" => self.place().unwrap_or_default().to_owned(),
            other => other.to_owned(),
        };
        session.slip_place(&place).map_err(|r| again(r.into()))?;
        self.texts.insert(op_components::SLIP.id.to_owned(), place);
        self.at_printer = true;
        Ok(())
    }

    /// The last component goes to the printer with the act that lets it out: the journal knows of the paper before.
    pub(super) fn paper_leaves(&mut self, session: &mut Session) -> Result<(), Halt> {
        let Some(place) = self.place().map(str::to_owned) else {
            return Ok(());
        };
        session.slip_to(&place);
        self.note_paper(session, Some(&place))
    }

    /// The act was refused: whatever refuses it before its printing, or because of it, has let no paper out; what comes
    /// later, and a device that failed, may have.
    pub(super) fn paper_stayed(
        &mut self,
        session: &mut Session,
        refusal: &Refusal,
    ) -> Result<(), Halt> {
        self.at_printer = false;
        let Some(place) = self.place().map(str::to_owned) else {
            return Ok(());
        };
        match refusal {
            Refusal::Api(_) | Refusal::Approval(_) | Refusal::Stopped => {
                self.note_paper(session, None)
            }
            Refusal::Custody(_) => self.not_printed(session, &place),
            _ => Ok(()),
        }
    }

    /// The step in which the paper of this step's component is packed: its number and title.
    pub(super) fn packed_in(&self, step: &Step) -> Option<(usize, &str)> {
        let (_, part, _) = self.paper_of(step)?;
        let steps = self.script.model.steps.iter().enumerate().skip(self.at + 1);
        let mut seals = steps.filter(|(_, other)| {
            other.op.name == ops::SEAL.name
                && other.key() == step.key()
                && other.fields.get("part") == Some(&part.to_string())
        });
        seals
            .next()
            .map(|(at, other)| (at + 1, other.title.as_str()))
    }
}
