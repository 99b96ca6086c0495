//! What is still to do when a ceremony has ended: the lines of Home, on its last page, in lines, and on record.

use super::held_back::keys;
use super::{Due, due};
use crate::api::{KeyState, Timestamp};
use crate::session::state::copy_state;
use crate::session::view::View;
use crate::text::tr;

/// What Home shows as due, a line each: kind, what, when, and whom it waits for.
pub fn left_to_do(view: &View, now: Timestamp) -> Vec<String> {
    let told = |due: Due| {
        let kind = tr(due.kind);
        match due.who.as_str() {
            "-" => format!("{kind}: {} ({})", due.what, due.when),
            who => format!("{kind}: {} ({}; {who})", due.what, due.when),
        }
    };
    due(view, now).into_iter().map(told).collect()
}

/// Of the same things those that an auditor asks for after a ceremony, in the English of the record: keys that wait for a
/// decision, envelopes and copies that open to people of before, receipts that are awaited.
pub fn on_record(view: &View) -> Vec<String> {
    let mut told = Vec::new();
    if let Some(back) = &view.returned {
        told.push(format!(
            "the vault was returned to copy {} and nothing was made new since: envelopes and words of the lost vault open it",
            back.copy
        ));
    }
    let lives = |state: KeyState| state == KeyState::CREATE_COMPLETE;
    let suspect = view
        .keys
        .iter()
        .filter(|row| row.suspect.is_some() && lives(row.key.key_state));
    told.extend(suspect.map(|row| format!("{} is suspect: replaced, or cleared", row.label)));
    let held = keys(view).map(|row| {
        format!(
            "{} is disabled since the return: enabled by an act, or deleted",
            row.label
        )
    });
    told.extend(held);
    let unsaid = view.old_envelopes.iter().filter(|old| old.gone.is_none());
    let mut owners: Vec<&str> = unsaid.map(|old| old.person.as_str()).collect();
    owners.sort_unstable();
    owners.dedup();
    if !owners.is_empty() {
        told.push(format!(
            "envelopes whose set ended, of {}: what became of them is attested",
            owners.join(", ")
        ));
    }
    let gone = [copy_state::DESTROYED, copy_state::PRACTISED];
    let there = view
        .copies
        .iter()
        .filter(|copy| !gone.contains(&copy.state.as_str()));
    told.extend(there.filter(|copy| copy.old_set).map(|copy| {
        format!(
            "copy {} on {} opens to the people of before: destroyed, once a newer one is read back",
            copy.id, copy.medium
        )
    }));
    let awaited = view
        .exports
        .iter()
        .filter(|export| export.waits_for_answer());
    told.extend(
        awaited.map(|export| format!("no receipt yet for {} from {}", export.label, export.to())),
    );
    told
}
