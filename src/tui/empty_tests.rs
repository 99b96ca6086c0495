//! What no page promises: that an empty field, or answers that do not go together, are kept. The line Enter asks the same
//! check that Enter makes.

use super::room::Room;
use super::storm_tests::{act, acts, folders, steered, top, ways};
use crate::session::field::NOTHING_TYPED;

/// How the line Enter begins where Enter keeps nothing.
const KEEPS_NOTHING: &[&str] = &[
    "nothing yet",
    "says what",
    "is off",
    "does nothing",
    "shows what is still below",
    "goes to the next field",
    "keeps this and goes",
    // All of them are judged by the door, which says what it refuses.
    "checks all of it",
];

fn enter_line(text: &str) -> String {
    let line = text.lines().find(|line| line.starts_with(" Enter "));
    line.map_or_else(String::new, |line| line[8..].trim().to_owned())
}

fn refusals(text: &str) -> usize {
    let said = ["STOP", "Nothing is typed here yet", NOTHING_TYPED];
    said.iter().map(|words| text.matches(words).count()).sum()
}

/// Empties the field at hand and presses Enter; what was promised, where that was refused all the same.
fn refused_emptiness(room: &mut Room) -> Option<String> {
    let here = top(room);
    let before = room.press("<C-u>").text();
    let promised = enter_line(&before);
    let after = room.press("<Enter>").text();
    let kept = KEEPS_NOTHING
        .iter()
        .any(|words| promised.starts_with(words));
    let refused = top(room) == here && refusals(&after) > refusals(&before);
    (refused && !kept).then(|| format!("{promised}\n{after}"))
}

/// Every field of the page at hand, from the one with the cursor.
fn empties(name: &str, room: &mut Room, wrong: &mut Vec<String>) {
    let here = top(room);
    for _ in 0..8 {
        let types = room.state.top().is_some_and(super::screen::Screen::typing);
        if top(room) != here {
            return;
        }
        if types {
            wrong.extend(refused_emptiness(room).map(|why| format!("{name}: {why}")));
        }
        room.press("<Tab>");
    }
}

#[test]
fn no_page_promises_what_an_empty_field_refuses() {
    let place = tempfile::tempdir().unwrap();
    folders(place.path());
    let mut wrong = Vec::new();
    for way in ways() {
        let mut room = steered(way, place.path()).unwrap();
        empties(way.0, &mut room, &mut wrong);
    }
    for op in acts() {
        let mut room = act(op, place.path());
        empties(op.name, &mut room, &mut wrong);
    }
    // Pages within a screen, which no way of the list ends at.
    for (name, begin, keys) in [
        ("Exchange", "Exchange", "<Home><Enter>"),
        ("Evidence", "Home", "oi"),
        ("Export by RSA wrap", "Export by RSA wrap", "<Enter>"),
        ("Locked", "Locked", "<Enter><Enter>"),
        ("Pause", "Pause", "<End><Enter>"),
        ("Sign the bundle", "Sign the bundle", "<Enter><Enter>"),
    ] {
        let way = ways().into_iter().find(|way| way.0 == begin).unwrap();
        let mut room = steered(way, place.path()).unwrap();
        room.press(keys);
        assert_eq!(top(&room), name, "{}", room.text());
        empties(name, &mut room, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}
