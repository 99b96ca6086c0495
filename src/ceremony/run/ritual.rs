//! Ceremony ops: presence, clocks, files, fingerprints, hashes, waiting, looking, notes, signing off.

use std::collections::VecDeque;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::api::{GetKeyInput, Request, Timestamp};
use crate::pki::Certificate;
use crate::session::op_components::SLIP;
use crate::session::span::date_time;
use crate::session::{Command, Outcome, Profile, Session, StepRecord, StepState, watches};
use crate::text::{say, tr};

use super::super::ask::Answer;
use super::super::model::Step;
use super::super::ops;
use super::super::{ops_carry, ops_components};
use super::act::field_of;
use super::drive::{Halt, Work};
use super::judge::{SKEW, span_words};
use super::sign::{again, text};
use super::{Runner, Stage, Turn, fates};

/// How far two watches are from each other, or from the vault's clock where they agree, in words for the record.
fn apart(readings: &[(String, Timestamp)], now: Timestamp) -> String {
    let [(_, one), (_, other)] = readings else {
        return "not two readings".to_owned();
    };
    let (between, before) = (one.millis() - other.millis(), now.millis() - one.millis());
    match between.abs() {
        apart if apart > SKEW => format!("the two differ by {}", span_words(apart)),
        _ => format!("{} off", span_words(before.abs())),
    }
}

impl Runner {
    /// Who is asked for what in this step.
    pub(super) fn arm_turns(
        &mut self,
        session: &mut Session,
        record: &StepRecord,
    ) -> Result<(), Halt> {
        let Some(step) = self.step() else {
            return Ok(());
        };
        if super::super::ops::is_act(step.op) {
            return self.arm_act(session, record);
        }
        let turn = |place: &String, fields: Vec<&'static str>| {
            Self::turn_of(session, self.name(place), fields)
        };
        let first = |fields: Vec<&'static str>| step.who.first().map(|place| turn(place, fields));
        let written = |id: &str| step.fields.contains_key(id);
        let turns: VecDeque<Turn> = match step.op.name {
            name if name == ops::PRESENT.name => VecDeque::from([Turn {
                person: String::new(),
                role: String::new(),
                fields: Vec::new(),
            }]),
            name if name == ops::ATTEST_CLOCK.name => step
                .who
                .iter()
                .map(|place| turn(place, vec!["time"]))
                .collect(),
            name if name == ops::ATTEST_FINGERPRINT.name && !written("fingerprint") => {
                first(vec!["fingerprint"]).into_iter().collect()
            }
            name if name == ops::ATTEST_CHECK_VALUE.name => {
                first(vec!["kcv"]).into_iter().collect()
            }
            _ if ops_carry::carries(step.op) => self.carry_turns(session, step),
            name if name == ops::NOTE.name && !written("text") => {
                first(vec!["text"]).into_iter().collect()
            }
            _ if ops_components::is_turn(step.op) => self.component_turns(session, step),
            name if name == ops::WAIT.name || name == ops::SIGN_OFF.name => VecDeque::new(),
            _ => first(Vec::new()).into_iter().collect(),
        };
        let fault = self
            .fault(session, step)
            .or_else(|| self.component_fault(session, step))
            .or_else(|| self.carry_fault(session, step));
        let signers = if step.op.name == ops::SIGN_OFF.name {
            self.signs_off(session).into()
        } else {
            VecDeque::new()
        };
        self.turns = turns;
        self.signers = signers;
        match fault {
            Some(fault) => self.fail(session, fault),
            None => Ok(()),
        }
    }

    /// A turn of this person.
    pub(super) fn turn_of(session: &Session, person: String, fields: Vec<&'static str>) -> Turn {
        Turn {
            role: Self::role(session, &person),
            person,
            fields,
        }
    }

    /// A person typed, or looked and pressed Enter.
    pub(super) fn take_turn(
        &mut self,
        session: &mut Session,
        answers: Vec<Answer>,
    ) -> Result<(), Halt> {
        let (Some(turn), Some(step)) = (self.turns.front().cloned(), self.step()) else {
            return Ok(());
        };
        if turn.fields == [fates::FATE.id] {
            return self.take_fate(session, answers);
        }
        if turn.fields == [fates::SEEN.id] {
            return self.take_seen(session, answers);
        }
        if ops_components::is_turn(step.op) {
            return self.take_component(session, answers);
        }
        let checked = match well_formed(session, step, &turn, answers) {
            Ok(checked) => checked,
            Err((id, halt)) => {
                self.refused_field = Some(id);
                return Err(halt);
            }
        };
        for (id, typed) in &checked {
            if let Err(halt) = self.judge(session, id, typed) {
                self.refused_field = Some(id);
                let field = match self.why_not_taken(session, id, typed) {
                    Some(why) => format!("{id} ({why})"),
                    None => (*id).to_owned(),
                };
                let again = matches!(halt, Halt::Again(_));
                if again && self.not_taken(session, &field, &turn.person)? {
                    return Ok(());
                }
                return Err(halt);
            }
        }
        let several = step.op.name == ops::ATTEST_CLOCK.name;
        let second = step_asks_second(step, &turn.fields);
        let as_shown = checked.iter().any(|(_, typed)| typed == "as-shown");
        let heard = heard(step, &turn, as_shown);
        for (id, typed) in checked {
            let name = if several {
                format!("{id} ({})", turn.person)
            } else {
                id.to_owned()
            };
            self.texts.insert(name, typed);
        }
        if second {
            self.typed_by = Some(turn.person);
        }
        self.last = Some(heard);
        self.turns.pop_front();
        Ok(())
    }

    /// Brings a ceremony op to `executed` once everybody it asks has answered.
    pub(super) fn work_ritual(&mut self, session: &mut Session) -> Result<Work, Halt> {
        let Some(step) = self.step() else {
            return Ok(Work::Moved);
        };
        let name = step.op.name;
        if name == ops::WAIT.name {
            return self.work_wait(session);
        }
        if name == ops::SIGN_OFF.name {
            return self.work_sign_off(session);
        }
        if name == ops::ATTEST_CLOCK.name && session.profile() == Profile::Production {
            self.attest(session)?;
        }
        let who = if name == ops::PRESENT.name
            || name == ops::ATTEST_HASH.name
            || name == ops::ATTEST_CLOCK.name
        {
            self.names()
        } else {
            self.names().into_iter().take(1).collect()
        };
        self.done(session, who)?;
        Ok(Work::Moved)
    }

    /// Names at the step's `who`.
    pub(super) fn names(&self) -> Vec<String> {
        let who = self.step().map(|step| step.who.clone()).unwrap_or_default();
        who.iter().map(|place| self.name(place)).collect()
    }

    /// In production the two readings go to the door, which alone may let time settle anything.
    fn attest(&mut self, session: &mut Session) -> Result<(), Halt> {
        let reading = |name: &String| {
            let typed = self.texts.get(&format!("time ({name})"))?;
            Some((name.clone(), date_time(typed)?))
        };
        let readings: Vec<_> = self.names().iter().filter_map(reading).take(2).collect();
        self.believes(session, &readings)?;
        let apart = apart(&readings, session.now());
        let attested = session
            .perform(Command::AttestClock { readings })
            .map_err(|r| again(r.into()));
        if let Err(halt) = &attested {
            let people = self.names().join(" and ");
            self.forget();
            let again = matches!(halt, Halt::Again(_));
            // Where that was one try too many, its step has ended.
            if again && self.not_taken(session, &format!("time ({apart})"), &people)? {
                return Ok(());
            }
        }
        attested.map(|_| ())
    }

    /// Two watches that differ from the clock, and not by going back, are read once more; what they say then is taken.
    fn believes(
        &mut self,
        session: &Session,
        readings: &[(String, Timestamp)],
    ) -> Result<(), Halt> {
        let asked = std::mem::take(&mut self.watches_asked);
        match watches::asks(readings, session.clocks()) {
            Some(question) if !asked => {
                self.forget();
                self.watches_asked = true;
                Err(Halt::Again(say!(
                    "{question} Nothing of it was taken. Read both watches again; if they say the same, that is taken.",
                    question
                )))
            }
            _ => Ok(()),
        }
    }

    /// Journals that the step is done, by these people, with what they answered.
    pub(super) fn done(&mut self, session: &mut Session, who: Vec<String>) -> Result<(), Halt> {
        let mut notes = self.texts.clone();
        let (key, response) = self.looked_up(session)?;
        if let Some((name, file)) = self.spoken(session) {
            notes.insert("file".into(), name);
            notes.insert(
                "sha256".into(),
                data_encoding::HEXLOWER.encode(&Sha256::digest(&file)),
            );
        }
        if let Some(certificate) = self.attested_certificate(session) {
            notes.insert("certificate".into(), certificate.subject());
            let digest = certificate.sha256_fingerprint();
            notes.insert("sha256".into(), data_encoding::HEXLOWER.encode(&digest));
        }
        if let Some(step) = self.step()
            && step.op.name == ops_carry::CHECK.name
            && let Ok(checked) = self.carried(session, step)
        {
            let told = checked.notes().into_iter();
            notes.extend(told.map(|(name, value)| (name.to_owned(), value)));
        }
        if let Some(step) = self.step()
            && let Some(text) = step.fields.get("text")
        {
            notes.insert("text".into(), text.clone());
        }
        self.journal(session, |record| {
            record.state = StepState::Executed;
            record.who = who;
            record.notes.extend(notes);
            record.key = key;
            record.response = response;
        })?;
        Ok(())
    }

    fn attested_certificate(&self, session: &Session) -> Option<Certificate> {
        let step = self.step()?;
        let about = step.op.name == ops::ATTEST_FINGERPRINT.name;
        if about {
            self.certificate(session, step)
        } else {
            None
        }
    }

    /// Where a key is looked at: the key's ARN and its record as it is now.
    fn looked_up(&self, session: &mut Session) -> Result<(Option<String>, Option<String>), Halt> {
        let looks = [ops::GET_KEY.name, ops::ATTEST_CHECK_VALUE.name];
        let Some(step) = self.step().filter(|step| looks.contains(&step.op.name)) else {
            return Ok((None, None));
        };
        let run = self.run(session);
        let Some(arn) = step
            .fields
            .get("key")
            .and_then(|id| run.keys.get(id))
            .cloned()
        else {
            return Ok((None, None));
        };
        let read = Request::GetKey(GetKeyInput {
            key_identifier: arn.clone(),
        });
        match session.perform(Command::Read(read))? {
            Outcome::Read(response) => Ok((Some(arn), Some(response.to_json().to_string()))),
            _ => Ok((Some(arn), None)),
        }
    }

    /// For `attest.hash`: the file as it was written, with its name.
    pub(super) fn spoken(&self, session: &Session) -> Option<(String, Vec<u8>)> {
        let step = self
            .step()
            .filter(|step| step.op.name == ops::ATTEST_HASH.name)?;
        self.written(session, step.fields.get("file")?)
    }

    /// A file that an earlier step wrote, by the name that stands in the script, with the name it got.
    pub(super) fn written(&self, session: &Session, wanted: &str) -> Option<(String, Vec<u8>)> {
        let model = &self.script.model;
        let writer = model
            .doings()
            .find(|doing| doing.field("output") == Some(wanted))?;
        let run = self.run(session);
        let record = run.steps.iter().find(|r| r.id == writer.step.id)?;
        let name = session.marked_file_name(wanted).ok()?;
        let bytes = record.files.get(&name)?;
        Some((name, bytes.clone()))
    }

    /// When the waiting is over: counted from when the step was reached.
    pub(super) fn wait_until(&self, session: &Session) -> Option<Timestamp> {
        let waits = self.step()?.waits()?;
        Some(waits.over(self.record(session)?.began?))
    }

    fn work_wait(&mut self, session: &mut Session) -> Result<Work, Halt> {
        let over = self
            .wait_until(session)
            .is_none_or(|until| session.now() >= until);
        if !over {
            self.stage = Stage::Wait;
            return Ok(Work::Asks);
        }
        session.perform(Command::Settle)?;
        let until = session.now().rfc3339();
        self.texts.insert("until".into(), until);
        self.done(session, Vec::new())?;
        Ok(Work::Moved)
    }

    /// Enter at a waiting step: in rehearsal and test the vault's clock moves; in production it is only looked at.
    pub(super) fn take_wait(&mut self, session: &mut Session) -> Result<(), Halt> {
        let Some(until) = self.wait_until(session) else {
            return Ok(());
        };
        if session.profile() != Profile::Production {
            return self.advance_to(session, until);
        }
        if session.now() >= until {
            return Ok(());
        }
        Err(Halt::Again(format!(
            "It is {}, and this step waits until {}. Nothing was lost: close the workstation and come back then.",
            session.now().rfc3339(),
            until.rfc3339()
        )))
    }
}

/// The answers of a turn in the form that their fields have, each with its field.
fn well_formed(
    session: &Session,
    step: &Step,
    turn: &Turn,
    answers: Vec<Answer>,
) -> Result<Vec<(&'static str, String)>, (&'static str, Halt)> {
    let mut checked = Vec::new();
    let mut given = answers.into_iter();
    for id in &turn.fields {
        let Some(field) = field_of(step, id) else {
            continue;
        };
        let typed = text(given.next());
        let normal = field
            .check(&typed)
            .map_err(|error| (*id, Halt::Again(error.to_string())))?;
        if *id == SLIP.id {
            let place = session.slip_place(&normal);
            place.map_err(|r| (*id, again(r.into())))?;
        }
        if ops::is_told_in_the_room(step.op, &field) {
            let fits = session.copy_place_fits(Path::new(normal.trim()));
            fits.map_err(|r| (*id, Halt::Again(r.to_string())))?;
        }
        checked.push((*id, normal));
    }
    Ok(checked)
}

/// What is said after a turn.
fn heard(step: &Step, turn: &Turn, as_shown: bool) -> String {
    let person = &turn.person;
    match step.op.name {
        _ if as_shown => tr("Practice: taken from here, so nothing was compared.").to_owned(),
        name if name == ops::ATTEST_CLOCK.name => say!("{person} read the clock.", person),
        name if name == ops::ATTEST_FINGERPRINT.name => {
            say!(
                "{person} typed the fingerprint, and it is this file's: both agree.",
                person
            )
        }
        name if name == ops::ATTEST_CHECK_VALUE.name => {
            say!(
                "{person} typed the check value, and it is this key's: both agree.",
                person
            )
        }
        name if name == ops_carry::COMPARE.name => {
            say!(
                "{person} gave the other side's check value, and both agree.",
                person
            )
        }
        _ if ops::is_act(step.op) => {
            say!(
                "What {person} typed goes into the request; nothing is done yet.",
                person
            )
        }
        _ => say!("Recorded: {title}.", title = step.title),
    }
}

/// Whether these fields are typed by a second person rather than the issuer.
fn step_asks_second(step: &Step, fields: &[&'static str]) -> bool {
    fields.iter().any(|field| step.asked.contains_key(field))
}

#[cfg(test)]
mod tests;
