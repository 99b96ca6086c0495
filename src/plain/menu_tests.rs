//! The menu in lines: short, with the same numbers always; where it leads; keys and deletions behind it.

use super::menu::{self, Goal, Group, home, lines};
use super::reader_tests::{MAKE, at_home, practice_session};
use crate::api::KeyState;
use crate::session::Session;
use crate::session::guide::{self, views};
use crate::session::happened::{HAPPENED, Leads};
use crate::session::op;

const SIGNED: [(&str, &str); 3] = [
    ("Number: ", "Ada"),
    ("Number: ", "Ana"),
    ("Number: ", "Ben"),
];

/// Makes two keys and has the one that is first in the vault deleted; says which.
fn two_keys(session: &mut Session) -> String {
    let mut answers = Vec::new();
    for name in ["kek", "zmk"] {
        let made = MAKE.map(|(prompt, answer)| match prompt {
            "Name: " => (prompt, name),
            _ => (prompt, answer),
        });
        answers.extend(made);
        answers.push(("Number: ", "Ben"));
    }
    answers.push(("Number: ", "close"));
    at_home(session, &answers);
    let first = session.view().keys[0].label.clone();
    let mut answers = vec![
        ("Number: ", "delete key"),
        ("Key: ", first.as_str()),
        ("Days: ", "7"),
        ("Type the word: ", "delete"),
    ];
    answers.extend(SIGNED);
    answers.push(("Number: ", "close"));
    at_home(session, &answers);
    first
}

#[test]
fn the_number_of_a_key_shows_that_key_also_while_another_is_being_deleted() {
    let mut session = practice_session(true);
    two_keys(&mut session);
    let answers = [
        ("Number: ", "keys"),
        ("Number: ", "look"),
        ("Number: ", "1"),
        ("Number: ", "2"),
        ("Number: ", "zmk"),
        ("Number: ", "back"),
        ("Number: ", "close"),
    ];
    let text = at_home(&mut session, &answers).text();
    let from = text.find("2 keys, the oldest first.").expect(&text);
    let text = &text[from..];
    let listed = ["  1. ", "  2. "].map(|number| {
        let line = text.lines().find_map(|l| l.strip_prefix(number));
        let name = line.and_then(|l| l.split(' ').next()).expect(text);
        format!("Key {name}.")
    });
    let pages: Vec<&str> = text.lines().filter(|l| l.starts_with("Key ")).collect();
    assert_eq!(pages[..2], listed, "{text}");
    assert_eq!(pages[2], "Key zmk.", "{text}");
    assert!(text.contains("  state       deleting"), "{text}");
    assert!(!text.contains("DELETE_PENDING"), "{text}");
}

#[test]
fn a_deletion_that_is_due_leads_to_its_countdown_and_is_restored_there() {
    let mut session = practice_session(true);
    let deleted = two_keys(&mut session);
    let mut answers = vec![
        ("Number: ", "due"),
        ("Number: ", "1"),
        ("Number: ", "1"),
        ("Press Enter: ", ""),
    ];
    answers.extend(SIGNED);
    answers.extend([("Number: ", "deletions"), ("Number: ", "close")]);
    let text = at_home(&mut session, &answers).text();
    let line = format!("  1. {deleted}, K0, KCV ");
    assert!(text.contains(&line), "no {line:?} in\n{text}");
    for words in [
        "Deletions: 1 deleting, 0 destroyed.",
        ": deleting, destroyed on 2026-12-01 09:",
        "Z (7 d 00 h left)",
        "asks to RESTORE the key whose number was typed",
        "No deletion is pending.",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    let view = session.view();
    let mut keys = view.keys.iter();
    assert!(keys.all(|row| row.key.key_state == KeyState::CREATE_COMPLETE));
}

#[test]
fn the_menu_is_short_and_its_numbers_stay() {
    let session = practice_session(true);
    let empty = menu::entries(&home(&session.view()));
    assert!(empty.len() <= 12);
    let mut full = practice_session(true);
    two_keys(&mut full);
    let text = at_home(&mut full, &[("Number: ", "close")]).text();
    let after = menu::entries(&home(&full.view()));
    let names = |entries: &[crate::session::guide::Entry]| {
        entries.iter().map(|e| e.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&empty), names(&after));
    let last = text.rfind("Vault ").expect(&text);
    // Heading, who is here, the choices, the three lines: each in a line of its own.
    for line in text[last..].lines().take_while(|line| !line.is_empty()) {
        assert!(super::line::wrapped(line).lines().count() == 1, "{line:?}");
    }
    assert!(text.contains(". Network: "), "{text}");
}

/// Every act stands behind a line of the menu or behind what happened.
#[test]
fn every_act_is_somewhere_in_the_menu() {
    let session = practice_session(true);
    let view = session.view();
    let groups = [Group::Keys, Group::Out, Group::In, Group::Vault];
    let listed = groups.into_iter().flat_map(|group| lines(group, &view));
    let mut titles: Vec<&str> = home(&view)
        .into_iter()
        .chain(listed)
        .filter_map(|line| match line.goal {
            Goal::Act(op) => Some(op.title),
            _ => None,
        })
        .collect();
    titles.extend(HAPPENED.iter().filter_map(|one| match one.leads {
        Leads::Act(op) => Some(op.title),
        _ => None,
    }));
    for op in op::OPS {
        assert!(titles.contains(&op.title), "{}", op.name);
    }
    assert!(titles.contains(&crate::session::op_exchange::EXPORT_IPEK.title));
}

#[test]
fn a_list_behind_the_menu_says_what_is_missing_and_back_closes_nothing_unasked() {
    let answers = [
        ("Number: ", "export"),
        ("Number: ", "ipek"),
        ("Number: ", "back"),
        ("Number: ", "vault"),
        ("Number: ", "card"),
        ("Number: ", "back"),
        ("Number: ", "stay"),
        ("Number: ", "back"),
        ("Number: ", "close"),
    ];
    let text = at_home(&mut practice_session(true), &answers).text();
    for words in [
        "How does it go out?",
        "Export a terminal's initial key (IPEK) cannot be chosen: there is no key-encryption key here yet",
        "words of the card: ",
        "Close this vault?",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
}

#[test]
fn enter_alone_chooses_nothing_from_a_list() {
    let answers = [
        ("Number: ", "people"),
        ("Number: ", ""),
        ("Number: ", "back"),
        ("Number: ", ""),
        ("Number: ", "close"),
    ];
    let text = at_home(&mut practice_session(true), &answers).text();
    assert_eq!(text.matches("Nothing was chosen.").count(), 2, "{text}");
}

#[test]
fn a_file_that_was_not_written_is_written_from_exchange() {
    let mut session = practice_session(true);
    let fields = [
        ("form", "KEY_CRYPTOGRAM"),
        ("algorithm", "RSA_2048"),
        ("output", "ours.json"),
    ];
    let answers = crate::session::build::Answers {
        texts: fields.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
        ..Default::default()
    };
    let action = crate::session::build::action(&session, "get-parameters-for-import", &answers);
    session.act(action.unwrap(), None, None).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("taken").display().to_string();
    std::fs::write(&taken, "x").unwrap();
    let out = folder.path().join("out").display().to_string();
    let answers = [
        ("Number: ", "exchange"),
        ("Number: ", "1"),
        ("Folder: ", taken.as_str()),
        ("Folder: ", out.as_str()),
        ("Number: ", "close"),
    ];
    let text = at_home(&mut session, &answers).text();
    for words in [
        "nobody signs again",
        "still to be written",
        "read back: ours.rehearsal.json",
    ] {
        assert!(text.contains(words), "{text}");
    }
    assert!(folder.path().join("out/ours.rehearsal.json").is_file());
    assert!(session.view().unwritten.is_empty());
}

/// An act that could not be asked for at the screens was asked for in lines: no certificate was out that anybody could have
/// wrapped a key under.
#[test]
fn every_act_is_judged_at_the_menu_as_at_the_screens() {
    let mut offered = [0, 0];
    for (name, view) in views() {
        for line in home(&view).into_iter().chain(menu::beyond(&view)) {
            let Goal::Act(op) = line.goal else { continue };
            let off = guide::off(op, &view, None).map(|off| off.why);
            assert_eq!(line.entry.off, off, "{} in {name}", op.name);
            offered[usize::from(off.is_none())] += 1;
        }
    }
    assert!(offered.iter().all(|n| *n > 100), "{offered:?}");
}

/// A number that was meant for another list closed the vault, and two custodians were called again.
#[test]
fn the_number_that_closes_the_vault_asks_first() {
    let mut session = practice_session(true);
    let mut answers = super::reader_tests::MAKE[..11].to_vec();
    answers.extend([
        // Asked for and not signed: it goes with the vault.
        ("Number: ", "back"),
        ("Number: ", "12"),
        ("Number: ", "stay"),
        ("Number: ", "close"),
        ("Number: ", "2"),
    ]);
    let text = at_home(&mut session, &answers).text();
    assert_eq!(text.matches("Close this vault?").count(), 2, "{text}");
    assert!(text.contains("1 request waits for signatures"), "{text}");
}

#[test]
fn an_act_that_waits_for_a_certificate_names_the_number_that_makes_one() {
    let mut session = practice_session(true);
    let answers = [
        ("Number: ", "import"),
        ("Number: ", "back"),
        ("Number: ", "close"),
        ("Number: ", "close"),
    ];
    let text = at_home(&mut session, &answers).text();
    let line = |of: &str| {
        let mut lines = text.lines().filter(|line| line.contains(of));
        lines.next().expect(&text).trim().to_owned()
    };
    let made = line(crate::session::op_exchange::PARAMETERS_FOR_IMPORT.title);
    let number = made.split('.').next().unwrap();
    let off = line("the sender needs one to wrap the key under");
    assert!(off.contains(&format!("number {number} makes it")), "{off}");
}

/// Exchange and the documents name these words; the help at the prompt is where somebody looks for them.
#[test]
fn help_at_the_menu_names_the_words_that_no_line_of_it_shows() {
    let answers = [
        ("Number: ", "help"),
        ("Number: ", "close"),
        ("Number: ", "close"),
    ];
    let text = at_home(&mut practice_session(true), &answers).text();
    let (_, help) = text
        .split_once("Type a number, or the name beside it.")
        .unwrap();
    let (help, _) = help.split_once("Acts: ").unwrap();
    for word in ["  partner: ", "  script: "] {
        assert!(help.contains(word), "no {word:?} in {help}");
    }
}
