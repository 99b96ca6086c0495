//! Verification of a bundle, apart from everything that made it: its own reading of the file, the chain, the state
//! heads and the signatures, so that it can be read in one sitting and written again by somebody else.
//!
//! *Consistent*: every part is what the bundle says, every line of the log follows from the one before, every state
//! head from its leaf, every act of the run from its request, and every signature holds for the key that the bundle
//! names. That needs nothing but the bundle; somebody who made all of it anew would pass. *Authentic* needs
//! fingerprints from elsewhere: every key that signed must be one of them, under the same name.
#![deny(clippy::indexing_slicing)]

mod told;

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::{BASE64, HEXLOWER};
use ed25519_dalek::{Signature, VerifyingKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::bundle::{PARTS, VERSION, sha256};

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

// ---- the file -------------------------------------------------------------------------------------------------

type Parts = BTreeMap<&'static str, Value>;

fn read(bytes: &[u8]) -> Result<Parts, Fault> {
    let Ok(file) = std::str::from_utf8(bytes) else {
        return fault("the file", "it is not text");
    };
    let mut lines = file.split('\n');
    if lines.next() != Some("{") {
        return fault("the file", "it does not begin as a bundle of keymoot");
    }
    let mut parts = Parts::new();
    let mut hashes = BTreeMap::new();
    for name in PARTS.into_iter().chain(["parts"]) {
        let line = lines.next().unwrap_or_default();
        let Some(line) = line.strip_suffix(',') else {
            return fault(name, "its line is cut or does not end as it was written");
        };
        let value = line.strip_prefix(&format!("\"{name}\":"));
        let value: Option<Value> = value.and_then(|value| serde_json::from_str(value).ok());
        let Some(value) = value else {
            return fault(name, "it is not what keymoot writes there");
        };
        hashes.insert(name, sha256(line.as_bytes()));
        parts.insert(name, value);
    }
    let manifest = parts.get("parts").cloned().unwrap_or_default();
    let seal = format!(
        "\"seal\":\"{}\"",
        hashes.get("parts").map_or("", String::as_str)
    );
    let sealed = lines.next() == Some(seal.as_str());
    for name in PARTS {
        if manifest.get(name).and_then(Value::as_str) != hashes.get(name).map(String::as_str) {
            // One of the two was changed: where the seal does not fit either, it is the list.
            let name = if sealed { name } else { "parts" };
            return fault(name, "it is not what was put into the bundle");
        }
    }
    if manifest.as_object().is_none_or(|m| m.len() != PARTS.len()) {
        return fault("parts", "it names other parts than the bundle has");
    }
    if !sealed {
        return fault("seal", "it is not the seal of this bundle");
    }
    if (lines.next(), lines.next(), lines.next()) != (Some("}"), Some(""), None) {
        return fault("the file", "something stands behind the bundle");
    }
    if parts.get(PARTS[0]).and_then(Value::as_u64) != Some(VERSION) {
        return fault(PARTS[0], "another version than this program knows");
    }
    Ok(parts)
}

fn part<'p>(parts: &'p Parts, name: &str) -> &'p Value {
    parts.get(name).unwrap_or(&Value::Null)
}

fn text(parts: &Parts, part_name: &str, member: &str) -> Result<String, Fault> {
    match string(part(parts, part_name), member) {
        Some(text) => Ok(text.to_owned()),
        None => fault(part_name, format!("{member} is missing")),
    }
}

fn string<'v>(value: &'v Value, member: &str) -> Option<&'v str> {
    value.get(member)?.as_str()
}

fn canonical(value: &Value) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).unwrap_or_default()
}

fn bytes32(hex: Option<&str>) -> Option<[u8; 32]> {
    let bytes = HEXLOWER.decode(hex?.as_bytes()).ok()?;
    bytes.try_into().ok()
}

// ---- the log --------------------------------------------------------------------------------------------------

/// A line of the log; a fragment of a cut write has no value.
struct Line {
    n: u64,
    hash: [u8; 32],
    value: Option<Value>,
}

impl Line {
    fn is(&self, kind: &str, op: &str) -> bool {
        let value = self.value.as_ref();
        value.and_then(|v| string(v, "kind")) == Some(kind)
            && (op.is_empty() || value.and_then(|v| string(v, "op")) == Some(op))
    }

    fn op(&self) -> &str {
        self.value
            .as_ref()
            .and_then(|v| string(v, "op"))
            .unwrap_or_default()
    }

    fn details(&self) -> &Value {
        let details = self.value.as_ref().and_then(|v| v.get("details"));
        details.unwrap_or(&Value::Null)
    }

    fn detail(&self, name: &str) -> Option<&str> {
        string(self.details(), name)
    }
}

struct Log {
    vault: String,
    lines: Vec<Line>,
}

fn event(n: u64) -> String {
    format!("events, line {n}")
}

impl Log {
    fn read(parts: &Parts) -> Result<Self, Fault> {
        let vault = text(parts, "vault", "id")?;
        let Some(events) = part(parts, "events").as_array() else {
            return fault("events", "it is no list");
        };
        let mut previous: [u8; 32] = Sha256::digest(format!("keymoot/audit/v1\0{vault}")).into();
        let mut torn: Vec<String> = Vec::new();
        let mut lines = Vec::with_capacity(events.len());
        for (n, raw) in (1..).zip(events) {
            let raw = raw.as_str().unwrap_or_default();
            let value: Option<Value> = serde_json::from_str(raw).ok();
            if let Some(value) = &value {
                if canonical(value) != raw.as_bytes() || value.get("n") != Some(&json!(n)) {
                    return fault(event(n), "it is not the line that was written there");
                }
                if bytes32(string(value, "prev")) != Some(previous) {
                    return fault(event(n), "it does not follow from the line before");
                }
                let named = value.get("torn").and_then(Value::as_array);
                let named = named.map_or(&[][..], Vec::as_slice);
                let named: Vec<_> = named.iter().filter_map(|t| string(t, "sha256")).collect();
                if named != torn {
                    return fault(
                        event(n),
                        "a fragment before it is not the one that it names",
                    );
                }
                torn.clear();
            } else {
                torn.push(sha256(raw.as_bytes()));
            }
            previous = Sha256::digest(raw).into();
            lines.push(Line {
                n,
                hash: previous,
                value,
            });
        }
        if !torn.is_empty() {
            return fault("events", "the log ends in a fragment");
        }
        Ok(Self { vault, lines })
    }

    fn line(&self, n: u64) -> Option<&Line> {
        self.lines.get(usize::try_from(n.checked_sub(1)?).ok()?)
    }

    /// Intents that a commit sealed.
    fn sealed(&self) -> impl Iterator<Item = &Line> {
        let place = |line: &Line| {
            let group = line.value.as_ref()?.get("group")?;
            Some((
                group.get("commit")?.as_u64()?,
                group.get("index")?.as_u64()?,
            ))
        };
        // A commit number is used again after its first try was voided: the void is the nearest one behind.
        let mut open = BTreeMap::new();
        let mut void = BTreeSet::new();
        for line in &self.lines {
            if line.is("intent", "") {
                open.insert(place(line), line.n);
            } else if line.is("void", "")
                && let Some(n) = open.remove(&place(line))
            {
                void.insert(n);
            }
        }
        self.lines
            .iter()
            .filter(move |line| line.is("intent", "") && !void.contains(&line.n))
    }

    /// The lines of the run: where it begins, where the bundle ends.
    fn span(&self, run: &str) -> Option<(u64, u64)> {
        let begin = |line: &&Line| line.is("noted", "run-begin") && line.detail("run") == Some(run);
        let begin = self.lines.iter().find(begin)?;
        Some((begin.n, self.lines.last()?.n))
    }
}

/// Recomputes every state head; returns how many, and how many an older log gives no leaf for.
fn heads(log: &Log, vault: &str) -> Result<(u64, u64), Fault> {
    let mut head: [u8; 32] = Sha256::digest(format!("keymoot/state/v1\0{vault}")).into();
    let (mut recomputed, mut taken) = (0, 0);
    for (seq, line) in (1_u64..).zip(log.sealed()) {
        if line.details().get("seq") != Some(&json!(seq)) {
            return fault(
                event(line.n),
                format!("it is not state {seq}, which belongs there"),
            );
        }
        let Some(named) = bytes32(line.detail("state_head")) else {
            return fault(event(line.n), "it names no state head");
        };
        match bytes32(line.detail("leaf")) {
            Some(leaf) => {
                if next_head(&head, &leaf) != named {
                    return fault(
                        event(line.n),
                        "its state head does not follow from its leaf",
                    );
                }
                recomputed += 1;
            }
            None => taken += 1,
        }
        head = named;
    }
    Ok((recomputed, taken))
}

fn next_head(head: &[u8; 32], leaf: &[u8; 32]) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"keymoot/state/v1\0")
        .chain_update(head)
        .chain_update(leaf)
        .finalize()
        .into()
}

/// The run stands in the log, with its script and its end.
fn span(log: &Log, done: &mut Verified) -> Result<(), Fault> {
    let Some((begin, _)) = log.span(&done.run) else {
        return fault("run", "no line of the log begins it");
    };
    let script = log.line(begin).and_then(|line| line.detail("script"));
    script
        .unwrap_or_default()
        .clone_into(&mut done.script_sha256);
    let close = log
        .lines
        .iter()
        .find(|line| line.is("noted", "run-close") && line.detail("run") == Some(&done.run));
    if let Some(outcome) = close.and_then(|line| line.detail("outcome")) {
        outcome.clone_into(&mut done.outcome);
    }
    Ok(())
}

// ---- what is in the bundle -------------------------------------------------------------------------------------

/// Script, artifacts, report, build and recording are those that the log names.
fn contents(parts: &Parts, log: &Log, done: &mut Verified) -> Result<(), Fault> {
    let named = log
        .lines
        .iter()
        .rev()
        .find(|line| line.is("noted", "bundle") && line.detail("run") == Some(&done.run));
    let Some(named) = named.map(Line::details) else {
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
    let names = |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
    if listed.map(names).unwrap_or_default() != names(artifacts) {
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

// ---- people ----------------------------------------------------------------------------------------------------

/// One person: name, role, public key.
struct Person {
    name: String,
    role: String,
    key: [u8; 32],
}

/// The people by fingerprint; each stands in a list that the log holds.
fn people(parts: &Parts, log: &Log) -> Result<BTreeMap<String, Person>, Fault> {
    let mut listed = BTreeSet::new();
    for line in &log.lines {
        enrolled(line.details(), &mut listed);
    }
    let mut people = BTreeMap::new();
    for person in part(parts, "people").as_array().unwrap_or(&Vec::new()) {
        let name = string(person, "name").unwrap_or_default().to_owned();
        let role = string(person, "role").unwrap_or_default().to_owned();
        let place = format!("people, {name}");
        let Some(key) = bytes32(string(person, "key")) else {
            return fault(place, "the approval key is not 32 bytes of hex");
        };
        let fingerprint = sha256(&key);
        if !listed.contains(&(name.clone(), role.clone(), fingerprint.clone())) {
            return fault(
                place,
                "no list of people in the log has this name, role and key",
            );
        }
        people.insert(fingerprint, Person { name, role, key });
    }
    Ok(people)
}

/// Every `{name, role, key}` of a list of people, wherever in a line it stands.
fn enrolled(value: &Value, found: &mut BTreeSet<(String, String, String)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| enrolled(item, found)),
        Value::Object(map) => {
            if let (Some(name), Some(role), Some(key)) = (
                string(value, "name"),
                string(value, "role"),
                string(value, "key"),
            ) {
                found.insert((name.to_owned(), role.to_owned(), key.to_owned()));
            }
            map.values().for_each(|item| enrolled(item, found));
        }
        _ => {}
    }
}

/// Whether a signature holds: `prefix` NUL and the canonical body, under the strict checks of RFC 8032.
fn holds(person: &Person, prefix: &str, body: &Value, signature: Option<&str>) -> bool {
    let signature = signature.and_then(|hex| HEXLOWER.decode(hex.as_bytes()).ok());
    let signature = signature.and_then(|bytes| Signature::from_slice(&bytes).ok());
    let key = VerifyingKey::from_bytes(&person.key);
    let (Some(signature), Ok(key)) = (signature, key) else {
        return false;
    };
    let mut message = format!("{prefix}\0").into_bytes();
    message.extend(canonical(body));
    key.verify_strict(&message, &signature).is_ok()
}

/// Checks the signatures of a line, each under `body`; returns fingerprints and names in order.
fn signed(
    line: &Line,
    keys: &BTreeMap<String, Person>,
    prefix: &str,
    body: impl Fn(&Value, &str) -> Value,
    done: &mut Verified,
) -> Result<Vec<(String, String)>, Fault> {
    let signatures = line.details().get("signatures").and_then(Value::as_array);
    let mut who: Vec<(String, String)> = Vec::new();
    for signature in signatures.map_or(&[][..], Vec::as_slice) {
        let fingerprint = string(signature, "signer").unwrap_or_default();
        let name = string(signature, "name").unwrap_or_default();
        let Some(person) = keys.get(fingerprint).filter(|p| p.name == name) else {
            return fault(
                event(line.n),
                format!("{name} signed with a key that is nobody's"),
            );
        };
        let by = string(signature, "by").unwrap_or_default();
        let body = body(signature, by);
        if !holds(person, prefix, &body, string(signature, "signature")) {
            return fault(
                event(line.n),
                format!("the signature of {name} does not hold for what it stands under"),
            );
        }
        if who.iter().any(|(seen, _)| seen == fingerprint) {
            return fault(event(line.n), format!("{name} signed twice"));
        }
        done.signed_from_file += u64::from(by != "terminal");
        who.push((fingerprint.to_owned(), name.to_owned()));
    }
    Ok(who)
}

// ---- acts ------------------------------------------------------------------------------------------------------

/// Every act of the run: its request leads to its leaf, and its signatures hold for it.
fn acts(
    parts: &Parts,
    log: &Log,
    keys: &BTreeMap<String, Person>,
    done: &mut Verified,
    signers: &mut BTreeSet<String>,
) -> Result<(), Fault> {
    let disclosed = part(parts, "acts").as_array();
    let disclosed = disclosed.map_or(&[][..], Vec::as_slice);
    let begin = log.span(&done.run).map_or(0, |(begin, _)| begin);
    let mut heads: BTreeMap<u64, String> = BTreeMap::new();
    let mut head = HEXLOWER.encode(&Sha256::digest(format!("keymoot/state/v1\0{}", log.vault)));
    let mut expected: Vec<&str> = Vec::new();
    for line in log.sealed() {
        heads.insert(line.n, std::mem::take(&mut head));
        head = line.detail("state_head").unwrap_or_default().to_owned();
        if line.n < begin {
            continue;
        }
        match line.detail("digest") {
            Some(digest) if line.detail("script") == Some(&done.script_sha256) => {
                if expected.last() != Some(&digest) {
                    expected.push(digest);
                }
            }
            None if !BY_THE_CLOCK.contains(&line.op()) => {
                return fault(
                    event(line.n),
                    format!("{} moved the state unsigned", line.op()),
                );
            }
            _ => {}
        }
    }
    let given: Vec<&str> = disclosed
        .iter()
        .filter_map(|a| string(a, "digest"))
        .collect();
    if given != expected {
        return fault(
            "acts",
            "they are not the acts that the log has for this run",
        );
    }
    let epoch = text(parts, "vault", "epoch")?;
    for (n, act) in (1..).zip(disclosed) {
        let place = format!("acts, act {n}");
        let transitions = act.get("transitions").and_then(Value::as_array);
        let transitions = transitions.map_or(&[][..], Vec::as_slice);
        let lines = transitions
            .iter()
            .map(|t| transition(log, t, string(act, "digest"), &place))
            .collect::<Result<Vec<_>, _>>()?;
        let all = log
            .sealed()
            .filter(|l| l.detail("digest") == string(act, "digest"));
        if lines.is_empty() || !all.map(|l| l.n).eq(lines.iter().map(|l| l.n)) {
            return fault(
                place,
                "it does not show every transition that the log has of it",
            );
        }
        let Some(first) = lines.first() else { continue };
        let signed_act = act_of(log, first, act, &epoch, heads.get(&first.n));
        if Some(sha256(&canonical(&signed_act)).as_str()) != string(act, "digest") {
            return fault(place, "what it shows is not what people signed");
        }
        let who = signed(
            first,
            keys,
            "keymoot/approval/v1",
            |signature, by| {
                json!({
                    "act": signed_act, "by": by,
                    "role": signature.get("role"), "signer": signature.get("signer"),
                })
            },
            done,
        )?;
        fit_to_sign(first, &who, keys)?;
        signers.extend(who.iter().map(|(key, _)| key.clone()));
        let names = who.into_iter().map(|(_, name)| name).collect();
        let name = act.pointer("/action/name").and_then(Value::as_str);
        done.acts
            .push((name.unwrap_or_else(|| first.op()).to_owned(), names));
    }
    Ok(())
}

/// One transition: the request and response lead to the leaf that the log names.
fn transition<'l>(
    log: &'l Log,
    shown: &Value,
    digest: Option<&str>,
    place: &str,
) -> Result<&'l Line, Fault> {
    let n = shown
        .get("line")
        .and_then(Value::as_u64)
        .unwrap_or_default();
    let Some(line) = log
        .line(n)
        .filter(|l| l.is("intent", "") && l.detail("digest") == digest)
    else {
        return fault(place, format!("line {n} of the log is not of this act"));
    };
    let (request, response) = (shown.get("request"), shown.get("response"));
    for (name, value) in [("request_sha256", request), ("response_sha256", response)] {
        let value = value.map(canonical).unwrap_or_default();
        if line.detail(name) != Some(&sha256(&value)) {
            return fault(
                place,
                format!(
                    "its {} is another than the log's",
                    name.split('_').next().unwrap_or_default()
                ),
            );
        }
    }
    let preimage = canonical(&json!({
        "seq": line.details().get("seq"), "operation": shown.get("operation"),
        "request": request, "response": response,
    }));
    let leaf = bytes32(string(shown, "salt")).and_then(|salt| {
        let mut mac = Hmac::<Sha256>::new_from_slice(&salt).ok()?;
        mac.update(&preimage);
        Some(HEXLOWER.encode(&mac.finalize().into_bytes()))
    });
    if leaf.is_none() || line.detail("leaf") != leaf.as_deref() {
        return fault(place, "its leaf does not follow from what is shown");
    }
    Ok(line)
}

/// The act as it was signed, from what the log and the bundle say of it.
fn act_of(log: &Log, first: &Line, act: &Value, epoch: &str, head: Option<&String>) -> Value {
    let seq = first.details().get("seq").and_then(Value::as_u64);
    let signatures = first.details().get("signatures");
    let issuer = signatures.and_then(|s| s.get(0)).unwrap_or(&Value::Null);
    json!({
        "vault_id": log.vault, "epoch": epoch, "seq": seq.map(|seq| seq.saturating_sub(1)),
        "state_head": head, "approval_id": first.detail("approval_id"),
        "issuer": issuer.get("name"), "issuer_key": issuer.get("signer"),
        "script": first.detail("script"), "step": first.detail("step"),
        "action": act.get("action"),
    })
}

/// The issuer signs first and is no witness; all others approve, and are custodians.
fn fit_to_sign(
    line: &Line,
    who: &[(String, String)],
    keys: &BTreeMap<String, Person>,
) -> Result<(), Fault> {
    let signatures = line.details().get("signatures").and_then(Value::as_array);
    for (n, ((key, name), signature)) in who
        .iter()
        .zip(signatures.map_or(&[][..], Vec::as_slice))
        .enumerate()
    {
        let role = keys.get(key).map_or("", |person| person.role.as_str());
        let fits = match (n, string(signature, "role")) {
            (0, Some("issuer")) => role != "witness",
            (1.., Some("custodian")) => role == "custodian",
            _ => false,
        };
        if !fits {
            return fault(event(line.n), format!("{name}, {role}, may not sign so"));
        }
    }
    if who.len() < 2 {
        return fault(event(line.n), "nobody but the issuer signed");
    }
    Ok(())
}

// ---- sign-offs and trust ---------------------------------------------------------------------------------------

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
