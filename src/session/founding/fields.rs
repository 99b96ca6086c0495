//! What the making of a vault asks: its fields, declared once.

use crate::session::Profile;
use crate::session::field::{Choice, Field, Kind};
use crate::session::forms::{QR_QUESTION, SOFTWARE_QUESTION};
use crate::text::tr;

/// Where the vault will lie.
pub(crate) const PLACE: Field = Field {
    id: "folder",
    label: "Folder",
    hint: "A folder that is not there yet, best on a stick: acme.vault. Its name without .vault is the vault's name.",
    kind: Kind::Text { max: 1000 },
    optional: false,
};

/// What the vault is for.
pub(crate) const PROFILE: Field = Field {
    id: "profile",
    label: "What is it for?",
    hint: "Fixed for ever. It stands on every screen, file and report.",
    kind: Kind::Choice(&[
        Choice {
            id: "test",
            label: "TEST: lasting, for test keys only",
        },
        Choice {
            id: "production",
            label: "PRODUCTION: real keys, people at the terminal and nothing else",
        },
        Choice {
            id: "rehearsal",
            label: "REHEARSAL: to practise on; its clock stands still",
        },
    ]),
    optional: false,
};

/// How many custodians.
pub(crate) const CUSTODIANS: Field = Field {
    id: "custodians",
    label: "Custodians",
    hint: "How many people get a share: 2 to 16. Three is usual.",
    kind: Kind::Number { min: 2, max: 16 },
    optional: false,
};

/// How many of them it takes.
pub(crate) const NEEDED: Field = Field {
    id: "needed",
    label: "Needed",
    hint: "How many of them it takes to open the vault, and to use a key: at least 2. Two of three is usual.",
    kind: Kind::Number { min: 2, max: 16 },
    optional: false,
};

/// Production only: the question of software generation.
pub(crate) const SOFTWARE: Field = Field {
    id: "software",
    label: "Keys made in software?",
    // What is logged as shown and signed is what was shown.
    hint: SOFTWARE_QUESTION,
    kind: Kind::YesNo,
    optional: false,
};

/// Production only: the question of cameras.
pub(crate) const QR: Field = Field {
    id: "qr",
    label: "Files shown as QR codes?",
    hint: QR_QUESTION,
    kind: Kind::YesNo,
    optional: false,
};

/// Production only: where one person's envelopes go.
pub(crate) const MEDIUM: Field = Field {
    id: "medium",
    label: "Folder on it",
    hint: "Where your stick is mounted, for example /media/ana. Not the vault's folder, and nobody else's.",
    kind: Kind::Text { max: 400 },
    optional: false,
};

/// Production only: the clock, attested before the first line of the record is dated by it.
pub(crate) const CLOCK: Field = Field {
    id: "clock",
    label: "Now, by two watches",
    hint: "Two people read their own watches, in UTC, and agree: 2026-11-24 09:05. Everything is dated from this.",
    kind: Kind::DateTime,
    optional: false,
};

const fn person(id: &'static str, label: &'static str, hint: &'static str) -> Field {
    Field {
        id,
        label,
        hint,
        kind: Kind::Text { max: 40 },
        optional: true,
    }
}

/// What helps to name a custodian.
const CUSTODIAN_HINT: &str = "The custodian's name as the record will write it. Left empty it is \"custodian-\" and the place's number.";

const fn custodian(id: &'static str, label: &'static str) -> Field {
    person(id, label, CUSTODIAN_HINT)
}

/// Everybody's name; the first custodians are those that the vault has.
pub(crate) const ADMINISTRATOR: Field = person(
    "administrator",
    "Administrator",
    "Asks for acts and can approve none. Left empty it is \"administrator\".",
);

/// The one who looks on.
pub(crate) const WITNESS: Field = person(
    "witness",
    "Witness",
    "Looks on, keeps the witness card, signs that it was so. Left empty it is \"witness\".",
);

/// Places for custodians, in the order of their shares.
pub(crate) const NAMES: [Field; 16] = [
    custodian("custodian-1", "Custodian 1"),
    custodian("custodian-2", "Custodian 2"),
    custodian("custodian-3", "Custodian 3"),
    custodian("custodian-4", "Custodian 4"),
    custodian("custodian-5", "Custodian 5"),
    custodian("custodian-6", "Custodian 6"),
    custodian("custodian-7", "Custodian 7"),
    custodian("custodian-8", "Custodian 8"),
    custodian("custodian-9", "Custodian 9"),
    custodian("custodian-10", "Custodian 10"),
    custodian("custodian-11", "Custodian 11"),
    custodian("custodian-12", "Custodian 12"),
    custodian("custodian-13", "Custodian 13"),
    custodian("custodian-14", "Custodian 14"),
    custodian("custodian-15", "Custodian 15"),
    custodian("custodian-16", "Custodian 16"),
];

/// The fields for names of a vault with so many custodians. In production nobody is without a name: what an auditor
/// reads for years must say who it was.
pub(crate) fn names(custodians: usize, profile: Profile) -> Vec<Field> {
    let mut fields: Vec<Field> = NAMES.iter().take(custodians).copied().collect();
    fields.extend([ADMINISTRATOR, WITNESS]);
    if profile == Profile::Production {
        for field in &mut fields {
            field.optional = false;
            field.hint = match field.id {
                "administrator" => {
                    tr("Asks for acts and can approve none. The name as the record will write it.")
                }
                "witness" => tr(
                    "Looks on, keeps the witness card, signs that it was so. The name as the record will write it.",
                ),
                _ => tr("The custodian's name as the record will write it."),
            };
        }
    }
    fields
}

/// Where lines are asked and answered: the words that were shown, typed back.
pub(crate) const WORDS_BACK: Field = Field {
    id: "words",
    label: "Your words",
    hint: "All of them, from your own paper, with single spaces.",
    kind: Kind::Passphrase,
    optional: false,
};
