//! The table: no key means two things where one is pressed.

use super::*;
use crossterm::event::KeyModifiers;

/// Letters of the audit log that mean something else on other screens. [`clash`] is asked of every picture kept.
const TWICE: [&str; 3] = ["v", "b", "g"];

/// A key that two of these offers would take.
pub(in crate::tui) fn clash(offers: &[Offer]) -> Option<String> {
    let mut taken = std::collections::BTreeSet::new();
    let bindings = offers.iter().filter_map(Offer::binding);
    let mut chords = bindings.flat_map(|b| b.chords).map(|c| c.shown());
    chords.find(|chord| !taken.insert(chord.clone()))
}

#[test]
fn no_key_has_two_meanings_but_three_letters_of_the_audit_log_and_every_row_has_help() {
    for (n, binding) in TABLE.iter().enumerate() {
        assert!(!binding.help.is_empty() && !binding.chords.is_empty());
        for other in TABLE.iter().skip(n + 1) {
            assert_ne!(binding.verb, other.verb);
            let shares =
                |c: &&Chord| other.chords.contains(c) && !TWICE.contains(&c.shown().as_str());
            assert!(
                !binding.chords.iter().any(|c| shares(&c)),
                "{:?}",
                other.verb
            );
        }
    }
}

#[test]
fn letters_that_find_an_entry_move_nothing() {
    let letter = |c: char| KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
    let down = KeyEvent::new(KeyCode::Down, KeyModifiers::NONE);
    for offers in [finds(), chooses()] {
        assert!(meant(&letter('j'), &offers, false).is_none());
        assert!(meant(&letter('k'), &offers, false).is_none());
        assert_eq!(meant(&down, &offers, false).unwrap().verb, Verb::Down);
    }
    assert_eq!(
        meant(&letter('j'), &moves(), false).unwrap().verb,
        Verb::Down
    );
}

#[test]
fn letters_belong_to_the_text_field() {
    let offers = everywhere(true);
    let key = KeyEvent::new(KeyCode::Char('?'), KeyModifiers::SHIFT);
    assert_eq!(meant(&key, &offers, false).unwrap().verb, Verb::Help);
    assert!(meant(&key, &offers, true).is_none());
    let f1 = KeyEvent::new(KeyCode::F(1), KeyModifiers::NONE);
    assert_eq!(meant(&f1, &offers, true).unwrap().verb, Verb::Help);
    let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(meant(&interrupt, &offers, true).unwrap().verb, Verb::Leave);
}

/// How long that is stands in one place; what people read of it says the same.
#[test]
fn what_is_said_of_locking_names_the_minutes() {
    use crate::tui::screen::Screen as _;
    use crate::tui::screens::home::Home;
    let minutes = format!("{} minutes", crate::session::idle::IDLE_MINUTES);
    let row = TABLE.iter().find(|row| row.verb == Verb::Lock).unwrap();
    assert!(row.help.contains(&minutes), "{}", row.help);
    assert!(
        Home::new()
            .help()
            .iter()
            .any(|line| line.contains(&minutes))
    );
}
