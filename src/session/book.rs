//! The book: vault file, state head and audit chain moved together, so that what is reported is durable.

mod opening;

pub(crate) use opening::SinceCard;

use minicbor_serde::to_vec;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::api::Timestamp;
use crate::custody::state_head;
use crate::evidence::audit::{AuditKey, Chain, Event, Head, Kind};
use crate::vault::{self, AuditHead, Change, CustodyFile, Identity, Store, Vault, VaultError};

use super::era::{Era, EraKey};
use super::error::Refusal;
use super::state::State;
use super::transition::Transition;

/// HKDF labels of the keys derived from V.
const AUDIT_LABEL: &str = "audit";
const STATE_LABEL: &str = "state";

/// The vault's files and where they stand.
pub(crate) struct Book {
    vault: Vault,
    chain: Chain,
    audit_key: Zeroizing<[u8; 32]>,
    state_key: Zeroizing<[u8; 32]>,
    vault_id: String,
    epoch: String,
    epoch_bytes: [u8; 16],
    position: Position,
    /// The recovery set, where it opened the vault: its thresholds and envelopes count.
    by_recovery: Option<CustodyFile>,
    /// A write failed: whether its line stands in the log is not known here, so that no other line may follow it.
    failed: Option<String>,
}

/// How a commit differs from an ordinary one.
#[derive(Default)]
pub(crate) struct Turn<'a> {
    /// Material ends with it: every earlier vault file is removed.
    pub(crate) destroys: bool,
    /// The custody files accepted from then on.
    pub(crate) custody: Option<Vec<[u8; 32]>>,
    /// Another vault identity.
    pub(crate) under: Option<&'a Identity>,
    /// Another epoch.
    pub(crate) epoch: Option<[u8; 16]>,
}

/// What people sign: raised together.
#[derive(Clone, Copy)]
pub(crate) struct Position {
    seq: u64,
    head: [u8; 32],
}

impl Book {
    /// Makes a vault: the first audit lines, then custody.toml and vault.age.
    pub(crate) fn create(
        mut store: Box<dyn Store>,
        v: &Identity,
        custody: CustodyFile,
        epoch: [u8; 16],
        state: &State,
        events: Vec<Event>,
    ) -> Result<Self, Refusal> {
        let vault_id = super::door::hex(&custody.vault_id);
        let audit_key = v.derive(AUDIT_LABEL);
        let mut chain = Chain::new(&vault_id);
        let key = AuditKey::new(1, *audit_key);
        let lines: Vec<u8> = events
            .into_iter()
            .flat_map(|event| chain.append(event, &key))
            .collect();
        if store.read(vault::CUSTODY).map_err(storage)?.is_some() {
            return Err(Refusal::Vault(
                "A vault is here already. It was not touched; choose another folder.".into(),
            ));
        }
        store.append(vault::AUDIT, &lines).map_err(storage)?;
        let position = Position {
            seq: 0,
            head: state_head::head0(&vault_id),
        };
        let bytes = encode(state)?;
        let first = Change {
            epoch,
            seq: position.seq,
            state_head: position.head,
            audit_head: audit_head(chain.head()),
            custody: None,
            state: &bytes,
            destroys: false,
        };
        let vault = Vault::create(store, v, custody, &first).map_err(vault_refusal)?;
        Ok(Self {
            by_recovery: None,
            failed: None,
            vault,
            chain,
            audit_key,
            state_key: v.derive(STATE_LABEL),
            vault_id,
            epoch: super::door::hex(&epoch),
            epoch_bytes: epoch,
            position,
        })
    }

    fn append(&mut self, events: Vec<Event>) -> Result<(), Refusal> {
        if events.is_empty() {
            return Ok(());
        }
        if let Some(why) = &self.failed {
            return Err(Refusal::Vault(why.clone()));
        }
        let key = AuditKey::new(1, *self.audit_key);
        let lines: Vec<u8> = events
            .into_iter()
            .flat_map(|event| self.chain.append(event, &key))
            .collect();
        let done = self.vault.append_audit(&lines).map_err(storage);
        // The chain here has moved and the file may not have: whoever calls, nothing is written behind it.
        done.inspect_err(|refusal| self.failed = Some(refusal.to_string()))
    }

    /// Why nothing more can be written: a line that may or may not stand.
    pub(crate) fn failed(&self) -> Option<&str> {
        self.failed.as_deref()
    }

    /// Commits a state with what led to it: intents, vault.age, outcomes; durable when this returns.
    ///
    /// With another identity or epoch, what the present one vouched for is kept in the state, and the transitions
    /// count in the new era.
    pub(crate) fn commit(
        &mut self,
        state: &mut State,
        transitions: &[Transition],
        turn: &Turn<'_>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let before = (
            self.position,
            self.state_key.clone(),
            self.epoch_bytes,
            self.audit_key.clone(),
        );
        let lines = self.chain.head().count + transitions.len() as u64;
        if turn.under.is_some() || turn.epoch.is_some() {
            state.eras.push(Era {
                lines,
                seq: self.position.seq,
                epoch: serde_bytes::ByteBuf::from(self.epoch_bytes),
                audit_key: EraKey::keep(&self.audit_key),
                state_key: EraKey::keep(&self.state_key),
            });
        }
        if let Some(v) = turn.under {
            self.state_key = v.derive(STATE_LABEL);
        }
        self.set_epoch(turn.epoch.unwrap_or(self.epoch_bytes));
        let events = self.events(transitions, now);
        let done = self.group(state, events, turn, (before.0, now));
        if done.is_err() {
            self.state_key = before.1;
            self.set_epoch(before.2);
            self.audit_key = before.3;
        }
        done
    }

    fn set_epoch(&mut self, epoch: [u8; 16]) {
        self.epoch = super::door::hex(&epoch);
        self.epoch_bytes = epoch;
    }

    /// The lines of a group: notes, then intents; the position moves with every intent.
    fn events(&mut self, transitions: &[Transition], now: Timestamp) -> Vec<Event> {
        let acts: Vec<&Transition> = transitions.iter().filter(|t| t.moves).collect();
        let of = u32::try_from(acts.len()).unwrap_or(u32::MAX);
        let commit = self.vault.header().commit + 1;
        let mut events: Vec<Event> = transitions
            .iter()
            .filter(|t| !t.moves)
            .map(|t| event(t, Kind::Noted, now))
            .collect();
        for (index, transition) in (0_u32..).zip(&acts) {
            let leaf = self.advance(transition);
            let mut intent = event(transition, Kind::Intent, now).in_group(commit, index, of);
            intent
                .details
                .insert("seq".into(), self.position.seq.into());
            intent.details.insert(
                "state_head".into(),
                super::door::hex(&self.position.head).into(),
            );
            // A leaf gives nothing away, and a bundle links every head with it.
            intent
                .details
                .insert("leaf".into(), super::door::hex(&leaf).into());
            events.push(intent);
        }
        events
    }

    /// Intents, vault.age, outcomes. The outcomes are vouched for by the identity then in force.
    fn group(
        &mut self,
        state: &State,
        events: Vec<Event>,
        turn: &Turn<'_>,
        (before, now): (Position, Timestamp),
    ) -> Result<(), Refusal> {
        let outcomes: Vec<Event> = events
            .iter()
            .filter(|e| e.kind == Kind::Intent)
            .map(|intent| outcome(intent, now))
            .collect();
        let done = self.append(events).and_then(|()| self.put(state, turn));
        if let Err(refusal) = done {
            // The lines that were written stay in the log as intents that nothing sealed; opening voids them.
            self.position = before;
            return Err(refusal);
        }
        if let Some(v) = turn.under {
            self.audit_key = v.derive(AUDIT_LABEL);
        }
        self.append(outcomes)
    }

    /// Writes vault.age with the present audit head.
    pub(crate) fn write(&mut self, state: &State) -> Result<(), Refusal> {
        self.put(state, &Turn::default())
    }

    fn put(&mut self, state: &State, turn: &Turn<'_>) -> Result<(), Refusal> {
        let bytes = encode(state)?;
        let change = Change {
            epoch: self.epoch_bytes,
            seq: self.position.seq,
            state_head: self.position.head,
            audit_head: audit_head(self.chain.head()),
            custody: turn.custody.clone(),
            state: &bytes,
            destroys: turn.destroys,
        };
        match turn.under {
            Some(v) => self.vault.commit_under(v, &change),
            None => self.vault.commit(&change),
        }
        .map_err(vault_refusal)
    }

    /// Writes a line that stands alone, vouched.
    pub(crate) fn line(
        &mut self,
        kind: Kind,
        transition: &Transition,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.append(vec![event(transition, kind, now)])
    }

    /// Writes lines that stand alone, vouched, in one go.
    pub(crate) fn lines(
        &mut self,
        kind: Kind,
        transitions: &[Transition],
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.append(transitions.iter().map(|t| event(t, kind, now)).collect())
    }

    /// Raises seq and moves the state head by one transition; returns its leaf.
    pub(crate) fn advance(&mut self, transition: &Transition) -> [u8; 32] {
        let seq = self.position.seq + 1;
        let salt = state_head::salt(&*self.state_key, &self.epoch, seq);
        let leaf = state_head::leaf(
            &salt,
            seq,
            &transition.operation,
            &transition.request,
            &transition.response,
        );
        self.position = Position {
            seq,
            head: state_head::next_head(&self.position.head, &leaf),
        };
        leaf
    }

    /// Where the position stands, to come back to.
    pub(crate) const fn mark(&self) -> Position {
        self.position
    }

    /// Comes back to a mark.
    pub(crate) const fn rewind(&mut self, mark: Position) {
        self.position = mark;
    }

    pub(crate) const fn seq(&self) -> u64 {
        self.position.seq
    }

    /// What the salts of the state heads come from.
    pub(crate) fn state_key(&self) -> &[u8] {
        &*self.state_key
    }

    pub(crate) const fn state_head(&self) -> [u8; 32] {
        self.position.head
    }

    pub(crate) fn vault_id(&self) -> &str {
        &self.vault_id
    }

    /// Its first eight digits, which stand in the names of the vault's roots.
    pub(crate) fn short_id(&self) -> &str {
        self.vault_id.get(..8).unwrap_or(&self.vault_id)
    }

    pub(crate) fn epoch(&self) -> &str {
        &self.epoch
    }

    /// The same as bytes.
    pub(crate) const fn epoch_bytes(&self) -> &[u8; 16] {
        &self.epoch_bytes
    }

    /// The set that acts here: the custodians', or the recovery set that opened the vault.
    pub(crate) fn custody(&self) -> &CustodyFile {
        self.by_recovery
            .as_ref()
            .unwrap_or_else(|| self.vault.custody())
    }

    /// The vault's own custody file, whoever opened it.
    pub(crate) fn whole_custody(&self) -> &CustodyFile {
        self.vault.custody()
    }

    /// The custody file that a person's envelopes were sealed against.
    pub(crate) fn custody_of(&self, name: &str) -> &CustodyFile {
        let own = self.by_recovery.as_ref();
        own.filter(|file| file.person(name).is_some())
            .unwrap_or_else(|| self.vault.custody())
    }

    /// From here on this recovery set acts; `None`: the custodians again.
    pub(crate) fn sit_by(&mut self, recovery: Option<CustodyFile>) {
        self.by_recovery = recovery;
    }

    pub(crate) fn use_recipient(&self) -> &str {
        &self.vault.custody().recipients.use_
    }

    pub(crate) fn k(&self) -> u8 {
        self.custody().k
    }

    pub(crate) fn t(&self) -> u8 {
        self.custody().t
    }

    pub(crate) fn n(&self) -> u8 {
        self.custody().n
    }

    pub(crate) fn commit_number(&self) -> u64 {
        self.vault.header().commit
    }

    pub(crate) const fn audit_head(&self) -> Head {
        self.chain.head()
    }

    /// The open vault, for backup and witness card.
    pub(crate) const fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The open vault, for its custody files alone: what changes state is committed.
    pub(crate) const fn vault_mut(&mut self) -> &mut Vault {
        &mut self.vault
    }

    /// The audit keys of the whole log.
    pub(crate) fn audit_keys(&self, state: &State) -> Vec<AuditKey> {
        super::era::audit_keys(&state.eras, &self.audit_key)
    }

    /// The set of shares in force, lower-case hex.
    pub(crate) fn set(&self) -> String {
        super::door::hex(&self.vault.custody().set_id)
    }
}

/// What became of an intent that was sealed.
fn outcome(intent: &Event, at: Timestamp) -> Event {
    let mut outcome = Event::new(at, Kind::Outcome, &intent.op).by(intent.who.clone());
    outcome.group = intent.group;
    outcome.with("result", "ok")
}

/// A transition as a line of the log.
pub(crate) fn event(transition: &Transition, kind: Kind, now: Timestamp) -> Event {
    let mut event = Event::new(now, kind, &transition.operation).by(transition.who.clone());
    event.details.clone_from(&transition.details);
    if transition.moves {
        for (name, value) in [
            ("request", &transition.request),
            ("response", &transition.response),
        ] {
            let digest = Sha256::digest(crate::custody::json::canonical(value));
            event
                .details
                .insert(format!("{name}_sha256"), super::door::hex(&digest).into());
        }
    }
    event
}

const fn audit_head(head: Head) -> AuditHead {
    AuditHead {
        hash: head.hash,
        count: head.count,
    }
}

fn encode(state: &State) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    to_vec(state).map(Zeroizing::new).map_err(|e| {
        Refusal::Vault(format!(
            "The state could not be written: {e}. Nothing in the vault changed."
        ))
    })
}

/// A store's error at the door.
#[allow(clippy::needless_pass_by_value)] // as map_err gives it
pub(crate) fn storage(error: vault::StoreError) -> Refusal {
    Refusal::Vault(error.to_string())
}

/// A vault's error at the door.
#[allow(clippy::needless_pass_by_value)] // as map_err gives it
pub(crate) fn vault_refusal(error: VaultError) -> Refusal {
    Refusal::Vault(error.to_string())
}
