//! What is due of the copies of a vault.

use crate::api::{KeyClass, KeyState, Timestamp};
use crate::text::{say, tr};

use super::super::happened;
use super::{DAY, Due, Goes, told_when};
use crate::session::state::copy_state;
use crate::session::view::{CopyView, KeyRow, View};

/// Days after which a copy that lacks later acts is old.
const COPY_DAYS: i64 = 30;

/// Copies that were never proven, that open to people of before, that may still hold what was destroyed here; and the
/// newest, where it is old and the vault has gone on.
pub(super) fn copies(view: &View, now: Timestamp) -> Vec<Due> {
    let mut lines: Vec<Due> = view
        .in_no_copy()
        .map(|what| line(what, tr("now").into(), Goes::Backup))
        .into_iter()
        .collect();
    let held = !lines.is_empty();
    let newer = view
        .copies
        .iter()
        .any(|c| c.state == "verified" && !c.old_set);
    let gone = [copy_state::DESTROYED, copy_state::PRACTISED];
    let there = view.copies.iter();
    for copy in there.filter(|c| !gone.contains(&c.state.as_str())) {
        lines.extend(of_one(copy, newer));
    }
    if let Some(newest) = view.newest_copy() {
        let old = now.millis().saturating_sub(newest.at.millis()) >= COPY_DAYS * DAY;
        let lacks = view.seq.saturating_sub(newest.seq);
        if old && lacks > 0 && !held {
            let what = say!(
                "{id} is the newest and lacks what was done since",
                id = newest.id
            );
            let when = told_when(now, newest.at);
            lines.push(line(what, when, Goes::Backup));
        }
    }
    lines
}

/// A line about a copy.
fn line(what: String, when: String, goes: Goes) -> Due {
    Due {
        kind: "copy",
        what,
        when,
        who: tr("everybody").into(),
        over: false,
        goes,
    }
}

/// What is due of one copy that is there, where a newer one opens to the people of now or not.
fn of_one(copy: &CopyView, newer: bool) -> Vec<Due> {
    let mut lines = Vec::new();
    let (id, medium) = (&copy.id, &copy.medium);
    if copy.state != "verified" {
        let what = say!(
            "{id} on {medium} was not read back: make another",
            id,
            medium
        );
        lines.push(line(what, tr("now").into(), Goes::Backup));
    }
    if copy.old_set && newer {
        let what = say!("{id} on {medium} opens to the people of before", id, medium);
        lines.push(line(
            what,
            tr("now").into(),
            Goes::Happened(happened::COPY_GONE),
        ));
    } else if copy.old_set {
        // The only copy is not the first thing to be destroyed.
        let what = say!("make a new copy; then destroy {id}", id);
        lines.push(line(what, tr("now").into(), Goes::Backup));
    }
    if !copy.holds_gone.is_empty() {
        let what = say!(
            "{id} may still hold {holds_gone}",
            id,
            holds_gone = copy.holds_gone.join(", ")
        );
        lines.push(line(
            what,
            tr("now").into(),
            Goes::Happened(happened::COPY_GONE),
        ));
    }
    lines
}

/// That the newest copy was made before the recovery set: it opens to the custodians alone.
pub(super) fn before_the_set(view: &View) -> Option<Due> {
    let set = view.recovery.as_ref().filter(|set| set.ended.is_none())?;
    let newest = view.newest_copy()?;
    let lacks = newest.at < set.made && !newest.old_set;
    lacks.then(|| {
        let what = say!(
            "{id} knows nothing of the recovery set: make another",
            id = newest.id
        );
        line(what, tr("now").into(), Goes::Backup)
    })
}

impl View {
    /// The newest copy that was read back.
    fn newest_copy(&self) -> Option<&CopyView> {
        let whole = self.copies.iter().filter(|c| c.state == "verified");
        whole.max_by_key(|c| c.at)
    }

    /// Keys with a secret that were made or came in after the newest copy: lose the medium, and they are gone.
    pub fn in_no_copy(&self) -> Option<String> {
        let newest = self.newest_copy()?.at;
        let later = |row: &&KeyRow| {
            row.key.create_timestamp > newest
                && row.key.key_state != KeyState::DELETE_COMPLETE
                && row.key.key_attributes.key_class != KeyClass::PUBLIC_KEY
        };
        let mut keys = self.keys.iter().filter(later);
        let first = keys.next()?;
        Some(match keys.count() {
            0 => say!("{label} is in no copy yet", label = first.label),
            more => say!(
                "{label} and {more} more are in no copy yet",
                label = first.label,
                more
            ),
        })
    }

    /// What closing says of copies: that the vault exists once, which keys do, or that every copy is of another set.
    pub fn missing_copy(&self) -> Option<String> {
        if let Some(only) = self.only_copy {
            return Some(only.to_owned());
        }
        if let Some(keys) = self.in_no_copy() {
            return Some(say!("{keys}: if this medium breaks, that is lost.", keys));
        }
        let whole = self.copies.iter().filter(|c| c.state == "verified");
        let mut sets = whole.map(|c| c.old_set);
        let stale = sets
            .next()
            .is_some_and(|first| first && sets.all(|old| old));
        stale.then(|| tr("No copy opens to the people of now: if this medium breaks, those of before are needed, with their envelopes and words. Make a new copy.").to_owned())
    }
}
