//! What can still be chosen for a new key, and why the rest cannot: the engine's table in words.

use crate::api::{KeyAlgorithm, KeyUsage};
use crate::crypto::strength::{WrapPath, may_wrap};
use crate::engine::attributes::{self, Arrival, MODE_SETS, ModeSet, Row};
use crate::session::field::usage as usage_named;
use crate::session::modes;
use crate::tui::widgets::choice::{Choices, Entry};

/// Every purpose; those without a valid combination say so.
pub(crate) fn usages() -> Choices {
    let entries = KeyUsage::ALL.iter().map(|usage| {
        let label = format!("{} {}", usage.code(), usage.words());
        match row(*usage) {
            Some(row) => Entry::new(usage.name(), &label, family(row)),
            None => Entry::new(usage.name(), &label, "")
                .off_because("the service has no valid key of this purpose"),
        }
    });
    let mut choices = Choices::new(entries.collect());
    choices.choose(KeyUsage::TR31_K0_KEY_ENCRYPTION_KEY.name());
    choices
}

/// The algorithms, for a purpose.
pub(crate) fn algorithms(usage: &str) -> Choices {
    let Some((usage, row)) = usage_named(usage).and_then(|u| Some((u, row(u)?))) else {
        return Choices::default();
    };
    let entries = KeyAlgorithm::ALL.iter().map(|algorithm| {
        let entry = Entry::new(algorithm.name(), algorithm.name(), size(*algorithm));
        if row.algorithms.contains(algorithm) {
            entry
        } else {
            entry.off_because(&format!("{} is {}", usage.code(), family(row)))
        }
    });
    Choices::new(entries.collect())
}

/// The mode sets, for a purpose.
pub(crate) fn modes(usage: &str) -> Choices {
    let Some((usage, row)) = usage_named(usage).and_then(|u| Some((u, row(u)?))) else {
        return Choices::default();
    };
    let fits = |set: &&ModeSet| row.modes.iter().any(|m| m.modes == set.modes);
    let entry = |set: &ModeSet| {
        let words = modes::words(&set.modes);
        Entry::new(&words, &words, side(set.letter))
    };
    let mut entries: Vec<Entry> = MODE_SETS.iter().filter(fits).map(entry).collect();
    let reason = format!("not for {}", usage.code());
    entries.extend(
        MODE_SETS
            .iter()
            .filter(|set| !fits(set))
            .map(|set| entry(set).off_because(&reason)),
    );
    Choices::new(entries)
}

/// Yes and no to leaving, the safe answer first.
pub(crate) fn exportable() -> Choices {
    Choices::new(vec![
        Entry::new("no", "no", "it never leaves this vault"),
        Entry::new(
            "yes",
            "yes",
            "it may leave, wrapped, each time under signatures",
        ),
    ])
}

/// What an algorithm means for where the key can go, and, for key-encryption keys, for what it can carry.
pub(crate) fn about_algorithm(usage: &str, algorithm: &str) -> String {
    let Some(algorithm) = KeyAlgorithm::ALL
        .iter()
        .copied()
        .find(|a| a.name() == algorithm)
    else {
        return String::new();
    };
    if algorithm.modulus_bits().is_some() {
        let wait = if algorithm == KeyAlgorithm::RSA_4096 {
            " The search for its primes can take a minute; Esc stops it."
        } else {
            ""
        };
        return format!("An RSA pair: the private half never travels.{wait}");
    }
    let rsa: Vec<&str> = KeyAlgorithm::ALL
        .iter()
        .filter(|wrapping| wrapping.modulus_bits().is_some())
        .filter(|wrapping| may_wrap(algorithm, **wrapping, WrapPath::Rsa).is_ok())
        .map(|a| a.name())
        .collect();
    let leaves = if rsa.is_empty() {
        "No RSA key is strong enough to carry it out: it leaves in a TR-31 block only.".to_owned()
    } else {
        format!("By RSA wrap it leaves under {}.", rsa.join(", "))
    };
    let carries = usage_named(usage)
        .filter(|u| u.code().starts_with('K'))
        .map(|_| {
            let under: Vec<&str> = KeyAlgorithm::ALL
                .iter()
                .filter(|wrapped| wrapped.key_bytes().is_some())
                .filter(|wrapped| may_wrap(**wrapped, algorithm, WrapPath::Tr31).is_ok())
                .map(|a| a.name())
                .collect();
            format!("As a key-encryption key it carries {}. ", under.join(", "))
        })
        .unwrap_or_default();
    format!("{carries}{leaves}")
}

fn row(usage: KeyUsage) -> Option<&'static Row> {
    attributes::rows(usage, Arrival::Created).next()
}

/// What kind of key a row takes.
fn family(row: &Row) -> &'static str {
    if row.algorithms.iter().any(|a| a.modulus_bits().is_some()) {
        "an RSA pair"
    } else if row.algorithms.iter().all(|a| a.is_tdes()) {
        "TDES only"
    } else {
        "TDES or AES"
    }
}

const fn size(algorithm: KeyAlgorithm) -> &'static str {
    match algorithm {
        KeyAlgorithm::TDES_2KEY => "16 bytes, 80 bits strong: old",
        KeyAlgorithm::TDES_3KEY => "24 bytes, 112 bits strong",
        KeyAlgorithm::AES_128 => "16 bytes, 128 bits strong",
        KeyAlgorithm::AES_192 => "24 bytes, 192 bits strong",
        KeyAlgorithm::AES_256 => "32 bytes, 256 bits strong",
        KeyAlgorithm::RSA_2048 => "pair, 112 bits strong",
        KeyAlgorithm::RSA_3072 => "pair, 128 bits strong",
        KeyAlgorithm::RSA_4096 => "pair, more than 128 bits strong",
    }
}

const fn side(letter: char) -> &'static str {
    match letter {
        'B' | 'X' => "usual",
        'E' => "sending side",
        'D' => "receiving side",
        'C' => "makes and checks",
        'G' => "makes only",
        'V' => "checks only",
        'S' => "signs",
        _ => "wide open",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{KeyAttributes, KeyClass};

    fn open(choices: &Choices) -> Vec<String> {
        choices
            .entries
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
            for entry in choices.entries.iter().filter(|e| e.off.is_some()) {
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
