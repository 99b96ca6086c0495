//! Interruption: the power fails after every arrow of the journal in turn, and the run goes on.

use std::collections::BTreeMap;

use keymoot::ceremony::{RunError, Runner};
use keymoot::session::RunOutcome;

use super::stage::{contents, played, reopened, resume, script, summary, vault, wanted};

/// Plays with a stop after so many arrows, opens the vault anew, and goes on until it is done. Returns the files and
/// whether the stop was reached.
fn interrupted(name: &str, arrows: usize) -> (BTreeMap<String, Vec<u8>>, bool) {
    let of_run = script(name);
    let (store, mut session) = vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    runner.stop_after(arrows);
    let stopped = runner.headless(&mut session).is_err();
    let out = tempfile::tempdir().unwrap();
    if !stopped {
        runner.write_outputs(&session, out.path()).unwrap();
        return (contents(out.path()), false);
    }
    drop(runner);
    drop(session);
    let again = script(name);
    let mut session = reopened(&again, &store);
    let mut runner = Runner::begin(&mut session, again, resume()).unwrap();
    let outcome = runner.headless(&mut session);
    assert!(
        matches!(outcome, Ok(RunOutcome::Completed)),
        "{name} after {arrows}: {outcome:?}"
    );
    // What an interrupted writing left behind is replaced.
    std::fs::write(out.path().join("ceremony.json"), b"{").unwrap();
    runner.write_outputs(&session, out.path()).unwrap();
    (contents(out.path()), true)
}

/// The summary without what an interruption may change.
fn comparable(files: &BTreeMap<String, Vec<u8>>) -> serde_json::Value {
    let mut value = summary(files);
    value["interruptions"] = serde_json::Value::Null;
    value["audit_head"] = serde_json::Value::Null;
    value
}

/// Stops after every `stride`th arrow in turn.
fn resumes(name: &str, stride: usize) {
    let whole = played(name, &[]);
    let mut arrows = 1;
    loop {
        let (files, stopped) = interrupted(name, arrows);
        let run = comparable(&files);
        assert_eq!(run, comparable(&whole), "{name} after arrow {arrows}");
        for (file, bytes) in &whole {
            if file != "ceremony.json" && file != "report.txt" {
                assert_eq!(
                    files.get(file),
                    Some(bytes),
                    "{name} after arrow {arrows}: {file}"
                );
            }
        }
        if !stopped {
            break;
        }
        // A stop at the last arrow finds the run ended: then nothing was interrupted.
        assert!(summary(&files)["interruptions"].as_u64() <= Some(1));
        arrows += stride;
    }
    assert!(arrows > 15, "{name}: only {arrows} arrows");
}

#[test]
fn first_key_resumes_at_every_arrow() {
    resumes("first-key.toml", 1);
}

#[test]
fn kek_to_aws_resumes_at_every_arrow() {
    resumes("kek-to-aws-rsa.toml", 1);
}

#[test]
fn kek_aes128_to_aws_resumes_too() {
    // Its steps are those of kek-to-aws-rsa: every fifth arrow, to keep the tests short.
    resumes("kek-aes128-to-aws-rsa.toml", 5);
}

#[test]
fn deletion_window_resumes_at_every_arrow() {
    resumes("deletion-window.toml", 1);
}

#[test]
fn an_open_run_is_not_begun_twice_and_none_is_not_resumed() {
    let first = script("first-key.toml");
    let (_, mut session) = vault(&first);
    let none = Runner::begin(&mut session, script("first-key.toml"), resume());
    assert!(matches!(none.err(), Some(RunError::CannotBegin(_))));
    let mut runner = Runner::begin(&mut session, first, wanted(&[])).unwrap();
    let twice = Runner::begin(&mut session, script("first-key.toml"), wanted(&[]));
    let Some(RunError::CannotBegin(words)) = twice.err() else {
        panic!()
    };
    assert!(words.contains("--resume"), "{words}");
    runner.headless(&mut session).unwrap();
    // Taken up again after its end, it changes nothing and writes both again.
    let before = session.view().commit;
    let again = Runner::begin(&mut session, script("first-key.toml"), resume()).unwrap();
    assert_eq!(again.outcome(), Some(RunOutcome::Completed));
    assert_eq!(session.view().commit, before);
    let out = tempfile::tempdir().unwrap();
    let (one, two) = (out.path().join("one"), out.path().join("two"));
    runner.write_outputs(&session, &one).unwrap();
    again.write_outputs(&session, &two).unwrap();
    assert_eq!(contents(&one), contents(&two));
    assert_eq!(contents(&one).len(), 2);
    // A second run is another run.
    let mut second = Runner::begin(&mut session, script("first-key.toml"), wanted(&[])).unwrap();
    assert_eq!(second.run(&session).number, 2);
    second.headless(&mut session).unwrap();
}
