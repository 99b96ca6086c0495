//! The record of a stop: who signs it, who began it and when, and what was signed for nothing before it.

use keymoot::ceremony::{Runner, Script};
use keymoot::session::RunOutcome;

use super::papers::logged;
use super::people::{by_people, practised, typing_vault};
use super::stage::{bundled_by_ana, contents, reported, resume, script, summary, text, wanted};

const FIRST: &str = "first-key.toml";

/// The four shipped scripts that say nothing of a stop, and one of nobody's: the stop is signed by those who would have
/// signed the record, and where nobody would, by two and the witness.
#[test]
fn a_stop_is_signed_where_the_script_says_nothing_of_it() {
    for name in [
        "first-key.toml",
        "kek-to-aws-rsa.toml",
        "kek-aes128-to-aws-rsa.toml",
        "kek-to-partner-tr34.toml",
    ] {
        assert!(!text(name).contains("[on_abort]"), "{name}");
        let of_run = script(name);
        let mut session = typing_vault(&of_run);
        let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
        let showing = runner.showing(&session);
        assert_eq!(showing.signs_stop, ["Ada", "Ana", "Ben", "Wim"], "{name}");
        runner.abort(&mut session, "the fire bell rang").unwrap();
        let mut signed = Vec::new();
        let (outcome, _) = by_people(&mut session, &mut runner, |ask, _| {
            signed.push(ask.person.clone());
            None
        });
        assert_eq!(outcome, RunOutcome::Aborted, "{name}");
        assert_eq!(signed, ["Ada", "Ana", "Ben", "Wim"], "{name}");
    }
    // One that says something and leaves `sign-off` out has its stop signed by the same people.
    let without = format!(
        "{}\n[on_abort]\ndo = [\"wipe\", \"list-custody\"]\n",
        text(FIRST)
    );
    let of_run = Script::parse(without.as_bytes()).ok().unwrap();
    let mut session = typing_vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    assert_eq!(
        runner.showing(&session).signs_stop,
        ["Ada", "Ana", "Ben", "Wim"]
    );
    runner.abort(&mut session, "the fire bell rang").unwrap();
    by_people(&mut session, &mut runner, |_, _| None);
    let out = tempfile::tempdir().unwrap();
    runner.write_outputs(&session, out.path()).unwrap();
    let step = summary(&contents(out.path()))["steps"][0].clone();
    assert_eq!(
        step["stop_signed_by"],
        serde_json::json!(["Ada", "Ana", "Ben", "Wim"])
    );
    assert!(reported(&runner, &session).contains("the stop signed by Ada, Ana, Ben, Wim"));
    let text = text(FIRST);
    let (steps, rest) = text.split_once("[[step]]\nid     = \"sign\"").unwrap();
    let (_, rehearsal) = rest.split_once("[rehearsal]").unwrap();
    // The linter warns that nobody signs it off (L28), and lets it be played.
    let unsigned = format!("{steps}\n[rehearsal]{rehearsal}");
    let of_run = Script::parse(unsigned.as_bytes()).ok().unwrap();
    let mut session = typing_vault(&of_run);
    let runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    assert_eq!(runner.showing(&session).signs_stop, ["Ada", "Ana", "Wim"]);
}

/// Who began the stop is in the text that people sign, in the log, in the report and in ceremony.json.
#[test]
fn who_began_a_stop_is_on_record() {
    for (by, told, line) in [
        (Some("Ben"), "stopped by Ben", "\"by\":\"Ben\""),
        (None, "by whom was not said", "\"by\":\"not said\""),
        // Nobody of this run is called so.
        (
            Some("Mallory"),
            "by whom was not said",
            "\"by\":\"not said\"",
        ),
    ] {
        let of_run = script(FIRST);
        let mut session = typing_vault(&of_run);
        let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
        runner
            .abort_by(&mut session, "the fire bell rang", by)
            .unwrap();
        let ask = runner.showing(&session).ask.unwrap();
        assert!(ask.body.join(" ").contains(told), "{:?}", ask.body);
        by_people(&mut session, &mut runner, |_, _| None);
        let log = logged(&session, "run-close").join("\n");
        assert!(log.contains(line), "{log}");
        let report = reported(&runner, &session);
        let words = report.split_whitespace().collect::<Vec<_>>().join(" ");
        let said = match by {
            Some("Ben") => "ended at the keyboard, stopped by Ben, as was said there; the record",
            _ => {
                "by whoever was there (who began it was not said); the record of it was signed until"
            }
        };
        assert!(words.contains(said), "{report}");
        let out = tempfile::tempdir().unwrap();
        runner.write_outputs(&session, out.path()).unwrap();
        let steps = summary(&contents(out.path()))["steps"].clone();
        let json = steps.to_string();
        let name = by.filter(|name| *name == "Ben").unwrap_or("not said");
        assert!(
            json.contains(&format!("\"stopped_by\":\"{name}\"")),
            "{json}"
        );
    }
}

/// Nobody holds a run open by not being there: the stop is closed without them, and the record names them.
#[test]
fn a_stop_that_nobody_can_sign_is_closed_and_says_so() {
    for signs in [0, 2] {
        let of_run = script(FIRST);
        let mut session = typing_vault(&of_run);
        let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
        // Before it is stopped there is nothing to close.
        runner.close_unsigned(&mut session).unwrap();
        assert_eq!(runner.outcome(), None);
        runner.abort(&mut session, "the fire bell rang").unwrap();
        for _ in 0..signs {
            let ask = runner.showing(&session).ask.unwrap();
            runner.answer(&mut session, practised(&ask)).unwrap();
        }
        let left = &["Ada", "Ana", "Ben", "Wim"][signs..];
        assert_eq!(runner.showing(&session).awaited_at_stop, left);
        runner.close_unsigned(&mut session).unwrap();
        assert_eq!(runner.outcome(), Some(RunOutcome::Aborted));
        let report = reported(&runner, &session);
        let words = report.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words.contains("NOBODY SIGNED IT"), signs == 0, "{report}");
        for name in left {
            let told = format!("{name} (could not sign, as was said when the stop was closed)");
            assert!(words.contains(&told), "{report}");
        }
        assert!(session.view().runs.iter().all(|run| run.outcome.is_some()));
    }
}

/// Each approval is on record when it is given: where the power fails before the next, the log says who had signed what
/// for nothing, and the report does not say that they signed nothing.
#[test]
#[allow(clippy::too_many_lines)] // one ceremony, looked at on every face
fn an_approval_before_a_power_cut_is_on_record() {
    let of_run = script(FIRST);
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
    assert_eq!((pending.signed.len(), pending.required), (1, 2));
    // The program is gone, and with it what it held in memory: nothing was withdrawn.
    drop(runner);
    let mut runner = Runner::begin(&mut session, script(FIRST), resume()).unwrap();
    let resumed = logged(&session, "run-resume").remove(0);
    for name in [&pending.issuer, &pending.signed[0]] {
        assert!(
            resumed.contains(&format!("\"name\":\"{name}\"")),
            "{resumed}"
        );
    }
    assert!(resumed.contains(&pending.words.join(" ")), "{resumed}");
    runner.abort(&mut session, "nobody came back").unwrap();
    by_people(&mut session, &mut runner, |_, _| None);
    let report = reported(&runner, &session);
    let words = report.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("and with it was lost what was signed for make: Ada at"),
        "{report}"
    );
    // Both uses stand in the list of accesses, the one for nothing as well as those that came to something.
    let (issuer, custodian) = (&pending.issuer, &pending.signed[0]);
    for told in [
        format!("use share and approval key of {custodian} Out "),
        "Done with it nothing: the run was interrupted".to_owned(),
        "Requests that were dropped before they were carried out.".to_owned(),
        format!("At a time not recorded: step make, create-key, signed by {issuer}, {custodian}: "),
        "signed the request of make, which was not carried out (audit line ".to_owned(),
        // The clause that asks for such a list is not said to be unseen beside it.
        "signed for. State procedural: each access that the audit log has, and the line of it, stands".to_owned(),
    ] {
        assert!(words.contains(&told), "{told}: {report}");
    }
    assert_eq!(
        words
            .matches("1 at the terminal; and 1 for requests that were not carried out")
            .count(),
        2,
        "{report}"
    );
    // A verifier reads them in the log: a report that leaves one out is none.
    let (bytes, run) = (
        super::stage::text(FIRST).into_bytes(),
        runner.run(&session).id,
    );
    for (left_out, holds) in [(false, true), (true, false)] {
        let bundle = bundled_by_ana(&mut session, bytes.clone(), &run, |report| {
            if left_out {
                report["access"].as_array_mut().unwrap().clear();
            }
        });
        let verified = keymoot::evidence::verify::verify(&bundle, None);
        assert_eq!(verified.is_ok(), holds, "{:?}", verified.err());
    }
}

/// A stop is dated when it was stopped, and not by the last signature under it.
#[test]
fn a_stop_is_dated_when_it_was_stopped() {
    let of_run = script(FIRST);
    let mut session = typing_vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    let stopped = session.now().rfc3339();
    runner
        .abort_by(&mut session, "the fire bell rang", Some("Ben"))
        .unwrap();
    session
        .perform(keymoot::session::Command::Advance { millis: 420_000 })
        .unwrap();
    let signed = session.now().rfc3339();
    assert_ne!(signed, stopped);
    by_people(&mut session, &mut runner, |_, _| None);
    let report = reported(&runner, &session);
    for told in [
        format!("Time {stopped} Result stopped: the fire bell rang"),
        format!("stopped: the fire bell rang Time {stopped} Decision"),
        format!("the record of it was signed until {signed}"),
    ] {
        assert!(report.contains(&told), "{told}: {report}");
    }
    let closed = logged(&session, "run-close").join("\n");
    assert!(
        closed.contains(&format!("\"stopped_at\":\"{stopped}\"")),
        "{closed}"
    );
    let out = tempfile::tempdir().unwrap();
    runner.write_outputs(&session, out.path()).unwrap();
    let step = summary(&contents(out.path()))["steps"][0].clone();
    assert_eq!(step["stopped_at"], stopped);
}
