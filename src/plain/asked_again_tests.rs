//! An answer that nothing can come of is refused at its own question, and that question is asked again.

use super::reader_tests::{at_home, at_home_with, practice_session};
use crate::session::build::{self, Answers};
use crate::session::{Session, op, op_exchange};

/// A vault with an AES base derivation key and a key that wraps.
fn with_base_key() -> Session {
    let mut session = practice_session(true);
    for (usage, modes, label) in [("B0", "X", "bdk"), ("K1", "B", "kbpk")] {
        let fields = [
            ("usage", usage),
            ("algorithm", "AES_128"),
            ("modes", modes),
            ("exportable", "yes"),
            ("label", label),
        ];
        let answers = Answers {
            texts: fields.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
            ..Answers::default()
        };
        let made = build::action(&session, op::CREATE_KEY.name, &answers).unwrap();
        session.act(made, None, None).unwrap();
    }
    session
}

/// Twenty digits for an AES base key were noted as if they were taken, and refused two questions later; a folder that
/// cannot take the file led back to the first question.
#[test]
fn a_number_and_a_folder_that_do_not_fit_are_asked_again_where_they_were_given() {
    let room = tempfile::tempdir().unwrap();
    std::fs::write(room.path().join("NEXT.txt"), "of before").unwrap();
    let taken = room.path().display().to_string();
    let free = room.path().join("free").display().to_string();
    let answers = [
        ("Number: ", op_exchange::EXPORT_IPEK.title),
        ("Base key (BDK): ", "bdk"),
        ("Wrapping key: ", "kbpk"),
        ("Terminal (KSN): ", "FFFF9876543210E00000"),
        ("Terminal (KSN): ", "123456789012345600000000"),
        ("File name: ", "ipek.json"),
        ("Folder: ", taken.as_str()),
        ("Folder: ", free.as_str()),
        ("Press Enter: ", "cancel"),
        ("Number: ", "close"),
    ];
    let text = at_home(&mut with_base_key(), &answers).text();
    for words in [
        "STOP: 24 digits are wanted here, because bdk is AES_128; this has 20. Nothing was changed.",
        "is already there, and keymoot never overwrites",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    assert!(!text.contains("note: 24 digits"), "{text}");
}

/// A copy's folder was refused behind the last question, and all five were asked anew.
#[test]
fn a_folder_that_takes_no_copy_is_asked_again_and_nothing_else_is() {
    let room = tempfile::tempdir().unwrap();
    std::fs::write(room.path().join("letter.txt"), "of somebody").unwrap();
    let taken = room.path().display().to_string();
    let free = room.path().join("copy").display().to_string();
    let answers = [
        ("Number: ", op::BACKUP.name),
        ("Label: ", "stick 2"),
        ("Bag: ", ""),
        ("Holder: ", ""),
        ("Place: ", ""),
        ("Folder: ", taken.as_str()),
        ("Folder: ", free.as_str()),
        ("Press Enter: ", "cancel"),
        ("Number: ", "close"),
        ("Number: ", "close"),
    ];
    let text = at_home(&mut practice_session(true), &answers).text();
    assert!(text.contains("STOP: "), "{text}");
}

/// `hello` went on to the wrapping key, with the advice of the question for a certificate.
#[test]
fn a_file_that_is_no_key_block_is_refused_at_its_question_in_words_about_a_key_block() {
    let room = tempfile::tempdir().unwrap();
    let hello = room.path().join("hello.txt");
    std::fs::write(&hello, "hello\n").unwrap();
    let hello = hello.display().to_string();
    let explain = |_: &[u8], _: crate::api::Timestamp| -> Result<String, String> {
        Err("Send one X.509 certificate as PEM.".to_owned())
    };
    let answers = [
        ("Number: ", op_exchange::IMPORT_TR31.name),
        ("Key block: ", hello.as_str()),
        ("Key block: ", "cancel"),
        ("Number: ", "close"),
    ];
    let text = at_home_with(&mut with_base_key(), &answers, Some(explain)).text();
    for words in [
        "STOP: Key block is no TR-31 key block",
        "its length in four digits",
        "export-key",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    assert!(!text.contains("X.509"), "{text}");
}
