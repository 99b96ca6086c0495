//! How hard guessing at a passphrase is: the scrypt work factor of every envelope, as each profile has it.
//!
//! It is asked of the program here, and not within the crate: its own unit tests seal cheaply.

use keymoot::api::Profile;
use keymoot::session::{Environment, NewPerson, NewVault, create};
use keymoot::vault::MemoryStore;

use crate::program::Room;

/// The armored envelopes that stand in a vault's custody.toml.
fn kept(room: &Room, vault: &str) -> Vec<String> {
    let text = std::fs::read_to_string(room.path(vault).join("custody.toml")).unwrap();
    let parts = text.split("-----BEGIN AGE ENCRYPTED FILE-----").skip(1);
    parts
        .map(|part| {
            let body = part.split("-----END").next().unwrap();
            format!("-----BEGIN AGE ENCRYPTED FILE-----{body}-----END AGE ENCRYPTED FILE-----\n")
        })
        .collect()
}

fn all_have(room: &Room, envelopes: &[String], log_n: u8) {
    assert!(envelopes.len() >= 5, "{}", envelopes.len());
    for envelope in envelopes {
        room.write("one.age", envelope);
        let told = room.ok("inspect one.age");
        assert!(told.contains(&format!("scrypt, log N {log_n})")), "{told}");
    }
}

#[test]
fn envelopes_are_as_hard_to_guess_at_as_their_profile_says() {
    let room = Room::new();
    room.ok("init r.vault --rehearse");
    all_have(&room, &kept(&room, "r.vault"), 10);
    room.test_vault();
    all_have(&room, &kept(&room, "t.vault"), 14);
    // In production none is kept in the vault; they go to people's media.
    let people = [
        ("Ada", "administrator"),
        ("Ana", "custodian"),
        ("Ben", "custodian"),
        ("Wim", "witness"),
    ];
    let words = b"velvet anchor lunar crisp mango tidal ember";
    let people = people.map(|(name, role)| NewPerson::new(name, role, words));
    let new = NewVault::usual("acme", Profile::Production, people);
    let store = Box::new(MemoryStore::default());
    let created = create(store, new, Environment::real(None)).unwrap();
    let handed: Vec<String> = created.envelopes.iter().map(|(.., e)| e.clone()).collect();
    all_have(&room, &handed, 18);
}
