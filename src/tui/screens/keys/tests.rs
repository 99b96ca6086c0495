//! What is done next is done with the key under the cursor.

use crate::tui::room::Room;
use crate::tui::screens::tests::{KEK, full, held};

fn under_the_cursor(room: &mut Room) -> String {
    room.press("<Enter>");
    let text = room.text();
    let title = text.lines().find(|line| line.starts_with("─ Key ─"));
    let words = title.unwrap_or_else(|| panic!("no key in\n{text}"));
    let name = words.trim_end_matches([' ', '─']).rsplit(" ─ ").next();
    let name = name.unwrap().to_owned();
    room.press("<Esc>");
    name
}

/// `/pek`, Esc, and the deletion of another key was begun.
#[test]
fn dropping_the_filter_and_sorting_keep_the_key_under_the_cursor() {
    let mut room = full();
    room.press("v<End>");
    let first = under_the_cursor(&mut room);
    assert_ne!(first, "aws-root", "it is to be searched for");
    room.press("/aws-r");
    room.press("<Esc>").shows(&["4 of 4"]);
    assert_eq!(under_the_cursor(&mut room), "aws-root");
    // The same behind a filter that was kept.
    room.press("<End>/aws-r<Enter>").shows(&["Esc drop filter"]);
    room.press("<Esc>").shows(&["4 of 4", "Esc back"]);
    assert_eq!(under_the_cursor(&mut room), "aws-root");
    for _ in 0..4 {
        room.press("s");
        assert_eq!(under_the_cursor(&mut room), "aws-root");
    }
    // Where nothing fits, the key of before is under it again, kept or not.
    room.press("/no such key<Esc>").shows(&["4 of 4"]);
    assert_eq!(under_the_cursor(&mut room), "aws-root");
    room.press("/no such key<Enter>")
        .shows(&["No key fits the filter", "Esc drop filter"]);
    room.press("<Esc>").shows(&["4 of 4", "Esc back"]);
    assert_eq!(under_the_cursor(&mut room), "aws-root");
}

/// The pane below the list said since when a key is there, and not until when.
#[test]
fn a_key_that_is_being_deleted_says_when_it_ends() {
    let mut room = full();
    room.press("v/bdk-lab<Enter>")
        .shows(&["It is being deleted:", "destroyed at 2026-12-01"]);
}

/// R did nothing at Deletions, and said nothing.
#[test]
fn a_deletion_is_taken_back_by_the_letter_that_does_it_elsewhere() {
    let mut room = full();
    room.press("d").shows(&["Enter restore"]);
    room.press("R").shows(&["Restore key", "review"]);
}

#[test]
fn an_export_that_was_searched_for_is_of_the_key_that_was_found() {
    let screen = crate::tui::screens::export::Export::new(None);
    let texts = [
        ("usage", "P0"),
        ("algorithm", "AES_128"),
        ("modes", "B"),
        ("exportable", "yes"),
        ("label", "pek-acquirer-02"),
    ];
    let mut room = Room::new(screen, held(&[KEK, ("create-key", &texts)]));
    room.press("/pek-acq<Esc><Enter>").shows(&["2 of 6"]);
    room.press("<Esc>").shows(&["1 of 6"]);
    let line = room.text();
    let line = line
        .lines()
        .find(|l| l.contains('►') && l.contains("pek-acquirer-02"));
    assert!(line.is_some(), "{}", room.text());
}
