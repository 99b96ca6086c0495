//! A vault whose journal was tampered with between two sittings: another moment's journal under this log, bytes that
//! were changed, another vault's file, envelopes that were swapped. Nothing of it takes a run up somewhere else.

use keymoot::ceremony::Runner;
use keymoot::crypto::SecretBytes;
use keymoot::session::{Opening, Refusal, RunOutcome, Session, practice};
use keymoot::vault::{AUDIT, CUSTODY, MemoryStore, Store as _, VAULT};
use proptest::prelude::*;

use super::resume::commits;
use super::stage::{environment, reopened, resume, script};

const FIRST: &str = "first-key.toml";

/// Opens with the passphrases of two custodians, and of everybody else who can be opened for.
fn opened(store: &MemoryStore) -> Result<Session, Refusal> {
    let mut opening = Opening::begin(Box::new(store.snapshot()), "rehearsal")?;
    for name in ["Ana", "Ben"] {
        let phrase = practice::phrase(name).unwrap();
        opening.enter(name, &SecretBytes::from_slice(phrase.as_bytes()), None)?;
    }
    opening.finish(environment("tampered"), None)
}

/// The vault of one moment, whose file is that of another.
fn mixed(log_of: &MemoryStore, file_of: &MemoryStore) -> MemoryStore {
    let mut store = log_of.snapshot();
    let file = file_of.read(VAULT).unwrap().unwrap();
    store.replace(VAULT, &file).unwrap();
    store
}

fn lines(store: &MemoryStore) -> usize {
    let log = store.read(AUDIT).unwrap().unwrap();
    String::from_utf8(log).unwrap().lines().count()
}

/// Every journal of the run under every log of the run: it opens where the log has no more than what a crash leaves, and
/// then the run goes on from there and makes its one key; everywhere else the vault is refused.
#[test]
fn a_journal_of_another_moment_is_refused_or_goes_on_where_it_was() {
    let copies = commits(script(FIRST));
    let (mut refused, mut resumed) = (0, 0);
    for (n, log_of) in copies.iter().enumerate() {
        for (m, file_of) in copies.iter().enumerate() {
            let store = mixed(log_of, file_of);
            let Ok(session) = opened(&store) else {
                refused += 1;
                assert_ne!(n, m, "commit {n} is whole");
                continue;
            };
            // What the log has beyond the journal is an act that nobody finished: two lines, intent and outcome.
            let beyond = lines(log_of).saturating_sub(lines(file_of));
            assert!(beyond <= 2, "{m} opened under the log of {n}");
            let before = session.view().keys.len();
            drop(session);
            if n == m || beyond == 0 {
                continue;
            }
            resumed += 1;
            let again = script(FIRST);
            let mut session = reopened(&again, &store);
            let mut runner = Runner::begin(&mut session, again, resume()).unwrap();
            let outcome = runner.headless(&mut session).unwrap();
            assert_eq!(outcome, RunOutcome::Completed, "{m} under {n}");
            let keys = session.view().keys.len();
            assert_eq!((keys, before <= 1), (1, true), "{m} under {n}");
        }
    }
    assert!(
        refused > 50 && resumed > 0,
        "{refused} refused, {resumed} resumed"
    );
}

#[test]
fn a_journal_of_another_vault_is_refused() {
    let ours = commits(script(FIRST));
    let theirs = commits(script("deletion-window.toml"));
    for (n, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        assert!(opened(&mixed(ours, theirs)).is_err(), "commit {n}");
    }
}

/// Two people's envelopes change places in the public file, or the whole file is another vault's.
#[test]
fn swapped_envelopes_open_no_vault() {
    let copies = commits(script(FIRST));
    let store = copies.last().unwrap();
    let text = String::from_utf8(store.read(CUSTODY).unwrap().unwrap()).unwrap();
    opened(store).unwrap();
    for kind in ["share", "approval"] {
        for (one, other) in [("Ana", "Ben"), ("Ben", "Cho"), ("Ana", "Cho")] {
            let mut file: toml::Table = text.parse().unwrap();
            let people = file["people"].as_array_mut().unwrap();
            let at = |name: &str| {
                people
                    .iter()
                    .position(|p| p["name"].as_str() == Some(name))
                    .unwrap()
            };
            let (one, other) = (at(one), at(other));
            let kept = people[one]["envelopes"][kind].clone();
            people[one]["envelopes"][kind] = people[other]["envelopes"][kind].clone();
            people[other]["envelopes"][kind] = kept;
            let mut swapped = store.snapshot();
            swapped
                .replace(CUSTODY, file.to_string().as_bytes())
                .unwrap();
            assert!(opened(&swapped).is_err(), "{kind} of {one} and {other}");
        }
    }
    let foreign = commits(script("deletion-window.toml"));
    let mut swapped = store.snapshot();
    let file = foreign[0].read(CUSTODY).unwrap().unwrap();
    swapped.replace(CUSTODY, &file).unwrap();
    assert!(opened(&swapped).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// A byte of the file that holds the journal, changed or cut off.
    #[test]
    fn a_journal_that_was_changed_opens_no_vault(at in any::<prop::sample::Index>(), with in 1_u8..=255, cut in any::<bool>()) {
        thread_local! {
            static STORE: MemoryStore = commits(script(FIRST)).swap_remove(20);
        }
        let mut store = STORE.with(MemoryStore::snapshot);
        let mut file = store.read(VAULT).unwrap().unwrap();
        let at = at.index(file.len());
        if cut {
            file.truncate(at);
        } else {
            file[at] ^= with;
        }
        store.replace(VAULT, &file).unwrap();
        prop_assert!(opened(&store).is_err(), "byte {at} of the vault's file");
    }
}
