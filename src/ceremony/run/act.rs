//! Acts: fields, the issuer's signature, the custodians' signatures, execution together with the journal's arrow.

use std::collections::VecDeque;

use crate::api::Response;
use crate::session::build::{self, Answers};
use crate::session::field::Kind;
use crate::session::handover;
use crate::session::{
    Action, Arrow, Command, Executed, KeySource, Origin, Outcome, PendingView, Profile, Refusal,
    Session, StepRecord, StepState, op,
};

use super::super::ask::Answer;
use super::super::model::{Algorithm, Step};
use super::drive::{Halt, Work};
use super::{RunError, Runner, Stage, Turn, expect, inputs};

/// Note of a step: which audit line holds its intent, or its sign-off.
pub(super) const AUDIT_LINE: &str = "audit line";
/// Note of a step: where the signing keys came from.
pub(super) const SIGNED_FROM: &str = "signed from";
/// Value of [`SIGNED_FROM`]: keys that are held, unsealed once at opening.
pub(super) const FROM_FILE: &str = "held keys";
const FROM_TERMINAL: &str = "passphrases typed";

/// How the signatures of this session come about.
pub(super) fn signed_from(session: &Session) -> String {
    if session.automatic() {
        FROM_FILE
    } else {
        FROM_TERMINAL
    }
    .to_owned()
}

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
        if let Some(fault) = self.file_fault(session, step) {
            return self.fail(session, fault);
        }
        let remembered = record.state > StepState::Armed;
        let mut turns: VecDeque<Turn> = VecDeque::new();
        let mut texts = Vec::new();
        for field in step.op.fields {
            if !is_asked(step, field) {
                continue;
            }
            if remembered && let Some(text) = record.notes.get(field.id) {
                texts.push((field.id.to_owned(), text.clone()));
                continue;
            }
            let place = step.asked.get(field.id).or(step.initiate.as_ref());
            let person = place.map(|id| self.name(id)).unwrap_or_default();
            match turns.back_mut() {
                Some(turn) if turn.person == person => turn.fields.push(field.id),
                _ => turns.push_back(Turn {
                    role: self.role(session, &person),
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

    /// A file that cannot serve is a fault of the step, not of what people type.
    fn file_fault(&self, session: &Session, step: &Step) -> Option<String> {
        let run = self.run(session);
        let input = step.fields.get("file")?;
        let bytes = run.inputs.get(input)?;
        if !step.op.name.starts_with("import-key.") {
            return None;
        }
        let fault = build::root_of(bytes).err()?;
        Some(format!("ValidationException: {fault}"))
    }

    pub(super) fn role(&self, session: &Session, name: &str) -> String {
        let view = session.view();
        let found = view.people.iter().find(|person| person.name == name);
        found.map(|person| person.role.clone()).unwrap_or_default()
    }

    /// Brings an act as far as it can without asking anybody.
    pub(super) fn work_act(&mut self, session: &mut Session) -> Result<Work, Halt> {
        if self.action.is_none() && !self.prepare(session)? {
            return Ok(Work::Moved);
        }
        let automatic = session.automatic();
        if self.pending.is_none() {
            if !automatic {
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
            self.approve(session, person, KeySource::Held)?;
        }
        self.execute(session)?;
        Ok(Work::Moved)
    }

    /// Builds the act and has it judged before anybody signs. False where the step ended here.
    fn prepare(&mut self, session: &mut Session) -> Result<bool, Halt> {
        let Some(step) = self.step() else {
            return Ok(false);
        };
        let answers = self.answers(session, step);
        let typed = step.op.fields.iter().any(|field| is_asked(step, field));
        let action = match build::action(session, step.op.name, &answers) {
            Ok(action) => action,
            Err(Refusal::Api(error)) => {
                return self.refused(session, &Refusal::Api(error)).map(|()| false);
            }
            Err(refusal) if typed => {
                // Whatever was typed is asked for again; nothing else was lost.
                self.forget();
                let record = self.record(session);
                self.armed = true;
                if let Some(mut record) = record {
                    record.state = StepState::Armed;
                    self.arm_act(session, &record)?;
                }
                self.stage = Stage::Turn;
                return Err(Halt::Again(refusal.to_string()));
            }
            Err(refusal) => return self.fail(session, file_error(&refusal)).map(|()| false),
        };
        match session.preview(&action) {
            Ok(_) => {
                self.action = Some(action);
                Ok(true)
            }
            Err(refusal @ Refusal::Api(_)) => self.refused(session, &refusal).map(|()| false),
            Err(refusal) => self.fail(session, refusal.to_string()).map(|()| false),
        }
    }

    /// The answers to the op's fields: written, declared, typed.
    fn answers(&self, session: &Session, step: &Step) -> Answers {
        let run = self.run(session);
        let mut answers = Answers {
            by: self
                .typed_by
                .clone()
                .or_else(|| step.initiate.as_deref().map(|id| self.name(id)))
                .unwrap_or_default(),
            ..Answers::default()
        };
        for field in step.op.fields {
            let Some(text) = step.fields.get(field.id) else {
                continue;
            };
            match field.kind {
                Kind::File => {
                    if let Some(bytes) = run.inputs.get(text) {
                        answers.files.insert(field.id.to_owned(), bytes.clone());
                    }
                }
                Kind::Key => {
                    let arn = run.keys.get(text).cloned().unwrap_or_else(|| text.clone());
                    answers.texts.insert(field.id.to_owned(), arn);
                }
                _ => {
                    answers.texts.insert(field.id.to_owned(), text.clone());
                }
            }
        }
        self.declared(step, &mut answers);
        answers.texts.extend(self.texts.clone());
        answers
    }

    /// What the declared key says about the key that the step makes.
    fn declared(&self, step: &Step, answers: &mut Answers) {
        let Some(key) = step
            .makes
            .as_deref()
            .and_then(|id| self.script.model.key(id))
        else {
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

    /// The issuer signs first.
    pub(super) fn issue(&mut self, session: &mut Session, key: KeySource) -> Result<(), Halt> {
        let (Some(action), Some(step)) = (self.action.clone(), self.step()) else {
            return Ok(());
        };
        let issuer = step
            .initiate
            .as_deref()
            .map(|id| self.name(id))
            .unwrap_or_default();
        let origin = Some(Origin {
            script: self.script.sha256(),
            step: step.id.clone(),
        });
        let asked = Command::Ask {
            action,
            issuer: issuer.clone(),
            origin,
            key,
        };
        let Outcome::Asked(pending) = session.perform(asked)? else {
            return Ok(());
        };
        self.signers = self.order(&pending);
        if self.signers.len() < self.required(&pending) {
            let have = self.signers.len();
            let need = self.required(&pending);
            self.pending = Some(pending);
            return self.fail(
                session,
                format!("{need} custodians must approve this and {have} may. Nothing was done."),
            );
        }
        self.signers.truncate(self.required(&pending));
        self.last = Some(format!("{issuer} asked for it and signed."));
        let texts = self.texts.clone();
        let typed_by = self.typed_by.clone();
        let from = signed_from(session);
        self.pending = Some(pending);
        self.journal(session, |record| {
            record.state = StepState::Issued;
            record.notes.extend(texts);
            record.notes.insert(SIGNED_FROM.to_owned(), from);
            record
                .notes
                .extend(typed_by.map(|name| ("typed by".to_owned(), name)));
            record.who = vec![issuer];
        })?;
        Ok(())
    }

    /// How many must approve: what the vault demands, or more if the script says more.
    fn required(&self, pending: &PendingView) -> usize {
        let asked = self
            .step()
            .and_then(|step| step.approve.as_ref())
            .map_or(0, |a| a.count);
        asked.max(pending.required)
    }

    /// Custodians in the order they are asked: the script's places first.
    fn order(&self, pending: &PendingView) -> VecDeque<String> {
        let model = &self.script.model;
        let from = self
            .step()
            .and_then(|step| step.approve.as_ref())
            .map(|a| a.from.clone());
        let from = from.unwrap_or_default();
        let only = !from.is_empty();
        let places = if only {
            from
        } else {
            model
                .people
                .iter()
                .map(|person| person.id.clone())
                .collect()
        };
        let named: Vec<String> = places.iter().map(|id| self.name(id)).collect();
        let may = |name: &String| pending.may_sign.contains(name);
        let mut order: VecDeque<String> = named.iter().filter(|name| may(name)).cloned().collect();
        if !only {
            order.extend(
                pending
                    .may_sign
                    .iter()
                    .filter(|name| !named.contains(name))
                    .cloned(),
            );
        }
        order
    }

    /// A custodian signs.
    pub(super) fn approve(
        &mut self,
        session: &mut Session,
        person: String,
        key: KeySource,
    ) -> Result<(), Halt> {
        let Some(pending) = &self.pending else {
            return Ok(());
        };
        let approve = Command::Approve {
            id: pending.id,
            person: person.clone(),
            key,
        };
        if let Outcome::Approved(pending) = session.perform(approve)? {
            self.pending = Some(pending);
        }
        self.signers.pop_front();
        self.last = Some(format!("{person} approved."));
        let all = self.signers.is_empty();
        if all {
            let signed = self
                .pending
                .as_ref()
                .map(|p| p.signed.clone())
                .unwrap_or_default();
            self.journal(session, |record| {
                record.state = StepState::CoSigned;
                record.who.extend(signed);
            })?;
        }
        Ok(())
    }

    fn execute(&mut self, session: &mut Session) -> Result<(), Halt> {
        let Some(pending) = self.pending.clone() else {
            return Ok(());
        };
        self.journal(session, |record| record.state = StepState::Executing)?;
        let (Some(mut record), Some(step)) = (self.record(session), self.step()) else {
            return Ok(());
        };
        record.state = StepState::Executed;
        // The intent's line comes next in the audit log; noted here, it is in the same commit as the effect.
        record.notes.insert(
            AUDIT_LINE.to_owned(),
            (session.view().events + 1).to_string(),
        );
        record.key = step
            .fields
            .get("key")
            .and_then(|id| self.run(session).keys.get(id).cloned());
        let arrow = Arrow::Step {
            run: self.run.clone(),
            step: Box::new(record),
            binds: step.makes.clone(),
        };
        let done = session.perform(Command::Execute {
            id: pending.id,
            prepared: None,
            arrow: Some(arrow),
        });
        self.pending = None;
        match done {
            Ok(_) => {
                self.last = Some(format!("Done: {}", pending.sentence));
                self.arrow()?;
                Ok(())
            }
            Err(refusal @ Refusal::Api(_)) => self.refused(session, &refusal),
            Err(refusal @ (Refusal::Approval(_) | Refusal::Custody(_))) if !session.automatic() => {
                // Signatures went void: they are asked for again, nothing was done.
                self.signers.clear();
                self.stage = Stage::Issue;
                Err(Halt::Again(refusal.to_string()))
            }
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// The control plane refused: what the script expects, or a failure.
    fn refused(&mut self, session: &mut Session, refusal: &Refusal) -> Result<(), Halt> {
        let text = refusal.to_string();
        let expected = self
            .step()
            .and_then(|s| s.expect.as_ref())
            .and_then(|e| e.error.clone());
        let is =
            |name: &String| matches!(refusal, Refusal::Api(error) if error.kind.name() == name);
        if !expected.as_ref().is_some_and(is) {
            return self.fail(session, text);
        }
        self.pending = None;
        self.last = Some(format!("Refused, as the script expects: {text}"));
        self.journal(session, |record| {
            record.state = StepState::Verified;
            record.error = Some(text);
        })?;
        Ok(())
    }

    /// Compares the result with what is expected, and keeps the files of an export, in one arrow.
    pub(super) fn verify(&mut self, session: &mut Session) -> Result<(), Halt> {
        let (Some(record), Some(step)) = (self.record(session), self.step()) else {
            return Ok(());
        };
        if let Err(message) = expect::check(step, &record, &self.script.model, session) {
            return self.fail(session, message);
        }
        let files = if step.op.name == op::EXPORT_RSA_WRAP.name {
            self.handed_over(session, step, &record)?
        } else {
            Vec::new()
        };
        self.journal(session, |record| {
            record.state = StepState::Verified;
            record.files.extend(files);
        })?;
        Ok(())
    }

    /// The files of an export, made from the journal alone, so that a resume makes the same.
    fn handed_over(
        &self,
        session: &Session,
        step: &Step,
        record: &StepRecord,
    ) -> Result<Vec<(String, Vec<u8>)>, Halt> {
        let mut answers = self.answers(session, step);
        answers.texts.extend(
            record
                .notes
                .iter()
                .filter(|(id, _)| step.op.fields.iter().any(|f| f.id == *id))
                .map(|(id, text)| (id.clone(), text.clone())),
        );
        let action: Action = build::action(session, step.op.name, &answers)?;
        let response = record
            .response
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok())
            .ok_or_else(|| {
                Refusal::Vault(
                    "The journal has no answer for this export. Stop and call for help.".into(),
                )
            })?;
        let executed = Executed {
            responses: vec![Response::ExportKey(response)],
            seq: session.view().seq,
            digest: record.digest.clone().unwrap_or_default(),
            who: record.who.clone(),
        };
        let handover = handover::rsa_wrap(session, &action, &executed)?;
        Ok(vec![
            (handover.file, handover.request),
            ("NEXT.txt".to_owned(), handover.next.into_bytes()),
        ])
    }

    /// The issuer's answers: a phrase where the act destroys, then what opens the envelope.
    pub(super) fn take_issue(
        &mut self,
        session: &mut Session,
        answers: Vec<Answer>,
    ) -> Result<(), Halt> {
        let mut answers = answers.into_iter();
        if let Some(phrase) = self.phrase() {
            let typed = text(answers.next());
            if typed.trim() != phrase {
                return Err(Halt::Again(format!(
                    "`{phrase}` was not typed. Nothing was asked for and nothing was changed."
                )));
            }
        }
        let key = key_source(session, &mut answers)?;
        self.issue(session, key).map_err(again)
    }

    /// A phrase that is typed before an act that destroys.
    pub(super) fn phrase(&self) -> Option<&'static str> {
        self.step().and_then(|step| step.op.phrase)
    }

    pub(super) fn take_approval(
        &mut self,
        session: &mut Session,
        answers: Vec<Answer>,
    ) -> Result<(), Halt> {
        let Some(person) = self.signers.front().cloned() else {
            return Ok(());
        };
        let key = key_source(session, &mut answers.into_iter())?;
        let approved = self.approve(session, person, key).map_err(again);
        if approved.is_err() && !self.still_pending(session) {
            // The act went void meanwhile: it is asked for anew.
            self.pending = None;
            self.signers.clear();
            self.stage = Stage::Issue;
        }
        approved
    }

    fn still_pending(&self, session: &Session) -> bool {
        let view = session.view();
        self.pending
            .as_ref()
            .is_some_and(|p| view.pending.iter().any(|q| q.id == p.id))
    }
}

/// Whether a field of an act is asked at run time.
fn is_asked(step: &Step, field: &crate::session::field::Field) -> bool {
    let written = step.fields.contains_key(field.id);
    let declared = step.op.name == op::CREATE_KEY.name;
    let wanted = !field.optional || step.asked.contains_key(field.id);
    !written && !declared && wanted
}

/// What a person can put right is asked again; everything else is an error.
pub(super) fn again(halt: Halt) -> Halt {
    match halt {
        Halt::Error(RunError::Refused(
            refusal @ (Refusal::Custody(_) | Refusal::Approval(_) | Refusal::Usage(_)),
        )) => Halt::Again(refusal.to_string()),
        other => other,
    }
}

/// The signing key as the person gave it: in production from the person's own medium.
pub(super) fn key_source(
    session: &Session,
    answers: &mut impl Iterator<Item = Answer>,
) -> Result<KeySource, Halt> {
    let envelope = if session.profile() == Profile::Production {
        let path = text(answers.next());
        let bytes = inputs::read(std::path::Path::new(path.trim())).map_err(|error| {
            Halt::Again(format!(
                "The envelope {path} cannot be read ({error}). Nothing was signed. Is the medium inserted?"
            ))
        })?;
        let armored = String::from_utf8(bytes).map_err(|_| {
            Halt::Again("This file is no envelope. Nothing was signed. Choose another.".into())
        })?;
        Some(armored)
    } else {
        None
    };
    match answers.next() {
        Some(Answer::Secret(passphrase)) => Ok(match envelope {
            Some(armored) => KeySource::Envelope(armored, passphrase),
            None => KeySource::Passphrase(passphrase),
        }),
        _ => Err(Halt::Again(
            "A passphrase is wanted here. Nothing was signed.".into(),
        )),
    }
}

/// An answer as text.
pub(super) fn text(answer: Option<Answer>) -> String {
    match answer {
        Some(Answer::Text(text)) => text,
        Some(Answer::Secret(_)) | None => String::new(),
    }
}

/// A file that an act cannot use, in the service's manner.
fn file_error(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Usage(text) => format!("ValidationException: {text}"),
        other => other.to_string(),
    }
}
