//! The ops of a carry ceremony: a key goes from one device to another, and this vault never holds it.

use crate::session::field::{Field, Kind};
use crate::session::op::Op;

/// Names of these ops begin so.
pub const PREFIX: &str = "carry.";

const KEY: Field = Field {
    id: "key",
    label: "Key",
    hint: "The declared key that is carried: what its header has to say.",
    kind: Kind::Key,
    optional: false,
};

/// A token is checked and written for its receiver.
pub const CHECK: Op = Op {
    name: "carry.check",
    title: "The token is checked",
    does: "checks a TR-34 token without opening it (who signed, for whom, for what use, when) and writes it as its \
           receiver reads it",
    fields: &[
        KEY,
        Field {
            id: "token",
            label: "Token",
            hint: "The sender's token: what export-key printed, a request for import-key, or the token alone.",
            kind: Kind::File,
            optional: false,
        },
        Field {
            id: "sender",
            label: "Sender's certificate",
            hint: "Where neither the token nor its file holds it: the certificate of whoever signed.",
            kind: Kind::File,
            optional: true,
        },
        Field {
            id: "sender-root",
            label: "Sender's root",
            hint: "The root above the sender's certificate, whose fingerprint people have compared.",
            kind: Kind::File,
            optional: false,
        },
        Field {
            id: "receiver",
            label: "Receiver's certificate",
            hint: "The certificate that the token was made for, or what get-parameters-for-import printed.",
            kind: Kind::File,
            optional: false,
        },
        Field {
            id: "receiver-root",
            label: "Receiver's root",
            hint: "The root above the receiver's certificate, whose fingerprint people have compared.",
            kind: Kind::File,
            optional: false,
        },
        Field {
            id: "nonce",
            label: "Random number",
            hint: "Two passes only: the number that the receiver gave to the sender, in hex.",
            kind: Kind::Text { max: 64 },
            optional: true,
        },
        Field {
            id: "output",
            label: "File",
            hint: "What it is called: .json is a request for import-key; .der, .hex and .pem are the token alone.",
            kind: Kind::Text { max: 100 },
            optional: false,
        },
    ],
    uses_secret: false,
    phrase: None,
};

/// Both sides' check values are compared.
pub const COMPARE: Op = Op {
    name: "carry.compare",
    title: "The check values are compared",
    does: "compares the check value that one side's file states with the one that the other side gave on paper",
    fields: &[
        KEY,
        Field {
            id: "file",
            label: "File",
            hint: "What one side printed: the answer of import-key, get-key or export-key.",
            kind: Kind::File,
            optional: false,
        },
        Field {
            id: "kcv",
            label: "Check value",
            hint: "Of the other side: six hex digits or more, from its paper or display and not from this screen.",
            kind: Kind::Hex { min: 4, max: 10 },
            optional: false,
        },
    ],
    uses_secret: false,
    phrase: None,
};

/// Every one of them.
pub const OPS: &[Op] = &[CHECK, COMPARE];

/// Whether an op is about a key that this vault never holds.
pub fn carries(op: &Op) -> bool {
    op.name.starts_with(PREFIX)
}
