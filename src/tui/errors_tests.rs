//! What goes wrong at screens where nothing is typed: what was drawn is no longer so, or what was chosen cannot be.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::message::{Msg, News, OwnScript};
use super::room::{Room, practice_session};
use super::screen::Screen;
use super::screens::home::Home;
use super::screens::key::KeyPage;
use super::screens::tests::{KEK, held};
use super::storm_tests::top;
use crate::ceremony::Script;
use crate::session::Session;

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
