//! The report of a run: what people sign in ink and keep.
//!
//! [`RunReport`] is plain data, filled by the session; [`text`] draws it at 72 columns with numbered pages.

mod affidavit;
mod entered;
mod handled;
mod ink;
mod known;
mod markup;
mod sections;
mod sheet;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::api::Timestamp;

pub use entered::{EnteredAccess, Exempted, Paper, SuspectKey, SuspectPackage};
pub use handled::{
    Dropped, Exposed, Interruption, KeyUse, Opening, RefusedAtDoor, Relieved, number_told,
};
pub use known::{Leans, known};

/// What every report says of the machine.
pub const NOT_A_DEVICE: &str = "A laptop is not a secure cryptographic device.";

/// One run as it is reported. Times are vault time, UTC. Nothing here is secret.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunReport {
    /// What was done, in one sentence.
    pub done: String,
    /// The run's id, or empty.
    pub run: String,
    /// The vault's name and id.
    pub vault: String,
    /// `rehearsal`, `test` or `production`.
    pub profile: String,
    /// Where.
    pub place: String,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// `completed`, `exception` or `aborted`.
    pub outcome: String,
    /// Times the run was interrupted.
    pub interruptions: u64,
    /// Each of them, as far as the log has it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub interrupted: Vec<Interruption>,
    /// What this vault's clock has to do with the day's, where it does not run with the machine's.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub clock: String,
    /// Production: whether the machine had a network when the run began.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub network: String,
    /// Rehearsals in which people sat: how many answers they typed, and how many F5 gave.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub answers: String,
    /// Production: when this script was rehearsed before it, and whether people answered.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub rehearsed: String,
    /// Production vaults that make keys in software or take clear components: the sentence of the policy.
    pub software_policy: String,
    /// How long the script's author thought that it takes, `25m`; empty where nothing was said.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub estimated: String,
    /// How long people were at it, waits and the time that the vault was closed left out, in milliseconds. None where it
    /// was not measured, as in a rehearsal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used_ms: Option<i64>,
    /// Who was there.
    pub people: Vec<PersonPresent>,
    /// Who left a place to somebody else while the run was interrupted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub relieved: Vec<Relieved>,
    /// What the signatures of the run stand under.
    pub signatures: Signatures,
    /// Hashes of tool, script and boot medium, and who checked them.
    pub hashes: Vec<CheckedHash>,
    /// The steps.
    pub steps: Vec<Step>,
    /// The keys.
    pub keys: Vec<KeyRow>,
    /// Why there is none, where the script declares some.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub no_key: String,
    /// Access to components and shares.
    pub access: Vec<Access>,
    /// Every opening of the vault from that in which the run began to its end.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub openings: Vec<Opening>,
    /// Approval keys that signed in the run beside custodians' approvals, with what each signed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub key_uses: Vec<KeyUse>,
    /// What was refused at the door while the run stood open.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusedAtDoor>,
    /// Secrets that were typed where they are drawn while the run stood open.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub in_the_open: Vec<Exposed>,
    /// Requests that were signed and not carried out.
    pub dropped: Vec<Dropped>,
    /// Certificates of counterparties.
    pub certificates: Vec<CounterpartyCertificate>,
    /// Copies and backups.
    pub copies: Vec<Copy>,
    /// Every access outside a ceremony on record, whoever entered it, to the end of the log.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accesses: Vec<EnteredAccess>,
    /// Packages of the run that showed tampering; neither they nor suspect keys are said as "none".
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suspect_packages: Vec<SuspectPackage>,
    /// Keys that are suspect.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suspect_keys: Vec<SuspectKey>,
    /// Exceptions; none is said as "none".
    pub exceptions: Vec<Exception>,
    /// Papers that lay open when the run was stopped.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub papers: Vec<Paper>,
    /// Exceptions of two managers that were in force during the run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exempted: Vec<Exempted>,
    /// What the vault still waits for, as it stood when the report was written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub still_to_do: Vec<String>,
    /// Clauses.
    pub clauses: Vec<Clause>,
    /// The affidavit of destruction, where one applies.
    pub destruction: Option<Destruction>,
    /// Until when the record is to be kept, as a date.
    pub retain_until: String,
    /// What stands on the witness card of the state at the end; empty while the run stands open.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub card: String,
    /// The audit head at the end, lower-case hex.
    pub audit_head: String,
    /// The audit head as 16 words.
    pub audit_words: String,
}

/// A person who was there.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PersonPresent {
    /// Name.
    pub name: String,
    /// Role.
    pub role: String,
    /// The custodian form or other paper, with its date.
    pub form: String,
    /// Fingerprint of the approval key, lower-case hex.
    pub key: String,
    /// Signatures typed for at the terminal.
    pub signed_at_terminal: u64,
    /// Signatures that came from an unlock file or script.
    pub signed_from_file: u64,
    /// Signatures beside those, for requests that were not carried out: an interruption took them, or the request was
    /// dropped.
    pub signed_for_nothing: u64,
    /// Their place was given up, and they had no part in it: nobody called them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub gave_up: bool,
}

/// The signatures of a run, as its audit log holds them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Signatures {
    /// Under acts: the issuer's and each custodian's.
    pub acts: u64,
    /// Under sign-offs, exceptions and stops.
    pub sign_offs: u64,
    /// Of those, under exceptions.
    #[serde(skip_serializing_if = "is_zero")]
    pub exceptions: u64,
    /// Of those, under the record of a stop.
    #[serde(skip_serializing_if = "is_zero")]
    pub stops: u64,
    /// Steps that were signed and then refused or stopped: of them the log keeps no signature.
    pub unkept: u64,
}

/// A hash, and who compared it from outside.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CheckedHash {
    /// Of what: `keymoot binary`, `script first-key.toml`, `boot medium`.
    pub what: String,
    /// SHA-256, lower-case hex; empty if it was not taken.
    pub sha256: String,
    /// Where it was not taken: why.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub not_taken: String,
    /// Who checked it from outside, and how; empty if nobody did.
    pub checked_by: String,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Step {
    /// The step's id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The operation.
    pub op: String,
    /// Each key that it made, moved or used: its name, what became of it, its check value and method.
    pub keys: Vec<String>,
    /// When it was executed; where the run was stopped in it, when that was.
    pub at: Option<Timestamp>,
    /// Who acted: pressed a key or typed.
    pub acted: Vec<String>,
    /// Whom the script names beside them; nothing was asked of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<String>,
    /// Whom the script names to watch.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub observers: Vec<String>,
    /// Who signed.
    pub signed: Vec<String>,
    /// The eight words of the approval.
    pub words: String,
    /// The result.
    pub result: String,
    /// The clause.
    pub clause: String,
    /// The reason that the script gives, where it names no clause.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// One key.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeyRow {
    /// Label.
    pub label: String,
    /// ARN in this vault.
    pub arn: String,
    /// ARN at the receiver.
    pub receiver_arn: String,
    /// Key usage.
    pub usage: String,
    /// Key algorithm.
    pub algorithm: String,
    /// Check value, upper-case hex.
    pub check_value: String,
    /// How the check value is made.
    pub check_value_method: String,
    /// The other check value of a 16-byte key with its method (`37AAFD by CMAC`); empty where there is none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub other_check_value: String,
    /// Made by what and whom.
    pub generated_by: String,
    /// In what form it is stored.
    pub storage: String,
    /// Sent how.
    pub sent_how: String,
    /// Sent to whom.
    pub sent_to: String,
    /// Sent under which key.
    pub sent_under: String,
    /// When the receiver confirmed it; `DIFFERS` if it holds another key.
    pub confirmed: String,
    /// End of the cryptoperiod.
    pub cryptoperiod_end: String,
    /// Destroyed when and by whom.
    pub destroyed: String,
}

/// One access to a component, share or package (PCI PIN requirement 26).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Access {
    /// Taken out.
    pub out: Option<Timestamp>,
    /// Put back; none if it was used up or stays out.
    pub back: Option<Timestamp>,
    /// The component or share.
    pub component: String,
    /// Why.
    pub purpose: String,
    /// The custodian.
    pub custodian: String,
    /// Whom the script has watch the step, custodian of it or not; empty where it names nobody.
    pub witness: String,
    /// Number of the tamper-evident package opened.
    pub package_opened: String,
    /// Number of the package it went back into.
    pub package_sealed: String,
    /// The safe that this package went into, and who can open it; absent where the script names none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub safe: String,
    /// Whether it went there because the run was stopped: then it is one of the papers of that stop too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub at_stop: bool,
    /// Where it was used for a request that was not carried out: why, and the line of the log; absent in every other access.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unused: String,
}

/// A certificate of a counterparty.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CounterpartyCertificate {
    /// The counterparty.
    pub counterparty: String,
    /// The subject.
    pub subject: String,
    /// SHA-256 of its DER, lower-case hex.
    pub sha256: String,
    /// Validity.
    pub valid: String,
    /// How it was authenticated, by whom, over which channel.
    pub authenticated: String,
}

/// A copy or backup.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Copy {
    /// Its id.
    pub id: String,
    /// The vault's sequence number that it holds.
    pub seq: u64,
    /// The medium and bag.
    pub medium: String,
    /// Who keeps it, and where.
    pub holder: String,
    /// `verified`, `failed`, `destroyed`...
    pub state: String,
}

/// An exception.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Exception {
    /// When.
    pub at: Option<Timestamp>,
    /// What happened.
    pub what: String,
    /// What was decided.
    pub decision: String,
    /// By whom.
    pub by: Vec<String>,
}

/// How a clause stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClauseState {
    /// The audit log shows it.
    Evidenced,
    /// People did it; of what they did the program saw what the clause names as seen, and else nothing.
    Procedural,
    /// Neither.
    #[default]
    NotEvidenced,
}

/// A clause and how it stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Clause {
    /// Standard and clause, `PCI PIN 12-3`.
    pub clause: String,
    /// What it asks.
    pub asks: String,
    /// How it stands.
    pub state: ClauseState,
    /// Audit lines that show it, or that show what there is of it.
    pub lines: Vec<u64>,
    /// Where it is not evidenced although its steps were done: why. Where it is procedural: what the program saw.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// The affidavit of destruction (PCI PIN requirement 24).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Destruction {
    /// The keys destroyed.
    pub keys: Vec<DestroyedKey>,
    /// Who destroyed them.
    pub performed_by: Vec<String>,
    /// Who observed it: no custodian of any of these keys, ever.
    pub observer: String,
    /// Copies that still hold them, each until its own destruction is attested.
    pub copies_left: Vec<String>,
}

/// One destroyed key.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DestroyedKey {
    /// Label.
    pub label: String,
    /// ARN.
    pub arn: String,
    /// Algorithm.
    pub algorithm: String,
    /// Check value, upper-case hex.
    pub check_value: String,
    /// In what form it was held.
    pub form: String,
    /// How it was destroyed.
    pub method: String,
    /// When.
    pub at: Option<Timestamp>,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands a reference to what it asks whether to leave a member out"
)]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// The report as text: 72 columns, pages of 60 lines, numbered, divided by form feeds.
pub fn text(report: &RunReport) -> String {
    sheet::pages(&banner(report), &sections::all(report))
}

/// The report as Markdown.
pub fn markdown(report: &RunReport) -> String {
    markup::markdown(report)
}

/// The report as one page of HTML.
pub fn html(report: &RunReport) -> String {
    markup::html(report)
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// 72 columns, numbered pages.
    Text,
    /// Markdown.
    Markdown,
    /// One page of HTML.
    Html,
}

/// What a file's name decides, for people.
pub const FORMS: &str = "A name that ends in .md is written as Markdown, one in .html as a page for a browser, every other as text. For ink, print the text.";

impl Format {
    /// By the end of a file's name: `.md`, `.html`; everything else is text.
    pub fn of(path: &std::path::Path) -> Self {
        let end = path.extension().and_then(|end| end.to_str());
        match end.map(str::to_ascii_lowercase).as_deref() {
            Some("md" | "markdown") => Self::Markdown,
            Some("html" | "htm") => Self::Html,
            _ => Self::Text,
        }
    }

    /// What people call it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Text => "text, 72 columns, numbered pages",
            Self::Markdown => "Markdown",
            Self::Html => "one page of HTML",
        }
    }

    /// The report in this form.
    pub fn draw(self, report: &RunReport) -> String {
        match self {
            Self::Text => text(report),
            Self::Markdown => markdown(report),
            Self::Html => html(report),
        }
    }
}

/// The line on top of every page.
fn banner(report: &RunReport) -> String {
    let mark = match report.profile.as_str() {
        "production" => "PRODUCTION",
        "test" => "TEST KEYS, NOT FOR PRODUCTION",
        _ => "REHEARSAL, NOT FOR PRODUCTION",
    };
    format!("keymoot run report - {mark}")
}
