//! Packages with components as people receive them at the screen: both serials, turn by turn.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::collections::BTreeMap;

use keymoot::api::{Profile, Timestamp};
use keymoot::ceremony::{Advance, Answer, Runner, Script, Wanted, resolve_inputs, shipped};
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

/// An auditor reads by which way a key came, and it is the way it came.
#[test]
fn the_report_says_how_a_key_came() {
    let came = [
        (
            "kek-from-components.toml",
            "came in components, formed here",
        ),
        ("kek-from-partner-tr34.toml", "came in a TR-34 token"),
        ("working-keys-tr31.toml", "came in a TR-31 key block"),
    ];
    for (name, words) in came {
        let bytes = shipped().iter().find(|(n, _)| *n == name).unwrap().1;
        let script = Script::parse(bytes).unwrap();
        let wanted = Wanted {
            inputs: resolve_inputs(&script, BTreeMap::new(), None, Profile::Rehearsal)
                .unwrap()
                .0,
            ..Wanted::default()
        };
        let environment = Environment::seeded("report").unwrap();
        let start = Timestamp::parse_rfc3339("2026-11-24T09:00:00Z").ok();
        let store = Box::new(MemoryStore::default());
        let mut session = practice::vault(store, environment, start, true)
            .unwrap()
            .session;
        let mut runner = Runner::begin(&mut session, script, wanted).unwrap();
        runner.headless(&mut session).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        runner.write_outputs(&session, &out).unwrap();
        let report = std::fs::read_to_string(out.join("report.txt")).unwrap();
        let flat = report.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(words), "{name}: no {words:?} in {report}");
    }
}
