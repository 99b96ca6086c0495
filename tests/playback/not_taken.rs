//! What was compared and did not agree stays in the record, though the right answer came after it.

use keymoot::ceremony::{Answer, Ask, Runner};
use keymoot::session::{Mistyped, RunOutcome};

use super::people::{by_people, practised, typing_vault};
use super::stage::{contents, reported, script, secret, summary, wanted};

/// A whole fingerprint that is nobody's.
const ANOTHER: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

#[test]
fn an_answer_that_does_not_agree_stands_in_record_and_report() {
    let of_run = script("kek-to-aws-rsa.toml");
    let mut session = typing_vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    // Once at each question where a fingerprint or the time is typed.
    let mut seen: Vec<String> = Vec::new();
    let (outcome, wrong) = by_people(&mut session, &mut runner, |ask: &Ask, _| {
        let value = |id: &str| match id {
            "fingerprint" => Some(ANOTHER),
            "time" => Some("2020-01-01 00:00"),
            _ => None,
        };
        let ids: Vec<&str> = ask.fields.iter().map(|f| f.field.id).collect();
        let first = ids.iter().find_map(|id| value(id))?;
        let question = format!("{} {}", ask.title, ask.person);
        if seen.contains(&question) {
            return None;
        }
        seen.push(question);
        let mut answers = practised(ask);
        let at = ids.iter().position(|id| value(id).is_some())?;
        answers[at] = Answer::Text(first.to_owned());
        Some(answers)
    });
    assert_eq!(outcome, RunOutcome::Completed);
    assert_eq!(wrong.len(), seen.len(), "{wrong:?}");
    let run = runner.run(&session);
    let noted: Vec<(&str, &str)> = run
        .steps
        .iter()
        .filter_map(|step| Some((step.op.as_str(), step.notes.get("not taken")?.as_str())))
        .collect();
    let told: usize = noted
        .iter()
        .map(|(_, note)| note.matches(" at ").count())
        .sum();
    assert_eq!(told, wrong.len(), "{noted:?}");
    for begins in ["attest.fingerprint", "attest.clock", "import-key"] {
        let one = noted.iter().any(|(op, _)| op.starts_with(begins));
        assert!(one, "{noted:?}");
    }
    let clock = noted.iter().find(|(op, _)| *op == "attest.clock");
    let clock = clock.map(|(_, note)| *note).unwrap_or_default();
    assert!(
        clock.starts_with("time (") && clock.contains(" h off) of "),
        "{clock}"
    );
    // Which answer, whose, when and how it was wrong; never what it said.
    let report = reported(&runner, &session);
    let words = report.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("typed once before it agreed, not taken: fingerprint of "),
        "{report}"
    );
    assert!(
        !words.contains(&ANOTHER[..20]) && !words.contains("2020-01-01"),
        "{report}"
    );
    assert!(noted.iter().all(|(_, note)| !note.contains(&ANOTHER[..20])));
}

/// What the form itself refuses of a value that is compared is counted as well, before the same is asked again: in the
/// journal, in the report and in ceremony.json, and never what was typed. It uses up no try that a script allows.
#[test]
fn what_the_form_refuses_of_a_comparison_is_counted() {
    let of_run = script("kek-to-aws-rsa.toml");
    let mut session = typing_vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    let asked = |ask: &Ask| ask.fields.iter().any(|f| f.field.id == "fingerprint");
    // Nothing is counted where no such value is asked for.
    runner
        .mistyped(&mut session, "fingerprint", Mistyped::Form)
        .unwrap();
    assert!(
        runner
            .run(&session)
            .steps
            .iter()
            .all(|s| !s.notes.contains_key("not taken"))
    );
    while !asked(&runner.showing(&session).ask.unwrap()) {
        let ask = runner.showing(&session).ask.unwrap();
        runner.answer(&mut session, practised(&ask)).unwrap();
    }
    let before = session.view().commit;
    for times in 1..=2 {
        runner
            .mistyped(&mut session, "fingerprint", Mistyped::Form)
            .unwrap();
        // Each is a commit of its own: no interruption loses it.
        assert_eq!(session.view().commit, before + times);
    }
    // A field that this question does not ask counts nothing.
    runner
        .mistyped(&mut session, "kcv", Mistyped::Form)
        .unwrap();
    assert_eq!(session.view().commit, before + 2);
    // Whatever it is that is asked for: something secret that was drawn is told to whoever reads the evidence.
    let secret = Mistyped::Component;
    runner
        .mistyped(&mut session, "fingerprint", secret)
        .unwrap();
    let (outcome, _) = by_people(&mut session, &mut runner, |_, _| None);
    assert_eq!(outcome, RunOutcome::Completed);
    let report = reported(&runner, &session);
    let told =
        "typed where everybody reads it, and wiped: digits like a component at fingerprint by ";
    assert!(report.contains(told), "{report}");
    assert!(
        report.contains(
            "typed 2 times before it agreed, not taken: fingerprint (not in its form) of "
        ),
        "{report}"
    );
    let out = tempfile::tempdir().unwrap();
    runner.write_outputs(&session, out.path()).unwrap();
    let steps = summary(&contents(out.path()))["steps"].clone();
    let counted: Vec<&serde_json::Value> = steps
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|step| step.get("not_taken"))
        .collect();
    assert_eq!(counted, [&serde_json::json!(2)]);
}

/// A component that is none, and a check value that is not its own: the report says why each was refused, and nothing of
/// what was typed.
#[test]
fn a_refused_component_stands_in_the_report_with_its_reason() {
    let of_run = script("kek-from-components.toml");
    let mut session = typing_vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    let mut tried = 0;
    let (outcome, wrong) = by_people(&mut session, &mut runner, |ask: &Ask, _| {
        let at = |id: &str| ask.fields.iter().position(|f| f.field.id == id);
        let (value, again, kcv) = (at("value")?, at("again")?, at("kcv")?);
        let mut answers = practised(ask);
        match tried {
            0 => answers[kcv] = Answer::Text("123456".into()),
            1 => {
                answers[value] = secret(&"0".repeat(32));
                answers[again] = secret(&"0".repeat(32));
            }
            _ => return None,
        }
        tried += 1;
        Some(answers)
    });
    assert_eq!(outcome, RunOutcome::Completed);
    assert_eq!((wrong.len(), tried), (2, 2), "{wrong:?}");
    let report = reported(&runner, &session);
    let words = report.split_whitespace().collect::<Vec<_>>().join(" ");
    let (_, refused) = words.split_once("Refused during the run.").unwrap();
    assert_eq!(
        refused.matches("entering a component: ").count(),
        2,
        "{report}"
    );
    for why in &wrong {
        let (reason, _) = why.split_once(". ").unwrap();
        let told = format!("entering a component: {reason} (audit line");
        assert!(refused.contains(&told), "{told}\n{report}");
    }
    assert!(
        !refused.contains("000000000000") && !refused.contains("123456"),
        "{report}"
    );
}
