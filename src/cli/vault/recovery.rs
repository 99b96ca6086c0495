//! `keymoot vault recovery-set` and `recovery-drill`: a second split for other people, and what they prove.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::status::{Answer, Failure, Status};
use crate::cli::{by_hand, by_hand_people, sessions, streams, unlock_file};
use crate::crypto::SecretBytes;
use crate::custody::{UnlockFile, UnlockPerson};
use crate::session::{
    Action, CustodyAct, DrillDone, Hand, Profile, Recovery, RecoveryMade, Refusal, Seat, Session,
    op_custody as op,
};

use super::Which;
use super::people::{self, hands, listed};
use super::rotate::generated;

#[derive(clap::Args)]
pub(super) struct Make {
    #[command(flatten)]
    which: Which,
    /// Who will hold the set: three or more, none of them a person of this vault
    #[arg(long = "holder", value_name = "NAME", required = true)]
    holders: Vec<String>,
    #[arg(long, value_name = "K", help = op::NEEDED.hint, default_value_t = 2)]
    needed: u8,
    #[arg(long, value_name = "TEXT", help = op::PLACE.hint)]
    place: String,
    /// The holders with their passphrases: read if there, else written; opens the vault with --recovery
    #[arg(long, value_name = "G")]
    new_unlock_file: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(super) struct Drill {
    #[command(flatten)]
    which: Which,
    /// The holders with their passphrases (test and rehearsal vaults; mode 0600)
    #[arg(long, value_name = "G")]
    holders_file: Option<PathBuf>,
}

/// `vault recovery-set --json`.
#[derive(Serialize)]
struct Made {
    set: String,
    old_set: Option<String>,
    k: u8,
    holders: Vec<String>,
    place: String,
    copies: Vec<String>,
}

impl Make {
    pub(super) fn run(self) -> Answer<Status> {
        let mut session = self.which.open()?;
        let done = if session.automatic() {
            self.by_file(&mut session)
        } else {
            self.by_hand(&mut session)
        };
        let closed = sessions::close(session);
        let done = done?;
        closed?;
        let made = Made {
            set: done.set,
            old_set: done.old_set,
            k: done.k,
            holders: done.holders,
            place: done.place,
            copies: done.copies,
        };
        self.which.tell_json_or(&made, || told(&made))?;
        Ok(Status::Done)
    }

    fn recovery(&self) -> Recovery {
        let seat = |name: &String| Seat {
            name: name.clone(),
            role: "custodian",
            medium: None,
        };
        Recovery {
            place: self.place.trim().to_owned(),
            k: self.needed,
            people: self.holders.iter().map(seat).collect(),
        }
    }

    fn by_hand(&self, session: &mut Session) -> Answer<RecoveryMade> {
        if self.new_unlock_file.is_some() {
            return Err(Failure::usage(
                "--new-unlock-file goes with --unlock-file; at the terminal every holder gets a passphrase of their own. Nothing was changed.",
            ));
        }
        let profile = session.profile();
        let mut recovery = self.recovery();
        if profile == Profile::Production {
            for seat in &mut recovery.people {
                let label = by_hand::ask(&format!(
                    "Label of the medium or bag that will hold the envelopes of {}: ",
                    seat.name
                ))?;
                seat.medium = Some(label).filter(|l| !l.is_empty());
            }
        }
        let seats = recovery.people.clone();
        let act = CustodyAct::Recovery(recovery);
        let id = by_hand::approved(session, &Action::Custody(act.clone()))?;
        let who: Vec<String> = seats.iter().map(|seat| seat.name.clone()).collect();
        session.words_are_shown(&act, &who)?;
        let passphrases = by_hand_people::new_passphrases(&seats, profile)?;
        streams::note("Custodians bring their present envelopes, as many as open the vault.");
        let mut brought = session.begin_recovery();
        by_hand_people::prove(&mut brought, profile, true)?;
        let mut prepared = session.prepare_recovery(&id, passphrases, &brought)?;
        drop(brought);
        let named = prepared.proving().sets();
        by_hand_people::hand_out(prepared.envelopes(), &named, session)?;
        streams::note("Every holder proves the new envelopes; until then nothing counts.");
        by_hand_people::prove(prepared.proving(), profile, false)?;
        Ok(session.finish_recovery(prepared)?)
    }

    fn by_file(&self, session: &mut Session) -> Answer<RecoveryMade> {
        // Judged before anything is asked for that only a set which can be needs.
        session.preview(&Action::Custody(CustodyAct::Recovery(self.recovery())))?;
        let path = self.new_unlock_file.as_deref().ok_or_else(|| {
            Failure::usage("the holders' passphrases need a place. Nothing was changed.")
                .hint("--new-unlock-file G is written if it is not there")
        })?;
        let recovery = self.recovery();
        let known = unlock_file::exists(path);
        let people = if known {
            UnlockFile::parse(&unlock_file::read(path)?)
                .map_err(|e| Failure::failed(format!("{}: {e}", path.display())))?
        } else {
            self.holders_file(session.profile())?
        };
        let passphrases: Vec<(String, SecretBytes)> = people.custodians.iter().map(words).collect();
        // Judged before the file is written; written before the commit, for nobody else knows the words.
        session.preview(&Action::Custody(CustodyAct::Recovery(recovery.clone())))?;
        if !known {
            let unchanged = "No recovery set was made.";
            unlock_file::write(path, people.to_json().expose(), unchanged)?;
        }
        let hands = hands(&self.which)?;
        let made = session.recovery_automatic(recovery, passphrases, &hands);
        made.map_err(|refusal| taken_back(path, known, refusal).into())
    }

    /// An unlock file for the holders, with generated passphrases; whoever asks and watches is who does so today.
    fn holders_file(&self, profile: Profile) -> Answer<UnlockFile> {
        let own = people::unlock_json(&self.which)?;
        let own = UnlockFile::parse(&own).map_err(|e| Failure::failed(e.to_string()))?;
        let mut people = generated(&self.holders, profile)?.into_iter();
        Ok(UnlockFile {
            custodians: people.by_ref().collect(),
            administrator: own.administrator,
            witness: own.witness,
        })
    }
}

/// After a failed write it is not known which sets open the vault: the file stays.
fn taken_back(path: &Path, known: bool, refusal: Refusal) -> Refusal {
    if !known && !matches!(refusal, Refusal::Vault(_)) {
        unlock_file::take_back(path);
    }
    refusal
}

fn words(person: &UnlockPerson) -> (String, SecretBytes) {
    let phrase = SecretBytes::from_slice(person.passphrase.expose());
    (person.name.clone(), phrase)
}

fn told(made: &Made) -> String {
    let mut text = format!(
        "the recovery set {} is in force: {} of {} ({}) open this vault, from {}\n",
        made.set,
        made.k,
        made.holders.len(),
        listed(&made.holders),
        made.place
    );
    if let Some(old) = &made.old_set {
        let _ = writeln!(
            text,
            "the recovery set {old} is dead: its envelopes are destroyed now, in front of the witness"
        );
    }
    if !made.copies.is_empty() {
        let _ = writeln!(
            text,
            "copies made before know nothing of it: {}. Make another, and keep it at the same place.",
            made.copies.join(", ")
        );
    }
    text
}

impl Drill {
    pub(super) fn run(self) -> Answer<Status> {
        let mut session = self.which.open()?;
        let done = self.held(&mut session);
        let view = session.view();
        let due = view.recovery.iter().flat_map(|set| &set.people);
        let due = due.filter_map(|p| p.drill).map(|d| d.due).min();
        let closed = sessions::close(session);
        let done = done?;
        closed?;
        people::told_drill(&self.which, done, due)
    }

    fn held(&self, session: &mut Session) -> Answer<DrillDone> {
        if session.automatic() {
            let json = match &self.holders_file {
                Some(file) => unlock_file::read(file)?,
                None if self.which.unlock_file.is_some() => {
                    return Err(Failure::usage(
                        "the holders' passphrases do not stand in the unlock file of those who open the vault. Nothing was changed.",
                    )
                    .hint("name theirs with --holders-file G: the one that recovery-set wrote"));
                }
                None => zeroize::Zeroizing::new(sessions::sample_unlock_file(true).into_bytes()),
            };
            return Ok(session.recovery_drill_automatic(&Hand::of_unlock_file(&json)?)?);
        }
        let mut proving = session.begin_recovery_drill()?;
        let act = Action::Custody(CustodyAct::Drill { recovery: true });
        let id = by_hand::approved(session, &act)?;
        by_hand_people::prove(&mut proving, session.profile(), true)?;
        Ok(session.drill(&id, &proving)?)
    }
}
