//! What is due of copies, tokens and drills, on an open practice vault.

use std::sync::Arc;

use super::*;
use crate::session::view::{CopyView, DrillView, TokenView};
use crate::session::{Environment, practice};
use crate::vault::MemoryStore;

fn view() -> View {
    let store = Box::new(MemoryStore::new());
    let environment = Environment::seeded("due").unwrap();
    practice::vault(store, environment, None, true)
        .unwrap()
        .session
        .view()
}

fn copy(id: &str, state: &str, at: Timestamp, seq: u64) -> CopyView {
    CopyView {
        id: id.into(),
        seq,
        medium: "RED".into(),
        bag: None,
        holder: None,
        place: None,
        at,
        state: state.into(),
        old_set: false,
        holds_gone: Vec::new(),
    }
}

fn lines(view: &View, now: Timestamp) -> Vec<String> {
    let due = due(view, now);
    due.iter()
        .map(|d| format!("{} | {} | {} | {}", d.kind, d.what, d.when, d.who))
        .collect()
}

#[test]
fn a_fresh_vault_has_nothing_due() {
    let view = view();
    assert_eq!(lines(&view, view.now), Vec::<String>::new());
}

#[test]
fn copies_that_need_somebody_are_due_and_those_that_need_nobody_are_not() {
    let mut view = view();
    let now = view.now;
    let month = now.plus_millis(-31 * DAY);
    let mut before = copy("B2", "verified", now, view.seq);
    before.old_set = true;
    let mut holds = copy("B3", "verified", now, view.seq);
    holds.holds_gone = vec!["bdk-lab".into()];
    let mut gone = copy("B4", "destroyed", month, 0);
    gone.holds_gone = vec!["bdk-lab".into()];
    view.copies = Arc::new(vec![copy("B1", "begun", now, 0), before, holds, gone]);
    assert_eq!(
        lines(&view, now),
        [
            "copy | B1 on RED was not read back: make another | now | everybody",
            "copy | B2 on RED opens to the people of before | now | everybody",
            "copy | B3 may still hold bdk-lab | now | everybody",
        ]
    );
    // A copy of a month ago is due once something was done since.
    view.seq = 9;
    view.copies = Arc::new(vec![copy("B1", "verified", month, 8)]);
    let words = "copy | B1 is the newest and lacks what was done since | 31 d ago | everybody";
    assert_eq!(lines(&view, now), [words]);
    view.copies = Arc::new(vec![copy("B1", "verified", month, 9)]);
    assert!(lines(&view, now).is_empty());
    view.copies = Arc::new(vec![copy("B1", "verified", now, 8)]);
    assert!(lines(&view, now).is_empty());
}

#[test]
fn a_key_that_is_in_no_copy_is_due_and_the_only_copy_is_not_destroyed_first() {
    let mut session = practice::vault(
        Box::new(MemoryStore::new()),
        Environment::seeded("due").unwrap(),
        None,
        true,
    )
    .unwrap()
    .session;
    let action = crate::session::tests::create_kek(&session);
    session.act(action, None, None).unwrap();
    let mut view = session.view();
    let (now, before) = (view.now, view.now.plus_millis(-5000));
    view.copies = Arc::new(vec![copy("B1", "verified", before, 0)]);
    assert_eq!(
        lines(&view, now),
        ["copy | kek is in no copy yet | now | everybody"]
    );
    assert!(view.missing_copy().unwrap().contains("kek"));
    view.copies = Arc::new(vec![copy("B1", "verified", now, 1)]);
    assert_eq!((lines(&view, now), view.missing_copy()), (Vec::new(), None));
    let mut old = copy("B1", "verified", now, 1);
    old.old_set = true;
    view.copies = Arc::new(vec![old]);
    assert_eq!(
        lines(&view, now),
        ["copy | make a new copy; then destroy B1 | now | everybody"]
    );
    // Closing says it too: nobody of now can open what is left if this medium breaks.
    assert!(view.missing_copy().unwrap().contains("people of now"));
}

#[test]
fn a_drill_is_announced_before_its_day_and_late_after_it() {
    let mut view = view();
    let now = view.now;
    let due = now.plus_millis(12 * DAY);
    let mut people = view.people.to_vec();
    let ben = people.iter_mut().find(|p| p.name == "Ben").unwrap();
    ben.drill = Some(DrillView {
        last: None,
        due,
        share: true,
    });
    view.people = Arc::new(people);
    let ahead = "drill | the yearly proof of shares comes | in 12 d | Ben";
    assert_eq!(lines(&view, now), [ahead]);
    let late = "drill | shares were not proven for a year | now | Ben";
    assert_eq!(lines(&view, due), [late]);
    assert!(lines(&view, now.plus_millis(-19 * DAY)).is_empty());
}

fn token(name: &str, until: Timestamp) -> TokenView {
    TokenView {
        name: name.into(),
        comes_in: true,
        material: "TR34_KEY_BLOCK",
        algorithm: "RSA_3072",
        given: until,
        until,
        root: None,
        certificate: None,
        file: String::new(),
        sha256: None,
        used: Vec::new(),
    }
}

#[test]
fn a_token_that_was_given_out_runs_down() {
    let mut view = view();
    let now = view.now;
    let until = now.plus_millis(6 * DAY);
    view.tokens = Arc::new(vec![token("import-token-abc", until)]);
    let line = "token | no key came yet; certificate ends | in 6 d | -";
    assert_eq!(lines(&view, now), [line]);
    // Given out for a week it said six days a minute later; at its end no hour is promised that there is not.
    let asked = now.plus_millis(-DAY + 60_000);
    let hours = |left: i64| now.plus_millis(6 * DAY - left * DAY / 24 - 60_000);
    for (at, said) in [
        (asked, "7 d"),
        (hours(60), "3 d"),
        (hours(47), "47 h"),
        (hours(1), "1 h"),
    ] {
        let line = format!("token | no key came yet; certificate ends | in {said} | -");
        assert_eq!(lines(&view, at), [line]);
    }
    // Several are one line: the next that ends.
    let later = now.plus_millis(7 * DAY);
    view.tokens = Arc::new(vec![
        token("import-token-def", later),
        token("import-token-abc", until),
        token("import-token-old", now.plus_millis(DAY)),
    ]);
    let over = "token | no key came yet; certificate ends | 24 h ago | -";
    let living = "token | first of 2 unused ones ends | in 4 d | -";
    assert_eq!(lines(&view, now.plus_millis(2 * DAY)), [over, living]);
}

#[test]
fn a_used_token_one_that_ended_before_and_one_of_years_are_not_due() {
    let mut view = view();
    let now = view.now;
    let mut used = token("import-token-abc", now.plus_millis(6 * DAY));
    used.used = vec![("kek-1".into(), now)];
    let ended = token("import-token-def", now.plus_millis(-DAY));
    let years = token("import-token-ghi", now.plus_millis(400 * DAY));
    view.tokens = Arc::new(vec![used, ended, years]);
    assert_eq!(lines(&view, now), Vec::<String>::new());
}

fn appointed(
    view: &mut View,
    person: &str,
    (from, until): (i64, i64),
    (manager, backup): (&str, &str),
) {
    let now = view.now.millis();
    let mut ledger = view.ledger.as_ref().clone();
    ledger
        .appointments
        .push(crate::custody::ledger::Appointment {
            person: person.into(),
            from: now + from * DAY,
            until: now + until * DAY,
            manager: manager.into(),
            backup: backup.into(),
            form: format!("KCF-{person}"),
        });
    view.ledger = Arc::new(ledger);
}

#[test]
fn appointments_are_due_before_the_day_that_needs_them() {
    let mut view = view();
    let now = view.now;
    // A practice vault asks for none; what was entered ends there too.
    appointed(&mut view, "Ana", (-300, 20), ("Meg", "Zoe"));
    let ends = "appoint | the appointment ends: sign the next | in 20 d | Ana";
    assert_eq!(lines(&view, now), [ends]);
    assert_eq!(
        lines(&view, now.plus_millis(21 * DAY)),
        ["appoint | no appointment is in force today | now | Ana"]
    );
    assert!(lines(&view, now.plus_millis(-11 * DAY)).is_empty());
    // The next form is entered: nothing is due, though the first still ends.
    appointed(&mut view, "Ana", (19, 400), ("Meg", "Zoe"));
    assert!(lines(&view, now).is_empty());
    view.profile = crate::session::Profile::Production;
    view.only_copy = None;
    assert_eq!(
        lines(&view, now),
        [
            "appoint | no signed appointment is entered | now | Ben, Cho",
            "appoint | Zoe could not stand in for Ana | now | Zoe"
        ]
    );
    for (person, manager) in [("Ben", "Ned"), ("Cho", "Ole"), ("Zoe", "Meg")] {
        appointed(&mut view, person, (-1, 400), (manager, "Zoe"));
    }
    // In the place of one of them, Zoe would stand in for the two others as well.
    let told = lines(&view, now);
    assert_eq!(
        told,
        ["appoint | Zoe could not stand in for Ana, Ben, Cho | now | Zoe"]
    );
    // What is said of it is the rule that refuses, and not that an appointment is missing.
    let line = due(&view, now).into_iter().next().unwrap();
    let why = line.explained();
    assert!(
        why.contains("C4") && why.contains("Zoe would hold"),
        "{why}"
    );
    assert!(matches!(&line.goes, Goes::Appoint(whom) if whom.person == "Ana"));
}
