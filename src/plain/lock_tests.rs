//! Nobody answers: what is open is locked, nothing is lost, and one custodian's passphrase goes on.

use super::reader_tests::{AWAY, MAKE, PUT_ASIDE, Reader, at_home, practice_session};
use super::tests::{first_key, rehearse_with};
use super::*;

#[test]
fn a_question_that_nobody_answers_is_locked_and_asked_again() {
    // Nothing is held: whoever asks and each custodian types.
    let mut answers = MAKE[..5].to_vec();
    answers.extend([
        ("Name: ", AWAY),
        ("Number: ", "back"),
        ("Number: ", "Ana"),
        ("Passphrase (not shown): ", "of another kind"),
        ("Passphrase (not shown): ", "apple arrow"),
        ("Name: ", "kek"),
        ("Check value: ", "the usual"),
        ("Tags: ", ""),
        ("Enabled: ", "the usual"),
        ("Press Enter: ", ""),
        ("Number: ", "Ada"),
        ("Press Enter: ", ""),
        ("Passphrase (not shown): ", PUT_ASIDE),
        ("Number: ", "Ben"),
        ("Passphrase (not shown): ", "f5"),
        // Somebody else may sit there now: the keyboard is handed over again.
        ("Press Enter: ", ""),
        ("Passphrase (not shown): ", "f5"),
        ("Number: ", "cancel"),
        ("Number: ", "close"),
    ]);
    let mut session = practice_session(false);
    let reader = at_home(&mut session, &answers);
    let text = reader.text();
    for words in [
        "Locked. Earlier lines are out of sight on purpose: nobody typed for 5 minutes.",
        "Nothing was lost. What is saved stays saved",
        "Which custodian is here?",
        "The passphrase does not open this envelope.",
        "Unlocked by Ana. It goes on where it stood.",
        "keymoot was put aside with Ctrl-Z",
        "Unlocked by Ben.",
        "Ada asked for it and signed.",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    assert!(reader.scrolled >= 2);
    let log = session.trail().unwrap();
    let said: Vec<&str> = log.lines.iter().map(|line| line.what.as_str()).collect();
    assert!(
        said.iter().filter(|what| what.contains("lock")).count() >= 4,
        "{said:?}"
    );
}

#[test]
fn a_lock_at_the_menu_wipes_the_keys_that_were_held() {
    let answers = [
        ("Number: ", AWAY),
        ("Number: ", "Cho"),
        ("Passphrase (not shown): ", "f5"),
        ("Number: ", "exchange"),
        ("Number: ", "close"),
    ];
    let mut session = practice_session(true);
    assert!(session.automatic());
    let text = at_home(&mut session, &answers).text();
    assert!(text.contains("Unlocked by Cho."), "{text}");
    assert!(!session.automatic());
}

#[test]
fn a_ceremony_is_locked_over_its_question_and_goes_to_its_end() {
    let answers = [
        ("Press Enter: ", ""),
        ("Press Enter: ", ""),
        ("Press Enter: ", AWAY),
        ("Number: ", "Ben"),
    ];
    let mut reader = Reader::new(&answers, true);
    assert_eq!(rehearse_with(first_key(), &mut reader), 0);
    let text = reader.text();
    assert!(text.contains("Unlocked by Ben."), "{text}");
    assert!(text.contains("Done. In a real ceremony"), "{text}");
}

#[test]
fn a_ceremony_that_wants_it_is_locked_sooner_and_nothing_else_is() {
    let script = String::from_utf8(first_key().to_vec()).unwrap();
    let sooner = script.replacen("[policy]", "[policy]\nidle_lock = \"20s\"", 1);
    assert_ne!(script, sooner);
    let mut reader = Reader::new(&[], true);
    assert_eq!(rehearse_with(sooner.as_bytes(), &mut reader), 0);
    assert!(reader.locks.contains(&Some(20_000)), "{:?}", reader.locks);
    assert_eq!(reader.locks.last(), Some(&None));
    let mut reader = Reader::new(&[], true);
    assert_eq!(rehearse_with(first_key(), &mut reader), 0);
    assert_eq!(reader.locks, [Some(300_000), None]);
}

fn opened(answers: &[(&'static str, &str)]) -> String {
    let room = tempfile::tempdir().unwrap();
    let dir = room.path().join("r.vault");
    let store = Box::new(crate::vault::FolderStore::create(&dir).unwrap());
    let made = practice::vault(store, Environment::real(None), None, false).unwrap();
    made.session.close().unwrap();
    let start = Start::Welcome {
        folder: room.path().to_owned(),
        vault: Some(dir),
    };
    let mut reader = Reader::new(answers, false);
    let status = begin(start, Lent::default(), &mut reader);
    let text = reader.text();
    assert_eq!(status, 0, "{text}");
    assert!(reader.answers.is_empty(), "{:?}\n{text}", reader.answers);
    text
}

const ANA: [(&str, &str); 3] = [
    ("Number: ", "Ana"),
    ("Press Enter: ", ""),
    ("Passphrase (not shown): ", "f5"),
];
const BEN: [(&str, &str); 3] = [
    ("Number: ", "Ben"),
    ("Press Enter: ", ""),
    ("Passphrase (not shown): ", "f5"),
];

#[test]
fn a_word_gives_up_no_share_unasked() {
    let mut answers = ANA.to_vec();
    answers.extend([("Number: ", "back"), ("Number: ", "stay")]);
    answers.extend(BEN);
    answers.push(("Number: ", "close"));
    let text = opened(&answers);
    assert!(text.contains("Give up the shares of Ana?"), "{text}");
    assert!(text.contains("The vault is open."), "{text}");
    // The opening is one list, and says how much of it is left.
    let first = text.find("1 of 2: a custodian's share");
    let second = text.find("2 of 2: a custodian's share");
    assert!(first.is_some() && first < second, "{text}");
    let mut answers = ANA.to_vec();
    answers.extend([("Number: ", "cancel"), ("Number: ", "give up")]);
    let text = opened(&answers);
    assert!(text.contains("The vault was not opened"), "{text}");
    // Nobody has entered: there is nothing to give up.
    let text = opened(&[("Number: ", "back")]);
    assert!(!text.contains("Give up"), "{text}");
}

#[test]
fn shares_that_are_left_alone_are_wiped_and_entered_again() {
    let mut answers = ANA.to_vec();
    answers.extend([("Number: ", AWAY), ("Press Enter: ", "")]);
    answers.extend(ANA);
    answers.extend(BEN);
    answers.push(("Number: ", "close"));
    let text = opened(&answers);
    assert!(
        text.contains("so were shares entered to open a vault"),
        "{text}"
    );
    assert!(text.contains("The vault is open."), "{text}");
}

/// Whoever cannot open a vault gets no further than the question who is next.
#[test]
fn what_can_be_saved_is_explained_where_a_vault_is_opened() {
    let text = opened(&[("Number: ", "help"), ("Number: ", "back")]);
    for words in [
        "Is that card lost?",
        "the last line of the list begins again with it",
        "No password resets it",
        "Keys that exist here alone are lost",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
}
