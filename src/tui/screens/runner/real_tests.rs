//! Pictures of a ceremony that is really run: who is called, what is asked, and an answer that was wrong.

use crate::tui::room::{Room, practice_session};
use crate::tui::screens::home::Home;

/// Goes on until these words stand there, as whoever practises does.
fn goes_on_to(room: &mut Room, words: &str) {
    for _ in 0..40 {
        if room.text().contains(words) {
            return;
        }
        room.press("<F5><Enter>");
    }
    panic!("{words:?} never came:\n{}", room.text());
}

#[test]
fn a_person_is_called_asked_and_asked_again() {
    let mut room = Room::new(Home::new(), practice_session(false));
    room.press("c<Enter><Enter>");
    goes_on_to(&mut room, "The keyboard goes to custodian");
    room.check("runner-hand-over");
    room.press("<Enter>");
    room.shows(&["approves", "practice answer (F5)", "nothing yet"]);
    room.check("runner-ask");
    room.press("wrong words<Enter>");
    room.shows(&["Nothing is locked", "the request stands"]);
    room.check("runner-again");
    // What it says is so: the right words are taken at the same place, and the ceremony comes to its end.
    goes_on_to(&mut room, "Done.");
}
