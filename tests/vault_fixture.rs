//! Every format ever shipped opens: a vault of version 1 as it was written, from the envelopes' passphrases
//! to the state.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test fails by panicking

use std::path::{Path, PathBuf};

use keymoot::crypto::secret_sharing::combine;
use keymoot::vault::{
    CustodyFile, Envelope, FolderStore, Identity, Profile, Vault, open_with, read_custody,
};

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/vault-v1")
}

/// Opens the envelopes of the first `count` custodians and combines their shares.
fn identity(custody: &CustodyFile, count: usize, opens: bool) -> Identity {
    let shares: Vec<_> = custody
        .people
        .iter()
        .filter(|person| person.index.is_some())
        .take(count)
        .map(|person| {
            let envelopes = person.envelopes.as_ref().unwrap();
            let text = if opens {
                envelopes.share.as_ref().unwrap()
            } else {
                &envelopes.approval
            };
            let passphrase = format!("fixture passphrase of {}", person.name);
            let envelope =
                Envelope::open(custody, &person.name, text.as_bytes(), &passphrase).unwrap();
            envelope.share().unwrap()
        })
        .collect();
    Identity::from_raw(combine(&shares).unwrap()).unwrap()
}

#[test]
fn a_vault_of_version_1_opens() {
    let base = tempfile::tempdir().unwrap();
    for name in ["custody.toml", "vault.age"] {
        std::fs::copy(fixture().join(name), base.path().join(name)).unwrap();
    }
    let store = FolderStore::open(base.path()).unwrap();
    let custody = read_custody(&store).unwrap().current;
    assert_eq!(
        (custody.profile, custody.k, custody.t, custody.n),
        (Profile::Rehearsal, 2, 3, 3)
    );
    let v = identity(&custody, 2, true);
    let u = identity(&custody, 3, false);
    assert_eq!(v.recipient(), custody.recipients.open);
    assert_eq!(u.recipient(), custody.recipients.use_);
    let (vault, state) = Vault::open(Box::new(store), &v).unwrap();
    let header = vault.header();
    assert_eq!((header.seq, header.commit, header.epoch), (7, 2, [3; 16]));
    assert_eq!(
        (header.audit_head.count, header.audit_head.hash),
        (5, [5; 32])
    );
    assert_eq!((header.state_head, header.purge_before), ([4; 32], 2));
    // The state here is one sealed secret and nothing else: the vault does not look into it.
    let secret = open_with(&u, state.bytes()).unwrap();
    assert_eq!(secret.as_slice(), b"a secret of version 1");
}

#[test]
fn the_recovery_script_is_short_enough_to_read_and_needs_nothing_installed() {
    let script = keymoot::vault::RECOVERY_SCRIPT;
    assert!(script.lines().count() <= 100);
    let imports: Vec<_> = script
        .lines()
        .filter(|line| line.starts_with("import ") || line.starts_with("from "))
        .collect();
    assert_eq!(imports, ["import base64, functools, json, struct, sys"]);
}
