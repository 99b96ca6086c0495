//! Ceremonies in lines: an unlock file that signs, the words that steer, and what each Enter is said to do.

use super::reader_tests::{Reader, practice_session};
use super::tests::{first_key, rehearse_with};
use super::*;
use crate::ceremony::shipped;

/// A run in a vault whose keys an unlock file holds, as somebody at the keyboard answers.
fn held(script: &str, answers: &[(&'static str, &str)]) -> (Session, String) {
    let mut session = practice_session(true);
    let (_, bytes) = shipped().iter().find(|(name, _)| *name == script).unwrap();
    let parsed = Script::parse(bytes).ok().unwrap();
    let mut reader = Reader::new(answers, true);
    let mut talk = Dialogue::new(&mut reader);
    let end = play(&mut talk, &mut session, parsed, Wanted::default());
    let text = reader.text();
    assert!(
        matches!(end, Ok(Ok(End::Ended(RunOutcome::Completed)))),
        "{text}"
    );
    assert!(reader.answers.is_empty(), "{:?}\n{text}", reader.answers);
    (session, text)
}

/// Nobody is asked for a passphrase; but Enter does no act that it does not name, and a phrase is typed.
#[test]
fn where_a_file_signs_enter_says_what_it_does_and_a_phrase_is_typed() {
    let typed = [("Type it: ", ""), ("Type it: ", "yes")];
    let (session, text) = held("deletion-window.toml", &typed);
    for words in [
        "Signatures come from the unlock file: nobody is asked for a passphrase.",
        "From the unlock file: Make a key",
        "Enter: signs for Ada, Ana, Ben from the unlock file and does it: Make a key;",
        "Enter: signs for Ada, Ana, Ben from the unlock file and does it: Schedule its end;",
        crate::session::field::NOTHING_TYPED,
        "delete was not typed. Nothing was asked for and nothing was changed.",
        "from the unlock file",
        "Enter: signs the record for Ada,",
        "The script says \"Present throughout",
        "was interrupted or stood still",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    let told = text.find("Signatures come from").unwrap();
    assert!(told < text.find("Press Enter: ").unwrap(), "{text}");
    assert!(!text.contains("Your passphrase"), "{text}");
    assert!(
        session.view().keys.iter().all(|row| row.label != "old-kek"
            || row.key.key_state == crate::api::KeyState::DELETE_COMPLETE)
    );
}

#[test]
fn the_word_lock_locks_a_ceremony_and_it_goes_on() {
    let answers = [
        ("Press Enter: ", ""),
        ("Press Enter: ", "?"),
        ("Press Enter: ", "lock"),
        ("Number: ", "lock"),
        ("Number: ", "Ben"),
    ];
    let mut reader = Reader::new(&answers, true);
    assert_eq!(rehearse_with(first_key(), &mut reader), 0);
    let text = reader.text();
    for words in [
        "  lock: puts all this out of sight",
        "on purpose: somebody locked it.",
        "Type a number from 1 to 3, or a name.",
        "Unlocked by Ben. It goes on where it stood.",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
}

#[test]
fn back_from_what_happened_leads_to_the_choice_and_enter_goes_on_before_the_last_answer() {
    let answers = [
        ("Press Enter: ", "pause"),
        ("Number: ", "2"),
        ("What happened: ", "back"),
        ("Number: ", "stop it for good"),
        // Enter alone names nobody: the name stands in the record.
        ("Who stops it: ", ""),
        ("Who stops it: ", "Ben"),
        ("Reason: ", "back"),
        ("Number: ", "2"),
        ("What happened: ", "a courier came late"),
    ];
    let mut reader = Reader::new(&answers, true);
    let status = rehearse_with(first_key(), &mut reader);
    let text = reader.text();
    // With an exception it did not go as it is written.
    assert_eq!(status, 1, "{text}");
    assert!(reader.answers.is_empty(), "{:?}\n{text}", reader.answers);
    assert_eq!(text.matches("What now?").count(), 3, "{text}");
    assert!(!text.contains("Only Enter is wanted"), "{text}");
    for words in [
        "Enter: records it; then Ada, Wim sign it",
        "Enter: keeps this answer; asked next: Your passphrase",
        "or stop it (the word pause)",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    assert!(!text.contains("Esc"), "{text}");
}

#[test]
fn help_names_what_a_pause_offers_here() {
    let answers = [("Press Enter: ", "help")];
    let mut reader = Reader::new(&answers, true);
    assert_eq!(rehearse_with(first_key(), &mut reader), 0);
    let text = reader.text();
    let offers = "pause goes to a choice: go on, record an exception, leave it, stop it for good. Nothing of a rehearsal \
                  is kept.";
    assert!(text.contains(offers), "{text}");
}

/// What a field refuses of a value that is compared is on record before it is asked again, and never what was typed.
#[test]
fn a_fingerprint_that_the_field_refuses_is_counted() {
    let mut session = practice_session(false);
    let (_, bytes) = shipped()
        .iter()
        .find(|(name, _)| *name == "kek-to-aws-rsa.toml")
        .unwrap();
    let script = Script::parse(bytes).ok().unwrap();
    let answers = [("Fingerprint: ", "12ab"), ("Fingerprint: ", "12abc")];
    let mut reader = Reader::new(&answers, true);
    let mut talk = Dialogue::new(&mut reader);
    let end = play(&mut talk, &mut session, script, Wanted::default());
    let text = reader.text();
    assert!(
        matches!(end, Ok(Ok(End::Ended(RunOutcome::Completed)))),
        "{text}"
    );
    assert!(reader.answers.is_empty(), "{:?}\n{text}", reader.answers);
    let view = session.view();
    let steps = view.runs.iter().flat_map(|run| &run.steps);
    let noted: Vec<&String> = steps
        .filter_map(|step| step.notes.get(crate::session::NOT_TAKEN))
        .collect();
    assert_eq!(noted.len(), 1, "{noted:?}");
    assert_eq!(
        noted[0]
            .matches("fingerprint (not in its form) of ")
            .count(),
        2
    );
    assert!(!noted[0].contains("12ab"), "{noted:?}");
}

/// The component ceremony, practised to its end, where this is typed as the first package's serial; and what was said.
fn played_with_serial(typed: &str) -> (Session, String) {
    let mut session = practice_session(false);
    let find = |(name, _): &&(&str, &[u8])| *name == "kek-from-components.toml";
    let (_, bytes) = shipped().iter().find(find).unwrap();
    let script = Script::parse(bytes).ok().unwrap();
    let mut reader = Reader::new(&[("Serial: ", typed)], true);
    let mut talk = Dialogue::new(&mut reader);
    let end = play(&mut talk, &mut session, script, Wanted::default());
    let text = reader.text();
    let completed = matches!(end, Ok(Ok(End::Ended(RunOutcome::Completed))));
    assert!(completed, "{text}");
    (session, text)
}

/// Serials differ, and both are asked anew: whoever has just typed the package's does not type the advised one too.
#[test]
fn a_question_that_goes_to_somebody_else_again_hands_the_keyboard_over() {
    let (_, text) = played_with_serial("TE-000000");
    let (_, after) = text.split_once("STOP: ").unwrap();
    let (again, _) = after.split_once("Advised serial: ").unwrap();
    assert!(again.contains("The keyboard goes to witness"), "{again}");
}

/// Whoever saw it knows a part of the key: an auditor has to hear of it, and never what it was.
#[test]
fn a_component_typed_as_a_number_is_on_record_and_what_it_was_is_not() {
    let component = "D9CDE338A104A789859E76150B543251";
    let (session, _) = played_with_serial(component);
    let view = session.view();
    let steps = view.runs.iter().flat_map(|run| &run.steps);
    let noted: Vec<&String> = steps
        .filter_map(|step| step.notes.get(crate::session::IN_THE_OPEN))
        .collect();
    let [told] = noted[..] else {
        panic!("{noted:?}");
    };
    assert!(
        told.starts_with("digits like a component at serial by "),
        "{told}"
    );
    let log = session.log_lines().unwrap().join("\n");
    assert!(
        !log.contains(component) && !told.contains(component),
        "{log}"
    );
}

/// A report said that people had answered, where F5 had gone through the whole rehearsal.
#[test]
fn who_typed_and_what_f5_gave_stands_in_the_report() {
    let report = |answers: &[(&'static str, &str)]| {
        let mut session = practice_session(false);
        let find = |(name, _): &&(&str, &[u8])| *name == "deletion-window.toml";
        let (_, bytes) = shipped().iter().find(find).unwrap();
        let script = Script::parse(bytes).ok().unwrap();
        let again = Script::parse(bytes).ok().unwrap();
        let mut reader = Reader::new(answers, true);
        let mut talk = Dialogue::new(&mut reader);
        let end = play(&mut talk, &mut session, script, Wanted::default());
        let completed = matches!(end, Ok(Ok(End::Ended(RunOutcome::Completed))));
        assert!(completed, "{}", reader.text());
        let run = session.last_run(&again.sha256_hex()).unwrap();
        crate::ceremony::run_report(&session, &again, &run.id)
            .unwrap()
            .answers
    };
    let by_f5 = report(&[]);
    let (count, rest) = by_f5.split_once(" of ").unwrap();
    assert!(
        rest.starts_with(&format!("{count} answers were practice answers (F5)")),
        "{by_f5}"
    );
    let typed = report(&[("Type it: ", "delete")]);
    assert!(
        typed.starts_with(&format!("people typed 1 of {count} answers")),
        "{typed}"
    );
}

/// The same components formed the same key before: the ceremony says so, as the pages of both keys do.
#[test]
fn a_key_that_is_here_already_is_told_within_the_ceremony() {
    let mut session = practice_session(false);
    let find = |(name, _): &&(&str, &[u8])| *name == "kek-from-components.toml";
    let (_, bytes) = shipped().iter().find(find).unwrap();
    let mut told = Vec::new();
    for _ in 0..2 {
        let script = Script::parse(bytes).ok().unwrap();
        let mut reader = Reader::new(&[], true);
        let mut talk = Dialogue::new(&mut reader);
        let end = play(&mut talk, &mut session, script, Wanted::default());
        assert!(end.is_ok(), "{}", reader.text());
        told.push(reader.text());
    }
    assert!(!told[0].contains("one key under two names"), "{}", told[0]);
    // Behind the comparison, and once more at the end.
    for words in ["NOTE: same check value as", "NOTE    same check value as"] {
        assert!(told[1].contains(words), "no {words:?} in\n{}", told[1]);
    }
}
