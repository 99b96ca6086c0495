//! Whoever takes a run up is asked who is here, before somebody who opened the vault gets another's place.

use keymoot::ceremony::{Advance, Answer, Runner, Wanted};
use keymoot::session::RunOutcome;

use super::otherday::{approves, first_day, next_day, to_the_end, until};
use super::papers::logged;
use super::stage::{parsed, reported, text};

const FIRST: &str = "first-key.toml";

fn script() -> keymoot::ceremony::Script {
    parsed(&text(FIRST))
}

/// Ben signed on the first day; on the second Ana and Cho open the vault, and people sit before it.
fn second_day() -> (keymoot::session::Session, Runner) {
    let (store, session) = first_day(&script());
    until(session, script(), approves);
    let mut session = next_day(&store, &script(), ["Ana", "Cho"]);
    let runner = Runner::begin_or_go_on(&mut session, script(), Wanted::default()).unwrap();
    (session, runner)
}

fn named(name: &str) -> Vec<Answer> {
    vec![Answer::Text(name.to_owned())]
}

#[test]
fn nobody_loses_a_place_without_being_asked_about() {
    let (mut session, mut runner) = second_day();
    let showing = runner.showing(&session);
    let ask = showing.ask.unwrap();
    assert_eq!(showing.current, 2, "it stands at the step that is open");
    let words = ask.body.join(" ");
    for told in [
        "Ben took part as custodian until now, and did not open the vault today. Is Ben here?",
        "type Ben, and the place stays with Ben",
        "who takes the place (`second`) from here on: Cho.",
    ] {
        assert!(words.contains(told), "{words}");
    }
    // Until it is answered nothing is changed, and a name that cannot be changes nothing.
    assert_eq!(runner.run(&session).interruptions, 0);
    let wrong = runner.answer(&mut session, named("Wim")).unwrap();
    assert!(matches!(wrong, Advance::Again(why) if why.contains("Wim is none of those")));
    assert_eq!(runner.run(&session).interruptions, 0);
    runner.answer(&mut session, named("Ben")).unwrap();
    assert_eq!(runner.run(&session).interruptions, 1);
    assert!(runner.run(&session).relieved.is_empty());
    let resumed = logged(&session, "run-resume").join("\n");
    assert!(
        resumed.contains("\"said_to_be_here\":[\"Ben\"]"),
        "{resumed}"
    );
    assert!(runner.showing(&session).came_back.is_some());
    let asked = to_the_end(&mut session, &mut runner);
    assert!(asked.contains(&"Ben".to_owned()) && !asked.contains(&"Cho".to_owned()));
}

#[test]
fn whoever_takes_the_place_is_named_and_recorded() {
    let (mut session, mut runner) = second_day();
    runner.answer(&mut session, named("Cho")).unwrap();
    let run = runner.run(&session);
    assert_eq!(run.relieved.len(), 1);
    assert_eq!(
        (run.relieved[0].from.as_str(), run.relieved[0].to.as_str()),
        ("Ben", "Cho")
    );
    let asked = to_the_end(&mut session, &mut runner);
    assert!(asked.contains(&"Cho".to_owned()) && !asked.contains(&"Ben".to_owned()));
    let report = reported(&runner, &session);
    assert!(
        report.contains("Cho had the place of Ben (`second`) from step make on"),
        "{report}"
    );
}

/// A stop at that question takes the run up first: the log has the interruption, and nobody has changed places.
#[test]
fn a_stop_at_the_question_is_a_stop_of_the_run_as_it_stood() {
    let (mut session, mut runner) = second_day();
    runner
        .abort_by(&mut session, "the room is needed", Some("Ana"))
        .unwrap();
    assert_eq!(logged(&session, "run-resume").len(), 1);
    let run = runner.run(&session);
    assert!(run.relieved.is_empty() && run.interruptions == 1);
    let stopped = run.steps.iter().find(|step| step.id == "make").unwrap();
    assert_eq!(stopped.state.name(), "aborted");
    runner.close_unsigned(&mut session).unwrap();
    assert_eq!(runner.outcome(), Some(RunOutcome::Aborted));
}

/// What nobody foresaw may be recorded there as well; the run is taken up for it.
#[test]
fn an_exception_at_the_question_takes_the_run_up() {
    let (mut session, mut runner) = second_day();
    runner
        .deviate(&mut session, "the lift stood still")
        .unwrap();
    assert_eq!(runner.run(&session).interruptions, 1);
    let asked = to_the_end_with_exception(&mut session, &mut runner);
    assert!(asked > 0);
    assert_eq!(runner.outcome(), Some(RunOutcome::Exception));
}

fn to_the_end_with_exception(
    session: &mut keymoot::session::Session,
    runner: &mut Runner,
) -> usize {
    let mut asked = 0;
    super::people::by_people(session, runner, |ask, _| {
        asked += 1;
        Some(super::otherday::typed(ask))
    });
    asked
}
