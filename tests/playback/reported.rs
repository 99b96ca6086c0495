//! The report in a bundle is held against the log that lies beside it: whatever it says of exceptions, accesses, suspect
//! keys, papers of a stop and clauses is found where it was changed, also where everybody signed the changed one.

use std::collections::BTreeMap;

use keymoot::ceremony::{Advance, Answer, Runner, run_report_of, shipped};
use keymoot::evidence::verify::{Trusted, Verified, refused, told, verify};
use keymoot::session::build::{Answers, action};
use keymoot::session::{Brought, Refusal, RunOutcome, Session};
use serde_json::{Value, json};

use super::people::{by_people, practised, typing_vault};
use super::stage::{parsed, reported, script, tampered, text, vault, wanted};

/// An act that is none of a script.
fn act(session: &mut Session, op: &str, fields: &[(&str, &str)]) {
    let texts = fields
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    let answers = Answers {
        texts: texts.collect(),
        files: BTreeMap::new(),
        by: "Ada".to_owned(),
    };
    let action = action(session, op, &answers).unwrap();
    session.act(action, None, None).unwrap();
}

/// What people decided beside ceremonies.
fn decided(session: &mut Session) {
    for (people, until) in [("Ana, Ben", "2999-12-31"), ("Ben, Cho", "2999-12-31")] {
        let fields = [
            ("people", people),
            ("manager", "Meg"),
            ("second-manager", "Max"),
            ("reason", "three people work here"),
            ("form", "EX-3"),
            ("until", until),
        ];
        act(session, "vault.exempt", &fields);
    }
    for label in ["cold", "warm"] {
        let fields = [
            ("usage", "K1"),
            ("algorithm", "AES_128"),
            ("modes", "B"),
            ("exportable", "no"),
            ("label", label),
        ];
        act(session, "create-key", &fields);
        let fields = [
            ("key", label),
            ("verdict", "suspect"),
            ("reason", "a bag was found open"),
        ];
        act(session, "vault.suspect", &fields);
    }
    let fields = [
        ("key", "warm"),
        ("verdict", "cleared"),
        ("reason", "the bag was another's"),
    ];
    act(session, "vault.suspect", &fields);
    for purpose in ["the safe was moved", "the yearly count"] {
        let fields = [
            ("custodian", "Ana"),
            ("out", "2026-11-20T09:00:00Z"),
            ("back", "2026-11-20T09:40:00Z"),
            ("purpose", purpose),
            ("witness", "Wim"),
            ("package", "TE-1"),
        ];
        act(session, "vault.access", &fields);
    }
}

/// The bundle of a run, with its report as `change` leaves it; everybody whose key is held signs it.
pub(super) fn bundled(
    session: &mut Session,
    bytes: &[u8],
    run: &str,
    change: impl FnOnce(&mut Value),
) -> Result<Vec<u8>, Refusal> {
    let report = run_report_of(session, bytes, run).unwrap();
    let mut report = serde_json::to_value(report).unwrap();
    change(&mut report);
    let brought = Brought {
        script: bytes.to_vec(),
        report,
        recording: None,
        build: json!({}),
    };
    session.bundle(run, brought, Vec::new())
}

/// Everybody of the vault as the signed forms have them.
fn forms(session: &Session) -> Vec<Trusted> {
    let people = session.view().people;
    let form = |name: &str, fingerprint: &str| Trusted {
        name: name.to_owned(),
        fingerprint: data_encoding::HEXLOWER
            .decode(fingerprint.as_bytes())
            .unwrap(),
        role: None,
    };
    people
        .iter()
        .map(|p| form(&p.name, &p.fingerprint))
        .collect()
}

/// Whoever checked a replacement against the forms of one time alone read that the bundle was of other people; and of what
/// people had attested about the old envelopes the report said "done".
#[test]
fn a_replacement_is_checked_against_the_forms_of_before_and_after() {
    let name = "custodian-replacement.toml";
    let (_, bytes) = shipped().iter().find(|(file, _)| *file == name).unwrap();
    let (_, mut session) = vault(&script(name));
    let before = forms(&session);
    let mut runner = Runner::begin(&mut session, script(name), wanted(&[])).unwrap();
    assert!(matches!(
        runner.headless(&mut session),
        Ok(RunOutcome::Completed)
    ));
    let told = reported(&runner, &session);
    for words in [
        "destroyed: envelopes of Ana, set",
        "how: ",
        "gave up the place",
    ] {
        assert!(told.contains(words), "no {words} in\n{told}");
    }
    let (_, ink) = told.rsplit_once("Keep until").unwrap();
    assert!(
        !ink.contains("Cho,") && ink.contains("Ana, custodian"),
        "{ink}"
    );
    let run = runner.run(&session).id;
    let bundle = bundled(&mut session, bytes, &run, |_| ()).unwrap();
    let after = forms(&session);
    for one in [&before, &after] {
        let why = refused(&verify(&bundle, Some(one)).unwrap_err());
        assert!(why.contains("both fingerprints"), "{why}");
    }
    let both: Vec<Trusted> = before.into_iter().chain(after).collect();
    assert!(verify(&bundle, Some(&both)).unwrap().authentic);
}

/// Bundles the run once as it is and once for each change, which has to be found at its place.
fn every_change_is_found(
    session: &mut Session,
    bytes: &[u8],
    run: &str,
    changes: &[(&str, &str, Value)],
) -> Verified {
    let honest = verify(&bundled(session, bytes, run, |_| ()).unwrap(), None).unwrap();
    for (place, pointer, value) in changes {
        let forged = bundled(session, bytes, run, |report| {
            let at = report.pointer_mut(pointer);
            let at = at.unwrap_or_else(|| panic!("the report has no {pointer}"));
            assert_ne!(at, value, "{pointer} is no change");
            *at = value.clone();
        })
        .unwrap();
        match verify(&forged, None) {
            Err(fault) => assert!(fault.place.starts_with(place), "{pointer}: {fault}"),
            Ok(_) => panic!("{pointer} was changed, and nobody noticed"),
        }
    }
    honest
}

#[test]
fn every_shipped_script_has_a_report_that_its_log_holds() {
    for (name, bytes) in shipped() {
        let of_run = script(name);
        let (_, mut session) = vault(&of_run);
        let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
        runner.headless(&mut session).unwrap();
        let run = runner.run(&session).id;
        let bundle = bundled(&mut session, bytes, &run, |_| ()).unwrap();
        let done = verify(&bundle, None).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert!(done.report.held.len() > 2, "{name}: {:?}", done.report);
    }
}

/// What an auditor reads of a destroyed key: the line that destroyed it, and no request that was taken back.
#[test]
fn a_destruction_is_shown_by_the_line_that_destroyed() {
    let bytes = text("deletion-window.toml").into_bytes();
    let of_run = parsed(&text("deletion-window.toml"));
    let (store, mut session) = vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    runner.headless(&mut session).unwrap();
    let run = runner.run(&session);
    let log = keymoot::vault::Store::read(&store, "audit.jsonl").unwrap();
    let log = String::from_utf8(log.unwrap()).unwrap();
    let lines: Vec<&str> = log.lines().collect();
    let line = |n: &u64| lines[usize::try_from(*n).unwrap() - 1];
    let report = run_report_of(&session, &bytes, &run.id).unwrap();
    let clause = report.clauses.iter().find(|c| c.clause == "PCI PIN 24-1");
    let shown: Vec<&str> = clause.unwrap().lines.iter().map(line).collect();
    assert_eq!(shown.len(), 2, "{shown:?}");
    assert!(shown[0].contains("\"schedule-again\""), "{shown:?}");
    assert!(shown[1].contains("\"DestroyKey\""), "{shown:?}");
    let step = |id: &str| report.steps.iter().find(|step| step.id == id).unwrap();
    assert!(step("gone").keys[0].starts_with("old-kek found destroyed"));
    assert!(step("enable").keys[0].starts_with("old-kek enabled"));
    assert_eq!(
        (step("wait").clause.as_str(), step("wait").why.is_empty()),
        ("", false)
    );
    // Who is named to watch is named; nobody else is said to have watched.
    assert_eq!(step("schedule").observers, ["Wim"]);
    assert!(step("make").observers.is_empty());
    let shares = |step: &str| {
        let of = format!("({step})");
        report
            .access
            .iter()
            .find(|a| a.purpose.ends_with(&of))
            .unwrap()
    };
    assert_eq!(
        (
            shares("make").witness.as_str(),
            shares("schedule").witness.as_str()
        ),
        ("", "Wim")
    );
}

#[test]
#[allow(clippy::too_many_lines)] // a table of changes
fn a_changed_line_of_a_report_is_found() {
    let bytes = tampered();
    let of_run = parsed(&bytes);
    let (_, mut session) = vault(&of_run);
    decided(&mut session);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    runner.headless(&mut session).unwrap_err();
    let run = runner.run(&session).id;
    let changes = [
        ("report", "/outcome", json!("completed")),
        ("report", "/signatures/acts", json!(12)),
        (
            "report, exception of managers 1",
            "/exempted/0/people",
            json!(["Ana", "Cho"]),
        ),
        (
            "report, exception of managers 1",
            "/exempted/0/managers/1",
            json!("Moe"),
        ),
        (
            "report, exception of managers 2",
            "/exempted/1/reason",
            json!("nobody asked"),
        ),
        (
            "report, exception of managers 2",
            "/exempted/1/form",
            json!("EX-4"),
        ),
        (
            "report, exception of managers 1",
            "/exempted/0/line",
            json!(3),
        ),
        ("report, exceptions", "/exempted", json!([])),
        (
            "report, access outside a ceremony 1",
            "/accesses/0/custodian",
            json!("Ben"),
        ),
        (
            "report, access outside a ceremony 1",
            "/accesses/0/part",
            json!(2),
        ),
        (
            "report, access outside a ceremony 2",
            "/accesses/1/purpose",
            json!("none"),
        ),
        (
            "report, access outside a ceremony 2",
            "/accesses/1/package",
            json!("TE-2"),
        ),
        (
            "report, access outside a ceremony 1",
            "/accesses/0/out",
            json!(1_700_000_000),
        ),
        ("report, accesses", "/accesses", json!([])),
        (
            "report, suspect key 1",
            "/suspect_keys/0/reason",
            json!("a bag was lost"),
        ),
        (
            "report, suspect key 1",
            "/suspect_keys/0/check_value",
            json!("000000"),
        ),
        ("report, suspect keys", "/suspect_keys", json!([])),
        (
            "report, suspect keys",
            "/suspect_keys/0/arn",
            json!("arn:x"),
        ),
        (
            "report, suspect packages",
            "/suspect_packages/0/opened_by",
            json!("Ana"),
        ),
        ("report, suspect packages", "/suspect_packages", json!([])),
        (
            "report, paper 1 of a stop",
            "/papers/0/package",
            json!("TE-9"),
        ),
        (
            "report, paper 1 of a stop",
            "/papers/0/witness",
            json!("Cho"),
        ),
        ("report, papers", "/papers", json!([])),
        (
            "report, access 1",
            "/access/0/package_opened",
            json!("TE-9"),
        ),
        ("report, access 1", "/access/0/custodian", json!("Cho")),
        ("report, access 1", "/access/0/safe", json!("Safe 9")),
        ("report, clause 1", "/clauses/0/state", json!("procedural")),
        ("report, clause 1", "/clauses/0/asks", json!("Nothing.")),
    ];
    let done = every_change_is_found(&mut session, bytes.as_bytes(), &run, &changes);
    let told = told(&done);
    for words in [
        "exceptions of managers: 2",
        "accesses outside a ceremony: 2",
        "suspect keys: 1",
        "suspect packages: 1",
        "papers put away at a stop: 1",
        "on the word of whoever signs it: place",
        "what stands under them",
    ] {
        assert!(told.contains(words), "no {words:?} in {told}");
    }
}

/// What an evidenced clause leans on is held against the lines that it names, and shares against the acts.
#[test]
fn a_clause_claims_no_more_than_its_lines_show() {
    let (name, bytes) = shipped()
        .iter()
        .find(|(name, _)| *name == "kek-to-aws-rsa.toml")
        .unwrap();
    let of_run = script(name);
    let (_, mut session) = vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    runner.headless(&mut session).unwrap();
    let run = runner.run(&session).id;
    let report = serde_json::to_value(run_report_of(&session, bytes, &run).unwrap()).unwrap();
    let clauses = report["clauses"].as_array().unwrap();
    let at = |clause: &str| {
        let at = clauses.iter().position(|c| c["clause"] == clause);
        at.unwrap_or_else(|| panic!("no {clause} in {clauses:#?}"))
    };
    let state = |clause: &str| format!("/clauses/{}/state", at(clause));
    let (people, device) = (state("PCI PIN 12-3"), state("PCI PIN 5-1"));
    let lines = format!("/clauses/{}/lines", at("PCI PIN 12-3"));
    let share = report["access"].as_array().unwrap().len() - 1;
    let changes = [
        ("report, clause", people.as_str(), json!("evidenced")),
        ("report, clause", device.as_str(), json!("procedural")),
        ("report, clause", lines.as_str(), json!([2])),
        (
            "report, accesses",
            &format!("/access/{share}/custodian"),
            json!("Cho"),
        ),
    ];
    every_change_is_found(&mut session, bytes, &run, &changes);
}

/// A paper that lies in no package stands in what people sign at the stop, and so in the log.
#[test]
fn a_paper_that_was_not_sealed_is_held_against_the_record_of_the_stop() {
    paper_in_no_package(&text("kek-from-components.toml"));
}

/// Where nobody signs a stop, the line that closes the run holds it.
#[test]
fn a_paper_that_was_not_sealed_is_held_against_the_log_where_nobody_signs_a_stop() {
    let bytes = text("kek-from-components.toml");
    let unsigned = bytes.replace(", \"sign-off\"]", "]");
    assert_ne!(bytes, unsigned);
    paper_in_no_package(&unsigned);
}

#[track_caller]
fn paper_in_no_package(bytes: &str) {
    let of_run = parsed(bytes);
    let mut session = typing_vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    for _ in 0..200 {
        let ask = runner.showing(&session).ask.unwrap();
        if ask.title.contains("Component 2") {
            break;
        }
        let answered = runner.answer(&mut session, practised(&ask));
        assert!(!matches!(answered, Ok(Advance::Again(_))));
    }
    runner.abort(&mut session, "the fire bell rang").unwrap();
    let (outcome, wrong) = by_people(&mut session, &mut runner, |ask, _| {
        // Whoever watches reads what the holder has read.
        let watched = ask.fields.iter().any(|f| f.field.id == "watched");
        let papers = ask.title.contains("goes into a package again") && !watched;
        let said =
            |serial: &str, why: &str| vec![Answer::Text(serial.into()), Answer::Text(why.into())];
        papers.then(|| match ask.person.as_str() {
            "Ana" => said("N-1", ""),
            _ => said("", "he left the room with it"),
        })
    });
    assert_eq!(
        (outcome, wrong.len()),
        (RunOutcome::Aborted, 0),
        "{wrong:?}"
    );
    let run = runner.run(&session).id;
    let changes = [
        (
            "report, papers of a stop",
            "/papers/1/unsealed",
            json!("he ate it"),
        ),
        ("report, papers of a stop", "/papers/1/holder", json!("Cho")),
        ("report, paper 2 of a stop", "/papers/1/unsealed", json!("")),
        (
            "report, paper 1 of a stop",
            "/papers/0/package",
            json!("N-2"),
        ),
        ("report, papers", "/papers", json!([])),
    ];
    let done = every_change_is_found(&mut session, bytes.as_bytes(), &run, &changes);
    assert!(
        done.report
            .held
            .iter()
            .any(|h| h == "papers put away at a stop: 1"),
        "{:?}",
        done.report
    );
    assert!(
        done.report
            .held
            .contains(&"papers in no package: 1".to_owned())
    );
}
