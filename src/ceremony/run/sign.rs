//! Signatures on an act: the issuer first, then custodians in turn, each for this one act.

use std::collections::VecDeque;

use crate::api::Timestamp;
use crate::session::run::{ASKED_WORDS, SIGNED_AT};
use crate::session::{
    Command, KeySource, Origin, Outcome, PendingView, Profile, Refusal, Session, StepRecord,
    StepState,
};
use crate::text::say;

use super::super::ask::Answer;
use super::super::model::Step;
use super::super::read_envelope;
use super::drive::Halt;
use super::{RunError, Runner, Stage};

/// Note of a step: which audit line holds its intent, or its sign-off.
pub(super) const AUDIT_LINE: &str = "audit line";
/// Note of a step: where the signing keys came from.
pub(super) const SIGNED_FROM: &str = "signed from";
/// Value of [`SIGNED_FROM`]: keys that are held, unsealed once at opening.
pub(super) const FROM_FILE: &str = "held keys";
/// Note of a step: who had signed a request that went with an interruption, when, and its words.
pub(super) const DROPPED: &str = "signatures dropped";
const FROM_TERMINAL: &str = "passphrases typed";

/// When somebody signed the request of a step; none in journals of before it was kept.
pub(super) fn signed_at(record: &StepRecord, name: &str) -> Option<Timestamp> {
    let at = record.notes.get(&format!("{SIGNED_AT}{name})"))?;
    Timestamp::parse_rfc3339(at).ok()
}

fn note_signed(record: &mut StepRecord, name: &str, at: &str) {
    let note = format!("{SIGNED_AT}{name})");
    record.notes.insert(note, at.to_owned());
}

/// Signatures live in the session's memory: where a request is asked again, those of the last time are void. Who had
/// given them stays said.
fn drop_signatures(record: &mut StepRecord) {
    let signed = record.signed_at();
    record.notes.retain(|note, _| !note.starts_with(SIGNED_AT));
    let words = record.notes.remove(ASKED_WORDS).unwrap_or_default();
    if signed.is_empty() || record.digest.is_some() {
        return;
    }
    let each = signed
        .into_iter()
        .map(|[name, at]| format!("{name} at {at}"));
    let told = format!(
        "signed, and dropped before it was done: {} (words {words})",
        each.collect::<Vec<_>>().join(", ")
    );
    let told = match record.notes.get(DROPPED) {
        Some(earlier) => format!("{earlier}; {told}"),
        None => told,
    };
    record.notes.insert(DROPPED.to_owned(), told);
}

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
    /// The issuer signs first.
    pub(super) fn issue(&mut self, session: &mut Session, key: KeySource) -> Result<(), Halt> {
        let (Some(action), Some(step)) = (self.action.clone(), self.step()) else {
            return Ok(());
        };
        let issuer = self.issuer();
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
        self.tell_deed(session, &pending.id);
        self.signers = self.order(session, &pending);
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
        self.last = Some(say!("{issuer} asked for it and signed.", issuer));
        let texts = self.texts.clone();
        let typed_by = self.typed_by.clone();
        let from = signed_from(session);
        let (at, words) = (session.now().rfc3339(), pending.words.join(" "));
        self.pending = Some(pending);
        self.journal(session, |record| {
            drop_signatures(record);
            record.state = StepState::Issued;
            note_signed(record, &issuer, &at);
            record.notes.insert(ASKED_WORDS.to_owned(), words);
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
    pub(super) fn required(&self, pending: &PendingView) -> usize {
        let asked = self
            .step()
            .and_then(|step| step.approve.as_ref())
            .map_or(0, |a| a.count);
        asked.max(pending.required)
    }

    /// Custodians in the order they are asked: the script's places first, then whoever opened the vault. Whoever leaves by
    /// the act need not come and is asked only where the script names them.
    pub(super) fn order(&self, session: &Session, pending: &PendingView) -> VecDeque<String> {
        let step = self.step();
        let approve = step.and_then(|step| step.approve.as_ref());
        let from = approve.map(|approve| approve.from.clone());
        let from = from.unwrap_or_default();
        let may = |name: &String| pending.may_sign.contains(name);
        if !from.is_empty() {
            let named = from.iter().map(|id| self.name(id));
            return named.filter(may).collect();
        }
        let people = self.script.model.people.iter();
        let named: Vec<String> = people.map(|person| self.name(&person.id)).collect();
        let here: Vec<String> = session
            .view()
            .people
            .iter()
            .filter(|person| person.present)
            .map(|person| person.name.clone())
            .collect();
        let others = pending.may_sign.iter().filter(|name| !named.contains(name));
        let (first, last): (Vec<&String>, Vec<&String>) =
            others.partition(|name| here.contains(name));
        let leaver = step.and_then(Step::leaver).map(|id| self.name(id));
        let all = named.iter().chain(first).chain(last);
        all.filter(|name| may(name) && Some(*name) != leaver.as_ref())
            .cloned()
            .collect()
    }

    /// A custodian signs.
    pub(super) fn approve(
        &mut self,
        session: &mut Session,
        person: &str,
        key: KeySource,
    ) -> Result<(), Halt> {
        let Some(pending) = &self.pending else {
            return Ok(());
        };
        let approve = Command::Approve {
            id: pending.id,
            person: person.to_owned(),
            key,
        };
        if let Outcome::Approved(pending) = session.perform(approve)? {
            self.pending = Some(pending);
        }
        self.signers.pop_front();
        self.last = Some(say!("{person} approved.", person));
        let all = self.signers.is_empty();
        let at = session.now().rfc3339();
        // Each is on record before the next is asked: an interruption takes the signature, and not that it was given.
        self.journal(session, |record| {
            if all {
                record.state = StepState::CoSigned;
            }
            note_signed(record, person, &at);
            record.who.push(person.to_owned());
        })?;
        Ok(())
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
                    "{phrase} was not typed. Nothing was asked for and nothing was changed."
                )));
            }
        }
        let key = if session.automatic() {
            KeySource::Held
        } else {
            key_source(session, &self.issuer(), &mut answers)?
        };
        self.issue(session, key).map_err(again)
    }

    /// Who asks for the act of the step at hand.
    fn issuer(&self) -> String {
        let place = self.step().and_then(|step| step.initiate.as_deref());
        place.map(|id| self.name(id)).unwrap_or_default()
    }

    /// What is typed before an act that destroys; before a list, how many acts it holds.
    pub(super) fn phrase(&self) -> Option<String> {
        let step = self.step()?;
        if step.acts.is_empty() {
            return step.op.phrase.map(str::to_owned);
        }
        Some(step.acts.len().to_string())
    }

    pub(super) fn take_approval(
        &mut self,
        session: &mut Session,
        answers: Vec<Answer>,
    ) -> Result<(), Halt> {
        let Some(person) = self.signers.front().cloned() else {
            return Ok(());
        };
        let key = key_source(session, &person, &mut answers.into_iter())?;
        let approved = self.approve(session, &person, key).map_err(again);
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

/// What a person can put right is asked again; everything else is an error.
pub(super) fn again(halt: Halt) -> Halt {
    match halt {
        Halt::Error(RunError::Refused(
            refusal @ (Refusal::Custody(_) | Refusal::Approval(_) | Refusal::Usage(_)),
        )) => Halt::Again(refusal.to_string()),
        other => other,
    }
}

/// The signing key as the person gave it: in production from the person's own medium, the file or its folder.
pub(super) fn key_source(
    session: &Session,
    person: &str,
    answers: &mut impl Iterator<Item = Answer>,
) -> Result<KeySource, Halt> {
    let envelope = if session.profile() == Profile::Production {
        let path = text(answers.next());
        let path = std::path::Path::new(path.trim());
        let armored = read_envelope(path, (person, "approval"), &session.sets_of(person));
        Some(armored.map_err(|refusal| Halt::Again(refusal.to_string()))?)
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
