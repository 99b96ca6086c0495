//! Going back in lines: one question, every answer kept, and Enter alone keeps it.

use super::reader_tests::{MAKE, at_home, practice_session};

const SIGNED: [(&str, &str); 3] = [
    ("Number: ", "Ada"),
    ("Number: ", "Ana"),
    ("Number: ", "Ben"),
];

#[test]
fn back_from_the_review_leads_to_the_last_question_and_enter_keeps_each_answer() {
    let mut answers = MAKE[..9].to_vec();
    answers.extend([
        ("Press Enter: ", "back"),
        ("Enabled: ", "back"),
        ("Tags: ", "back"),
        ("Check value: ", "back"),
        ("Name: ", "back"),
        ("Exportable: ", "back"),
        ("Modes of use: ", ""),
        ("Exportable: ", ""),
        ("Name: ", ""),
        ("Check value: ", ""),
        ("Tags: ", ""),
        ("Enabled: ", ""),
        ("Press Enter: ", ""),
        // And from who asks to the review.
        ("Number: ", "back"),
        ("Press Enter: ", ""),
    ]);
    answers.extend(SIGNED);
    answers.push(("Number: ", "close"));
    let mut session = practice_session(true);
    let text = at_home(&mut session, &answers).text();
    assert!(!text.contains("STOP"), "{text}");
    assert!(
        text.contains("Answered before: kek. Enter alone keeps it"),
        "{text}"
    );
    let view = session.view();
    assert_eq!(view.keys[0].label, "kek");
    assert!(view.keys[0].key.exportable);
}

#[test]
fn what_was_answered_is_emptied_by_a_word_and_never_by_itself() {
    let mut answers = MAKE.to_vec();
    answers.extend([
        ("Number: ", "Ben"),
        ("Number: ", "delete key"),
        ("Key: ", "kek"),
        ("Days: ", "30"),
        ("Type the word: ", "back"),
        ("Days: ", ""),
        ("Type the word: ", "back"),
        ("Days: ", "empty"),
        ("Type the word: ", "back"),
        ("Days: ", ""),
        ("Type the word: ", "cancel"),
        ("Number: ", "close"),
    ]);
    let text = at_home(&mut practice_session(true), &answers).text();
    let kept = "Answered before: 30. Enter alone keeps it; the word empty leaves it empty.";
    assert_eq!(text.matches(kept).count(), 2, "{text}");
    assert!(text.contains("Answered before: nothing."), "{text}");
    assert_eq!(text.matches("2026-12-24 09:00:00Z").count(), 2, "{text}");
}

#[test]
fn an_answer_that_does_not_fit_any_more_is_not_kept() {
    let answers = [
        ("Number: ", "create key"),
        ("Purpose: ", "TR31_K0_KEY_ENCRYPTION_KEY"),
        ("Algorithm: ", "AES_128"),
        ("Modes of use: ", "back"),
        ("Algorithm: ", "back"),
        ("Purpose: ", "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE"),
        ("Algorithm: ", ""),
        ("Algorithm: ", "cancel"),
        ("Number: ", "close"),
    ];
    let text = at_home(&mut practice_session(true), &answers).text();
    assert!(
        text.contains("Answered before: AES_128. It cannot be chosen any more."),
        "{text}"
    );
    assert!(text.contains("Nothing was chosen."), "{text}");
}

#[test]
fn a_refused_folder_is_asked_again_and_every_answer_is_kept() {
    let room = tempfile::tempdir().unwrap();
    let [taken, free] = ["taken", "free"].map(|name| room.path().join(name).display().to_string());
    std::fs::create_dir(&taken).unwrap();
    std::fs::write(room.path().join("taken").join("wrap.rehearsal.json"), "x").unwrap();
    let mut answers = vec![
        ("Number: ", "get-parameters-for-import"),
        ("Form: ", "KEY_CRYPTOGRAM"),
        ("Key pair: ", "RSA_2048"),
        ("Certificate hash: ", "3"),
        ("File name: ", "wrap.json"),
        ("Folder: ", taken.as_str()),
        ("Folder: ", free.as_str()),
        ("Press Enter: ", ""),
    ];
    answers.extend(SIGNED);
    answers.push(("Number: ", "close"));
    let text = at_home(&mut practice_session(true), &answers).text();
    assert!(
        text.contains("is already there, and keymoot never overwrites"),
        "{text}"
    );
    assert!(
        room.path()
            .join("free")
            .join("wrap.rehearsal.json")
            .is_file()
    );
}

#[test]
fn the_review_of_an_act_that_asks_nothing_is_left_by_back() {
    let answers = [
        ("Number: ", "people"),
        ("Number: ", "yearly"),
        ("Press Enter: ", "back"),
        ("Number: ", "back"),
        ("Number: ", "close"),
    ];
    let text = at_home(&mut practice_session(true), &answers).text();
    assert!(text.contains("Left. Nothing was asked"), "{text}");
}

/// As its help says: back from the first question leads to the list that the act was chosen from.
#[test]
fn back_from_the_first_question_leads_to_the_list() {
    let answers = [
        ("Number: ", "import"),
        ("Number: ", "1"),
        ("File: ", "back"),
        ("Number: ", "back"),
        ("Number: ", "close"),
    ];
    let text = at_home(&mut practice_session(true), &answers).text();
    assert_eq!(text.matches("What comes in?").count(), 2, "{text}");
}
