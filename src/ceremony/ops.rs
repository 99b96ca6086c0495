//! The ops of a ceremony that are no acts of the vault: presence, clocks, fingerprints, waiting, signing off.
//! Declared in the manner of [`crate::session::op`], so that a later op only adds an entry here.

use crate::session::asked::CHECK_VALUE;
use crate::session::field::{Choice, Field, Kind};
use crate::session::op::{self, Op};
use crate::session::{op_components, op_custody};

/// Everybody who has a part is in the room.
pub const PRESENT: Op = Op {
    name: "present",
    title: "Who is here",
    does: "records who is in the room and what part they have",
    fields: &[],
    uses_secret: false,
    phrase: None,
};

/// People read the time from their own watches.
pub const ATTEST_CLOCK: Op = Op {
    name: "attest.clock",
    title: "The clock",
    does: "compares the vault's clock with the watches of people in the room",
    fields: &[
        Field {
            id: "time",
            label: "Your watch says",
            hint: "Date and time in UTC, for example 2026-12-01 09:00.",
            kind: Kind::DateTime,
            optional: false,
        },
        Field {
            id: "skew",
            label: "Allowed difference",
            hint: "How far a watch may be from the vault's clock; 180s if nothing is said.",
            kind: Kind::Span,
            optional: true,
        },
    ],
    uses_secret: false,
    phrase: None,
};

/// What a file input is, field by field.
pub const READ_FILE: Op = Op {
    name: "read-file",
    title: "What the file says",
    does: "shows what a file holds before anything is done with it",
    fields: &[Field {
        id: "file",
        label: "File",
        hint: "Which declared input.",
        kind: Kind::File,
        optional: false,
    }],
    uses_secret: false,
    phrase: None,
};

/// A second person types a certificate's fingerprint from another channel.
pub const ATTEST_FINGERPRINT: Op = Op {
    name: "attest.fingerprint",
    title: "Fingerprint from another channel",
    does: "compares a certificate's fingerprint with what a second person fetched elsewhere",
    fields: &[
        Field {
            id: "file",
            label: "File",
            hint: "Which declared input holds the certificate.",
            kind: Kind::File,
            optional: false,
        },
        Field {
            id: "of",
            label: "Certificate",
            hint: "Which certificate of the file.",
            kind: Kind::Choice(&[
                Choice {
                    id: "leaf",
                    label: "the wrapping key's own certificate",
                },
                Choice {
                    id: "root",
                    label: "the root above it",
                },
            ]),
            optional: false,
        },
        Field {
            id: "fingerprint",
            label: "Fingerprint",
            hint: "SHA-256, fetched over another login on another computer: 64 hex digits or 16 words.",
            kind: Kind::Fingerprint,
            optional: false,
        },
    ],
    uses_secret: false,
    phrase: None,
};

/// A second person types a check value that came by another way.
pub const ATTEST_CHECK_VALUE: Op = Op {
    name: crate::session::COMPARES,
    title: "Check value from another channel",
    does: "compares a key's check value with the one that its sender gave by another way",
    fields: &[
        Field {
            id: "key",
            label: "Key",
            hint: "A declared key.",
            kind: Kind::Key,
            optional: false,
        },
        CHECK_VALUE,
    ],
    uses_secret: false,
    phrase: None,
};

/// The hash of a written file is read aloud.
pub const ATTEST_HASH: Op = Op {
    name: "attest.hash",
    title: "Read the hash aloud",
    does: "binds a written file to the minutes by spoken words",
    fields: &[Field {
        id: "file",
        label: "File",
        hint: "The output of an earlier step, by the name written there.",
        kind: Kind::Text { max: 100 },
        optional: false,
    }],
    uses_secret: false,
    phrase: None,
};

/// Time passes.
pub const WAIT: Op = Op {
    name: "wait",
    title: "Wait",
    does: "lets time pass: by the vault's own clock in rehearsal and test, by the real one in production",
    fields: &[
        Field {
            id: "span",
            label: "How long",
            hint: "A whole number and s, m, h or d, counted from the moment this step is reached.",
            kind: Kind::Span,
            optional: true,
        },
        Field {
            id: "until",
            label: "Until",
            hint: "The moment at which it is over, in UTC, in place of how long.",
            kind: Kind::DateTime,
            optional: true,
        },
    ],
    uses_secret: false,
    phrase: None,
};

/// A key is looked at and compared with what is expected.
pub const GET_KEY: Op = Op {
    name: "get-key",
    title: "Look at a key",
    does: "reads a key's record and compares it with what the script expects; changes nothing",
    fields: &[Field {
        id: "key",
        label: "Key",
        hint: "A declared key.",
        kind: Kind::Key,
        optional: false,
    }],
    uses_secret: false,
    phrase: None,
};

/// The field of a note that names an earlier one, which it repeats.
pub const REPEATS: &str = "repeats";

/// Something is written into the record.
pub const NOTE: Op = Op {
    name: "note",
    title: "Note for the record",
    does: "keeps a sentence with the run",
    fields: &[
        Field {
            id: "text",
            label: "Note",
            hint: "One sentence for the record. Never a key, a component or a passphrase.",
            kind: Kind::Text { max: 400 },
            optional: false,
        },
        Field {
            id: REPEATS,
            label: "The same as in",
            hint: "Id of an earlier note, which somebody else reads and types again here: both must agree.",
            kind: Kind::Text { max: 64 },
            optional: true,
        },
    ],
    uses_secret: false,
    phrase: None,
};

/// Everybody signs the record.
pub const SIGN_OFF: Op = Op {
    name: "sign-off",
    title: "Sign off",
    does: "has people sign the head of the audit chain and a text",
    fields: &[Field {
        id: "text",
        label: "Text",
        hint: "What they sign.",
        kind: Kind::Text { max: 400 },
        optional: false,
    }],
    uses_secret: false,
    phrase: None,
};

/// A copy of the vault as a step of a script: the act's own fields, and where it goes, which is told in the room.
pub const BACKUP: Op = Op {
    fields: &COPIED,
    ..op::BACKUP
};

const COPIED: [Field; 5] = {
    let [medium, bag, holder, place] = op::COPIED;
    [medium, bag, holder, place, op::BACKUP_TO]
};

/// Every ceremony op.
pub const OPS: &[Op] = &[
    PRESENT,
    ATTEST_CLOCK,
    READ_FILE,
    ATTEST_FINGERPRINT,
    ATTEST_CHECK_VALUE,
    ATTEST_HASH,
    WAIT,
    GET_KEY,
    NOTE,
    SIGN_OFF,
];

/// Finds what a script may name in `op`: an act of the vault, or a ceremony op.
pub fn named(name: &str) -> Option<&'static Op> {
    if copies(name) {
        return Some(&BACKUP);
    }
    let act = op::named(name).filter(|op| !is_done_outside(op));
    act.or_else(|| OPS.iter().find(|op| op.name == name))
        .or_else(|| super::ops_components::OPS.iter().find(|op| op.name == name))
        .or_else(|| super::ops_carry::OPS.iter().find(|op| op.name == name))
}

/// Whether a field of an act is not written in its step, but in the `[[key]]` that the step makes or divides.
pub fn stands_in_key(op: &Op, field: &Field) -> bool {
    super::parse::is_declared(op, field)
}

/// Whether an act is never a step: what a return brings back is another state of the vault than the one whose run it is.
pub fn is_done_outside(op: &Op) -> bool {
    op.name == op_custody::RESTORE.name
}

/// Whether an act of this name makes a copy of the vault.
pub fn copies(name: &str) -> bool {
    name == op::BACKUP.name
}

/// Whether a field names a place of the machine at hand: people name it, and no script.
pub(super) fn is_told_in_the_room(op: &Op, field: &Field) -> bool {
    copies(op.name) && field.id == op::BACKUP_TO.id
}

/// Whether an op is an act: it changes the vault or lets something out, and needs approval.
pub fn is_act(op: &Op) -> bool {
    op::named(op.name).is_some()
}

/// Whether an op acts on people, shares, copies or policy, and on no key.
pub fn is_custody(op: &Op) -> bool {
    op.name.starts_with("vault.")
}

/// Whether an op makes the declared key that its step names in `key`.
pub fn makes_key(op: &Op) -> bool {
    op.name == op::CREATE_KEY.name || op.name.starts_with("import-key.")
}

/// Whether an op brings in a secret key from somebody else: of components, or wrapped.
pub fn brings_key(op: &Op) -> bool {
    makes_key(op)
        && [
            op::CREATE_KEY.name,
            op::IMPORT_ROOT.name,
            op::IMPORT_TRUSTED.name,
        ]
        .iter()
        .all(|other| *other != op.name)
}

/// Whether an op may stand in an act list.
pub fn may_be_listed(op: &Op) -> bool {
    let alone = [
        op::IMPORT_ROOT.name,
        op::DELETE_KEY.name,
        op::BACKUP.name,
        op::ACT_LIST.name,
        op_components::IMPORT_COMPONENTS.name,
        op_components::EXPORT_COMPONENTS.name,
    ];
    is_act(op) && !alone.contains(&op.name)
}

/// Every name that a script may write in `op`.
pub fn names() -> Vec<&'static str> {
    let turns = super::ops_components::OPS;
    op::OPS
        .iter()
        .filter(|op| !is_done_outside(op))
        .chain(OPS)
        .chain(turns)
        .chain(super::ops_carry::OPS)
        .map(|op| op.name)
        .collect()
}
