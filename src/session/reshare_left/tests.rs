//! A reshare whose envelopes go to people's own media, cut wherever it can be: who has which is known, it goes on or is
//! given up, and the vault opens with the envelopes of before until it is in force.

use std::path::Path;
use std::sync::atomic::Ordering;

use super::super::custody_tests::{OLD, hands, open_all, with_a_key};
use super::super::*;
use crate::crypto::SecretBytes;
use crate::vault::{CUSTODY_NEXT, Fault, FaultStore, MemoryStore, Store as _};

fn words_of(name: &str) -> SecretBytes {
    let (_, phrase) = OLD.iter().find(|(of, _)| *of == name).unwrap();
    SecretBytes::from_slice(phrase.as_bytes())
}

fn typed(name: &str) -> KeySource {
    KeySource::Passphrase(words_of(name))
}

/// A reshare that everybody brought the present envelopes to, as in production: the new ones lie in no folder of the vault.
fn drawn(session: &mut Session) -> Result<Changing, Refusal> {
    let act = Action::Custody(CustodyAct::Reshare {
        reason: "yearly".into(),
    });
    let Outcome::Asked(pending) = session.perform(Command::Ask {
        action: act,
        issuer: "Ada".into(),
        origin: None,
        key: typed("Ada"),
    })?
    else {
        panic!("not asked")
    };
    let id = pending.id;
    for name in ["Ana", "Ben"] {
        session.perform(Command::Approve {
            id,
            person: name.into(),
            key: typed(name),
        })?;
    }
    session.profile = Profile::Production;
    let mut changing = session.begin_change(&id)?.unwrap();
    for hand in hands(OLD) {
        changing.prove(session, &hand)?;
    }
    Ok(changing)
}

/// The next so many people get their envelopes, each in a folder of their own.
fn hand_out(
    (session, changing): (&mut Session, &mut Changing),
    media: &Path,
    people: usize,
) -> Result<(), Refusal> {
    for _ in 0..people {
        let person = changing.turn().unwrap().person;
        changing.place(session, &media.join(person))?;
        changing.own_medium(true)?;
    }
    Ok(())
}

/// Everybody whose turn comes proves with what lies on their medium.
fn prove(session: &mut Session, changing: &mut Changing, media: &Path) -> Result<(), Refusal> {
    while let Some(turn) = changing.turn() {
        let set = &changing.sets()[0];
        let read = |kind: &str| {
            let file = envelopes::file_name(&turn.person, kind, Some(set));
            std::fs::read_to_string(media.join(&turn.person).join(file)).ok()
        };
        let hand = Hand {
            share: read("share"),
            approval: read("approval"),
            name: turn.person.clone(),
            passphrase: words_of(&turn.person),
        };
        changing.prove(session, &hand)?;
    }
    Ok(())
}

fn whole(session: &mut Session, media: &Path) -> Result<(), Refusal> {
    let mut changing = drawn(session)?;
    hand_out((session, &mut changing), media, OLD.len())?;
    prove(session, &mut changing, media)?;
    session.finish_change(changing).map(drop)
}

/// Killed when so many of five have their new envelopes.
fn cut_after(store: &MemoryStore, media: &Path, people: usize) {
    let mut session = open_all(store.clone(), OLD).unwrap();
    let mut changing = drawn(&mut session).unwrap();
    hand_out((&mut session, &mut changing), media, people).unwrap();
}

fn due_of(session: &Session, kind: &str) -> Vec<String> {
    let view = session.view();
    let lines = due::due(&view, view.now).into_iter();
    lines
        .filter(|due| due.kind == kind)
        .map(|due| due.what)
        .collect()
}

fn notes(session: &Session) -> String {
    session.view().notes.join("\n")
}

/// People, and what became of their old envelopes, of sets that were given up.
fn asked_for(session: &Session) -> Vec<String> {
    let view = session.view();
    let old = view
        .old_envelopes
        .iter()
        .filter(|old| old.by == "reshare-given-up");
    old.map(|old| old.person.clone()).collect()
}

#[test]
fn a_reshare_cut_after_the_first_had_envelopes_says_who_has_which_and_is_given_up_for_good() {
    let (store, _) = with_a_key();
    let room = tempfile::tempdir().unwrap();
    cut_after(&store, room.path(), 2);
    let opening = Opening::begin(Box::new(store.clone()), "acme").unwrap();
    let told = opening.bootstrap().unfinished.unwrap();
    assert!(told.contains("A reshare stands open"), "{told}");
    drop(opening);
    let mut session = open_all(store.clone(), OLD).unwrap();
    let told = notes(&session);
    assert!(told.contains("cannot be finished"), "{told}");
    assert!(told.contains("those of Ada, Ana."), "{told}");
    assert!(
        told.contains("not to be had any more: those of Ben, Cho, Wim"),
        "{told}"
    );
    assert!(due_of(&session, "reshare")[0].contains("cut off"));
    // Nobody is asked to prove what was never written.
    let mut changing = session.reshare_left_open().unwrap().unwrap();
    let Moment::Cut(left) = changing.turn().unwrap().moment else {
        panic!("{:?}", changing.turn());
    };
    assert_eq!((left.have.len(), left.without.len()), (2, 3));
    let open = session.open_reshare().unwrap().unwrap();
    let refused = session.can_be_finished(&open).unwrap_err().to_string();
    assert!(refused.starts_with("A reshare was cut off"), "{refused}");
    // Left as it stands, it is asked again; given up, it ends.
    changing.decide(&mut session, false).unwrap();
    session.finish_change(changing).unwrap();
    assert!(session.view().open_reshare);
    let mut changing = session.reshare_left_open().unwrap().unwrap();
    changing.decide(&mut session, true).unwrap();
    let told = session.finish_change(changing).unwrap().told().join(" ");
    assert!(told.contains("Ada, Ana: destroy"), "{told}");
    session.close().unwrap();
    let session = open_all(store.clone(), OLD).unwrap();
    assert!(!notes(&session).contains("reshare"), "{}", notes(&session));
    assert!(!session.view().open_reshare && due_of(&session, "reshare").is_empty());
    assert_eq!(asked_for(&session), ["Ada", "Ana"]);
    assert!(due_of(&session, "envelopes")[0].contains("Ada, Ana"));
    assert!(store.read(CUSTODY_NEXT).unwrap().is_none());
    let opening_lines = session.log_lines().unwrap();
    assert!(opening_lines.iter().any(|line| line.contains("given_up")));
    drop(session);
    let opening = Opening::begin(Box::new(store), "acme").unwrap();
    assert_eq!(opening.bootstrap().unfinished, None);
}

/// A medium has the envelopes of both sets while a reshare stands open: whichever of them opens with the others' does.
#[test]
fn a_medium_with_envelopes_of_both_sets_opens_beside_one_of_the_old() {
    let (store, _) = with_a_key();
    let room = tempfile::tempdir().unwrap();
    cut_after(&store, room.path(), 2);
    let opening = |first: &str, second: Option<&str>| {
        let mut opening = Opening::begin(Box::new(store.clone()), "acme").unwrap();
        let both = second.map_or_else(|| first.to_owned(), |second| format!("{first}\n{second}"));
        let left = opening.enter("Ana", &words_of("Ana"), Some(&both)).unwrap();
        assert_eq!(left, 1);
        opening.enter("Ben", &words_of("Ben"), None).unwrap()
    };
    let on_record = crate::vault::read_custody(&store).unwrap().current;
    let old = on_record.person("Ana").unwrap().envelopes.clone().unwrap();
    let old = old.share.unwrap();
    let ana = std::fs::read_dir(room.path().join("Ana"))
        .unwrap()
        .flatten();
    let new = ana.map(|file| file.path()).find(|file| {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with("Ana.share.")
    });
    let new = std::fs::read_to_string(new.unwrap()).unwrap();
    assert_eq!(opening(&new, None), 1, "the new one counts with no old one");
    assert_eq!(opening(&new, Some(&old)), 0);
    assert_eq!(opening(&old, Some(&new)), 0);
}

#[test]
fn another_reshare_takes_the_place_of_one_that_was_cut() {
    let (store, _) = with_a_key();
    let room = tempfile::tempdir().unwrap();
    cut_after(&store, room.path(), 1);
    let mut session = open_all(store.clone(), OLD).unwrap();
    let cut = session.reshare_left().unwrap().set;
    let mut changing = drawn(&mut session).unwrap();
    let Moment::Place { unfinished, .. } = changing.turn().unwrap().moment else {
        panic!("{:?}", changing.turn());
    };
    assert_eq!(unfinished, [cut], "whoever has envelopes of it is told");
    hand_out((&mut session, &mut changing), room.path(), OLD.len()).unwrap();
    prove(&mut session, &mut changing, room.path()).unwrap();
    let told = session.finish_change(changing).unwrap().told().join(" ");
    assert!(told.contains("unfinished set"), "{told}");
    assert!(!session.view().open_reshare);
    assert_eq!(asked_for(&session), ["Ada"]);
}

#[test]
fn a_reshare_cut_when_all_had_envelopes_goes_on_with_the_proofs_or_is_given_up() {
    let (store, _) = with_a_key();
    let room = tempfile::tempdir().unwrap();
    cut_after(&store, room.path(), OLD.len());
    let other = store.snapshot();
    let mut session = open_all(store, OLD).unwrap();
    assert!(
        notes(&session).contains("not all proven"),
        "{}",
        notes(&session)
    );
    let mut changing = session.reshare_left_open().unwrap().unwrap();
    prove(&mut session, &mut changing, room.path()).unwrap();
    session.finish_change(changing).unwrap();
    assert!(!session.view().open_reshare && asked_for(&session).is_empty());
    let mut session = open_all(other.clone(), OLD).unwrap();
    let changing = session.reshare_left_open().unwrap().unwrap();
    changing.give_up(&mut session).unwrap();
    session.close().unwrap();
    let session = open_all(other, OLD).unwrap();
    assert!(!session.view().open_reshare, "F4 ends it");
    assert_eq!(asked_for(&session).len(), OLD.len());
}

#[test]
fn a_rotation_ends_a_reshare_that_was_cut() {
    let (store, _) = with_a_key();
    let room = tempfile::tempdir().unwrap();
    cut_after(&store, room.path(), 1);
    let mut session = open_all(store, OLD).unwrap();
    let new = custody_tests::rotation(OLD);
    session
        .rotate_automatic(new, custody_tests::passphrases(OLD))
        .unwrap();
    assert!(!session.view().open_reshare && session.state.handing.is_none());
    assert_eq!(asked_for(&session), ["Ada"]);
}

/// Cut at every write: the envelopes of before open; it is given up for good, or another takes its place.
#[test]
#[allow(clippy::too_many_lines)] // one cut after the other, each to its end
fn a_reshare_to_own_media_cut_at_any_write_is_given_up_or_done_again() {
    let (store, _) = with_a_key();
    let room = tempfile::tempdir().unwrap();
    let media = |name: &str| {
        let own = room.path().join(name);
        std::fs::create_dir_all(&own).unwrap();
        own
    };
    let counting = FaultStore::counting(store.snapshot());
    let writes = counting.writes();
    let mut session = open_all(counting, OLD).unwrap();
    let first = writes.load(Ordering::Relaxed) + 1;
    whole(&mut session, &media("counted")).unwrap();
    let last = writes.load(Ordering::Relaxed);
    drop(session);
    let faults = [
        Fault::KilledBefore,
        Fault::KilledDuring,
        Fault::KilledAfter,
        Fault::Full,
        Fault::Unsure,
    ];
    let (mut cut, mut complete) = (0, 0);
    for at in first..=last {
        let fault = faults[usize::try_from(at).unwrap() % faults.len()];
        let files = store.snapshot();
        let own = media(&at.to_string());
        let mut session = open_all(FaultStore::new(files.clone(), at, fault), OLD).unwrap();
        let _ = whole(&mut session, &own);
        drop(session);
        let what = format!("write {at} of {first}..={last}, {fault:?}");
        let Ok(mut session) = open_all(files.snapshot(), OLD) else {
            // In force: the envelopes are in no folder of this vault any more.
            assert!(
                files.read(CUSTODY_NEXT).unwrap().is_none() || at > last - 8,
                "{what}"
            );
            continue;
        };
        let left = session.reshare_left();
        let Some(left) = left else {
            assert!(asked_for(&session).is_empty(), "{what}");
            continue;
        };
        // Whoever has an envelope is known to.
        for (name, _) in OLD {
            let has =
                own.join(name).is_dir() && std::fs::read_dir(own.join(name)).unwrap().count() > 0;
            let named = left.hold().iter().any(|one| one == name);
            assert!(!has || named, "{what}: {name} is not in {left:?}");
        }
        if left.is_cut() {
            cut += 1;
        } else {
            complete += 1;
            let mut changing = session.reshare_left_open().unwrap().unwrap();
            prove(&mut session, &mut changing, &own).unwrap_or_else(|e| panic!("{what}: {e}"));
            session
                .finish_change(changing)
                .unwrap_or_else(|e| panic!("{what}: {e}"));
        }
        drop(session);
        let mut session = open_all(files.snapshot(), OLD).unwrap();
        let ended = session
            .give_up_reshare("cut")
            .unwrap_or_else(|e| panic!("{what}: {e}"));
        assert_eq!(ended.people, left.hold(), "{what}");
        drop(session);
        let mut session = open_all(files.clone(), OLD).unwrap_or_else(|e| panic!("{what}: {e}"));
        if left.is_cut() && cut % 4 == 1 {
            whole(&mut session, &media(&format!("again-{at}")))
                .unwrap_or_else(|e| panic!("{what}: {e}"));
        }
    }
    assert!(cut > 5 && complete > 2, "{cut} {complete}");
}

/// Given up, cut at every write: it stands open as before, or is ended; nothing in between.
#[test]
fn giving_up_that_is_cut_at_any_write_can_be_done_again() {
    let (store, _) = with_a_key();
    let room = tempfile::tempdir().unwrap();
    cut_after(&store, room.path(), 1);
    let counting = FaultStore::counting(store.snapshot());
    let writes = counting.writes();
    let mut session = open_all(counting, OLD).unwrap();
    let first = writes.load(Ordering::Relaxed) + 1;
    session.give_up_reshare("cut").unwrap();
    let last = writes.load(Ordering::Relaxed);
    drop(session);
    for at in first..=last {
        for fault in [
            Fault::KilledBefore,
            Fault::KilledDuring,
            Fault::KilledAfter,
            Fault::Unsure,
        ] {
            let files = store.snapshot();
            let mut session = open_all(FaultStore::new(files.clone(), at, fault), OLD).unwrap();
            let _ = session.give_up_reshare("cut");
            drop(session);
            let mut session = open_all(files.clone(), OLD)
                .unwrap_or_else(|e| panic!("write {at}, {fault:?}: {e}"));
            if session.view().open_reshare {
                session.give_up_reshare("cut").unwrap();
            }
            assert!(!session.view().open_reshare);
            assert_eq!(asked_for(&session), ["Ada"], "write {at}, {fault:?}");
        }
    }
}
