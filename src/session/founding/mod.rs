//! The talk that makes a vault: what is asked, of whom, and what is said. Screens and lines draw it from here.

pub(crate) mod fields;
mod media;
mod papers;
mod room;
mod watch;
mod words;

use std::path::{Path, PathBuf};

use crate::api::Timestamp;

use crate::custody::Policy;

use super::{NewPerson, NewVault, Profile, policy_lines, said};
use crate::text::{say, tr};

pub(crate) use media::{Envelopes, NEEDS_THEIRS};
pub(crate) use papers::{MADE, Papers, keep};
pub(crate) use room::room;
pub(crate) use watch::Reading;
pub(crate) use words::{
    Moment, NOBODY, VOID, are_those, draw_words, footing, how_many, not_those, saved, type_back,
    what_for, write_down, yours_alone,
};

/// Custodians, and how many are needed, unless somebody says otherwise.
pub(crate) const USUAL: (u8, u8) = (2, 3);

/// Said where a date and time cannot be read.
pub(crate) const NO_TIME: &str = "This is no date and time: write it as 2026-11-24 09:05, in UTC.";

/// Said while it is made.
pub(crate) const MAKING: &str = "the vault is being made: two identities, their shares, an envelope for each person. Sealing takes a second or two a person.";

/// What stands above the review.
pub(crate) const REVIEW: &str = "Is this the vault you mean?";

/// What was told before anybody is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Where the vault will lie.
    pub dir: PathBuf,
    /// What it is for.
    pub profile: Option<Profile>,
    /// How many open it, of how many.
    pub quorum: Option<(u8, u8)>,
    /// How many use a secret; as many as open it where nothing is told.
    pub threshold: Option<u8>,
    /// Twelve digits.
    pub account: String,
    /// For example `us-east-1`.
    pub region: String,
    /// The policy that it begins with, where a file said so.
    pub policy: Option<Policy>,
}

impl Given {
    /// A folder, and the usual for everything else.
    pub fn at(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            profile: None,
            quorum: None,
            threshold: None,
            account: super::DEFAULT_ACCOUNT.into(),
            region: super::DEFAULT_REGION.into(),
            policy: None,
        }
    }
}

/// Somebody to be enrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) role: &'static str,
}

impl Person {
    /// Who has the place of a name field; left empty it is the place's own name.
    pub(crate) fn at(place: &'static str, typed: &str) -> Self {
        let typed = typed.trim();
        Self {
            name: if typed.is_empty() { place } else { typed }.to_owned(),
            role: match place {
                "administrator" => "administrator",
                "witness" => "witness",
                _ => "custodian",
            },
        }
    }
}

/// What was answered so far.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) given: Given,
    pub(crate) profile: Profile,
    pub(crate) custodians: u8,
    pub(crate) needed: u8,
    pub(crate) people: Vec<Person>,
    /// Production: the answers about software keys and cameras.
    pub(crate) software: bool,
    pub(crate) qr: bool,
    /// Production: what two watches said.
    pub(crate) clock: Option<Reading>,
}

impl Plan {
    /// Whether the vault may make keys in software; outside production always.
    pub(crate) fn software_generation(&self) -> bool {
        self.profile != Profile::Production || self.software
    }

    /// Whether files may be shown as QR codes by an answer that people sign.
    pub(crate) fn qr_of_exports(&self) -> bool {
        self.profile == Profile::Production && self.qr
    }

    fn threshold(&self) -> u8 {
        let told = self.given.threshold.filter(|t| *t <= self.custodians);
        told.unwrap_or(self.needed)
    }

    /// The review, label and text.
    pub(crate) fn review(&self) -> Vec<(&'static str, String)> {
        let custodians = self.people.iter().filter(|p| p.role == "custodian");
        let custodians: Vec<&str> = custodians.map(|p| p.name.as_str()).collect();
        let keys = if self.software_generation() {
            tr("may be made here, in software")
        } else {
            tr("come from outside only")
        };
        let cameras = match self.profile {
            Profile::Production if self.qr => tr("; files may be shown to a camera as QR codes"),
            Profile::Production => tr("; no file is shown as a QR code"),
            _ => "",
        };
        let (needed, n) = (self.needed, self.custodians);
        let mut lines = vec![
            (tr("Folder"), self.given.dir.display().to_string()),
            (tr("For"), self.profile.banner().to_owned()),
            (
                tr("Opens"),
                say!(
                    "with {needed} of {n}: {names}",
                    needed,
                    n,
                    names = custodians.join(", ")
                ),
            ),
            (
                tr("Uses"),
                say!(
                    "a key with {threshold} of the same; each signs the act, and never fewer",
                    threshold = self.threshold()
                ),
            ),
            (tr("If lost"), self.one_is_all().unwrap_or_default()),
            (
                tr("Others"),
                say!("{others} (no share)", others = self.others()),
            ),
            (tr("Keys"), format!("{keys}{cameras}")),
        ];
        lines.retain(|(_, text)| !text.is_empty());
        lines.extend(self.clock.map(|read| (tr("Time"), read.told())));
        lines.extend(self.policy_said().map(|said| (tr("Policy"), said)));
        lines
    }

    /// What it means where every custodian is needed.
    fn one_is_all(&self) -> Option<String> {
        one_is_all(self.needed, self.custodians)
    }

    /// Who holds no share, each with what they do: two names that were swapped are seen.
    fn others(&self) -> String {
        let others = self.people.iter().filter(|p| p.role != "custodian");
        let said = others.map(|p| {
            if p.name.eq_ignore_ascii_case(p.role) {
                p.name.clone()
            } else {
                said::called(p.role, &p.name)
            }
        });
        said.collect::<Vec<_>>().join(", ")
    }

    /// What the policy says, where one was given.
    fn policy_said(&self) -> Option<String> {
        let lines = policy_lines(self.given.policy.as_ref()?);
        let said: Vec<String> = lines
            .into_iter()
            .map(|(name, value)| match name.as_str() {
                "default" => say!("other acts: signed by {value}", value),
                "overrides" => say!("by its own number: {value}; the higher counts", value),
                _ => format!("{name}: {value}"),
            })
            .collect();
        Some(if said.is_empty() {
            tr("as every new vault has it").to_owned()
        } else {
            said.join("; ")
        })
    }

    /// What comes after the review.
    pub(crate) fn next(&self) -> String {
        let signs = if self.profile == Profile::Production {
            tr(" Typing them back also signs, for each of them, what stands above under Keys.")
        } else {
            ""
        };
        say!(
            "Next, each of the {people} people comes to the keyboard alone, is shown words, writes them down, and types them back.{signs}",
            people = self.people.len(),
            signs
        )
    }

    /// The vault to be made, with everybody's passphrase, while the machine's clock says this.
    pub(crate) fn vault(&self, people: Vec<NewPerson>, wall: Timestamp) -> NewVault {
        NewVault {
            name: vault_name(&self.given.dir),
            profile: self.profile,
            k: self.needed,
            t: self.threshold(),
            people,
            account: self.given.account.clone(),
            region: self.given.region.clone(),
            software_generation: self.software_generation(),
            qr_of_exports: self.qr_of_exports(),
            clock: self
                .clock
                .filter(|_| self.profile == Profile::Production)
                .map(|reading| reading.now(wall)),
            hold: false,
        }
    }
}

/// What it means for the keys where a vault needs all of its custodians: nobody is spare.
pub(crate) fn one_is_all(needed: u8, custodians: u8) -> Option<String> {
    (needed == custodians).then(|| {
        say!(
            "all {custodians} custodians are needed: if one loses words or envelope, this vault never opens again and its \
             keys are lost; choose one more custodian, or make a recovery set at once",
            custodians
        )
    })
}

/// Why so many of so many cannot be; the rule completes the name of the field.
pub(crate) fn too_many(needed: u8, custodians: u8) -> Option<String> {
    (needed > custodians).then(|| {
        say!(
            "{needed} of {custodians} can never come together. Needed is at most {custodians}.",
            needed,
            custodians
        )
    })
}

/// Why these people cannot be, where two have one name: the place of the second, and the sentence.
pub(crate) fn same_name(people: &[Person]) -> Option<(usize, String)> {
    let (n, twice) = people.iter().enumerate().find(|(n, person)| {
        let mut before = people.iter().take(*n);
        before.any(|other| other.name.to_lowercase() == person.name.to_lowercase())
    })?;
    let words = say!(
        "The name {name} stands there twice. Everybody needs a name of their own, by more than capital letters.",
        name = twice.name
    );
    Some((n, words))
}

/// `acme.vault` is called `acme`.
pub(crate) fn vault_name(dir: &Path) -> String {
    dir.file_stem()
        .map_or_else(|| "vault".to_owned(), |n| n.to_string_lossy().into_owned())
}

#[cfg(test)]
impl Plan {
    /// Two custodians, both needed.
    pub(crate) fn of_a_test(profile: Profile) -> Self {
        Self {
            given: Given::at(Path::new("r.vault")),
            profile,
            custodians: 2,
            needed: 2,
            people: Vec::new(),
            software: false,
            qr: false,
            clock: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_makes_a_vault_that_needs_everybody_reads_what_one_loss_means() {
        let all = Plan::of_a_test(Profile::Production);
        let lost = |plan: &Plan| {
            let lines = plan.review();
            let line = lines.into_iter().find(|(label, _)| *label == "If lost");
            line.map(|(_, text)| text)
        };
        let text = lost(&all).unwrap();
        assert!(
            text.starts_with("all 2 custodians are needed: if one loses words"),
            "{text}"
        );
        assert!(text.contains("its keys are lost"), "{text}");
        let spare = Plan {
            custodians: 3,
            ..all
        };
        assert_eq!(lost(&spare), None);
    }
}
