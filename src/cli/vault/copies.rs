//! `keymoot vault restore`, `attest-destroyed` and `inventory`: copies of a vault, and what is in it.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use crate::cli::sessions::{self, Practice};
use crate::cli::status::{Answer, Status};
use crate::cli::{by_hand, streams, unlock_file};
use crate::os::state_folder;
use crate::session::build::{self, Answers};
use crate::session::returning::Return;
use crate::session::{NewerLog, Refusal, Restored, Session, Since, op_custody as op};

use super::{Which, act};

#[derive(clap::Args)]
pub(super) struct Restore {
    #[command(flatten)]
    which: Which,
    /// The restored vault's folder (empty or absent)
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    #[arg(long, value_name = "TEXT", help = op::REASON.hint)]
    reason: String,
    /// The latest audit.jsonl of the vault that was lost: what it destroyed, marked and handed out since is repeated
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Sequence number, or number and six words, on the last witness card of the vault that was lost: a log that ends
    /// below it, or has other words there, is not its latest
    #[arg(long, value_name = "CARD")]
    card: Option<String>,
    /// The recovery set opens the copy, for this reason: recorded as an exception
    #[arg(long, value_name = "TEXT")]
    recovery: Option<String>,
}

#[derive(clap::Args)]
pub(super) struct AttestDestroyed {
    #[command(flatten)]
    which: Which,
    #[arg(long, value_name = "ID", help = op::COPY.hint)]
    copy: String,
    #[arg(long, value_name = "TEXT", help = op::HOW.hint)]
    how: String,
}

#[derive(clap::Args)]
pub(super) struct Inventory {
    #[command(flatten)]
    which: Which,
    #[arg(long, value_name = "FILE", help = op::INVENTORY_FILE.hint)]
    load: Option<PathBuf>,
}

/// `vault restore --json`.
#[derive(Serialize)]
struct Returned {
    copy: String,
    to: String,
    destroyed: Vec<String>,
    disabled: Vec<String>,
    /// Keys that are suspect, as the newer log says.
    suspect: Vec<String>,
    /// What the newer log tells, as it was signed; absent where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<Since>,
    card: String,
}

impl Restore {
    pub(super) fn run(self) -> Answer<Status> {
        let wanted = Return {
            from: self.which.dir.clone(),
            to: self.to.clone(),
            log: self.log.clone(),
            card: self.card.clone().unwrap_or_default(),
            reason: self.reason.clone(),
        };
        let (mut session, newer) = self.open_copy(&wanted)?;
        let restored = restored(&mut session, &wanted, newer.as_ref())?;
        if let Some(trouble) = wanted.write(&mut session, state_folder().as_deref())? {
            streams::note(&trouble);
        }
        drop(session);
        let returned = Returned {
            copy: restored.copy,
            to: self.to.display().to_string(),
            destroyed: restored.destroyed,
            disabled: restored.disabled,
            suspect: restored.suspect,
            log: restored.since,
            card: restored.witness_card,
        };
        self.which.tell_json_or(&returned, || {
            let mut text = format!("{}\n\n", returned.card.trim_end());
            let _ = writeln!(text, "{} restored to {}", returned.copy, returned.to);
            for arn in &returned.destroyed {
                let _ = writeln!(text, "destroyed again: {arn}");
            }
            for arn in &returned.disabled {
                let _ = writeln!(text, "disabled until an act enables it: {arn}");
            }
            for arn in &returned.suspect {
                let _ = writeln!(text, "SUSPECT, as the log says: {arn}");
            }
            for (label, words) in &restored.lost {
                let _ = writeln!(text, "{label}: {words}");
            }
            text
        })?;
        Ok(Status::Done)
    }

    /// The copy in memory, opened by its people: its medium is read and never written.
    fn open_copy(&self, wanted: &Return) -> Answer<(Session, Option<NewerLog>)> {
        let by_recovery = self.recovery.is_some();
        let begun = wanted.begin(self.recovery.as_deref());
        let mut opening = begun.map_err(Refusal::from)?;
        let profile = opening.bootstrap().profile;
        match &self.which.unlock_file {
            Some(file) => {
                unlock_file::allowed_in(profile)?;
                opening
                    .enter_unlock_file(&unlock_file::read(file)?)
                    .map_err(|refusal| unlock_file::or_its_successor(file, refusal.into()))?;
            }
            None if sessions::sample_people(&opening.bootstrap()) => {
                opening.enter_unlock_file(sessions::sample_unlock_file(by_recovery).as_bytes())?;
            }
            None => by_hand::enter(&mut opening)?,
        }
        let environment = sessions::environment(&Practice::default(), profile)?;
        let (mut session, newer) = wanted.opened(opening, environment)?;
        by_hand::attest(&mut session)?;
        Ok((session, newer))
    }
}

fn restored(session: &mut Session, wanted: &Return, newer: Option<&NewerLog>) -> Answer<Restored> {
    if session.automatic() {
        return Ok(session.restore_automatic(&wanted.reason, newer)?);
    }
    let action = wanted.action(session, newer)?;
    let id = by_hand::approved(session, &action)?;
    Ok(session.restore(&id, newer)?)
}

impl AttestDestroyed {
    pub(super) fn run(self) -> Answer<Status> {
        let answers = Answers {
            texts: [(op::COPY.id, &self.copy), (op::HOW.id, &self.how)]
                .map(|(id, text)| (id.to_owned(), text.clone()))
                .into(),
            ..Answers::default()
        };
        act(&self.which, |session| {
            build::action(session, op::ATTEST_DESTROYED.name, &answers)
        })
    }
}

impl Inventory {
    pub(super) fn run(self) -> Answer<Status> {
        if let Some(path) = &self.load {
            let bytes = streams::read(path, streams::INPUT_LIMIT)?;
            let answers = Answers {
                files: [(op::INVENTORY_FILE.id.to_owned(), bytes.to_vec())].into(),
                ..Answers::default()
            };
            return act(&self.which, |session| {
                build::action(session, op::LOAD_INVENTORY.name, &answers)
            });
        }
        let session = self.which.open()?;
        let inventory = session.inventory();
        session.close()?;
        self.which.tell_json_or(&inventory, || {
            let mut text = String::new();
            for key in &inventory.keys {
                let state = match (key.state.as_str(), key.enabled) {
                    ("CREATE_COMPLETE", true) => "in use".to_owned(),
                    ("CREATE_COMPLETE", false) => "disabled".to_owned(),
                    (state, _) => state.to_lowercase().replace('_', " "),
                };
                let _ = write!(
                    text,
                    "{:<24} {:<12} {} ({}) {state}",
                    key.label, key.algorithm, key.check_value, key.method
                );
                if !key.may_be_in.is_empty() {
                    let _ = write!(
                        text,
                        ": removed from this vault; may still be in backup {}",
                        key.may_be_in.join(", ")
                    );
                }
                if let Some(suspect) = &key.suspect {
                    let _ = write!(
                        text,
                        ", SUSPECT since {}: {}; {} under it",
                        suspect.since,
                        suspect.reason,
                        super::counted_keys(suspect.keys_under)
                    );
                }
                let _ = writeln!(text, "\n    {}", key.arn);
            }
            text
        })?;
        Ok(Status::Done)
    }
}
