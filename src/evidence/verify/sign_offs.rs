//! Sign-offs: people signed the heads of this log, and nothing else.
#![deny(clippy::indexing_slicing)]

use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::file::{Parts, string};
use super::log::{Line, Log, event};
use super::people::{People, signed};
use super::signed_off::{Given, missing};
use super::{Count, Fault, Verified, fault};

/// What a sign-off belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Under {
    /// The run.
    Run,
    /// The line that names the parts of this bundle.
    Bundle,
    /// Other runs and bundles.
    Elsewhere,
}

/// How the text begins that people sign of a run that was stopped for good.
pub const STOPPED: &str = "Stopped at step ";

/// How the text begins that people sign of an exception.
pub const EXCEPTION: &str = "Exception in step ";

/// Every sign-off of the log names its own heads, and its signatures hold. Returns whose keys signed the run and the
/// bundle, and whose signed elsewhere.
pub(super) fn sign_offs(
    parts: &Parts,
    log: &Log,
    keys: &People,
    done: &mut Verified,
) -> Result<[BTreeSet<String>; 2], Fault> {
    let (begin, end) = log.span(&done.run).unwrap_or_default();
    let names_this =
        |line: &&Line| line.is("noted", "bundle") && line.detail("run") == Some(&done.run);
    let bundle = log.lines.iter().rfind(names_this).map(|line| line.n);
    let mut signers = [BTreeSet::new(), BTreeSet::new()];
    let [of_it, elsewhere] = &mut signers;
    let mut given = Given::default();
    for line in log.lines.iter().filter(|l| l.is("noted", "sign-off")) {
        let statement = line.details().get("statement").unwrap_or(&Value::Null);
        let covered = covers(log, line, statement)?;
        let under = match bundle {
            Some(bundle) if covered >= bundle => Under::Bundle,
            _ if line.detail("text") == Some(OF_A_BUNDLE) => Under::Elsewhere,
            _ if line.n > begin && line.n < end => Under::Run,
            _ => Under::Elsewhere,
        };
        let mut count = Count::default();
        let body = |signature: &Value, by: &str| json!({"statement": statement, "signer": signature.get("signer"), "by": by});
        let who = signed(line, keys, "keymoot/head/v1", body, &mut count)?;
        if under == Under::Elsewhere {
            elsewhere.extend(who.into_iter().map(|(key, _)| key));
            done.signatures.elsewhere.plus(count);
            continue;
        }
        let by = roles(line, &who, keys);
        of_it.extend(who.into_iter().map(|(key, _)| key));
        // An administrator asks for acts, and does not watch over them.
        if by.iter().any(|(_, role)| vouches(role)) {
            done.covered = done.covered.max(covered);
        }
        let names: Vec<String> = by.iter().map(|(name, _)| name.clone()).collect();
        if under == Under::Bundle {
            done.signatures.bundle.plus(count);
            done.bundle_signed.extend(names);
            done.roles.extend(by);
        } else {
            done.signatures.sign_offs.plus(count);
            let text = line.detail("text").unwrap_or_default();
            if text.starts_with(STOPPED) {
                done.stops.push(line.n);
            } else if text.starts_with(EXCEPTION) {
                done.exceptions.push(line.n);
            }
            given.enter(text, by);
            done.sign_offs.push((line.n, names));
        }
    }
    done.missing = missing((parts, log, keys), &given, done)?;
    Ok(signers)
}

/// Whether the signature of somebody of this role vouches for what others did.
pub(super) fn vouches(role: &str) -> bool {
    ["custodian", "witness"].contains(&role)
}

/// Names and roles of those who signed a line.
fn roles(line: &Line, who: &[(String, String)], people: &People) -> Vec<(String, String)> {
    let role = |key: &str| people.at(line.n, key).map_or("", |p| p.role.as_str());
    let named = who.iter();
    let named = named.map(|(key, name)| (name.clone(), role(key).to_owned()));
    named.collect()
}

/// The text beside sign-offs of bundles. It only sorts them into the right count: what is signed are the heads.
const OF_A_BUNDLE: &str = "the contents of a bundle";

/// The lines of this log that a statement of heads covers.
fn covers(log: &Log, line: &Line, statement: &Value) -> Result<u64, Fault> {
    let count = statement.get("audit_count").and_then(Value::as_u64);
    let count = count.filter(|count| *count < line.n);
    let head = count.and_then(|count| log.line(count));
    let head = head.map(|l| HEXLOWER.encode(&l.hash));
    let state = log.state_before(line.n);
    let seq = statement.get("seq").and_then(Value::as_u64);
    let own = head.is_some()
        && string(statement, "audit_head") == head.as_deref()
        && string(statement, "vault_id") == Some(&log.vault)
        && (seq, string(statement, "state_head")) == (Some(state.0), Some(state.1.as_str()));
    match count {
        Some(count) if own => Ok(count),
        _ => fault(event(line.n), "what was signed off is not this log"),
    }
}
