//! Copies of the vault: recorded before, read back after.

use std::path::Path;

use super::Session;
use super::action::{Action, Copying};
use super::command::Executed;
use super::error::Refusal;
use super::pending::Pending;
use super::state::BackupRecord;
use super::transition::Transition;

/// A copy that was made.
#[derive(Debug, Clone)]
pub struct BackupDone {
    /// `B1`, `B2`, ...
    pub id: String,
    /// File name and SHA-256 as read back, lower-case hex.
    pub files: Vec<(String, String)>,
    /// The act as executed.
    pub executed: Executed,
}

impl Session {
    /// What closing has to say about a production vault that exists only once.
    pub fn only_copy(&self) -> Option<&'static str> {
        let copied = self.state.backups.iter().any(|b| b.state == "verified");
        (self.profile == super::Profile::Production && !copied).then_some(
            "This vault exists once: lose its medium and every key in it is lost. Make a second copy before you \
             leave the room.",
        )
    }

    /// Whether a copy can go into this folder: asked before anybody signs.
    ///
    /// # Errors
    /// Something is there, it cannot be looked at, or it lies in the vault's own folder.
    pub fn copy_place_fits(&self, to: &Path) -> Result<(), Refusal> {
        let store = self.book.vault().store();
        let place = store.lasts().then(|| store.place());
        let own = place.as_deref().map(Path::new);
        crate::vault::backup_place(own, to).map_err(|e| Refusal::Vault(e.to_string()))
    }

    /// Carries out an approved backup: commits its record as begun, copies, reads back, and commits the result.
    ///
    /// # Errors
    /// Not approved; the folder is not empty or cannot be written; what was read back differs. The record says so.
    pub fn backup(&mut self, id: &[u8; 32], to: &Path) -> Result<BackupDone, Refusal> {
        self.ready()?;
        self.copy_place_fits(to)?;
        let pending = self.take_approved(id)?;
        let Action::Backup(copying) = &pending.action else {
            return Err(Refusal::Usage(
                "This act is no backup. Nothing was copied.".into(),
            ));
        };
        let mut working = self.state.clone();
        let number = format!("B{}", working.backups.len() + 1);
        working.backups.push(BackupRecord {
            id: number.clone(),
            seq: self.book.seq(),
            medium: copying.medium.clone(),
            bag: copying.bag.clone(),
            at: self.now().millis(),
            state: "begun".into(),
            set: Some(self.book.set()),
            end: None,
            holder: copying.holder.clone(),
            place: copying.place.clone(),
        });
        let request = pending.action.to_json();
        let mut begun = Transition::moving("Backup", request, serde_json::json!({"id": number}))
            .signed_by(&pending.act, &pending.signatures)
            .with("medium", copying.medium.clone())
            .with("set", self.book.set());
        let said = [
            ("bag", &copying.bag),
            ("holder", &copying.holder),
            ("place", &copying.place),
        ];
        for (name, said) in said {
            if let Some(said) = said {
                begun = begun.with(name, said.clone());
            }
        }
        self.commit(working, &[begun], false)?;
        let copied = self.book.vault().backup(to, self.audit_bytes()?);
        let state = if copied.is_ok() { "verified" } else { "failed" };
        let mut working = self.state.clone();
        if let Some(record) = working.backups.iter_mut().find(|b| b.id == number) {
            record.state = state.into();
        }
        let note = Transition::note("backup-result", pending.who())
            .with("id", number.clone())
            .with("result", state);
        self.commit(working, &[note], false)?;
        let copied = copied.map_err(|e| Refusal::Vault(e.to_string()))?;
        let files = copied
            .files
            .iter()
            .map(|f| (f.name.clone(), super::door::hex(&f.sha256)))
            .collect();
        let executed = self.carried_out(&pending);
        Ok(BackupDone {
            id: number,
            files,
            executed,
        })
    }

    /// The same, kept among what was done here.
    pub(crate) fn carried_out(&mut self, pending: &Pending) -> Executed {
        let executed = self.executed(pending);
        self.keep_deed(&pending.act.approval_id, Some(&executed));
        executed
    }

    /// What an act that answers with no response says about itself.
    pub(crate) fn executed(&self, pending: &Pending) -> Executed {
        Executed {
            responses: Vec::new(),
            token: None,
            seq: self.book.seq(),
            digest: super::door::hex(&pending.act.digest()),
            who: pending.who(),
        }
    }

    /// A backup where signing keys are held.
    ///
    /// # Errors
    /// As [`Session::backup`]; PersonNeeded where keys are not held.
    pub fn backup_automatic(
        &mut self,
        medium: &str,
        bag: Option<String>,
        to: &Path,
    ) -> Result<BackupDone, Refusal> {
        let copying = Copying {
            medium: medium.to_owned(),
            bag,
            ..Copying::default()
        };
        self.copied_automatic(copying, to)
    }

    /// The same with who keeps it, and where.
    ///
    /// # Errors
    /// As [`Session::backup_automatic`].
    pub fn copied_automatic(&mut self, copying: Copying, to: &Path) -> Result<BackupDone, Refusal> {
        let pending = self.approved_by_held(Action::Backup(copying), None)?;
        self.backup(&pending.id, to)
    }

    /// Length of the audit log as it lies on the medium.
    fn audit_bytes(&self) -> Result<u64, Refusal> {
        let log = self
            .book
            .vault()
            .audit_reader()
            .map_err(super::book::storage)?;
        let Some(mut log) = log else { return Ok(0) };
        std::io::copy(&mut log, &mut std::io::sink()).map_err(|e| {
            Refusal::Vault(format!(
                "The audit log cannot be read: {e}. Nothing was copied."
            ))
        })
    }
}
