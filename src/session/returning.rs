//! A return to a copy as every front end asks for it: which copy, where to, what the lost vault's log tells; then its
//! people open the copy, approve the act, and the vault is written out.

mod last_card;

use std::path::{Path, PathBuf};

use crate::text::{say, tr};
use crate::vault::{AUDIT, CUSTODY, FolderStore, HighWater, within_each_other};

use super::action::Action;
use super::error::Refusal;
use super::field::{Field, Kind};
use super::founding::vault_name;
use super::op_custody::REASON;
use super::restoring::{NewerLog, Restored, load_copy, write_out};
use super::views::name_of;
use super::{Environment, Opening, Profile, Session};
use last_card::LastCard;

/// Where the copy lies.
pub const COPY_FROM: Field = Field {
    id: "copy-folder",
    label: "Copy",
    hint: "The folder of the copy, on its own medium. It is read and never written.",
    kind: Kind::Text { max: 1000 },
    optional: false,
};

/// Where the vault will lie.
pub const RESTORED_TO: Field = Field {
    id: "folder",
    label: "New folder",
    hint: "A folder that is not there yet, on a new stick: acme.vault. Its name without .vault is the vault's name.",
    kind: Kind::Text { max: 1000 },
    optional: false,
};

/// The log that goes on after the copy.
pub const NEWER_LOG: Field = Field {
    id: "log",
    label: "Newer log",
    hint: "The latest audit.jsonl of the vault that was lost: what it destroyed, marked and handed out since is repeated. Left empty, every key is disabled until people enable it.",
    kind: Kind::File,
    optional: true,
};

/// How high the lost vault stood, by its last witness card.
pub const LAST_CARD: Field = Field {
    id: "card",
    label: "Last card",
    hint: "What is on the last witness card of the vault that was lost: sequence number and six words. A log that ends below it, or has other words there, is not its latest. Empty if there is none.",
    kind: Kind::Text { max: 140 },
    optional: true,
};

/// Everything that is asked before anybody enters a share.
pub const RETURNING: &[Field] = &[COPY_FROM, RESTORED_TO, NEWER_LOG, LAST_CARD, REASON];

/// What stands above these questions.
pub const RETURN_TOLD: &[&str] = &[
    "While a vault still opens, its stick works: back it up instead.",
    "A copy becomes a vault under a new epoch: older signatures are void there.",
    "Its custodians open it and approve, with the envelopes of the copy's time.",
];

/// The steps of a return, in their order.
pub const RETURN_STEPS: [&str; 4] = [
    "Which copy",
    "Custodians open it",
    "Review and sign",
    "The vault is written",
];

/// What has happened while it is under way.
pub const RETURN_SO_FAR: &str = "nothing is written; the copy is read and stays as it is";

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// The copy.
    pub from: PathBuf,
    /// Where the vault will lie.
    pub to: PathBuf,
    /// The log that goes on after the copy.
    pub log: Option<PathBuf>,
    /// Sequence number, six words or both of its last witness card; empty where there is none.
    pub card: String,
    /// Why.
    pub reason: String,
}

/// What stands against an answer before anybody enters a share, and at which question.
#[derive(Debug)]
pub struct WrongAnswer {
    /// The id of the field.
    pub field: &'static str,
    /// What is wrong with it.
    pub refusal: Refusal,
}

impl WrongAnswer {
    /// Makes a refusal one about this field.
    fn at(field: Field) -> impl FnOnce(Refusal) -> Self {
        move |refusal| Self {
            field: field.id,
            refusal,
        }
    }
}

impl From<WrongAnswer> for Refusal {
    fn from(wrong: WrongAnswer) -> Self {
        wrong.refusal
    }
}

/// A log that was named by the folder it lies in.
fn log_at(named: PathBuf) -> PathBuf {
    let inside = named.join(AUDIT);
    if inside.is_file() { inside } else { named }
}

/// A copy that was named by the medium it lies on, where it is the only one there.
fn copy_at(named: PathBuf) -> PathBuf {
    match copies_in(&named).as_slice() {
        [only] if !named.join(CUSTODY).exists() => only.clone(),
        _ => named,
    }
}

/// The copies and vaults that lie in a folder.
fn copies_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let mut copies: Vec<PathBuf> = paths.filter(|path| path.join(CUSTODY).is_file()).collect();
    copies.sort();
    copies
}

/// What is said of a folder that is no copy: those that lie in it are named.
fn no_copy(folder: &Path) -> String {
    let names = copies_in(folder);
    let names: Vec<String> = names
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let folder = folder.display();
    if names.is_empty() {
        format!(
            "{folder}: no copy of a vault is here (no custody.toml), and none in the folders in it. Nothing was changed. \
             Name the folder that the backup was written to."
        )
    } else {
        format!(
            "{folder}: several copies lie in this folder. Nothing was changed. Name one of them: {}.",
            names.join(", ")
        )
    }
}

impl Return {
    /// Of the texts of the fields, by id.
    pub fn of(text: impl Fn(&str) -> String) -> Self {
        let path = |field: Field| PathBuf::from(text(field.id).trim());
        let log = path(NEWER_LOG);
        // The folder of the lost vault names its log as well.
        let log = if log.is_dir() { log.join(AUDIT) } else { log };
        Self {
            from: copy_at(path(COPY_FROM)),
            to: path(RESTORED_TO),
            log: (!log.as_os_str().is_empty()).then(|| log_at(log)),
            card: text(LAST_CARD.id).trim().to_owned(),
            reason: text(REASON.id).trim().to_owned(),
        }
    }

    /// Reads the copy into memory, for its custodians to open or, with a reason, the holders of its recovery set. Before anybody types: the place must be free, the copy
    /// whole.
    ///
    /// # Errors
    /// Something is in the new folder; there is no whole copy; what is on the last card cannot be. Nothing was changed.
    pub fn begin(&self, recovery: Option<&str>) -> Result<Opening, WrongAnswer> {
        self.fits()?;
        let opening = self.begun(recovery).map_err(WrongAnswer::at(COPY_FROM))?;
        let card = self.last_card(&opening.bootstrap().vault_id);
        card.map_err(WrongAnswer::at(LAST_CARD))?;
        Ok(opening)
    }

    fn begun(&self, recovery: Option<&str>) -> Result<Opening, Refusal> {
        let store = FolderStore::open(&self.from).map_err(|e| Refusal::Vault(e.to_string()))?;
        let memory = load_copy(&store)?;
        Opening::begin_with(Box::new(memory), &vault_name(&self.to), recovery)
    }

    /// Whether its folders and its log can be what they are named for.
    fn fits(&self) -> Result<(), WrongAnswer> {
        let wrong = |field: Field, refusal| Err(WrongAnswer::at(field)(refusal));
        if std::fs::read_dir(&self.to).is_ok_and(|mut names| names.next().is_some()) {
            return wrong(
                RESTORED_TO,
                Refusal::Vault(say!(
                    "{to}: not empty, and a vault is restored into a folder of its own. Nothing was written or changed.",
                    to = self.to.display()
                )),
            );
        }
        if !self.from.join(CUSTODY).exists() {
            return wrong(COPY_FROM, Refusal::Vault(no_copy(&self.from)));
        }
        if let Some(log) = self.log.as_ref().filter(|log| !log.is_file()) {
            return wrong(
                NEWER_LOG,
                Refusal::Usage(say!(
                    "{log}: no log is here. Nothing was changed. Name the latest audit.jsonl of the vault that was lost, or the folder it lies in; left empty, every key is disabled until people enable it.",
                    log = log.display()
                )),
            );
        }
        if within_each_other(&self.from, &self.to) {
            return wrong(
                RESTORED_TO,
                Refusal::Vault(say!(
                    "{to} and the copy's folder lie one in the other, and a copy is never written to. Nothing was written or \
                 changed. Name a folder elsewhere, on a new stick.",
                    to = self.to.display()
                )),
            );
        }
        Ok(())
    }

    /// Whether a copy that is open for `before` serves these answers too: then nobody enters anything anew.
    pub fn same_copy(&self, before: &Self) -> bool {
        self.from == before.from
    }

    /// Other answers beside a copy that is open already; the log of the lost vault is read anew.
    ///
    /// # Errors
    /// As [`Return::begin`] and [`Session::read_newer_log`]; what was answered before still holds then.
    pub fn answered_anew(&self, session: &mut Session) -> Result<Option<NewerLog>, WrongAnswer> {
        self.fits()?;
        session.name = vault_name(&self.to);
        self.heard(session)
    }

    /// What the last card and the newer log say.
    fn heard(&self, session: &mut Session) -> Result<Option<NewerLog>, WrongAnswer> {
        let card = self.last_card(session.book.vault_id());
        session.last_card(card.map_err(WrongAnswer::at(LAST_CARD))?);
        let Some(path) = &self.log else {
            return Ok(None);
        };
        let read = session.read_newer_log(path);
        read.map(Some).map_err(WrongAnswer::at(NEWER_LOG))
    }

    /// The number that the last card names.
    fn last_card(&self, vault_id: &str) -> Result<Option<u64>, Refusal> {
        let card = LastCard::read(&self.card);
        let number = card.and_then(|card| card.number(self.log.as_deref(), vault_id));
        number.map_err(Refusal::Usage)
    }

    /// Opens the copy once enough have entered; the log of the lost vault is read then.
    ///
    /// # Errors
    /// As [`Opening::finish_copy`] and [`Session::read_newer_log`].
    pub fn opened(
        &self,
        opening: Opening,
        environment: Environment,
    ) -> Result<(Session, Option<NewerLog>), Refusal> {
        let mut session = opening.finish_copy(environment)?;
        let newer = self.heard(&mut session)?;
        Ok((session, newer))
    }

    /// The act that its custodians approve.
    ///
    /// # Errors
    /// It is no copy.
    pub fn action(&self, session: &Session, newer: Option<&NewerLog>) -> Result<Action, Refusal> {
        session.restore_action(&self.reason, newer)
    }

    /// Writes the restored vault out, vault.age last. Nothing is done in this session after it. What this workstation
    /// could not be told about the new epoch is returned.
    ///
    /// # Errors
    /// The folder could not be written: it is no vault then, and the copy is as it was.
    pub fn write(
        &self,
        session: &mut Session,
        state_folder: Option<&Path>,
    ) -> Result<Option<String>, Refusal> {
        let card = session.card();
        session.seal()?;
        let mut target =
            FolderStore::create(&self.to).map_err(|e| Refusal::Vault(e.to_string()))?;
        write_out(session.store(), &mut target)?;
        let Some(folder) = state_folder.filter(|_| session.profile() != Profile::Rehearsal) else {
            return Ok(None);
        };
        // The new epoch begins lower than what the workstation may have seen; it is told.
        let told = HighWater::load(folder).and_then(|mut water| {
            water.end(card.vault_id, &session.ended_epochs())?;
            water.put(card)
        });
        Ok(told.err().map(|error| error.to_string()))
    }

    /// What people read when it is done.
    pub fn told(&self, session: &Session, restored: &Restored) -> Vec<String> {
        let name = |arn: &String| session.record(arn).map_or_else(|| arn.clone(), name_of);
        let mut lines = vec![say!(
            "{copy} is restored to {to}.",
            copy = restored.copy,
            to = self.to.display()
        )];
        let destroyed = restored.destroyed.iter();
        lines.extend(destroyed.map(|arn| say!("destroyed again: {key}", key = name(arn))));
        let disabled = restored.disabled.iter();
        lines.extend(
            disabled.map(|arn| say!("disabled until an act enables it: {key}", key = name(arn))),
        );
        let suspect = restored.suspect.iter();
        lines.extend(suspect.map(|arn| say!("SUSPECT, as the log says: {key}", key = name(arn))));
        let lost = restored.lost.iter();
        lines.extend(lost.map(|(label, words)| format!("{label}: {words}")));
        lines.push(tr("Open it and print the new witness card (Custodians, the answer about forms); the one of before is worth nothing. Then play vault-recovery, which proves who holds what and makes everything new.").to_owned());
        lines.extend(restored.witness_card.lines().map(str::to_owned));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stick was named and not the folder on it: the question came again and again.
    #[test]
    fn a_copy_is_found_on_the_medium_that_it_lies_on() {
        let stick = tempfile::tempdir().unwrap();
        let named = || stick.path().to_owned();
        assert_eq!(copy_at(named()), named(), "there is none");
        let makes = |name: &str| {
            let copy = stick.path().join(name);
            std::fs::create_dir(&copy).unwrap();
            std::fs::write(copy.join(CUSTODY), "").unwrap();
            copy
        };
        let acme = makes("acme.vault");
        assert_eq!(copy_at(named()), acme);
        makes("other.vault");
        assert_eq!(copy_at(named()), named(), "nobody guesses which");
        let told = no_copy(stick.path());
        assert!(told.contains("several copies lie in this folder"), "{told}");
        assert!(told.contains("other.vault"), "{told}");
    }
}
