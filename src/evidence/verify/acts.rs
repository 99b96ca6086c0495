//! Acts: what was signed is what was done, and who may sign has signed.
#![deny(clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::super::bundle::sha256;
use super::appointed::own_appointments;
use super::demanded::Demanded;
use super::elsewhere::elsewhere;
use super::file::{Parts, bytes32, canonical, part, string, text};
use super::log::{Line, Log, event, first_head};
use super::people::{CUSTODIAN, People, signed};
use super::{Fault, Verified, fault};

/// Every act of the run: its request leads to its leaf, and its signatures hold for it. Returns whose keys signed them,
/// and whose signed acts outside the run.
pub(super) fn acts(
    parts: &Parts,
    log: &Log,
    keys: &People,
    done: &mut Verified,
) -> Result<[BTreeSet<String>; 2], Fault> {
    let mut signers = BTreeSet::new();
    let disclosed = part(parts, "acts").as_array();
    let disclosed = disclosed.map_or(&[][..], Vec::as_slice);
    let (expected, heads) = of_the_run(log, done);
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
    let demanded = Demanded::of(log, done)?;
    let by_digest = by_digest(log);
    for (n, act) in (1..).zip(disclosed) {
        let place = format!("acts, act {n}");
        let lines = shown(log, &by_digest, act, &place)?;
        let Some(first) = lines.first().copied() else {
            return fault(place, NOT_WHOLE);
        };
        // After a rotation the bundle says under which epoch an act was signed; the digest holds it to that.
        let epoch = string(act, "epoch").unwrap_or(&epoch);
        let signed_act = act_of(log, first, act, epoch, heads.get(&first.n));
        if Some(sha256(&canonical(&signed_act)).as_str()) != string(act, "digest") {
            return fault(place, "what it shows is not what people signed");
        }
        let body = |signature: &Value, by: &str| {
            json!({
                "act": signed_act, "by": by,
                "role": signature.get("role"), "signer": signature.get("signer"),
            })
        };
        let count = &mut done.signatures.acts;
        let who = signed(first, keys, "keymoot/approval/v1", body, count)?;
        fit_to_sign(first, &who, keys)?;
        let name = act.pointer("/action/name").and_then(Value::as_str);
        // An act of many steps has its signatures in every line of it, and each has a floor of its own.
        for line in &lines {
            demanded.enough(line, &who, keys, name.unwrap_or_default())?;
        }
        own_appointments(first, &who, keys)?;
        signers.extend(who.iter().map(|(key, _)| key.clone()));
        let who = who.into_iter().map(|(_, name)| name).collect();
        done.acts
            .push((name.unwrap_or_else(|| first.op()).to_owned(), who));
    }
    let expected = expected.into_iter().collect();
    let outside = elsewhere(log, &expected, (keys, &demanded), done)?;
    Ok([signers, outside])
}

/// The acts that the log has between the beginning and the end of the run, by digest, and the state head that each
/// line of the log was made on.
fn of_the_run<'l>(log: &'l Log, done: &Verified) -> (Vec<&'l str>, BTreeMap<u64, String>) {
    let (begin, end) = log.span(&done.run).unwrap_or_default();
    let mut heads: BTreeMap<u64, String> = BTreeMap::new();
    let mut head = HEXLOWER.encode(&first_head(&log.vault));
    let mut expected: Vec<&str> = Vec::new();
    for line in log.sealed() {
        heads.insert(line.n, std::mem::take(&mut head));
        line.detail("state_head")
            .unwrap_or_default()
            .clone_into(&mut head);
        if line.n < begin || line.n > end {
            continue;
        }
        match line.detail("digest") {
            Some(digest)
                if line.detail("script") == Some(&done.script_sha256)
                    && expected.last() != Some(&digest) =>
            {
                expected.push(digest);
            }
            _ => {}
        }
    }
    (expected, heads)
}

const NOT_WHOLE: &str = "it does not show every transition that the log has of it";

/// The lines of each act.
fn by_digest(log: &Log) -> BTreeMap<&str, Vec<u64>> {
    let mut lines: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for line in log.sealed() {
        if let Some(digest) = line.detail("digest") {
            lines.entry(digest).or_default().push(line.n);
        }
    }
    lines
}

/// The lines of an act, whose every transition is shown.
fn shown<'l>(
    log: &'l Log,
    by_digest: &BTreeMap<&str, Vec<u64>>,
    act: &Value,
    place: &str,
) -> Result<Vec<&'l Line>, Fault> {
    let digest = string(act, "digest");
    let transitions = act.get("transitions").and_then(Value::as_array);
    let transitions = transitions.map_or(&[][..], Vec::as_slice);
    let lines = transitions
        .iter()
        .map(|t| transition(log, t, digest, place))
        .collect::<Result<Vec<_>, _>>()?;
    let all = digest.and_then(|digest| by_digest.get(digest));
    let all = all.map_or(&[][..], Vec::as_slice).iter().copied();
    let same = |first: &Line, line: &&Line| {
        first.details().get("signatures") == line.details().get("signatures")
    };
    match lines.first() {
        Some(first) if !lines.iter().all(|line| same(first, line)) => fault(
            place,
            "its lines in the log do not all hold the same signatures",
        ),
        Some(_) if all.eq(lines.iter().map(|l| l.n)) => Ok(lines),
        _ => fault(place, NOT_WHOLE),
    }
}

/// One transition: the request and response lead to the leaf that the log names.
pub(super) fn transition<'l>(
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
    if string(shown, "operation") != Some(line.op()) {
        return fault(place, "its operation is another than the log's");
    }
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
pub(super) fn act_of(
    log: &Log,
    first: &Line,
    act: &Value,
    epoch: &str,
    head: Option<&String>,
) -> Value {
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
pub(super) fn fit_to_sign(
    line: &Line,
    who: &[(String, String)],
    keys: &People,
) -> Result<(), Fault> {
    let signatures = line.details().get("signatures").and_then(Value::as_array);
    for (n, ((key, name), signature)) in who
        .iter()
        .zip(signatures.map_or(&[][..], Vec::as_slice))
        .enumerate()
    {
        let role = keys.at(line.n, key).map_or("", |p| p.role.as_str());
        let fits = match (n, string(signature, "role")) {
            (0, Some("issuer")) => role != "witness",
            (1.., Some(CUSTODIAN)) => role == CUSTODIAN,
            _ => false,
        };
        if !fits {
            return fault(event(line.n), format!("{name}, {role}, may not sign so"));
        }
    }
    Ok(())
}
