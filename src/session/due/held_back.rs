//! Keys that a return to a copy disabled, until somebody decides about them.

use super::{Due, Goes};
use crate::session::view::{KeyRow, View};
use crate::text::{say, tr};

/// The keys, in their order.
pub(super) fn keys(view: &View) -> impl Iterator<Item = &KeyRow> {
    let held = move |row: &&KeyRow| view.held_back.contains(&row.key.key_arn);
    // A suspect key has a line of its own, and is not enabled before it is cleared.
    view.keys
        .iter()
        .filter(held)
        .filter(|row| row.suspect.is_none())
}

/// All of them in one line: a return may disable every key of a vault.
pub(super) fn held_back(view: &View) -> Option<Due> {
    let mut all = keys(view);
    let first = all.next()?;
    let what = match all.count() {
        0 => say!(
            "{label} since the return: enable or delete",
            label = first.label
        ),
        more => say!(
            "{label} and {more} more since the return: decide",
            label = first.label,
            more
        ),
    };
    Some(Due {
        kind: "disabled",
        what,
        when: tr("now").into(),
        who: tr("everybody").into(),
        over: false,
        goes: Goes::Enable(first.key.key_arn.clone()),
    })
}
