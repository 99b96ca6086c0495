//! The lock, key by key: what it hides, what it wipes, who takes it away.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::app::{State, update};
use super::desk::Desk;
use super::lock::IDLE_MINUTES;
use super::message::{Effect, Msg, News, Order};
use super::room::{Room, practice_session};
use super::screens::keys::Keys;
use super::screens::settings::Settings;
use super::screens::welcome::Welcome;
use super::snapshot::{self, press};
use crate::tui::look::Look;

fn idle(state: &mut State) -> Vec<Effect> {
    state.world.wall = state.world.wall.plus_millis(IDLE_MINUTES * 60 * 1000);
    update(state, Msg::Tick(state.world.wall))
}

fn picture(state: &mut State) -> String {
    snapshot::text(&snapshot::drawn(state, 80, 24, &snapshot::appearance()))
}

#[test]
fn an_untouched_screen_hides_and_one_custodian_brings_it_back() {
    let mut room = Room::new(Keys::new(), practice_session(true));
    room.shows(&["No key is in this vault yet."]);
    assert!(room.state.world.view.as_ref().unwrap().automatic);
    assert!(room.state.next_change().is_some(), "the loop wakes for it");
    room.advance(IDLE_MINUTES * 60 * 1000);
    room.check("locked");
    assert!(!room.text().contains("No key is in this vault"));
    assert!(
        !room.state.world.view.as_ref().unwrap().automatic,
        "keys held for the session are wiped"
    );
    // Nothing beneath answers: n is a new key there, and any key goes on here.
    room.press("n").shows(&["Which custodian is here?"]);
    room.press("<Esc>").shows(&["nobody typed"]);
    room.press("<Enter>").check("locked-who");
    room.press("<Enter>").check("locked-passphrase");
    room.press("apple arrowx<Enter>").shows(&["Locked"]);
    room.check("locked-wrong");
    room.press("apple arrow<Enter>");
    room.shows(&["No key is in this vault yet."]);
}

#[test]
fn only_a_custodian_who_is_present_is_recognised() {
    let session = practice_session(false);
    let absent: Vec<String> = session
        .view()
        .people
        .iter()
        .filter(|p| !(p.present && p.role == "custodian"))
        .map(|p| p.name.clone())
        .collect();
    assert!(absent.contains(&"Ada".to_owned()), "{absent:?}");
    let mut desk = Desk::over(session);
    for person in absent {
        let words = crate::session::practice::PEOPLE
            .iter()
            .find(|(name, _, _)| *name == person)
            .map(|(_, _, phrase)| *phrase)
            .unwrap();
        let passphrase = crate::crypto::SecretBytes::from_slice(words.as_bytes());
        let signing = super::acts::Signing::Passphrase(passphrase);
        let news = desk.work(Order::Recognise { person, signing });
        assert!(matches!(news, News::Unrecognised(_)));
    }
}

#[test]
fn a_key_that_wakes_a_sleeping_machine_is_not_for_the_screen_beneath() {
    let mut state = snapshot::state(Welcome::default());
    state.world.wall = state.world.wall.plus_millis(9 * 3600 * 1000);
    press(&mut state, "1");
    let text = picture(&mut state);
    assert!(text.contains("This screen is blank on purpose"), "{text}");
    snapshot::check("locked-no-vault", &mut state);
    press(&mut state, "<Enter>");
    assert!(picture(&mut state).contains("1 Rehearse a ceremony"));
}

#[test]
fn putting_it_aside_locks_first_and_is_refused_while_a_secret_is_typed() {
    let mut room = Room::new(Keys::new(), practice_session(false));
    let effects = press(&mut room.state, "<C-z>");
    assert!(matches!(effects.as_slice(), [Effect::Desk(Order::Lock)]));
    let view = room.state.world.view.clone();
    let effects = update(&mut room.state, Msg::Desk(Box::new(News::Locked), view));
    assert!(matches!(effects.as_slice(), [Effect::Suspend]), "only then");
    assert!(room.text().contains("put aside with Ctrl-Z"));
    // Half a passphrase at the lock itself: refused at the keys, refused from outside.
    room.press("<Enter><Enter>apple");
    assert!(room.text().contains("5 typed"));
    let effects = update(&mut room.state, Msg::Suspend);
    assert!(matches!(effects.as_slice(), [Effect::Suspend]));
    assert!(!room.text().contains("5 typed"));
}

/// In a kiosk, or under `ssh -t HOST keymoot`, a stopped process stays stopped for ever and holds the vault.
#[test]
fn where_no_shell_is_above_it_only_locks() {
    let mut room = Room::new(Keys::new(), practice_session(false));
    room.state.world.shell = false;
    for ask in 0..2 {
        let effects = if ask == 0 {
            press(&mut room.state, "<C-z>")
        } else {
            update(&mut room.state, Msg::Suspend)
        };
        assert!(!effects.iter().any(|e| matches!(e, Effect::Suspend)));
        let view = room.state.world.view.clone();
        let effects = update(&mut room.state, Msg::Desk(Box::new(News::Locked), view));
        assert!(effects.is_empty(), "nothing stops after the wipe either");
        room.shows(&["it was locked with Ctrl-Z"]);
        press(&mut room.state, "<C-z>");
        room.shows(&["it was locked with Ctrl-Z"]);
        room.press("<Enter><Enter>apple arrow<Enter>");
        room.shows(&["No key is in this vault yet."]);
    }
    room.press("<F1>");
    assert!(!room.text().contains("Ctrl-Z"), "{}", room.text());
}

#[test]
fn one_key_only_locks() {
    let mut room = Room::new(Keys::new(), practice_session(false));
    let effects = press(&mut room.state, "<C-l>");
    assert!(matches!(effects.as_slice(), [Effect::Desk(Order::Lock)]));
    let view = room.state.world.view.clone();
    let effects = update(&mut room.state, Msg::Desk(Box::new(News::Locked), view));
    assert!(effects.is_empty(), "nothing stops");
    room.shows(&["somebody locked it"]);
    room.press("<Enter><Enter>apple arrow<Enter>");
    room.press(":lock<Enter>").shows(&["somebody locked it"]);
}

#[test]
fn leaving_is_possible_from_the_lock_and_asks_twice() {
    let mut room = Room::new(Keys::new(), practice_session(false));
    room.advance(IDLE_MINUTES * 60 * 1000);
    room.press("<C-c>").check("locked-leave");
    room.press("<Enter>").shows(&["blank on purpose"]);
    assert!(!room.over);
    room.press("<C-c><C-c>");
    assert!(room.over);
}

#[test]
fn going_on_after_a_stop_takes_the_terminal_again_and_locks() {
    let mut state = snapshot::state(Welcome::default());
    let effects = update(&mut state, Msg::GoesOn);
    assert!(matches!(effects.as_slice(), [Effect::Reclaim]));
    assert!(picture(&mut state).contains("stopped from outside"));
    assert!(idle(&mut state).is_empty(), "locked once is enough");
}

#[test]
fn the_mouse_moves_the_cursor_and_settings_change_the_look_at_once() {
    let mut state = snapshot::state(Welcome::default());
    state.mark_drawn();
    update(&mut state, Msg::Moved(1));
    assert!(picture(&mut state).contains("► 2 Open a vault"));
    let key = KeyEvent::new(KeyCode::F(9), KeyModifiers::NONE);
    let effects = update(&mut state, Msg::Key(Box::new(key)));
    assert!(matches!(effects.as_slice(), [Effect::Look(look)] if look.mouse));
    let effects = press(&mut state, ",<Down><Enter>");
    assert!(matches!(effects.as_slice(), [Effect::Look(look)] if look.theme == "light"));
    let mut state = snapshot::state(Settings::new(&Look::default()));
    snapshot::check("settings", &mut state);
    snapshot::survives_every_size(&mut state);
}

/// A click finds the row it landed on.
#[test]
fn a_click_lands_on_a_row() {
    let mut state = snapshot::state(Welcome::default());
    let area = ratatui::layout::Rect::new(0, 0, 80, 24);
    let mut buffer = ratatui::buffer::Buffer::empty(area);
    let hits = super::frame::draw(&state, &mut buffer, &snapshot::appearance()).hits;
    let text = snapshot::text(&buffer);
    let row = text.lines().position(|l| l.contains("5 Is this")).unwrap();
    let at = ratatui::layout::Position::new(10, u16::try_from(row).unwrap());
    let hit = hits.iter().find(|(r, _)| r.contains(at)).unwrap();
    assert_eq!(hit.1, 4);
    state.mark_drawn();
    update(&mut state, Msg::Moved(hit.1));
    assert!(picture(&mut state).contains("► 5 Is this"));
}

/// Whoever adds a secret field says how it is wiped.
#[test]
fn every_screen_with_a_secret_field_wipes_it() {
    let mut found = 0;
    let mut folders =
        vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui/screens")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            if text.contains("    fn secret(&self) -> bool") {
                found += 1;
                assert!(text.contains("    fn wipe(&mut self"), "{}", path.display());
            }
        }
    }
    assert!(found >= 5);
}
