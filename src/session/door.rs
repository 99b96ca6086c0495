//! The one door: every command comes through [`Session::perform`].

use std::collections::BTreeSet;

use crate::api::{Request, Response, Timestamp};
use crate::custody::{self, Act, Role, SignsAs, Tally};
use crate::engine::{ControlPlane as _, EngineState};

use super::action::Action;
use super::command::{Arrow, Command, Executed, KeySource, Origin, Outcome, PreparedRsa};
use super::error::Refusal;
use super::pending::Pending;
use super::state::State;
use super::transition::Transition;
use super::view::PendingView;
use super::{Profile, Session};

impl Session {
    /// The one door.
    ///
    /// # Errors
    /// A refusal; nothing was changed unless it says so.
    pub fn perform(&mut self, command: Command) -> Result<Outcome, Refusal> {
        if matches!(command, Command::AttestClock { .. }) {
            // The one command that a clock which leapt must not stop; nothing is due by such a clock.
            self.stands()?;
            if self.keeps_pace().is_ok() {
                self.settle_due()?;
            }
        } else {
            self.ready()?;
        }
        match command {
            Command::Read(request) => self.read(&request).map(Outcome::Read),
            Command::Ask {
                action,
                issuer,
                origin,
                key,
            } => self.ask(&action, &issuer, origin, key).map(Outcome::Asked),
            Command::Approve { id, person, key } => {
                self.approve(&id, &person, key).map(Outcome::Approved)
            }
            Command::Withdraw { id, person, reason } => self.withdraw(&id, &person, &reason),
            Command::Execute {
                id,
                prepared,
                arrow,
            } => self.execute(&id, prepared, arrow).map(Outcome::Executed),
            Command::Component(command) => self.component(*command),
            Command::Journal(arrow) => self.journal(arrow),
            Command::Advance { millis } => self.advance(millis),
            Command::Settle => Ok(Outcome::Advanced {
                now: self.now(),
                destroyed: std::mem::take(&mut self.destroyed),
            }),
            Command::AttestClock { readings } => self.attest_clock(&readings),
            Command::Compare(comparison) => self.compare(&comparison).map(Outcome::Compared),
            Command::Receipt { answer } => self.receipt(&answer).map(Outcome::Receipt),
            Command::SignOff { text, people } => self.sign_off(&text, people),
        }
    }

    /// What stands before every command: an unbroken session, a clock that kept its pace, nothing due unsettled.
    pub(crate) fn ready(&mut self) -> Result<(), Refusal> {
        self.stands()?;
        self.keeps_pace()?;
        self.settle_due()
    }

    /// A read: needs no approval, moves nothing.
    pub(crate) fn read(&self, request: &Request) -> Result<Response, Refusal> {
        if !request.operation().reads() {
            return Err(Refusal::Approval(format!(
                "{} changes something or lets something out: it needs approvals. Nothing was changed.",
                request.operation().name()
            )));
        }
        Ok(self.state.engine.read(request, self.now(), self.rules())?)
    }

    /// Judges an act before anybody signs: the same checks as the door, without effect. Returns what will be
    /// shown to the signers.
    ///
    /// # Errors
    /// What the door would refuse.
    pub fn preview(&self, action: &Action) -> Result<PendingView, Refusal> {
        let action = self.judged(action)?;
        let issuer = self.usual_issuer().unwrap_or_default();
        let required = self.required(&action);
        let act = self.act_of(&action, &issuer, String::new(), None, [0; 32]);
        let pending = Pending {
            act,
            action,
            origin: None,
            signatures: Vec::new(),
            use_shares: Vec::new(),
            required,
            asked: self.now(),
        };
        Ok(self.pending_view(&pending))
    }

    fn ask(
        &mut self,
        action: &Action,
        issuer: &str,
        origin: Option<Origin>,
        key: KeySource,
    ) -> Result<PendingView, Refusal> {
        let action = self
            .judged_of(action, issuer)
            .inspect_err(|e| self.note_refusal("ask", issuer, e))?;
        let person = self.person(issuer)?.clone();
        if person.role == Role::Witness {
            return Err(Refusal::Approval(format!(
                "{issuer} is a witness: a witness observes and signs off, and neither asks nor approves. \
                 Nothing was changed. An administrator or a custodian asks."
            )));
        }
        let required = self.required(&action);
        custody::enough_others(self.acting(), &person, required, self.book.seq())
            .map_err(|e| Refusal::Approval(e.to_string()))?;
        self.enough_beside_appointees(&action, &person, required)?;
        let mut unsealed = self
            .unseal_to_ask(&person, key)
            .inspect_err(|e| self.note_refusal("ask", issuer, e))?;
        let mut id = [0_u8; 32];
        self.draw("approval-id")?.fill_bytes(&mut id);
        let act = self.act_of(
            &action,
            issuer,
            person.fingerprint().hex(),
            origin.as_ref(),
            id,
        );
        let signature = custody::sign(&act, &unsealed.key, issuer, SignsAs::Issuer, unsealed.by);
        unsealed.share = None; // an issuer's share never counts
        let asked = self.now();
        let pending = Pending {
            act,
            action,
            origin,
            signatures: vec![signature],
            use_shares: Vec::new(),
            required,
            asked,
        };
        let view = self.pending_view(&pending);
        // A step that asks again, because its run was left and goes on, asks for one thing and not for two.
        if pending.origin.is_some() {
            self.pending.retain(|known| known.origin != pending.origin);
        }
        self.pending.push(pending);
        Ok(view)
    }

    fn approve(
        &mut self,
        id: &[u8; 32],
        person: &str,
        key: KeySource,
    ) -> Result<PendingView, Refusal> {
        let at = self.standing(id)?;
        let who = self.person(person)?.clone();
        let fits = self.may_approve(at, &who);
        fits.inspect_err(|e| self.note_refusal("approve", person, e))?;
        let unsealed = self
            .unseal(&who, key)
            .inspect_err(|e| self.note_refusal("approve", person, e))?;
        let pending = self.pending.get(at).ok_or_else(gone)?;
        let signature = custody::sign(
            &pending.act,
            &unsealed.key,
            person,
            SignsAs::Custodian,
            unsealed.by,
        );
        let mut signatures = pending.signatures.clone();
        signatures.push(signature);
        let appointees = self.appointees(&pending.action);
        tally(
            self.acting(),
            &self.consumed,
            self.profile,
            (pending.required, &appointees),
        )
        .so_far(&pending.act, &signatures)
        .map_err(|e| Refusal::Approval(e.to_string()))?;
        let pending = self.pending.get_mut(at).ok_or_else(gone)?;
        pending.signatures = signatures;
        pending.use_shares.extend(unsealed.share);
        let pending = self.pending.get(at).ok_or_else(gone)?;
        Ok(self.pending_view(pending))
    }

    /// Refuses before a passphrase is even tried: wrong role, own act, second signature.
    fn may_approve(&self, at: usize, who: &custody::Person) -> Result<(), Refusal> {
        let pending = self.pending.get(at).ok_or_else(gone)?;
        let name = &who.name;
        if who.role != Role::Custodian {
            return Err(Refusal::Approval(format!(
                "{name} is {} and cannot approve: only custodians approve. The request still waits; nothing was \
                 changed. A custodian signs next.",
                who.role.word()
            )));
        }
        if pending.act.issuer == *name {
            return Err(Refusal::Approval(format!(
                "{name} asked for this act and cannot approve it as well. The request still waits; nothing was \
                 changed. Another custodian signs next."
            )));
        }
        self.not_for_own(&pending.action, name)?;
        if pending.signed().contains(name) {
            return Err(Refusal::Approval(format!(
                "{name} has signed this act already; one person counts once. The request still waits; nothing was \
                 changed. Another custodian signs next."
            )));
        }
        Ok(())
    }

    fn execute(
        &mut self,
        id: &[u8; 32],
        prepared: Option<PreparedRsa>,
        arrow: Option<Arrow>,
    ) -> Result<Executed, Refusal> {
        // One that is void is off the table before anybody is sent to where it belongs.
        self.standing(id)?;
        self.in_its_step(id, arrow.as_ref())?;
        let pending = self.take_approved(id)?;
        self.checkpoint();
        let done = self.carry_out(&pending, prepared, arrow);
        self.keep_deed(id, done.as_ref().ok());
        if let Err(refusal) = &done {
            self.rollback();
            if matches!(refusal, Refusal::Stopped) {
                self.stopped(pending);
                return done;
            }
            self.note_refusal("execute", &pending.act.issuer, refusal);
        }
        done
    }

    /// Takes a fully approved act off the table: from here one approval is one attempt, whatever happens.
    pub(crate) fn take_approved(&mut self, id: &[u8; 32]) -> Result<Pending, Refusal> {
        let at = self.standing(id)?;
        let pending = self.pending.get(at).ok_or_else(gone)?;
        self.typed_by_another(&pending.action, &pending.act.issuer)?;
        let appointees = self.appointees(&pending.action);
        tally(
            self.acting(),
            &self.consumed,
            self.profile,
            (pending.required, &appointees),
        )
        .count(&pending.act, &pending.signatures)
        .map_err(|e| Refusal::Approval(e.to_string()))?;
        Ok(self.pending.remove(at))
    }

    fn carry_out(
        &mut self,
        pending: &Pending,
        prepared: Option<PreparedRsa>,
        arrow: Option<Arrow>,
    ) -> Result<Executed, Refusal> {
        if matches!(pending.action, Action::Backup { .. }) {
            return Err(Refusal::Usage(
                "A backup is carried out with a folder to copy to: use the backup command. Nothing was changed.".into(),
            ));
        }
        let opener = self.opener(pending)?;
        let mut working = self.state.clone();
        let outcome = self.run_action(&mut working, &pending.action, opener.as_ref(), prepared)?;
        self.record_effects(&mut working, &pending.action, &outcome.responses);
        if arrow.is_none() {
            let id = &pending.act.approval_id;
            self.awaits_comparison(&mut working, id, &outcome.responses);
        }
        let digest = hex(&pending.act.digest());
        let mut executed = Executed {
            responses: outcome.responses,
            token: outcome.token,
            seq: self.book.seq(),
            digest: digest.clone(),
            who: pending.who(),
        };
        self.remember_file(&mut working, (&pending.action, &executed), arrow.is_some());
        if let Some(arrow) = arrow {
            let shown = super::transition::evidence(&pending.action, &outcome.steps);
            super::journal::apply(
                &mut working,
                arrow,
                Some(super::journal::Effect {
                    action: &pending.action,
                    responses: &executed.responses,
                    token: executed.token.as_deref(),
                    digest: &digest,
                    evidence: shown,
                }),
                self.now(),
            )?;
        }
        let transitions: Vec<Transition> = outcome
            .steps
            .into_iter()
            .map(|step| {
                step.signed_as_part_of(&pending.act, &digest, &pending.signatures, pending.required)
            })
            .collect();
        working.consumed = vec![serde_bytes::ByteBuf::from(pending.act.approval_id.to_vec())];
        self.commit(working, &transitions, false)?;
        if Self::lets_out(&pending.action) {
            self.seal_audit()?;
        }
        executed.seq = self.book.seq();
        self.after_clock_was_set(&pending.action);
        Ok(executed)
    }

    /// Runs an action on a copy of the state.
    pub(crate) fn run_action(
        &mut self,
        working: &mut State,
        action: &Action,
        opener: Option<&super::locks::Opener<'_>>,
        prepared: Option<PreparedRsa>,
    ) -> Result<Ran, Refusal> {
        let requests = action.requests();
        let mut prepared = prepared;
        let mut ran = Ran {
            responses: Vec::new(),
            token: None,
            steps: Vec::new(),
        };
        let now = self.now_in(&working.clock);
        if let Action::Custody(act) = action {
            let step = self.done_custody(working, act, now.millis())?;
            ran.steps.push(step);
        }
        if let Action::Components(act) = action {
            let (response, step) = self.run_components(working, act, opener)?;
            ran.responses.extend(response);
            ran.steps.push(step);
        }
        if let Action::Tr34(act) = action {
            let (token, step) = self.run_tr34(working, act, opener)?;
            ran.token = Some(token);
            ran.steps.push(step);
        }
        for (n, request) in requests.iter().enumerate() {
            let request = super::list::bound(request, &ran.responses)?;
            // The working copy's: for programs the vault's own is set aside meanwhile.
            let with = (now, super::limits::of(&working.policy));
            let response = self
                .handle(&mut working.engine, &request, with, opener, prepared.take())
                .map_err(|e| super::list::error(requests, n, e))?;
            super::inventory::no_foreign_key(working, &response)?;
            ran.steps
                .push(Transition::act(&request, &response, &working.engine));
            ran.responses.push(response);
        }
        Ok(ran)
    }

    fn handle(
        &mut self,
        engine: &mut EngineState,
        request: &Request,
        (now, limits): (Timestamp, crate::engine::Limits),
        opener: Option<&super::locks::Opener<'_>>,
        prepared: Option<PreparedRsa>,
    ) -> Result<Response, Refusal> {
        let clock = super::clock::Fixed(now);
        let prepared = prepared.or_else(|| self.ahead.take(EngineState::needs_rsa(request)));
        let prepared_root = if super::ahead::issues(request) {
            self.ahead.take(engine.needs_root(now))
        } else {
            None
        };
        let sealer = super::locks::Sealer(self.book.use_recipient().to_owned());
        let mut context = crate::engine::Context {
            clock: &clock,
            entropy: &mut self.entropy,
            seal: &sealer,
            open: opener.map(|o| o as &dyn crate::engine::SecretOpen),
            prepared,
            prepared_root,
            stop: self.ahead.stop.flag(),
            vault: self.book.short_id(),
            profile: self.profile,
            limits,
        };
        let answer = engine.handle(request, &mut context);
        // What was not needed (a token given again, a refusal) waits for the next.
        let unused = [context.prepared.take(), context.prepared_root.take()];
        for pair in unused {
            self.ahead.put(pair);
        }
        answer.map_err(|error| self.refused(error))
    }

    /// The act as it would be signed now.
    pub(crate) fn act_of(
        &self,
        action: &Action,
        issuer: &str,
        issuer_key: String,
        origin: Option<&Origin>,
        approval_id: [u8; 32],
    ) -> Act {
        Act {
            vault_id: self.book.vault_id().to_owned(),
            epoch: self.book.epoch().to_owned(),
            seq: self.book.seq(),
            state_head: self.book.state_head(),
            approval_id,
            issuer: issuer.to_owned(),
            issuer_key,
            script: origin.map(|o| o.script),
            step: origin.map(|o| o.step.clone()),
            action: action.to_json(),
        }
    }

    /// Finds a pending act that still stands on this state; one that does not is taken off the table.
    fn standing(&mut self, id: &[u8; 32]) -> Result<usize, Refusal> {
        let at = self.position(id)?;
        let Some(pending) = self.pending.get(at) else {
            return Err(gone());
        };
        let now = self.act_of(
            &pending.action,
            &pending.act.issuer,
            pending.act.issuer_key.clone(),
            pending.origin.as_ref(),
            pending.act.approval_id,
        );
        if let Err(void) = custody::unchanged(&pending.act, &now) {
            self.pending.remove(at);
            return Err(Refusal::Approval(void.to_string()));
        }
        Ok(at)
    }

    pub(super) fn position(&self, id: &[u8; 32]) -> Result<usize, Refusal> {
        self.pending
            .iter()
            .position(|p| p.act.approval_id == *id)
            .ok_or_else(gone)
    }
}

/// How signatures are counted here: consumed ids never count, and in production none from an unlock file.
pub(crate) fn tally<'a>(
    people: &'a [custody::Person],
    consumed: &'a BTreeSet<[u8; 32]>,
    profile: Profile,
    (required, appointees): (u8, &'a [&'a str]),
) -> Tally<'a> {
    Tally {
        people,
        required,
        consumed: Some(consumed),
        unlock_files: profile.allows_unlock_files(),
        appointees,
    }
}

/// What an action did to the copy.
pub(crate) struct Ran {
    /// Responses in order.
    pub(crate) responses: Vec<Response>,
    /// The token of an act on other TR-34 tokens, upper-case hex.
    pub(crate) token: Option<String>,
    /// Transitions in order.
    pub(crate) steps: Vec<Transition>,
}

pub(crate) fn gone() -> Refusal {
    Refusal::Usage(
        "There is no such request on the table: it was executed, withdrawn or voided. Nothing was changed. Ask again."
            .into(),
    )
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}
