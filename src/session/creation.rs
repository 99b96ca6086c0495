//! Making a vault: `init`.

use crate::api::Timestamp;
use crate::crypto::SecretBytes;
use crate::custody::{By, Policy, Statement};
use crate::engine::EngineState;
use crate::evidence::audit::{Event, Kind};
use crate::vault::{CustodyFile, Store};

use super::book::{Book, event};
use super::enrolment::{self, Enrolled, array, custody_file, enrol, identity, seal_all};
use super::error::Refusal;
use super::policy_file::policy_fits;
use super::state::{ClockState, STATE_VERSION, State};
use super::transition::Transition;
use super::{DEFAULT_ACCOUNT, DEFAULT_REGION, Environment, Profile, Session, forms};

/// A person to be enrolled.
pub struct NewPerson {
    /// Unique name.
    pub name: String,
    /// `administrator`, `custodian` or `witness`.
    pub role: &'static str,
    /// The passphrase of the person's envelopes.
    pub passphrase: SecretBytes,
}

impl NewPerson {
    /// A person of this name, role and passphrase.
    pub fn new(name: &str, role: &'static str, passphrase: &[u8]) -> Self {
        Self {
            name: name.to_owned(),
            role,
            passphrase: SecretBytes::from_slice(passphrase),
        }
    }
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
    /// Production only: whether files for counterparties may be shown as QR codes.
    pub qr_of_exports: bool,
    /// The start of a rehearsal's frozen clock, where it is told; in production the time that people
    /// attest, as it is at this moment.
    pub clock: Option<Timestamp>,
    /// Whether signing keys stay held for the session (rehearsal, unlock file).
    pub hold: bool,
}

impl NewVault {
    /// The usual vault of these people: two custodians open it and two use a secret, the account and region of the AWS
    /// documentation; whoever wants it otherwise says so member by member.
    pub fn usual(
        name: &str,
        profile: Profile,
        people: impl IntoIterator<Item = NewPerson>,
    ) -> Self {
        Self {
            name: name.to_owned(),
            profile,
            k: 2,
            t: 2,
            people: people.into_iter().collect(),
            account: DEFAULT_ACCOUNT.to_owned(),
            region: DEFAULT_REGION.to_owned(),
            software_generation: profile != Profile::Production,
            qr_of_exports: false,
            clock: None,
            hold: profile != Profile::Production,
        }
    }
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

/// Creates a vault in an empty store and leaves it open.
///
/// # Errors
/// A refusal that names what was wrong; the store is then still empty.
pub fn create(
    store: Box<dyn Store>,
    new: NewVault,
    environment: Environment,
) -> Result<Created, Refusal> {
    create_under(store, new, None, environment)
}

/// Creates a vault as [`create`] does, with a policy that holds from the beginning; the answers of the new vault's people
/// about software and cameras stand above its own.
///
/// # Errors
/// As [`create`]; and a policy that nobody could act under.
pub fn create_under(
    store: Box<dyn Store>,
    mut new: NewVault,
    policy: Option<Policy>,
    environment: Environment,
) -> Result<Created, Refusal> {
    check(&new)?;
    check_policy(&new, policy.as_ref())?;
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
    // Sealing everybody's envelopes takes seconds: the offset is that of the moment at which the time was told.
    let machine = wall.now();
    let now = new.clock.unwrap_or(machine);
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
    let given = policy.is_some();
    let mut state = first_state(&new, policy, &enrolled, now, machine);
    enrolment::enter_in_ledger(&mut state.ledger, &file, "init", now.millis());
    let events = first_events(&file, &enrolled, &state, given, (now, new.hold));
    let book = Book::create(store, &v, file, epoch, &state, events)?;
    let present = enrolled.iter().map(|e| e.name.clone()).collect();
    let keys = new.hold.then(|| enrolment::held(enrolled, u));
    let held = keys.unwrap_or_default();
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
    session.watched.read = true;
    session.remember_height();
    Ok(Created {
        forms: forms::enrolment(&session),
        witness_card: session.witness_card(),
        session,
        envelopes,
    })
}

fn first_state(
    new: &NewVault,
    policy: Option<Policy>,
    enrolled: &[Enrolled],
    now: Timestamp,
    machine: Timestamp,
) -> State {
    let frozen = new.profile == Profile::Rehearsal;
    let attested = new.clock.filter(|_| !frozen);
    State {
        v: STATE_VERSION,
        engine: EngineState::new(new.account.clone(), new.region.clone()),
        people: enrolled.iter().map(|e| enrolment::person(e, 0)).collect(),
        policy: Policy {
            software_generation: new.software_generation,
            qr_of_exports: new.qr_of_exports && new.profile == Profile::Production,
            ..policy.unwrap_or_default()
        },
        clock: ClockState {
            offset: attested.map_or(0, |c| c.millis() - machine.millis()),
            watermark: now.into(),
            frozen: frozen.then(|| now.into()),
        },
        ..State::empty()
    }
}

fn check(new: &NewVault) -> Result<(), Refusal> {
    let wrong = |text: String| Refusal::Usage(format!("{text} Nothing was created."));
    let names: Vec<&str> = new.people.iter().map(|p| p.name.as_str()).collect();
    check_people(&names, new.people.iter().map(|p| p.role), (new.k, new.t)).map_err(wrong)?;
    if new.account.len() != 12 || !new.account.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong("The account is 12 digits.".into()));
    }
    Ok(())
}

fn check_policy(new: &NewVault, policy: Option<&Policy>) -> Result<(), Refusal> {
    let custodians = new.people.iter().filter(|p| p.role == "custodian");
    let custodians = u8::try_from(custodians.count()).unwrap_or(u8::MAX);
    policy.map_or(Ok(()), |policy| policy_fits(policy, custodians))
}

/// What must hold of the people of a vault, new or rotated; the error is the broken rule as a sentence.
pub(crate) fn check_people<'a>(
    names: &[&str],
    roles: impl Iterator<Item = &'a str>,
    (k, t): (u8, u8),
) -> Result<(), String> {
    let custodians = roles.filter(|role| *role == "custodian").count();
    if !(2..=16).contains(&custodians) {
        return Err(format!("A vault has 2 to 16 custodians, not {custodians}."));
    }
    for (what, count) in [("opening", k), ("using a secret", t)] {
        if count < 2 || usize::from(count) > custodians {
            return Err(format!(
                "{what} takes 2 to {custodians} custodians, not {count}."
            ));
        }
    }
    for (at, name) in names.iter().enumerate() {
        if name.is_empty() || name.chars().count() > 40 || name.chars().any(char::is_control) {
            return Err("A name has 1 to 40 characters, none of them a control character.".into());
        }
        if names.iter().skip(at + 1).any(|other| other == name) {
            return Err(format!(
                "Two people are called {name}; names are unique in a vault."
            ));
        }
    }
    Ok(())
}

/// The first lines of the log: everybody proves their key, and all sign the list and the answer about policy. A policy
/// that was given stands in the first of them, whole.
fn first_events(
    file: &CustodyFile,
    enrolled: &[Enrolled],
    state: &State,
    given: bool,
    (now, hold): (Timestamp, bool),
) -> Vec<Event> {
    let by = if hold { By::UnlockFile } else { By::Terminal };
    let mut first = Transition::note("create-vault", Vec::new())
        .with("profile", file.profile.name())
        .with(
            "quorum",
            format!("{} of {} to open, {} to use", file.k, file.n, file.t),
        );
    if given {
        first = first.with("policy", serde_json::json!(state.policy));
    }
    if file.profile == Profile::Production {
        let machine = now.plus_millis(state.clock.offset.saturating_neg());
        first = first
            .with("watches", now.rfc3339())
            .with("machine_clock", machine.rfc3339());
        if let Some(unfit) = super::machine::unfit() {
            first = first.with("unfit", unfit);
        }
    }
    let mut lines = vec![first];
    lines.extend(enrolment::statements(file, enrolled, 0, by));
    if file.profile == Profile::Production {
        let answer = Statement::PolicyAnswer {
            vault_id: super::door::hex(&file.vault_id),
            question: "software_generation".into(),
            answer: state.policy.software_generation,
            shown: forms::SOFTWARE_QUESTION.into(),
        };
        lines.push(enrolment::signed_by_all("policy", &answer, enrolled, by));
        // Silence is no; only a yes is an answer that people sign.
        if state.policy.qr_of_exports {
            let answer = Statement::PolicyAnswer {
                vault_id: super::door::hex(&file.vault_id),
                question: "qr_of_exports".into(),
                answer: true,
                shown: forms::QR_QUESTION.into(),
            };
            lines.push(enrolment::signed_by_all("policy", &answer, enrolled, by));
        }
    }
    lines
        .iter()
        .map(|line| event(line, Kind::Noted, now))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;
    use crate::api::Clock;
    use crate::vault::MemoryStore;

    /// A machine on which a minute passes whenever its clock is asked.
    struct Minutes(AtomicI64);

    impl Clock for Minutes {
        fn now(&self) -> Timestamp {
            let minutes = self.0.fetch_add(1, Ordering::SeqCst);
            Timestamp::from_millis(1_795_000_000_000 + minutes * 60_000)
        }
    }

    #[test]
    fn the_offset_is_that_of_the_moment_at_which_the_time_was_told() {
        let person = |name| NewPerson::new(name, "custodian", b"velvet anchor lunar");
        let new = NewVault {
            clock: Some(Timestamp::from_millis(1_795_000_007_000)),
            ..NewVault::usual("acme", Profile::Production, ["Ana", "Ben"].map(person))
        };
        let clock = Box::new(Minutes(AtomicI64::new(0)));
        let environment = Environment::real(None).with_clock(clock);
        let created = create(Box::new(MemoryStore::new()), new, environment);
        assert_eq!(created.unwrap().session.state.clock.offset, 7_000);
    }
}
