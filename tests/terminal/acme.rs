//! The vault that the tests of a real terminal open.

use std::path::Path;

use keymoot::api::Profile;
use keymoot::crypto::SecretBytes;
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
    let new = NewVault {
        name: "acme".into(),
        profile: Profile::Test,
        k: 2,
        t: 2,
        people: people
            .map(|(name, role)| NewPerson {
                name: name.into(),
                role,
                passphrase: SecretBytes::from_slice(WORDS.as_bytes()),
            })
            .into(),
        account: "111122223333".into(),
        region: "us-east-1".into(),
        software_generation: true,
        qr_of_exports: false,
        clock: None,
        hold: true,
    };
    let store = FolderStore::create(&home.join("acme.vault")).unwrap();
    let created = create(Box::new(store), new, Environment::real(None));
    created.unwrap().session
}
