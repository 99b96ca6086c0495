//! The vault that the tests of a real terminal open.

use std::path::Path;

use keymoot::api::Profile;
use keymoot::session::{Environment, NewPerson, NewVault, Session, create};
use keymoot::vault::FolderStore;

/// What every custodian of it types.
pub(crate) const WORDS: &str = "velvet anchor lunar crisp mango tidal ember";

/// A test vault whose custodians all have the same words.
pub(crate) fn vault(home: &Path) {
    open(home).close().unwrap();
}

/// The same, still open with everybody's signing key held.
pub(crate) fn open(home: &Path) -> Session {
    let people = [
        ("Ada", "administrator"),
        ("Ana", "custodian"),
        ("Ben", "custodian"),
        ("Wim", "witness"),
    ];
    let people = people.map(|(name, role)| NewPerson::new(name, role, WORDS.as_bytes()));
    let new = NewVault::usual("acme", Profile::Test, people);
    let store = FolderStore::create(&home.join("acme.vault")).unwrap();
    let created = create(Box::new(store), new, Environment::real(None));
    created.unwrap().session
}
