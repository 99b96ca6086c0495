//! Runs by people: practice answers, wrong answers, a typed fingerprint, an abort, production.

use std::collections::BTreeMap;
use std::path::Path;

use keymoot::api::Clock as _;
use keymoot::ceremony::{Advance, Answer, Ask, RunError, Runner, Script, bundle, sample, shipped};
use keymoot::crypto::SecretBytes;
use keymoot::evidence::verify::{Trusted, told, verify};
use keymoot::session::{
    Environment, KeySource, NewPerson, NewVault, Profile, RunOutcome, Session, practice,
};
use keymoot::vault::MemoryStore;

use super::stage::{
    Early, contents, environment, parsed, script, secret, summary, text, vault, wanted,
};

/// The practice answer to every field of an ask; what has none may be left empty.
pub(crate) fn practised(ask: &Ask) -> Vec<Answer> {
    let answer = |asked: &keymoot::ceremony::AskField| {
        let text = asked
            .practice
            .clone()
            .or_else(|| asked.field.optional.then(String::new))
            .unwrap_or_else(|| panic!("{}: {}", ask.title, asked.field.id));
        if asked.field.secret() {
            secret(&text)
        } else {
            Answer::Text(text)
        }
    };
    ask.fields.iter().map(answer).collect()
}

/// Plays at a terminal: every ask is answered with its practice answer, except where `typed` says otherwise.
pub(crate) fn by_people(
    session: &mut Session,
    runner: &mut Runner,
    mut typed: impl FnMut(&Ask, usize) -> Option<Vec<Answer>>,
) -> (RunOutcome, Vec<String>) {
    let mut wrong = Vec::new();
    for tries in 0..1000 {
        let showing = runner.showing(session);
        let Some(ask) = showing.ask else {
            return (showing.outcome.unwrap(), wrong);
        };
        for line in [&ask.footing.acts, &ask.footing.enter, &ask.footing.so_far] {
            // At 80 columns the three lines above the keys are never cut.
            assert!(line.chars().count() <= 70, "{}: {line}", ask.title);
        }
        for line in [&ask.footing.acts, &ask.footing.enter, &ask.footing.so_far] {
            assert!(!line.is_empty(), "{}", ask.title);
        }
        let answers = typed(&ask, tries).unwrap_or_else(|| practised(&ask));
        if let Advance::Again(words) = runner.answer(session, answers).unwrap() {
            assert!(
                words.contains("Nothing") || words.contains("No key"),
                "{words}"
            );
            wrong.push(words);
        }
    }
    panic!("the run does not end");
}

/// A practice vault in which everybody types.
pub(crate) fn typing_vault(script: &Script) -> Session {
    let (seed, clock) = script.rehearsal();
    let environment = environment(&seed.unwrap());
    let store = Box::new(MemoryStore::default());
    practice::vault(store, environment, clock, false)
        .unwrap()
        .session
}

#[test]
fn people_at_a_terminal_finish_every_script_with_practice_answers() {
    for (name, _) in shipped() {
        let of_run = script(name);
        let mut session = typing_vault(&of_run);
        let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
        let (outcome, wrong) = by_people(&mut session, &mut runner, |_, _| None);
        assert_eq!((outcome, wrong.len()), (RunOutcome::Completed, 0), "{name}");
    }
}

#[test]
fn a_wrong_answer_never_ends_a_run() {
    let kek = script("kek-to-aws-rsa.toml");
    let mut session = typing_vault(&kek);
    let mut runner = Runner::begin(&mut session, kek, wanted(&[])).unwrap();
    let mut seen: Vec<String> = Vec::new();
    let (outcome, wrong) = by_people(&mut session, &mut runner, |ask, _| {
        // The first try of every question is wrong.
        let first = !seen.contains(&ask.title);
        seen.push(ask.title.clone());
        let wrong = |asked: &keymoot::ceremony::AskField| match asked.field.id {
            "passphrase" => secret("wrong words"),
            "time" => Answer::Text("2031-01-01 00:00".into()),
            "fingerprint" => Answer::Text("00".repeat(32)),
            _ => Answer::Text("somewhere".into()),
        };
        (first && !ask.fields.is_empty()).then(|| ask.fields.iter().map(wrong).collect())
    });
    assert_eq!(outcome, RunOutcome::Completed);
    assert!(wrong.len() >= 16, "{wrong:#?}");
}

#[test]
fn a_typed_fingerprint_is_recorded_with_who_and_where_from() {
    let file = sample("get-parameters-for-import-rsa2048.json").unwrap();
    let parameters = keymoot::pki::ImportParameters::parse(file).unwrap();
    let hex = |bytes: [u8; 32]| data_encoding::HEXUPPER.encode(&bytes);
    let root = hex(parameters.root().sha256_fingerprint());
    let leaf = hex(parameters.wrapping_certificate.sha256_fingerprint());
    let kek = script("kek-to-aws-rsa.toml");
    let mut session = typing_vault(&kek);
    let mut runner = Runner::begin(&mut session, kek, wanted(&[])).unwrap();
    let (outcome, _) = by_people(&mut session, &mut runner, |ask, _| {
        let asks = |id: &str| ask.fields.iter().any(|f| f.field.id == id);
        if !asks("fingerprint") {
            return None;
        }
        assert_eq!((ask.person.as_str(), ask.hand_over), ("Ben", true));
        assert!(
            ask.body
                .iter()
                .any(|line| line.contains("get-parameters-for-import"))
        );
        assert!(
            !ask.body
                .iter()
                .any(|line| line.contains(&root.to_lowercase()) || line.contains(&leaf))
        );
        if asks("source") {
            return Some(vec![
                Answer::Text(root.clone()),
                Answer::Text("Ben, 23 Nov, account 1".into()),
            ]);
        }
        Some(vec![Answer::Text(leaf.clone())])
    });
    assert_eq!(outcome, RunOutcome::Completed);
    let run = runner.run(&session);
    let trust = run
        .steps
        .iter()
        .find(|step| step.id == "trust-root")
        .unwrap();
    assert_eq!(trust.notes["typed by"], "Ben");
    assert_eq!(trust.who, ["Ada", "Ana", "Ben"]);
    let out = tempfile::tempdir().unwrap();
    runner.write_outputs(&session, out.path()).unwrap();
    let report = String::from_utf8(contents(out.path())["report.txt"].clone()).unwrap();
    let flat = report.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("fingerprint typed by Ben from another channel"),
        "{report}"
    );
    assert!(flat.contains("No signature came from a file."), "{report}");
    assert!(flat.contains("Exceptions none"), "{report}");
    assert!(
        flat.contains("dual control. State evidenced, audit line"),
        "{report}"
    );
}

#[test]
fn an_aborted_run_is_recorded_and_leaves_nothing_pending() {
    let first = script("first-key.toml");
    let mut session = typing_vault(&first);
    let mut runner = Runner::begin(&mut session, first, wanted(&[])).unwrap();
    loop {
        let ask = runner.showing(&session).ask.unwrap();
        if ask.title.contains("approves") {
            break;
        }
        runner.answer(&mut session, practised(&ask)).unwrap();
    }
    assert_eq!(session.view().pending.len(), 1);
    runner.abort(&mut session, "the fire bell rang").unwrap();
    assert!(session.view().pending.is_empty());
    // The script says nothing of a stop: whoever would have signed its record signs that.
    let (outcome, _) = by_people(&mut session, &mut runner, |_, _| None);
    assert_eq!(outcome, RunOutcome::Aborted);
    let run = runner.run(&session);
    assert_eq!(run.outcome, Some(RunOutcome::Aborted));
    assert!(session.view().keys.is_empty());
    assert!(runner.showing(&session).ask.is_none());
    let out = tempfile::tempdir().unwrap();
    runner.write_outputs(&session, out.path()).unwrap();
    assert_eq!(summary(&contents(out.path()))["outcome"], "aborted");
}

/// A production vault with real envelopes on the people's own media, which are files here.
pub(crate) fn production(media: &Path) -> (Session, BTreeMap<String, String>) {
    let people = [
        ("Ada", "administrator"),
        ("Ana", "custodian"),
        ("Ben", "custodian"),
        ("Wim", "witness"),
    ];
    let people = people.map(|(name, role)| NewPerson::new(name, role, name.repeat(5).as_bytes()));
    let new = NewVault {
        software_generation: true,
        ..NewVault::usual("prod", Profile::Production, people)
    };
    let environment = Environment::real(None).with_clock(Box::new(Early));
    let created =
        keymoot::session::create(Box::new(MemoryStore::default()), new, environment).unwrap();
    let mut envelopes = BTreeMap::new();
    for (name, kind, armored) in created.envelopes {
        if kind == "approval" {
            let path = media.join(&name);
            std::fs::write(&path, armored).unwrap();
            envelopes.insert(name, path.to_str().unwrap().to_owned());
        }
    }
    (created.session, envelopes)
}

#[test]
fn in_production_people_type_everything_and_the_script_answers_nothing() {
    let media = tempfile::tempdir().unwrap();
    let (mut session, envelopes) = production(media.path());
    let notes = media.path().join("rehearsals.jsonl");
    let go = rehearsed("first-key.toml", &notes);
    let mut runner = Runner::begin(&mut session, script("first-key.toml"), go).unwrap();
    let run = runner.run(&session);
    let told = &run.steps[0].notes["rehearsal before it"];
    assert!(
        told.starts_with(&format!("rehearsed {}", Early.now().rfc3339())),
        "{told}"
    );
    let alone = runner.headless(&mut session);
    assert!(
        matches!(&alone, Err(error) if error.exit_status() == 3),
        "{alone:?}"
    );
    let mut missing = true;
    let (outcome, wrong) = by_people(&mut session, &mut runner, |ask, _| {
        let answer = |asked: &keymoot::ceremony::AskField| {
            assert_eq!(asked.practice, None);
            match asked.field.id {
                "envelope" if std::mem::take(&mut missing) => Answer::Text("/no/such/file".into()),
                "envelope" => Answer::Text(envelopes[&ask.person].clone()),
                "passphrase" => secret(&ask.person.repeat(5)),
                "time" => Answer::Text(Early.now().rfc3339()),
                other => panic!("{other}"),
            }
        };
        Some(ask.fields.iter().map(answer).collect())
    });
    assert_eq!(outcome, RunOutcome::Completed);
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    let out = tempfile::tempdir().unwrap();
    runner.write_outputs(&session, out.path()).unwrap();
    let files = contents(out.path());
    assert_eq!(summary(&files)["seed"], serde_json::Value::Null);
    bundle_is_signed_by_a_person(&mut session, &run.id, &envelopes);
    // A sample never stands in for a counterparty.
    let go = rehearsed("kek-to-aws-rsa.toml", &notes);
    let begun = Runner::begin(&mut session, script("kek-to-aws-rsa.toml"), go);
    let Some(RunError::CannotBegin(words)) = begun.err() else {
        panic!()
    };
    assert!(words.contains("counterparty"), "{words}");
}

/// Nobody's key is held in production: a bundle that nobody signed is authentic as far as the sign-offs go, and one that
/// a witness signed as a whole. A refused signer leaves no line in the log.
fn bundle_is_signed_by_a_person(
    session: &mut Session,
    run: &str,
    envelopes: &BTreeMap<String, String>,
) {
    let (_, bytes) = shipped()
        .iter()
        .find(|(file, _)| *file == "first-key.toml")
        .unwrap();
    let key = |name: &str, phrase: &str| {
        let armored = std::fs::read_to_string(&envelopes[name]).unwrap();
        let phrase = SecretBytes::from_slice(phrase.as_bytes());
        (name.to_owned(), KeySource::Envelope(armored, phrase))
    };
    let trust: Vec<Trusted> = session
        .view()
        .people
        .iter()
        .map(|person| Trusted {
            name: person.name.clone(),
            fingerprint: keymoot::custody::TypedFingerprint::parse(&person.fingerprint)
                .unwrap()
                .bytes()
                .to_vec(),
            role: None,
        })
        .collect();
    let unsigned = bundle(session, bytes, run, None, Vec::new()).unwrap();
    let done = verify(&unsigned, Some(&trust)).unwrap();
    assert!(done.signers_trusted && !done.authentic && done.bundle_signed.is_empty());
    let words = told(&done);
    assert!(words.contains("AUTHENTIC as far as line"), "{words}");
    assert!(words.contains("keymoot bundle --sign NAME"), "{words}");

    let lines = |session: &Session| session.trail().unwrap().count;
    let before = lines(session);
    let mut refused = |signers, says: &str| {
        let error = bundle(session, bytes, run, None, signers).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
        assert_eq!(lines(session), before, "{says}");
    };
    refused(vec![key("Wim", "wrong words")], "assphrase");
    refused(vec![key("Ada", &"Ada".repeat(5))], "is an administrator");
    let ana = || key("Ana", &"Ana".repeat(5));
    refused(vec![ana(), ana()], "named twice");
    refused(vec![ana(), key("Wim", "wrong words")], "assphrase");

    let signed = bundle(
        session,
        bytes,
        run,
        None,
        vec![key("Wim", &"Wim".repeat(5))],
    )
    .unwrap();
    let done = verify(&signed, Some(&trust)).unwrap();
    assert!(done.authentic);
    assert_eq!(done.bundle_signed, ["Wim"]);
    assert_eq!(done.signatures.bundle.from_file, 0);
    let words = told(&done);
    assert!(
        words.contains("CONSISTENT and AUTHENTIC: the people"),
        "{words}"
    );
    assert!(!words.contains("nobody signed"), "{words}");
    // Without a trust file nothing is called authentic, whoever signed.
    assert!(!verify(&signed, None).unwrap().authentic);
}

/// A production run of this script, with a green rehearsal of it noted at the time of [`Early`].
pub(crate) fn rehearsed(name: &str, notes: &Path) -> keymoot::ceremony::Wanted {
    let line = serde_json::json!({
        "script": script(name).sha256_hex(), "build": "b", "at": Early.now().rfc3339(), "outcome": "completed",
    });
    std::fs::write(notes, line.to_string()).unwrap();
    keymoot::ceremony::Wanted {
        people: std::collections::BTreeMap::new(),
        rehearsal_note: Some(notes.to_owned()),
        ..wanted(&[])
    }
}

#[test]
fn production_begins_nothing_that_was_not_rehearsed() {
    let media = tempfile::tempdir().unwrap();
    let (mut session, _) = production(media.path());
    let notes = media.path().join("rehearsals.jsonl");
    let before = session.view().commit;
    let mut refused = |wanted| {
        let begun = Runner::begin(&mut session, script("first-key.toml"), wanted);
        let error = begun.err().unwrap();
        assert_eq!(error.exit_status(), 3, "{error}");
        let text = error.to_string();
        assert!(text.contains("keymoot play SCRIPT"), "{text}");
        text
    };
    assert!(refused(wanted(&[])).contains("no place"));
    // Another script's rehearsal, one byte away, is none of this one.
    assert!(refused(rehearsed("deletion-window.toml", &notes)).contains("another script"));
    assert_eq!(session.view().commit, before);
    assert!(session.view().runs.is_empty());
}

/// `rehearsal_max_age` of the script is what counts, not the usual fortnight.
#[test]
fn production_wants_a_rehearsal_as_young_as_the_script_says() {
    let media = tempfile::tempdir().unwrap();
    let (mut session, _) = production(media.path());
    let notes = media.path().join("rehearsals.jsonl");
    let strict =
        text("first-key.toml").replacen("[policy]\n", "[policy]\nrehearsal_max_age = \"1d\"\n", 1);
    let two_days_ago = session.wall_time().plus_millis(-2 * 86_400_000).rfc3339();
    let mut begun = |text: &str| {
        let script = parsed(text);
        let line = serde_json::json!({
            "script": script.sha256_hex(), "at": two_days_ago, "outcome": "completed", "build": "b",
        });
        std::fs::write(&notes, format!("{line}\n")).unwrap();
        let wanted = keymoot::ceremony::Wanted {
            rehearsal_note: Some(notes.clone()),
            ..wanted(&[])
        };
        Runner::begin(&mut session, script, wanted).map(drop)
    };
    let error = begun(&strict).unwrap_err();
    assert_eq!(error.exit_status(), 3, "{error}");
    assert!(
        error.to_string().contains("not older than 24 hours"),
        "{error}"
    );
    begun(&text("first-key.toml")).unwrap();
}

#[test]
fn a_green_rehearsal_leaves_one_line_and_a_failed_one_none() {
    let room = tempfile::tempdir().unwrap();
    let notes = room.path().join("state").join("rehearsals.jsonl");
    let go = |inputs: &[(&str, &[u8])]| keymoot::ceremony::Wanted {
        people: std::collections::BTreeMap::new(),
        rehearsal_note: Some(notes.clone()),
        ..wanted(inputs)
    };
    let sound = script("kek-to-aws-rsa.toml");
    let (_, mut session) = vault(&sound);
    let garbage = go(&[("counterparty", &b"garbage"[..])]);
    assert!(Runner::begin(&mut session, sound, garbage).is_err());
    assert!(!notes.exists());
    let other = "00 ".repeat(32);
    let text =
        include_str!("../../ceremonies/kek-to-aws-rsa.toml").replace("as-shown", other.trim_end());
    let bad = Script::parse(text.as_bytes()).unwrap();
    let (_, mut session) = vault(&bad);
    let sample = include_bytes!("../../ceremonies/samples/get-parameters-for-import-rsa2048.json");
    let given = go(&[("counterparty", &sample[..])]);
    let mut runner = Runner::begin(&mut session, bad, given).unwrap();
    assert!(runner.headless(&mut session).is_err());
    assert!(!notes.exists());
    let first = script("first-key.toml");
    let sha256 = first.sha256_hex();
    let (_, mut session) = vault(&first);
    let mut runner = Runner::begin(&mut session, first, go(&[])).unwrap();
    runner.headless(&mut session).unwrap();
    let text = std::fs::read_to_string(&notes).unwrap();
    let line: serde_json::Value = serde_json::from_str(text.trim_end()).unwrap();
    assert_eq!(line["script"], sha256.as_str());
    assert_eq!(line["outcome"], "completed");
    assert_eq!(line["build"].as_str().unwrap().len(), 64);
}
