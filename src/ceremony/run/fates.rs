//! A paper that was printed and did not come into the record: whoever was at the printer says what became of it, and
//! whoever watches says whether it was so. A paper of the last component stays good, because the last comes out the same
//! again: its reader stays known, and where nobody can say where it is, the set is SUSPECT and the step fails.

use crate::session::field::{Choice, Field, Kind};
use crate::session::{
    Arrow, Command, ComponentCommand, ComponentStep, LivePaper, Session, SetRef, StepRecord,
    StepState, op_components,
};
use crate::text::{say, tr};

use super::super::ask::Answer;
use super::super::model::Step;
use super::super::ops_components::{FATE_OF_A_PAPER, SEEN_TOO};
use super::Runner;
use super::drive::Halt;
use super::papers::PRINTED;
use super::sign::{again, text};

/// Note of a step: what became of papers that were printed before a pause.
pub(super) const EARLIER: &str = "earlier paper";
/// Note of a step: who said so.
pub(super) const TOLD_BY: &str = "earlier paper told by";
/// What a note says of a paper that nobody has.
pub(super) const MISSING: &str = "NOT FOUND";

/// The answers of a rehearsal.
pub(super) const DESTROYED: &str = "destroyed";
pub(super) const SEEN_SO: &str = "yes";
const NONE: &str = "none";
const LOST: &str = "missing";

const BEFORE_THE_WITNESS: Choice = Choice {
    id: DESTROYED,
    label: "destroyed now, while the witness watches",
};
const NO_PAPER: Choice = Choice {
    id: NONE,
    label: "no paper came out of the printer",
};

/// What became of a paper that counts for nothing.
pub(super) const FATE: Field = Field {
    id: FATE_OF_A_PAPER,
    label: "That paper",
    hint: "It counts for nothing any more, and must not lie about. The answer stands in the record.",
    kind: Kind::Choice(&[
        BEFORE_THE_WITNESS,
        NO_PAPER,
        Choice {
            id: LOST,
            label: "it cannot be found: recorded as an exception",
        },
    ]),
    optional: false,
};

/// What became of a paper of the last component.
const FATE_OF_LAST: Field = Field {
    hint: "It is a part of the key and stays one. The answer stands in the record, with who may have read it.",
    kind: Kind::Choice(&[
        BEFORE_THE_WITNESS,
        NO_PAPER,
        Choice {
            id: LOST,
            label: "it cannot be found: set and key become SUSPECT",
        },
    ]),
    ..FATE
};

/// Whether whoever watched saw that.
pub(super) const SEEN: Field = Field {
    id: SEEN_TOO,
    label: "Was it so",
    hint: "What you saw yourself, not what you were told. If in doubt, say no.",
    kind: Kind::Choice(&[
        Choice {
            id: SEEN_SO,
            label: "yes: I saw it",
        },
        Choice {
            id: "no",
            label: "no, or I did not see it: the paper counts as not found",
        },
    ]),
    optional: false,
};

/// The same of a paper that cannot be found: there is nothing to see, and both answers leave it not found.
const SEEN_NOWHERE: Field = Field {
    label: "Looked too",
    hint: "Whether you looked for it yourself. Either way it counts as not found.",
    kind: Kind::Choice(&[
        Choice {
            id: SEEN_SO,
            label: "yes: I looked too, and it is not there",
        },
        Choice {
            id: "no",
            label: "no: I did not look for it myself",
        },
    ]),
    ..SEEN
};

/// What was said of a paper, and by whom.
struct Told {
    words: String,
    by: Vec<String>,
    /// Whether nobody can say where it is, or the two do not agree.
    lost: bool,
    /// Whether there was a paper at all.
    came_out: bool,
}

impl Runner {
    /// What is said of a paper that is printed and does not count yet.
    pub(super) fn uncounted(&self, session: &Session) -> Option<u8> {
        self.record(session)?.notes.get(PRINTED)?;
        let (_, part, _) = self.paper_of(self.step()?)?;
        Some(part)
    }

    /// Whether the paper of the step at hand stays good: the last component is what is missing from the key.
    pub(super) fn stays_good(&self) -> bool {
        let step = self.step();
        step.is_some_and(|step| step.op.name == op_components::EXPORT_COMPONENTS.name)
    }

    /// The question of this id.
    pub(super) fn fate_field(&self, id: &str) -> Option<Field> {
        match id {
            id if id == FATE.id && self.stays_good() => Some(FATE_OF_LAST),
            id if id == FATE.id => Some(FATE),
            id if id == SEEN.id && self.texts.get(FATE.id).is_some_and(|said| said == LOST) => {
                Some(SEEN_NOWHERE)
            }
            id if id == SEEN.id => Some(SEEN),
            _ => None,
        }
    }

    /// Whoever holds a paper of before a pause is asked first what became of it, and then whoever watches.
    pub(super) fn ask_for_paper(&mut self, session: &Session) {
        if self.uncounted(session).is_none() {
            return;
        }
        let paper = self.step().and_then(|step| self.paper_of(step));
        let Some((_, _, person)) = paper else {
            return;
        };
        let turn = if self.texts.contains_key(FATE.id) {
            Self::turn_of(session, self.witness(), vec![SEEN.id])
        } else {
            Self::turn_of(session, person, vec![FATE.id])
        };
        self.turns.push_front(turn);
    }

    /// The holder says what became of it; whoever watches is asked next.
    pub(super) fn take_fate(
        &mut self,
        session: &mut Session,
        answers: Vec<Answer>,
    ) -> Result<(), Halt> {
        let Some((_, _, person)) = self.step().and_then(|step| self.paper_of(step)) else {
            return Ok(());
        };
        let chosen = FATE
            .check(&text(answers.into_iter().next()))
            .map_err(|error| Halt::Again(error.to_string()))?;
        self.texts.insert(FATE.id.to_owned(), chosen);
        self.turns.pop_front();
        let witness = self.witness();
        if witness.is_empty() || witness == person {
            return self.settle_paper(session, None);
        }
        self.last = Some(say!(
            "{person} said what became of the earlier paper.",
            person
        ));
        self.ask_for_paper(session);
        Ok(())
    }

    /// Whoever watches says whether it was so.
    pub(super) fn take_seen(
        &mut self,
        session: &mut Session,
        answers: Vec<Answer>,
    ) -> Result<(), Halt> {
        let seen = SEEN
            .check(&text(answers.into_iter().next()))
            .map_err(|error| Halt::Again(error.to_string()))?;
        self.turns.pop_front();
        self.settle_paper(session, Some(seen == SEEN_SO))
    }

    /// Where nobody is asked.
    pub(super) fn settle_unattended(&mut self, session: &mut Session) -> Result<(), Halt> {
        let said = |words: &str| vec![Answer::Text(words.to_owned())];
        self.take_fate(session, said(DESTROYED))?;
        if self.texts.contains_key(FATE.id) {
            self.take_seen(session, said(SEEN_SO))?;
        }
        Ok(())
    }

    /// What the two said, in words for the record.
    fn told_of_paper(&self, chosen: &str, person: &str, agreed: Option<bool>) -> Told {
        let witness = self.witness();
        let watched = match agreed {
            None => format!("on the word of {person} alone"),
            Some(_) => format!("watched by {witness}"),
        };
        let words = match (chosen, agreed) {
            (LOST, Some(false)) => format!("{MISSING}, by {person}; {witness} did not look for it"),
            (_, Some(false)) => format!(
                "{MISSING}: {person} said {}, and {witness} did not see it so",
                said(chosen)
            ),
            (DESTROYED, _) => format!("destroyed by {person}, {watched}"),
            (NONE, _) => format!("no paper came out, by {person}, {watched}"),
            _ => format!("{MISSING}, by {person}, {watched}"),
        };
        let lost = agreed == Some(false) || ![DESTROYED, NONE].contains(&chosen);
        let mut by = vec![person.to_owned()];
        by.extend(agreed.map(|_| witness));
        Told {
            words,
            by,
            lost,
            came_out: lost || chosen == DESTROYED,
        }
    }

    /// What became of it goes into the log and the journal, in one commit.
    fn settle_paper(&mut self, session: &mut Session, agreed: Option<bool>) -> Result<(), Halt> {
        let chosen = self.texts.remove(FATE.id).unwrap_or_default();
        let (Some(mut record), Some(step)) = (self.record(session), self.step()) else {
            return Ok(());
        };
        let Some((set, part, person)) = self.paper_of(step) else {
            return Ok(());
        };
        let mut told = self.told_of_paper(&chosen, &person, agreed);
        let key = step
            .key()
            .and_then(|id| self.run(session).keys.get(id).cloned());
        let live = (self.stays_good() && told.came_out).then(|| LivePaper {
            key: key.unwrap_or_default(),
            lost: told.lost,
        });
        if live.is_some() {
            told.words = format!("{}; {person} may have read it", told.words);
        }
        note(&mut record, &told, (&set, part));
        let (state, by) = (record.state, step.id.clone());
        let lost = live.as_ref().is_some_and(|live| live.lost);
        let command = ComponentCommand {
            set: set.clone(),
            part,
            person: person.clone(),
            by,
            step: ComponentStep::Spoilt {
                fate: told.words,
                witness: self.witness(),
                live,
            },
            arrow: Some(Arrow::Step {
                run: self.run.clone(),
                step: Box::new(record),
                binds: Vec::new(),
            }),
        };
        let done = session.perform(Command::Component(Box::new(command)));
        if let Err(refusal) = done {
            // Both are asked anew.
            self.ask_for_paper(session);
            return Err(again(refusal.into()));
        }
        self.last = Some(say!(
            "Recorded: what became of the earlier paper of component {part} of {label}.",
            part,
            label = set.label
        ));
        self.arrow(state)?;
        if lost && state != StepState::Aborted {
            return self.fail(session, lost_for_good(&set, part, &person));
        }
        Ok(())
    }

    /// What became of a paper that a pause made worthless, or that stays good.
    pub(super) fn fate_body(&self, session: &Session, step: &Step) -> (Vec<String>, &'static str) {
        let Some((set, part, person)) = self.paper_of(step) else {
            return (Vec::new(), tr("nothing was done in this step yet"));
        };
        let place = self
            .record(session)
            .and_then(|r| r.notes.get(PRINTED).cloned());
        let mut body = vec![
            say!(
                "Component {part} of {parts} of {label} was printed before the pause, to:",
                part,
                parts = set.parts,
                label = set.label
            ),
            format!("  {}", place.unwrap_or_default()),
        ];
        let good = self.stays_good();
        let witness = self.witness();
        if let Some(chosen) = self.texts.get(FATE.id) {
            body.push(say!(
                "{person} says {what}.",
                person,
                what = said_to_people(chosen)
            ));
            body.push(say!(
                "{witness} says what was to be seen, without asking {person}.",
                witness,
                person
            ));
            return (body, tr("one of two has said it; nothing is recorded yet"));
        }
        body.push(if good {
            tr("It is a part of the key and stays one: printed again, it is the same. Whoever stood there may have read it.").into()
        } else {
            tr("It was not read back, and counts for nothing: another is drawn. Nobody may keep it.").into()
        });
        body.push(say!(
            "{person} destroys it now, unread; {witness} watches.",
            person,
            witness
        ));
        if good {
            body.push(
                tr("If it cannot be found, this set is never used and the step ends here.").into(),
            );
            return (
                body,
                tr("a paper with a part of the key lies open; the key has not left"),
            );
        }
        (
            body,
            tr("a paper that does not count lies open; nothing else is lost"),
        )
    }
}

/// The notes of the step: one paper less that is printed, and what became of it.
fn note(record: &mut StepRecord, told: &Told, (set, part): (&SetRef, u8)) {
    let place = record.notes.remove(PRINTED).unwrap_or_default();
    let words = format!(
        "component {part} of {}, printed to {place} before an interruption: {}",
        set.label, told.words
    );
    let before = record.notes.get(EARLIER).map(|b| format!("{b}; {words}"));
    let notes = [
        (EARLIER, before.unwrap_or(words)),
        (TOLD_BY, told.by.join(", ")),
    ];
    let notes = notes.map(|(name, words)| (name.to_owned(), words));
    record.notes.extend(notes);
}

/// What is recorded of a step that lost a paper which stays good.
fn lost_for_good(set: &SetRef, part: u8, person: &str) -> String {
    let label = &set.label;
    format!(
        "The paper of component {part} of {label} that was printed for {person} cannot be found (PCI PIN 9-2, 22): \
         whoever has it has one part of the key. The components of {label} are SUSPECT and none of them is used or \
         printed again; the key is SUSPECT and is not used, exported or enabled until an act clears it. Look for the \
         paper, destroy those that there are under two people's eyes, and decide whether the key is replaced."
    )
}

/// What a holder chose, for the record.
fn said(chosen: &str) -> &'static str {
    match chosen {
        DESTROYED => "that it was destroyed",
        NONE => "that no paper came out",
        _ => "that it cannot be found",
    }
}

/// The same for whoever watches.
fn said_to_people(chosen: &str) -> &'static str {
    match chosen {
        DESTROYED => tr("that it was destroyed now"),
        NONE => tr("that no paper came out of the printer"),
        _ => tr("that it cannot be found"),
    }
}
