//! What follows when a step brings about something else than the script says, and when a refusal is what it says.

use keymoot::ceremony::{Answer, RunError, Runner, Script};
use keymoot::evidence::verify::verify;
use keymoot::session::{RunOutcome, practice};
use keymoot::vault::{MemoryStore, Store as _};

use super::people::{by_people, practised};
use super::stage::{bundled_by_ana, contents, summary, vault, wanted};

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

fn exceptional_text() -> String {
    SCRIPT
        .replace("REFUSAL", "ValidationException")
        .replace("ON_FAIL", "exception")
}

fn exceptional() -> Script {
    Script::parse(exceptional_text().as_bytes()).ok().unwrap()
}

/// Texts of the sign-offs in the log that are of an exception.
fn signed_exceptions(store: &MemoryStore) -> Vec<(String, String)> {
    let log = store.read("audit.jsonl").unwrap().unwrap();
    let lines = log.split(|byte| *byte == b'\n');
    let parsed = lines.filter_map(|line| serde_json::from_slice::<serde_json::Value>(line).ok());
    let text = |line: &serde_json::Value| line["details"]["text"].as_str().map(str::to_owned);
    let signed = parsed.filter(|line| line["op"] == "sign-off");
    signed
        .filter_map(|line| Some((line["who"][0].as_str()?.to_owned(), text(&line)?)))
        .filter(|(_, text)| text.starts_with("Exception in step "))
        .collect()
}

/// Before the run goes on somebody says why, and whoever acts, leads and watches signs what happened and the reason.
#[test]
#[allow(clippy::too_many_lines)] // one ceremony, looked at on every face
fn an_exception_has_its_reason_its_people_and_their_signatures() {
    let (seed, clock) = exceptional().rehearsal();
    let store = MemoryStore::default();
    let environment = super::stage::environment(&seed.unwrap());
    let created = practice::vault(Box::new(store.clone()), environment, clock, false);
    let mut session = created.unwrap().session;
    let mut runner = Runner::begin(&mut session, exceptional(), wanted(&[])).unwrap();
    let mut asked: Vec<(String, bool)> = Vec::new();
    let why = "the value on the partner's letter was misread; a new letter is on its way";
    let (outcome, wrong) = by_people(&mut session, &mut runner, |ask, _| {
        if !ask.title.contains("signs an exception") {
            return None;
        }
        let reason = ask.fields.iter().any(|f| f.field.id == "exception-reason");
        asked.push((ask.person.clone(), reason));
        let told = ask.body.join(" ");
        assert!(told.contains("000000"), "what happened is shown: {told}");
        assert_eq!(
            !reason,
            told.contains(why),
            "and the reason, once it is given: {told}"
        );
        let mut answers = practised(ask);
        if reason {
            // An empty reason is none.
            answers[0] = Answer::Text(if asked.len() == 1 {
                String::new()
            } else {
                why.to_owned()
            });
        }
        Some(answers)
    });
    assert_eq!(
        (outcome, wrong.len()),
        (RunOutcome::Exception, 1),
        "{wrong:?}"
    );
    let run = runner.run(&session);
    let look = &run.steps[2];
    assert_eq!(look.notes["exception reason"], why);
    let signed = signed_exceptions(&store);
    let people: Vec<&str> = signed.iter().map(|(name, _)| name.as_str()).collect();
    let mut expected: Vec<&str> = asked
        .iter()
        .skip(1)
        .map(|(name, _)| name.as_str())
        .collect();
    expected.dedup();
    assert_eq!(people, expected);
    assert!(people.contains(&"Ada") && people.len() >= 2, "{people:?}");
    for (name, text) in &signed {
        assert!(
            text.ends_with(&format!("; the run goes on: {why}")),
            "{text}"
        );
        assert!(
            look.notes
                .contains_key(&format!("exception signed ({name})"))
        );
    }
    let report = super::stage::reported(&runner, &session);
    assert!(
        report.contains(&format!("recorded and signed, and the run went on: {why}")),
        "{report}"
    );
    let bundle = bundled_by_ana(
        &mut session,
        exceptional_text().into_bytes(),
        &run.id,
        |_| (),
    );
    assert_eq!(verify(&bundle, None).unwrap().outcome, "exception");
}

/// Cut at any arrow, each person signs the exception once.
#[test]
fn an_exception_that_is_interrupted_is_signed_once_by_each() {
    for arrows in 1..60 {
        let of_run = exceptional();
        let (store, mut session) = vault(&of_run);
        let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
        runner.stop_after(arrows);
        if let Ok(outcome) = runner.headless(&mut session) {
            assert_eq!(outcome, RunOutcome::Exception);
            assert!(arrows > 12, "{arrows}");
            return;
        }
        drop(runner);
        drop(session);
        let mut session = super::stage::reopened(&exceptional(), &store);
        let mut runner =
            Runner::begin(&mut session, exceptional(), super::stage::resume()).unwrap();
        let ended = runner.headless(&mut session);
        assert!(
            matches!(ended, Ok(RunOutcome::Exception)),
            "{arrows}: {ended:?}"
        );
        let signed = signed_exceptions(&store);
        let mut people: Vec<&str> = signed.iter().map(|(name, _)| name.as_str()).collect();
        people.sort_unstable();
        assert_eq!(people, ["Ada", "Ana"], "{arrows}");
    }
    panic!("the run does not end");
}

/// Where the script allows it, somebody signs not to agree, and why: the others sign the text, the run ends as an exception,
/// and the report has the reason. Without the member there is no such field; elsewhere than at a sign-off it is refused.
#[test]
fn whoever_does_not_agree_signs_that_and_why() {
    let text = super::stage::text("first-key.toml");
    let sign = "op     = \"sign-off\"\n";
    let allowed = text.replacen(sign, &format!("{sign}allow_dissent = true\n"), 1);
    let why = "the bag of the second stick was open when I came in";
    let play = |text: &str| {
        let script = super::stage::parsed(text);
        let mut session = super::people::typing_vault(&script);
        let mut runner = Runner::begin(&mut session, script, wanted(&[])).unwrap();
        let mut asked = 0;
        let (outcome, wrong) = by_people(&mut session, &mut runner, |ask, _| {
            let at = ask.fields.iter().position(|f| f.field.id == "dissent")?;
            asked += 1;
            let mut answers = practised(ask);
            if ask.person == "Ben" {
                answers[at] = Answer::Text(why.to_owned());
            }
            Some(answers)
        });
        assert_eq!(wrong.len(), 0, "{wrong:?}");
        (session, runner, outcome, asked)
    };
    let (_, _, outcome, asked) = play(&text);
    assert_eq!((outcome, asked), (RunOutcome::Completed, 0));
    let (mut session, runner, outcome, asked) = play(&allowed);
    assert_eq!((outcome, asked), (RunOutcome::Exception, 4));
    let run = runner.run(&session);
    let signed = run.steps.last().unwrap();
    assert_eq!(signed.notes["does not agree (Ben)"], why);
    let log = session.trail().unwrap().lines;
    let of = |who: &str| {
        let mut lines = log.iter().map(|line| line.written.as_str());
        let line =
            lines.find(|l| l.contains("sign-off") && l.contains(&format!("\"who\":[\"{who}\"]")));
        line.unwrap().to_owned()
    };
    assert!(of("Ben").contains(&format!("DOES NOT AGREE: {why}")));
    assert!(!of("Ana").contains("DOES NOT AGREE"));
    let report = super::stage::reported(&runner, &session);
    let flat = report.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains(&format!("Ben does not agree: {why}")),
        "{report}"
    );
    let bundle = bundled_by_ana(&mut session, allowed.clone().into_bytes(), &run.id, |_| ());
    assert_eq!(verify(&bundle, None).unwrap().outcome, "exception");
    let elsewhere = text.replacen(
        "op     = \"present\"\n",
        "op     = \"present\"\nallow_dissent = true\n",
        1,
    );
    let findings = Script::parse(elsewhere.as_bytes()).err().unwrap();
    assert!(
        findings[0].message.contains("sign-off alone"),
        "{findings:?}"
    );
}
