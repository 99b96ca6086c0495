//! Where a command's session comes from: a throw-away rehearsal, or a vault opened by an unlock file or by
//! people at the terminal.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::api::{Clock, Timestamp};
use crate::session::{
    Bootstrap, Environment, Opening, Profile, Refusal, Session, WitnessAnswer, practice,
};
use crate::vault::{FolderStore, MemoryStore};

use super::status::{Answer, Failure};
use super::{by_hand, streams, unlock_file};

/// The options that say where: shared by `play` and `call`.
#[derive(clap::Args, Debug, Default)]
pub(super) struct Place {
    /// Use this vault
    #[arg(long, value_name = "DIR", conflicts_with = "rehearse")]
    pub(super) vault: Option<PathBuf>,
    /// Use a throw-away vault with sample people; nothing is kept
    #[arg(long)]
    pub(super) rehearse: bool,
    /// Open with everybody in this file (test and rehearsal vaults; mode 0600)
    #[arg(long, value_name = "F")]
    pub(super) unlock_file: Option<PathBuf>,
    /// Seed of all randomness, 1 to 64 characters (rehearsals only)
    #[arg(long, value_name = "S", value_parser = seed)]
    pub(super) seed: Option<String>,
    /// Start of the frozen clock (rehearsals only), as 2026-12-01T09:00:00Z; a rehearsal --vault goes on to it
    #[arg(long, value_name = "RFC3339", value_parser = clock)]
    pub(super) clock: Option<Timestamp>,
}

/// A seed as the contract bounds it.
pub(super) fn seed(text: &str) -> Result<String, String> {
    match text.chars().count() {
        1..=64 => Ok(text.to_owned()),
        _ => Err("a seed has 1 to 64 characters".to_owned()),
    }
}

pub(super) fn clock(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_rfc3339(text)
        .map_err(|_| "wants RFC 3339, for example 2026-12-01T09:00:00Z".to_owned())
        .and_then(Timestamp::for_a_clock)
}

impl Place {
    /// People open a vault; a throw-away one has its own.
    pub(super) fn check(&self) -> Answer<()> {
        if self.unlock_file.is_some() && self.vault.is_none() {
            return Err(Failure::usage(
                "--unlock-file opens a vault: name it with --vault DIR. Nothing was opened.",
            ));
        }
        Ok(())
    }

    /// Seed and clock as told.
    pub(super) fn practice(&self) -> Practice {
        Practice {
            seed: self.seed.clone(),
            clock: self.clock,
        }
    }

    /// The time to which the clock of a rehearsal vault that is kept goes on: it has its own.
    pub(super) fn goes_on_to(&self) -> Option<Timestamp> {
        self.clock.filter(|_| self.vault.is_some())
    }

    /// The session for a program: a rehearsal whose keys are held, or the vault.
    pub(super) fn session(&self) -> Answer<Session> {
        match &self.vault {
            Some(dir) => {
                let mut session = open(dir, self.unlock_file.as_deref(), &self.practice())?;
                let moved = self.goes_on_to().map(|to| session.go_on_to(to));
                if let Some(Err(refusal)) = moved {
                    session.close()?;
                    return Err(refusal.into());
                }
                Ok(session)
            }
            None => rehearsal(&self.practice(), practice::Size::default()),
        }
    }
}

/// A clock that stands still at the time that was told.
struct Told(Timestamp);

impl Clock for Told {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// What a rehearsal is made of.
#[derive(Debug, Clone, Default)]
pub(super) struct Practice {
    pub(super) seed: Option<String>,
    pub(super) clock: Option<Timestamp>,
}

/// A throw-away vault in memory with so many sample people, whose keys are held.
pub(super) fn rehearsal(practice: &Practice, size: practice::Size) -> Answer<Session> {
    let environment = environment(practice, Profile::Rehearsal)?;
    let store = Box::new(MemoryStore::default());
    let created = practice::vault_of(store, size, environment, practice.clock, true)?;
    Ok(created.session)
}

/// Opens a vault in a folder: with everybody of an unlock file, or with the people at the terminal.
pub(super) fn open(dir: &Path, unlock: Option<&Path>, practice: &Practice) -> Answer<Session> {
    open_by(dir, unlock, practice, None)
}

/// The same; with a reason, the recovery set opens, and its holders are the people.
pub(super) fn open_by(
    dir: &Path,
    unlock: Option<&Path>,
    practice: &Practice,
    recovery: Option<&str>,
) -> Answer<Session> {
    let store = FolderStore::open(dir).map_err(|e| Failure::failed(e.to_string()))?;
    let mut opening = Opening::begin_with(Box::new(store), &name_of(dir), recovery)?;
    let profile = opening.bootstrap().profile;
    practice.allowed_in(profile)?;
    let witness = enter(&mut opening, unlock, recovery.is_some()).map_err(Failure::of_people)?;
    let mut session = opening.finish(environment(practice, profile)?, witness.as_ref())?;
    by_hand::attest(&mut session)?;
    for line in session.view().notes {
        streams::progress(&line);
    }
    Ok(session)
}

/// Enters whoever opens: from an unlock file, the sample people, or people at the terminal, whose witness card is given
/// back where they have one.
fn enter(
    opening: &mut Opening,
    unlock: Option<&Path>,
    recovery: bool,
) -> Answer<Option<WitnessAnswer>> {
    let profile = opening.bootstrap().profile;
    match unlock {
        Some(file) => {
            unlock_file::allowed_in(profile)?;
            opening
                .enter_unlock_file(&unlock_file::read(file)?)
                .map_err(|refusal| unlock_file::or_its_successor(file, refusal.into()))?;
        }
        None if sample_people(&opening.bootstrap()) => {
            let file = sample_unlock_file(recovery);
            opening.enter_unlock_file(file.as_bytes())?;
        }
        None => {
            by_hand::enter(opening)?;
            return by_hand::witness_card(profile, opening);
        }
    }
    Ok(None)
}

/// For a screen that opens the vault itself and knows no files: where a rotation was cut and its new words lie beside
/// `unlock`, whether the old ones still open. Nothing is written, and nothing is tried where no such file lies there.
pub(super) fn not_superseded(dir: &Path, unlock: &Path) -> Answer<()> {
    if !unlock_file::exists(&unlock_file::next_to(unlock)) {
        return Ok(());
    }
    let store = FolderStore::open(dir).map_err(|e| Failure::failed(e.to_string()))?;
    let mut opening = Opening::begin(Box::new(store), &name_of(dir))?;
    opening
        .enter_unlock_file(&unlock_file::read(unlock)?)
        .map_err(|refusal| unlock_file::or_its_successor(unlock, refusal.into()))?;
    Ok(())
}

impl Practice {
    /// Seed and clock are for rehearsals.
    pub(super) fn allowed_in(&self, profile: Profile) -> Answer<()> {
        let option = match self {
            _ if profile == Profile::Rehearsal => return Ok(()),
            Self { seed: Some(_), .. } => "--seed",
            Self { clock: Some(_), .. } => "--clock",
            _ => return Ok(()),
        };
        Err(Failure::usage(format!(
            "{option} is for rehearsals, and this is a {} vault. Nothing was opened.",
            profile.name()
        )))
    }
}

/// Whether a vault is a rehearsal's with the sample people, whose passphrases are printed on every screen; also after
/// one of practice took another's place.
pub(super) fn sample_people(public: &Bootstrap) -> bool {
    let known = |name: &str, role: &str| {
        practice::phrase(name).is_some()
            && (role != "custodian" || public.practice.contains_key(name))
    };
    public.profile == Profile::Rehearsal
        && public
            .people
            .iter()
            .all(|(name, role, _)| known(name, role))
}

/// The sample people as an unlock file; with `recovery`, the holders of a recovery set in the place of custodians.
pub(super) fn sample_unlock_file(recovery: bool) -> String {
    let person = |(name, _, passphrase): &(&str, &str, &str)| json!({"name": name, "passphrase": passphrase});
    let of = |role: &str| {
        let found = practice::PEOPLE.iter().filter(|(_, r, _)| *r == role);
        found.map(person).collect::<Vec<_>>()
    };
    let one = |role: &str| of(role).into_iter().next();
    let holder = |(name, phrase): &(&str, &str)| json!({"name": name, "passphrase": phrase});
    let custodians = if recovery {
        practice::HOLDERS.iter().map(holder).collect()
    } else {
        of("custodian")
    };
    json!({
        "custodians": custodians,
        "administrator": one("administrator"),
        "witness": one("witness"),
    })
    .to_string()
}

/// Where time, randomness and memory of other sessions come from.
pub(super) fn environment(practice: &Practice, profile: Profile) -> Answer<Environment> {
    // A rehearsal leaves nothing on the workstation.
    let state_folder = match profile {
        Profile::Rehearsal => None,
        Profile::Test | Profile::Production => crate::os::state_folder(),
    };
    let environment = match &practice.seed {
        Some(seed) => Environment::seeded(seed)?,
        None => Environment::real(state_folder),
    };
    Ok(match practice.clock {
        Some(told) => environment.with_clock(Box::new(Told(told))),
        None => environment,
    })
}

/// Closes a session; a production vault that exists only once says so on the way out.
pub(super) fn close(session: Session) -> Result<(), Refusal> {
    if let Some(only) = session.only_copy() {
        streams::note(&format!(
            "{only} keymoot vault backup DIR --to DIR2 makes it."
        ));
    }
    session.close()
}

/// The vault's name: its folder's, without `.vault`.
pub(super) fn name_of(dir: &Path) -> String {
    let name = dir
        .canonicalize()
        .ok()
        .and_then(|full| full.file_name().map(|n| n.to_string_lossy().into_owned()))
        .or_else(|| dir.file_name().map(|n| n.to_string_lossy().into_owned()))
        .unwrap_or_else(|| dir.display().to_string());
    name.strip_suffix(".vault").unwrap_or(&name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seed_and_clock_are_for_rehearsals() {
        let seeded = Practice {
            seed: Some("x".into()),
            ..Practice::default()
        };
        assert!(seeded.allowed_in(Profile::Rehearsal).is_ok());
        for profile in [Profile::Test, Profile::Production] {
            let failure = seeded.allowed_in(profile).unwrap_err();
            assert_eq!(failure.status, super::super::Status::Usage);
            assert!(Practice::default().allowed_in(profile).is_ok());
        }
        let told = Practice {
            clock: Some(Timestamp::from_millis(0)),
            ..Practice::default()
        };
        assert!(
            told.allowed_in(Profile::Test)
                .unwrap_err()
                .message
                .contains("--clock")
        );
    }

    #[test]
    fn a_seed_has_a_length() {
        assert!(seed("").is_err());
        assert!(seed(&"x".repeat(64)).is_ok());
        assert!(seed(&"x".repeat(65)).is_err());
    }

    #[test]
    fn a_vault_is_called_by_its_folder() {
        assert_eq!(name_of(Path::new("/nowhere/acme.vault")), "acme");
        assert_eq!(name_of(Path::new("/nowhere/acme/")), "acme");
    }
}
