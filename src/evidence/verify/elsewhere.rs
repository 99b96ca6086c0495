//! Acts outside the run. A bundle names them without showing them, so it is known who signed and not under what: what
//! can be checked of them is that these people may sign so, and that there are enough.
#![deny(clippy::indexing_slicing)]

use std::collections::BTreeSet;

use serde_json::Value;

use super::acts::fit_to_sign;
use super::appointed::own_appointments;
use super::demanded::Demanded;
use super::file::string;
use super::log::{Line, Log, event};
use super::people::People;
use super::{Fault, Verified, fault};

/// A return to a copy, as the log names it.
const RETURN: &str = "Restore";

/// Every act outside the run; returns the keys under which they are signed.
pub(super) fn elsewhere(
    log: &Log,
    of_the_run: &BTreeSet<&str>,
    (keys, demanded): (&People, &Demanded),
    done: &mut Verified,
) -> Result<BTreeSet<String>, Fault> {
    let mut signers = BTreeSet::new();
    let mut before: Option<&str> = None;
    let mut first: Option<&Line> = None;
    let (begin, end) = log.span(&done.run).unwrap_or_default();
    for line in log.sealed() {
        let Some(digest) = line.detail("digest") else {
            continue;
        };
        if of_the_run.contains(&digest) {
            continue;
        }
        if repeats(first, line)? {
            continue;
        }
        if first.is_none_or(|first| first.detail("digest") != Some(digest)) {
            first = Some(line);
        }
        let who = named(line, keys)?;
        fit_to_sign(line, &who, keys)?;
        demanded.enough(line, &who, keys, "")?;
        own_appointments(line, &who, keys)?;
        // An act of many steps has its signatures in every line of it.
        if before.replace(digest) != Some(digest) {
            done.signatures.not_shown += who.len() as u64;
            if line.n > begin && line.n < end {
                done.beside.push(line.n);
            }
        }
        signers.extend(who.into_iter().map(|(key, _)| key));
    }
    Ok(signers)
}

/// Whether a line tells again, under the signatures of a return to a copy, what the newer log of the vault had: nobody
/// asks for that a second time, and nobody is appointed by it.
fn repeats(first: Option<&Line>, line: &Line) -> Result<bool, Fault> {
    let of_it = |first: &&Line| {
        first.op() == RETURN
            && line.op() != RETURN
            && first.detail("digest") == line.detail("digest")
    };
    let Some(first) = first.filter(of_it) else {
        return Ok(false);
    };
    if first.details().get("signatures") != line.details().get("signatures") {
        return fault(
            event(line.n),
            "it does not hold the signatures of the return that it belongs to",
        );
    }
    Ok(true)
}

/// Whose keys a line names.
fn named(line: &Line, keys: &People) -> Result<Vec<(String, String)>, Fault> {
    let signatures = line.details().get("signatures").and_then(Value::as_array);
    let mut who: Vec<(String, String)> = Vec::new();
    for signature in signatures.map_or(&[][..], Vec::as_slice) {
        let key = string(signature, "signer").unwrap_or_default();
        let name = string(signature, "name").unwrap_or_default();
        if keys.at(line.n, key).is_none_or(|p| p.name != name) {
            return fault(
                event(line.n),
                format!("{name} signed with a key that is nobody's"),
            );
        }
        if who.iter().any(|(seen, _)| seen == key) {
            return fault(event(line.n), format!("{name} signed twice"));
        }
        who.push((key.to_owned(), name.to_owned()));
    }
    Ok(who)
}
