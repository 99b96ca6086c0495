//! What comes from outside is said, and takes neither the keyboard nor the question.

use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;
use crate::tui::app::update;
use crate::tui::lock::IDLE_MINUTES;
use crate::tui::room::{Room, practice_session};
use crate::tui::screen::Wants;
use crate::tui::screens::files::Files;
use crate::tui::screens::home::Home;
use crate::tui::screens::keys::Keys;
use crate::tui::snapshot;

fn around(network: &str, media: &[&str]) -> Around {
    Around {
        theme: None,
        network: network.into(),
        media: media.iter().map(PathBuf::from).collect(),
        vaults: Vec::new(),
        stopped: Vec::new(),
    }
}

fn picture(state: &mut State) -> String {
    snapshot::text(&snapshot::drawn(state, 80, 24, &snapshot::appearance()))
}

#[test]
fn only_what_changed_is_news() {
    let before = around("offline", &["/media/BLUE"]);
    assert!(before.news(&before.clone()).is_empty(), "nothing is drawn");
    let news = before.news(&around("ONLINE", &["/media/RED"]));
    let [Msg::Network(word), Msg::Media { came, gone }] = news.as_slice() else {
        panic!("network, then media");
    };
    assert_eq!(word, "ONLINE");
    assert_eq!(came, &[PathBuf::from("/media/RED")]);
    assert_eq!(gone, &[PathBuf::from("/media/BLUE")]);
}

#[test]
fn a_network_that_comes_up_is_said_while_somebody_types_on() {
    let mut room = Room::new(Home::new(), practice_session(true));
    room.press("t/en");
    update(&mut room.state, Msg::Network("ONLINE".into()));
    room.shows(&["A network came up", "│ ONLINE", "Filter / en"]);
    // The letters go where they went before, and the line is not typed away unread.
    room.press("r");
    room.shows(&["Filter / enr", "A network came up"]);
    room.state.world.wall = room.state.world.wall.plus_millis(2000);
    room.press("o");
    let text = room.text();
    assert!(
        text.contains("Filter / enro") && !text.contains("A network came up"),
        "{text}"
    );
    // The same word again says nothing.
    update(&mut room.state, Msg::Network("ONLINE".into()));
    assert!(room.state.notice().is_none());
}

#[test]
fn in_production_a_network_is_a_reason_to_stop() {
    let mut state = snapshot::state(Home::new());
    let mut view = snapshot::rehearsal();
    view.profile = Profile::Production;
    state.world.view = Some(Arc::new(view));
    update(&mut state, Msg::Network("ONLINE".into()));
    snapshot::check("home-online", &mut state);
    assert!(picture(&mut state).contains("STOP  A network came up"));
}

#[test]
fn a_stick_that_is_plugged_in_is_in_the_list_without_leaving_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.txt"), "a").unwrap();
    std::fs::write(folder.path().join("b.txt"), "b").unwrap();
    let mut room = Room::new(Home::new(), practice_session(true));
    let path = folder.path().display().to_string();
    let (files, order) = Files::new(Wants::File, &path, &room.state.world);
    room.state = State::new(room.state.world.clone(), Box::new(files));
    room.order(order);
    room.press("<Down>");
    room.shows(&["► b.txt"]);
    std::fs::write(folder.path().join("aa.txt"), "new").unwrap();
    room.message(Msg::Media {
        came: vec!["/media/ana/BLUE".into()],
        gone: Vec::new(),
    });
    room.shows(&["/media/ana/BLUE was plugged in.", "aa.txt", "► b.txt"]);
    drop(folder);
    room.message(Msg::Media {
        came: Vec::new(),
        gone: vec!["/media/ana/BLUE".into()],
    });
    room.shows(&["was taken out", "cannot be read"]);
}

#[test]
fn before_the_lock_it_is_asked_whether_somebody_is_there() {
    let mut room = Room::new(Keys::new(), practice_session(true));
    let until = IDLE_MINUTES * 60 * 1000 - PING_SECONDS * 1000;
    let now = room.state.world.wall.millis();
    assert_eq!(
        room.state.next_change(),
        Some(now + until),
        "the loop wakes for it"
    );
    room.advance(until);
    room.shows(&["Is somebody there?", "No key is in this vault yet."]);
    // The key that answers makes no new key.
    room.press("n");
    let text = room.text();
    assert!(
        text.contains("─ Keys ─") && !text.contains("Is somebody there?"),
        "{text}"
    );
    room.advance(until);
    room.shows(&["Is somebody there?"]);
    room.advance(PING_SECONDS * 1000);
    room.shows(&["This screen is blank on purpose"]);
    let text = room.text();
    assert!(!text.contains("Is somebody there?"), "{text}");
}

#[test]
fn backspace_of_an_older_terminal_takes_a_letter_away() {
    let mut room = Room::new(Home::new(), practice_session(true));
    room.press("t/enx");
    let state = &mut room.state;
    state.mark_drawn();
    let key = KeyEvent::new(KeyCode::Char('h'), KeyModifiers::CONTROL);
    update(state, Msg::Key(Box::new(key)));
    let text = picture(state);
    assert!(
        text.contains("Filter / en") && !text.contains("Filter / enx"),
        "{text}"
    );
}
