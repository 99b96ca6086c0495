//! Receipts: does the receiver hold the key that was sent?

use serde_json::Value;

use crate::api::Timestamp;
use crate::custody::json;

use super::Session;
use super::error::Refusal;
use super::guide::common_name;
use super::state::{EarlierReceipt, ExportRecord};
use super::transition::Transition;
use super::view::{ExportView, ReceiptView};
use super::views::name_of;

impl ExportView {
    /// Whether a receiver sends an answer of it that is read here. Of a terminal's initial key nobody can: neither AWS nor
    /// another keymoot holds one, and whoever loads it compares its check value at the device.
    pub const fn asks_receipt(&self) -> bool {
        self.serial.is_none()
    }

    /// Whether that answer is still to come.
    pub fn waits_for_answer(&self) -> bool {
        self.state == "sent" && self.asks_receipt()
    }
}

impl Session {
    /// Reads what `aws payment-cryptography import-key` or `get-key` printed and compares it with the export it
    /// answers. Recorded; moves neither seq nor state head.
    pub(crate) fn receipt(&mut self, answer: &[u8]) -> Result<ReceiptView, Refusal> {
        let answer = json::strict(answer).map_err(|e| {
            Refusal::Usage(format!(
                "This file is no receipt: it cannot be read as what AWS or another keymoot prints ({e}). Nothing was recorded, and \
                 the key that was sent is as it was. Read the file that the receiver sent back, receipt.json."
            ))
        })?;
        let key = answer.get("Key").filter(|k| k.is_object()).ok_or_else(|| {
            Refusal::Usage(
                "This file is no receipt: it tells of no key. Nothing was recorded, and the key that was sent is as it was. Read \
                 what import-key or get-key printed at the receiver, receipt.json."
                    .into(),
            )
        })?;
        self.is_theirs(key)?;
        let at = self.answered(key)?;
        self.not_read_already(at, key)?;
        let others = self.could_be_of(at, key);
        let now = self.now().millis();
        let mut working = self.state.clone();
        let export = working.exports.get_mut(at).ok_or_else(no_export)?;
        let differences = differences(export, key);
        let confirmed = differences.is_empty();
        export.state = String::from(if confirmed { "confirmed" } else { "DIFFERS" });
        export.receiver_arn = key.get("KeyArn").and_then(Value::as_str).map(str::to_owned);
        let theirs = key
            .get("KeyCheckValue")
            .and_then(Value::as_str)
            .unwrap_or("?")
            .to_uppercase();
        // One answer does not wipe out another: whoever looks sees that they did not say the same.
        let latest = EarlierReceipt {
            at: now,
            state: export.state.clone(),
            kcv: theirs.chars().take(16).collect(),
            arn: export.receiver_arn.clone(),
        };
        export.earlier.extend(export.latest.replace(latest));
        let mut verdict = said(&export.kcv, &theirs, &differences);
        if !others.is_empty() {
            verdict.push_str(&which(export, &others));
        }
        let verdict = self.blinded_text(verdict, &export.arn);
        let differences = differences
            .into_iter()
            .map(|words| self.blinded_text(words, &export.arn))
            .collect();
        let note = Transition::note("receipt", Vec::new())
            .with("key", export.arn.clone())
            .with("result", export.state.clone())
            .with("theirs", theirs.chars().take(16).collect::<String>())
            .with("receiver", export.receiver_arn.clone().unwrap_or_default());
        let export = export.clone();
        working.arrived(export.sha256.as_ref());
        self.commit(working, &[note], false)?;
        Ok(ReceiptView {
            confirmed,
            export: self.export_view(&export),
            verdict,
            differences,
        })
    }

    /// An answer about a key of this vault is none: it was written here, for somebody else, or names what was sent and
    /// not what arrived.
    fn is_theirs(&self, key: &Value) -> Result<(), Refusal> {
        let arn = key
            .get("KeyArn")
            .and_then(Value::as_str)
            .unwrap_or_default();
        match self.record(arn) {
            None => Ok(()),
            Some(record) => Err(Refusal::Usage(format!(
                "This receipt is about {}, a key of this vault itself, and says nothing of what arrived elsewhere. Nothing \
                 was recorded. Read the file that the receiver sent back.",
                name_of(record)
            ))),
        }
    }

    /// An answer that was read already says nothing new of its own export, and nothing at all of another that waits.
    fn not_read_already(&self, at: usize, key: &Value) -> Result<(), Refusal> {
        let theirs = check_value(key);
        let arn = key.get("KeyArn").and_then(Value::as_str);
        let (Some(export), Some(arn)) = (self.state.exports.get(at), arn) else {
            return Ok(());
        };
        let same = |answer: &EarlierReceipt| {
            answer.arn.as_deref().or(export.receiver_arn.as_deref()) == Some(arn)
                && answer.kcv == theirs.chars().take(16).collect::<String>()
        };
        let read = export.latest.as_ref().filter(|answer| same(answer));
        let other = |e: &ExportRecord| e.state == "sent" && e.kcv == theirs;
        let Some(read) = read.filter(|_| self.state.exports.iter().any(other)) else {
            return Ok(());
        };
        let label = self
            .record(&export.arn)
            .map_or_else(|| export.arn.clone(), name_of);
        let then = Timestamp::from_millis(read.at).rfc3339();
        Err(Refusal::Usage(format!(
            "This receipt was read already, at {then}, for {label} as it went to {}: it is about the receiver's key {arn}, \
             and says nothing of another way out that waits for its own answer. Nothing was recorded. Read the file \
             that the other receiver sent back.",
            common_name(&export.receiver)
        )))
    }

    /// Other files with the same key for the same receiver that wait for an answer: an answer names its key and no file,
    /// so it could be of each of them.
    fn could_be_of(&self, at: usize, key: &Value) -> Vec<ExportRecord> {
        let Some(own) = self.state.exports.get(at) else {
            return Vec::new();
        };
        let arn = key.get("KeyArn").and_then(Value::as_str);
        if own.state != "sent" || answered_before(own, arn) {
            return Vec::new();
        }
        let others = self.state.exports.iter().enumerate().filter(|(n, e)| {
            let same = e.kcv == own.kcv && e.arn == own.arn && e.receiver == own.receiver;
            let before = created(key).is_none_or(|made| e.at <= made || own.at > made);
            *n != at && same && before && e.state == "sent"
        });
        others.map(|(_, export)| export.clone()).collect()
    }

    /// Which export an answer is about: the one that this receiver's key answered before, else the newest open one with
    /// its check value, else the newest open one, else the newest of a key of this kind.
    fn answered(&self, key: &Value) -> Result<usize, Refusal> {
        let theirs = check_value(key);
        let arn = key.get("KeyArn").and_then(Value::as_str);
        let exports = &self.state.exports;
        let newest = |fits: &dyn Fn(&ExportRecord) -> bool| exports.iter().rposition(fits);
        let made = created(key);
        newest(&|e| answered_before(e, arn))
            // A receiver's key was not made of a file that did not exist yet.
            .or_else(|| {
                newest(&|e| {
                    e.state == "sent" && e.kcv == theirs && made.is_some_and(|at| e.at <= at)
                })
            })
            .or_else(|| newest(&|e| e.state == "sent" && e.kcv == theirs))
            .or_else(|| newest(&|e| e.state == "sent"))
            .or_else(|| newest(&|e| e.kcv == theirs))
            .or_else(|| newest(&|e| same_kind(e, key)))
            .ok_or_else(no_export)
    }
}

/// Whether this key of a receiver has answered this export before.
fn answered_before(export: &ExportRecord, arn: Option<&str>) -> bool {
    let earlier = export.earlier.iter().map(|answer| answer.arn.as_deref());
    arn.is_some()
        && earlier
            .chain([export.receiver_arn.as_deref()])
            .any(|known| known == arn)
}

/// When the receiver made its key, in milliseconds, where the answer says it.
fn created(key: &Value) -> Option<i64> {
    let at = key.get("CreateTimestamp")?;
    if let Some(written) = at.as_str() {
        return Some(Timestamp::parse_rfc3339(written).ok()?.millis());
    }
    // The end of that second: a file of the same second may be what it was made of.
    let seconds = at.to_string();
    let seconds: i64 = seconds.split('.').next()?.parse().ok()?;
    seconds.checked_mul(1000)?.checked_add(999)
}

/// That an answer could be of several files, and where it was entered.
fn which(own: &ExportRecord, others: &[ExportRecord]) -> String {
    let time = |export: &ExportRecord| Timestamp::from_millis(export.at).rfc3339();
    let others: Vec<String> = others.iter().map(time).collect();
    format!(
        " The same key went to this receiver in {} files that wait for an answer, and an answer names no file: it was \
         entered with the file of {}, and could as well be of that of {}. Ask the receiver which one it took, and \
         whether the key is there twice.",
        others.len() + 1,
        time(own),
        others.join(", ")
    )
}

/// The check value that an answer gives, in upper case; empty where it gives none.
fn check_value(key: &Value) -> String {
    let given = key.get("KeyCheckValue").and_then(Value::as_str);
    given.unwrap_or_default().to_uppercase()
}

/// The verdict in a sentence.
fn said(sent: &str, theirs: &str, differences: &[String]) -> String {
    if differences.is_empty() {
        return format!(
            "confirmed: the receiver holds the key that was sent. KCV {sent} = {theirs}"
        );
    }
    format!(
        "DIFFERS: the receiver holds another key than the one sent ({}). Stop: do not use it, and find out which of the \
         two is wrong.",
        differences.join("; ")
    )
}

fn no_export() -> Refusal {
    Refusal::Usage(
        "No export of this vault waits for a receipt. Nothing was recorded. Is it the right vault?"
            .into(),
    )
}

/// Whether a key of this kind was sent: then another check value is no answer to another question, but another key.
fn same_kind(export: &ExportRecord, key: &Value) -> bool {
    let sent: Value = serde_json::from_str(&export.attributes).unwrap_or(Value::Null);
    let theirs = key.get("KeyAttributes").unwrap_or(&Value::Null);
    ["KeyUsage", "KeyAlgorithm"]
        .iter()
        .all(|member| sent.get(member).is_some() && sent.get(member) == theirs.get(member))
}

/// Members that must agree with the request as written. Enabled is reported, never judged.
fn differences(export: &ExportRecord, key: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let text = |name: &str| {
        key.get(name)
            .and_then(Value::as_str)
            .unwrap_or("(missing)")
            .to_owned()
    };
    let kcv = text("KeyCheckValue").to_uppercase();
    if kcv != export.kcv {
        found.push(format!("KeyCheckValue {kcv}, sent {}", export.kcv));
    }
    let method = text("KeyCheckValueAlgorithm");
    if method != export.kcv_method {
        found.push(format!(
            "KeyCheckValueAlgorithm {method}, sent {}",
            export.kcv_method
        ));
    }
    let sent: Value = serde_json::from_str(&export.attributes).unwrap_or(Value::Null);
    let theirs = key.get("KeyAttributes").cloned().unwrap_or(Value::Null);
    for member in ["KeyUsage", "KeyClass", "KeyAlgorithm"] {
        // What was sent without it (the usage of an initial key) is the receiver's to name.
        if sent.get(member).is_some() && sent.get(member) != theirs.get(member) {
            let shown = |v: &Value| {
                v.get(member)
                    .and_then(Value::as_str)
                    .unwrap_or("(missing)")
                    .to_owned()
            };
            found.push(format!(
                "{member} {}, sent {}",
                shown(&theirs),
                shown(&sent)
            ));
        }
    }
    if set_modes(&sent) != set_modes(&theirs) {
        found.push("KeyModesOfUse".into());
    }
    let exportable = key.get("Exportable").and_then(Value::as_bool);
    if exportable != Some(export.exportable) {
        let theirs = exportable.map_or("not said", |yes| if yes { "true" } else { "false" });
        found.push(format!("Exportable {theirs}, sent {}", export.exportable));
    }
    found
}

fn set_modes(attributes: &Value) -> Vec<String> {
    attributes
        .get("KeyModesOfUse")
        .and_then(Value::as_object)
        .map(|modes| {
            modes
                .iter()
                .filter(|(_, on)| on.as_bool() == Some(true))
                .map(|(name, _)| name.clone())
                .collect()
        })
        .unwrap_or_default()
}
