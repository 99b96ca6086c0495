//! The acts that write TR-34's other tokens, each declared once: a sender (KDH) ends the binding of a receiver's device
//! (KRD) or hands the device over to another sender; a receiver gives a sender a random number.

use super::field::{Field, Kind};
use super::op::Op;
use super::op_exchange::{PAIR_CERTIFICATE, SERIAL, SIGNING_PAIR, TOKEN_FORM};

/// The random number of a two-pass token, where the sender was given one.
pub(super) const SENDERS_NUMBER: Field = Field {
    id: "nonce",
    label: "Random number (nonce)",
    hint: "Only if the sender was given a random number: the same, from your own paper and never from the \
           file, 16 to 32 hex digits. Left empty, the token is one-pass and its time of signing counts.",
    kind: Kind::Hex { min: 16, max: 32 },
    optional: true,
};

/// The same where a script says that the sender was given one.
pub const NUMBER_GIVEN: Field = Field {
    hint: "The random number that the sender was given, from your own paper and never from the file: 16 to 32 hex \
           digits.",
    optional: false,
    ..SENDERS_NUMBER
};

/// The sender's certificate, where neither the file nor the token holds it.
pub(crate) const SENDER_NEEDED: Field = Field {
    id: "sender",
    label: "Sender's certificate",
    hint: "Neither the file nor the token holds it: what `aws payment-cryptography get-parameters-for-export` printed \
           there, or the certificate.",
    kind: Kind::File,
    optional: false,
};

/// The device's certificate.
const DEVICE: Field = Field {
    id: "device",
    label: "Device's file",
    hint: "The certificate of the device (KRD), as it handed it over: its credential, a certificate, or what \
           get-parameters-for-import printed there. It may have ended.",
    kind: Kind::File,
    optional: false,
};

/// Whose pair signs.
const BOUND_BY: Field = Field {
    id: "export-token",
    label: "Export token",
    hint: "The export-token-... whose certificate the device knows as its sender's. Left empty, the newest one of this \
           vault signs, and whoever approves sees which.",
    kind: Kind::Text { max: 80 },
    optional: true,
};

/// The device's random number: no binding token goes without.
const NONCE: Field = Field {
    id: "nonce",
    label: "Random number (nonce)",
    hint: "The random number that the device gave for this: 16 to 32 hex digits, or its random token (RT_KRD) of up to 68.",
    kind: Kind::Hex { min: 16, max: 68 },
    optional: false,
};

/// How the device wants the token laid out: no root speaks for it.
const FORM: Field = Field {
    hint: "Only if the device wants another form than that of TR-34:2012, which is also that of TR-34-2019's samples. \
           Left empty, X9_TR34_2012.",
    ..TOKEN_FORM
};

/// The file for the device.
const OUTPUT: Field = Field {
    id: "output",
    label: "File name",
    hint: "Name of the file that will be written, without folder. Its ending is the form: .hex, .der or .pem.",
    kind: Kind::Text { max: 100 },
    optional: false,
};

/// UBT_KDH.
pub const UNBIND: Op = Op {
    name: "tr34.unbind",
    title: "Let a device go (TR-34 unbind)",
    does: "signs an unbind token for a device that is retired, sold or sent for repair: from then on it takes keys \
           from nobody until it is bound again",
    fields: &[
        DEVICE,
        NONCE,
        BOUND_BY,
        SIGNING_PAIR,
        PAIR_CERTIFICATE,
        FORM,
        OUTPUT,
    ],
    uses_secret: true,
    phrase: None,
};

/// RBT_KDH.
pub const REBIND: Op = Op {
    name: "tr34.rebind",
    title: "Hand a device over (TR-34 rebind)",
    does: "signs a rebind token for a device that changes hands, or that must know this vault's new certificate: from \
           then on it takes keys from the new sender alone",
    fields: &[
        DEVICE,
        Field {
            id: "new-sender",
            label: "New sender's file",
            hint: "The certificate of the sender (KDH) that takes the device over: its credential, a certificate, or \
                   what get-parameters-for-export printed there or here.",
            kind: Kind::File,
            optional: false,
        },
        Field {
            id: "ca",
            label: "New sender's root",
            hint: "The imported root above the new sender's certificate. Left empty only where the new sender is this \
                   vault: the certificate of an export token of its own.",
            kind: Kind::Key,
            optional: true,
        },
        NONCE,
        BOUND_BY,
        SIGNING_PAIR,
        PAIR_CERTIFICATE,
        FORM,
        OUTPUT,
    ],
    uses_secret: true,
    phrase: None,
};

/// RT_KRD.
pub const RANDOM: Op = Op {
    name: "tr34.random",
    title: "Give a sender a random number",
    does: "draws a random number and writes it as a random token of TR-34 (RT_KRD): a sender signs it into the one \
           token that comes back, so that no older one is taken",
    fields: &[Field {
        hint: "Name of the file that will be written, without folder. Its ending is the form: .hex or .der.",
        ..OUTPUT
    }],
    uses_secret: false,
    phrase: None,
};

/// Fields in hex that hold no key and no part of one: they may stand in a script.
pub const PUBLIC_NUMBERS: [&str; 2] = [SERIAL, NONCE.id];

/// Whether an act is one of these.
pub fn writes_token(op: &Op) -> bool {
    binds(op) || op.name == RANDOM.name
}

/// Whether an act ends a binding or passes it on.
pub fn binds(op: &Op) -> bool {
    [UNBIND.name, REBIND.name].contains(&op.name)
}
