//! The share in a custodian's envelope: out of custody.toml, or out of what lies on the custodian's own medium.

use crate::crypto::SecretBytes;
use crate::crypto::secret_sharing::Share;
use crate::custody::{Role, passphrase};
use crate::vault::{CustodyFile, Envelope};

use crate::session::error::Refusal;
use crate::session::present::{Stays, unopened, utf8, with_help};

/// Each armored envelope of a text by itself; a text with one or none as it is.
pub(super) fn one_by_one(text: &str) -> Vec<Option<&str>> {
    const BEGINS: &str = "-----BEGIN AGE ENCRYPTED FILE-----";
    let mut begins: Vec<usize> = text.match_indices(BEGINS).map(|(at, _)| at).collect();
    if begins.len() < 2 {
        return vec![Some(text)];
    }
    begins.push(text.len());
    let each = begins.windows(2);
    each.filter_map(|at| Some(text.get(*at.first()?..*at.last()?)))
        .collect()
}

/// The share of one custodian of one set, in whichever of these envelopes it is; what the first is refused for else.
pub(super) fn share_among(
    file: &CustodyFile,
    person: &str,
    secret: &SecretBytes,
    envelopes: &[Option<&str>],
) -> Result<Share, Refusal> {
    let mut tried = envelopes
        .iter()
        .map(|envelope| share(file, person, secret, *envelope));
    match tried.next() {
        Some(Err(refusal)) => tried.find_map(Result::ok).ok_or(refusal),
        Some(opened) => opened,
        None => share(file, person, secret, None),
    }
}

/// The share of one custodian of one set.
pub(super) fn share(
    file: &CustodyFile,
    person: &str,
    secret: &SecretBytes,
    envelope: Option<&str>,
) -> Result<Share, Refusal> {
    let on_record = file.person(person).ok_or_else(|| {
        let holds = |set: &crate::vault::RecoverySet| set.people.iter().any(|p| p.name == person);
        if file.recovery.as_ref().is_some_and(holds) {
            return Refusal::Custody(format!(
                "{person} holds the recovery set, which opens by itself and never together with custodians. Nothing \
                 was opened. If the custodians cannot open, begin again with the recovery set (--recovery)."
            ));
        }
        Refusal::Custody(format!(
            "{person} is not a person of this vault: never was, or left it. Nothing was opened; a custodian of today \
             enters a share."
        ))
    })?;
    if on_record.role != Role::Custodian.word() {
        return Err(Refusal::Custody(format!(
            "{person} is {} and holds no share. Nothing was opened; a custodian enters a share.",
            on_record.role
        )));
    }
    let medium = envelope.is_some();
    let armored = envelope
        .or_else(|| on_record.envelopes.as_ref().and_then(|e| e.share.as_deref()))
        .ok_or_else(|| {
            Refusal::Custody(format!(
                "The share envelope of {person} is not in the vault's folder: it is on {person}'s own medium. Insert \
                 the medium and choose the file."
            ))
        })?;
    let typed = passphrase::normalise(utf8(secret)?);
    let envelope =
        Envelope::open(file, person, armored.as_bytes(), utf8(&typed)?).map_err(|e| {
            let sentence = unopened(&e, Stays::Opening, medium);
            Refusal::Custody(with_help(&sentence, utf8(secret).unwrap_or_default()))
        })?;
    if envelope.approval_key().is_some() {
        return Err(Refusal::Custody(format!(
            "This is the approval envelope of {person}; opening takes the share envelope. Nothing was opened."
        )));
    }
    envelope.share().ok_or_else(|| {
        Refusal::Custody("There is no share in this envelope. Nothing was opened.".into())
    })
}
