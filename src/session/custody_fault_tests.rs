//! Changes of people and shares cut at every write, and the same in production, where envelopes are on people's own
//! media.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use super::custody_tests::{
    NEW, OLD, contents, hands, open, open_all, passphrases, rotation, still_exports, with_a_key,
};
use super::tests::start;
use super::*;
use crate::crypto::SecretBytes;
use crate::custody::ledger::Appointment;
use crate::vault::{Fault, FaultStore, MemoryStore};

/// At every write, and for every way it can fail: who opens the vault afterwards.
fn at_every_write(
    change: impl Fn(&mut Session) -> Result<(), Refusal>,
    opens: impl Fn(&MemoryStore) -> &'static str,
) -> Vec<&'static str> {
    let (store, kcv) = with_a_key();
    let counting = FaultStore::counting(store.snapshot());
    let writes = counting.writes();
    let mut session = open_all(counting, OLD).unwrap();
    let first = writes.load(Ordering::Relaxed) + 1;
    change(&mut session).unwrap();
    let last = writes.load(Ordering::Relaxed);
    assert!(last > first + 4);
    drop(session);
    let mut seen = Vec::new();
    // What two cuts leave alike, to the byte, is looked at once.
    let mut known = BTreeMap::new();
    for at in first..=last {
        // Killed before a write it is as after the one before.
        for fault in [
            Fault::Full,
            Fault::Unsure,
            Fault::KilledDuring,
            Fault::KilledAfter,
        ] {
            let files = store.snapshot();
            let mut session = open_all(FaultStore::new(files.clone(), at, fault), OLD).unwrap();
            // The last writes may fail without a word: what they say was in force before.
            let _ = change(&mut session);
            drop(session);
            let left = contents(&files);
            if let Some(who) = known.get(&left) {
                seen.push(*who);
                continue;
            }
            let who = opens(&files.snapshot());
            known.insert(left, who);
            let people = if who == "new" { NEW } else { OLD };
            let mut session = open_all(files.clone(), people)
                .unwrap_or_else(|e| panic!("write {at}, {fault:?}, {who}: {e}"));
            still_exports(&mut session, &kcv);
            session.close().unwrap();
            for names in [[1, 2], [2, 3], [1, 3]] {
                let names = names.map(|n: usize| people[n].0);
                let session = open(files.clone(), people, &names)
                    .unwrap_or_else(|e| panic!("write {at}, {fault:?}, {who}: {e}"));
                session.close().unwrap();
            }
            seen.push(who);
        }
    }
    seen
}

#[test]
fn a_rotation_cut_at_any_write_leaves_the_old_people_or_the_new_ones() {
    let change = |session: &mut Session| {
        session
            .rotate_automatic(rotation(NEW), passphrases(NEW))
            .map(drop)
    };
    let opens = |files: &MemoryStore| {
        let old = open_all(files.snapshot(), OLD);
        let new = open_all(files.snapshot(), NEW);
        let (old, new) = match (old, new) {
            (Ok(_), Err(_)) => (true, false),
            (Err(_), Ok(_)) => (false, true),
            (old, new) => panic!("old {:?}, new {:?}", old.err(), new.err()),
        };
        let _ = old;
        if new { "new" } else { "old" }
    };
    let seen = at_every_write(change, opens);
    let turn = seen.iter().position(|who| *who == "new").unwrap();
    assert!(turn > 0 && turn < seen.len() - 1);
}

#[test]
fn a_reshare_cut_at_any_write_opens_with_a_whole_set() {
    let change = |session: &mut Session| session.reshare_automatic("yearly", &hands(OLD)).map(drop);
    let seen = at_every_write(change, |_| "old");
    assert!(!seen.is_empty());
}

const STAFF: [(&str, &str, &str); 3] = [
    ("Ada", "administrator", "amber anchor"),
    ("Ana", "custodian", "apple arrow"),
    ("Ben", "custodian", "bacon badge"),
];

/// Person, kind and armored envelope, as they lie on people's media.
type Media = [(String, &'static str, String)];

fn on_medium(media: &Media, name: &str, kind: &str) -> Option<String> {
    let found = media.iter().find(|(n, k, _)| n == name && *k == kind);
    found.map(|(.., envelope)| envelope.clone())
}

fn phrase(name: &str) -> SecretBytes {
    let found = STAFF.iter().find(|(n, ..)| *n == name).unwrap();
    SecretBytes::from_slice(found.2.as_bytes())
}

fn approved(session: &mut Session, action: Action, media: &Media) -> Result<[u8; 32], Refusal> {
    let key =
        |name: &str| KeySource::Envelope(on_medium(media, name, "approval").unwrap(), phrase(name));
    let Outcome::Asked(pending) = session.perform(Command::Ask {
        action,
        issuer: "Ada".into(),
        origin: None,
        key: key("Ada"),
    })?
    else {
        panic!("not asked")
    };
    for person in ["Ana", "Ben"] {
        session.perform(Command::Approve {
            id: pending.id,
            person: person.into(),
            key: key(person),
        })?;
    }
    Ok(pending.id)
}

fn brought(proving: &mut Proving, media: &Media) {
    for (name, ..) in STAFF {
        let hand = Hand {
            name: name.into(),
            passphrase: phrase(name),
            share: on_medium(media, name, "share"),
            approval: on_medium(media, name, "approval"),
        };
        proving.prove(&hand).unwrap();
    }
}

/// As the act enters it; the act itself is tested at the command line, and every signature here takes a second.
fn appointed(session: &mut Session, person: &str, manager: &str) {
    session.state.ledger.appointments.push(Appointment {
        person: person.into(),
        from: start().millis() - 1,
        until: start().millis() + 31_536_000_000,
        manager: manager.into(),
        backup: "Zoe".into(),
        form: format!("KCF-{person}"),
    });
}

#[test]
#[allow(clippy::too_many_lines)] // one ceremony, told in order
fn in_production_new_envelopes_go_to_media_and_forms_come_first() {
    let store = MemoryStore::new();
    let people = STAFF.map(|(name, role, _)| NewPerson {
        name: name.into(),
        role,
        passphrase: phrase(name),
    });
    let new = NewVault {
        clock: Some(start()),
        ..NewVault::usual("acme", Profile::Production, people)
    };
    let created = create(Box::new(store.clone()), new, Environment::real(None)).unwrap();
    let (mut session, media) = (created.session, created.envelopes);
    let reshare = || {
        Action::Custody(CustodyAct::Reshare {
            reason: "yearly".into(),
        })
    };
    let refused = approved(&mut session, reshare(), &media)
        .unwrap_err()
        .to_string();
    assert!(
        refused.starts_with("A7 (PCI PIN 25-1): Ana may not serve"),
        "{refused}"
    );
    appointed(&mut session, "Ana", "Meg");
    appointed(&mut session, "Ben", "Ned");
    let id = approved(&mut session, reshare(), &media).unwrap();
    let mut old = session.begin_reshare();
    brought(&mut old, &media);
    let mut renewed = session.reshare(&id, &old).unwrap();
    assert!(
        !String::from_utf8(session.store().read("custody.next.toml").unwrap().unwrap())
            .unwrap()
            .contains("AGE ENCRYPTED")
    );
    let new_media = renewed.envelopes.clone();
    brought(&mut renewed.proving, &new_media);
    session.finish_reshare(&renewed.proving).unwrap();
    let view = session.view();
    let witness = WitnessAnswer {
        seq: view.seq,
        words: view.card_words.join(" "),
    };
    session.close().unwrap();
    let opens = |media: &Media| {
        let mut opening = Opening::begin(Box::new(store.clone()), "acme").unwrap();
        for name in ["Ana", "Ben"] {
            opening.enter(
                name,
                &phrase(name),
                on_medium(media, name, "share").as_deref(),
            )?;
        }
        opening.finish(Environment::real(None), Some(&witness))
    };
    let refused = opens(&media).err().unwrap().to_string();
    assert!(refused.contains("another set"), "{refused}");
    opens(&new_media).unwrap();
}
