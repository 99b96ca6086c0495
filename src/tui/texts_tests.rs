//! Every screen in a language that nobody speaks: what is still English never passed through the texts.

use std::collections::{BTreeMap, BTreeSet};

use super::storm_tests::{folders, steered, ways};
use crate::custody::words;
use crate::text::{speaking, untranslated, words_of};

/// What is named and not said: people, keys and files of the test, codes of standards, the service's words and the
/// modes that a key block spells, keys of a keyboard.
const NAMED: &str = "kek-partner-x-out 
    Ada Ana Ben Cho Wim keymoot kek partner bdk lab pek acquirer aws root wrapping new0 new1 new vault first key create json
    files
    amber anchor tmp copy stick broke sample get parameters for import
    SHA ANSI TDES AES RSA KCV KEY EDWU SYMMETRIC CreateKey KeyUsage ENCRYPTION alias zmk rehearsal toml arn payment cryptography east
    Name Payment Cryptography Example Service REHEARSAL TEST PRODUCTION
    encrypt decrypt wrap unwrap
    Ctrl PgUp PgDn
    yes";

/// Screens that show what was recorded or comes from elsewhere, line by line: the log, forms, scripts, a folder.
const SHOWN: &[&str] = &[
    "Audit",
    "Begin a ceremony",
    "Ceremonies",
    "Choose a file",
    "Page",
    "Restored",
    "Review of turns",
    "Runner",
    "Pause",
    "Settings",
];

#[test]
fn what_a_screen_says_passes_through_the_texts() {
    let place = tempfile::tempdir().unwrap();
    // The words that digests are read aloud in are the same in every language.
    let aloud = (0..=255).flat_map(|byte| words::pgp(&[byte, byte]));
    let folder = place.path().to_string_lossy().into_owned();
    let named = words_of(NAMED).chain(words_of(&folder)).chain(aloud);
    let named: BTreeSet<&str> = named.collect();
    let left = speaking(|| {
        folders(place.path());
        let mut left: BTreeMap<String, String> = BTreeMap::new();
        for way in ways().into_iter().filter(|way| !SHOWN.contains(&way.0)) {
            let mut room = steered(way, place.path()).unwrap();
            for line in room.text().lines() {
                if let Some(word) = untranslated(line, &named) {
                    left.insert(line.trim().to_owned(), format!("{} ({word})", way.0));
                }
            }
        }
        left
    });
    let lines: Vec<String> = left
        .iter()
        .map(|(line, at)| format!("{at}: {line}"))
        .collect();
    assert!(
        lines.is_empty(),
        "not through the texts:\n{}",
        lines.join("\n")
    );
}
