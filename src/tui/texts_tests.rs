//! Every screen in a language that nobody speaks: what is still English never passed through the texts.

use std::collections::{BTreeMap, BTreeSet};

use super::storm_tests::{act, acts, folders, steered, ways};
use crate::custody::words;
use crate::text::{speaking, untranslated, words_of};
use crate::tui::theme::{EMBEDDED, about};

/// What is named and not said: people, keys and files of the test, codes of standards, the service's words and the
/// modes that a key block spells, keys of a keyboard.
const NAMED: &str = "kek-partner-x-out 
    Ada Ana Ben Cho Wim keymoot kek partner bdk lab pek acquirer aws root wrapping new0 new1 new vault first key create json
    files
    amber anchor tmp copy stick broke sample get parameters for import
    SHA ANSI TDES AES RSA KCV KEY EDWU SYMMETRIC CreateKey KeyUsage ENCRYPTION alias zmk rehearsal toml arn payment cryptography east
    Name CN=Example Payment Cryptography Example Service Root CA REHEARSAL TEST PRODUCTION
    encrypt decrypt wrap unwrap
    Ctrl PgUp PgDn
    Shift Tab generate verify no-restrictions usual rebind unbind random ipek out hex json export get parameters
    ACME Sign off Part printed leaves read back packed PCI PIN holds
    yes";

/// Screens on which words of scripts stand.
const LISTS: &[&str] = &[
    "Begin a ceremony",
    "Ceremonies",
    "Review of turns",
    "Runner",
    "Pause",
];

/// A request to the letter and the witness card are in English, line by line.
const SHOWN: &[&str] = &["Page", "Restored"];

/// What became of an event, as the log itself writes it.
const RESULTS: &str = "noted begun done";

/// What is on no screen but these, and nobody's words: results as the log writes them, what themes say of themselves in
/// their files, the files of this folder.
fn on_its_own(screen: &str) -> String {
    let themes = || {
        let names = EMBEDDED.iter().map(|(name, _)| *name);
        names
            .flat_map(|name| [Some(name.to_owned()), about(name)])
            .flatten()
    };
    let files = || {
        let here = std::fs::read_dir(".").unwrap().flatten();
        here.map(|file| file.file_name().to_string_lossy().into_owned())
    };
    match screen {
        "Audit" => RESULTS.to_owned(),
        // The key of the sample is printed as it is on the keyboard.
        "Settings" => themes()
            .chain(["Enter".into()])
            .collect::<Vec<_>>()
            .join(" "),
        "Choose a file" => {
            let folder = std::env::current_dir()
                .unwrap()
                .to_string_lossy()
                .into_owned();
            let names = files().chain([folder]);
            names.collect::<Vec<_>>().join(" ")
        }
        _ => String::new(),
    }
}

/// Words of the scripts that ship, which stand in the list of ceremonies.
fn of_scripts() -> String {
    let scripts = crate::ceremony::shipped().iter();
    scripts
        .map(|(_, script)| String::from_utf8_lossy(script))
        .collect()
}

/// The lines of a page that are still English, each with where it was seen.
fn collect(left: &mut BTreeMap<String, String>, at: &str, text: &str, named: &BTreeSet<&str>) {
    for line in text.lines() {
        if let Some(word) = untranslated(line, named) {
            left.insert(line.trim().to_owned(), format!("{at} ({word})"));
        }
    }
}

fn nothing(left: &BTreeMap<String, String>) {
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

/// What may stand on a page as it is: what is named, the words of these texts, and those that digests are read aloud in,
/// which are the same in every language.
fn may_stand<'t>(texts: &[&'t str]) -> BTreeSet<&'t str> {
    let aloud = (0..=255).flat_map(|byte| words::pgp(&[byte, byte]));
    let texts = texts.iter().copied().flat_map(words_of);
    words_of(NAMED).chain(texts).chain(aloud).collect()
}

#[test]
fn what_a_screen_says_passes_through_the_texts() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().to_string_lossy().into_owned();
    let scripts = of_scripts();
    let named = may_stand(&[&folder]);
    let with_scripts = may_stand(&[&folder, &scripts]);
    let mut left = BTreeMap::new();
    speaking(|| {
        folders(place.path());
        for way in ways().into_iter().filter(|way| !SHOWN.contains(&way.0)) {
            let mut room = steered(way, place.path()).unwrap();
            let own = on_its_own(way.0);
            let mut named = if LISTS.contains(&way.0) {
                with_scripts.clone()
            } else {
                named.clone()
            };
            named.extend(words_of(&own));
            let named = &named;
            collect(&mut left, way.0, &room.text(), named);
            room.press("<F1>");
            collect(
                &mut left,
                &format!("help of {}", way.0),
                &room.text(),
                named,
            );
        }
    });
    nothing(&left);
}

#[test]
fn the_form_of_every_act_passes_through_the_texts() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().to_string_lossy().into_owned();
    let named = may_stand(&[&folder]);
    let mut left = BTreeMap::new();
    speaking(|| {
        folders(place.path());
        for op in acts() {
            let mut room = act(op, place.path());
            collect(&mut left, op.name, &room.text(), &named);
            room.press("<F1>");
            collect(
                &mut left,
                &format!("help of {}", op.name),
                &room.text(),
                &named,
            );
        }
    });
    nothing(&left);
}
