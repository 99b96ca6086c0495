//! Returning to a copy: a backup becomes a vault again, under a new epoch, with what a newer log tells done once more
//! (`since`, `replay`), or with every key disabled until people decide.

mod known;
mod replay;
mod since;
mod words;

#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use serde_bytes::ByteBuf;

use crate::api::{KeyState, Timestamp};
use crate::evidence::audit::{self, AuditError};
use crate::vault::{AUDIT, CUSTODY, HighWater, MemoryStore, Store, VAULT};

use super::Session;
use super::action::Action;
use super::book::{Turn, storage};
use super::command::Executed;
use super::custody_act::CustodyAct;
use super::error::Refusal;
use super::pending::Pending;
use super::state::{BackupRecord, ChangeRecord, State, copy_state};
use super::transition::Transition;
use super::view::{ReturnedView, ReturningView};

pub(super) use known::Heard;
pub use known::Height;
use replay::Replayed;
use since::Reading;
pub use since::{NewerLog, Since};
pub(super) use since::{REPEATED, Told};
pub(super) use words::describe;

/// The files of a copy, in the order in which they are written: vault.age last, without which it is no vault.
const FILES: [&str; 3] = [CUSTODY, AUDIT, VAULT];

/// Reads a copy into memory, where it can be opened without a trace on its medium.
///
/// # Errors
/// It is a vault in use, or no copy of a vault; each its own sentence.
pub fn load_copy(from: &dyn Store) -> Result<MemoryStore, Refusal> {
    let names = from.list().map_err(storage)?;
    if let Some(odd) = names.iter().find(|name| !FILES.contains(&name.as_str())) {
        return Err(Refusal::Usage(format!(
            "{}: {odd} is there, and a copy holds custody.toml, vault.age and audit.jsonl alone. This is a vault in \
             use, or something else: open it as a vault. Nothing was read or changed.",
            from.place()
        )));
    }
    let mut store = MemoryStore::new();
    for name in FILES {
        let bytes = from.read(name).map_err(storage)?.ok_or_else(|| {
            Refusal::Usage(format!(
                "{}: {name} is missing, so this is no whole copy of a vault. Nothing was changed; use another copy.",
                from.place()
            ))
        })?;
        store.replace(name, &bytes).map_err(storage)?;
    }
    Ok(store)
}

/// What it means that a newer log does not hold. A rotation gives a vault other keys: what was written after it cannot be
/// checked from a copy of before, which accuses nobody.
fn unread(path: &Path, error: &AuditError, rotated: Option<u64>) -> Refusal {
    let file = path.display();
    // Whatever is wrong with a line after it: no key is here that could vouch for one.
    let unvouched = matches!(error, AuditError::Fault(_));
    let none = "If there is none, leave the newer log empty: every key is then disabled until people enable it.";
    Refusal::Vault(match rotated.filter(|_| unvouched) {
        Some(line) => format!(
            "{file}: its people were rotated at line {line}, after this copy was made. From there on the log is \
             written with keys that this copy does not have. It was not used and nothing was changed. Return to a \
             copy that was made after that rotation. {none}"
        ),
        None => format!(
            "{file}: {error} It was not used and nothing was changed. If people were rotated after this copy, return \
             to a copy that was made after that. {none}"
        ),
    })
}

/// Writes a restored vault into an empty place.
///
/// # Errors
/// Something is there, or it cannot be written.
pub fn write_out(from: &dyn Store, to: &mut dyn Store) -> Result<(), Refusal> {
    if !to
        .list()
        .map_err(storage)?
        .iter()
        .all(|name| name == crate::vault::LOCK)
    {
        return Err(Refusal::Usage(format!(
            "{} is not empty. Nothing was written; a vault is restored into a folder of its own.",
            to.place()
        )));
    }
    // Held before it is a vault: what is written here is none of the copies that are to be returned to.
    to.try_lock().map_err(storage)?;
    for name in FILES {
        let bytes = from.read(name).map_err(storage)?.unwrap_or_default();
        to.replace(name, &bytes).map_err(storage)?;
    }
    to.sync().map_err(storage)
}

/// A return to a copy, in force.
#[derive(Debug, Clone)]
pub struct Restored {
    /// The copy.
    pub copy: String,
    /// Keys destroyed again.
    pub destroyed: Vec<String>,
    /// Keys that are disabled until an act enables them.
    pub disabled: Vec<String>,
    /// Keys that the newer log saw marked as suspect, and are so here.
    pub suspect: Vec<String>,
    /// What the newer log tells; none where there was none.
    pub since: Option<Since>,
    /// The same as far as it is not in the restored vault, a label and words each.
    pub lost: Vec<(String, String)>,
    /// The witness card as text.
    pub witness_card: String,
    /// The act as executed.
    pub executed: Executed,
}

impl Session {
    /// The record that a copy holds of itself: begun, and never seen to its end.
    pub(crate) fn own_record(&self) -> Option<&BackupRecord> {
        self.copy.as_ref()?;
        // The last that was begun: one that was interrupted and made later knows of others that were made meanwhile.
        let mut newest = self.state.backups.iter().rev();
        newest.find(|b| b.state == copy_state::BEGUN)
    }

    /// What is shown while this is a copy that nobody has returned to.
    pub(crate) fn returning_view(&self) -> Option<ReturningView> {
        let own = self.own_record()?;
        Some(ReturningView {
            copy: own.id.clone(),
            beside: None,
        })
    }

    /// The return after which no rotation has made everything new.
    pub(crate) fn returned_view(&self) -> Option<ReturnedView> {
        let mut changes = self.state.changes.iter().rev();
        let last = changes.find(|change| ["restore", "rotate"].contains(&change.kind.as_str()))?;
        // As `note_restore` writes it.
        let named = last
            .text
            .strip_prefix("this vault was restored from copy ")?;
        let (copy, _) = named.split_once(';')?;
        Some(ReturnedView {
            copy: copy.to_owned(),
            at: Timestamp::from_millis(last.at),
        })
    }

    /// Keys that the last return disabled, and that stand so: the moment of their stop is that of the return. A rotation
    /// makes people new, and enables no key.
    pub(crate) fn held_back(&self) -> Vec<String> {
        /// What lies between the stop of the first key and the record of the return, at most, in milliseconds.
        const AT_ONCE: i64 = 60_000;
        let mut changes = self.state.changes.iter().rev();
        let Some(back) = changes.find(|change| change.kind == "restore") else {
            return Vec::new();
        };
        let by_it = |at: Timestamp| at.millis().abs_diff(back.at) <= AT_ONCE.unsigned_abs();
        let lives = |key: &crate::api::Key| key.key_state == KeyState::CREATE_COMPLETE;
        let keys = self.state.engine.records().map(|record| &record.key);
        keys.filter(|key| lives(key) && !key.enabled)
            .filter(|key| key.usage_stop_timestamp.is_some_and(by_it))
            .map(|key| key.key_arn.clone())
            .collect()
    }

    /// A copy is opened to be returned to, and for nothing else: whatever else were asked for in it could never be done.
    pub(crate) fn only_returns(&self, action: &Action) -> Result<(), Refusal> {
        let returns = matches!(action, Action::Custody(CustodyAct::Restore { .. }));
        match self.own_record() {
            Some(own) if !returns => Err(Refusal::Usage(format!(
                "This is copy {}, opened to be returned to: nothing else is asked for in it. Nothing was changed. Go \
                 back to the vault, or return to the copy first.",
                own.id
            ))),
            _ => Ok(()),
        }
    }

    /// Which copy this is: `B2`.
    ///
    /// # Errors
    /// It was not opened as a copy, or its own record is missing.
    pub fn which_copy(&self) -> Result<String, Refusal> {
        self.own_record().map(|b| b.id.clone()).ok_or_else(|| {
            Refusal::Usage(
                "This holds no record of being a copy: it is a vault that was copied by other means, or another file \
                 of the set was put beside it. It was not restored and nothing was changed; use a copy that `keymoot \
                 vault backup` made."
                    .into(),
            )
        })
    }

    /// Reads a newer log of the same vault: it must go on from where this copy stands, line by line.
    ///
    /// # Errors
    /// Another vault's, older than the copy, another history, cut or edited: each its own sentence.
    pub fn read_newer_log(&self, path: &Path) -> Result<NewerLog, Refusal> {
        let sealed = self.copy.ok_or_else(|| {
            Refusal::Usage("A newer log is read beside a copy. Nothing was changed.".into())
        })?;
        let unreadable = |e: std::io::Error| {
            Refusal::Usage(format!("{}: {e}. Nothing was changed.", path.display()))
        };
        let whole = whole_lines(path).map_err(unreadable)?;
        let open = || Ok(BufReader::new(File::open(path)?.take(whole)));
        let vault_id = self.book.vault_id();
        let chain = audit::last_head(open().map_err(unreadable)?, vault_id).map_err(unreadable)?;
        let head = chain.head();
        if head.count < sealed.count {
            return Err(Refusal::Usage(format!(
                "{} has {} lines, and the copy was made at line {}: it is older than the copy. Nothing was changed; \
                 give the latest log there is, or none.",
                path.display(),
                head.count,
                sealed.count
            )));
        }
        let mut reading = Reading::new(sealed, &self.heard);
        let keys = self.book.audit_keys(&self.state);
        audit::read(
            open().map_err(unreadable)?,
            vault_id,
            &keys,
            head,
            &mut |line| {
                reading.take(line);
            },
        )
        .map_err(|error| unread(path, &error, reading.rotated()))?;
        let label = format!("{}:{}", head.count, super::door::hex(&head.hash));
        reading.told(label, path, &self.state)
    }

    /// Puts an approved return to a copy in force.
    ///
    /// # Errors
    /// Not approved; the log is not the one that was approved. Nothing is changed then.
    pub fn restore(
        &mut self,
        id: &[u8; 32],
        newer: Option<&NewerLog>,
    ) -> Result<Restored, Refusal> {
        self.ready()?;
        let pending = self.take_approved(id)?;
        let Action::Custody(CustodyAct::Restore {
            copy,
            newer_log,
            since,
            ..
        }) = &pending.action
        else {
            return Err(Refusal::Usage(
                "This act is no return to a copy. Nothing was changed.".into(),
            ));
        };
        if newer_log.as_deref() != newer.map(|log| log.label.as_str())
            || since.as_deref() != newer.map(|log| &log.since)
        {
            return Err(Refusal::Usage(
                "The newer log is not the one that was approved. Nothing was changed.".into(),
            ));
        }
        let copy = copy.clone();
        let lost = newer.map_or_else(Vec::new, |log| words::lost(&log.since, &self.state));
        let mut working = self.state.clone();
        let replayed = newer.map_or_else(Replayed::default, |log| {
            replay::replay(&mut working, &log.done)
        });
        let (destroyed, disabled) = self.destroyed_since(&mut working, newer);
        self.note_restore(&mut working, &copy, newer, (&destroyed, &disabled));
        working.consumed = vec![ByteBuf::from(pending.act.approval_id.to_vec())];
        let steps = lines(&pending, newer, (&destroyed, &disabled), replayed.steps);
        let mut epoch = [0; 16];
        self.change_context();
        self.draw("epoch")?.fill_bytes(&mut epoch);
        let turn = Turn {
            destroys: true,
            epoch: Some(epoch),
            ..Turn::default()
        };
        self.commit_turn(working, &steps, &turn)?;
        self.seal_audit()?;
        self.copy = None;
        self.pending.clear();
        Ok(Restored {
            copy,
            destroyed,
            disabled,
            suspect: replayed.suspect,
            since: newer.map(|log| log.since.clone()),
            lost,
            witness_card: self.witness_card(),
            executed: self.executed(&pending),
        })
    }

    /// What this workstation knows of the vault that the copy was made of, before it is asked no more.
    pub(super) fn hear(&mut self) -> Result<(), Refusal> {
        if let Some(folder) = &self.state_folder {
            let water = HighWater::load(folder).map_err(|e| Refusal::Vault(e.to_string()))?;
            self.heard.seen = water.seen(&self.book.vault().header().vault_id).cloned();
        }
        Ok(())
    }

    /// The sequence number on the last witness card of the vault that the copy was made of.
    pub fn last_card(&mut self, seq: impl Into<Option<u64>>) {
        self.heard.card = seq.into();
    }

    /// Destroys again what a newer log saw destroyed, and disables what it saw disabled: every key where it is not the
    /// latest log, or there is none.
    fn destroyed_since(
        &self,
        working: &mut State,
        newer: Option<&NewerLog>,
    ) -> (Vec<String>, Vec<String>) {
        let now = self.now();
        let Some(log) = newer else {
            return (Vec::new(), working.engine.disable_restored(None, now));
        };
        let since = &log.since;
        let gone = working.engine.destroy_again(&since.destroyed, now);
        let these = (!since.all_disabled).then_some(since.disabled.as_slice());
        let disabled = working.engine.disable_restored(these, now);
        (gone.into_iter().map(|gone| gone.arn).collect(), disabled)
    }

    fn note_restore(
        &self,
        working: &mut State,
        copy: &str,
        newer: Option<&NewerLog>,
        (destroyed, disabled): (&[String], &[String]),
    ) {
        // It was read whole just now, and it still exists.
        if let Some(own) = working.backups.iter_mut().find(|b| b.id == copy) {
            own.state = "verified".into();
        }
        let log = words::followed(newer, copy, &self.state);
        working.changes.push(ChangeRecord {
            kind: "restore".into(),
            seq: self.book.seq() + 1,
            at: self.now().millis(),
            text: format!(
                "this vault was restored from copy {copy}; {log}; {} keys were destroyed again and {} are disabled \
                 until an act enables them",
                destroyed.len(),
                disabled.len()
            ),
            shown: false,
        });
    }

    /// A return to a copy where signing keys are held.
    ///
    /// # Errors
    /// As [`Session::restore`]; PersonNeeded where keys are not held.
    pub fn restore_automatic(
        &mut self,
        reason: &str,
        newer: Option<&NewerLog>,
    ) -> Result<Restored, Refusal> {
        let action = self.restore_action(reason, newer)?;
        let pending = self.approved_by_held(action, None)?;
        self.restore(&pending.id, newer)
    }

    /// The act of returning to the copy that is open.
    ///
    /// # Errors
    /// It is no copy.
    pub fn restore_action(
        &self,
        reason: &str,
        newer: Option<&NewerLog>,
    ) -> Result<Action, Refusal> {
        Ok(Action::Custody(CustodyAct::Restore {
            copy: self.which_copy()?,
            reason: reason.to_owned(),
            newer_log: newer.map(|log| log.label.clone()),
            since: newer.map(|log| Box::new(log.since.clone())),
            known: match newer {
                Some(_) => None,
                None => self.heard.beyond(self.book.seq(), false),
            },
        }))
    }

    /// The files as they stand, for a place of their own: only of a vault in memory that was restored.
    pub fn store(&self) -> &dyn Store {
        self.book.vault().store()
    }
}

/// The line of the return, and behind it those that are repeated: whoever signed the one signed this log.
fn lines(
    pending: &Pending,
    newer: Option<&NewerLog>,
    (destroyed, disabled): (&[String], &[String]),
    repeated: Vec<Transition>,
) -> Vec<Transition> {
    let Action::Custody(CustodyAct::Restore { copy, .. }) = &pending.action else {
        return Vec::new();
    };
    // All of them by name would make the line longer than lines are.
    let every = newer.is_none_or(|log| log.since.all_disabled);
    let disabled_keys = if every {
        "all".into()
    } else {
        serde_json::json!(disabled)
    };
    let response = serde_json::json!({"destroyed": destroyed, "disabled": disabled});
    let step = Transition::moving("Restore", pending.action.to_json(), response)
        .because_of(&pending.action)
        .with("copy", copy.clone())
        .with("destroyed", serde_json::json!(destroyed))
        .with("disabled", disabled.len())
        .with("disabled_keys", disabled_keys);
    let signed = |step: Transition| {
        if step.moves {
            step.signed_by(&pending.act, &pending.signatures, pending.required)
        } else {
            step
        }
    };
    std::iter::once(step).chain(repeated).map(signed).collect()
}

/// How many bytes of a file are whole lines.
fn whole_lines(path: &Path) -> std::io::Result<u64> {
    let mut file = BufReader::new(File::open(path)?);
    let (mut at, mut whole) = (0_u64, 0_u64);
    let mut buffer = vec![0; 64 << 10];
    loop {
        let count = file.read(&mut buffer)?;
        let Some(read) = buffer.get(..count).filter(|b| !b.is_empty()) else {
            return Ok(whole);
        };
        if let Some(last) = read.iter().rposition(|byte| *byte == b'\n') {
            whole = at + last as u64 + 1;
        }
        at += count as u64;
    }
}
