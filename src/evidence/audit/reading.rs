//! Reading a log: every line checked, the first fault named, what lies beyond the sealed head sorted.
#![deny(clippy::indexing_slicing)]

use std::io::BufRead;

use super::chain::{Chain, Head};
use super::event::{AuditKey, Fragment, Kind, Line, hash};
use super::fault::{AuditError, AuditFault, Fault};
use super::lines::{Lines, MAX_LINE, Raw};
use super::tail::{Progress, Tail};

/// A log that is as it was written, and what opening still has to finish.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Where the log stands, lines beyond the sealed head included.
    pub head: Head,
    /// The whole lines beyond the sealed head, in order, unvouched ones among them.
    pub tail: Vec<Line>,
    /// Outcomes of the sealed group; none if the sealed head is not an intent.
    pub outcomes: Option<Progress>,
    /// Intents that no commit sealed.
    pub intents: Option<Progress>,
    /// Voids of those intents that an opening wrote before it was cut.
    pub voids: u32,
    /// Fragments at the very end that the next line will own up to, with their line numbers.
    pub torn: Vec<(u64, Fragment)>,
    /// Unvouched lines in the whole log.
    pub unvouched: u64,
    /// Whether the file ends without a newline.
    pub unended: bool,
}

impl Reading {
    /// The writer that goes on from here.
    pub fn chain(&self) -> Chain {
        let torn = self.torn.iter().map(|(_, f)| f.clone()).collect();
        Chain::resumed(self.head, self.unended, torn)
    }

    /// The sealed group's outcomes that were never written, as places in the group.
    pub fn missing_outcomes(&self) -> std::ops::Range<u32> {
        self.outcomes.map_or(0..0, |p| p.have..p.of)
    }

    /// The unsealed intents that are not yet voided, in order.
    pub fn to_void(&self) -> impl Iterator<Item = &Line> {
        self.tail
            .iter()
            .filter(|line| line.event.kind == Kind::Intent)
            .skip(usize::try_from(self.voids).unwrap_or(usize::MAX))
    }
}

/// Reads a whole log and calls `each` for every line in turn.
///
/// `keys` are the vault's audit keys, oldest first; `sealed` is the head that the payload names. Memory is bounded
/// by the longest line and by what lies beyond the sealed head.
///
/// # Errors
/// The first [`AuditFault`], or the medium's error.
pub fn read<R: BufRead>(
    source: R,
    vault_id: &str,
    keys: &[AuditKey],
    sealed: Head,
    each: &mut dyn FnMut(&Line),
) -> Result<Reading, AuditError> {
    let mut reader = Reader {
        lines: Lines::new(source),
        keys,
        sealed,
        head: Head::empty(vault_id),
        pending: Vec::new(),
        before: None,
        beyond: None,
        tail: Vec::new(),
        unvouched: 0,
        unended: false,
    };
    reader.at_head()?;
    while let Some(raw) = reader.lines.next()? {
        reader.take(&raw, each)?;
    }
    reader.finish()
}

/// What the writer before left at the end of a log, found without any key: for a failed unlock.
///
/// Only the shape of the last lines is judged; opening judges the rest.
///
/// # Errors
/// The medium's.
pub fn last_head<R: BufRead>(source: R, vault_id: &str) -> std::io::Result<Chain> {
    let mut lines = Lines::new(source);
    let mut head = Head::empty(vault_id);
    let mut torn = Vec::new();
    let mut unended = false;
    while let Some(raw) = lines.next()? {
        unended = !raw.ended;
        head = Head {
            count: head.count + 1,
            hash: hash(&raw.bytes),
        };
        if raw.is_fragment() {
            torn.push(Fragment::of(&raw.bytes));
        } else {
            torn.clear();
        }
    }
    Ok(Chain::resumed(head, unended, torn))
}

struct Reader<'k, R> {
    lines: Lines<R>,
    keys: &'k [AuditKey],
    sealed: Head,
    head: Head,
    /// Fragments since the last whole line, with their line numbers.
    pending: Vec<(u64, Fragment)>,
    /// The last whole line's kind and group.
    before: Option<Line>,
    /// The order beyond the sealed head, once there.
    beyond: Option<Tail>,
    tail: Vec<Line>,
    unvouched: u64,
    unended: bool,
}

fn fault<T>(line: u64, what: Fault) -> Result<T, AuditError> {
    Err(AuditFault { line, what }.into())
}

impl<R: BufRead> Reader<'_, R> {
    fn take(&mut self, raw: &Raw, each: &mut dyn FnMut(&Line)) -> Result<(), AuditError> {
        let position = self.head.count + 1;
        self.unended = !raw.ended;
        if raw.too_long() {
            return fault(position, Fault::TooLong { limit: MAX_LINE });
        }
        let Some(line) = Line::parse(&raw.bytes) else {
            return self.take_fragment(position, raw);
        };
        self.check(position, raw, &line)?;
        if let Some(beyond) = &mut self.beyond {
            if let Err(what) = beyond.take(&line) {
                return fault(position, what);
            }
            self.tail.push(line.clone());
        }
        self.unvouched += u64::from(line.event.kind == Kind::Unvouched);
        self.pending.clear();
        each(&line);
        self.before = Some(line);
        self.advance(position, raw)
    }

    /// MAC first: only a vouched number can tell a cut from an edit.
    fn check(&mut self, position: u64, raw: &Raw, line: &Line) -> Result<(), AuditError> {
        let vouched = line.event.kind != Kind::Unvouched;
        if vouched && !key_at(self.keys, line.n).is_some_and(|key| line.vouched_by(key)) {
            let chained = match self.lines.peek()? {
                Some(next) => Line::parse(&next.bytes).is_some_and(|n| n.prev == hash(&raw.bytes)),
                None => false,
            };
            let what = match (chained, position) {
                (true, 1) if line.prev != self.head.hash => Fault::OtherVault,
                (true, _) => Fault::ForeignMac,
                (false, _) => Fault::Edited,
            };
            return fault(position, what);
        }
        if line.n != position {
            let what = self.misplaced(position, line)?;
            return fault(position, what);
        }
        let torn = self.pending.iter().map(|(_, f)| f);
        if !torn.eq(&line.torn) {
            let at = self.pending.first().map_or(position, |(at, _)| *at);
            return fault(at, Fault::Unreadable);
        }
        if line.prev != self.head.hash {
            return match position {
                1 if vouched => fault(1, Fault::OtherVault),
                1 => fault(1, Fault::Edited),
                _ => fault(position - 1, Fault::Edited),
            };
        }
        Ok(())
    }

    fn misplaced(&mut self, expected: u64, line: &Line) -> Result<Fault, AuditError> {
        let found = line.n;
        if line.event.kind == Kind::Unvouched && line.prev == self.head.hash {
            return Ok(Fault::Edited);
        }
        if found < expected {
            return Ok(Fault::Inserted { expected, found });
        }
        while let Some(raw) = self.lines.next()? {
            if Line::parse(&raw.bytes).is_some_and(|later| later.n == expected) {
                return Ok(Fault::Reordered { expected, found });
            }
        }
        Ok(Fault::Cut { expected, found })
    }

    fn take_fragment(&mut self, position: u64, raw: &Raw) -> Result<(), AuditError> {
        if !raw.is_fragment() {
            return fault(position, Fault::Unreadable);
        }
        if !raw.ended && position <= self.sealed.count {
            let sealed = self.sealed.count;
            return fault(position, Fault::CutShort { sealed });
        }
        self.pending.push((position, Fragment::of(&raw.bytes)));
        self.advance(position, raw)
    }

    fn advance(&mut self, position: u64, raw: &Raw) -> Result<(), AuditError> {
        self.head = Head {
            count: position,
            hash: hash(&raw.bytes),
        };
        self.at_head()
    }

    /// At the sealed head, its hash must be the sealed one; the order beyond begins.
    fn at_head(&mut self) -> Result<(), AuditError> {
        if self.head.count != self.sealed.count {
            return Ok(());
        }
        let vouched = self.pending.is_empty()
            && self
                .before
                .as_ref()
                .is_none_or(|line| line.event.kind != Kind::Unvouched);
        if self.head.hash != self.sealed.hash {
            let what = if vouched {
                Fault::NotSealed
            } else {
                Fault::Edited
            };
            return fault(self.head.count.max(1), what);
        }
        let group = self
            .before
            .as_ref()
            .filter(|line| line.event.kind == Kind::Intent)
            .and_then(|line| line.event.group);
        self.beyond = Some(Tail::behind(group));
        Ok(())
    }

    fn finish(self) -> Result<Reading, AuditError> {
        let Some(beyond) = self.beyond else {
            let sealed = self.sealed.count;
            return fault(self.head.count.max(1), Fault::CutShort { sealed });
        };
        Ok(Reading {
            head: self.head,
            tail: self.tail,
            outcomes: beyond.outcomes,
            intents: beyond.intents,
            voids: beyond.voids,
            torn: self.pending,
            unvouched: self.unvouched,
            unended: self.unended,
        })
    }
}

/// The key in force at line `n`.
fn key_at(keys: &[AuditKey], n: u64) -> Option<&AuditKey> {
    keys.iter().rev().find(|key| key.from <= n)
}
