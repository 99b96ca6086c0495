//! Acts: who is asked for which field, and the typed act that comes of it, judged before anybody signs.

use std::collections::{BTreeMap, VecDeque};

use crate::session::build::{self, Answers};
use crate::session::field::{Field, Kind};
use crate::session::op_tr34::NUMBER_GIVEN;
use crate::session::{
    Action, KeySource, Refusal, Session, StepRecord, StepState, op, op_components, op_envelopes,
};

use super::super::changing::gives_words;
use super::super::model::{Algorithm, Doing, Step};
use super::super::ops;
use super::super::parse::acts::is_declared;
use super::drive::{Halt, Work};
use super::{Runner, Stage, Turn};

/// The field for a root's fingerprint.
const FINGERPRINT: &str = "fingerprint";

impl Runner {
    /// Who is asked for which fields of an act. After a restart, what was answered before the first signature is
    /// taken from the journal.
    pub(super) fn arm_act(
        &mut self,
        session: &mut Session,
        record: &StepRecord,
    ) -> Result<(), Halt> {
        let Some(step) = self.step() else {
            return Ok(());
        };
        let fault = self
            .file_fault(session, step)
            .or_else(|| self.observer_fault(session, step));
        if let Some(fault) = fault {
            return self.fail(session, fault);
        }
        let remembered = record.state > StepState::Armed;
        let mut turns: VecDeque<Turn> = VecDeque::new();
        let mut texts = Vec::new();
        for field in step.op.fields {
            if !is_asked(step, field) {
                continue;
            }
            // Where a component is printed is asked anew: what was printed there is not printed over.
            // So is where a copy goes: the medium may be mounted elsewhere by now.
            // Who will hold shares is asked anew as well: nothing of it is done, and a slip in a name can be put right.
            let asked_anew = field.id == op_components::SLIP.id
                || ops::is_told_in_the_room(step.op, field)
                || gives_words(step.op);
            if remembered
                && !asked_anew
                && let Some(text) = record.notes.get(field.id)
            {
                texts.push((field.id.to_owned(), text.clone()));
                continue;
            }
            let place = step.asked.get(field.id).or(step.initiate.as_ref());
            let person = place.map(|id| self.name(id)).unwrap_or_default();
            match turns.back_mut() {
                Some(turn) if turn.person == person => turn.fields.push(field.id),
                _ => turns.push_back(Turn {
                    role: Self::role(session, &person),
                    person,
                    fields: vec![field.id],
                }),
            }
        }
        self.typed_by = record.notes.get("typed by").cloned().filter(|_| remembered);
        self.texts.extend(texts);
        self.turns = turns;
        Ok(())
    }

    /// Who will hold shares, as it was typed before an interruption: asked anew, and offered.
    pub(super) fn offered(&self, session: &Session) -> BTreeMap<String, String> {
        let known = self.step().zip(self.record(session));
        let Some((step, record)) = known.filter(|(step, record)| {
            gives_words(step.op) && record.state > StepState::Armed && self.stage == Stage::Turn
        }) else {
            return BTreeMap::new();
        };
        let asked = step.op.fields.iter().filter(|field| is_asked(step, field));
        let typed = asked.filter_map(|field| {
            let text = record.notes.get(field.id).filter(|text| !text.is_empty())?;
            Some((field.id.to_owned(), text.clone()))
        });
        typed.collect()
    }

    /// A file that cannot serve is a fault of the step, not of what people type.
    fn file_fault(&self, session: &Session, step: &Step) -> Option<String> {
        let run = self.run(session);
        let input = step.fields.get("file")?;
        let bytes = run.inputs.get(input)?;
        let certificate = [op::IMPORT_ROOT.name, op::IMPORT_TRUSTED.name];
        if !certificate.contains(&step.op.name) {
            return None;
        }
        let fault = build::root_of(bytes).err()?;
        Some(format!("ValidationException: {fault}"))
    }

    /// Whoever watches the destruction of a key never was its custodian: told before anybody signs.
    fn observer_fault(&self, session: &Session, step: &Step) -> Option<String> {
        if step.op.name != op::DELETE_KEY.name {
            return None;
        }
        let arn = self.run(session).keys.get(step.key()?).cloned()?;
        let mut watching = step.observe.iter().map(|place| self.name(place));
        let refusal = watching.find_map(|name| session.may_observe_destruction(&name, &arn).err());
        refusal.map(|refusal| refusal.to_string())
    }

    pub(super) fn role(session: &Session, name: &str) -> String {
        let view = session.view();
        let found = view.people.iter().find(|person| person.name == name);
        found.map(|person| person.role.clone()).unwrap_or_default()
    }

    /// Brings an act as far as it can without asking anybody.
    pub(super) fn work_act(&mut self, session: &mut Session) -> Result<Work, Halt> {
        if self.action.is_none() && (self.waits_anew(session)? || !self.prepare(session)?) {
            return Ok(Work::Moved);
        }
        let automatic = session.automatic();
        if self.pending.is_none() {
            // Somebody is there: where keys are held, Enter is asked for what it does all the same.
            if !automatic || self.attended {
                self.stage = Stage::Issue;
                return Ok(Work::Asks);
            }
            self.issue(session, KeySource::Held)?;
        }
        while let Some(person) = self.signers.front().cloned() {
            if !automatic {
                self.stage = Stage::Approve;
                return Ok(Work::Asks);
            }
            self.approve(session, &person, KeySource::Held)?;
        }
        if self.awaits_printer() {
            self.stage = Stage::Print;
            return Ok(Work::Asks);
        }
        self.execute(session)
    }

    /// Forgets what was typed in the step and asks for it again.
    pub(super) fn ask_anew(&mut self, session: &mut Session) -> Result<(), Halt> {
        self.forget();
        let record = self.record(session);
        self.armed = true;
        if let Some(mut record) = record {
            record.state = StepState::Armed;
            self.arm_act(session, &record)?;
            self.ask_for_paper(session);
            self.turns_known = true;
        }
        self.stage = Stage::Turn;
        Ok(())
    }

    /// Builds the act and has it judged before anybody signs. False where the step ended here.
    fn prepare(&mut self, session: &mut Session) -> Result<bool, Halt> {
        let Some(step) = self.step() else {
            return Ok(false);
        };
        let typed = step.op.fields.iter().any(|field| is_asked(step, field));
        if let Some(fault) = self.unusable(session, step) {
            return self.fail(session, fault).map(|()| false);
        }
        let action = match self.built(session, step) {
            Ok(action) => action,
            Err(Refusal::Api(error)) => {
                return self.refused(session, &Refusal::Api(error)).map(|()| false);
            }
            Err(refusal) if typed => {
                let another = [build::FINGERPRINT_DIFFERS, build::FINGERPRINT_BELOW];
                if another.contains(&refusal.to_string().as_str()) {
                    self.refused_field = Some(FINGERPRINT);
                    let person = self.typed_by.clone().unwrap_or_default();
                    if self.not_taken(session, FINGERPRINT, &person)? {
                        return Ok(false);
                    }
                }
                // Whatever was typed is asked for again; nothing else was lost.
                self.ask_anew(session)?;
                return Err(Halt::Again(refusal.to_string()));
            }
            Err(refusal) => return self.fail(session, file_error(&refusal)).map(|()| false),
        };
        if let Some(differs) = self.not_as_declared(&action) {
            return self.fail(session, differs).map(|()| false);
        }
        match session.preview(&action) {
            Ok(preview) => {
                self.action = Some(action);
                self.preview = Some(preview);
                Ok(true)
            }
            Err(refusal @ Refusal::Api(_)) => self.refused(session, &refusal).map(|()| false),
            Err(refusal) if typed => {
                // What people typed cannot be: they are asked anew, and nothing else was lost.
                self.ask_anew(session)?;
                Err(Halt::Again(refusal.to_string()))
            }
            Err(refusal) => self.fail(session, refusal.to_string()).map(|()| false),
        }
    }

    /// The answers to the fields of the step's act: written, declared, typed.
    pub(super) fn answers(&self, session: &Session, step: &Step) -> Answers {
        let mut answers = step
            .doings()
            .first()
            .map(|doing| self.answers_to(session, *doing))
            .unwrap_or_default();
        answers.texts.extend(self.texts.clone());
        answers
    }

    /// The answers to the fields of one act, as far as script and declarations give them.
    pub(super) fn answers_to(&self, session: &Session, doing: Doing<'_>) -> Answers {
        let run = self.run(session);
        let mut answers = Answers {
            by: self
                .typed_by
                .clone()
                .or_else(|| doing.step.initiate.as_deref().map(|id| self.name(id)))
                .unwrap_or_default(),
            ..Answers::default()
        };
        for field in doing.op.fields {
            let Some(text) = doing.field(field.id) else {
                continue;
            };
            match field.kind {
                Kind::File => {
                    if let Some(bytes) = run.inputs.get(text) {
                        answers.files.insert(field.id.to_owned(), bytes.clone());
                    }
                }
                Kind::Key => {
                    let made = run.keys.get(text).cloned();
                    let named = made.or_else(|| made_in_list(doing.step, text));
                    let named = named.unwrap_or_else(|| text.to_owned());
                    answers.texts.insert(field.id.to_owned(), named);
                }
                Kind::Person => {
                    answers.texts.insert(field.id.to_owned(), self.name(text));
                }
                _ => {
                    answers.texts.insert(field.id.to_owned(), text.to_owned());
                }
            }
        }
        Self::found_signer(session.profile(), &run, doing, &mut answers);
        self.declared(doing, &mut answers);
        self.component_answers(doing, &mut answers);
        answers
    }

    /// What the declared key says about the key that the act makes.
    fn declared(&self, doing: Doing<'_>, answers: &mut Answers) {
        let Some(key) = doing.makes.and_then(|id| self.script.model.key(id)) else {
            return;
        };
        let mut say = |field: &str, text: String| answers.texts.insert(field.to_owned(), text);
        say("label", key.label.clone());
        if let Algorithm::Is(algorithm) = key.algorithm {
            say("usage", key.usage.name().to_owned());
            say("algorithm", algorithm.name().to_owned());
            say("modes", crate::session::modes::words(&key.modes));
            say(
                "exportable",
                if key.exportable { "yes" } else { "no" }.to_owned(),
            );
        }
    }

    /// The typed act of a step: one, or a list of them.
    fn built(&self, session: &Session, step: &Step) -> Result<Action, Refusal> {
        if step.acts.is_empty() {
            return build::action(session, step.op.name, &self.answers(session, step));
        }
        let acts = step
            .doings()
            .into_iter()
            .map(|doing| build::action(session, doing.op.name, &self.answers_to(session, doing)));
        let name = step.fields.get("name").map_or("", String::as_str);
        build::list(name, acts.collect::<Result<_, _>>()?)
    }
}

/// `#n` for a declared key that act n of the step's list makes.
fn made_in_list(step: &Step, id: &str) -> Option<String> {
    let at = step
        .acts
        .iter()
        .position(|act| act.makes.as_deref() == Some(id))?;
    Some(format!("#{at}"))
}

/// Whether a field of an act is asked at run time, because the step leaves it open.
pub(in super::super) fn is_asked(step: &Step, field: &crate::session::field::Field) -> bool {
    let written = step.fields.contains_key(field.id);
    let declared = is_declared(step.op, field);
    let wanted = !field.optional || step.asked.contains_key(field.id);
    !written && !declared && wanted
}

/// A field of a step as people are asked for it: what a script has asked of somebody by name is not left empty,
/// unless it is one of two answers: whose envelopes are destroyed, and whose are not found.
pub(super) fn field_of(step: &Step, id: &str) -> Option<Field> {
    let field = step.op.fields.iter().find(|field| field.id == id)?;
    if field.id == NUMBER_GIVEN.id && step.asked.contains_key(field.id) {
        return Some(NUMBER_GIVEN);
    }
    Some(Field {
        optional: field.optional
            && (!step.asked.contains_key(field.id)
                || step.op.name == op_envelopes::ENVELOPES_GONE.name),
        ..*field
    })
}

/// A file that an act cannot use, in the service's manner.
fn file_error(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Usage(text) => format!("ValidationException: {text}"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Runner, Stage, Wanted};
    use crate::ceremony::{Script, shipped};
    use crate::session::practice;
    use crate::session::{Environment, StepState};
    use crate::vault::MemoryStore;

    /// The pages had said that the answers of the step are saved, and after the power cut the field was empty.
    #[test]
    fn whoever_takes_a_place_is_offered_again_after_an_interruption() {
        let mut all = shipped().iter();
        let (_, text) = all
            .find(|(name, _)| *name == "custodian-replacement.toml")
            .unwrap();
        let script = || Script::parse(text).ok().unwrap();
        let size = script().practice_size();
        let environment = Environment::seeded("offered").unwrap();
        let clock = script().rehearsal().1;
        let store = Box::new(MemoryStore::new());
        let made = practice::vault_of(store, size, environment, clock, false);
        let mut session = made.unwrap().session;
        let mut runner = Runner::begin_or_go_on(&mut session, script(), Wanted::default()).unwrap();
        let stands = |runner: &Runner, session: &crate::session::Session| {
            let record = runner.record(session).unwrap();
            (record.id == "replace").then_some(record.state)
        };
        while stands(&runner, &session).is_none_or(|state| state < StepState::Issued) {
            assert!(
                runner.showing(&session).offered.is_empty(),
                "nobody typed it yet"
            );
            runner.one_answer(&mut session).unwrap();
        }
        drop(runner);
        let mut runner = Runner::begin_or_go_on(&mut session, script(), Wanted::default()).unwrap();
        for _ in 0..10 {
            if runner.stage == Stage::Turn {
                break;
            }
            runner.one_answer(&mut session).unwrap();
        }
        let offered = runner.showing(&session).offered;
        assert_eq!(
            offered.get("joins").map(String::as_str),
            Some("Dee"),
            "{offered:?}"
        );
    }
}
