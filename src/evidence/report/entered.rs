//! What bears on a run and was entered outside its steps, each with the line of the log that shows it: exceptions of two
//! managers, accesses outside a ceremony, suspect keys and packages, and papers that a stop put away.
//!
//! Where people signed an entry as an act, the log holds the SHA-256 of the request; [`Exempted::request`] and its like
//! build it again from what the report says, so that nothing can be said otherwise than it was signed.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Access;
use super::sections::{or, record, time};
use super::sheet::{Block, wrapped};
use crate::api::Timestamp;

/// An exception that two managers signed (A8; PCI PIN 25-1.4).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Exempted {
    /// The line of the audit log.
    pub line: u64,
    /// Custodians who report to one manager.
    pub people: Vec<String>,
    /// Who signed the exception.
    pub managers: Vec<String>,
    /// Why.
    pub reason: String,
    /// Reference of the signed form.
    pub form: String,
    /// From when.
    pub from: Option<Timestamp>,
    /// Until when.
    pub until: Option<Timestamp>,
}

/// An access to a part outside a ceremony (PCI PIN 26-1).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EnteredAccess {
    /// The line of the audit log.
    pub line: u64,
    /// Taken out.
    pub out: Option<Timestamp>,
    /// Put back.
    pub back: Option<Timestamp>,
    /// The id of the shares or components.
    pub split: String,
    /// What they are parts of, in words.
    pub of: String,
    /// Which part.
    pub part: u64,
    /// Why.
    pub purpose: String,
    /// Who handled it.
    pub custodian: String,
    /// Who watched.
    pub witness: String,
    /// Number of the package into which it went back.
    pub package: String,
}

/// A key that is suspect (C5; PCI PIN 9-2, 22).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SuspectKey {
    /// The line of the audit log: the act that marked it, or the package that was found opened.
    pub line: u64,
    /// Its ARN.
    pub arn: String,
    /// What it is called.
    pub label: String,
    /// Its check value, upper-case hex.
    pub check_value: String,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Why.
    pub reason: String,
    /// What stands under it on record.
    pub under: Vec<String>,
}

/// A package that showed tampering (PCI PIN 9-2).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SuspectPackage {
    /// The line of the audit log.
    pub line: u64,
    /// The key whose component lay in it.
    pub components_of: String,
    /// Its serial.
    pub package: String,
    /// Which component.
    pub part: u64,
    /// Who found it so; nobody opened it.
    pub opened_by: String,
}

/// A paper of a component that lay open when the run was stopped (PCI PIN 9-2, 21-3).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Paper {
    /// The line of the audit log; 0 where it could not be put away.
    pub line: u64,
    /// The key whose component it is.
    pub components_of: String,
    /// Which component.
    pub part: u64,
    /// Who holds it.
    pub holder: String,
    /// The package that it went into; empty where it could not be put away.
    pub package: String,
    /// Who watched.
    pub witness: String,
    /// Why it could not be put away.
    pub unsealed: String,
}

impl Access {
    /// The safe that the line of a sealed package names, and who can open it, in words; empty where it names none.
    pub fn safe_in(details: &Value) -> String {
        let text = |name: &str| details.get(name).and_then(Value::as_str);
        let Some(safe) = text("safe") else {
            return String::new();
        };
        let access = details.get("safe_access").and_then(Value::as_array);
        let access: Vec<&str> = access
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        match access.as_slice() {
            [] => format!("{safe}; who can open it was not said"),
            some => format!("{safe}, which {} can open", some.join(", ")),
        }
    }
}

fn millis(time: Option<Timestamp>) -> Value {
    json!(time.map(Timestamp::millis))
}

impl Exempted {
    /// What people signed.
    pub fn request(&self) -> Value {
        json!({
            "name": "vault.exempt", "people": self.people, "managers": self.managers, "reason": self.reason,
            "form": self.form, "from": millis(self.from), "until": millis(self.until),
        })
    }

    pub(super) fn block(&self) -> Block {
        let title = format!(
            "A8 (PCI PIN 25-1.4): {} do not report to different managers: {}",
            self.people.join(", "),
            self.reason
        );
        let decision = format!("excepted until {}, form {}", time(self.until), self.form);
        record(
            &title,
            &[
                ("Time", &time(self.from)),
                ("Decision", &decision),
                ("By", &self.managers.join(", ")),
                ("Audit line", &self.line.to_string()),
            ],
        )
    }
}

impl EnteredAccess {
    /// What people signed.
    pub fn request(&self) -> Value {
        json!({
            "name": "vault.access", "out": millis(self.out), "back": millis(self.back), "split": self.split,
            "part": self.part, "purpose": self.purpose, "custodian": self.custodian, "witness": self.witness,
            "package": self.package,
        })
    }

    pub(super) fn block(&self) -> Block {
        record(
            &format!("part {} of the {}, outside a ceremony", self.part, self.of),
            &[
                ("Out", &time(self.out)),
                ("Back", &time(self.back)),
                ("Purpose", &self.purpose),
                ("Custodian", &self.custodian),
                ("Witness", &self.witness),
                ("Package opened", "not recorded"),
                ("Package sealed", &self.package),
                ("Audit line", &self.line.to_string()),
            ],
        )
    }
}

impl SuspectKey {
    /// What people signed, where they marked the key by an act.
    pub fn request(&self) -> Value {
        json!({"name": "vault.suspect", "key": self.arn, "suspect": true, "reason": self.reason})
    }

    pub(super) fn block(&self) -> Block {
        let under = match self.under.as_slice() {
            [] => "nothing on record stands under it".to_owned(),
            some => format!("under it: {}", some.join("; ")),
        };
        let mut since = time(self.since);
        since.truncate(10);
        let words = format!(
            "key {} (check value {}): SUSPECT since {since}: {}; {under} (audit line {})",
            self.label, self.check_value, self.reason, self.line
        );
        wrapped(&words, "- ", "  ")
    }
}

impl SuspectPackage {
    pub(super) fn block(&self) -> Block {
        let words = format!(
            "components of {}: package {} of component {} showed tampering, as {} found before it was opened (audit line \
             {}); none of them may be used",
            self.components_of, self.package, self.part, self.opened_by, self.line
        );
        wrapped(&words, "- ", "  ")
    }
}

impl Paper {
    pub(super) fn block(&self) -> Block {
        let title = format!(
            "component {} of {}, open when the run was stopped",
            self.part, self.components_of
        );
        let state = match self.unsealed.as_str() {
            "" => format!("sealed in {}", self.package),
            why => format!("NOT SEALED: {why}"),
        };
        // Nobody watches a paper that lies in no package.
        let witness = match self.unsealed.as_str() {
            "" => or(&self.witness, "not recorded"),
            _ => "",
        };
        let line = match self.line {
            0 => String::new(),
            line => line.to_string(),
        };
        record(
            &title,
            &[
                ("State", &state),
                ("Custodian", &self.holder),
                ("Witness", witness),
                ("Audit line", &line),
            ],
        )
    }
}
