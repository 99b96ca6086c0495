//! The linter: what is wrong with a script before anyone enters the room. Each rule has an id, stands alone, and
//! says what to change.
//!
//! L02 approvals · L03 keys before and after their life · L04 strength · L05 contradictions · L10 outputs nobody
//! reads aloud · L11 missing expectations · L14 destruction without a witness · L15 steps without a reason ·
//! L21 dangling references · L22 ids that nothing uses · L23 who acts. Ids are never reused.

mod approvals;
mod keys;
mod outputs;
mod reasons;
mod references;

use super::finding::{Finding, Place};
use super::model::{Model, Step};

/// Runs every rule.
pub(super) fn all(model: &Model) -> Vec<Finding> {
    let mut report = Report::default();
    references::dangling(model, &mut report);
    references::unused(model, &mut report);
    approvals::counts(model, &mut report);
    approvals::who_acts(model, &mut report);
    keys::life(model, &mut report);
    keys::strength(model, &mut report);
    keys::contradictions(model, &mut report);
    outputs::spoken(model, &mut report);
    reasons::expectations(model, &mut report);
    reasons::observers(model, &mut report);
    reasons::clauses(model, &mut report);
    report
        .0
        .sort_by(|a, b| (a.line, &a.rule, &a.path).cmp(&(b.line, &b.rule, &b.path)));
    report.0
}

/// Findings so far.
#[derive(Default)]
struct Report(Vec<Finding>);

impl Report {
    fn error(&mut self, rule: &str, at: &Place, step: Option<&Step>, message: impl Into<String>) {
        self.note("error", rule, at, step, message.into());
    }

    fn warning(&mut self, rule: &str, at: &Place, step: Option<&Step>, message: impl Into<String>) {
        self.note("warning", rule, at, step, message.into());
    }

    fn note(&mut self, severity: &str, rule: &str, at: &Place, step: Option<&Step>, text: String) {
        self.0.push(Finding {
            rule: rule.to_owned(),
            severity: severity.to_owned(),
            step: step.map(|step| step.id.clone()),
            path: at.path.clone(),
            line: at.line,
            message: text,
        });
    }
}

#[cfg(test)]
mod tests;
