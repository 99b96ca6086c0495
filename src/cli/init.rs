//! `keymoot init`: a new vault, guided on screen or without a person for tests and rehearsals.

use std::path::{Path, PathBuf};

use crate::api::Timestamp;
use crate::ceremony::Start;
use crate::crypto::{Entropy, OsEntropy};
use crate::custody::{Policy, UnlockFile};
use crate::session::founding::{Given, how_many, one_is_all};
use crate::session::{self, Created, NewPerson, NewVault, Profile, create_under, practice};
use crate::vault::FolderStore;

use super::sessions::{self, Practice};
use super::status::{Answer, Failure, Status};
use super::{Look, Next, streams, unlock_file};

/// Create a vault
#[derive(clap::Args)]
#[command(after_help = "\
Where nobody is asked, enrolment forms and witness card go to standard output and nowhere else: they are more than a
screen, and `keymoot verify --trust` wants what stands on them. Lead them into a file, and print that.

Example:
  keymoot init acme.vault
  keymoot init practice.vault --rehearse > forms.txt
  keymoot init test.vault --profile test --quorum 2/3 --unlock-file people.json")]
pub(super) struct Init {
    /// The new folder (empty or absent)
    dir: PathBuf,
    /// What the vault is for, fixed for ever: rehearsal, test or production
    #[arg(long, value_parser = profile, value_name = "PROFILE")]
    profile: Option<Profile>,
    /// Custodians needed to open, of how many
    #[arg(long, value_name = "K/N", value_parser = quorum)]
    quorum: Option<(u8, u8)>,
    /// Custodians needed to use a secret; as many as to open unless told
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(u8).range(2..=16))]
    threshold: Option<u8>,
    /// Ask nobody: people and passphrases are those of this file, or new ones
    #[arg(long, value_name = "F")]
    unlock_file: Option<PathBuf>,
    /// Make a rehearsal vault with sample people
    #[arg(long, conflicts_with = "unlock_file")]
    rehearse: bool,
    /// The policy it begins with, TOML or JSON; see `vault policy`
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Account in the ARNs of keys, twelve digits
    #[arg(long, value_name = "NNNNNNNNNNNN", default_value = session::DEFAULT_ACCOUNT, value_parser = account)]
    account: String,
    /// Region in the ARNs of keys
    #[arg(long, value_name = "R", default_value = session::DEFAULT_REGION, value_parser = region)]
    region: String,
    /// Start of the frozen clock (rehearsals only)
    #[arg(long, value_name = "RFC3339", value_parser = sessions::clock)]
    clock: Option<Timestamp>,
    /// Seed of all randomness (rehearsals only)
    #[arg(long, value_name = "S", value_parser = sessions::seed)]
    seed: Option<String>,
    #[command(flatten)]
    look: Look,
}

fn profile(text: &str) -> Result<Profile, String> {
    Profile::named(text).ok_or_else(|| "is one of rehearsal, test, production".to_owned())
}

fn quorum(text: &str) -> Result<(u8, u8), String> {
    let rule = || "wants K/N with 2 <= K <= N <= 16, for example 2/3".to_owned();
    let (k, n) = text.split_once('/').ok_or_else(rule)?;
    let number = |text: &str| text.parse::<u8>().map_err(|_| rule());
    match (number(k)?, number(n)?) {
        (k, n) if 2 <= k && k <= n && n <= 16 => Ok((k, n)),
        _ => Err(rule()),
    }
}

fn account(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("an account is twelve digits".to_owned())
    }
}

fn region(text: &str) -> Result<String, String> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if (1..=32).contains(&text.len()) && text.bytes().all(plain) {
        Ok(text.to_owned())
    } else {
        Err("wants a region such as us-east-1".to_owned())
    }
}

impl Init {
    pub(super) fn run(self) -> Answer<Next> {
        free(&self.dir)?;
        let profile = self.chosen()?;
        self.practice().allowed_in(profile)?;
        let policy = self.policy()?;
        let created = match &self.unlock_file {
            Some(file) => {
                unlock_file::allowed_in(profile)?;
                self.with_people_of(profile, file, policy)?
            }
            None if profile == Profile::Rehearsal => self.sample(policy)?,
            None => return self.guided(policy),
        };
        tell(&created)?;
        let (k, n) = {
            let view = created.session.view();
            (view.k, view.n)
        };
        sessions::close(created.session)?;
        self.told_next(profile);
        if let Some(lost) = one_is_all(k, n) {
            streams::note(&format!("keymoot: {lost}."));
        }
        Ok(Next::Exit(Status::Done))
    }

    /// What was made, and what one does with it: forms and card are long, and nobody scrolls back for that.
    fn told_next(&self, profile: Profile) {
        let dir = self.dir.display();
        let kept = if std::io::IsTerminal::is_terminal(&std::io::stdout()) {
            "above were printed and not saved (`keymoot init ... > forms.txt` keeps them)"
        } else {
            "are where standard output was led"
        };
        streams::note(&format!(
            "keymoot: {dir} is a {} vault. The forms and the card {kept}; print them on paper.",
            profile.name()
        ));
        if profile == Profile::Rehearsal && self.unlock_file.is_none() {
            streams::note(
                "keymoot: its people are Ada, Ana, Ben, Cho and Wim; the screen shows their practice passphrases, and F5 types them.",
            );
        }
        streams::note(&format!(
            "keymoot: `keymoot` in this folder opens it; `keymoot play first-key.toml --vault {dir}` runs a ceremony in it."
        ));
    }

    /// The profile that was named; a rehearsal with `--rehearse`, and a test vault with an unlock file.
    fn chosen(&self) -> Answer<Profile> {
        match (self.profile, self.rehearse) {
            (Some(profile), true) if profile != Profile::Rehearsal => Err(Failure::usage(
                "--rehearse makes a rehearsal vault; take one of --rehearse and --profile. Nothing was made.",
            )),
            (_, true) => Ok(Profile::Rehearsal),
            (Some(profile), false) => Ok(profile),
            (None, false) if self.unlock_file.is_some() => Ok(Profile::Test),
            (None, false) => Ok(Profile::Production),
        }
    }

    fn policy(&self) -> Answer<Option<Policy>> {
        let Some(path) = &self.policy else {
            return Ok(None);
        };
        let bytes = streams::read(path, streams::INPUT_LIMIT)?;
        Ok(Some(session::read_policy(&bytes)?))
    }

    fn practice(&self) -> Practice {
        Practice {
            seed: self.seed.clone(),
            clock: self.clock,
        }
    }

    fn guided(self, policy: Option<Policy>) -> Answer<Next> {
        if let Some((_, custodians)) = self.quorum {
            judged(policy.as_ref(), custodians)?;
        }
        if streams::screen_is_there() {
            let given = Given {
                dir: self.dir,
                profile: self.profile,
                quorum: self.quorum,
                threshold: self.threshold,
                account: self.account,
                region: self.region,
                policy,
            };
            return Ok(self.look.begins(Start::Init { given }));
        }
        Err(Failure::person_needed(
            "the people of a vault choose it together at a terminal, and there is none here. Nothing was made.",
        )
        .hint("`--profile test --unlock-file F` makes a test vault without asking"))
    }

    fn sample(&self, policy: Option<Policy>) -> Answer<Created> {
        if self.quorum.is_some_and(|q| q != (2, 3)) || self.threshold.is_some_and(|t| t != 2) {
            return Err(Failure::usage(
                "sample people are three custodians, of whom two are needed. Nothing was made.",
            )
            .hint("`--profile rehearsal --unlock-file F` in place of --rehearse makes any other quorum"));
        }
        let practice = self.practice();
        let environment = sessions::environment(&practice, Profile::Rehearsal)?;
        judged(policy.as_ref(), 3)?;
        let store = self.store()?;
        Ok(practice::vault_under(
            Box::new(store),
            policy,
            environment,
            self.clock,
            true,
        )?)
    }

    fn with_people_of(
        &self,
        profile: Profile,
        file: &Path,
        policy: Option<Policy>,
    ) -> Answer<Created> {
        let known = unlock_file::exists(file);
        let people = if known {
            UnlockFile::parse(&unlock_file::read(file)?)
                .map_err(|e| Failure::failed(format!("{}: {e}", file.display())))?
        } else {
            generated(profile, self.quorum.map_or(3, |(_, n)| n))?
        };
        let found = people.custodians.len();
        let (k, n) = self
            .quorum
            .unwrap_or((2, u8::try_from(found).unwrap_or(u8::MAX)));
        if found != usize::from(n) || !(2..=16).contains(&n) {
            return Err(Failure::usage(format!(
                "{}: names {found} custodians, and the quorum speaks of {n} (2 to 16). Nothing was made.",
                file.display()
            )));
        }
        judged(policy.as_ref(), n)?;
        let new = self.new_vault(profile, k, &people)?;
        let store = self.store()?;
        if !known {
            unlock_file::write(file, people.to_json().expose(), "No vault was made.")?;
        }
        let environment = sessions::environment(&self.practice(), profile)?;
        create_under(Box::new(store), new, policy, environment).map_err(|e| {
            if !known {
                unlock_file::take_back(file);
            }
            e.into()
        })
    }

    fn new_vault(&self, profile: Profile, k: u8, people: &UnlockFile) -> Answer<NewVault> {
        let n = people.custodians.len();
        let t = self.threshold.unwrap_or(k);
        if usize::from(t) > n {
            return Err(Failure::usage(format!(
                "--threshold {t} is more than the {n} custodians there are. Nothing was made."
            )));
        }
        let roles = std::iter::repeat_n("custodian", n).chain(["administrator", "witness"]);
        Ok(NewVault {
            name: sessions::name_of(&self.dir),
            profile,
            k,
            t,
            people: people
                .people()
                .zip(roles)
                .map(|(person, role)| NewPerson {
                    name: person.name.clone(),
                    role,
                    passphrase: crate::crypto::SecretBytes::from_slice(person.passphrase.expose()),
                })
                .collect(),
            account: self.account.clone(),
            region: self.region.clone(),
            software_generation: true,
            qr_of_exports: false,
            clock: self.clock,
            hold: true,
        })
    }

    fn store(&self) -> Answer<FolderStore> {
        FolderStore::create(&self.dir).map_err(|e| Failure::failed(e.to_string()))
    }
}

/// A policy that this many custodians could not act under is refused before a folder is made.
fn judged(policy: Option<&Policy>, custodians: u8) -> Answer<()> {
    if let Some(policy) = policy {
        session::policy_fits(policy, custodians)?;
    }
    Ok(())
}

/// A vault begins in a folder of its own.
fn free(dir: &Path) -> Answer<()> {
    match std::fs::read_dir(dir) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(Failure::failed(format!(
            "{}: {e}. Nothing was made.",
            dir.display()
        ))),
        Ok(mut names) => match names.next() {
            None => Ok(()),
            Some(_) => Err(Failure::failed(format!(
                "{}: not empty, and a vault is a folder of its own. Nothing was made or changed.",
                dir.display()
            ))),
        },
    }
}

fn generated(profile: Profile, custodians: u8) -> Answer<UnlockFile> {
    let words = how_many(profile);
    let mut rng = OsEntropy
        .draw("passphrase")
        .map_err(|e| Failure::failed(e.to_string()))?;
    Ok(UnlockFile::generate(custodians, words, &mut *rng))
}

/// What people take away: enrolment forms and the witness card.
fn tell(created: &Created) -> Answer<()> {
    let mut text = String::new();
    for (_, form) in &created.forms {
        text.push_str(form.trim_end());
        text.push_str("\n\n");
    }
    text.push_str(created.witness_card.trim_end());
    text.push('\n');
    streams::print(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quorums_have_bounds() {
        assert_eq!(quorum("2/3"), Ok((2, 3)));
        assert_eq!(quorum("16/16"), Ok((16, 16)));
        for bad in [
            "", "2", "1/3", "4/3", "2/17", "0/0", "-2/3", "2/3/4", "2 / 3",
        ] {
            assert!(quorum(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn accounts_and_regions_fit_an_arn() {
        assert!(account("111122223333").is_ok());
        for bad in ["11112222333", "1111222233334", "11112222333x"] {
            assert!(account(bad).is_err(), "{bad}");
        }
        assert!(region("eu-central-1").is_ok());
        for bad in ["", "US-EAST-1", "a:b", "a/b"] {
            assert!(region(bad).is_err(), "{bad}");
        }
    }
}
