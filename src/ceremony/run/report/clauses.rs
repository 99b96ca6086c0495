//! The table of clauses: what the audit log shows, what people did, and what neither can claim.

use crate::evidence::report::{Clause, ClauseState};
use crate::session::{StepRecord, StepState};

use super::super::super::model::Step;
use super::{Material, audit_lines};

/// What the evidence for a clause leans on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leans {
    /// A secure cryptographic device, which this is not.
    Device,
    /// The log alone: what was done.
    Log,
    /// People who typed passphrases of their own: a signature from a file shows nobody.
    People,
    /// A value that somebody compared with one from another channel.
    Comparison,
}

/// What a clause asks, in a few words (PCI PIN Security Requirements v3.1), and what its evidence leans on.
const KNOWN: &[(&str, &str, Leans)] = &[
    (
        "PCI PIN 5-1",
        "Keys are made inside a secure cryptographic device. Here they are made in software, so this is not met.",
        Leans::Device,
    ),
    (
        "PCI PIN 8-1",
        "Keys leave wrapped, or as components over different channels.",
        Leans::Log,
    ),
    (
        "PCI PIN 8-4",
        "Public keys arrive with proof of integrity and origin.",
        Leans::Comparison,
    ),
    (
        "PCI PIN 10-1",
        "A key is wrapped by a key at least as strong.",
        Leans::Log,
    ),
    (
        "PCI PIN 12-3",
        "Keys are made and loaded under dual control.",
        Leans::People,
    ),
    (
        "PCI PIN 13-9.2",
        "Two people are in the room from beginning to end.",
        Leans::Log,
    ),
    (
        "PCI PIN 15-1",
        "Keys are validated by their check value.",
        Leans::Comparison,
    ),
    (
        "PCI PIN 18-3",
        "Keys are managed in key blocks that bind their use.",
        Leans::Log,
    ),
    (
        "PCI PIN 19-1",
        "A key serves its declared purpose and no other.",
        Leans::Log,
    ),
    (
        "PCI PIN 21-1",
        "No one person can use or know a secret key.",
        Leans::People,
    ),
    (
        "PCI PIN 24-1",
        "Keys that are no longer needed are destroyed.",
        Leans::Log,
    ),
    (
        "PCI PIN 24-2.2",
        "An observer who is no custodian of the key attests its destruction.",
        Leans::People,
    ),
    (
        "PCI PIN 26-1",
        "Access to keys and shares is logged and signed for.",
        Leans::People,
    ),
];

/// A clause, and the steps that are no evidence for it, by the reason.
struct Judged {
    clause: Clause,
    leans: Leans,
    weak: Vec<(&'static str, Vec<String>)>,
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
        let known = KNOWN.iter().find(|(id, _, _)| *id == name);
        Self {
            clause: Clause {
                clause: name.to_owned(),
                asks: known
                    .map(|(_, asks, _)| (*asks).to_owned())
                    .unwrap_or_default(),
                ..Clause::default()
            },
            leans: known.map_or(Leans::Log, |(_, _, leans)| *leans),
            weak: Vec::new(),
        }
    }

    /// What a step that was done adds. A weak one makes the whole clause weak, whatever the others show.
    fn take(&mut self, from: &Material<'_>, step: &Step, record: &StepRecord) {
        if self.leans == Leans::Device {
            return;
        }
        self.clause.lines.extend(audit_lines(record));
        self.clause.state = if self.clause.lines.is_empty() {
            ClauseState::Procedural
        } else {
            ClauseState::Evidenced
        };
        let unattended = || {
            let ritual = audit_lines(record).is_empty() && from.shown.leans_on_a_file();
            ritual.then_some("its answers came from a file: nobody is shown to have been there")
        };
        let Some(why) = weakness(from, self.leans, record).or_else(unattended) else {
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
        Clause {
            state,
            why: why.join("; "),
            ..self.clause
        }
    }
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
