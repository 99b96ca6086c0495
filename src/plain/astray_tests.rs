//! Words that open something, typed a prompt too early: off the screen, told and on record at every prompt that shows.

use super::reader_tests::{MAKE, at_home, practice_session};
use crate::session::Session;

/// One of them is misspelt: they are words all the same.
const WORDS: &str = "crumb outing reshufle ember";
const TOLD: &str = "looks like the words of a passphrase";

fn with_a_key() -> Session {
    let mut session = practice_session(true);
    let mut answers = MAKE.to_vec();
    answers.extend([("Number: ", "Ben"), ("Number: ", "close")]);
    at_home(&mut session, &answers);
    session
}

/// How often the log of the vault says that somebody typed words in the open, of this field.
fn logged(session: &Session, field: &str) -> usize {
    let field = format!("\"field\":\"{field}\"");
    let log = session.log_lines().unwrap();
    let open = log.iter().filter(|line| line.contains("typed-in-the-open"));
    open.filter(|line| line.contains(&field)).count()
}

#[test]
fn words_in_the_place_of_the_typed_word_are_taken_off_the_screen_and_told() {
    let mut session = with_a_key();
    let answers = [
        ("Number: ", "delete key"),
        ("Key: ", "kek"),
        ("Days: ", WORDS),
        ("Days: ", "7"),
        ("Type the word: ", WORDS),
        ("Type the word: ", "delte"),
        ("Type the word: ", "cancel"),
        ("Number: ", "close"),
    ];
    let mut reader = at_home(&mut session, &answers);
    let text = reader.text();
    assert_eq!(text.matches(TOLD).count(), 2, "{text}");
    assert!(!text.contains("crumb"), "{text}");
    assert_eq!(std::mem::take(&mut reader.scrolled), 2);
    assert_eq!(logged(&session, "phrase"), 1);
    assert_eq!(logged(&session, "days"), 1);
    // A slip of one word is told as one; and what went off the screen with the words is there again.
    assert_eq!(text.matches("delete was not typed").count(), 1, "{text}");
    assert_eq!(text.matches("will be destroyed on: ").count(), 2, "{text}");
}

#[test]
fn words_where_enter_is_wanted_are_told_as_well() {
    let mut session = practice_session(true);
    let mut answers = MAKE[..9].to_vec();
    answers.extend([
        ("Press Enter: ", WORDS),
        ("Press Enter: ", "kek"),
        ("Press Enter: ", "cancel"),
        ("Number: ", "close"),
    ]);
    let text = at_home(&mut session, &answers).text();
    assert_eq!(text.matches(TOLD).count(), 1, "{text}");
    assert_eq!(text.matches("Only Enter is wanted here").count(), 1);
    assert_eq!(logged(&session, "enter"), 1);
}

#[test]
fn words_in_a_field_for_open_text_are_told_as_taken_off_the_screen() {
    let mut session = practice_session(true);
    let mut answers = MAKE[..5].to_vec();
    answers.extend([
        ("Name: ", "crumb outing reshuffle ember headstone"),
        ("Name: ", "cancel"),
        ("Number: ", "close"),
    ]);
    let mut reader = at_home(&mut session, &answers);
    let text = reader.text();
    assert!(text.contains("taken off the screen"), "{text}");
    assert_eq!(std::mem::take(&mut reader.scrolled), 1);
    assert_eq!(logged(&session, "label"), 1);
}
