//! Runs that were stopped, or went another way: what people sign of that is asked for as the sign-off of a completed run is.

use keymoot::api::Timestamp;
use keymoot::ceremony::{AskField, Runner, Script, Wanted};
use keymoot::crypto::SecretBytes;
use keymoot::evidence::verify::{told, verify};
use keymoot::session::{Environment, KeySource, RunOutcome, Session, practice};
use keymoot::vault::MemoryStore;
use serde_json::json;

use super::colluding::Colluding;
use super::{fingerprints, named};

const FIRST: &str = "first-key.toml";

fn session(holds_keys: bool) -> Session {
    let environment = Environment::seeded("ended").unwrap();
    let store = Box::new(MemoryStore::default());
    let clock = Some(Timestamp::parse_rfc3339("2026-11-24T09:00:00Z").unwrap());
    let created = practice::vault(store, environment, clock, holds_keys);
    created.unwrap().session
}

fn begun(session: &mut Session, script: &[u8]) -> Runner {
    let script = Script::parse(script).unwrap();
    Runner::begin(session, script, Wanted::default()).unwrap()
}

fn bundled(
    session: &mut Session,
    script: &[u8],
    runner: &Runner,
    signers: Vec<(String, KeySource)>,
) -> Vec<u8> {
    let run = runner.run(session).id;
    keymoot::ceremony::bundle(session, script, &run, None, signers).unwrap()
}

impl Colluding {
    /// Takes out what these people signed under a text that begins so, and every word of it in the report.
    fn without(mut self, begins: &str, names: &[&str]) -> Self {
        let mut taken = 0;
        self.forged.events.retain(|line| {
            let details = &line["details"];
            let text = details["text"].as_str().unwrap_or_default();
            let by = details["signatures"][0]["name"].as_str();
            let goes = line["op"] == "sign-off"
                && text.starts_with(begins)
                && by.is_some_and(|by| names.contains(&by));
            if goes {
                taken += details["signatures"].as_array().unwrap().len() as u64;
            }
            !goes
        });
        assert!(taken > 0);
        let counted = &self.forged.parts["report"]["signatures"]["sign_offs"];
        let left = counted.as_u64().unwrap() - taken;
        self.forged.report("/signatures/sign_offs", json!(left));
        self.forged.report("/clauses", json!([]));
        self
    }
}

#[test]
fn a_stop_is_signed_by_those_whom_the_script_names() {
    let mut session = session(true);
    let mut runner = begun(&mut session, named(FIRST));
    runner.abort(&mut session, "the fire bell rang").unwrap();
    assert_eq!(runner.outcome(), Some(RunOutcome::Aborted));
    let bundle = bundled(&mut session, named(FIRST), &runner, Vec::new());
    let run = || Colluding::of_bundle(&bundle);
    let done = run().verified();
    assert_eq!(done.stops.len(), 4);
    assert!(
        done.authentic && done.missing.is_empty(),
        "{:?}",
        done.missing
    );
    let done = run().without("Stopped at step", &["Wim"]).verified();
    assert_eq!(done.missing, ["1 witness under the record of the stop"]);
    assert!(!done.authentic && !done.vouched());
    let all = ["Ada", "Ana", "Ben", "Wim"];
    let done = run().without("Stopped at step", &all).verified();
    let text = told(&done);
    for says in [
        "The log says that the run was stopped for good",
        "NOT THERE: 1 administrator under the record of the stop, 2 custodians",
    ] {
        assert!(text.contains(says), "{text}");
    }
}

/// Who could not sign a stop is named by the line that closes the run, which is believed as far as somebody signed it.
#[test]
fn who_could_not_sign_a_stop_is_not_missing_where_the_log_names_them() {
    let mut session = session(false);
    let mut runner = begun(&mut session, named(FIRST));
    runner.abort(&mut session, "the fire bell rang").unwrap();
    for _ in ["Ada", "Ana"] {
        let fields = runner.showing(&session).ask.unwrap().fields.into_iter();
        let answers = fields.map(AskField::practised);
        runner.answer(&mut session, answers.collect()).unwrap();
    }
    runner.close_unsigned(&mut session).unwrap();
    let words = session.view().practice["Wim"].clone();
    let wim = KeySource::Passphrase(SecretBytes::from_slice(words.as_bytes()));
    let signers = vec![("Wim".to_owned(), wim)];
    let bundle = bundled(&mut session, named(FIRST), &runner, signers);
    let done = verify(&bundle, Some(&fingerprints(&bundle))).unwrap();
    assert!(
        done.authentic && done.missing.is_empty(),
        "{:?}",
        done.missing
    );
    let run = || Colluding::of_bundle(&bundle);
    assert!(run().verified().authentic);
    // Of a line that does not name them nobody is excused, and by nobody's word either.
    let mut forged = run();
    forged
        .last("run-close")
        .as_object_mut()
        .unwrap()
        .remove("stop_not_signed_by");
    let done = forged.verified();
    let left = [
        "1 custodian under the record of the stop",
        "1 witness under the record of the stop",
    ];
    assert_eq!(done.missing, left);
    assert!(!done.authentic && !done.vouched());
    let mut forged = run();
    let at = forged
        .forged
        .events
        .iter()
        .rposition(|line| line["op"] == "sign-off");
    forged.forged.events.remove(at.unwrap());
    assert_eq!(forged.verified().missing, left);
}

#[test]
fn an_exception_is_signed_by_whoever_leads_and_whoever_watches() {
    let script = std::str::from_utf8(named(FIRST)).unwrap();
    let look = "who    = [\"watch\"]\nexpect = { state = \"CREATE_COMPLETE\", attributes = \"declared\", enabled = true }";
    assert!(script.contains(look));
    let other = "who    = [\"watch\"]\nexpect = { kcv = \"000000\" }\non_fail = \"exception\"";
    let script = script.replace(look, other);
    let mut session = session(true);
    let mut runner = begun(&mut session, script.as_bytes());
    assert_eq!(
        runner.headless(&mut session).unwrap(),
        RunOutcome::Exception
    );
    let bundle = bundled(&mut session, script.as_bytes(), &runner, Vec::new());
    let run = || Colluding::of_bundle(&bundle);
    let done = run().verified();
    assert!(
        done.authentic && done.missing.is_empty(),
        "{:?}",
        done.missing
    );
    let done = run().without("Exception in step", &["Ada"]).verified();
    assert_eq!(
        done.missing,
        ["1 administrator under the exception in look"]
    );
    let done = run()
        .without("Exception in step", &["Ada", "Wim"])
        .verified();
    assert_eq!(done.missing, ["everybody under its exception"]);
    // Its record is signed as that of a completed run.
    let done = run().without("Present throughout", &["Ada"]).verified();
    assert_eq!(
        done.missing,
        ["1 administrator", "2 custodians", "1 witness"]
    );
    assert!(told(&done).contains("the run was done with exceptions"));
}
