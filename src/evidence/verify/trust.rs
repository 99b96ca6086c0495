//! Authenticity: every key that signed is one whose fingerprint came from elsewhere, under the same name.
#![deny(clippy::indexing_slicing)]

use std::collections::BTreeSet;

use data_encoding::HEXLOWER;

use super::people::People;
use super::{Fault, TRUST, fault};

/// A fingerprint that was obtained elsewhere: all 32 bytes of it, or the 16 that words stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    /// Whose.
    pub name: String,
    /// The first bytes of the SHA-256 of the approval key.
    pub fingerprint: Vec<u8>,
    /// The role on the form: `administrator`, `custodian`, `witness`.
    pub role: Option<String>,
}

/// Judges everybody before it answers. Whoever signed the run or the bundle must be known, under the same name. Of the
/// others, who may have had keys before a rotation, those are returned that the trust file does not have. Returns besides
/// whether the trust file has the role of everybody who signed the run or the bundle.
///
/// # Errors
/// Everybody who is not as the trust file has it, in one sentence.
pub(super) fn trusted(
    trust: &[Trusted],
    keys: &People,
    of_it: &BTreeSet<String>,
    others: &BTreeSet<String>,
) -> Result<(Vec<String>, bool), Fault> {
    if of_it.is_empty() {
        return fault(
            TRUST,
            "nobody signed anything in this run, so nobody vouches for it",
        );
    }
    let (mut unknown, mut another) = (BTreeSet::new(), BTreeSet::new());
    let mut unnamed = BTreeSet::new();
    let mut elsewhere = BTreeSet::new();
    let mut roles = true;
    for fingerprint in of_it.union(others) {
        let name = keys.known(fingerprint).map_or("", |p| p.name.as_str());
        let known = trust.iter().filter(|t| t.name == name);
        let digest = HEXLOWER.decode(fingerprint.as_bytes()).unwrap_or_default();
        let fits = |t: &Trusted| t.fingerprint.len() >= 16 && digest.starts_with(&t.fingerprint);
        if let Some(entry) = known.clone().find(|t| fits(t)) {
            let role = keys.known(fingerprint).map_or("", |p| p.role.as_str());
            match &entry.role {
                None => roles &= !of_it.contains(fingerprint),
                Some(own) if own == role => {}
                Some(own) => drop(elsewhere.insert(format!("{name} as {role} and not as {own}"))),
            }
            continue;
        }
        let named = known.count() > 0;
        match (named, of_it.contains(fingerprint)) {
            (true, true) => another.insert(name),
            (false, true) => unknown.insert(name),
            (true, false) => unnamed.insert(format!("{name} (another key)")),
            (false, false) => unnamed.insert(name.to_owned()),
        };
    }
    let mut wrong = Vec::new();
    if !another.is_empty() {
        let names = list(&another);
        wrong.push(format!(
            "{names} signed with another key than the trust file names"
        ));
    }
    if !unknown.is_empty() {
        let names = list(&unknown);
        wrong.push(format!(
            "{names} signed, and the trust file does not name {names}"
        ));
    }
    let roles_fit = elsewhere.is_empty();
    if !roles_fit {
        let names: Vec<String> = elsewhere.into_iter().collect();
        wrong.push(format!(
            "the log lists people in other roles than the trust file: {}",
            names.join(", ")
        ));
    }
    if wrong.is_empty() {
        return Ok((unnamed.into_iter().collect(), roles));
    }
    if roles_fit && changed_keys(keys, &another) {
        wrong.push(CHANGED.to_owned());
    }
    fault(TRUST, wrong.join("; "))
}

/// What whoever holds the forms of one time alone is told.
pub(super) const CHANGED: &str = "keys were changed within this log, by a rotation: the trust file needs both fingerprints of whoever \
                       has two, that of the form of before and that of the form made then, each on a line of its own, and those of whoever joined";

/// Whether each of these has more than one key in the log: only then do the missing forms mend it.
fn changed_keys(keys: &People, another: &BTreeSet<&str>) -> bool {
    let several = |name: &&str| {
        keys.all()
            .filter(|(_, person)| person.name == *name)
            .count()
            > 1
    };
    !another.is_empty() && another.iter().all(several)
}

fn list(names: &BTreeSet<&str>) -> String {
    let names: Vec<&str> = names.iter().copied().collect();
    match names.as_slice() {
        [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        all => all.join(", "),
    }
}
