//! Who may hold, serve, observe and watch is decided from the custody ledger, at the door and in a ceremony: each refusal
//! names the rule with its clause, and the past event with its date and the ceremony's step or the paper.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_push_string
)]

use keymoot::api::{KeyAlgorithm, Timestamp};
use keymoot::ceremony::{RunError, Runner, Script, Wanted};
use keymoot::crypto::SecretBytes;
use keymoot::session::build::{Answers, action};
use keymoot::session::{
    Command, ComponentCommand, ComponentStep, Environment, NewPerson, NewVault, Outcome, Profile,
    Rotation, Seat, Session, SetRef, Source, create, practice,
};
use keymoot::vault::MemoryStore;

const ONE: &str = "3B577FB3FD756DDFE62F6B52751580E0";
const TWO: &str = "D9CDE338A104A789859E76150B543251";

fn session() -> Session {
    let environment = Environment::seeded("eligibility").unwrap();
    let clock = Timestamp::parse_rfc3339("2026-11-24T09:00:00Z").unwrap();
    practice::vault(
        Box::new(MemoryStore::default()),
        environment,
        Some(clock),
        true,
    )
    .unwrap()
    .session
}

fn set(id: &str, label: &str, parts: u8) -> SetRef {
    SetRef {
        id: id.to_owned(),
        label: label.to_owned(),
        algorithm: KeyAlgorithm::TDES_2KEY,
        parts,
        run: None,
    }
}

fn step(
    session: &mut Session,
    set: &SetRef,
    (part, person): (u8, &str),
    step: ComponentStep,
) -> Result<(), String> {
    let command = ComponentCommand {
        set: set.clone(),
        part,
        person: person.to_owned(),
        by: "enter-first".to_owned(),
        step,
        arrow: None,
    };
    match session.perform(Command::Component(Box::new(command))) {
        Ok(Outcome::Component { .. }) => Ok(()),
        Ok(_) => panic!("another outcome"),
        Err(refusal) => Err(refusal.to_string()),
    }
}

fn enter(session: &mut Session, set: &SetRef, turn: (u8, &str)) -> Result<(), String> {
    let (value, kcv) = if turn.0 == 1 {
        (ONE, "CAEBAA")
    } else {
        (TWO, "DF9B9A")
    };
    let value = data_encoding::HEXUPPER.decode(value.as_bytes()).unwrap();
    let entered = ComponentStep::Enter {
        value: SecretBytes::new(value),
        kcv: Some(kcv.to_owned()),
        source: Source::Entered,
    };
    step(session, set, turn, entered)
}

/// A vault of the same people whose shares make nothing until all three are together.
fn session_of_three() -> Session {
    let people = practice::PEOPLE.iter();
    let people = people.map(|(name, role, phrase)| NewPerson::new(name, role, phrase.as_bytes()));
    let new = NewVault {
        k: 3,
        t: 3,
        clock: Some(Timestamp::parse_rfc3339("2026-11-24T09:00:00Z").unwrap()),
        ..NewVault::usual("three", Profile::Rehearsal, people)
    };
    let environment = Environment::seeded("three").unwrap();
    create(Box::new(MemoryStore::default()), new, environment)
        .unwrap()
        .session
}

fn appoint(session: &mut Session, person: &str, manager: &str, backup: &str, until: &str) {
    appointed(session, person, manager, backup, until).unwrap();
}

fn appointed(
    session: &mut Session,
    person: &str,
    manager: &str,
    backup: &str,
    until: &str,
) -> Result<(), String> {
    let texts = [
        ("person", person),
        ("from", "2026-01-01"),
        ("until", until),
        ("manager", manager),
        ("stand-in", backup),
        ("form", &format!("KCF-{person}")),
    ];
    let answers = Answers {
        texts: texts
            .map(|(id, text)| (id.to_owned(), text.to_owned()))
            .into(),
        by: "Ada".to_owned(),
        ..Answers::default()
    };
    let act = action(session, "vault.appoint", &answers).unwrap();
    match session.act(act, None, None) {
        Ok(_) => Ok(()),
        Err(refusal) => Err(refusal.to_string()),
    }
}

/// Two of three shares open the vault: whoever holds one stands in for no other, and that is said before anybody signs.
#[test]
fn c4_a_stand_in_who_holds_a_share_is_refused_with_the_appointment() {
    let mut session = session();
    let words = appointed(&mut session, "Ana", "Meg", "Ben", "2027-11-01").unwrap_err();
    assert!(
        words.starts_with(
            "The field stand-in is refused. C4 (PCI PIN 8-2): Ben may not stand in for Ana: Ben holds since 2026-11-24 \
             part 2 of the shares of this vault"
        ),
        "{words}"
    );
    assert!(
        words.contains("Ana holds since 2026-11-24 part 1"),
        "{words}"
    );
    appoint(&mut session, "Ana", "Meg", "Dee", "2027-11-01");
}

#[test]
fn a3_whoever_would_know_enough_is_refused_by_what_they_held_before() {
    let mut session = session();
    let two = set("a", "zmk", 2);
    enter(&mut session, &two, (1, "Ana")).unwrap();
    let held = "Ana holds since 2026-11-24 part 1 of the components of zmk (a, by enter-first)";
    assert_eq!(
        enter(&mut session, &two, (2, "Ana")).unwrap_err(),
        format!(
            "A3 (PCI PIN 21-2.4): Ana may not take part 2 of the components of zmk: {held}, and 2 parts make the \
             secret. Nothing was handed out or changed. Give the part to somebody who never held another of the same \
             secret, or divide a new secret."
        )
    );
    // Another ceremony for the same key: what was held in the first counts.
    let later = set("b", "zmk", 2);
    let words = enter(&mut session, &later, (2, "Ana")).unwrap_err();
    assert!(words.starts_with("A3") && words.contains(held), "{words}");
    enter(&mut session, &later, (2, "Ben")).unwrap();
}

#[test]
fn a7_a_form_that_has_ended_is_named_with_its_last_day() {
    let mut session = session();
    let two = set("a", "zmk", 2);
    appoint(&mut session, "Ana", "Meg", "Dee", "2026-11-01");
    let words = enter(&mut session, &two, (1, "Ana")).unwrap_err();
    assert!(
        words.starts_with(
            "A7 (PCI PIN 25-1): Ana may not serve as custodian on 2026-11-24: the appointment KCF-Ana ended on \
             2026-11-01."
        ),
        "{words}"
    );
    assert!(session.component_parts("a").is_empty());
    appoint(&mut session, "Ana", "Meg", "Dee", "2027-11-01");
    enter(&mut session, &two, (1, "Ana")).unwrap();
}

/// The rule that stops a custodian's turn is asked before the ceremony begins: nothing is on record then.
#[test]
fn a7_is_told_before_a_ceremony_begins_and_not_in_its_first_turn() {
    let mut session = session();
    appoint(&mut session, "Ana", "Meg", "Dee", "2026-11-01");
    let refused = played(&mut session, &entering()).unwrap_err().to_string();
    assert!(
        refused.starts_with("A7 (PCI PIN 25-1): Ana may not serve"),
        "{refused}"
    );
    assert!(refused.ends_with("Nothing was begun."), "{refused}");
    assert!(session.view().runs.is_empty());
    appoint(&mut session, "Ana", "Meg", "Dee", "2027-11-01");
    played(&mut session, &entering()).unwrap();
}

#[test]
fn a8_whoever_reports_to_the_same_manager_is_named_with_the_papers() {
    let mut session = session();
    let two = set("a", "zmk", 2);
    appoint(&mut session, "Ana", "Meg", "Dee", "2027-11-01");
    appoint(&mut session, "Ben", "Meg", "Eve", "2027-11-01");
    enter(&mut session, &two, (1, "Ana")).unwrap();
    let words = enter(&mut session, &two, (2, "Ben")).unwrap_err();
    assert!(
        words.starts_with(
            "A8 (PCI PIN 25-1.4): Ben may not hold a part together with Ana: 2 of them report to Meg \
             (appointments KCF-Ana of 2026-01-01, KCF-Ben of 2026-01-01), and 2 make the secret."
        ),
        "{words}"
    );
    enter(&mut session, &two, (2, "Cho")).unwrap();
}

#[test]
fn c4_a_stand_in_is_named_with_the_paper_and_what_the_other_holds() {
    let mut session = session_of_three();
    let two = set("a", "zmk", 2);
    appoint(&mut session, "Ana", "Meg", "Ben", "2027-11-01");
    enter(&mut session, &two, (1, "Ana")).unwrap();
    let words = enter(&mut session, &two, (2, "Ben")).unwrap_err();
    assert!(
        words.starts_with(
            "C4 (PCI PIN 8-2): Ben may not take part 2 of the components of zmk: Ben is appointed to stand in for Ana \
             (appointment KCF-Ana of 2026-01-01); Ana holds since 2026-11-24 part 1 of the components of zmk (a, by \
             enter-first), and the two would reach 2 parts, of which 2 make the secret."
        ),
        "{words}"
    );
    enter(&mut session, &two, (2, "Cho")).unwrap();
}

#[test]
fn a9_whoever_held_a_part_watches_no_access() {
    let mut session = session();
    let two = set("a", "zmk", 2);
    enter(&mut session, &two, (1, "Ana")).unwrap();
    enter(&mut session, &two, (2, "Ben")).unwrap();
    let sealed = |witness: &str| ComponentStep::Seal {
        serial: "N-1".to_owned(),
        witness: witness.to_owned(),
        safe: None,
    };
    let words = step(&mut session, &two, (1, "Ana"), sealed("Ben")).unwrap_err();
    assert!(
        words.starts_with(
            "A9 (PCI PIN 26-1): Ben may not witness the access of Ana: Ben holds since 2026-11-24 part 2 of the \
             components of zmk (a, by enter-first)."
        ),
        "{words}"
    );
    step(&mut session, &two, (1, "Ana"), sealed("Wim")).unwrap();
}

const PLACES: &str = "version = 1\ntitle = \"x\"\n[policy]\nprofiles = [\"rehearsal\"]\n\
    [[person]]\nid = \"lead\"\nrole = \"administrator\"\n[[person]]\nid = \"watch\"\nrole = \"witness\"\n\
    [[person]]\nid = \"c1\"\nrole = \"custodian\"\n[[person]]\nid = \"c2\"\nrole = \"custodian\"\n\
    [[key]]\nid = \"zmk\"\nusage = \"K0\"\nalgorithm = \"TDES_2KEY\"\nmodes = \"B\"\nexportable = false\n";

/// Two custodians bring a key in components.
fn entering() -> String {
    let mut text = format!("id = \"bring\"\n{PLACES}components = 2\n");
    for (n, kcv, value) in [(1, "CAEBAA", ONE), (2, "DF9B9A", TWO)] {
        text += &format!(
            "[[item]]\nid = \"bag-{n}\"\nkind = \"bag\"\ncourier = \"courier-{n}\"\n[[step]]\nid = \"receive-{n}\"\n\
             op = \"component.receive\"\nkey = \"zmk\"\npart = {n}\nitem = \"bag-{n}\"\nwho = [\"c{n}\"]\nobserve = \
             [\"watch\"]\nwhy = \"x\"\n[[rehearsal.answer]]\nstep = \"receive-{n}\"\nadvised = \"B-{n}\"\nserial = \
             \"B-{n}\"\n"
        );
        text += &format!(
            "[[step]]\nid = \"enter-{n}\"\nop = \"component.enter\"\nkey = \"zmk\"\npart = {n}\nwho = [\"c{n}\"]\nwhy \
             = \"x\"\n[[rehearsal.answer]]\nstep = \"enter-{n}\"\nvalue = \"TEST:{value}\"\nkcv = \"{kcv}\"\n\
             [[rehearsal.answer]]\nstep = \"seal-{n}\"\nserial = \"N-{n}\"\n"
        );
    }
    text += "[[step]]\nid = \"form\"\nop = \"import-key.components\"\nkey = \"zmk\"\ninitiate = \"lead\"\napprove = { \
             count = 2 }\nexpect = { state = \"CREATE_COMPLETE\", kcv = \"ACCC7A\" }\nwhy = \"x\"\n";
    for n in 1..=2 {
        text += &format!(
            "[[step]]\nid = \"seal-{n}\"\nop = \"component.seal\"\nkey = \"zmk\"\npart = {n}\nwho = [\"c{n}\"]\n\
             observe = [\"watch\"]\nwhy = \"x\"\n"
        );
    }
    text + "[on_abort]\ndo = [\"reseal-open-components\"]\n[rehearsal]\nseed = \"x\"\n"
}

/// The key is deleted, and somebody watches.
fn deleting() -> String {
    format!(
        "id = \"end\"\n{PLACES}existing = true\n[[step]]\nid = \"delete\"\nop = \"delete-key\"\nkey = \"zmk\"\ndays = \
         3\ninitiate = \"lead\"\napprove = {{ count = 2, from = [\"c1\", \"c2\"] }}\nobserve = [\"watch\"]\nexpect = {{ \
         state = \"DELETE_PENDING\" }}\nwhy = \"x\"\n"
    )
}

fn played(session: &mut Session, text: &str) -> Result<(), RunError> {
    let script = Script::parse(text.as_bytes()).unwrap_or_else(|found| panic!("{found:#?}"));
    let found = script.lint();
    assert!(found.is_empty(), "{found:#?}");
    let mut runner = Runner::begin(session, script, Wanted::default())?;
    runner.headless(session).map(|_| ())
}

/// Ana, who was a custodian, is the witness from now on, and Wim a custodian.
fn changed_places(session: &mut Session) {
    let seats = [
        ("Ada", "administrator"),
        ("Wim", "custodian"),
        ("Ben", "custodian"),
        ("Cho", "custodian"),
        ("Ana", "witness"),
    ];
    let rotation = Rotation {
        reason: "Ana goes to internal audit".to_owned(),
        k: 2,
        t: 2,
        people: seats
            .map(|(name, role)| Seat {
                name: name.to_owned(),
                role,
                medium: None,
            })
            .into(),
    };
    let phrase = |(name, _): (&str, &str)| {
        let words = format!("new words of {name}");
        (name.to_owned(), SecretBytes::from_slice(words.as_bytes()))
    };
    session
        .rotate_automatic(rotation, seats.map(phrase).into())
        .unwrap();
}

#[test]
fn a6_whoever_was_a_custodian_of_the_key_does_not_watch_its_end() {
    let mut session = session();
    played(&mut session, &entering()).unwrap();
    changed_places(&mut session);
    let Err(RunError::Step { step, message }) = played(&mut session, &deleting()) else {
        panic!("Ana watched the end of a key of which she held a component");
    };
    assert_eq!(step, "delete");
    assert!(
        message.starts_with("A6 (PCI PIN 24-2.2): Ana may not observe this destruction: Ana holds since 2026-11-24 part 1 of the components of zmk ("),
        "{message}"
    );
    assert!(message.contains(", by enter-1)."), "{message}");
    let key = &session.view().keys[0].key;
    assert_eq!(key.key_state.name(), "CREATE_COMPLETE", "nothing was done");
    let run = session.view().runs.last().unwrap().clone();
    let recorded = run.steps[0].error.clone().unwrap();
    assert_eq!(recorded, message, "it is on record");
}

fn attest(session: &mut Session, witness: &str) -> Result<(), String> {
    let texts = [
        ("of", "zmk"),
        ("how", "cross-cut and burned"),
        ("witness", witness),
    ];
    let answers = Answers {
        texts: texts
            .map(|(id, text)| (id.to_owned(), text.to_owned()))
            .into(),
        by: "Ada".to_owned(),
        ..Answers::default()
    };
    action(session, "vault.components-destroyed", &answers)
        .and_then(|act| session.act(act, None, None).map(drop))
        .map_err(|refusal| refusal.to_string())
}

/// PCI PIN 21-2.4: what was known of a secret ends with the secret alone. Components that were made here and formed no key
/// are the whole of it; those that somebody sent are not, for the sender has the key.
#[test]
fn what_people_know_ends_with_the_secret_and_not_with_its_papers() {
    for (source, ends) in [(Source::Generated, true), (Source::Entered, false)] {
        let mut session = session();
        let old = set("a", "zmk", 2);
        for (part, person, value) in [(1, "Ana", ONE), (2, "Ben", TWO)] {
            let value = data_encoding::HEXUPPER.decode(value.as_bytes()).unwrap();
            let entered = ComponentStep::Enter {
                value: SecretBytes::new(value),
                kcv: None,
                source,
            };
            step(&mut session, &old, (part, person), entered).unwrap();
        }
        let new = set("b", "zmk", 2);
        let words = enter(&mut session, &new, (2, "Ana")).unwrap_err();
        assert!(words.starts_with("A3"), "{words}");
        // Whoever held a part does not watch its end, and the refusal names what they held.
        let words = attest(&mut session, "Ana").unwrap_err();
        assert!(
            words.starts_with("A6") && words.contains("Ana holds since 2026-11-24 part 1"),
            "{words}"
        );
        attest(&mut session, "Wim").unwrap();
        let ledger = session.ledger();
        assert_eq!(ledger.holders("a").count(), 0, "nobody holds a part now");
        assert_eq!(ledger.keep_until("a").is_some(), ends);
        assert_eq!(
            ledger.held_by("Ana", "a").count(),
            1,
            "who held it is never taken out"
        );
        if ends {
            let twice = attest(&mut session, "Wim").unwrap_err();
            assert!(twice.contains("is attested already"), "{twice}");
        }
        let again = enter(&mut session, &new, (2, "Ana"));
        assert_eq!(again.is_ok(), ends, "{again:?}");
    }
}
