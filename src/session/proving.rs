//! Proving shares: each person's envelopes are opened and held against the published commitments, one by one.

use std::collections::{BTreeMap, BTreeSet};

use crate::crypto::SecretBytes;
use crate::crypto::secret_sharing::{self, Share};
use crate::custody::{Role, UnlockFile, passphrase};
use crate::vault::{CustodyFile, CustodyPerson, Envelope, Identity};

use super::error::Refusal;
use super::present::{utf8, with_help};

/// What one person brings to the table.
pub struct Hand {
    /// The person.
    pub name: String,
    /// The passphrase of their envelopes.
    pub passphrase: SecretBytes,
    /// The share envelope, armored, where it lies on the person's own medium.
    pub share: Option<String>,
    /// The approval envelope, armored, where it lies on the person's own medium.
    pub approval: Option<String>,
}

impl Hand {
    /// Everybody of an unlock file (rehearsal and test).
    ///
    /// # Errors
    /// It is no unlock file.
    pub fn of_unlock_file(json: &[u8]) -> Result<Vec<Self>, Refusal> {
        let file = UnlockFile::parse(json).map_err(|e| Refusal::Custody(e.to_string()))?;
        let hand = |person: &crate::custody::UnlockPerson| Self {
            name: person.name.clone(),
            passphrase: SecretBytes::from_slice(person.passphrase.expose()),
            share: None,
            approval: None,
        };
        Ok(file.people().map(hand).collect())
    }
}

impl Hand {
    /// People who prove with the words they were just given, where the envelopes lie in the vault's folder.
    pub(crate) fn with_words(words: &[(String, SecretBytes)]) -> Vec<Self> {
        let hand = |(name, passphrase): &(String, SecretBytes)| Self {
            name: name.clone(),
            passphrase: SecretBytes::from_slice(passphrase.expose()),
            share: None,
            approval: None,
        };
        words.iter().map(hand).collect()
    }
}

/// Both envelopes of one person, opened.
pub(crate) struct Opened {
    /// The share of V, of custodians.
    pub(crate) share: Option<Share>,
    /// The share of U, of custodians.
    pub(crate) use_share: Option<Share>,
    /// The Ed25519 seed.
    pub(crate) approval_key: SecretBytes,
}

/// Opens both envelopes of a person and holds every member and share against the public file.
pub(crate) fn open_hand(file: &CustodyFile, hand: &Hand) -> Result<Opened, Refusal> {
    let name = &hand.name;
    let person = file.person(name).ok_or_else(|| {
        Refusal::Custody(format!(
            "{name} is not a person of this set. Nothing was opened or changed."
        ))
    })?;
    let known = person.envelopes.as_ref();
    let approval = hand
        .approval
        .as_deref()
        .or_else(|| known.map(|e| e.approval.as_str()));
    let approval = open(file, hand, approval, "approval")?;
    let (Some(seed), use_share) = (approval.approval_key(), approval.share()) else {
        return Err(swapped(name, "approval"));
    };
    let approval_key = SecretBytes::from_slice(seed.expose());
    let share = if person.index.is_some() {
        let share = hand
            .share
            .as_deref()
            .or_else(|| known.and_then(|e| e.share.as_deref()));
        let share = open(file, hand, share, "share")?;
        if share.approval_key().is_some() {
            return Err(swapped(name, "share"));
        }
        share.share()
    } else {
        None
    };
    Ok(Opened {
        share,
        use_share,
        approval_key,
    })
}

fn open(
    file: &CustodyFile,
    hand: &Hand,
    armored: Option<&str>,
    kind: &str,
) -> Result<Envelope, Refusal> {
    let name = &hand.name;
    let armored = armored.ok_or_else(|| {
        Refusal::Custody(format!(
            "The {kind} envelope of {name} is not in the vault's folder: it is on {name}'s own medium. Insert the \
             medium and choose the file."
        ))
    })?;
    let text = utf8(&hand.passphrase)?;
    let typed = passphrase::normalise(text);
    Envelope::open(file, name, armored.as_bytes(), utf8(&typed)?)
        .map_err(|e| Refusal::Custody(with_help(&e.to_string(), text)))
}

fn swapped(name: &str, kind: &str) -> Refusal {
    Refusal::Custody(format!(
        "This is not the {kind} envelope of {name} but the other one. Nothing was opened or changed; insert the \
         right file."
    ))
}

/// Who of a set has proven what they hold, and who has not yet.
pub struct Proving {
    file: CustodyFile,
    who: Vec<String>,
    proven: BTreeSet<String>,
    failed: BTreeMap<String, String>,
    /// What was opened, kept until the set is complete; nothing in a drill.
    kept: Option<Vec<Kept>>,
    /// How many are enough; absent: everybody.
    enough: Option<usize>,
}

/// What one person's envelopes held, and the passphrase that seals the next ones; wiped when dropped.
pub(crate) struct Kept {
    /// Whose.
    pub(crate) name: String,
    /// What was in them.
    pub(crate) opened: Opened,
    /// What opened them.
    pub(crate) passphrase: SecretBytes,
}

impl Proving {
    /// Custodians of the set in force prove their shares, and after them whoever holds none may prove the own approval
    /// envelope; nothing is kept.
    pub(crate) fn drill(file: CustodyFile) -> Self {
        let mut proving = Self::begin(file, |_| true, None);
        let file = &proving.file;
        let shares = |name: &String| file.person(name).is_some_and(|p| p.index.is_some());
        let (mut who, beside): (Vec<String>, Vec<String>) =
            proving.who.iter().cloned().partition(shares);
        who.extend(beside);
        proving.who = who;
        proving
    }

    /// Everybody proves; what they bring is kept until the identities were rebuilt from it.
    pub(crate) fn everybody(file: CustodyFile) -> Self {
        Self::begin(file, |_| true, Some(Vec::new()))
    }

    /// As many custodians prove as open and use; what they bring is kept until the identities were rebuilt from it.
    pub(crate) fn enough(file: CustodyFile) -> Self {
        let enough = usize::from(file.k.max(file.t));
        let custodian = |p: &CustodyPerson| p.role == Role::Custodian.word();
        Self {
            enough: Some(enough),
            ..Self::begin(file, custodian, Some(Vec::new()))
        }
    }

    /// How many have to prove before what they brought is used.
    pub(crate) fn needed(&self) -> usize {
        self.enough.unwrap_or(self.who.len())
    }

    /// Whether enough have proven.
    pub(crate) fn is_complete(&self) -> bool {
        self.proven.len() >= self.needed()
    }

    fn begin(
        file: CustodyFile,
        who: impl Fn(&CustodyPerson) -> bool,
        kept: Option<Vec<Kept>>,
    ) -> Self {
        let who = file
            .people
            .iter()
            .filter(|p| who(p))
            .map(|p| p.name.clone())
            .collect();
        Self {
            file,
            who,
            proven: BTreeSet::new(),
            failed: BTreeMap::new(),
            kept,
            enough: None,
        }
    }

    /// The public file that is proven.
    pub(crate) const fn file(&self) -> &CustodyFile {
        &self.file
    }

    /// The set that is proven, as the file names of its envelopes have it.
    pub fn sets(&self) -> Vec<String> {
        vec![super::envelopes::set_name(&self.file.set_id)]
    }

    /// Everybody who should prove, in order.
    pub fn who(&self) -> &[String] {
        &self.who
    }

    /// Who has proven, in order.
    pub fn proven(&self) -> Vec<String> {
        let has = |name: &&String| self.proven.contains(*name);
        self.who.iter().filter(has).cloned().collect()
    }

    /// Who has not, in order.
    pub fn missing(&self) -> Vec<String> {
        let has_not = |name: &&String| !self.proven.contains(*name);
        self.who.iter().filter(has_not).cloned().collect()
    }

    /// Who tried and did not succeed yet, with the last reason.
    pub const fn failed(&self) -> &BTreeMap<String, String> {
        &self.failed
    }

    /// Whether a person holds a share (and so has two envelopes).
    pub fn holds_share(&self, name: &str) -> bool {
        self.file.person(name).is_some_and(|p| p.index.is_some())
    }

    /// One person proves both envelopes. Nothing is locked out: the same person may try again.
    ///
    /// # Errors
    /// What does not open or does not agree, each its own sentence. What others proved stands.
    pub fn prove(&mut self, hand: &Hand) -> Result<(), Refusal> {
        if !self.who.contains(&hand.name) {
            return Err(Refusal::Usage(format!(
                "{} has nothing to prove here. Nothing was changed; those who have are {}.",
                hand.name,
                self.who.join(", ")
            )));
        }
        let opened = match open_hand(&self.file, hand) {
            Ok(opened) => opened,
            Err(refusal) => {
                self.failed.insert(hand.name.clone(), refusal.to_string());
                return Err(refusal);
            }
        };
        self.failed.remove(&hand.name);
        let first = self.proven.insert(hand.name.clone());
        if let (true, Some(kept)) = (first, &mut self.kept) {
            kept.push(Kept {
                name: hand.name.clone(),
                opened,
                passphrase: SecretBytes::from_slice(hand.passphrase.expose()),
            });
        }
        Ok(())
    }

    /// The identities of a complete set, from its first shares; the last ones must make the same.
    pub(crate) fn identities(&self) -> Result<(Identity, Identity), Refusal> {
        let missing = self.missing();
        if let Some(enough) = self.enough.filter(|_| !self.is_complete()) {
            return Err(Refusal::Approval(format!(
                "{} of {enough} custodians have proven their envelopes, and both identities take {enough}. The sets in \
                 force stay; nothing was changed.",
                self.proven.len()
            )));
        }
        if self.enough.is_none() && !missing.is_empty() {
            return Err(Refusal::Approval(format!(
                "{} have not proven their envelopes, and everybody must. The set in force stays; nothing was changed.",
                missing.join(", ")
            )));
        }
        let kept = self.kept();
        let opens: Vec<&Share> = kept
            .iter()
            .filter_map(|k| k.opened.share.as_ref())
            .collect();
        let uses: Vec<&Share> = kept
            .iter()
            .filter_map(|k| k.opened.use_share.as_ref())
            .collect();
        let recipients = &self.file.recipients;
        Ok((
            agreed(&opens, self.file.k, &recipients.open)?,
            agreed(&uses, self.file.t, &recipients.use_)?,
        ))
    }

    /// What was kept.
    pub(crate) fn kept(&self) -> &[Kept] {
        self.kept.as_deref().unwrap_or_default()
    }
}

/// The identity that the first `least` shares make, if the last ones make it too and it is the one on record.
fn agreed(shares: &[&Share], least: u8, recipient: &str) -> Result<Identity, Refusal> {
    let least = usize::from(least);
    let from_first = rebuilt(shares.get(..least).unwrap_or_default())?;
    let from_last = rebuilt(
        shares
            .get(shares.len().saturating_sub(least)..)
            .unwrap_or_default(),
    )?;
    if from_first.recipient() != recipient || from_last.recipient() != recipient {
        return Err(Refusal::Custody(
            "The shares do not make the identity on record. The set in force stays and nothing was changed; if these \
             are new envelopes, destroy them and begin again."
                .into(),
        ));
    }
    Ok(from_first)
}

/// The identity that shares make.
pub(crate) fn rebuilt(shares: &[&Share]) -> Result<Identity, Refusal> {
    let shares: Vec<Share> = shares
        .iter()
        .map(|share| Share {
            index: share.index,
            threshold: share.threshold,
            value: share.value.clone(),
        })
        .collect();
    let raw = secret_sharing::combine(&shares).map_err(|e| Refusal::Custody(e.to_string()))?;
    Identity::from_raw(raw).map_err(|e| Refusal::Custody(e.to_string()))
}
