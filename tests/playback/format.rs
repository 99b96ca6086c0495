//! Everything that a script may say about people, things and rules, in one script; and what of it binds at run time.

use keymoot::ceremony::{Advance, Answer, Ask, RunError, Runner, Script};
use keymoot::session::RunOutcome;

use super::people::{practised, typing_vault};
use super::stage::{contents, parsed, summary, text, vault, wanted};

const WHOLE: &str = include_str!("format.toml");

#[test]
fn a_script_that_says_everything_is_linted_clean_and_played_to_the_same_bytes_twice() {
    let play = || {
        let script = parsed(WHOLE);
        let (_, mut session) = vault(&script);
        let mut runner = Runner::begin(&mut session, script, wanted(&[])).unwrap();
        let ended = match runner.headless(&mut session) {
            // The fault `kill_at` stops it once; it is taken up as after a power cut.
            Err(RunError::Step { .. }) if runner.outcome().is_none() => {
                let again = super::stage::resume();
                runner = Runner::begin(&mut session, parsed(WHOLE), again).unwrap();
                runner.headless(&mut session)
            }
            ended => ended,
        };
        assert_eq!(ended.unwrap(), RunOutcome::Completed);
        let out = tempfile::tempdir().unwrap();
        runner.write_outputs(&session, out.path()).unwrap();
        let run = runner.run(&session);
        (contents(out.path()), run)
    };
    let (files, run) = play();
    assert_eq!(files, play().0);
    let summary = summary(&files);
    let key = |id: &str| {
        let keys = summary["keys"].as_array().unwrap();
        keys.iter().find(|key| key["id"] == id).unwrap().clone()
    };
    // The published example: three components and what they form.
    assert_eq!(key("zmk-acme")["KeyCheckValue"], "DDA8BA");
    let ids: Vec<&str> = run.steps.iter().map(|step| step.id.as_str()).collect();
    for id in ["recv-1", "recv-2", "recv-3", "enter-3", "reseal-2"] {
        assert!(ids.contains(&id), "{ids:?}");
    }
    // It waited until the moment that it names, and the time before `make` came on top.
    let ended = |id: &str| {
        let step = run.steps.iter().find(|step| step.id == id).unwrap();
        step.ended.unwrap().rfc3339()
    };
    assert_eq!(ended("rest"), "2026-12-02T09:00:00Z");
    assert_eq!(ended("make"), "2026-12-10T09:00:00Z");
    // An act that says nothing of its own has the approval of every act: two custodians beside the one who asks.
    let make = run.steps.iter().find(|step| step.id == "make").unwrap();
    assert_eq!(make.who.len(), 3, "{:?}", make.who);
    // Whoever stands by was never there.
    let known = |name: &str| {
        run.steps
            .iter()
            .any(|step| step.who.iter().any(|w| w == name))
    };
    assert!(!known("Fay") && known("Ben"));
}

/// The screen is locked sooner where the script wants it.
#[test]
fn what_is_shown_says_how_long_the_screen_may_stand_untouched() {
    let script = parsed(WHOLE);
    let mut session = typing_vault(&script);
    let runner = Runner::begin(&mut session, script, wanted(&[])).unwrap();
    assert_eq!(runner.showing(&session).idle_lock, Some(120_000));
}

/// `on_fail = "retry:2"`: two wrong serials are asked again, the third ends the run as the script's own abort says, and
/// wrong passphrases never count.
#[test]
fn one_wrong_answer_more_than_the_script_allows_ends_the_run() {
    let script = text("kek-from-components.toml").replacen(
        "id     = \"compare\"\n",
        "id     = \"compare\"\non_fail = \"retry:2\"\n",
        1,
    );
    for wrong in [2, 3] {
        let of_run = parsed(&script);
        let mut session = typing_vault(&of_run);
        let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
        let mut given = 0;
        let mut phrases = 0;
        let mut typed = |ask: &Ask, _: usize| {
            let asks = |id: &str| ask.fields.iter().any(|field| field.field.id == id);
            let mut answers = practised(ask);
            if asks("kcv") && !asks("value") && given < wrong {
                given += 1;
                answers[0] = Answer::Text("0DDBA1".into());
            } else if asks("passphrase") && phrases < 4 {
                phrases += 1;
                let last = answers.len() - 1;
                answers[last] = super::stage::secret("no words of mine");
            } else {
                return None;
            }
            Some(answers)
        };
        let outcome = loop {
            let Some(ask) = runner.showing(&session).ask else {
                break runner.outcome().unwrap();
            };
            let answers = typed(&ask, 0).unwrap_or_else(|| practised(&ask));
            match runner.answer(&mut session, answers) {
                Ok(_) => {}
                Err(RunError::Step { step, message }) => {
                    assert_eq!(step, "compare");
                    assert!(message.contains("after 2 wrong ones"), "{message}");
                    break runner.outcome().unwrap();
                }
                Err(other) => panic!("{other}"),
            }
        };
        let ends = [RunOutcome::Completed, RunOutcome::Aborted];
        assert_eq!(outcome, ends[usize::from(wrong == 3)], "{wrong} wrong ones");
        let run = runner.run(&session);
        let compare = run.steps.iter().find(|step| step.id == "compare").unwrap();
        assert_eq!(compare.notes["not taken"].matches(" at ").count(), wrong);
        assert_eq!(compare.error.is_some(), wrong == 3);
        // The key was formed before it was compared; the record has what became of it.
        assert_eq!(session.view().keys.len(), 1);
    }
}

/// What would be another key at first sight is told apart: too short, one of the components, and more digits than six.
#[test]
fn the_usual_mistakes_with_the_check_value_of_a_whole_key_are_named() {
    let script = text("kek-from-components.toml");
    let told = |typed: &str| {
        let of_run = parsed(&script);
        let mut session = typing_vault(&of_run);
        let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
        loop {
            let ask = runner.showing(&session).ask.unwrap();
            let asks = |id: &str| ask.fields.iter().any(|field| field.field.id == id);
            let mut answers = practised(&ask);
            if asks("kcv") && !asks("value") {
                answers[0] = Answer::Text(typed.into());
                return match runner.answer(&mut session, answers).unwrap() {
                    Advance::Again(words) => words,
                    _ => String::new(),
                };
            }
            runner.answer(&mut session, answers).unwrap();
        }
    };
    assert_eq!(told("DDA8BA"), "");
    for (typed, says) in [
        ("DDA8", "6 to 10 are wanted"),
        ("DF9B9A", "It is the value of component 2"),
        ("123456", "this is another key than the sender's"),
    ] {
        let words = told(typed);
        assert!(words.contains(says), "{typed}: {words}");
        assert!(!words.contains("DDA8BA"), "never the right one: {words}");
    }
}

/// A return is no step: a script that has one is refused when it is read, not when everybody has signed.
#[test]
fn what_is_done_beside_a_ceremony_is_no_step_of_one() {
    let changed = WHOLE.replacen("op = \"present\"", "op = \"vault.restore\"", 1);
    let Err(findings) = Script::parse(changed.as_bytes()) else {
        panic!("it was read");
    };
    let said = findings
        .iter()
        .any(|f| f.message.contains("is no step of a ceremony"));
    assert!(said, "{findings:#?}");
}

/// One person read the clock twice: that is one watch.
#[test]
fn nobody_is_named_twice_in_one_list() {
    let changed = WHOLE.replacen(
        "who = [\"p-lead\", \"p-wit\"]",
        "who = [\"p-lead\", \"p-lead\"]",
        1,
    );
    let findings = Script::parse(changed.as_bytes()).ok().unwrap().lint();
    let said = |f: &keymoot::ceremony::Finding| {
        f.rule == "L23" && f.message.contains("are one person, who counts once")
    };
    assert!(findings.iter().any(said), "{findings:#?}");
}

/// Whatever a script writes, an interrupted run's folder is its own: forms of new people too.
#[test]
fn a_script_writes_again_into_the_folder_that_it_wrote() {
    // Those that make people new, and one of the others; `ceremony_kill` goes through all of them.
    for name in [
        "custodian-replacement.toml",
        "vault-recovery.toml",
        "recovery-set.toml",
        "kek-from-partner-tr34.toml",
    ] {
        let of_run = super::stage::script(name);
        let (_, mut session) = vault(&of_run);
        let profile = session.profile();
        let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
        let _ = runner.headless(&mut session);
        if runner.outcome().is_none() {
            let again = super::stage::resume();
            runner = Runner::begin(&mut session, super::stage::script(name), again).unwrap();
            let _ = runner.headless(&mut session);
        }
        let out = tempfile::tempdir().unwrap();
        runner.write_outputs(&session, out.path()).unwrap();
        let first = contents(out.path());
        let script = super::stage::script(name);
        Runner::folder_fits(&script, profile, out.path(), true)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let again = Runner::begin(&mut session, script, super::stage::resume()).unwrap();
        again.write_outputs(&session, out.path()).unwrap();
        assert_eq!(contents(out.path()), first, "{name}");
    }
}

/// A certificate that the partner wraps under goes out in the middle: the files so far are written, and at the end the
/// same folder takes the rest.
#[test]
fn files_go_out_before_the_answer_to_them_is_waited_for() {
    let of_run = super::stage::script("kek-from-partner-tr34.toml");
    let mut session = typing_vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    let out = tempfile::tempdir().unwrap();
    let mut handed = 0;
    while let Some(ask) = runner.showing(&session).ask {
        if runner.showing(&session).hands_out {
            let names = runner.write_outputs(&session, out.path()).unwrap();
            assert!(
                names
                    .iter()
                    .any(|name| name.starts_with("partner.parameters")),
                "{names:?}"
            );
            assert!(
                !names.contains(&"ceremony.json".to_owned()),
                "the run is not over: {names:?}"
            );
            handed += 1;
        }
        runner.answer(&mut session, practised(&ask)).unwrap();
    }
    assert!(handed > 0, "nothing went out");
    let names = runner.write_outputs(&session, out.path()).unwrap();
    assert!(names.contains(&"ceremony.json".to_owned()), "{names:?}");
    // What is not this run's is never touched.
    let other = tempfile::tempdir().unwrap();
    std::fs::write(other.path().join("NEXT.txt"), "somebody else's").unwrap();
    runner.write_outputs(&session, other.path()).unwrap_err();
    assert_eq!(
        std::fs::read(other.path().join("NEXT.txt")).unwrap(),
        b"somebody else's"
    );
}

/// In a test vault people decide whether the other side is real: then nothing stands in for it, the run waits for its file,
/// and no clock is moved. Where a stand-in answered, the report says so.
#[test]
fn a_real_other_side_is_waited_for_and_a_stand_in_is_told() {
    let of_run = || super::stage::script("kek-from-partner-tr34.toml");
    for real in [true, false] {
        let mut session = super::exchange::test_vault();
        let began = session.now();
        let go = keymoot::ceremony::Wanted {
            real_others: real,
            ..wanted(&[])
        };
        let mut runner = Runner::begin(&mut session, of_run(), go).unwrap();
        let ended = runner.headless(&mut session);
        let moved = session.now().millis() - began.millis() >= 86_400_000;
        let run = runner.run(&session);
        assert_eq!(run.real_others, real);
        if real {
            assert!(
                ended.is_err() && runner.outcome().is_none(),
                "it waits: {ended:?}"
            );
            assert!(!moved, "no clock was moved");
            assert!(run.inputs.is_empty());
            // Taken up by a command that says nothing of it, it waits for the real side still.
            let mut again = Runner::begin(&mut session, of_run(), super::stage::resume()).unwrap();
            assert!(again.headless(&mut session).is_err());
            assert!(again.run(&session).inputs.is_empty());
            continue;
        }
        assert_eq!(ended.unwrap(), RunOutcome::Completed);
        assert!(moved);
        let report = super::stage::reported(&runner, &session);
        assert!(
            report.contains("came from the script's stand-in"),
            "{report}"
        );
        assert!(report.contains("the script moved the clock"), "{report}");
        assert!(!report.contains("Used 48h"), "{report}");
    }
}
