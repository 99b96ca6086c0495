//! The comparison of a key that came in, played through: what differs, what agrees, what is left, what is shown.

use crate::session::build::{self, Answers};
use crate::session::{Command, Session, handover};
use crate::tui::room::{Room, practice_session};
use crate::tui::screens::home::Home;

fn answers(texts: &[(&str, &str)], file: Option<&[u8]>) -> Answers {
    let own = |(k, v): &(&str, &str)| ((*k).to_owned(), (*v).to_owned());
    Answers {
        texts: texts.iter().map(own).collect(),
        files: file
            .map(|bytes| ("file".to_owned(), bytes.to_vec()))
            .into_iter()
            .collect(),
        by: String::new(),
    }
}

/// An act by its form; the file that it makes, where it does, is taken for written.
fn by_form(session: &mut Session, op: &str, given: &Answers) -> Option<Vec<u8>> {
    let action = build::action(session, op, given).unwrap();
    let id = session.approved_by_held(action.clone(), None).unwrap().id;
    session.describe(&id, op, given);
    let execute = Command::Execute {
        id,
        prepared: None,
        arrow: None,
    };
    let crate::session::Outcome::Executed(executed) = session.perform(execute).unwrap() else {
        panic!("{op} is not done");
    };
    let made = handover::of(session, &action, &executed).ok()?;
    session.is_written(&made.sha256()).unwrap();
    Some(made.request)
}

/// A vault with a key that came in by the form of a TR-31 block, and that nobody has compared.
pub(in crate::tui) fn waiting() -> Session {
    let mut session = practice_session(true);
    for (usage, label) in [("K0", "zmk"), ("P0", "pek")] {
        let texts = [
            ("usage", usage),
            ("algorithm", "AES_128"),
            ("modes", "encrypt, decrypt, wrap, unwrap"),
            ("exportable", "yes"),
            ("label", label),
        ];
        by_form(&mut session, "create-key", &answers(&texts, None));
    }
    let block = [("key", "pek"), ("wrap", "zmk"), ("output", "pek.json")];
    let file = by_form(&mut session, "export-key.tr31", &answers(&block, None)).unwrap();
    let came = [("wrap", "zmk"), ("label", "pek-partner")];
    by_form(
        &mut session,
        "import-key.tr31",
        &answers(&came, Some(&file)),
    );
    session
}

/// The room at Home, and the check value of the key that came.
fn room() -> (Room, String) {
    let session = waiting();
    let keys = session.view().keys;
    let row = keys.iter().find(|row| row.label == "pek").unwrap();
    let value = row.key.key_check_value.clone();
    (Room::new(Home::new(), session), value)
}

/// To the page of the key that came.
fn key(room: &mut Room) {
    room.press("v/pek-partner<Enter><Enter>");
    room.shows(&["─ Key ─ pek-partner"]);
}

#[test]
fn a_key_that_came_in_waits_until_its_senders_value_is_typed() {
    let (mut room, value) = room();
    room.check("home-compare");
    room.shows(&["pek-partner is not compared yet"]);
    room.press("<Enter>").check("compare");
    // Whoever leaves it finds it hidden everywhere.
    room.press("<Esc>");
    room.shows(&["Not compared yet"]);
    key(&mut room);
    room.check("key-uncompared");
    assert!(!room.text().contains(&value), "{}", room.text());
    room.press("w").shows(&["hidden until it is compared"]);
    room.press("C").shows(&["─ Compare ─ pek-partner"]);
    // Another value, and the usual mistakes.
    room.press("<Down><Enter>000000<Enter>")
        .check("compare-differs");
    let text = room.text();
    assert!(text.contains("STOP") && !text.contains(&value), "{text}");
    // The right ones and too few say no more than wrong ones would.
    room.press(&value[..5]).shows(&["at least 6 are wanted"]);
    room.press("<Enter>").shows(&["6 to 10 are wanted"]);
    room.press("<Back><Back><Back><Back><Back>");
    room.press("<Esc>")
        .shows(&["The check value differs and stays hidden"]);
    room.check("key-differs");
    room.press("<Esc><Esc><Esc>");
    room.shows(&["pek-partner DIFFERS from its sender's"]);
    key(&mut room);
    room.press("C<Down><Enter>").press(&value);
    room.press("<Enter>").shows(&["It agrees", &value]);
    room.check("key-compared");
    room.shows(&[
        "with its sender's, by",
        "what came of the comparison is recorded",
    ]);
    // Whatever is begun next: the page says no longer that the comparison was the last that changed.
    room.press("D<Esc>").shows(&["─ Key ─ pek-partner"]);
    assert!(!room.text().contains("what came of the comparison"));
    let offers = room.state.offers();
    let compare = crate::tui::keys::Verb::Compare;
    assert!(offers.iter().all(|offer| offer.verb != compare));
    room.press("<Esc><Esc><Esc>");
    assert!(!room.text().contains("pek-partner is not compared"));
}

#[test]
fn ours_is_shown_uncompared_by_a_choice_of_its_own() {
    let (mut room, value) = room();
    room.press("<Enter><Down><Enter><F3>").check("compare-show");
    // The safe choice leads back, with the name kept.
    room.press("<Enter>").shows(&["─ Compare ─ pek-partner"]);
    assert!(!room.text().contains(&value));
    room.press("<F3><Down><Enter>")
        .shows(&["It is shown from now on", &value]);
    room.shows(&["had it shown before anybody compared"]);
    room.check("key-shown");
    // It is still due, and compared late; nothing more is to be shown.
    room.press("<Esc>");
    room.shows(&["pek-partner is not compared yet"]);
    room.press("<Enter>").check("compare-shown");
    room.press("<Down><Enter>").press(&value);
    room.press("<Enter>")
        .shows(&["no blind comparison", "not blind: with"]);
    room.press("<Esc>");
    assert!(!room.text().contains("pek-partner is not compared"));
}

#[test]
fn practice_is_offered_in_a_rehearsal_and_recorded_as_such() {
    let (mut room, _) = room();
    room.press("<Enter><Enter><F5><Enter>");
    room.shows(&["nothing was compared", "─ Key ─ pek-partner"]);
}
