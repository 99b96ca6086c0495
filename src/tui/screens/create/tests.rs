//! What has a usual answer is asked only of whoever wants it, and goes into the request as it was answered.

use super::*;
use crate::tui::room::{Room, practice_session};

#[test]
fn the_method_of_the_check_value_tags_and_enabled_are_asked_behind_tab() {
    let mut room = Room::new(Create::new(), practice_session(true));
    room.press("<Enter><Enter><Enter><Enter>kek");
    room.shows(&["TDES_3KEY", "5 of 6: Name", "Tab more"]);
    room.press("<Tab>")
        .shows(&["Check value", "the usual of its algorithm"]);
    room.press("<Down><Down>")
        .shows(&["\"KeyCheckValueAlgorithm\": \"CMAC\""]);
    room.press("<Enter>owner=cards, ticket<Enter>");
    room.shows(&["wants name=value", "Adds  \"Tags\""]);
    // Mended where it stands; the review and the exact request show all of it.
    room.press("=4711<Enter><Down>")
        .shows(&["\"Enabled\": false"]);
    room.press("<Enter>");
    room.shows(&["by CMAC", "owner = cards", "ticket = 4711", "made disabled"]);
    room.press("<F2>").shows(&["\"Enabled\": false"]);
    room.press("<End>")
        .shows(&["\"KeyCheckValueAlgorithm\": \"CMAC\"", "owner"]);
}

/// A tag is in the clear for good: what reads like a key is not one, and is wiped.
#[test]
fn a_key_is_no_tag() {
    let mut room = Room::new(Create::new(), practice_session(true));
    room.press("<Enter><Enter><Enter><Enter>kek<Tab><Enter>");
    room.press("zmk=0123456789ABCDEFFEDCBA9876543210<Enter>");
    room.shows(&["reads like a key or a component", "in the clear for good"]);
    assert!(!room.text().contains("89ABCDEF"), "{}", room.text());
}

#[test]
fn a_method_that_cannot_be_is_not_taken() {
    let mut room = Room::new(Create::new(), practice_session(true));
    room.press("<Enter><Down><Enter><Enter><Enter>kek<Tab><Down>");
    room.shows(&["AES_128", "of TDES keys alone"]);
    room.press("<Enter>").shows(&["STOP", "Check value"]);
}

#[test]
fn who_wants_nothing_else_is_asked_nothing_else() {
    let mut room = Room::new(Create::new(), practice_session(true));
    room.press("<Enter><Enter><Enter><Enter>kek<Enter>");
    let text = room.text();
    assert!(text.contains("CREATE KEY kek"), "{text}");
    assert!(
        !text.contains("by CMAC") && !text.contains("tag "),
        "{text}"
    );
}

#[test]
fn a_method_is_off_with_its_reason() {
    let off = |algorithm| {
        let methods = guide::check_value_methods(algorithm);
        methods
            .into_iter()
            .map(|e| e.off.is_some())
            .collect::<Vec<_>>()
    };
    assert_eq!(off("TDES_3KEY"), [false, false]);
    assert_eq!(off("AES_128"), [true, false]);
    assert_eq!(off("RSA_2048"), [true, true]);
}
