//! Drills and papers in lines: what is given up is what is named, and nothing is said to have changed that did not.

use super::act::Acts;
use super::dialogue::Dialogue;
use super::home::Home;
use super::reader_tests::{Reader, at_home, practice_session};

/// A custodian read at a drill that envelopes were void: a drill hands out none.
#[test]
fn back_in_a_drill_leads_to_who_is_here_and_speaks_of_no_envelopes() {
    let mut session = practice_session(false);
    let answers = [
        ("Number: ", "people"),
        ("Number: ", "yearly"),
        ("Number: ", "Ada"),
        ("Number: ", "Ana"),
        ("Number: ", "Ben"),
        ("Present: ", "yes"),
        ("Your words (not shown): ", ""),
        ("Present: ", "yes"),
        ("Your words (not shown): ", "back"),
        ("Present: ", "back"),
        ("Number: ", "stay"),
        ("Present: ", "yes"),
        ("Your words (not shown): ", "cancel"),
        ("Number: ", "give it up"),
        ("Number: ", "close"),
        ("Number: ", "close"),
    ];
    let mut reader = Reader::new(&answers, true);
    let mut talk = Dialogue::new(&mut reader);
    let stayed = Home {
        talk: &mut talk,
        session: &mut session,
        acts: Acts::default(),
        explain: None,
        notes: None,
    }
    .stay();
    let text = reader.text();
    assert_eq!(stayed, Ok(()), "{text}");
    assert!(reader.answers.is_empty(), "{:?}\n{text}", reader.answers);
    assert_eq!(text.matches("Give this drill up?").count(), 2, "{text}");
    assert_eq!(text.matches("Is Ana here?").count(), 4, "{text}");
    for words in ["this change", "The change was", "that were handed out"] {
        assert!(!text.contains(words), "{words:?} in\n{text}");
    }
    // What came of it stands last: sixty lines of the list it was chosen from came after it.
    let (_, after) = text.split_once("The drill was given up").unwrap();
    assert!(!after.contains("What happened?"), "{after}");
    assert!(session.view().pending.is_empty());
}

#[test]
fn papers_that_are_wanted_are_no_change_and_come_with_no_next_txt() {
    let answers = [
        ("Number: ", "people"),
        ("Number: ", "papers"),
        ("Folder: ", "back"),
        ("Number: ", "back"),
        ("Number: ", "close"),
        ("Number: ", "close"),
    ];
    let text = at_home(&mut practice_session(true), &answers).text();
    let (_, asked) = text.rsplit_once("Custodians: ").unwrap();
    assert!(!asked.contains("the change is done"), "{asked}");
    let (_, asked) = text.split_once("What happened?").unwrap();
    let (asked, _) = asked.split_once("Folder: ").unwrap();
    let (_, asked) = asked.rsplit_once("Number: ").unwrap();
    for words in ["the change is done", "NEXT.txt"] {
        assert!(!asked.contains(words), "{words:?} in {asked}");
    }
    assert!(asked.contains("nothing in the vault is changed"), "{asked}");
}

/// As at the screens: whoever keeps the copy has to know what opens it, and the witness that the card moved on.
#[test]
fn after_a_backup_it_is_said_what_opens_the_copy_and_that_the_card_moved_on() {
    let room = tempfile::tempdir().unwrap();
    let folder = room.path().join("copy").display().to_string();
    let answers = [
        ("Number: ", "vault.backup"),
        ("Label: ", "stick 2"),
        ("Bag: ", ""),
        ("Holder: ", ""),
        ("Place: ", ""),
        ("Folder: ", folder.as_str()),
        ("Press Enter: ", ""),
        ("Number: ", "Ada"),
        ("Number: ", "Ana"),
        ("Number: ", "Ben"),
        ("Number: ", "close"),
        ("Number: ", "close"),
    ];
    let text = at_home(&mut practice_session(true), &answers).text();
    for words in [
        "was read back",
        "and so in this copy: the words of 2 custodians open it",
        "The witness card moved on with this",
        "best in a sealed bag",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
}
