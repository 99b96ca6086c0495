//! What can still be chosen, and why the rest cannot: the engine's table in words, the keys and people for an act.

use crate::api::{KeyAlgorithm, KeyClass, KeyState, KeyUsage};
use crate::crypto::dukpt::KeySerialNumber;
use crate::crypto::strength::{WrapPath, may_wrap};
use crate::custody::ledger::same;
use crate::engine::attributes::{self, Arrival, MODE_SETS, ModeSet, Row};
use crate::text::{say, tr};

use super::field::{Choice, Field, Kind, usage as usage_named};
use super::view::{KeyRow, PendingView, PersonView, View};
use super::{Comparing, modes, op, said};

mod act_off;
mod leaving;
mod which_key;

pub use act_off::off;
#[cfg(test)]
pub(crate) use act_off::tests::views;
pub use leaving::{about_exportable, enabled, exportable, leaving};
pub use which_key::{Missing, base_keys, has_key_for, keys, rsa_off, rsa_off_words, wrapping};

/// One choice; those that cannot be taken are shown with the reason, not hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What is stored.
    pub id: String,
    /// What a person reads.
    pub label: String,
    /// A word beside it.
    pub note: String,
    /// Why it cannot be chosen.
    pub off: Option<String>,
}

impl Entry {
    /// A choice that can be taken.
    pub fn new(id: &str, label: &str, note: &str) -> Self {
        Self {
            id: id.to_owned(),
            label: label.to_owned(),
            note: note.to_owned(),
            off: None,
        }
    }

    /// What stands in a list for a choice that is left out, and what is taken then.
    pub fn none_of_these(field: &Field) -> Self {
        Self::new("", tr("the usual"), leaving::usual(field))
    }

    /// Whether it is that choice.
    pub fn is_usual(&self) -> bool {
        self.id.is_empty() && self.label == tr("the usual")
    }

    /// The same, not to be taken now.
    #[must_use]
    pub fn off_because(mut self, reason: &str) -> Self {
        self.off = Some(reason.to_owned());
        self
    }
}

/// Every purpose; those without a valid combination say so.
pub fn usages() -> Vec<Entry> {
    let entries = KeyUsage::ALL.iter().map(|usage| {
        let label = format!("{} {}", usage.code(), tr(usage.words()));
        match row(*usage) {
            Some(row) => Entry::new(usage.name(), &label, family(row)),
            None => Entry::new(usage.name(), &label, "")
                .off_because(tr("its keys are ECC keys, and keymoot makes none")),
        }
    });
    entries.collect()
}

/// The same for a key that is formed of components: a pair has none.
pub fn component_usages() -> Vec<Entry> {
    let is_pair = |entry: &Entry| {
        let known = usage_named(&entry.id).and_then(row);
        known.is_some_and(|row| row.algorithms.iter().any(|a| a.modulus_bits().is_some()))
    };
    let entries = usages().into_iter().map(|entry| {
        if entry.off.is_none() && is_pair(&entry) {
            entry.off_because(tr(
                "it is an RSA pair, and components make TDES and AES keys",
            ))
        } else {
            entry
        }
    });
    entries.collect()
}

/// The algorithms, for a purpose.
pub fn algorithms(usage: &str) -> Vec<Entry> {
    let Some((usage, row)) = usage_named(usage).and_then(|u| Some((u, row(u)?))) else {
        return Vec::new();
    };
    let entries = KeyAlgorithm::ALL.iter().map(|algorithm| {
        let entry = Entry::new(algorithm.name(), algorithm.name(), size(*algorithm));
        if row.algorithms.contains(algorithm) {
            entry
        } else {
            entry.off_because(&say!(
                "{usage} is {family}",
                usage = usage.code(),
                family = family(row)
            ))
        }
    });
    entries.collect()
}

/// The algorithm that is proposed for a purpose: the first that can be taken and is not old.
pub fn advised(usage: &str) -> Option<KeyAlgorithm> {
    let (usage, row) = usage_named(usage).and_then(|u| Some((u, row(u)?)))?;
    let mut algorithms = KeyAlgorithm::ALL.iter().copied();
    algorithms.find(|a| {
        row.algorithms.contains(a) && *a != KeyAlgorithm::TDES_2KEY && !is_no_dukpt(usage, *a)
    })
}

/// Whether it would be a base derivation key from which DUKPT derives nothing (ANSI X9.24-3 has no such base key).
fn is_no_dukpt(usage: KeyUsage, algorithm: KeyAlgorithm) -> bool {
    usage.code() == which_key::BASE_KEY && KeySerialNumber::digits(algorithm).is_none()
}

/// Why an initial key cannot be derived from a base key of this algorithm.
const NO_DUKPT: &str =
    "DUKPT knows no base key of this algorithm: no terminal's key can be derived from it";

/// The mode sets, for a purpose.
pub fn modes(usage: &str) -> Vec<Entry> {
    let Some((usage, row)) = usage_named(usage).and_then(|u| Some((u, row(u)?))) else {
        return Vec::new();
    };
    let fits = |set: &&ModeSet| row.modes.iter().any(|m| m.modes == set.modes);
    let entry = |set: &ModeSet| {
        let words = modes::words(&set.modes);
        Entry::new(&words, &words, side(set.letter))
    };
    let mut entries: Vec<Entry> = MODE_SETS.iter().filter(fits).map(entry).collect();
    let reason = say!("not for {usage}", usage = usage.code());
    entries.extend(
        MODE_SETS
            .iter()
            .filter(|set| !fits(set))
            .map(|set| entry(set).off_because(&reason)),
    );
    entries
}

/// The methods of a check value for a key of this algorithm, with the reason where one cannot be.
pub fn check_value_methods(algorithm: &str) -> Vec<Entry> {
    let known = KeyAlgorithm::ALL.iter().find(|a| a.name() == algorithm);
    let pair = known.is_some_and(|a| a.modulus_bits().is_some());
    let aes = known.is_some_and(|a| a.modulus_bits().is_none() && !a.is_tdes());
    let off = |entry: Entry| match (pair, aes, entry.id.as_str()) {
        (true, ..) => entry.off_because(tr(
            "an RSA pair: its check value is of the public key, by SHA-1",
        )),
        (_, true, "ANSI_X9_24") => {
            entry.off_because(tr("of TDES keys alone: an AES key's is made by CMAC"))
        }
        _ => entry,
    };
    let note = |id: &str| match id {
        "CMAC" => tr("AES keys, and TDES where the other side wants it"),
        _ => tr("what most devices show for a TDES key"),
    };
    let Kind::Choice(choices) = op::CHECK_VALUE.kind else {
        return Vec::new();
    };
    let entry = |c: &Choice| off(Entry::new(c.id, tr(c.label), note(c.id)));
    choices.iter().map(entry).collect()
}

/// What an algorithm means for where the key can go, and, for key-encryption keys, for what it can carry.
pub fn about_algorithm(usage: &str, algorithm: &str) -> String {
    let Some(algorithm) = KeyAlgorithm::ALL
        .iter()
        .copied()
        .find(|a| a.name() == algorithm)
    else {
        return String::new();
    };
    if algorithm.modulus_bits().is_some() {
        let wait = if algorithm == KeyAlgorithm::RSA_4096 {
            tr(" The search for its primes can take a minute; Esc stops it.")
        } else {
            ""
        };
        return say!("An RSA pair: the private half never travels.{wait}", wait);
    }
    let rsa: Vec<&str> = KeyAlgorithm::ALL
        .iter()
        .filter(|wrapping| wrapping.modulus_bits().is_some())
        .filter(|wrapping| may_wrap(algorithm, **wrapping, WrapPath::Rsa).is_ok())
        .map(|a| a.name())
        .collect();
    let leaves = if rsa.is_empty() {
        tr("No RSA key is strong enough to carry it out: it leaves in a TR-31 block only.")
            .to_owned()
    } else {
        say!("By RSA wrap it leaves under {rsa}.", rsa = rsa.join(", "))
    };
    if usage_named(usage).is_some_and(|usage| is_no_dukpt(usage, algorithm)) {
        return format!("{}.", tr(NO_DUKPT));
    }
    let carries = usage_named(usage)
        .filter(|u| u.code().starts_with('K'))
        .map(|_| {
            let under: Vec<&str> = KeyAlgorithm::ALL
                .iter()
                .filter(|wrapped| wrapped.key_bytes().is_some())
                .filter(|wrapped| may_wrap(**wrapped, algorithm, WrapPath::Tr31).is_ok())
                .map(|a| a.name())
                .collect();
            say!(
                "As a key-encryption key it carries {under}. ",
                under = under.join(", ")
            )
        })
        .unwrap_or_default();
    format!("{carries}{leaves}")
}

/// Why a suspect key is not taken.
const SUSPECT_OFF: &str = "it is SUSPECT: used no more until it was looked into and cleared";

/// Why a key cannot be exported by RSA wrap, in a word.
pub fn export_off(row: &KeyRow) -> Option<&'static str> {
    match (row.key.key_attributes.key_class, row.key.key_state) {
        (_, KeyState::DELETE_COMPLETE) => Some("destroyed"),
        _ if row.suspect.is_some() => Some("SUSPECT"),
        (_, KeyState::DELETE_PENDING) => Some("deleting"),
        (KeyClass::SYMMETRIC_KEY, _) if !row.key.exportable => Some("not exp."),
        (KeyClass::SYMMETRIC_KEY, _) if !row.key.enabled => Some("disabled"),
        (KeyClass::SYMMETRIC_KEY, _) => None,
        (KeyClass::PUBLIC_KEY, _) => Some("theirs"),
        _ => Some("RSA"),
    }
}

/// The word of [`export_off`] as the end of a sentence.
pub fn export_off_words(word: &str) -> &'static str {
    match word {
        "not exp." => {
            tr("it was made never to leave (Exportable: false), and that is fixed for its life")
        }
        "disabled" => tr("it is disabled; enable it first"),
        "deleting" => tr("it is being deleted"),
        "destroyed" => tr("its material is gone"),
        "SUSPECT" => tr(SUSPECT_OFF),
        "theirs" => {
            tr("it is a certificate of others: they have it, and nothing here is to be sent")
        }
        _ => tr("RSA keys do not travel"),
    }
}

/// Why a key cannot be exported, as the end of a sentence.
pub fn export_off_in_words(row: &KeyRow) -> Option<&'static str> {
    export_off(row).map(export_off_words)
}

/// Why a key cannot be scheduled for deletion, in a word.
pub fn out_off(row: &KeyRow) -> Option<&'static str> {
    match row.key.key_state {
        KeyState::DELETE_COMPLETE => Some("destroyed"),
        KeyState::DELETE_PENDING => Some("deleting"),
        _ => None,
    }
}

/// Whether it is a certificate of others.
pub fn is_theirs(row: &KeyRow) -> bool {
    row.key.key_attributes.key_class == KeyClass::PUBLIC_KEY
}

/// A key's state in one word.
pub fn state_word(row: &KeyRow) -> &'static str {
    match (row.key.key_state, row.key.enabled) {
        (KeyState::CREATE_COMPLETE | KeyState::DELETE_PENDING, _) if row.suspect.is_some() => {
            tr("SUSPECT")
        }
        (KeyState::CREATE_COMPLETE, true) if row.comparing == Some(Comparing::Differs) => {
            tr("DIFFERS")
        }
        (KeyState::CREATE_COMPLETE, true) if row.comparing.is_some() => tr("uncompared"),
        (KeyState::CREATE_IN_PROGRESS, _) => tr("making"),
        // It is used to believe others, and in no other way.
        (KeyState::CREATE_COMPLETE, true) if is_theirs(row) => tr("trusted"),
        (KeyState::CREATE_COMPLETE, true) => tr("ready"),
        (KeyState::CREATE_COMPLETE, false) => tr("disabled"),
        (KeyState::DELETE_PENDING, _) => tr("deleting"),
        (KeyState::DELETE_COMPLETE, _) => tr("destroyed"),
    }
}

/// Everybody who could ask for an act, those first who usually do; witnesses are shown and off.
pub fn people(view: &View) -> Vec<Entry> {
    let entry = |p: &PersonView| Entry::new(&p.name, &p.name, said::role(&p.role));
    view.people.iter().map(entry).collect()
}

/// Who may ask for an act, and why others may not.
pub fn issuers(view: &View) -> Vec<Entry> {
    let role = |word: &'static str| view.people.iter().filter(move |p| p.role == word);
    let mut entries: Vec<Entry> = Vec::new();
    entries
        .extend(role("administrator").map(|p| Entry::new(&p.name, &p.name, tr("administrator"))));
    entries.extend(role("custodian").map(|p| {
        Entry::new(
            &p.name,
            &p.name,
            tr("custodian; who asks cannot sign as custodian too"),
        )
    }));
    entries.extend(role("witness").map(|p| {
        Entry::new(&p.name, &p.name, "").off_because(tr("a witness observes; witnesses do not ask"))
    }));
    entries
}

/// The people who could sign an act, and those who cannot, each with the reason.
pub fn signers(pending: &PendingView, view: &View) -> Vec<Entry> {
    let custodians = view.people.iter().filter(|p| p.role == "custodian");
    let entries = custodians.map(|person| {
        let entry = Entry::new(&person.name, &person.name, tr("custodian"));
        if pending.signed.contains(&person.name) {
            entry.off_because(tr("has signed this already; one person counts once"))
        } else if pending.may_sign.contains(&person.name) {
            entry
        } else if pending.appointees.iter().any(|own| same(own, &person.name)) {
            entry.off_because(tr("is appointed by this: nobody signs for their own"))
        } else {
            entry.off_because(tr("asked for this and cannot approve it as well"))
        }
    });
    entries.collect()
}

/// Who may sign the line that names a bundle's parts, and why others may not; last, that nobody does (an empty id).
pub fn bundle_signers(view: &View) -> Vec<Entry> {
    let signs = |p: &PersonView| Entry::new(&p.name, &p.name, said::role(&p.role));
    let (off, on): (Vec<_>, Vec<_>) = view.people.iter().partition(|p| p.role == "administrator");
    let mut entries: Vec<Entry> = on.into_iter().map(signs).collect();
    entries.push(Entry::new(
        "",
        tr("nobody"),
        tr("report, files and recording are then not signed in it"),
    ));
    entries.extend(off.into_iter().map(|p| {
        signs(p).off_because(tr(
            "an administrator asks; custodians and witnesses sign evidence",
        ))
    }));
    entries
}

/// What signing a bundle is for, wherever it is asked.
pub const BUNDLE_SIGNED: &str = "Whoever signs vouches for the files, the report and the recording in the bundle as well: keymoot verify then says AUTHENTIC without reserve. What is signed is the line of the log that names them, and no act.";

/// `custodian Ben`; a name that says so by itself stands alone.
pub fn called(person: &str) -> String {
    if ["custodian", "administrator", "witness"]
        .iter()
        .any(|role| person.to_ascii_lowercase().starts_with(role))
    {
        person.to_owned()
    } else {
        said::called("custodian", person)
    }
}

/// The common name of a certificate's subject; the whole subject where it has none.
pub fn common_name(subject: &str) -> &str {
    let after = subject.rsplit_once("CN=").map_or(subject, |(_, name)| name);
    after.split([',', '+']).next().unwrap_or(after).trim()
}

fn row(usage: KeyUsage) -> Option<&'static Row> {
    attributes::rows(usage, Arrival::Created).next()
}

/// What kind of key a row takes.
fn family(row: &Row) -> &'static str {
    if row.algorithms.iter().any(|a| a.modulus_bits().is_some()) {
        tr("an RSA pair")
    } else if row.algorithms.iter().all(|a| a.is_tdes()) {
        tr("TDES only")
    } else {
        tr("TDES or AES")
    }
}

fn size(algorithm: KeyAlgorithm) -> &'static str {
    match algorithm {
        KeyAlgorithm::TDES_2KEY => tr("16 bytes, 80 bits strong: old"),
        KeyAlgorithm::TDES_3KEY => tr("24 bytes, 112 bits strong"),
        KeyAlgorithm::AES_128 => tr("16 bytes, 128 bits strong"),
        KeyAlgorithm::AES_192 => tr("24 bytes, 192 bits strong"),
        KeyAlgorithm::AES_256 => tr("32 bytes, 256 bits strong"),
        KeyAlgorithm::RSA_2048 => tr("pair, 112 bits strong"),
        KeyAlgorithm::RSA_3072 => tr("pair, 128 bits strong"),
        KeyAlgorithm::RSA_4096 => tr("pair, more than 128 bits strong"),
    }
}

fn side(letter: char) -> &'static str {
    match letter {
        'B' | 'X' => tr("usual"),
        'E' => tr("sending side"),
        'D' => tr("receiving side"),
        'C' => tr("makes and checks"),
        'G' => tr("makes only"),
        'V' => tr("checks only"),
        'S' => tr("signs"),
        _ => tr("wide open"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::KeyAttributes;

    fn open(choices: &[Entry]) -> Vec<String> {
        choices
            .iter()
            .filter(|e| e.off.is_none())
            .map(|e| e.id.clone())
            .collect()
    }

    #[test]
    fn what_is_offered_is_what_the_engine_takes() {
        let mut offered = 0;
        for usage in open(&usages()) {
            for algorithm in open(&algorithms(&usage)) {
                for set in open(&modes(&usage)) {
                    let key_algorithm = *KeyAlgorithm::ALL
                        .iter()
                        .find(|a| a.name() == algorithm)
                        .unwrap();
                    let pair = key_algorithm.modulus_bits().is_some();
                    let attributes = KeyAttributes {
                        key_usage: usage_named(&usage).unwrap(),
                        key_class: if pair {
                            KeyClass::ASYMMETRIC_KEY_PAIR
                        } else {
                            KeyClass::SYMMETRIC_KEY
                        },
                        key_algorithm,
                        key_modes_of_use: modes::parse(&set).unwrap(),
                    };
                    attributes::judge(&attributes, Arrival::Created).unwrap();
                    offered += 1;
                }
            }
        }
        // All that the engine takes, none left out.
        assert_eq!(offered, 286 + 21);
    }

    #[test]
    fn what_is_off_says_why() {
        for choices in [usages(), algorithms("M1"), modes("K0"), algorithms("S0")] {
            for entry in choices.iter().filter(|e| e.off.is_some()) {
                assert!(entry.off.as_ref().unwrap().len() > 5, "{entry:?}");
            }
        }
        let about = about_algorithm("K0", "AES_128");
        assert!(
            about.contains("RSA_3072, RSA_4096") && !about.contains("AES_192"),
            "{about}"
        );
    }
}
