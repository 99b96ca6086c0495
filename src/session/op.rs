//! The acts, each declared once: name, title, fields, what it says.

use super::field::{Choice, Field, Kind};
use super::{
    clock_ahead, clock_back, op_components, op_custody, op_destroyed, op_envelopes, op_exchange,
    op_ledger, op_policy, op_suspect, op_tr34,
};

/// One act's declaration. Its `name` is the script's `op`, the wizard's id and the policy's key.
#[derive(Debug, Clone, Copy)]
pub struct Op {
    /// `create-key`, `export-key.rsa-wrap`: the service's CLI name, with the union member after a dot.
    pub name: &'static str,
    /// A wizard's title.
    pub title: &'static str,
    /// What it does, one sentence.
    pub does: &'static str,
    /// What it needs.
    pub fields: &'static [Field],
    /// Whether it opens a sealed secret (and so needs t signatures whatever the policy says).
    pub uses_secret: bool,
    /// A phrase that must be typed first, where it destroys.
    pub phrase: Option<&'static str>,
}

/// A key of the vault.
pub const KEY: Field = Field {
    id: "key",
    label: "Key",
    hint: "Which key: its label or ARN.",
    kind: Kind::Key,
    optional: false,
};

/// CreateKey.
pub const CREATE_KEY: Op = Op {
    name: "create-key",
    title: "Create key",
    does: "makes a new key in this vault",
    fields: &[
        Field {
            id: "usage",
            label: "Purpose",
            hint: "What the key is for; fixed for life. K0 and K1 wrap other keys.",
            kind: Kind::Usage,
            optional: false,
        },
        Field {
            id: "algorithm",
            label: "Algorithm",
            hint: "Kind and length; fixed for life.",
            kind: Kind::Algorithm,
            optional: false,
        },
        Field {
            id: "modes",
            label: "Modes of use",
            hint: "What the key may do; fixed for life.",
            kind: Kind::Modes,
            optional: false,
        },
        Field {
            id: "exportable",
            label: "Exportable",
            hint: "Will anybody else ever hold this key? Fixed for life.",
            kind: Kind::YesNo,
            optional: false,
        },
        Field {
            id: "label",
            label: "Name",
            hint: "How people here will call it, for example kek-partner-x. Kept as the tag Name.",
            kind: Kind::Text { max: 64 },
            optional: false,
        },
        CHECK_VALUE,
        TAGS,
        ENABLED,
    ],
    uses_secret: false,
    phrase: None,
};

/// By which method a new key's check value is made.
pub const CHECK_VALUE: Field = Field {
    id: "check-value",
    label: "Check value",
    hint: "How its check value is made. The usual is ANSI_X9_24 for TDES and CMAC for AES.",
    kind: Kind::Choice(&[
        Choice {
            id: "ANSI_X9_24",
            label: "ANSI_X9_24: zeros under the key",
        },
        Choice {
            id: "CMAC",
            label: "CMAC of zeros",
        },
    ]),
    optional: true,
};

/// Tags of a new key beside its name.
pub const TAGS: Field = Field {
    id: "tags",
    label: "Tags",
    hint: "name=value, several with commas, for example owner=cards, ticket=4711. Never a key, a component or a passphrase.",
    kind: Kind::Text { max: 1000 },
    optional: true,
};

/// Whether a new key can be used at once.
pub const ENABLED: Field = Field {
    id: "enabled",
    label: "Enabled",
    hint: "Left empty: yes. With no it is made, and nobody can use it before custodians enable it.",
    kind: Kind::YesNo,
    optional: true,
};

/// ImportKey with RootCertificatePublicKey.
pub const IMPORT_ROOT: Op = Op {
    name: "import-key.root-certificate",
    title: "Import a root certificate",
    does: "makes a certificate a trusted root of this vault",
    fields: &[
        Field {
            id: "file",
            label: "File",
            hint: "The certificate; or a file that has it in its chain: what get-parameters-for-import or \
                get-parameters-for-export printed, by the service or by a partner's keymoot.",
            kind: Kind::File,
            optional: false,
        },
        Field {
            id: "fingerprint",
            label: "Fingerprint",
            hint: "SHA-256 of the root, fetched by a second person over another login on another computer.",
            kind: Kind::Fingerprint,
            optional: false,
        },
        Field {
            id: "source",
            label: "Where from",
            hint: "Who fetched it, when and where: which account and region, or by which call or letter.",
            kind: Kind::Text { max: 200 },
            optional: false,
        },
    ],
    uses_secret: false,
    phrase: None,
};

/// ImportKey with TrustedCertificatePublicKey.
pub const IMPORT_TRUSTED: Op = Op {
    name: "import-key.trusted-certificate",
    title: "Import a certificate under a trusted one",
    does: "adds a certificate that chains to one already here",
    fields: &[
        Field {
            id: "file",
            label: "File",
            hint: "The certificate: PEM, DER or base64.",
            kind: Kind::File,
            optional: false,
        },
        Field {
            id: "ca",
            label: "Issuer",
            hint: "The imported key that signed it.",
            kind: Kind::Key,
            optional: false,
        },
    ],
    uses_secret: false,
    phrase: None,
};

/// ExportKey with KeyCryptogram.
pub const EXPORT_RSA_WRAP: Op = Op {
    name: "export-key.rsa-wrap",
    title: "Export key by RSA wrap",
    does: "wraps a key for one receiver under the RSA certificate it handed over",
    fields: &[
        KEY,
        Field {
            id: "parameters",
            label: "Receiver's file",
            hint: "What `aws payment-cryptography get-parameters-for-import` printed.",
            kind: Kind::File,
            optional: false,
        },
        Field {
            id: "ca",
            label: "Receiver's root",
            hint: "The imported root above the receiver's certificate.",
            kind: Kind::Key,
            optional: false,
        },
        Field {
            id: "spec",
            label: "Hash",
            hint: "OAEP hash; usually SHA-256. The receiver reads both.",
            kind: Kind::Choice(&[
                super::field::Choice {
                    id: "RSA_OAEP_SHA_256",
                    label: "SHA-256",
                },
                super::field::Choice {
                    id: "RSA_OAEP_SHA_512",
                    label: "SHA-512",
                },
            ]),
            optional: true,
        },
        Field {
            id: "output",
            label: "File name",
            hint: "Name of the request file that will be written, without folder.",
            kind: Kind::Text { max: 100 },
            optional: false,
        },
    ],
    uses_secret: true,
    phrase: None,
};

/// DeleteKey.
pub const DELETE_KEY: Op = Op {
    name: "delete-key",
    title: "Delete key",
    does: "schedules the destruction of a key; until the window ends it can be restored",
    fields: &[
        KEY,
        Field {
            id: "days",
            label: "Days",
            hint: "3 to 180; left empty, 7. The key is unusable at once and destroyed when the window ends.",
            kind: Kind::Number { min: 3, max: 180 },
            optional: true,
        },
    ],
    uses_secret: false,
    phrase: Some("delete"),
};

/// RestoreKey.
pub const RESTORE_KEY: Op = Op {
    name: "restore-key",
    title: "Restore key",
    does: "takes back a scheduled destruction; the key stays disabled until it is enabled",
    fields: &[KEY],
    uses_secret: false,
    phrase: None,
};

/// StartKeyUsage.
pub const START_KEY_USAGE: Op = Op {
    name: "start-key-usage",
    title: "Enable key",
    does: "lets a disabled key be used again",
    fields: &[KEY],
    uses_secret: false,
    phrase: None,
};

/// StopKeyUsage.
pub const STOP_KEY_USAGE: Op = Op {
    name: "stop-key-usage",
    title: "Disable key",
    does: "forbids the use of a key until it is enabled again",
    fields: &[KEY],
    uses_secret: false,
    phrase: None,
};

/// A copy of the vault.
pub const BACKUP: Op = Op {
    name: "vault.backup",
    title: "Back up the vault",
    does: "copies the vault to another medium and reads the copy back",
    fields: &COPIED,
    uses_secret: false,
    phrase: None,
};

/// What the medium of a copy is called: in the record, on the bag, and never where it is mounted.
pub const MEDIUM_LABEL: Field = Field {
    id: "medium",
    label: "Label",
    hint: "What stands on the stick or disc that takes the copy, and no path: its folder is asked for apart.",
    kind: Kind::Text { max: 64 },
    optional: false,
};

/// What is signed of a copy of the vault.
pub const COPIED: [Field; 4] = [
    MEDIUM_LABEL,
    Field {
        id: "bag",
        label: "Bag",
        hint: "Serial of the bag or envelope it will be sealed in.",
        kind: Kind::Text { max: 64 },
        optional: true,
    },
    HOLDER,
    PLACE,
];

/// Who keeps a copy.
pub const HOLDER: Field = Field {
    id: "holder",
    label: "Holder",
    hint: "Who keeps the copy from then on, by name.",
    kind: Kind::Text { max: 64 },
    optional: true,
};

/// Where a copy is kept.
pub const PLACE: Field = Field {
    id: "place",
    label: "Place",
    hint: "The safe or house in which the copy is kept, not the vault's own.",
    kind: Kind::Text { max: 64 },
    optional: true,
};

/// Where a backup goes: asked beside the act, and no part of what is signed.
pub const BACKUP_TO: Field = Field {
    id: "to",
    label: "Folder",
    hint: "An empty or new folder on that medium, for example its mount point and the vault's name.",
    kind: Kind::Text { max: 400 },
    optional: false,
};

/// Several acts under one approval, all or none; a script alone writes one.
pub const ACT_LIST: Op = Op {
    name: "act-list",
    title: "Do several acts together",
    does: "does every act of a list under one approval, all or none",
    fields: &[Field {
        id: "name",
        label: "Name",
        hint: "What the list is for, as the signers read it.",
        kind: Kind::Text { max: 100 },
        optional: false,
    }],
    uses_secret: true,
    phrase: None,
};

/// Every act.
pub const OPS: &[Op] = &[
    CREATE_KEY,
    IMPORT_ROOT,
    IMPORT_TRUSTED,
    op_exchange::IMPORT_RSA_WRAP,
    op_exchange::IMPORT_TR31,
    op_exchange::IMPORT_TR34,
    op_components::IMPORT_COMPONENTS,
    EXPORT_RSA_WRAP,
    op_exchange::EXPORT_TR31,
    op_exchange::EXPORT_TR34,
    op_components::EXPORT_COMPONENTS,
    op_exchange::PARAMETERS_FOR_IMPORT,
    op_exchange::PARAMETERS_FOR_EXPORT,
    op_exchange::PUBLIC_KEY_CERTIFICATE,
    op_exchange::SIGNING_REQUEST,
    op_tr34::UNBIND,
    op_tr34::REBIND,
    op_tr34::RANDOM,
    ACT_LIST,
    op_exchange::CREATE_ALIAS,
    op_exchange::TAG_RESOURCE,
    DELETE_KEY,
    RESTORE_KEY,
    START_KEY_USAGE,
    STOP_KEY_USAGE,
    BACKUP,
    op_custody::DRILL,
    op_custody::RECOVERY_SET,
    op_custody::RECOVERY_DRILL,
    op_custody::RESHARE,
    op_custody::ROTATE,
    op_custody::REPLACE,
    op_custody::RESTORE,
    op_custody::ATTEST_DESTROYED,
    op_custody::APPOINT,
    op_ledger::EXEMPT,
    op_ledger::RECORD_ACCESS,
    op_destroyed::COMPONENTS_DESTROYED,
    op_envelopes::ENVELOPES_GONE,
    op_suspect::SUSPECT,
    op_custody::LOAD_INVENTORY,
    op_policy::CHANGE_POLICY,
    clock_ahead::CLOCK_AHEAD,
    clock_back::CLOCK_BACK,
];

/// The name of the act that hands out a token and a certificate: for a key that comes in, or for one that goes out.
pub const fn named_parameters(import: bool) -> &'static str {
    if import {
        op_exchange::PARAMETERS_FOR_IMPORT.name
    } else {
        op_exchange::PARAMETERS_FOR_EXPORT.name
    }
}

/// Whether an act gives out a certificate of a key pair, or the request for one.
pub fn certifies(op: &Op) -> bool {
    [
        op_exchange::PUBLIC_KEY_CERTIFICATE.name,
        op_exchange::SIGNING_REQUEST.name,
    ]
    .contains(&op.name)
}

/// What acts of a kind are offered together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// The ways a key comes in.
    In,
    /// The ways it goes out.
    Out,
    /// Names and tags of a key.
    Name,
}

/// The acts of a group, as every front end lists them.
pub fn grouped(group: Group) -> impl Iterator<Item = &'static Op> {
    let of = move |op: &&Op| match group {
        Group::In => {
            op.name.starts_with("import-key")
                || op.name == named_parameters(true)
                || op.name == op_tr34::RANDOM.name
        }
        Group::Out => {
            op.name.starts_with("export-key")
                || op.name == named_parameters(false)
                || certifies(op)
                || op_tr34::binds(op)
        }
        Group::Name => matches!(op.name, "create-alias" | "tag-resource"),
    };
    // What is asked of a terminal's key is an act of its own on this list.
    let after = move |op: &'static Op| {
        let ipek = group == Group::Out && op.name == op_exchange::EXPORT_TR31.name;
        std::iter::once(op).chain(ipek.then_some(&op_exchange::EXPORT_IPEK))
    };
    OPS.iter().filter(of).flat_map(after)
}

/// Finds an act by name.
pub fn named(name: &str) -> Option<&'static Op> {
    OPS.iter().find(|op| op.name == name)
}

/// An act as it was asked for: that of a terminal's initial key is a choice of its own, told by its answers.
pub fn as_asked<'a>(name: &str, answer: impl Fn(&str) -> Option<&'a str>) -> Option<&'static Op> {
    let terminal = answer(op_exchange::SERIAL).is_some_and(|number| !number.trim().is_empty());
    if name == op_exchange::EXPORT_IPEK.name && terminal {
        return Some(&op_exchange::EXPORT_IPEK);
    }
    named(name)
}
