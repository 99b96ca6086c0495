//! The practice vault of a rehearsal: sample people, two-word passphrases, nothing kept.

use crate::api::Timestamp;
use crate::custody::{Policy, passphrase};
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

/// People whom the practice vault of a script has besides, where the script has more places: name, role and two-word
/// passphrase, as little secret. With [`PEOPLE`] they are as many custodians as a vault has at most.
pub const MORE: &[(&str, &str, &str)] = &[
    ("Jon", "custodian", "jasper jigsaw"),
    ("Max", "custodian", "marble meadow"),
    ("Leo", "custodian", "ladder lemon"),
    ("May", "custodian", "magnet maple"),
    ("Ned", "custodian", "napkin nectar"),
    ("Oda", "custodian", "olive otter"),
    ("Pam", "custodian", "pepper piano"),
    ("Ray", "custodian", "radish rocket"),
    ("Sue", "custodian", "saddle sugar"),
    ("Tom", "custodian", "tartan tulip"),
    ("Una", "custodian", "umber usher"),
    ("Vic", "custodian", "velvet violin"),
    ("Yan", "custodian", "yarrow yellow"),
    ("Abe", "administrator", "acorn almond"),
    ("Ian", "administrator", "indigo island"),
    ("Liv", "administrator", "lantern lilac"),
    ("Pia", "witness", "parrot pebble"),
    ("Sid", "witness", "sandal silver"),
    ("Tea", "witness", "timber tunnel"),
];

/// How many people a practice vault has of each role: never fewer than [`PEOPLE`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Size {
    /// Who asks for acts.
    pub administrators: usize,
    /// Who holds shares and approves.
    pub custodians: usize,
    /// Who watches.
    pub witnesses: usize,
}

impl Size {
    /// Its people: name, role, two-word passphrase. Where it wants more than there are, all of them.
    pub fn people(
        self,
    ) -> impl Iterator<Item = &'static (&'static str, &'static str, &'static str)> {
        let usual = |role: &str| PEOPLE.iter().filter(|(_, known, _)| *known == role).count();
        let more = move |role: &str, wanted: usize| {
            let of_role = MORE.iter().filter(move |(_, known, _)| *known == role);
            let count = wanted.saturating_sub(usual(role));
            of_role.take(count).collect::<Vec<_>>()
        };
        let beside = [
            more("custodian", self.custodians),
            more("administrator", self.administrators),
            more("witness", self.witnesses),
        ];
        PEOPLE.iter().chain(beside.into_iter().flatten())
    }
}

/// Names and first passphrases of whoever joins a practice vault, or is in it beside the usual people.
pub(super) fn others() -> impl Iterator<Item = (&'static str, &'static str)> {
    let more = MORE.iter().map(|(name, _, phrase)| (*name, *phrase));
    NEWCOMERS.iter().copied().chain(more)
}

/// Names that practice has words for, beside the usual people of a practice vault: newcomers first.
pub(crate) fn strangers() -> impl Iterator<Item = &'static str> {
    others().map(|(name, _)| name)
}

/// For how many sets in a row a practice person has words of their own; then they come round again.
const SETS: usize = 8;

/// Whether a word is one of a practice passphrase of a first set; those of later sets are in the list of words.
pub(super) fn is_word(word: &str) -> bool {
    let phrases = PEOPLE.iter().map(|(.., phrase)| phrase);
    phrases
        .copied()
        .chain(others().map(|(_, phrase)| phrase))
        .chain(HOLDERS.iter().map(|(_, phrase)| *phrase))
        .any(|phrase| phrase.split(' ').any(|w| w.eq_ignore_ascii_case(word)))
}

/// The practice passphrase of a sample person or newcomer in the first set that they are in.
pub fn phrase(person: &str) -> Option<&'static str> {
    let sample = PEOPLE.iter().map(|(name, _, phrase)| (*name, *phrase));
    sample
        .chain(others())
        .chain(HOLDERS.iter().copied())
        .find(|(name, _)| *name == person)
        .map(|(_, phrase)| phrase)
}

/// The practice passphrase of a sample person who was in `before` sets until now: a new set comes with new words, as it
/// does where words are secret, so that whoever practises a rotation sees the old ones open nothing.
pub fn phrase_after(person: &str, before: usize) -> Option<String> {
    let first = phrase(person)?;
    let later = match before % SETS {
        0 => return Some(first.to_owned()),
        later => later,
    };
    let words = passphrase::short_words(person.chars().next()?);
    let name: usize = person.bytes().map(usize::from).sum();
    // Half of the words stand first, the other half second. Three on each time, so that no two sets look alike.
    let (firsts, seconds) = words.split_at_checked(words.len() / 2)?;
    let nth = |words: &[&'static str]| {
        let at = name.saturating_add(later.saturating_mul(3));
        words.get(at.checked_rem(words.len())?).copied()
    };
    Some(format!("{} {}", nth(firsts)?, nth(seconds)?))
}

/// Every practice passphrase of a sample person, set after set.
pub(super) fn phrases(person: &str) -> impl Iterator<Item = String> {
    (0..SETS).map_while(move |before| phrase_after(person, before))
}

/// What stands over everything in a rehearsal; `answers` is what gives the practice answers there, where something does,
/// `out` whether a folder was named that its files are written to.
pub fn words(kept: bool, out: bool, answers: Option<&str>) -> String {
    let keeps = match (kept, out) {
        (true, _) => tr("It is kept in its folder."),
        (false, true) => tr("Only --out is kept."),
        (false, false) => tr("Nothing is kept."),
    };
    match answers {
        Some(answers) => say!(
            "REHEARSAL. You play everybody. {keeps} {answers} answers for you.",
            keeps,
            answers
        ),
        None => say!("REHEARSAL. You play everybody. {keeps}", keeps),
    }
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

/// The same with as many people as a script has places for; two custodians open it and two use a secret.
///
/// # Errors
/// As [`vault`].
pub fn vault_of(
    store: Box<dyn Store>,
    size: Size,
    environment: Environment,
    clock: Option<Timestamp>,
    hold: bool,
) -> Result<Created, Refusal> {
    made(store, (size, None), environment, clock, hold)
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
    made(store, (Size::default(), policy), environment, clock, hold)
}

fn made(
    store: Box<dyn Store>,
    (size, policy): (Size, Option<Policy>),
    environment: Environment,
    clock: Option<Timestamp>,
    hold: bool,
) -> Result<Created, Refusal> {
    let people = size.people();
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
    created.session.held.practice = size
        .people()
        .map(|(name, _, phrase)| ((*name).to_owned(), (*phrase).to_owned()))
        .collect();
    Ok(created)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::SecretBytes;
    use crate::session::action::Action;
    use crate::session::custody_act::CustodyAct;
    use crate::session::custody_tests::{OLD, open, open_all, rotation};
    use crate::vault::MemoryStore;

    #[test]
    fn after_a_rotation_the_old_words_open_nothing_and_the_file_with_them_still_does() {
        let (store, mut session) = crate::session::tests::practice(true);
        for before in 1..3 {
            let act = Action::Custody(CustodyAct::Rotate(rotation(OLD)));
            let asked = session.approved_by_held(act, None).unwrap();
            let mut change = session.begin_change(&asked.id).unwrap().unwrap();
            change.by_practice(&mut session).unwrap();
            change.finish(&mut session, None).unwrap();
            let now = |name| SecretBytes::new(phrase_after(name, before).unwrap().into_bytes());
            assert!(session.held_phrase("Ana").unwrap().ct_eq(&now("Ana")));
        }
        session.close().unwrap();
        opens_to_new_words_alone(&store);
        // A file that was written before goes on: nobody is there to enter others.
        let session = open_all(store, OLD).unwrap();
        assert!(session.automatic());
    }

    fn opens_to_new_words_alone(store: &MemoryStore) {
        let refused = open(store.clone(), OLD, &["Ana", "Ben"]).err().unwrap();
        assert!(refused.to_string().contains("does not open"), "{refused}");
        let opening = crate::session::Opening::begin(Box::new(store.clone()), "r").unwrap();
        let known = opening.bootstrap().practice;
        assert_eq!(known.get("Ana"), phrase_after("Ana", 2).as_ref());
        drop(opening);
        let mut opening = crate::session::Opening::begin(Box::new(store.clone()), "r").unwrap();
        for name in ["Ana", "Ben"] {
            let words = SecretBytes::new(known[name].clone().into_bytes());
            opening.enter(name, &words, None).unwrap();
        }
        let session = opening.finish(Environment::real(None), None).unwrap();
        assert_eq!(session.practice_passphrase("Cho"), phrase_after("Cho", 2));
    }

    #[test]
    fn every_set_has_words_of_its_own_and_the_first_those_of_the_handbook() {
        let names = PEOPLE.iter().map(|(name, ..)| *name);
        let names = names.chain(
            others()
                .chain(HOLDERS.iter().copied())
                .map(|(name, _)| name),
        );
        let mut seen = std::collections::BTreeSet::new();
        for name in names {
            assert_eq!(phrase_after(name, 0).as_deref(), phrase(name));
            for (nth, words) in phrases(name).enumerate() {
                assert_eq!(words.split(' ').count(), 2, "{words}");
                assert!(words.len() <= 14, "{words}");
                // Whoever mistypes one is told which, except in the words of the first set.
                assert!(nth == 0 || passphrase::help(&words).is_none(), "{words}");
                assert!(seen.insert(words.clone()), "{words} twice");
            }
        }
        assert_eq!(seen.len(), (10 + MORE.len()) * SETS);
        assert_eq!(phrase_after("Ana", SETS), phrase_after("Ana", 0));
        assert_eq!(phrase_after("Zoe", 1), None);
    }
}
