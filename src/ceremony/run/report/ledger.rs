//! What bears on a run and was decided outside it: exceptions that two managers signed, accesses that were entered by
//! hand, and keys that are suspect, each with the line of the log that shows it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::api::Timestamp;
use crate::custody::json::canonical;
use crate::custody::policy::operation;
use crate::evidence::bundle::sha256;
use crate::evidence::report::{EnteredAccess, Exempted, SuspectKey};
use crate::session::{Run, Session};

/// The lines of the log that show what was entered.
pub(super) struct Entered {
    /// By the SHA-256 of the request, the lines that executed it.
    acts: BTreeMap<String, Vec<u64>>,
    /// By a key's ARN, the last line in which an opened package made it suspect.
    packages: BTreeMap<String, u64>,
}

impl Entered {
    /// Reads the log. One that cannot be read shows nothing.
    pub(super) fn of(session: &Session) -> Self {
        const OPS: [&str; 3] = [
            operation::CHANGE_PEOPLE,
            operation::RECORD_ACCESS,
            operation::SUSPECT,
        ];
        let mut entered = Self {
            acts: BTreeMap::new(),
            packages: BTreeMap::new(),
        };
        let mut open: BTreeMap<String, (u64, String)> = BTreeMap::new();
        let told = |text: &String| {
            OPS.iter().any(|op| text.contains(op))
                || text.contains("\"suspect_keys\"")
                || text.contains("\"void\"")
        };
        let lines = (1_u64..).zip(session.log_lines().unwrap_or_default());
        for (n, text) in lines.filter(|(_, text)| told(text)) {
            let line: Value = serde_json::from_str(&text).unwrap_or_default();
            let string = |path: &str| line.pointer(path).and_then(Value::as_str);
            let group = || line.get("group").map(Value::to_string).unwrap_or_default();
            match string("/kind").unwrap_or_default() {
                "intent" if OPS.contains(&string("/op").unwrap_or_default()) => {
                    let request = string("/details/request_sha256").unwrap_or_default();
                    open.insert(group(), (n, request.to_owned()));
                }
                // An intent that no commit sealed is no act.
                "void" => drop(open.remove(&group())),
                "noted" => {
                    let keys = line.pointer("/details/suspect_keys");
                    let keys = keys.and_then(Value::as_array).into_iter().flatten();
                    let keys = keys.filter_map(Value::as_str);
                    entered.packages.extend(keys.map(|key| (key.to_owned(), n)));
                }
                _ => {}
            }
        }
        for (n, request) in open.into_values() {
            entered.acts.entry(request).or_default().push(n);
        }
        for lines in entered.acts.values_mut() {
            lines.sort_unstable_by(|one, other| other.cmp(one));
        }
        entered
    }

    /// The earliest line that executed this request and was not taken before.
    fn take(&mut self, request: &Value) -> Option<u64> {
        self.acts.get_mut(&sha256(&canonical(request)))?.pop()
    }

    /// Exceptions of two managers in force at some time of the run (A8; PCI PIN 25-1.4).
    pub(super) fn exempted(&mut self, run: &Run, session: &Session) -> Vec<Exempted> {
        let (began, ended) = (run.started, run.ended.unwrap_or_else(|| session.now()));
        let mut all = Vec::new();
        for e in &session.ledger().exemptions {
            let mut exempted = Exempted {
                line: 0,
                people: e.people.clone(),
                managers: e.managers.to_vec(),
                reason: e.reason.clone(),
                form: e.form.clone(),
                from: Some(Timestamp::from_millis(e.from)),
                until: Some(Timestamp::from_millis(e.until)),
            };
            exempted.line = self.take(&exempted.request()).unwrap_or_default();
            if e.from <= ended.millis() && e.until >= began.millis() {
                all.push(exempted);
            }
        }
        all
    }

    /// Accesses that an act entered. Those of ceremonies stand in the reports of their runs.
    pub(super) fn accesses(&mut self, session: &Session) -> Vec<EnteredAccess> {
        let ledger = session.ledger();
        let accesses = ledger.accesses.iter();
        accesses
            .filter_map(|a| {
                let split = ledger.split(&a.split);
                let access = EnteredAccess {
                    line: 0,
                    out: Some(Timestamp::from_millis(a.out)),
                    back: Some(Timestamp::from_millis(a.back)),
                    split: a.split.clone(),
                    of: split.map_or_else(|| "secret".to_owned(), |s| s.what.clone()),
                    part: a.part.into(),
                    purpose: a.purpose.clone(),
                    custodian: a.custodian.clone(),
                    witness: a.witness.clone(),
                    package: a.package.clone(),
                };
                let line = self.take(&access.request())?;
                Some(EnteredAccess { line, ..access })
            })
            .collect()
    }

    /// Keys that are suspect, with the reason and what stands under each (C5; PCI PIN 9-2, 22).
    pub(super) fn suspect_keys(&mut self, session: &Session) -> Vec<SuspectKey> {
        let suspects = session.suspects().into_iter();
        suspects
            .map(|suspect| {
                let mut key = SuspectKey {
                    line: 0,
                    since: Some(suspect.since),
                    arn: suspect.arn,
                    label: suspect.label,
                    check_value: suspect.check_value,
                    reason: suspect.reason,
                    under: suspect.under,
                };
                // Marked, cleared and marked again for the same reason: the last act is the one that counts.
                let request = sha256(&canonical(&key.request()));
                let act = self.acts.get(&request).and_then(|lines| lines.first());
                let package = self.packages.get(&key.arn);
                key.line = act.or(package).copied().unwrap_or_default();
                key
            })
            .collect()
    }
}
