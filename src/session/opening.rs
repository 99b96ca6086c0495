//! Opening a vault: custodians in turn, each with a share, until k are there.

use crate::api::Clock as _;
use crate::crypto::SecretBytes;
use crate::crypto::secret_sharing::{self, Share};
use crate::custody::{Role, UnlockFile, passphrase, words};
use crate::evidence::audit::{self, Event, Kind};
use crate::os::WallClock;
use crate::vault::{self, CustodyFile, Envelope, HighWater, Identity, Store, read_custody};

use super::book::{Book, storage, vault_refusal};
use super::error::Refusal;
use super::present::{Held, HeldKey, open_approval, utf8, with_help};
use super::transition::Transition;
use super::{Environment, Profile, Session};

/// A vault being opened. Dropping it wipes the shares entered so far and frees the lock.
pub struct Opening {
    store: Box<dyn Store>,
    name: String,
    file: CustodyFile,
    profile: Profile,
    shares: Vec<(String, Share)>,
    held: Held,
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
    /// Name, role, and whether an envelope is in the vault's folder (else it is on the person's own medium).
    pub people: Vec<(String, String, bool)>,
}

/// What the witness's card says, for production.
#[derive(Debug, Clone)]
pub struct WitnessAnswer {
    /// Sequence number on the card.
    pub seq: u64,
    /// The six words.
    pub words: String,
}

impl Opening {
    /// Takes the lock and reads the public part. `name` is what people call the vault.
    ///
    /// # Errors
    /// No vault here; another keymoot holds it; damaged custody.toml.
    pub fn begin(mut store: Box<dyn Store>, name: &str) -> Result<Self, Refusal> {
        let file = read_custody(&*store).map_err(vault_refusal)?.current;
        store.try_lock().map_err(storage)?;
        let profile = file.profile;
        Ok(Self {
            store,
            name: name.to_owned(),
            file,
            profile,
            shares: Vec::new(),
            held: Held::default(),
        })
    }

    /// The public part.
    pub fn bootstrap(&self) -> Bootstrap {
        let people = self
            .file
            .people
            .iter()
            .map(|p| (p.name.clone(), p.role.clone(), p.envelopes.is_some()));
        Bootstrap {
            vault_id: super::door::hex(&self.file.vault_id),
            profile: self.profile,
            k: self.file.k,
            people: people.collect(),
        }
    }

    /// Who has entered a share.
    pub fn entered(&self) -> Vec<String> {
        self.shares.iter().map(|(name, _)| name.clone()).collect()
    }

    /// How many more custodians are needed.
    pub fn missing(&self) -> usize {
        usize::from(self.file.k).saturating_sub(self.shares.len())
    }

    /// Enters one custodian's share; `envelope` where it lies on the person's own medium.
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
        if self.shares.iter().any(|(name, _)| name == person) {
            return Err(Refusal::Custody(format!(
                "{person} has entered a share already; one person counts once. Another custodian is needed."
            )));
        }
        let share = self
            .share(person, passphrase, envelope)
            .inspect_err(|_| self.note_failure(person))?;
        self.shares.push((person.to_owned(), share));
        Ok(self.missing())
    }

    fn share(
        &self,
        person: &str,
        secret: &SecretBytes,
        envelope: Option<&str>,
    ) -> Result<Share, Refusal> {
        let on_record = self.file.person(person).ok_or_else(|| {
            Refusal::Custody(format!(
                "{person} is not a person of this vault. Nothing was opened."
            ))
        })?;
        if on_record.role != Role::Custodian.word() {
            return Err(Refusal::Custody(format!(
                "{person} is {} and holds no share. Nothing was opened; a custodian enters a share.",
                on_record.role
            )));
        }
        let armored = envelope
            .or_else(|| on_record.envelopes.as_ref().and_then(|e| e.share.as_deref()))
            .ok_or_else(|| {
                Refusal::Custody(format!(
                    "The share envelope of {person} is not in the vault's folder: it is on {person}'s own medium. \
                     Insert the medium and choose the file."
                ))
            })?;
        let typed = passphrase::normalise(utf8(secret)?);
        let envelope = Envelope::open(&self.file, person, armored.as_bytes(), utf8(&typed)?)
            .map_err(|e| {
                Refusal::Custody(with_help(&e.to_string(), utf8(secret).unwrap_or_default()))
            })?;
        if envelope.approval_key().is_some() {
            return Err(Refusal::Custody(format!(
                "This is the approval envelope of {person}; opening takes the share envelope. Nothing was opened."
            )));
        }
        envelope.share().ok_or_else(|| {
            Refusal::Custody("There is no share in this envelope. Nothing was opened.".into())
        })
    }

    /// A failed unlock leaves a line without a key: it vouches for nothing, but it is there.
    fn note_failure(&mut self, person: &str) {
        let vault_id = super::door::hex(&self.file.vault_id);
        let Ok(log) = self.store.reader(vault::AUDIT) else {
            return;
        };
        let log: Box<dyn std::io::Read + Send> = log.unwrap_or_else(|| Box::new(std::io::empty()));
        let Ok(mut chain) = audit::last_head(std::io::BufReader::new(log), &vault_id) else {
            return;
        };
        let event = Event::new(WallClock.now(), Kind::Unvouched, "unlock")
            .by([person.to_owned()])
            .with("result", "refused");
        // Were the medium full, the refusal itself still stands on screen.
        let _ = self
            .store
            .append(vault::AUDIT, &chain.append_unvouched(event));
    }

    /// Enters everybody of an unlock file and holds their signing keys (rehearsal and test only).
    ///
    /// # Errors
    /// As [`Opening::enter`]; production refuses.
    pub fn enter_unlock_file(&mut self, json: &[u8]) -> Result<(), Refusal> {
        if self.profile == Profile::Production {
            return Err(Refusal::Profile(
                "A production vault is opened by people at the terminal, never by an unlock file. Nothing was opened."
                    .into(),
            ));
        }
        let file = UnlockFile::parse(json).map_err(|e| Refusal::Custody(e.to_string()))?;
        for person in &file.custodians {
            self.enter(&person.name, &person.passphrase, None)
                .map_err(|refusal| named(&person.name, refusal))?;
        }
        let others = [&file.administrator, &file.witness];
        for person in file.custodians.iter().chain(others) {
            let Some(envelopes) = self
                .file
                .person(&person.name)
                .and_then(|p| p.envelopes.as_ref())
            else {
                continue;
            };
            let key = open_approval(
                &self.file,
                &person.name,
                &envelopes.approval,
                &person.passphrase,
            )
            .map_err(|refusal| named(&person.name, refusal))?;
            self.held.keys.insert(person.name.clone(), key);
        }
        self.held.use_identity = self.rebuild_use_identity()?;
        Ok(())
    }

    fn rebuild_use_identity(&self) -> Result<Option<Box<Identity>>, Refusal> {
        let shares: Vec<Share> = self.held.keys.values().filter_map(copy_share).collect();
        let t = usize::from(self.file.t);
        let Some(enough) = shares.get(..t) else {
            return Ok(None);
        };
        let raw = secret_sharing::combine(enough).map_err(|e| Refusal::Custody(e.to_string()))?;
        let identity = Identity::from_raw(raw).map_err(|e| Refusal::Custody(e.to_string()))?;
        if identity.recipient() != self.file.recipients.use_ {
            return Err(Refusal::Custody(
                "The use shares do not rebuild the identity on record: custody.toml was altered. Nothing was opened."
                    .into(),
            ));
        }
        Ok(Some(Box::new(identity)))
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
        let Self {
            store,
            name,
            file,
            profile,
            shares,
            held,
        } = self;
        let k = usize::from(file.k);
        let present: Vec<String> = shares.iter().map(|(name, _)| name.clone()).collect();
        let Some(enough) = shares.get(..k) else {
            let have = shares.len();
            return Err(Refusal::PersonNeeded(format!(
                "{have} of {k} custodians have entered a share; one alone opens nothing. Nothing was opened. {} more \
                 {} needed.",
                k - have,
                if k - have == 1 { "is" } else { "are" }
            )));
        };
        let enough: Vec<Share> = enough.iter().map(|(_, share)| copy(share)).collect();
        let raw = secret_sharing::combine(&enough).map_err(|e| Refusal::Custody(e.to_string()))?;
        let v = Identity::from_raw(raw).map_err(|e| Refusal::Custody(e.to_string()))?;
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
        session.check_height(witness, opened.card_head)?;
        session.after_opening()?;
        Ok(session)
    }
}

/// Says whose entry of an unlock file was refused.
fn named(name: &str, refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Custody(text) if !text.contains(name) => {
            Refusal::Custody(format!("{name}: {text}"))
        }
        other => other,
    }
}

fn copy(share: &Share) -> Share {
    Share {
        index: share.index,
        threshold: share.threshold,
        value: share.value.clone(),
    }
}

fn copy_share(held: &HeldKey) -> Option<Share> {
    held.share.as_ref().map(copy)
}

impl Session {
    /// The workstation's memory and the witness's card: is this the latest copy?
    fn check_height(
        &mut self,
        witness: Option<&WitnessAnswer>,
        card_head: Option<[u8; 32]>,
    ) -> Result<(), Refusal> {
        let seq = self.book.seq();
        if let Some(folder) = &self.state_folder {
            let water = HighWater::load(folder).map_err(|e| Refusal::Vault(e.to_string()))?;
            let known = water.seen(&self.book.vault().header().vault_id);
            if let Some(card) = known.filter(|card| card.seq > seq) {
                return Err(older(card.seq, seq));
            }
            if known.is_some_and(|card| card.seq == seq && card.head != self.book.state_head()) {
                return Err(Refusal::Vault(
                    "This vault has the sequence number this workstation knows, but another history: it is a fork. \
                     It was not opened and nothing was changed. Stop, and find the vault that the last ceremony left."
                        .into(),
                ));
            }
        }
        match witness {
            None if self.profile == Profile::Production => Err(Refusal::PersonNeeded(
                "The witness reads sequence number and words from the last witness card before a production vault is \
                 opened. Nothing was changed."
                    .into(),
            )),
            None => Ok(()),
            Some(card) => self.check_card(card, card_head),
        }
    }

    /// The card's words must be those of this vault's own history at the card's sequence number. An older card of
    /// the same chain is no rollback: the changes since are told.
    fn check_card(
        &mut self,
        card: &WitnessAnswer,
        card_head: Option<[u8; 32]>,
    ) -> Result<(), Refusal> {
        let seq = self.book.seq();
        if card.seq > seq {
            return Err(older(card.seq, seq));
        }
        let typed = words::parse(&card.words).map_err(|e| Refusal::Custody(e.to_string()))?;
        let head = if card.seq == seq {
            Some(self.book.state_head())
        } else {
            card_head
        };
        if head.is_none_or(|head| head.get(..6) != Some(typed.as_slice())) {
            return Err(Refusal::Custody(format!(
                "The words on the card are not those of this vault at sequence {}. Check the typing first; if the \
                 words are right, this vault has another history than the card: stop. It was not opened and \
                 nothing was changed.",
                card.seq
            )));
        }
        let since = seq - card.seq;
        if since > 0 {
            self.notes.push(format!(
                "the witness card is older by {since} changes, and they all follow from it"
            ));
        }
        Ok(())
    }

    /// Restores ordinals, settles what is due, seals the opening.
    fn after_opening(&mut self) -> Result<(), Refusal> {
        if let Some(run) = self
            .state
            .runs
            .iter()
            .rev()
            .find(|run| run.outcome.is_none())
        {
            self.entropy.restore_ordinals(run.ordinals.clone());
        }
        self.settle_due()?;
        for arn in &self.destroyed {
            self.notes.push(format!(
                "{arn}: its deletion window ended; the key was destroyed now"
            ));
        }
        let opened = Transition::note("open", self.present.clone()).with("seq", self.book.seq());
        self.book.line(Kind::Opened, &opened, self.now())?;
        self.seal_audit()?;
        self.remember_height();
        Ok(())
    }

    /// Raises the workstation's memory of the highest state; were it unwritable, the vault is still whole.
    pub(crate) fn remember_height(&mut self) {
        if self.profile == Profile::Rehearsal {
            return;
        }
        let Some(folder) = &self.state_folder else {
            return;
        };
        let card = vault::WitnessCard {
            vault_id: self.book.vault().header().vault_id,
            seq: self.book.seq(),
            head: self.book.state_head(),
        };
        if let Err(error) = HighWater::load(folder).and_then(|mut water| water.raise(card)) {
            self.notes.push(error.to_string());
        }
    }
}

fn older(known: u64, found: u64) -> Refusal {
    Refusal::Vault(format!(
        "This is an older copy of the vault: it stands at sequence {found}, and {known} is known. It was not opened \
         and nothing was changed. Find the latest copy; an older one opens only as a recorded exception."
    ))
}
