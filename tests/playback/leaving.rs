//! What lies in people's hands when a run is left or stopped: words that are void, papers that lie open; and what no
//! script foresees, recorded without ending the run.

use keymoot::ceremony::{Advance, Answer, Pause, Runner, came_back, left_behind};
use keymoot::evidence::verify::verify;
use keymoot::session::{RunOutcome, Session};

use super::otherday::{first_day, next_day, typed};
use super::people::{by_people, practised, typing_vault};
use super::stage::{bundled_by_ana, parsed, reported, resume, secret, text, wanted};

const RECOVERY: &str = "recovery-set.toml";
const COMPONENTS: &str = "kek-from-components.toml";

/// Answers with practice until an ask's title holds these words.
fn until(session: &mut Session, runner: &mut Runner, words: &str) {
    for _ in 0..300 {
        let ask = runner.showing(session).ask.unwrap();
        if ask.title.contains(words) {
            return;
        }
        let taken = runner.answer(session, practised(&ask)).unwrap();
        assert!(!matches!(taken, Advance::Again(_)), "{}", ask.title);
    }
    panic!("nobody is asked: {words}");
}

fn begun(name: &str) -> (Session, Runner) {
    let of_run = parsed(&text(name));
    let mut session = typing_vault(&of_run);
    let runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    (session, runner)
}

#[allow(clippy::unnecessary_wraps)] // what a closure of the talk answers with
fn say(text: &str) -> Option<Vec<Answer>> {
    Some(vec![Answer::Text(text.into())])
}

/// Fay and Gus have written words down, and the run is left: the pause, the shell and the page of the next day say that
/// these papers are void, whose they are, and the holders can be named anew.
#[test]
fn words_of_a_step_that_is_left_are_void_and_said_to_be_on_the_next_day() {
    let script = || parsed(&text(RECOVERY));
    let (store, mut session) = first_day(&script());
    let mut runner = Runner::begin(&mut session, script(), wanted(&[])).unwrap();
    until(&mut session, &mut runner, "New words, for Hal alone");
    let showing = runner.showing(&session);
    assert_eq!(showing.held.wrote, ["Fay", "Gus", "Hal"]);
    assert!(showing.voids_papers);
    let pause = Pause::of(Some(&showing), false, false);
    let lost = pause.lost().join(" ");
    assert!(
        lost.contains("the words that Fay, Gus, Hal wrote down in step 4 are void"),
        "{lost}"
    );
    let void = "Words that Fay, Gus, Hal wrote down in step 4 are void: destroy these papers.";
    assert_eq!(left_behind(&runner.run(&session)), [void]);
    session.close().unwrap();

    let mut session = next_day(&store, &script(), ["Ana", "Ben"]);
    let mut runner = Runner::begin(&mut session, script(), resume()).unwrap();
    let showing = runner.showing(&session);
    assert!(came_back(&showing).contains(&void.to_owned()));
    let ask = showing.ask.unwrap();
    assert!(
        ask.fields.iter().any(|f| f.field.id == "holders"),
        "{}: a slip in a name is put right here",
        ask.title
    );
    until(&mut session, &mut runner, "New words, for Fay alone");
    // Others are being written: those of before stay void.
    let held = runner.showing(&session).held;
    assert_eq!(held.wrote, ["Fay"]);
    assert_eq!(held.void.as_deref(), Some(void));
    let (outcome, wrong) = by_people(&mut session, &mut runner, |ask, _| Some(typed(ask)));
    assert_eq!((outcome, wrong.len()), (RunOutcome::Completed, 0));
    let report = reported(&runner, &session);
    assert!(
        report.contains("words written for nothing, to be destroyed: Fay, Gus, Hal"),
        "{report}"
    );
    assert!(left_behind(&runner.run(&session)).is_empty());
}

/// Too few custodians came: whoever wrote words down is told, before anybody is asked for them again; and the report
/// has who holds the set, its quorum, its place, who proved and who was absent.
#[test]
fn too_few_custodians_void_the_words_and_the_report_tells_the_set() {
    let (mut session, mut runner) = begun(RECOVERY);
    let mut absent = true;
    let mut told = Vec::new();
    for _ in 0..400 {
        let Some(ask) = runner.showing(&session).ask else {
            break;
        };
        let here = ask.fields.iter().any(|f| f.field.id == "here");
        let answers = if here && absent && told.is_empty() && !ask.body[0].contains("Ben") {
            assert!(ask.body.join(" ").contains("the new words are void"));
            say("absent").unwrap()
        } else {
            practised(&ask)
        };
        match runner.answer(&mut session, answers).unwrap() {
            Advance::Again(words) => told.push(words),
            Advance::Asks | Advance::Ended(_) => {}
        }
        absent = told.is_empty();
    }
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("nothing was changed")
            && told[0].contains("Words that Fay, Gus, Hal wrote down in step 4 are void"),
        "{told:?}"
    );
    assert_eq!(runner.outcome(), Some(RunOutcome::Completed));
    let report = reported(&runner, &session);
    for words in [
        "set: 2 of 3 holders open (Fay, Gus, Hal); place: safe of the bank, Harbour Street",
        "made of the envelopes of: Ana, Ben",
        "proven: Fay, Gus, Hal",
        "attempts that came to nothing: ",
        "words written for nothing, to be destroyed: Fay, Gus, Hal",
    ] {
        assert!(report.contains(words), "{words}: {report}");
    }
}

/// Of three holders one proves: the exception says that the set is not proven, and who was absent.
#[test]
fn a_drill_that_proves_too_few_says_so() {
    let (mut session, mut runner) = begun(RECOVERY);
    until(&mut session, &mut runner, "proves the shares");
    let mut said = String::new();
    let (outcome, _) = by_people(&mut session, &mut runner, |ask, _| {
        if ask.title.contains("signs an exception") {
            said = ask.body.join(" ");
        }
        let here = ask.fields.iter().any(|f| f.field.id == "here");
        if here && !ask.body[0].contains("Hal") {
            return say("absent");
        }
        None
    });
    assert_eq!(outcome, RunOutcome::Exception);
    assert!(
        said.contains("Fay, Gus did not prove")
            && said.contains("1 proved, and 2 are needed to open: this set is NOT proven"),
        "{said}"
    );
}

/// The second reading of the bags' numbers has to agree with the first.
#[test]
fn numbers_of_bags_are_read_twice() {
    let (mut session, mut runner) = begun(RECOVERY);
    until(&mut session, &mut runner, "The witness reads the numbers");
    let wrong = runner.answer(&mut session, say("Fay TE-1, TE-2").unwrap());
    let Advance::Again(words) = wrong.unwrap() else {
        panic!("another reading was taken");
    };
    assert!(words.contains("Nothing of it was taken"), "{words}");
    let (outcome, _) = by_people(&mut session, &mut runner, |_, _| None);
    assert_eq!(outcome, RunOutcome::Completed);
}

/// Who stopped a run is who signed that, not who had signed a request that nobody used.
#[test]
fn a_stop_is_told_of_those_who_stopped_it() {
    let quiet = text(RECOVERY).replace(
        "do = [\"wipe\", \"list-custody\", \"sign-off\"]",
        "do = [\"wipe\"]",
    );
    for script in [quiet, text(RECOVERY)] {
        let of_run = parsed(&script);
        let mut session = typing_vault(&of_run);
        let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
        until(&mut session, &mut runner, "New words, for Fay alone");
        runner.abort(&mut session, "Hal is ill").unwrap();
        let signed = runner.outcome().is_none();
        let (outcome, _) = by_people(&mut session, &mut runner, |_, _| None);
        assert_eq!(outcome, RunOutcome::Aborted);
        let report = reported(&runner, &session);
        assert!(!report.contains("aborted: aborted"), "{report}");
        assert!(report.contains("make: stopped: Hal is ill"), "{report}");
        assert!(
            report.contains("Ada, Ana, Ben had signed the request, and it was not carried out"),
            "{report}"
        );
        let by = if signed {
            "By Ada, Ana, Ben, Wim"
        } else {
            "by whoever was there (who began it was not said); nobody was asked to sign it"
        };
        assert!(report.contains(by), "{report}");
        let run = runner.run(&session);
        let ended = keymoot::ceremony::ended(runner.outcome(), Some(&run), &[], false);
        assert!(
            ended.contains("At step 4: Hal is ill") && ended.contains("Words that Fay wrote down"),
            "{ended}"
        );
    }
}

/// Component 1 is typed and its paper lies open: who leaves puts it into a package first, which two people read, and
/// the next day knows where it is.
#[test]
fn a_paper_that_lies_open_goes_into_a_package_before_people_leave() {
    let script = || parsed(&text(COMPONENTS));
    let (store, mut session) = first_day(&script());
    let mut runner = Runner::begin(&mut session, script(), wanted(&[])).unwrap();
    until(&mut session, &mut runner, "Package 2 arrives");
    let showing = runner.showing(&session);
    assert_eq!(showing.held.open.len(), 1, "{:?}", showing.held);
    assert!(Pause::of(Some(&showing), false, false).packs_first());
    runner.set_aside(&session);
    // Who stays after all is asked what was asked before.
    runner.stay();
    assert!(
        runner
            .showing(&session)
            .ask
            .unwrap()
            .title
            .contains("Package 2")
    );
    runner.set_aside(&session);
    let again = |advance| matches!(advance, Advance::Again(_));
    let two = |serial: &str| vec![Answer::Text(serial.into()), Answer::Text(String::new())];
    let ask = runner.showing(&session).ask.unwrap();
    assert_eq!((ask.person.as_str(), ask.hand_over), ("Ana", true));
    runner.answer(&mut session, two("TE-700001")).unwrap();
    assert_eq!(runner.showing(&session).ask.unwrap().person, "Wim");
    assert!(again(
        runner
            .answer(&mut session, say("TE-700007").unwrap())
            .unwrap()
    ));
    runner.answer(&mut session, two("TE-700001")).unwrap();
    assert!(!runner.showing(&session).left);
    runner
        .answer(&mut session, say("TE 700001").unwrap())
        .unwrap();
    let showing = runner.showing(&session);
    assert!(showing.left);
    assert!(showing.held.open.is_empty());
    let lies = "lies in package TE-700001 (Ana)";
    assert!(left_behind(&runner.run(&session))[0].contains(lies));
    session.close().unwrap();

    let mut session = next_day(&store, &script(), ["Ana", "Ben"]);
    let mut runner = Runner::begin(&mut session, script(), resume()).unwrap();
    let told = came_back(&runner.showing(&session)).join("\n");
    assert!(told.contains(lies), "{told}");
    let (outcome, wrong) = by_people(&mut session, &mut runner, |ask, _| Some(typed(ask)));
    assert_eq!(
        (outcome, wrong.len()),
        (RunOutcome::Completed, 0),
        "{wrong:?}"
    );
    let report = reported(&runner, &session);
    assert!(report.contains("put away: the run was left in"), "{report}");
    let run = runner.run(&session);
    verify(
        &bundled_by_ana(&mut session, text(COMPONENTS).into_bytes(), &run.id, |_| ()),
        None,
    )
    .unwrap();
}

/// A run that was stopped with a paper open: the first page after a pause is that of the stop, both read the package, and
/// what people sign says what was made in this run and where the paper lies.
#[test]
fn a_stop_after_a_pause_is_a_stop_and_its_papers_are_read_twice() {
    let script = || parsed(&text(COMPONENTS));
    let (store, mut session) = first_day(&script());
    let mut runner = Runner::begin(&mut session, script(), wanted(&[])).unwrap();
    until(&mut session, &mut runner, "Package 2 arrives");
    session.close().unwrap();
    let mut session = next_day(&store, &script(), ["Ana", "Ben"]);
    let mut runner = Runner::begin(&mut session, script(), resume()).unwrap();
    runner.abort(&mut session, "Ben cannot come").unwrap();
    let showing = runner.showing(&session);
    assert!(showing.stopping && showing.came_back.is_none());
    assert!(
        showing
            .ask
            .unwrap()
            .title
            .contains("goes into a package again")
    );
    session.close().unwrap();

    let mut session = next_day(&store, &script(), ["Ana", "Ben"]);
    let mut runner = Runner::begin(&mut session, script(), resume()).unwrap();
    let told = came_back(&runner.showing(&session)).join("\n");
    assert!(
        told.contains("was stopped for good at step 5: Ben cannot come")
            && !told.contains("goes on at step"),
        "{told}"
    );
    let mut readers = Vec::new();
    let mut signed = String::new();
    let (outcome, _) = by_people(&mut session, &mut runner, |ask, _| {
        assert!(readers.len() < 5, "{} {readers:?}", ask.title);
        if ask.title.contains("goes into a package again") {
            readers.push(ask.person.clone());
        }
        if ask.title.contains("signs the stop") {
            signed = ask.body.join(" ");
        }
        let reads = ask.title.contains("goes into a package again");
        Some(if reads { practised(ask) } else { typed(ask) })
    });
    assert_eq!(outcome, RunOutcome::Aborted);
    assert_eq!(readers, ["Ana", "Wim"]);
    assert!(
        signed.contains("keys made or used in this run: none")
            && signed.contains("with Ana in package TE-"),
        "{signed}"
    );
    let run = runner.run(&session);
    let ways = keymoot::ceremony::Ways {
        report: "",
        files: "",
    };
    let held = keymoot::ceremony::holdings(Some(&run), (1, &[]), true, Err(&ways));
    assert!(
        held.contains("sealed  TE-") && held.contains("(Ana)"),
        "{held}"
    );
}

/// The courier is late: recorded with its reason by whoever acts, leads and watches, at every step where somebody is
/// asked something, and the same thing is asked behind it.
#[test]
fn what_no_script_foresees_is_recorded_signed_and_the_run_goes_on() {
    let (mut session, mut runner) = begun("first-key.toml");
    let mut at = Vec::new();
    for _ in 0..300 {
        let showing = runner.showing(&session);
        let Some(ask) = showing.ask else { break };
        let here = (showing.current, ask.title.clone());
        if !at.contains(&here) && !ask.title.contains("signs an exception") {
            at.push(here.clone());
            let number = at.len();
            runner
                .deviate(&mut session, &format!("the courier is late ({number})"))
                .unwrap();
            let mut people = Vec::new();
            while let Some(asked) = runner.showing(&session).ask
                && asked.title.contains("signs an exception")
            {
                people.push(asked.person.clone());
                runner.answer(&mut session, practised(&asked)).unwrap();
            }
            assert!(people.contains(&"Ada".to_owned()) && people.contains(&"Wim".to_owned()));
            let again = runner.showing(&session);
            assert_eq!((again.current, again.ask.unwrap().title), here);
            continue;
        }
        let taken = runner.answer(&mut session, practised(&ask)).unwrap();
        assert!(!matches!(taken, Advance::Again(_)), "{}", ask.title);
    }
    assert_eq!(runner.outcome(), Some(RunOutcome::Exception));
    let report = reported(&runner, &session);
    for number in 1..=at.len() {
        assert!(
            report.contains(&format!("the courier is late ({number})")),
            "{report}"
        );
    }
    assert!(!report.contains("NOT SIGNED"), "{report}");
    let run = runner.run(&session);
    verify(
        &bundled_by_ana(
            &mut session,
            text("first-key.toml").into_bytes(),
            &run.id,
            |_| (),
        ),
        None,
    )
    .unwrap();
}

/// Nothing of a key stands in such a record, and a pull of the plug between two signatures loses neither.
#[test]
fn an_exception_that_is_half_signed_is_signed_to_its_end_on_another_day() {
    let script = || parsed(&text("first-key.toml"));
    let (store, mut session) = first_day(&script());
    let mut runner = Runner::begin(&mut session, script(), wanted(&[])).unwrap();
    until(&mut session, &mut runner, "approves");
    let key = runner.deviate(&mut session, "it is 3B577FB3FD756DDFE62F6B52751580E0");
    assert!(
        matches!(key.unwrap(), Advance::Again(words) if words.contains("Nothing was recorded"))
    );
    runner.deviate(&mut session, "another room").unwrap();
    let ask = runner.showing(&session).ask.unwrap();
    runner
        .answer(
            &mut session,
            vec![
                Answer::Text("the usual one is locked".into()),
                secret("no words"),
            ],
        )
        .unwrap();
    runner.answer(&mut session, typed(&ask)).unwrap();
    session.close().unwrap();
    let mut session = next_day(&store, &script(), ["Ana", "Ben"]);
    let mut runner = Runner::begin(&mut session, script(), resume()).unwrap();
    let next = runner.showing(&session).ask.unwrap();
    assert!(next.title.contains("signs an exception") && next.person != ask.person);
    let (outcome, _) = by_people(&mut session, &mut runner, |ask, _| Some(typed(ask)));
    assert_eq!(outcome, RunOutcome::Exception);
}
