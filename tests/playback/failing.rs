//! What follows when a step brings about something else than the script says, and when a refusal is what it says.

use keymoot::ceremony::{RunError, Runner, Script};
use keymoot::session::RunOutcome;

use super::stage::{contents, summary, vault, wanted};

const SCRIPT: &str = r#"
version = 1
id = "failing"
title = "A key, a refusal, and a wrong expectation"
person = [
  { id = "lead", role = "administrator" },
  { id = "first", role = "custodian" },
  { id = "second", role = "custodian" },
]
[policy]
profiles = ["rehearsal"]
[[key]]
id = "k"
usage = "K0"
algorithm = "AES_128"
modes = "B"
exportable = false
[[step]]
id = "make"
op = "create-key"
key = "k"
initiate = "lead"
approve = { count = 2, from = ["second", "first"] }
expect = { state = "CREATE_COMPLETE" }
why = "a key"
[[step]]
id = "refused"
op = "restore-key"
key = "k"
initiate = "lead"
approve = { count = 2 }
expect = { error = "REFUSAL" }
why = "nothing to restore"
[[step]]
id = "look"
op = "get-key"
key = "k"
who = ["first"]
expect = { kcv = "000000" }
on_fail = "ON_FAIL"
why = "a check value that this key has not"
[[step]]
id = "end"
op = "note"
text = "the end"
who = ["lead"]
why = "the end"
[rehearsal]
seed = "failing"
clock = 2026-11-24T09:00:00Z
[[rehearsal.time]]
before = "end"
advance = "2h"
"#;

fn failing(refusal: &str, on_fail: &str) -> (Result<RunOutcome, RunError>, serde_json::Value) {
    let text = SCRIPT
        .replace("REFUSAL", refusal)
        .replace("ON_FAIL", on_fail);
    let script = Script::parse(text.as_bytes()).ok().unwrap();
    let (_, mut session) = vault(&script);
    let mut runner = Runner::begin(&mut session, script, wanted(&[])).unwrap();
    let ended = runner.headless(&mut session);
    let made = runner.run(&session).steps[0].who.clone();
    assert_eq!(
        made,
        ["Ada", "Ben", "Ana"],
        "custodians in the script's order"
    );
    assert!(session.view().pending.is_empty());
    let out = tempfile::tempdir().unwrap();
    runner.write_outputs(&session, out.path()).unwrap();
    (ended, summary(&contents(out.path())))
}

fn states(summary: &serde_json::Value) -> Vec<&str> {
    let steps = summary["steps"].as_array().unwrap();
    steps
        .iter()
        .map(|step| step["state"].as_str().unwrap())
        .collect()
}

#[test]
fn an_exception_is_recorded_and_the_run_goes_on() {
    let (ended, summary) = failing("ValidationException", "exception");
    assert!(matches!(ended, Ok(RunOutcome::Exception)), "{ended:?}");
    assert_eq!(summary["outcome"], "exception");
    assert_eq!(
        states(&summary),
        ["closed", "closed", "exception", "closed"]
    );
    let refused = summary["steps"][1]["error"].as_str().unwrap();
    assert!(refused.starts_with("ValidationException"), "{refused}");
    assert!(
        summary["steps"][2]["error"]
            .as_str()
            .unwrap()
            .contains("000000")
    );
    assert_eq!(
        summary["ended"], "2026-11-24T11:00:00Z",
        "time passed before the last step"
    );
}

#[test]
fn a_wrong_result_stops_the_run() {
    let (ended, summary) = failing("ValidationException", "stop");
    assert!(matches!(ended, Err(RunError::Step { step, .. }) if step == "look"));
    assert_eq!(states(&summary), ["closed", "closed", "aborted", "planned"]);
}

#[test]
fn another_refusal_than_expected_stops_the_run() {
    let (ended, summary) = failing("ResourceNotFoundException", "stop");
    assert!(matches!(ended, Err(RunError::Step { step, .. }) if step == "refused"));
    assert_eq!(
        states(&summary),
        ["closed", "aborted", "planned", "planned"]
    );
    assert_eq!(summary["outcome"], "aborted");
}
