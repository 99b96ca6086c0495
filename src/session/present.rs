//! People at the session: whose keys are held, whose envelopes are unsealed for one signature.

use std::collections::BTreeMap;

use crate::crypto::SecretBytes;
use crate::crypto::secret_sharing::Share;
use crate::custody::{self, ApprovalKey, By, Person, passphrase};
use crate::vault::{CustodyFile, Envelope, EnvelopeError, Identity};

use super::Session;
use super::command::KeySource;
use super::error::Refusal;
use super::practice;

/// Keys that stay unsealed for the session: rehearsal and unlock file only.
#[derive(Default)]
pub(crate) struct Held {
    /// Signing keys by name.
    pub(crate) keys: BTreeMap<String, HeldKey>,
    /// The use identity.
    pub(crate) use_identity: Option<Box<Identity>>,
    /// Practice passphrases by name: rehearsal only, where they are shown on screen.
    pub(crate) practice: BTreeMap<String, String>,
    /// Passphrases of an unlock file by name, for proving envelopes; never in production.
    pub(crate) phrases: BTreeMap<String, SecretBytes>,
}

/// One held key.
pub(crate) struct HeldKey {
    /// The Ed25519 key.
    pub(crate) key: ApprovalKey,
    /// The custodian's share of the use identity.
    pub(crate) share: Option<Share>,
}

/// A key unsealed for one signature; dropping it wipes it.
pub(crate) struct Unsealed {
    /// The Ed25519 key.
    pub(crate) key: ApprovalKey,
    /// The custodian's share of the use identity.
    pub(crate) share: Option<Share>,
    /// How it was unsealed; it goes into the signed bytes.
    pub(crate) by: By,
}

/// What stays as it was when a passphrase is refused, as the end of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stays {
    /// An act was to be signed.
    Request,
    /// An act was to be asked for: there is no request yet.
    Asking,
    /// A vault is being opened.
    Opening,
    /// The screen is locked.
    Lock,
    /// Evidence was to be signed.
    Evidence,
}

impl Stays {
    const fn words(self) -> &'static str {
        match self {
            Self::Request => "and the request stands",
            Self::Asking => "and nothing was asked yet",
            Self::Opening => "and shares entered before still count",
            Self::Lock => "and the screen stays as it was beneath",
            Self::Evidence => "and nothing was written",
        }
    }
}

/// Whether a refusal is about the words that were typed, and not about the envelope that they were to open.
pub fn is_about_words(refusal: &str) -> bool {
    refusal.starts_with("The passphrase ") || refusal.contains("does not open this envelope")
}

/// Why an envelope did not open. Where to look follows from where it lies: on a medium (`medium`), which may be another
/// one, or in the vault's folder, where only the paper can be.
pub(crate) fn unopened(error: &EnvelopeError, stays: Stays, medium: bool) -> String {
    if let EnvelopeError::Mismatch { field: "custodian" } = error {
        return format!(
            "This envelope is of another person than the one who is asked here. Nothing was opened, {}. Insert the medium of \
             whoever is asked.",
            stays.words()
        );
    }
    if *error != EnvelopeError::WrongPassphrase {
        return error.to_string();
    }
    let look = if medium {
        "Right stick? Right set of envelopes? Every word as on your own paper?"
    } else {
        "Your own paper, and the newest one? Every word as it stands there?"
    };
    format!(
        "The passphrase does not open this envelope. Nothing is locked, there is no limit, {}. {look}",
        stays.words()
    )
}

/// Opens an approval envelope.
pub(crate) fn open_approval(
    file: &CustodyFile,
    name: &str,
    armored: &str,
    passphrase: &SecretBytes,
    (stays, medium): (Stays, bool),
) -> Result<HeldKey, Refusal> {
    let text = utf8(passphrase)?;
    let typed = passphrase::normalise(text);
    let envelope = Envelope::open(file, name, armored.as_bytes(), utf8(&typed)?)
        .map_err(|e| Refusal::Custody(with_help(&unopened(&e, stays, medium), text)))?;
    let key = envelope
        .approval_key()
        .and_then(ApprovalKey::from_raw)
        .ok_or_else(|| {
            Refusal::Custody(
                "This is a share envelope; the approval envelope is needed here.".into(),
            )
        })?;
    Ok(HeldKey {
        key,
        share: envelope.share(),
    })
}

/// A second handle on a held key, for one signature.
fn copy_key(key: &ApprovalKey) -> Result<ApprovalKey, Refusal> {
    ApprovalKey::from_raw(&key.raw())
        .ok_or_else(|| Refusal::Custody("A held signing key is damaged.".into()))
}

/// A passphrase as text.
pub(crate) fn utf8(secret: &SecretBytes) -> Result<&str, Refusal> {
    std::str::from_utf8(secret.expose()).map_err(|_| {
        Refusal::Custody("The passphrase is not text. Nothing is locked; try again.".into())
    })
}

/// The sentence, and which words of the phrase cannot be right (never what they are).
pub(crate) fn with_help(sentence: &str, phrase: &str) -> String {
    // Practice words are spelled right, though few of them are in the list: where one stands, the list is no help.
    let words: Vec<&str> = phrase.split_whitespace().collect();
    let unknown = passphrase::words_not_in_list(phrase);
    // Words of the list are taken in any letters and blanks; others open exactly as they were sealed.
    let otherwise = !unknown.is_empty()
        && words.len() > 1
        && (phrase.chars().any(char::is_uppercase) || phrase.split(' ').any(str::is_empty));
    let sentence = if otherwise {
        format!("{sentence} {TYPED_SO}")
    } else {
        sentence.to_owned()
    };
    let unknown = unknown.into_iter();
    let mut unknown = unknown.filter_map(|at| words.get(at.checked_sub(1)?));
    let practised = unknown.any(|word| practice::is_word(word));
    match passphrase::help(phrase) {
        Some(help) if !practised && words.len() > 1 => {
            format!("{sentence} {help}")
        }
        _ => sentence,
    }
}

/// What whoever typed capital letters or more blanks than one is told: the hint that says so may have made room.
const TYPED_SO: &str = "Type them in lower case, with one space between two and none at the ends.";

impl Session {
    /// A person who serves now.
    pub(crate) fn person(&self, name: &str) -> Result<&Person, Refusal> {
        let seq = self.book.seq();
        self.acting()
            .iter()
            .find(|p| p.name == name && p.serves_at(seq))
            .ok_or_else(|| {
                Refusal::Approval(format!(
                    "{name} is not a person of this vault today. Nothing was changed."
                ))
            })
    }

    /// Unseals a person's key for one signature.
    pub(crate) fn unseal(&self, person: &Person, source: KeySource) -> Result<Unsealed, Refusal> {
        self.unseal_for(Stays::Request, person, source)
    }

    /// The same for whoever asks for an act.
    pub(crate) fn unseal_to_ask(
        &self,
        person: &Person,
        source: KeySource,
    ) -> Result<Unsealed, Refusal> {
        self.unseal_for(Stays::Asking, person, source)
    }

    /// The same for something else that stays as it was where the passphrase is refused.
    fn unseal_for(
        &self,
        stays: Stays,
        person: &Person,
        source: KeySource,
    ) -> Result<Unsealed, Refusal> {
        let name = &person.name;
        let (armored, passphrase, medium) = match source {
            KeySource::Held => return self.held(name),
            KeySource::Passphrase(passphrase) => {
                (self.envelope_on_record(name)?, passphrase, false)
            }
            KeySource::Envelope(armored, passphrase) => (armored, passphrase, true),
        };
        let opened = self.open_approval_of(name, &armored, &passphrase, (stays, medium))?;
        if opened.key.public() != person.approval_key {
            return Err(Refusal::Custody(format!(
                "The key in this envelope is not the one this vault knows for {name}. Nothing was signed; the request \
                 still stands. Is it the present envelope, not an older one?"
            )));
        }
        Ok(Unsealed {
            key: opened.key,
            share: opened.share,
            by: By::Terminal,
        })
    }

    /// Opens an approval envelope of the set in force or, while a reshare stands open, of the new one.
    fn open_approval_of(
        &self,
        name: &str,
        armored: &str,
        passphrase: &SecretBytes,
        told: (Stays, bool),
    ) -> Result<HeldKey, Refusal> {
        let custody = self.book.custody_of(name);
        open_approval(custody, name, armored, passphrase, told).or_else(|refusal| {
            match self.open_reshare()? {
                Some(open) => open_approval(open.file(), name, armored, passphrase, told),
                None => Err(refusal),
            }
        })
    }

    /// Wipes every signing key that is held for the session: from now on people sign by passphrase.
    pub fn forget_keys(&mut self) {
        self.held.keys.clear();
        self.held.use_identity = None;
        self.held.phrases.clear();
    }

    /// Writes down that the screen was locked or unlocked, and by whom, and seals it.
    ///
    /// # Errors
    /// The line could not be written; what is committed stands.
    pub fn note_lock(&mut self, locked: bool, who: Vec<String>) -> Result<(), Refusal> {
        self.stands()?;
        let op = if locked { "lock" } else { "unlock" };
        let note = super::transition::Transition::note(op, who);
        self.book
            .line(crate::evidence::audit::Kind::Noted, &note, self.now())
            .inspect_err(|refusal| self.broken = Some(refusal.to_string()))?;
        self.seal_audit()
    }

    /// Whether a custodian who is present can unseal the own envelope; nothing is signed and nothing is kept.
    ///
    /// # Errors
    /// Nobody of that name is present as custodian; the passphrase or the envelope is not theirs.
    pub fn recognise(&mut self, name: &str, source: KeySource) -> Result<(), Refusal> {
        let known = self.is_present(name, source);
        if let Err(refusal) = &known {
            // Whoever tries words at a locked screen is on record, as at an opening; what was typed is not.
            let why = custody::passphrase::without_help(&refusal.to_string()).to_owned();
            let note = super::transition::Transition::note("unlock", vec![name.to_owned()])
                .with("result", "refused")
                .with("reason", why);
            self.note_refused(&note);
        }
        known
    }

    fn is_present(&self, name: &str, source: KeySource) -> Result<(), Refusal> {
        let person = self.person(name)?;
        if person.role != custody::Role::Custodian || !self.present.iter().any(|p| p == name) {
            return Err(Refusal::Approval(format!(
                "{name} is not a custodian who is present at this session. Nothing was changed; one of those who \
                 opened the vault is asked."
            )));
        }
        self.unseal_for(Stays::Lock, person, source).map(drop)
    }

    fn held(&self, name: &str) -> Result<Unsealed, Refusal> {
        let held = self.held.keys.get(name).ok_or_else(|| {
            Refusal::PersonNeeded(format!(
                "{name} must sign this by passphrase, and nobody can be asked here. Nothing was changed."
            ))
        })?;
        let share = held.share.as_ref().map(|share| Share {
            index: share.index,
            threshold: share.threshold,
            value: share.value.clone(),
        });
        let key = copy_key(&held.key)?;
        Ok(Unsealed {
            key,
            share,
            by: By::UnlockFile,
        })
    }

    pub(super) fn envelope_on_record(&self, name: &str) -> Result<String, Refusal> {
        self.book
            .custody_of(name)
            .person(name)
            .and_then(|p| p.envelopes.as_ref())
            .map(|e| e.approval.clone())
            .ok_or_else(|| {
                Refusal::Custody(format!(
                    "The approval envelope of {name} is not in the vault's folder: it is on {name}'s own medium. \
                     Nothing was changed. Insert the medium and choose the file."
                ))
            })
    }

    /// Rehearsal only: the practice passphrase of a person, to be shown and filled in by F5.
    pub fn practice_passphrase(&self, person: &str) -> Option<String> {
        self.held.practice.get(person).cloned()
    }

    /// Rehearsal only: finds out whose envelopes open with the words that are shown to everybody who practises.
    pub(crate) fn learn_practice(&mut self) {
        if self.profile != super::Profile::Rehearsal {
            return;
        }
        let holders = self.practised_holders();
        if self.automatic() {
            let phrase = |text: &str| SecretBytes::from_slice(text.as_bytes());
            let known = holders
                .into_iter()
                .map(|(name, text)| (name, phrase(&text)));
            self.held.phrases.extend(known);
            return;
        }
        let people = self.acting().iter();
        let known = people.filter_map(|person| {
            let phrase = self.last_practice_phrase(&person.name)?;
            let source = KeySource::Passphrase(SecretBytes::from_slice(phrase.as_bytes()));
            self.unseal(person, source).ok()?;
            Some((person.name.clone(), phrase))
        });
        self.held.practice = known.chain(holders).collect();
    }

    /// Holders of the recovery set whose envelopes open with the words that are shown to everybody who practises.
    fn practised_holders(&self) -> Vec<(String, String)> {
        let Some(file) = self.book.whole_custody().of_recovery() else {
            return Vec::new();
        };
        let opens = |name: &str, text: &String| {
            let phrase = SecretBytes::from_slice(text.as_bytes());
            let envelopes = file.person(name).and_then(|p| p.envelopes.as_ref());
            envelopes.is_some_and(|e| {
                open_approval(&file, name, &e.approval, &phrase, (Stays::Opening, false)).is_ok()
            })
        };
        let known = practice::HOLDERS.iter().filter_map(|(name, _)| {
            let text = self.last_practice_phrase(name)?;
            opens(name, &text).then(|| ((*name).to_owned(), text))
        });
        known.collect()
    }

    /// The passphrase with which a person proves envelopes where nobody types.
    pub(crate) fn held_phrase(&self, person: &str) -> Option<SecretBytes> {
        let held = self.held.phrases.get(person);
        held.map(|phrase| SecretBytes::from_slice(phrase.expose()))
            .or_else(|| {
                Some(SecretBytes::new(
                    self.practice_passphrase(person)?.into_bytes(),
                ))
            })
    }

    /// The passphrase that a person is given where nobody is there to write it down: in a rehearsal alone, where it
    /// protects nothing. Practice people get other words with every set. Whoever is none keeps, where keys are held, the
    /// words of the unlock file, because nobody is there to enter others into it.
    pub(crate) fn new_practice_phrase(&self, person: &str) -> Option<SecretBytes> {
        if self.profile != super::Profile::Rehearsal {
            return None;
        }
        match practice::phrase_after(person, self.enrolled_so_often(person)) {
            Some(phrase) => Some(SecretBytes::new(phrase.into_bytes())),
            None if self.automatic() => self.held_phrase(person),
            None => None,
        }
    }

    /// The practice passphrase of the newest set that somebody is in.
    fn last_practice_phrase(&self, person: &str) -> Option<String> {
        practice::phrase_after(person, self.enrolled_so_often(person).checked_sub(1)?)
    }

    /// In how many sets somebody has been by now.
    fn enrolled_so_often(&self, person: &str) -> usize {
        let holders = self.state.recovery.iter().flat_map(|set| &set.people);
        let were = self.state.people.iter().chain(holders);
        were.filter(|p| p.name == person).count()
    }

    /// People present sign the heads and a text.
    pub(crate) fn sign_off(
        &mut self,
        text: &str,
        people: Vec<(String, KeySource)>,
    ) -> Result<super::Outcome, Refusal> {
        let unsealed = self.unseal_all(people)?;
        self.sign_heads(text, unsealed)
    }

    /// Unseals a key for each of several people: whoever cannot sign is found before anything is written.
    pub(crate) fn unseal_all(
        &self,
        people: Vec<(String, KeySource)>,
    ) -> Result<Vec<(String, Unsealed)>, Refusal> {
        let unseal = |(name, source): (String, KeySource)| {
            let unsealed = self.unseal_for(Stays::Evidence, self.person(&name)?, source)?;
            Ok((name, unsealed))
        };
        people.into_iter().map(unseal).collect()
    }

    /// The heads as they are now and a text, signed with keys that were unsealed for it.
    pub(crate) fn sign_heads(
        &mut self,
        text: &str,
        people: Vec<(String, Unsealed)>,
    ) -> Result<super::Outcome, Refusal> {
        let statement = custody::Statement::Head {
            vault_id: self.book.vault_id().to_owned(),
            epoch: self.book.epoch().to_owned(),
            seq: self.book.seq(),
            state_head: self.book.state_head(),
            audit_count: self.book.audit_head().count,
            audit_head: self.book.audit_head().hash,
        };
        let signatures: Vec<_> = people
            .iter()
            .map(|(name, unsealed)| statement.sign(&unsealed.key, name, unsealed.by))
            .collect();
        drop(people);
        let who: Vec<String> = signatures.iter().map(|s| s.name.clone()).collect();
        let head = super::door::hex(&self.book.audit_head().hash);
        let note = super::transition::Transition::note("sign-off", who.clone())
            .with("statement", statement.to_json())
            .with("text", text.to_owned())
            .with("signatures", serde_json::json!(signatures));
        let state = self.state.clone();
        self.commit(state, &[note], false)?;
        Ok(super::Outcome::SignedOff { who, head })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_helps_nobody_who_types_practice_words() {
        // "arrow" is a practice word that is not in the list, and it is right.
        assert_eq!(
            with_help("It does not open.", "apple arroww arrow"),
            "It does not open."
        );
        assert!(with_help("It does not open.", "abacus zooom").contains("Word 2 is not"));
    }

    /// Capital letters and two blanks: "does not open", and the line that says how words are typed had made room for it.
    #[test]
    fn whoever_types_words_otherwise_than_they_are_typed_hears_it() {
        for typed in ["Apple arrow", "apple  arrow", "apple arrow "] {
            let told = with_help("It does not open.", typed);
            assert_eq!(told, format!("It does not open. {TYPED_SO}"), "{typed:?}");
        }
        // These open as if they were typed so.
        assert_eq!(
            with_help("It does not open.", "Abacus  abdomen"),
            "It does not open."
        );
    }

    /// The moment of the stick, word for word: what stands as it was, and where to look.
    #[test]
    fn a_refused_passphrase_of_an_envelope_on_a_stick() {
        assert_eq!(
            unopened(&EnvelopeError::WrongPassphrase, Stays::Request, true),
            "The passphrase does not open this envelope. Nothing is locked, there is no limit, and the request stands. \
             Right stick? Right set of envelopes? Every word as on your own paper?"
        );
    }
}
