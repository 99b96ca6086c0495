//! C5: a package was found opened. The set it belongs to is never used, and every key that its component is part of
//! becomes SUSPECT with what stands under it, in the same commit (PCI PIN 9-2).

use std::collections::BTreeSet;

use super::SetRef;
use super::turns::plain;
use crate::session::op_suspect;
use crate::session::state::State;

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
    let same = |other: &str| plain(other) == plain(serial);
    let lies_there = working.ledger.holdings.iter();
    let lies_there = lies_there
        .filter(|h| h.until.is_none() && same(&h.place))
        .map(|h| h.split.clone());
    let sets = working.components.iter();
    let came_in_it = sets
        .filter(|known| known.packages.iter().any(|p| same(&p.serial)))
        .map(|known| known.id.clone());
    let mut touched: BTreeSet<String> = lies_there.chain(came_in_it).collect();
    touched.insert(set.id.clone());
    let keys: Vec<String> = working
        .components
        .iter()
        .filter(|known| touched.contains(&known.id))
        .filter_map(|known| known.key.clone())
        .collect();
    let reason = format!(
        "{person} found package {serial} with component {part} of {} opened",
        set.label
    );
    keys.iter()
        .flat_map(|key| op_suspect::mark_with_dependants(working, key, &reason, at))
        .collect()
}
