//! Keys and deletions in lines: each key with all its fields; what is being deleted, until when, and the way back.

use std::collections::HashMap;

use crate::api::{KeyState, Timestamp};
use crate::ceremony::key_lines;
use crate::session::due::left;
use crate::session::guide::{self, Entry};
use crate::session::op::RESTORE_KEY;
use crate::session::span::clock;
use crate::session::{Command, Comparing, KeyRow, Outcome, View};
use crate::text::{say, tr};

use super::draft::Draft;
use super::exchanged::sent;
use super::home::Home;
use super::line::Gone;

impl Home<'_, '_> {
    /// Every key, and one of them with all its fields.
    pub(super) fn keys(&mut self) -> Result<(), Gone> {
        loop {
            let view = self.session.view();
            let entries = listed(&view);
            let heading = match entries.len() {
                0 => tr("No key is in this vault yet.").to_owned(),
                1 => tr("1 key.").to_owned(),
                n => say!("{n} keys, the oldest first.", n),
            };
            let Some(at) =
                self.list(&heading, tr("shows this key with all its fields"), &entries)?
            else {
                return Ok(());
            };
            let chosen = entries.get(at).map(|entry| entry.id.as_str());
            let row = view
                .keys
                .iter()
                .find(|row| Some(row.key.key_arn.as_str()) == chosen);
            let Some(row) = row else { continue };
            self.talk.heading(&say!("Key {label}.", label = row.label));
            for line in key_lines(&row.label, row, false) {
                self.talk.say(&line);
            }
            for export in view.exports.iter().filter(|e| e.arn == row.key.key_arn) {
                self.talk.say(&sent(export, &view));
            }
            if row.comparing.is_some_and(Comparing::waits) {
                let arn = row.key.key_arn.clone();
                self.compares(&arn)?;
            }
        }
    }

    /// Of a key that is not compared: whether that is done now.
    fn compares(&mut self, arn: &str) -> Result<(), Gone> {
        let does = tr("what its sender gave is typed; ours is hidden until then");
        let compare = Entry::new("compare", tr("compare its check value"), does);
        let enter = tr("asks for the check value that its sender gave");
        let chosen = self.list(tr("Not compared yet."), enter, &[compare])?;
        chosen.map_or(Ok(()), |_| self.acting().compare(arn))
    }

    /// What is being deleted, the nearest first, and what was destroyed; one that still exists can be restored.
    pub(super) fn deletions(&mut self) -> Result<(), Gone> {
        // What is due is settled first: it was approved when it was asked for.
        match self.session.perform(Command::Settle) {
            Ok(Outcome::Advanced { destroyed, .. }) if !destroyed.is_empty() => {
                self.talk.say(&say!(
                    "{destroyed} keys whose window was over are now destroyed.",
                    destroyed = destroyed.len()
                ));
            }
            Ok(_) => {}
            Err(refusal) => self.talk.stop(&refusal.to_string()),
        }
        let view = self.session.view();
        let now = self.session.now();
        let rows = deletions_of(&view);
        let gone = rows.iter().filter(|r| destroyed(r)).count();
        let heading = if rows.is_empty() {
            tr("No deletion is pending.").to_owned()
        } else {
            say!(
                "Deletions: {pending} deleting, {done} destroyed.",
                pending = rows.len().saturating_sub(gone),
                done = gone
            )
        };
        let entries: Vec<Entry> = rows.iter().map(|row| deletion(row, now)).collect();
        let enter =
            tr("asks to RESTORE the key whose number was typed; a review and signatures follow");
        let Some(at) = self.list(&heading, enter, &entries)? else {
            return Ok(());
        };
        let Some(row) = rows.get(at) else {
            return Ok(());
        };
        let draft = Draft::new(&RESTORE_KEY).about("key", &row.key.key_arn);
        self.acting().begin_with(draft)
    }
}

/// Every key, the oldest first: each can be looked at, whatever no act would take.
fn listed(view: &View) -> Vec<Entry> {
    let made: HashMap<&str, Timestamp> = view
        .keys
        .iter()
        .map(|row| (row.key.key_arn.as_str(), row.key.create_timestamp))
        .collect();
    let mut entries = guide::keys(view, "", "");
    entries.sort_by_key(|entry| made.get(entry.id.as_str()).copied());
    for entry in &mut entries {
        entry.off = None;
    }
    entries
}

fn destroyed(row: &KeyRow) -> bool {
    row.key.key_state == KeyState::DELETE_COMPLETE
}

/// Keys being deleted, the nearest first; then those destroyed, the latest first.
fn deletions_of(view: &View) -> Vec<&KeyRow> {
    let mut pending: Vec<&KeyRow> = view.keys.iter().collect();
    pending.retain(|row| row.key.key_state == KeyState::DELETE_PENDING);
    pending.sort_by_key(|row| row.key.delete_pending_timestamp);
    let mut gone: Vec<&KeyRow> = view.keys.iter().filter(|row| destroyed(row)).collect();
    gone.sort_by_key(|row| std::cmp::Reverse(row.key.delete_timestamp));
    pending.extend(gone);
    pending
}

/// One deletion as a choice: the time first, the countdown second.
fn deletion(row: &KeyRow, now: Timestamp) -> Entry {
    let key = &row.key;
    let usage = key.key_attributes.key_usage.code();
    let check_value = &key.key_check_value;
    let label = format!("{}, {usage}, KCV {check_value}", row.label);
    let entry = |at: Option<Timestamp>, pending: bool| {
        let at = at.map(clock).unwrap_or_default();
        let label = if pending {
            say!("{label}: deleting, destroyed on {at}", label, at)
        } else {
            say!("{label}: destroyed, {at}", label, at)
        };
        Entry::new(&key.key_arn, &label, "")
    };
    match key.delete_pending_timestamp.filter(|_| !destroyed(row)) {
        Some(at) if at <= now => entry(Some(at), true).off_because(tr("its window is over")),
        Some(at) => Entry {
            note: say!("{left} left", left = left(now, at)),
            ..entry(Some(at), true)
        },
        None => entry(key.delete_timestamp, false).off_because(tr("its material is gone for good")),
    }
}
