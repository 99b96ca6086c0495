//! Keys whose check value is still to be compared: while a ceremony waits for the value that came by another way, ours
//! is shown on no page and in no line, so that nobody reads it off and types it.
//!
//! The control plane (`call`, `serve`), inventories, receipts and bundles answer as ever: a program is no pair of eyes,
//! the service always tells it, and whoever lets a program ask does so by an act of its own.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::KeyRecord;
use crate::text::tr;

use super::Session;
use super::run::{Run, StepState};
use super::trail::TrailLine;
use super::view::{KeyRow, PendingView};

/// Where the comparison of a key's check value with its sender's stands, if a ceremony asked for one and it was not
/// made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparing {
    /// A ceremony that stands open waits for it: the value is hidden.
    Pending,
    /// The ceremony was stopped, or the step passed over: the value is shown, and nobody has compared it.
    Never,
}

impl Comparing {
    /// It in a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Pending => tr("not yet: a ceremony that stands open compares it"),
            Self::Never => tr("never: the ceremony ended before somebody did"),
        }
    }
}

/// What stands where a check value would: a single word that is as wide as one.
pub fn hidden() -> &'static str {
    tr("hidden")
}

/// By ARN, the keys that are to be compared and were not.
fn uncompared(runs: &[Run]) -> BTreeMap<&str, Comparing> {
    let mut found: BTreeMap<&str, Comparing> = BTreeMap::new();
    let mut compared: BTreeSet<&str> = BTreeSet::new();
    let steps = runs
        .iter()
        .flat_map(|run| run.steps.iter().map(move |s| (run, s)));
    for (run, step) in steps {
        let Some(arn) = step.compares.as_ref().and_then(|id| run.keys.get(id)) else {
            continue;
        };
        let done = matches!(
            step.state,
            StepState::Executed | StepState::Verified | StepState::Witnessed | StepState::Closed
        );
        let open = run.outcome.is_none() && step.state != StepState::Exception;
        if done {
            compared.insert(arn);
            if found.get(arn.as_str()) == Some(&Comparing::Never) {
                found.remove(arn.as_str());
            }
        } else if open {
            found.insert(arn, Comparing::Pending);
        } else if !compared.contains(arn.as_str()) {
            found.entry(arn).or_insert(Comparing::Never);
        }
    }
    found
}

impl Session {
    /// The rows of all keys, each with where its comparison stands.
    pub(crate) fn compared(&self, rows: impl Iterator<Item = KeyRow>) -> Vec<KeyRow> {
        let found = uncompared(&self.state.runs);
        rows.map(|mut row| {
            row.comparing = found.get(row.key.key_arn.as_str()).copied();
            if row.comparing == Some(Comparing::Pending) {
                hidden().clone_into(&mut row.key.key_check_value);
                row.other_check_value = None;
            }
            row
        })
        .collect()
    }

    /// Whether this key's check value is hidden now.
    pub(crate) fn is_blind(&self, arn: &str) -> bool {
        uncompared(&self.state.runs).get(arn) == Some(&Comparing::Pending)
    }

    /// The check value of a key, hidden or not: to judge by, never to show.
    pub(crate) fn check_value_on_record(&self, arn: &str) -> Option<&str> {
        self.record(arn)
            .map(|record| record.key.key_check_value.as_str())
    }

    /// The other reading of a 16-byte key's check value, as [`Session::check_value_on_record`].
    pub(crate) fn other_reading_on_record(&self, arn: &str) -> Option<(&'static str, String)> {
        let (method, value) = super::views::other_check_value(self.record(arn)?)?;
        Some((method.name(), value))
    }

    /// Every reading of the values that are hidden now.
    fn hidden_values(&self) -> Vec<String> {
        let found = uncompared(&self.state.runs);
        let blind = |(arn, state): (&&str, &Comparing)| {
            (*state == Comparing::Pending).then(|| self.record(arn))?
        };
        found.iter().filter_map(blind).flat_map(readings).collect()
    }

    /// Hides them in what an act says of itself.
    pub(crate) fn blinded(&self, mut act: PendingView) -> PendingView {
        let values = self.hidden_values();
        let labels = [
            tr("kcv"),
            tr("its kcv"),
            tr("as TDES_2KEY"),
            tr("as AES_128"),
        ];
        for (label, text) in &mut act.details {
            if labels.contains(&label.as_str()) && values.iter().any(|v| text.contains(v)) {
                hidden().clone_into(text);
            }
        }
        act
    }

    /// Hides them in lines of the log that are shown; their hashes stay those of the lines as they are in the file.
    pub(crate) fn blinded_lines(&self, lines: &mut [TrailLine]) {
        for value in self.hidden_values() {
            let (quoted, about) = (format!("\"{value}\""), format!(": {value}"));
            let instead = format!("\"{}\"", hidden());
            for line in &mut *lines {
                if let Some(op) = line.what.strip_suffix(&about) {
                    line.what = format!("{op}: {}", hidden());
                }
                line.written = line.written.replace(&quoted, &instead);
                if let Some(end) = &mut line.end {
                    end.written = end.written.replace(&quoted, &instead);
                }
            }
        }
    }
}

fn readings(record: &KeyRecord) -> Vec<String> {
    let own = record.key.key_check_value.clone();
    let both = record.both_check_values.iter();
    let both = both.flat_map(|b| [b.as_tdes.clone(), b.as_aes.clone()]);
    std::iter::once(own).chain(both).collect()
}
