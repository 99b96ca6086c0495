//! Everything that a script may say about people, things and rules, in one script; and what of it binds at run time.

use keymoot::ceremony::{Answer, Ask, RunError, Runner};
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
