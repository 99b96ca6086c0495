//! The vault's life: round trips, swaps found, and a fault at every write.

use std::sync::atomic::Ordering;

use super::*;
use crate::vault::seal_to;
use crate::vault::testing::{U, V, change, created, custody_file, identity, reopened};
use crate::vault::{
    Effect, Fault, FaultStore, FolderStore, KEPT_GENERATIONS, MemoryStore, PayloadError, Profile,
    SealError,
};

fn destroying(seq: u64, state: &[u8]) -> Change<'_> {
    Change {
        destroys: true,
        ..change(seq, state)
    }
}

fn generations_of(store: &dyn Store) -> Vec<u64> {
    generations::numbers(store).unwrap()
}

#[test]
fn create_commit_open() {
    let memory = MemoryStore::new();
    let mut vault = created(memory.clone());
    vault.commit(&change(1, b"state 1")).unwrap();
    vault.commit(&change(2, b"state 2")).unwrap();
    drop(vault);
    let (vault, state) = reopened(memory.clone()).unwrap();
    assert_eq!(state.bytes(), b"state 2");
    assert_eq!((vault.header().seq, vault.header().commit), (2, 3));
    assert_eq!(generations_of(&memory), [1, 2]);
    let earlier = memory.read(&generation_name(2)).unwrap().unwrap();
    assert_eq!(
        vault.header().previous_file,
        <[u8; 32]>::from(Sha256::digest(&earlier))
    );
    assert!(matches!(
        Vault::create(
            Box::new(memory.snapshot()),
            &identity(V),
            custody_file(Profile::Test),
            &change(0, b"")
        ),
        Err(VaultError::AlreadyThere { .. })
    ));
}

#[test]
fn at_most_sixteen_generations_are_kept() {
    let memory = MemoryStore::new();
    let mut vault = created(memory.clone());
    for seq in 1..30 {
        vault.commit(&change(seq, b"s")).unwrap();
    }
    let kept = generations_of(&memory);
    assert_eq!(kept.len(), KEPT_GENERATIONS);
    assert_eq!(kept.last(), Some(&29));
}

#[test]
fn destruction_leaves_no_earlier_copy() {
    let base = tempfile::tempdir().unwrap();
    let store = || FolderStore::open(base.path()).unwrap();
    let mut vault = created(store());
    for seq in 1..5 {
        vault.commit(&change(seq, b"with the key")).unwrap();
    }
    std::fs::write(base.path().join(".keymoot-tmp-1-1"), b"left behind").unwrap();
    std::fs::write(
        base.path().join("generations/.keymoot-tmp-1-1"),
        b"left behind",
    )
    .unwrap();
    vault.commit(&destroying(5, b"without")).unwrap();
    assert_eq!(vault.header().purge_before, vault.header().commit);
    vault.commit(&change(6, b"later")).unwrap();
    drop(vault);
    let left = store().list().unwrap();
    assert_eq!(
        left,
        [
            "custody.toml",
            "generations/00000006.vault.age",
            "lock",
            "vault.age"
        ]
    );
    let bytes = std::fs::read(base.path().join("generations/00000006.vault.age")).unwrap();
    let plain = open_with(&identity(V), &bytes).unwrap();
    assert!(!plain.windows(12).any(|w| w == b"with the key"));
}

#[test]
fn a_second_opener_is_told_who_holds_it() {
    let base = tempfile::tempdir().unwrap();
    let store = || FolderStore::open(base.path()).unwrap();
    let vault = created(store());
    match reopened(store()).err() {
        Some(VaultError::Store(StoreError::Locked { pid, .. })) => {
            assert_eq!(pid, Some(std::process::id()));
        }
        other => panic!("{other:?}"),
    }
    drop(vault);
    assert!(reopened(store()).is_ok());
}

#[test]
fn swapped_files_are_named() {
    let memory = MemoryStore::new();
    drop(created(memory.clone()));
    let refused = |change: &dyn Fn(&mut MemoryStore)| {
        let mut copy = memory.snapshot();
        change(&mut copy);
        reopened(copy).err().unwrap()
    };
    let foreign = seal_to(identity(V).recipient(), &[0; 500]).unwrap();
    assert!(matches!(
        refused(&|s| s.replace(VAULT, &foreign).unwrap()),
        VaultError::Payload(PayloadError::NotAuthentic)
    ));
    let elsewhere = seal_to(identity(U).recipient(), &[0; 500]).unwrap();
    assert!(matches!(
        refused(&|s| s.replace(VAULT, &elsewhere).unwrap()),
        VaultError::Seal(SealError::NotForThisIdentity)
    ));
    let file = memory.read(VAULT).unwrap().unwrap();
    assert!(matches!(
        refused(&|s| s.replace(VAULT, &file[..file.len() - 1]).unwrap()),
        VaultError::Seal(SealError::Damaged | SealError::Cut)
    ));
    let mut other = custody_file(Profile::Rehearsal);
    other.people[3].name = "mallory".to_owned();
    assert!(matches!(
        refused(&|s| s
            .replace(CUSTODY, other.to_toml().unwrap().as_bytes())
            .unwrap()),
        VaultError::CustodyChanged
    ));
    other.recipients.open = identity([5; 32]).recipient().to_owned();
    assert!(matches!(
        refused(&|s| s
            .replace(CUSTODY, other.to_toml().unwrap().as_bytes())
            .unwrap()),
        VaultError::IdentityMismatch
    ));
    assert!(matches!(
        refused(&|s| s.remove(VAULT).unwrap()),
        VaultError::Unfinished { .. }
    ));
    assert!(matches!(
        refused(&|s| s.remove(CUSTODY).unwrap()),
        VaultError::NotAVault { .. }
    ));
}

#[test]
fn a_vault_file_of_another_vault_under_the_same_identity_is_named() {
    let memory = MemoryStore::new();
    drop(created(memory.clone()));
    let mut plain = open_with(&identity(V), &memory.read(VAULT).unwrap().unwrap()).unwrap();
    let key = identity(V).derive(MAC_LABEL);
    let (mut header, state) = payload::decode(&plain, &key).unwrap();
    header.vault_id = [0xee; 16];
    plain = payload::encode(&header, state, &key).unwrap();
    let mut copy = memory.snapshot();
    copy.replace(VAULT, &seal_to(identity(V).recipient(), &plain).unwrap())
        .unwrap();
    assert!(matches!(
        reopened(copy).err(),
        Some(VaultError::WrongVault { found }) if found == "ee".repeat(16)
    ));
}

#[test]
fn an_older_vault_file_among_newer_generations_is_an_exception() {
    let memory = MemoryStore::new();
    let mut vault = created(memory.clone());
    let first = memory.read(VAULT).unwrap().unwrap();
    for seq in 1..4 {
        vault.commit(&change(seq, b"s")).unwrap();
    }
    drop(vault);
    let mut copy = memory.snapshot();
    copy.replace(VAULT, &first).unwrap();
    assert!(matches!(
        reopened(copy.clone()).err(),
        Some(VaultError::NotTheLatest {
            commit: 1,
            generation: 3
        })
    ));
    let (mut vault, _) = Vault::open_older(Box::new(copy.clone()), &identity(V)).unwrap();
    let fresh = Change {
        epoch: [8; 16],
        ..change(0, b"new epoch")
    };
    vault.commit(&fresh).unwrap();
    assert_eq!(vault.header().commit, 4);
    drop(vault);
    assert_eq!(reopened(copy).unwrap().1.bytes(), b"new epoch");
}

#[test]
fn the_sequence_never_falls_within_an_epoch() {
    let mut vault = created(MemoryStore::new());
    vault.commit(&change(3, b"s")).unwrap();
    let error = vault.commit(&change(2, b"s")).err().unwrap();
    assert!(matches!(error, VaultError::OutOfOrder) && error.effect() == Effect::None);
    vault.commit(&change(3, b"audit only")).unwrap();
}

/// Runs a scenario with each fault at each write and gives what was left to `check`.
fn at_every_write(
    scenario: impl Fn(&mut Vault) -> Result<(), VaultError>,
    check: impl Fn(Fault, Result<(), VaultError>, MemoryStore),
) {
    let start = MemoryStore::new();
    let mut vault = created(start.clone());
    for seq in 1..20 {
        vault.commit(&change(seq, b"before")).unwrap();
    }
    drop(vault);
    let counting = FaultStore::counting(start.snapshot());
    let writes = counting.writes();
    let (mut vault, _) = reopened(counting).unwrap();
    let opening = writes.load(Ordering::Relaxed);
    scenario(&mut vault).unwrap();
    let total = writes.load(Ordering::Relaxed);
    for at in opening + 1..=total {
        for fault in [
            Fault::Full,
            Fault::Unsure,
            Fault::KilledBefore,
            Fault::KilledDuring,
            Fault::KilledAfter,
        ] {
            let memory = start.snapshot();
            let store = FaultStore::new(memory.clone(), at, fault);
            let (mut vault, _) = reopened(store).unwrap();
            let result = scenario(&mut vault);
            drop(vault);
            check(fault, result, memory);
        }
    }
}

#[test]
fn a_fault_at_any_write_leaves_the_old_or_the_new_state() {
    at_every_write(
        |vault| vault.commit(&change(20, b"after")),
        |_, result, memory| {
            let (_, state) = reopened(memory).unwrap();
            let expected: &[&[u8]] = match result.as_ref().err().map(VaultError::effect) {
                None | Some(Effect::InForce) => &[b"after"],
                Some(Effect::None) => &[b"before"],
                Some(Effect::Unknown) => &[b"before", b"after"],
            };
            assert!(expected.contains(&state.bytes()), "{result:?}");
        },
    );
}

#[test]
fn a_fault_at_any_write_of_a_destruction_never_shows_success_with_copies_left() {
    at_every_write(
        |vault| vault.commit(&destroying(20, b"after")),
        |_, result, memory| {
            if result.is_ok() {
                assert_eq!(generations_of(&memory), [0_u64; 0]);
            }
            let (vault, state) = reopened(memory.clone()).unwrap();
            if state.bytes() == b"after" {
                assert_eq!(generations_of(&memory), [0_u64; 0]);
                assert!(vault.header().purge_before == vault.header().commit);
            } else {
                assert_ne!(result.err().unwrap().effect(), Effect::InForce);
            }
        },
    );
}

#[test]
fn a_full_medium_ends_nothing() {
    for at in 1..=2 {
        let memory = MemoryStore::new();
        drop(created(memory.clone()));
        let counting = FaultStore::counting(memory.snapshot());
        let writes = counting.writes();
        drop(reopened(counting).unwrap());
        let at = at + writes.load(Ordering::Relaxed);
        let (mut vault, _) = reopened(FaultStore::new(memory.clone(), at, Fault::Full)).unwrap();
        let error = vault.commit(&change(1, b"after")).err().unwrap();
        assert_eq!(error.effect(), Effect::None);
        assert_eq!(vault.header().seq, 0);
        vault.commit(&change(1, b"after")).unwrap();
        drop(vault);
        assert_eq!(reopened(memory).unwrap().1.bytes(), b"after");
    }
}

#[test]
fn after_a_write_of_unknown_outcome_nothing_more_is_written() {
    let memory = MemoryStore::new();
    drop(created(memory.clone()));
    // Opening syncs once, the commit keeps and then replaces.
    let store = FaultStore::new(memory.clone(), 3, Fault::Unsure);
    let (mut vault, _) = reopened(store).unwrap();
    let error = vault.commit(&change(1, b"after")).err().unwrap();
    assert_eq!(error.effect(), Effect::Unknown);
    assert!(matches!(
        vault.commit(&change(1, b"again")),
        Err(VaultError::Unsure)
    ));
    drop(vault);
    assert_eq!(reopened(memory).unwrap().1.bytes(), b"after");
}

#[test]
fn a_two_phase_change_of_custody_survives_a_fault_at_every_write() {
    let mut next = custody_file(Profile::Rehearsal);
    next.set_id = [0x55; 16];
    let next = &next;
    at_every_write(
        |vault| {
            let current = vault.header().custody[0];
            let pending = vault.stage_custody(next)?;
            let both = Some(vec![current, pending]);
            vault.commit(&Change {
                custody: both,
                ..change(20, b"open")
            })?;
            vault.commit(&Change {
                custody: Some(vec![pending]),
                ..change(21, b"closed")
            })?;
            vault.promote_custody()
        },
        |_, result, memory| {
            let (vault, state) = reopened(memory.clone()).unwrap();
            let renewed = vault.custody().set_id == next.set_id;
            assert_eq!(renewed, state.bytes() == b"closed", "{result:?}");
            let staged = memory.read(CUSTODY_NEXT).unwrap().is_some();
            assert_eq!(staged, state.bytes() == b"open");
        },
    );
}

#[test]
fn rotating_moves_the_vault_to_the_new_identity() {
    let mut next = custody_file(Profile::Rehearsal);
    next.recipients.open = identity([0x77; 32]).recipient().to_owned();
    let next = &next;
    at_every_write(
        |vault| {
            let hash = vault.stage_custody(next)?;
            let last = Change {
                custody: Some(vec![hash]),
                ..destroying(20, b"rotated")
            };
            vault.commit_under(&identity([0x77; 32]), &last)?;
            vault.promote_custody()
        },
        |_, _, memory| {
            let renewed = Vault::open(Box::new(memory.clone()), &identity([0x77; 32]));
            match renewed {
                Ok((vault, state)) => {
                    assert_eq!(state.bytes(), b"rotated");
                    assert_eq!(vault.custody(), next);
                    assert_eq!(generations_of(&memory), [0_u64; 0]);
                }
                Err(_) => assert_eq!(reopened(memory).unwrap().1.bytes(), b"before"),
            }
        },
    );
}

#[test]
fn backup_copies_three_files_and_reads_them_back() {
    let base = tempfile::tempdir().unwrap();
    let (from, to) = (base.path().join("vault"), base.path().join("copy"));
    let mut vault = created(FolderStore::create(&from).unwrap());
    vault.append_audit(b"{\"n\":1}\n").unwrap();
    vault.commit(&change(1, b"s")).unwrap();
    vault.append_audit(b"{\"n\":2}\n").unwrap();
    let copy = vault.backup(&to, 8).unwrap();
    let names: Vec<_> = copy
        .files
        .iter()
        .map(|f| (f.name.as_str(), f.length))
        .collect();
    assert_eq!(names[2], ("audit.jsonl", 8));
    assert_eq!(
        std::fs::read(to.join("audit.jsonl")).unwrap(),
        b"{\"n\":1}\n"
    );
    assert_eq!(std::fs::read_dir(&to).unwrap().count(), 3);
    for file in &copy.files {
        let bytes = std::fs::read(to.join(&file.name)).unwrap();
        assert_eq!(file.sha256, <[u8; 32]>::from(Sha256::digest(&bytes)));
    }
    assert!(vault.backup(&to, 8).is_err());
    assert!(vault.backup(&base.path().join("third"), 99).is_err());
    assert_eq!(
        reopened(FolderStore::open(&to).unwrap()).unwrap().1.bytes(),
        b"s"
    );
}

#[test]
fn inspection_names_what_should_not_be() {
    let memory = MemoryStore::new();
    let mut vault = created(memory.clone());
    for seq in 1..4 {
        vault.commit(&change(seq, b"s")).unwrap();
    }
    let look = |store: &dyn Store| crate::vault::inspect(store, Some(&identity(V))).unwrap();
    assert_eq!(look(&memory).findings, []);
    let mut copy = memory.snapshot();
    copy.replace("notes.txt", b"hello").unwrap();
    let swapped = copy.read(&generation_name(1)).unwrap().unwrap();
    copy.replace(&generation_name(2), &swapped).unwrap();
    let seen = look(&copy);
    let names: Vec<_> = seen.findings.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["notes.txt", "generations/00000002.vault.age"]);
    assert!(!seen.is_sound());
}
