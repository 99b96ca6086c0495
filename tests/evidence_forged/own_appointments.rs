//! Whoever approved their own appointment is found in the evidence, though the program that wrote it let them.

use std::collections::BTreeMap;

use keymoot::crypto::SecretBytes;
use keymoot::evidence::verify::verify;
use keymoot::session::build::{Answers, action};
use keymoot::session::{Rotation, Seat};
use serde_json::json;

use super::{Forgery, bundled, session_after};

/// Nobody approves what gives them another place, by an appointment or by a rotation, while enough others could.
#[test]
fn own_appointments_are_found_by_a_verifier() {
    let (mut session, run) = session_after("first-key.toml");
    let answers: BTreeMap<String, String> = [
        ("person", "Cho"),
        ("from", "2026-11-24"),
        ("until", "2027-11-24"),
        ("manager", "Mo"),
        ("stand-in", "Sam"),
        ("form", "F-1"),
    ]
    .map(|(field, answer)| (field.to_owned(), answer.to_owned()))
    .into();
    let appoint = Answers {
        texts: answers,
        ..Answers::default()
    };
    let appoint = action(&session, "vault.appoint", &appoint).unwrap();
    session.act(appoint, None, None).unwrap();
    let seat = |(name, role): (&str, &'static str)| Seat {
        name: name.to_owned(),
        role,
        medium: None,
    };
    let seats = [
        ("Cho", "custodian"),
        ("Dee", "custodian"),
        ("Eli", "custodian"),
        ("Ana", "administrator"),
        ("Ben", "witness"),
    ];
    let words = |(name, _): (&str, &str)| {
        let words = SecretBytes::from_slice(format!("words of {name}").as_bytes());
        (name.to_owned(), words)
    };
    let rotation = Rotation {
        reason: "two custodians take other places, so the third alone could sign for it".into(),
        k: 2,
        t: 2,
        people: seats.map(seat).to_vec(),
    };
    let words = seats.map(words).into();
    session.rotate_automatic(rotation, words).unwrap();
    let bundle = bundled(&mut session, "first-key.toml", &run);
    verify(&bundle, None).unwrap();

    let mut forged = Forgery::of(&bundle).without_sign_offs();
    let at = forged.at("ChangePeople", 0);
    assert_eq!(forged.events[at]["details"]["required"], json!(2));
    forged.events[at]["details"]["entered"]["person"] = json!("Ben");
    forged.refused("events, line", "Ben approved the own appointment");

    let mut forged = Forgery::of(&bundle).without_sign_offs();
    let at = forged.at("Rotate", 0);
    forged.events[at]["details"]["required"] = json!(1);
    forged.refused("events, line", "Ana approved the own appointment");
    forged.events[at]["details"]["required"] = json!(3);
    forged.refused("events, line", "2 approved, and 3 were required");
}
