//! Who signs that a run was stopped, who began the stop, and what is said where somebody cannot sign it.
//!
//! A script says in `[on_abort]` what is done; one that does not say `sign-off` has its stop signed all the same, by those
//! who would have signed its record. Nobody can hold a run open by not being there: who did not sign is on record by name.

use std::collections::VecDeque;

use crate::api::Timestamp;
use crate::session::{
    Command, KeySource, NOT_SAID, Refusal, STOP_UNSIGNED, STOPPED_AT, STOPPED_BY, Session,
    StepRecord, op_custody, said,
};
use crate::text::say;

use super::super::model::{AbortAct, Role};
use super::super::ops;
use super::drive::{Halt, Work};
use super::sign::{AUDIT_LINE, SIGNED_FROM, signed_from};
use super::{RunError, Runner, Stage};

/// Note of a person who signed a stop, with the line of the log.
const SIGNED: &str = "on_abort signed (";
/// Why, where the others closed the stop without them.
const NOT_HERE: &str = "could not sign, as was said when the stop was closed";
/// Why, where nobody attends the run.
const NO_KEY: &str = "no key is held, and nobody could be asked";

/// How many custodians and administrators sign a stop where the script has nobody sign off.
const AT_LEAST: usize = 2;

impl Runner {
    /// Has the stop signed by everybody who is to sign it and has not.
    pub(super) fn sign_abort(
        &mut self,
        session: &mut Session,
        record: &StepRecord,
    ) -> Result<Work, Halt> {
        let left = self.left_to_sign(session, record);
        if session.automatic() {
            for person in left {
                match self.sign_one_abort(session, &person, KeySource::Held) {
                    Err(Halt::Error(RunError::Refused(
                        Refusal::PersonNeeded(_) | Refusal::Custody(_) | Refusal::Usage(_),
                    ))) => self.note_unsigned(session, &[person], NO_KEY)?,
                    other => other?,
                }
            }
            return Ok(Work::Moved);
        }
        if left.is_empty() {
            return Ok(Work::Moved);
        }
        self.signers = left;
        self.stage = Stage::AbortSignOff;
        Ok(Work::Asks)
    }

    /// Who signs where the run is stopped for good, by name: everybody where `[on_abort]` has them sign, else whoever
    /// would have signed the record.
    pub(super) fn stop_signers(&self, session: &Session) -> Vec<String> {
        let model = &self.script.model;
        if model.on_abort.contains(&AbortAct::SignOff) {
            return self.names_at(model.places().map(|place| &place.id));
        }
        let steps = model.steps.iter();
        let sign_off = steps.filter(|step| step.op.name == ops::SIGN_OFF.name);
        let declared = self.names_at(sign_off.flat_map(|step| &step.who));
        if declared.is_empty() {
            self.two_and_the_witness(session)
        } else {
            declared
        }
    }

    /// The first two who have a part in the run and do not watch, and whoever watches; whoever opened the vault where the
    /// script has too few.
    fn two_and_the_witness(&self, session: &Session) -> Vec<String> {
        let at = |watches: bool| {
            let places = self.script.model.places();
            let of = places.filter(move |place| (place.role == Role::Witness) == watches);
            self.names_at(of.map(|place| &place.id))
        };
        let view = session.view();
        let here = |watches: bool| {
            let is = move |role: &str| (role == Role::Witness.name()) == watches;
            let people = view.people.iter().filter(move |p| p.present && is(&p.role));
            people.map(|p| p.name.clone())
        };
        let (mut names, mut watching) = (at(false), at(true));
        for name in here(false) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.truncate(AT_LEAST);
        if watching.is_empty() {
            watching.extend(here(true));
        }
        watching.retain(|name| !names.contains(name));
        names.extend(watching);
        names
    }

    /// Names at places, each once: not of those who give their place up, and of nobody who is still to come.
    fn names_at<'p>(&self, places: impl Iterator<Item = &'p String>) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for place in places.filter(|place| !self.gives_up(place)) {
            let name = self.name(place);
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Who has neither signed the stop nor been passed over.
    fn left_to_sign(&self, session: &Session, record: &StepRecord) -> VecDeque<String> {
        let names = self.stop_signers(session).into_iter();
        let open = |name: &String| {
            !record.notes.contains_key(&signed(name)) && !record.notes.contains_key(&unsigned(name))
        };
        names.filter(open).collect()
    }

    /// Whoever has yet to sign the stop, where nothing else of it is left to do.
    pub(super) fn awaited_at_stop(&self) -> Vec<String> {
        if self.stage == Stage::AbortSignOff {
            self.signers.iter().cloned().collect()
        } else {
            Vec::new()
        }
    }

    /// Closes a stop without those who have yet to sign it: who they are goes on record. Nothing where nobody is waited
    /// for.
    ///
    /// # Errors
    /// What the door refused.
    pub fn close_unsigned(&mut self, session: &mut Session) -> Result<(), RunError> {
        let left = self.awaited_at_stop();
        if left.is_empty() {
            return Ok(());
        }
        self.note_unsigned(session, &left, NOT_HERE)?;
        self.signers.clear();
        self.last = Some(say!(
            "The stop is closed without the signatures of {names}; the record says so.",
            names = left.join(", ")
        ));
        match self.advance(session) {
            Err(Halt::Error(error)) => Err(error),
            Err(Halt::Again(_)) | Ok(()) => Ok(()),
        }
    }

    fn note_unsigned(
        &mut self,
        session: &mut Session,
        names: &[String],
        why: &str,
    ) -> Result<(), RunError> {
        self.journal(session, |record| {
            for name in names {
                record.notes.insert(unsigned(name), why.to_owned());
            }
        })
    }

    /// Whether somebody gives up this place and need not come: in no step do they act or watch.
    pub(super) fn gives_up(&self, place: &str) -> bool {
        let steps = &self.script.model.steps;
        let named = |list: &[String]| list.iter().any(|id| id == place);
        steps.iter().any(|step| {
            let leaves = step.fields.get(op_custody::LEAVES.id);
            leaves.is_some_and(|id| id == place)
        }) && !steps
            .iter()
            .any(|step| named(&step.who) || named(&step.observe))
    }

    pub(super) fn sign_one_abort(
        &mut self,
        session: &mut Session,
        person: &str,
        key: KeySource,
    ) -> Result<(), Halt> {
        let line = (session.view().events + 1).to_string();
        session.perform(Command::SignOff {
            text: self.abort_text(session),
            people: vec![(person.to_owned(), key)],
        })?;
        let from = signed_from(session);
        self.journal(session, |record| {
            record.notes.insert(signed(person), line.clone());
            record.notes.insert(SIGNED_FROM.to_owned(), from);
            let lines = record.notes.get(AUDIT_LINE).map(|l| format!("{l}, {line}"));
            let lines = lines.unwrap_or(line);
            record.notes.insert(AUDIT_LINE.to_owned(), lines);
        })?;
        Ok(())
    }

    /// Who may be named as the one who stops the run, each with what they are called: whoever has a part in it.
    pub(super) fn in_room(&self, session: &Session) -> Vec<[String; 2]> {
        let view = session.view();
        let has_part = |name: &str| {
            let mut places = self.people.iter();
            places.any(|(place, holder)| holder == name && !self.gives_up(place))
        };
        let people = view.people.iter();
        people
            .filter(|person| has_part(&person.name))
            .map(|person| {
                let called = said::called(&person.role, &person.name);
                [person.name.clone(), called]
            })
            .collect()
    }
}

/// Who signed that the run was stopped, in their order.
pub(super) fn signers(record: &StepRecord) -> Vec<String> {
    let signed = record.notes.iter().filter_map(|(name, line)| {
        let name = name.strip_prefix(SIGNED)?.strip_suffix(')')?;
        Some((line.parse::<u64>().ok()?, name.to_owned()))
    });
    let mut signed: Vec<(u64, String)> = signed.collect();
    signed.sort();
    signed.into_iter().map(|(_, name)| name).collect()
}

/// Who was to sign the stop and did not, each with why.
pub(super) fn not_signed(record: &StepRecord) -> Vec<String> {
    let unsigned = record.notes.iter().filter_map(|(name, why)| {
        let name = name.strip_prefix(STOP_UNSIGNED)?.strip_suffix(')')?;
        Some(format!("{name} ({why})"))
    });
    unsigned.collect()
}

/// Who began the stop, as it was said at the keyboard; nobody where a step failed, and in journals of before it was asked.
pub(super) fn stopped_by(record: &StepRecord) -> Option<&str> {
    record.notes.get(STOPPED_BY).map(String::as_str)
}

/// When the run was stopped: earlier than the signatures under it. None in journals of before that was kept.
pub(super) fn stopped_at(record: &StepRecord) -> Option<Timestamp> {
    let at = record.notes.get(STOPPED_AT)?;
    Timestamp::parse_rfc3339(at).ok()
}

/// Who began it, for a sentence: `, stopped by Ana`.
pub(super) fn began_by(record: &StepRecord) -> Option<String> {
    Some(match stopped_by(record)? {
        NOT_SAID => ", stopped by whom was not said".to_owned(),
        name => format!(", stopped by {name}"),
    })
}

/// Note of a person who signed a stop.
fn signed(name: &str) -> String {
    format!("{SIGNED}{name})")
}

/// Note of a person who did not.
fn unsigned(name: &str) -> String {
    format!("{STOP_UNSIGNED}{name})")
}

#[cfg(test)]
mod tests {
    use super::super::{Runner, Wanted};
    use crate::ceremony::{Script, shipped};
    use crate::session::{Environment, practice};
    use crate::vault::MemoryStore;

    /// "ceremony ended ... noted" and "sign-off": the log that people read had neither that it was stopped, nor why, nor what
    /// they signed.
    #[test]
    fn the_log_says_that_a_ceremony_was_stopped_why_and_what_was_signed() {
        let mut all = shipped().iter();
        let (_, text) = all.find(|(name, _)| *name == "first-key.toml").unwrap();
        let script = Script::parse(text).ok().unwrap();
        let environment = Environment::seeded("stopped").unwrap();
        let made = practice::vault(Box::new(MemoryStore::new()), environment, None, true);
        let mut session = made.unwrap().session;
        let mut runner = Runner::begin(&mut session, script, Wanted::default()).unwrap();
        runner.abort(&mut session, "the wrong people came").unwrap();
        runner.headless(&mut session).unwrap();
        let trail = session.trail().unwrap();
        let said: Vec<&str> = trail.lines.iter().map(|l| l.what.as_str()).collect();
        let stopped = "ceremony stopped for good, first-key: the wrong people came";
        assert!(said.contains(&stopped), "{said:?}");
        let signed = |what: &&&str| what.starts_with("signed: ") && what.contains("stopped");
        assert!(said.iter().any(|what| signed(&what)), "{said:?}");
    }
}
