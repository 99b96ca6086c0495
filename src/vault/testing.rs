//! People, shares and a vault made by hand, for the tests of this module.

use zeroize::Zeroizing;

use super::*;
use crate::crypto::SecretBytes;

pub(super) const V: [u8; 32] = [0x11; 32];
pub(super) const U: [u8; 32] = [0x22; 32];

pub(super) fn identity(raw: [u8; 32]) -> Identity {
    Identity::from_raw(SecretBytes::from_slice(&raw)).unwrap()
}

/// The share of that custodian; not a real polynomial, which the files do not know about.
pub(super) fn share(opens: bool, index: u8) -> [u8; 32] {
    [index + if opens { 0x40 } else { 0x80 }; 32]
}

pub(super) fn seed(person: u8) -> [u8; 32] {
    [0xc0 + person; 32]
}

pub(super) fn custody_file(profile: Profile) -> CustodyFile {
    let (vault_id, set_id) = ([0x01; 16], [0x02; 16]);
    let key = |person| {
        ed25519_dalek::SigningKey::from_bytes(&seed(person))
            .verifying_key()
            .to_bytes()
    };
    let custodian = |index: u8| CustodyPerson {
        name: format!("custodian-{index}"),
        role: "custodian".to_owned(),
        approval_key: key(index),
        index: Some(index),
        medium: None,
        commitments: Some(Commitments {
            open: share_commitment(&vault_id, &set_id, true, index, &share(true, index)),
            use_: share_commitment(&vault_id, &set_id, false, index, &share(false, index)),
        }),
        envelopes: None,
    };
    let administrator = CustodyPerson {
        name: "administrator".to_owned(),
        role: "administrator".to_owned(),
        approval_key: key(9),
        index: None,
        medium: Some("sealed bag 7".to_owned()),
        commitments: None,
        envelopes: None,
    };
    CustodyFile {
        version: CUSTODY_VERSION,
        vault_id,
        set_id,
        profile,
        k: 2,
        t: 2,
        n: 3,
        recipients: Recipients {
            open: identity(V).recipient().to_owned(),
            use_: identity(U).recipient().to_owned(),
        },
        people: vec![custodian(1), custodian(2), custodian(3), administrator],
        recovery: None,
    }
}

pub(super) fn change(seq: u64, state: &[u8]) -> Change<'_> {
    Change {
        epoch: [3; 16],
        seq,
        state_head: [u8::try_from(seq % 251).unwrap(); 32],
        audit_head: AuditHead {
            hash: [4; 32],
            count: seq,
        },
        custody: None,
        state,
        destroys: false,
    }
}

pub(super) fn created(store: impl Store + 'static) -> Vault {
    Vault::create(
        Box::new(store),
        &identity(V),
        custody_file(Profile::Rehearsal),
        &change(0, b"state 0"),
    )
    .unwrap()
}

pub(super) fn reopened(store: impl Store + 'static) -> Result<(Vault, State), VaultError> {
    Vault::open(Box::new(store), &identity(V))
}

pub(super) fn secret(bytes: [u8; 32]) -> SecretBytes {
    SecretBytes::from_slice(Zeroizing::new(bytes).as_ref())
}
