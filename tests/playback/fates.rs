//! A paper of the last component that did not come into the record. It is printed with the same digits again, so that it
//! never becomes worthless: whoever was at the printer stays known, and one that nobody can find makes set and key SUSPECT.

use keymoot::ceremony::{Advance, Runner, Script};
use keymoot::evidence::verify::verify;
use keymoot::session::{RunOutcome, Session, StepState};

use super::packages::stopped;
use super::papers::{asks, begun, body, logged, outgoing, typed, until};
use super::people::by_people;
use super::stage::{parsed, reported, resume, text, vault, wanted};

/// Everybody signed, and the printer failed half way: Cho is asked what became of that paper.
fn half_printed(script: Script) -> (Session, Runner) {
    let (mut session, mut runner) = begun(script);
    until(&mut session, &mut runner, |ask| {
        ask.title.contains("Part 3 leaves") && asks(ask, "slip")
    });
    runner.answer(&mut session, typed("/dev/full")).unwrap();
    until(&mut session, &mut runner, |ask| {
        ask.title.contains("prints")
    });
    let failed = runner.answer(&mut session, typed("")).unwrap();
    assert!(matches!(failed, Advance::Again(_)), "{failed:?}");
    let ask = runner.showing(&session).ask.unwrap();
    assert!(asks(&ask, "fate"), "{}", ask.title);
    assert_eq!(ask.person, "Cho");
    let told = body(&ask);
    assert!(
        told.contains("a part of the key") && told.contains("never used"),
        "{told}"
    );
    let hint = ask.fields[0].field.hint;
    assert!(!hint.contains("counts for nothing"), "{hint}");
    (session, runner)
}

/// Which components of the key Cho held, by the ledger, and whether no more.
fn held_by_cho(session: &Session) -> Vec<(u8, bool)> {
    let held = session.ledger().holdings.iter();
    let of_key =
        |id: &str| session.ledger().split(id).unwrap().what == "components of kek-to-partner";
    held.filter(|h| h.person == "Cho" && of_key(&h.split))
        .map(|h| (h.part, h.until.is_some()))
        .collect()
}

#[track_caller]
fn is_suspect(session: &Session) {
    let view = session.view();
    let (since, _) = view.keys[0].suspect.clone().unwrap();
    assert!(
        since.contains("component 3 of kek-to-partner was printed for Cho and cannot be found"),
        "{since}"
    );
    assert_eq!(held_by_cho(session), [(3, true)]);
}

#[test]
fn a_last_paper_that_cannot_be_found_makes_set_and_key_suspect_and_ends_the_run() {
    let (mut session, mut runner) = half_printed(outgoing());
    runner.answer(&mut session, typed("missing")).unwrap();
    assert!(
        logged(&session, "component-paper").is_empty(),
        "on one word"
    );
    let ask = runner.showing(&session).ask.unwrap();
    assert_eq!((ask.person.as_str(), asks(&ask, "seen")), ("Wim", true));
    runner.answer(&mut session, typed("yes")).unwrap();
    is_suspect(&session);
    let showing = runner.showing(&session);
    assert!(showing.last.unwrap().contains("cannot be found"));
    let ask = showing.ask.unwrap();
    assert!(
        ask.title.contains("goes into a package again"),
        "{}",
        ask.title
    );
    assert!(body(&ask).contains("The run is stopped: The paper of component 3"));
    let titles = stopped(&mut session, &mut runner);
    let signs = titles
        .iter()
        .filter(|title| title.contains("signs the stop"));
    // Two papers lie open, and two people read each package.
    assert_eq!((titles.len(), signs.count()), (9, 5), "{titles:?}");
    let lines = logged(&session, "component-paper");
    assert_eq!(lines.len(), 1, "{lines:?}");
    for words in [
        "NOT FOUND, by Cho, watched by Wim; Cho may have read it",
        "\"suspect_keys\":[\"arn:",
    ] {
        assert!(lines[0].contains(words), "{words} in {lines:?}");
    }
    assert!(session.view().exports.is_empty());
    let report = reported(&runner, &session);
    for words in [
        "NOT FOUND, by Cho, watched by Wim",
        "none of them was printed again By Cho, Wim",
        "SUSPECT since 2026-11-24: component 3 of kek-to-partner was printed for Cho and cannot be found",
    ] {
        assert!(report.contains(words), "{words} in {report}");
    }
    assert!(!report.contains(".;"), "{report}");
}

/// Nobody's word alone says that a paper is gone: where the two do not agree, it counts as not found.
#[test]
fn a_witness_who_did_not_see_it_destroyed_makes_it_a_paper_that_is_not_found() {
    let (mut session, mut runner) = half_printed(outgoing());
    runner.answer(&mut session, typed("destroyed")).unwrap();
    let ask = runner.showing(&session).ask.unwrap();
    assert!(
        body(&ask).contains("Cho says that it was destroyed now"),
        "{:?}",
        ask.body
    );
    runner.answer(&mut session, typed("no")).unwrap();
    is_suspect(&session);
    let lines = logged(&session, "component-paper");
    assert!(
        lines[0].contains("NOT FOUND: Cho said that it was destroyed, and Wim did not see it so"),
        "{lines:?}"
    );
}

/// Destroyed before two: it comes out again for the same custodian, who is known to have had it.
#[test]
fn a_last_paper_that_was_destroyed_leaves_its_reader_in_the_ledger() {
    let (mut session, mut runner) = half_printed(outgoing());
    runner.answer(&mut session, typed("destroyed")).unwrap();
    runner.answer(&mut session, typed("yes")).unwrap();
    assert_eq!(held_by_cho(&session), [(3, true)]);
    let (outcome, wrong) = by_people(&mut session, &mut runner, |_, _| None);
    assert_eq!(
        (outcome, wrong.len()),
        (RunOutcome::Completed, 0),
        "{wrong:?}"
    );
    assert_eq!(held_by_cho(&session), [(3, true), (3, false)]);
    assert!(session.view().keys[0].suspect.is_none());
}

#[test]
fn a_run_that_is_stopped_at_the_printer_knows_who_was_there() {
    let (mut session, mut runner) = half_printed(outgoing());
    runner.abort(&mut session, "the fire bell rang").unwrap();
    let ask = runner.showing(&session).ask.unwrap();
    assert_eq!((ask.person.as_str(), asks(&ask, "fate")), ("Cho", true));
    runner.answer(&mut session, typed("missing")).unwrap();
    runner.answer(&mut session, typed("yes")).unwrap();
    is_suspect(&session);
    let ask = until(&mut session, &mut runner, |ask| {
        ask.title.contains("signs the stop")
    });
    let told = body(&ask);
    assert!(
        told.contains("aborted: the fire bell rang; component 3") && told.contains("NOT FOUND"),
        "{told}"
    );
}

/// Where the script lets a run go on after a failure, people sign that it does, and the set stays out of use.
#[test]
fn a_run_goes_on_without_the_paper_by_a_signed_exception_alone() {
    let script = text("kek-to-partner-components.toml").replace(
        "title      = \"Part 3 leaves\"\n",
        "title      = \"Part 3 leaves\"\non_fail = \"exception\"\n",
    );
    let (mut session, mut runner) = half_printed(parsed(&script));
    runner.answer(&mut session, typed("missing")).unwrap();
    runner.answer(&mut session, typed("yes")).unwrap();
    let ask = runner.showing(&session).ask.unwrap();
    assert!(ask.title.contains("signs an exception"), "{}", ask.title);
    is_suspect(&session);
    let step = |runner: &Runner| {
        let run = runner.run(&session);
        let mut steps = run.steps.into_iter();
        steps.find(|step| step.id == "component-3").unwrap()
    };
    assert_eq!(step(&runner).state, StepState::Exception);
}

/// What the report says of it is what the log holds.
#[test]
fn a_bundle_of_a_run_that_lost_its_last_paper_holds() {
    let script = text("kek-to-partner-components.toml")
        + "\n[[rehearsal.answer]]\nstep = \"component-3\"\nslip = \"/dev/full\"\n";
    let (_, mut session) = vault(&parsed(&script));
    let mut runner = Runner::begin(&mut session, parsed(&script), wanted(&[])).unwrap();
    runner.headless(&mut session).unwrap_err();
    drop(runner);
    let mut runner = Runner::begin(&mut session, parsed(&script), resume()).unwrap();
    assert!(asks(&runner.showing(&session).ask.unwrap(), "fate"));
    let told = keymoot::ceremony::came_back(&runner.showing(&session)).join(" ");
    assert!(told.contains("Its paper is a part of the key"), "{told}");
    runner.answer(&mut session, typed("missing")).unwrap();
    let ended = runner.answer(&mut session, typed("yes")).unwrap_err();
    assert!(ended.to_string().contains("SUSPECT"), "{ended}");
    let run = runner.run(&session);
    assert_eq!(run.outcome, Some(RunOutcome::Aborted));
    let bundle =
        keymoot::ceremony::bundle(&mut session, script.as_bytes(), &run.id, None, Vec::new());
    let done = verify(&bundle.unwrap(), None).unwrap_or_else(|fault| panic!("{fault}"));
    let held = done.report.held.join(", ");
    assert!(held.contains("suspect keys: 1"), "{held}");
}
