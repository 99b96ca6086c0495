//! The acts on components, declared like every other.

use super::field::{Field, Kind};
use super::op::{CREATE_KEY, KEY, Op};

/// How many components make a key.
pub const COMPONENTS: Field = Field {
    id: "components",
    label: "Components",
    hint: "How many custodians share the key, each with one part: 2 to 9. All of them are needed.",
    kind: Kind::Number { min: 2, max: 9 },
    optional: false,
};

/// Whether a key that others hold already may leave this vault.
pub const LEAVES_AGAIN: Field = Field {
    id: "exportable",
    label: "Exportable",
    hint: "May it leave this vault again? Fixed for life. Whoever sent it holds it either way.",
    kind: Kind::YesNo,
    optional: false,
};

/// How many components come in.
const COME: Field = Field {
    hint: "How many custodians bring a part each: 2 to 9, and all are needed.",
    ..COMPONENTS
};

/// What help says where such a ceremony is reviewed before it begins.
pub const REVIEW_HELP: &[&str] = &[
    "Components are a ceremony of several people: each custodian takes a turn, and the administrator asks for the act when all have had theirs. Here is what will happen, before anybody is called.",
    "Back keeps every answer. A ceremony that was begun can be paused and gone on with.",
];

/// To whom components go.
pub const RECEIVER: Field = Field {
    id: "receiver",
    label: "Receiver",
    hint: "To whom the papers go, for example ACME Bank, key management.",
    kind: Kind::Text { max: 100 },
    optional: false,
};

/// Where a component is printed.
pub const SLIP: Field = Field {
    id: "slip",
    label: "Print to",
    hint: "Your printer's device (/dev/usb/lp0), or a new file on your own medium. Nobody else looks.",
    kind: Kind::Text { max: 400 },
    optional: false,
};

/// A key formed of components.
pub const IMPORT_COMPONENTS: Op = Op {
    name: "import-key.components",
    title: "Import key from components",
    does: "forms a key from components that custodians bring on paper, each alone in turn",
    fields: &{
        let f = CREATE_KEY.fields;
        [f[0], f[1], f[2], LEAVES_AGAIN, f[4], COME]
    },
    uses_secret: true,
    phrase: None,
};

/// A key that leaves as components.
pub const EXPORT_COMPONENTS: Op = Op {
    name: "export-key.components",
    title: "Export key as components",
    does: "lets a key out as components on paper, each for one custodian alone",
    fields: &[KEY, COMPONENTS, RECEIVER, SLIP],
    uses_secret: true,
    phrase: None,
};
