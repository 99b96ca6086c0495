//! The book: vault file, state head and audit chain moved together, so that what is reported is durable.

use std::io::{BufReader, Read};

use minicbor_serde::{from_slice, to_vec};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::api::Timestamp;
use crate::custody::state_head;
use crate::evidence::audit::{self, AuditKey, Chain, Event, Head, Kind, Line};
use crate::vault::{self, AuditHead, Change, CustodyFile, Identity, Store, Vault, VaultError};

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
}

/// A book as it was opened.
pub(crate) struct OpenBook {
    /// The book.
    pub(crate) book: Book,
    /// The state in it.
    pub(crate) state: State,
    /// What was found and settled.
    pub(crate) notes: Vec<String>,
    /// The state head at the card's sequence number, if the log knows it.
    pub(crate) card_head: Option<[u8; 32]>,
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

    /// Opens a vault with V, reads its log, and settles what a crash left between log and state. The head that
    /// the log knows for the sequence number `card` is kept, to be compared with a witness card.
    pub(crate) fn open(
        store: Box<dyn Store>,
        v: &Identity,
        at: Timestamp,
        card: Option<u64>,
    ) -> Result<OpenBook, Refusal> {
        let (vault, sealed) = Vault::open(store, v).map_err(vault_refusal)?;
        let state: State = from_slice(sealed.bytes()).map_err(|e| {
            Refusal::Vault(format!(
                "The state of this vault cannot be read: {e}. Nothing was changed."
            ))
        })?;
        let header = vault.header().clone();
        let vault_id = super::door::hex(&header.vault_id);
        let audit_key = v.derive(AUDIT_LABEL);
        let keys = [AuditKey::new(1, *audit_key)];
        let sealed_head = Head {
            count: header.audit_head.count,
            hash: header.audit_head.hash,
        };
        let log: Box<dyn Read + Send> = vault
            .audit_reader()
            .map_err(storage)?
            .unwrap_or_else(|| Box::new(std::io::empty()));
        let mut last_group: Vec<Event> = Vec::new();
        let mut card_head = (card == Some(0)).then(|| state_head::head0(&vault_id));
        let mut each = |line: &Line| {
            remember(&mut last_group, &line.event);
            card_head = head_at(&line.event, card).or(card_head);
        };
        let reading = audit::read(
            BufReader::new(log),
            &vault_id,
            &keys,
            sealed_head,
            &mut each,
        )
        .map_err(|e| Refusal::Vault(e.to_string()))?;
        let position = Position {
            seq: header.seq,
            head: header.state_head,
        };
        let mut book = Self {
            vault,
            chain: reading.chain(),
            audit_key,
            state_key: v.derive(STATE_LABEL),
            vault_id,
            epoch: super::door::hex(&header.epoch),
            epoch_bytes: header.epoch,
            position,
        };
        let before = book.chain.head();
        let notes = book.settle_log(&reading, &last_group, at)?;
        if book.chain.head() != before {
            // Sealed at once: the log may hold one unsealed group at most, whatever follows.
            book.write(&state, false)?;
        }
        Ok(OpenBook {
            book,
            state,
            notes,
            card_head,
        })
    }

    /// Completes outcomes of the sealed group, voids intents that no commit sealed.
    fn settle_log(
        &mut self,
        reading: &audit::Reading,
        last_group: &[Event],
        at: Timestamp,
    ) -> Result<Vec<String>, Refusal> {
        let mut notes = Vec::new();
        let mut lines = Vec::new();
        let missing = reading.missing_outcomes();
        for intent in last_group
            .iter()
            .filter(|e| e.group.is_some_and(|g| missing.contains(&g.index)))
        {
            notes.push(format!(
                "{} was done before an interruption; its outcome is recorded now",
                intent.op
            ));
            let mut outcome = outcome(intent, at);
            outcome.details.insert("settled".into(), true.into());
            lines.push(outcome);
        }
        for line in reading.to_void() {
            notes.push(format!(
                "{} was interrupted before it was done: nothing of it happened",
                line.event.op
            ));
            let mut void = Event::new(at, Kind::Void, &line.event.op).by(line.event.who.clone());
            void.group = line.event.group;
            lines.push(void);
        }
        for (at_line, fragment) in &reading.torn {
            notes.push(format!(
                "line {at_line} of the log was torn after {} bytes; it is marked as such",
                fragment.bytes
            ));
        }
        self.append(lines)?;
        Ok(notes)
    }

    fn append(&mut self, events: Vec<Event>) -> Result<(), Refusal> {
        if events.is_empty() {
            return Ok(());
        }
        let key = AuditKey::new(1, *self.audit_key);
        let lines: Vec<u8> = events
            .into_iter()
            .flat_map(|event| self.chain.append(event, &key))
            .collect();
        self.vault.append_audit(&lines).map_err(storage)
    }

    /// Commits a state with what led to it: intents, vault.age, outcomes; durable when this returns.
    pub(crate) fn commit(
        &mut self,
        state: &State,
        transitions: &[Transition],
        destroys: bool,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let acts: Vec<&Transition> = transitions.iter().filter(|t| t.moves).collect();
        let of = u32::try_from(acts.len()).unwrap_or(u32::MAX);
        let commit = self.vault.header().commit + 1;
        let before = (self.position, self.chain.clone());
        let mut events: Vec<Event> = transitions
            .iter()
            .filter(|t| !t.moves)
            .map(|t| event(t, Kind::Noted, now))
            .collect();
        for (index, transition) in (0_u32..).zip(&acts) {
            self.advance(transition);
            let mut intent = event(transition, Kind::Intent, now).in_group(commit, index, of);
            intent
                .details
                .insert("seq".into(), self.position.seq.into());
            intent.details.insert(
                "state_head".into(),
                super::door::hex(&self.position.head).into(),
            );
            events.push(intent);
        }
        let outcomes: Vec<Event> = events
            .iter()
            .filter(|e| e.kind == Kind::Intent)
            .map(|intent| outcome(intent, now))
            .collect();
        let done = self
            .append(events)
            .and_then(|()| self.write(state, destroys));
        if let Err(refusal) = done {
            // The lines that were written stay in the log as intents that nothing sealed; opening voids them.
            self.position = before.0;
            return Err(refusal);
        }
        self.append(outcomes)
    }

    /// Writes vault.age with the present audit head.
    pub(crate) fn write(&mut self, state: &State, destroys: bool) -> Result<(), Refusal> {
        let bytes = encode(state)?;
        let change = Change {
            epoch: self.epoch_bytes,
            seq: self.position.seq,
            state_head: self.position.head,
            audit_head: audit_head(self.chain.head()),
            custody: None,
            state: &bytes,
            destroys,
        };
        self.vault.commit(&change).map_err(vault_refusal)
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

    /// Raises seq and moves the state head by one transition.
    pub(crate) fn advance(&mut self, transition: &Transition) {
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

    pub(crate) const fn state_head(&self) -> [u8; 32] {
        self.position.head
    }

    pub(crate) fn vault_id(&self) -> &str {
        &self.vault_id
    }

    pub(crate) fn epoch(&self) -> &str {
        &self.epoch
    }

    pub(crate) fn custody(&self) -> &CustodyFile {
        self.vault.custody()
    }

    pub(crate) fn use_recipient(&self) -> &str {
        &self.vault.custody().recipients.use_
    }

    pub(crate) fn k(&self) -> u8 {
        self.vault.custody().k
    }

    pub(crate) fn t(&self) -> u8 {
        self.vault.custody().t
    }

    pub(crate) fn n(&self) -> u8 {
        self.vault.custody().n
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
}

/// What became of an intent that was sealed.
fn outcome(intent: &Event, at: Timestamp) -> Event {
    let mut outcome = Event::new(at, Kind::Outcome, &intent.op).by(intent.who.clone());
    outcome.group = intent.group;
    outcome.with("result", "ok")
}

/// The state head that an intent names, if it is the one of sequence number `card`.
fn head_at(event: &Event, card: Option<u64>) -> Option<[u8; 32]> {
    let seq = event.details.get("seq")?.as_u64()?;
    if event.kind != Kind::Intent || Some(seq) != card {
        return None;
    }
    let hex = event.details.get("state_head")?.as_str()?;
    data_encoding::HEXLOWER
        .decode(hex.as_bytes())
        .ok()?
        .try_into()
        .ok()
}

/// Keeps the intents of the latest group seen.
fn remember(last_group: &mut Vec<Event>, event: &Event) {
    if event.kind != Kind::Intent {
        return;
    }
    let commit = event.group.map(|g| g.commit);
    if last_group
        .first()
        .is_some_and(|first| first.group.map(|g| g.commit) != commit)
    {
        last_group.clear();
    }
    last_group.push(event.clone());
}

fn event(transition: &Transition, kind: Kind, now: Timestamp) -> Event {
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
