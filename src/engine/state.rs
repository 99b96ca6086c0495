//! The engine's state: the account's keys in listing order, with indexes that are rebuilt on load.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use serde::Deserialize;

use crate::api::{KeyState, Timestamp};

use super::{KeyRecord, authority::Authority, stored::StoredState, tokens::Token};

/// Listing order: creation time, then key id (the rest of the ARN is one for the whole state).
pub(super) type Position = (Timestamp, Arc<str>);

/// Aliases by full name (`alias/...`), and the id of the key each stands for, if any.
pub(super) type Aliases = BTreeMap<Arc<str>, Option<Arc<str>>>;

/// The control plane's state in memory.
///
/// Records are shared between copies until one changes, so a copy (an act list runs on one) stays cheap with
/// 100 000 keys.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "StoredState")]
pub struct EngineState {
    account: String,
    region: String,
    keys: BTreeMap<Position, Arc<KeyRecord>>,
    by_id: HashMap<Arc<str>, Timestamp>,
    /// When the newest key was made, and how many were made before it at that moment.
    newest: Option<(Timestamp, u32)>,
    /// How many keys are in DELETE_COMPLETE.
    destroyed: usize,
    /// Keys in DELETE_PENDING by the end of their window.
    pending: BTreeSet<(Timestamp, Position)>,
    /// Aliases by full name, and the id of the key each stands for.
    pub(super) aliases: Aliases,
    /// Tokens by name, ended ones included.
    pub(super) tokens: BTreeMap<Arc<str>, Arc<Token>>,
    /// The vault's own certificate authority, once something was issued.
    pub(super) authority: Option<Arc<Authority>>,
}

/// A key whose window ran out and whose material was wiped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destroyed {
    /// The key.
    pub arn: String,
    /// Its DeleteTimestamp.
    pub at: Timestamp,
}

impl EngineState {
    /// The state as versions wrote it that kept neither check values beside a key's own nor the order of one moment.
    #[cfg(test)]
    pub(super) fn of_before(mut self) -> Self {
        for record in self.keys.values_mut() {
            let record = Arc::make_mut(record);
            record.aes_check_values = None;
            record.made_after = 0;
        }
        self.newest = self.newest.map(|(at, _)| (at, 0));
        self
    }

    /// An account without keys: `account` is 12 digits, `region` like `us-east-1`.
    pub fn new(account: impl Into<String>, region: impl Into<String>) -> Self {
        Self {
            account: account.into(),
            region: region.into(),
            keys: BTreeMap::new(),
            by_id: HashMap::new(),
            newest: None,
            destroyed: 0,
            pending: BTreeSet::new(),
            aliases: Aliases::new(),
            tokens: BTreeMap::new(),
            authority: None,
        }
    }

    /// The account, 12 digits.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The region, `us-east-1`.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Every key, tombstones included, by creation time, then ARN.
    pub fn records(&self) -> impl DoubleEndedIterator<Item = &KeyRecord> {
        self.keys.values().map(AsRef::as_ref)
    }

    /// Every key, tombstones included, in the order of their making.
    pub fn as_made(&self) -> Vec<&KeyRecord> {
        let mut records: Vec<&KeyRecord> = self.records().collect();
        records.sort_by_key(|record| (record.key.create_timestamp, record.made_after));
        records
    }

    /// How many keys there are, tombstones included.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// How many keys there are that are not gone at `now`.
    pub(super) fn living_count(&self, now: Timestamp) -> usize {
        let due = self.pending.iter().take_while(|(until, _)| *until <= now);
        self.len() - self.destroyed - due.count()
    }

    /// Whether there was never a key.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key that an identifier names, tombstones included: a key ARN, an alias ARN or an alias.
    pub fn find(&self, identifier: &str) -> Option<&KeyRecord> {
        let id = match self.alias_in(identifier) {
            Some(alias) => self.aliases.get(alias)?.as_deref()?,
            None => self.id_in_arn(identifier)?,
        };
        self.by_key_id(id)
    }

    /// The key with this 16-character id.
    pub(super) fn by_key_id(&self, id: &str) -> Option<&KeyRecord> {
        let (id, created) = self.by_id.get_key_value(id)?;
        self.keys.get(&(*created, id.clone())).map(AsRef::as_ref)
    }

    /// Keys whose deletion window has run out, longest ago first.
    pub fn due(&self, now: Timestamp) -> Vec<String> {
        self.pending
            .iter()
            .take_while(|(until, _)| *until <= now)
            .filter_map(|(_, position)| self.keys.get(position))
            .map(|record| record.key.key_arn.clone())
            .collect()
    }

    /// Keys after `from` (or from the beginning), in listing order.
    pub(super) fn after(&self, from: Option<Position>) -> impl Iterator<Item = &KeyRecord> {
        let start = from.map_or(std::ops::Bound::Unbounded, std::ops::Bound::Excluded);
        self.keys
            .range((start, std::ops::Bound::Unbounded))
            .map(|(_, record)| record.as_ref())
    }

    /// Adds the record of a key that was made just now, behind those of the same moment.
    pub(super) fn add(&mut self, mut record: KeyRecord) {
        record.made_after = match self.newest {
            Some((at, before)) if at == record.key.create_timestamp => before.saturating_add(1),
            _ => 0,
        };
        self.put(record);
    }

    /// Adds a new record or replaces the one with its id, and keeps the indexes true.
    pub(super) fn put(&mut self, record: KeyRecord) {
        let id: Arc<str> = record.key_id().into();
        let position = (record.key.create_timestamp, id.clone());
        let made = (record.key.create_timestamp, record.made_after);
        self.newest = self.newest.max(Some(made));
        let was_gone = self
            .keys
            .get(&position)
            .is_some_and(|old| old.key.key_state == KeyState::DELETE_COMPLETE);
        if !was_gone && record.key.key_state == KeyState::DELETE_COMPLETE {
            self.destroyed += 1;
        }
        if let Some(old) = self.keys.get(&position).and_then(|old| until(old)) {
            self.pending.remove(&(old, position.clone()));
        }
        if let Some(until) = until(&record) {
            self.pending.insert((until, position.clone()));
        }
        self.by_id.insert(id, position.0);
        self.keys.insert(position, Arc::new(record));
    }
}

fn until(record: &KeyRecord) -> Option<Timestamp> {
    (record.key.key_state == KeyState::DELETE_PENDING)
        .then_some(record.key.delete_pending_timestamp)
        .flatten()
}
