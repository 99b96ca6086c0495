//! C5: a package was found opened, or a paper cannot be found. The set it belongs to is never used, and every key that
//! its component is part of becomes SUSPECT with what stands under it, in the same commit (PCI PIN 9-2).

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::turns::{Turn, plain};
use super::{LivePaper, SetRef};
use crate::custody::ledger::Holding;
use crate::session::Session;
use crate::session::op_suspect;
use crate::session::state::State;
use crate::session::transition::Transition;

/// The keys that a component in this package is part of.
fn keys_of(state: &State, set: &SetRef, serial: &str) -> Vec<String> {
    let same = |other: &str| plain(other) == plain(serial);
    let lies_there = state.ledger.holdings.iter();
    let lies_there = lies_there
        .filter(|h| h.until.is_none() && same(&h.place))
        .map(|h| h.split.clone());
    let sets = state.components.iter();
    let came_in_it = sets
        .filter(|known| known.packages.iter().any(|p| same(&p.serial)))
        .map(|known| known.id.clone());
    let mut touched: BTreeSet<String> = lies_there.chain(came_in_it).collect();
    touched.insert(set.id.clone());
    state
        .components
        .iter()
        .filter(|known| touched.contains(&known.id))
        .filter_map(|known| known.key.clone())
        .collect()
}

/// Marks the keys that the component in an opened package is part of, and their dependants; the ARNs newly marked.
///
/// These are the keys of the set itself, and of every earlier set of which a component lies in this package by the
/// ledger, or came in it: a key that was formed in another ceremony is reached by its package's serial.
pub(super) fn of_package(
    working: &mut State,
    set: &SetRef,
    (part, person): (u8, &str),
    serial: &str,
    at: i64,
) -> Vec<String> {
    let keys = keys_of(working, set, serial);
    let reason = format!(
        "{person} found package {serial} with component {part} of {} tampered with",
        set.label
    );
    keys.iter()
        .flat_map(|key| op_suspect::mark_with_dependants(working, key, &reason, at))
        .collect()
}

/// A paper of the last component came out of the printer, and the step that lets it out did not end. Whoever was there
/// may have read it, and that stays known; where nobody can say where the paper is, set and key are SUSPECT (PCI PIN 22).
pub(super) fn of_paper(
    working: &mut State,
    turn: &Turn<'_>,
    live: &LivePaper,
    note: Transition,
) -> Transition {
    let Turn {
        set,
        part,
        person,
        by,
        at,
    } = *turn;
    working.ledger.divide(set.split(at));
    // It is in nobody's hands any more: what is held is what they know.
    working.ledger.hand_out(Holding {
        person: person.to_owned(),
        split: set.id.clone(),
        part,
        place: String::new(),
        safe: None,
        by: by.to_owned(),
        since: at,
        until: Some(at),
    });
    let note = note.with("known_to", person);
    if !live.lost {
        return note;
    }
    let why = format!(
        "component {part} of {} was printed for {person} and cannot be found",
        set.label
    );
    let marked = op_suspect::mark_with_dependants(working, &live.key, &why, at);
    if let Some(known) = working.components.iter_mut().find(|s| s.id == set.id) {
        known.suspect = Some(why);
    }
    note.with("suspect_keys", marked)
}

impl Session {
    /// What became of the keys that a component in this package is part of, as the record says it; empty where there
    /// is none.
    pub(crate) fn keys_of_package(&self, set: &SetRef, serial: &str) -> String {
        let keys = keys_of(&self.state, set, serial);
        let view = self.view();
        let mut words = String::new();
        for row in view
            .keys
            .iter()
            .filter(|row| keys.contains(&row.key.key_arn))
        {
            let under = row
                .suspect
                .as_ref()
                .map_or(&[][..], |(_, under)| under.as_slice());
            let under = match under {
                [] => String::new(),
                some => format!(" Under it: {}.", some.join("; ")),
            };
            let _ = write!(
                words,
                " A component of {} lay in it: that key is SUSPECT as well, is not used, exported or enabled, and \
                 stays so until an act clears it.{under}",
                row.label
            );
        }
        words
    }
}
