//! Making a vault: `init`.

use std::collections::BTreeMap;

use crate::api::{Clock, Timestamp};
use crate::crypto::secret_sharing::{self, Share};
use crate::crypto::{Entropy as _, SecretBytes};
use crate::custody::{self, ApprovalKey, By, Listed, Person, Policy, Role, Statement};
use crate::engine::EngineState;
use crate::evidence::audit::{Event, Kind};
use crate::vault::{
    CUSTODY_VERSION, Commitments, Contents, CustodyFile, CustodyPerson, Envelope, Envelopes,
    Identity, Recipients, Store, share_commitment,
};

use super::book::Book;
use super::error::Refusal;
use super::present::{Held, HeldKey, utf8};
use super::randomness::Randomness;
use super::state::{ClockState, STATE_VERSION, State};
use super::{Environment, Profile, Session, forms};

/// A person to be enrolled.
pub struct NewPerson {
    /// Unique name.
    pub name: String,
    /// `administrator`, `custodian` or `witness`.
    pub role: &'static str,
    /// The passphrase of the person's envelopes.
    pub passphrase: SecretBytes,
}

/// What `init` was told.
pub struct NewVault {
    /// What people call it: the folder's name without `.vault`.
    pub name: String,
    /// What it is for.
    pub profile: Profile,
    /// Custodians needed to open.
    pub k: u8,
    /// Custodians needed to use a secret.
    pub t: u8,
    /// Everybody, custodians in order of their share index.
    pub people: Vec<NewPerson>,
    /// Twelve digits.
    pub account: String,
    /// For example `us-east-1`.
    pub region: String,
    /// Whether it may generate keys in software (always true for rehearsal and test).
    pub software_generation: bool,
    /// The start of a rehearsal's frozen clock, where it is told; in production the attested time.
    pub clock: Option<Timestamp>,
    /// Whether signing keys stay held for the session (rehearsal, unlock file).
    pub hold: bool,
}

/// What `init` leaves for people to take away.
pub struct Created {
    /// The open session.
    pub session: Session,
    /// Person, kind (`share` or `approval`) and armored envelope; in production these go to the people's own media.
    pub envelopes: Vec<(String, &'static str, String)>,
    /// One printable enrolment form per person: name and text.
    pub forms: Vec<(String, String)>,
    /// The witness card as text.
    pub witness_card: String,
}

/// A person with everything drawn for them.
struct Enrolled {
    name: String,
    role: Role,
    key: ApprovalKey,
    index: Option<u8>,
    open: Option<Share>,
    use_: Option<Share>,
    passphrase: SecretBytes,
}

/// Creates a vault in an empty store and leaves it open.
///
/// # Errors
/// A refusal that names what was wrong; the store is then still empty.
pub fn create(
    store: Box<dyn Store>,
    mut new: NewVault,
    environment: Environment,
) -> Result<Created, Refusal> {
    check(&new)?;
    let Environment {
        wall,
        mut entropy,
        state_folder,
    } = environment;
    if entropy.seed().is_some() && new.profile != Profile::Rehearsal {
        return Err(Refusal::Usage(
            "A seed is for rehearsals; this vault is none. Nothing was created.".into(),
        ));
    }
    entropy.set_context(&[0; 32], 0, "init");
    let now = new.clock.unwrap_or_else(|| wall.now());
    let v = identity(&mut entropy, "v-identity")?;
    let u = identity(&mut entropy, "u-identity")?;
    let ids = [
        array(&mut entropy, "vault-id")?,
        array(&mut entropy, "set-id")?,
        array(&mut entropy, "epoch")?,
    ];
    let [vault_id, set_id, epoch] = ids;
    let people = std::mem::take(&mut new.people);
    let enrolled = enrol(people, &v, &u, (new.k, new.t), &mut entropy)?;
    let quorum = (new.k, new.t);
    let mut file = custody_file(new.profile, quorum, (vault_id, set_id), (&v, &u), &enrolled);
    let envelopes = seal_all(&mut file, &enrolled, new.profile)?;
    let state = first_state(&new, &enrolled, now, &*wall);
    let events = first_events(&file, &enrolled, &state, now, new.hold);
    let book = Book::create(store, &v, file, epoch, &state, events)?;
    let present = enrolled.iter().map(|e| e.name.clone()).collect();
    let held = if new.hold {
        held(enrolled, u)
    } else {
        Held::default()
    };
    let environment = Environment {
        wall,
        entropy,
        state_folder,
    };
    let mut session = Session::assemble(
        new.name,
        new.profile,
        book,
        state,
        held,
        present,
        environment,
    );
    // Whoever creates a production vault attests its clock before the first line of the log.
    session.attested = true;
    session.remember_height();
    let forms = forms::enrolment(&session);
    let witness_card = session.witness_card();
    Ok(Created {
        session,
        envelopes,
        forms,
        witness_card,
    })
}

fn first_state(new: &NewVault, enrolled: &[Enrolled], now: Timestamp, wall: &dyn Clock) -> State {
    let frozen = new.profile == Profile::Rehearsal;
    let attested = new.clock.filter(|_| !frozen);
    State {
        v: STATE_VERSION,
        engine: EngineState::new(new.account.clone(), new.region.clone()),
        people: enrolled.iter().map(person).collect(),
        policy: Policy {
            software_generation: new.software_generation,
            ..Policy::default()
        },
        clock: ClockState {
            offset: attested.map_or(0, |c| c.millis() - wall.now().millis()),
            watermark: now.into(),
            frozen: frozen.then(|| now.into()),
        },
        ..State::empty()
    }
}

fn check(new: &NewVault) -> Result<(), Refusal> {
    let wrong = |text: String| Err(Refusal::Usage(format!("{text} Nothing was created.")));
    let custodians = new.people.iter().filter(|p| p.role == "custodian").count();
    if !(2..=16).contains(&custodians) {
        return wrong(format!("A vault has 2 to 16 custodians, not {custodians}."));
    }
    for (what, count) in [("opening", new.k), ("using a secret", new.t)] {
        if count < 2 || usize::from(count) > custodians {
            return wrong(format!(
                "{what} takes 2 to {custodians} custodians, not {count}."
            ));
        }
    }
    for (at, person) in new.people.iter().enumerate() {
        let name = &person.name;
        if name.is_empty() || name.chars().count() > 40 || name.chars().any(char::is_control) {
            return wrong(
                "A name has 1 to 40 characters, none of them a control character.".into(),
            );
        }
        if new
            .people
            .iter()
            .skip(at + 1)
            .any(|other| other.name == *name)
        {
            return wrong(format!(
                "Two people are called {name}; names are unique in a vault."
            ));
        }
    }
    if new.account.len() != 12 || !new.account.bytes().all(|b| b.is_ascii_digit()) {
        return wrong("The account is 12 digits.".into());
    }
    Ok(())
}

fn identity(entropy: &mut Randomness, purpose: &str) -> Result<Identity, Refusal> {
    let mut rng = entropy
        .draw(purpose)
        .map_err(|e| Refusal::Vault(e.to_string()))?;
    Identity::generate(&mut *rng).map_err(|e| Refusal::Vault(e.to_string()))
}

fn array(entropy: &mut Randomness, purpose: &str) -> Result<[u8; 16], Refusal> {
    let mut bytes = [0_u8; 16];
    entropy
        .draw(purpose)
        .map_err(|e| Refusal::Vault(e.to_string()))?
        .fill_bytes(&mut bytes);
    Ok(bytes)
}

fn shares(
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

fn enrol(
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
        });
    }
    Ok(enrolled)
}

fn custody_file(
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
        medium: (profile == Profile::Production).then(|| format!("{}'s own medium", e.name)),
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
    }
}

/// Seals everybody's envelopes; in rehearsal and test they also go into custody.toml.
fn seal_all(
    file: &mut CustodyFile,
    enrolled: &[Enrolled],
    profile: Profile,
) -> Result<Vec<(String, &'static str, String)>, Refusal> {
    let mut envelopes = Vec::new();
    let mut kept = BTreeMap::new();
    for person in enrolled {
        let passphrase = custody::passphrase::normalise(utf8(&person.passphrase)?);
        let passphrase = utf8(&passphrase)?;
        let seal = |contents: &Contents| {
            Envelope::seal(
                file,
                &person.name,
                contents,
                passphrase,
                profile.scrypt_log_n(),
            )
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

fn person(enrolled: &Enrolled) -> Person {
    Person {
        name: enrolled.name.clone(),
        role: enrolled.role,
        approval_key: enrolled.key.public(),
        index: enrolled.index,
        since_seq: 0,
        until_seq: None,
    }
}

/// The first lines of the log: everybody proves their key, and all sign the list and the answer about policy.
fn first_events(
    file: &CustodyFile,
    enrolled: &[Enrolled],
    state: &State,
    now: Timestamp,
    hold: bool,
) -> Vec<Event> {
    let by = if hold { By::UnlockFile } else { By::Terminal };
    let vault_id = super::door::hex(&file.vault_id);
    let recipients = custody::Recipients {
        open: file.recipients.open.clone(),
        use_: file.recipients.use_.clone(),
    };
    let mut events = vec![
        Event::new(now, Kind::Noted, "create-vault")
            .with("profile", file.profile.name())
            .with(
                "quorum",
                format!("{} of {} to open, {} to use", file.k, file.n, file.t),
            ),
    ];
    for person in enrolled {
        let statement = Statement::Enrolment {
            vault_id: vault_id.clone(),
            name: person.name.clone(),
            role: person.role,
            recipients: recipients.clone(),
        };
        let signature = statement.sign(&person.key, &person.name, by);
        events.push(
            Event::new(now, Kind::Noted, "enrol")
                .by([person.name.clone()])
                .with("statement", statement.to_json())
                .with("signature", serde_json::json!(signature)),
        );
    }
    let list = Statement::People {
        vault_id: vault_id.clone(),
        seq: 0,
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
    events.push(signed_by_all("people", &list, enrolled, by, now));
    if file.profile == Profile::Production {
        let answer = Statement::PolicyAnswer {
            vault_id,
            question: "software_generation".into(),
            answer: state.policy.software_generation,
            shown: forms::SOFTWARE_QUESTION.into(),
        };
        events.push(signed_by_all("policy", &answer, enrolled, by, now));
    }
    events
}

fn signed_by_all(
    op: &str,
    statement: &Statement,
    enrolled: &[Enrolled],
    by: By,
    now: Timestamp,
) -> Event {
    let signatures: Vec<_> = enrolled
        .iter()
        .map(|p| statement.sign(&p.key, &p.name, by))
        .collect();
    Event::new(now, Kind::Noted, op)
        .by(enrolled.iter().map(|p| p.name.clone()))
        .with("statement", statement.to_json())
        .with("signatures", serde_json::json!(signatures))
}

fn held(enrolled: Vec<Enrolled>, u: Identity) -> Held {
    Held {
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
