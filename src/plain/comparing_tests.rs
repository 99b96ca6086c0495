//! A key that comes in by lines: its sender's check value is asked for, and what comes of it is said.

use super::reader_tests::{at_home, practice_session};
use crate::session::Session;
use crate::session::build::{self, Answers};
use crate::session::handover;

/// A vault with two keys, and the file in which one of them goes out under the other.
fn sender(folder: &std::path::Path) -> (Session, String, String) {
    let mut session = practice_session(true);
    let mut act = |op: &str, texts: &[(&str, &str)]| {
        let own = |(k, v): &(&str, &str)| ((*k).to_owned(), (*v).to_owned());
        let answers = Answers {
            texts: texts.iter().map(own).collect(),
            ..Answers::default()
        };
        let action = build::action(&session, op, &answers).unwrap();
        let done = session.act(action.clone(), None, None).unwrap();
        let file = handover::of(&session, &action, &done).ok();
        file.map(|file| file.request)
    };
    for label in ["zmk", "kek"] {
        let texts = [
            ("usage", "K1"),
            ("algorithm", "AES_128"),
            ("modes", "B"),
            ("exportable", "yes"),
            ("label", label),
        ];
        act("create-key", &texts);
    }
    let block = [("key", "kek"), ("wrap", "zmk"), ("output", "kek.json")];
    let file = act("export-key.tr31", &block).unwrap();
    let path = folder.join("block.json");
    std::fs::write(&path, file).unwrap();
    let keys = session.view().keys;
    let kek = keys.iter().find(|row| row.label == "kek").unwrap();
    let value = kek.key.key_check_value.clone();
    (session, path.display().to_string(), value)
}

const SIGNED: [(&str, &str); 4] = [
    ("Press Enter: ", ""),
    ("Number: ", "Ada"),
    ("Number: ", "Ana"),
    ("Number: ", "Ben"),
];

fn import(file: &str) -> Vec<(&'static str, &str)> {
    let asked = [
        ("Number: ", "import-key.tr31"),
        ("Key block: ", file),
        ("Wrapping key: ", "zmk"),
        ("Name: ", "came"),
    ];
    [&asked[..], &SIGNED].concat()
}

#[test]
fn a_key_that_came_in_by_lines_is_compared_there() {
    let room = tempfile::tempdir().unwrap();
    let (mut session, file, value) = sender(room.path());
    let compared = [
        ("Who compares: ", "Wim"),
        ("Check value: ", "000000"),
        ("Check value: ", value.as_str()),
        ("Number: ", "close"),
    ];
    let answers = [import(&file), compared.to_vec()].concat();
    let text = at_home(&mut session, &answers).text();
    let (before, after) = text
        .split_once("It agrees: this is the sender's key.")
        .unwrap();
    let done = before
        .split_once("Done, saved and in the audit log.")
        .unwrap()
        .1;
    let (_, of_import) = done.split_once("Done, saved").unwrap_or(("", done));
    assert!(!of_import.contains(&value), "{of_import}");
    // What can be answered in its place is said where it is asked.
    let (_, at_value) = of_import.split_once("Who compares: ").unwrap();
    let (at_value, _) = at_value.split_once("Check value: ").unwrap();
    for words in ["`as-shown`", "The word show"] {
        assert!(at_value.contains(words), "no {words:?} in {at_value}");
    }
    for words in [
        "check value hidden until its sender's is typed",
        "Type the check value of came, as its sender gave it:",
        "STOP: What you typed is not the check value of this key.",
        "another key than the sender's",
    ] {
        assert!(of_import.contains(words), "no {words:?} in\n{text}");
    }
    assert!(after.contains(&value), "{after}");
    assert!(
        after.contains("compared    with its sender's, by Wim"),
        "{after}"
    );
}

#[test]
fn it_is_left_for_later_and_found_again_where_it_is_due_and_at_the_key() {
    let room = tempfile::tempdir().unwrap();
    let (mut session, file, value) = sender(room.path());
    let later = [
        ("Who compares: ", "back"),
        // From what is due, and left once more.
        ("Number: ", "due"),
        ("Number: ", "1"),
        ("Who compares: ", "Ana"),
        ("Check value: ", "cancel"),
        // From the key, and shown uncompared.
        ("Number: ", "look"),
        ("Number: ", "came"),
        ("Number: ", "compare"),
        ("Who compares: ", "Ana"),
        ("Check value: ", "show"),
        ("Number: ", "hidden"),
        ("Check value: ", "show"),
        ("Number: ", "shown"),
        ("Number: ", "back"),
        ("Number: ", "close"),
    ];
    let answers = [import(&file), later.to_vec()].concat();
    let text = at_home(&mut session, &answers).text();
    for words in [
        "Not compared yet: the check value stays hidden",
        "compare: came is not compared yet",
        "Show Ana the check value of came, though nobody has compared it?",
        "It is shown from now on,",
        "had it shown before anybody compared",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    let (_, shown) = text.split_once("It is shown from now on,").unwrap();
    assert!(shown.contains(&value), "{text}");
}

/// Words typed a prompt too early stood on the screen: they are taken off it, and it is said what to do.
#[test]
fn a_passphrase_at_a_number_is_taken_off_the_screen() {
    let mut session = practice_session(true);
    let answers = [
        (
            "Number: ",
            "crumb outing reshuffle ember headstone ransack unworn",
        ),
        ("Number: ", "close"),
    ];
    let mut reader = at_home(&mut session, &answers);
    let text = reader.text();
    assert!(
        text.contains("looks like the words of a passphrase"),
        "{text}"
    );
    assert!(!text.contains("crumb"), "{text}");
    assert_eq!(std::mem::take(&mut reader.scrolled), 1);
}

/// That somebody looks at ours undoes no difference.
#[test]
fn what_differs_is_not_shown_in_lines_either() {
    let room = tempfile::tempdir().unwrap();
    let (mut session, file, _) = sender(room.path());
    let differs = [
        ("Who compares: ", "Ana"),
        ("Check value: ", "000000"),
        ("Check value: ", "show"),
        ("Number: ", "shown"),
        ("Check value: ", "cancel"),
        ("Number: ", "close"),
    ];
    let answers = [import(&file), differs.to_vec()].concat();
    let text = at_home(&mut session, &answers).text();
    for words in [
        "ours stays hidden until the sender's agrees",
        "STOP: The check value differs and stays hidden",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
}
