//! Custodians' turns with components: one at the screen, the paper in hand, everybody else stands back.

use std::collections::VecDeque;

use sha2::{Digest as _, Sha256};

use crate::crypto::SecretBytes;
use crate::custody::ledger::Safe;
use crate::session::build::Answers;
use crate::session::components::{NOT_PRINTED, VALUE_DIFFERS, same_serial};
use crate::session::field::{Field, Kind};
use crate::session::{
    Arrow, Command, ComponentCommand, ComponentStep, Outcome, Profile, Session, SetRef, Source,
    StepState, build_components, op_components,
};
use crate::text::say;

use super::super::ask::{Answer, ComponentDigits};
use super::super::model::{Algorithm, Doing, Step};
use super::super::ops_components as ops;
use super::drive::Halt;
use super::papers::{self, PRINTED};
use super::readings::{DERIVE, same_reading, typed};
use super::sign::{again, text};
use super::told;
use super::{Runner, Turn};

impl Runner {
    /// The set of components that a declared key of this run has.
    pub(super) fn component_set(&self, key: &str) -> Option<SetRef> {
        let declared = self.script.model.key(key)?;
        let Algorithm::Is(algorithm) = declared.algorithm else {
            return None;
        };
        let mut hash = Sha256::new();
        for part in ["keymoot/components/v1", &self.run, key] {
            hash.update(part);
            hash.update([0]);
        }
        let mut id = data_encoding::HEXLOWER.encode(&hash.finalize());
        id.truncate(32);
        Some(SetRef {
            id,
            label: declared.label.clone(),
            algorithm,
            parts: declared.components?,
            run: Some(self.run.clone()),
        })
    }

    /// What an act on components needs beside its fields: the set, its size, and who gets the last.
    pub(super) fn component_answers(&self, doing: Doing<'_>, answers: &mut Answers) {
        let acts = [
            op_components::IMPORT_COMPONENTS.name,
            op_components::EXPORT_COMPONENTS.name,
        ];
        let set = doing.key().and_then(|key| self.component_set(key));
        let Some(set) = set.filter(|_| acts.contains(&doing.op.name)) else {
            return;
        };
        let holder = doing.step.who.first().map(|place| self.name(place));
        let texts = [
            (build_components::SET, set.id),
            (build_components::HOLDER, holder.unwrap_or_default()),
            (op_components::COMPONENTS.id, set.parts.to_string()),
        ];
        let texts = texts.map(|(id, text)| (id.to_owned(), text));
        answers.texts.extend(texts);
    }

    /// The set and the number of the component of a step.
    pub(super) fn component_of(&self, step: &Step) -> Option<(SetRef, u8)> {
        let set = self.component_set(step.fields.get("key")?)?;
        Some((set, step.fields.get("part")?.parse().ok()?))
    }

    /// Who is asked for what.
    pub(super) fn component_turns(&self, session: &Session, step: &Step) -> VecDeque<Turn> {
        let turn = |place: Option<&String>, fields: Vec<&'static str>| {
            let person = place.map(|place| self.name(place)).unwrap_or_default();
            Self::turn_of(session, person, fields)
        };
        let own = step.who.first();
        let other = step.observe.first();
        match step.op.name {
            name if name == ops::RECEIVE.name => {
                let advised = step.fields.contains_key("advised") || self.advised().is_some();
                let advice = (!advised).then(|| turn(other, vec!["advised"]));
                let fields = vec!["serial", "tampered"];
                advice.into_iter().chain([turn(own, fields)]).collect()
            }
            name if name == ops::ENTER.name => {
                VecDeque::from([turn(own, vec!["value", "again", "kcv"])])
            }
            name if name == ops::GENERATE.name => {
                VecDeque::from([turn(own, vec!["slip"]), turn(own, vec!["again"])])
            }
            name if name == ops::SEAL.name => {
                let watched = other.map(|_| turn(other, vec!["watched"]));
                let packed = turn(own, vec!["serial"]);
                std::iter::once(packed).chain(watched).collect()
            }
            _ => VecDeque::from([turn(own, vec!["again"])]),
        }
    }

    /// Somebody who may not see this component is told so before the paper is opened.
    pub(super) fn component_fault(&self, session: &Session, step: &Step) -> Option<String> {
        if !ops::is_turn(step.op) {
            return None;
        }
        let Some((set, part)) = self.component_of(step) else {
            return Some("The script does not say how many components this key has.".into());
        };
        if !ops::shows(step.op) {
            return None;
        }
        let person = self.name(step.who.first()?);
        let refusal = session.may_hold_component(&set, part, &person).err()?;
        Some(refusal.to_string())
    }

    /// One turn's answers.
    pub(super) fn take_component(
        &mut self,
        session: &mut Session,
        answers: Vec<Answer>,
    ) -> Result<(), Halt> {
        let (Some(turn), Some(step)) = (self.turns.front().cloned(), self.step()) else {
            return Ok(());
        };
        let Some((set, part)) = self.component_of(step) else {
            return Ok(());
        };
        let (name, fields) = (step.op.name, step.op.fields);
        let mut secrets: Vec<SecretBytes> = Vec::new();
        let mut given = answers.into_iter();
        for id in &turn.fields {
            let Some(field) = fields.iter().find(|field| field.id == *id) else {
                continue;
            };
            match (field.kind, given.next()) {
                (Kind::Component, Some(Answer::Secret(typed))) => secrets.push(typed),
                // Digits of a component are no text that is kept.
                (Kind::Component, _) => {}
                (_, answer) => {
                    let normal = field
                        .check(&text(answer))
                        .map_err(|error| Halt::Again(error.to_string()))?;
                    self.texts.insert((*id).to_owned(), normal);
                }
            }
        }
        // Which answer did not agree: the first of the turn, unless somebody knows better.
        let mut field = turn.fields.first().copied().unwrap_or_default().to_owned();
        let taken = match name {
            n if n == ops::RECEIVE.name => self.received(session, set, part, &turn, &mut field),
            n if n == ops::ENTER.name => {
                self.component_entered(session, set, part, &secrets, &mut field)
            }
            n if n == ops::GENERATE.name => {
                self.generated(session, set, part, &turn, secrets.first())
            }
            n if n == ops::SEAL.name => self.packed(session, set, part, &mut field),
            _ => self.read_back(session, set, part, secrets.first()),
        };
        if matches!(taken, Err(Halt::Again(_))) && self.not_taken(session, &field, &turn.person)? {
            return Ok(());
        }
        taken
    }

    fn read_back(
        &mut self,
        session: &mut Session,
        set: SetRef,
        part: u8,
        secret: Option<&SecretBytes>,
    ) -> Result<(), Halt> {
        let Some(value) = typed(session, secret, &set)? else {
            // Rehearsal: nothing was printed that could be read.
            return self.component_seen(session);
        };
        self.component_done(session, set, part, ComponentStep::ReadBack { value })
    }

    /// The serial that the script itself gives for the package of the step.
    fn advised(&self) -> Option<String> {
        let item = self.step()?.item.as_deref()?;
        self.script.model.item(item)?.advised.clone()
    }

    /// What the digits of the step's component are of; `beside` are the fields asked with it.
    pub(super) fn digits(&self, beside: &[Field]) -> Option<ComponentDigits> {
        let (set, _) = self.component_of(self.step()?)?;
        set.algorithm.key_bytes()?;
        Some(ComponentDigits {
            algorithm: set.algorithm,
            tells_value: !beside.iter().any(|field| field.id == ops::KCV.id),
        })
    }

    /// Who watches the step.
    fn watching(&self) -> String {
        let place = self.step().and_then(|step| step.observe.first());
        place.map(|place| self.name(place)).unwrap_or_default()
    }

    fn received(
        &mut self,
        session: &mut Session,
        set: SetRef,
        part: u8,
        turn: &Turn,
        field: &mut String,
    ) -> Result<(), Halt> {
        if turn.fields.contains(&"advised") {
            self.last = Some(say!("{person} read the advice.", person = turn.person));
            self.turns.pop_front();
            return Ok(());
        }
        let said = |id: &str| {
            let written = self.step().and_then(|step| step.fields.get(id));
            let advised = self.advised().filter(|_| id == "advised");
            let text = self.texts.get(id).or(written).cloned().or(advised);
            text.unwrap_or_default()
        };
        let tampered = said("tampered") == "yes";
        let step = ComponentStep::Receive {
            serial: said("serial"),
            advised: said("advised"),
            advised_by: self.watching(),
            tampered,
        };
        let (label, of, serial) = (set.label.clone(), set.clone(), said("serial"));
        let as_advised = same_serial(&serial, &said("advised"));
        if !as_advised {
            "serial (not the advised one)".clone_into(field);
        }
        if let Err(halt) = self.component_done(session, set, part, step) {
            // Whoever typed the advice may have slipped as well as whoever read the package: both are asked anew.
            self.forget_package(session);
            return Err(halt);
        }
        if tampered {
            let keys = session.keys_of_package(&of, &serial);
            let another = if as_advised {
                ""
            } else {
                " and has another serial than the advised one"
            };
            return self.fail(
                session,
                format!(
                    "The package of component {part} showed tampering{another} (PCI PIN 9-2): the components of {label} are \
                     SUSPECT and none of them is used. Destroy them under two people's eyes, ask the sender for a \
                     new set, and have every key that was ever sent under them replaced.{keys}"
                ),
            );
        }
        Ok(())
    }

    /// A paper is in its package: whoever packed it reads the serial, and whoever watches reads it too.
    fn packed(
        &mut self,
        session: &mut Session,
        set: SetRef,
        part: u8,
        field: &mut String,
    ) -> Result<(), Halt> {
        let said = |id: &str| self.texts.get(id).cloned().unwrap_or_default();
        let (serial, watched) = (said("serial"), said("watched"));
        let person = self.step().and_then(|step| step.who.first());
        let person = person.map(|place| self.name(place)).unwrap_or_default();
        session
            .package_is_free(&set, part, &person, &serial)
            .map_err(|r| again(r.into()))
            .inspect_err(|_| "serial (taken)".clone_into(field))?;
        if self.turns.len() > 1 {
            self.last = Some(say!("{person} read the serial of the package.", person));
            self.turns.pop_front();
            return Ok(());
        }
        let read_twice = self.texts.contains_key("watched");
        if read_twice && !same_serial(&serial, &watched) {
            self.forget_package(session);
            return Err(Halt::Again(
                "The two of you read different serials. Nothing of it was taken. Both read the package again."
                    .into(),
            ));
        }
        let witness = self.watching();
        let safe = self.step().and_then(|step| self.safe_of(step));
        let done = ComponentStep::Seal {
            serial,
            witness,
            safe,
        };
        let sealed = self.component_done(session, set, part, done);
        if sealed.is_err() {
            self.forget_package(session);
        }
        sealed
    }

    /// The safe that a sealing step names, with the people who can open it.
    pub(super) fn safe_of(&self, step: &Step) -> Option<Safe> {
        let (_, safe) = self.script.model.safe(step.safe.as_deref()?)?;
        Some(Safe {
            name: safe.name.clone(),
            access: safe.access.iter().map(|place| self.name(place)).collect(),
        })
    }

    /// Forgets what was said of the package at hand; its turns begin again.
    fn forget_package(&mut self, session: &Session) {
        for id in ["advised", "serial", "tampered", "watched"] {
            self.texts.remove(id);
        }
        let turns = self.step().map(|step| self.component_turns(session, step));
        self.turns = turns.unwrap_or_default();
    }

    fn component_entered(
        &mut self,
        session: &mut Session,
        set: SetRef,
        part: u8,
        secrets: &[SecretBytes],
        field: &mut String,
    ) -> Result<(), Halt> {
        let Some(value) = typed(session, secrets.first(), &set)? else {
            return Err(Halt::Again(
                "There is no paper to derive this from: type the component. Nothing was entered."
                    .into(),
            ));
        };
        let second = typed(session, secrets.get(1), &set).and_then(|second| match second {
            Some(second) => same_reading(&value, &second, false),
            None => Ok(()),
        });
        if let Err(halt) = second {
            "again".clone_into(field);
            return Err(halt);
        }
        let kcv = self.texts.get("kcv").cloned();
        let derived = kcv.as_deref() == Some(DERIVE) && session.profile() != Profile::Production;
        let kcv = kcv.filter(|_| !derived);
        let mistake = kcv
            .as_deref()
            .and_then(|kcv| session.mistaken_value(&set, part, &value, kcv));
        let step = ComponentStep::Enter {
            value,
            kcv,
            source: Source::Entered,
        };
        let done = self.component_done(session, set, part, step);
        if let (Err(Halt::Again(words)), Some(mistake)) = (&done, mistake)
            && words.starts_with(VALUE_DIFFERS)
        {
            *field = format!("kcv ({mistake})");
        }
        done
    }

    fn generated(
        &mut self,
        session: &mut Session,
        set: SetRef,
        part: u8,
        turn: &Turn,
        read: Option<&SecretBytes>,
    ) -> Result<(), Halt> {
        if turn.fields.contains(&"slip") {
            return self.print_component(session, &set, part, turn);
        }
        let Some(drawn) = &self.drawn else {
            self.turns_known = false; // asked for anew, from the printing on
            return Ok(());
        };
        let value = SecretBytes::from_slice(drawn.expose());
        if let Some(read) = typed(session, read, &set)? {
            same_reading(&value, &read, true)?;
        }
        let step = ComponentStep::Enter {
            value,
            kcv: None,
            source: Source::Generated,
        };
        self.component_done(session, set, part, step)?;
        self.drawn = None;
        Ok(())
    }

    /// A step that is only looked at is done.
    fn component_seen(&mut self, session: &mut Session) -> Result<(), Halt> {
        let who = self.names();
        self.journal(session, |record| {
            record.state = StepState::Executed;
            record.who = who;
            record
                .notes
                .insert(papers::PRACTICE.to_owned(), String::new());
        })?;
        self.turns.pop_front();
        Ok(())
    }

    /// The door takes it, with the journal's arrow in the same commit.
    fn component_done(
        &mut self,
        session: &mut Session,
        set: SetRef,
        part: u8,
        done: ComponentStep,
    ) -> Result<(), Halt> {
        let (Some(mut record), Some(step)) = (self.record(session), self.step()) else {
            return Ok(());
        };
        let person = step.who.first().map(|place| self.name(place));
        let person = person.unwrap_or_default();
        record.state = StepState::Executed;
        record.who = std::iter::once(person.clone())
            .chain(step.observe.iter().map(|place| self.name(place)))
            .collect();
        record.notes.extend(self.texts.clone());
        let slip = record.notes.remove("slip");
        record.notes.remove("kcv");
        let practice = slip.as_deref() == Some(NOT_PRINTED);
        record.notes.extend(papers::told_of(&set, &done, practice));
        // From here the ledger knows its paper.
        record.notes.remove(PRINTED);
        let (label, by) = (set.label.clone(), step.id.clone());
        let told = told::turn(&done);
        let command = ComponentCommand {
            set,
            part,
            person: person.clone(),
            by,
            step: done,
            arrow: Some(Arrow::Step {
                run: self.run.clone(),
                step: Box::new(record),
                binds: Vec::new(),
            }),
        };
        let done = session.perform(Command::Component(Box::new(command)));
        let Outcome::Component { kcv } = done.map_err(|r| again(r.into()))? else {
            return Ok(());
        };
        self.last = Some(told(&label, part, &person, &kcv));
        self.turns.pop_front();
        self.arrow(StepState::Executed)?;
        Ok(())
    }
}
