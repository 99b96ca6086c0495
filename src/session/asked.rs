//! Fields that are asked beside the acts' own: who opens and signs, where files go, who refuses. Declared once for
//! every front end.

use super::field::{Choice, Field, Kind};
use super::handing_out::free_folder;
use super::{op, op_exchange, op_tr34};
use crate::text::tr;

/// What is said of a paste where a secret is typed.
pub fn no_paste() -> &'static str {
    tr("Paste is refused in a secret field: other programs could have seen it. Type it.")
}

/// Where a custodian's share envelope lies that is not in the vault's folder.
pub const SHARE_ENVELOPE: Field = Field {
    id: "envelope",
    label: "Envelope",
    hint: "The folder of this custodian's own stick, such as /media/stick, or the file NAME.share.age on it.",
    kind: Kind::File,
    optional: false,
};

/// The same where both envelopes are asked for.
pub const DRILLED_SHARE: Field = Field {
    id: "share-envelope",
    label: "Share envelope",
    ..SHARE_ENVELOPE
};

/// What opens a share envelope.
pub const OPENING_PASSPHRASE: Field = Field {
    id: "passphrase",
    label: "Passphrase",
    hint: "The words from this custodian's own paper, with single spaces. Letters are never drawn.",
    kind: Kind::Passphrase,
    optional: false,
};

/// Why the recovery set opens a vault.
pub const RECOVERY_REASON: Field = Field {
    id: "recovery-reason",
    label: "Why",
    hint: "Why the custodians cannot open. It is written down with who came, and shown at the next opening.",
    kind: Kind::Text { max: 200 },
    optional: false,
};

/// The witness card: its number.
pub const CARD_SEQ: Field = Field {
    id: "seq",
    label: "Sequence",
    hint: "The number on the last witness card. If that is lost: of any older one, for those open too.",
    kind: Kind::Number {
        min: 0,
        max: i64::MAX,
    },
    optional: false,
};

/// The witness card: its words.
pub const CARD_WORDS: Field = Field {
    id: "words",
    label: "Six words",
    hint: "The six words on the same card. They prove that this is no older copy of the vault.",
    kind: Kind::Text { max: 120 },
    optional: false,
};

/// A vault that is in no list: where it lies.
pub const VAULT_FOLDER: Field = Field {
    id: "vault",
    label: "Vault's folder",
    hint: "Where it lies, for example /media/ops/acme.vault. It is looked at first; then its custodians are asked.",
    kind: Kind::Text { max: 1000 },
    optional: false,
};

/// Ways to begin that lead to a vault which is in no list, for screens and lines.
pub const ELSEWHERE: &str = "Open a vault in another folder";

/// The file of a script that is written from what was done.
pub const NEW_SCRIPT: Field = Field {
    id: "script",
    label: "New file",
    hint: "Ends in .toml; its name is the script's id: small letters, digits, hyphens. Nothing is overwritten.",
    kind: Kind::Text { max: 400 },
    optional: false,
};

/// Who reads a watch, where the clock of a production vault is attested.
pub const WATCH_PERSON: Field = Field {
    id: "person",
    label: "Who reads a watch",
    hint: "A person of this vault, with a watch of their own.",
    kind: Kind::Text { max: 40 },
    optional: false,
};

/// What that watch says.
pub const WATCH_TIME: Field = Field {
    id: "time",
    label: "Your watch says",
    hint: "Date and time in UTC from your own watch, not from any screen: 2026-12-01 09:00.",
    kind: Kind::DateTime,
    optional: false,
};

/// Where a person's approval envelope lies, in production.
pub const APPROVAL_ENVELOPE: Field = Field {
    id: "envelope",
    label: "Envelope",
    hint: "This person's own medium, or the file on it, for example /media/stick or its NAME.approval.age.",
    kind: Kind::File,
    optional: false,
};

/// What opens an approval envelope.
pub const SIGNING_PASSPHRASE: Field = Field {
    id: "passphrase",
    label: "Passphrase",
    hint: "The words from your own paper, single spaces. A wrong one locks nothing.",
    kind: Kind::Passphrase,
    optional: false,
};

/// The answer that somebody is here.
pub const PRESENT: &str = "yes";

/// Whether somebody who may be passed over is in the room: said in words, never by an empty answer.
pub const HERE: Field = Field {
    id: "here",
    label: "Present",
    hint: "Whoever is not here is passed over: the record says that they proved nothing today.",
    kind: Kind::Choice(&[
        Choice {
            id: PRESENT,
            label: "here, and proves the envelopes now",
        },
        Choice {
            id: "no",
            label: "not here",
        },
    ]),
    optional: false,
};

/// The answer that somebody tries once more.
pub const ONCE_MORE: &str = "again";

/// What becomes of somebody whose envelopes did not open in a drill: finding that out is what a drill is for.
pub const AGAIN: Field = Field {
    id: "again",
    label: "Then",
    hint: "Recorded, it goes on with the others; afterwards Custodians asks what happened: an envelope lost, a passphrase forgotten.",
    kind: Kind::Choice(&[
        Choice {
            id: ONCE_MORE,
            label: "tries once more",
        },
        Choice {
            id: "no",
            label: "cannot open them: recorded so, and passed over",
        },
    ]),
    optional: false,
};

/// The answer that ends a reshare that was cut off.
pub const GIVES_UP: &str = "give-up";

/// What becomes of a reshare that was cut off before everybody had new envelopes.
pub const CUT: Field = Field {
    id: "cut",
    label: "Then",
    hint: "Given up, it ends for good, and the log says so. Left, it is asked again, and everybody's envelopes of before open meanwhile.",
    kind: Kind::Choice(&[
        Choice {
            id: "later",
            label: "it stays open; nothing changes now",
        },
        Choice {
            id: GIVES_UP,
            label: "it is given up: its set ends",
        },
    ]),
    optional: false,
};

/// What opens both envelopes of a person, present or new.
pub const OWN_PASSPHRASE: Field = Field {
    id: "passphrase",
    label: "Your words",
    hint: "From your own paper, with single spaces. Letters are never drawn.",
    kind: Kind::Passphrase,
    optional: false,
};

/// Where new envelopes go, in production.
pub const MEDIUM: Field = Field {
    id: "medium",
    label: "Folder",
    hint: "A folder on your own medium, for example /media/ana. Nobody else's envelopes lie there.",
    kind: Kind::Text { max: 400 },
    optional: false,
};

/// The answer that what was written lies on somebody's own medium.
pub const MINE: &str = "mine";

/// Whether envelopes that were just written lie where they belong: a wrong folder is put right by its owner, at once.
pub const OWN_MEDIUM: Field = Field {
    id: "own-medium",
    label: "Medium",
    hint: "Where it is somebody else's, or not what was meant, the same envelopes are written once more, to another folder.",
    kind: Kind::Choice(&[
        Choice {
            id: MINE,
            label: "my own: I take it out now and keep it",
        },
        Choice {
            id: "other",
            label: "not mine: I name another folder",
        },
    ]),
    optional: false,
};

/// Where an export's files go: no part of what is signed.
pub const FOLDER: Field = Field {
    id: "folder",
    label: "Folder",
    hint: "Where the file and NEXT.txt are written, for example the mount point of a stick. It is made if it is not there; nothing is overwritten.",
    kind: Kind::Text { max: 400 },
    optional: false,
};

/// Who types a fingerprint: recorded, and in the signed act.
pub const BY: Field = Field {
    id: "by",
    label: "Second person",
    hint: "Who fetched the fingerprint and types it now: not the one who brought the file.",
    kind: Kind::Text { max: 64 },
    optional: false,
};

/// What people call an imported root.
pub const ROOT_LABEL: Field = Field {
    id: "label",
    label: "Name",
    hint: "How people here will call this root, for example aws-root. Kept as the tag Name.",
    kind: Kind::Text { max: 64 },
    optional: false,
};

/// What people call a certificate that was imported under another.
pub const CERTIFICATE_LABEL: Field = Field {
    id: "label",
    label: "Name",
    hint: "How people here will call it, for example acme-hsm. Kept as the tag Name.",
    kind: Kind::Text { max: 64 },
    optional: true,
};

/// Who compares the check value of a key that came in.
pub const COMPARER: Field = Field {
    id: "who",
    label: "Who compares",
    hint: "Whoever has what the sender gave, and types it: recorded with what comes of it. Nobody signs.",
    kind: Kind::Choice(&[]),
    optional: false,
};

/// The check value that its sender gave by another way.
pub const CHECK_VALUE: Field = Field {
    id: "kcv",
    label: "Check value",
    hint: "Six to ten hex digits, from the sender's advice and not from this screen.",
    kind: Kind::Hex { min: 6, max: 10 },
    optional: false,
};

/// The answer that shows ours though nobody has compared it.
pub const SHOWN_UNCOMPARED: &str = "shown";

/// Whether ours is shown though nobody has compared it.
pub const UNCOMPARED: Field = Field {
    id: "uncompared",
    label: "What now",
    hint: "Whoever has seen ours can no longer say that the sender's was typed without it.",
    kind: Kind::Text { max: 16 },
    optional: false,
};

/// What a refusal of a request is made of.
pub const REFUSING: &[Field] = &[
    Field {
        id: "who",
        label: "Who refuses",
        hint: "Nobody signs a refusal: the record says at whose word it was, as it is named here in front of all.",
        kind: Kind::Choice(&[]),
        optional: false,
    },
    Field {
        id: "reason",
        label: "Why",
        hint: "In your own words; it is recorded.",
        kind: Kind::Text { max: 200 },
        optional: false,
    },
];

/// What is asked beside an act's own fields.
pub fn beside(op: &str) -> &'static [Field] {
    match op {
        name if name == op::IMPORT_ROOT.name => &[BY, ROOT_LABEL],
        name if name == op::BACKUP.name => &[op::BACKUP_TO],
        name if writes(name) => &[FOLDER],
        _ => &[],
    }
}

/// The field that names the file which an act writes for the other side.
pub const OUTPUT: &str = "output";

/// Whether an act writes a file for the other side.
pub fn writes(op: &str) -> bool {
    op::named(op).is_some_and(|op| op.fields.iter().any(|field| field.id == OUTPUT))
}

/// Whether a field of [`beside`] names the folder that an act's files go to.
pub fn is_place(field: &Field) -> bool {
    field.id == FOLDER.id || field.id == op::BACKUP_TO.id || is_own_medium(field)
}

/// Whether people who fill in an act are asked this field of it. Where a component is printed is asked of its custodian, in
/// their own turn; a terminal's number where its initial key is what leaves, which is a choice of its own beside the key's.
pub fn is_asked(op: &op::Op, field: &Field) -> bool {
    let slip = field.id == super::op_components::SLIP.id;
    let terminal = field.id == op_exchange::SERIAL && op.name == op_exchange::EXPORT_TR31.name;
    !slip && (!terminal || op_exchange::derives(op))
}

/// Whether a field names a folder on somebody's own medium. The label of a copy's medium has the same id.
fn is_own_medium(field: &Field) -> bool {
    field.id == MEDIUM.id && field.label.starts_with(MEDIUM.label)
}

/// Whether a field names where somebody's envelopes lie. The words that open them are typed next, and easily into it.
pub fn is_beside_words(field: &Field) -> bool {
    field.id == SHARE_ENVELOPE.id || field.id == DRILLED_SHARE.id || is_own_medium(field)
}

/// What is said of a passphrase that was typed at a prompt of the lines that shows it, once it is off the screen.
pub fn words_in_the_open() -> &'static str {
    tr(
        "That looks like the words of a passphrase, and here they were shown: they were taken off the screen, and nothing of them was recorded. If anybody but their owner can have read them, new words are made at Custodians. They are no answer to this question: words are typed where the prompt says that they are not shown.",
    )
}

/// What is said of words in the place of a path; they are said nowhere.
pub fn words_for_a_path() -> &'static str {
    tr(
        "These look like words and not like a path: they were wiped, and no message repeats them. Whoever saw them on this screen knows them. The path comes here; words go into the field for words. A path that does begin so is typed with ./ before it.",
    )
}

/// The names that are proposed for an act's file and its folder: after the key that goes out, where one does. The folder
/// is one that is not there yet. `None` where the act writes nothing for the other side.
pub fn proposed(op: &op::Op, label: Option<&str>) -> Option<[String; 2]> {
    if !writes(op.name) {
        return None;
    }
    let mut stem = label.map_or_else(|| op.name.replace('.', "-"), file_stem);
    if op_exchange::derives(op) {
        stem.push_str("-ipek");
    }
    // A token for a device or a sender is no request of the service.
    let ending = if op_tr34::writes_token(op) {
        "hex"
    } else {
        "json"
    };
    let folder = free_folder(&format!("{stem}-out"));
    Some([format!("{stem}.{ending}"), folder])
}

/// A key's label as the beginning of a file's name: no blanks, and nothing that a shell reads.
fn file_stem(label: &str) -> String {
    let plain = |c: char| {
        if c.is_alphanumeric() || "._-".contains(c) {
            c
        } else {
            '-'
        }
    };
    label.chars().map(plain).collect()
}
