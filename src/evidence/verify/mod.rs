//! Verification of a bundle, apart from everything that made it: its own reading of the file (`file`), the
//! chain and the state heads (`log`), the signatures (`people`) and the acts (`acts`), so that it can be read in one
//! sitting and written again by somebody else.
//!
//! *Consistent*: every part is what the bundle says, every line of the log follows from the one before, every state
//! head from its leaf, every act of the run from its request, and every signature holds for the key that the bundle
//! names. That needs nothing but the bundle; somebody who made all of it anew would pass. *Authentic* needs
//! fingerprints from elsewhere: every key that signed must be one of them, under the same name.
#![deny(clippy::indexing_slicing)]

mod acts;
mod file;
mod log;
mod people;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};

use super::bundle::sha256;
use acts::acts;
use file::{Parts, canonical, part, read, string, text};
use log::{Log, event, heads, span};
use people::{Person, people, signed};

pub use told::{DO_NOT_RELY, NOT, told};

/// The longest bundle that is read: 1 GiB.
pub const MAX_BUNDLE: u64 = 1 << 30;

/// Operations that move the state without anybody's signature: what the clock brings about.
const BY_THE_CLOCK: [&str; 1] = ["DestroyKey"];

/// Where a bundle does not hold, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct Fault {
    /// The part, and the place in it.
    pub place: String,
    /// What is wrong, completing a sentence.
    pub what: String,
}

/// A fingerprint that was obtained elsewhere: all 32 bytes of it, or the 16 that words stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    /// Whose.
    pub name: String,
    /// The first bytes of the SHA-256 of the approval key.
    pub fingerprint: Vec<u8>,
}

/// Who signed what, as the bundle shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Verified {
    /// Fingerprints from elsewhere vouch for every key that signed.
    pub authentic: bool,
    /// The vault.
    pub vault: String,
    /// `rehearsal`, `test` or `production`.
    pub profile: String,
    /// The run.
    pub run: String,
    /// `completed`, `exception`, `aborted`; empty where the run stands open.
    pub outcome: String,
    /// SHA-256 of the script.
    pub script_sha256: String,
    /// Lines of the log.
    pub events: usize,
    /// Acts of the run: what was signed and who signed, the issuer first.
    pub acts: Vec<(String, Vec<String>)>,
    /// Sign-offs in the run and of the bundle: the line and who signed.
    pub sign_offs: Vec<(u64, Vec<String>)>,
    /// State heads that were recomputed, and those of older logs, which name no leaf.
    pub heads: (u64, u64),
    /// What the bundle holds.
    pub artifacts: Vec<String>,
    /// Whether a recording is in it.
    pub recording: bool,
    /// Whether somebody signed the line that names artifacts, report and recording.
    pub bundle_signed: bool,
    /// Signatures that came from a file: nobody typed a passphrase for them.
    pub signed_from_file: u64,
}

fn fault<T>(place: impl Into<String>, what: impl Into<String>) -> Result<T, Fault> {
    Err(Fault {
        place: place.into(),
        what: what.into(),
    })
}

/// Verifies a bundle; with `trust` it must be authentic as well.
///
/// # Errors
/// The first [`Fault`].
pub fn verify(bytes: &[u8], trust: Option<&[Trusted]>) -> Result<Verified, Fault> {
    let parts = read(bytes)?;
    let log = Log::read(&parts)?;
    let keys = people(&parts, &log)?;
    let mut done = Verified {
        vault: text(&parts, "vault", "id")?,
        profile: text(&parts, "vault", "profile")?,
        run: text(&parts, "run", "id")?,
        events: log.lines.len(),
        ..Verified::default()
    };
    let mut signers = BTreeSet::new();
    done.heads = heads(&log, &done.vault)?;
    span(&log, &mut done)?;
    contents(&parts, &log, &mut done)?;
    acts(&parts, &log, &keys, &mut done, &mut signers)?;
    sign_offs(&log, &keys, &mut done, &mut signers)?;
    if let Some(trust) = trust {
        trusted(trust, &keys, &signers)?;
        done.authentic = true;
    }
    Ok(done)
}

/// The report of a bundle that is consistent.
///
/// # Errors
/// The first [`Fault`].
pub fn report(bytes: &[u8]) -> Result<Value, Fault> {
    verify(bytes, None)?;
    Ok(part(&read(bytes)?, "report").clone())
}

/// Script, artifacts, report, build and recording are those that the log names.
fn contents(parts: &Parts, log: &Log, done: &mut Verified) -> Result<(), Fault> {
    let named = log
        .lines
        .iter()
        .rev()
        .find(|line| line.is("noted", "bundle") && line.detail("run") == Some(&done.run));
    let Some(named) = named.map(log::Line::details) else {
        return fault("events", "no line of the log names this bundle");
    };
    let script = decoded(part(parts, "script"), "script")?;
    if sha256(&script) != done.script_sha256 {
        return fault("script", "it is not the script that the run began with");
    }
    if text(parts, "run", "script")? != done.script_sha256 {
        return fault("run", "it names another script than the log");
    }
    let Some(artifacts) = part(parts, "artifacts").as_object() else {
        return fault("artifacts", "it is no table");
    };
    let listed = named.get("artifacts").and_then(Value::as_object);
    let keys_of = |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
    if listed.map(keys_of).unwrap_or_default() != keys_of(artifacts) {
        return fault("artifacts", "the log names other files");
    }
    for (name, content) in artifacts {
        let place = format!("artifacts, {name}");
        let content = decoded(content, &place)?;
        if listed.and_then(|l| l.get(name)?.as_str()) != Some(&sha256(&content)) {
            return fault(place, "it is not the file that the log names");
        }
        done.artifacts.push(name.clone());
    }
    for name in ["report", "build", "people", "vault"] {
        if string(named, name) != Some(&sha256(&canonical(part(parts, name)))) {
            return fault(name, "it is not the one that the log names");
        }
    }
    match (part(parts, "recording"), string(named, "recording")) {
        (Value::Null, None) => {}
        (recording, Some(digest)) => {
            if sha256(&decoded(recording, "recording")?) != digest {
                return fault("recording", "it is not the recording that the log names");
            }
            done.recording = true;
        }
        (_, None) => return fault("recording", "the log names none"),
    }
    Ok(())
}

fn decoded(value: &Value, place: &str) -> Result<Vec<u8>, Fault> {
    let text = value.as_str().unwrap_or_default();
    match BASE64.decode(text.as_bytes()) {
        Ok(bytes) => Ok(bytes),
        Err(_) => fault(place, "it is not base64"),
    }
}

/// Every sign-off since the run began names the log's own heads, and its signatures hold.
fn sign_offs(
    log: &Log,
    keys: &BTreeMap<String, Person>,
    done: &mut Verified,
    signers: &mut BTreeSet<String>,
) -> Result<(), Fault> {
    let begin = log.span(&done.run).map_or(0, |(begin, _)| begin);
    let bundle = log.lines.iter().rfind(|line| line.is("noted", "bundle"));
    let bundle = bundle.map_or(0, |line| line.n);
    for line in log
        .lines
        .iter()
        .filter(|l| l.n > begin && l.is("noted", "sign-off"))
    {
        let statement = line.details().get("statement").unwrap_or(&Value::Null);
        let count = statement.get("audit_count").and_then(Value::as_u64);
        let head = count
            .and_then(|count| log.line(count))
            .map(|l| HEXLOWER.encode(&l.hash));
        if count >= Some(line.n)
            || head.is_none()
            || string(statement, "audit_head") != head.as_deref()
            || string(statement, "vault_id") != Some(&log.vault)
        {
            return fault(event(line.n), "what was signed off is not this log");
        }
        let who = signed(
            line,
            keys,
            "keymoot/head/v1",
            |signature, by| json!({"statement": statement, "signer": signature.get("signer"), "by": by}),
            done,
        )?;
        done.bundle_signed |= bundle > 0 && count >= Some(bundle) && !who.is_empty();
        signers.extend(who.iter().map(|(key, _)| key.clone()));
        let names = who.into_iter().map(|(_, name)| name).collect();
        done.sign_offs.push((line.n, names));
    }
    Ok(())
}

/// Every key that signed is one whose fingerprint came from elsewhere, under the same name.
fn trusted(
    trust: &[Trusted],
    keys: &BTreeMap<String, Person>,
    signers: &BTreeSet<String>,
) -> Result<(), Fault> {
    if signers.is_empty() {
        return fault("acts", "nobody signed anything, so nobody vouches for it");
    }
    for fingerprint in signers {
        let name = keys.get(fingerprint).map_or("", |p| p.name.as_str());
        let known = trust.iter().filter(|t| t.name == name);
        let digest = HEXLOWER.decode(fingerprint.as_bytes()).unwrap_or_default();
        let fits = |t: &Trusted| t.fingerprint.len() >= 16 && digest.starts_with(&t.fingerprint);
        match known.clone().any(fits) {
            true => {}
            false if known.count() == 0 => {
                return fault(
                    "trust",
                    format!("{name} signed, and the trust file does not name {name}"),
                );
            }
            false => {
                return fault(
                    "trust",
                    format!("{name} signed with another key than the trust file names"),
                );
            }
        }
    }
    Ok(())
}
