//! The writer's end of the log: what the next line must say.

use super::event::{AuditKey, Event, Fragment, Kind, Line, genesis, hash};

/// Where a log stands: how many lines, and the hash of the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Lines, fragments included.
    pub count: u64,
    /// SHA-256 of the last line; of `keymoot/audit/v1` NUL vault id while there is none.
    pub hash: [u8; 32],
}

impl Head {
    /// The head of an empty log.
    pub fn empty(vault_id: &str) -> Self {
        Self {
            count: 0,
            hash: genesis(vault_id),
        }
    }
}

/// The writer's state. Give the bytes of [`Chain::append`] to the file as one write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    head: Head,
    /// The file ends without a newline; the next write begins with one.
    unended: bool,
    /// Fragments that the next line owns up to.
    torn: Vec<Fragment>,
}

impl Chain {
    /// The chain of a new vault's empty log.
    pub fn new(vault_id: &str) -> Self {
        Self::at(Head::empty(vault_id))
    }

    /// A chain that goes on from `head`, after a whole line.
    pub const fn at(head: Head) -> Self {
        Self {
            head,
            unended: false,
            torn: Vec::new(),
        }
    }

    pub(super) const fn resumed(head: Head, unended: bool, torn: Vec<Fragment>) -> Self {
        Self {
            head,
            unended,
            torn,
        }
    }

    /// The head that a payload seals.
    pub const fn head(&self) -> Head {
        self.head
    }

    /// The bytes of `event`'s line, newline included, vouched under `key`.
    ///
    /// [`Kind::Unvouched`] is what [`Chain::append_unvouched`] writes; given here it is noted instead, since it
    /// has a key.
    pub fn append(&mut self, event: Event, key: &AuditKey) -> Vec<u8> {
        let mut event = event;
        if event.kind == Kind::Unvouched {
            event.kind = Kind::Noted;
        }
        let mut line = self.place(event);
        let bytes = line.vouch(key);
        self.write(line.n, bytes)
    }

    /// The bytes of a line without a key: a failed unlock.
    pub fn append_unvouched(&mut self, event: Event) -> Vec<u8> {
        let mut event = event;
        event.kind = Kind::Unvouched;
        let line = self.place(event);
        self.write(line.n, line.bytes())
    }

    fn place(&mut self, event: Event) -> Line {
        Line {
            n: self.head.count + 1,
            event,
            torn: std::mem::take(&mut self.torn),
            prev: self.head.hash,
            mac: None,
        }
    }

    fn write(&mut self, n: u64, line: Vec<u8>) -> Vec<u8> {
        let mut bytes = line;
        self.head = Head {
            count: n,
            hash: hash(&bytes),
        };
        bytes.push(b'\n');
        if std::mem::take(&mut self.unended) {
            bytes.insert(0, b'\n');
        }
        bytes
    }
}
