//! Old envelopes are asked for from the end of their set until somebody says what became of them.

use super::super::custody_tests::{NEW, OLD, hands, open_all, passphrases, rotation};
use super::super::handed_out::tests::vault;
use super::super::recovery_tests::{HOLDERS, recovery};
use super::super::*;
use super::{DESTROYED, ENVELOPES_GONE, EnvelopesGone, Fate, HOW, NOT_FOUND, SET, WATCHED, done};
use crate::vault::{AUDIT, MemoryStore, Store as _};

fn attest(session: &mut Session, answers: &[(&str, &str)]) -> Result<(), String> {
    let rest = [(HOW.id, "cross-cut and burned"), (WATCHED.id, "Wim")];
    let given = answers.iter().map(|(id, _)| *id);
    let given: Vec<&str> = given.collect();
    let rest = rest.iter().filter(|(id, _)| !given.contains(id));
    let texts = answers.iter().chain(rest);
    let answers = build::Answers {
        texts: texts
            .map(|(id, text)| ((*id).to_owned(), (*text).to_owned()))
            .collect(),
        by: "Ada".to_owned(),
        ..build::Answers::default()
    };
    build::action(session, ENVELOPES_GONE.name, &answers)
        .and_then(|act| session.act(act, None, None).map(drop))
        .map_err(|refusal| refusal.to_string())
}

/// What Home says of them.
fn due(session: &Session) -> Vec<String> {
    let view = session.view();
    due::due(&view, view.now)
        .into_iter()
        .filter(|due| due.kind == "envelopes")
        .map(|due| due.what)
        .collect()
}

fn unsaid(session: &Session) -> Vec<String> {
    let view = session.view();
    let old = view.old_envelopes.iter().filter(|old| old.gone.is_none());
    old.map(|old| old.person.clone()).collect()
}

#[test]
fn a_rotation_leaves_envelopes_that_are_due_until_it_is_said_what_became_of_each() {
    let store = MemoryStore::new();
    let mut session = vault(&store);
    assert!(due(&session).is_empty());
    let why = attest(&mut session, &[(DESTROYED.id, "Ana")]).unwrap_err();
    assert!(why.contains("No old envelopes are on record"), "{why}");
    session
        .rotate_automatic(rotation(NEW), passphrases(NEW))
        .unwrap();
    assert_eq!(
        due(&session),
        ["old ones of Ada, Ana and 3 more: destroyed?"]
    );
    // Cho is nobody here any more, and had envelopes all the same.
    assert_eq!(unsaid(&session), ["Ada", "Ana", "Ben", "Cho", "Wim"]);
    let why = attest(&mut session, &[(DESTROYED.id, "Dee")]).unwrap_err();
    assert!(why.contains("anybody called Dee"), "{why}");
    let why = attest(&mut session, &[(DESTROYED.id, "")]).unwrap_err();
    assert!(why.contains("Nobody is named"), "{why}");
    let twice = [(DESTROYED.id, "Ana"), (NOT_FOUND.id, "ana")];
    let why = attest(&mut session, &twice).unwrap_err();
    assert!(why.contains("Ana is named twice"), "{why}");
    attest(
        &mut session,
        &[(DESTROYED.id, "ana, Ada"), (NOT_FOUND.id, "Cho")],
    )
    .unwrap();
    assert_eq!(due(&session), ["old ones of Ben, Wim: destroyed?"]);
    drop(session);
    // It is in the state, not in the session.
    let mut session = open_all(store, NEW).unwrap();
    assert_eq!(unsaid(&session), ["Ben", "Wim"]);
    let why = attest(&mut session, &[(DESTROYED.id, "Ana")]).unwrap_err();
    assert!(why.contains("is on record already"), "{why}");
    // What was not found turned up.
    attest(&mut session, &[(DESTROYED.id, "Cho")]).unwrap();
    let why = attest(&mut session, &[(NOT_FOUND.id, "Cho")]).unwrap_err();
    assert!(why.contains("is on record already"), "{why}");
}

/// PCI PIN 24-2.2: somebody watches who never held a part, and nobody watches the end of their own.
#[test]
fn whoever_held_a_part_does_not_watch_and_nobody_their_own() {
    let mut session = vault(&MemoryStore::new());
    session
        .rotate_automatic(rotation(NEW), passphrases(NEW))
        .unwrap();
    let ben = [(DESTROYED.id, "Ana"), (WATCHED.id, "Ben")];
    let why = attest(&mut session, &ben).unwrap_err();
    assert!(why.starts_with("A6 (PCI PIN 24-2.2): Ben"), "{why}");
    let why = attest(&mut session, &[(DESTROYED.id, "Ana, Wim")]).unwrap_err();
    assert!(
        why.contains("Wim cannot watch the end of their own"),
        "{why}"
    );
    assert_eq!(unsaid(&session).len(), 5);
    let ada = [(DESTROYED.id, "Wim"), (WATCHED.id, "Ada")];
    attest(&mut session, &ada).unwrap();
    assert_eq!(unsaid(&session), ["Ada", "Ana", "Ben", "Cho"]);
}

/// A reshare leaves everybody's words in force: destroying them would close the vault.
#[test]
fn after_a_reshare_the_words_stay_in_use_and_the_request_says_so() {
    let mut session = vault(&MemoryStore::new());
    session
        .reshare_automatic("media are old", &hands(OLD))
        .unwrap();
    let view = session.view();
    assert!(view.old_envelopes.iter().all(|old| !old.words_ended()));
    let set = view.old_envelopes[0].digits().to_owned();
    attest(&mut session, &[(DESTROYED.id, "Ana"), (SET.id, &set)]).unwrap();
    session
        .rotate_automatic(rotation(NEW), passphrases(NEW))
        .unwrap();
    // Two sets ended; of the first, Ana's are gone.
    assert_eq!(unsaid(&session).len(), 9);
    let other = [(DESTROYED.id, "Ana"), (SET.id, set.as_str())];
    let why = attest(&mut session, &other).unwrap_err();
    assert!(why.contains("is on record already"), "{why}");
    let mut said = Vec::new();
    let olds = session.view().old_envelopes.clone();
    let fates = olds.iter().map(|_| Fate::Destroyed);
    let last = olds.last().map(|old| (old, super::Fate::NotFound));
    for (old, fate) in olds.iter().zip(fates).chain(last) {
        let gone = super::EnvelopesGone {
            envelopes: vec![super::OneGone {
                set: old.set.clone(),
                person: old.person.clone(),
                place: old.place.clone(),
                words: old.words_ended(),
                fate,
            }],
            how: "burned".into(),
            witness: "Wim".into(),
        };
        said.push(super::told(&gone).1[0].1.clone());
    }
    assert!(said[0].ends_with("the words stay in use"), "{said:?}");
    assert!(said[9].ends_with("the old words too"), "{said:?}");
    let not_found = said.last().unwrap();
    assert!(
        not_found.ends_with("open nothing here any more"),
        "{said:?}"
    );
}

#[test]
fn another_recovery_set_ends_the_one_before_and_a_rotation_both() {
    let mut session = vault(&MemoryStore::new());
    for _ in 0..2 {
        session
            .recovery_automatic(recovery(), passphrases(HOLDERS), &hands(OLD))
            .unwrap();
    }
    let holders: Vec<&str> = HOLDERS.iter().map(|(name, _)| *name).collect();
    assert_eq!(unsaid(&session), holders);
    session
        .rotate_automatic(rotation(NEW), passphrases(NEW))
        .unwrap();
    assert_eq!(unsaid(&session).len(), 5 + 2 * holders.len());
}

/// The line of the log holds whose they are, where they lay and who watched; a return repeats it from there.
#[test]
fn the_log_holds_it_in_full() {
    let store = MemoryStore::new();
    let mut session = vault(&store);
    session
        .rotate_automatic(rotation(NEW), passphrases(NEW))
        .unwrap();
    attest(&mut session, &[(NOT_FOUND.id, "Cho")]).unwrap();
    let log = store.read(AUDIT).unwrap().unwrap();
    let log = String::from_utf8(log).unwrap();
    let line = log
        .lines()
        .find(|line| line.contains("\"entered\""))
        .unwrap();
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["op"], "EnvelopesDestroyed", "{line}");
    let read: EnvelopesGone = serde_json::from_value(line["details"]["entered"].clone()).unwrap();
    assert_eq!(read.witness, "Wim");
    assert_eq!(read.envelopes[0].person, "Cho");
    assert_eq!(read.envelopes[0].fate, Fate::NotFound);
    let mut state = session.state.clone();
    for old in &mut state.old_envelopes {
        old.gone = None;
    }
    assert!(done(&mut state, &read, 7));
    let gone = state.old_envelopes[3].gone.clone().unwrap();
    assert_eq!((gone.fate, gone.at), (Fate::NotFound, 7));
    state.old_envelopes.clear();
    assert!(!done(&mut state, &read, 7), "a copy of before knows none");
}
