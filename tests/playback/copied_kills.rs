//! Copies and returns that are killed at every write: the vault opens, what is on record is true, and a folder holds a
//! whole copy or a whole vault, or nothing that is taken for one.

use std::path::Path;
use std::sync::atomic::Ordering;

use keymoot::session::{Opening, Refusal, Session, load_copy, write_out};
use keymoot::vault::{Fault, FaultStore, FolderStore, MemoryStore, Store};

use super::stage::{contents, environment, script, vault};

pub(super) const FAULTS: [Fault; 5] = [
    Fault::Full,
    Fault::Unsure,
    Fault::KilledBefore,
    Fault::KilledDuring,
    Fault::KilledAfter,
];

const FILES: [&str; 3] = ["custody.toml", "audit.jsonl", "vault.age"];

pub(super) fn opened(store: impl Store + 'static) -> Result<Session, Refusal> {
    let mut opening = Opening::begin(Box::new(store), "rehearsal")?;
    opening.enter_unlock_file(&super::unlock::file())?;
    opening.finish(environment("kills"), None)
}

/// What a copy in a folder calls itself.
fn number(copy: &Path) -> Result<String, Refusal> {
    let memory = load_copy(&FolderStore::open(copy).unwrap())?;
    let mut opening = Opening::begin(Box::new(memory), "copy")?;
    opening.enter_unlock_file(&super::unlock::file())?;
    opening.finish_copy(environment("kills"))?.which_copy()
}

fn state_of_first(session: &Session) -> Option<String> {
    session.view().copies.first().map(|copy| copy.state.clone())
}

/// A vault and its writes from here on.
fn first_writes(store: &MemoryStore, act: impl Fn(&mut Session)) -> std::ops::RangeInclusive<u64> {
    let counting = FaultStore::counting(store.snapshot());
    let writes = counting.writes();
    let mut session = opened(counting).unwrap();
    let first = writes.load(Ordering::Relaxed) + 1;
    act(&mut session);
    first..=writes.load(Ordering::Relaxed)
}

#[test]
fn a_copy_killed_at_any_write_is_whole_or_is_not_on_record_as_whole() {
    let (store, session) = vault(&script("first-key.toml"));
    session.close().unwrap();
    let room = tempfile::tempdir().unwrap();
    let count = room.path().join("count");
    let writes = first_writes(&store, |session| {
        session.backup_automatic("RED", None, &count).unwrap();
    });
    assert!(writes.clone().count() > 6);
    let mut seen = std::collections::BTreeSet::new();
    for at in writes {
        // Killed before a write it is as after the one before.
        for fault in [Fault::KilledDuring, Fault::KilledAfter] {
            let files = store.snapshot();
            let to = room.path().join(format!("{at}{fault:?}"));
            let mut session = opened(FaultStore::new(files.clone(), at, fault)).unwrap();
            let _ = session.backup_automatic("RED", None, &to);
            drop(session);
            let mut session = opened(files.snapshot()).unwrap();
            let state = state_of_first(&session);
            let whole = to.is_dir() && contents(&to).len() == 3;
            if whole {
                assert_eq!(number(&to).unwrap(), "B1", "write {at}, {fault:?}");
            }
            match state.as_deref() {
                None => assert!(!whole, "write {at}, {fault:?}"),
                Some("begun") => {}
                Some("verified") => assert!(whole, "write {at}, {fault:?}"),
                other => panic!("write {at}, {fault:?}: {other:?}"),
            }
            if seen.insert((state.clone(), whole)) {
                // The next one has a number of its own.
                let again = room.path().join(format!("{at} again"));
                let next = session.backup_automatic("RED", None, &again).unwrap().id;
                assert_eq!(next, if state.is_some() { "B2" } else { "B1" });
                assert_eq!(number(&again).unwrap(), next, "write {at}, {fault:?}");
            }
        }
    }
    let interrupted = (Some("begun".to_owned()), true);
    assert!(seen.contains(&interrupted), "{seen:?}");
}

/// Killed while the medium is written: what lies there is no copy, and says which file is missing.
#[test]
fn half_a_copy_is_not_taken_for_one() {
    let (_, mut session) = vault(&script("first-key.toml"));
    let room = tempfile::tempdir().unwrap();
    let whole = room.path().join("whole");
    session.backup_automatic("RED", None, &whole).unwrap();
    for written in 0..3 {
        let half = room.path().join(written.to_string());
        std::fs::create_dir(&half).unwrap();
        // In the order in which they are written.
        for name in ["custody.toml", "vault.age"].iter().take(written) {
            std::fs::copy(whole.join(name), half.join(name)).unwrap();
        }
        let refused = number(&half).unwrap_err().to_string();
        assert!(refused.contains("is missing"), "{refused}");
    }
    let cut = room.path().join("cut");
    std::fs::create_dir(&cut).unwrap();
    for (name, bytes) in contents(&whole) {
        let length = if name == "audit.jsonl" {
            bytes.len() / 2
        } else {
            bytes.len()
        };
        std::fs::write(cut.join(&name), &bytes[..length]).unwrap();
    }
    number(&cut).unwrap_err();
}

#[test]
fn a_return_killed_at_any_write_leaves_a_whole_vault_or_none() {
    let (_, mut session) = vault(&script("first-key.toml"));
    let room = tempfile::tempdir().unwrap();
    let to = room.path().join("copy");
    session.backup_automatic("RED", None, &to).unwrap();
    let before = contents(&to);
    let mut opening = {
        let memory = load_copy(&FolderStore::open(&to).unwrap()).unwrap();
        Opening::begin(Box::new(memory), "copy").unwrap()
    };
    opening.enter_unlock_file(&super::unlock::file()).unwrap();
    let mut copy = opening.finish_copy(environment("kills")).unwrap();
    copy.restore_automatic("the stick broke", None).unwrap();
    let mut counting = FaultStore::counting(MemoryStore::new());
    write_out(copy.store(), &mut counting).unwrap();
    let writes = counting.writes().load(Ordering::Relaxed);
    assert!(writes >= 4);
    for at in 1..=writes {
        for fault in FAULTS {
            let place = MemoryStore::new();
            let mut failing = FaultStore::new(place.clone(), at, fault);
            let written = write_out(copy.store(), &mut failing);
            drop(failing);
            let is_vault = place.read("vault.age").unwrap().is_some();
            assert!(written.is_err() || is_vault, "write {at}, {fault:?}");
            if is_vault {
                for name in FILES {
                    let same = place.read(name).unwrap() == copy.store().read(name).unwrap();
                    assert!(same, "write {at}, {fault:?}: {name}");
                }
                let session = opened(place).unwrap();
                assert_eq!(state_of_first(&session).unwrap(), "verified");
            } else {
                assert!(opened(place).is_err(), "write {at}, {fault:?}");
            }
        }
    }
    // The copy was read and never written: it can be returned to once more.
    assert_eq!(contents(&to), before);
    let mut empty = MemoryStore::new();
    write_out(copy.store(), &mut empty).unwrap();
}
