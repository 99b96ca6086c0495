//! What is known of the lost vault beside its log: how high this workstation saw it, and what its last witness card
//! says. A log that ends below either was cut, or is that of an earlier copy.

use serde::Serialize;

use crate::vault::WitnessCard;

/// A height that the log does not reach, or reaches by another way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Height {
    /// The sequence number.
    pub seq: u64,
    /// Whether the witness card says so; otherwise this workstation saw it.
    pub card: bool,
    /// Whether the log has another history at this sequence number.
    pub forked: bool,
}

/// Who knows how high the vault stood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::session) struct Heard {
    /// What this workstation saw last.
    pub(in crate::session) seen: Option<WitnessCard>,
    /// The sequence number on the last witness card.
    pub(in crate::session) card: Option<u64>,
}

impl Heard {
    /// Whether this workstation saw another state at that sequence number. `head`: the state head, lower-case hex.
    pub(super) fn differs(&self, seq: u64, head: &str) -> bool {
        let seen = self.seen.as_ref().filter(|seen| seen.seq == seq);
        seen.is_some_and(|seen| crate::session::door::hex(&seen.head) != head)
    }

    /// The greatest height above `seq` that somebody knows; or the one at which the log is of another history.
    pub(super) fn beyond(&self, seq: u64, forked: bool) -> Option<Height> {
        let card = self.card.filter(|card| *card > seq);
        let seen = self.seen.as_ref().map(|seen| seen.seq);
        let higher = seen.filter(|seen| *seen > seq);
        match (card, higher) {
            (Some(card), higher) if higher.is_none_or(|higher| card >= higher) => Some(Height {
                seq: card,
                card: true,
                forked: false,
            }),
            (_, Some(seen)) => Some(Height {
                seq: seen,
                card: false,
                forked: false,
            }),
            _ => seen.filter(|_| forked).map(|seq| Height {
                seq,
                card: false,
                forked: true,
            }),
        }
    }
}
