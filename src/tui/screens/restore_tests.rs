//! A copy becomes a vault again at the screen: keys in, pictures out, real folders behind them.

use std::path::Path;

use super::restore::Restore;
use crate::session::{Environment, practice};
use crate::tui::message::Order;
use crate::tui::room::{Room, practice_session, start};
use crate::vault::FolderStore;

/// A practice vault in a folder, and a copy of it.
fn copied(dir: &Path, to: &Path) {
    let store = Box::new(FolderStore::create(dir).unwrap());
    let environment = Environment::seeded("restore").unwrap();
    let made = practice::vault(store, environment, Some(start()), true).unwrap();
    let mut session = made.session;
    session.backup_automatic("stick 2", None, to).unwrap();
    session.close().unwrap();
}

/// How far down the answer stands that leads to a return.
fn to_the_stick() -> usize {
    let asked = crate::session::happened::HAPPENED.iter();
    asked.take_while(|one| one.id != "stick").count()
}

#[test]
fn a_copy_is_opened_approved_and_written_out() {
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name);
    let text = |name: &str| path(name).display().to_string();
    copied(&path("r.vault"), &path("copy"));
    let mut room = Room::new(
        super::custodians::Custodians::default(),
        practice_session(false),
    );
    // The way there: Custodians asks what happened.
    room.shows(&["What happened?"]);
    for _ in 0..to_the_stick() {
        room.press("<Down>");
    }
    room.shows(&["asks which copy; nothing is asked for yet"]);
    room.press("<Enter>")
        .shows(&["A copy becomes a vault under"]);
    room.press("/nowhere/at-all<Enter>");
    room.press(&text("new.vault"));
    room.press("<Enter><Enter><Enter>the stick broke<Enter>");
    // It is said at the field that it is about, and nothing that was typed is lost.
    room.shows(&[
        "no copy of a vault is here",
        "which copy",
        "the stick broke",
        "/nowhere/at-all",
    ]);
    room.press("<C-u>");
    room.press(&text("copy"));
    room.press("<Enter><Enter><Enter><Enter><Enter>")
        .shows(&["1 of 2: a custodian"]);
    room.press("<Enter><F5><Enter>")
        .shows(&["2 of 2: a custodian"]);
    room.press("<Enter><F5><Enter>")
        .shows(&["review", "the stick broke"]);
    room.press("<PgDn>").shows(&["new.vault"]);
    room.press("<PgDn>").shows(&["that was all of it"]);
    assert!(!path("new.vault").exists());
    // The word is typed, Ada asks, two custodians approve.
    room.press("<Enter>").shows(&["restore"]);
    room.press("restore<Enter><F5><Enter>").shows(&["0 of 2"]);
    for _ in 0..2 {
        room.press("<Enter><Enter><F5><Enter>");
    }
    room.shows(&["B1 is restored to", "WITNESS CARD"]);
    assert!(path("new.vault").join("vault.age").is_file());
    // The card is read to its end, and then it opens by its custodians.
    room.press("<Enter>").shows(&["that was all of it"]);
    room.press("<Enter>").shows(&["1 of 2: a custodian"]);
    room.press("<Enter><F5><Enter><Enter><F5><Enter>")
        .shows(&["Home"]);
    room.order(Order::Close);
}

/// With a vault open: the questions are answered, and two custodians of the copy have entered.
fn at_the_review(place: &Path) -> Room {
    let path = |name: &str| place.join(name);
    copied(&path("r.vault"), &path("copy"));
    let mut room = Room::new(
        super::custodians::Custodians::default(),
        practice_session(false),
    );
    for _ in 0..to_the_stick() {
        room.press("<Down>");
    }
    room.press("<Enter>");
    room.press(&path("copy").display().to_string());
    room.press("<Enter>");
    room.press(&path("new.vault").display().to_string());
    room.press("<Enter><Enter><Enter>the stick broke<Enter>");
    room.shows(&["1 of 2: a custodian"]);
    room
}

#[test]
fn whoever_changes_their_mind_stands_again_before_the_vault_that_was_open() {
    let place = tempfile::tempdir().unwrap();
    let mut room = at_the_review(place.path());
    let open = |room: &Room| {
        let view = room.state.world.view.as_ref();
        view.map(|view| (view.vault_id.clone(), view.returning.is_some()))
    };
    let before = open(&room);
    // Before anybody has entered.
    room.press("<Esc>").shows(&["the stick broke"]);
    assert_eq!(open(&room), before);
    room.press("<Enter>").shows(&["1 of 2: a custodian"]);
    // At the review: both are open, and the page says so.
    room.press("<Enter><F5><Enter><Enter><F5><Enter>")
        .shows(&["review"]);
    room.press("<PgDn>").shows(&["stays open beside it"]);
    assert_ne!(open(&room), before);
    // One answer is put right: the copy stays open, and nobody enters anything again.
    room.press("<Esc>")
        .shows(&["the stick broke", "The copy stays open"]);
    assert_ne!(open(&room), before);
    room.press("<End> and burnt<Enter>")
        .shows(&["review", "the stick broke and burnt"]);
    assert_ne!(open(&room), before);
    // When it stands before its custodians.
    room.press("<PgDn>").shows(&["new.vault"]);
    room.press("<PgDn>").shows(&["that was all of it"]);
    room.press("<Enter>restore<Enter><F5><Enter>");
    room.shows(&["0 of 2"]);
    assert_ne!(open(&room), before);
    room.press("<Esc>").shows(&["What happened?"]);
    assert_eq!(open(&room), before);
    assert!(!place.path().join("new.vault").exists());
    // An ordinary act is asked for in the vault that was open, and not taken for a return.
    room.press("<Home><Enter>").shows(&["Drill ─ review"]);
}

/// Another copy is opened anew; given up at the answers, what was open before is open again.
#[test]
fn another_copy_is_opened_anew_and_leaving_the_answers_closes_the_one_that_is_open() {
    let place = tempfile::tempdir().unwrap();
    let other = place.path().join("other");
    let mut room = at_the_review(place.path());
    let open = |room: &Room| {
        let view = room.state.world.view.as_ref();
        view.is_some_and(|view| view.returning.is_some())
    };
    std::fs::create_dir(&other).unwrap();
    for name in ["custody.toml", "audit.jsonl", "vault.age"] {
        std::fs::copy(place.path().join("copy").join(name), other.join(name)).unwrap();
    }
    room.press("<Enter><F5><Enter><Enter><F5><Enter>")
        .shows(&["review"]);
    room.press("<Esc><BackTab><BackTab><BackTab><BackTab><C-u>");
    room.press(&other.display().to_string());
    room.press("<Enter><Enter><Enter><Enter><Enter>")
        .shows(&["1 of 2: a custodian"]);
    assert!(!open(&room));
    room.press("<Enter><F5><Enter><Enter><F5><Enter>")
        .shows(&["review"]);
    assert!(open(&room));
    room.press("<Esc><Esc><Esc>").shows(&["What happened?"]);
    assert!(!open(&room));
}

#[test]
fn a_screen_that_is_locked_gives_up_the_copy_and_not_the_vault() {
    let place = tempfile::tempdir().unwrap();
    let mut room = at_the_review(place.path());
    let before = room.state.world.view.as_ref().unwrap().vault_id.clone();
    room.press("<Enter><F5><Enter>");
    room.advance(crate::tui::app::IDLE);
    let view = room.state.world.view.as_ref().unwrap();
    assert_eq!(view.vault_id, before);
}

/// The page of the opening said it again and again, and only Esc led back to the field.
#[test]
fn a_last_card_that_cannot_be_is_mended_at_its_field() {
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name);
    copied(&path("r.vault"), &path("copy"));
    let session = practice_session(false);
    let words = session.view().card_words.join(" ");
    let mut room = Room::new(Restore::new(), session);
    room.press(&path("copy").display().to_string());
    room.press("<Enter>");
    room.press(&path("new.vault").display().to_string());
    room.press("<Enter><Enter>").press(&words);
    room.press("<Enter>the stick broke<Enter>");
    room.shows(&["Last card", "STOP  Type the card's number", "1 of 4"]);
    // The words stay, and the number goes in front of them.
    room.press("<Home>3 ");
    assert!(!room.text().contains("STOP"), "{}", room.text());
    room.press("<Enter>").shows(&["1 of 2: a custodian"]);
}

#[test]
fn the_questions_are_drawn() {
    let mut room = Room::new(Restore::new(), practice_session(false));
    room.press("<Enter>");
    room.check("restore");
    room.press("/media/BLUE/acme<Tab>/media/RED/acme.vault<Tab><Tab><Tab>the stick broke");
    room.check("return-to-a-copy-answered");
}
