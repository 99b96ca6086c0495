//! What goes wrong at screens where nothing is typed: what was drawn is no longer so, or what was chosen cannot be.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::app::update;
use super::message::{Msg, News, OwnScript};
use super::room::{Room, practice_session};
use super::screen::Screen;
use super::screens::home::Home;
use super::screens::key::KeyPage;
use super::screens::tests::{KEK, held};
use super::screens::welcome::Welcome;
use super::snapshot;
use super::storm_tests::top;
use crate::ceremony::Script;
use crate::session::Session;
use crate::session::happened::HAPPENED;

const DELETED: (&str, &[(&str, &str)]) = ("delete-key", &[("key", "kek-partner-x"), ("days", "7")]);
const RESTORED: (&str, &[(&str, &str)]) = ("restore-key", &[("key", "kek-partner-x")]);

/// A page that is drawn of before: somebody at another door was quicker.
fn outrun(page: impl Screen + 'static, keys: &str, before: &Session, now: Session) -> Room {
    let mut room = Room::new(page, now);
    room.press(keys);
    room.state.world.view = Some(before.view().into());
    room
}

#[test]
fn what_was_done_meanwhile_is_refused_where_it_is_asked_for() {
    let before = held(&[KEK]);
    let arn = before.view().keys[0].key.key_arn.clone();
    let mut room = outrun(KeyPage::new(&arn), "", &before, held(&[KEK, DELETED]));
    room.press("u");
    assert_eq!(top(&room), "Key");
    room.shows(&["STOP", "Nothing was changed", "as it stands now"]);
    room.check("key-error");
    let now = held(&[KEK, DELETED, RESTORED]);
    let mut room = outrun(Home::new(), "d", &held(&[KEK, DELETED]), now);
    room.press("<Enter>");
    assert_eq!(top(&room), "Deletions");
    room.shows(&["STOP", "Nothing was changed", "as it stands now"]);
    room.check("deletions-error");
}

#[test]
fn a_script_that_the_linter_refuses_says_what_to_mend_in_the_list() {
    let (_, bytes) = crate::ceremony::shipped()[0];
    let text = std::str::from_utf8(bytes).unwrap();
    let own = text.replacen("\"first-key\"", "\"our-key\"", 1).replacen(
        "approve  = { count = 2 }",
        "approve  = { count = 1 }",
        1,
    );
    let script = Script::parse(own.as_bytes()).unwrap();
    let read = OwnScript {
        file: "/home/ana/our-key.toml".into(),
        found: script.lint(),
        bytes: own.into_bytes(),
        inputs: BTreeMap::new(),
    };
    let mut room = Room::new(Home::new(), practice_session(false));
    room.press("c");
    let view = room.state.world.view.clone();
    room.message(Msg::Desk(Box::new(News::Script(Arc::new(read))), view));
    room.shows(&["STOP  The linter finds an error", "has errors"]);
    room.check("ceremonies-error");
    // It said so, and Enter began it all the same.
    room.press("<Enter>");
    assert_eq!(top(&room), "Ceremonies");
    room.shows(&["the linter finds errors in it"]);
}

/// What nobody can do now is refused on the page where it was asked for, with why.
#[test]
fn what_is_off_says_why_on_its_own_page() {
    let mut room = Room::new(Home::new(), practice_session(false));
    room.press("a<Enter>");
    assert_eq!(top(&room), "Approvals");
    room.shows(&["nothing waits"]);
    room.check("approvals-error");
    room.press("<Esc>p");
    let copy = HAPPENED.iter().position(|one| one.id == "copy-gone");
    for _ in 0..copy.unwrap() {
        room.press("<Down>");
    }
    room.press("<Enter>");
    assert_eq!(top(&room), "Custodians");
    room.shows(&["off here: no copy of this vault is on record"]);
    room.check("custodians-error");
    let mut room = Room::new(Home::new(), held(&[KEK, DELETED]));
    room.press("vD");
    assert_eq!(top(&room), "Keys");
    room.shows(&["off here"]);
    room.check("keys-error");
    let mut room = Room::new(Home::new(), practice_session(false));
    room.press("c<Enter><Enter><C-p>audit<Enter>");
    assert_eq!(top(&room), "Palette");
    room.shows(&["off here: a ceremony is under way"]);
    room.check("palette-error");
}

/// A setting is a file of the workstation, and a vault a folder: a full disk and a stick that was pulled are said there.
#[test]
fn what_cannot_be_kept_or_is_not_there_any_more_says_so() {
    let mut room = Room::new(Home::new(), practice_session(false));
    room.press(",");
    let why =
        "It holds until keymoot ends, and is not kept: settings.json: No space left on device";
    let look = room.state.world.look.clone();
    update(&mut room.state, Msg::NoLook(look, why.into()));
    assert_eq!(top(&room), "Settings");
    room.shows(&["STOP", "It holds until keymoot ends"]);
    room.check("settings-error");
    let mut state = snapshot::state(Welcome::default());
    state.world.vaults = vec!["acme.vault".into()];
    snapshot::drawn(&mut state, 80, 24, &snapshot::appearance());
    let pulled = Msg::Vaults {
        came: Vec::new(),
        gone: vec!["acme.vault".into()],
        stopped: Vec::new(),
    };
    update(&mut state, pulled);
    snapshot::press(&mut state, "2");
    let picture = snapshot::drawn(&mut state, 80, 24, &snapshot::appearance());
    let text = snapshot::text(&picture);
    assert!(
        text.contains("Its folder is gone: nothing was opened"),
        "{text}"
    );
    snapshot::check("welcome-error", &mut state);
}
