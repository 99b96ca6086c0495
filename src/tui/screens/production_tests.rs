//! A production vault at the screens: it says that it exists once, offers the copy, and the copy is real.

use std::path::Path;

use super::home::Home;
use crate::crypto::SecretBytes;
use crate::session::{Environment, NewPerson, NewVault, Profile, create};
use crate::tui::room::{Room, start};
use crate::vault::MemoryStore;

const PEOPLE: [(&str, &str); 3] = [
    ("Ada", "administrator"),
    ("Ana", "custodian"),
    ("Ben", "custodian"),
];
const WORDS: &str = "velvet anchor lunar crisp mango tidal ember";

/// A production vault whose people's envelopes lie in this folder.
fn production(folder: &Path) -> Room {
    let people = PEOPLE.map(|(name, role)| NewPerson {
        name: name.into(),
        role,
        passphrase: SecretBytes::from_slice(WORDS.as_bytes()),
    });
    let created = create(
        Box::new(MemoryStore::new()),
        NewVault {
            name: "acme".into(),
            profile: Profile::Production,
            k: 2,
            t: 2,
            people: people.into(),
            account: "111122223333".into(),
            region: "us-east-1".into(),
            software_generation: false,
            qr_of_exports: false,
            clock: Some(start()),
            hold: false,
        },
        Environment::real(None),
    )
    .unwrap();
    for (person, kind, envelope) in &created.envelopes {
        std::fs::write(folder.join(format!("{person}.{kind}")), envelope).unwrap();
    }
    Room::new(Home::new(), created.session)
}

fn sign(room: &mut Room, folder: &Path, person: &str) {
    let envelope = folder.join(format!("{person}.approval"));
    room.press(&format!("{}<Enter>{WORDS}<Enter>", envelope.display()));
}

#[test]
fn a_vault_that_exists_once_offers_its_copy_before_it_is_closed() {
    let media = tempfile::tempdir().unwrap();
    let mut room = production(media.path());
    room.shows(&["copy", "none yet: this vault exists once"]);
    room.press("<Esc>").check("close-only-copy");
    room.shows(&[
        "Close this vault?",
        "This vault exists once",
        "b makes that copy now",
    ]);
    room.press("b").check("backup-form");
    let full = media.path().display().to_string();
    room.press(&format!("stick 2<Enter>TE-448120<Enter>{full}<Enter>"));
    room.shows(&["is not empty. Nothing was"]);
    let copy = media.path().join("copy");
    room.press(&format!("<C-u>{}<Enter>", copy.display()));
    room.shows(&["stick 2", "TE-448120", "2 custodians sign"]);
    room.press("<Enter>");
    sign(&mut room, media.path(), "Ada");
    for person in ["Ana", "Ben"] {
        room.press("<Enter><Enter>");
        sign(&mut room, media.path(), person);
    }
    room.shows(&["Copy B1 is written and was read"]);
    let mut names: Vec<_> = std::fs::read_dir(&copy)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["audit.jsonl", "custody.toml", "vault.age"]);
    // Back where it was offered; now there is nothing left to say, and it closes.
    room.press("<Enter>");
    let text = room.text();
    assert!(!text.contains("exists once"), "{text}");
    room.press("y");
    assert!(room.state.world.view.is_none());
}
