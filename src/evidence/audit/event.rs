//! One event, and the line that it becomes.
#![deny(clippy::indexing_slicing)]

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::PREFIX;
use crate::api::Timestamp;

/// What an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An act is about to be committed. Written before the commit that seals it.
    Intent,
    /// What became of a sealed intent. Written after the commit.
    Outcome,
    /// An intent that no commit sealed: nothing of it happened. Written by the next opening.
    Void,
    /// The vault was opened.
    Opened,
    /// The vault was closed or locked.
    Closed,
    /// An act was refused, by the engine, a person or a rule.
    Refused,
    /// Anything else worth a line that commits nothing of its own: a receipt, a sign-off, a clock reading.
    Noted,
    /// Written without a key, so without a MAC: a failed unlock.
    Unvouched,
}

impl Kind {
    /// Whether the line stands alone: neither an intent nor what became of one.
    pub const fn stands_alone(self) -> bool {
        matches!(
            self,
            Self::Opened | Self::Closed | Self::Refused | Self::Noted
        )
    }

    /// The word in the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Outcome => "outcome",
            Self::Void => "void",
            Self::Opened => "opened",
            Self::Closed => "closed",
            Self::Refused => "refused",
            Self::Noted => "noted",
            Self::Unvouched => "unvouched",
        }
    }
}

/// The commit that an intent, outcome or void belongs to, and its place there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The number of the commit (the vault's `commit` counter) that seals the intents.
    pub commit: u64,
    /// Place in the group, from 0.
    pub index: u32,
    /// Intents in the group.
    pub of: u32,
}

/// A fragment that a cut write left behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fragment {
    /// Its length in bytes.
    pub bytes: u64,
    /// Its SHA-256, lower-case hex.
    pub sha256: String,
}

impl Fragment {
    pub(super) fn of(line: &[u8]) -> Self {
        Self {
            bytes: line.len() as u64,
            sha256: HEXLOWER.encode(&hash(line)),
        }
    }
}

/// One event, before it has a place in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Vault time.
    pub time: Timestamp,
    /// What it is.
    pub kind: Kind,
    /// Who acts.
    pub who: Vec<String>,
    /// The operation.
    pub op: String,
    /// The commit it belongs to; for intents, outcomes and voids.
    pub group: Option<Group>,
    /// Key ids, check values, digests, results.
    pub details: Map<String, Value>,
}

impl Event {
    /// An event without group or details.
    pub fn new(time: Timestamp, kind: Kind, op: &str) -> Self {
        Self {
            time,
            kind,
            who: Vec::new(),
            op: op.to_owned(),
            group: None,
            details: Map::new(),
        }
    }

    /// With the people who act.
    #[must_use]
    pub fn by<S: Into<String>>(mut self, who: impl IntoIterator<Item = S>) -> Self {
        self.who = who.into_iter().map(Into::into).collect();
        self
    }

    /// With its place in a commit's group.
    #[must_use]
    pub const fn in_group(mut self, commit: u64, index: u32, of: u32) -> Self {
        self.group = Some(Group { commit, index, of });
        self
    }

    /// With one more detail.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }
}

/// A line of the log: an event in its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The number of the line, from 1.
    pub n: u64,
    /// The event.
    pub event: Event,
    /// Fragments of cut writes that stand just before it.
    pub torn: Vec<Fragment>,
    /// SHA-256 of the line before.
    pub prev: [u8; 32],
    /// The MAC; none on unvouched lines.
    pub mac: Option<[u8; 32]>,
}

/// The members of a line as they are read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    n: u64,
    time: i64,
    kind: Kind,
    who: Vec<String>,
    op: String,
    #[serde(default)]
    group: Option<Group>,
    details: Map<String, Value>,
    #[serde(default)]
    torn: Vec<Fragment>,
    prev: String,
    #[serde(default)]
    mac: Option<String>,
}

/// The members that stand before `mac` in canonical order.
#[derive(Serialize)]
struct Before<'l> {
    details: &'l Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<Group>,
    kind: Kind,
}

/// The members that stand behind `mac` in canonical order.
#[derive(Serialize)]
struct Behind<'l> {
    n: u64,
    op: &'l str,
    prev: String,
    time: i64,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    torn: &'l [Fragment],
    who: &'l [String],
}

/// A line's canonical bytes in two halves, with room for the MAC between them: written once, used for both the
/// MAC and the line.
struct Halves {
    before: Vec<u8>,
    behind: Vec<u8>,
}

impl Halves {
    fn joined(&self, mac: Option<[u8; 32]>) -> Vec<u8> {
        let mut line = Vec::with_capacity(self.before.len() + self.behind.len() + 80);
        line.extend_from_slice(self.before.strip_suffix(b"}").unwrap_or_default());
        if let Some(mac) = mac {
            line.extend_from_slice(b",\"mac\":\"");
            line.extend_from_slice(HEXLOWER.encode(&mac).as_bytes());
            line.push(b'"');
        }
        line.push(b',');
        line.extend_from_slice(self.behind.strip_prefix(b"{").unwrap_or_default());
        line
    }

    fn mac(&self, key: &AuditKey) -> [u8; 32] {
        // RFC 2104 §2: a key shorter than the block is padded with zeros, so no length can fail.
        let mut block = Zeroizing::new([0; 64]);
        if let Some(head) = block.first_chunk_mut() {
            *head = *key.key;
        }
        let mut mac = Hmac::<Sha256>::new((&*block).into());
        mac.update(PREFIX);
        mac.update(&self.joined(None));
        mac.finalize().into_bytes().into()
    }
}

impl Line {
    /// The line's bytes, without the newline.
    pub fn bytes(&self) -> Vec<u8> {
        self.halves().joined(self.mac)
    }

    /// Puts the MAC under `key` on the line and returns its bytes, without the newline.
    pub(super) fn vouch(&mut self, key: &AuditKey) -> Vec<u8> {
        let halves = self.halves();
        self.mac = Some(halves.mac(key));
        halves.joined(self.mac)
    }

    fn halves(&self) -> Halves {
        let before = Before {
            details: &self.event.details,
            group: self.event.group,
            kind: self.event.kind,
        };
        let behind = Behind {
            n: self.n,
            op: &self.event.op,
            prev: HEXLOWER.encode(&self.prev),
            time: self.event.time.millis(),
            torn: &self.torn,
            who: &self.event.who,
        };
        // Strings, integers and finite numbers only: this cannot fail. Were it to, the line would be no JSON and
        // no reader would take it.
        Halves {
            before: serde_json_canonicalizer::to_vec(&before).unwrap_or_default(),
            behind: serde_json_canonicalizer::to_vec(&behind).unwrap_or_default(),
        }
    }

    /// Reads a line; none unless it is exactly the canonical form of one.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let written: Written = serde_json::from_slice(bytes).ok()?;
        let hex = |text: &str| -> Option<[u8; 32]> {
            HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
        };
        let mac = match &written.mac {
            Some(text) => Some(hex(text)?),
            None => None,
        };
        let line = Self {
            n: written.n,
            prev: hex(&written.prev)?,
            mac,
            torn: written.torn,
            event: Event {
                time: Timestamp::from_millis(written.time),
                kind: written.kind,
                who: written.who,
                op: written.op,
                group: written.group,
                details: written.details,
            },
        };
        let vouched = line.event.kind != Kind::Unvouched;
        (line.mac.is_some() == vouched && line.bytes() == bytes).then_some(line)
    }

    /// Whether the MAC is this key's.
    pub(super) fn vouched_by(&self, key: &AuditKey) -> bool {
        self.mac
            .is_some_and(|mac| bool::from(mac.ct_eq(&self.halves().mac(key))))
    }
}

/// A key that vouches for lines, from the line where a rotation put it in force.
pub struct AuditKey {
    /// The first line it vouches for (1 for the first key of a vault).
    pub from: u64,
    /// HKDF of the vault identity, label `audit`; 32 bytes.
    pub key: Zeroizing<[u8; 32]>,
}

impl AuditKey {
    /// A key in force from line `from`.
    pub fn new(from: u64, key: [u8; 32]) -> Self {
        Self {
            from,
            key: Zeroizing::new(key),
        }
    }
}

/// SHA-256.
pub(super) fn hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// What stands in `prev` of line 1.
pub(super) fn genesis(vault_id: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(PREFIX)
        .chain_update(vault_id.as_bytes())
        .finalize()
        .into()
}
