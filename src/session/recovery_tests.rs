//! The recovery set from outside: who opens the vault by it, what can be done then, and when every write fails.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use super::custody_tests::{
    NEW, OLD, contents, hands, open, open_all, passphrases, rotation, still_exports, with_a_key,
};
use super::tests::{create_kek, start};
use super::*;
use crate::crypto::SecretBytes;
use crate::vault::{AUDIT, Fault, FaultStore, MemoryStore, Store};

pub(super) const HOLDERS: &[(&str, &str)] = &[
    ("Fay", "falcon fiddle"),
    ("Gus", "garlic gadget"),
    ("Hal", "hazel hammock"),
];

pub(super) fn recovery() -> Recovery {
    let seat = |(name, _): &(&str, &str)| Seat {
        name: (*name).to_owned(),
        role: "custodian",
        medium: None,
    };
    Recovery {
        place: "bank safe".into(),
        k: 2,
        people: HOLDERS.iter().map(seat).collect(),
    }
}

fn make(session: &mut Session) -> Result<RecoveryMade, Refusal> {
    session.recovery_automatic(recovery(), passphrases(HOLDERS), &hands(OLD))
}

/// A vault with a key and a recovery set, closed; the key's check value.
pub(super) fn with_a_set() -> (MemoryStore, String) {
    let (store, kcv) = with_a_key();
    let mut session = open_all(store.clone(), OLD).unwrap();
    make(&mut session).unwrap();
    session.close().unwrap();
    (store, kcv)
}

/// Opens with the named holders.
pub(super) fn recovered(store: impl Store + 'static, names: &[&str]) -> Result<Session, Refusal> {
    let mut opening =
        Opening::begin_by_recovery(Box::new(store), "rehearsal", "the house burned down")?;
    for (name, phrase) in HOLDERS.iter().filter(|(name, _)| names.contains(name)) {
        opening.enter(name, &SecretBytes::from_slice(phrase.as_bytes()), None)?;
    }
    opening.finish(Environment::real(None), None)
}

/// Opens with every holder, and the administrator and witness of the vault, keys held.
fn recovered_all(store: impl Store + 'static) -> Result<Session, Refusal> {
    let person =
        |(name, phrase): &(&str, &str)| serde_json::json!({"name": name, "passphrase": phrase});
    let file = serde_json::json!({
        "custodians": HOLDERS.iter().map(person).collect::<Vec<_>>(),
        "administrator": person(&OLD[0]),
        "witness": person(&OLD[4]),
    });
    let mut opening =
        Opening::begin_by_recovery(Box::new(store), "rehearsal", "the house burned down")?;
    opening.enter_unlock_file(file.to_string().as_bytes())?;
    opening.finish(Environment::real(None), None)
}

fn text<T>(result: Result<T, Refusal>) -> String {
    result.err().expect("it was taken").to_string()
}

fn log(store: &MemoryStore) -> String {
    let mut text = String::new();
    let mut reader = store.reader(AUDIT).unwrap().unwrap();
    std::io::Read::read_to_string(&mut reader, &mut text).unwrap();
    text
}

#[test]
fn any_two_holders_open_and_custodians_open_as_before() {
    let (store, kcv) = with_a_set();
    for names in [["Fay", "Gus"], ["Gus", "Hal"], ["Fay", "Hal"]] {
        let session = recovered(store.snapshot(), &names).unwrap();
        assert!(session.by_recovery());
        assert_eq!(session.view().keys.len(), 1);
        session.close().unwrap();
    }
    assert!(text(recovered(store.snapshot(), &["Fay"])).contains("1 of 2"));
    for names in [["Ana", "Ben"], ["Ben", "Cho"], ["Ana", "Cho"]] {
        let session = open(store.snapshot(), OLD, &names).unwrap();
        assert!(!session.by_recovery());
        session.close().unwrap();
    }
    let mut session = open_all(store, OLD).unwrap();
    assert!(session.view().notes[0].contains("a recovery set was made: 2 of 3 (Fay, Gus, Hal)"));
    still_exports(&mut session, &kcv);
}

#[test]
fn the_two_sets_never_count_together() {
    let (store, _) = with_a_set();
    let mut opening = Opening::begin(Box::new(store.snapshot()), "rehearsal").unwrap();
    let phrase = |text: &str| SecretBytes::from_slice(text.as_bytes());
    opening.enter("Ana", &phrase("apple arrow"), None).unwrap();
    let refused = text(opening.enter("Fay", &phrase("falcon fiddle"), None));
    assert!(
        refused.contains("Fay holds the recovery set") && refused.contains("--recovery"),
        "{refused}"
    );
    drop(opening);
    let mut opening =
        Opening::begin_by_recovery(Box::new(store.snapshot()), "rehearsal", "a trial").unwrap();
    assert!(text(opening.enter("Ana", &phrase("apple arrow"), None)).contains("not a person"));
    drop(opening);
    // A custodian's envelope under a holder's name, and a holder's under a custodian's.
    let file = crate::vault::read_custody(&store).unwrap().current;
    let own = file.person("Ana").unwrap().envelopes.clone().unwrap();
    let set = file.of_recovery().unwrap();
    let theirs = set.person("Fay").unwrap().envelopes.clone().unwrap();
    let mut opening =
        Opening::begin_by_recovery(Box::new(store.snapshot()), "rehearsal", "a trial").unwrap();
    assert!(
        opening
            .enter("Fay", &phrase("apple arrow"), own.share.as_deref())
            .is_err()
    );
    drop(opening);
    let mut opening = Opening::begin(Box::new(store), "rehearsal").unwrap();
    assert!(
        opening
            .enter("Ana", &phrase("falcon fiddle"), theirs.share.as_deref())
            .is_err()
    );
}

#[test]
fn a_vault_without_a_set_and_an_opening_without_a_reason_are_refused() {
    let (store, _) = with_a_key();
    assert!(text(recovered(store, &["Fay", "Gus"])).contains("declares no recovery set"));
    let (store, _) = with_a_set();
    for reason in ["", "  ", "a\u{7}b", &"x".repeat(201)] {
        let opening = Opening::begin_by_recovery(Box::new(store.snapshot()), "r", reason);
        assert!(text(opening.map(drop)).contains("its reason has 1 to 200"));
    }
}

#[test]
fn what_the_set_opened_is_written_down_and_only_rotated() {
    let (store, _) = with_a_set();
    let session = recovered_all(store.clone()).unwrap();
    let lines = log(&store);
    assert!(
        lines.contains("open-by-recovery") && lines.contains("the house burned down"),
        "the exception stands in the log before anything is done"
    );
    assert!(
        session
            .view()
            .notes
            .iter()
            .any(|n| n.starts_with("EXCEPTION"))
    );
    for action in [
        create_kek(&session),
        Action::Custody(CustodyAct::Drill { recovery: false }),
        Action::Custody(CustodyAct::Reshare { reason: "x".into() }),
        Action::Backup(super::action::Copying {
            medium: "RED".into(),
            ..Default::default()
        }),
    ] {
        let refused = text(session.preview(&action));
        assert!(
            refused.contains("that is for one thing: to rotate"),
            "{refused}"
        );
    }
    // Holders are the people who act, with the administrator and the witness.
    let names: Vec<String> = session
        .view()
        .people
        .iter()
        .map(|p| p.name.clone())
        .collect();
    assert_eq!(names, ["Ada", "Wim", "Fay", "Gus", "Hal"]);
    session.close().unwrap();
    // Custodians read it first, if they come back.
    let session = open_all(store, OLD).unwrap();
    assert!(
        session
            .view()
            .notes
            .iter()
            .any(|n| n.contains("the recovery set opened this vault"))
    );
    let due = super::due::due(&session.view(), session.view().now);
    assert!(due.iter().any(|d| d.kind == "spent" && d.over));
}

#[test]
fn the_set_rotates_and_ends_with_the_rotation() {
    let (store, kcv) = with_a_set();
    let before = store.snapshot();
    let mut session = recovered_all(store.clone()).unwrap();
    // Before a key is described, and not at the last Enter.
    let view = session.view();
    assert!(view.only_rotates().is_some() && view.no_software_keys() == view.only_rotates());
    assert!(view.notes[0].starts_with("EXCEPTION"), "{:?}", view.notes);
    let due = super::due::due(&view, view.now);
    let answer = due.iter().find(|d| d.kind == "spent").map(|d| &d.goes);
    assert!(matches!(
        answer,
        Some(super::due::Goes::Happened(super::happened::RECOVERED))
    ));
    let done = session
        .rotate_automatic(rotation(NEW), passphrases(NEW))
        .unwrap();
    assert_eq!(
        (done.gone, done.joined),
        (vec!["Cho".to_owned()], vec!["Dee".to_owned()])
    );
    assert!(!session.by_recovery());
    assert!(session.view().only_rotates().is_none());
    session.close().unwrap();
    let file = crate::vault::read_custody(&store).unwrap().current;
    assert!(file.recovery.is_none());
    assert!(text(recovered(store.clone(), &["Fay", "Gus"])).contains("declares no recovery set"));
    assert!(open_all(store.clone(), OLD).is_err());
    // Its shares do not open the new vault under its old public file either.
    let old_file = before.read(crate::vault::CUSTODY).unwrap().unwrap();
    let mut forged = store.snapshot();
    forged.replace(crate::vault::CUSTODY, &old_file).unwrap();
    assert!(recovered(forged, &["Fay", "Gus"]).is_err());
    let mut session = open_all(store, NEW).unwrap();
    still_exports(&mut session, &kcv);
    let view = session.view();
    let set = view.recovery.clone().unwrap();
    assert!(set.ended.is_some() && set.people.is_empty());
    let due = super::due::due(&view, view.now);
    assert!(
        due.iter()
            .any(|d| d.kind == "ended" && d.what.contains("make another"))
    );
}

/// Issuer, own act, and a signature that counts twice: the rules of approval hold among holders too.
#[test]
fn holders_approve_as_custodians_do() {
    let (store, _) = with_a_set();
    let mut session = recovered(store, &["Fay", "Gus"]).unwrap();
    let phrase = |name: &str| {
        let all = HOLDERS.iter().chain(OLD);
        let found = all.clone().find(|(n, _)| *n == name).unwrap().1;
        KeySource::Passphrase(SecretBytes::from_slice(found.as_bytes()))
    };
    let ask = |issuer: &str, session: &mut Session| {
        let asked = session.perform(Command::Ask {
            action: Action::Custody(CustodyAct::Rotate(rotation(NEW))),
            issuer: issuer.into(),
            origin: None,
            key: phrase(issuer),
        });
        asked.map(|outcome| match outcome {
            Outcome::Asked(pending) => pending,
            _ => panic!("not asked"),
        })
    };
    assert!(text(ask("Ana", &mut session)).contains("Ana is not a person of this vault today"));
    assert!(text(ask("Wim", &mut session)).contains("witness"));
    let pending = ask("Ada", &mut session).unwrap();
    assert_eq!(
        (pending.required, pending.may_sign),
        (2, vec!["Fay".to_owned(), "Gus".into(), "Hal".into()])
    );
    let approve = |person: &str, session: &mut Session| {
        session.perform(Command::Approve {
            id: pending.id,
            person: person.into(),
            key: phrase(person),
        })
    };
    approve("Fay", &mut session).map(drop).unwrap();
    assert!(text(approve("Fay", &mut session)).contains("signed this act already"));
    assert!(text(approve("Ada", &mut session)).contains("only custodians approve"));
    let early = text(
        session
            .prepare_rotation(&pending.id, passphrases(NEW))
            .map(drop),
    );
    assert!(early.contains("Fay") && early.contains("alone"), "{early}");
    approve("Gus", &mut session).map(drop).unwrap();
    session
        .prepare_rotation(&pending.id, passphrases(NEW))
        .map(drop)
        .unwrap();
}

#[test]
fn a_set_that_could_not_help_is_refused_before_anybody_signs() {
    let (store, _) = with_a_key();
    let session = open_all(store, OLD).unwrap();
    let judged = |change: &dyn Fn(&mut Recovery)| {
        let mut wanted = recovery();
        change(&mut wanted);
        text(session.preview(&Action::Custody(CustodyAct::Recovery(wanted))))
    };
    assert!(judged(&|r| r.k = 3).contains("a set that one loss ends is no recovery"));
    assert!(judged(&|r| r.k = 1).contains("takes 2 to 3"));
    assert!(judged(&|r| r.people[1].name = "ana".into()).contains("names ana, of this vault"));
    assert!(judged(&|r| r.people[1].name = "Wim".into()).contains("names Wim, of this vault"));
    let two = judged(&|r| r.people.truncate(2));
    let about = super::build::about_field(&two).unwrap();
    assert_eq!(about.0, super::op_custody::HOLDERS.id);
    assert!(about.1.starts_with("has 2 names, Fay, Gus"), "{two}");
    assert!(judged(&|r| r.people[1].name = "Fay".into()).contains("Two people are called Fay"));
    assert!(judged(&|r| r.place = " ".into()).contains("The place is empty"));
    let drill = Action::Custody(CustodyAct::Drill { recovery: true });
    assert!(text(session.preview(&drill)).contains("no recovery set in force"));
}

#[test]
fn too_few_custodians_make_no_set() {
    let (store, _) = with_a_key();
    let mut session = open_all(store, OLD).unwrap();
    let seq = session.view().seq;
    let one: Vec<Hand> = hands(OLD).into_iter().filter(|h| h.name == "Ana").collect();
    let refused = text(session.recovery_automatic(recovery(), passphrases(HOLDERS), &one));
    assert!(
        refused.contains("1 of 2 custodians have proven"),
        "{refused}"
    );
    assert_eq!(session.view().seq, seq);
    assert!(session.view().recovery.is_none());
}

#[test]
fn a_reshare_leaves_the_set_and_another_set_takes_its_place() {
    let (store, _) = with_a_set();
    let mut session = open_all(store.clone(), OLD).unwrap();
    session.reshare_automatic("yearly", &hands(OLD)).unwrap();
    session.close().unwrap();
    let session = recovered(store.snapshot(), &["Fay", "Hal"]).unwrap();
    session.close().unwrap();
    let old = crate::vault::read_custody(&store).unwrap().current;
    let mut session = open_all(store.clone(), OLD).unwrap();
    let made = make(&mut session).unwrap();
    assert!(made.old_set.is_some_and(|set| set != made.set));
    session.close().unwrap();
    // An envelope of the set before says that it is old.
    let set = old.of_recovery().unwrap();
    let fay = set.person("Fay").unwrap().envelopes.clone().unwrap();
    let mut opening =
        Opening::begin_by_recovery(Box::new(store.clone()), "rehearsal", "a trial").unwrap();
    let phrase = SecretBytes::from_slice(b"falcon fiddle");
    let refused = text(opening.enter("Fay", &phrase, fay.share.as_deref()));
    assert!(refused.contains("another set"), "{refused}");
    drop(opening);
    recovered(store, &["Fay", "Hal"]).unwrap().close().unwrap();
}

#[test]
fn its_holders_are_drilled_by_themselves() {
    let (store, _) = with_a_set();
    let mut session = open_all(store, OLD).unwrap();
    let year = 365 * 86_400_000;
    let view = session.view();
    let due = |view: &View, now| {
        let lines = super::due::due(view, now);
        let drills: Vec<String> = lines
            .iter()
            .filter(|d| d.kind == "drill")
            .map(|d| d.who.clone())
            .collect();
        drills.join("; ")
    };
    assert_eq!(due(&view, start()), "");
    assert!(due(&view, start().plus_millis(year)).contains("Fay, Gus, Hal"));
    let present: Vec<Hand> = hands(HOLDERS)
        .into_iter()
        .filter(|h| h.name != "Hal")
        .collect();
    let done = session.recovery_drill_automatic(&present).unwrap();
    assert_eq!(
        (done.proven, done.absent),
        (vec!["Fay".to_owned(), "Gus".into()], vec!["Hal".to_owned()])
    );
    // Custodians' envelopes prove nothing here, and the drill of custodians asks no holder.
    assert!(
        text(session.recovery_drill_automatic(&hands(OLD)).map(drop))
            .contains("nothing to write down")
    );
    let all: Vec<Hand> = hands(OLD).into_iter().chain(hands(HOLDERS)).collect();
    assert_eq!(
        session.drill_automatic(&all).unwrap().proven,
        ["Ana", "Ben", "Cho"]
    );
}

#[test]
fn the_making_cut_at_any_write_leaves_a_whole_vault_with_the_set_or_without_it() {
    let (store, kcv) = with_a_key();
    let counting = FaultStore::counting(store.snapshot());
    let writes = counting.writes();
    let mut session = open_all(counting, OLD).unwrap();
    let first = writes.load(Ordering::Relaxed) + 1;
    make(&mut session).unwrap();
    let last = writes.load(Ordering::Relaxed);
    drop(session);
    let mut seen = [0, 0];
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
            let _ = make(&mut session);
            drop(session);
            let left = contents(&files);
            if let Some(in_force) = known.get(&left) {
                seen[usize::from(*in_force)] += 1;
                continue;
            }
            let set = recovered(files.snapshot(), &["Fay", "Hal"]);
            let in_force = set.is_ok();
            known.insert(left, in_force);
            if let Ok(session) = set {
                session.close().unwrap();
            }
            let mut session = open_all(files.clone(), OLD)
                .unwrap_or_else(|e| panic!("write {at}, {fault:?}: {e}"));
            assert_eq!(
                session.view().recovery.is_some(),
                in_force,
                "write {at}, {fault:?}"
            );
            still_exports(&mut session, &kcv);
            session.close().unwrap();
            seen[usize::from(in_force)] += 1;
        }
    }
    assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
}
