//! Opening a vault: custodians in turn, each with a share, until k are there.

mod by_file;
mod refused;
mod share;

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::crypto::SecretBytes;
use crate::crypto::secret_sharing::Share;
use crate::custody::words;
use crate::text::say;
use crate::vault::{self, CustodyFile, Identity, Store, read_custody};

use super::book::{Book, SinceCard, storage, vault_refusal};
use super::error::Refusal;
use super::present::Held;
use super::proving::rebuilt;
use super::{Environment, Profile, Session};

use share::{one_by_one, share, share_among};

/// A vault being opened. Dropping it wipes the shares entered so far and frees the lock.
pub struct Opening {
    store: Box<dyn Store>,
    name: String,
    profile: Profile,
    /// The set of custody.toml, and the staged one while a change of shares or people stands open.
    sets: Vec<Entering>,
    held: Held,
    /// Whose envelopes open with practice words, once somebody asked.
    practice: OnceCell<BTreeMap<String, String>>,
    /// Why the recovery set opens, where it does.
    recovery: Option<String>,
    /// The custodians' files, whose other people act beside the recovery set's holders.
    own: Vec<CustodyFile>,
}

/// The shares entered of one set.
struct Entering {
    file: CustodyFile,
    shares: Vec<(String, Share)>,
}

impl Entering {
    const fn of(file: CustodyFile) -> Self {
        Self {
            file,
            shares: Vec::new(),
        }
    }

    fn missing(&self) -> usize {
        usize::from(self.file.k).saturating_sub(self.shares.len())
    }

    /// The identity that the first k shares make.
    fn identity(&self) -> Result<Identity, Refusal> {
        let k = usize::from(self.file.k);
        let shares: Vec<&Share> = self.shares.iter().take(k).map(|(_, share)| share).collect();
        rebuilt(&shares)
    }
}

/// What the public part of the vault tells before anybody types.
#[derive(Debug, Clone)]
pub struct Bootstrap {
    /// 32 hex digits.
    pub vault_id: String,
    /// What it is for.
    pub profile: Profile,
    /// Custodians needed.
    pub k: u8,
    /// Custodians needed to use a secret.
    pub t: u8,
    /// Name, role, and whether an envelope is in the vault's folder (else it is on the person's own medium).
    pub people: Vec<(String, String, bool)>,
    /// Rehearsal only: custodians whose envelopes open with the words that everybody is shown, and those words.
    pub practice: BTreeMap<String, String>,
    /// Whether the recovery set opens: then `people` are its holders.
    pub by_recovery: bool,
    /// The recovery set that is declared: where it lies, how many of how many open.
    pub recovery: Option<(String, u8, u8)>,
    /// Where the vault's making was cut while envelopes were handed out, or a rotation was: what that means for whoever
    /// comes to open it.
    pub unfinished: Option<String>,
}

/// What the witness's card says, for production.
#[derive(Debug, Clone)]
pub struct WitnessAnswer {
    /// Sequence number on the card.
    pub seq: u64,
    /// The six words.
    pub words: String,
}

impl WitnessAnswer {
    /// What can be wrong with the six words before anything is compared: a slip that is mended at the keyboard.
    pub fn slip(&self) -> Option<String> {
        match words::parse(&self.words) {
            Err(error) => Some(error.to_string()),
            Ok(typed) if typed.len() == 6 => None,
            Ok(typed) => Some(say!(
                "The card has six words, and {count} are typed. Nothing was compared.",
                count = typed.len()
            )),
        }
    }
}

impl Opening {
    /// Takes the lock and reads the public part. `name` is what people call the vault.
    ///
    /// # Errors
    /// No vault here; another keymoot holds it; damaged custody.toml.
    pub fn begin(store: Box<dyn Store>, name: &str) -> Result<Self, Refusal> {
        Self::begin_with(store, name, None)
    }

    /// The same by the recovery set, an exception that is written down with its reason: its holders enter their
    /// shares in the place of the custodians.
    ///
    /// # Errors
    /// As [`Opening::begin`]; the vault declares no recovery set; the reason is empty or too long.
    pub fn begin_by_recovery(
        store: Box<dyn Store>,
        name: &str,
        reason: &str,
    ) -> Result<Self, Refusal> {
        Self::begin_with(store, name, Some(reason))
    }

    /// By the recovery set where a reason is given, else by the custodians.
    ///
    /// # Errors
    /// As [`Opening::begin`] and [`Opening::begin_by_recovery`].
    pub fn begin_with(
        mut store: Box<dyn Store>,
        name: &str,
        recovery: Option<&str>,
    ) -> Result<Self, Refusal> {
        let recovery = recovery.map(super::recovered::reason).transpose()?;
        let files = read_custody(&*store).map_err(vault_refusal)?;
        store.try_lock().map_err(storage)?;
        let profile = files.current.profile;
        let own: Vec<CustodyFile> = std::iter::once(files.current).chain(files.next).collect();
        let mut sets = own.clone();
        if recovery.is_some() {
            sets = own.iter().filter_map(CustodyFile::of_recovery).collect();
            sets.dedup();
            if sets.is_empty() {
                return Err(Refusal::Usage(
                    "This vault declares no recovery set: only its custodians open it. Nothing was opened."
                        .into(),
                ));
            }
        }
        Ok(Self {
            store,
            name: name.to_owned(),
            profile,
            sets: sets.into_iter().map(Entering::of).collect(),
            held: Held::default(),
            practice: OnceCell::new(),
            recovery,
            own,
        })
    }

    /// Rehearsal only: finds out whose envelopes open with the words that everybody is shown. Each is unsealed for that,
    /// so it is looked up where somebody is told, and not by whoever opens from a file.
    fn practised(&self) -> BTreeMap<String, String> {
        if self.profile != Profile::Rehearsal {
            return BTreeMap::new();
        }
        let people = self.sets.iter().flat_map(|set| &set.file.people);
        let known = people.filter_map(|person| {
            let opens = |phrase: &String| self.opened_by(&person.name, phrase.as_bytes());
            let phrase = super::practice::phrases(&person.name).find(opens)?;
            Some((person.name.clone(), phrase))
        });
        known.collect()
    }

    /// Whether words open somebody's share envelope in custody.toml.
    fn opened_by(&self, person: &str, words: &[u8]) -> bool {
        let secret = SecretBytes::from_slice(words);
        let opens = |set: &Entering| share(&set.file, person, &secret, None).is_ok();
        self.sets.iter().any(opens)
    }

    /// The sets of shares that open, as the file names of their envelopes have them: two while a reshare stands open.
    pub fn sets(&self) -> Vec<String> {
        let ids = self.sets.iter().map(|set| &set.file.set_id);
        ids.map(super::envelopes::set_name).collect()
    }

    /// The public part. While a change stands open it names the people of both sets.
    pub fn bootstrap(&self) -> Bootstrap {
        let mut people: Vec<(String, String, bool)> = Vec::new();
        for person in self.sets.iter().flat_map(|set| &set.file.people) {
            if !people.iter().any(|(name, ..)| *name == person.name) {
                people.push((
                    person.name.clone(),
                    person.role.clone(),
                    person.envelopes.is_some(),
                ));
            }
        }
        let first = self.sets.first().map(|set| &set.file);
        Bootstrap {
            vault_id: first
                .map(|f| super::door::hex(&f.vault_id))
                .unwrap_or_default(),
            profile: self.profile,
            k: first.map_or(0, |f| f.k),
            t: first.map_or(0, |f| f.t),
            people,
            practice: self.practice.get_or_init(|| self.practised()).clone(),
            by_recovery: self.recovery.is_some(),
            recovery: self.declared(),
            unfinished: self.unfinished(),
        }
    }

    fn unfinished(&self) -> Option<String> {
        let mark = self.store.read(vault::UNFINISHED).ok().flatten();
        let k = self.sets.first().map_or(0, |set| set.file.k);
        if mark.is_some() {
            return Some(super::unfinished::told(k));
        }
        if let [old, new] = self.own.as_slice()
            && super::reshare_left::goes_out(old, new)
        {
            return Some(super::reshare_left::told_before_opening(old, new));
        }
        let log = std::io::BufReader::new(self.log()?);
        let begun = super::handed_out::begun(log);
        let set = self.sets.first().filter(|_| begun)?;
        let set = super::envelopes::set_name(&set.file.set_id);
        Some(super::handed_out::told(&set))
    }

    /// The recovery set that the vault declares.
    fn declared(&self) -> Option<(String, u8, u8)> {
        let set = self.own.iter().find_map(|file| file.recovery.as_ref())?;
        Some((set.place.clone(), set.k, set.n))
    }

    /// Who has entered a share.
    pub fn entered(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for (name, _) in self.sets.iter().flat_map(|set| &set.shares) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
    }

    /// How many more custodians are needed: of the set that is nearest to complete, for shares of two sets never
    /// count together.
    pub fn missing(&self) -> usize {
        let missing = self.sets.iter().map(Entering::missing);
        missing.min().unwrap_or_default()
    }

    /// Enters one custodian's share; `envelope` where it lies on the person's own medium: armored text, of several
    /// envelopes one after the other where two sets may count and the medium has both.
    /// Returns how many more custodians are needed.
    ///
    /// # Errors
    /// Wrong passphrase, wrong share, share of an older set, unknown share: each its own sentence. Those who
    /// entered before stay entered; nothing is locked out.
    pub fn enter(
        &mut self,
        person: &str,
        passphrase: &SecretBytes,
        envelope: Option<&str>,
    ) -> Result<usize, Refusal> {
        if self.entered().iter().any(|name| name == person) {
            return Err(Refusal::Custody(format!(
                "{person} has entered a share already; one person counts once. Another custodian is needed."
            )));
        }
        let mut refused = None;
        let mut entered = false;
        let envelopes = envelope.map_or_else(|| vec![None], one_by_one);
        for set in &mut self.sets {
            match share_among(&set.file, person, passphrase, &envelopes) {
                Ok(share) => {
                    set.shares.push((person.to_owned(), share));
                    entered = true;
                }
                // What the present set says comes first, unless only the staged one knows the person.
                Err(refusal) if refused.is_none() || set.file.person(person).is_some() => {
                    refused.get_or_insert(refusal);
                }
                Err(_) => {}
            }
        }
        match refused {
            Some(refusal) if !entered => {
                self.note_unvouched("unlock", &[person], &[]);
                Err(refusal)
            }
            _ => Ok(self.missing()),
        }
    }

    /// The set whose shares are complete and whose identity opens vault.age, with that identity.
    fn in_force(&self) -> Result<(usize, Identity), Refusal> {
        let complete = self
            .sets
            .iter()
            .enumerate()
            .filter(|(_, s)| s.missing() == 0);
        let mut refused = None;
        for (at, set) in complete {
            let identity = set.identity()?;
            if self.sets.len() == 1 || self.opens(&identity)? {
                return Ok((at, identity));
            }
            refused.get_or_insert(at);
        }
        Err(match refused {
            None => self.too_few(),
            Some(0) => Refusal::Custody(
                "The people of this vault were changed, and the change is in force though it was interrupted: the \
                 passphrases of before no longer open it. Nothing was changed; enter with those that were given out \
                 last."
                    .into(),
            ),
            Some(_) => Refusal::Custody(
                "A change of people was interrupted before it was in force: the passphrases that were given out for \
                 it open nothing. Nothing was changed; enter with those of before, and destroy the new envelopes."
                    .into(),
            ),
        })
    }

    fn opens(&self, identity: &Identity) -> Result<bool, Refusal> {
        let file = self.store.read(vault::VAULT).map_err(storage)?;
        Ok(file.is_none_or(|file| vault::open_with(identity, &file).is_ok()))
    }

    fn too_few(&self) -> Refusal {
        let nearest = self.sets.iter().min_by_key(|set| set.missing());
        let (k, have) = nearest.map_or((0, 0), |set| (usize::from(set.file.k), set.shares.len()));
        let mixed = if self.entered().len() > have {
            " Shares of the set of before and of the new one never count together."
        } else {
            ""
        };
        let more = k.saturating_sub(have);
        Refusal::PersonNeeded(format!(
            "{have} of {k} custodians have entered a share; one alone opens nothing.{mixed} Nothing was opened. \
             {more} more {} needed.",
            if more == 1 { "is" } else { "are" }
        ))
    }

    /// Rebuilds V, checks everything, settles what is due, and hands over the session.
    ///
    /// # Errors
    /// Too few custodians; the file is not authentic, older than known, or damaged; the card does not match.
    pub fn finish(
        self,
        environment: Environment,
        witness: Option<&WitnessAnswer>,
    ) -> Result<Session, Refusal> {
        let reason = self.recovery.clone();
        let (mut session, since) = self.assembled(environment, witness)?;
        session.copy = None;
        if let Err(refusal) = session.check_height(witness, &since) {
            session.note_refused_card(witness);
            return Err(refusal);
        }
        session.after_opening()?;
        if let Some(reason) = reason {
            session.note_recovery(&reason)?;
        }
        Ok(session)
    }

    /// Opens a copy that was read into memory, to be restored: how high it stands is for people to judge, and is
    /// part of the act.
    ///
    /// # Errors
    /// As [`Opening::finish`]; the card is not held against the copy.
    pub fn finish_copy(self, environment: Environment) -> Result<Session, Refusal> {
        let reason = self.recovery.clone();
        let (mut session, _) = self.assembled(environment, None)?;
        session.hear()?;
        session.state_folder = None;
        session.which_copy()?;
        session.after_opening()?;
        if let Some(reason) = reason {
            session.note_recovery(&reason)?;
        }
        Ok(session)
    }

    fn assembled(
        self,
        environment: Environment,
        witness: Option<&WitnessAnswer>,
    ) -> Result<(Session, SinceCard), Refusal> {
        let (at, v) = self.in_force()?;
        let set = self.sets.get(at);
        let present = set.map_or_else(Vec::new, |set| {
            set.shares.iter().map(|(name, _)| name.clone()).collect()
        });
        let by = set.filter(|_| self.recovery.is_some());
        let by = by.map(|set| set.file.clone());
        let Self {
            store,
            name,
            profile,
            held,
            ..
        } = self;
        let card = witness.map(|card| card.seq);
        let opened = Book::open(store, &v, environment.wall.now(), card)?;
        let mut session = Session::assemble(
            name,
            profile,
            opened.book,
            opened.state,
            held,
            present,
            environment,
        );
        session.notes = opened.notes;
        if let Some(by) = by {
            session.sit_by_recovery(by)?;
        }
        session.learn_practice();
        session.copy = Some(opened.sealed);
        Ok((session, opened.since))
    }
}
