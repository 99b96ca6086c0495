//! Opening the book: the log read against the sealed head, and what a crash left between the two settled.

use std::collections::VecDeque;
use std::io::{BufReader, Read};

use minicbor_serde::from_slice;

use crate::api::Timestamp;
use crate::custody::policy::operation;
use crate::custody::state_head;
use crate::evidence::audit::{self, Event, Head, Kind, Line};
use crate::text::tr;
use crate::vault::{Identity, Store, Vault};

use super::super::era::audit_keys;
use super::super::error::Refusal;
use super::super::state::State;
use super::super::trail_words::called_closely;
use super::{AUDIT_LABEL, Book, Position, STATE_LABEL, outcome, storage, vault_refusal};

/// A book as it was opened.
pub(crate) struct OpenBook {
    /// The book.
    pub(crate) book: Book,
    /// The state in it.
    pub(crate) state: State,
    /// What was found and settled.
    pub(crate) notes: Vec<String>,
    /// Where the sealed log stood.
    pub(crate) sealed: Head,
    /// What the log knows of the witness card's sequence number.
    pub(crate) since: SinceCard,
}

/// What the log says about a witness card: the state head at its sequence number, and what was done after it.
#[derive(Default)]
pub(crate) struct SinceCard {
    /// The state head at the card's sequence number, if the log knows it.
    pub(crate) head: Option<[u8; 32]>,
    /// The latest changes after it, the oldest first: what, when, by whom.
    pub(crate) changes: VecDeque<String>,
}

impl SinceCard {
    /// So many are told in words; the audit log holds all of them.
    const TOLD: usize = 5;

    /// Takes notice of a line of the log.
    fn notice(&mut self, event: &Event, card: u64) {
        let seq = event.details.get("seq").and_then(serde_json::Value::as_u64);
        if event.kind != Kind::Intent || seq.is_none_or(|seq| seq <= card) {
            return;
        }
        if self.changes.len() == Self::TOLD {
            self.changes.pop_front();
        }
        let when = super::super::sentence_custody::when(event.time.millis());
        let what = called_closely(event).unwrap_or(&event.op);
        let kcv = event.details.get("kcv").and_then(serde_json::Value::as_str);
        let what = kcv.map_or_else(|| what.to_owned(), |kcv| format!("{what} {kcv}"));
        self.changes
            .push_back(format!("{what} ({when}, {})", event.who.join(", ")));
    }
}

/// The log; nothing where there is none yet.
fn log_of(vault: &Vault) -> Result<Box<dyn Read + Send>, Refusal> {
    let log = vault.audit_reader().map_err(storage)?;
    Ok(log.unwrap_or_else(|| Box::new(std::io::empty())))
}

impl Book {
    /// Opens a vault with V, reads its log, and settles what a crash left between log and state. The head that
    /// the log knows for the sequence number `card` is kept, to be compared with a witness card.
    pub(crate) fn open(
        store: Box<dyn Store>,
        v: &Identity,
        at: Timestamp,
        card: Option<u64>,
    ) -> Result<OpenBook, Refusal> {
        let (vault, sealed) = Vault::open(store, v).map_err(vault_refusal)?;
        let state = state_in(sealed.bytes())?;
        let header = vault.header().clone();
        let vault_id = crate::session::door::hex(&header.vault_id);
        let audit_key = v.derive(AUDIT_LABEL);
        let keys = audit_keys(&state.eras, &audit_key);
        let (count, hash) = (header.audit_head.count, header.audit_head.hash);
        let sealed_head = Head { count, hash };
        let log = log_of(&vault)?;
        let mut last_group: Vec<Event> = Vec::new();
        let mut since = SinceCard {
            head: (card == Some(0)).then(|| state_head::head0(&vault_id)),
            ..SinceCard::default()
        };
        let mut cut_off = false;
        let mut each = |line: &Line| {
            cut_off = stands_open(&line.event).unwrap_or(cut_off);
            remember(&mut last_group, &line.event);
            since.head = head_at(&line.event, card).or(since.head);
            if let Some(card) = card {
                since.notice(&line.event, card);
            }
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
            failed: None,
            by_recovery: None,
            vault,
            chain: reading.chain(),
            audit_key,
            state_key: v.derive(STATE_LABEL),
            vault_id,
            epoch: crate::session::door::hex(&header.epoch),
            epoch_bytes: header.epoch,
            position,
        };
        let before = book.chain.head();
        let mut notes = book.settle_log(&reading, &last_group, at)?;
        notes.extend(cut_off.then(|| tr(CUT_OFF).to_owned()));
        if book.chain.head() != before {
            // Sealed at once: the log may hold one unsealed group at most, whatever follows.
            book.write(&state)?;
        }
        Ok(OpenBook {
            book,
            state,
            notes,
            sealed: sealed_head,
            since,
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
}

/// What is said of a session that nobody closed.
///
/// Which requests it took with it, and who had signed them, nobody can say here and no line of the log is made of it:
/// requests and signatures live in memory alone, so that nothing half approved lies on a medium. A run's signatures are
/// in its journal, and the line that takes it up (`run-resume`, `unused`) holds each.
const CUT_OFF: &str = "the session before was cut off, and not closed. What was done is in the log; what was asked for and not signed by all who must is gone, and is asked for anew";

/// Whether a session is open after this line; nothing where the line does not tell. In a copy the log ends with the making
/// of the copy, and nothing was cut off.
fn stands_open(event: &Event) -> Option<bool> {
    match event.kind {
        Kind::Opened => Some(true),
        Kind::Closed if event.op == "close" => Some(false),
        Kind::Intent | Kind::Outcome => Some(event.op != operation::BACKUP),
        _ => None,
    }
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

fn state_in(bytes: &[u8]) -> Result<State, Refusal> {
    from_slice(bytes).map_err(|e| {
        Refusal::Vault(format!(
            "The state of this vault cannot be read: {e}. Nothing was changed."
        ))
    })
}
