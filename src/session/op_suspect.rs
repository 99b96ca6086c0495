//! A key that is suspect: it is marked by an act, used no more, and what stands under it is listed (PCI PIN 9-2, 22).
//! Declared, built, judged and said here.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::api::{ExportKeyMaterial, ImportKeyMaterial, Request, Response, Timestamp};
use crate::custody::ledger::day;
use crate::text::{say, tr};

use super::Session;
use super::build::Answers;
use super::custody_act::CustodyAct;
use super::error::Refusal;
use super::field::{Choice, Field, Kind};
use super::op::{KEY, Op};
use super::op_custody::REASON;
use super::sentence::{Details, line, name_of};
use super::state::{ExportRecord, State};

/// Suspect, or cleared after it was looked into.
pub const VERDICT: Field = Field {
    id: "verdict",
    label: "Verdict",
    hint: "Suspect until it was looked into. If it proves true, no verdict follows: the key and what stands under it are replaced, and deleted (D on a key's page).",
    kind: Kind::Choice(&[
        Choice {
            id: "suspect",
            label: "suspect: used no more",
        },
        Choice {
            id: "cleared",
            label: "cleared: looked into, and sound",
        },
    ]),
    optional: false,
};

/// Marks a key.
pub const SUSPECT: Op = Op {
    name: "vault.suspect",
    title: "Mark a key as suspect",
    does: "has a key used no more, and lists what stands under it; or clears it after it was looked into (PCI PIN 22)",
    fields: &[KEY, VERDICT, REASON],
    uses_secret: false,
    phrase: None,
};

/// Why a key is suspect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Suspicion {
    /// Why, in words.
    pub(crate) reason: String,
    /// Since when.
    pub(crate) at: i64,
}

/// A suspect key as reports tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuspectView {
    /// Its ARN.
    pub arn: String,
    /// What it is called.
    pub label: String,
    /// Its check value, upper-case hex.
    pub check_value: String,
    /// Since when.
    pub since: Timestamp,
    /// Why, in words.
    pub reason: String,
    /// What stands under it on record, a line each.
    pub under: Vec<String>,
    /// How many keys came or went under it in key blocks, and under those in turn.
    pub keys_under: usize,
}

/// A key that came in or went out in a key block under another key of this vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UnderRecord {
    /// The ARN of the key in the block.
    pub(crate) arn: String,
    /// The ARN of the key above it.
    pub(crate) above: String,
    /// Of the terminal whose initial key was in the block in the key's place, its key serial number: the key itself does not
    /// stand under the other, for nothing leads back from an initial key to its base key (ANSI X9.24-1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) serial: Option<String>,
}

/// The mark that the answers describe.
pub(super) fn built(session: &Session, answers: &Answers) -> Result<CustodyAct, Refusal> {
    let named = session.resolve(answers.text(KEY.id)?)?;
    let record = session.state.engine.find(&named);
    let arn = record.map_or(named, |record| record.key.key_arn.clone());
    Ok(CustodyAct::Suspect {
        key: arn,
        suspect: answers.text(VERDICT.id)? != "cleared",
        reason: answers.text(REASON.id)?.trim().to_owned(),
    })
}

/// Whether there is such a key, and the mark changes something.
pub(super) fn judged(state: &State, key: &str, suspect: bool) -> Result<(), Refusal> {
    let wrong = |words: String| Err(Refusal::Custody(format!("{words} Nothing was changed.")));
    if state.engine.find(key).is_none() {
        return wrong(format!("There is no key {key} in this vault."));
    }
    let label = name_of(key, &state.engine);
    match (state.suspects.get(key), suspect) {
        (Some(known), true) => wrong(format!(
            "{label} is SUSPECT already, since {}: {}.",
            day(known.at),
            known.reason
        )),
        (None, false) => wrong(format!("{label} is not suspect.")),
        _ => Ok(()),
    }
}

/// Marks, or takes the mark away.
pub(super) fn done(state: &mut State, key: &str, suspect: bool, reason: &str, at: i64) {
    if suspect {
        let reason = reason.to_owned();
        state
            .suspects
            .insert(key.to_owned(), Suspicion { reason, at });
    } else {
        state.suspects.remove(key);
    }
}

/// The act in a custodian's words.
pub(super) fn told(state: &State, key: &str, suspect: bool, reason: &str) -> (String, Details) {
    let label = name_of(key, &state.engine);
    let mut details = vec![line(tr("why"), reason)];
    if !suspect {
        details.push(line(tr("then"), tr("the key may be used again")));
        return (say!("CLEAR {label}: it is not suspect", label), details);
    }
    details.push(line(
        tr("then"),
        tr("it is not used, exported or enabled; it can be disabled and deleted"),
    ));
    let under = impact(state, key);
    if under.is_empty() {
        details.push(line(tr("under it"), tr("nothing on record")));
    }
    details.extend(
        under
            .iter()
            .map(|dependant| line(tr("under it"), dependant)),
    );
    (say!("MARK {label} as SUSPECT", label), details)
}

/// A key, and the keys that came or went under it in key blocks, and theirs in turn.
fn with_dependants(state: &State, key: &str) -> Vec<String> {
    let mut met = BTreeSet::from([key.to_owned()]);
    let mut todo = vec![key.to_owned()];
    let mut all = Vec::new();
    while let Some(arn) = todo.pop() {
        let under = state.under.iter();
        let under = under.filter(|u| u.above == arn && u.serial.is_none());
        todo.extend(
            under
                .map(|u| u.arn.clone())
                .filter(|below| met.insert(below.clone())),
        );
        all.push(arn);
    }
    all
}

/// Marks a key and what stands under it, as the rule wants it and not people (PCI PIN 9-2). A mark that stands already
/// stays as it is. Returns the ARNs of those that are newly marked.
pub(super) fn mark_with_dependants(
    state: &mut State,
    key: &str,
    reason: &str,
    at: i64,
) -> Vec<String> {
    let above = name_of(key, &state.engine);
    let mut marked = Vec::new();
    for arn in with_dependants(state, key) {
        if state.engine.find(&arn).is_none() || state.suspects.contains_key(&arn) {
            continue;
        }
        let reason = if arn == key {
            reason.to_owned()
        } else {
            format!("it stands under {above}, which is suspect: {reason}")
        };
        done(state, &arn, true, &reason, at);
        marked.push(arn);
    }
    marked
}

/// What stands under a key on record: keys that came or went under it, theirs in turn, and where each was sent.
pub(super) fn impact(state: &State, key: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for arn in with_dependants(state, key) {
        let label = name_of(&arn, &state.engine);
        if arn != key {
            lines.push(label.clone());
        }
        let came = state.received.iter().filter(|r| r.arn == arn);
        lines.extend(came.map(|r| {
            let sender = r.root.as_ref().map(|root| name_of(root, &state.engine));
            match sender {
                Some(sender) => say!(
                    "{label} at its sender ({sender}), came {day}",
                    label,
                    sender,
                    day = day(r.at)
                ),
                None => say!("{label} at its sender, came {day}", label, day = day(r.at)),
            }
        }));
        let sent = state.exports.iter().filter(|e| e.arn == arn);
        lines.extend(sent.map(|e| sent_line(state, e)));
        lines.extend(initial_keys_under(state, &arn).map(|e| sent_line(state, e)));
    }
    lines
}

/// Initial keys that left under a key; their base keys do not stand under it.
fn initial_keys_under<'a>(
    state: &'a State,
    above: &'a str,
) -> impl Iterator<Item = &'a ExportRecord> {
    let under = move |e: &&ExportRecord| {
        let mut records = state.under.iter().filter(|u| u.above == above);
        e.serial.is_some() && records.any(|u| u.arn == e.arn && u.serial == e.serial)
    };
    state.exports.iter().filter(under)
}

/// What left, where it is, and since when.
fn sent_line(state: &State, export: &ExportRecord) -> String {
    say!(
        "{label} at {receiver}, sent {day}",
        label = export.called(name_of(&export.arn, &state.engine)),
        receiver = export.receiver,
        day = day(export.at)
    )
}

impl Session {
    /// Whether no suspect key is used, let out or put to use again by a request.
    pub(super) fn unsuspected(&self, request: &Request) -> Result<(), Refusal> {
        let uses = matches!(
            request,
            Request::ImportKey(_)
                | Request::ExportKey(_)
                | Request::StartKeyUsage(_)
                | Request::RestoreKey(_)
                | Request::GetPublicKeyCertificate(_)
                | Request::GetCertificateSigningRequest(_)
        );
        if !uses || self.state.suspects.is_empty() {
            return Ok(());
        }
        let mut request = request.clone();
        for named in super::list::identifiers(&mut request) {
            let record = self.state.engine.find(named);
            let arn = record.map_or(named.as_str(), |r| r.key.key_arn.as_str());
            self.key_not_suspect(arn)?;
        }
        Ok(())
    }

    /// Whether a key is not suspect.
    pub(super) fn key_not_suspect(&self, arn: &str) -> Result<(), Refusal> {
        let Some(known) = self.state.suspects.get(arn) else {
            return Ok(());
        };
        Err(Refusal::Custody(format!(
            "{} is SUSPECT since {}: {}. It is not used, exported or enabled, and nothing was changed. Replace it and \
             what stands under it, and delete it; or, once it was looked into and is sound, clear it: at Custodians the \
             answer about one key; at a shell, keymoot vault suspect --verdict cleared.",
            name_of(arn, &self.state.engine),
            day(known.at),
            known.reason
        )))
    }

    /// Every key that is suspect, by ARN.
    pub fn suspects(&self) -> Vec<SuspectView> {
        let suspects = self.state.suspects.iter();
        suspects
            .map(|(arn, known)| {
                let record = self.state.engine.find(arn);
                SuspectView {
                    label: name_of(arn, &self.state.engine),
                    check_value: record
                        .map(|record| record.key.key_check_value.clone())
                        .unwrap_or_default(),
                    since: Timestamp::from_millis(known.at),
                    reason: known.reason.clone(),
                    under: impact(&self.state, arn),
                    keys_under: with_dependants(&self.state, arn).len().saturating_sub(1),
                    arn: arn.clone(),
                }
            })
            .collect()
    }

    /// Why a key is suspect, and what stands under it, where people ask.
    pub(super) fn suspicion(&self, arn: &str) -> Option<(String, Vec<String>)> {
        let known = self.state.suspects.get(arn)?;
        let since = format!("since {}: {}", day(known.at), known.reason);
        Some((since, impact(&self.state, arn)))
    }
}

/// Remembers under which key another came in or went out in a key block.
pub(super) fn remember(working: &mut State, request: &Request, response: &Response) {
    let pair = match (request, response) {
        (Request::ImportKey(input), Response::ImportKey(output)) => match &input.key_material {
            ImportKeyMaterial::Tr31KeyBlock(block) => Some((
                output.key.key_arn.clone(),
                block.wrapping_key_identifier.clone(),
                None,
            )),
            _ => None,
        },
        (Request::ExportKey(input), Response::ExportKey(_)) => match &input.key_material {
            ExportKeyMaterial::Tr31KeyBlock(block) => Some((
                input.export_key_identifier.clone(),
                block.wrapping_key_identifier.clone(),
                super::effects::initial_key_of(input),
            )),
            _ => None,
        },
        _ => None,
    };
    let arn = |named: &str| working.engine.find(named).map(|r| r.key.key_arn.clone());
    let known = pair.and_then(|(key, above, serial)| Some((arn(&key)?, arn(&above)?, serial)));
    let Some((arn, above, serial)) = known else {
        return;
    };
    let record = UnderRecord { arn, above, serial };
    if !working.under.contains(&record) {
        working.under.push(record);
    }
}
