//! How many custodians an act needs besides whoever asks for it. Each line says what the vault's policy required; that is
//! the word of the program that wrote it, so it is held to what no policy goes below.
#![deny(clippy::indexing_slicing)]

use serde_json::Value;

use super::log::{Line, Log, event};
use super::people::{List, People};
use super::{Fault, Verified, fault};

/// What leaves a vault, ends or decides about it: in production as many custodians as open the vault, and never fewer than
/// two (the floor of a policy).
const PRODUCTION: [&str; 11] = [
    "ExportKey",
    "ExportComponents",
    "UnbindReceiver",
    "RebindReceiver",
    "DeleteKey",
    "ChangePolicy",
    "ChangePeople",
    "Reshare",
    "Rotate",
    "RecoverySet",
    "Clock",
];

/// What needs as many as open the vault in every profile.
const EVERYWHERE: [&str; 3] = ["LowerWatermark", "AcceptOlderCopy", "Restore"];

/// A trust anchor, by the name of its action: its line says ImportKey, as those of keys do.
const ROOT: &str = "import-key.root-certificate";

/// What is known of how many have to approve.
pub(super) struct Demanded {
    production: bool,
    /// How many open the vault, from line to line: when it was made, and after each rotation; none where no line says it.
    quorums: Vec<(u64, Option<u64>)>,
    /// The first line that says what was required, of an act of which older logs did not say it.
    since: u64,
}

impl Demanded {
    /// What the log says of it.
    pub(super) fn of(log: &Log, done: &Verified) -> Result<Self, Fault> {
        let made = log
            .lines
            .iter()
            .find(|line| line.is("noted", "create-vault"));
        if let Some(profile) = made.and_then(|line| line.detail("profile"))
            && profile != done.profile
        {
            return fault("vault", "the log has another profile for it");
        }
        let first = made.and_then(|line| line.detail("quorum"));
        let first = first.and_then(|quorum| quorum.split(' ').next()?.parse().ok());
        let rotated = log.sealed().filter(|line| line.op() == "Rotate");
        let rotated = rotated.map(|line| (line.n, line.details().get("k").and_then(Value::as_u64)));
        let first_to_say = log.sealed().find(|line| {
            !["Rotate", "ChangePeople"].contains(&line.op()) && required(line).is_some()
        });
        Ok(Self {
            production: done.profile == "production",
            quorums: std::iter::once((0, first)).chain(rotated).collect(),
            since: first_to_say.map_or(u64::MAX, |line| line.n),
        })
    }

    /// Whether enough approved a line; `action` is the name of the act where the bundle shows it.
    pub(super) fn enough(
        &self,
        line: &Line,
        who: &[(String, String)],
        people: &People,
        action: &str,
    ) -> Result<(), Fault> {
        let approvals = who.get(1..).unwrap_or_default();
        let given = approvals.len() as u64;
        if given == 0 {
            return fault(event(line.n), "nobody but the issuer signed");
        }
        let required = required(line);
        if required.is_none() && line.n > self.since {
            return fault(
                event(line.n),
                "it does not say how many were required, though lines before it do",
            );
        }
        let by = approvals.first();
        let by = by.and_then(|(key, _)| people.list_at(line.n, key));
        let floor = self.floor(line, action, by);
        let needed = required.unwrap_or(1).max(floor);
        if given < needed {
            return fault(
                event(line.n),
                format!("{given} approved, and {needed} were required"),
            );
        }
        if required.is_some_and(|required| required < floor) {
            return fault(
                event(line.n),
                format!("it asks for fewer than {floor} to approve, and no policy goes below that"),
            );
        }
        Ok(())
    }

    /// What no policy goes below. Holders of a recovery set are counted by a threshold of their own, which no line has.
    fn floor(&self, line: &Line, action: &str, by: Option<&List>) -> u64 {
        let before = self.quorums.iter().rev();
        let quorum = before.into_iter().find(|(from, _)| *from < line.n);
        let quorum = quorum.and_then(|(_, k)| *k).unwrap_or(1);
        let quorum = if by.is_some_and(|list| list.holders) {
            1
        } else {
            quorum
        };
        if EVERYWHERE.contains(&line.op()) {
            quorum
        } else if self.production && (PRODUCTION.contains(&line.op()) || action == ROOT) {
            quorum.max(2)
        } else {
            1
        }
    }
}

fn required(line: &Line) -> Option<u64> {
    line.details().get("required").and_then(Value::as_u64)
}
