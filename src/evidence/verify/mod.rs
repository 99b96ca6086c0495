//! Verification of a bundle, apart from everything that made it: its own reading of the file (`file`), the
//! chain and the state heads (`log`), the signatures (`people`) and the acts (`acts`), so that it can be read in one
//! sitting and written again by somebody else.
//!
//! *Consistent*: every part is what the bundle says, every line of the log follows from the one before, every state
//! head from its leaf, every act of the run from its request, and every signature holds for the key that the bundle
//! names. That needs nothing but the bundle; somebody who made all of it anew would pass. *Authentic* needs
//! fingerprints from elsewhere: every key that signed must be one of them, under the same name, and somebody must have
//! signed the line that names the bundle's parts. Where nobody did, what was signed is told, and no more.
#![deny(clippy::indexing_slicing)]

mod acts;
mod appointed;
mod count;
mod demanded;
mod elsewhere;
mod enrolment;
mod file;
mod files;
mod in_the_open;
mod log;
mod openings;
mod people;
mod relieved;
mod reported;
mod shares;
mod sign_offs;
mod signed_off;
mod told;
mod trust;
mod unsigned;

use std::collections::BTreeMap;

use data_encoding::BASE64;
use serde_json::Value;

use super::bundle::sha256;
use acts::acts;
use enrolment::enrolment;
use file::{Parts, canonical, part, read, string, text};
use log::{Log, heads, span};
use people::people;
use sign_offs::{sign_offs, vouches};
use trust::trusted;
use unsigned::unsigned;

pub use count::{Count, Counts};
pub use reported::Reported;
pub use sign_offs::{EXCEPTION, STOPPED};
pub use told::{refused, told};
pub use trust::Trusted;

/// The longest bundle that is read, in bytes: every part as long as it may be.
pub const MAX_BUNDLE: u64 = 340 << 20;

/// The place of a [`Fault`] where a bundle is consistent and not of the people of the trust file.
pub const TRUST: &str = "trust";

/// Where a bundle does not hold, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct Fault {
    /// The part, and the place in it.
    pub place: String,
    /// What is wrong, completing a sentence.
    pub what: String,
}

/// Who signed what, as the bundle shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Verified {
    /// The whole bundle: a custodian or a witness signed its own line, nothing is missing, and fingerprints from elsewhere
    /// vouch for every key that signed.
    pub authentic: bool,
    /// Fingerprints from elsewhere vouch for every key that signed, though nobody may have signed the bundle's own line.
    pub signers_trusted: bool,
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
    /// Sign-offs in the run: the line and who signed.
    pub sign_offs: Vec<(u64, Vec<String>)>,
    /// Lines of those that say that the run was stopped for good.
    pub stops: Vec<u64>,
    /// Lines of those that decide about an exception.
    pub exceptions: Vec<u64>,
    /// State heads that were recomputed, and those of older logs, which name no leaf.
    pub heads: (u64, u64),
    /// Lines that moved the state without signatures of their own, and of which this bundle does not show what they did: any
    /// act could be hidden there.
    pub unshown: Vec<u64>,
    /// Lines of acts outside the run that stand between its beginning and its end.
    pub beside: Vec<u64>,
    /// What the bundle holds.
    pub artifacts: Vec<String>,
    /// Those of them that hold what an act of the run answered: they follow from the log, whoever signed its end.
    pub from_acts: Vec<String>,
    /// The last line of the log that a sign-off of this run or bundle covers, by a custodian or a witness.
    pub covered: u64,
    /// Whether a recording is in it.
    pub recording: bool,
    /// Who signed the line that names artifacts, report and recording; nobody where it is empty.
    pub bundle_signed: Vec<String>,
    /// Their roles, by name.
    pub roles: BTreeMap<String, String>,
    /// Sign-offs that the script asks for and a run that ended has not: `1 custodian`, `1 witness under the record of the
    /// stop`.
    pub missing: Vec<String>,
    /// The trust file says the role of everybody who signed the run or the bundle.
    pub roles_trusted: bool,
    /// How many signatures hold, and under what.
    pub signatures: Counts,
    /// SHA-256 of each program that played the run, as it read itself; none of a rehearsal.
    pub tools: Vec<String>,
    /// How many secrets were typed where they are drawn during the run, each a line of the log and of the report.
    #[serde(skip_serializing_if = "none")]
    pub in_the_open: usize,
    /// How far the report was held against the log.
    pub report: Reported,
    /// With a trust file: whoever signed outside the run and the bundle alone, and is not named in it.
    pub unnamed: Vec<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands a reference to what it asks whether to leave a member out"
)]
const fn none(count: &usize) -> bool {
    *count == 0
}

impl Verified {
    /// Whether a custodian or a witness signed the line that names the bundle's parts.
    fn bundle_vouched(&self) -> bool {
        self.roles.values().any(|role| vouches(role))
    }

    /// Whether every line shows what it did, and a run that ended has the sign-offs of its script.
    const fn nothing_missing(&self) -> bool {
        self.unshown.is_empty() && self.missing.is_empty()
    }

    /// Whether people of the trust file who watched vouch for the log: for all of it, or as far as the sign-offs of the run
    /// go. Signatures under single acts do not: nobody can say from them what else was done.
    pub const fn vouched(&self) -> bool {
        self.authentic || (self.signers_trusted && self.covered > 0 && self.nothing_missing())
    }
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
    done.heads = heads(&log, &done.vault)?;
    unsigned(&parts, &log, &mut done)?;
    span(&log, &mut done)?;
    contents(&parts, &log, &mut done)?;
    let mut others = enrolment(&log, &keys, &mut done)?;
    let [mut of_it, outside] = acts(&parts, &log, &keys, &mut done)?;
    let [signed_off, elsewhere] = sign_offs(&parts, &log, &keys, &mut done)?;
    of_it.extend(signed_off);
    others.extend(outside.into_iter().chain(elsewhere));
    reported::reported(&parts, &log, &mut done)?;
    if let Some(trust) = trust {
        (done.unnamed, done.roles_trusted) = trusted(trust, &keys, &of_it, &others)?;
        done.signers_trusted = true;
        done.authentic = done.bundle_vouched() && done.nothing_missing();
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
        if files::follows(&content, part(parts, "acts")) {
            done.from_acts.push(name.clone());
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
