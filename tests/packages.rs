//! Packages with components as people receive them at the screen: both serials, turn by turn.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use keymoot::ceremony::{Advance, Answer, Runner, Script, Wanted};
use keymoot::crypto::SecretBytes;
use keymoot::session::{Environment, practice};
use keymoot::vault::MemoryStore;

/// A slip in the advice is mended by whoever made it: both serials are asked anew.
#[test]
fn after_a_serial_that_differs_the_advice_can_be_read_again() {
    let environment = Environment::seeded("packages").unwrap();
    let store = Box::new(MemoryStore::default());
    let made = practice::vault(store, environment, None, true).unwrap();
    let mut session = made.session;
    let text = include_bytes!("../ceremonies/kek-from-components.toml");
    let script = Script::parse(text).unwrap_or_else(|f| panic!("{f:#?}"));
    let mut runner = Runner::begin(&mut session, script, Wanted::default()).unwrap();
    let mut slips = ["TE-000000"].into_iter();
    let mut told = Vec::new();
    let mut asked = Vec::new();
    for _ in 0..30 {
        let showing = runner.showing(&session);
        let Some(ask) = showing.ask else { break };
        if showing.steps[showing.current].id == "enter-1" {
            break;
        }
        let answers = ask.fields.iter().map(|field| {
            let mut text = field.practice.clone().unwrap_or_default();
            if field.field.id == "advised" {
                text = slips.next().map_or(text, str::to_owned);
            }
            if field.field.secret() {
                Answer::Secret(SecretBytes::from_slice(text.as_bytes()))
            } else {
                Answer::Text(text)
            }
        });
        let answers = answers.collect();
        asked.extend(ask.fields.iter().map(|f| f.field.id));
        if let Ok(Advance::Again(words)) = runner.answer(&mut session, answers) {
            told.push(words);
        }
    }
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("PCI PIN 8-1"), "{told:?}");
    let package: Vec<&str> = asked
        .into_iter()
        .filter(|id| ["advised", "serial", "tampered"].contains(id))
        .collect();
    let turns = ["advised", "serial", "tampered"];
    assert_eq!(package, [turns, turns].concat());
}
