//! What a newer log tells after the line where a copy was made: read line by line, sorted into what is repeated in the
//! restored vault, what is lost with the vault of before, and what the lines do not say in full.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::known::{Heard, Height};
use super::replay;
use crate::custody::policy::operation;
use crate::evidence::audit::{Event, Head, Kind, Line};
use crate::session::custody_act::CustodyAct;
use crate::session::error::Refusal;
use crate::session::state::State;

/// The note of a line that was told by a newer log and repeated in a restored vault.
pub(crate) const REPEATED: &str = "restore-repeated";

/// A newer log as people sign it: where it ends, and what follows from it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Since {
    /// Where the log ends.
    pub ends: End,
    /// A greater height, or another history, that somebody knows: then this log is not the latest, and is taken as none
    /// where keys are concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known: Option<Height>,
    /// Whether every key is disabled: the log is not the latest, or does not say in full which keys are concerned.
    pub all_disabled: bool,
    /// Keys that are destroyed again, by ARN.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub destroyed: Vec<String>,
    /// Keys that are disabled because the log saw them disabled, or their deletion asked for, by ARN.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disabled: Vec<String>,
    /// Keys that become suspect by what is repeated, by ARN.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suspect: Vec<String>,
    /// How many entries of the custody ledger are repeated: parts that were held, accesses, appointments, exceptions.
    pub entries: usize,
    /// Keys that were made after the copy: they are in neither.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<Passed>,
    /// Keys that were let out after the copy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Passed>,
    /// Tokens, certificates and requests for certificates that were given out after the copy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<Passed>,
    /// Lines that do not hold in full what they did, or whose end is not known: by line, the operation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unsaid: Vec<Unsaid>,
    /// What else the vault of before did and the restored one will not have: by operation, how often.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub others: BTreeMap<String, u64>,
}

/// Where a log ends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct End {
    /// Its last line, from 1.
    pub line: u64,
    /// The sequence number that it leads to.
    pub seq: u64,
    /// When its last line was written, milliseconds UTC.
    pub at: i64,
    /// The last act in it, as the log names it; empty where it holds none.
    pub act: String,
}

/// A key, token or certificate that came or went after the copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Passed {
    /// The operation, as the log names it.
    pub op: String,
    /// Its ARN or its token's name.
    pub of: String,
    /// A key's check value; empty where the line has none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kcv: String,
    /// When, milliseconds UTC.
    pub at: i64,
}

/// A line that does not hold in full what it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unsaid {
    /// Its number.
    pub line: u64,
    /// Its operation.
    pub op: String,
}

/// What a newer log of the same vault tells.
#[derive(Debug, Clone)]
pub struct NewerLog {
    /// Lines and last hash, `1234:9f86...`: what the act names.
    pub label: String,
    /// What people sign of it.
    pub since: Since,
    /// What is repeated, in the order in which it happened.
    pub(super) done: Vec<Told>,
}

/// Something that happened after the copy.
#[derive(Debug, Clone)]
pub(in crate::session) struct Told {
    /// The line that says so.
    pub(in crate::session) n: u64,
    /// The line's event.
    pub(in crate::session) event: Event,
}

impl Told {
    /// A detail that is a text.
    pub(in crate::session) fn text(&self, name: &str) -> Option<&str> {
        self.event.details.get(name)?.as_str()
    }

    /// A detail that is a small number.
    pub(in crate::session) fn small(&self, name: &str) -> Option<u8> {
        let number = self.event.details.get(name)?.as_u64()?;
        u8::try_from(number).ok()
    }

    /// When it happened: where it was repeated once before, the time of the first line.
    pub(in crate::session) fn at(&self) -> i64 {
        let first = self.event.details.get("first_at").and_then(Value::as_i64);
        first.unwrap_or(self.event.time.millis())
    }

    /// The line that is repeated here, of an earlier return.
    fn first_line(&self) -> Option<u64> {
        self.event.details.get("first_line")?.as_u64()
    }

    /// What an act entered, where the line holds it in full.
    pub(in crate::session) fn entered(&self) -> Option<CustodyAct> {
        replay::entered(self.event.details.get("entered")?)
    }

    fn passed(&self, of: &str) -> Option<Passed> {
        Some(Passed {
            op: self.event.op.clone(),
            of: self.text(of)?.to_owned(),
            kcv: self.text("kcv").unwrap_or_default().to_owned(),
            at: self.at(),
        })
    }
}

/// A log that is being read.
pub(super) struct Reading<'h> {
    sealed: Head,
    heard: &'h Heard,
    same_history: bool,
    /// Whether the workstation knows another head at the sequence number that it knows.
    forked: bool,
    end: End,
    /// Intents of the last group, whose outcome is not read yet.
    open: Vec<Told>,
    done: Vec<Told>,
}

impl<'h> Reading<'h> {
    pub(super) fn new(sealed: Head, heard: &'h Heard) -> Self {
        Self {
            sealed,
            heard,
            same_history: false,
            forked: false,
            end: End::default(),
            open: Vec::new(),
            done: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, line: &Line) {
        if line.n == self.sealed.count {
            let hash: [u8; 32] = Sha256::digest(line.bytes()).into();
            self.same_history = hash == self.sealed.hash;
        }
        let event = &line.event;
        self.end.line = line.n;
        if event.kind != Kind::Unvouched {
            self.end.at = event.time.millis();
        }
        match event.kind {
            Kind::Intent => self.open.push(Told {
                n: line.n,
                event: event.clone(),
            }),
            Kind::Void => self.open.retain(|told| told.event.group != event.group),
            Kind::Outcome => {
                let done = self.open.iter().position(|t| t.event.group == event.group);
                if let Some(told) = done.map(|at| self.open.remove(at)) {
                    self.stands(&told);
                    self.keep(told);
                }
            }
            Kind::Noted => self.keep(noted(line.n, event)),
            Kind::Opened | Kind::Closed | Kind::Refused | Kind::Unvouched => {}
        }
    }

    /// The line at which people were rotated after the copy was made.
    pub(super) fn rotated(&self) -> Option<u64> {
        let told = self.done.iter().chain(&self.open);
        let mut rotations = told.filter(|told| told.event.op == operation::ROTATE);
        rotations
            .find(|told| told.n > self.sealed.count)
            .map(|told| told.n)
    }

    /// An act that moved the state: how high the log leads, and whether by the way that the workstation saw.
    fn stands(&mut self, told: &Told) {
        let seq = told.event.details.get("seq").and_then(Value::as_u64);
        let Some(seq) = seq else { return };
        self.end.seq = self.end.seq.max(seq);
        self.end.act.clone_from(&told.event.op);
        let head = told.text("state_head").unwrap_or_default();
        self.forked |= self.heard.differs(seq, head);
    }

    fn keep(&mut self, told: Told) {
        if told.n <= self.sealed.count {
            return;
        }
        // An earlier return wrote its notes before its acts: they happened in the order of the lines that they repeat.
        let later = |before: &Told| match told.first_line() {
            None => false,
            Some(line) => {
                before.event.op == operation::RESTORE
                    || before.first_line().is_some_and(|first| first > line)
            }
        };
        let behind = self.done.iter().rev().take_while(|before| later(before));
        let at = self.done.len().saturating_sub(behind.count());
        self.done.insert(at, told);
    }

    /// What it comes to beside the copy's own state. Acts at the very end, of which nobody knows what became, count
    /// where they take something away, and are named.
    pub(super) fn told(
        mut self,
        label: String,
        path: &Path,
        state: &State,
    ) -> Result<NewerLog, Refusal> {
        if !self.same_history {
            return Err(Refusal::Vault(format!(
                "{}: it does not go on from this copy: at line {} it says something else, so it belongs to another \
                 history of the vault. It was not used and nothing was changed.",
                path.display(),
                self.sealed.count
            )));
        }
        for told in &std::mem::take(&mut self.open) {
            self.stands(told);
            self.open.push(told.clone());
        }
        let known = self.heard.beyond(self.end.seq, self.forked);
        let mut sorted = Sorted::new(state, known);
        for told in &self.done {
            sorted.take(told);
        }
        for told in self.open.iter().filter(|told| told.n > self.sealed.count) {
            sorted.doubt(told);
            if !gives_back(told) {
                self.done.push(told.clone());
            }
        }
        let mut since = sorted.since();
        since.ends = self.end;
        let mut log = NewerLog {
            label,
            since,
            done: self.done,
        };
        // Tried on a copy of the state: what it makes suspect and enters is signed with the rest.
        let tried = replay::replay(&mut state.clone(), &log.done);
        log.since.suspect = tried.suspect;
        log.since.entries = tried.entries;
        log.since.unsaid.extend(tried.unsaid);
        log.since.unsaid.sort_by_key(|unsaid| unsaid.line);
        Ok(log)
    }
}

/// A note; one that repeats what an earlier newer log told stands for the line that it repeats.
fn noted(n: u64, event: &Event) -> Told {
    let mut event = event.clone();
    if event.op == REPEATED
        && let Some(op) = event.details.get("repeats").and_then(Value::as_str)
    {
        event.op = op.to_owned();
    }
    Told { n, event }
}

/// Whether an act gives something back that was taken away: it counts only where it is known to be done.
fn gives_back(told: &Told) -> bool {
    match told.entered() {
        Some(CustodyAct::Suspect { suspect, .. }) => !suspect,
        Some(act) => !matches!(act, CustodyAct::RecordAccess(_)),
        None => matches!(told.event.op.as_str(), "StartKeyUsage" | "DestroyKey"),
    }
}

/// The lines sorted.
struct Sorted<'s> {
    state: &'s State,
    since: Since,
    disabled: BTreeSet<String>,
    destroyed: BTreeSet<String>,
}

impl<'s> Sorted<'s> {
    fn new(state: &'s State, known: Option<Height>) -> Self {
        let since = Since {
            all_disabled: known.is_some(),
            known,
            ..Since::default()
        };
        Self {
            state,
            since,
            disabled: BTreeSet::new(),
            destroyed: BTreeSet::new(),
        }
    }

    fn take(&mut self, told: &Told) {
        let key = || told.text("key").map(str::to_owned);
        match told.event.op.as_str() {
            "DestroyKey" => self.destroyed.extend(key()),
            // A key whose deletion was taken back stays disabled until an act enables it.
            "DeleteKey" | "StopKeyUsage" | "RestoreKey" => {
                self.disabled.extend(key());
                self.given_back(told);
            }
            "StartKeyUsage" => {
                if let Some(key) = key() {
                    self.disabled.remove(&key);
                }
                self.given_back(told);
            }
            "CreateKey" | "ImportKey" | operation::IMPORT_COMPONENTS => {
                self.since.lost.extend(told.passed("key"));
            }
            "ExportKey" | operation::EXPORT_COMPONENTS => {
                self.since.left.extend(told.passed("key"));
            }
            "GetParametersForImport" | "GetParametersForExport" => {
                self.since.given.extend(told.passed("token"));
            }
            "GetPublicKeyCertificate" | "GetCertificateSigningRequest" => {
                self.since.given.extend(told.passed("key"));
            }
            operation::RESTORE => self.returned(told),
            operation::SUSPECT
            | operation::CHANGE_PEOPLE
            | operation::RECORD_ACCESS
            | operation::COMPONENTS_DESTROYED
            | operation::ENVELOPES_DESTROYED
            | operation::ATTEST_DESTROYED => self.entry(told),
            operation::RESHARE | operation::RECOVERY_SET => {
                if !told.event.details.contains_key("holdings") {
                    self.unsaid(told);
                }
                self.other(told);
            }
            operation::BACKUP => {}
            "receipt" | "run-begin" => self.other(told),
            _ if told.event.group.is_some() => self.other(told),
            _ => {}
        }
    }

    /// A key that this copy has as disabled or about to be destroyed stays so, though it was given back since.
    fn given_back(&mut self, told: &Told) {
        let back = matches!(told.event.op.as_str(), "RestoreKey" | "StartKeyUsage");
        let record = told.text("key").and_then(|key| self.state.engine.find(key));
        if back && record.is_some_and(|record| !record.key.enabled) {
            self.other(told);
        }
    }

    /// An entry of ledger or marks: lines of before do not hold it.
    fn entry(&mut self, told: &Told) {
        if told.entered().is_some() {
            return;
        }
        // Which key became suspect the line does not say: none is trusted.
        self.since.all_disabled |= told.event.op == operation::SUSPECT;
        self.unsaid(told);
    }

    /// An act of which nobody knows what became.
    fn doubt(&mut self, told: &Told) {
        let key = told.text("key").map(str::to_owned);
        match told.event.op.as_str() {
            "DestroyKey" => self.disabled.extend(key),
            "StartKeyUsage" => {}
            _ => self.take(told),
        }
        self.unsaid(told);
    }

    /// An earlier return to the same copy: what it destroyed and disabled.
    fn returned(&mut self, told: &Told) {
        let list = |name: &str| {
            let listed = told.event.details.get(name).and_then(Value::as_array);
            let texts = listed.map(|l| l.iter().filter_map(Value::as_str).map(str::to_owned));
            texts.map(Iterator::collect::<Vec<String>>)
        };
        self.destroyed.extend(list("destroyed").unwrap_or_default());
        let count = told.event.details.get("disabled").and_then(Value::as_u64);
        if told.text("disabled_keys") == Some("all") {
            self.since.all_disabled = true;
            return self.other(told);
        }
        match list("disabled_keys") {
            Some(keys) => self.disabled.extend(keys),
            // Lines of before name how many keys, and not which.
            None if count != Some(0) => {
                self.since.all_disabled = true;
                self.unsaid(told);
            }
            None => {}
        }
        self.other(told);
    }

    fn unsaid(&mut self, told: &Told) {
        let unsaid = Unsaid {
            line: told.n,
            op: told.event.op.clone(),
        };
        if !self.since.unsaid.contains(&unsaid) {
            self.since.unsaid.push(unsaid);
        }
    }

    fn other(&mut self, told: &Told) {
        let count = self.since.others.entry(told.event.op.clone());
        *count.or_default() += 1;
    }

    fn since(self) -> Since {
        let Self {
            state,
            mut since,
            mut disabled,
            destroyed,
        } = self;
        let here = |arn: &String| state.engine.find(arn).is_some();
        disabled.retain(|arn| here(arn) && !destroyed.contains(arn));
        since
            .lost
            .retain(|key| !here(&key.of) && !destroyed.contains(&key.of));
        since.disabled = disabled.into_iter().collect();
        since.destroyed = destroyed.into_iter().filter(here).collect();
        since
    }
}
