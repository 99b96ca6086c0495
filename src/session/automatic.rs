//! Acts for programs: where signing keys are held, nobody types, and still every act is signed and verified.

use crate::api::{Request, Response};
use crate::crypto::SecretBytes;
use crate::custody::{self, By, Role, SignsAs};
use crate::evidence::audit::Kind;

use super::action::{Action, Confirmation};
use super::changing::{Changing, Moment};
use super::command::{Arrow, Command, Executed, KeySource, Origin, Outcome};
use super::door::tally;
use super::error::Refusal;
use super::locks::Opener;
use super::transition::{Transition, refusal_note};
use super::view::PendingView;
use super::{Hand, Profile, Session};

/// Acts that share one commit in a small vault.
const SMALLEST_GROUP: usize = 512;

impl Session {
    /// Asks, signs with every held key that is needed, and executes: for programs, where signing keys are held.
    ///
    /// # Errors
    /// As [`Session::perform`]; PersonNeeded where keys are not held.
    pub fn act(
        &mut self,
        action: Action,
        origin: Option<Origin>,
        arrow: Option<Arrow>,
    ) -> Result<Executed, Refusal> {
        let pending = self.approved_by_held(action, origin)?;
        match self.perform(Command::Execute {
            id: pending.id,
            prepared: None,
            arrow,
        })? {
            Outcome::Executed(executed) => Ok(executed),
            _ => Err(unexpected()),
        }
    }

    /// Asks and signs with every held key that is needed; what is left is to carry it out.
    pub(crate) fn approved_by_held(
        &mut self,
        action: Action,
        origin: Option<Origin>,
    ) -> Result<PendingView, Refusal> {
        let issuer = self.held_issuer()?;
        let asked = Command::Ask {
            action,
            issuer,
            origin,
            key: KeySource::Held,
        };
        let Outcome::Asked(pending) = self.perform(asked)? else {
            return Err(unexpected());
        };
        for person in pending.may_sign.iter().take(pending.required) {
            let approve = Command::Approve {
                id: pending.id,
                person: person.clone(),
                key: KeySource::Held,
            };
            self.perform(approve)?;
        }
        Ok(pending)
    }

    /// How many acts should share one commit. A commit writes the whole vault, so the more there is the more share it:
    /// the cost of an act does not grow with the keys that are there.
    pub fn group_size(&self) -> usize {
        SMALLEST_GROUP.max(self.state.engine.len() / 8)
    }

    /// Several acts or reads of the control plane whose answers share one commit (`call --batch`). Each result
    /// stands only after the commit. Roots are taken as shown, which is recorded (rehearsal and test only).
    pub fn act_group(&mut self, requests: &[Request]) -> Vec<Result<Response, Refusal>> {
        match self.try_group(requests) {
            Ok(answers) => answers,
            Err(refusal) => {
                let text = refusal.to_string();
                requests
                    .iter()
                    .map(|_| Err(Refusal::Vault(text.clone())))
                    .collect()
            }
        }
    }

    fn try_group(
        &mut self,
        requests: &[Request],
    ) -> Result<Vec<Result<Response, Refusal>>, Refusal> {
        self.ready()?;
        let issuer = self.held_issuer()?;
        let before = self.state.clone();
        let start = self.book.mark();
        self.checkpoint();
        let mut transitions = Vec::new();
        let mut refused = Vec::new();
        let mut answers = Vec::with_capacity(requests.len());
        for request in requests {
            self.request_number += 1;
            if !self.in_script {
                let context = format!("request-{}", self.request_number);
                self.entropy.set_context(&[0; 32], 0, &context);
            }
            answers.push(self.group_member(request, &issuer, &mut transitions, &mut refused));
        }
        let lets_out = requests
            .iter()
            .any(crate::engine::EngineState::needs_secret);
        let working = std::mem::replace(&mut self.state, before);
        self.book.rewind(start);
        self.write_refusals(&refused)?;
        if transitions.is_empty() {
            if !refused.is_empty() {
                self.seal_audit()?;
            }
            return Ok(answers);
        }
        self.commit(working, &transitions, false)?;
        if lets_out {
            self.seal_audit()?;
        }
        Ok(answers)
    }

    /// One member, on `self.state` as the working copy; `seq` and head move in memory so that the next is signed on
    /// the state it will meet.
    fn group_member(
        &mut self,
        request: &Request,
        issuer: &str,
        transitions: &mut Vec<Transition>,
        refused: &mut Vec<Transition>,
    ) -> Result<Response, Refusal> {
        if request.operation().reads() {
            return self.read(request);
        }
        let action = self
            .judged(&self.as_shown(request))
            .inspect_err(|refusal| refused.extend(refusal_note("ask", issuer, refusal)))?;
        self.group_act(&action, issuer, transitions)
            .inspect_err(|refusal| refused.extend(refusal_note("execute", issuer, refusal)))
    }

    /// Signs and carries out one act of a group.
    fn group_act(
        &mut self,
        action: &Action,
        issuer: &str,
        transitions: &mut Vec<Transition>,
    ) -> Result<Response, Refusal> {
        let required = self.required(action);
        let mut id = [0_u8; 32];
        self.draw("approval-id")?.fill_bytes(&mut id);
        let issuer_key = self.person(issuer)?.fingerprint().hex();
        let act = self.act_of(action, issuer, issuer_key, None, id);
        let mut signatures = vec![custody::sign(
            &act,
            self.held_key(issuer)?,
            issuer,
            SignsAs::Issuer,
            By::UnlockFile,
        )];
        for name in self
            .held_custodians(issuer)
            .into_iter()
            .take(usize::from(required))
        {
            signatures.push(custody::sign(
                &act,
                self.held_key(&name)?,
                &name,
                SignsAs::Custodian,
                By::UnlockFile,
            ));
        }
        let appointees = self.appointees(action);
        tally(
            self.acting(),
            &self.consumed,
            self.profile,
            (required, &appointees),
        )
        .count(&act, &signatures)
        .map_err(|e| Refusal::Approval(e.to_string()))?;
        let use_identity = self.held.use_identity.take();
        let opener = use_identity.as_deref().map(Opener::Held);
        let mut working = std::mem::replace(&mut self.state, super::state::State::empty());
        let ran = self.run_action(&mut working, action, opener.as_ref(), None);
        drop(opener);
        self.held.use_identity = use_identity;
        self.state = working;
        let mut ran = ran?;
        let response = ran.responses.pop().ok_or_else(unexpected)?;
        let mut state = std::mem::replace(&mut self.state, super::state::State::empty());
        self.record_effects(&mut state, action, std::slice::from_ref(&response));
        self.state = state;
        for step in ran.steps {
            let step = step.signed_by(&act, &signatures, required);
            self.book.advance(&step);
            transitions.push(step);
        }
        Ok(response)
    }

    /// Writes what a group was refused, in one go; the commit behind it, or a seal of its own, makes it durable
    /// before anybody is answered.
    fn write_refusals(&mut self, refused: &[Transition]) -> Result<(), Refusal> {
        let now = self.now();
        self.book
            .lines(Kind::Refused, refused, now)
            .inspect_err(|refusal| self.broken = Some(refusal.to_string()))
    }

    /// Programs confirm roots as shown; it is recorded as such.
    pub(crate) fn as_shown(&self, request: &Request) -> Action {
        let confirmation = match request {
            Request::ImportKey(input) if self.profile != Profile::Production => {
                match &input.key_material {
                    crate::api::ImportKeyMaterial::RootCertificatePublicKey(root) => {
                        crate::pki::Certificate::from_any(root.public_key_certificate.as_bytes())
                            .ok()
                            .map(|certificate| Confirmation::AsShown {
                                sha256: super::door::hex(&certificate.sha256_fingerprint()),
                            })
                    }
                    _ => None,
                }
            }
            _ => None,
        };
        Action::Control {
            request: request.clone(),
            confirmation,
            export: None,
        }
    }

    /// Whether signatures can be made without anybody typing.
    pub fn automatic(&self) -> bool {
        !self.held.keys.is_empty()
    }

    fn held_issuer(&self) -> Result<String, Refusal> {
        if !self.automatic() {
            return Err(Refusal::PersonNeeded(
                "People must sign this, and nobody can be asked here. Nothing was changed. Give an unlock file \
                 (rehearsal and test), or do it at a terminal."
                    .into(),
            ));
        }
        self.usual_issuer().ok_or_else(|| {
            Refusal::Approval("Nobody in this vault may ask for acts. Nothing was changed.".into())
        })
    }

    /// Who usually asks: an administrator, else the last custodian.
    pub(crate) fn usual_issuer(&self) -> Option<String> {
        let serving = |role| {
            self.acting()
                .iter()
                .filter(move |p| p.role == role && p.serves_at(self.book.seq()))
                .map(|p| &p.name)
        };
        serving(Role::Administrator)
            .next()
            .or_else(|| serving(Role::Custodian).last())
            .cloned()
    }

    pub(crate) fn held_custodians(&self, issuer: &str) -> Vec<String> {
        self.acting()
            .iter()
            .filter(|p| {
                p.role == Role::Custodian
                    && p.name != issuer
                    && self.held.keys.contains_key(&p.name)
            })
            .map(|p| p.name.clone())
            .collect()
    }

    fn held_key(&self, name: &str) -> Result<&custody::ApprovalKey, Refusal> {
        self.held
            .keys
            .get(name)
            .map(|held| &held.key)
            .ok_or_else(|| {
                Refusal::PersonNeeded(format!(
                    "The signing key of {name} is not held here. Nothing was changed."
                ))
            })
    }
}

fn unexpected() -> Refusal {
    Refusal::Usage("The door answered something else than was asked. Nothing more was done.".into())
}

impl Changing {
    /// Everybody's turn where signing keys are held: practice passphrases, and in a rehearsal words that are known.
    ///
    /// # Errors
    /// Somebody gets new words and nobody is there to take them; what does not prove.
    pub(crate) fn by_practice(&mut self, session: &mut Session) -> Result<(), Refusal> {
        while let Some(turn) = self.turn() {
            let known = |phrase: Option<SecretBytes>| {
                phrase.ok_or_else(|| {
                    Refusal::PersonNeeded(format!(
                        "{} must be here: no file may hold the words that are needed now. Nothing was changed. Do \
                         this at a terminal, or with `keymoot {}`.",
                        turn.person,
                        self.act().name().replace('.', " ")
                    ))
                })
            };
            match turn.moment {
                Moment::Words { .. } => {
                    let words = known(session.new_practice_phrase(&turn.person))?;
                    self.words(session, words)?;
                }
                Moment::Place { .. } | Moment::Placed(_) => self.placed(),
                Moment::Cut(_) => self.decide(session, false)?,
                Moment::Prove { may_be_absent, .. } => {
                    if may_be_absent && session.held_phrase(&turn.person).is_none() {
                        self.absent();
                        continue;
                    }
                    let words = if self.gave_words() {
                        session.new_practice_phrase(&turn.person)
                    } else {
                        session.held_phrase(&turn.person)
                    };
                    let hand = Hand {
                        name: turn.person.clone(),
                        passphrase: known(words)?,
                        share: None,
                        approval: None,
                    };
                    self.prove(session, &hand)?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};

    use serde_json::{Value, json};

    use crate::api::{Operation, Request, Timestamp};
    use crate::session::{Environment, Session, practice};
    use crate::vault::{AUDIT, MemoryStore, Store as _};

    fn session() -> (MemoryStore, Session) {
        let store = MemoryStore::default();
        let environment = Environment::seeded("group").unwrap();
        let clock = Some(Timestamp::from_millis(1_796_115_600_000));
        let made = practice::vault(Box::new(store.clone()), environment, clock, true).unwrap();
        (store, made.session)
    }

    fn request(operation: Operation, input: &Value) -> Request {
        operation.parse(input).unwrap()
    }

    /// Kind, op and reason of the log's lines behind the first `skip`.
    fn log(store: &MemoryStore, skip: usize) -> Vec<[String; 3]> {
        let reader = BufReader::new(store.reader(AUDIT).unwrap().unwrap());
        reader
            .lines()
            .skip(skip)
            .map(|line| {
                let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
                let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
                [
                    text(&line["kind"]),
                    text(&line["op"]),
                    text(&line["details"]["reason"]),
                ]
            })
            .collect()
    }

    #[test]
    fn what_a_group_was_refused_stands_in_the_log() {
        let (store, mut session) = session();
        let begun = log(&store, 0).len();
        let commits = session.book.commit_number();
        let make = request(Operation::CreateAlias, &json!({"AliasName": "alias/a"}));
        let unknown = request(
            Operation::DeleteKey,
            &json!({"KeyIdentifier": "alias/none"}),
        );
        let read = request(Operation::GetAlias, &json!({"AliasName": "alias/none"}));
        let answers = session.act_group(&[make.clone(), unknown.clone(), read, make]);
        let done: Vec<bool> = answers.iter().map(Result::is_ok).collect();
        assert_eq!(done, [true, false, false, false]);
        let lines = log(&store, begun);
        let refused: Vec<&[String; 3]> = lines.iter().filter(|l| l[0] == "refused").collect();
        let reasons: Vec<&str> = refused.iter().map(|l| l[2].as_str()).collect();
        assert_eq!(
            reasons,
            [
                answers[1].as_ref().unwrap_err().to_string(),
                answers[3].as_ref().unwrap_err().to_string()
            ],
            "acts that were refused, and no read: {lines:?}"
        );
        assert_eq!(
            session.book.commit_number(),
            commits + 1,
            "one commit for all"
        );

        // The same refusal of a single act leaves the same line.
        let action = session.as_shown(&unknown);
        let single = session.act(action, None, None).unwrap_err();
        let last = log(&store, begun).pop().unwrap();
        assert_eq!(&last, refused[0]);
        assert_eq!(last[2], single.to_string());
    }

    #[test]
    fn a_group_of_refusals_is_sealed_once() {
        let (store, mut session) = session();
        let begun = log(&store, 0).len();
        let commits = session.book.commit_number();
        let unknown = request(
            Operation::DeleteKey,
            &json!({"KeyIdentifier": "alias/none"}),
        );
        let answers = session.act_group(&vec![unknown; 50]);
        assert!(answers.iter().all(Result::is_err));
        assert_eq!(log(&store, begun).len(), 50);
        assert_eq!(session.book.commit_number(), commits + 1);
        session.close().unwrap();
    }
}
