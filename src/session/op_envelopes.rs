//! The end of envelopes whose set ended: their owners destroy them, and the words on paper, before somebody who watches;
//! what became of each is signed and kept (PCI PIN 24-1, 24-2.2). Until that is said they are due.
//!
//! A set ends with a rotation, a reshare, or a recovery set that takes the place of another. What a return to a copy leaves
//! behind of the lost vault's newer sets is not known here: the copy has never heard of them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::custody::ledger::same;
use crate::text::{say, tr};
use crate::vault::CustodyFile;

use super::Session;
use super::build::Answers;
use super::custody_act::CustodyAct;
use super::custody_judging::told as judged_text;
use super::error::Refusal;
use super::field::{Field, Kind, listed_names};
use super::op::Op;
use super::op_ledger::WATCHED;
use super::sentence::{Details, line};
use super::state::State;

/// Whose are gone.
pub const DESTROYED: Field = Field {
    id: "destroyed",
    label: "Destroyed",
    hint: "Whose old envelopes are destroyed, after a rotation their old words too, and the witness saw it: names joined by commas.",
    kind: Kind::Text { max: 1000 },
    optional: true,
};

/// Whose cannot be found.
pub const NOT_FOUND: Field = Field {
    id: "not-found",
    label: "Not found",
    hint: "Whose old envelopes cannot be found: names joined by commas. Whoever is named in neither field is asked later.",
    kind: Kind::Text { max: 1000 },
    optional: true,
};

/// Of which set.
pub const SET: Field = Field {
    id: "set",
    label: "Set",
    hint: "First digits of the set, as envelopes have them in their names; empty: every set that ended.",
    kind: Kind::Text { max: 32 },
    optional: true,
};

/// How, or where it was looked for.
pub const HOW: Field = Field {
    id: "how",
    label: "How",
    hint: "How and where they were destroyed; of those not found, where was looked.",
    kind: Kind::Text { max: 200 },
    optional: false,
};

/// What became of old envelopes.
pub const ENVELOPES_GONE: Op = Op {
    name: "vault.envelopes-destroyed",
    title: "Attest what became of old envelopes",
    does: "records whose envelopes of a set that ended are destroyed, before a witness, or cannot be found",
    fields: &[DESTROYED, NOT_FOUND, SET, HOW, WATCHED],
    uses_secret: false,
    phrase: None,
};

/// The act as people sign it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvelopesGone {
    /// Each person's envelopes of each set that it is about.
    pub envelopes: Vec<OneGone>,
    /// How it was done, or where was looked.
    pub how: String,
    /// Who watched, and never held a part.
    pub witness: String,
}

/// What became of one person's envelopes of one set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneGone {
    /// The set, lower-case hex.
    pub set: String,
    /// Whose they are.
    pub person: String,
    /// Where they were written; empty: into the vault's folder.
    pub place: String,
    /// Whether the words on paper ended with them: a reshare leaves them in force.
    pub words: bool,
    /// What became of them.
    pub fate: Fate,
}

/// What became of envelopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// Destroyed, and somebody watched.
    Destroyed,
    /// Looked for, and not found.
    NotFound,
}

impl Fate {
    /// In a word or two.
    pub fn word(self) -> &'static str {
        match self {
            Self::Destroyed => tr("destroyed"),
            Self::NotFound => tr("not found"),
        }
    }
}

/// One person's envelopes of a set that ended; state and view alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldEnvelopes {
    /// The set, lower-case hex.
    pub set: String,
    /// Whose they are.
    pub person: String,
    /// Where they were written; empty: into the vault's folder.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// By which act the set ended: `rotate`, `reshare`, `recovery-set`, or `reshare-given-up` of one that never counted.
    pub by: String,
    /// When it ended, in milliseconds since 1970.
    pub at: i64,
    /// What became of them, once somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone: Option<Gone>,
}

/// What was attested of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// What became of them.
    pub fate: Fate,
    /// When it was attested, in milliseconds since 1970.
    pub at: i64,
    /// How, or where was looked.
    pub how: String,
    /// Who watched.
    pub witness: String,
}

impl OldEnvelopes {
    /// Where they were written, in words.
    pub fn lies(&self) -> &str {
        match self.place.as_str() {
            "" => tr("the vault's folder"),
            place => place,
        }
    }

    /// Whether the words ended with the envelopes: a reshare seals the new ones with the same words.
    pub fn words_ended(&self) -> bool {
        self.by != RESHARE && self.by != CUT_OFF
    }

    /// The digits of the set that envelopes have in their names.
    pub fn digits(&self) -> &str {
        digits(&self.set)
    }
}

/// [`OldEnvelopes::by`] of a reshare that ended before it came into force.
const CUT_OFF: &str = "reshare-given-up";

/// [`OldEnvelopes::by`] of a reshare.
pub(super) const RESHARE: &str = "reshare";

fn digits(set: &str) -> &str {
    set.get(..8).unwrap_or(set)
}

fn wrong(words: impl std::fmt::Display) -> Refusal {
    Refusal::Custody(format!("{words} Nothing was recorded."))
}

/// The set that `file` declares ends here: what its people hold of it is asked for from now on.
pub(super) fn ended(working: &mut State, file: &CustodyFile, by: &str, at: i64) {
    let set = super::door::hex(&file.set_id);
    if working.old_envelopes.iter().any(|old| old.set == set) {
        return;
    }
    let old = file.people.iter().map(|person| OldEnvelopes {
        set: set.clone(),
        person: person.name.clone(),
        place: person.medium.clone().unwrap_or_default(),
        by: by.to_owned(),
        at,
        gone: None,
    });
    working.old_envelopes.extend(old);
}

/// Of a set that never came into force this person has envelopes, or may have.
pub(super) fn cut_off(working: &mut State, (set, person, place): (&str, &str, String), at: i64) {
    working.old_envelopes.push(OldEnvelopes {
        set: set.to_owned(),
        person: person.to_owned(),
        place,
        by: CUT_OFF.to_owned(),
        at,
        gone: None,
    });
}

/// The sets that never came into force and whose envelopes nobody attested as destroyed, as their names have it.
pub(super) fn lying_about(state: &State) -> impl Iterator<Item = String> + '_ {
    let old = state.old_envelopes.iter();
    let there = |old: &&OldEnvelopes| {
        let gone = old.gone.as_ref().map(|gone| gone.fate);
        old.by == CUT_OFF && gone != Some(Fate::Destroyed)
    };
    old.filter(there).map(|old| old.digits().to_owned())
}

impl Session {
    /// The act that the answers describe: names become the envelopes on record, so that those are what is signed.
    pub(super) fn envelopes_gone(&self, answers: &Answers) -> Result<CustodyAct, Refusal> {
        let text = |field: &Field| answers.optional(field.id).unwrap_or_default().trim();
        let set = text(&SET).to_lowercase();
        let mut envelopes = Vec::new();
        for (field, fate) in [(&DESTROYED, Fate::Destroyed), (&NOT_FOUND, Fate::NotFound)] {
            for name in listed_names(text(field)) {
                let open = self.unsaid(name, &set, fate)?;
                let gone = open.into_iter().map(|old| OneGone {
                    set: old.set.clone(),
                    person: old.person.clone(),
                    place: old.place.clone(),
                    words: old.words_ended(),
                    fate,
                });
                envelopes.extend(gone);
            }
        }
        if envelopes.is_empty() {
            return Err(wrong(
                "Nobody is named: say whose envelopes are destroyed, or whose cannot be found.",
            ));
        }
        let must = |field: &Field| answers.text(field.id).map(|text| text.trim().to_owned());
        Ok(CustodyAct::EnvelopesGone(EnvelopesGone {
            envelopes,
            how: must(&HOW)?,
            witness: must(&WATCHED)?,
        }))
    }

    /// Envelopes of that person of which this can be said: nothing was said yet, or they turned up after all.
    fn unsaid(&self, name: &str, set: &str, fate: Fate) -> Result<Vec<&OldEnvelopes>, Refusal> {
        let all = self.state.old_envelopes.iter();
        let theirs = all.filter(|old| same(&old.person, name) && old.set.starts_with(set));
        let theirs: Vec<&OldEnvelopes> = theirs.collect();
        if theirs.is_empty() {
            let of = if set.is_empty() {
                String::new()
            } else {
                format!(" of a set {set}")
            };
            let mut known: Vec<&str> = Vec::new();
            for old in self
                .state
                .old_envelopes
                .iter()
                .filter(|o| can_be_said(o, fate))
            {
                if !known.contains(&old.person.as_str()) {
                    known.push(&old.person);
                }
            }
            return Err(wrong(format_args!(
                "No old envelopes{of} are on record of anybody called {name}. On record are those of {}.",
                known.join(", ")
            )));
        }
        let open = theirs.into_iter().filter(|old| can_be_said(old, fate));
        let open: Vec<&OldEnvelopes> = open.collect();
        if open.is_empty() {
            return Err(wrong(format_args!(
                "What became of {name}'s old envelopes is on record already."
            )));
        }
        Ok(open)
    }

    /// Rule A6 for whoever watched; nothing is attested twice, and nobody watches the end of their own.
    pub(super) fn judged_envelopes_gone(&self, gone: &EnvelopesGone) -> Result<(), Refusal> {
        judged_text("How they were destroyed", &gone.how)?;
        judged_text("The witness", &gone.witness)?;
        let ledger = self.ledger_now();
        for (nth, one) in gone.envelopes.iter().enumerate() {
            let mut earlier = gone.envelopes.iter().take(nth);
            if earlier.any(|other| same_envelopes(other, one)) {
                return Err(wrong(format_args!(
                    "{} is named twice: envelopes are destroyed, or not found.",
                    one.person
                )));
            }
            let old = self.state.old_envelopes.iter();
            if !old.into_iter().any(|old| {
                old.set == one.set && old.person == one.person && can_be_said(old, one.fate)
            }) {
                return Err(wrong(format_args!(
                    "What became of {}'s envelopes of the set {} is on record already, or no such set ended here.",
                    one.person,
                    digits(&one.set)
                )));
            }
            if same(&gone.witness, &one.person) {
                return Err(wrong(format_args!(
                    "{} cannot watch the end of their own envelopes: somebody else watches those, in an attestation \
                     of its own.",
                    one.person
                )));
            }
            if let Some(split) = ledger.split(&one.set) {
                ledger
                    .may_observe_destruction(&gone.witness, split)
                    .map_err(|e| Refusal::Custody(e.to_string()))?;
            }
        }
        Ok(())
    }
}

/// What was not found can turn up, and is destroyed then; what is destroyed stays so.
fn can_be_said(old: &OldEnvelopes, fate: Fate) -> bool {
    match old.gone.as_ref().map(|gone| gone.fate) {
        None => true,
        Some(Fate::NotFound) => fate == Fate::Destroyed,
        Some(Fate::Destroyed) => false,
    }
}

fn same_envelopes(one: &OneGone, other: &OneGone) -> bool {
    one.set == other.set && one.person == other.person
}

/// What was said stands with each; whether anything of it was known here.
pub(super) fn done(working: &mut State, gone: &EnvelopesGone, at: i64) -> bool {
    let mut known = false;
    for one in &gone.envelopes {
        let mut old = working.old_envelopes.iter_mut();
        let Some(old) = old.find(|old| old.set == one.set && old.person == one.person) else {
            continue;
        };
        known = true;
        old.gone = Some(Gone {
            fate: one.fate,
            at,
            how: gone.how.clone(),
            witness: gone.witness.clone(),
        });
    }
    known
}

/// What is signed.
pub(super) fn to_json(name: &str, gone: &EnvelopesGone) -> Value {
    json!({"name": name, "envelopes": gone.envelopes, "how": gone.how, "witness": gone.witness})
}

/// What a step that attested it has on record, for its report: whose, what became of them, how, and who watched. Nothing of
/// any other step.
pub fn attested(record: &super::StepRecord) -> Vec<String> {
    let Some(evidence) = record
        .evidence
        .as_deref()
        .filter(|_| record.op == ENVELOPES_GONE.name)
    else {
        return Vec::new();
    };
    let Ok(evidence) = serde_json::from_str::<Value>(evidence) else {
        return Vec::new();
    };
    let action = evidence.get("action").cloned().unwrap_or_default();
    let Ok(gone) = serde_json::from_value::<EnvelopesGone>(action) else {
        return Vec::new();
    };
    let one = |one: &OneGone| {
        let words = match (one.words, one.fate) {
            (true, Fate::Destroyed) => ", with the old words",
            _ => "",
        };
        format!(
            "{}: envelopes of {}, set {}{words}",
            one.fate.word(),
            one.person,
            digits(&one.set)
        )
    };
    let mut told: Vec<String> = gone.envelopes.iter().map(one).collect();
    told.push(format!("how: {}", gone.how));
    told.push(format!("before {}", gone.witness));
    told
}

/// The act in a custodian's words.
pub(super) fn told(gone: &EnvelopesGone) -> (String, Details) {
    let mut details: Details = gone
        .envelopes
        .iter()
        .map(|one| {
            let (person, set) = (&one.person, digits(&one.set));
            let place = match one.place.as_str() {
                "" => tr("the vault's folder"),
                place => place,
            };
            let words = match (one.words, one.fate) {
                (false, _) => tr("the words stay in use"),
                (true, Fate::Destroyed) => tr("the old words too"),
                // Only the envelopes were asked about, and nobody signs for more.
                (true, Fate::NotFound) => tr("the old words open nothing here any more"),
            };
            let said = say!(
                "{person}: set {set}, written to {place}; {words}",
                person,
                set,
                place,
                words
            );
            line(one.fate.word(), &said)
        })
        .collect();
    details.push(line(tr("how"), &gone.how));
    details.push(line(tr("witness"), &gone.witness));
    if gone.envelopes.iter().any(|one| one.fate == Fate::NotFound) {
        let means = tr(
            "whoever finds them opens nothing here; a copy made before opens with enough of them and the words",
        );
        details.push(line(tr("means"), means));
    }
    (
        tr("ATTEST what became of old envelopes").to_owned(),
        details,
    )
}

#[cfg(test)]
mod tests;
