//! The ops of a ceremony on components: each is one custodian's turn, alone at the screen.

use crate::session::field::{Choice, Field, Kind};
use crate::session::op::Op;
use crate::session::op_components::SLIP;
use crate::text::tr;

/// Names of these ops begin so.
pub const PREFIX: &str = "component.";

const KEY: Field = Field {
    id: "key",
    label: "Key",
    hint: "The declared key that the component belongs to.",
    kind: Kind::Key,
    optional: false,
};

const PART: Field = Field {
    id: "part",
    label: "Component",
    hint: "Which component, from 1.",
    kind: Kind::Number { min: 1, max: 9 },
    optional: false,
};

const SERIAL: Field = Field {
    id: "serial",
    label: "Serial",
    hint: "As it is printed on the package. Spaces and hyphens do not count.",
    kind: Kind::Text { max: 64 },
    optional: false,
};

const VALUE: Field = Field {
    id: "value",
    label: "Component",
    hint: "Hex digits in groups of four, from your paper alone. Nothing is shown; paste is refused.",
    kind: Kind::Component,
    optional: false,
};

const AGAIN: Field = Field {
    id: "again",
    label: "Once more",
    hint: "The same from the paper a second time. The group that differs is named.",
    kind: Kind::Component,
    optional: false,
};

/// The only reading of a paper that was printed here.
const READ: Field = Field {
    id: "again",
    label: "Your paper",
    hint: "Hex digits, from the paper alone. Nothing is shown; a group that differs is named.",
    kind: Kind::Component,
    optional: false,
};

const WATCHED: Field = Field {
    id: "watched",
    label: "Serial, watched",
    hint: "Whoever watches reads it from the package too. Spaces and hyphens do not count.",
    kind: Kind::Text { max: 64 },
    optional: false,
};

/// The check value on the paper.
pub const KCV: Field = Field {
    id: "kcv",
    label: "Check value",
    hint: "As it stands on your paper: six hex digits. Ours is not shown before.",
    kind: Kind::Hex { min: 4, max: 10 },
    optional: false,
};

/// The field in which somebody says whether a package was opened before: a tired Enter does not answer it.
pub const TAMPERED: &str = "tampered";

/// The field in which a holder says what became of a paper that did not count.
pub const FATE_OF_A_PAPER: &str = "fate";

/// The field in which whoever watches says whether it was so.
pub const SEEN_TOO: &str = "seen";

/// Why none of these fields' answers is chosen before somebody chooses it, where one attests what was seen.
pub fn undecided(field: &str) -> Option<&'static str> {
    match field {
        TAMPERED => Some(tr("look at the package first, then choose")),
        FATE_OF_A_PAPER => Some(tr("say what became of the paper, then go on")),
        SEEN_TOO => Some(tr("say what you saw yourself, then go on")),
        _ => None,
    }
}

/// A package comes.
pub const RECEIVE: Op = Op {
    name: "component.receive",
    title: "A package is received",
    does: "compares a package's serial with the one that its sender advised by another way, and asks for tampering",
    fields: &[
        KEY,
        PART,
        Field {
            id: "advised",
            label: "Advised serial",
            hint: "From the sender's advice, which came by another way than the package. If the package has no number, type none- and the part's number (none-2 for part 2): it is recorded so.",
            kind: Kind::Text { max: 64 },
            optional: false,
        },
        SERIAL,
        Field {
            id: TAMPERED,
            label: "Tampering",
            hint: "Look at seams, seal and number before you open it. If in doubt, say yes.",
            kind: Kind::Choice(&[
                Choice {
                    id: "no",
                    label: "no: sealed, whole, as it was sent",
                },
                Choice {
                    id: "yes",
                    label: "yes: the whole set becomes SUSPECT and is never used",
                },
            ]),
            optional: false,
        },
    ],
    uses_secret: false,
    phrase: None,
};

/// A component is entered.
pub const ENTER: Op = Op {
    name: "component.enter",
    title: "A component is entered",
    does: "takes one component from one custodian, twice and with its check value, and seals it",
    fields: &[KEY, PART, VALUE, AGAIN, KCV],
    uses_secret: false,
    phrase: None,
};

/// A component is made.
pub const GENERATE: Op = Op {
    name: "component.generate",
    title: "A component is made",
    does: "draws one component, prints it for one custodian alone, and has it read back from the paper",
    fields: &[KEY, PART, SLIP, READ],
    uses_secret: false,
    phrase: None,
};

/// A slip is read back.
pub const READ_BACK: Op = Op {
    name: "component.read-back",
    title: "A component is read back",
    does: "has a custodian prove that the paper of a component can be read",
    fields: &[KEY, PART, READ],
    uses_secret: false,
    phrase: None,
};

/// A paper goes into a package.
pub const SEAL: Op = Op {
    name: "component.seal",
    title: "A component is sealed",
    does: "records the package that a component's paper went into, and who watched",
    fields: &[KEY, PART, SERIAL, WATCHED],
    uses_secret: false,
    phrase: None,
};

/// Every one of them.
pub const OPS: &[Op] = &[RECEIVE, ENTER, GENERATE, READ_BACK, SEAL];

/// Whether a custodian gets to know a component in this turn.
pub fn shows(op: &Op) -> bool {
    [RECEIVE.name, ENTER.name, GENERATE.name].contains(&op.name)
}

/// Whether what a turn came to is shown before the next person is called. A package that came is opened in the next step.
pub fn shows_result(op: &Op) -> bool {
    is_turn(op) && op.name != RECEIVE.name
}

/// Whether an op is a custodian's turn with one component.
pub fn is_turn(op: &Op) -> bool {
    op.name.starts_with(PREFIX)
}
