//! A token of TR-34 in two passes: what answers to another number than the one that was handed out is not imported.

use std::collections::BTreeMap;

use keymoot::ceremony::{Advance, Answer, Ask, RunError, Runner, Script, Wanted};
use keymoot::crypto::tr34::AnyToken;
use keymoot::session::{RunOutcome, Session, StepState};

use super::people::{by_people, practised, typing_vault};
use super::stage::{contents, parsed, played, reported, script, summary, text, vault, wanted};

const NAME: &str = "kek-from-partner-tr34-two-pass.toml";

/// In uneven groups: sixteen digits in a row look like a key to the linter.
const ANOTHER: &str = "0123456 789ABCDEF";

/// The script whose partner signs this number into its token, in the place of the one that it was given.
fn signing(number: &str) -> Script {
    let text = text(NAME);
    let text = text.replace("random = \"partner.random.hex\"\n", "");
    parsed(&text.replace("nonce = \"as-shown\"", &format!("nonce = \"{number}\"")))
}

fn number_in(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> String {
    let mut files = files.into_iter();
    let (_, file) = files.find(|(name, _)| name.contains("random")).unwrap();
    let file = String::from_utf8(file).unwrap();
    let token = data_encoding::HEXUPPER
        .decode(file.trim().as_bytes())
        .unwrap();
    let Ok(AnyToken::Random(number)) = AnyToken::parse(&token) else {
        panic!("no random token");
    };
    data_encoding::HEXUPPER.encode(&number)
}

/// The number as the run handed it out.
fn handed_out(runner: &Runner, session: &Session) -> String {
    let steps = runner.run(session).steps.into_iter();
    number_in(steps.flat_map(|step| step.files))
}

fn asks_number(ask: &Ask) -> bool {
    ask.fields.iter().any(|asked| asked.field.id == "nonce")
}

/// Nothing was imported but the partner's root, and no signature stands open.
fn nothing_came(runner: &Runner, session: &Session) {
    let run = runner.run(session);
    assert!(!run.keys.contains_key("kek"), "{:?}", run.keys);
    let view = session.view();
    assert!(view.keys.iter().all(|row| row.label != "kek-from-partner"));
    assert!(view.pending.is_empty());
}

#[test]
fn the_token_holds_the_number_that_was_handed_out() {
    let files = played(NAME, &[]);
    let number = number_in(files.clone());
    let next = String::from_utf8(files["NEXT.txt"].clone()).unwrap();
    assert!(next.contains(&number), "{next}");
    let keys = summary(&files)["keys"].clone();
    assert_eq!(keys.as_array().unwrap().len(), 2, "{keys}");
}

/// The number is shown where it is drawn, with who writes it down; where it is typed it is shown nowhere.
#[test]
fn whoever_types_the_number_has_it_from_paper() {
    let of_run = script(NAME);
    let mut session = typing_vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    let (mut shown, mut typed) = (None, None);
    while runner.outcome().is_none() {
        let ask = runner.showing(&session).ask.unwrap();
        let body = ask.body.join("\n");
        if body.contains("  number      ") {
            shown = Some(body.clone());
        }
        if asks_number(&ask) {
            assert_eq!(ask.person, "Ben");
            assert!(ask.hand_over, "{}", ask.title);
            assert!(body.contains("from your own paper"), "{body}");
            assert!(body.contains("at step 5"), "{body}");
            let number = ask.fields[0].practice.clone().unwrap();
            assert!(!body.contains(&number), "{body}");
            typed = Some(number);
        }
        runner.answer(&mut session, practised(&ask)).unwrap();
    }
    let (shown, typed) = (shown.unwrap(), typed.unwrap());
    assert!(shown.contains(&typed), "{shown}\n{typed}");
    assert!(shown.contains("Ben writes it on paper now"), "{shown}");
    assert_eq!(typed.replace(' ', ""), handed_out(&runner, &session));
}

/// A slip of typing ends nothing: the same is asked again, and record and report have it.
#[test]
fn another_number_than_the_runs_own_is_asked_again() {
    let of_run = script(NAME);
    let mut session = typing_vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    let mut tried = false;
    let (outcome, wrong) = by_people(&mut session, &mut runner, |ask, _| {
        let first = asks_number(ask) && !tried;
        tried |= first;
        first.then(|| vec![Answer::Text(ANOTHER.to_owned())])
    });
    assert_eq!(outcome, RunOutcome::Completed);
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(wrong[0].contains("Nothing was imported"), "{wrong:?}");
    let report = reported(&runner, &session);
    let words = "typed once before it agreed, not taken: nonce of Ben";
    assert!(report.contains(words), "{report}");
    assert!(!report.contains("89ABCDEF"), "{report}");
}

/// Where nobody attends there is nobody to ask again.
#[test]
fn a_rehearsal_that_types_another_number_stops_and_imports_nothing() {
    let of_run = signing(ANOTHER);
    let (_, mut session) = vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    let ended = runner.headless(&mut session);
    let Err(RunError::Step { step, message }) = ended else {
        panic!("{ended:?}");
    };
    assert_eq!(step, "import-kek");
    assert!(message.contains("not the random number"), "{message}");
    nothing_came(&runner, &session);
}

/// The token of another exchange: the number is typed right, and the token holds another.
#[test]
fn a_token_with_another_number_is_refused_and_nothing_is_imported() {
    let of_run = signing(ANOTHER);
    let mut session = typing_vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    let (outcome, again) = {
        let mut number = None;
        let mut again = Vec::new();
        let mut failed = false;
        while runner.outcome().is_none() {
            let ask = runner.showing(&session).ask.unwrap();
            let answers = if asks_number(&ask) {
                number = Some(handed_out(&runner, &session));
                number.iter().cloned().map(Answer::Text).collect()
            } else {
                practised(&ask)
            };
            match runner.answer(&mut session, answers) {
                Ok(Advance::Again(words)) => again.push(words),
                Ok(_) => {}
                // It is said, and the record of the stop is signed next.
                Err(error) => {
                    assert!(error.to_string().contains("RandomNonce"), "{error}");
                    assert!(!std::mem::replace(&mut failed, true), "{error}");
                }
            }
        }
        assert!(number.is_some() && failed);
        (runner.outcome(), again)
    };
    let means = "It answers to another number: it was made for another exchange";
    // What people typed was right, so it is not asked again: the step failed, and everybody signed that it was stopped.
    assert_eq!(outcome, Some(RunOutcome::Aborted));
    assert_eq!(again, Vec::<String>::new());
    let refusal = "RandomNonce does not match the key block.";
    let run = runner.run(&session);
    let record = run.steps.iter().find(|s| s.id == "import-kek").unwrap();
    let error = record.error.as_deref().unwrap();
    assert!(error.contains(refusal) && error.contains(means), "{error}");
    assert_eq!(record.state, StepState::Aborted);
    nothing_came(&runner, &session);
    let out = tempfile::tempdir().unwrap();
    runner.write_outputs(&session, out.path()).unwrap();
    let steps = summary(&contents(out.path()))["steps"].clone();
    assert!(steps.to_string().contains(refusal), "{steps}");
    assert!(reported(&runner, &session).contains(refusal));
}

/// Plays until the token has come from the partner that keymoot plays: what a partner would send, file by file.
fn sent(of_run: Script) -> BTreeMap<String, Vec<u8>> {
    let mut session = typing_vault(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    while !runner.run(&session).inputs.contains_key("kek-token") {
        let ask = runner.showing(&session).ask.unwrap();
        runner.answer(&mut session, practised(&ask)).unwrap();
    }
    runner.run(&session).inputs
}

/// A real partner's file is judged where it is brought: before anybody has typed the number, one that answers to ours is
/// taken, and one that answers to another is no file for this run.
#[test]
fn a_file_that_is_brought_is_judged_by_the_number_that_was_handed_out() {
    assert_eq!(brought(|| script(NAME)), None);
    let words = brought(|| signing(ANOTHER)).unwrap();
    let refusal = "holds a token that cannot be taken. It answers to another number";
    assert!(words.contains(refusal), "{words}");
    assert!(
        words.contains("the random number that step 5 handed out"),
        "{words}"
    );
    assert!(words.contains("name another file"), "{words}");
}

/// Brings a real partner's files in the same vault; why one was not taken before the number is asked for.
fn brought(of_run: impl Fn() -> Script) -> Option<String> {
    let files = sent(of_run());
    let mut session = typing_vault(&of_run());
    let real = Wanted {
        real_others: true,
        ..Wanted::default()
    };
    let mut runner = Runner::begin(&mut session, of_run(), real).unwrap();
    let folder = tempfile::tempdir().unwrap();
    loop {
        let ask = runner.showing(&session).ask.unwrap();
        if asks_number(&ask) {
            return None;
        }
        let answers = if ask.fields.first().is_some_and(|f| f.field.id == "path") {
            let root = runner.run(&session).inputs.contains_key("sender-root");
            let name = if root { "kek-token" } else { "sender-root" };
            let file = folder.path().join(name);
            std::fs::write(&file, &files[name]).unwrap();
            vec![Answer::Text(file.display().to_string())]
        } else {
            practised(&ask)
        };
        if let Advance::Again(words) = runner.answer(&mut session, answers).unwrap() {
            nothing_came(&runner, &session);
            return Some(words);
        }
    }
}

/// A wrong root that was read was remembered for good: whoever came back with the right one was sent away with it.
#[test]
fn a_file_that_nothing_came_in_from_gives_way_to_another() {
    let files = sent(script(NAME));
    let wrong = sent(signing(ANOTHER))["sender-root"].clone();
    let right = files["sender-root"].clone();
    assert_ne!(wrong, right);
    let mut session = typing_vault(&script(NAME));
    let real = Wanted {
        real_others: true,
        ..Wanted::default()
    };
    let mut runner = Runner::begin(&mut session, script(NAME), real).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("root");
    std::fs::write(&file, &wrong).unwrap();
    let brings = |ask: &Ask| ask.fields.first().is_some_and(|f| f.field.id == "path");
    let asks_fingerprint = |ask: &Ask| ask.fields.iter().any(|f| f.field.id == "fingerprint");
    loop {
        let ask = runner.showing(&session).ask.unwrap();
        if asks_fingerprint(&ask) {
            break;
        }
        let answers = if brings(&ask) {
            vec![Answer::Text(file.display().to_string())]
        } else {
            practised(&ask)
        };
        runner.answer(&mut session, answers).unwrap();
    }
    assert_eq!(runner.run(&session).inputs["sender-root"], wrong);
    let again = |bytes: &[u8]| Wanted {
        resume: true,
        inputs: BTreeMap::from([("sender-root".to_owned(), bytes.to_vec())]),
        ..Wanted::default()
    };
    let mut runner = Runner::begin(&mut session, script(NAME), again(&right)).unwrap();
    // Judged and kept again at the step that reads it.
    while !asks_fingerprint(&runner.showing(&session).ask.unwrap()) {
        let ask = runner.showing(&session).ask.unwrap();
        runner.answer(&mut session, practised(&ask)).unwrap();
    }
    assert_eq!(runner.run(&session).inputs["sender-root"], right);
    // Once the root is trusted, it is the run's.
    while !brings(&runner.showing(&session).ask.unwrap()) {
        let ask = runner.showing(&session).ask.unwrap();
        runner.answer(&mut session, practised(&ask)).unwrap();
    }
    drop(runner);
    let refused = Runner::begin(&mut session, script(NAME), again(&wrong))
        .err()
        .unwrap();
    let words = "A step has used or compared it since";
    assert!(refused.to_string().contains(words), "{refused}");
}
