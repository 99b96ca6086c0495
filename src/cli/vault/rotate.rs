//! `keymoot vault rotate`: new identities, passphrases and keys, and other people where they are named.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::status::{Answer, Failure, Status};
use crate::cli::{by_hand, by_hand_people, sessions, streams, unlock_file};
use crate::crypto::{Entropy as _, OsEntropy, SecretBytes};
use crate::custody::{UnlockFile, UnlockPerson, passphrase};
use crate::session::{
    Action, CustodyAct, Profile, Refusal, Rotated, Rotation, Seat, Session, op_custody as op,
};

use super::Which;
use super::people::listed;

#[derive(clap::Args)]
pub(super) struct Rotate {
    #[command(flatten)]
    which: Which,
    #[arg(long, value_name = "TEXT", help = op::REASON.hint)]
    reason: String,
    /// The new people with their passphrases: read if there, else written; without it --unlock-file is replaced
    #[arg(long, value_name = "G")]
    new_unlock_file: Option<PathBuf>,
    /// Somebody takes the place of somebody else
    #[arg(long, value_name = "OLD=NEW", value_parser = pair)]
    replace: Vec<(String, String)>,
    /// A custodian more
    #[arg(long, value_name = "NAME")]
    join: Vec<String>,
    /// A custodian fewer
    #[arg(long, value_name = "NAME")]
    leave: Vec<String>,
    #[arg(long, value_name = "K", help = op::OPEN.hint)]
    open: Option<u8>,
    #[arg(long = "use", value_name = "T", help = op::USE.hint)]
    use_: Option<u8>,
    /// The recovery set opens the vault, for this reason: recorded as an exception
    #[arg(long, value_name = "TEXT")]
    recovery: Option<String>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((old, new)) if !old.is_empty() && !new.is_empty() => Ok((old.into(), new.into())),
        _ => Err("wants OLD=NEW, two names".to_owned()),
    }
}

/// `vault rotate --json`.
#[derive(Serialize)]
struct Turned {
    gone: Vec<String>,
    joined: Vec<String>,
    secrets: usize,
    open_copies: Vec<String>,
    new_unlock_file: Option<String>,
    card: String,
}

impl Rotate {
    pub(super) fn run(self) -> Answer<Status> {
        let mut session = self.which.open_by(self.recovery.as_deref())?;
        let done = if session.automatic() {
            self.by_file(&mut session)
        } else {
            self.by_hand(&mut session)
        };
        let closed = sessions::close(session);
        let done = done?;
        closed?;
        let turned = Turned {
            gone: done.gone,
            joined: done.joined,
            secrets: done.secrets,
            open_copies: done.open_copies,
            new_unlock_file: self
                .new_unlock_file
                .as_ref()
                .or(self.which.unlock_file.as_ref())
                .map(|path| path.display().to_string()),
            card: done.witness_card,
        };
        let forms = done.forms;
        self.which.tell_json_or(&turned, || {
            let mut text = String::new();
            for (_, form) in &forms {
                let _ = writeln!(text, "{}\n", form.trim_end());
            }
            let _ = writeln!(text, "{}\n", turned.card.trim_end());
            let _ = writeln!(
                text,
                "gone: {}; new: {}; {} secrets sealed anew",
                listed(&turned.gone),
                listed(&turned.joined),
                turned.secrets
            );
            if let Some(place) = &done.ended_recovery {
                let _ = writeln!(
                    text,
                    "the recovery set of {place} ended: destroy its envelopes, and make another with recovery-set"
                );
            }
            if !turned.open_copies.is_empty() {
                let _ = writeln!(
                    text,
                    "copies that still open to the people of before: {}. Destroy them and attest it.",
                    turned.open_copies.join(", ")
                );
            }
            text
        })?;
        Ok(Status::Done)
    }

    /// The people of now with the changes that were asked for.
    fn seats(&self, session: &Session) -> Answer<Vec<Seat>> {
        let (people, ..) = session.on_record();
        let mut seats: Vec<Seat> = people
            .into_iter()
            .map(|(name, role)| Seat {
                name,
                role: role.word(),
                medium: None,
            })
            .collect();
        let unknown = |name: &str| {
            Failure::usage(format!(
                "{name} is not a person of this vault. Nothing was changed; `keymoot vault status` lists them."
            ))
        };
        for (old, new) in &self.replace {
            let seat = seats.iter_mut().find(|s| s.name == *old);
            seat.ok_or_else(|| unknown(old))?.name.clone_from(new);
        }
        for name in &self.leave {
            let at = seats.iter().position(|s| s.name == *name);
            seats.remove(at.ok_or_else(|| unknown(name))?);
        }
        let at = seats
            .iter()
            .rposition(|s| s.role == "custodian")
            .map_or(0, |at| at + 1);
        for (n, name) in self.join.iter().enumerate() {
            seats.insert(
                at + n,
                Seat {
                    name: name.clone(),
                    role: "custodian",
                    medium: None,
                },
            );
        }
        Ok(seats)
    }

    fn rotation(&self, session: &Session, people: Vec<Seat>) -> Rotation {
        let (_, k, t) = session.on_record();
        Rotation {
            reason: self.reason.clone(),
            k: self.open.unwrap_or(k),
            t: self.use_.unwrap_or(t),
            people,
        }
    }

    fn by_hand(&self, session: &mut Session) -> Answer<Rotated> {
        let profile = session.profile();
        if self.new_unlock_file.is_some() {
            return Err(Failure::usage(
                "--new-unlock-file goes with --unlock-file; at the terminal everybody gets a passphrase of their own. Nothing was changed.",
            ));
        }
        let mut people = self.seats(session)?;
        if profile == Profile::Production && streams::somebody_is_there() {
            for seat in &mut people {
                let label = by_hand::ask(&format!(
                    "Label of the medium or bag that will hold the envelopes of {}: ",
                    seat.name
                ))?;
                seat.medium = Some(label).filter(|l| !l.is_empty());
            }
        }
        let rotation = self.rotation(session, people);
        let seats = rotation.people.clone();
        let act = CustodyAct::Rotate(rotation);
        let id = by_hand::approved(session, &Action::Custody(act.clone()))?;
        let who: Vec<String> = seats.iter().map(|seat| seat.name.clone()).collect();
        session.words_are_shown(&act, &who)?;
        let passphrases = by_hand_people::new_passphrases(&seats, profile)?;
        let mut prepared = session.prepare_rotation(&id, passphrases)?;
        let named = prepared.proving().sets();
        by_hand_people::hand_out(prepared.envelopes(), &named, session)?;
        streams::note("Everybody proves the new envelopes; until then the people of now stay.");
        by_hand_people::prove(prepared.proving(), profile, false)?;
        Ok(session.finish_rotation(prepared)?)
    }

    fn by_file(&self, session: &mut Session) -> Answer<Rotated> {
        let (path, replaced) = self.new_words()?;
        let path = path.as_path();
        let known = unlock_file::exists(path);
        if let Some(old) = replaced.filter(|_| known) {
            return Err(Failure::failed(format!(
                "{} is there: an earlier rotation was cut. Nothing was changed. If the vault opens with it, put it in \
                 the place of {}; else remove it.",
                path.display(),
                old.display()
            )));
        }
        let people = if known {
            self.people_of(path)?
        } else {
            unlock_people(&self.seats(session)?, session.profile())?
        };
        let seats = seats_of(&people);
        let rotation = self.rotation(session, seats);
        let passphrases = people
            .people()
            .map(|p| {
                (
                    p.name.clone(),
                    SecretBytes::from_slice(p.passphrase.expose()),
                )
            })
            .collect();
        // Judged before the file is written; written before the commit, without it nobody opens the vault after.
        session.preview(&Action::Custody(CustodyAct::Rotate(rotation.clone())))?;
        if !known {
            let unchanged = "Nothing was rotated; the people of now still open the vault.";
            unlock_file::write(path, people.to_json().expose(), unchanged)?;
        }
        let done = session
            .rotate_automatic(rotation, passphrases)
            .map_err(|refusal| {
                // After a failed write it is not known which people open the vault: both files stay.
                if !known && !matches!(refusal, Refusal::Vault(_)) {
                    unlock_file::take_back(path);
                }
                refusal
            })?;
        if let Some(old) = replaced {
            unlock_file::put_in_place(path, old).map_err(|e| {
                Failure::failed(format!(
                    "The vault was rotated, but {} was not replaced: {e}. {} has the new words: put it in its place.",
                    old.display(),
                    path.display()
                ))
            })?;
        }
        Ok(done)
    }

    /// Where the new words are written, and the file in whose place that is put after the commit.
    fn new_words(&self) -> Answer<(PathBuf, Option<&Path>)> {
        match (&self.new_unlock_file, &self.which.unlock_file) {
            (Some(path), _) => Ok((path.clone(), None)),
            (None, Some(old)) => Ok((unlock_file::next_to(old), Some(old.as_path()))),
            (None, None) => Err(Failure::usage(
                "the new people's passphrases need a place. Nothing was changed.",
            )
            .hint("--new-unlock-file G is written if it is not there")),
        }
    }

    fn people_of(&self, path: &Path) -> Answer<UnlockFile> {
        if !(self.replace.is_empty() && self.join.is_empty() && self.leave.is_empty()) {
            return Err(Failure::usage(format!(
                "{}: is there and says who the people are: leave out --replace, --join and --leave, or name a new file. Nothing was changed.",
                path.display()
            )));
        }
        UnlockFile::parse(&unlock_file::read(path)?)
            .map_err(|e| Failure::failed(format!("{}: {e}", path.display())))
    }
}

fn seats_of(people: &UnlockFile) -> Vec<Seat> {
    let custodians = people.custodians.iter().map(|p| (p, "custodian"));
    custodians
        .chain([
            (&people.administrator, "administrator"),
            (&people.witness, "witness"),
        ])
        .map(|(person, role)| Seat {
            name: person.name.clone(),
            role,
            medium: None,
        })
        .collect()
}

/// These people with generated passphrases.
pub(super) fn generated(names: &[String], profile: Profile) -> Answer<Vec<UnlockPerson>> {
    let words = match profile {
        Profile::Rehearsal => passphrase::REHEARSAL_WORDS,
        Profile::Test | Profile::Production => passphrase::WORDS,
    };
    let mut rng = OsEntropy
        .draw("passphrase")
        .map_err(|e| Failure::failed(e.to_string()))?;
    let person = |name: &String| UnlockPerson {
        name: name.clone(),
        passphrase: passphrase::generate(words, &mut *rng),
    };
    Ok(names.iter().map(person).collect())
}

/// An unlock file for these people, with generated passphrases.
fn unlock_people(seats: &[Seat], profile: Profile) -> Answer<UnlockFile> {
    let of = |role: &str| {
        let seats = seats.iter().filter(|s| s.role == role);
        let names: Vec<String> = seats.map(|s| s.name.clone()).collect();
        generated(&names, profile)
    };
    let (custodians, administrators, witnesses) =
        (of("custodian")?, of("administrator")?, of("witness")?);
    let one = |people: Vec<UnlockPerson>, role: &str| {
        let mut people = people.into_iter();
        match (people.next(), people.next()) {
            (Some(person), None) => Ok(person),
            _ => Err(Failure::usage(format!(
                "an unlock file names one {role}, and these people have more or none. Nothing was changed."
            ))),
        }
    };
    Ok(UnlockFile {
        custodians,
        administrator: one(administrators, "administrator")?,
        witness: one(witnesses, "witness")?,
    })
}
