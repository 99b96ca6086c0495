//! What unlocking asks: its fields, declared once.

use crate::session::field::{Field, Kind};

pub(super) const ENVELOPE: Field = Field {
    id: "envelope",
    label: "Envelope",
    hint: "Path of this custodian's share envelope on their own stick, for example /media/ana/share.age.",
    kind: Kind::File,
    optional: false,
};

pub(super) const PASSPHRASE: Field = Field {
    id: "passphrase",
    label: "Passphrase",
    hint: "The words from this custodian's own paper, with single spaces. Letters are never drawn.",
    kind: Kind::Passphrase,
    optional: false,
};

pub(super) const CARD_SEQ: Field = Field {
    id: "seq",
    label: "Sequence",
    hint: "The number on the last witness card.",
    kind: Kind::Number {
        min: 0,
        max: i64::MAX,
    },
    optional: false,
};

pub(super) const CARD_WORDS: Field = Field {
    id: "words",
    label: "Six words",
    hint: "The six words on the same card. They prove that this is no older copy of the vault.",
    kind: Kind::Text { max: 120 },
    optional: false,
};
