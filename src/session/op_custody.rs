//! The acts on people, shares and copies, declared once: prompts, flags of the command line and screens are drawn
//! from here.

use super::field::{Field, Kind};
use super::op::Op;

/// Why it is done.
pub const REASON: Field = Field {
    id: "reason",
    label: "Reason",
    hint: "Why, in one sentence: what happened, when, who saw it.",
    kind: Kind::Text { max: 200 },
    optional: false,
};

/// Everybody who will hold shares.
pub const CUSTODIANS: Field = Field {
    id: "custodians",
    label: "Custodians",
    hint: "Names of all custodians from then on, joined by commas, in the order of their shares; empty: the present ones.",
    kind: Kind::Text { max: 1000 },
    optional: true,
};

/// Who asks for acts.
pub const ADMINISTRATORS: Field = Field {
    id: "administrators",
    label: "Administrators",
    hint: "Names of those who ask for acts and approve none, joined by commas; empty: the present ones.",
    kind: Kind::Text { max: 1000 },
    optional: true,
};

/// Who watches.
pub const WITNESSES: Field = Field {
    id: "witnesses",
    label: "Witnesses",
    hint: "Names of those who watch and sign off, joined by commas; empty: the present ones.",
    kind: Kind::Text { max: 1000 },
    optional: true,
};

/// How many open.
pub const OPEN: Field = Field {
    id: "open",
    label: "To open",
    hint: "How many custodians open the vault from then on; empty: as many as now.",
    kind: Kind::Number { min: 2, max: 16 },
    optional: true,
};

/// How many use a secret.
pub const USE: Field = Field {
    id: "use",
    label: "To use a secret",
    hint: "How many custodians use a secret from then on; empty: as many as now.",
    kind: Kind::Number { min: 2, max: 16 },
    optional: true,
};

/// A copy by number.
pub const COPY: Field = Field {
    id: "copy",
    label: "Copy",
    hint: "Which copy, by its number: B1, B2 (`keymoot vault status` lists them).",
    kind: Kind::Text { max: 16 },
    optional: false,
};

/// How a copy ended.
pub const HOW: Field = Field {
    id: "how",
    label: "How",
    hint: "How it was destroyed, where, and who saw it.",
    kind: Kind::Text { max: 200 },
    optional: false,
};

/// Who is appointed.
pub const PERSON: Field = Field {
    id: "person",
    label: "Person",
    hint: "Who is appointed as custodian; may be somebody who will be enrolled later.",
    kind: Kind::Text { max: 40 },
    optional: false,
};

/// First day.
pub const FROM: Field = Field {
    id: "from",
    label: "From",
    hint: "First day of the appointment, for example 2026-12-01.",
    kind: Kind::Day,
    optional: false,
};

/// Last day.
pub const UNTIL: Field = Field {
    id: "until",
    label: "Until",
    hint: "Last day of the appointment, for example 2027-11-30.",
    kind: Kind::Day,
    optional: false,
};

/// To whom the person reports.
pub const MANAGER: Field = Field {
    id: "manager",
    label: "Manager",
    hint: "To whom the person reports; custodians who together have enough report to different people.",
    kind: Kind::Text { max: 64 },
    optional: false,
};

/// Who steps in.
pub const STAND_IN: Field = Field {
    id: "stand-in",
    label: "Stand-in",
    hint: "Who steps in for the person; holds no other part of the same secret.",
    kind: Kind::Text { max: 64 },
    optional: false,
};

/// The form.
pub const FORM: Field = Field {
    id: "form",
    label: "Form",
    hint: "Reference of the form that the person and management signed.",
    kind: Kind::Text { max: 64 },
    optional: false,
};

/// Another class's inventory.
pub const INVENTORY_FILE: Field = Field {
    id: "file",
    label: "Inventory",
    hint: "What `keymoot vault inventory DIR --json` printed of a vault of another class.",
    kind: Kind::File,
    optional: false,
};

/// Custodians prove their shares.
pub const DRILL: Op = Op {
    name: "vault.drill",
    title: "Drill",
    does: "has every custodian present prove both shares, and others their own envelope; no identity is rebuilt",
    fields: &[],
    uses_secret: false,
    phrase: None,
};

/// Who will hold the recovery set.
pub const HOLDERS: Field = Field {
    id: "holders",
    label: "Holders",
    hint: "Names of three or more who will hold the recovery set, joined by commas; none of them serves in this vault. In production the signed appointment of each is entered before (Custodians, Somebody is appointed as custodian).",
    kind: Kind::Text { max: 1000 },
    optional: false,
};

/// How many of them open.
pub const NEEDED: Field = Field {
    id: "needed",
    label: "To recover",
    hint: "How many holders open together, fewer than there are; empty: 2.",
    kind: Kind::Number { min: 2, max: 15 },
    optional: true,
};

/// Where it lies.
pub const PLACE: Field = Field {
    id: "place",
    label: "Place",
    hint: "Where its envelopes will lie, away from this vault: house and safe.",
    kind: Kind::Text { max: 200 },
    optional: false,
};

/// A second split for another place.
pub const RECOVERY_SET: Op = Op {
    name: "vault.recovery-set",
    title: "Make a recovery set",
    does: "gives other people, at another place, envelopes of their own, which open the vault when custodians cannot",
    fields: &[HOLDERS, NEEDED, PLACE],
    uses_secret: true,
    phrase: None,
};

/// Its holders prove what they have.
pub const RECOVERY_DRILL: Op = Op {
    name: "vault.recovery-drill",
    title: "Drill of the recovery set",
    does: "has every holder of the recovery set present prove both shares; no identity is rebuilt",
    fields: &[],
    uses_secret: false,
    phrase: None,
};

/// New shares for the same people.
pub const RESHARE: Op = Op {
    name: "vault.reshare",
    title: "Reshare",
    does: "gives the same people new shares of the same identities; the old set dies when all are proven",
    fields: &[REASON],
    uses_secret: true,
    phrase: None,
};

/// New everything, other people.
pub const ROTATE: Op = Op {
    name: "vault.rotate",
    title: "Rotate",
    does: "draws new identities, shares, passphrases and approval keys, and seals every secret anew",
    fields: &[REASON, CUSTODIANS, ADMINISTRATORS, WITNESSES, OPEN, USE],
    uses_secret: true,
    phrase: Some("rotate"),
};

/// Who gives up their place.
pub const LEAVES: Field = Field {
    id: "leaves",
    label: "Leaves",
    hint: "Whose place ends: their envelopes and words then open nothing but copies made before.",
    kind: Kind::Person,
    optional: false,
};

/// Who takes it.
pub const JOINS: Field = Field {
    id: "joins",
    label: "Takes the place",
    hint: "Name of whoever takes the place, with the same role. Everybody else gets new words and envelopes too.",
    kind: Kind::Text { max: 40 },
    optional: false,
};

/// One person takes the place of another, by rotation.
pub const REPLACE: Op = Op {
    name: "vault.replace",
    title: "Replace a person",
    does: "rotates the vault with one person in the place of another: new identities, shares, words and keys for all",
    fields: &[LEAVES, JOINS, REASON],
    uses_secret: true,
    phrase: Some("rotate"),
};

/// A copy becomes a vault again.
pub const RESTORE: Op = Op {
    name: "vault.restore",
    title: "Return to a copy",
    does: "makes a vault of a copy, under a new epoch; what was destroyed since stays destroyed or disabled",
    fields: &[REASON],
    uses_secret: false,
    phrase: Some("restore"),
};

/// A copy is gone.
pub const ATTEST_DESTROYED: Op = Op {
    name: "vault.attest-destroyed",
    title: "Attest the destruction of a copy",
    does: "records that a copy exists no more, and with it the keys that were deleted here",
    fields: &[COPY, HOW],
    uses_secret: false,
    phrase: None,
};

/// A signed appointment.
pub const APPOINT: Op = Op {
    name: "vault.appoint",
    title: "Appoint a custodian",
    does: "enters a signed appointment in the custody ledger",
    fields: &[PERSON, FROM, UNTIL, MANAGER, STAND_IN, FORM],
    uses_secret: false,
    phrase: None,
};

/// Keys of other vaults are refused here.
pub const LOAD_INVENTORY: Op = Op {
    name: "vault.inventory",
    title: "Load the inventory of another class",
    does: "has this vault refuse every key of a vault of another class",
    fields: &[INVENTORY_FILE],
    uses_secret: false,
    phrase: None,
};
