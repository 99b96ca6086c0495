//! Enrolling people: identities, shares, approval keys, envelopes and what people sign about each other. Making a
//! vault and rotating it do the same.

use std::collections::BTreeMap;

use crate::crypto::secret_sharing::{self, Share};
use crate::crypto::{Entropy as _, SecretBytes};
use crate::custody::ledger::{Holding, Ledger, Split};
use crate::custody::{self, ApprovalKey, By, Listed, Person, Role, Statement};
use crate::vault::{
    CUSTODY_VERSION, Commitments, Contents, CustodyFile, CustodyPerson, Envelope, Envelopes,
    Identity, Recipients, share_commitment,
};

use super::Profile;
use super::creation::NewPerson;
use super::error::Refusal;
use super::present::{Held, HeldKey, utf8};
use super::randomness::Randomness;
use super::transition::Transition;

/// A person with everything drawn for them.
pub(crate) struct Enrolled {
    /// Unique name.
    pub(crate) name: String,
    /// What they may do.
    pub(crate) role: Role,
    /// Their approval key.
    pub(crate) key: ApprovalKey,
    /// A custodian's share number.
    pub(crate) index: Option<u8>,
    /// The share of V.
    pub(crate) open: Option<Share>,
    /// The share of U.
    pub(crate) use_: Option<Share>,
    /// What seals their envelopes.
    pub(crate) passphrase: SecretBytes,
    /// Where the envelopes lie, where it was told.
    pub(crate) medium: Option<String>,
}

/// A new identity.
pub(crate) fn identity(entropy: &mut Randomness, purpose: &str) -> Result<Identity, Refusal> {
    let mut rng = entropy
        .draw(purpose)
        .map_err(|e| Refusal::Vault(e.to_string()))?;
    Identity::generate(&mut *rng).map_err(|e| Refusal::Vault(e.to_string()))
}

/// Sixteen random bytes.
pub(crate) fn array(entropy: &mut Randomness, purpose: &str) -> Result<[u8; 16], Refusal> {
    let mut bytes = [0_u8; 16];
    entropy
        .draw(purpose)
        .map_err(|e| Refusal::Vault(e.to_string()))?
        .fill_bytes(&mut bytes);
    Ok(bytes)
}

/// An identity's shares, in order of their numbers.
pub(crate) fn shares(
    identity: &Identity,
    threshold: u8,
    count: u8,
    entropy: &mut Randomness,
    purpose: &str,
) -> Result<Vec<Share>, Refusal> {
    let raw: &[u8; 32] = identity
        .raw()
        .expose()
        .try_into()
        .map_err(|_| Refusal::Vault("An identity has 32 bytes. Nothing was created.".into()))?;
    let mut rng = entropy
        .draw(purpose)
        .map_err(|e| Refusal::Vault(e.to_string()))?;
    secret_sharing::split(raw, threshold, count, &mut *rng)
        .map_err(|e| Refusal::Vault(e.to_string()))
}

/// Draws an approval key and the shares of everybody.
pub(crate) fn enrol(
    people: Vec<NewPerson>,
    v: &Identity,
    u: &Identity,
    (k, t): (u8, u8),
    entropy: &mut Randomness,
) -> Result<Vec<Enrolled>, Refusal> {
    let count =
        u8::try_from(people.iter().filter(|p| p.role == "custodian").count()).unwrap_or(u8::MAX);
    let mut open = shares(v, k, count, entropy, "v-shares")?.into_iter();
    let mut use_ = shares(u, t, count, entropy, "u-shares")?.into_iter();
    let mut enrolled = Vec::with_capacity(people.len());
    for person in people {
        let role = Role::from_word(person.role).ok_or_else(|| {
            Refusal::Usage(format!(
                "There is no role {}. Nothing was created.",
                person.role
            ))
        })?;
        let mut rng = entropy
            .draw("approval-key")
            .map_err(|e| Refusal::Vault(e.to_string()))?;
        let key = ApprovalKey::generate(&mut *rng);
        let (open, use_) = if role == Role::Custodian {
            (open.next(), use_.next())
        } else {
            (None, None)
        };
        let index = open.as_ref().map(|share| share.index);
        enrolled.push(Enrolled {
            name: person.name,
            role,
            key,
            index,
            open,
            use_,
            passphrase: person.passphrase,
            medium: None,
        });
    }
    Ok(enrolled)
}

/// The public file of a new set, without envelopes.
pub(crate) fn custody_file(
    profile: Profile,
    (k, t): (u8, u8),
    (vault_id, set_id): ([u8; 16], [u8; 16]),
    (v, u): (&Identity, &Identity),
    enrolled: &[Enrolled],
) -> CustodyFile {
    let commitment = |opens: bool, share: &Share| {
        share_commitment(&vault_id, &set_id, opens, share.index, &share.value)
    };
    let people = enrolled.iter().map(|e| CustodyPerson {
        name: e.name.clone(),
        role: e.role.word().to_owned(),
        approval_key: e.key.public(),
        index: e.index,
        medium: (profile == Profile::Production).then(|| {
            let own = || format!("{}'s own medium", e.name);
            e.medium.clone().unwrap_or_else(own)
        }),
        commitments: e
            .open
            .as_ref()
            .zip(e.use_.as_ref())
            .map(|(open, use_)| Commitments {
                open: commitment(true, open),
                use_: commitment(false, use_),
            }),
        envelopes: None,
    });
    CustodyFile {
        version: CUSTODY_VERSION,
        vault_id,
        set_id,
        profile,
        k,
        t,
        n: u8::try_from(enrolled.iter().filter(|e| e.index.is_some()).count()).unwrap_or(u8::MAX),
        recipients: Recipients {
            open: v.recipient().to_owned(),
            use_: u.recipient().to_owned(),
        },
        people: people.collect(),
        recovery: None,
    }
}

/// Seals everybody's envelopes; in rehearsal and test they also go into custody.toml.
pub(crate) fn seal_all(
    file: &mut CustodyFile,
    enrolled: &[Enrolled],
    profile: Profile,
) -> Result<Vec<(String, &'static str, String)>, Refusal> {
    let mut envelopes = Vec::new();
    let mut kept = BTreeMap::new();
    let log_n = file.profile.scrypt_log_n();
    for person in enrolled {
        let passphrase = custody::passphrase::normalise(utf8(&person.passphrase)?);
        let passphrase = utf8(&passphrase)?;
        let seal = |contents: &Contents| {
            Envelope::seal(file, &person.name, contents, passphrase, log_n)
                .map_err(|e| Refusal::Custody(e.to_string()))
        };
        let approval = seal(&Contents::Approval {
            use_share: person
                .use_
                .as_ref()
                .map(|s| SecretBytes::from_slice(s.value.as_slice())),
            approval_key: person.key.raw(),
        })?;
        let share = match &person.open {
            Some(share) => Some(seal(&Contents::Share {
                share: SecretBytes::from_slice(share.value.as_slice()),
            })?),
            None => None,
        };
        if let Some(share) = &share {
            envelopes.push((person.name.clone(), "share", share.clone()));
        }
        envelopes.push((person.name.clone(), "approval", approval.clone()));
        kept.insert(person.name.clone(), Envelopes { share, approval });
    }
    if profile != Profile::Production {
        for person in &mut file.people {
            person.envelopes = kept.remove(&person.name);
        }
    }
    Ok(envelopes)
}

/// A person as the payload knows them, whose key counts from `since_seq`.
pub(crate) fn person(enrolled: &Enrolled, since_seq: u64) -> Person {
    Person {
        name: enrolled.name.clone(),
        role: enrolled.role,
        approval_key: enrolled.key.public(),
        index: enrolled.index,
        since_seq,
        until_seq: None,
    }
}

/// Everybody proves their key, and all sign the list of people in force from `seq`.
pub(crate) fn statements(
    file: &CustodyFile,
    enrolled: &[Enrolled],
    seq: u64,
    by: By,
) -> Vec<Transition> {
    let vault_id = super::door::hex(&file.vault_id);
    let recipients = custody::Recipients {
        open: file.recipients.open.clone(),
        use_: file.recipients.use_.clone(),
    };
    let mut lines = Vec::with_capacity(enrolled.len() + 1);
    for person in enrolled {
        let statement = Statement::Enrolment {
            vault_id: vault_id.clone(),
            name: person.name.clone(),
            role: person.role,
            recipients: recipients.clone(),
        };
        let signature = statement.sign(&person.key, &person.name, by);
        lines.push(
            Transition::note("enrol", vec![person.name.clone()])
                .with("statement", statement.to_json())
                .with("signature", serde_json::json!(signature)),
        );
    }
    let list = Statement::People {
        vault_id,
        seq,
        people: enrolled
            .iter()
            .map(|p| Listed {
                name: p.name.clone(),
                role: p.role,
                key: p.key.fingerprint().hex(),
            })
            .collect(),
        recipients,
    };
    lines.push(signed_by_all("people", &list, enrolled, by));
    lines
}

/// A statement under everybody's signature.
pub(crate) fn signed_by_all(
    op: &str,
    statement: &Statement,
    enrolled: &[Enrolled],
    by: By,
) -> Transition {
    let signatures: Vec<_> = enrolled
        .iter()
        .map(|p| statement.sign(&p.key, &p.name, by))
        .collect();
    Transition::note(op, enrolled.iter().map(|p| p.name.clone()).collect())
        .with("statement", statement.to_json())
        .with("signatures", serde_json::json!(signatures))
}

/// What the ledger remembers of a set that is handed out.
pub(crate) fn enter_in_ledger(ledger: &mut Ledger, file: &CustodyFile, by: &str, at: i64) {
    let set = super::door::hex(&file.set_id);
    ledger.divide(split_of(file, at));
    for person in &file.people {
        if let Some(part) = person.index {
            ledger.hand_out(Holding {
                person: person.name.clone(),
                split: set.clone(),
                part,
                place: person.medium.clone().unwrap_or_default(),
                safe: None,
                by: by.to_owned(),
                since: at,
                until: None,
            });
        }
    }
}

/// The same in the line of the act: who has which part of the set, for a vault that is restored from an older copy.
pub(crate) fn in_the_line(step: Transition, file: &CustodyFile, by: &str, at: i64) -> Transition {
    let mut ledger = Ledger::default();
    enter_in_ledger(&mut ledger, file, by, at);
    step.with("split", serde_json::json!(ledger.splits.first()))
        .with("holdings", serde_json::json!(ledger.holdings))
}

/// A set of shares as the ledger knows it: enough of them is the fewest that make either identity.
pub(crate) fn split_of(file: &CustodyFile, at: i64) -> Split {
    Split {
        id: super::door::hex(&file.set_id),
        what: crate::custody::ledger::SHARES.to_owned(),
        threshold: file.k.min(file.t),
        parts: file.n,
        at,
        destroyed: None,
    }
}

/// Keys that stay held for the session.
pub(crate) fn held(enrolled: Vec<Enrolled>, u: Identity) -> Held {
    let phrase = |e: &Enrolled| SecretBytes::from_slice(e.passphrase.expose());
    Held {
        phrases: enrolled
            .iter()
            .map(|e| (e.name.clone(), phrase(e)))
            .collect(),
        keys: enrolled
            .into_iter()
            .map(|e| {
                (
                    e.name,
                    HeldKey {
                        key: e.key,
                        share: e.use_,
                    },
                )
            })
            .collect(),
        use_identity: Some(Box::new(u)),
        practice: BTreeMap::new(),
    }
}
