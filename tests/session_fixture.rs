//! The vault of the first version, whole: whatever comes later opens it, with its keys, its export and its run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test fails by panicking

use keymoot::crypto::SecretBytes;
use keymoot::session::{Environment, Opening, RunOutcome};
use keymoot::vault::FolderStore;

#[test]
fn the_first_vault_opens_with_all_that_is_in_it() {
    let base = tempfile::tempdir().unwrap();
    let folder = base.path().join("rehearsal.vault");
    std::fs::create_dir(&folder).unwrap();
    // Copied: opening writes its own line into the log.
    for name in ["custody.toml", "vault.age", "audit.jsonl"] {
        let from = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/session-v1");
        std::fs::copy(format!("{from}/{name}"), folder.join(name)).unwrap();
    }
    let store = FolderStore::open(&folder).unwrap();
    let mut opening = Opening::begin(Box::new(store), "rehearsal").unwrap();
    for (name, phrase) in [("Ana", "apple arrow"), ("Cho", "cabin camel")] {
        let phrase = SecretBytes::from_slice(phrase.as_bytes());
        opening.enter(name, &phrase, None).unwrap();
    }
    let session = opening.finish(Environment::real(None), None).unwrap();
    let view = session.view();
    assert_eq!((view.k, view.t, view.n, view.people.len()), (2, 2, 3, 5));
    let kek = view
        .keys
        .iter()
        .find(|key| key.label == "kek-to-aws")
        .unwrap();
    assert_eq!(kek.key.key_check_value, "7300DC");
    assert_eq!(view.keys.len(), 2);
    assert_eq!(view.exports.len(), 1);
    assert_eq!(view.exports[0].state, "sent");
    assert_eq!(view.runs.len(), 1);
    assert_eq!(view.runs[0].outcome, Some(RunOutcome::Completed));
    assert!(view.notes.is_empty(), "{:?}", view.notes);
}

#[test]
fn a_vault_whose_people_were_rotated_and_reshared_opens_with_all_that_is_in_it() {
    let base = tempfile::tempdir().unwrap();
    let folder = base.path().join("rehearsal.vault");
    std::fs::create_dir(&folder).unwrap();
    let from = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/vectors/session-v1-rotated"
    );
    for name in ["custody.toml", "vault.age", "audit.jsonl"] {
        std::fs::copy(format!("{from}/{name}"), folder.join(name)).unwrap();
    }
    let store = FolderStore::open(&folder).unwrap();
    let mut opening = Opening::begin(Box::new(store), "rehearsal").unwrap();
    let people = std::fs::read(format!("{from}/people.json")).unwrap();
    opening.enter_unlock_file(&people).unwrap();
    let session = opening.finish(Environment::real(None), None).unwrap();
    let view = session.view();
    let names: Vec<&str> = view.people.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "custodian-1",
            "custodian-2",
            "Dee",
            "administrator",
            "witness"
        ]
    );
    let inventory = session.inventory();
    assert_eq!(inventory.keys[0].label, "kek-kept");
    assert_eq!(inventory.keys[0].check_value, "24BDE8");
    assert!(view.copies[0].old_set && !view.open_reshare);
    assert!(view.people[2].drill.unwrap().last.is_some());
    assert!(view.notes.is_empty(), "{:?}", view.notes);
}
