//! Envelopes whose set ended, until somebody says what became of them.

use crate::api::Timestamp;
use crate::session::op_envelopes::OldEnvelopes;
use crate::session::state::copy_state;
use crate::session::view::View;
use crate::text::{say, tr};

use super::{Due, Goes, left};

/// One line for all of them. While copies open to the people of before alone, a new copy comes first: with their
/// envelopes the last copy would be lost.
pub(super) fn envelopes(view: &View, now: Timestamp) -> Option<Due> {
    if view.by_recovery {
        return None;
    }
    let unsaid = view.old_envelopes.iter().filter(|old| old.gone.is_none());
    let unsaid: Vec<&OldEnvelopes> = unsaid.collect();
    let since = unsaid.iter().map(|old| old.at).min()?;
    let mut owners: Vec<&str> = Vec::new();
    for old in &unsaid {
        if !owners.contains(&old.person.as_str()) {
            owners.push(&old.person);
        }
    }
    let owners = match owners.as_slice() {
        [first, second, rest @ ..] if rest.len() > 1 => say!(
            "{first}, {second} and {more} more",
            first,
            second,
            more = rest.len()
        ),
        all => all.join(", "),
    };
    let (what, goes) = if waits_for_a_copy(view) {
        let what = say!("make a new copy; then destroy old ones of {owners}", owners);
        (what, Goes::Backup)
    } else {
        let what = say!("old ones of {owners}: destroyed?", owners);
        (what, Goes::Envelopes)
    };
    Some(Due {
        kind: "envelopes",
        what,
        when: say!(
            "{left} ago",
            left = left(Timestamp::from_millis(since), now)
        ),
        who: tr("everybody").into(),
        over: false,
        goes,
    })
}

/// Whether every copy that was read back opens with the old envelopes alone.
fn waits_for_a_copy(view: &View) -> bool {
    let gone = [copy_state::DESTROYED, copy_state::PRACTISED];
    let mut there = view.copies.iter();
    let old = there.any(|c| c.old_set && !gone.contains(&c.state.as_str()));
    let newer = view.copies.iter();
    let newer = newer.filter(|c| c.state == copy_state::VERIFIED && !c.old_set);
    old && newer.count() == 0
}
