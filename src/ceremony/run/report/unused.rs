//! Requests that people signed and that were not carried out: taken off the table, or gone with the program's memory. Of
//! both a line of the log says whose signatures they were, and when they were given.

use serde_json::Value;

use crate::api::Timestamp;
use crate::session::Run;

use super::log::{Shown, list, string, time_of};

/// One such request, as its line has it.
pub(super) struct Unused {
    /// The line of the audit log.
    pub(super) line: u64,
    /// When it was taken off the table; none where the program ended, and nothing says when.
    pub(super) at: Option<Timestamp>,
    /// The step, by its id.
    pub(super) step: String,
    /// What was asked for, as acts are called; empty where the line does not say it.
    pub(super) act: String,
    /// Who had signed, whoever asked for it first, each with when; none in logs of before that was kept.
    pub(super) signed: Vec<(String, Option<Timestamp>)>,
    /// Why it came to nothing.
    pub(super) reason: String,
}

/// Why, where an interruption took it.
const INTERRUPTED: &str =
    "the run was interrupted, and signatures live no longer than the program that took them";

impl Shown {
    /// Every such request of the run, in the order of the log. What was taken off the table before the run was taken up
    /// again stands in both lines, and is told once.
    pub(super) fn unused(&self, run: &Run) -> Vec<Unused> {
        let mut all: Vec<Unused> = Vec::new();
        // How many of `all` no later line has repeated, by step and people.
        let mut withdrawn: Vec<(String, Vec<String>)> = Vec::new();
        for (n, line) in &self.lines {
            if string(line, &["op"]) == "withdraw"
                && string(line, &["details", "script"]) == run.script_sha256
            {
                let own = withdrew(*n, line);
                withdrawn.push(own.people());
                all.push(own);
            }
            for one in list(line, "/details/unused") {
                let own = took(*n, one);
                match withdrawn.iter().position(|known| *known == own.people()) {
                    Some(at) => drop(withdrawn.remove(at)),
                    None => all.push(own),
                }
            }
        }
        all
    }
}

impl Unused {
    fn people(&self) -> (String, Vec<String>) {
        let names = self.signed.iter().map(|(name, _)| name.clone());
        (self.step.clone(), names.collect())
    }
}

/// When a signature was given.
fn given_at(one: &Value) -> Option<Timestamp> {
    Timestamp::parse_rfc3339(string(one, &["at"])).ok()
}

/// A request that was taken off the table.
fn withdrew(n: u64, line: &Value) -> Unused {
    let detail = |name: &str| string(line, &["details", name]).to_owned();
    let given = list(line, "/details/signed_at");
    let signed = list(line, "/details/signed").into_iter();
    let signed = signed.filter_map(Value::as_str).map(|name| {
        let own = given.iter().find(|one| string(one, &["name"]) == name);
        (name.to_owned(), own.and_then(|one| given_at(one)))
    });
    Unused {
        line: n,
        at: time_of(line),
        step: detail("step"),
        act: detail("act"),
        signed: signed.collect(),
        reason: detail("reason"),
    }
}

/// A request that an interruption took, of the line by which the run was taken up.
fn took(n: u64, one: &Value) -> Unused {
    let signed = list(one, "/signed").into_iter();
    let signed = signed.map(|one| (string(one, &["name"]).to_owned(), given_at(one)));
    Unused {
        line: n,
        at: None,
        step: string(one, &["step"]).to_owned(),
        act: String::new(),
        signed: signed.collect(),
        reason: INTERRUPTED.to_owned(),
    }
}
