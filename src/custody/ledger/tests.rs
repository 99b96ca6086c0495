//! Each rule of the ledger with a case it lets through and one it refuses, naming the past event.

use super::*;

const DAY: i64 = 86_400_000;
const START: i64 = 1_764_000_000_000;

fn split(id: &str, threshold: u8, parts: u8) -> Split {
    Split {
        id: id.to_owned(),
        what: "components of kek-x".to_owned(),
        threshold,
        parts,
        at: START,
        destroyed: None,
    }
}

fn holding(person: &str, split: &str, part: u8, place: &str) -> Holding {
    Holding {
        person: person.to_owned(),
        split: split.to_owned(),
        part,
        place: place.to_owned(),
        safe: None,
        by: "init".to_owned(),
        since: START,
        until: None,
    }
}

fn appointment(person: &str, manager: &str, backup: &str) -> Appointment {
    Appointment {
        person: person.to_owned(),
        from: START,
        until: START + 365 * DAY,
        manager: manager.to_owned(),
        backup: backup.to_owned(),
        form: format!("KCF-{person}"),
    }
}

fn ask<'a>(person: &'a str, split: &'a Split, part: u8, place: &'a str) -> HandOut<'a> {
    HandOut {
        person,
        split,
        part,
        place,
        safe: None,
        at: START + DAY,
    }
}

/// Ana held component 1 of two and gave it back; Ben holds component 2 now.
fn ledger() -> Ledger {
    let mut ledger = Ledger::default();
    ledger.divide(split("s1", 2, 2));
    ledger.hand_out(holding("Ana", "s1", 1, "safe 1"));
    ledger.hand_out(holding("Ben", "s1", 2, "safe 2"));
    ledger
}

#[test]
fn what_was_held_once_counts_for_good() {
    let mut ledger = ledger();
    ledger.close_set("s1", START + DAY);
    let known = ledger.split("s1").unwrap().clone();
    assert!(ledger.may_hold(&ask("Ana", &known, 1, "safe 3")).is_ok());
    let refused = ledger
        .may_hold(&ask("ana ", &known, 2, "safe 3"))
        .unwrap_err();
    assert_eq!(refused.rule, Rule::A3);
    assert_eq!(
        refused.to_string(),
        "A3 (PCI PIN 21-2.4): ana  may not take part 2 of the components of kek-x: Ana held from 2025-11-24 to \
         2025-11-25 part 1 of the components of kek-x (s1, by init), and 2 parts make the secret. Nothing was \
         handed out or changed. Give the part to somebody who never held another of the same secret, or divide a \
         new secret."
    );
    assert!(ledger.may_hold(&ask("Cho", &known, 2, "safe 3")).is_ok());
}

#[test]
fn only_the_end_of_the_secret_clears_what_people_know() {
    let mut ledger = ledger();
    ledger.destroyed("s1", START + DAY);
    let gone = ledger.split("s1").unwrap().clone();
    assert!(ledger.may_hold(&ask("Ana", &gone, 2, "safe 3")).is_ok());
    assert_eq!(ledger.keep_until("s1"), Some(START + 732 * DAY));
    // Another secret is another secret.
    let next = split("s2", 2, 2);
    assert!(ledger.may_hold(&ask("Ana", &next, 2, "safe 3")).is_ok());
}

#[test]
fn below_the_threshold_more_parts_are_allowed() {
    let mut ledger = Ledger::default();
    let three = split("s3", 3, 5);
    ledger.divide(three.clone());
    ledger.hand_out(holding("Ana", "s3", 1, "safe 1"));
    assert!(ledger.may_hold(&ask("Ana", &three, 2, "safe 2")).is_ok());
    ledger.hand_out(holding("Ana", "s3", 2, "safe 2"));
    assert_eq!(
        ledger
            .may_hold(&ask("Ana", &three, 3, "safe 3"))
            .unwrap_err()
            .rule,
        Rule::A3
    );
}

#[test]
fn one_place_never_holds_enough() {
    let ledger = ledger();
    let known = ledger.split("s1").unwrap().clone();
    let refused = ledger
        .may_hold(&ask("Cho", &known, 2, "Safe 1"))
        .unwrap_err();
    assert_eq!(refused.rule, Rule::C4);
    assert!(refused.past.contains("already lies in Safe 1"), "{refused}");
    assert!(ledger.may_hold(&ask("Cho", &known, 2, "safe 9")).is_ok());
    // In the vault's own folder (test, rehearsal) nobody keeps anything anywhere.
    assert!(ledger.may_hold(&ask("Cho", &known, 2, "")).is_ok());
}

#[test]
fn a_stand_in_holds_no_other_part() {
    let mut ledger = ledger();
    ledger.appointments.push(appointment("Ana", "Meg", "Dee"));
    let known = ledger.split("s1").unwrap().clone();
    assert!(ledger.may_hold(&ask("Eve", &known, 2, "safe 4")).is_ok());
    let refused = ledger
        .may_hold(&ask("Dee", &known, 2, "safe 4"))
        .unwrap_err();
    assert_eq!(refused.rule, Rule::C4);
    assert_eq!(
        refused.to_string(),
        "C4 (PCI PIN 8-2): Dee may not take part 2 of the components of kek-x: Dee is appointed to stand in for Ana \
         (appointment KCF-Ana of 2025-11-24); Ana holds since 2025-11-24 part 1 of the components of kek-x (s1, by \
         init), and the two would reach 2 parts, of which 2 make the secret. Nothing was handed out or changed. Keep \
         the part in another place, or appoint anew with a stand-in who holds no other part of the same secret."
    );
    // A later appointment with another backup frees Dee.
    ledger.appointments.push(appointment("Ana", "Meg", "Zoe"));
    assert!(ledger.may_hold(&ask("Dee", &known, 2, "safe 4")).is_ok());
}

#[test]
fn a_form_must_be_in_force_on_the_day() {
    let mut ledger = Ledger::default();
    assert!(ledger.may_serve("Ana", START, false).is_ok());
    let none = ledger.may_serve("Ana", START, true).unwrap_err();
    assert_eq!(
        (none.rule, none.past.as_str()),
        (Rule::A7, "no signed appointment is on record")
    );
    ledger.appointments.push(appointment("Ana", "Meg", "Dee"));
    assert!(ledger.may_serve("Ana", START, true).is_ok());
    let early = ledger.may_serve("Ana", START - 1, false).unwrap_err();
    assert_eq!(early.past, "the appointment KCF-Ana begins on 2025-11-24");
    let late = ledger
        .may_serve("Ana", START + 366 * DAY, false)
        .unwrap_err();
    assert_eq!(late.past, "the appointment KCF-Ana ended on 2026-11-24");
}

#[test]
fn a_threshold_does_not_report_to_one_manager() {
    let mut ledger = Ledger::default();
    for (person, manager) in [("Ana", "Meg"), ("Ben", "meg"), ("Cho", "Ned")] {
        ledger
            .appointments
            .push(appointment(person, manager, "Zoe"));
    }
    assert!(ledger.may_form(&["Ana", "Cho"], 2, START).is_ok());
    assert!(ledger.may_form(&["Ana", "Ben", "Cho"], 3, START).is_ok());
    let refused = ledger
        .may_form(&["Ana", "Ben", "Cho"], 2, START)
        .unwrap_err();
    assert_eq!((refused.rule, refused.person.as_str()), (Rule::A8, "Ben"));
    assert_eq!(
        refused.past,
        "2 of them report to meg (appointments KCF-Ana of 2025-11-24, KCF-Ben of 2025-11-24), and 2 make the secret"
    );
}

/// A safe that these people can open.
fn safe(name: &str, access: &[&str]) -> Safe {
    Safe {
        name: name.to_owned(),
        access: access.iter().map(|&p| p.to_owned()).collect(),
    }
}

#[test]
fn a_safe_holds_one_component_of_a_key_and_nobody_opens_two() {
    let mut ledger = Ledger::default();
    let three = split("s1", 3, 3);
    ledger.divide(three.clone());
    ledger.hand_out(Holding {
        safe: Some(safe("Safe 1", &["Ana", "Dee"])),
        ..holding("Ana", "s1", 1, "TE-1")
    });
    let ben = |into: &Safe, of: &Split| {
        let into = HandOut {
            safe: Some(into),
            ..ask("Ben", of, 2, "TE-2")
        };
        ledger.may_hold(&into).map_err(|refused| {
            assert_eq!(refused.rule, Rule::C4);
            refused.past
        })
    };
    assert_eq!(ben(&safe("Safe 2", &["Ben"]), &three), Ok(()));
    assert_eq!(ben(&safe("Safe 2", &[]), &three), Ok(()));
    let held = "Ana holds since 2025-11-24 part 1 of the components of kek-x (s1, by init)";
    assert_eq!(
        ben(&safe(" safe 1", &["Ben"]), &three),
        Err(format!("{held}, and it lies in the safe Safe 1"))
    );
    assert_eq!(
        ben(&safe("Safe 2", &["Ben", "Dee"]), &three),
        Err(format!(
            "{held}, and it lies in the safe Safe 1, which Dee can open too"
        ))
    );
    // Ana can open both, and she saw the first: the safe says so before what she saw does.
    assert!(ben(&safe("Safe 2", &["Ben", "Ana"]), &three).is_err());
    // The same safe again for another set of the same key; for another key it is free.
    assert!(ben(&safe("Safe 1", &["Ben"]), &split("s2", 3, 3)).is_err());
    let other = Split {
        what: "components of kek-y".to_owned(),
        ..split("s3", 3, 3)
    };
    assert_eq!(ben(&safe("Safe 1", &["Ben"]), &other), Ok(()));
}

#[test]
fn whoever_saw_a_component_opens_no_safe_with_another() {
    let mut ledger = ledger();
    ledger.close_set("s1", START + 1);
    let into = safe("Safe 3", &["Cho", "Ana"]);
    let again = split("s2", 2, 2);
    let cho = HandOut {
        safe: Some(&into),
        ..ask("Cho", &again, 2, "TE-3")
    };
    let refused = ledger.may_hold(&cho).unwrap_err();
    assert_eq!(refused.rule, Rule::C4);
    assert_eq!(
        refused.past,
        "Ana held from 2025-11-24 to 2025-11-24 part 1 of the components of kek-x (s1, by init), and can open the \
         safe Safe 3"
    );
}

#[test]
fn a_ledger_of_before_safes_were_entered_reads_on_and_is_written_as_it_was() {
    let old = r#"{"person":"Ana","split":"s1","part":1,"place":"TE-1","by":"init","since":5}"#;
    let read: Holding = serde_json::from_str(old).unwrap();
    assert_eq!(read.safe, None);
    assert_eq!(serde_json::to_string(&read).unwrap(), old);
}

#[test]
fn whoever_held_a_part_does_not_watch_its_end() {
    let mut ledger = ledger();
    let known = ledger.split("s1").unwrap().clone();
    assert!(ledger.may_observe_destruction("Wim", &known).is_ok());
    let refused = ledger.may_observe_destruction("Ana", &known).unwrap_err();
    assert_eq!(refused.rule, Rule::A6);
    assert_eq!(
        refused.past,
        "Ana holds since 2025-11-24 part 1 of the components of kek-x (s1, by init)"
    );
    // Another set of the same key: what was held of the first counts. Of another key it does not.
    let again = split("s2", 2, 2);
    ledger.divide(again.clone());
    assert!(ledger.may_observe_destruction("Ana", &again).is_err());
    let other = Split {
        what: "components of kek-y".to_owned(),
        ..split("s3", 2, 2)
    };
    assert!(ledger.may_observe_destruction("Ana", &other).is_ok());
}

#[test]
fn an_access_has_every_field_and_another_witness() {
    let mut ledger = ledger();
    let access = Access {
        out: START,
        back: START + 60_000,
        split: "s1".to_owned(),
        part: 1,
        purpose: "key loading".to_owned(),
        custodian: "Ana".to_owned(),
        witness: "Wim".to_owned(),
        package: "TE-1".to_owned(),
    };
    assert!(ledger.enter_access(access.clone()).is_ok());
    for wrong in [
        Access {
            witness: "Ana".to_owned(),
            ..access.clone()
        },
        Access {
            witness: "Ben".to_owned(),
            ..access.clone()
        },
        Access {
            package: " ".to_owned(),
            ..access.clone()
        },
        Access {
            back: START - 1,
            ..access.clone()
        },
    ] {
        assert_eq!(ledger.enter_access(wrong).unwrap_err().rule, Rule::A9);
    }
    assert_eq!(ledger.accesses.len(), 1);
    // Whoever held a component of the key in another set of it watches no access to this one.
    ledger.divide(split("s2", 2, 2));
    let of_another_set = Access {
        split: "s2".to_owned(),
        witness: "Ben".to_owned(),
        ..access.clone()
    };
    let refused = ledger.enter_access(of_another_set).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "A9 (PCI PIN 26-1): Ben may not witness the access of Ana: Ben holds since 2025-11-24 part 2 of the components \
         of kek-x (s1, by init). Nothing was handed out or changed. Name another witness and fill in every field of \
         the access."
    );
    // A ledger that is empty is not written: one that knows of an access alone has to be.
    let alone = Ledger {
        accesses: ledger.accesses,
        ..Ledger::default()
    };
    assert!(!alone.is_empty() && Ledger::default().is_empty());
}

proptest::proptest! {
    /// Whatever was handed out with the rule's leave, nobody ever knows a threshold of a living secret.
    #[test]
    fn nobody_ever_knows_a_threshold(
        threshold in 2_u8..5,
        asks in proptest::collection::vec((0_usize..4, 1_u8..7), 1..40),
    ) {
        const PEOPLE: [&str; 4] = ["Ana", "Ben", "Cho", "Dee"];
        let mut ledger = Ledger::default();
        let secret = split("s", threshold, 6);
        ledger.divide(secret.clone());
        for (person, part) in asks {
            let person = PEOPLE[person];
            if ledger.may_hold(&ask(person, &secret, part, "")).is_ok() {
                ledger.hand_out(holding(person, "s", part, ""));
            }
            ledger.close_set("s", START);
        }
        for person in PEOPLE {
            let known: std::collections::BTreeSet<u8> =
                ledger.held_by(person, "s").map(|h| h.part).collect();
            proptest::prop_assert!(known.len() < usize::from(threshold));
        }
    }
}

/// A stand-in is judged when the appointment is entered, by what both hold today.
#[test]
fn a_stand_in_who_holds_another_part_is_refused_at_once() {
    let mut ledger = ledger();
    assert!(ledger.may_stand_in("Ana", "Zoe").is_ok());
    let refused = ledger.may_stand_in("Ana", "Ben").unwrap_err();
    assert_eq!(refused.rule, Rule::C4);
    assert!(refused.past.contains("Ben holds since"), "{refused}");
    assert!(refused.foretold().contains("who holds no other part"));
    // What nobody holds any more, or what is destroyed, stands against nobody.
    ledger.destroyed("s1", START + DAY);
    assert!(ledger.may_stand_in("Ana", "Ben").is_ok());
}

#[test]
fn appointments_that_follow_each_other_end_with_the_last() {
    let mut ledger = ledger();
    ledger.appointments.push(appointment("Ana", "Meg", "Dee"));
    let first = ledger.appointments[0].until;
    let next = Appointment {
        from: first + 1000,
        until: i64::MAX,
        ..appointment("Ana", "Meg", "Dee")
    };
    assert_eq!(ledger.appointed_until("Ana", START + DAY), Some(first));
    assert_eq!(
        ledger.with(next).appointed_until("Ana", START + DAY),
        Some(i64::MAX)
    );
    assert_eq!(ledger.appointed_until("Ben", START + DAY), None);
}

/// Nobody enters one form, asks again and is told of the next person.
#[test]
fn everybody_whose_appointment_is_missing_is_named_at_once() {
    let mut ledger = ledger();
    ledger.appointments.push(appointment("Ana", "Meg", "Zoe"));
    let split = split("new", 2, 3);
    let at = split.at;
    let people = [("Fay", ""), ("Ana", ""), ("Gus", ""), ("Hal", "")];
    let seats = Seats {
        people: &people,
        split: &split,
        strict: true,
    };
    let none = ledger.may_take_seats(&seats).unwrap_err();
    assert_eq!(
        (none.rule, none.person.as_str()),
        (Rule::A7, "Fay, Gus, Hal")
    );
    assert_eq!(none.past, "no signed appointment is on record");
    let words = none.to_string();
    assert!(
        words.contains("Enter the signed appointment first"),
        "{words}"
    );
    // Where the reasons differ each is said of whom it is.
    ledger.appointments.push(Appointment {
        until: at - 1,
        ..appointment("Gus", "Max", "Zoe")
    });
    let each = ledger.may_take_seats(&seats).unwrap_err().past;
    assert!(
        each.starts_with(
            "Fay: no signed appointment is on record; Gus: the appointment KCF-Gus ended"
        ),
        "{each}"
    );
}
