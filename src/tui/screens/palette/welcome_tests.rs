//! What is found where no vault is open, and where it leads.

use super::tests::found_first;
use super::*;
use crate::tui::room::{Room, practice_session};

/// What Welcome offers, by the words that people have for it, and where Enter leads.
const WAYS: &[(&str, &str, &str)] = &[
    ("create vault", "Create a vault", "Create a vault"),
    ("new vault", "Create a vault", "Create a vault"),
    ("create", "Create a vault", "Create a vault"),
    ("backup", "Return to a copy", "Return to a copy"),
    ("copy", "Return to a copy", "Return to a copy"),
    ("restore", "Return to a copy", "Return to a copy"),
    ("broken stick", "Return to a copy", "Return to a copy"),
    ("broken", "Return to a copy", "Return to a copy"),
    ("lost vault", "Return to a copy", "Return to a copy"),
    ("practice", "Rehearse a ceremony", "Ceremonies"),
    ("rehearse", "Rehearse a ceremony", "Ceremonies"),
    ("unlock", "Open acme.vault", "Unlock"),
    ("open", "Open acme.vault", "Unlock"),
    ("acme", "Open acme.vault", "Unlock"),
    (
        "another folder",
        "Open a vault in another folder",
        "Choose a file",
    ),
    ("fit", "shows what this machine is fit for", "Doctor"),
    ("doctor", "shows what this machine is fit for", "Doctor"),
];

#[test]
fn what_welcome_offers_is_found_and_done_from_its_palette() {
    let wrong: Vec<String> = WAYS
        .iter()
        .filter_map(|(typed, line, screen)| {
            let mut room = at_welcome();
            let first = found_first(&room, typed);
            room.press(&format!("<C-p>{typed}<Enter>"));
            let there = room.state.top().unwrap().name();
            let right = first.starts_with(line) && there == *screen;
            (!right).then(|| format!("{typed}: {first}, leads to {there}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // All of its lines are there; what needs a vault comes after them, and says so.
    let room = at_welcome();
    let palette = Palette::of(&room.state);
    for line in crate::tui::screens::welcome::listed(&room.state.world) {
        let doctor = line.way == Way::Doctor;
        let known = palette
            .entries
            .iter()
            .any(|e| e.name == line.title && e.off.is_none());
        assert!(known || doctor, "{}", line.title);
    }
    let mut palette = palette;
    palette.filter.set("copy");
    let found: Vec<bool> = palette.found().iter().map(|e| e.off.is_some()).collect();
    assert!(found.is_sorted() && found.contains(&true), "{found:?}");
}

fn at_welcome() -> Room {
    let welcome = crate::tui::screens::welcome::Welcome::default();
    let mut room = Room::new(welcome, practice_session(false));
    room.order(crate::tui::message::Order::Close);
    room.state.world.vaults = vec!["acme.vault".into()];
    room
}

/// It is written for those who cannot open the vault.
#[test]
fn what_can_be_saved_is_found_where_no_vault_is_open() {
    let mut room = at_welcome();
    let told = "says what can and cannot be saved";
    room.press("<C-p>fewer can").shows(&[told]);
    room.press("<Enter>").shows(&["whoever wrote keymoot"]);
    room.press("<Esc>");
    assert_eq!(room.state.top().unwrap().name(), "Welcome");
}

/// Half of a vault that is being made does not lie beneath the opening of another.
#[test]
fn from_an_inner_page_the_ways_of_welcome_say_where_they_begin() {
    let mut room = at_welcome();
    room.press("<C-p>create<Enter><C-p>unlock")
        .shows(&["off here: it begins at Welcome: Esc leads back there"]);
    room.press("<Esc><C-p>doctor<Enter>");
    assert_eq!(room.state.top().unwrap().name(), "Doctor");
}
