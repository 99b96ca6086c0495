//! The practice vault of a rehearsal: sample people, two-word passphrases, nothing kept.

use crate::api::Timestamp;
use crate::custody::Policy;
use crate::text::{say, tr};
use crate::vault::Store;

use super::creation::{Created, NewPerson, NewVault, create_under};
use super::error::Refusal;
use super::{Environment, Profile};

/// Practice people: name, role, two-word passphrase. Shown on screen, so they protect nothing.
pub const PEOPLE: &[(&str, &str, &str)] = &[
    ("Ada", "administrator", "amber anchor"),
    ("Ana", "custodian", "apple arrow"),
    ("Ben", "custodian", "bacon badge"),
    ("Cho", "custodian", "cabin camel"),
    ("Wim", "witness", "waffle walnut"),
];

/// People who join a practice vault when somebody is replaced: name and two-word passphrase, as little secret.
pub const NEWCOMERS: &[(&str, &str)] = &[("Dee", "dahlia dancer"), ("Eli", "eagle easel")];

/// People who hold the recovery set of a practice vault: name and two-word passphrase, as little secret.
pub const HOLDERS: &[(&str, &str)] = &[
    ("Fay", "falcon fiddle"),
    ("Gus", "garlic gadget"),
    ("Hal", "hazel hammock"),
];

/// Whether a word is one of a practice passphrase.
pub(super) fn is_word(word: &str) -> bool {
    let phrases = PEOPLE.iter().map(|(.., phrase)| phrase);
    phrases
        .chain(NEWCOMERS.iter().chain(HOLDERS).map(|(_, phrase)| phrase))
        .any(|phrase| phrase.split(' ').any(|w| w.eq_ignore_ascii_case(word)))
}

/// The practice passphrase of a sample person or newcomer.
pub fn phrase(person: &str) -> Option<&'static str> {
    let sample = PEOPLE.iter().map(|(name, _, phrase)| (name, phrase));
    let newcomers = NEWCOMERS
        .iter()
        .chain(HOLDERS)
        .map(|(name, phrase)| (name, phrase));
    sample
        .chain(newcomers)
        .find(|(name, _)| **name == person)
        .map(|(_, phrase)| *phrase)
}

/// What stands over everything in a rehearsal; `answers` is what gives the practice answers there,
/// `out` whether a folder was named that its files are written to.
pub fn words(kept: bool, out: bool, answers: &str) -> String {
    let keeps = match (kept, out) {
        (true, _) => tr("It is kept in its folder."),
        (false, true) => tr("Only --out is kept."),
        (false, false) => tr("Nothing is kept."),
    };
    say!(
        "REHEARSAL. You play everybody. {keeps} {answers} answers for you.",
        keeps,
        answers
    )
}

/// Makes a 2-of-3 rehearsal vault in `store` with practice people: administrator Ada, custodians Ana, Ben and Cho,
/// witness Wim. With `hold`, signing keys are held and nobody types; without it, everybody types practice passphrases.
///
/// # Errors
/// The store is not empty.
pub fn vault(
    store: Box<dyn Store>,
    environment: Environment,
    clock: Option<Timestamp>,
    hold: bool,
) -> Result<Created, Refusal> {
    vault_under(store, None, environment, clock, hold)
}

/// The same under a policy.
///
/// # Errors
/// As [`vault`]; and a policy that three custodians could not act under.
pub fn vault_under(
    store: Box<dyn Store>,
    policy: Option<Policy>,
    environment: Environment,
    clock: Option<Timestamp>,
    hold: bool,
) -> Result<Created, Refusal> {
    let people = PEOPLE.iter();
    let people = people.map(|(name, role, phrase)| NewPerson::new(name, role, phrase.as_bytes()));
    let mut created = create_under(
        store,
        NewVault {
            clock,
            hold,
            ..NewVault::usual("rehearsal", Profile::Rehearsal, people)
        },
        policy,
        environment,
    )?;
    created.session.held.practice = PEOPLE
        .iter()
        .map(|(name, _, phrase)| ((*name).to_owned(), (*phrase).to_owned()))
        .collect();
    Ok(created)
}
