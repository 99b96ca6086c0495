//! The effect of an act: executed in one commit with the journal's arrow, compared with what is expected, and its
//! files kept in the journal.

use crate::api::{Request, Response};
use crate::session::op::DELETE_KEY;
use crate::session::op_components::SLIP;
use crate::session::{
    Action, Arrow, Command, Executed, Outcome, Refusal, Session, StepRecord, StepState, build,
    handover, tr34_act,
};
use crate::text::say;

use super::super::model::Step;
use super::super::{asked_of_sender, ops, ops_carry};
use super::drive::{Halt, Work};
use super::sign::AUDIT_LINE;
use super::{RunError, Runner, Stage, expect, outputs, papers};

impl Runner {
    /// Executes the act that everybody signed. A search for primes that was stopped leaves the step where it was:
    /// whoever acts may begin it again.
    pub(super) fn execute(&mut self, session: &mut Session) -> Result<Work, Halt> {
        match self.executed(session) {
            Ok(()) => Ok(Work::Moved),
            Err(Halt::Error(RunError::Refused(Refusal::Stopped))) => {
                self.stage = Stage::Search;
                self.last = None;
                Ok(Work::Asks)
            }
            Err(halt) => Err(halt),
        }
    }

    fn executed(&mut self, session: &mut Session) -> Result<(), Halt> {
        let Some(pending) = self.pending.clone() else {
            return Ok(());
        };
        if let Some(action) = &self.action {
            session.search_ahead(action)?;
        }
        self.journal(session, |record| record.state = StepState::Executing)?;
        self.paper_leaves(session)?;
        if let Some(changing) = session.begin_change(&pending.id)? {
            return self.begin_change(session, changing);
        }
        let (Some(mut record), Some(step)) = (self.record(session), self.step()) else {
            return Ok(());
        };
        record.state = StepState::Executed;
        // The intent's line comes next in the audit log; noted here, it is in the same commit as the effect.
        record.notes.insert(
            AUDIT_LINE.to_owned(),
            (session.view().events + 1).to_string(),
        );
        record.notes.remove(papers::PRINTED);
        if let Some(place) = self.place() {
            record.notes.insert(SLIP.id.to_owned(), place.to_owned());
        }
        if ops::copies(step.op.name) {
            return self.begin_copy(session, &pending, record);
        }
        record.key = step
            .fields
            .get("key")
            .and_then(|id| self.run(session).keys.get(id).cloned());
        let arrow = Arrow::Step {
            run: self.run.clone(),
            step: Box::new(record),
            binds: binds(step),
        };
        let done = session.perform(Command::Execute {
            id: pending.id,
            prepared: None,
            arrow: Some(arrow),
        });
        self.after_act(session, &pending.sentence, done)
    }

    /// What an act that was carried out, or refused, leads to.
    pub(super) fn after_act(
        &mut self,
        session: &mut Session,
        sentence: &str,
        done: Result<Outcome, Refusal>,
    ) -> Result<(), Halt> {
        if let Err(refusal) = &done {
            self.paper_stayed(session, refusal)?;
        }
        if matches!(done, Err(Refusal::Stopped)) {
            return Err(Refusal::Stopped.into());
        }
        self.pending = None;
        match done {
            Ok(_) => {
                self.last = Some(self.said_of(sentence));
                self.arrow(StepState::Executed)?;
                Ok(())
            }
            // What the class of the vault forbids no second attempt allows: the step ends as for the service's refusals.
            Err(refusal @ (Refusal::Api(_) | Refusal::Profile(_) | Refusal::Usage(_))) => {
                self.refused(session, &refusal)
            }
            Err(refusal @ (Refusal::Approval(_) | Refusal::Custody(_))) if !session.automatic() => {
                // Signatures went void: they are asked for again, nothing was done.
                self.signers.clear();
                if self.texts.remove(SLIP.id).is_some() {
                    self.ask_anew(session)?;
                    return Err(Halt::Again(refusal.to_string()));
                }
                self.stage = Stage::Issue;
                Err(Halt::Again(refusal.to_string()))
            }
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// What is said of an act that is done. A deletion that was signed for has destroyed nothing yet.
    fn said_of(&self, sentence: &str) -> String {
        let deletes = self.step().filter(|step| step.op.name == DELETE_KEY.name);
        let key = deletes.and_then(|step| self.script.model.key(step.key()?));
        match key {
            Some(key) => say!(
                "Done: the destruction of {label} is scheduled; until its window ends it can be taken back.",
                label = key.label
            ),
            None => say!("Done: {sentence}", sentence),
        }
    }

    /// The control plane refused: what the script expects, or a failure.
    pub(super) fn refused(&mut self, session: &mut Session, refusal: &Refusal) -> Result<(), Halt> {
        let text = refusal.to_string();
        let expected = self
            .step()
            .and_then(|s| s.expect.as_ref())
            .and_then(|e| e.error.clone());
        let is =
            |name: &String| matches!(refusal, Refusal::Api(error) if error.kind.name() == name);
        if !expected.as_ref().is_some_and(is) {
            let doings = self.step().map(Step::doings).unwrap_or_default();
            let means = doings.iter().find_map(|d| self.number_means(session, d));
            let text = means.map_or_else(|| text.clone(), |means| format!("{text} {means}"));
            return self.fail(session, text);
        }
        self.pending = None;
        self.last = Some(say!("Refused, as the script expects: {text}", text));
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
        if let Err(message) = expect::check(
            step,
            &record,
            &self.run(session),
            &self.script.model,
            session,
        ) {
            return self.fail(session, message);
        }
        let files = self.handed_over(session, step, &record)?;
        self.journal(session, |record| {
            record.state = StepState::Verified;
            record.files.extend(files);
        })?;
        Ok(())
    }

    /// The files that an act hands over, made from the journal alone, so that a resume makes the same.
    fn handed_over(
        &self,
        session: &Session,
        step: &Step,
        record: &StepRecord,
    ) -> Result<Vec<(String, Vec<u8>)>, Halt> {
        if step.op.name == ops_carry::CHECK.name {
            return self.handed_on(session, step);
        }
        let mut files = Self::papers(step, session);
        let mut next: Vec<String> = Vec::new();
        let coming = asked_of_sender::coming(&self.script.model, self.at);
        for (number, doing) in step.doings().into_iter().enumerate() {
            if doing.field("output").is_none() {
                continue;
            }
            let mut answers = self.answers_to(session, doing);
            let declared = |id: &str| doing.op.fields.iter().any(|f| f.id == id);
            let noted = record.notes.iter().filter(|(id, _)| declared(id));
            let noted = noted.map(|(id, text)| (id.clone(), text.clone()));
            answers.texts.extend(noted);
            let action: Action = build::action(session, doing.op.name, &answers)?;
            let no_answer = || {
                Refusal::Vault(
                    "The journal has no answer for this act. Stop and call for help.".into(),
                )
            };
            let token = record.response.as_deref().and_then(tr34_act::token_in);
            let responses = match &action {
                Action::Tr34(_) if token.is_some() => Vec::new(),
                _ => vec![response(&action, record, number).ok_or_else(no_answer)?],
            };
            let executed = Executed {
                responses,
                token,
                seq: session.view().seq,
                digest: record.digest.clone().unwrap_or_default(),
                who: record.who.clone(),
            };
            let handover = handover::asking(session, &action, &executed, &coming)?;
            files.push((handover.file, handover.request));
            next.push(handover.next);
        }
        if !next.is_empty() {
            let next = outputs::joined(&next).into_bytes();
            files.push((outputs::NEXT.to_owned(), next));
        }
        Ok(files)
    }
}

/// Which declared keys the step makes, each with the number of its act.
fn binds(step: &Step) -> Vec<(usize, String)> {
    let doings = step.doings().into_iter().enumerate();
    doings
        .filter_map(|(number, doing)| Some((number, doing.makes?.to_owned())))
        .collect()
}

/// The answer to the step's act of this number.
pub(super) fn answer(record: &StepRecord, number: usize) -> Option<serde_json::Value> {
    let all: serde_json::Value = serde_json::from_str(record.response.as_deref()?).ok()?;
    match all {
        serde_json::Value::Array(mut several) => {
            (number < several.len()).then(|| several.swap_remove(number))
        }
        one => Some(one),
    }
}

/// The check value of what left, which is not the key's own where an initial key was derived of it, and its method.
pub(super) fn left_with(record: &StepRecord, number: usize) -> Option<(String, String)> {
    let answer = answer(record, number)?;
    let of = answer.get("WrappedKey")?;
    let text = |name: &str| Some(of.get(name)?.as_str()?.to_owned());
    Some((text("KeyCheckValue")?, text("KeyCheckValueAlgorithm")?))
}

fn response(action: &Action, record: &StepRecord, number: usize) -> Option<Response> {
    let Action::Control { request, .. } = action else {
        return None;
    };
    let value = answer(record, number)?;
    Some(match request {
        Request::ExportKey(_) => Response::ExportKey(serde_json::from_value(value).ok()?),
        Request::GetParametersForImport(_) => {
            Response::GetParametersForImport(serde_json::from_value(value).ok()?)
        }
        Request::GetParametersForExport(_) => {
            Response::GetParametersForExport(serde_json::from_value(value).ok()?)
        }
        Request::GetPublicKeyCertificate(_) => {
            Response::GetPublicKeyCertificate(serde_json::from_value(value).ok()?)
        }
        Request::GetCertificateSigningRequest(_) => {
            Response::GetCertificateSigningRequest(serde_json::from_value(value).ok()?)
        }
        _ => return None,
    })
}
