//! Pages that ask, at the smallest size, with the longest reason why not: what is typed and the whole reason are seen.

use super::act::tests::{WHY, seen};
use super::home::Home;
use super::tests::full;
use crate::tui::message::{Msg, News};
use crate::tui::room::{Room, practice_session};
use crate::tui::snapshot;

const SAMPLE: &str = "ceremonies/samples/get-parameters-for-import-rsa3072.json";

/// The last keys go in, and what they asked for is refused.
fn refused(mut room: Room, keys: &str, label: &str) {
    let effects = snapshot::press(&mut room.state, keys);
    assert!(
        !effects.is_empty(),
        "nothing was asked for\n{}",
        room.text()
    );
    let view = room.state.world.view.clone();
    room.message(Msg::Desk(Box::new(News::Refused(WHY.into())), view));
    seen(&room.text(), label, WHY);
}

fn at(keys: &[&str]) -> Room {
    let mut room = full();
    for keys in keys {
        room.press(keys);
    }
    room
}

#[test]
fn a_refusal_is_whole_wherever_one_types() {
    // A path, in both wizards that begin with a file.
    refused(at(&["i<Enter>nowhere"]), "<Enter>", "Path nowhere");
    refused(
        at(&["x<Enter>/kek<Enter><Enter>nowhere"]),
        "<Enter>",
        "nowhere",
    );
    // The fields of both.
    let fingerprint = "ab".repeat(32);
    let typed = format!("<Enter><Enter>Wim<Enter>{fingerprint}<Enter>Wim, 09:10Z<Enter>");
    let root = at(&["i<Enter>", SAMPLE, &typed, "new-root"]);
    refused(root, "<Enter>", "Fingerprint");
    let files = [
        "x<Enter>/kek<Enter><Enter>",
        SAMPLE,
        "<Enter><Enter><Enter><Enter><Enter>",
    ];
    refused(at(&files), "<Enter>", "Folder");
    // A name, a number, a new file.
    refused(at(&["n<Enter><Enter><Enter><Enter>kek"]), "<Enter>", "kek");
    refused(at(&["vD<C-u>30"]), "<Enter>", "Days");
    refused(
        at(&["n<Enter><Enter><Enter><Enter>kek<Enter><F2>w"]),
        "<Enter>",
        "create-key",
    );
}

/// The refusal speaks of the field by its label, and the cursor stands there.
#[test]
fn a_wrong_name_for_a_file_is_told_at_its_field() {
    let mut room = at(&[
        "x<Enter>/kek<Enter><Enter>",
        SAMPLE,
        "<Enter><Enter><Enter><Enter>",
        "<C-u>kek/aws<Enter><Enter>",
    ]);
    room.shows(&["► File name", "is not a plain file name"]);
    assert!(!room.text().contains("field output"), "{}", room.text());
    room.press("<C-u>kek<Enter><Enter>");
    assert!(!room.text().contains("plain file name"), "{}", room.text());
}

#[test]
fn a_refused_passphrase_is_told_whole() {
    let mut room = Room::new(Home::new(), practice_session(false));
    room.press("n<Enter><Enter><Enter><Enter>kek<Enter><Enter>amber");
    refused(room, "<Enter>", "Passphrase");
    let mut room = Room::new(Home::new(), practice_session(false));
    room.press("i<Enter>").press(SAMPLE);
    room.press("<Enter><Enter><F5><Enter><Enter><F5><Enter>");
    room.shows(&["0 of 2 signed"]);
    room.press("<Enter><Enter>apple");
    refused(room, "<Enter>", "Passphrase");
}

#[test]
fn paste_is_refused_where_a_passphrase_is_typed() {
    let mut room = Room::new(Home::new(), practice_session(false));
    room.press("n<Enter><Enter><Enter><Enter>kek<Enter><Enter>");
    let paste = crate::tui::message::Msg::Paste(zeroize::Zeroizing::new("amber anchor".into()));
    assert!(crate::tui::app::update(&mut room.state, paste).is_empty());
    room.shows(&["Paste is refused in a secret field"]);
}

#[test]
fn an_empty_path_is_no_fault_and_a_filled_one_takes_the_reason_away() {
    for keys in ["i<Enter>", "x<Enter>/kek<Enter><Enter>"] {
        let mut room = at(&[keys]);
        room.press("<Enter>");
        room.shows(&["Take your time"]);
        assert!(!room.text().contains("STOP"), "{}", room.text());
        room.press("nowhere<Enter>");
        room.shows(&["STOP"]);
        room.press("<F5>");
        assert!(!room.text().contains("STOP"), "{}", room.text());
    }
}
