//! The table of clauses: what the audit log shows, what people did, and what neither can claim.

use crate::evidence::report::{Clause, ClauseState};
use crate::session::StepState;

use super::{Material, audit_lines};

/// What a clause asks, in a few words (PCI PIN Security Requirements v3.1), and whether software can meet it at all.
const KNOWN: &[(&str, &str, bool)] = &[
    (
        "PCI PIN 5-1",
        "Keys are made inside a secure cryptographic device. Here they are made in software, so this is not met.",
        false,
    ),
    (
        "PCI PIN 8-1",
        "Keys leave wrapped, or as components over different channels.",
        true,
    ),
    (
        "PCI PIN 8-4",
        "Public keys arrive with proof of integrity and origin.",
        true,
    ),
    (
        "PCI PIN 10-1",
        "A key is wrapped by a key at least as strong.",
        true,
    ),
    (
        "PCI PIN 12-3",
        "Keys are made and loaded under dual control.",
        true,
    ),
    (
        "PCI PIN 13-9.2",
        "Two people are in the room from beginning to end.",
        true,
    ),
    (
        "PCI PIN 15-1",
        "Keys are validated by their check value.",
        true,
    ),
    (
        "PCI PIN 18-3",
        "Keys are managed in key blocks that bind their use.",
        true,
    ),
    (
        "PCI PIN 19-1",
        "A key serves its declared purpose and no other.",
        true,
    ),
    (
        "PCI PIN 21-1",
        "No one person can use or know a secret key.",
        true,
    ),
    (
        "PCI PIN 24-1",
        "Keys that are no longer needed are destroyed.",
        true,
    ),
    (
        "PCI PIN 24-2.2",
        "An observer who is no custodian of the key attests its destruction.",
        true,
    ),
    (
        "PCI PIN 26-1",
        "Access to keys and shares is logged and signed for.",
        true,
    ),
];

/// Every clause that the script names, in the order in which it first does.
pub(super) fn table(from: &Material<'_>) -> Vec<Clause> {
    let mut clauses: Vec<Clause> = Vec::new();
    for (step, record) in from.pairs() {
        let done = record.state == StepState::Closed;
        let lines = audit_lines(record);
        for name in &step.clause {
            let known = KNOWN.iter().find(|(id, _, _)| id == name);
            let possible = known.is_none_or(|(_, _, possible)| *possible);
            let at = clauses.iter().position(|clause| clause.clause == *name);
            let at = at.unwrap_or_else(|| {
                clauses.push(Clause {
                    clause: name.clone(),
                    asks: known
                        .map(|(_, asks, _)| (*asks).to_owned())
                        .unwrap_or_default(),
                    ..Clause::default()
                });
                clauses.len() - 1
            });
            if let Some(clause) = clauses.get_mut(at).filter(|_| done && possible) {
                clause.lines.extend(&lines);
                clause.state = if clause.lines.is_empty() {
                    ClauseState::Procedural
                } else {
                    ClauseState::Evidenced
                };
            }
        }
    }
    clauses
}
