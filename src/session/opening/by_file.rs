//! Opening by an unlock file (rehearsal and test): everybody in it enters, and their signing keys are held.

use crate::crypto::SecretBytes;
use crate::crypto::secret_sharing::{self, Share};
use crate::custody::UnlockFile;
use crate::vault::{CustodyFile, Identity};

use super::{Opening, share};
use crate::session::error::Refusal;
use crate::session::present::{HeldKey, Stays, open_approval};
use crate::session::{Profile, practice};

/// What a practice person types, set after set.
fn words_of(name: &str) -> impl Iterator<Item = SecretBytes> {
    practice::phrases(name).map(|words| SecretBytes::new(words.into_bytes()))
}

impl Opening {
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
            if self.was_replaced(&person.name) {
                continue;
            }
            let words = self.words_now(&person.name, &person.passphrase, |words| {
                self.opened_by(&person.name, words.expose())
            });
            self.enter(&person.name, &words, None)
                .map_err(|refusal| named(&person.name, refusal))?;
            self.enter_practised(&person.name, &person.passphrase);
        }
        let Ok((at, _)) = self.in_force() else {
            // Too few: finishing says so.
            return Ok(());
        };
        let Some(set) = self.sets.get(at).map(|set| set.file.clone()) else {
            return Ok(());
        };
        let others = [&file.administrator, &file.witness];
        for person in file.custodians.iter().chain(others) {
            let of = std::iter::once(&set).chain(&self.own);
            let of = of
                .filter(|file| file.person(&person.name).is_some())
                .collect::<Vec<_>>();
            let Some(of) = of.first() else {
                continue;
            };
            let Some(envelopes) = of.person(&person.name).and_then(|p| p.envelopes.as_ref()) else {
                continue;
            };
            let open = |words: &SecretBytes| {
                let (name, envelope) = (&person.name, &envelopes.approval);
                open_approval(of, name, envelope, words, (Stays::Opening, false))
            };
            let words = self.words_now(&person.name, &person.passphrase, |w| open(w).is_ok());
            let key = open(&words).map_err(|refusal| named(&person.name, refusal))?;
            self.held.keys.insert(person.name.clone(), key);
            self.held.phrases.insert(person.name.clone(), words);
        }
        self.practice_newcomers(&set);
        self.held.use_identity = self.rebuild_use_identity(&set)?;
        Ok(())
    }

    /// A rehearsal's custodian of the file whose place a newcomer of practice has taken since.
    fn was_replaced(&self, name: &str) -> bool {
        let known = |who: &str| self.sets.iter().any(|s| s.file.person(who).is_some());
        self.profile == Profile::Rehearsal
            && !known(name)
            && practice::others().any(|(other, _)| known(other))
    }

    /// The words of the file; of practice people in a rehearsal those of the set that they are in by now, which are printed
    /// on screen: a file with their first words goes on opening after a rotation was practised.
    fn words_now(
        &self,
        name: &str,
        given: &SecretBytes,
        opens: impl Fn(&SecretBytes) -> bool,
    ) -> SecretBytes {
        let same = || SecretBytes::from_slice(given.expose());
        if !self.practises(name, given) || opens(given) {
            return same();
        }
        words_of(name).find(opens).unwrap_or_else(same)
    }

    /// Whether these are the words of a practice person in a rehearsal, of whatever set.
    fn practises(&self, name: &str, given: &SecretBytes) -> bool {
        self.profile == Profile::Rehearsal && words_of(name).any(|words| words.ct_eq(given))
    }

    /// While a change stands open either set may be the one that counts, and practice people have words for each.
    fn enter_practised(&mut self, name: &str, given: &SecretBytes) {
        if !self.practises(name, given) {
            return;
        }
        for set in &mut self.sets {
            if set.shares.iter().any(|(who, _)| who == name) {
                continue;
            }
            let opened = words_of(name).find_map(|words| share(&set.file, name, &words, None).ok());
            if let Some(opened) = opened {
                set.shares.push((name.to_owned(), opened));
            }
        }
    }

    /// In a rehearsal, practice people who joined after the file was written: their words are printed on screen.
    fn practice_newcomers(&mut self, set: &CustodyFile) {
        if self.profile != Profile::Rehearsal {
            return;
        }
        for (name, _) in practice::others() {
            let Some(envelopes) = set.person(name).and_then(|p| p.envelopes.as_ref()) else {
                continue;
            };
            let opened = words_of(name).find_map(|words| {
                let stays = (Stays::Opening, false);
                let key = open_approval(set, name, &envelopes.approval, &words, stays);
                Some((key.ok()?, words))
            });
            // Another newcomer of the same name has words of their own and is simply not here.
            if let Some((key, words)) = opened {
                self.held.keys.insert(name.to_owned(), key);
                self.held.phrases.insert(name.to_owned(), words);
            }
        }
    }

    fn rebuild_use_identity(&self, set: &CustodyFile) -> Result<Option<Box<Identity>>, Refusal> {
        let shares: Vec<Share> = self.held.keys.values().filter_map(copy_share).collect();
        let t = usize::from(set.t);
        let Some(enough) = shares.get(..t) else {
            return Ok(None);
        };
        let raw = secret_sharing::combine(enough).map_err(|e| Refusal::Custody(e.to_string()))?;
        let identity = Identity::from_raw(raw).map_err(|e| Refusal::Custody(e.to_string()))?;
        if identity.recipient() != set.recipients.use_ {
            return Err(Refusal::Custody(
                "The use shares do not rebuild the identity on record: custody.toml was altered. Nothing was opened."
                    .into(),
            ));
        }
        Ok(Some(Box::new(identity)))
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
