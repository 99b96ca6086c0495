//! The log: every line follows from the one before, and every state head from its leaf.
#![deny(clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::super::bundle::sha256;
use super::file::{Parts, bytes32, canonical, string, text, weight};
use super::{Fault, Verified, fault};

/// A line of the log; a fragment of a cut write has no value.
pub(super) struct Line {
    pub(super) n: u64,
    pub(super) hash: [u8; 32],
    pub(super) value: Option<Value>,
}

impl Line {
    pub(super) fn is(&self, kind: &str, op: &str) -> bool {
        let value = self.value.as_ref();
        value.and_then(|v| string(v, "kind")) == Some(kind)
            && (op.is_empty() || value.and_then(|v| string(v, "op")) == Some(op))
    }

    pub(super) fn op(&self) -> &str {
        self.value
            .as_ref()
            .and_then(|v| string(v, "op"))
            .unwrap_or_default()
    }

    pub(super) fn details(&self) -> &Value {
        let details = self.value.as_ref().and_then(|v| v.get("details"));
        details.unwrap_or(&Value::Null)
    }

    pub(super) fn detail(&self, name: &str) -> Option<&str> {
        string(self.details(), name)
    }
}

pub(super) struct Log {
    pub(super) vault: String,
    pub(super) lines: Vec<Line>,
    /// Where in `lines` the intents stand that a commit sealed, in order.
    sealed: Vec<usize>,
}

pub(super) fn event(n: u64) -> String {
    format!("events, line {n}")
}

/// The longest line of a log, in bytes: keymoot writes none that is longer.
const MAX_LINE: usize = 1 << 20;

/// What the values of a whole log may take in memory, in bytes, by [`weight`].
const MAX_WEIGHT: usize = 1 << 30;

impl Log {
    pub(super) fn read(parts: &Parts) -> Result<Self, Fault> {
        let vault = text(parts, "vault", "id")?;
        let mut previous: [u8; 32] = Sha256::digest(format!("keymoot/audit/v1\0{vault}")).into();
        let mut torn: Vec<String> = Vec::new();
        let mut lines = Vec::with_capacity(parts.events.len());
        let mut heavy = 0;
        for (n, raw) in (1..).zip(&parts.events) {
            heavy += weight(raw);
            if raw.len() > MAX_LINE || heavy > MAX_WEIGHT {
                return fault(event(n), "the log is longer than any that keymoot writes");
            }
            let value = follows(n, raw, &previous, &mut torn)?;
            previous = Sha256::digest(raw).into();
            lines.push(Line {
                n,
                hash: previous,
                value,
            });
        }
        if !torn.is_empty() {
            return fault("events", "the log ends in a fragment");
        }
        let sealed = sealed(&lines);
        Ok(Self {
            vault,
            lines,
            sealed,
        })
    }

    pub(super) fn line(&self, n: u64) -> Option<&Line> {
        self.lines.get(usize::try_from(n.checked_sub(1)?).ok()?)
    }

    /// Intents that a commit sealed.
    pub(super) fn sealed(&self) -> impl Iterator<Item = &Line> {
        self.sealed.iter().filter_map(|at| self.lines.get(*at))
    }

    /// Sequence number and state head (hexadecimal) as they were before a line.
    pub(super) fn state_before(&self, n: u64) -> (u64, String) {
        // Line n stands at n - 1.
        let before = self.sealed.partition_point(|at| (*at as u64) + 1 < n);
        let last = before.checked_sub(1).and_then(|at| self.sealed.get(at));
        let Some(last) = last.and_then(|at| self.lines.get(*at)) else {
            return (0, HEXLOWER.encode(&first_head(&self.vault)));
        };
        let seq = last.details().get("seq").and_then(Value::as_u64);
        let head = last.detail("state_head").unwrap_or_default();
        (seq.unwrap_or_default(), head.to_owned())
    }

    /// The lines of the run: where it begins, and where it is closed (or the log ends).
    pub(super) fn span(&self, run: &str) -> Option<(u64, u64)> {
        let begin = |line: &&Line| line.is("noted", "run-begin") && line.detail("run") == Some(run);
        let begin = self.lines.iter().find(begin)?;
        let close = |line: &&Line| line.is("noted", "run-close") && line.detail("run") == Some(run);
        let end = self.lines.iter().find(close).or(self.lines.last())?;
        Some((begin.n, end.n))
    }
}

/// The value of a line that follows from the one before; none of a fragment, which the next line has to name.
fn follows(
    n: u64,
    raw: &str,
    previous: &[u8; 32],
    torn: &mut Vec<String>,
) -> Result<Option<Value>, Fault> {
    let Some(value) = serde_json::from_str::<Value>(raw).ok() else {
        torn.push(sha256(raw.as_bytes()));
        return Ok(None);
    };
    if canonical(&value) != raw.as_bytes() || value.get("n") != Some(&json!(n)) {
        return fault(event(n), "it is not the line that was written there");
    }
    if bytes32(string(&value, "prev")).as_ref() != Some(previous) {
        return fault(event(n), "it does not follow from the line before");
    }
    let named = value.get("torn").and_then(Value::as_array);
    let named = named.map_or(&[][..], Vec::as_slice);
    let named: Vec<_> = named.iter().filter_map(|t| string(t, "sha256")).collect();
    if named != *torn {
        return fault(
            event(n),
            "a fragment before it is not the one that it names",
        );
    }
    torn.clear();
    Ok(Some(value))
}

/// Where the intents stand that a commit sealed.
fn sealed(lines: &[Line]) -> Vec<usize> {
    let place = |line: &Line| {
        let group = line.value.as_ref()?.get("group")?;
        Some((
            group.get("commit")?.as_u64()?,
            group.get("index")?.as_u64()?,
        ))
    };
    // A commit number is used again after its first try was voided: the void is the nearest one behind.
    let mut open = BTreeMap::new();
    let mut void = BTreeSet::new();
    for (at, line) in lines.iter().enumerate() {
        if line.is("intent", "") {
            open.insert(place(line), at);
        } else if line.is("void", "")
            && let Some(at) = open.remove(&place(line))
        {
            void.insert(at);
        }
    }
    let intents = lines.iter().enumerate();
    let intents = intents.filter(|(at, line)| line.is("intent", "") && !void.contains(at));
    intents.map(|(at, _)| at).collect()
}

/// Recomputes every state head; returns how many, and how many an older log gives no leaf for.
pub(super) fn heads(log: &Log, vault: &str) -> Result<(u64, u64), Fault> {
    let mut head = first_head(vault);
    let (mut recomputed, mut taken) = (0, 0);
    for (seq, line) in (1_u64..).zip(log.sealed()) {
        if line.details().get("seq") != Some(&json!(seq)) {
            return fault(
                event(line.n),
                format!("it is not state {seq}, which belongs there"),
            );
        }
        let Some(named) = bytes32(line.detail("state_head")) else {
            return fault(event(line.n), "it names no state head");
        };
        match bytes32(line.detail("leaf")) {
            Some(leaf) => {
                if next_head(&head, &leaf) != named {
                    return fault(
                        event(line.n),
                        "its state head does not follow from its leaf",
                    );
                }
                recomputed += 1;
            }
            None if recomputed > 0 => {
                return fault(
                    event(line.n),
                    "it has no leaf, though lines before it have theirs",
                );
            }
            None => taken += 1,
        }
        head = named;
    }
    Ok((recomputed, taken))
}

/// The head of a vault in which nothing was done.
pub(super) fn first_head(vault: &str) -> [u8; 32] {
    Sha256::digest(format!("keymoot/state/v1\0{vault}")).into()
}

pub(super) fn next_head(head: &[u8; 32], leaf: &[u8; 32]) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"keymoot/state/v1\0")
        .chain_update(head)
        .chain_update(leaf)
        .finalize()
        .into()
}

/// The run stands in the log, with its script and its end.
pub(super) fn span(log: &Log, done: &mut Verified) -> Result<(), Fault> {
    let Some((begin, _)) = log.span(&done.run) else {
        return fault("run", "no line of the log begins it");
    };
    let script = log.line(begin).and_then(|line| line.detail("script"));
    script
        .unwrap_or_default()
        .clone_into(&mut done.script_sha256);
    let tools = log.lines.iter().filter(|line| {
        let begins = line.is("noted", "run-begin") || line.is("noted", "run-resume");
        begins && line.detail("run") == Some(&done.run)
    });
    for tool in tools.filter_map(|line| line.detail("tool")) {
        if !done.tools.iter().any(|known| known == tool) {
            done.tools.push(tool.to_owned());
        }
    }
    let close = log
        .lines
        .iter()
        .find(|line| line.is("noted", "run-close") && line.detail("run") == Some(&done.run));
    if let Some(outcome) = close.and_then(|line| line.detail("outcome")) {
        outcome.clone_into(&mut done.outcome);
    }
    Ok(())
}
