//! Packages with components: what is compared of each, one that was tampered with and stays closed, and what the report
//! says of a paper on its way through the run.

use keymoot::ceremony::{Advance, Answer, Runner};
use keymoot::custody::ledger::Holding;
use keymoot::session::{RunOutcome, Session};

use super::papers::{asks, begun, body, logged, until};
use super::people::{by_people, practised, typing_vault};
use super::stage::{parsed, reported, script, text, vault, wanted};

/// Plays a stop to its end with practice answers; the headings of what was asked.
pub(crate) fn stopped(session: &mut Session, runner: &mut Runner) -> Vec<String> {
    let mut titles = Vec::new();
    while let Some(ask) = runner.showing(session).ask {
        titles.push(ask.title.clone());
        let answered = runner.answer(session, practised(&ask));
        // A step that failed is told as a failure, once everything about its stop is done.
        assert!(
            answered.is_ok() || runner.outcome().is_some(),
            "{answered:?}"
        );
    }
    assert_eq!(runner.outcome(), Some(RunOutcome::Aborted));
    titles
}

fn two(one: &str, other: &str) -> Vec<Answer> {
    [one, other]
        .map(|words| Answer::Text(words.to_owned()))
        .into()
}

/// At the package of this title, whose advice was read.
fn at_package(title: &str) -> (Session, Runner) {
    let (mut session, mut runner) = begun(parsed(&text("kek-from-components.toml")));
    until(&mut session, &mut runner, |ask| {
        ask.title.contains(title) && asks(ask, "tampered")
    });
    (session, runner)
}

/// A broken seal and another number: the clearest case there is. It is recorded whatever the number.
#[test]
fn a_broken_seal_under_another_serial_is_recorded_and_the_package_stays_closed() {
    let (mut session, mut runner) = at_package("Package 1 arrives");
    runner
        .answer(&mut session, two("TE-999999", "yes"))
        .unwrap();
    let lines = logged(&session, "component-receive");
    let told = lines.last().unwrap();
    for words in ["\"tampered\":true", "\"as_advised\":false", "TE-999999"] {
        assert!(told.contains(words), "{words} in {told}");
    }
    let showing = runner.showing(&session);
    let last = showing.last.unwrap();
    assert!(
        last.starts_with(
            "The run is stopped: The package of component 1 showed tampering and has another serial"
        ),
        "{last}"
    );
    // No paper lies open: the first who is asked signs the stop.
    let ask = showing.ask.unwrap();
    assert!(ask.title.contains("signs the stop"), "{}", ask.title);
    assert!(
        body(&ask).contains("Stopped at step 3, receive-1 (Package 1 arrives): The package"),
        "{:?}",
        ask.body
    );
    stopped(&mut session, &mut runner);
    let of_key = |h: &&Holding| h.by == "receive-1";
    assert_eq!(session.ledger().holdings.iter().find(of_key), None);
    let report = reported(&runner, &session);
    for words in [
        "package TE-999999 of component 1 showed tampering, as Ana found before it was opened",
        "serial TE-999999, NOT the advised one (advice read by Wim); it showed tampering and was not opened",
        "none was made: the run was stopped at step 3, before step 9",
        "Result not reached: the run was stopped",
        "the stop signed by Ada, Ana, Ben, Cho, Wim",
        "Acted Ana, Wim Result",
    ] {
        assert!(report.contains(words), "{words} in {report}");
    }
    for words in ["Package opened TE", "NOT SEALED", ".;", "Result planned"] {
        assert!(!report.contains(words), "{words} in {report}");
    }
}

#[test]
fn papers_that_lie_open_are_asked_for_with_the_reason_of_the_stop_and_no_closed_package_is() {
    let (mut session, mut runner) = at_package("Package 2 arrives");
    runner
        .answer(&mut session, two("TE-448377", "yes"))
        .unwrap();
    let ask = runner.showing(&session).ask.unwrap();
    assert_eq!(ask.person, "Ana");
    assert!(
        body(&ask).starts_with("The run is stopped: The package of component 2 showed tampering"),
        "{:?}",
        ask.body
    );
    let titles = stopped(&mut session, &mut runner);
    let packed = titles
        .iter()
        .filter(|title| title.contains("into a package"));
    // One paper, whose package its holder and whoever watches read.
    assert_eq!(packed.count(), 2, "{titles:?}");
    let report = reported(&runner, &session);
    let packed = "Package opened TE-448120 Package sealed TE-551001";
    assert!(report.contains(packed), "{packed} in {report}");
}

/// Whoever opened a package and did not finish typing what was in it was missing in what all sign of a stop.
#[test]
fn who_opened_a_package_is_among_those_who_know_a_component() {
    let (mut session, mut runner) = begun(parsed(&text("kek-from-components.toml")));
    until(&mut session, &mut runner, |ask| {
        ask.person == "Ben" && asks(ask, "again")
    });
    runner.abort(&mut session, "the fire bell rang").unwrap();
    let signed = loop {
        let ask = runner.showing(&session).ask.unwrap();
        if ask.title.contains("signs the stop") {
            break body(&ask);
        }
        runner.answer(&mut session, practised(&ask)).unwrap();
    };
    let says = "2 of kek-from-partner with Ben in package";
    assert!(
        signed.contains(says) && signed.contains("who opened its package"),
        "{signed}"
    );
}

/// A package that had come and whose paper nobody typed may be closed still, and then keeps its serial.
#[test]
fn a_package_that_was_not_opened_yet_keeps_its_serial_at_a_stop() {
    let (mut session, mut runner) = at_package("Package 1 arrives");
    runner.answer(&mut session, two("TE-448120", "no")).unwrap();
    runner.abort(&mut session, "the fire bell rang").unwrap();
    let ask = runner.showing(&session).ask.unwrap();
    assert!(
        body(&ask).contains("Closed still: type its own serial"),
        "{:?}",
        ask.body
    );
    runner.answer(&mut session, two("TE-448120", "")).unwrap();
    let ask = runner.showing(&session).ask.unwrap();
    assert_eq!((ask.person.as_str(), asks(&ask, "watched")), ("Wim", true));
    assert!(
        body(&ask).contains("has read the serial of the package that it lies in"),
        "{:?}",
        ask.body
    );
    runner
        .answer(&mut session, vec![Answer::Text("TE-448120".into())])
        .unwrap();
    let ask = runner.showing(&session).ask.unwrap();
    assert!(ask.title.contains("signs the stop"), "{}", ask.title);
}

#[test]
fn a_package_that_was_opened_is_no_new_one() {
    let (mut session, mut runner) = begun(parsed(&text("kek-from-components.toml")));
    until(&mut session, &mut runner, |ask| {
        ask.title.contains("Paper 1 is sealed") && asks(ask, "serial")
    });
    for opened in ["TE-448120", "te 448377"] {
        let again = runner.answer(&mut session, vec![Answer::Text(opened.into())]);
        assert!(
            matches!(&again, Ok(Advance::Again(words)) if words.contains("it is no new package")),
            "{opened}: {again:?}"
        );
    }
    let (outcome, wrong) = by_people(&mut session, &mut runner, |_, _| None);
    assert_eq!(
        (outcome, wrong.len()),
        (RunOutcome::Completed, 0),
        "{wrong:?}"
    );
}

/// Where people answered, a clause about packages says which numbers the program saw agree.
#[test]
fn numbers_that_agreed_are_told_beside_their_clause() {
    let of_run = script("kek-from-components.toml");
    let mut session = typing_vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    let (outcome, _) = by_people(&mut session, &mut runner, |_, _| None);
    assert_eq!(outcome, RunOutcome::Completed);
    let report = reported(&runner, &session);
    let words = "numbers of packages, each typed from two sources, were compared by the program and agreed (receive-1";
    assert!(report.contains(words), "{report}");
}

/// One access for each paper, from its opening to its new package; what was compared of each package; and which answer
/// was not taken, with the mistake that it was.
#[test]
fn a_report_follows_each_paper_once_and_says_what_was_compared() {
    let of_run = script("kek-from-components.toml");
    let (_, mut session) = vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    runner.headless(&mut session).unwrap();
    let report = reported(&runner, &session);
    let papers = report.matches(" of kek-from-partner Out ").count();
    assert_eq!(papers, 3, "{report}");
    for words in [
        "Purpose Package 1 arrives (receive-1); Component 1 typed (enter-1); Paper 1 is sealed (seal-1) Custodian Ana \
         Witness Wim Package opened TE-448120 Package sealed TE-551001",
        "Package opened TE-448391 Package sealed TE-551003",
        "serial TE-448120, as advised (advice read by Wim); no sign of tampering",
        "the parity of its bytes was made odd, which changes no check value",
        "not taken: serial (not the advised one) of Ana at",
        "not taken: check value (the value of component 1) of Ben at",
    ] {
        assert!(report.contains(words), "{words} in {report}");
    }
    assert!(!report.contains("Package sealed none"), "{report}");
    // Printed here: from the printer to the package.
    let of_run = script("kek-to-partner-components.toml");
    let (_, mut session) = vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    runner.headless(&mut session).unwrap();
    let report = reported(&runner, &session);
    assert_eq!(
        report.matches(" of kek-to-partner Out ").count(),
        3,
        "{report}"
    );
    let last = "Part 3 leaves (component-3); Part 3 is read back (read-3); Part 3 is packed (seal-3) Custodian Cho";
    assert!(report.contains(last), "{last} in {report}");
}

/// The second reading that differs from the first is named as such.
#[test]
fn a_second_reading_that_differs_is_the_answer_that_was_not_taken() {
    let (mut session, mut runner) = begun(parsed(&text("kek-from-components.toml")));
    let ask = until(&mut session, &mut runner, |ask| {
        ask.title.contains("Component 1 typed") && asks(ask, "value")
    });
    let mut answers = practised(&ask);
    let at = ask
        .fields
        .iter()
        .position(|f| f.field.id == "again")
        .unwrap();
    answers[at] = super::stage::secret("TEST:3B577FB3FD756DDFE62F6B52751580E1");
    let again = runner.answer(&mut session, answers).unwrap();
    assert!(matches!(again, Advance::Again(_)), "{again:?}");
    let run = runner.run(&session);
    let step = run.steps.iter().find(|step| step.id == "enter-1").unwrap();
    let noted = &step.notes["not taken"];
    assert!(noted.starts_with("again of Ana at "), "{noted}");
}
