//! The linter: what is wrong with a script before anyone enters the room. Each rule is a file of its own with an id,
//! the words of `lint --explain`, and messages that say what to change. Ids are never reused.

mod answers;
mod approvals;
mod carried;
mod classes;
mod clear_material;
mod component_sets;
mod components;
mod contradictions;
mod couriers;
mod custody_proof;
mod dangling;
mod duration;
mod exception_branches;
mod expectations;
mod forms;
mod heads;
pub(super) mod key_life;
mod key_material;
mod managers;
mod media;
mod namesakes;
mod observers;
mod open_papers;
mod reasons;
mod reconciled;
mod record_closed;
mod rising_nonce;
mod secret_shapes;
mod spoken_hashes;
mod strength;
mod told_values;
mod unused;
mod who_acts;

use std::collections::BTreeSet;

use super::finding::{Finding, Place};
use super::model::{Model, Step};

/// A rule of the linter.
pub struct Rule {
    /// `L04`.
    pub id: &'static str,
    /// What it is about, a few words.
    pub title: &'static str,
    /// Why it is a rule, what breaks it and what to do: paragraphs for `lint --explain`.
    pub explain: &'static str,
    check: fn(&Model, &mut Report),
}

/// Every rule, by id.
pub const RULES: &[Rule] = &[
    custody_proof::RULE,
    approvals::RULE,
    key_life::RULE,
    strength::RULE,
    contradictions::RULE,
    clear_material::RULE,
    classes::RULE,
    couriers::RULE,
    open_papers::RULE,
    spoken_hashes::RULE,
    expectations::RULE,
    managers::RULE,
    forms::RULE,
    observers::RULE,
    reasons::RULE,
    exception_branches::RULE,
    secret_shapes::RULE,
    duration::RULE,
    rising_nonce::RULE,
    media::RULE,
    dangling::RULE,
    unused::RULE,
    who_acts::RULE,
    carried::RULE,
    reconciled::RULE,
    told_values::RULE,
    answers::RULE,
    record_closed::RULE,
    namesakes::RULE,
];

/// Findings of one script: more help nobody, and each is a line to read.
const MOST_FINDINGS: usize = 200;

/// Runs every rule.
pub(super) fn all(model: &Model) -> Vec<Finding> {
    let mut report = Report::default();
    for rule in RULES {
        report.rule = rule.id;
        (rule.check)(model, &mut report);
    }
    report
        .findings
        .sort_by(|a, b| (a.line, &a.rule, &a.path).cmp(&(b.line, &b.rule, &b.path)));
    // One mistake that many acts inherit is one line to read.
    let mut told: BTreeSet<(String, usize, String)> = BTreeSet::new();
    report
        .findings
        .retain(|f| told.insert((f.rule.clone(), f.line, f.message.clone())));
    report.findings
}

/// Findings so far.
#[derive(Default)]
struct Report {
    rule: &'static str,
    findings: Vec<Finding>,
}

impl Report {
    fn error(&mut self, at: &Place, step: Option<&Step>, message: impl Into<String>) {
        self.note("error", at, step, message.into());
    }

    fn warning(&mut self, at: &Place, step: Option<&Step>, message: impl Into<String>) {
        self.note("warning", at, step, message.into());
    }

    fn note(&mut self, severity: &str, at: &Place, step: Option<&Step>, text: String) {
        if self.findings.len() >= MOST_FINDINGS {
            return;
        }
        self.findings.push(Finding {
            rule: self.rule.to_owned(),
            severity: severity.to_owned(),
            step: step.map(|step| step.id.clone()),
            path: at.path.clone(),
            line: at.line,
            message: text,
        });
    }
}

#[cfg(test)]
mod component_tests;
#[cfg(test)]
mod tests;
