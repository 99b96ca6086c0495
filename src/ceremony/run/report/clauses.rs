//! The table of clauses: what the audit log shows, what people did, and what neither can claim.

use crate::evidence::report::{Clause, ClauseState, Leans, known, number_told};
use crate::session::{StepRecord, StepState, op};

use super::super::super::model::Step;
use super::super::super::ops_components;
use super::{Material, audit_lines};

/// The clause that asks for a log of accesses: this program keeps one, whichever step names the clause.
const ACCESSES: &str = "PCI PIN 26-1";

/// What there is of it where none of its steps was signed by itself.
const LOGGED: &str = "each access that the audit log has, and the line of it, stands in the section on access; that \
                      there was no other is for the people who sign below to say";

/// A clause, and the steps that are no evidence for it, by the reason.
struct Judged {
    clause: Clause,
    leans: Leans,
    weak: Vec<(&'static str, Vec<String>)>,
    /// Steps in which what was typed was compared and agreed.
    compared: Vec<String>,
    /// Steps in which the number of a package was read a second time, or off its sender's advice, and agreed.
    numbers: Vec<String>,
}

/// Every clause that the script names, in the order in which it first does.
pub(super) fn table(from: &Material<'_>) -> Vec<Clause> {
    let mut judged: Vec<Judged> = Vec::new();
    for (step, record) in from.pairs() {
        for name in &step.clause {
            let at = judged.iter().position(|j| j.clause.clause == *name);
            let at = at.unwrap_or_else(|| {
                judged.push(Judged::new(name));
                judged.len() - 1
            });
            let done = record.state == StepState::Closed;
            if let Some(clause) = judged.get_mut(at).filter(|_| done) {
                clause.take(from, step, record);
            }
        }
    }
    judged.into_iter().map(Judged::clause).collect()
}

impl Judged {
    fn new(name: &str) -> Self {
        let (asks, leans) = known(name);
        Self {
            clause: Clause {
                clause: name.to_owned(),
                asks: asks.to_owned(),
                ..Clause::default()
            },
            leans,
            weak: Vec::new(),
            compared: Vec::new(),
            numbers: Vec::new(),
        }
    }

    /// What a step that was done adds. A weak one makes the whole clause weak, whatever the others show.
    fn take(&mut self, from: &Material<'_>, step: &Step, record: &StepRecord) {
        if self.leans == Leans::Device {
            return;
        }
        let lines = shown_by(from, step, record);
        if ["kcv", "fingerprint"]
            .iter()
            .any(|note| record.notes.contains_key(*note))
        {
            self.compared.push(step.id.clone());
        }
        if number_compared(step, record) {
            self.numbers.push(step.id.clone());
        }
        self.clause.lines.extend(lines);
        self.clause.state = if self.clause.lines.is_empty() {
            ClauseState::Procedural
        } else {
            ClauseState::Evidenced
        };
        let unattended = || {
            let ritual = audit_lines(record).is_empty() && from.shown.leans_on_a_file();
            ritual.then_some("its answers came from a file: nobody is shown to have been there")
        };
        let undone = || taken_back_or_open(from, step);
        let weak = weakness(from, self.leans, record);
        let Some(why) = weak.or_else(unattended).or_else(undone) else {
            return;
        };
        match self.weak.iter_mut().find(|(known, _)| *known == why) {
            Some((_, steps)) => steps.push(step.id.clone()),
            None => self.weak.push((why, vec![step.id.clone()])),
        }
    }

    fn clause(self) -> Clause {
        let said = |(why, steps): &(&str, Vec<String>)| {
            let noun = if steps.len() == 1 { "step" } else { "steps" };
            format!("{why} ({noun} {})", steps.join(", "))
        };
        let why: Vec<String> = self.weak.iter().map(said).collect();
        let state = if why.is_empty() {
            self.clause.state
        } else {
            ClauseState::NotEvidenced
        };
        let accesses = self.clause.clause == ACCESSES;
        let why = match state {
            ClauseState::Procedural if accesses => LOGGED.to_owned(),
            ClauseState::Procedural => seen(&self.compared, &self.numbers),
            _ => why.join("; "),
        };
        Clause {
            state,
            why,
            ..self.clause
        }
    }
}

/// What the program did see of a clause that no signed line evidences; empty where it saw nothing.
fn seen(compared: &[String], numbers: &[String]) -> String {
    let mut seen = Vec::new();
    if !compared.is_empty() {
        seen.push(format!(
            "what was typed was compared by the program and agreed ({}); that it came from the other side is for people \
             to say",
            compared.join(", ")
        ));
    }
    if !numbers.is_empty() {
        seen.push(format!(
            "numbers of packages, each typed from two sources, were compared by the program and agreed ({}); what lay in \
             the packages, and who carried them, is for people to say",
            numbers.join(", ")
        ));
    }
    seen.join("; ")
}

/// Whether a package's number was typed from the package and from elsewhere: its sender's advice, or other eyes. The step
/// closes only where both agree.
fn number_compared(step: &Step, record: &StepRecord) -> bool {
    let noted = |name: &str| record.notes.get(name);
    let numbered = noted("serial").is_some_and(|serial| number_told(serial) == *serial);
    let beside = ["advised", "watched"]
        .iter()
        .any(|name| noted(name).is_some());
    let turn = [ops_components::RECEIVE.name, ops_components::SEAL.name].contains(&step.op.name);
    let written = step.fields.contains_key("advised") || step.item.is_some();
    turn && numbered && (beside || written && step.op.name == ops_components::RECEIVE.name)
}

/// The key whose deletion a step begins.
fn deletes<'a>(from: &Material<'a>, step: &Step) -> Option<&'a String> {
    let id = step.key().filter(|_| step.op.name == op::DELETE_KEY.name)?;
    from.run.keys.get(id)
}

/// Lines that show what a step did. A deletion is shown where it destroyed the key: by the last request for it and by
/// the line that removed the material; one that was taken back shows nothing.
fn shown_by(from: &Material<'_>, step: &Step, record: &StepRecord) -> Vec<u64> {
    let Some(arn) = deletes(from, step) else {
        return audit_lines(record);
    };
    let later = from
        .pairs()
        .skip_while(|(other, _)| other.id != step.id)
        .skip(1)
        .any(|(other, record)| {
            other.key() == step.key()
                && other.op.name == op::DELETE_KEY.name
                && record.digest.is_some()
        });
    if later {
        return Vec::new();
    }
    let mut lines = audit_lines(record);
    lines.extend(from.shown.destroyed(arn));
    lines
}

/// A deletion that has not destroyed anything yet, or never will.
fn taken_back_or_open(from: &Material<'_>, step: &Step) -> Option<&'static str> {
    let arn = deletes(from, step)?;
    from.shown
        .destroyed(arn)
        .is_none()
        .then_some("the deletion was asked for, and the key was not destroyed in this run")
}

/// Why a step that was done is no evidence for what the clause asks.
fn weakness(from: &Material<'_>, leans: Leans, record: &StepRecord) -> Option<&'static str> {
    let as_shown = |note: &str| {
        record
            .notes
            .get(note)
            .is_some_and(|typed| typed == "as-shown")
    };
    match leans {
        Leans::People => {
            let mut signed = from.shown.of_step(record).into_iter();
            signed
                .any(|signature| signature.from_file)
                .then_some("signed from a file: nobody typed a passphrase")
        }
        Leans::Comparison if as_shown("fingerprint") => {
            Some("the fingerprint was taken as shown and compared with nothing")
        }
        Leans::Comparison if as_shown("kcv") => {
            Some("the check value was taken as shown and compared with nothing")
        }
        Leans::Comparison | Leans::Device | Leans::Log => None,
    }
}
