//! Copies of the vault: recorded before, read back after.

use std::path::Path;

use crate::os::device_of;
use crate::text::{say, tr};

use super::action::{Action, Copying};
use super::command::{Arrow, Executed};
use super::error::Refusal;
use super::pending::Pending;
use super::state::{BackupRecord, copy_state};
use super::transition::Transition;
use super::{PendingView, Profile, Session, View};

/// In place of a folder, where a copy is practised and nothing is written: rehearsals alone take it.
pub const NOT_COPIED: &str = "not-copied";

/// A copy that was made.
#[derive(Debug, Clone)]
pub struct BackupDone {
    /// `B1`, `B2`, ...
    pub id: String,
    /// File name and SHA-256 as read back, lower-case hex.
    pub files: Vec<(String, String)>,
    /// Whether it lies on the disk that the vault lies on, and would be lost with it.
    pub same_disk: bool,
    /// The act as executed.
    pub executed: Executed,
}

impl BackupDone {
    /// What is said of a copy that is lost with the vault.
    pub fn warning(&self) -> Option<&'static str> {
        self.same_disk.then(|| {
            tr("It is on the same disk as the vault, and is lost with it: move it to another medium.")
        })
    }

    /// What is done with its medium, what somebody needs who finds it, and that the card moved on. A bag is spoken of as
    /// one that has a serial only where one was named.
    pub fn then(&self, pending: &PendingView, view: &View) -> [String; 3] {
        let seals = if pending.exact.contains("\"bag\": null") {
            tr(
                "Take the medium out, label it, and keep it apart from the vault, best in a sealed bag whose serial stands in the minutes.",
            )
        } else {
            tr(
                "Take the medium out, label it, seal it in its bag, and write the bag's serial into the minutes. Keep it apart from the vault.",
            )
        };
        [
            seals.to_owned(),
            what_opens_a_copy(view),
            View::card_moved().to_owned(),
        ]
    }
}

/// What opens a copy of this vault: that decides where it is kept.
fn what_opens_a_copy(view: &View) -> String {
    let mut custodians = view.people.iter().filter(|p| p.role == "custodian");
    if custodians.all(|person| person.medium.is_some()) {
        return tr("It holds no share: without its custodians' envelopes nobody opens it.").into();
    }
    say!(
        "The envelopes lie in the vault's folder, and so in this copy: the words of {k} custodians open it. Keep it as you keep the vault.",
        k = view.k
    )
}

impl Session {
    /// What closing has to say about a production vault that exists only once.
    pub fn only_copy(&self) -> Option<&'static str> {
        let copied = self
            .state
            .backups
            .iter()
            .any(|b| b.state == copy_state::VERIFIED);
        (self.profile == super::Profile::Production && !copied).then_some(tr(
            "This vault exists once: lose its medium and every key in it is lost. Make a second copy before you \
             leave the room.",
        ))
    }

    /// Whether a copy can go into this folder: asked before anybody signs.
    ///
    /// # Errors
    /// Something is there, it cannot be looked at, or it lies in the vault's own folder.
    pub fn copy_place_fits(&self, to: &Path) -> Result<(), Refusal> {
        if to == Path::new(NOT_COPIED) {
            return self.practice_copies_nothing();
        }
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
        let (pending, number) = self.begin_copy(id, None)?;
        let copied = self.copy_to(to);
        let state = if copied.is_ok() {
            copy_state::VERIFIED
        } else {
            copy_state::FAILED
        };
        self.end_copy(&number, state, pending.who(), None)?;
        let files = copied?;
        let executed = self.carried_out(&pending);
        Ok(BackupDone {
            id: number,
            files,
            same_disk: self.is_on_this_disk(to),
            executed,
        })
    }

    fn is_on_this_disk(&self, to: &Path) -> bool {
        let store = self.book.vault().store();
        let own = store.lasts().then(|| device_of(Path::new(&store.place())));
        own.flatten().is_some_and(|own| device_of(to) == Some(own))
    }

    /// Puts an approved copy on record as begun, with a run's arrow in the same commit where there is one; returns the
    /// act and the copy's number. Nothing is copied yet: the copy holds its own record.
    ///
    /// # Errors
    /// Not approved, or approved for another step; nothing is changed then.
    pub(crate) fn begin_copy(
        &mut self,
        id: &[u8; 32],
        arrow: Option<Arrow>,
    ) -> Result<(Pending, String), Refusal> {
        self.ready()?;
        self.in_its_step(id, arrow.as_ref())?;
        let pending = self.take_approved(id)?;
        let Action::Backup(copying) = &pending.action else {
            return Err(Refusal::Usage(
                "This act is no backup. Nothing was copied.".into(),
            ));
        };
        let mut working = self.state.clone();
        let number = self.next_copy();
        working.backups.push(BackupRecord {
            id: number.clone(),
            seq: self.book.seq(),
            medium: copying.medium.clone(),
            bag: copying.bag.clone(),
            at: self.now().millis(),
            state: copy_state::BEGUN.into(),
            set: Some(self.book.set()),
            end: None,
            holder: copying.holder.clone(),
            place: copying.place.clone(),
        });
        let request = pending.action.to_json();
        let mut begun = Transition::moving("Backup", request, serde_json::json!({"id": number}))
            .signed_by(&pending.act, &pending.signatures, pending.required)
            .with("id", number.clone())
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
        self.arrow_with(&mut working, arrow, &pending, std::slice::from_ref(&begun))?;
        self.commit(working, &[begun], false)?;
        Ok((pending, number))
    }

    /// The number of the next copy. A vault that was returned to does not know every copy of the one that was lost, so
    /// its own carry the beginning of its epoch: no number stands on two media.
    pub(crate) fn next_copy(&self) -> String {
        let number = self.state.backups.len() + 1;
        let returned = self
            .state
            .changes
            .iter()
            .any(|change| change.kind == "restore");
        match self.book.epoch().get(..4).filter(|_| returned) {
            Some(epoch) => format!("B{number}-{epoch}"),
            None => format!("B{number}"),
        }
    }

    /// Copies the vault as it stands into a folder and reads it back; file names and SHA-256, lower-case hex. With
    /// [`NOT_COPIED`] in place of the folder nothing is written: the files are read through, as practice.
    ///
    /// # Errors
    /// The folder is not empty or cannot be written; what was read back differs.
    pub(crate) fn copy_to(&self, to: &Path) -> Result<Vec<(String, String)>, Refusal> {
        let audit = self.audit_bytes()?;
        let copied = if to == Path::new(NOT_COPIED) {
            self.practice_copies_nothing()?;
            self.book.vault().practised_backup(audit)
        } else {
            self.book.vault().backup(to, audit)
        };
        let copied = copied.map_err(|e| Refusal::Vault(e.to_string()))?;
        let files = copied.files.iter();
        Ok(files
            .map(|f| (f.name.clone(), super::door::hex(&f.sha256)))
            .collect())
    }

    /// Outside of a rehearsal a copy is a copy.
    fn practice_copies_nothing(&self) -> Result<(), Refusal> {
        if self.profile == Profile::Rehearsal {
            return Ok(());
        }
        Err(Refusal::Usage(
            "Only a rehearsal copies nothing. Nothing was copied. Name an empty or new folder on the medium that takes \
             the copy."
                .into(),
        ))
    }

    /// Whether the copy of a step that is taken up can go into this folder. What the same step left there when it was
    /// interrupted, its own line of the log being `line`, is removed: it is no copy on record, and it is made anew. Where
    /// another copy was begun meanwhile nothing is removed: it may be that one.
    ///
    /// # Errors
    /// Something else is there, it cannot be looked at, or it lies in the vault's own folder.
    pub(crate) fn copy_place_again(
        &self,
        number: &str,
        to: &Path,
        line: u64,
    ) -> Result<(), Refusal> {
        let newest = self.state.backups.last();
        if to != Path::new(NOT_COPIED) && newest.is_some_and(|b| b.id == number) {
            self.copy_place_is_apart(to)?;
            let removed = self.book.vault().remove_interrupted(to, line);
            removed.map_err(|e| Refusal::Vault(e.to_string()))?;
        }
        self.copy_place_fits(to)
    }

    /// The folder is neither the vault's own nor in it.
    fn copy_place_is_apart(&self, to: &Path) -> Result<(), Refusal> {
        let store = self.book.vault().store();
        let within = |own: &Path| crate::vault::within_each_other(own, to);
        if store.lasts() && within(Path::new(&store.place())) {
            return self.copy_place_fits(to);
        }
        Ok(())
    }

    /// What is on record of a copy: `begun`, `verified`...
    pub(crate) fn copy_state(&self, number: &str) -> Option<&str> {
        let record = self.state.backups.iter().find(|b| b.id == number);
        record.map(|record| record.state.as_str())
    }

    /// Puts on record what became of a copy that was begun, with a run's arrow in the same commit where there is one.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn end_copy(
        &mut self,
        number: &str,
        state: &str,
        who: Vec<String>,
        arrow: Option<Arrow>,
    ) -> Result<(), Refusal> {
        let mut working = self.state.clone();
        if let Some(record) = working.backups.iter_mut().find(|b| b.id == number) {
            record.state = state.into();
        }
        let note = Transition::note("backup-result", who)
            .with("id", number)
            .with("result", state);
        if let Some(arrow) = arrow {
            super::journal::apply(&mut working, arrow, None, self.now())?;
            self.keep_ordinals(&mut working);
        }
        self.commit(working, &[note], false)
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
