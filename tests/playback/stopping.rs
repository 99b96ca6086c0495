//! What is done when a run stops, and what goes wrong on purpose in a rehearsal.

use keymoot::ceremony::{Advance, Answer, RunError, Runner};
use keymoot::session::{Run, RunOutcome, Session};

use super::people::{by_people, practised, typing_vault};
use super::resume::commits;
use super::stage::{
    contents, parsed, played, reopened, reported, resume, script, secret, summary, tampered, text,
    vault, wanted,
};

const FIRST: &str = "first-key.toml";

/// `first-key` with more at its end.
fn with(more: &str) -> String {
    text(FIRST) + more
}

const ON_ABORT: &str = "\n[on_abort]\ndo = [\"wipe\", \"list-custody\", \"sign-off\"]\n";

/// `first-key`, stopped by a check value that the key has not, after it was made.
fn failing() -> String {
    let look = "op     = \"get-key\"";
    let script = text(FIRST);
    assert!(script.contains(look), "{script}");
    let mut lines: Vec<String> = script.lines().map(str::to_owned).collect();
    let at = lines.iter().position(|line| line == look).unwrap();
    let expect = lines[at..]
        .iter()
        .position(|line| line.starts_with("expect"))
        .unwrap();
    lines[at + expect] = String::from("expect = { kcv = \"000000\" }");
    lines.join("\n") + ON_ABORT
}

fn last_step(run: &Run) -> &keymoot::session::StepRecord {
    let mut stopped = run.steps.iter().filter(|step| step.error.is_some());
    stopped.next_back().unwrap()
}

#[test]
fn a_stop_is_signed_by_everybody_and_says_what_was_made() {
    let of_run = parsed(&failing());
    let (_, mut session) = vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    let ended = runner.headless(&mut session);
    assert!(matches!(ended, Err(RunError::Step { .. })), "{ended:?}");
    let run = runner.run(&session);
    assert_eq!(run.outcome, Some(RunOutcome::Aborted));
    let step = last_step(&run);
    let custody = &step.notes["on_abort list-custody"];
    assert!(
        custody.contains("CREATE_COMPLETE") && custody.contains("files made: none"),
        "{custody}"
    );
    for name in ["Ada", "Ana", "Ben", "Wim"] {
        let signed = format!("on_abort signed ({name})");
        assert!(step.notes.contains_key(&signed), "{name}: {:?}", step.notes);
    }
    let out = tempfile::tempdir().unwrap();
    runner.write_outputs(&session, out.path()).unwrap();
    let files = contents(out.path());
    assert_eq!(summary(&files)["outcome"], "aborted");
    let report = String::from_utf8_lossy(&files["report.txt"]).into_owned();
    let flat = report.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("the run was ended; keys made or used in this run:"),
        "{report}"
    );
    // Nobody signed the run off, and the page does not say that each person did.
    assert!(
        flat.contains("nobody signed the run off at the screen")
            && !flat.contains("each person signed"),
        "{report}"
    );
    // A program reads who signed the stop.
    let told = &summary(&files)["exceptions"][0];
    assert_eq!(
        told["signed_by"],
        serde_json::json!(["Ada", "Ana", "Ben", "Wim"]),
        "{told}"
    );
}

/// A package that showed tampering is named where an auditor looks for it, with the line of the log.
#[test]
fn a_suspect_package_stands_in_the_report() {
    let of_run = parsed(&tampered());
    let (_, mut session) = vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    let ended = runner.headless(&mut session);
    assert!(matches!(ended, Err(RunError::Step { .. })), "{ended:?}");
    let report = reported(&runner, &session);
    assert!(
        report.contains(
            "package TE-448377 of component 2 showed tampering, as Ben found before it was opened (audit line"
        ),
        "{report}"
    );
}

/// The power fails after every commit of the run and of its stop: it is stopped all the same, and signed once by each.
#[test]
fn a_stop_that_is_interrupted_goes_on() {
    let copies = commits(parsed(&failing()));
    assert!(copies.len() > 20, "{}", copies.len());
    for (at, store) in copies.iter().enumerate() {
        let again = parsed(&failing());
        let mut session = reopened(&again, store);
        let mut runner = match Runner::begin(&mut session, again, resume()) {
            Ok(runner) => runner,
            Err(error) => panic!("after commit {at}: {error}"),
        };
        let _ = runner.headless(&mut session);
        let run = runner.run(&session);
        assert_eq!(run.outcome, Some(RunOutcome::Aborted), "after commit {at}");
        let notes = last_step(&run).notes.clone().into_iter();
        let signed = notes.filter(|(name, _)| name.starts_with("on_abort signed ("));
        let mut lines: Vec<String> = signed.map(|(_, line)| line).collect();
        lines.sort();
        lines.dedup();
        assert!(lines.len() >= 4, "after commit {at}: {lines:?}");
        assert_eq!(session.view().keys.len(), 1, "after commit {at}");
    }
}

/// Who leaves need not come: a replacement that is stopped is signed without them, and by nobody who is still to come.
#[test]
fn whoever_leaves_is_not_asked_to_sign_a_stop() {
    let of_run = script("custodian-replacement.toml");
    let mut session = typing_vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    runner
        .abort(&mut session, "the newcomer did not come")
        .unwrap();
    let mut signed = Vec::new();
    let (outcome, _) = by_people(&mut session, &mut runner, |ask, _| {
        signed.push(ask.person.clone());
        None
    });
    assert_eq!(outcome, RunOutcome::Aborted);
    assert_eq!(signed, ["Ada", "Ana", "Ben", "Wim"]);
}

#[test]
fn people_sign_a_stop_one_by_one() {
    let of_run = parsed(&with(ON_ABORT));
    let mut session = typing_vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    runner.abort(&mut session, "the fire bell rang").unwrap();
    assert_eq!(runner.outcome(), None, "it is not over before it is signed");
    let mut signed = Vec::new();
    let (outcome, wrong) = by_people(&mut session, &mut runner, |ask, tries| {
        assert!(ask.title.contains("signs the stop"), "{}", ask.title);
        assert!(
            ask.body
                .iter()
                .any(|line| line.contains("the fire bell rang"))
        );
        if tries == 0 {
            return Some(vec![secret("wrong words")]);
        }
        signed.push(ask.person.clone());
        None
    });
    assert_eq!((outcome, wrong.len()), (RunOutcome::Aborted, 1));
    assert_eq!(signed, ["Ada", "Ana", "Ben", "Wim"]);
    assert!(runner.showing(&session).ask.is_none());
    // Stopping twice changes nothing.
    let before = session.view().commit;
    runner.abort(&mut session, "again").unwrap();
    assert_eq!(session.view().commit, before);
}

fn headless(text: &str) -> (Result<RunOutcome, RunError>, Run, Session) {
    let of_run = parsed(text);
    let (_, mut session) = vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    let ended = runner.headless(&mut session);
    let run = runner.run(&session);
    (ended, run, session)
}

#[test]
fn a_power_cut_on_purpose_changes_nothing_but_the_count() {
    let whole = summary(&played(FIRST, &[]));
    for state in [
        "armed",
        "issued",
        "co-signed",
        "executing",
        "executed",
        "verified",
        "closed",
    ] {
        let fault = format!(
            "\n[[rehearsal.fault]]\nstep = \"make\"\nkill_at = \"{state}\"\nexpect = {{ outcome = \"resumed\" }}\n"
        );
        let (ended, run, session) = headless(&with(&fault));
        assert!(
            matches!(ended, Ok(RunOutcome::Completed)),
            "{state}: {ended:?}"
        );
        assert_eq!(run.interruptions, 1, "{state}");
        assert_eq!(
            session.view().keys.len(),
            1,
            "{state}: no key is made twice"
        );
        assert_eq!(run.steps.len(), whole["steps"].as_array().unwrap().len());
    }
}

#[test]
fn a_fault_that_is_not_caught_as_the_script_says_fails_the_rehearsal() {
    let clock = |answer: &str| {
        format!(
            "\n[[rehearsal.fault]]\nstep = \"clock\"\nset = {{ time = \"{answer}\" }}\nexpect = {{ outcome = \"again\" }}\n"
        )
    };
    let (ended, _, _) = headless(&with(&clock("2031-01-01 00:00")));
    assert!(matches!(ended, Ok(RunOutcome::Completed)), "{ended:?}");
    // The right time is no fault: what the script counts on does not hold.
    let (ended, run, _) = headless(&with(&clock("2026-11-24 09:00")));
    assert!(
        matches!(&ended, Err(RunError::Step { step, .. }) if step == "clock"),
        "{ended:?}"
    );
    assert_eq!(run.outcome, Some(RunOutcome::Aborted));
    // A ritual never comes to this state.
    let never = "\n[[rehearsal.fault]]\nstep = \"open\"\nkill_at = \"co-signed\"\nexpect = { outcome = \"resumed\" }\n";
    let (ended, _, _) = headless(&with(never));
    let Err(RunError::Step { message, .. }) = ended else {
        panic!("{ended:?}");
    };
    assert!(message.contains("never came about"), "{message}");
}

#[test]
fn people_are_not_troubled_with_faults() {
    let of_run = script("working-keys-tr31.toml");
    let mut session = typing_vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    loop {
        let showing = runner.showing(&session);
        let Some(ask) = showing.ask else { break };
        let answers = ask.fields.iter().map(|asked| {
            let text = asked.practice.clone().unwrap();
            if asked.field.secret() {
                secret(&text)
            } else {
                Answer::Text(text)
            }
        });
        let answers = answers.collect();
        let advance = runner.answer(&mut session, answers).unwrap();
        assert!(!matches!(advance, Advance::Again(_)), "{}", ask.title);
    }
    assert_eq!(runner.outcome(), Some(RunOutcome::Completed));
}

/// Not everybody had signed when the run was stopped: whoever had stands in the log and in the report.
#[test]
fn a_dropped_request_says_who_had_signed_it() {
    let of_run = parsed(&with(ON_ABORT));
    let mut session = typing_vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    while session
        .view()
        .pending
        .first()
        .is_none_or(|p| p.signed.is_empty())
    {
        let ask = runner.showing(&session).ask.unwrap();
        runner.answer(&mut session, practised(&ask)).unwrap();
    }
    let pending = session.view().pending[0].clone();
    assert_eq!(pending.signed.len(), 1);
    runner.abort(&mut session, "Ben fell ill").unwrap();
    let (outcome, _) = by_people(&mut session, &mut runner, |_, _| None);
    assert_eq!(outcome, RunOutcome::Aborted);
    let report = reported(&runner, &session);
    let words = report.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = format!(
        "step make, {}, signed by {}, {}: Ben fell ill (audit line",
        pending.name, pending.issuer, pending.signed[0]
    );
    let (_, dropped) = words.split_once("Requests that were dropped").unwrap();
    assert!(dropped.contains(&told), "{told}\n{report}");
}

/// Whoever takes a run up need not know which folder was named when it began: the run of a vault that stays does.
#[test]
fn the_folder_that_was_named_is_kept_with_the_run() {
    let room = tempfile::tempdir().unwrap();
    let place = room.path().join("t.vault");
    let store = keymoot::vault::FolderStore::create(&place).unwrap();
    let (seed, clock) = script(FIRST).rehearsal();
    let environment = super::stage::environment(&seed.unwrap());
    let made = keymoot::session::practice::vault(Box::new(store), environment, clock, false);
    let mut session = made.unwrap().session;
    let out = room.path().join("out");
    let begun = keymoot::ceremony::Wanted {
        out: Some(out.clone()),
        ..wanted(&[])
    };
    drop(Runner::begin(&mut session, script(FIRST), begun).unwrap());
    let runner = Runner::begin(&mut session, script(FIRST), resume()).unwrap();
    assert_eq!(runner.goes_to(&session), Some(out.clone()));
    let told = keymoot::ceremony::came_back(&runner.showing(&session)).join("\n");
    assert!(
        told.contains(&format!("Its files go to {}", out.display())),
        "{told}"
    );
    // Another folder that is named then takes its place.
    let again = keymoot::ceremony::Wanted {
        out: Some(room.path().join("other")),
        ..resume()
    };
    let runner = Runner::begin(&mut session, script(FIRST), again).unwrap();
    assert_eq!(runner.goes_to(&session), Some(room.path().join("other")));
}
